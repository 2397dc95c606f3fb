"""What a line of a suspicious stretch is about, by its words, its signs, those around it, and the whole stretch.

Each matter has a logistic regression of its own, so a line may be about several or none. ``scripts/train_matter.py``
fits them on labelled chats with part of the phrases taken away, as they are in wordings that nobody thought of.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat, once
from wa_forensics.context.kinship import READ, matters
from wa_forensics.context.signals import WEIGHTS, sightings
from wa_forensics.context.weighing import Episode
from wa_forensics.model import Amount, Link, Payee, PhoneNumber
from wa_forensics.vocabulary import Concept
from wa_forensics.wording import MATTERS, TOPICS, Columns, topics_of

# What a line may be about, by the kind of sign that stands for it among the kinds of a rule.
ABOUT = (
    Concept.PAYMENT_REQUEST,
    Concept.FAMILY_EMERGENCY,
    Concept.JOB_OFFER,
    Concept.CODE_REQUEST,
    Concept.GIFT_CARD,
    Concept.LINK_INVITATION,
    Concept.NEW_NUMBER,
    Concept.REMOTE_ACCESS,
    Concept.GIVEAWAY,
    Concept.BANK_DETAILS_CHANGED,
)
# From this chance on a line is named.
LIMIT = 0.25
# A word or fact in this share of the stretch counts fully; an amount so many lines away is near.
FULL, NEAR = 0.4, 2


def likely(chat: Chat, episode: Episode, kinds: Collection[str]) -> list[int]:
    """The messages of the sitting that by words and place are likely about a matter of these kinds, ascending."""
    return [message for message, own in _likely(chat, episode).items() if not own.isdisjoint(kinds)]


@once
def _likely(chat: Chat, episode: Episode) -> Mapping[int, frozenset[str]]:
    lines = sorted(matters(chat, episode))
    if not lines:
        return {}
    constant, weight_of = weights()
    odds = np.tile(constant, (len(lines), 1))
    for name, column in matter_columns(chat, episode, lines).items():
        odds += column[:, None] * weight_of[name]
    about = 1 / (1 + np.exp(-odds)) >= LIMIT
    return {
        message: frozenset(ABOUT[at] for at in np.flatnonzero(row))
        for message, row in zip(lines, about, strict=True)
        if row.any()
    }


@lru_cache(maxsize=1)
def weights() -> tuple[NDArray[np.float64], Mapping[str, NDArray[np.float64]]]:
    """For each of ``ABOUT`` the constant, and by feature the weights; they come with the program."""
    about = json.loads(files("wa_forensics").joinpath("wording", "data", "matter.json").read_text("utf-8"))
    if about["about"] != list(ABOUT):
        raise ValueError("the matters of the file are not those of the program")
    return np.array(about["constant"]), {name: np.array(worth) for name, worth in about["weights"].items()}


def matter_columns(chat: Chat, episode: Episode, lines: list[int]) -> Columns:
    """All features of lines of an episode's sitting, each a column with a value per line."""
    texts = [chat.searched_text(m)[:READ] for m in lines]
    held = topics_of(texts).astype(np.float64)
    columns: Columns = {}
    for at, topic in enumerate(TOPICS):
        columns[f"words/{topic}"] = held[:, at]
        columns[f"stretch/{topic}"] = np.full(len(lines), min(1.0, held[:, at].mean() / FULL))
    columns |= dict(zip((f"matters/{name}" for name in MATTERS), topics_of(texts, "matters").T * 1.0, strict=True))
    by_message, around = sightings(chat).by_message, matters(chat, episode)
    kinds = {kind: at for at, kind in enumerate(sorted(WEIGHTS))}
    near, signs = np.zeros((2, len(lines), len(kinds)))
    for row, message in enumerate(lines):
        for kind, share in around[message].items():
            near[row, kinds[kind]] = share
        for sign in by_message.get(message, ()):
            signs[row, kinds[sign.kind]] += sign.weight / WEIGHTS[sign.kind]
    for kind, at in kinds.items():
        name = kind.replace("_", " ")
        columns[f"near/{name}"], columns[f"signs/{name}"] = near[:, at], np.minimum(1.0, signs[:, at])
    return columns | _facts(chat, lines, texts) | _place(episode, len(lines))


def _facts(chat: Chat, lines: list[int], texts: list[str]) -> Columns:
    def held(entities: Iterable[Amount | Link | Payee | PhoneNumber]) -> NDArray[np.float64]:
        return np.isin(lines, np.unique([entity.message for entity in entities])).astype(np.float64)

    amounts, links = held(chat.amounts), held(chat.links)
    near = np.convolve(amounts, np.ones(2 * NEAR + 1))[NEAR : NEAR + len(lines)]
    return {
        "facts/an amount": amounts,
        "facts/an amount near": np.minimum(1.0, near),
        "facts/amounts of the stretch": np.full(len(lines), min(1.0, amounts.mean() / FULL)),
        "facts/a link": links,
        "facts/links of the stretch": np.full(len(lines), min(1.0, links.mean() / FULL)),
        "facts/a phone number": held(chat.phones),
        "facts/an account to pay to": held(chat.payees),
        "facts/a question": np.array(["?" in text or "\u061f" in text for text in texts], dtype=np.float64),
        "facts/a digit": np.array([any(c.isdigit() for c in text) for text in texts], dtype=np.float64),
        "facts/length": np.log1p([len(text) for text in texts]) / 5,
    }


def _place(episode: Episode, count: int) -> Columns:
    at = np.arange(count)
    return {
        "place/first": (at == 0).astype(np.float64),
        "place/second or third": np.isin(at, (1, 2)).astype(np.float64),
        "place/in the stretch": at / count,
        "place/of a stranger": np.full(count, float(episode.stranger)),
        "place/of a newcomer": np.full(count, float(episode.new)),
    }
