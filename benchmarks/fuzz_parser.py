"""Feed the parser hostile texts for a while: no crash, no hang, every byte accounted for.

    python benchmarks/fuzz_parser.py [--seconds CPU] [--seed N] [--keep FOLDER]

Texts are pieces of headers, app lines, marks and line ends in random order, and mutations of them by byte. For
each text: only ParseError may be raised, the messages and the listed spans cover all bytes once, the columns find
the headers that the line-by-line reference finds, and the time is at most 10 microseconds a byte (measured again
before it counts, and not below the cost of an empty run). What fails is kept in FOLDER, where a test reads it.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from parsing_texts import raw_text

from wa_forensics.errors import EvidenceError, ParseError
from wa_forensics.evidence.text import decode
from wa_forensics.parsing.build import parse_buffer
from wa_forensics.parsing.reference import match_plainly
from wa_forensics.parsing.shapes import find_headers, line_starts

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests" / "data" / "parser_crashes"
MICROSECONDS_A_BYTE = 10
# Small texts pay for what every text costs once.
BASE_SECONDS = 0.05

PIECES = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        *("03/02/2024, 16:05 - ", "3/2/24, 9:05 AM - ", "13/2/24, 12:05\u202fPM - ", "[03.02.24, 16:05:06] "),
        *("\u200e[3/2/24, 4:05:06\u202fpm] ", "[\u200f٣\u200f/٢\u200f/٢٠٢٤، ٤:٠٥:٠٦ م] ", "2024. 02. 03. 16:05 - "),
        *("24. 2. 3. 오후 4:05 - ", "16:05, 03/02/2024 - ", "[16:05, 3/2/2024] ", "12 Aug 2014 18:05 - "),
        *("Mar 12, 9:05 PM - ", "၀၃-၀၂-၂၄ ၁၆:၀၅ - ", "99/99/2024, 99:99 - ", "\ufeff31/12/2023, 23:59 - "),
        *("[3/18/2565 BE, 14:56:01] ", "[令和6/2/23 14:56:01] ", "[24/5/5784, 14:56:01] ", "13. 6. 2018. 21:25:15 "),
        *(
            "Asha: ",
            "Ravi: note: ",
            ": ",
            ":",
            " - ",
            "] ",
            "[",
            "~\u202fMilo: ",
            "\u202a+44\u00a07700\u00a0900614\u202c: ",
        ),
        *("hello", "\u200eimage omitted", "<Media omitted>", "IMG-20240203-WA0001.jpg (file attached)", "null"),
        *("\u200e<attached: 00000012-PHOTO-2024-02-03-16-05-06.jpg>", "Asha added Ravi", "This message was deleted"),
        *(
            'Asha changed the subject from "Plan: A" to "Plan: B"',
            "POLL:\n",
            "OPTION: Tea (1 vote)",
            "Tap to learn more.",
        ),
        *(
            "<This message was edited>",
            "½ ™ ﬁ ① \U0001f468\u200d\U0001f469",
            "\u2068",
            "\u202e",
            "\u200e" * 9,
            "0",
            "12",
        ),
        *(
            "\n",
            "\n",
            "\n",
            "\r\n",
            "\r\n",
            "\r",
            "\x00",
            " ",
            "\t",
            "\u00a0",
            "\u2028",
            "\x85",
            "٠",
            "０",
            "𝟘",
            "1/2/3 4:5",
        ),
        *("a" * 200, "1 " * 60, "12/12/12 " * 12, "am pm " * 20, "\u0300" * 50, "۱۴۰۲/۱۱/۱۴", "\ud800"),
    )
)


def clocked(chance: random.Random) -> bytes:
    """A chat of more than one block with clocks of 12 hours, at times all of one width."""
    first = chance.choice((1, 10))
    lines = []
    for at in range(chance.randrange(500, 1200)):
        hour, day = chance.randrange(1 if at < 512 else first, 13), chance.randrange(1 if at < 512 else first, 29)
        lines.append(f"{day}/11/2024, {hour}:{at % 60:02} {chance.choice(('AM', 'PM'))} - Asha: {at}\n")
    return "".join(lines).encode()


def text(chance: random.Random) -> bytes:
    """One hostile text."""
    if chance.random() < 0.01:
        return clocked(chance)
    pieces = chance.choices(PIECES, k=chance.choice((1, 3, 8, 30, 120)))
    if chance.random() < 0.4:
        # A chat with one form, so that the whole path is walked.
        header = chance.choice(PIECES[:19])
        pieces = [header + chance.choice(PIECES) + chance.choice(PIECES) + b"\n" for _ in pieces]
    if chance.random() < 0.1:
        pieces *= chance.choice((20, 200))
    data = bytearray(b"".join(pieces))
    for _ in range(chance.choice((0, 0, 1, 4, 20)) if data else 0):
        place = chance.randrange(len(data))
        what = chance.random()
        if what < 0.4:
            data[place] = chance.randrange(256)
        elif what < 0.7:
            del data[place : place + chance.choice((1, 2, 9))]
        else:
            data[place:place] = chance.choice(PIECES)
        if not data:
            break
    return bytes(data)


def problem(data: bytes) -> str:
    """What is wrong with how a text is read, or nothing."""
    try:
        buffer = decode(data, "fuzz").buffer
    except EvidenceError:
        return ""
    seconds = _seconds(buffer)
    allowed = BASE_SECONDS + MICROSECONDS_A_BYTE * 1e-6 * len(buffer)
    if seconds > allowed and min(_seconds(buffer) for _ in range(3)) > allowed:
        return f"{seconds:.3f} s for {len(buffer)} bytes"
    fast = find_headers(buffer, line_starts(np.frombuffer(buffer, dtype=np.uint8)))
    plain = match_plainly(buffer)
    for name in ("line", "a", "b", "c", "seconds"):
        if getattr(fast, name).tolist() != getattr(plain, name).tolist():
            return f"columns and lines differ in {name}"
    try:
        chat = parse_buffer(raw_text(buffer), None, "auto", True)
    except ParseError:
        return ""
    columns = chat.columns
    spans = [(int(o), int(n)) for o, n in zip(columns.byte_offset, columns.byte_length, strict=True)]
    if spans != sorted(spans):
        return "messages are out of order"
    spans += [(span.byte_offset, span.byte_length) for span in chat.unparsed]
    position = 0
    for offset, length in sorted(spans):
        if offset != position or length <= 0:
            return f"byte {position} belongs to no message, or to two"
        position += length
    if position != len(buffer):
        return f"the bytes from {position} on belong to no message"
    if len(chat.messages) != len(chat):
        return "the frame has another length"
    return ""


def _seconds(buffer: bytes) -> float:
    start = time.process_time()
    with contextlib.suppress(ParseError):
        parse_buffer(raw_text(buffer), None, "auto", True)
    return time.process_time() - start


def main() -> None:
    """Fuzz for the given CPU time; print what was tried and exit 1 if anything failed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, default=KEPT)
    chosen = options.parse_args()
    chance = random.Random(chosen.seed)  # noqa: S311
    problem(b"03/02/2024, 16:05 - Asha: hi\n")
    found: Counter[str] = Counter()
    count = size = 0
    while time.process_time() < chosen.seconds:
        data = text(chance)
        count, size = count + 1, size + len(data)
        try:
            wrong = problem(data)
        except Exception:  # noqa: BLE001
            wrong = traceback.format_exc().strip().splitlines()[-1]
        if wrong:
            found[wrong.split("(")[0][:60]] += 1
            if found[wrong.split("(")[0][:60]] <= 3:
                chosen.keep.mkdir(parents=True, exist_ok=True)
                path = chosen.keep / f"{hashlib.sha256(data).hexdigest()[:16]}.txt"
                path.write_bytes(data)
                print(f"{path.name}: {wrong}", flush=True)
    print(f"{count} texts, {size / 1e6:.1f} MB, {time.process_time():.0f} CPU seconds: {sum(found.values())} failures")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
