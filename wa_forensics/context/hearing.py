"""What others say and the app notes around a stretch: warnings, doubts, disclosures, checks, codes and notices."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat, once
from wa_forensics.context.signals import Sighting, Sightings, sightings, wary
from wa_forensics.context.writing import change_of_habits
from wa_forensics.entities import clean, codes_in
from wa_forensics.model import Kind, Signal
from wa_forensics.vocabulary import Concept, Event

HOUR = 3600
DAY = 24 * HOUR
CODE_EVENTS = (Event.SECURITY_CODE_CHANGED, Event.SECURITY_CODE_CHANGED_ALL, Event.NUMBER_CHANGED)
REMOVALS = (Event.GROUP_PARTICIPANT_REMOVED, Event.GROUP_PARTICIPANT_WAS_REMOVED, Event.CONTACT_BLOCKED)
REACH = 30 * DAY
# An owner is back in control no sooner than this after the last message of the stretch.
BACK = HOUR // 4
# In a busy group, what is said so many messages later is about something else.
NEAR = 80
NEAR_OWN = 200
# Who is put out so soon after a warning is put out for it.
PUT_OUT = 2 * HOUR
# Others answer within two days.
ANSWER = 2 * DAY
# Who is courted for weeks finds out late: where the contact is blocked in the end, warnings reach so far back.
ANSWER_OF_TWO = 14 * DAY
# They speak of what was just written, owners of what was done under their name, when they find out.
FRESH, FRESH_OWN = 12 * HOUR, 3 * DAY
# Owners say that it was not they when the money is missed; they warn of what goes on under their name at once.
RETURNS: Mapping[str, int] = {"disowned": REACH, "reported as hacked": REACH, "others warn": ANSWER}
REPORTED = "bank or police are called"
GIVEN, GAVE = "a code was given", "gave a code away before"
# Whoever got the code uses the account within so much time.
USED = 10 * DAY
# Talk that has a rate of its own in every chat: known from so many messages elsewhere, and counted only above it.
TALK: Mapping[str, Concept] = {
    "others warn": Concept.WARNING,
    REPORTED: Concept.REPORTING,
    "reported as hacked": Concept.HACKED_DISCLOSURE,
    "disowned by the owner": Concept.DISOWNING,
    "disowned by others": Concept.DISOWNING,
    "others doubt who writes": Concept.IDENTITY_DOUBT,
    GIVEN: Concept.CODE_GIVEN,
}
RATE_LEAST, RATE_TIMES = 3, 6.0
# A code is given within so many messages of the request, in a text of at most so many characters.
CODE_REACH, LONGEST_ANSWER = 14, 90
# Digits that stand alone, in groups or lines as vouchers and session numbers are, up to so many messages after the
# last sign.
BARE = re.compile(r"(?:\d[ ./\-\u2013\n]{0,3}){3,120}")
LATER = 10
CODE_KINDS = frozenset(
    [
        Concept.CODE_REQUEST,
        Concept.CODE_BY_MISTAKE,
        Concept.CARD_DETAILS_REQUEST,
        Concept.DEVICE_LINKING,
        Concept.CALL_FORWARDING,
    ]
)
CHECKED = "checked by voice or in person"
CERTAIN = ("reported as hacked", "removed from the group")
REFUTING = (*CERTAIN, "disowned by others")
# What is heard around a stretch: weight of the first message, and of each further one up to three.
HEARD_WEIGHTS: Mapping[str, tuple[float, float]] = {
    "others warn": (1.3, 0.6),
    REPORTED: (0.7, 0.3),
    "reported as hacked": (1.8, 0.5),
    "disowned by the owner": (1.6, 0.4),
    "disowned by others": (0.7, 0.4),
    "others doubt who writes": (0.9, 0.5),
    "security notice before": (1.0, 0.0),
    GIVEN: (1.2, 0.0),
    GAVE: (1.2, 0.0),
    "removed from the group": (1.3, 0.0),
    "who warned is put out": (0.9, 0.0),
    "deleted messages": (0.5, 0.3),
    CHECKED: (-2.0, -0.7),
    "offers a call or proof": (-1.2, 0.0),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Stretch:
    """An account's signals that belong together, before the others have been heard."""

    sender: int
    stranger: bool
    before: int
    sightings: tuple[Sighting, ...]
    signals: tuple[Signal, ...]
    first: int
    last: int
    sum: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Heard:
    """What others say and the app notes about one stretch, as message ids by what it means."""

    by_meaning: dict[str, list[int]] = field(default_factory=dict)

    def add(self, meaning: str, message: int) -> None:
        """Note a message."""
        self.by_meaning.setdefault(meaning, []).append(message)


def hear(
    chat: Chat,
    stretches: Sequence[Stretch],
    found: Sightings,
    seconds: NDArray[np.int64],
    silent: frozenset[int],
) -> list[Heard]:
    """Give each warning, doubt, disclosure, check, code and notice to the one stretch it most likely speaks of."""
    heard = [Heard() for _ in stretches]
    senders = chat.columns.sender
    answer = ANSWER_OF_TWO if blocked(chat) else ANSWER
    spoken = (
        # "Never give the code to anyone" is advice, and what the bank's own text says, more than a warning of somebody.
        ("others warn", found.talk[Concept.WARNING] - found.talk[Concept.CODE_NEVER_SHARE]),
        (REPORTED, found.talk[Concept.REPORTING] - found.talk[Concept.WARNING]),
        ("reported as hacked", found.talk[Concept.HACKED_DISCLOSURE]),
        ("disowned", found.talk[Concept.DISOWNING] - found.talk[Concept.HACKED_DISCLOSURE]),
        ("others doubt who writes", found.talk[Concept.IDENTITY_DOUBT]),
        (CHECKED, found.talk[Concept.VERIFIED_BY_CALL]),
        (GIVEN, found.talk[Concept.CODE_GIVEN]),
    )
    spans = np.array([(s.first, s.last) for s in stretches], dtype=np.int64).reshape(-1, 2)
    for meaning, messages in spoken:
        for message in sorted(messages - silent):
            back = RETURNS.get(meaning, 0)
            fit = _likely(chat, stretches, spans, message, int(senders[message]), seconds, answer, back)
            if fit is None:
                continue
            named = chat.accounts_in(message) if meaning == "reported as hacked" else ()
            if named and stretches[fit].sender not in named:
                continue
            if meaning == "disowned":
                owner = stretches[fit].sender == int(senders[message])
                heard[fit].add("disowned by the owner" if owner else "disowned by others", message)
            elif meaning == "reported as hacked" and stretches[fit].stranger:
                # An account is stolen from somebody the others know: of an unsaved number it is a warning at most.
                heard[fit].add("others warn", message)
            else:
                heard[fit].add(meaning, message)
    _note_offers_and_codes(chat, stretches, heard, found, seconds)
    _note_lines_of_the_app(chat, stretches, heard, seconds)
    for each in heard:
        _forget_refuted_checks(each)
        if not any(HEARD_WEIGHTS[meaning][0] > 0 for meaning in each.by_meaning.keys() - {REPORTED}):
            # The bank is called about real fees as well.
            each.by_meaning.pop(REPORTED, None)
    return heard


def _note_offers_and_codes(
    chat: Chat, stretches: Sequence[Stretch], heard: Sequence[Heard], found: Sightings, seconds: NDArray[np.int64]
) -> None:
    """A stranger's own offer of a proof, and the codes that were written in answer to a stretch."""
    senders = chat.columns.sender
    doubts: dict[int, list[int]] = {}
    for message in sorted(found.talk[Concept.IDENTITY_DOUBT]):
        doubts.setdefault(int(senders[message]), []).append(message)
    for at, stretch in enumerate(stretches):
        refused = any(s.kind == Concept.CALL_REFUSAL for s in stretch.sightings)
        own = doubts.get(stretch.sender, [])
        offered = bisect_left(own, stretch.first)
        if offered < len(own) and not refused and stretch.stranger:
            heard[at].add("offers a call or proof", own[offered])
        requests = {s.message for s in stretch.sightings if s.kind in CODE_KINDS and s.named}
        if stretch.stranger and not requests:
            # A code that nobody asked for went to somebody else.
            heard[at].by_meaning.pop(GIVEN, None)
        for message in sorted(code_answers(chat, requests, found)):
            if message not in heard[at].by_meaning.get(GIVEN, ()):
                heard[at].add(GIVEN, message)
    away = given_away(chat)
    for at, stretch in enumerate(stretches):
        for message in away.get(stretch.sender, ()):
            if message < stretch.first and seconds[stretch.first] - seconds[message] <= USED:
                heard[at].add(GAVE, message)


def _forget_refuted_checks(heard: Heard) -> None:
    """A call after which others disown, tell of a theft or block confirmed nothing: it brought the fraud to light."""
    refuted = [m for meaning in REFUTING for m in heard.by_meaning.get(meaning, ())]
    checks = [m for m in heard.by_meaning.pop(CHECKED, []) if not any(m <= other for other in refuted)]
    # Who was put out or blocked by then is not the one who was spoken to.
    checks = [] if heard.by_meaning.get("removed from the group") else checks
    for message in checks:
        heard.add(CHECKED, message)


def beyond_chance(chat: Chat, stretch: Stretch, heard: Heard, found: Sightings) -> Heard:
    """Drop what is heard around a stretch no more than everywhere else in the chat, as in a busy room."""
    begin, end = stretch.first, min(len(chat), stretch.last + NEAR)
    span = end - begin
    kept = Heard()
    for meaning, messages in heard.by_meaning.items():
        concept = TALK.get(meaning)
        if concept is not None:
            inside = found.count(concept, begin, end)
            outside = len(found.talk[concept]) - inside
            expected = outside / max(1, len(chat) - span) * span
            if outside >= RATE_LEAST and inside < RATE_TIMES * expected:
                continue
        kept.by_meaning[meaning] = messages
    return kept


@once
def given_away(chat: Chat) -> Mapping[int, tuple[int, ...]]:
    """By sender the messages, ascending, in which it gave another the code that was asked for, or told that it did.

    Empty in a chat of two: whoever got the code writes under that name to others.
    """
    if len(chat.senders) <= 2:
        return {}
    found = sightings(chat)
    senders = chat.columns.sender
    asked: dict[int, list[int]] = {}
    for message, signs in found.by_message.items():
        if any(s.kind in CODE_KINDS and s.named for s in signs) and not wary(found, message):
            asked.setdefault(int(senders[message]), []).append(message)
    told = np.array(sorted(found.talk[Concept.CODE_GIVEN]), dtype=np.int64)
    given: dict[int, set[int]] = {}
    for sender, requests in asked.items():
        answers = code_answers(chat, requests, found)
        for request in requests:
            answers |= set(told[slice(*np.searchsorted(told, (request + 1, request + 1 + CODE_REACH)))].tolist())
        for message in answers:
            if senders[message] not in (sender, -1):
                given.setdefault(int(senders[message]), set()).add(message)
    return {giver: tuple(sorted(messages)) for giver, messages in given.items()}


def code_answers(chat: Chat, requests: Iterable[int], found: Sightings) -> set[int]:
    """Codes that another sender wrote within a few messages of a request."""
    return {message for request in requests for message in _answers(chat, request, found)}


@once
def _answers(chat: Chat, request: int, found: Sightings) -> frozenset[int]:
    sender, given = chat.columns.sender[request], found.talk[Concept.CODE_GIVEN]
    answers: set[int] = set()
    after = chat.written[request + 1 : request + 1 + CODE_REACH]
    for message in (np.flatnonzero(after) + request + 1).tolist():
        text = clean(chat.searched_text(message)).strip()
        if chat.columns.sender[message] == sender or len(text) > LONGEST_ANSWER:
            continue
        for code in codes_in(message, text):
            # Four digits are a price or a year as often as a code, unless they stand alone.
            alone = len(text) <= len(code.value) + 4
            if len(code.value) >= 6 or alone or message in given:
                answers.add(message)
    return frozenset(answers)


def bare_digits(chat: Chat, sender: int, first: int, last: int) -> list[int]:
    """Messages of others from ``first`` to a little after ``last`` that are nothing but digits, as codes are sent."""
    inside = range(first, min(len(chat), last + LATER))
    return [
        m
        for m in inside
        if chat.written[m] and chat.columns.sender[m] != sender and BARE.fullmatch(clean(chat.searched_text(m)).strip())
    ]


def _note_lines_of_the_app(
    chat: Chat, stretches: Sequence[Stretch], heard: Sequence[Heard], seconds: NDArray[np.int64]
) -> None:
    """Add key changes before a stretch, and removals and deletions after its beginning."""
    for message in chat.messages_with(events=CODE_EVENTS).tolist():
        named = chat.accounts_in(message)
        for at, stretch in enumerate(stretches):
            close = message <= stretch.last and seconds[stretch.first] - seconds[message] <= 2 * DAY
            if close and (stretch.sender in named or (not named and len(chat.senders) <= 2)):
                heard[at].add("security notice before", message)
    for message in chat.messages_with(events=REMOVALS).tolist():
        alone = len(chat.senders) <= 2 and chat.event(message) is Event.CONTACT_BLOCKED
        out = {code for code, place in chat.accounts_in(message).items() if place > 0}
        for at, stretch in enumerate(stretches):
            if not stretch.first < message:
                continue
            pause = seconds[message] - seconds[stretch.last]
            if (alone and pause <= ANSWER_OF_TWO) or (stretch.sender in out and pause <= 3 * DAY):
                heard[at].add("removed from the group", message)
            warned = (m for m in heard[at].by_meaning.get("others warn", ()) if m < message)
            if out & {int(chat.columns.sender[m]) for m in warned if seconds[message] - seconds[m] <= PUT_OUT}:
                heard[at].add("who warned is put out", message)
    by_sender: dict[int, list[int]] = {}
    for at, stretch in enumerate(stretches):
        by_sender.setdefault(stretch.sender, []).append(at)
    for message in chat.messages_with(kind=Kind.DELETED).tolist():
        for at in by_sender.get(int(chat.columns.sender[message]), ()):
            stretch = stretches[at]
            after = stretch.first <= message and seconds[message] - seconds[stretch.last] <= DAY
            if after:
                heard[at].add("deleted messages", message)


def blocked(chat: Chat) -> bool:
    """Is the contact of a chat of two blocked?"""
    return len(chat.senders) <= 2 and bool(len(chat.messages_with(events=(Event.CONTACT_BLOCKED,))))


def _likely(
    chat: Chat,
    stretches: Sequence[Stretch],
    spans: NDArray[np.int64],
    message: int,
    speaker: int,
    seconds: NDArray[np.int64],
    answer: int,
    back_within: int,
) -> int | None:
    """The stretch with the heaviest own signals just before, of other accounts in the last ``answer`` seconds.

    Of the speaker's own account too if its last message is no more than ``back_within`` seconds ago.
    """
    best: tuple[float, int] | None = None
    for at in np.flatnonzero((spans[:, 0] < message) & (spans[:, 1] >= message - NEAR_OWN)).tolist():
        stretch = stretches[at]
        # The owner back in control speaks under the same name, sometimes only when the money is missed.
        # Who goes on at once reports what happened to somebody else.
        last = _last_sign(stretch, message)
        pause = seconds[message] - seconds[last]
        returned = stretch.sender == speaker and message > stretch.last and BACK <= pause <= back_within
        late = not returned and pause > answer
        late |= message - last > (NEAR_OWN if returned else NEAR)
        late |= seconds[message] - seconds[stretch.first] > REACH
        if late or (stretch.sender == speaker and not returned):
            continue
        # "That was not us" of an account that wrote in its usual way is about somebody else.
        otherwise = returned and change_of_habits(chat, speaker, stretch.first, stretch.last)[0] > 0
        half = FRESH_OWN if otherwise else FRESH
        just = _just_shown(stretch, message, seconds, half) if answer == ANSWER else 1.0
        weight = stretch.sum * just + (1.5 if stretch.stranger else 0.0)
        if best is None or weight > best[0]:
            best = (weight, at)
    return None if best is None else best[1]


def _last_sign(stretch: Stretch, message: int) -> int:
    """The latest sign of a stretch before a message: weeks may lie between two signs of a stranger."""
    place = bisect_left(stretch.sightings, message, key=lambda sighting: sighting.message)
    return stretch.sightings[place - 1].message if place else stretch.first


def _just_shown(stretch: Stretch, message: int, seconds: NDArray[np.int64], half: int) -> float:
    """Share (0 to 1) of a stretch's signs before a message, half as much for every ``half`` seconds."""
    weights = np.array([s.weight for s in stretch.sightings])
    ago = seconds[message] - seconds[np.array([s.message for s in stretch.sightings], dtype=np.int64)]
    shown = weights * np.where(ago > 0, 0.5 ** (np.maximum(ago, 0) / half), 0.0)
    return float(shown.sum() / max(weights.sum(), 1e-9))


def settled(heard: Heard, *, unlike: bool = False) -> bool:
    """Do at least two kinds of words, or one strong one, say that somebody else writes under a known name?

    ``unlike`` says that the habits of writing changed, which counts as one of them.
    """
    told = [m for m, said in heard.by_meaning.items() if HEARD_WEIGHTS[m][0] > 0 and said and m != REPORTED]
    hacked = len(heard.by_meaning.get("reported as hacked", ())) >= 2
    return (
        len(told) + unlike >= 2
        or "disowned by the owner" in told
        or hacked
        or len(heard.by_meaning.get("others warn", ())) >= 3
    )
