"""What all that an account wrote in a chat, and what others wrote around it, says of it: an honest account, or a play.

Phrases miss most wordings of a play, and each of its lines is harmless. What stays alike over all lines is what they
are about (classes of words of ``wording``), which kinds of signs come together, how the account came, and what others
write around it. A logistic regression weighs that; ``scripts/train_course.py`` fits it on labelled chats with part of
the phrases taken away, as they are in wordings that nobody thought of, and on ordinary rooms.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat, once
from wa_forensics.context.signals import WEIGHTS, sightings, strangers
from wa_forensics.model import Amount, Kind, Link, Payee, PhoneNumber, Signal, joined, say
from wa_forensics.wording import REACTIONS, TOPICS, Columns, topics_of

DAY = 86400
# Of fewer lines nothing can be said; who wrote more than so many is no newcomer with a play.
FEWEST, MOST = 5, 400
# Of a longer text the beginning tells enough.
READ = 1200
# What others write in so many lines after a line of the account is around it, so many after its last one.
NEAR, AFTER, MOST_AROUND = 8, 40, 300
# Words in this share of the lines count fully; fewer lines than this count as so many.
FULL, AT_LEAST = 0.4, 4
# From these log-odds on the course speaks for a play, so much more than they say, and never more than MOST_WORTH.
LIMIT, ABOVE, MOST_WORTH = 0.8, 1.0, 4.0
NAME = "as a whole like accounts of swindlers"
# What each group of features is called in a finding.
GROUPS: Mapping[str, str] = {
    "words": "what it writes about",
    "around": "what the others write about",
    "answers": "how the others answer",
    "signs": "which signs come together",
    "facts": "amounts, links, numbers and deletions",
    "who": "how it came, and for how long",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """What an account's whole course says: log-odds that it is a play, and what each group of features adds to those
    of the average account of the labelled chats."""

    odds: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines:
    """The lines of one account, ascending, and those of others around them."""

    sender: int
    own: NDArray[np.int64]
    around: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Read:
    """The ``messages`` that are read, ascending, and of each its topics, what it reacts by, its length, and whether it
    asks."""

    messages: NDArray[np.int64]
    topics: NDArray[np.bool_]
    reactions: NDArray[np.bool_]
    length: NDArray[np.int64]
    asks: NDArray[np.bool_]


@lru_cache(maxsize=1)
def weights() -> tuple[float, Mapping[str, tuple[float, float]]]:
    """The constant, and by feature its weight and its mean over the labelled chats; they come with the program."""
    about = json.loads(files("wa_forensics").joinpath("wording", "data", "course.json").read_text("utf-8"))
    return about["constant"], {name: (weight, mean) for name, (weight, mean) in about["weights"].items()}


@once
def courses(chat: Chat) -> Mapping[int, Course]:
    """By account of ``lines_of_accounts`` what its course says."""
    accounts = lines_of_accounts(chat)
    if not accounts:
        return {}
    constant, weight_of = weights()
    parts = {group: np.zeros(len(accounts)) for group in GROUPS}
    for name, column in course_columns(chat).items():
        weight, mean = weight_of[name]
        parts[name.partition("/")[0]] += weight * (column - mean)
    odds = constant + np.sum(list(parts.values()), axis=0)
    return {
        account.sender: Course(
            odds=float(odds[row]),
            parts=tuple((group, float(worth[row])) for group, worth in parts.items()),
        )
        for row, account in enumerate(accounts)
    }


def plays(chat: Chat) -> frozenset[int]:
    """The accounts whose course speaks for a play."""
    return frozenset(sender for sender, course in courses(chat).items() if course.odds >= LIMIT)


def course_signal(chat: Chat, sender: int) -> Signal | None:
    """What the course of an account adds to what a stretch of it shows, if it speaks for a play."""
    course = courses(chat).get(sender)
    if course is None or course.odds < LIMIT:
        return None
    heaviest = sorted((part for part in course.parts if part[1] > 0), key=lambda part: (-part[1], part[0]))[:3]
    detail = joined((say(GROUPS[group]) for group, _ in heaviest), ", ")
    return Signal(name=NAME, weight=round(min(MOST_WORTH, ABOVE + course.odds), 3), detail=detail)


@once
def lines_of_accounts(chat: Chat) -> tuple[Lines, ...]:
    """The accounts with some lines, but not many, and any sign among them, by their code."""
    written = np.flatnonzero(chat.written)
    order = np.argsort(chat.columns.sender[written], kind="stable")
    by_sender = written[order]
    bounds = np.searchsorted(chat.columns.sender[by_sender], np.arange(len(chat.senders) + 1))
    shown = {int(chat.columns.sender[m]) for m in sightings(chat).by_message}
    found = []
    for sender in sorted(shown - {-1}):
        own = by_sender[bounds[sender] : bounds[sender + 1]]
        if FEWEST <= len(own) <= MOST:
            place = np.searchsorted(written, own)
            near = np.unique(
                np.concatenate(((place[:, None] + np.arange(1, NEAR + 1)).ravel(), place[-1] + np.arange(AFTER + 1)))
            )
            around = written[near[near < len(written)]]
            around = around[chat.columns.sender[around] != sender][:MOST_AROUND]
            found.append(Lines(sender=sender, own=own, around=around))
    return tuple(found)


def course_columns(chat: Chat) -> Columns:
    """All features of the accounts of ``lines_of_accounts``, each a column with a value per account."""
    accounts = lines_of_accounts(chat)
    read = np.unique(np.concatenate([part for a in accounts for part in (a.own, a.around)]))
    texts = [chat.searched_text(m)[:READ] for m in read.tolist()]
    lines = Read(
        messages=read,
        topics=topics_of(texts),
        reactions=topics_of(texts, "reactions"),
        length=np.array([len(text) for text in texts]),
        asks=np.array(["?" in text or "\u061f" in text for text in texts]),
    )
    rows = [_words(a, lines) | _signs(chat, a) for a in accounts]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return columns | _facts(chat, accounts) | _who(chat, accounts)


def _words(account: Lines, lines: Read) -> dict[str, float]:
    """What its lines are about, and those of the others around them."""
    own, around = np.searchsorted(lines.messages, account.own), np.searchsorted(lines.messages, account.around)
    row: dict[str, float] = {}
    for name, count in zip(TOPICS, lines.topics[own].sum(axis=0).tolist(), strict=True):
        row[f"words/{name}"] = _share(count, len(own))
        row[f"words/{name} again"] = float(count > 1)
    for name, count in zip(TOPICS, lines.topics[around].sum(axis=0).tolist(), strict=True):
        row[f"around/{name}"] = _share(count, len(around))
    for name, count in zip(REACTIONS, lines.reactions[around].sum(axis=0).tolist(), strict=True):
        row[f"answers/{name}"] = _share(count, len(around))
    row["words/tenths of all kinds"] = float(np.count_nonzero(lines.topics[own].any(axis=0))) / 10
    row["words/length"] = float(np.log1p(lines.length[own].mean())) / 5
    row["words/questions"] = _share(int(lines.asks[own].sum()), len(own))
    return row


def _share(count: float, lines: int) -> float:
    return min(1.0, count / max(lines, AT_LEAST) / FULL)


def _signs(chat: Chat, account: Lines) -> dict[str, float]:
    """The heaviest sign of each kind, as a share of the weight of its kind."""
    heaviest = dict.fromkeys(WEIGHTS, 0.0)
    by_message = sightings(chat).by_message
    for message in account.own.tolist():
        for sign in by_message.get(message, ()):
            heaviest[sign.kind] = max(heaviest[sign.kind], sign.weight / WEIGHTS[sign.kind])
    found = {f"signs/{kind.replace('_', ' ')}": worth for kind, worth in heaviest.items()}
    return found | {"signs/tenths of all kinds": sum(worth > 0 for worth in heaviest.values()) / 10}


def _facts(chat: Chat, accounts: Sequence[Lines]) -> Columns:
    def lines_with(entities: Iterable[Amount | Link | Payee | PhoneNumber]) -> NDArray[np.int64]:
        messages = np.unique(np.array([entity.message for entity in entities], dtype=np.int64))
        return np.bincount(chat.columns.sender[messages], minlength=len(chat.senders))

    def counted(by_sender: NDArray[np.int64]) -> list[tuple[int, int]]:
        return [(int(by_sender[account.sender]), len(account.own)) for account in accounts]

    deleted = chat.columns.sender[chat.messages_with(kind=Kind.DELETED)]
    erased = np.bincount(deleted[deleted >= 0], minlength=len(chat.senders))
    return {
        "facts/amounts": np.array([_share(*pair) for pair in counted(lines_with(chat.amounts))]),
        "facts/links": np.array([_share(*pair) for pair in counted(lines_with(chat.links))]),
        "facts/a phone number": np.array([float(n > 0) for n, _ in counted(lines_with(chat.phones))]),
        "facts/an account to pay to": np.array([float(n > 0) for n, _ in counted(lines_with(chat.payees))]),
        "facts/deleted": np.array([float(min(2, n)) for n, _ in counted(erased)]),
    }


def _who(chat: Chat, accounts: Sequence[Lines]) -> Columns:
    written, count = np.flatnonzero(chat.written), len(chat.senders)
    first = np.array([account.own[0] for account in accounts])
    lines = np.array([len(account.own) for account in accounts])
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    days = np.array([np.ptp(seconds[account.own]) for account in accounts]) / DAY
    return {
        "who/not in the contacts": strangers(chat)[[account.sender for account in accounts]].astype(np.float64),
        "who/chat of two": np.full(len(accounts), float(count <= 2)),
        "who/senders": np.full(len(accounts), np.log(count) / 3),
        "who/lines": np.log(lines) / 4,
        "who/share of the chat": lines / len(written),
        "who/lines before its first": np.log1p(np.searchsorted(written, first)) / 5,
        "who/days": np.log1p(days) / 4,
    }
