"""Finds in a host the name of a brand that the host does not belong to.

``data/brands.txt`` has a line per name: the name, then the registrable domains that are its own. ``name=`` is an
everyday word or a short one: it counts only as a whole label beside a word of ``data/bait.txt``. ``name.*`` is its
own under the suffix of any country. ``-word`` is an honest word that holds the name or differs from
it in one letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from wa_forensics.entities.likeness import letters_left_out, plain_label, plain_pairs, within_one_edit

# From so many letters on a name is found at the beginning of a longer label or after one of the words before it, with
# one letter wrong, and anywhere in a label and across hyphens.
SHORTEST, INSIDE, EDITED, ANYWHERE = 3, 6, 7, 8
BEFORE = frozenset(["app", "e", "get", "go", "i", "m", "mail", "my", "new", "official", "online", "team", "the", "web"])
# Of names that end so, that much more must be their own before one letter counts as a slip.
GENERIC, OF_ITS_OWN = ("bank", "post", "cloud", "mobile"), 6
# Under these anybody may have the name of a brand.
FOR_ANYBODY = re.compile("ac|bz|cc|cf|cm|co|ga|gd|gq|io|la|me|ml|nu|om|pw|sh|su|tk|to|vc|ws")
COUNTRY = re.compile(r"(?:(?:com|co|org|net|gov|gob|go|gouv|edu)\.)?[a-z]{2}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Brands:
    """Names and words as they are looked up.

    ``own``: name to its domains, all of them in ``domains``; ``anywhere``: name to what is its own under the suffix of
    any country; ``plain``: the name as plain letters to the name; ``common``: everyday words; ``near``: forms with
    one letter left out to names; ``inside`` finds the long names in a label; ``honest``: words that hold one, or
    nearly, by chance; ``bait``: words beside which an everyday word is a name.
    """

    own: dict[str, frozenset[str]]
    domains: frozenset[str]
    anywhere: dict[str, frozenset[str]]
    plain: dict[str, str]
    common: frozenset[str]
    near: dict[str, tuple[str, ...]]
    inside: re.Pattern[str]
    honest: frozenset[str]
    bait: frozenset[str]


def imitated(host: str, domain: str) -> str | None:
    """The brand whose name stands in a host (as shown, lower case) that is not its own, plainly or nearly."""
    brands = _brands()
    if domain in brands.domains:
        return None
    suffix = frozenset(domain.split(".")[1:])
    labels = [label for label in re.split(r"[.\-_]", host) if label and label != "www" and label not in suffix]
    plain = [plain_label(label) for label in labels]
    baited = [word in brands.bait for word in plain]
    joined = [plain_label(re.sub("[-_]", "", label)) for label in host.split(".") if "-" in label or "_" in label]
    found = (
        *(_name_in(word, brands, any(baited[:at] + baited[at + 1 :])) for at, word in enumerate(plain)),
        *(_name_across(word, brands) for word in joined),
    )
    return next((name for name in found if name and not _is_own(name, domain, brands)), None)


def _name_in(word: str, brands: Brands, beside: bool) -> str | None:
    """The brand whose name a plain label is, nearly is or holds."""
    found = brands.plain.get(word)
    if found is not None:
        return found if beside or found not in brands.common else None
    baited = _name_and_bait(word, brands)
    if baited or len(word) < INSIDE or word in brands.honest:
        return baited
    for match in brands.inside.finditer(word):
        before = word[: match.start()]
        fits = not before or len(match.group()) >= ANYWHERE or before in BEFORE or before in brands.bait
        if fits and not _is_honest(match.group(), word, brands):
            return brands.plain[match.group()]
    pairs = brands.plain.get(plain_pairs(word))
    if pairs is not None and pairs not in brands.common:
        return pairs
    near = sorted({name for form in letters_left_out(word) for name in brands.near.get(form, ())})
    return next((name for name in near if within_one_edit(word, plain_label(name))), None)


def _name_across(word: str, brands: Brands) -> str | None:
    """The brand whose name a label holds once its hyphens are taken out."""
    found = brands.plain.get(word)
    if found is not None and found not in brands.common:
        return found
    match = brands.inside.search(word)
    if match and len(match.group()) >= ANYWHERE and not _is_honest(match.group(), word, brands):
        return brands.plain[match.group()]
    return _name_and_bait(word, brands)


def _name_and_bait(word: str, brands: Brands) -> str | None:
    """The brand whose name is joined with a word that leads to a login or a payment, as in ``upsparcel``."""
    for cut in range(SHORTEST, len(word) - 1):
        name = brands.plain.get(word[:cut])
        if name and word[cut:] in brands.bait:
            return name
        name = brands.plain.get(word[cut:])
        if name and name not in brands.common and word[:cut] in brands.bait:
            return name
    return None


def _is_honest(found: str, word: str, brands: Brands) -> bool:
    """Does the name stand in the word as part of an honest one, as ``amazon`` in ``amazonas``?"""
    return any(found in honest and honest in word for honest in brands.honest)


def _is_own(name: str, domain: str, brands: Brands) -> bool:
    """Is a domain the brand's own under the suffix of some country?"""
    first, _, suffix = domain.partition(".")
    country = COUNTRY.fullmatch(suffix) is not None and not FOR_ANYBODY.fullmatch(suffix)
    return country and first in brands.anywhere[name]


@lru_cache(maxsize=1)
def _brands() -> Brands:
    own: dict[str, frozenset[str]] = {}
    anywhere: dict[str, frozenset[str]] = {}
    common: set[str] = set()
    honest: set[str] = set()
    for line in _lines("brands"):
        marked, *domains = line.split()
        name = marked.rstrip("=")
        if marked.endswith("="):
            common.add(name)
        anywhere[name] = frozenset(word[:-2] for word in domains if word.endswith(".*"))
        honest |= {word[1:] for word in domains if word.startswith("-")}
        own[name] = frozenset(word for word in domains if "*" not in word and not word.startswith("-"))
    plain = {plain_label(name): name for name in sorted(own)}
    near: dict[str, list[str]] = {}
    for name in sorted(own):
        rest = min(len(name.removesuffix(word)) for word in GENERIC)
        if len(name) >= EDITED and name not in common and (rest == len(name) or rest >= OF_ITS_OWN):
            for form in sorted(letters_left_out(plain_label(name))):
                near.setdefault(form, []).append(name)
    long = sorted((word for word, name in plain.items() if len(word) >= INSIDE and name not in common), key=len)
    return Brands(
        own=own,
        domains=frozenset().union(*own.values()),
        anywhere=anywhere,
        plain=plain,
        common=frozenset(common),
        near={form: tuple(names) for form, names in near.items()},
        inside=re.compile("|".join(map(re.escape, reversed(long)))),
        honest=frozenset(honest),
        bait=frozenset(word for line in _lines("bait") for word in line.split()),
    )


def _lines(name: str) -> list[str]:
    text = files("wa_forensics").joinpath("entities", "data", f"{name}.txt").read_text("utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]
