"""Check the held-out chats with a parser of their own (nothing of build.py is used).

Every labelled line is the first line of a message, counts and senders agree, the line sets do not overlap, times
do not go back, line ends fit the platform. ``--show ID`` (or ``--show all``) prints each listed line with its text.
Exit status 1 when a check fails.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORDS = """
otp_request otp_disclosed payment_request bank_details_changed malicious_link lookalike_link malware_file
impersonation_new_number urgent_money job_or_investment_scam giveaway gift_card_or_crypto remote_access
security_notice evidence_deletion warning_from_others intruder_other
"""
LABELS = set(WORDS.split())
DATE = r"(\d{1,4})([-/.])(\d{1,2})\2(\d{2,4})"
STAMP = DATE + r"(?:,? | à |، )(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:[\u202f ]([\w.\u202f]+?))?"
ANDROID = re.compile(STAMP + r" - (.*)")
IOS = re.compile("\u200e?" + r"\[" + STAMP + r"\] (.*)")
LATE = {"pm", "ptg", "p.\u202fm.", "م"}


@dataclass
class Message:
    line: int
    when: datetime
    who: str | None
    text: str


def read_time(parts: tuple[str | None, ...], order: str) -> datetime:
    a, _, b, c, hour, minute, second, mark = parts
    y, m, d = {"DMY": (c, b, a), "MDY": (c, a, b), "YMD": (a, b, c)}[order]
    year, h = int(y or 0), int(hour or 0)
    if mark:
        h = h % 12 + (12 if mark.lower() in LATE else 0)
    return datetime(year + 2000 * (year < 100), int(m or 0), int(d or 0), h, int(minute or 0), int(second or 0))


def parse(path: Path, platform: str, order: str) -> tuple[list[Message], list[str]]:
    raw = path.read_bytes().decode("utf-8")
    bad = ["byte order mark"] if raw.startswith("\ufeff") else []
    if platform == "ios" and (not raw.endswith("\r\n")):
        bad.append("iOS file does not end with CRLF")
    if platform == "android" and ("\r" in raw or not raw.endswith("\n")):
        bad.append("Android line ends")
    messages: list[Message] = []
    expression = IOS if platform == "ios" else ANDROID
    for number, line in enumerate(raw.replace("\r\n", "\n").split("\n")[:-1], 1):
        match = expression.fullmatch(line.replace("\u200f", ""))
        if not match:
            if messages:
                messages[-1].text += "\n" + line
            else:
                bad.append(f"line {number}: text before the first header")
            continue
        when = read_time(match.groups()[:8], order)
        if messages and when < messages[-1].when:
            bad.append(f"line {number}: time goes back")
        who, colon, text = match[9].partition(": ")
        messages.append(Message(number, when, who if colon else None, text if colon else match[9]))
    return messages, bad


def check(case: dict[str, object], messages: list[Message]) -> list[str]:
    bad = []
    by_line = {m.line: m for m in messages}
    labelled = [m["line"] for m in case["messages"]]  # type: ignore[attr-defined]
    sets = {"messages": labelled, "optional": case["optional"], "must_not_flag": case["must_not_flag"]}
    if len(messages) != case["n_messages"]:
        bad.append(f"n_messages {case['n_messages']} but {len(messages)} found")
    if not 60 <= len(messages) <= 400:
        bad.append(f"{len(messages)} messages")
    for name, lines in sets.items():
        if lines != sorted(set(lines)):  # type: ignore[call-overload]
            bad.append(f"{name}: repeated or not sorted")
        bad += [f"{name}: line {n} is no first line" for n in lines if n not in by_line]  # type: ignore[attr-defined]
    listed = [n for lines in sets.values() for n in lines]  # type: ignore[attr-defined]
    if len(listed) != len(set(listed)):
        bad.append("line sets overlap")
    for row in case["messages"]:  # type: ignore[attr-defined]
        bad += [f"line {row['line']}: label {x}" for x in [row["label"], *row.get("also", [])] if x not in LABELS]
        if not row["why"]:
            bad.append(f"line {row['line']}: no reason")
    if bool(labelled) != case["malicious"] or (not case["malicious"] and case["incident"]):
        bad.append("labels and malicious disagree")
    if incident := case["incident"]:
        start, end, account = incident["start_line"], incident["end_line"], incident["account"]  # type: ignore[index]
        held = [m for m in messages if m.who == account and start <= m.line <= end]
        if by_line[start].who != account or by_line[end].who != account:
            bad.append("the window does not begin and end with the account")
        bad += [f"line {m.line}: intruder line in no list" for m in held if m.line not in listed]
    return bad


def show(case: dict[str, object], messages: list[Message]) -> None:
    by_line = {m.line: m for m in messages}
    for row in case["messages"]:  # type: ignore[attr-defined]
        m = by_line[row["line"]]
        labels = "+".join([row["label"], *row.get("also", [])])
        print(f"  {m.line:4d} [{labels}] {m.who}: {m.text!r}  ({row['why']})")
    for tag, key in (("?", "optional"), ("!", "must_not_flag")):
        for n in case[key]:  # type: ignore[attr-defined]
            print(f"  {n:4d} {tag} {by_line[n].who}: {by_line[n].text[:150]!r}")


def main() -> int:
    wanted = sys.argv[2] if sys.argv[1:2] == ["--show"] and len(sys.argv) > 2 else None
    failed = total = 0
    for path in sorted(HERE.glob("*.labels.json")):
        case = json.loads(path.read_text("utf-8"))
        text = path.with_name(path.name.replace(".labels.json", ".txt"))
        messages, bad = parse(text, case["platform"], case["date_order"])
        bad += check(case, messages)
        counts = (len(case["messages"]), len(case["optional"]), len(case["must_not_flag"]))
        state = "FAIL" if bad else "ok"
        print(f"{state:4s} {case['id']:30s} {len(messages):4d} messages; labelled, optional, not to flag: {counts}")
        for row in bad:
            print("    ", row)
        total += len(messages)
        failed |= bool(bad)
        if wanted in (case["id"], "all"):
            show(case, messages)
    print(f"{total} messages")
    return failed


if __name__ == "__main__":
    sys.exit(main())
