"""Fit the calibration of the behaviour model on splices; thresholds and error rates from the same streams.

python benchmarks/behaviour_calibration.py COLLECTION.tsv.gz ... > wa_forensics/behaviour/calibration.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.behaviour_short import fit_short, logistic, run_short, short_streams
from benchmarks.operators import controls
from benchmarks.splices import DONOR, Account, flat, make_accounts, read_authors, read_times, texts_of
from wa_forensics.behaviour import writers
from wa_forensics.behaviour.grams import mask_foreign, read_points
from wa_forensics.behaviour.hands import FOLDS
from wa_forensics.behaviour.windows import (
    BLOCK,
    LENGTHS,
    MOST_STRETCHES,
    Tail,
    scan,
    steadiness,
    strangest,
    strongest,
)

T = TypeVar("T")

SPLICES = (5, 10, 20, 50)
RATES = (1, 5, 10)
# Accounts of a collection, with so many own messages: shorter histories are judged in another way.
ACCOUNTS = 40
FEWEST = 250
# Splices of these lengths stand in one stream, so many such streams are learned anew for each account; with the past
# alone nothing is learned anew.
TOGETHER = ((5, 10, 20), (50,))
STREAMS = 3
PAST_STREAMS = 8
# The tail of the genuine stretches begins where they come so often in 10,000 messages.
TAIL_RATE = 40
PEAKS = 4
# How clearly the sittings of an account must part: accounts of one writer seldom do.
PARTED = 4.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Stream:
    """Scores of an account's messages with strangers' messages among them: (length, first position) of each splice."""

    tracks: tuple[NDArray[np.float64], ...]
    folds: tuple[NDArray[np.int64], ...]
    splices: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """Cross-fitted scores of one account's own messages, of streams with splices, and of bare donor runs.

    The donor runs are scored by the models of the genuine stream.
    """

    tracks: tuple[NDArray[np.float64], ...]
    folds: tuple[NDArray[np.int64], ...]
    donors: NDArray[np.float64]
    streams: tuple[Stream, ...] = ()

    @property
    def own(self) -> NDArray[np.float64]:
        return self.tracks[0]


def score_past(account: Account, history: int) -> Scored | None:
    """As ``score_account``, learned from the first ``history`` messages only; the ones after them are tested."""
    if len(account.own) < history + 100:
        return None
    hand = _learn([account.own[:history], *account.others], whole=True)
    later = _plain([account.own[history:], flat(account)])
    scores = hand.score(later, [np.zeros(len(later.grams), dtype=np.int64)])[0]
    cut = len(account.own) - history
    own, donors = scores[:cut], scores[cut:].reshape(len(account.donors), DONOR)
    draw = np.random.default_rng(history)
    streams = []
    for lengths in TOGETHER * PAST_STREAMS:
        mixed, splices = _mixed(own.tolist(), donors.tolist(), lengths, draw)
        streams.append(Stream(tracks=(np.array(mixed),), folds=(), splices=splices))
    return Scored(tracks=(own,), folds=(), donors=donors, streams=tuple(streams))


def _mixed(
    own: Sequence[T], donors: Sequence[Sequence[T]], lengths: Sequence[int], draw: np.random.Generator
) -> tuple[list[T], tuple[tuple[int, int], ...]]:
    """Own items with a part of one donor of each length somewhere in each equal section; where the parts begin."""
    mixed: list[T] = []
    splices: list[tuple[int, int]] = []
    done = 0
    for section, at in enumerate(draw.permutation(len(lengths)).tolist()):
        k = lengths[at]
        low, high = (np.array([section, section + 1]) * len(own) // len(lengths)).tolist()
        place, donor = int(draw.integers(low, high + 1)), donors[int(draw.integers(len(donors)))]
        begin = int(draw.integers(0, DONOR + 1 - k))
        mixed += own[done:place]
        splices.append((k, len(mixed)))
        mixed += donor[begin : begin + k]
        done = place
    mixed += own[done:]
    return mixed, tuple(splices)


def _plain(groups: Sequence[Sequence[str]]) -> writers.Traits:
    texts = texts_of(groups)
    return writers.read_traits(mask_foreign(read_points(texts.buffer, texts.start, texts.end))[0])


def _learn(groups: Sequence[Sequence[str]], *, whole: bool = False) -> writers.Hand:
    texts = texts_of(groups)
    size = writers.SIZES[0]
    sample = writers.make_sample(texts, np.bincount(texts.sender), size)
    hand = writers.learn(_plain(groups[:1]), 0, sample, size, whole=whole)
    if hand is None:
        message = "an account of the benchmark has too few messages"
        raise ValueError(message)
    return hand


def score_parts(account: Account) -> dict[str, Scored]:
    """The genuine stream and the donor runs with one part of the model at a time."""
    hand = _learn([account.own, *account.others])
    models = hand.models
    if models is None:
        message = "an account of the benchmark has a short history"
        raise ValueError(message)
    alone = {
        "ridge": replace(models, counts=None),
        "log ratios": replace(
            models,
            weights=np.zeros_like(models.weights),
            marks=np.zeros_like(models.marks),
            intercepts=np.zeros_like(models.intercepts),
        ),
        "fusion": models,
    }
    return {name: _scored(account, replace(hand, models=part)) for name, part in alone.items()}


def score_account(account: Account, seed: int = 0) -> Scored:
    """The product's own steps, for the genuine stream and anew for every stream with splices."""
    scored = _scored(account, _learn([account.own, *account.others]))
    draw = np.random.default_rng(seed)
    streams = []
    for lengths in TOGETHER * STREAMS:
        mixed, splices = _mixed(account.own, account.donors, lengths, draw)
        hand = _learn([mixed, *account.others])
        streams.append(Stream(tracks=_tracks(mixed, hand), folds=hand.folds(), splices=splices))
    return replace(scored, streams=tuple(streams))


def _tracks(texts: Sequence[str], hand: writers.Hand) -> tuple[NDArray[np.float64], ...]:
    return hand.score(_plain([texts]), hand.folds())


def _scored(account: Account, hand: writers.Hand) -> Scored:
    count = len(account.donors)
    donor_fold = np.repeat(np.arange(count) * FOLDS // count, DONOR)
    return Scored(
        tracks=_tracks(account.own, hand),
        folds=hand.folds(),
        donors=hand.score(_plain([flat(account)]), [donor_fold])[0].reshape(count, DONOR),
    )


def fit(accounts: Sequence[Scored], seed: int = 0) -> Tail:
    """The tail of the genuine stretches of each length, smoothed over the lengths, and the log ratio it stands for.

    A tail is exponential from the value that genuine accounts reach ``TAIL_RATE`` times in 10,000 messages.
    """
    size = np.log(np.array(LENGTHS) / BLOCK)
    messages = sum(len(scored.own) for scored in accounts)
    starts, slopes = [], []
    for length in LENGTHS:
        peaks = [_peaks(_values(scored, length), length) for scored in accounts if 2 * length <= len(scored.own)]
        highest = np.sort(np.concatenate(peaks))[::-1]
        rank = min(round(TAIL_RATE * messages / 10_000), len(highest) - 1)
        starts.append(highest[rank])
        slopes.append(1 / float((highest[:rank] - highest[rank]).mean()))
    start, slope = (tuple(np.polyfit(size, part, 2)[::-1].tolist()) for part in (starts, slopes))
    tail = Tail(start=start, slope=slope, ratio=(0.0, 1.0))
    return replace(tail, ratio=_as_ratio(accounts, tail, seed))


def _values(one: Scored | Stream, length: int) -> NDArray[np.float64]:
    return _strangest(one, np.arange(len(one.tracks[0]) - length + 1), length)


def _strangest(one: Scored | Stream, first: NDArray[np.int64], length: int) -> NDArray[np.float64]:
    return strangest(one.tracks, one.folds, first, length, steadiness(one.tracks[0]))


def _peaks(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """The highest values of stretches that do not overlap."""
    left, found = values.copy(), []
    for _ in range(PEAKS):
        best = int(left.argmax())
        found.append(left[best])
        left[max(0, best - length + 1) : best + length] = -np.inf
    return np.array(found)[np.isfinite(found)]


def _as_ratio(accounts: Sequence[Scored], tail: Tail, seed: int) -> tuple[float, float]:
    """Logistic regression of genuine against spliced stretches on how far out they are; both sides weigh the same.

    Half of the genuine side are the account's strangest stretches: the rate of false alarms is decided there.
    """
    draw = np.random.default_rng(seed)
    heights, labels, weights = [], [], []
    for scored in accounts:
        for length in LENGTHS:
            if length * 2 > len(scored.own):
                break
            genuine = _values(scored, length)
            strangest = np.sort(genuine)[::-1][: max(5, len(genuine) // 50)]
            usual = genuine[draw.integers(0, len(genuine), min(len(genuine), 60))]
            foreign = np.concatenate([_inside(stream, length, draw) for stream in scored.streams])
            for values, label, weight in ((usual, 0.0, 0.5), (strangest, 0.0, 0.5), (foreign, 1.0, 1.0)):
                heights.append(tail.height(values, length))
                labels.append(np.full(len(values), label))
                weights.append(np.full(len(values), weight / max(1, len(values))))
    height = np.concatenate(heights)
    table = np.stack((np.ones_like(height), height), axis=1)
    intercept, factor = logistic(table, np.concatenate(labels), np.concatenate(weights), ridge=1e-4).tolist()
    return intercept, factor


def _inside(stream: Stream, length: int, draw: np.random.Generator) -> NDArray[np.float64]:
    """A stretch of one length from every splice that is long enough."""
    first = [place + int(draw.integers(0, k - length + 1)) for k, place in stream.splices if k >= length]
    return _strangest(stream, np.array(first, dtype=np.int64), length)


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """Log ratios of the false alarms of genuine streams, and of the stretch at each splice (-inf if not seen)."""

    messages: int
    alarms: NDArray[np.float64]
    splices: Mapping[int, NDArray[np.float64]]
    ranks: Mapping[int, NDArray[np.int64]]
    delays: Mapping[int, NDArray[np.float64]]
    overlaps: Mapping[int, NDArray[np.float64]]
    blocks: Mapping[int, tuple[NDArray[np.float64], NDArray[np.float64]]]
    account: Mapping[int, NDArray[np.int64]]


def run(accounts: Sequence[Scored], tail: Tail, thresholds: Sequence[float] = ()) -> Result:
    """Scan every own stream, and every stream with splices; delays for each threshold."""
    alarms: list[float] = []
    tables: dict[str, dict[int, list[Any]]] = {
        name: {k: [] for k in SPLICES} for name in ("ratio", "rank", "delay", "overlap", "own", "foreign", "account")
    }
    for number, scored in enumerate(accounts):
        # As many as the product reports.
        usual = steadiness(scored.own)
        alarms += [peak.ratio for peak in strongest(*scan(scored.tracks, scored.folds, usual, tail))]
        for k in SPLICES:
            tables["own"][k] += tail.log_ratio(_values(scored, k)[::k], k).tolist()
        for stream in scored.streams:
            best, size = scan(stream.tracks, stream.folds, steadiness(stream.tracks[0]), tail)
            peaks = strongest(best, size, MOST_STRETCHES + len(stream.splices))
            wrong = [p for p in peaks if all(p.last < at or p.first >= at + k for k, at in stream.splices)]
            for k, at in stream.splices:
                ratio, overlap = _judge(best, size, at, k)
                delay = _delays(stream, tail, at, k, thresholds)
                value = _strangest(stream, np.array([at]), k)
                for name, entry in (
                    ("ratio", ratio),
                    ("overlap", overlap),
                    ("delay", delay),
                    ("rank", sum(peak.ratio > ratio for peak in wrong)),
                    ("foreign", float(tail.log_ratio(value, k)[0])),
                    ("account", number),
                ):
                    tables[name][k].append(entry)
    array = {name: {k: np.array(v) for k, v in table.items()} for name, table in tables.items()}
    return Result(
        messages=sum(len(scored.own) for scored in accounts),
        alarms=np.sort(np.array(alarms))[::-1],
        splices=array["ratio"],
        ranks=array["rank"],
        delays=array["delay"],
        overlaps=array["overlap"],
        blocks={k: (array["own"][k], array["foreign"][k]) for k in SPLICES},
        account=array["account"],
    )


def _judge(best: NDArray[np.float64], size: NDArray[np.int64], at: int, k: int) -> tuple[float, float]:
    """The strongest stretch that covers half of the splice: log ratio and overlap."""
    begin = np.arange(len(best))
    shared = np.minimum(begin + size, at + k) - np.maximum(begin, at)
    place = int(np.where(shared * 2 >= k, best, -np.inf).argmax())
    overlap = float(shared[place] / (size[place] + k - shared[place]))
    return float(best[place]) if shared[place] * 2 >= k else float("-inf"), overlap


def _delays(stream: Stream, tail: Tail, at: int, k: int, thresholds: Sequence[float]) -> list[float]:
    """Per threshold the messages of the splice that are read when the first stretch passes that ends there.

    Stretches of every length count, not the strongest of each beginning alone: a short one may pass before it. A
    stretch that ends behind the splice is late by as many messages.
    """
    count = len(stream.tracks[0])
    delays = np.full(len(thresholds), np.inf)
    for length in LENGTHS:
        first = np.arange(max(0, at - length + 1), min(at + k, count - length + 1))
        if len(first) == 0:
            continue
        ratio = tail.log_ratio(_strangest(stream, first, length), length)
        end = (first + length - at).astype(float)
        for number, threshold in enumerate(thresholds):
            delays[number] = min(delays[number], np.min(end[ratio >= threshold], initial=np.inf))
    return [float(delay) for delay in delays]


def threshold_at(result: Result, rate: float) -> float:
    """The log ratio that genuine streams reach ``rate`` times in 10,000 messages."""
    rank = rate * result.messages / 10_000
    return float(result.alarms[min(len(result.alarms) - 1, round(rank))])


def collections(paths: Sequence[Path], *, fewest: int, most: int) -> dict[str, tuple[Account, ...]]:
    return {
        p.name.split(".")[0]: make_accounts(read_authors(p), fewest=fewest, most=most, times=read_times(p))
        for p in paths
    }


def _parted(paths: Sequence[Path]) -> dict[str, int]:
    """How many accounts of one writer part as clearly as ``PARTED``."""
    seen = [row[0] for path in paths for row in controls(read_authors(path))]
    return {"accounts": len(seen), "above": sum(parted >= PARTED for parted in seen)}


def main() -> None:
    paths = [Path(p) for p in sys.argv[1:]]
    sets = collections(paths, fewest=FEWEST, most=ACCOUNTS)
    accounts = [a for made in sets.values() for a in made]
    scored = [score_account(a) for a in accounts]
    tail = fit(scored)
    first = run(scored, tail)
    thresholds = {rate: threshold_at(first, rate) for rate in RATES}
    found = {
        rate: {k: round(float((first.splices[k] > thresholds[rate]).mean()), 3) for k in SPLICES} for rate in RATES
    }
    streams = short_streams(accounts[::2], seed=2)
    brief_beta = fit_short(streams)
    brief = run_short(streams, brief_beta)
    limits = {rate: brief.threshold(rate) for rate in RATES}
    json.dump(
        {
            "short_coefficients": [round(float(b), 5) for b in brief_beta],
            "short_thresholds": {rate: round(value, 3) for rate, value in limits.items()},
            "short_found": {
                rate: {k: round(float((v > limits[rate]).mean()), 3) for k, v in brief.splices.items()}
                for rate in RATES
            },
            "tail": {name: [round(part, 5) for part in parts] for name, parts in asdict(tail).items()},
            "thresholds": {rate: round(value, 3) for rate, value in thresholds.items()},
            "found": found,
            "accounts": len(scored),
            "messages": first.messages,
            "parted": PARTED,
            "parted_false": _parted(paths),
            "collections": sorted(sets),
        },
        sys.stdout,
        indent=1,
    )
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
