"""The roster of participants settles what the first colon cannot: colons in names and in lines of the app."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.parsing.codes import count_codes
from wa_forensics.parsing.events import PLACEHOLDERS, any_line, placeholder_line
from wa_forensics.parsing.layout import Layout
from wa_forensics.parsing.senders import Speakers

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Names looked at closely: rare ones that are long or quoted, and frequent ones whose texts share a colon.
_MOST_CHECKED = 20_000
_SAMPLE = 40
_QUOTED = re.compile('["\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d]')
_MARKS = "\u200e\u200f"


def review(
    speakers: Speakers,
    buffer: bytes,
    layout: Layout,
    known: Sequence[str] = (),
) -> None:
    """Correct ``speakers`` in place; ``known`` are names that stand elsewhere (the file name)."""
    _drop_bare_colons(speakers, layout)
    counts = count_codes(speakers.code, len(speakers.names))
    rows_of = _rows_by_code(speakers.code, len(speakers.names))
    checked = 0
    for code, raw in enumerate(list(speakers.names)):
        if checked > _MOST_CHECKED:
            break
        name = raw.decode("utf-8", "replace")
        if _suspicious(name, int(counts[code])):
            checked += 1
            _release_lines_of_app(speakers, buffer, layout, rows_of(code))
        if counts[code] >= 2 or name in known:
            _extend(speakers, buffer, layout.stop, rows_of(code), raw, known)
    _join_marked(speakers)


def _drop_bare_colons(speakers: Speakers, layout: Layout) -> None:
    """A colon that ends the line follows a name only if that name speaks elsewhere."""
    if not len(speakers.bare):
        return
    counts = count_codes(speakers.code, len(speakers.names))
    bare = count_codes(speakers.code[speakers.bare], len(speakers.names))
    rows = speakers.bare[(counts == bare)[speakers.code[speakers.bare]]]
    speakers.code[rows] = -1
    speakers.text_start[rows] = layout.body(rows)


def _rows_by_code(code: NDArray[np.int32], names: int) -> Callable[[int], NDArray[np.int64]]:
    """Gives the rows of a name: by comparison while names are few, else from one sort."""
    if names <= 64:
        frozen = code.copy()
        return lambda number: np.flatnonzero(frozen == number)
    order = np.argsort(code, kind="stable")
    first = np.searchsorted(code[order], np.arange(names + 1))
    return lambda number: order[first[number] : first[number + 1]]


def _suspicious(name: str, count: int) -> bool:
    if _QUOTED.search(name) or name[:1] in _MARKS or len(name) > 60:
        return True
    return count <= 3


def _release_lines_of_app(
    speakers: Speakers,
    buffer: bytes,
    layout: Layout,
    rows: NDArray[np.int64],
) -> None:
    """Rows whose whole body is a line of the app have no sender (``... the subject to "Plan: B"``)."""
    rows = rows[:_MOST_CHECKED]
    for row, begin, end in zip(rows.tolist(), layout.body(rows).tolist(), layout.stop[rows].tolist(), strict=True):
        text = buffer[begin : min(end, begin + 1000)].decode("utf-8", "replace")
        found = any_line().find(text)
        if found is None or found.weight < 6 or found.event in PLACEHOLDERS:
            continue
        # A name is no place for a colon, except in what the user called something.
        if any(": " in value for key, value in found.values if key in ("name", "names")):
            continue
        speakers.code[row] = -1
        speakers.text_start[row] = begin


def _extend(
    speakers: Speakers,
    buffer: bytes,
    end: NDArray[np.int64],
    rows: NDArray[np.int64],
    raw: bytes,
    known: Sequence[str],
) -> None:
    """``Ops: Night`` is one name when its texts show it, each time, before a further colon."""
    sample: list[bytes] = []
    heads: list[bytes] = []
    for row in rows[:_SAMPLE].tolist():
        sample.append(buffer[speakers.text_start[row] : end[row]][:120])
        heads.append(_head(sample[-1]))
        if not heads[-1]:
            return
    if any(_is_by_app(text) for text in sample):
        return
    kinds = Counter(heads)
    sure = any(
        text[len(head) + 2 :][:3] in (b"\xe2\x80\x8e", b"\xe2\x80\x8f")
        for text, head in zip(sample, heads, strict=True)
    )
    sure |= any((raw + b": " + head).decode("utf-8", "replace") in known for head in kinds)
    if not sure and not (len(rows) >= 4 and len(rows) >= 2 * len(kinds) + 2):
        return
    renamed: dict[bytes, int] = {}
    for row in rows.tolist():
        text = buffer[speakers.text_start[row] : end[row]][:120]
        head = _head(text)
        if not head:
            continue
        name = raw + b": " + head
        if name not in renamed:
            renamed[name] = len(speakers.names)
            speakers.names.append(name)
        speakers.code[row] = renamed[name]
        speakers.text_start[row] += len(head) + 2


def _is_by_app(text: bytes) -> bool:
    """Whether the colon is one of the app's own: ``<attached: file>``, ``Location: address``."""
    line = text.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    found = placeholder_line().find(line)
    # "Night: plan.pdf (file attached)" has the end of a name before the name of a file.
    return line[:1] in _MARKS or (found is not None and not any(": " in value for _, value in found.values))


def _head(text: bytes) -> bytes:
    """What stands before the next colon on the first line, if it may be the rest of a name."""
    line = text.split(b"\n", 1)[0]
    head, colon, _ = line.partition(b": ")
    return head if colon and len(head) <= 40 and b"/" not in head and head.strip() else b""


def _join_marked(speakers: Speakers) -> None:
    """A direction mark before a name that is known without it belongs to the line, not to the name."""
    codes = {name: code for code, name in enumerate(speakers.names)}
    joined = np.arange(-1, len(codes), dtype=np.int32)
    marked = [name for name in codes if name.startswith((b"\xe2\x80\x8e", b"\xe2\x80\x8f"))]
    # The shorter first: of two marks one is taken off at a time.
    for name in sorted(marked, key=len):
        plain = name.removeprefix(b"\xe2\x80\x8e").removeprefix(b"\xe2\x80\x8f")
        if plain in codes:
            joined[codes[name] + 1] = joined[codes[plain] + 1]
    if marked:
        speakers.code[:] = joined[speakers.code + 1]
