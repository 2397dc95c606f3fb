"""Make invented WhatsApp exports of any size, for measuring the parser.

    python benchmarks/generate_exports.py FORM MESSAGES OUTPUT

FORM is one of: android, ios (24 hours), ios12 (12 hours, marks, attachments), arabic (Arabic-Indic digits),
multiline (30 % of the messages have several lines), shapes (several header forms in one file).
The same arguments give the same bytes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

SENDERS = (
    "Asha Verma",
    "Ravi",
    "+44 7700 900614",
    "Joana Pinto \U0001f33f",
    "Depot Front Desk",
    "~\u202fMilo",
    "Ines",
)
WORDS = tuple(
    "ok thanks for the invoice we will load tomorrow at the dock please call me when you are near gate four "  # noqa: SIM905
    "morning all can someone check the list again truck is late maybe an hour sorry \U0001f600 done".split()
)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def export(form: str, count: int, seed: int = 7) -> Iterator[str]:
    """The messages of one invented export, each with its line end."""
    chance = random.Random(seed)  # noqa: S311
    moment = datetime(2019, 3, 4, 6, 0)
    # A chat of many millions still ends before 2040: later dates are none of the app's life.
    gap = min(220.0, 6.6e8 / count)
    for number in range(count):
        moment += timedelta(seconds=int(chance.expovariate(1 / gap)))
        text = " ".join(chance.choices(WORDS, k=chance.randint(1, 14)))
        if form == "multiline" and chance.random() < 0.3:
            text += "\n\n2 boxes\n" + " ".join(chance.choices(WORDS, k=6))
        elif chance.random() < 0.03:
            text = (
                "<Media omitted>"
                if form != "ios12"
                else f"\u200e<attached: {number:08d}-PHOTO-{moment:%Y-%m-%d-%H-%M-%S}.jpg>"
            )
        yield _line(form, number, moment, chance.choice(SENDERS), text)


def _line(form: str, number: int, moment: datetime, sender: str, text: str) -> str:
    if form == "ios":
        return f"[{moment:%d/%m/%Y, %H:%M:%S}] {sender}: {text}\r\n"
    if form == "ios12":
        mark = "\u200e" if text.startswith("\u200e") else ""
        half = "AM" if moment.hour < 12 else "PM"
        date = f"{moment.month}/{moment.day}/{moment:%y}"
        return f"{mark}[{date}, {moment.hour % 12 or 12}:{moment:%M:%S}\u202f{half}] {sender}: {text}\r\n"
    if form == "arabic":
        stamp = f"{moment.day}\u200f/{moment.month}\u200f/{moment.year}، {moment.hour % 12 or 12}:{moment:%M}"
        half = "ص" if moment.hour < 12 else "م"
        return f"{stamp.translate(ARABIC)} {half} - {sender}: {text}\n"
    if form == "shapes":
        style = ("%d/%m/%Y, %H:%M", "%d.%m.%y, %H:%M", "%Y-%m-%d, %H:%M", "%d/%m/%Y, %I:%M %p")[
            number * 4 // 1_000_000 % 4
        ]
        return f"{moment:{style}} - {sender}: {text}\n"
    return f"{moment:%d/%m/%Y, %H:%M} - {sender}: {text}\n"


def main(arguments: list[str]) -> None:
    """Write one file."""
    if len(arguments) != 3:
        raise SystemExit(__doc__)
    with Path(arguments[2]).open("w", encoding="utf-8", newline="") as target:
        target.writelines(export(arguments[0], int(arguments[1])))


if __name__ == "__main__":
    main(sys.argv[1:])
