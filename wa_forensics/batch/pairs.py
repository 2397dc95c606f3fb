"""Exports of one conversation in one scan: found by their sketches, compared from the stored messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from wa_forensics import compare
from wa_forensics.analysis import BUGS, crash, without_allowed
from wa_forensics.case import StoredChat
from wa_forensics.case.messages import read_messages
from wa_forensics.case.stored_chat import chat_of
from wa_forensics.chat import Chat
from wa_forensics.errors import SettingsError
from wa_forensics.model import Analysis, Failure, Limit, Own, Verdict, counted

CHOICES = ("auto", "all", "none")
# A pair of large exports takes half a second; what is left out is named in the coverage.
MOST_PAIRS = 200
OPEN_CHATS = 4


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Positions of the chats to compare; ``asked`` if somebody asked for them. ``left`` were too many."""

    chosen: tuple[tuple[int, int], ...]
    asked: bool
    left: int


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What came of it: the comparisons, the pairs of chats that are one conversation, limits and failures."""

    found: tuple[compare.Comparison, ...]
    same: tuple[tuple[int, int], ...]
    limits: tuple[Limit, ...]
    failures: tuple[Failure, ...]


def pairs_of(analyses: Sequence[Analysis], choice: str) -> Pairs:
    """The pairs of chats that ``--compare`` asks for; texts of the same bytes are not compared."""
    if choice not in CHOICES:
        raise SettingsError("--compare", f"{choice!r} is no choice", f"Choose: {', '.join(CHOICES)}.")
    every: Sequence[tuple[int, int]] = ()
    if choice == "auto" and len(analyses) > 1:
        every = compare.same_conversations([analysis.sketch for analysis in analyses])
    elif choice == "all":
        every = list(combinations(range(len(analyses)), 2))
    texts = [analysis.facts.source.text_sha256 for analysis in analyses]
    other = [(i, j) for i, j in every if texts[i] != texts[j]]
    left = max(0, len(other) - MOST_PAIRS)
    return Pairs(chosen=tuple(other[:MOST_PAIRS]), asked=choice == "all", left=left)


def stored_chats(stored: Sequence[StoredChat], folder: Path) -> Callable[[int], Chat]:
    """Reads the chat of a position back from the case folder; the last few are kept."""

    @lru_cache(maxsize=OPEN_CHATS)
    def chat(place: int) -> Chat:
        one = stored[place]
        return chat_of(read_messages(folder / one.messages, one.first_row_group, one.row_groups), one.facts)

    return chat


def compare_pairs(
    analyses: Sequence[Analysis], chat: Callable[[int], Chat], pairs: Pairs, own: Own
) -> tuple[tuple[Analysis, ...], Compared]:
    """The analyses with a check and findings for each pair, and the comparisons in the order of the chats.

    ``chat`` reads the chat of a position.
    """
    grown = list(analyses)
    found: list[compare.Comparison] = []
    same: list[tuple[int, int]] = []
    failures: list[Failure] = []
    for i, j in pairs.chosen:
        try:
            comparison = compare.compare_chats(chat(i), chat(j))
            if not pairs.asked and not compare.is_one_conversation(comparison):
                continue
            one, other = compare.compared(grown[i], grown[j], comparison, (chat(i), chat(j)))
            grown[i], grown[j] = without_allowed(chat(i), one, own), without_allowed(chat(j), other, own)
        except BUGS as error:
            failures.append(crash("comparison", analyses[i].facts.source.name, error))
            continue
        found.append(comparison)
        if comparison.verdict != Verdict.NOT_TESTABLE:
            same.append((i, j))
    left = counted(
        "%(num)s more pair of exports was not compared", "%(num)s more pairs of exports were not compared", pairs.left
    )
    return tuple(grown), Compared(
        found=tuple(found),
        same=tuple(same),
        limits=(Limit(source="comparison", limit=left),) if pairs.left else (),
        failures=tuple(failures),
    )
