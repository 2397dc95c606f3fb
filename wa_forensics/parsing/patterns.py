"""The header shapes of a file as evidence: widths, padding, exact spaces, the case of AM and PM."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.model import Shape
from wa_forensics.parsing.headers import Header
from wa_forensics.parsing.shapes import Matches

if TYPE_CHECKING:
    from numpy.typing import NDArray

_VARIABLE = ("a", "b", "hour")


def shape_table(matches: Matches, byte_offset: NDArray[np.int64]) -> tuple[NDArray[np.int16], tuple[Shape, ...]]:
    """The shape of each message and the table of shapes, the most frequent first.

    Digits are ``0``; a number written with one or two digits is one ``0``, a padded one ``00``. Unpadded and
    padded writing of the same number in one file are two shapes.
    """
    groups: dict[str, list[int]] = {}
    for code, template in enumerate(matches.templates):
        groups.setdefault(_label(template.header, set(_VARIABLE), set()), []).append(code)
    group_of = np.zeros(len(matches.templates) or 1, dtype=np.int16)
    for number, codes in enumerate(groups.values()):
        group_of[codes] = number
    row_group = group_of[matches.template]
    padded: dict[str, NDArray[np.bool_]] | None = None
    labels: dict[str, NDArray[np.int64]] = {}
    for number, codes in enumerate(groups.values()):
        rows = np.flatnonzero(row_group == number)
        if not len(rows):
            continue
        variable = [role for role in _VARIABLE if any(len(matches.templates[c].header.runs[role]) == 1 for c in codes)]
        bits = np.zeros(len(rows), dtype=np.uint8)
        if variable and padded is None:
            padded = _padded(matches)
        for bit, role in enumerate(variable):
            if padded is not None:
                bits |= padded[role][rows].astype(np.uint8) << bit
        for mask in np.unique(bits).tolist():
            chosen = rows[bits == mask]
            forced = {role for bit, role in enumerate(variable) if mask >> bit & 1}
            label = _label(matches.templates[int(matches.template[chosen[0]])].header, set(variable), forced)
            labels[label] = np.union1d(labels[label], chosen) if label in labels else chosen
    ranked = sorted(labels, key=lambda label: (-len(labels[label]), int(labels[label][0])))
    shape = np.zeros(len(matches.line), dtype=np.int16)
    table = []
    for number, label in enumerate(ranked):
        rows = labels[label]
        shape[rows] = number
        first = int(rows[0])
        table.append(
            Shape(
                pattern=label,
                count=len(rows),
                first_line=int(matches.line[first]) + 1,
                first_offset=int(byte_offset[first]),
            )
        )
    return shape, tuple(table)


def _padded(matches: Matches) -> dict[str, NDArray[np.bool_]]:
    """Where a number below ten is written with two digits."""
    wide = {role: np.array([len(t.header.runs[role]) == 2 for t in matches.templates] or [False]) for role in _VARIABLE}
    halved = np.array([bool(t.header.spans) for t in matches.templates] or [False])[matches.template]
    hour = matches.seconds // 3600
    shown = np.where(halved & (hour > 12), hour - 12, np.where(halved & (hour == 0), 12, hour))
    values = {"a": matches.a, "b": matches.b, "hour": shown}
    return {role: wide[role][matches.template] & (values[role] < 10) for role in _VARIABLE}


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
