"""Damage single lines of given exports and measure which are noticed; and that the exports themselves stay quiet.

    python benchmarks/damaged_chats.py FOLDER... [--rounds N] [--write docs/integrity.md]

``damaged_exports.py`` writes its own conversations; here the texts are others': any folder of .txt exports. Each
damage breaks the order of time, the form of a header, or the line end after a message.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from damaged_exports import checks, noticed
from invented_chats import write_between

from wa_forensics.errors import ParseError
from wa_forensics.evidence import raw_text
from wa_forensics.model import Check, Verdict
from wa_forensics.parsing import parse_text

HEADER = re.compile(rb"(?:\xe2\x80\x8e|\xef\xbb\xbf)*\[?[^\]\n]*?\d{1,2}:\d\d(?::\d\d)?[^\]\-:\n]{0,12}?(?=\]| -)")
# Less may be the delay of a delivery.
APART = 120
FORMS: dict[str, Callable[[bytes], bytes]] = {
    "header: the comma gone": lambda head: head.replace(b",", b"", 1),
    "header: dots for slashes": lambda head: head.replace(b"/", b"."),
    "header: a leading zero gone": lambda head: re.sub(rb"\b0(\d)", rb"\1", head, count=1),
    "header: seconds added": lambda head: re.sub(rb"((?<![:\d])\d{1,2}:\d\d)(?!:?\d)", rb"\1:30", head, count=1),
    "header: year of four digits": lambda head: re.sub(rb"([/.-]\d{1,2}[/.-])(\d\d)(?=[, ])", rb"\g<1>20\2", head),
}


@dataclass(frozen=True, kw_only=True)
class Text:
    """One export cut into its messages; ``times`` in seconds, ``people`` the positions of messages of persons."""

    entries: tuple[bytes, ...]
    head: bytes
    times: tuple[int, ...]
    people: tuple[int, ...]

    def joined(self, entries: Sequence[bytes]) -> bytes:
        return self.head + b"".join(entries)


def cut(data: bytes) -> Text:
    """The messages of an export, byte for byte."""
    chat = parse_text(raw_text(Path("chat.txt"), data), allow_undecided=True)
    starts = [int(start) for start in chat.columns.byte_offset]
    ends = [*starts[1:], len(data)]
    return Text(
        entries=tuple(data[start:end] for start, end in zip(starts, ends, strict=True)),
        head=data[: starts[0]],
        times=tuple(int(second) for second in chat.columns.timestamp.astype("datetime64[s]").astype("int64")),
        people=tuple(m for m in range(3, len(chat) - 3) if chat.sender(m) is not None and chat.kind(m) != "system"),
    )


def damages(text: Text, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """(what was done, the damaged export) around one message chosen at random."""
    at = chance.randrange(6, len(text.people) - 6)
    here, entries, times = text.people[at], list(text.entries), text.times
    for step in (1, 2, 5):
        other = text.people[at + step]
        if times[other] - times[here] >= APART:
            changed = list(entries)
            changed[here], changed[other] = changed[other], changed[here]
            yield "two messages exchanged", text.joined(changed)
    older = text.people[max(0, at - chance.randint(5, 20))]
    if times[here] - times[older] >= APART:
        moved = [*entries[:here], *entries[here + 1 :]]
        yield "a message moved up", text.joined([*moved[:older], entries[here], *moved[older:]])
        yield "an older message inserted again", text.joined([*entries[:here], entries[older], *entries[here:]])
        heads = HEADER.match(entries[here]), HEADER.match(entries[older])
        if heads[0] and heads[1]:
            changed = list(entries)
            changed[here] = heads[1][0] + entries[here][heads[0].end() :]
            yield "the time of a message set back", text.joined(changed)
    head = HEADER.match(entries[here])
    for name, change in FORMS.items():
        if head and change(head[0]) != head[0]:
            changed = list(entries)
            changed[here] = change(head[0]) + entries[here][head.end() :]
            yield name, text.joined(changed)
    changed, entry = list(entries), entries[here]
    changed[here] = entry[:-2] + b"\n" if entry.endswith(b"\r\n") else entry[:-1] + b"\r\n"
    yield "another line end", text.joined(changed)


def is_noticed(before: Sequence[Check], data: bytes) -> bool:
    """Whether a check is worse than before or names more lines; a text that is refused is noticed, too."""
    try:
        return noticed(before, checks(raw_text(Path("chat.txt"), data)))[0]
    except ParseError:
        return True


def main(arguments: list[str]) -> None:
    """Print a row for each damage, and how many of the untouched exports are called inconsistent."""
    rounds = int(arguments[arguments.index("--rounds") + 1]) if "--rounds" in arguments else 3
    folders = [Path(argument) for argument in arguments if Path(argument).is_dir()]
    done: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    quiet = accused = 0
    for path in sorted(path for folder in folders for path in folder.glob("*.txt")):
        data = path.read_bytes()
        before = checks(raw_text(path, data))
        inconsistent = any(check.verdict == Verdict.INCONSISTENT for check in before)
        quiet, accused = quiet + (not inconsistent), accused + inconsistent
        text = cut(data)
        for number in range(rounds if len(text.people) >= 30 else 0):
            for name, damaged in damages(text, random.Random(f"{path.name} {number}")):  # noqa: S311
                done[name] += 1
                hits[name] += is_noticed(before, damaged)
    lines = [
        f"{quiet + accused} exports, {accused} of them called inconsistent as they are; "
        f"{done.total():,} damages, {hits.total() / max(1, done.total()):.3f} noticed.",
        "",
        "| damage to one line | times | noticed |",
        "|---|---|---|",
        *(f"| {name} | {done[name]} | {hits[name] / done[name]:.3f} |" for name in sorted(done)),
    ]
    print("\n".join(lines))
    if "--write" in arguments:
        write_between(Path(arguments[arguments.index("--write") + 1]), "damaged lines", lines)


if __name__ == "__main__":
    main(sys.argv[1:])
