"""How surely the hand behind an account changed: the reasons, their weights, and one sentence for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.incidents.marks import Marks, names_account
from wa_forensics.incidents.stretch import Account
from wa_forensics.incidents.writing import contrast, hours_of, read_habits, usual_hours, with_hours

HOUR = 3600
DAY = 24 * HOUR
# Fewer messages outside the stretch than this are no history that a change could be measured against.
LEAST_HISTORY = 6
# Less harm than one clear request inside the stretch is no attack.
LEAST_HARM = 1.5
# A notice or a code given away says something about the days after it, not about the months.
NOTICE_REACH = 3 * DAY
ACCESS_REACH = 10 * DAY
DOUBT_REACH = 2 * DAY
OWNER_REACH = 45 * DAY
SAMPLE = 400


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason: weight in log-odds, its sentence (empty if not shown) and the messages it rests on."""

    weight: float
    sentence: str = ""
    messages: tuple[int, ...] = ()
    disowning: bool = False
    named: bool = False
    own_word: bool = False


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Sum of the weights, the sentences shown and the messages the reasons rest on.

    ``harm`` is the weight of the content, 0 if it is less than one request; ``habits`` that of the change
    of habits; ``notice`` says whether a security-code notice of the account stands before, ``own_word``
    whether the account itself disowns texts later.

    ``disowned``: somebody, the owner or another, wrote that the account was in other hands; ``named``: a
    notice, a removal, a doubt or the owner's word is about this very account.
    """

    total: float
    harm: float = 0.0
    habits: float = 0.0
    notice: bool = False
    own_word: bool = False
    disowned: bool = False
    named: bool = False
    sentences: tuple[str, ...] = ()
    messages: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """Did somebody else write messages ``first`` to ``last`` of the account? Messages in ``spent`` do not
    count.
    """

    of: Account
    first: int
    last: int
    spent: Set[int]

    @property
    def chat(self) -> Chat:
        return self.of.chat

    @property
    def account(self) -> str:
        return self.of.name

    @property
    def marks(self) -> Marks:
        return self.of.marks

    @property
    def seconds(self) -> NDArray[np.int64]:
        return self.of.seconds

    @cached_property
    def inside(self) -> NDArray[np.int64]:
        return self.of.own[(self.of.own >= self.first) & (self.of.own <= self.last)]

    @cached_property
    def outside(self) -> NDArray[np.int64]:
        return self.of.own[(self.of.own < self.first) | (self.of.own > self.last)]

    @property
    def start(self) -> int:
        return int(self.seconds[self.first])

    @property
    def end(self) -> int:
        return int(self.seconds[self.last])

    def by_account(self, message: int) -> bool:
        return self.chat.sender(message) == self.account

    def unspent(self, messages: Iterable[int]) -> list[int]:
        return [m for m in messages if m not in self.spent]


def weigh(account: Account, span: tuple[int, int], spent: Set[int] = frozenset()) -> Proof:
    """Reasons to think that the account's messages in ``span`` are foreign; messages in ``spent`` do not
    count.
    """
    asked = Question(of=account, first=span[0], last=span[1], spent=spent)
    marks, inside = account.marks, asked.inside
    harm = sum(marks.harm.get(m, 0.0) for m in inside.tolist())
    if len(asked.outside) < LEAST_HISTORY:
        return Proof(total=0.0)
    harmful = [m for m in inside.tolist() if m in marks.harm]
    what = f"{len(harmful)} of the {len(inside)} messages are evidence of findings"
    what += f" ({_at(asked, harmful)})." if harmful else "."
    access = list(_access(asked))
    habits = _habit_change(asked)
    reasons = [
        Reason(weight=0.0, sentence=what),
        *access,
        habits,
        *_others(asked),
        *_afterwards(asked),
        Reason(weight=-_same_hand(asked, harm)),
    ]
    return Proof(
        total=sum(reason.weight for reason in reasons),
        harm=harm if harm >= LEAST_HARM else 0.0,
        habits=habits.weight,
        notice=any(reason.named for reason in access),
        own_word=any(reason.own_word for reason in reasons),
        disowned=any(reason.disowning for reason in reasons),
        named=any(reason.named for reason in reasons),
        sentences=tuple(reason.sentence for reason in reasons if reason.sentence),
        messages=tuple(sorted({m for reason in reasons for m in reason.messages})),
    )


def _access(asked: Question) -> Iterator[Reason]:
    """What stands before the stretch: a security-code notice, a code given away, a report of a foreign
    device.
    """
    marks, seconds, first = asked.marks, asked.seconds, asked.first

    def earlier(messages: Iterable[int], reach: int) -> list[int]:
        return asked.unspent(m for m in messages if m < first and seconds[m] >= asked.start - reach)

    notices = earlier(asked.of.notices, NOTICE_REACH)
    if notices:
        notice = notices[-1]
        written = int(((asked.of.own > notice) & (asked.of.own < first)).sum())
        pause = _duration(asked.start - int(seconds[notice]))
        yield Reason(
            weight=2.5 if written <= 2 else 1.0,
            sentence=f"A security-code notice for the account is {pause} earlier ({_at(asked, [notice])}).",
            messages=(notice,),
            named=True,
        )
    told = [m for m in earlier(marks.codes_given, ACCESS_REACH) if asked.by_account(m)]
    if told:
        yield Reason(
            weight=1.5,
            sentence=f"Earlier the account tells that a code was given away ({_at(asked, told)}).",
            messages=tuple(told),
        )
    spoken = [m for m in earlier(marks.access, ACCESS_REACH) if asked.chat.sender(m) is not None and m not in told]
    if spoken:
        yield Reason(
            weight=1.0,
            sentence=f"Earlier a linked device or lost login is reported ({_at(asked, spoken)}).",
            messages=tuple(spoken),
        )


def _habit_change(asked: Question) -> Reason:
    inside, outside = asked.inside, asked.outside
    place = int(np.searchsorted(outside, inside[0]))
    near = outside[max(0, place - SAMPLE) : place + SAMPLE // 4]
    messages = np.concatenate((inside[:SAMPLE], near))
    is_inside = np.arange(len(messages)) < min(len(inside), SAMPLE)
    hours = hours_of(asked.chat, messages)
    habits = with_hours(read_habits(asked.chat, messages), hours, usual_hours(hours[~is_inside]))
    score, sentences = contrast(habits, is_inside, ~is_inside)
    if sentences:
        return Reason(weight=min(3.0, 0.5 * score), sentence="Habits of writing: " + "; ".join(sentences) + ".")
    testable = int((habits.usable & is_inside).sum()) >= 6 and int((habits.usable & ~is_inside).sum()) >= 20
    return Reason(weight=-1.0 if testable else 0.0)


def _others(asked: Question) -> Iterator[Reason]:
    """What others say during the stretch and in the two days after it."""
    chat, seconds, marks = asked.chat, asked.seconds, asked.marks

    def aimed(messages: Iterable[int]) -> list[int]:
        near = (m for m in asked.unspent(messages) if asked.start <= seconds[m] <= asked.end + DOUBT_REACH)
        return [m for m in near if chat.sender(m) is not None and not asked.by_account(m) and _aimed_at(asked, m)]

    doubts = aimed(marks.doubts)
    if doubts:
        where = _at(asked, doubts)
        yield Reason(
            weight=1.5,
            sentence=f"Others doubt that the owner is writing ({where}).",
            messages=tuple(doubts),
            named=any(names_account(chat, m, asked.account) for m in doubts),
        )
    warnings = aimed(marks.warnings)
    if warnings:
        yield Reason(
            weight=1.5,
            sentence=f"Others warn, or say that the account is in other hands ({_at(asked, warnings)}).",
            messages=tuple(warnings),
            disowning=True,
        )


def _afterwards(asked: Question) -> Iterator[Reason]:
    """The owner's word after the stretch, removal from the group, deletions, the behaviour model's view."""
    chat, seconds, marks = asked.chat, asked.seconds, asked.marks

    def own_later(messages: Iterable[int]) -> list[int]:
        later = (m for m in asked.unspent(messages) if m > asked.last and asked.by_account(m))
        return [m for m in later if seconds[m] <= asked.end + OWNER_REACH]

    word = own_later(marks.disclosures)
    warned = own_later(marks.own_warnings)
    if not word and warned:
        where = _at(asked, warned)
        yield Reason(weight=1.0, sentence=f"Afterwards the account itself warns ({where}).", messages=tuple(warned))
    if word:
        yield Reason(
            weight=3.0,
            sentence=f"Afterwards the account itself tells of a theft or disowns texts ({_at(asked, word)}).",
            messages=tuple(word),
            disowning=True,
            own_word=True,
        )
    removed = [
        m
        for m in asked.unspent(marks.removals)
        if asked.end <= seconds[m] <= asked.end + DAY and names_account(chat, m, asked.account)
    ]
    if removed:
        where = _at(asked, removed)
        yield Reason(
            weight=1.0,
            sentence=f"The account is removed from the group ({where}).",
            messages=tuple(removed),
            named=True,
        )
    deleted = [m for m in asked.inside.tolist() if m in marks.deletions]
    if len(deleted) >= 2:
        yield Reason(weight=0.5, sentence=f"{len(deleted)} of the messages were deleted ({_at(asked, deleted)}).")
    change = [m for m in marks.change if asked.first <= m <= asked.last and asked.by_account(m)]
    if change:
        where = _at(asked, change)
        yield Reason(weight=1.5, sentence=f"The behaviour model reports a change of sender here ({where}).")


def _aimed_at(asked: Question, message: int) -> bool:
    """Is a doubt or warning about this account? It names it, or the account wrote most of the harm before
    it.
    """
    chat, seconds = asked.chat, asked.seconds
    if names_account(chat, message, asked.account):
        return True
    harm: dict[int, float] = {}
    for m, weight in asked.marks.harm.items():
        if m <= message and seconds[m] >= seconds[message] - DOUBT_REACH:
            code = int(chat.columns.sender[m])
            harm[code] = harm.get(code, 0.0) + weight
    mine = harm.get(chat.sender_code(asked.account), 0.0)
    return mine > 0 and mine >= max(harm.values())


def _same_hand(asked: Question, here: float) -> float:
    """Reasons against: the account wrote such messages before, the stretch lasts longer than hijackers
    stay, or another account did more harm at that time, which makes this one its victim.
    """
    earlier = sum(asked.marks.harm.get(m, 0.0) for m in asked.outside.tolist() if m < asked.first)
    share = earlier / max(here, 0.1)
    repeated = 3.0 * min(1.0, 2 * max(0.0, share - 0.25))
    lasting = 0.5 * max(0.0, (asked.end - asked.start) / DAY - 3)
    return repeated + lasting + (2.0 if _worst_of_others(asked) > here else 0.0)


def _worst_of_others(asked: Question) -> float:
    """Harm of the most harmful other account during the stretch and half a day around it."""
    harm: dict[int, float] = {}
    for m, weight in asked.marks.harm.items():
        code = int(asked.chat.columns.sender[m])
        if asked.start - DAY / 2 <= asked.seconds[m] <= asked.end + DAY / 2 and not asked.by_account(m):
            harm[code] = harm.get(code, 0.0) + weight
    return max(harm.values(), default=0.0)


def _at(asked: Question, messages: list[int]) -> str:
    lines = asked.chat.columns.line
    shown = [str(int(lines[m])) for m in messages[:6]]
    more = f" and {len(messages) - 6} more" if len(messages) > 6 else ""
    return ("line " if len(messages) == 1 else "lines ") + ", ".join(shown) + more


def _duration(seconds: int) -> str:
    if seconds < 2 * HOUR:
        return f"{max(0, seconds) // 60} minutes"
    return f"{seconds // HOUR} hours" if seconds < 2 * DAY else f"{seconds // DAY} days"
