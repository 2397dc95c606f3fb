"""Was an account taken over, and which messages did the intruder write under its name?

An account counts as taken over when (1) it has a history of its own in the chat, (2) a stretch of its
messages holds what hijackers write (requests for codes or money, links, files), and (3) something says that
the hand had changed: a security-code notice or a code given away shortly before, other habits of writing,
doubts and warnings of others, the owner's own word afterwards, removal from the group. A stranger's number
that attacks from its first message on fulfils neither (1) nor (3). The stretch is the run of the account's
messages for which content and habits speak best, with its ends drawn to pauses, notices and the owner's
return.

Weights are log-odds by judgement, not fitted; the calibrated model of style is in ``behaviour``. Limits: an
intruder who writes within minutes of the owner in the same habits is not told apart.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.incidents.marks import Marks, names_account, read_marks
from wa_forensics.incidents.proof import Proof, weigh
from wa_forensics.incidents.writing import Habits, departures, read_habits
from wa_forensics.model import Finding, SenderProfile, Window

HOUR = 3600
# Messages of the account looked at on either side of the first and last harmful one, and how far apart.
REACH = 300
REACH_SECONDS = 21 * 24 * HOUR
SESSION = 3 * HOUR
# Hijackers write to get something: habits count half for every six hours away from a harmful message.
FADING = 6 * HOUR
# What a message of an account is worth before anything is known: most belong to the owner.
PRIOR = -0.35
THRESHOLD = 2.2
# Where no finding of medium level rests on the account, more is needed, and a person must have said so.
THRESHOLD_WEAK = 4.0
MOST_WINDOWS = 3
RIVALS = 2 * 24 * HOUR


@dataclass(frozen=True, kw_only=True, eq=False)
class Stretch:
    """Messages of one account around its harmful ones, with what speaks for an intruder at each."""

    account: str
    messages: NDArray[np.int64]
    seconds: NDArray[np.int64]
    content: NDArray[np.float64]
    habits: Habits
    before: int
    after: int


def takeover_windows(
    chat: Chat, findings: Sequence[Finding], profiles: Sequence[SenderProfile] = ()
) -> tuple[Window, ...]:
    """The stretches that an intruder is thought to have written, in order of appearance; empty if there is
    none.
    """
    marks = read_marks(chat, findings)
    seconds = chat.columns.timestamp.astype(np.int64)
    codes = sorted({int(chat.columns.sender[m]) for m in marks.harm if chat.columns.sender[m] >= 0})
    found = {code: _windows_of(chat, code, seconds, marks, profiles) for code in codes}
    windows = _strongest([(proof, window) for code in codes for proof, window in found[code]])
    return tuple(sorted(windows, key=lambda w: (w.first_message, w.last_message, w.account)))


def _strongest(proven: list[tuple[Proof, Window]]) -> list[Window]:
    """Of windows of different accounts within days of each other the strongest, and those with a notice, a
    removal or a doubt that names the account: a victim who answers the intruder is not a second one.
    """
    kept: list[tuple[Proof, Window]] = []
    for proof, window in sorted(proven, key=lambda p: (-p[0].total, p[1].first_message, p[1].account)):
        near = [w for _, w in kept if w.account != window.account and _apart(w, window) <= RIVALS]
        if not near or proof.named:
            kept.append((proof, window))
    return [window for _, window in kept]


def _apart(one: Window, other: Window) -> float:
    first, second = sorted((one, other), key=lambda w: w.start)
    pause = np.datetime64(second.start, "s") - np.datetime64(first.end, "s")
    return float(pause.astype(np.int64))


def _windows_of(
    chat: Chat, code: int, seconds: NDArray[np.int64], marks: Marks, profiles: Sequence[SenderProfile]
) -> list[tuple[Proof, Window]]:
    own = np.flatnonzero(chat.columns.sender == code)
    open_to = np.ones(len(own), dtype=bool)
    windows: list[tuple[Proof, Window]] = []
    # A notice or a warning speaks for one stretch only; a second window needs reasons of its own.
    spent: set[int] = set()
    for _ in range(MOST_WINDOWS):
        stretch = _stretch(chat, code, own, open_to, seconds, marks, profiles)
        if stretch is None:
            break
        first, last = _best_run(chat, stretch, marks)
        span = int(stretch.messages[first]), int(stretch.messages[last])
        proof = weigh(chat, stretch.account, own, span, seconds, marks, spent)
        if not _convinces(proof, stretch, marks):
            break
        spent |= set(proof.messages)
        windows.append((proof, _window(chat, stretch, first, last, marks, proof)))
        open_to &= (own < stretch.messages[first]) | (own > stretch.messages[last])
    return windows


def _stretch(
    chat: Chat,
    code: int,
    own: NDArray[np.int64],
    open_to: NDArray[np.bool_],
    seconds: NDArray[np.int64],
    marks: Marks,
    profiles: Sequence[SenderProfile],
) -> Stretch | None:
    """The part of the account's messages around its heaviest cluster of harmful ones; None if nothing is
    left.
    """
    harmful = [i for i, m in enumerate(own.tolist()) if open_to[i] and marks.harm.get(m, 0.0) > 0]
    core = _heaviest_cluster(harmful, own, seconds, marks)
    if not core:
        return None
    times = seconds[own]
    near = np.flatnonzero(
        open_to & (times >= times[core[0]] - REACH_SECONDS) & (times <= times[core[-1]] + REACH_SECONDS)
    )
    near = near[(near >= core[0] - REACH) & (near <= core[-1] + REACH)]
    messages = own[near]
    habits = read_habits(chat, messages)
    return Stretch(
        account=chat.senders[code],
        messages=messages,
        seconds=seconds[messages],
        content=_content(chat, messages, marks, profiles),
        habits=habits,
        before=int(near[0]),
        after=len(own) - 1 - int(near[-1]),
    )


def _heaviest_cluster(
    harmful: list[int], own: NDArray[np.int64], seconds: NDArray[np.int64], marks: Marks
) -> list[int]:
    clusters: list[list[int]] = []
    for i in harmful:
        if clusters and seconds[own[i]] - seconds[own[clusters[-1][-1]]] <= 24 * HOUR:
            clusters[-1].append(i)
        else:
            clusters.append([i])
    return max(clusters, key=lambda c: (sum(marks.harm[int(own[i])] for i in c), -c[0]), default=[])


def _convinces(proof: Proof, stretch: Stretch, marks: Marks) -> bool:
    if bool(np.isin(stretch.messages, sorted(marks.serious)).any()):
        return proof.total >= THRESHOLD
    return proof.total >= THRESHOLD_WEAK and proof.disowned


def _content(
    chat: Chat, messages: NDArray[np.int64], marks: Marks, profiles: Sequence[SenderProfile]
) -> NDArray[np.float64]:
    own_word = set(marks.disclosures)
    warned = set(marks.own_warnings)
    change = set(marks.change)
    worth = np.zeros(len(messages))
    for row, message in enumerate(messages.tolist()):
        if message in own_word:
            worth[row] = -5.0
            continue
        if message in warned and message not in marks.serious:
            worth[row] = -3.0
            continue
        worth[row] = PRIOR + marks.harm.get(message, 0.0)
        if message in marks.deletions and message not in marks.harm:
            worth[row] += 0.5
        if message in change:
            worth[row] += 0.5
    sender = chat.sender(int(messages[0]))
    for profile in profiles:
        strong = profile.score is not None and profile.threshold is not None and profile.score >= profile.threshold
        if profile.sender == sender and strong and profile.first_message is not None:
            last = profile.first_message if profile.last_message is None else profile.last_message
            worth[(messages >= profile.first_message) & (messages <= last)] += 0.5
    return worth


def _best_run(chat: Chat, stretch: Stretch, marks: Marks) -> tuple[int, int]:
    """First and last row of the run for which content, habits and ends together speak best."""
    harmful = np.isin(stretch.messages, sorted(marks.serious))
    if not harmful.any():
        harmful = np.isin(stretch.messages, sorted(marks.harm))
    session = np.concatenate(([0], np.cumsum(np.diff(stretch.seconds) > SESSION)))
    inside = np.isin(session, session[harmful])
    begin, end = _ends(chat, stretch, marks)
    # A run that leaps over a day, or over a new security code of the account, is rarely one hand.
    pauses = np.concatenate(([0.0], np.where(np.diff(stretch.seconds) > 24 * HOUR, -2.0, 0.0)))
    pauses[1:] -= 3.0 * np.diff(np.searchsorted(_notices(chat, stretch, marks), stretch.messages)).clip(0, 1)
    fading = 0.5 ** (_away(stretch.seconds, harmful) / FADING)
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


def _away(seconds: NDArray[np.int64], harmful: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Seconds from each message to the nearest harmful one of the account."""
    places = np.sort(seconds[harmful])
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


def _ends(chat: Chat, stretch: Stretch, marks: Marks) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How well each row would begin, and end, an intruder's run: pauses, notices, the owner's word,
    removal.
    """
    rows = len(stretch.messages)
    gaps = np.diff(stretch.seconds) / HOUR
    pull = np.clip(np.log(np.maximum(gaps, 0.01) / 0.5) / 2, -0.7, 1.2)
    begin = np.concatenate(([-5.0 if stretch.before == 0 else -1.0], pull))
    end = np.concatenate((pull, [1.0 if stretch.after == 0 else -1.0]))
    notices = _notices(chat, stretch, marks)
    removals = [m for m in marks.removals if names_account(chat, m, stretch.account)]
    own_word = set(marks.disclosures) | set(marks.own_warnings)
    foreign_warnings = [m for m in marks.warnings if chat.sender(m) != stretch.account]
    reports = [m for m in marks.access if chat.sender(m) is not None]
    for row in range(rows):
        message = int(stretch.messages[row])
        earlier = int(stretch.messages[row - 1]) if row else -1
        later = int(stretch.messages[row + 1]) if row + 1 < rows else len(chat)
        if _between(notices, earlier, message):
            begin[row] += 4.0
        if _between(notices, message, later):
            end[row] += 3.0
        if _between(removals, message, later):
            end[row] += 2.0
        if later in own_word:
            end[row] += 3.0
        # Once an account is openly called false, or its sessions end, what comes back is mostly the owner.
        end[row] += min(1.5, 0.7 * _count(foreign_warnings, message, later))
        end[row] += 1.5 if _between(reports, message, later) else 0.0
    return begin, end


def _notices(chat: Chat, stretch: Stretch, marks: Marks) -> list[int]:
    return [m for m in marks.notices if names_account(chat, m, stretch.account)]


def _count(messages: list[int], after: int, before: int) -> int:
    return max(0, bisect_left(messages, before) - bisect_right(messages, after))


def _between(messages: list[int], after: int, before: int) -> bool:
    return _count(messages, after, before) > 0


def _window(chat: Chat, stretch: Stretch, first: int, last: int, marks: Marks, proof: Proof) -> Window:
    inside = stretch.messages[first : last + 1].tolist()
    found = sorted({f for m in inside for f in marks.findings.get(m, ())})
    return Window(
        source=chat.source.name,
        account=stretch.account,
        first_line=int(chat.columns.line[inside[0]]),
        last_line=int(chat.columns.line[inside[-1]]),
        start=chat.time(inside[0]),
        end=chat.time(inside[-1]),
        first_message=inside[0],
        last_message=inside[-1],
        basis=proof.sentences,
        findings=tuple(found),
    )
