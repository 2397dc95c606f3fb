"""Finds which messages of two exports are the same: anchors by content, then the stretches between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.compare.contents import Side, plain_text, similarity
from wa_forensics.ordering import longest_rising

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_ANCHORS = 3
WINDOW = 15
LARGEST_TABLE = 250_000
MOST_PAIRS = 500_000
FEWEST_FOR_CLOSENESS = 100
CLOSE_SHARE = 0.99
MOST_OFFSETS = 8
MOST_LIKENESSES = 20_000
# Score of pairing two messages: the sum over a stretch is made as large as possible.
SAME, SAME_TEXT_OTHER_SENDER, ON_TIME = 24, 12, 8
# Among equal short texts the one of the same moment is meant: seconds apart, and what that adds.
NEARNESS = ((1, 3), (5, 2), (20, 1))
# An edited text scores up to 8 by how much of it is left; with less than this in common, only the very same
# moment makes it one message.
LEAST_LIKENESS = 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class Alignment:
    """Positions (in the sides) of paired messages, ascending in both; and what the pairing learned.

    ``offsets`` holds the clock offset (B minus A) in seconds for every position of A, ``sender_map`` for each
    sender of A the sender of B, -1 where unknown. ``same`` tells pairs of one text from replaced ones.
    ``tolerance`` is by how many seconds one message may differ after that, ``close`` the same for a text so short
    that only its moment tells it from others.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    same: NDArray[np.bool_]
    offsets: NDArray[np.int64]
    sender_map: NDArray[np.int64]
    tolerance: int
    close: int


def align(a: Side, b: Side) -> Alignment | None:
    """The alignment of two sides, None when too little is common to both."""
    anchors = _anchors(a, b)
    if anchors is None:
        return None
    first, second = anchors
    minutes = not (a.has_seconds and b.has_seconds)
    tolerance = 120 if minutes else 90
    sender_map = _sender_map(a, b, first, second)
    offsets = _offsets(a, b, first, second, minutes)
    for unit in (60,) if minutes else (1, 60):
        first, second = _more_anchors(a, b, first, second, sender_map, offsets, unit)
    offsets = _offsets(a, b, first, second, minutes)
    close = _closeness(a, b, first, second, offsets, tolerance, minutes)
    table = _Table(a=a, b=b, sender_map=sender_map, offsets=offsets, tolerance=tolerance, close=close, minutes=minutes)
    pairs = _between(first, second, table)
    return Alignment(
        a=pairs[0],
        b=pairs[1],
        same=pairs[2],
        offsets=offsets,
        sender_map=sender_map,
        tolerance=tolerance,
        close=close,
    )


def _closeness(
    a: Side,
    b: Side,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    offsets: NDArray[np.int64],
    tolerance: int,
    minutes: bool,
) -> int:
    """Seconds by which the clocks of these two phones differ beyond the offset, learned from the longer texts.

    Phones stamp a message when it is sent or received, so some pairs lag; clocks that run together tell equal
    short texts apart.
    """
    telling = a.telling[first] & b.telling[second]
    first, second = first[telling], second[telling]
    if len(first) < FEWEST_FOR_CLOSENESS:
        return tolerance
    unit = 60 if minutes else 1
    apart = b.times[second] // unit * unit - a.times[first] // unit * unit - offsets[first]
    usual = int(np.quantile(np.abs(apart), CLOSE_SHARE, method="higher"))
    return min(tolerance, usual if minutes else max(3, 2 * usual))


def on_time(a: Side, b: Side, i: int, j: int, offsets: NDArray[np.int64], tolerance: int) -> bool:
    """Whether two messages bear the same moment, by one of the offsets around this place.

    A running median may show a step of the clock up to half a window off its place.
    """
    wanted = int(b.times[j]) - int(a.times[i])
    near = offsets[max(0, i - WINDOW) : i + WINDOW + 1]
    return bool((np.abs(near - wanted) <= tolerance).any())


def _anchors(a: Side, b: Side) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Texts that occur once on each side, in an order both sides agree on."""
    first, second = _common_once(a.keys, b.keys, a.telling, b.telling)
    if len(first) < FEWEST_ANCHORS:
        first, second = _by_commonest_offset(a, b)
    if len(first) >= FEWEST_ANCHORS:
        first, second = _agreeing(a, b, first, second)
    return (first, second) if len(first) >= FEWEST_ANCHORS else None


def _agreeing(
    a: Side, b: Side, first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Leaves the pairs in rising order, without those whose clock offset no neighbour shares."""
    kept = longest_rising(second)
    first, second = first[kept], second[kept]
    apart = b.times[second] - a.times[first]
    usual = _running_median(apart)
    shared = np.abs(apart - usual) <= 26 * 3600
    return first[shared], second[shared]


def _common_once(
    keys_a: NDArray[np.uint64],
    keys_b: NDArray[np.uint64],
    use_a: NDArray[np.bool_],
    use_b: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of keys that occur once on each side, ascending in A."""
    once_a, place_a = _once(keys_a, use_a)
    once_b, place_b = _once(keys_b, use_b)
    _, at_a, at_b = np.intersect1d(once_a, once_b, assume_unique=True, return_indices=True)
    first, second = place_a[at_a], place_b[at_b]
    order = np.argsort(first)
    return first[order], second[order]


def _once(keys: NDArray[np.uint64], use: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    unique, place, count = np.unique(keys, return_index=True, return_counts=True)
    single = (count == 1) & use[place]
    return unique[single], place[single].astype(np.int64)


def _by_commonest_offset(a: Side, b: Side) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For chats of short texts: the pairs of equal texts whose clocks differ by the commonest offset."""
    places_a, places_b = _places(a), _places(b)
    pairs: list[tuple[int, int]] = []
    for key in sorted(places_a.keys() & places_b.keys(), key=lambda k: (len(places_a[k]) * len(places_b[k]), k)):
        if len(pairs) + len(places_a[key]) * len(places_b[key]) > MOST_PAIRS:
            break
        pairs += [(i, j) for i in places_a[key] for j in places_b[key]]
    pairs.sort()
    if not pairs:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    first, second = np.array(pairs, dtype=np.int64).T
    minutes = (b.times[second] - a.times[first]) // 60
    values, counts = np.unique(minutes, return_counts=True)
    usual = values[np.argmax(counts)]
    near = np.abs(minutes - usual) <= 1
    first, second = first[near], second[near]
    _, unique = np.unique(first, return_index=True)
    first, second = first[unique], second[unique]
    _, unique = np.unique(second, return_index=True)
    order = np.sort(unique)
    return first[order], second[order]


def _places(side: Side) -> dict[int, list[int]]:
    places: dict[int, list[int]] = {}
    for place, key in enumerate(side.keys.tolist()):
        if not side.hidden[place]:
            places.setdefault(key, []).append(place)
    return places


def _sender_map(a: Side, b: Side, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each sender of A the sender of B who wrote most of the same texts; each of B is taken once."""
    wide = len(b.chat.senders)
    found = np.full(len(a.chat.senders), -1, dtype=np.int64)
    codes, counts = np.unique(a.senders[first] * wide + b.senders[second], return_counts=True)
    taken: set[int] = set()
    for place in np.lexsort((codes, -counts)).tolist():
        one, other = divmod(int(codes[place]), wide)
        if found[one] < 0 and other not in taken:
            found[one] = other
            taken.add(other)
    return found


def _offsets(a: Side, b: Side, first: NDArray[np.int64], second: NDArray[np.int64], minutes: bool) -> NDArray[np.int64]:
    """The clock offset at each position of A, from the anchors around it."""
    times_a, times_b = a.times[first], b.times[second]
    if minutes:
        times_a, times_b = times_a // 60 * 60, times_b // 60 * 60
    usual = _running_median(times_b - times_a)
    nearest = np.searchsorted(first, np.arange(len(a)), side="right") - 1
    chosen: NDArray[np.int64] = usual[np.clip(nearest, 0, len(usual) - 1)]
    return chosen


def _running_median(values: NDArray[np.int64]) -> NDArray[np.int64]:
    window = min(WINDOW, len(values) - (len(values) + 1) % 2)
    if window < 3:
        return np.full(len(values), int(np.median(values)), dtype=np.int64)
    half = window // 2
    padded = np.concatenate([values[:half][::-1], values, values[-half:][::-1]])
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)
    medians: NDArray[np.int64] = np.median(windows, axis=1).astype(np.int64)
    return medians


def _more_anchors(
    a: Side,
    b: Side,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    sender_map: NDArray[np.int64],
    offsets: NDArray[np.int64],
    unit: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Adds the messages that text, sender and time (in steps of ``unit`` seconds) together single out."""
    senders = sender_map[a.senders]
    keys_a = _mixed(a.keys, senders, (a.times + offsets) // unit)
    keys_b = _mixed(b.keys, b.senders, b.times // unit)
    more_a, more_b = _common_once(keys_a, keys_b, senders >= 0, np.ones(len(b), dtype=bool))
    known = np.isin(more_a, first) | np.isin(more_b, second)
    all_a = np.concatenate([first, more_a[~known]])
    all_b = np.concatenate([second, more_b[~known]])
    order = np.argsort(all_a, kind="stable")
    kept = longest_rising(all_b[order])
    return all_a[order][kept], all_b[order][kept]


def _mixed(keys: NDArray[np.uint64], senders: NDArray[np.int64], minutes: NDArray[np.int64]) -> NDArray[np.uint64]:
    mixed = keys * np.uint64(0x9E3779B97F4A7C15) + senders.astype(np.uint64)
    return mixed * np.uint64(0xC2B2AE3D27D4EB4F) + minutes.astype(np.uint64)


def _between(
    first: NDArray[np.int64], second: NDArray[np.int64], table: _Table
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The anchors and the pairs found in the stretches between them."""
    starts_a = np.concatenate([[0], first + 1])
    starts_b = np.concatenate([[0], second + 1])
    ends_a = np.concatenate([first, [len(table.a)]])
    ends_b = np.concatenate([second, [len(table.b)]])
    found: list[tuple[int, int, bool]] = []
    for stretch in np.flatnonzero((starts_a < ends_a) & (starts_b < ends_b)).tolist():
        range_a = range(int(starts_a[stretch]), int(ends_a[stretch]))
        range_b = range(int(starts_b[stretch]), int(ends_b[stretch]))
        found += table.pairs(range_a, range_b)
    all_a = np.concatenate([first, np.array([i for i, _, _ in found], dtype=np.int64)])
    all_b = np.concatenate([second, np.array([j for _, j, _ in found], dtype=np.int64)])
    same = np.concatenate([np.ones(len(first), dtype=bool), np.array([s for _, _, s in found], dtype=bool)])
    order = np.argsort(all_a)
    return all_a[order], all_b[order], same[order]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Table:
    """Pairs two short stretches so that the sum of the scores is largest (Needleman and Wunsch 1970)."""

    a: Side
    b: Side
    sender_map: NDArray[np.int64]
    offsets: NDArray[np.int64]
    tolerance: int
    close: int
    minutes: bool

    def pairs(self, range_a: range, range_b: range) -> list[tuple[int, int, bool]]:
        if len(range_a) * len(range_b) > LARGEST_TABLE:
            return self._in_time_order(range_a, range_b)
        scores = self._scores(range_a, range_b)
        best = [[0] * (len(range_b) + 1) for _ in range(len(range_a) + 1)]
        for i in range(len(range_a) - 1, -1, -1):
            row, below, score = best[i], best[i + 1], scores[i]
            for j in range(len(range_b) - 1, -1, -1):
                paired = below[j + 1] + score[j] if score[j] else 0
                row[j] = max(paired, below[j], row[j + 1])
        found = []
        i = j = 0
        while i < len(range_a) and j < len(range_b):
            if scores[i][j] and best[i][j] == best[i + 1][j + 1] + scores[i][j]:
                found.append((range_a[i], range_b[j], self._is_same(range_a[i], range_b[j])))
                i, j = i + 1, j + 1
            elif best[i][j] == best[i + 1][j]:
                i += 1
            else:
                j += 1
        return found

    def _is_same(self, i: int, j: int) -> bool:
        return bool(self.a.keys[i] == self.b.keys[j])

    def _scores(self, range_a: range, range_b: range) -> list[list[int]]:
        """The score of each pair of the stretch; zero when the two cannot be one message."""
        a, b = self.a, self.b
        rows, columns = slice(range_a.start, range_a.stop), slice(range_b.start, range_b.stop)
        same = a.keys[rows, None] == b.keys[None, columns]
        away = self._seconds_apart(range_a, range_b)
        timely = away <= self.tolerance
        near = np.zeros(same.shape, dtype=np.int64)
        for seconds, bonus in NEARNESS:
            near = np.where(away <= seconds, np.maximum(near, bonus), near)
        mapped = self.sender_map[a.senders[rows]][:, None]
        sender = (mapped == b.senders[None, columns]) | (mapped < 0)
        told = a.telling[rows, None]
        scores = np.where(same & sender & ((away <= self.close) | told), SAME + ON_TIME * timely + near, 0)
        other = same & ~sender & timely & ((away <= self.close) | told)
        scores[other] = SAME_TEXT_OTHER_SENDER + near[other]
        replaced = np.argwhere(~same & sender & timely)
        for i, j in replaced.tolist() if len(replaced) <= MOST_LIKENESSES else ():
            scores[i, j] = self._likeness(range_a[i], range_b[j], int(near[i, j]))
        table: list[list[int]] = scores.tolist()
        return table

    def _seconds_apart(self, range_a: range, range_b: range) -> NDArray[np.int64]:
        """How far each pair is from the same moment by the nearest of the offsets around the stretch."""
        times_a = self.a.times[range_a.start : range_a.stop]
        times_b = self.b.times[range_b.start : range_b.stop]
        if self.minutes:
            times_a, times_b = times_a // 60 * 60, times_b // 60 * 60
        apart = times_b[None, :] - times_a[:, None]
        offsets = np.unique(self.offsets[max(0, range_a.start - WINDOW) : range_a.stop + WINDOW])
        away = np.full(apart.shape, np.iinfo(np.int64).max)
        for offset in offsets[:: max(1, len(offsets) // MOST_OFFSETS)].tolist():
            away = np.minimum(away, np.abs(apart - offset))
        return away

    def _likeness(self, i: int, j: int, near: int) -> int:
        a, b = self.a, self.b
        if a.hidden[i] or b.hidden[j]:
            return 2 + near
        alike = similarity(plain_text(a.chat, int(a.ids[i])), plain_text(b.chat, int(b.ids[j])))
        if alike < LEAST_LIKENESS and near < NEARNESS[0][1]:
            return 0
        return 2 + round(8 * alike) + near

    def _in_time_order(self, range_a: range, range_b: range) -> list[tuple[int, int, bool]]:
        """For stretches too long for a table: the next message of the same text at the same moment."""
        found = []
        waiting: dict[int, list[int]] = {}
        for j in range_b:
            waiting.setdefault(int(self.b.keys[j]), []).append(j)
        last = range_b.start - 1
        for i in range_a:
            for j in waiting.get(int(self.a.keys[i]), ()):
                if j > last and on_time(self.a, self.b, i, j, self.offsets, self.close):
                    found.append((i, j, True))
                    last = j
                    break
        return found
