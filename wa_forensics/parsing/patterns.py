"""The header shapes of a file as evidence: widths, padding, exact spaces, the case of AM and PM."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.model import Shape
from wa_forensics.parsing.codes import BLOCK, count_codes, first_places
from wa_forensics.parsing.headers import Header
from wa_forensics.parsing.shapes import Matches

if TYPE_CHECKING:
    from numpy.typing import NDArray

_VARIABLE = ("a", "b", "hour")
# Each of them padded or not.
_WAYS = 8
_HALVED = 8


def shape_table(matches: Matches, byte_offset: NDArray[np.int64]) -> tuple[NDArray[np.int16], tuple[Shape, ...]]:
    """The shape of each message and the table of shapes, the most frequent first.

    Digits are ``0``; a number written with one or two digits is one ``0``, a padded one ``00``. Unpadded and
    padded writing of the same number in one file are two shapes.
    """
    headers = [template.header for template in matches.templates]
    group_of = [_label(header, set(_VARIABLE), set()) for header in headers]
    # By group the numbers that some of its templates write with one digit.
    variable: dict[str, set[str]] = {group: set() for group in group_of}
    for group, header in zip(group_of, headers, strict=True):
        variable[group] |= {role for role in _VARIABLE if len(header.runs[role]) == 1}
    if len(headers) == 1:
        only = _label(headers[0], variable[group_of[0]], set())
        shape = Shape(
            pattern=only,
            count=len(matches.line),
            first_line=int(matches.line[0]) + 1,
            first_offset=int(byte_offset[0]),
        )
        return np.zeros(len(matches.line), dtype=np.int16), (shape,)
    written = _written(matches, [variable[group] for group in group_of])
    first = first_places(written, _WAYS * len(headers))
    counts = count_codes(written, len(first))
    alike: dict[tuple[str, int], list[int]] = {}
    for way in sorted(np.flatnonzero(counts).tolist(), key=first.__getitem__):
        alike.setdefault((group_of[way // _WAYS], way % _WAYS), []).append(way)
    labels: dict[str, list[int]] = {}
    for (group, bits), ways in alike.items():
        forced = {role for bit, role in enumerate(_VARIABLE) if bits >> bit & 1}
        label = _label(headers[ways[0] // _WAYS], variable[group], forced)
        labels.setdefault(label, []).extend(ways)
    table = [
        Shape(
            pattern=label,
            count=int(counts[ways].sum()),
            first_line=int(matches.line[first[ways].min()]) + 1,
            first_offset=int(byte_offset[first[ways].min()]),
        )
        for label, ways in labels.items()
    ]
    table.sort(key=lambda shape: (-shape.count, shape.first_line))
    numbers = np.zeros(len(first), dtype=np.int16)
    for number, shape in enumerate(table):
        numbers[labels[shape.pattern]] = number
    return numbers[written], tuple(table)


def _written(matches: Matches, variable: Sequence[set[str]]) -> NDArray[np.int32]:
    """Of each message template and padding as one number: ``_WAYS`` times the template, a bit a padded number.

    Only a number that the group of its template also writes with one digit counts (``variable``, by template).
    """
    flags = np.zeros(len(matches.templates), dtype=np.uint8)
    for number, (template, of_group) in enumerate(zip(matches.templates, variable, strict=True)):
        runs = template.header.runs
        flags[number] = sum(1 << k for k, role in enumerate(_VARIABLE) if role in of_group and len(runs[role]) == 2)
        flags[number] |= _HALVED * bool(template.header.spans)
    # Whether an hour, from -1 for none to 24 for a leap second, is below ten on a clock of 24 hours and on one of 12.
    hours = np.arange(-1, 25)
    twelve = np.where(hours > 12, hours - 12, np.where(hours == 0, 12, hours))
    below_ten = (np.concatenate([hours, twelve]) < 10).astype(np.uint8)
    written = np.empty(len(matches.template), dtype=np.int32)
    for begin in range(0, len(written), BLOCK):
        part = slice(begin, begin + BLOCK)
        ways = matches.template[part].astype(np.int32) * _WAYS
        if (flags % _HALVED).any():
            wide = flags[matches.template[part]]
            padded = (matches.a[part] < 10).astype(np.uint8)
            padded |= (matches.b[part] < 10).astype(np.uint8) << 1
            place = matches.seconds[part] // 3600 + 1
            place += (wide >= _HALVED) * np.int32(len(hours))
            padded |= below_ten[place] << 2
            ways |= wide & padded
        written[part] = ways
    return written


def _label(header: Header, variable: set[str], padded: set[str]) -> str:
    """The skeleton with each number at its usual width."""
    spans = sorted((run[0], role) for role, run in header.runs.items() if run)
    roles = iter([role for _, role in spans])

    def width(found: re.Match[str]) -> str:
        role = next(roles, "")
        if role in variable:
            return "00" if role in padded else "0"
        return found.group()

    return re.sub("0+", width, header.skeleton)
