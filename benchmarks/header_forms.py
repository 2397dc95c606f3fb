"""Write chats in every header form that locale data knows, parse them, and count right, undecided and wrong.

    python benchmarks/header_forms.py cldr [--every N]        # all locales of Unicode CLDR, through Babel
    python benchmarks/header_forms.py mixed [--every N]       # iOS: time of one language, date of another region
    python benchmarks/header_forms.py calendars               # dates in the calendars of other devices
    python benchmarks/header_forms.py grid                    # orders, separators and widths that no table holds
    python benchmarks/header_forms.py table LOCALE_HEADERS.json
    python benchmarks/header_forms.py vectors HEADER_VECTORS.json

Each form is written as chats of several kinds (``CHATS``): many days, days that decide nothing, one afternoon,
one message. A chat counts as right when every message has its moment, sender and text, as undecided when
AmbiguousDateOrder names the right order among its readings, as refused when a ParseError says why, as noted when its
hours are wrong but a note of the chat says that the file does not show that its clock has 24 hours, and as wrong
otherwise. The table and the vectors belong to the format notes of the project; CLDR needs nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from header_grid import grid_forms
from header_patterns import Form, calendar_forms, cldr_forms, mixed_forms, table_forms, vector_forms

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from parsing_texts import parsed

from wa_forensics.errors import AmbiguousClock, AmbiguousDateOrder, ParseError

# What the parser says of a chat no hour of which shows that its clock has 24 hours.
CLOCK_NOTE = "the file does not show that its clock has 24 hours"
HALF_A_DAY = timedelta(hours=12)
WORDS = ("right", "undecided", "noted", "refused", "wrong")
SENDERS = ("Asha Verma", "Ravi", "+44 7700 900614", "Depot: Night Desk")
TEXTS = ("ok", "10:30 - fine: ok", "first line\nsecond line, 3/2\n\n12. last", "\u200e", "list: 1/2/24 16:05", "😀")


def _spread(count: int, start: datetime, hours: float) -> list[datetime]:
    return [start + timedelta(hours=hours * i, minutes=7 * i % 60, seconds=11 * i % 60) for i in range(count)]


CHATS: dict[str, list[datetime]] = {
    # Five months, every hour of the day.
    "months": _spread(160, datetime(2023, 11, 28, 0, 3, 9), 23.3),
    # A busy week across the turn of a month.
    "week": _spread(120, datetime(2024, 4, 26, 6, 58, 1), 1.4),
    # Days up to the twelfth, weeks apart.
    "low days": [
        datetime(2024, m, d, h, 5, 6) for m, d, h in ((1, 3, 0), (2, 9, 9), (4, 5, 12), (7, 11, 16), (9, 2, 23))
    ],
    "one afternoon": _spread(9, datetime(2024, 2, 3, 13, 5, 6), 0.4),
    "one night": _spread(9, datetime(2024, 2, 3, 23, 5, 6), 0.25),
    "one message": [datetime(2024, 2, 3, 16, 5, 6)],
}


def chat_text(form: Form, moments: list[datetime]) -> str:
    """The chat as this form writes it."""
    end = "\r\n" if form.platform == "ios" else "\n"
    lines = []
    for number, moment in enumerate(moments):
        lines.append(f"{form.header(moment)}{SENDERS[number % 4]}: {TEXTS[number % 6]}{end}")
    return "".join(lines)


def outcome(form: Form, moments: list[datetime]) -> str:
    """``right``, ``undecided``, ``noted: what``, ``refused: why`` or ``wrong: what``."""
    text = chat_text(form, moments)
    try:
        return _compare(text, form, moments, "auto")
    except AmbiguousClock as error:
        return "undecided" if form.halfless else f"refused: {error.problem}"
    except AmbiguousDateOrder as error:
        found = [_reading(text, form, moments, order) for order in error.readings]
        noted = [reading for reading in found if reading.startswith("noted")]
        return "undecided" if "right" in found else noted[0] if noted else f"wrong: no reading is right ({found[0]})"
    except ParseError as error:
        return f"refused: {error.problem}"


def _reading(text: str, form: Form, moments: list[datetime], order: str) -> str:
    try:
        return _compare(text, form, moments, order)
    except AmbiguousClock as error:
        # A clock that never says which half of the day it is leaves one reading more.
        return "right" if form.halfless else f"refused: {error.problem}"


def _compare(text: str, form: Form, moments: list[datetime], order: str) -> str:
    chat = parsed(text, date_order=order)
    if len(chat) != len(moments):
        return f"wrong: {len(chat)} messages of {len(moments)}"
    cut = None if form.seconds else -3
    for number, moment in enumerate(moments):
        expected = f"{moment:%Y-%m-%dT%H:%M:%S}"[:cut]
        got = chat.time(number)[:cut]
        if got != expected:
            how = f"{form.header(moment)!r} read as {got} instead of {expected} ({chat.date_order.decided_by})"
            by_half = abs(datetime.fromisoformat(got) - datetime.fromisoformat(expected)) == HALF_A_DAY
            return ("noted: " if by_half and any(CLOCK_NOTE in str(note) for note in chat.notes) else "wrong: ") + how
        sender = SENDERS[number % 4]
        # With one message nothing tells that a name goes on behind its first colon.
        if (chat.sender(number), chat.text(number)) != (sender, TEXTS[number % 6]) and "Depot" not in sender:
            return f"wrong: {form.header(moment)!r} gives {chat.sender(number)!r}, {chat.text(number)!r}"
    return "right"


def run(forms: Iterator[Form], every: int, shown: int) -> int:
    """Print the table; return how many chats are wrong."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: dict[tuple[str, str], list[str]] = defaultdict(list)
    seen: set[Any] = set()
    number = 0
    for form in forms:
        key = form.key
        if key in seen:
            continue
        seen.add(key)
        number += 1
        if number % every:
            continue
        for name, moments in CHATS.items():
            usable = [moment for moment in moments if form.may_write(moment)]
            if not usable:
                continue
            result = outcome(form, usable)
            word = result.split(":", 1)[0]
            counts[name][word] += 1
            if word in ("wrong", "refused", "noted"):
                wrong[word, result].append(f"{form.name} [{name}] {form.header(usable[0])!r}")
    for name in CHATS:
        found = counts[name]
        print(f"{name:14s} {sum(found.values()):6d} chats: " + ", ".join(f"{found[word]} {word}" for word in WORDS))
    for (_, result), names in sorted(wrong.items(), key=lambda item: -len(item[1]))[:shown]:
        print(f"  {len(names):4d} x {result}\n         e.g. {names[0]}; {names[-1]}")
    total = sum((found for found in counts.values()), Counter())
    print(f"{len(seen)} forms, {sum(total.values())} chats: " + ", ".join(f"{total[word]} {word}" for word in WORDS))
    return total["wrong"]


def main() -> None:
    """Print how many chats of each kind are right, undecided, noted, refused and wrong; exit 1 if any is wrong."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("corpus", choices=("cldr", "mixed", "calendars", "grid", "table", "vectors"))
    options.add_argument("file", nargs="?", type=Path)
    options.add_argument("--every", type=int, default=1, help="take every Nth form")
    options.add_argument("--show", type=int, default=25, help="how many kinds of failures to print")
    chosen = options.parse_args()
    if chosen.corpus in ("table", "vectors"):
        if chosen.file is None:
            options.error(f"{chosen.corpus} needs a file")
        data = json.loads(chosen.file.read_text(encoding="utf-8"))
        forms = table_forms(data["locales"]) if chosen.corpus == "table" else vector_forms(data["vectors"])
    else:
        made = {"cldr": cldr_forms, "mixed": mixed_forms, "calendars": calendar_forms, "grid": grid_forms}
        forms = made[chosen.corpus]()
    raise SystemExit(1 if run(forms, chosen.every, chosen.show) else 0)


if __name__ == "__main__":
    main()
