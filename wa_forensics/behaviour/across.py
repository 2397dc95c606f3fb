"""One account over several chats of a case: its whole history as one stream, and stretches that several chats carry.

An intruder writes to many at once: a few messages in each chat, too few to judge. The account's messages in all chats
are put in order by the clocks of the exports and judged as the messages of one sender, with the same models and the
same calibration, so that what runs through several chats counts as one longer stretch. Likelihood ratios of the chats
are not multiplied: they share an owner, a clock and often a topic, and are not independent.

Limits: clocks of different phones may be hours apart, which scatters a stretch; a name is taken as one account,
although two address books may call two people so; whoever writes otherwise to one addressee looks strange there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.change import LOW_RATE, RATE, SHORT_RATE, factor_of, observed_of, share_of, thresholds
from wa_forensics.behaviour.change import RULE as ONE_CHAT
from wa_forensics.behaviour.habits import Contrast, contrasts
from wa_forensics.behaviour.judging import judged, texts_of_chat
from wa_forensics.behaviour.styled import Texts
from wa_forensics.behaviour.windows import Stretch, read_calibration
from wa_forensics.behaviour.writers import Measured, measure_sender, spread
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Finding, Rule, Severity, Signal, joined, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wa_forensics.chat import Chat

RULE = Rule(
    id="behaviour-change-across-chats",
    title="A stretch over several chats reads as if written by another hand",
    threat=ONE_CHAT.threat,
    stage=ONE_CHAT.stage,
    severity=Severity.MEDIUM,
    why="Whoever takes over an account writes to many of its contacts at once, a few messages to each.",
    alternatives=ONE_CHAT.alternatives,
    next_steps=ONE_CHAT.next_steps,
    references=ONE_CHAT.references,
)
# Messages of others that all chats together give for comparison.
OTHERS = 1500
# A chat carries a stretch if it holds so many of its messages; fewer are named beside those of other chats.
FEWEST_CARRIED = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Joined:
    """An account measured over its chats: place of the chat and message id there of each measured message, in order."""

    measured: Measured
    place: NDArray[np.int64]
    message: NDArray[np.int64]
    stretches: tuple[Stretch, ...]


def share(chat: Chat, code: int, most_others: int) -> Texts:
    """What a chat holds of one of its senders, as sender 0, and an even choice of the others' texts."""
    texts = texts_of_chat(chat)
    own = np.flatnonzero(texts.sender == code)
    others = np.flatnonzero(texts.sender != code)
    rows = np.sort(np.concatenate((own, others[spread(len(others), most_others)])))
    kept = texts.take(rows)
    sender = np.where(kept.sender == code, 0, kept.sender + 1)
    return _compact(kept, sender)


def _compact(texts: Texts, sender: NDArray[np.int64]) -> Texts:
    """The same texts in a buffer of their own."""
    size = texts.end - texts.start
    end = np.cumsum(size)
    take = np.arange(int(size.sum())) + np.repeat(texts.start - (end - size), size)
    return Texts(
        buffer=texts.buffer[take],
        start=end - size,
        end=end,
        sender=sender,
        message=texts.message,
        seconds=texts.seconds,
    )


def join(shares: Sequence[Texts]) -> Joined | None:
    """Measure an account over its chats; None if all of it is too little.

    Messages stand in the order of the exports' clocks; those of one time in the order of the chats.
    """
    texts, place = _one_stream(shares)
    senders = int(texts.sender.max(initial=0)) + 1
    ordered = Texts(
        buffer=texts.buffer,
        start=texts.start,
        end=texts.end,
        sender=texts.sender,
        message=np.arange(len(texts.message), dtype=np.int64),
    )
    one = measure_sender(ordered, senders, 0)
    if one is None:
        return None
    _, stretches = judged(one, texts.seconds[one.message], read_calibration())
    return Joined(measured=one, place=place[one.message], message=texts.message[one.message], stretches=stretches)


def _one_stream(shares: Sequence[Texts]) -> tuple[Texts, NDArray[np.int64]]:
    """All texts by time, the account's as sender 0, and the place of each text's chat."""
    sizes = [len(s.buffer) for s in shares]
    shift = np.concatenate(([0], np.cumsum(sizes)))
    senders = np.concatenate(([0], np.cumsum([int(s.sender.max(initial=0)) for s in shares])))
    place = np.repeat(np.arange(len(shares)), [len(s.message) for s in shares])

    def column(name: str) -> NDArray[np.int64]:
        return np.concatenate([getattr(s, name) for s in shares]).astype(np.int64)

    sender, seconds, message = column("sender"), column("seconds"), column("message")
    order = np.lexsort((message, place, seconds))
    texts = Texts(
        buffer=np.concatenate([s.buffer for s in shares]),
        start=column("start") + shift[place],
        end=column("end") + shift[place],
        sender=np.where(sender > 0, sender + senders[place], 0),
        message=message,
        seconds=seconds,
    )
    return texts.take(order), place[order]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pages:
    """The measured messages of all chats as if they were one chat."""

    chats: Sequence[Chat]
    joined: Joined

    def text(self, number: int) -> str:
        return self.chats[int(self.joined.place[number])].text(int(self.joined.message[number]))


def carried(found: Joined, testable: Sequence[bool], *, numbered: bool) -> tuple[tuple[Stretch, tuple[int, ...]], ...]:
    """The stretches that pass their threshold, each with the places of the chats that carry it.

    A stretch of one chat alone is that chat's own matter, unless the account could not be tested there and is known by
    its number: a namesake in another chat is no other hand.
    """
    limits = thresholds(found.measured, read_calibration())
    least = limits[SHORT_RATE if found.measured.means else LOW_RATE]
    kept = []
    for stretch in found.stretches:
        counts = np.bincount(found.place[stretch.first : stretch.last + 1], minlength=len(testable))
        places = tuple(np.flatnonzero(counts >= FEWEST_CARRIED).tolist())
        alone = numbered and not any(testable[place] for place in places)
        if stretch.ratio >= least and places and (len(places) > 1 or alone):
            kept.append((stretch, places))
    return tuple(kept)


def findings_across(
    chats: Sequence[Chat], names: Sequence[str], testable: Sequence[bool], found: Joined, *, numbered: bool
) -> tuple[tuple[int, Finding], ...]:
    """(place, finding) for each chat that carries a stretch; ``names`` is what each chat calls the account.

    ``numbered`` says that the account is known by its number, not by a name alone.
    """
    made = []
    for stretch, places in carried(found, testable, numbered=numbered):
        inside = slice(stretch.first, stretch.last + 1)
        positions = np.arange(len(found.place))
        why = contrasts(_Pages(chats=chats, joined=found), positions, stretch.first, stretch.last)
        counts = np.bincount(found.place[inside], minlength=len(chats)).tolist()
        for place in places:
            messages = found.message[inside][found.place[inside] == place].tolist()
            made.append(
                (place, _finding(chats, place, names[place], messages, (found, stretch, counts, why), numbered))
            )
    return tuple(made)


def _finding(
    chats: Sequence[Chat],
    place: int,
    name: str,
    messages: list[int],
    told: tuple[Joined, Stretch, list[int], tuple[Contrast, ...]],
    numbered: bool,
) -> Finding:
    found, stretch, counts, why = told
    own = found.measured
    short = bool(own.means)
    limits = thresholds(own, read_calibration())
    several = sum(n >= FEWEST_CARRIED for n in counts) > 1
    strong = stretch.ratio >= limits[RATE] and not short and several
    facts = joined((share_of(c) for c in why), "; ")
    size = stretch.last + 1 - stretch.first
    carriers = joined((f"{chats[p].source.name} ({n})" for p, n in enumerate(counts) if n), ", ")
    first = next(p for p, n in enumerate(counts) if n)
    return make_finding(
        chats[place],
        RULE,
        messages,
        observation=joined(
            [
                observed_of(name, size, len(own.message) - size, facts),
                say("By the clocks of the exports they run through these chats: %(chats)s.", chats=carriers),
            ]
        ),
        inference=joined(
            [
                *factor_of(stretch.ratio, own),
                say("The account is known by its number.")
                if numbered
                else say("The account is known by its name alone, which may mean two people."),
            ]
        ),
        confidence=Confidence.MEDIUM if strong else Confidence.LOW,
        severity=Severity.MEDIUM if strong else Severity.LOW,
        actors=(name,),
        signals=(Signal(name="style", weight=round(stretch.ratio, 4), detail=facts),),
        details={
            "score": round(stretch.ratio, 3),
            "threshold": round(limits[RATE], 3),
            "history": len(own.message),
            "chats": [{"source": chats[p].source.name, "messages": n} for p, n in enumerate(counts) if n],
            "stretch": f"{chats[first].source.name}:{int(found.message[stretch.first])}",
        },
    )
