"""Finds the names of a chat's accounts in a text: whole names only, and of two that overlap the longer one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

import ahocorasick_rs

from wa_forensics.entities.text import clean

# Scripts that are written without spaces, or that join endings to a name: a letter beside it says nothing.
JOINED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]"
)


# A given name is no shorter; what is shorter is a word, a title or initials.
SHORTEST_GIVEN = 4


class AccountNames:
    """The accounts of a chat by name, to be looked for in its texts in one pass each.

    With ``given``, an account is also known by the first word of its name, as people call each other, unless that
    stands in the name of another account as well.
    """

    def __init__(self, names: Sequence[str], *, given: bool = False) -> None:
        self._accounts: dict[str, list[int]] = {}
        for account, name in enumerate(names):
            if plain := plain_name(name):
                self._accounts.setdefault(plain, []).append(account)
        if given:
            for name, account in _given_names(self._accounts).items():
                self._accounts.setdefault(name, []).append(account)
        self._names = list(self._accounts)
        self._automaton = ahocorasick_rs.AhoCorasick(self._names) if self._names else None

    def found(self, text: str) -> Mapping[int, int]:
        """The accounts whose whole name stands in the text, each with the first place, 0 for the text's beginning.

        Case and invisible marks are left aside, and the ``~`` before the name of an unsaved account. "Ana" does not
        stand in "Susana", nor in "Ana Paula" where that is another account.
        """
        shown = plain_name(text)
        hits = self._automaton.find_matches_as_indexes(shown, overlapping=True) if self._automaton else []
        whole = [(begin, end, self._names[name]) for name, begin, end in hits if _alone(shown, begin, end)]
        places: dict[int, int] = {}
        reach = 0
        # From the left, longer names first: what lies inside one that was taken is part of it.
        for begin, end, name in sorted(whole, key=lambda hit: (hit[0], -hit[1])):
            if end > reach:
                for account in self._accounts[name]:
                    places.setdefault(account, begin)
            reach = max(reach, end)
        return places


def _given_names(accounts: Mapping[str, Sequence[int]]) -> dict[str, int]:
    held = Counter(word for name in accounts for word in set(name.split()))
    firsts = ((name.split()[0], known) for name, known in accounts.items() if " " in name)
    return {
        first: known[0]
        for first, known in firsts
        if len(first) >= SHORTEST_GIVEN and first.isalpha() and held[first] == 1 == len(known)
    }


def plain_name(text: str) -> str:
    """Small letters, no invisible marks, no ``~`` or space at the ends."""
    return clean(text).strip("~ ").casefold()


def tells_apart(name: str) -> bool:
    """Is a name long enough to be a name where people write, and not a word?"""
    plain = plain_name(name)
    return len(plain) >= (2 if JOINED.match(plain) else 3)


def _alone(text: str, begin: int, end: int) -> bool:
    before, after = text[begin - 1 : begin], text[end : end + 1]
    return not (_joins(before) and _joins(text[begin])) and not (_joins(after) and _joins(text[end - 1]))


def _joins(character: str) -> bool:
    """Does a character go on as part of the word beside it?"""
    if not character or JOINED.match(character):
        return False
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"
