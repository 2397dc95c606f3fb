"""The question put to each reason: did somebody else write these messages of the account?"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.incidents.marks import Marks
from wa_forensics.incidents.stretch import Account
from wa_forensics.model import Said, counted, listed

DAY = 86_400
# What others say within two days is about the stretch; the owner may come back weeks later.
DOUBT_REACH = 2 * DAY
OWNER_REACH = 45 * DAY
# A day with more notices than this is an update of the app, not a theft.
MOST_NEAR = 5


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason: weight in log-odds, its sentence (empty if not shown) and the messages it rests on."""

    weight: float
    sentence: str = ""
    messages: tuple[int, ...] = ()
    disowning: bool = False
    named: bool = False
    own_word: bool = False
    given: bool = False
    foreign: bool = False
    emptied: bool = False


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

    @cached_property
    def start(self) -> int:
        return int(self.seconds[self.first])

    @cached_property
    def end(self) -> int:
        return int(self.seconds[self.last])

    @cached_property
    def rivals(self) -> tuple[str, ...]:
        """Other accounts whose security code changed within a day of the stretch."""
        near = [m for m in self.marks.notices if self.start - DAY <= self.seconds[m] <= self.end + DAY]
        if len(near) > MOST_NEAR:
            return ()
        named = {code for message in near for code in self.chat.accounts_in(message)}
        names = (self.chat.senders[code] for code in sorted(named))
        return tuple(name for name in names if name != self.account)

    @cached_property
    def doubts_by_name(self) -> tuple[int, ...]:
        """The doubts of others that name the account, from its first message to two days after its last."""
        code = self.chat.sender_code(self.account)
        near = (m for m in self.marks.doubts if self.start <= self.seconds[m] <= self.end + DOUBT_REACH)
        return tuple(m for m in near if code in self.chat.accounts_in(m, given=True))

    def by_account(self, message: int) -> bool:
        return self.chat.sender(message) == self.account

    def unspent(self, messages: Iterable[int]) -> list[int]:
        return [m for m in messages if m not in self.spent]


def at_lines(asked: Question, messages: list[int]) -> Said:
    lines = asked.chat.columns.line
    shown = listed((str(int(lines[m])) for m in messages), 6)
    return counted("line %(lines)s", "lines %(lines)s", len(messages), lines=shown)
