"""Dates that stand elsewhere than in headers: names of attachments and the entry of the zip."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.model import Source
from wa_forensics.parsing.calendars import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

# IMG-20240203-WA0001.jpg (Android), 00000042-PHOTO-2024-02-03-16-05-06.jpg (iOS).
_NAMED = re.compile(rb"-(20\d\d)(\d\d)(\d\d)-WA\d{4}|-(20\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)\.[a-z0-9]{2,5}")
_EPOCH = date(1970, 1, 1).toordinal()
_MOST = 5_000


def dated_names(buffer: bytes, begin: NDArray[np.int64]) -> tuple[tuple[int, int, int], ...]:
    """(position in ``begin``, day since 1970, seconds of the day or -1) of dated attachment names."""
    found = []
    for match in _NAMED.finditer(buffer):
        numbers = [int(part) for part in match.groups() if part is not None]
        try:
            day = date(*numbers[:3]).toordinal() - _EPOCH
        except ValueError:
            continue
        row = int(np.searchsorted(begin, match.start(), side="right")) - 1
        seconds = numbers[3] * 3600 + numbers[4] * 60 + numbers[5] if len(numbers) == 6 else -1
        if row >= 0:
            found.append((row, day, seconds))
        if len(found) >= _MOST:
            break
    return tuple(found)


def export_day(source: Source) -> int | None:
    """Days since 1970 of the zip entry, the moment of the export; None without a believable one."""
    if source.zip is None or source.member is None:
        return None
    for member in source.zip.members:
        if member.name == source.member:
            try:
                moment = date.fromisoformat(member.modified[:10])
            except ValueError:
                return None
            return moment.toordinal() - _EPOCH if FIRST_YEAR <= moment.year <= LAST_YEAR else None
    return None
