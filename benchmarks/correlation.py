"""Cost of correlation and the planted attack: one letter with changed names and amounts in 40 of N invented
chats.

python benchmarks/correlation.py [--chats 2000] [--messages 5000] [--planted 40] [--scan]

Without ``--scan`` the chats are made as parsed columns and findings in memory, so that only ``incidents``
is timed: traces per chat, then correlation of the whole. With ``--scan`` the chats are written as exports
into a temporary folder and go through ``wa-forensics scan``. Prints one JSON object; exit code 1 if the
planted chats are not exactly one incident.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 5, 8, 0)
NAMES: list[str] = """
Asha Bram Celia Dario Elif Farid Greta Hanno Ines Jonas Katya Lior Mina Noor Oskar Petra Quirin Rosa
Samir Tove Ulla Vito Wanda Xenia Yusuf Zora
""".split()  # noqa: SIM905
WORDS: list[str] = """
today tomorrow lunch train office garden school book music coffee rain meeting photo shoes market
dinner report ticket bike weekend movie paint dog holiday keys window phone cake game platform early
late maybe really nice tired happy order paper lamp chair doctor bread water call home road shop bus
letter team plan
""".split()  # noqa: SIM905
LETTER = (
    "Hello {name}, I am at the {place} hospital with my cousin and my card does not work. Can you transfer "
    "{amount} to account {account} today, I will pay it back tomorrow morning. Please do not tell anybody, "
    "it is urgent."
)
PLACES = ("city", "harbour", "northern", "university", "saint anne", "west")
# Texts that many chats hold for good reasons, in all of them: a correlation must leave them alone.
NOTICES = (
    "Reminder: the invoice for this month is attached, please transfer {amount} to the usual account by the "
    "end of next week, thank you for your order number {number}.",
    "Your parcel {number} was delivered today, see https://parcels.example/{number} for the signature.",
)


def chat_lines(number: int, messages: int, planted: bool) -> Iterator[tuple[datetime, str, str]]:
    rng = random.Random(number)  # noqa: S311
    mine, other = rng.sample(NAMES, 2)
    mine, other = f"{mine} {number}", f"{other} {number}"
    at = START + timedelta(minutes=rng.randrange(600))
    attack = messages - 40 if planted else -1
    for place in range(messages):
        at += timedelta(minutes=rng.randrange(1, 25))
        if place == attack:
            at = START + timedelta(days=120, minutes=number % 180)
            text = LETTER.format(
                name=other.split()[0],
                place=rng.choice(PLACES),
                amount=f"{rng.randrange(80, 900)} euros",
                account=f"5550 {rng.randrange(1000, 9999)} 01",
            )
            yield at, mine, text
            continue
        if rng.random() < 0.004:
            text = rng.choice(NOTICES).format(amount=rng.randrange(20, 400), number=rng.randrange(10**6, 10**7))
            yield at, mine, text
            continue
        yield at, rng.choice((mine, other)), " ".join(rng.choices(WORDS, k=rng.choice((2, 3, 5, 8, 12, 20))))


def write_exports(folder: Path, chats: int, messages: int, planted: set[int]) -> None:
    for number in range(chats):
        with (folder / f"chat-{number:05d}.txt").open("w", encoding="utf-8") as out:
            for at, sender, text in chat_lines(number, messages, number in planted):
                out.write(f"{at:%d/%m/%Y, %H:%M} - {sender}: {text}\n")


def scanned(chats: int, messages: int, planted: set[int]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        write_exports(folder / "in", chats, messages, planted)
        begin = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "wa_forensics.cli",
            "scan",
            str(folder / "in"),
            "-o",
            str(folder / "case"),
        ]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603
        incidents = json.loads((folder / "case" / "incidents.json").read_text("utf-8"))
        return {"wall_seconds": round(time.perf_counter() - begin, 2)} | verdict(
            [(i["chats"], i["stages"]) for i in incidents], planted
        )


def in_memory(chats: int, messages: int, planted: set[int]) -> dict[str, object]:
    from wa_forensics import incidents
    from wa_forensics.context import sightings
    from wa_forensics.evidence import raw_text
    from wa_forensics.findings import make_finding
    from wa_forensics.incidents.mass import RULE
    from wa_forensics.model import Analysis, Confidence, Severity, Threat
    from wa_forensics.parsing import parse_text
    from wa_forensics.vocabulary import Concept

    rule = RULE.__class__(
        id="benchmark",
        title="payment request",
        threat=Threat.PAYMENT_REQUEST,
        stage=RULE.stage,
        severity=Severity.MEDIUM,
        why="",
        alternatives=(),
        next_steps=(),
    )
    spent: Counter[str] = Counter()
    analyses = []
    for number in range(chats):
        rows = chat_lines(number, messages, number in planted)
        data = "".join(f"{at:%d/%m/%Y, %H:%M} - {who}: {text}\n" for at, who, text in rows).encode()
        chat = parse_text(raw_text(Path(f"chat-{number:05d}.txt"), data), date_order="DMY")
        # Stand-in for the detectors: every planted letter but one in four, and some false alarms everywhere.
        chosen = [m for m in range(len(chat)) if "hospital" in chat.text(m)] if number in planted and number % 4 else []
        chosen = chosen if number % 4 else []
        chosen += [number % len(chat)] if number % 9 == 0 else []
        findings = tuple(
            make_finding(chat, rule, [m], observation="o", inference="i", confidence=Confidence.MEDIUM)
            for m in sorted(set(chosen))
        )
        # The detectors have read these tables before; they are not the cost of correlation.
        tables = (chat.said(Concept.WARNING), chat.links, chat.payees, chat.phones, chat.amounts, sightings(chat))
        begin = time.process_time()
        seen = incidents.occurrences(chat)
        made = incidents.traces(chat, findings, seen)
        del tables
        spent["traces"] += time.process_time() - begin
        begin = time.process_time()
        found = incidents.indicators(chat, findings, seen)
        spent["indicators"] += time.process_time() - begin
        begin = time.process_time()
        windows = incidents.takeover_windows(chat, findings)
        spent["windows"] += time.process_time() - begin
        analyses.append(
            Analysis(
                facts=chat.facts,
                findings=findings,
                checks=(),
                indicators=found,
                failures=(),
                rules_run=(),
                windows=windows,
                traces=made,
            )
        )
    begin = time.process_time()
    result = incidents.correlate(analyses)
    spent["correlate"] += time.process_time() - begin
    figures: dict[str, object] = {f"cpu_{key}": round(value, 2) for key, value in spent.items()}
    figures["text_traces"] = sum(t.type == "text" for a in analyses for t in a.traces)
    figures["cpu_per_million_messages"] = round(sum(spent.values()) / (chats * messages / 1e6), 2)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures | verdict([(list(i.chats), [s.name.lower() for s in i.stages]) for i in result.incidents], planted)


def verdict(found: list[tuple[list[str], list[str]]], planted: set[int]) -> dict[str, object]:
    """Is there one incident that holds the planted chats and no other?"""
    wanted = {f"chat-{number:05d}" for number in planted}
    names = [{Path(chat).stem for chat in chats} for chats, stages in found if "propagation" in stages]
    best = max(names, key=lambda chats: len(chats & wanted), default=set())
    return {
        "incidents": len(found),
        "planted": len(wanted),
        "in_one_incident": len(best & wanted),
        "foreign_chats_in_it": len(best - wanted),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, default=2000)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--planted", type=int, default=40)
    parser.add_argument("--scan", action="store_true")
    chosen = parser.parse_args()
    planted = set(random.Random(7).sample(range(chosen.chats), chosen.planted))  # noqa: S311
    run = scanned if chosen.scan else in_memory
    figures = run(chosen.chats, chosen.messages, planted)
    print(json.dumps({"chats": chosen.chats, "messages": chosen.messages, **figures}))
    exact = figures["in_one_incident"] == chosen.planted and figures["foreign_chats_in_it"] == 0
    return 0 if exact else 1


if __name__ == "__main__":
    sys.exit(main())
