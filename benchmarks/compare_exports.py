"""Measure ``compare`` on generated pairs: recall and precision of missing and changed messages, and its cost.

    python benchmarks/compare_exports.py [--quick]

Each pair is one invented conversation written by two phones (other platform, language, clock, contact names)
with random deletions on either side and random edits. In the pairs with bursts a message may stand among equal
ones of one sender and minute; which of them is missing cannot be told, so any of them counts.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from invented_chats import NAMES, OTHER_NAMES, PHONES, Phone, Said, bursts, conversation, entries, write_between

from wa_forensics.chat import Chat
from wa_forensics.compare import Comparison, compare_chats
from wa_forensics.evidence import RawText, raw_text
from wa_forensics.parsing import parse_text

# Words, phones, hours between their clocks, and what is special: summer time in one, late messages in one,
# equal short messages and pictures in runs, edits that leave no word.
KINDS = (
    ("one Android phone and another", "android-en-GB", "android-en-US", 0.0, ""),
    ("iPhone and Android, 5 h 30 min", "ios-en-GB", "android-en-IN", 5.5, ""),
    ("Android and iPhone, -9 h, German", "android-en-GB", "ios-de", -9.0, ""),
    ("two iPhones, 14 h, summer time in one", "ios-en-US", "ios-fr", 14.0, "summer"),
    ("Android and iPhone, 2 h, late messages", "android-de", "ios-de", 2.0, "late"),
    ("Android and iPhone, -14 h, new texts", "android-pt-BR", "ios-en-GB", -14.0, "rewritten"),
    ("two iPhones, 3 h, bursts", "ios-en-GB", "ios-de", 3.0, "bursts"),
    ("iPhone and Android, -11 h, bursts", "ios-en-US", "android-en-GB", -11.0, "bursts"),
)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two exports and the truth: physical lines that only one side holds, and lines of A that differ.

    ``late`` tells that one side received some messages late. ``alike`` gives, for a line of a side, what the
    message has in common with those that it cannot be told from.
    """

    a: RawText
    b: RawText
    late: bool
    only_a: frozenset[int]
    only_b: frozenset[int]
    edited: frozenset[int]
    alike: Mapping[tuple[str, int], object]


def make_pair(
    count: int,
    changes: int,
    seed: int,
    *,
    phones: tuple[Phone, Phone],
    offset: timedelta,
    special: str = "",
) -> Pair:
    """A pair with ``changes`` deletions on each side and ``changes`` edits.

    ``special``: ``summer`` sets the clock of B an hour forward half way, ``late`` lets B receive some messages
    late, ``rewritten`` makes edits that leave no word, ``bursts`` takes a conversation of equal short messages.
    """
    chance = random.Random(seed)  # noqa: S311
    late = special == "late"
    said = (bursts if special == "bursts" else conversation)(count, seed, language=phones[0].language)
    # The first and last messages stay: what lies outside the common span is not missing.
    chosen = chance.sample([i for i in range(5, count - 5) if said[i].kind == "text"], 3 * changes)
    gone_a, gone_b = set(chosen[:changes]), set(chosen[changes : 2 * changes])
    edited = set(chosen[2 * changes :])
    edit = _rewrite if special == "rewritten" else _edit
    changed = [edit(m, chance) if i in edited else m for i, m in enumerate(said)]
    half = said[count // 2].moment if special == "summer" else datetime.max
    left = [replace(m, moment=m.moment + offset + timedelta(hours=m.moment >= half)) for m in changed]
    text_a, starts_a = _text(said, gone_a, phones[0], NAMES)
    order = delayed(range(count), chance) if late else list(range(count))
    text_b, starts_b = _text(left, gone_b, phones[1], OTHER_NAMES, order)
    return Pair(
        a=raw_text(Path("a.txt"), text_a),
        b=raw_text(Path("b.txt"), text_b),
        late=late,
        only_a=frozenset(starts_a[i] for i in gone_b),
        only_b=frozenset(starts_b[i] for i in gone_a),
        edited=frozenset(starts_a[i] for i in edited),
        alike=_alike(said, starts_a, starts_b) if special == "bursts" else {},
    )


def parsed(pair: Pair) -> tuple[Chat, Chat]:
    """Both sides as chats."""
    return parse_text(pair.a, allow_undecided=True), parse_text(pair.b, allow_undecided=True)


def score(pair: Pair, found: Comparison) -> tuple[int, int, int]:
    """True positives, false positives and false negatives over missing and changed messages.

    Messages that stand elsewhere are false, unless one side received some late.
    """
    truth = {("b", line) for line in pair.only_a} | {("a", line) for line in pair.only_b}
    truth |= {("changed", line) for line in pair.edited}
    named = {("b", m.line) for m in found.missing_in_b} | {("a", m.line) for m in found.missing_in_a}
    named |= {("changed", p.a.line) for p in found.changed}
    if not pair.late:
        named |= {("moved", p.a.line) for p in found.moved}
    wanted, given = (Counter(pair.alike.get(key, key) for key in keys) for keys in (truth, named))
    return (wanted & given).total(), (given - wanted).total(), (wanted - given).total()


def _alike(
    said: Sequence[Said], starts_a: Mapping[int, int], starts_b: Mapping[int, int]
) -> dict[tuple[str, int], object]:
    found: dict[tuple[str, int], object] = {}
    for kind, starts in (("a", starts_b), ("b", starts_a), ("changed", starts_a)):
        for i, line in starts.items():
            found[kind, line] = (kind, said[i].who, said[i].kind, said[i].text, said[i].moment.replace(second=0))
    return found


def _rewrite(message: Said, chance: random.Random) -> Said:
    words = ("Kindly", "use", "another", "account", "from", "now", "on")
    return replace(message, text=" ".join(chance.choices(words, k=6)) + "!")


def _edit(message: Said, chance: random.Random) -> Said:
    words = message.text.split(" ")
    words[chance.randrange(len(words))] = chance.choice(("not", "1,450", "tomorrow?", "never"))
    return replace(message, text=" ".join(words) + chance.choice(("", "!", " please")))


def _text(
    said: Sequence[Said], gone: set[int], phone: Phone, names: Sequence[str], order: Sequence[int] | None = None
) -> tuple[bytes, dict[int, int]]:
    written, _ = entries(said, phone, names=names)
    line = 1 + written[0].count("\n")
    starts, kept = {}, [written[0]]
    for place in range(len(said)) if order is None else order:
        entry = written[place + 1]
        if place not in gone:
            starts[place] = line
            line += entry.count("\n")
            kept.append(entry)
    return "".join(kept).encode(), starts


def delayed(places: Sequence[int], chance: random.Random) -> list[int]:
    """The order in which a phone shows them that received one message in fifty late."""
    order = list(places)
    for place in range(10, len(order) - 10):
        if chance.random() < 0.02:
            order.insert(place + chance.randint(1, 4), order.pop(place))
    return order


def main(arguments: list[str]) -> None:
    """Print one row for each number of changes and kind of pair, and write them into the document if asked."""
    by_name = {phone.name: phone for phone in PHONES}
    rounds = 2 if "--quick" in arguments else 8
    lines = ["| pair | changes | recall | precision | CPU seconds |", "|---|---|---|---|---|"]
    for words, first, second, hours, special in KINDS:
        for changes in (1, 10, 100):
            totals, cost = [0, 0, 0], 0.0
            for seed in range(rounds):
                pair = make_pair(
                    5000,
                    changes,
                    1000 + seed,
                    phones=(by_name[first], by_name[second]),
                    offset=timedelta(hours=hours),
                    special=special,
                )
                chats = parsed(pair)
                start = time.process_time()
                found = compare_chats(*chats)
                cost += time.process_time() - start
                totals = [x + y for x, y in zip(totals, score(pair, found), strict=True)]
            hit, false, missed = totals
            recall, precision = hit / max(1, hit + missed), hit / max(1, hit + false)
            lines.append(f"| {words} | {changes} | {recall:.3f} | {precision:.3f} | {cost / rounds:.2f} |")
    phones = (by_name["android-en-GB"], by_name["ios-de"])
    chats = parsed(make_pair(40_000, 100, 7, phones=phones, offset=timedelta(hours=-9)))
    start = time.process_time()
    compare_chats(*chats)
    lines += ["", f"40,000 against 40,000 messages: {time.process_time() - start:.1f} CPU seconds."]
    print("\n".join(lines))
    if "--write" in arguments:
        write_between(Path(arguments[arguments.index("--write") + 1]), "compared", lines)


if __name__ == "__main__":
    main(sys.argv[1:])
