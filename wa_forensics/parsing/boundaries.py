"""Which header-shaped lines begin a message, and which are text that only looks like a header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.model import Platform
from wa_forensics.parsing.halves import agree_halves
from wa_forensics.parsing.headers import LONGEST_NAME, UNKNOWN_CLOCK
from wa_forensics.parsing.shapes import Matches

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A second header form is another export joined to this one (and not pasted text) from this many lines on.
JOINED_LINES = 50
JOINED_SHARE = 0.25
# Fewer lines with an unknown word beside the time are pasted text, not part of the export.
_STRAY_SHARE = 0.02
# So many lines of each form tell whether both have senders in common.
_LOOKED_AT = 5_000
_OTHER_FORM = "header-shaped line in another form than the file's headers"


@dataclass(frozen=True, kw_only=True, eq=False)
class Boundaries:
    """``matches`` that begin messages, the ``family`` code of each, the names of the families (main first).

    ``rejected`` are (line from 1, reason) of header-shaped lines that are text; ``unclear`` words beside the
    time that are in no table and that no hour explains.
    """

    matches: Matches
    family: NDArray[np.int16]
    families: tuple[str, ...]
    platform: Platform
    rejected: tuple[tuple[int, str], ...]
    unclear: tuple[str, ...] = ()


def settle(matches: Matches, data: NDArray[np.uint8], starts: NDArray[np.int64]) -> Boundaries | None:
    """Choose the header lines that begin messages; None if no line does."""
    matches = _without_lone(matches, data, starts)
    if not len(matches.line):
        return None
    matches, open_words = agree_halves(matches, data, starts)
    family_of = _families(matches, data, starts)
    names = sorted(set(family_of))
    code_of = np.array([names.index(family) for family in family_of], dtype=np.int16)
    # Most files have one family: zeros that are never written take no memory.
    family = code_of[matches.template] if len(names) > 1 else np.zeros(len(matches.line), dtype=np.int16)
    counts = np.bincount(code_of, weights=matches.counts, minlength=len(names)).astype(np.int64)
    present = np.flatnonzero(counts).tolist()
    first_seen = {code: int(np.argmax(family == code)) if len(present) > 1 else 0 for code in present}
    ranked = sorted(first_seen, key=lambda code: (-int(counts[code]), first_seen[code]))
    main = ranked[0]
    platform = _platform_of(names[main])
    genuine = [main]
    rejected = [(line + 1, _OTHER_FORM) for line in matches.beyond]
    keep = family == main
    total = int(counts.sum())
    for code in ranked[1:]:
        other = _platform_of(names[code])
        joined = counts[code] >= JOINED_LINES or counts[code] >= JOINED_SHARE * total
        if joined and other is not Platform.WEB_COPY:
            genuine.append(code)
            keep |= family == code
            continue
        reason = (
            f"header-shaped line in the {other.value.replace('_', ' ')} form inside a message"
            if other is not platform
            else _OTHER_FORM
        )
        rejected += [(int(line) + 1, reason) for line in matches.line[family == code]]
    forged = _after_bare_newline(matches, keep, platform, data, starts)
    rejected += [
        (int(line) + 1, "header-shaped line after a bare line feed, in a file whose messages end in CR LF")
        for line in matches.line[forged]
    ]
    keep &= ~forged
    whole = bool(keep.all())
    position = np.zeros(len(names), dtype=np.int16)
    position[genuine] = np.arange(len(genuine))
    kept = family if whole else family[keep]
    return Boundaries(
        matches=matches if whole else matches.only(keep),
        family=position[kept] if len(names) > 1 else kept,
        families=tuple(names[code] for code in genuine),
        platform=platform,
        rejected=tuple(sorted(rejected)),
        unclear=_unclear_words(matches, family == main, open_words),
    )


def _without_lone(matches: Matches, data: NDArray[np.uint8], starts: NDArray[np.int64]) -> Matches:
    """Leave out lines that only a name would show to be headers, unless most lines of their family have one.

    The others of such a family are lines of the app.
    """
    lone = np.array([template.header.needs_name for template in matches.templates] or [False])
    rows = np.flatnonzero(lone[matches.template]) if lone.any() else np.empty(0, dtype=np.int64)
    if not len(rows):
        return matches
    body = starts[matches.line[rows]] + matches.width()[rows]
    stop = np.append(starts, len(data))[matches.line[rows] + 1]
    colons = np.append(np.flatnonzero(data[:-1] == 58), len(data) - 1)
    first = colons[np.minimum(np.searchsorted(colons, body), len(colons) - 1)]
    named = (first > body) & (first - body <= LONGEST_NAME) & (first < stop - 1)
    named &= data[np.minimum(first + 1, len(data) - 1)] == 32
    families = np.array([template.header.family for template in matches.templates])[matches.template[rows]]
    keep = np.ones(len(matches.line), dtype=bool)
    for family in np.unique(families).tolist():
        of_family = families == family
        if 2 * int(named[of_family].sum()) < int(of_family.sum()):
            keep[rows[of_family & ~named]] = False
    return matches.only(keep)


def _platform_of(family: str) -> Platform:
    return Platform(family.split("|", 1)[0])


def _families(matches: Matches, data: NDArray[np.uint8], starts: NDArray[np.int64]) -> list[str]:
    """The family of each template; an unknown word beside the time belongs to the clock that the file shows.

    So its lines stay messages, and the word is named, where leaving them out would lose part of the chat. They are
    text where they are few, or fewer than the others and never under a name that the others bear ("at 9:20 we met -").
    """
    templates = matches.templates
    counts = matches.counts
    total: dict[str, int] = {}
    for template, count in zip(templates, counts.tolist(), strict=True):
        total[template.header.family] = total.get(template.header.family, 0) + count
    families = []
    for template in templates:
        name = template.header.family
        if f"|{UNKNOWN_CLOCK}" in name:
            twelve, full = (name.replace(f"|{UNKNOWN_CLOCK}", f"|{clock}") for clock in ("12", "24"))
            known = max(total.get(twelve, 0), total.get(full, 0))
            if (
                known
                and total[name] < known
                and (
                    total[name] < _STRAY_SHARE * known
                    or not _shares_a_name(matches, name, (twelve, full), data, starts)
                )
            ):
                families.append(name)
                continue
            name = twelve if total.get(twelve, 0) >= total.get(full, 0) and twelve in total else full
        families.append(name)
    return families


def _shares_a_name(
    matches: Matches, odd: str, plain: tuple[str, str], data: NDArray[np.uint8], starts: NDArray[np.int64]
) -> bool:
    """Whether a line of the family ``odd`` is by somebody who also writes under headers of the families ``plain``."""
    families = [template.header.family for template in matches.templates]

    def names(wanted: NDArray[np.bool_]) -> set[bytes]:
        rows = np.flatnonzero(wanted[matches.template])[:_LOOKED_AT]
        begin = starts[matches.line[rows]] + matches.width()[rows]
        heads = (bytes(data[at : at + LONGEST_NAME]).split(b"\n", 1)[0] for at in begin.tolist())
        return {head.split(b": ", 1)[0] for head in heads if b": " in head}

    return not names(np.array([family == odd for family in families])).isdisjoint(
        names(np.array([family in plain for family in families]))
    )


def _unclear_words(matches: Matches, chosen: NDArray[np.bool_], open_words: frozenset[str]) -> tuple[str, ...]:
    """Words beside the time of chosen headers that are unknown or left open, and no hour shows a 24-hour clock."""
    words: dict[str, list[int]] = {}
    for code, template in enumerate(matches.templates):
        word = template.header.half if template.header.half in open_words else template.header.unknown
        if word:
            words.setdefault(word, []).append(code)
    if not words:
        return ()
    hours = matches.seconds // 3600
    rows = np.bincount(matches.template[chosen], minlength=len(matches.templates))
    full = np.bincount(matches.template[chosen & ((hours > 12) | (hours == 0))], minlength=len(matches.templates))
    return tuple(sorted(word for word, codes in words.items() if rows[codes].any() and not full[codes].any()))


def _after_bare_newline(
    matches: Matches,
    keep: NDArray[np.bool_],
    platform: Platform,
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Header lines of an iOS file that follow a bare LF although its messages end in CR LF.

    Counted on public iOS files with both line ends: 19,308 headers after CR LF, 2 after a bare LF.
    """
    none = np.zeros(len(matches.line), dtype=bool)
    if platform is not Platform.IOS:
        return none
    before = starts[matches.line] - 2
    bare = keep & (before >= 0) & (data[np.maximum(before, 0)] != 13)
    count = int(bare.sum())
    if count and int(keep.sum()) - count >= 2 * count:
        forged: NDArray[np.bool_] = bare
        return forged
    return none
