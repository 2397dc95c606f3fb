"""Chats in which unsaved numbers are the rule: how much being a stranger, and vouching, still says there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.context.signals import COMMON, Sighting, Sightings, strangers
from wa_forensics.model import Signal, say
from wa_forensics.wording import model, scam_scores

# An unsaved number with so many messages, fewer than this share of them with signs, is an ordinary member.
ESTABLISHED, QUIET = 5, 0.15
# Nobody is less likely to attack than this, however many write.
LEAST_PRIOR = -6.5
# What more than this share of them say is no sign of its full weight there.
FAMILIAR = 0.1
# Words of praise within so many messages belong to one play.
STAGE = 200
# Where at least this share of the strangers who write around it vouches, they do not do so by chance.
ARRANGED = 0.25

# Of ordinary messages 10 (1) in 10,000 lie above the limit low (medium) of the wording model: wording above it gives
# back such a share of what the crowd took from the prior, not more, because the phrases in it were counted already.
GIVEN_BACK, MOSTLY_GIVEN_BACK = 0.35, 0.7
# So many messages of a stretch are read.
MOST_READ = 20


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The ordinary strangers of a chat: ``size`` how many, ``prior`` the log-odds that one attacks.

    ``worth`` says for kinds of signals that many of them show how much these still count (0 to 1, 1 if not listed).
    """

    size: int
    prior: float
    worth: Mapping[str, float]


def crowd(chat: Chat, found: Sightings, usual: float) -> Crowd:
    """Count the unsaved numbers that have written for long enough, mostly without signs, and what they say too.

    One of them may attack, so each with that chance; it replaces the ``usual`` log-odds where it is lower.
    """
    senders, count = chat.columns.sender, len(chat.senders)
    wrote = np.bincount(senders[chat.written], minlength=count)
    showed = np.zeros(count, dtype=np.int64)
    accounts: dict[str, set[int]] = {}
    for message, seen in found.by_message.items():
        sender = int(senders[message])
        if sender >= 0:
            showed[sender] += any(s.kind not in COMMON for s in seen)
            for sighting in seen:
                accounts.setdefault(sighting.kind, set()).add(sender)
    ordinary = strangers(chat) & (wrote >= ESTABLISHED) & (showed < QUIET * wrote)
    size = int(np.count_nonzero(ordinary))
    prior = max(LEAST_PRIOR, min(usual, -math.log(size))) if size else usual
    worth: dict[str, float] = {}
    if prior < usual:
        members = set(np.flatnonzero(ordinary).tolist())
        for kind in sorted(accounts):
            share = len(accounts[kind] & members) / size
            if share > FAMILIAR:
                worth[kind] = FAMILIAR / share
    return Crowd(size=size, prior=round(prior, 3), worth=worth)


def beyond_crowd(chat: Chat, unknown: NDArray[np.bool_], sender: int, own: Iterable[int], praise: set[int]) -> float:
    """How far others who vouch around an account are an arrangement and not chance: 1 at ARRANGED of the strangers.

    ``own`` are the messages in which the account itself vouches, ``praise`` those of everybody.
    """
    spots = np.fromiter(own, dtype=np.int64)
    begin, end = max(0, int(spots.min()) - STAGE), int(spots.max()) + STAGE + 1
    senders, written = chat.columns.sender[begin:end], chat.written[begin:end]
    writing = {int(code) for code in np.unique(senders[written]) if unknown[code]} - {sender}
    vouching = {int(chat.columns.sender[m]) for m in praise if begin <= m < end} & writing
    return min(1.0, len(vouching) / (ARRANGED * max(1, len(writing))))


def reading(chat: Chat, shown: Iterable[Sighting], taken: float) -> Signal | None:
    """What the wording of messages that showed signs gives back of the log-odds ``taken`` by the crowd, if anything."""
    messages = sorted({sighting.message for sighting in shown if sighting.kind not in COMMON})[:MOST_READ]
    scores = scam_scores([chat.searched_text(message) for message in messages])
    if not len(messages) or scores.max() <= 0:
        return None
    most = int(scores.argmax())
    line = say("line %(lines)s", lines=str(chat.columns.line[messages[most]]))
    share = MOSTLY_GIVEN_BACK if scores[most] > model().medium - model().low else GIVEN_BACK
    return Signal(name="reads like a scam", weight=round(share * taken, 3), detail=line)
