"""How likely each line around a suspicious stretch doubts, warns, disowns, reports or tells of the loss.

Phrases miss most wordings of such answers. What stays alike is who writes when, what stands beside it, and a few
classes of words and marks (``wording.reacting``); a logistic regression weighs them. ``scripts/train_reactions.py``
fits it on labelled chats with part of the phrases taken away, as they are in wordings that nobody thought of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat, once
from wa_forensics.context.episodes import episodes
from wa_forensics.context.hearing import CODE_EVENTS, NEAR, NEAR_OWN, REMOVALS
from wa_forensics.context.signals import sightings
from wa_forensics.context.sitting import sitting
from wa_forensics.context.weighing import MEDIUM, Episode
from wa_forensics.frame import KINDS
from wa_forensics.model import Kind, Signal
from wa_forensics.vocabulary import Concept
from wa_forensics.wording import Columns, reacting, reaction_columns

DAY = 86400
# Others answer so long after the account's last line; its owner comes back later.
ANSWERS, RETURNS = 14 * DAY, 30 * DAY
# Of a longer text, and of more answers in one chat, the beginning tells enough.
READ, MOST = 1200, 4000
# What stands beside an answer: so many answers before and after it, at most so many seconds away.
BESIDE, BESIDE_SECONDS, MANY = 4, 900, 2.0
GOES_ON = 300
CERTAIN = (Concept.WARNING, Concept.HACKED_DISCLOSURE, Concept.DISOWNING, Concept.IDENTITY_DOUBT)
PHRASES = (*CERTAIN, Concept.SCAM_TALK, Concept.VERIFIED_BY_CALL, Concept.REPORTING)
# What each group of features is called among the signals of a finding.
GROUPS: Mapping[str, str] = {
    "words": "words of alarm, doubt, checks or loss",
    "phrases": "phrases that warn, doubt or report",
    "marks": "marks and capitals",
    "length": "length of the text",
    "named": "who and what is named",
    "when": "place after the account's line",
    "beside": "other answers beside it",
    "stretch": "who writes, and to whom",
    "prior": "most answers are none of these",
}
LONG_WORD = re.compile(r"\w{5,}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """Lines that may answer a stretch, ascending by message: ``told[i]`` is the account's latest line before
    ``messages[i]``, ``stretch[i]`` the place in ``serious`` of its stretch.
    """

    serious: tuple[Episode, ...]
    messages: NDArray[np.int64]
    stretch: NDArray[np.int64]
    told: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reaction:
    """A line that likely reacts to a stretch: its log-odds, and what each group of features adds to them."""

    message: int
    episode: Episode
    odds: float
    parts: tuple[tuple[str, float], ...]


@once
def reactions(chat: Chat) -> tuple[Reaction, ...]:
    """The answers to stretches of level medium and above whose log-odds reach the limit, in order."""
    found, model = answers(chat), reacting()
    if not len(found.messages):
        return ()
    columns = answer_columns(chat, found)
    parts: Columns = {"prior": np.full(len(found.messages), model.constant)}
    for name, column in columns.items():
        group = name.partition("/")[0]
        parts[group] = parts.get(group, 0.0) + model.weights[name] * column
    odds = np.sum(list(parts.values()), axis=0)
    return tuple(
        Reaction(
            message=int(found.messages[row]),
            episode=found.serious[found.stretch[row]],
            odds=float(odds[row]),
            parts=tuple((group, float(worth[row])) for group, worth in parts.items()),
        )
        for row in np.flatnonzero(odds >= model.limit).tolist()
    )


def carried(found: Sequence[Reaction]) -> tuple[Signal, ...]:
    """The mean log-odds of reactions by group of features, the heaviest first."""
    worth = {group: sum(dict(r.parts)[group] for r in found) / len(found) for group in GROUPS}
    ranked = sorted(worth.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Signal(name=GROUPS[group], weight=round(mean, 3)) for group, mean in ranked)


@once
def answers(chat: Chat) -> Answers:
    """The texts of others, and of owners who are back, from the first sign of a stretch of level medium on."""
    serious = tuple(e for e in episodes(chat) if e.score >= MEDIUM)
    nothing = np.zeros(0, dtype=np.int64)
    if not serious:
        return Answers(serious=(), messages=nothing, stretch=nothing, told=nothing)
    sender, seconds = chat.columns.sender, _seconds(chat)
    stretch_of: dict[int, int] = {}
    last = np.zeros(len(serious), dtype=np.int64)
    for place in sorted(range(len(serious)), key=lambda place: serious[place].score):
        own = sitting(chat, serious[place])
        last[place] = own[-1]
        stretch_of.update((m, place) for m in own if m >= serious[place].messages[0])
    lines = np.array(sorted(stretch_of), dtype=np.int64)
    texts = np.flatnonzero(chat.written & (chat.columns.kind == KINDS.index(Kind.TEXT)))
    texts = texts[(texts > lines[0]) & ~np.isin(texts, lines)]
    told = lines[np.searchsorted(lines, texts) - 1]
    stretch = np.array([stretch_of[m] for m in lines.tolist()], dtype=np.int64)[np.searchsorted(lines, texts) - 1]
    ordinal = np.cumsum(chat.written)
    gap, pause = ordinal[texts] - ordinal[told], seconds[texts] - seconds[told]
    owner = sender[texts] == np.array([e.sender for e in serious], dtype=np.int64)[stretch]
    back = owner & (texts > last[stretch]) & (gap <= NEAR_OWN) & (pause <= RETURNS)
    other = ~owner & (gap <= NEAR) & (pause <= ANSWERS)
    # Whoever attacks under the own name does not doubt.
    other &= ~np.isin(sender[texts], [e.sender for e in serious if e.own_hand])
    back &= np.array([not e.own_hand for e in serious])[stretch]
    keep = np.flatnonzero(back | other)[:MOST]
    return Answers(serious=serious, messages=texts[keep], stretch=stretch[keep], told=told[keep])


def answer_columns(chat: Chat, found: Answers) -> Columns:
    """All features of the answers, each a column with a value per answer."""
    texts = [chat.searched_text(m)[:READ] for m in found.messages.tolist()]
    columns = reaction_columns(texts)
    talk = sightings(chat).talk
    for concept in PHRASES:
        said = np.isin(found.messages, list(talk[concept]))
        columns[f"phrases/{concept.value}"] = said.astype(np.float64)
    columns |= _of_the_stretch(chat, found) | _when(chat, found) | _named(chat, found)
    columns["named/a word of the account's"] = _taken_up(chat, found, texts)
    return columns | _beside(chat, found, columns)


def _seconds(chat: Chat) -> NDArray[np.int64]:
    return chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)


def _of_the_stretch(chat: Chat, found: Answers) -> Columns:
    stranger = np.array([e.stranger for e in found.serious])[found.stretch]
    owner = np.array([e.sender for e in found.serious])[found.stretch] == chat.columns.sender[found.messages]
    return {
        "stretch/of a stranger": stranger.astype(np.float64),
        "stretch/chat of two": np.full(len(stranger), float(len(chat.senders) <= 2)),
        "stretch/its owner writes": owner.astype(np.float64),
    }


def _when(chat: Chat, found: Answers) -> Columns:
    """Lines and time since the account's last line, and whether the app wrote between."""
    seconds, ordinal = _seconds(chat), np.cumsum(chat.written)
    noted = np.zeros(len(chat), dtype=np.int64)
    noted[chat.messages_with(events=(*CODE_EVENTS, *REMOVALS))] = 1
    noted[chat.messages_with(kind=Kind.DELETED)] = 1
    noted = np.cumsum(noted)
    end = np.array([e.messages[-1] for e in found.serious])[found.stretch]
    pause = np.maximum(seconds[found.messages] - seconds[found.told], 0)
    return {
        "when/lines since": np.log1p(ordinal[found.messages] - ordinal[found.told]) / 2,
        "when/a day later": (pause > DAY).astype(np.float64),
        "when/after the last sign": (found.messages > end).astype(np.float64),
        "when/a line of the app between": (noted[found.messages] > noted[found.told]).astype(np.float64),
    }


def _named(chat: Chat, found: Answers) -> Columns:
    names = [chat.accounts_in(m, given=True) for m in found.messages.tolist()]
    accounts = [found.serious[place].sender for place in found.stretch.tolist()]
    account = np.array([a in named for a, named in zip(accounts, names, strict=True)], dtype=np.float64)
    other = np.array([bool(named.keys() - {a}) for a, named in zip(accounts, names, strict=True)], dtype=np.float64)
    return {"named/the account": account, "named/somebody else": other}


def _taken_up(chat: Chat, found: Answers, texts: Sequence[str]) -> NDArray[np.float64]:
    """Does the answer hold a long word or number of the account's latest line?"""
    told = {m: frozenset(_long_words(chat.searched_text(m)[:READ])) for m in set(found.told.tolist())}
    pairs = zip(found.told.tolist(), texts, strict=True)
    return np.array([not told[m].isdisjoint(_long_words(text)) for m, text in pairs], dtype=np.float64)


def _long_words(text: str) -> list[str]:
    return LONG_WORD.findall(text.casefold())


def _beside(chat: Chat, found: Answers, columns: Columns) -> Columns:
    """How many answers just before and after warn by phrase or hold words of alarm, and whether the writer goes on."""
    seconds, sender = _seconds(chat)[found.messages], chat.columns.sender[found.messages]
    certain = np.max([columns[f"phrases/{concept.value}"] for concept in CERTAIN], axis=0)
    alarm = np.maximum(columns["words/fraud"], columns["words/office"])
    before, after, alarmed = np.zeros((3, len(sender)))
    for step in range(1, min(BESIDE + 1, len(sender))):
        close = np.abs(seconds[step:] - seconds[:-step]) <= BESIDE_SECONDS
        before[step:] += certain[:-step] * close
        after[:-step] += certain[step:] * close
        alarmed[:-step] += alarm[step:] * close
    goes_on = np.zeros(len(sender))
    goes_on[1:] = (np.diff(sender) == 0) & (np.diff(found.messages) == 1) & (np.diff(seconds) <= GOES_ON)
    return {
        "beside/phrases before": np.minimum(before, MANY),
        "beside/phrases after": np.minimum(after, MANY),
        "beside/alarm after": np.minimum(alarmed, MANY),
        "beside/the writer goes on": goes_on,
    }
