"""Cuts the signals of each account into stretches, and adds up what a stretch shows of its own."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat, once
from wa_forensics.context.crowd import Crowd
from wa_forensics.context.hearing import Stretch, given_away
from wa_forensics.context.signals import CODES, COMMON, Sighting, Sightings, discussed, recites, strangers, wary
from wa_forensics.context.writing import own_messages
from wa_forensics.model import Said, Signal, counted, say
from wa_forensics.vocabulary import Concept

HOUR = 3600
DAY = 24 * HOUR
# Signals further apart belong to different stretches.
GAP_KNOWN = 36 * HOUR
GAP_STRANGER = 21 * DAY
OWNER_SITTING = 4 * HOUR
# Polite words show nothing alone: further than this from any other sign they belong to no stretch.
POLITE_NEAR = 4 * HOUR
PRIOR_STRANGER = -3.2
# Each further kind of signal counts a little less: they are not independent.
DAMPING = 0.85
# An account with contacts here attacks in at least this share of its messages of a stretch.
DENSE = 0.25
# Somebody not in the contacts may be a neighbor of long standing: judged once there are so many messages.
DENSE_STRANGER, TALKATIVE = 0.15, 15
PITCHES = frozenset([Concept.JOB_OFFER, Concept.INVESTMENT_PITCH, Concept.UNLOCK_FEE])
# A text that warns, doubts or quotes counts so much less.
QUOTED = 0.35
CAUTIOUS = (Concept.WARNING, Concept.SCAM_TALK, Concept.CODE_NEVER_SHARE)
# A text that mostly stands in quotation marks tells what somebody else says.
RECITED = 0.5
# So much less if others had just talked about scams.
DISCUSSED = 0.6
LEAST = 0.75
THIN = "few of its messages"


def all_stretches(
    chat: Chat, found: Sightings, seconds: NDArray[np.int64], around: Crowd, patient: Collection[int] = ()
) -> list[Stretch]:
    """Each account's stretches; in a crowd, where strangers are the rule, theirs are cut and thinned as contacts'.

    Those of ``patient`` contacts, who attack under their own name, are cut and thinned as strangers' are.
    """
    by_sender: dict[int, list[int]] = {}
    # The owner's word cuts a stretch though it is no sign itself.
    owners_word = found.talk[Concept.HACKED_DISCLOSURE] | found.talk[Concept.DISOWNING]
    for message in sorted(found.by_message.keys() | owners_word):
        by_sender.setdefault(int(chat.columns.sender[message]), []).append(message)
    unknown = strangers(chat)
    built = []
    for sender in sorted(by_sender):
        loose = (bool(unknown[sender]) and around.prior == PRIOR_STRANGER) or sender in patient
        gap = GAP_STRANGER if loose else GAP_KNOWN
        word = frozenset[int]() if sender in patient else owners_word
        # What the owner writes from a disclosure on is no attack.
        # What a contact wrote before it gave a code away was its own.
        away = () if unknown[sender] else given_away(chat).get(sender, ())
        cuts = [c for c in _cut(by_sender[sender], seconds, gap, word, away) if unknown[sender] or c[0] not in word]
        for at, messages in enumerate(_without_polite_ends(c, found, seconds) for c in cuts):
            # Talk of scams before an account's first signs makes these part of the talk; later it is about them.
            worth = DISCUSSED if at == 0 and discussed(chat, sender, messages[0], found, seconds) else 1.0
            familiar = around.worth if unknown[sender] else {}
            stretch = _stretch(
                chat, sender, messages, found, worth, familiar, stranger=bool(unknown[sender]), loose=loose
            )
            if stretch is not None:
                built.append(stretch)
    return built


def _cut(
    messages: Sequence[int], seconds: NDArray[np.int64], gap: int, word: Set[int], away: Sequence[int]
) -> list[list[int]]:
    """Cut an account's signals at long pauses, where the owner speaks up, and after each code that it gave ``away``."""
    parts: list[list[int]] = []
    for message in messages:
        owner = message in word
        # Who tells of a theft at night may be robbed of the account by morning: the owner's word holds for a sitting.
        told = bool(parts) and parts[-1][0] in word
        longest = min(gap, OWNER_SITTING) if told else gap
        same_hand = bool(parts) and bisect_left(away, parts[-1][-1]) == bisect_left(away, message)
        if same_hand and not owner and seconds[message] - seconds[parts[-1][-1]] <= longest:
            parts[-1].append(message)
        else:
            parts.append([message])
    return parts


def _without_polite_ends(messages: list[int], found: Sightings, seconds: NDArray[np.int64]) -> list[int]:
    """A stretch does not begin or end with lines that are polite and no more, long before or after any other sign."""
    telling = [m for m in messages if {s.kind for s in found.by_message.get(m, ())} != {Concept.FORMAL_GREETING}]
    if not telling:
        return messages
    low, high = seconds[telling[0]] - POLITE_NEAR, seconds[telling[-1]] + POLITE_NEAR
    return [m for m in messages if telling[0] <= m <= telling[-1] or low <= seconds[m] <= high]


def _stretch(
    chat: Chat,
    sender: int,
    messages: Sequence[int],
    found: Sightings,
    plain: float,
    familiar: Mapping[str, float],
    *,
    stranger: bool,
    loose: bool,
) -> Stretch | None:
    kinds: dict[str, tuple[float, Sighting]] = {}
    sighted = []
    marked = 0.0
    for message in messages:
        worth = QUOTED if wary(found, message) else RECITED * plain if recites(chat, message) else plain
        # "Never share the code" holds the words of a request, whoever says it.
        of_codes = min(worth, QUOTED) if found.said(message, Concept.CODE_NEVER_SHARE) else worth
        for sighting in found.by_message.get(message, ()):
            worth_here = of_codes if sighting.kind in CODES else worth
            weight = sighting.weight * worth_here * familiar.get(sighting.kind, 1.0)
            sighted.append(sighting)
            if sighting.kind not in kinds or weight > kinds[sighting.kind][0]:
                kinds[sighting.kind] = (weight, sighting)
        marked += max(
            (familiar.get(s.kind, 1.0) for s in found.by_message.get(message, ()) if s.kind not in COMMON), default=0.0
        )
    ranked = sorted(kinds.values(), key=lambda item: (-item[0], item[1].kind))
    signals = [
        Signal(
            name=sighting.kind.replace("_", " "), weight=round(weight * DAMPING**rank, 3), detail=_where(chat, sighting)
        )
        for rank, (weight, sighting) in enumerate(ranked)
    ]
    own_warnings = [m for m in messages if found.said(m, *CAUTIOUS) and wary(found, m)]
    if own_warnings:
        signals.append(heard_signal(chat, "warns of fraud itself", own_warnings, -0.7, -0.5))
    own = own_messages(chat, sender)
    first = int(np.searchsorted(own, messages[0]))
    length = int(np.searchsorted(own, messages[-1], "right")) - first
    if not PITCHES.isdisjoint(kinds):
        marked += _other_sums(chat, own[first : first + length], messages)
    share = marked / max(length, 1)
    dense = DENSE if not loose else DENSE_STRANGER if length >= TALKATIVE else 0.0
    if share < dense:
        signals.append(_thin(signals, share, dense, length))
    total = sum(s.weight for s in signals)
    if total < LEAST:
        return None
    return Stretch(
        sender=sender,
        stranger=stranger,
        before=first,
        sightings=tuple(sighted),
        signals=tuple(signals),
        first=messages[0],
        last=messages[-1],
        sum=total,
    )


def _thin(signals: Sequence[Signal], share: float, dense: float, length: int) -> Signal:
    """Somebody who writes a lot says some of these words by chance."""
    weight = sum(s.weight for s in signals) * (share / dense - 1.0)
    return Signal(
        name=THIN,
        weight=round(weight, 3),
        detail=say("%(share)s of %(messages)s", share=f"{share:.0%}", messages=length),
    )


def _other_sums(chat: Chat, own: NDArray[np.int64], messages: Sequence[int]) -> int:
    """How many of an account's other messages name an amount: wages, deposits and balances are the pitch."""
    sums = _sums(chat)
    at = np.searchsorted(own, sums)
    theirs = sums[at < len(own)]
    return int(np.count_nonzero((own[at[at < len(own)]] == theirs) & ~np.isin(theirs, messages)))


@once
def _sums(chat: Chat) -> NDArray[np.int64]:
    """The messages that name an amount, ascending."""
    return np.unique(np.array([a.message for a in chat.amounts], dtype=np.int64))


def _where(chat: Chat, sighting: Sighting) -> Said:
    line = str(chat.columns.line[sighting.message])
    if sighting.detail:
        return say("line %(line)s: %(detail)s", line=line, detail=sighting.detail)
    return say("line %(lines)s", lines=line)


def heard_signal(chat: Chat, name: str, messages: Iterable[int], one: float, more: float, most: int = 3) -> Signal:
    heard = list(messages)
    weight = one + more * (min(len(heard), most) - 1)
    lines = ", ".join(str(chat.columns.line[m]) for m in heard[:most])
    detail = counted("line %(lines)s", "lines %(lines)s", min(len(heard), most), lines=lines)
    return Signal(name=name, weight=round(weight, 3), detail=detail)
