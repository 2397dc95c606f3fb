"""Fit the calibration of the behaviour model on splices; thresholds and error rates from the same streams.

python benchmarks/behaviour_calibration.py COLLECTION.tsv.gz ... > wa_forensics/behaviour/calibration.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.behaviour_short import fit_short, logistic, run_short, short_streams
from benchmarks.operators import controls
from benchmarks.splices import DONOR, Account, flat, make_accounts, read_authors, read_hours, shortened, texts_of
from wa_forensics.behaviour import writers
from wa_forensics.behaviour.grams import mask_foreign, read_points
from wa_forensics.behaviour.hands import FOLDS
from wa_forensics.behaviour.windows import LENGTHS, scan, scan_tracks, steadiness, strongest, terms

SPLICES = (5, 10, 20, 50)
RATES = (1, 5, 10)
SHORT = (40, 70, 110)
REACH = 60
# How clearly the sittings of an account must part: accounts of one writer seldom do.
PARTED = 4.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """Cross-fitted scores of one account's own messages, and of each donor run under the model of one fold."""

    tracks: tuple[NDArray[np.float64], ...]
    donors: NDArray[np.float64]

    @property
    def own(self) -> NDArray[np.float64]:
        return self.tracks[0]


def score_past(account: Account, history: int) -> Scored | None:
    """As ``score_account``, learned from the first ``history`` messages only; the ones after them are tested."""
    if len(account.own) < history + 100:
        return None
    hand = _learn([account.own[:history], *account.others], one_fold=True)
    later = _plain([account.own[history:], flat(account)])
    (scores,) = hand.score(later, np.zeros(len(later.grams), dtype=np.int64))
    cut = len(account.own) - history
    return Scored(tracks=(scores[:cut],), donors=scores[cut:].reshape(len(account.donors), DONOR))


def _plain(groups: Sequence[Sequence[str]]) -> writers.Traits:
    texts = texts_of(groups)
    return writers.read_traits(mask_foreign(read_points(texts.buffer, texts.start, texts.end))[0])


def _learn(groups: Sequence[Sequence[str]], *, one_fold: bool = False) -> writers.Hand:
    texts = texts_of(groups)
    _, share, total, width = writers.SIZES[0]
    sample = writers.make_sample(texts, np.bincount(texts.sender), width, total)
    hand = writers.learn(_plain(groups[:1]), 0, sample, share, one_fold=one_fold)
    if hand is None:
        message = "an account of the benchmark has too few messages"
        raise ValueError(message)
    return hand


def score_parts(account: Account) -> dict[str, Scored]:
    """``score_account`` with one part of the model at a time."""
    hand = _learn([account.own, *account.others])
    models = hand.models
    alone = {
        "ridge": replace(models, ratios=np.zeros_like(models.ratios)),
        "log ratios": replace(
            models,
            tables=np.zeros_like(models.tables),
            marks=np.zeros_like(models.marks),
            intercepts=np.zeros_like(models.intercepts),
        ),
        "fusion": models,
    }
    return {name: _scored(account, replace(hand, models=part)) for name, part in alone.items()}


def score_account(account: Account) -> Scored:
    """The product's own steps; a splice in a fold is scored by the model that never saw that fold.

    The product takes the higher of two partitions per stretch; a splice gets one of them, so its figures err low.
    """
    return _scored(account, _learn([account.own, *account.others]))


def _scored(account: Account, hand: writers.Hand) -> Scored:
    own = _plain([account.own])
    count = len(account.donors)
    donor_fold = np.repeat(np.arange(count) * FOLDS // count, DONOR)
    return Scored(
        tracks=hand.score(own, *hand.folds),
        donors=hand.score(_plain([flat(account)]), donor_fold)[0].reshape(count, DONOR),
    )


def fit(accounts: Sequence[Scored], seed: int = 0) -> NDArray[np.float64]:
    """Weighted logistic regression of genuine against spliced stretches; both sides weigh the same.

    Half of the genuine side are the account's strangest stretches: the rate of false alarms is decided there.
    """
    draw = np.random.default_rng(seed)
    rows, labels, weights = [], [], []
    for scored in accounts:
        sender = steadiness(scored.own)
        total = np.concatenate(([0.0], np.cumsum(scored.own)))
        for length in LENGTHS:
            if length * 2 > len(scored.own):
                break
            genuine = (total[length:] - total[:-length]) / length
            strangest = np.sort(genuine)[::-1][: max(5, len(genuine) // 50)]
            usual = genuine[draw.integers(0, len(genuine), min(len(genuine), 60))]
            begins = draw.integers(0, DONOR + 1 - length, 3)
            foreign = np.concatenate([scored.donors[:, b : b + length].mean(axis=1) for b in begins])
            for means, label, weight in ((usual, 0.0, 0.5), (strangest, 0.0, 0.5), (foreign, 1.0, 1.0)):
                rows.append(terms(means, length, sender))
                labels.append(np.full(len(means), label))
                weights.append(np.full(len(means), weight / len(means)))
    return logistic(np.vstack(rows), np.concatenate(labels), np.concatenate(weights), ridge=1e-4)


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


def run(
    accounts: Sequence[Scored], beta: NDArray[np.float64], thresholds: Sequence[float] = (), seed: int = 0
) -> Result:
    """Scan every own stream, and every stream with one splice of each length; delays for each threshold."""
    draw = np.random.default_rng(seed)
    alarms: list[float] = []
    tables: dict[str, dict[int, list[Any]]] = {
        name: {k: [] for k in SPLICES} for name in ("ratio", "rank", "delay", "overlap", "own", "foreign", "account")
    }
    weights = beta.tolist()
    for number, scored in enumerate(accounts):
        sender = steadiness(scored.own)
        best, size = scan_tracks(scored.tracks, sender, weights)
        # As many as the product reports.
        peaks = strongest(best, size)
        alarms += [peak.ratio for peak in peaks]
        for k in SPLICES:
            count = len(scored.own) // k
            means = scored.own[: count * k].reshape(count, k).mean(axis=1)
            tables["own"][k] += (terms(means, k, sender) @ beta).tolist()
        for row, donor in enumerate(scored.donors):
            low, high = (np.array([0, 1]) + row * FOLDS // len(scored.donors)) * len(scored.own) // FOLDS
            for k in SPLICES:
                place, begin = (
                    int(draw.integers(low, max(low + 1, high))),
                    int(draw.integers(0, DONOR + 1 - k)),
                )
                part = donor[begin : begin + k]
                start = max(0, place - REACH)
                mixed = np.concatenate((scored.own[start:place], part, scored.own[place : place + REACH]))
                at = place - start
                # What the product sees: the sender's usual level is measured on the stream with the splice.
                sender = steadiness(np.concatenate((scored.own[:place], part, scored.own[place:])))
                hit, ratio, overlap, delay = _judge(mixed, at, k, sender, weights, thresholds)
                rank = sum(p.ratio > ratio and not (p.first - k < place <= p.last + k) for p in peaks) if hit else 99
                tables["ratio"][k].append(ratio)
                tables["rank"][k].append(rank)
                tables["delay"][k].append(delay)
                tables["overlap"][k].append(overlap)
                tables["account"][k].append(number)
                tables["foreign"][k] += (terms(np.array([part.mean()]), k, sender) @ beta).tolist()
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


def _judge(
    mixed: NDArray[np.float64],
    at: int,
    k: int,
    sender: Sequence[float],
    weights: Sequence[float],
    thresholds: Sequence[float],
) -> tuple[bool, float, float, list[float]]:
    """The strongest stretch that covers half of the splice: seen, log ratio, overlap, messages until each alarm."""
    best, size = scan(mixed, sender, weights)
    begin = np.arange(len(mixed))
    shared = np.minimum(begin + size, at + k) - np.maximum(begin, at)
    covers = shared * 2 >= k
    if not covers.any():
        return False, float("-inf"), 0.0, [float("inf")] * len(thresholds)
    place = int(np.where(covers, best, -np.inf).argmax())
    overlap = float(shared[place] / (size[place] + k - shared[place]))
    # The first message at which a stretch that ends there and began near the splice passes the threshold.
    near = shared > 0
    after = (begin + size - at)[near]
    delays = []
    for threshold in thresholds:
        passed = after[best[near] >= threshold]
        delays.append(min(float(passed.min()), float(k)) if len(passed) else float("inf"))
    return True, float(best[place]), overlap, delays


def threshold_at(result: Result, rate: float) -> float:
    """The log ratio that genuine streams reach ``rate`` times in 10,000 messages."""
    rank = rate * result.messages / 10_000
    return float(result.alarms[min(len(result.alarms) - 1, round(rank))])


def collections(paths: Sequence[Path], *, fewest: int, most: int) -> dict[str, tuple[Account, ...]]:
    return {
        p.name.split(".")[0]: make_accounts(read_authors(p), fewest=fewest, most=most, hours=read_hours(p))
        for p in paths
    }


def _parted(paths: Sequence[Path]) -> dict[str, int]:
    """How many accounts of one writer part as clearly as ``PARTED``."""
    seen = [row[0] for path in paths for row in controls(read_authors(path))]
    return {"accounts": len(seen), "above": sum(parted >= PARTED for parted in seen)}


def main() -> None:
    paths = [Path(p) for p in sys.argv[1:]]
    sets = collections(paths, fewest=150, most=40)
    accounts = [a for made in sets.values() for a in made]
    scored = [score_account(a) for a in accounts]
    short = [score_account(a) for length in SHORT for a in shortened(accounts[::3], length)]
    beta = fit([*scored, *short])
    first = run(scored, beta)
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
            "coefficients": [round(float(b), 5) for b in beta],
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
