"""Numbers of a date as written to days since 1970-01-01, in the calendar that a device used."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EPOCH = date(1970, 1, 1).toordinal()
NO_DAY = np.iinfo(np.int32).min

# Calendars that differ from the Gregorian one by the number of the year alone.
YEAR_OFFSETS = {"gregorian": 0, "buddhist": -543, "reiwa": 2018, "heisei": 1988, "showa": 1925, "roc": 1911}

# A message is younger than the app (2009); the upper bound keeps a day from being read as a far year.
FIRST_YEAR, LAST_YEAR = 2009, 2060

# Four-digit years that fall between 2009 and 2060 in one calendar only.
_YEAR_RANGES = (
    (98, 149, "roc"),
    (1387, 1429, "persian"),
    (1430, 1484, "islamic"),
    (1725, 1777, "coptic"),
    (1931, 1982, "indian"),
    (2009, 2100, "gregorian"),
    (2552, 2603, "buddhist"),
    (5769, 5821, "hebrew"),
)


def calendar_of_year(year: int) -> str:
    """The calendar in which a year of three or four digits falls into the life of the app."""
    return next((name for first, last, name in _YEAR_RANGES if first <= year <= last), "gregorian")


def days_since_epoch(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64], calendar: str
) -> NDArray[np.int64]:
    """Days since 1970-01-01, ``NO_DAY`` where the calendar has no such date."""
    if calendar in YEAR_OFFSETS:
        return _gregorian(year + YEAR_OFFSETS[calendar], month, day)
    days = np.full(len(year), NO_DAY, dtype=np.int64)
    for i, (y, m, d) in enumerate(zip(year.tolist(), month.tolist(), day.tolist(), strict=True)):
        days[i] = _converted(calendar, y, m, d)
    return days


def _gregorian(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
    valid = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1) & (year <= 9999)
    months = (np.where(valid, year, 1970) - 1970) * 12 + np.where(valid, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    days = first + day - 1
    return np.where(valid & (days < following), days, NO_DAY)


@lru_cache(maxsize=4096)
def _converted(calendar: str, year: int, month: int, day: int) -> int:
    found = _to_gregorian(calendar, year, month, day)
    if found is None or not 1 <= found[0] <= 9999:
        return int(NO_DAY)
    return date(*found).toordinal() - _EPOCH


def _to_gregorian(calendar: str, year: int, month: int, day: int) -> tuple[int, int, int] | None:
    if not (1 <= month <= 13 and 1 <= day <= 31 and year > 300):
        return None
    if calendar == "islamic":
        return _from_hijri(year, month, day)
    if calendar == "persian":
        return _from_jalali(year, month, day)
    from convertdate import coptic, hebrew, indian_civil

    if calendar == "ethiopic":
        # The same months and days as the Coptic calendar; the years count from 276 years earlier.
        calendar, year = "coptic", year - 276
    modules = {
        "coptic": coptic,
        "indian": indian_civil,
        "hebrew": hebrew,
    }
    module = modules[calendar]
    if calendar == "hebrew":
        if month == 13 and not hebrew.leap(year):
            return None
        month = _hebrew_month(month, bool(hebrew.leap(year)))
    if month > 12 and calendar == "indian":
        return None
    try:
        found = tuple(int(number) for number in module.to_gregorian(year, month, day))
        back = tuple(int(number) for number in module.from_gregorian(*found))
    except (ValueError, IndexError):
        return None
    # A day that the month does not have comes back as a day of the next month.
    return (found[0], found[1], found[2]) if back == (year, month, day) else None


def _from_hijri(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    """Umm al-Qura, which phones use for this calendar; the tabular one differs from it by a day at times."""
    from hijridate import Hijri

    try:
        return Hijri(year, month, day).to_gregorian().datetuple()
    except (ValueError, OverflowError):
        return None


def _from_jalali(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    """The Persian calendar; convertdate computes the equinox for each date, a thousand times as slowly."""
    import jdatetime

    try:
        found = jdatetime.date(year, month, day).togregorian()
    except ValueError:
        return None
    return found.year, found.month, found.day


def _hebrew_month(written: int, leap: bool) -> int:
    """From the number that phones write (Tishri is 1, no gap in common years) to the one from Nisan."""
    spring = 8 if leap else 7
    return written + 6 if written < spring else written - spring + 1
