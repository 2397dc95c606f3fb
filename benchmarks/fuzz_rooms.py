"""Feed the rooms behind the parser hostile input for a while: evidence, detectors, report.

    python benchmarks/fuzz_rooms.py [evidence | detectors | report ...] [--seconds CPU] [--seed N] [--keep FOLDER]

``evidence``: zips with odd members, damaged by byte: only EvidenceError and ParseError may come out, within a
second. ``detectors``: chats of scam phrases, links, numbers, marks and markup: no rule may crash, each finding must
point at messages that exist, within 20 milliseconds a message. ``report``: such chats scanned into a case: no markup,
script or direction mark of a message may reach the page. What fails is kept in FOLDER, where a test reads it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from fuzz_parser import PIECES
from fuzz_parser import text as parser_text
from parsing_texts import raw_text
from report_hostile import BIDI, PAYLOADS, _Reader

from wa_forensics import scan
from wa_forensics.analysis import analyze
from wa_forensics.batch import Run
from wa_forensics.errors import EvidenceError, ParseError
from wa_forensics.evidence import texts_in
from wa_forensics.model import Settings
from wa_forensics.search import lexicon

KEPT = Path(__file__).resolve().parent.parent / "tests" / "data" / "room_crashes"
SECONDS_A_MESSAGE = 0.02
FORMS = (
    lambda moment: f"{moment:%d/%m/%Y, %H:%M} - ",
    lambda moment: f"[{moment:%d.%m.%y, %H:%M:%S}] ",
    lambda moment: f"\u200e[{moment.month}/{moment.day}/{moment:%y}, {moment:%I:%M:%S}\u202f{moment:%p}] ",
)
NAMES = ("Asha", "Ravi", "~\u202fMilo", "+44 7700 900614", "\u202a+44\u00a07700\u00a0900615\u202c", "Ops: Night", "🌿")
THINGS = (
    *(
        "https://login.example/verify?id=1",
        "http://xn--bnk-0na.example",
        "wa.me/447700900614",
        "HTTPS://a.b.c.example:99",
    ),
    *("482-913", "482913", "your code is 123456", "GB29 NWBK 6016 1331 9268 19", "4111 1111 1111 1111", "0" * 60),
    *("$500", "pay 1.000,00 EUR now", "₹ 12,34,567", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "upi: asha@bank"),
    *("<Media omitted>", "invoice.apk (file attached)", "\u200e<attached: 00000012-PHOTO-2024-02-03-16-05-06.jpg>"),
    *("null", "This message was deleted", "<This message was edited>", "Asha added Ravi", "\u200eimage omitted"),
)


MEMBERS = (
    *("_chat.txt", "WhatsApp Chat with Asha.txt", "a/b/_chat.txt", "../x.txt", "/x.txt", "IMG.jpg", "ä\\b.txt"),
    *("x.zip", "._chat.txt", "a" * 300 + ".txt", "\u202etxt.exe", "CON.txt", "c:\\x.txt", "a\x00.txt"),
)


@cache
def _phrases() -> tuple[str, ...]:
    """Words of phrases that the detectors look for, in all languages."""
    return tuple(sorted(lexicon().words))


def chat(chance: random.Random) -> bytes:
    """One hostile chat in an ordinary form."""
    moment = datetime(2024, 1, chance.randint(1, 28), 22, 10, 5)
    form = chance.choice(FORMS)
    names = [*chance.sample(NAMES, k=chance.randint(1, 5)), chance.choice(PAYLOADS).encode("utf-8", "replace").decode()]
    lines = []
    for _ in range(chance.choice((2, 12, 60, 300))):
        moment += timedelta(seconds=chance.choice((1, 20, 600, 90_000)))
        pieces = [
            *chance.choices(_phrases(), k=chance.randint(0, 12)),
            *chance.choices(THINGS, k=chance.choice((0, 0, 1, 3))),
            *chance.choices(PAYLOADS, k=chance.choice((0, 0, 0, 1, 2))),
            *(piece.decode("utf-8", "replace") for piece in chance.choices(PIECES, k=chance.choice((0, 0, 0, 2)))),
        ]
        chance.shuffle(pieces)
        lines.append(form(moment) + chance.choice(names) + ": " + " ".join(pieces) * chance.choice((1, 1, 1, 40)))
    return "\n".join(lines).encode("utf-8", "replace")


def archive(chance: random.Random) -> bytes:
    """One hostile zip."""
    target = io.BytesIO()
    warnings.simplefilter("ignore", UserWarning)
    with zipfile.ZipFile(target, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as made:
        for _ in range(chance.choice((0, 1, 2, 6))):
            name = chance.choice(MEMBERS)
            made.writestr(name, chance.choice((chat, parser_text))(chance))
    data = bytearray(target.getvalue())
    for _ in range(chance.choice((0, 0, 1, 3, 30))):
        place = chance.randrange(len(data))
        what = chance.random()
        if what < 0.6:
            data[place] = chance.randrange(256)
        elif what < 0.8:
            del data[place : place + chance.choice((1, 4, 60))]
        else:
            data[place:place] = chance.choice((b"PK\x01\x02", b"PK\x05\x06", b"PK\x03\x04", b"\xff" * 4, b"\x00" * 9))
        if not data:
            break
    return bytes(data)


def evidence_problem(data: bytes) -> str:
    """What is wrong with how a zip is opened, or nothing."""
    start = time.process_time()
    try:
        for raw in texts_in(Path("fuzz.zip"), data):
            raw.buffer.decode("utf-8")
    except (EvidenceError, ParseError) as error:
        if not error.problem or not error.advice:
            return "a refusal without a problem or advice"
    return "slow" if time.process_time() - start > 1 + 1e-6 * len(data) else ""


def detectors_problem(data: bytes) -> str:
    """What is wrong with what is found in a chat, or nothing."""
    start = time.process_time()
    try:
        read, analysis = analyze(raw_text(data), Settings())
    except ParseError:
        return ""
    seconds = time.process_time() - start
    if analysis.failures:
        return f"{analysis.failures[0].where}: {analysis.failures[0].problem}"
    for finding in analysis.findings:
        for item in finding.evidence:
            if not 0 <= item.message < len(read):
                return f"{finding.rule} points at message {item.message} of {len(read)}"
            if not read.text(item.message).startswith(item.quote.removesuffix("…")):
                return f"{finding.rule} quotes what is not written"
    return "slow" if seconds > 2 + SECONDS_A_MESSAGE * len(read) + 1e-5 * len(data) else ""


def report_problem(data: bytes) -> str:
    """What is wrong with the case of a chat, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "WhatsApp Chat with Asha.txt"
        path.write_bytes(data)
        try:
            case = scan([path], Path(folder) / "case", run=Run(jobs=1))
        except (ParseError, EvidenceError):
            return ""
        failed = case.coverage["failures"]
        if failed:
            return f"{failed[0].where}: {failed[0].problem}"
        page = (Path(folder) / "case" / "report.html").read_text("utf-8")
    reader = _Reader()
    reader.feed(page)
    if reader.faults:
        return f"markup: {reader.faults[0]}"
    raw = BIDI.search(page)
    return f"raw U+{ord(raw.group()):04X} in the page" if raw else ""


ROOMS: dict[str, tuple[Callable[[random.Random], bytes], Callable[[bytes], str]]] = {
    "evidence": (archive, evidence_problem),
    "detectors": (chat, detectors_problem),
    "report": (chat, report_problem),
}


def main() -> None:
    """Fuzz each room for the given CPU time; exit 1 if anything failed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("rooms", nargs="*", default=list(ROOMS))
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, default=KEPT)
    chosen = options.parse_args()
    failures = 0
    for room in chosen.rooms:
        make, check = ROOMS[room]
        chance = random.Random(f"{room} {chosen.seed}")  # noqa: S311
        found: Counter[str] = Counter()
        count, end = 0, time.process_time() + chosen.seconds
        while time.process_time() < end:
            data = make(chance)
            count += 1
            try:
                wrong = check(data)
            except Exception:  # noqa: BLE001
                wrong = " / ".join(line.strip() for line in traceback.format_exc().strip().splitlines()[-3:])
            if wrong:
                found[wrong[:60]] += 1
                if found[wrong[:60]] <= 3:
                    folder = chosen.keep / room
                    folder.mkdir(parents=True, exist_ok=True)
                    path = folder / f"{hashlib.sha256(data).hexdigest()[:16]}.bin"
                    path.write_bytes(data)
                    print(f"{room}/{path.name}: {wrong}", flush=True)
        print(f"{room}: {count} inputs, {chosen.seconds:.0f} CPU seconds, {sum(found.values())} failures", flush=True)
        failures += sum(found.values())
    raise SystemExit(1 if failures else 0)


if __name__ == "__main__":
    main()
