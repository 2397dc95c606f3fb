"""Local wall time beside UTC in a declared zone, with the hours that a clock change repeats or skips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from wa_forensics.errors import SettingsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ClockChange:
    """One change of the zone's offset; ``utc`` is the instant, ``before`` and ``after`` the wall times there.

    ``repeats`` is true when wall time jumps back (an hour happens twice), false when it jumps forward.
    """

    utc: str
    before: str
    after: str
    repeats: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Clock:
    """The offsets of one zone over a span of years, as arrays for whole columns of times.

    ``changes`` are the UTC seconds at which the offset changes, ``offsets`` (one more) seconds east of UTC.
    """

    zone: str
    changes: NDArray[np.int64]
    offsets: NDArray[np.int64]

    def utc(self, local: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
        """The instants of local times; a repeated hour is read as its first run, a skipped one as before."""
        wall = _seconds(local)
        passed = self.changes + np.maximum(self.offsets[:-1], self.offsets[1:])
        return _times(wall - self.offsets[np.searchsorted(passed, wall, side="right")])

    def repeated(self, local: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Whether the wall time happens twice."""
        return self._inside(local, repeats=True)

    def skipped(self, local: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Whether the wall time does not exist in this zone."""
        return self._inside(local, repeats=False)

    def between(self, first: str, last: str) -> tuple[ClockChange, ...]:
        """The clock changes between two local times (ISO), in order."""
        span = _seconds(self.utc(np.array([first, last], dtype="datetime64[s]")))
        found = []
        for place in np.flatnonzero((self.changes >= span[0]) & (self.changes <= span[1])).tolist():
            instant = int(self.changes[place])
            before, after = int(self.offsets[place]), int(self.offsets[place + 1])
            found.append(
                ClockChange(
                    utc=_iso(instant),
                    before=_iso(instant + before),
                    after=_iso(instant + after),
                    repeats=after < before,
                )
            )
        return tuple(found)

    def _inside(self, local: NDArray[np.datetime64], *, repeats: bool) -> NDArray[np.bool_]:
        wall = _seconds(local)
        inside = np.zeros(len(wall), dtype=bool)
        for instant, before, after in zip(self.changes, self.offsets[:-1], self.offsets[1:], strict=True):
            if (after < before) == repeats:
                low, high = sorted((instant + before, instant + after))
                inside |= (wall >= low) & (wall < high)
        return inside


def clock(zone: str, first: str, last: str) -> Clock:
    """The clock of an IANA zone around a span of local times (ISO); SettingsError for an unknown zone."""
    years = (int(first[:4]) - 1, int(last[:4]) + 1)
    return _clock(zone, max(years[0], 1970), min(max(years[1], 1971), 2200))


@lru_cache(maxsize=16)
def _clock(zone: str, first_year: int, last_year: int) -> Clock:
    try:
        where = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(
            "--timezone",
            f"{zone!r} is no time zone of the IANA list",
            "Write it as Europe/Berlin or Asia/Kolkata.",
        ) from error
    start = int((datetime(first_year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())
    stop = int((datetime(last_year, 12, 31, tzinfo=UTC) - EPOCH).total_seconds())
    changes: list[int] = []
    offsets = [_offset(where, start)]
    # zoneinfo keeps its rules to itself: look at every day, and halve those on which the offset changes.
    for day in range(start, stop, DAY):
        end = _offset(where, day + DAY)
        if end != offsets[-1]:
            low, high = day, day + DAY
            while high - low > 1:
                middle = (low + high) // 2
                if _offset(where, middle) == offsets[-1]:
                    low = middle
                else:
                    high = middle
            changes.append(high)
            offsets.append(end)
    return Clock(zone=zone, changes=np.array(changes, dtype=np.int64), offsets=np.array(offsets, dtype=np.int64))


def _offset(where: ZoneInfo, instant: int) -> int:
    offset = (EPOCH + timedelta(seconds=instant)).astimezone(where).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _seconds(local: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return local.astype("datetime64[s]").astype(np.int64)


def _times(seconds: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return seconds.astype("datetime64[s]")


def _iso(seconds: int) -> str:
    return str(np.datetime64(seconds, "s"))
