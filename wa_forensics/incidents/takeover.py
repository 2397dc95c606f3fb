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

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.incidents.marks import read_marks
from wa_forensics.incidents.proof import Proof, weigh
from wa_forensics.incidents.question import OWNER_REACH
from wa_forensics.incidents.stretch import (
    HOUR,
    REACH,
    REACH_SECONDS,
    SESSION,
    Account,
    best_run,
    stretch_around,
)
from wa_forensics.model import Finding, SenderProfile, Window

THRESHOLD = 2.2
# Where no finding of medium level rests on the account, more is needed, and a person or the app must name it.
THRESHOLD_WEAK = 4.0
# Where no finding rests on it at all, a clear change of habits must come together with a notice that names it, the
# owner's own word, or doubts of others by name.
THRESHOLD_SILENT = 4.4
# Where a notice names it and people say that it is in other hands, so much is enough without harm or other habits.
THRESHOLD_TOLD = 6.0
CLEAR_HABITS = 2.0
# Doubts and warnings alone are talk: the habits must have changed, or something must be about this very account.
SEEN_HABITS = 0.8
MOST_WINDOWS = 3
# How many parts of an account with harm are looked at, the heaviest first.
MOST_CORES = 3
RIVALS = 2 * 24 * HOUR
# Accounts with more notices than this are watched for harm only: so many changes of phone say nothing.
MOST_NOTICES = 8
# How many stretches with payees or links are looked at before a word of disowning, latest first.
MOST_SESSIONS = 3
# So many notices, and words of others, are read for accounts.
MOST_NAMING = 200
# "That was not me" is said in jest too; in a large group only the accounts that say it most are looked at.
MOST_DISOWNING = 12


def takeover_windows(
    chat: Chat, findings: Sequence[Finding], profiles: Sequence[SenderProfile] = ()
) -> tuple[Window, ...]:
    """The stretches that an intruder is thought to have written, in order of appearance; empty if there is
    none.
    """
    marks = read_marks(chat, findings)
    seconds = chat.columns.timestamp.astype(np.int64)
    codes = {int(chat.columns.sender[m]) for m in marks.harm if chat.columns.sender[m] >= 0}
    codes |= {code for message in marks.notices[:MOST_NAMING] for code in chat.accounts_in(message)}
    # Who others doubt by name, and whose habits changed, is looked at even if nothing was asked for; but in vain where
    # nobody, the app included, tells of other hands.
    if marks.notices or marks.disclosures or marks.access or marks.warnings:
        codes |= {code for message in marks.doubts[:MOST_NAMING] for code in chat.accounts_in(message, given=True)}
        codes |= {int(chat.columns.sender[m]) for m in (*marks.change, *marks.deletions) if chat.columns.sender[m] >= 0}
    word = Counter(int(chat.columns.sender[m]) for m in marks.disclosures if chat.columns.sender[m] >= 0)
    codes |= {code for code, _ in sorted(word.items(), key=lambda item: (-item[1], item[0]))[:MOST_DISOWNING]}
    proven = [
        found
        for code in sorted(codes)
        for found in _windows_of(
            Account(
                chat=chat,
                name=chat.senders[code],
                own=np.flatnonzero(chat.columns.sender == code),
                seconds=seconds,
                marks=marks,
                profiles=profiles,
            )
        )
    ]
    windows = _strongest(proven)
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


def _windows_of(account: Account) -> list[tuple[Proof, Window]]:
    own = account.own
    open_to = np.ones(len(own), dtype=bool)
    windows: list[tuple[Proof, Window]] = []
    # A notice or a warning speaks for one stretch only; a second window needs reasons of its own.
    spent: set[int] = set()
    while len(windows) < MOST_WINDOWS:
        found = next((f for core in _cores(account, open_to) if (f := _proven(account, core, open_to, spent))), None)
        if found is None:
            break
        proof, window = found
        spent |= set(proof.messages)
        windows.append(found)
        open_to &= (own < window.first_message) | (own > window.last_message)
    return windows


def _proven(
    account: Account, core: list[int], open_to: NDArray[np.bool_], spent: set[int]
) -> tuple[Proof, Window] | None:
    stretch = stretch_around(account, core, open_to)
    first, last = best_run(account, stretch)
    inside = stretch.messages[first : last + 1]
    proof = weigh(account, (int(inside[0]), int(inside[-1])), spent)
    if not _convinces(proof, inside, account):
        return None
    return proof, _window(account, inside, proof)


def _convinces(proof: Proof, inside: NDArray[np.int64], account: Account) -> bool:
    if any(m in account.marks.serious for m in inside.tolist()):
        about_it = proof.named or (proof.own_word and (proof.given or proof.doubted))
        return proof.total >= THRESHOLD and proof.harm > 0 and (proof.habits >= SEEN_HABITS or about_it)
    if proof.total >= THRESHOLD_WEAK and proof.harm > 0 and (proof.disowned or proof.named):
        return True
    if proof.total >= THRESHOLD_TOLD and proof.notice and proof.disowned:
        return True
    told = proof.notice or proof.own_word or (proof.named and proof.disowned) or (proof.foreign and proof.emptied)
    return proof.total >= THRESHOLD_SILENT and proof.habits >= CLEAR_HABITS and told


def _cores(account: Account, open_to: NDArray[np.bool_]) -> Iterator[list[int]]:
    """Where to look, as positions in ``account.own``: the heaviest harm, then what follows each notice, then
    payees and links that the account named before it disowned texts.
    """
    harm, own = account.marks.harm, account.own
    clusters: list[list[int]] = []
    # What the owner wrote while the account was being lost ends where the loss is told.
    word = np.isin(own, sorted({*account.marks.access, *account.marks.codes_given} - account.marks.serious))
    told = np.cumsum(word)
    harmful = np.isin(own, [m for m, weight in harm.items() if weight > 0])
    for i in np.flatnonzero(open_to & harmful & ~word).tolist():
        last = clusters[-1][-1] if clusters else i
        if clusters and account.times[i] - account.times[last] <= 24 * HOUR and told[i] == told[last]:
            clusters[-1].append(i)
        else:
            clusters.append([i])
    clusters.sort(key=lambda c: (-sum(harm[int(own[i])] for i in c), c[0]))
    for cluster in clusters[:MOST_CORES]:
        yield [i for i in cluster if int(own[i]) in account.marks.serious] or cluster
    if len(account.notices) <= MOST_NOTICES:
        for notice in account.notices:
            session = _session_after(account, notice, open_to)
            if session:
                yield session
    yield from _disowned(account, open_to)
    yield from _unlike_the_owner(account, open_to)
    gone = np.flatnonzero(open_to & np.isin(own, sorted(account.marks.deletions)))
    for part in np.split(gone, np.flatnonzero(np.diff(account.times[gone]) > 24 * HOUR) + 1):
        if len(part) > 1:
            yield part.tolist()


def _disowned(account: Account, open_to: NDArray[np.bool_]) -> Iterator[list[int]]:
    own = account.own
    word = [m for m in account.marks.disclosures if account.chat.sender(m) == account.name]
    if not word:
        return
    until = int(account.seconds[word[0]])
    chat = account.chat
    named = {payee.message for payee in chat.payees} | {link.message for link in chat.links}
    places = [
        i
        for i in np.flatnonzero(open_to & np.isin(own, sorted(named))).tolist()
        if until - OWNER_REACH <= account.times[i] <= until and own[i] < word[0]
    ]
    sessions: list[list[int]] = []
    for i in places:
        if sessions and account.times[i] - account.times[sessions[-1][-1]] <= SESSION:
            sessions[-1].append(i)
        else:
            sessions.append([i])
    yield from sessions[: -MOST_SESSIONS - 1 : -1]


def _unlike_the_owner(account: Account, open_to: NDArray[np.bool_]) -> Iterator[list[int]]:
    """What the behaviour model found foreign, and what stands in the day before others doubt the account by name."""
    chat, code = account.chat, account.chat.sender_code(account.name)
    changed = np.flatnonzero(open_to & np.isin(account.own, account.marks.change))
    # Changes that no stretch around one of them would reach are no one attack: years may lie between them.
    apart = (np.diff(changed) > REACH) | (np.abs(np.diff(account.times[changed])) > REACH_SECONDS)
    parts = [part.tolist() for part in np.split(changed, np.flatnonzero(apart) + 1) if len(part)]
    yield from sorted(parts, key=lambda part: (-len(part), part[0]))
    doubts = [m for m in account.marks.doubts[:MOST_NAMING] if code in chat.accounts_in(m, given=True)]
    for doubt in doubts[:MOST_SESSIONS]:
        until = account.seconds[doubt]
        day = np.flatnonzero(open_to & (account.own < doubt) & (account.times >= until - 24 * HOUR))
        if len(day):
            yield day.tolist()


def _session_after(account: Account, notice: int, open_to: NDArray[np.bool_]) -> list[int]:
    """The account's first messages within a day after a notice, up to the first long pause."""
    session: list[int] = []
    last = int(account.seconds[notice])
    for i in range(int(np.searchsorted(account.own, notice)), len(account.own)):
        pause = int(account.times[i]) - last
        if not open_to[i] or pause > (SESSION if session else 24 * HOUR):
            break
        session.append(i)
        last = int(account.times[i])
    return session


def _window(account: Account, inside: NDArray[np.int64], proof: Proof) -> Window:
    chat = account.chat
    messages = inside.tolist()
    found = sorted({f for m in messages for f in account.marks.findings.get(m, ())})
    return Window(
        source=chat.source.name,
        account=account.name,
        first_line=int(chat.columns.line[messages[0]]),
        last_line=int(chat.columns.line[messages[-1]]),
        start=chat.time(messages[0]),
        end=chat.time(messages[-1]),
        first_message=messages[0],
        last_message=messages[-1],
        basis=proof.sentences,
        findings=tuple(found),
    )
