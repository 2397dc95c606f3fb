"""Accounts that several hands write: how many, and which messages may be whose.

Two signs: sign-offs ("- Ravi" at the end of a message, counted as the chat gives them), and sittings that part into
two ways of writing (``division``). A style has no name: hands are called A and B, and only a sign-off that stands in
the chat is quoted. Limits: a hand with few sittings is not seen; two languages or two kinds of customers of one
writer look like two hands; a single change of hand is left to the rule behaviour-change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wa_forensics.behaviour.division import FEWEST_TURNS, Division
from wa_forensics.behaviour.windows import read_calibration
from wa_forensics.behaviour.writers import Measured
from wa_forensics.chat import KIND_CODE, Chat
from wa_forensics.findings import make_finding
from wa_forensics.model import (
    Confidence,
    Example,
    Finding,
    HandGroup,
    Kind,
    Rule,
    Said,
    Severity,
    Signal,
    Stage,
    Threat,
    counted,
    joined,
    say,
)

RULE = Rule(
    id="several-hands",
    title="One account seems to be written by several hands",
    threat=Threat.SHARED_ACCOUNT,
    stage=Stage.LURE,
    severity=Severity.LOW,
    why="Where several people write under one name, a message says little about who sent it.",
    alternatives=(
        "One person who writes differently to different people, or in two languages.",
        "Two phones or keyboards of one person; dictation at times.",
        "Prepared texts of a business.",
    ),
    next_steps=(
        "Ask who had access to the account, from which devices, at which times.",
        "Compare the table of message groups with duty rosters and linked devices.",
    ),
    references=("https://faq.whatsapp.com/378279804439436",),
    fires_on=(
        Example(
            messages=tuple(
                ("Shop", f"{text} - {name}")
                for text, name in zip(
                    ("order packed", "rider left", "bill sent", "stock is low", "closed today", "price fixed"),
                    ("Ravi", "Anu") * 3,
                    strict=True,
                )
            )
        ),
    ),
    quiet_on=(Example(messages=(("Shop", "we close at eight - see you"),), note="no sign-off that returns"),),
)
# The last line's end: a dash, tilde or caret, then one or two words.
_SIGN_OFF = re.compile(r"(?:^|\s)[-–—~^]\s?([^\W\d_][\w.']{0,18}(?: [^\W\d_][\w.']{0,18})?)[.!]?\s*$")
TAIL_BYTES = 48
# Bytes that are looked at together: what a block needs beside stays in the cache.
BLOCK = 1 << 20
FEWEST_SIGNED = 3
MOST_NAMES = 8
MOST_GROUPS = 120
EVIDENCE = 40
# Below this probability a group is given to nobody.
SURE = 0.8


@dataclass(frozen=True, kw_only=True, eq=False)
class Attribution:
    """Groups of messages of one account by hand; ``signed`` counts sign-offs, ``parted`` is None without a division."""

    groups: tuple[HandGroup, ...]
    signed: Mapping[str, int]
    parted: float | None


def attribute(chat: Chat, own: Measured | None, code: int, signed: Mapping[int, str]) -> Attribution | None:
    """Who may have written what under a sender code; None where one hand explains it all."""
    names = _lasting(signed)
    division = own.division if own is not None else None
    limit = read_calibration().parted
    styled = division is not None and division.parted >= limit and division.turns >= FEWEST_TURNS
    if len(names) < 2 and not styled:
        return None
    if styled and own is not None and division is not None:
        groups = _by_style(own, division, signed, names)
        return Attribution(groups=groups, signed=names, parted=division.parted)
    return Attribution(groups=_by_name(signed, names), signed=names, parted=None)


def sign_offs(chat: Chat) -> dict[int, dict[int, str]]:
    """Per sender code the messages that end in a sign-off, with its text as written."""
    c = chat.columns
    data = np.frombuffer(chat.buffer, dtype=np.uint8)
    dash = np.concatenate([low + _dashes(data[low : low + BLOCK]) for low in range(0, max(1, len(data)), BLOCK)])
    rows = np.flatnonzero((c.kind == KIND_CODE[Kind.TEXT]) & (c.sender >= 0) & (c.text_end > c.text_start))
    at = np.searchsorted(dash, np.maximum(c.text_start[rows], c.text_end[rows] - TAIL_BYTES))
    hit = at < len(dash)
    hit[hit] = dash[at[hit]] < c.text_end[rows[hit]]
    found: dict[int, dict[int, str]] = {}
    # Only the few messages with a dash near their end are read.
    for message in rows[hit].tolist():
        match = _SIGN_OFF.search(chat.text(message)[-TAIL_BYTES:])
        if match:
            found.setdefault(int(c.sender[message]), {})[message] = match[1]
    return found


def _dashes(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.flatnonzero((data == 45) | (data == 126) | (data == 94) | (data == 0xE2))


def _lasting(signed: Mapping[int, str]) -> dict[str, int]:
    """Sign-offs that return, with their counts, the most frequent first; written alike but for case."""
    counts = Counter(name.casefold() for name in signed.values())
    written = {name.casefold(): name for name in reversed(list(signed.values()))}
    lasting = [(name, count) for name, count in counts.most_common() if count >= FEWEST_SIGNED]
    return {written[name]: count for name, count in lasting[:MOST_NAMES]}


def _by_name(signed: Mapping[int, str], names: Mapping[str, int]) -> tuple[HandGroup, ...]:
    """Runs of messages with the same sign-off; messages without one are given to nobody."""
    known = {name.casefold(): name for name in names}
    groups: list[HandGroup] = []
    for message, name in sorted(signed.items()):
        if name.casefold() not in known:
            continue
        label = known[name.casefold()]
        if groups and groups[-1].hand == label:
            last = groups.pop()
            groups.append(
                HandGroup(
                    hand=label,
                    first_message=last.first_message,
                    last_message=message,
                    messages=last.messages + 1,
                    probability=None,
                    signed=label,
                )
            )
        else:
            groups.append(
                HandGroup(
                    hand=label, first_message=message, last_message=message, messages=1, probability=None, signed=label
                )
            )
    return tuple(groups)


def _by_style(
    own: Measured, division: Division, signed: Mapping[int, str], names: Mapping[str, int]
) -> tuple[HandGroup, ...]:
    """Neighbouring sittings of one side as a group; hand A is the first to appear."""
    known = {name.casefold() for name in names}
    second = division.second
    if second[0] > 0.5:
        second = 1 - second
    side = np.where(second >= SURE, 1, np.where(second <= 1 - SURE, 0, -1))
    edges = np.flatnonzero(np.diff(side)) + 1
    groups = []
    for first, last in zip(np.append(0, edges).tolist(), (np.append(edges, len(side)) - 1).tolist(), strict=True):
        inside = own.message[(division.sitting >= first) & (division.sitting <= last)]
        if len(inside) == 0:
            continue
        hand = {1: "B", 0: "A", -1: ""}[int(side[first])]
        part = second[first : last + 1]
        signs = Counter(
            signed[m] for m in inside.tolist() if m in signed and signed[m].casefold() in known
        ).most_common(1)
        groups.append(
            HandGroup(
                hand=hand,
                first_message=int(inside[0]),
                last_message=int(inside[-1]),
                messages=len(inside),
                probability=round(float(np.mean(part if hand == "B" else 1 - part)), 3) if hand else None,
                signed=signs[0][0] if signs else "",
            )
        )
    return tuple(groups)


def findings(chat: Chat, attributions: Mapping[int, Attribution]) -> Iterator[Finding]:
    """One finding for every account that several hands seem to write."""
    for code, found in sorted(attributions.items()):
        name = chat.senders[code]
        evidence = _examples(found)
        facts = []
        if found.signed:
            signs = (
                counted("“%(sign)s” (%(num)s time)", "“%(sign)s” (%(num)s times)", count, sign=sign)
                for sign, count in found.signed.items()
            )
            facts.append(say("signed %(signs)s", signs=joined(signs, ", ")))
        if found.parted is not None:
            sides = Counter(group.hand for group in found.groups for _ in range(group.messages))
            facts.append(
                say(
                    "%(groups)s groups in turn, %(one)s messages in one way of writing and %(other)s in another, "
                    "%(undecided)s undecided",
                    groups=len(found.groups),
                    one=sides["A"],
                    other=sides["B"],
                    undecided=sides[""],
                )
            )
        both = found.parted is not None and len(found.signed) >= 2
        yield make_finding(
            chat,
            RULE,
            evidence,
            observation=say("Messages of %(name)s: %(facts)s.", name=name, facts=joined(facts, "; ")),
            inference=_inference(found),
            confidence=Confidence.MEDIUM if both or len(found.signed) >= 2 else Confidence.LOW,
            actors=(name,),
            signals=(Signal(name="hands", weight=round(found.parted, 3), detail=facts[-1]),) if found.parted else (),
            details={
                "hands": hands_of(found),
                "groups": [
                    {
                        "hand": g.hand or None,
                        "first_message": g.first_message,
                        "last_message": g.last_message,
                        "messages": g.messages,
                        "probability": g.probability,
                        "signed": g.signed or None,
                    }
                    for g in found.groups[:MOST_GROUPS]
                ],
                "groups_left_out": max(0, len(found.groups) - MOST_GROUPS),
            },
        )


def hands_of(found: Attribution | None) -> int:
    """The least number of hands that the signs speak for."""
    if found is None:
        return 1
    return max(len(found.signed), 2 if found.parted is not None else 0)


def _examples(found: Attribution) -> list[int]:
    """First messages of groups, hand by hand in turn."""
    return [group.first_message for group in found.groups if group.hand][:EVIDENCE]


def _inference(found: Attribution) -> Said:
    hands = hands_of(found)
    if found.parted is None:
        return say(
            "At least %(hands)s people may write under this name; unsigned messages are given to nobody.", hands=hands
        )
    false = read_calibration().parted_false
    return say(
        "At least %(hands)s hands may write under this name. Of %(accounts)s accounts of one hand in public "
        "collections %(parted)s parted as clearly. Each group is given with its probability; below %(sure)s it is "
        "given to nobody.",
        hands=hands,
        accounts=false.accounts,
        parted=false.above,
        sure=f"{100 * SURE:.0f} %",
    )
