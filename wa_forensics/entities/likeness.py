"""Says whether a name looks like another one: look-alike characters, one edit, the same words joined otherwise."""

from __future__ import annotations

import re
import unicodedata

# Characters and pairs that pass for a Latin letter in an address.
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
SHORTEST_NAME, SHORTEST_PART, LONGEST_NAME = 5, 7, 40
# So many domains that share a key are compared; more of them are a farm of one kind.
MOST_NEAR = 20
SIGNS = str.maketrans("013457", "oleast")
LOOK_ALIKES = {
    "a": "аαɑ",
    "b": "вь",
    "c": "сϲ",
    "d": "ԁđ",
    "e": "еєε",
    "h": "һн",
    "i": "іιı",
    "j": "ј",
    "k": "кκ",
    "l": "ӏł",
    "m": "м",
    "n": "пη",
    "o": "оοø",
    "p": "рρ",
    "r": "г",
    "s": "ѕ",
    "t": "тτ",
    "u": "υ",
    "v": "ν",
    "w": "ԝω",
    "x": "хχ",
    "y": "уγ",
}
LETTERS = {ord(look): letter for letter, looks in LOOK_ALIKES.items() for look in looks}


def plain_label(label: str) -> str:
    """A label with accents, look-alike letters and digits written for letters taken back."""
    folded = unicodedata.normalize("NFKD", label.casefold()).translate(LETTERS)
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return plain.translate(SIGNS) if re.search("[a-z]", plain) else plain


def within_one_edit(first: str, second: str) -> bool:
    """One letter more, less, other, or two neighbors swapped."""
    if abs(len(first) - len(second)) > 1:
        return False
    at = 0
    while at < min(len(first), len(second)) and first[at] == second[at]:
        at += 1
    a, b = first[at:], second[at:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and len(a) > 1 and a[2:] == b[2:])


def similar_names(first: str, second: str) -> bool:
    """Do two different registrable domains look like one another (letters joined, hyphen, suffix, one edit)?"""
    if first == second:
        return False
    name, other = bare_name(first), bare_name(second)
    if min(len(name), len(other)) < SHORTEST_NAME:
        return False
    if name == other or within_one_edit(name, other) or plain_pairs(name) == plain_pairs(other):
        return True
    short, long = sorted((name, other), key=len)
    return len(short) >= SHORTEST_PART and short in long


def bare_name(domain: str) -> str:
    """The first label of a registrable domain as plain letters, hyphens left out."""
    return plain_label(domain.split(".")[0].replace("-", "").replace("_", ""))[:LONGEST_NAME]


def plain_pairs(name: str) -> str:
    """Letter pairs that look like one letter written as that letter."""
    for pair, letter in PAIRS:
        name = name.replace(pair, letter)
    return name


class NameIndex:
    """Domains seen so far, asked for one that looks like a new one without comparing all of them."""

    def __init__(self) -> None:
        self._by_key: dict[str, list[str]] = {}
        self._by_name: dict[str, list[str]] = {}
        self._names = "\n"

    def add(self, domain: str) -> None:
        """Remember a domain."""
        name = bare_name(domain)
        if len(name) < SHORTEST_NAME:
            return
        for key in _keys(name):
            self._by_key.setdefault(key, []).append(domain)
        self._by_name.setdefault(name, []).append(domain)
        self._names += name + "\n"

    def resembled(self, domain: str) -> bool:
        """Does some other domain seen before look like this one?"""
        name = bare_name(domain)
        if len(name) < SHORTEST_NAME:
            return False
        near = [other for key in _keys(name) for other in self._by_key.get(key, ())[:MOST_NEAR]]
        if any(similar_names(domain, other) for other in near):
            return True
        if len(name) < SHORTEST_PART:
            return False
        ends = ((a, b) for a in range(len(name)) for b in range(a + SHORTEST_PART, len(name) + 1))
        inside = any(other != domain for a, b in ends for other in self._by_name.get(name[a:b], ()))
        own = sum(1 for other in self._by_name.get(name, ()) if other == domain)
        return inside or self._names.count(name) > own


def _keys(name: str) -> set[str]:
    """What names within one edit share: the name, its look-alike form, and every form with one letter left out."""
    return {plain_pairs(name), *letters_left_out(name)}


def letters_left_out(name: str) -> set[str]:
    """A name and every form of it with one letter left out; two names within one edit share one."""
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}
