"""What people say about an account: the doubts and warnings of others, and the owner's own word afterwards.

Phrases of doubt and denial are said in jest too. What counts is how many more there are than the rest of
the chat would lead one to expect.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from wa_forensics.incidents.marks import names_account
from wa_forensics.incidents.question import DAY, DOUBT_REACH, OWNER_REACH, Question, Reason, at_lines
from wa_forensics.model import say
from wa_forensics.vocabulary import Concept

# Who speaks so many seconds after a doubt that names the account, and names nobody, still speaks of it.
SAME_TALK = 2 * 3600
# What tells how it came about, or that somebody checked.
CHECKS = (Concept.WEB_SESSION, Concept.DEVICE_LINKING, Concept.VERIFIED_BY_CALL, Concept.SCAM_TALK, Concept.CODE_GIVEN)


def told_of(asked: Question) -> tuple[list[int], list[int]]:
    """The doubts and warnings of others about the stretch and the owner's later word on it; and what was said beside
    on linked devices, codes and calls that were made to check. Ascending, each message once.
    """
    marks, seconds = asked.marks, asked.seconds
    spoken = set(_aimed(asked, (*marks.doubts, *marks.warnings)))
    spoken |= set(_own_later(asked, (*marks.disclosures, *marks.own_warnings)))
    checks = asked.chat.said(*CHECKS).messages.tolist()
    around = {*_aimed(asked, checks), *(m for m in _own_later(asked, checks) if seconds[m] <= asked.end + DAY)}
    return sorted(spoken), sorted(around - spoken)


def _aimed(asked: Question, messages: Iterable[int]) -> list[int]:
    """Those messages of others, up to two days after the stretch, that are about this account."""
    near = (m for m in asked.unspent(messages) if asked.start <= asked.seconds[m] <= asked.end + DOUBT_REACH)
    return [m for m in near if asked.chat.sender(m) is not None and not asked.by_account(m) and _aimed_at(asked, m)]


def _own_later(asked: Question, messages: Iterable[int]) -> list[int]:
    """Those messages that the account itself wrote after the stretch."""
    later = (m for m in asked.unspent(messages) if m > asked.last and asked.by_account(m))
    return [m for m in later if asked.seconds[m] <= asked.end + OWNER_REACH]


def others(asked: Question) -> Iterator[Reason]:
    """What others say during the stretch and in the two days after it."""
    marks = asked.marks
    doubts = _aimed(asked, marks.doubts)
    if doubts:
        where = at_lines(asked, doubts)
        yield Reason(
            weight=1.5 * _beyond_usual(asked, doubts, marks.doubts),
            sentence=say("Others doubt that the owner is writing (%(lines)s).", lines=where),
            messages=tuple(doubts),
            named=any(m in asked.doubts_by_name for m in doubts),
        )
    warnings = _aimed(asked, marks.warnings)
    if warnings:
        yield Reason(
            weight=1.5 * _beyond_usual(asked, warnings, marks.warnings),
            sentence=say(
                "Others warn, or say that the account is in other hands (%(lines)s).", lines=at_lines(asked, warnings)
            ),
            messages=tuple(warnings),
            disowning=True,
        )


def afterwards(asked: Question) -> Iterator[Reason]:
    """The owner's word after the stretch, removal from the group, deletions, the behaviour model's view."""
    chat, seconds, marks = asked.chat, asked.seconds, asked.marks

    word = _own_later(asked, marks.disclosures)
    warned = _own_later(asked, marks.own_warnings)
    if not word and warned:
        where = at_lines(asked, warned)
        told = say("Afterwards the account itself warns (%(lines)s).", lines=where)
        yield Reason(weight=1.0, sentence=told, messages=tuple(warned))
    if word:
        yield Reason(
            weight=(3.0 if marks.told & set(word) else 1.5) * _own_beyond_usual(asked, word),
            sentence=say(
                "Afterwards the account itself tells of a theft or disowns texts (%(lines)s).",
                lines=at_lines(asked, word),
            ),
            messages=tuple(word),
            disowning=True,
            own_word=True,
            named=bool(marks.told & set(word)),
        )
    found = _own_later(asked, (m for m in marks.access if m not in word and m not in warned))
    if found:
        told = say("Afterwards the account itself tells of a linked device (%(lines)s).", lines=at_lines(asked, found))
        yield Reason(weight=1.5, sentence=told, messages=tuple(found), disowning=True, own_word=True)
    removed = [
        m
        for m in asked.unspent(marks.removals)
        if asked.end <= seconds[m] <= asked.end + DAY and names_account(chat, m, asked.account)
    ]
    if removed:
        where = at_lines(asked, removed)
        yield Reason(
            weight=1.0,
            sentence=say("The account is removed from the group (%(lines)s).", lines=where),
            messages=tuple(removed),
            named=True,
        )
    deleted = [m for m in asked.inside.tolist() if m in marks.deletions]
    if len(deleted) >= 2:
        gone = say(
            "%(deleted)s of the messages were deleted (%(lines)s).",
            deleted=len(deleted),
            lines=at_lines(asked, deleted),
        )
        yield Reason(weight=0.5, sentence=gone, emptied=True)
    change = [m for m in marks.change if asked.first <= m <= asked.last and asked.by_account(m)]
    if change:
        where = at_lines(asked, change)
        told = say("The behaviour model reports a change of sender here (%(lines)s).", lines=where)
        yield Reason(weight=1.5, sentence=told, foreign=True)


def _aimed_at(asked: Question, message: int) -> bool:
    """Is a doubt or warning about this account? It names it, the talk goes on from a doubt that did, or the account
    wrote most of the harm before it.
    """
    named = asked.chat.accounts_in(message)
    if asked.chat.sender_code(asked.account) in named or message in asked.doubts_by_name:
        return True
    if any(asked.chat.sender_code(name) in named for name in asked.rivals):
        return False
    if not named and any(0 <= asked.seconds[message] - asked.seconds[m] <= SAME_TALK for m in asked.doubts_by_name):
        return True
    at = float(asked.seconds[message])
    harm = asked.of.harm_by_sender(at - DOUBT_REACH, math.inf, message + 1)
    mine = float(harm[asked.chat.sender_code(asked.account)])
    return mine > 0 and mine >= float(harm.max())


def _beyond_usual(asked: Question, heard: list[int], every: Iterable[int]) -> float:
    """Share (0 to 1) of the full weight: all of it for a message that names the account."""
    if any(names_account(asked.chat, m, asked.account) for m in heard):
        return 1.0
    until = asked.end + DOUBT_REACH
    seconds = asked.seconds
    elsewhere = sum(not asked.start <= seconds[m] <= until and not asked.by_account(m) for m in every)
    here = int(((seconds >= asked.start) & (seconds <= until)).sum())
    return _surplus(len(heard), elsewhere, here, len(seconds) - here)


def _own_beyond_usual(asked: Question, word: list[int]) -> float:
    own, seconds = asked.of.own, asked.seconds
    before = own < asked.first
    elsewhere = sum(m < asked.first and asked.by_account(m) for m in asked.marks.disclosures)
    reached = int(((own > asked.last) & (seconds[own] <= asked.end + OWNER_REACH)).sum())
    return _surplus(len(word), elsewhere, reached, int(np.count_nonzero(before)))


def _surplus(heard: int, elsewhere: int, here: int, rest: int) -> float:
    """How far a count exceeds what the rate elsewhere leads one to expect (1: clearly)."""
    expected = elsewhere * here / max(rest, 1)
    return min(1.0, max(0.0, (heard - expected) / (1 + 2 * math.sqrt(expected))))
