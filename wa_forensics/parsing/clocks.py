"""Whether a clock that names no half of the day may have twelve hours: then no reader can tell 4:05 from 16:05."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.model import Platform
from wa_forensics.parsing.boundaries import Boundaries
from wa_forensics.parsing.headers import Header

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DAY = 86_400
_HOUR = 3_600
# Nobody who writes between 1 and 6 in the night never writes in the afternoon.
_DAWN = 6
_NIGHTLY = 10
# One night proves nothing about a clock that pads its hours, so many days do.
_MANY_DAYS = 30


def clock_is_shown(bounds: Boundaries) -> bool:
    """Whether words name the half of the day, or an hour of 0 or above 12 shows that the clock has 24 hours."""
    bare = _bare(bounds)
    # Nearly every file is told here, without a column of its hours.
    if (bare & (bounds.matches.seconds >= 13 * _HOUR)).any():
        return True
    hours = bounds.matches.seconds[bare] // _HOUR
    return not len(hours) or not hours.all()


def clock_doubt(bounds: Boundaries, moments: NDArray[np.int64], spoken: NDArray[np.bool_]) -> str:
    """Why the hours may be those of a 12-hour clock although nothing shows it, or nothing.

    ``moments`` are seconds since 1970 of each header as read on a 24-hour clock. Where no clock is shown,
    the doubt is real if time falls back within a day, as from 12:59 to 1:00, if
    many messages are of the small hours, or if the form is one that a locale writes with twelve hours
    (French of Cameroon, ``h:mm`` without a word).
    """
    rows = bounds.matches
    headers = [template.header for template in rows.templates]
    bare = _bare(bounds)
    hours = rows.seconds[bare] // _HOUR
    chosen = moments[bare & spoken]
    same_day = chosen[1:] // _DAY == chosen[:-1] // _DAY
    falls = int((same_day & (chosen[1:] <= chosen[:-1] - _HOUR)).sum())
    two_digits = np.array([len(header.runs["hour"]) == 2 for header in headers])[rows.template[bare]]
    # Hardly a locale writes 09 on a 12-hour clock without a word for half of the day: only time itself speaks for it.
    padded_hours = bool((two_digits & (hours < 10)).any())
    if falls > padded_hours:
        return (
            f"no hour is 0 or above 12, and within a day the time falls back by an hour or more {falls} times: "
            "the clock may have 12 hours without naming half of the day"
        )
    if padded_hours and len(np.unique(chosen // _DAY)) < _MANY_DAYS:
        return ""
    night = int((hours < _DAWN).sum())
    if night >= _NIGHTLY and night * 10 >= len(hours):
        return (
            f"no hour is 0 or above 12, but {night} of {len(hours)} messages are between 1 and 6 o'clock: "
            "the clock may have 12 hours without naming half of the day"
        )
    if padded_hours:
        return ""
    used = [headers[code] for code in np.unique(rows.template[bare]).tolist()]
    padded = bool((np.minimum(rows.a, rows.b)[bare] < 10).any())
    if padded and bounds.platform in (Platform.ANDROID, Platform.IOS) and all(map(_written_with_twelve_hours, used)):
        return (
            "no hour is 0 or above 12, and this header form is written with a 12-hour clock "
            "that does not name half of the day in one locale, with a 24-hour clock in another"
        )
    return ""


def _bare(bounds: Boundaries) -> NDArray[np.bool_]:
    """The headers of the main form that have a time and no word for the half of the day."""
    rows = bounds.matches
    bare = np.array([not template.header.spans for template in rows.templates], dtype=bool)[rows.template]
    bare &= bounds.family == 0
    bare &= rows.seconds >= 0
    return bare


def _written_with_twelve_hours(header: Header) -> bool:
    """``03/02/2024, 4:05 - `` and ``03/02/2024 à 4:05 - ``: padded date, short hour."""
    widths = tuple(len(header.runs[role]) for role in ("a", "b", "c"))
    if widths != (2, 2, 4) or header.skeleton.lstrip("[")[2:3] != "/":
        return False
    return header.skeleton.lstrip("[")[10:12] in (", ", " à")
