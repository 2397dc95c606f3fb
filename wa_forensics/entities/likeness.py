"""Says whether a name looks like another one: look-alike characters, one edit, the same words joined otherwise."""

from __future__ import annotations

import re
import unicodedata

# Characters and pairs that pass for a Latin letter in an address.
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
SIGNS = str.maketrans("013457", "oleast")
LETTERS = str.maketrans("аесорхуіјѕԁһкмтвнлгυοανιρτκерсıłøđ", "aecopxyijsdhkmtbhnrvoavipтkepcilod".replace("т", "t"))


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
    name, other = (plain_label(domain.split(".")[0].replace("-", "").replace("_", "")) for domain in (first, second))
    if min(len(name), len(other)) < 5:
        return False
    if name == other or within_one_edit(name, other) or plain_pairs(name) == plain_pairs(other):
        return True
    short, long = sorted((name, other), key=len)
    return len(short) >= 7 and short in long


def plain_pairs(name: str) -> str:
    """Letter pairs that look like one letter written as that letter."""
    for pair, letter in PAIRS:
        name = name.replace(pair, letter)
    return name
