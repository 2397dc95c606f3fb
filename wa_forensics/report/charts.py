"""Geometry of the pictures: numbers in, coordinates out; the templates draw them as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.model import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DAY = 86_400
WIDTH = 1000
LABEL = 150  # room on the left for the names of lanes
EDGE = 64  # room at each end for marks that lie far outside the window
MARK = 13  # radius of a mark: a target of 26 px


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar; ``label`` and ``count`` go into the table and the text alternative."""

    x: float
    y: float
    width: float
    height: float
    count: int
    label: str
    inside: bool = False


@dataclass(frozen=True, kw_only=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """Messages per day (or per ``step`` days) over the whole period, with the incident as a band."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    bands: tuple[tuple[float, float], ...]
    step: int
    usual: float
    highest: int
    first: str
    last: str
    width: int = WIDTH
    height: int = 120


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One finding in a lane at its time."""

    x: float
    y: float
    number: int
    stage: Stage
    time: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One chat in the picture of an incident; ``window`` is the stretch of the suspected writer."""

    name: str
    y: float
    height: float
    marks: tuple[Mark, ...]
    window: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Lanes over the stretch of the incident; what lies far before or after stands at the edges.

    ``earlier`` and ``later`` are where these edges begin or end, None where there is nothing to put there.
    """

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    height: float
    start: str
    end: str
    earlier: float | None = None
    later: float | None = None
    hidden_lanes: int = 0
    hidden_marks: int = 0
    width: int = WIDTH
    label: int = LABEL


@dataclass(frozen=True, kw_only=True)
class Heat:
    """Messages per weekday (rows, Monday first) and hour (columns), with a level of 0 to 4 per cell."""

    counts: tuple[tuple[int, ...], ...]
    levels: tuple[tuple[int, ...], ...]
    busiest: tuple[int, int]
    total: int


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Share of messages per hour, before and inside the window, in percent."""

    before: tuple[int, ...]
    inside: tuple[int, ...]
    before_count: int
    inside_count: int
    highest: int


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a timeline needs of one finding."""

    number: int
    lane: str
    time: str
    stage: Stage
    title: str


def rhythm(seconds: NDArray[np.int64], incidents: Sequence[tuple[str, str]], bars: int = 180) -> Rhythm | None:
    """Messages per day over the whole period; None when everything lies on fewer than three days."""
    if not len(seconds):
        return None
    days = seconds // _DAY
    first, last = int(days.min()), int(days.max())
    if last - first < 2:
        return None
    step = max(1, -(-(last - first + 1) // bars))
    slots = (last - first) // step + 1
    counts = np.bincount((days - first) // step, minlength=slots)
    highest = int(counts.max())
    pitch = WIDTH / slots
    marked = [((_days(a) - first) // step, (_days(b) - first) // step) for a, b in incidents]
    drawn = tuple(
        Bar(
            x=round(slot * pitch, 1),
            y=round(100 - 92 * count / highest, 1),
            width=round(max(pitch * 0.72, 0.8), 1),
            height=round(92 * count / highest, 1),
            count=count,
            label=_iso_day(first + slot * step),
            inside=any(a <= slot <= b for a, b in marked),
        )
        for slot, count in enumerate(counts.tolist())
        if count
    )
    return Rhythm(
        bars=drawn,
        ticks=_month_ticks(first, last, pitch / step),
        bands=tuple((round(a * pitch, 1), round((b - a + 1) * pitch, 1)) for a, b in marked),
        step=step,
        usual=float(np.median(counts[counts > 0])),
        highest=highest,
        first=_iso_day(first),
        last=_iso_day(last),
    )


def timeline(
    moments: Sequence[Moment],
    windows: Sequence[tuple[str, str, str]],
    *,
    max_lanes: int = 8,
    max_marks: int = 60,
) -> Timeline | None:
    """Findings in lanes per chat; ``windows`` are (lane, start, end). None without any finding."""
    if not moments:
        return None
    shown = sorted(moments, key=lambda m: (m.time, m.number))[:max_marks]
    names = list(dict.fromkeys(m.lane for m in shown))[:max_lanes]
    start, end = _focus([_seconds(m.time) for m in shown], [_seconds(t) for w in windows for t in w[1:]])
    earlier = any(_seconds(m.time) < start for m in shown)
    later = any(_seconds(m.time) > end for m in shown)
    left = LABEL + (EDGE if earlier else 0)
    right = WIDTH - (EDGE if later else 0)
    scale = (right - left) / (end - start)

    def x(iso: str) -> float:
        moment = _seconds(iso)
        if moment < start:
            return LABEL + EDGE / 2
        return right + EDGE / 2 if moment > end else round(left + (moment - start) * scale, 1)

    lanes: list[Lane] = []
    top = 8.0
    for name in names:
        stretch = [(x(a), x(b)) for lane, a, b in windows if lane == name]
        lane = _lane(name, top, [(x(m.time), m) for m in shown if m.lane == name], stretch)
        lanes.append(lane)
        top += lane.height + 6
    return Timeline(
        lanes=tuple(lanes),
        ticks=_clock_ticks(start, end, scale, left),
        earlier=left if earlier else None,
        later=right if later else None,
        height=top + 24,
        start=_iso(start),
        end=_iso(end),
        hidden_lanes=len({m.lane for m in shown}) - len(lanes),
        hidden_marks=len(moments) - len(shown),
    )


def _lane(name: str, top: float, moments: list[tuple[float, Moment]], stretch: list[tuple[float, float]]) -> Lane:
    placed, rows = _without_overlap(moments)
    return Lane(
        name=name,
        y=top,
        height=14 + rows * (2 * MARK + 4),
        marks=tuple(
            Mark(
                x=place,
                y=round(top + 9 + MARK + row * (2 * MARK + 4), 1),
                number=m.number,
                stage=m.stage,
                time=m.time,
                title=m.title,
            )
            for place, row, m in placed
        ),
        window=(min(a for a, _ in stretch), max(b for _, b in stretch)) if stretch else None,
    )


def heat(seconds: NDArray[np.int64]) -> Heat | None:
    """Messages per weekday and hour of the export's own clock."""
    if not len(seconds):
        return None
    # 1970-01-01 was a Thursday, the fourth day of the week.
    weekday = (seconds // _DAY + 3) % 7
    hour = seconds % _DAY // 3600
    counts = np.bincount(weekday * 24 + hour, minlength=168).reshape(7, 24)
    highest = int(counts.max())
    levels = np.ceil(counts * 4 / highest).astype(int)
    peak = int(counts.argmax())
    return Heat(
        counts=tuple(tuple(row) for row in counts.tolist()),
        levels=tuple(tuple(row) for row in levels.tolist()),
        busiest=(peak // 24, peak % 24),
        total=int(counts.sum()),
    )


def hours(before: NDArray[np.int64], inside: NDArray[np.int64]) -> Hours | None:
    """Two profiles over the day; None if one of them is empty."""
    if not len(before) or not len(inside):
        return None
    shares = [np.bincount(part % _DAY // 3600, minlength=24) * 100 / len(part) for part in (before, inside)]
    return Hours(
        before=tuple(round(float(value)) for value in shares[0]),
        inside=tuple(round(float(value)) for value in shares[1]),
        before_count=len(before),
        inside_count=len(inside),
        highest=max(1, int(max(share.max() for share in shares))),
    )


def _focus(times: Sequence[int], windows: Sequence[int]) -> tuple[int, int]:
    """The stretch to draw to scale: everything, or the windows with some room if the rest lies far outside."""
    first, last = min([*times, *windows]), max([*times, *windows])
    if windows:
        room = max((max(windows) - min(windows)) // 4, 1200)
        if last - first > 4 * (max(windows) - min(windows) + 2 * room):
            return min(windows) - room, max(windows) + room
    margin = max((last - first) // 25, 300)
    return first - margin, last + margin


def _without_overlap(marks: list[tuple[float, Moment]]) -> tuple[list[tuple[float, int, Moment]], int]:
    """Give each mark the first row in which it does not touch the mark before it."""
    ends: list[float] = []
    placed: list[tuple[float, int, Moment]] = []
    for place, moment in marks:
        row = next((i for i, end in enumerate(ends) if end <= place - MARK), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = place + MARK + 2
        placed.append((place, row, moment))
    return placed, max(1, len(ends))


def _clock_ticks(start: int, end: int, scale: float, left: float, wanted: int = 8) -> tuple[Tick, ...]:
    steps = (
        300,
        600,
        900,
        1800,
        3600,
        7200,
        10800,
        21600,
        43200,
        _DAY,
        2 * _DAY,
        7 * _DAY,
        30 * _DAY,
        180 * _DAY,
    )
    step = next((s for s in steps if (end - start) / s <= wanted), 365 * _DAY)
    first = -(-start // step) * step
    return tuple(
        Tick(x=round(left + (t - start) * scale, 1), label=_iso(t)[11:16] if step < _DAY else _iso(t)[:10])
        for t in range(first, end, step)
    )


def _month_ticks(first: int, last: int, pitch: float) -> tuple[Tick, ...]:
    months = np.arange(np.datetime64(first, "D").astype("M8[M]"), np.datetime64(last, "D").astype("M8[M]") + 1)
    starts = months.astype("M8[D]").astype(np.int64)
    every = max(1, -(-len(starts) // 8))
    return tuple(
        Tick(x=round((int(day) - first) * pitch, 1), label=str(month))
        for day, month in list(zip(starts, months, strict=True))[::every]
        if first <= day <= last
    )


def _seconds(iso: str) -> int:
    return int(np.datetime64(iso, "s").astype(np.int64))


def _days(iso: str) -> int:
    return _seconds(iso) // _DAY


def _iso(seconds: int) -> str:
    return str(np.datetime64(seconds, "s"))


def _iso_day(day: int) -> str:
    return str(np.datetime64(day, "D"))
