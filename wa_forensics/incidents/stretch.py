"""The run of one account's messages that an intruder most likely wrote, around the messages that raised
suspicion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.context.writing import Habits, departures, read_habits
from wa_forensics.incidents.marks import Marks, names_account
from wa_forensics.model import SenderProfile

HOUR = 3600
# Messages of the account looked at on either side of the suspicious ones, and how far apart.
REACH = 200
REACH_SECONDS = 21 * 24 * HOUR
SESSION = 3 * HOUR
# Hijackers write to get something: habits count half for every six hours away from a suspicious message.
FADING = 6 * HOUR
# What a message of an account is worth before anything is known: most belong to the owner.
PRIOR = -0.35


@dataclass(frozen=True, kw_only=True, eq=False)
class Account:
    """One account of a chat and what is known of its messages; ``own`` are their ids, ``seconds`` of every
    message.
    """

    chat: Chat
    name: str
    own: NDArray[np.int64]
    seconds: NDArray[np.int64]
    marks: Marks
    profiles: Sequence[SenderProfile] = ()

    @cached_property
    def notices(self) -> list[int]:
        """Security-code notices that name the account."""
        return [m for m in self.marks.notices if names_account(self.chat, m, self.name)]

    def harm_by_sender(self, start: float, end: float, before: int) -> NDArray[np.float64]:
        """Weight of the harm per sender code between two times, in messages with ids below ``before``."""
        messages, weights = self.marks.harm_table
        codes = self.chat.columns.sender[messages]
        when = self.seconds[messages]
        wanted = (when >= start) & (when <= end) & (messages < before) & (codes >= 0)
        found = np.bincount(codes[wanted], weights[wanted], minlength=len(self.chat.senders))
        return found.astype(np.float64)

    @cached_property
    def times(self) -> NDArray[np.int64]:
        return self.seconds[self.own]


@dataclass(frozen=True, kw_only=True, eq=False)
class Stretch:
    """Messages of an account around its suspicious ones (``core``), with what speaks for an intruder at each.

    ``before`` and ``after`` count the account's messages outside.
    """

    messages: NDArray[np.int64]
    seconds: NDArray[np.int64]
    core: NDArray[np.bool_]
    content: NDArray[np.float64]
    habits: Habits
    before: int
    after: int


def stretch_around(account: Account, core: Iterable[int], open_to: NDArray[np.bool_]) -> Stretch:
    """The stretch around ``core`` (positions in ``account.own``) among the positions that are still open."""
    places = sorted(core)
    times = account.times
    # Times may run backwards: a merged export, or one read with the wrong order of day and month.
    first, last = times[places].min(), times[places].max()
    near = np.flatnonzero(open_to & (times >= first - REACH_SECONDS) & (times <= last + REACH_SECONDS))
    near = near[(near >= places[0] - REACH) & (near <= places[-1] + REACH)]
    messages = account.own[near]
    return Stretch(
        messages=messages,
        seconds=account.seconds[messages],
        core=np.isin(near, places),
        content=_content(account, messages),
        habits=read_habits(account.chat, messages),
        before=int(near[0]),
        after=len(account.own) - 1 - int(near[-1]),
    )


def _content(account: Account, messages: NDArray[np.int64]) -> NDArray[np.float64]:
    marks = account.marks
    own_word = set(marks.disclosures)
    warned = set(marks.own_warnings)
    change = set(marks.change)
    access = set(marks.access) | set(marks.codes_given)
    worth = np.zeros(len(messages))
    for row, message in enumerate(messages.tolist()):
        if message in own_word:
            worth[row] = -5.0
            continue
        if message in access and message not in marks.serious:
            # Who tells of a linked device or of a code given away is the one who lost the account.
            worth[row] = -4.0
            continue
        if message in warned and message not in marks.serious:
            worth[row] = -3.0
            continue
        worth[row] = PRIOR + marks.harm.get(message, 0.0)
        if message in marks.deletions and message not in marks.harm:
            worth[row] += 0.5
        if message in change:
            worth[row] += 0.5
    for profile in account.profiles:
        strong = profile.score is not None and profile.threshold is not None and profile.score >= profile.threshold
        if profile.sender == account.name and strong and profile.first_message is not None:
            last = profile.first_message if profile.last_message is None else profile.last_message
            worth[(messages >= profile.first_message) & (messages <= last)] += 0.5
    return worth


def best_run(account: Account, stretch: Stretch) -> tuple[int, int]:
    """First and last row of the run for which content, habits and ends together speak best."""
    session = np.concatenate(([0], np.cumsum(np.diff(stretch.seconds) > SESSION)))
    inside = np.isin(session, session[stretch.core])
    begin, end = _ends(account, stretch)
    # A run that leaps over a day, or over a new security code of the account, is rarely one hand.
    pauses = np.concatenate(([0.0], np.where(np.diff(stretch.seconds) > 24 * HOUR, -2.0, 0.0)))
    pauses[1:] -= 3.0 * np.diff(np.searchsorted(account.notices, stretch.messages)).clip(0, 1)
    fading = 0.5 ** (_away(stretch.seconds, stretch.core) / FADING)
    first, last = int(np.flatnonzero(inside)[0]), int(np.flatnonzero(inside)[-1])
    for _ in range(4):
        habits = departures(stretch.habits, inside, ~inside)
        worth = stretch.content + np.where(habits > 0, habits * fading, habits)
        run = _heaviest_run(worth, pauses, begin, end)
        if run == (first, last) and inside.sum() == last - first + 1:
            break
        first, last = run
        inside = np.zeros(len(worth), dtype=bool)
        inside[first : last + 1] = True
    return first, last


def _away(seconds: NDArray[np.int64], core: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Seconds from each message to the nearest suspicious one of the account."""
    places = np.sort(seconds[core])
    right = np.searchsorted(places, seconds)
    before, after = places[np.maximum(right - 1, 0)], places[np.minimum(right, len(places) - 1)]
    return np.asarray(np.minimum(np.abs(seconds - before), np.abs(seconds - after)), dtype=np.int64)


def _heaviest_run(
    worth: NDArray[np.float64],
    pauses: NDArray[np.float64],
    begin: NDArray[np.float64],
    end: NDArray[np.float64],
) -> tuple[int, int]:
    total = np.concatenate(([0.0], np.cumsum(worth)))
    breaks = np.cumsum(pauses)
    # A run i..j is worth its rows, the pauses inside and both ends: one term of i, one of j. Rounded, so that
    # equal runs are equal; the first of them counts.
    opening = begin - total[:-1] - breaks
    closing = total[1:] + breaks + end
    best = np.round(opening + np.maximum.accumulate(closing[::-1])[::-1], 9)
    first = int(np.argmax(best))
    last = first + int(np.argmax(np.round(opening[first] + closing[first:], 9)))
    return first, last


def _ends(account: Account, stretch: Stretch) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How well each row would begin, and end, an intruder's run: pauses, notices, the owner's word,
    removal.
    """
    marks, name, chat = account.marks, account.name, account.chat
    gaps = np.diff(stretch.seconds) / HOUR
    pull = np.clip(np.log(np.maximum(gaps, 0.01) / 0.5) / 2, -0.7, 1.2)
    begin = np.concatenate(([-5.0 if stretch.before == 0 else -1.0], pull))
    end = np.concatenate((pull, [1.0 if stretch.after == 0 else -1.0]))
    notices = account.notices
    removals = [m for m in marks.removals if names_account(chat, m, name)]
    own_word = [*marks.disclosures, *marks.own_warnings]
    foreign_warnings = [m for m in marks.warnings if chat.sender(m) != name]
    reports = [m for m in marks.access if chat.sender(m) is not None]
    here = stretch.messages
    earlier, later = np.concatenate(([-1], here[:-1])), np.concatenate((here[1:], [len(chat)]))
    begin += 4.0 * (_count(notices, earlier, here) > 0)
    end += 3.0 * (_count(notices, here, later) > 0)
    end += 2.0 * (_count(removals, here, later) > 0)
    end += 3.0 * np.isin(later, own_word)
    # Once an account is openly called false, or its sessions end, what comes back is mostly the owner.
    end += np.minimum(1.5, 0.7 * _count(foreign_warnings, here, later))
    end += 1.5 * (_count(reports, here, later) > 0)
    return begin, end


def _count(messages: list[int], after: NDArray[np.int64], before: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the messages (ascending) lie between each two."""
    found = np.searchsorted(messages, before) - np.searchsorted(messages, after, side="right")
    return np.asarray(np.maximum(found, 0))
