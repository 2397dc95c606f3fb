"""Who answered a request, says that they paid, doubted or warned: traces of replies, taken while the chat is open."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.context import sightings, wary
from wa_forensics.vocabulary import Concept

HOUR = 3600
# An answer follows within two days, word of a payment within a week; both within so many messages.
ANSWER, PAYMENT = 48 * HOUR, 7 * 24 * HOUR
REACH = 200
MOST_ASKING = 2000
# What one text must show, in log-odds and by itself, to count as a request where several chats hold it; less where
# one sign is rare in ordinary talk (a code, card data or call forwarding asked for, a look-alike link, a program).
SHOWN, SHOWN_RARE, RARE = 3.0, 2.4, 2.2
DAMPING = 0.85
WORDS: tuple[tuple[str, tuple[Concept, ...], int], ...] = (
    ("paid", (Concept.PAID_CONFIRMATION,), PAYMENT),
    ("doubted", (Concept.IDENTITY_DOUBT,), ANSWER),
    ("warned", (Concept.WARNING, Concept.REPORTING, Concept.HACKED_DISCLOSURE, Concept.DISOWNING), PAYMENT),
)


def requests(chat: Chat) -> dict[int, float]:
    """Messages that ask for money, codes or a click in so many ways that the text alone stands out, with its weight.

    In a chat with a known contact this makes no finding; the same text in several chats does.
    """
    found = sightings(chat)
    weights = {}
    for message, signs in found.by_message.items():
        strongest: dict[str, float] = {}
        for sign in signs:
            strongest[sign.kind] = max(sign.weight, strongest.get(sign.kind, 0.0))
        ranked = sorted(strongest.values(), reverse=True)
        weight = sum(value * DAMPING**rank for rank, value in enumerate(ranked))
        least = SHOWN_RARE if ranked[0] >= RARE else SHOWN
        if weight >= least and not wary(found, message):
            weights[message] = round(weight, 3)
    return weights


def replies(chat: Chat, asking: Collection[int]) -> Iterator[tuple[str, int, int]]:
    """(what, message, the request it follows) for the messages of others after requests.

    ``what`` is ``answered`` (the first message of each person after a request), ``paid``, ``doubted`` or ``warned``.
    """
    senders, seconds = chat.columns.sender, chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    talk = sightings(chat).talk
    said = {what: _ordered(set().union(*(talk[concept] for concept in concepts))) for what, concepts, _ in WORDS}
    seen: set[tuple[str, int]] = set()
    for request in sorted(asking)[:MOST_ASKING]:
        asker, at = senders[request], seconds[request]
        if asker < 0:
            continue
        stop = min(len(chat), request + 1 + REACH)
        others = np.arange(request + 1, stop)
        others = others[(senders[others] >= 0) & (senders[others] != asker)]
        soon = others[np.abs(seconds[others] - at) <= ANSWER]
        first = soon[np.unique(senders[soon], return_index=True)[1]]
        told = [("answered", message) for message in first.tolist()]
        for what, _, reach in WORDS:
            near = np.intersect1d(others[np.abs(seconds[others] - at) <= reach], said[what], assume_unique=True)
            told += [(what, message) for message in near.tolist()]
        for what, message in told:
            if (what, message) not in seen:
                seen.add((what, message))
                yield what, message, request


def _ordered(messages: Collection[int]) -> NDArray[np.int64]:
    return np.array(sorted(messages), dtype=np.int64)
