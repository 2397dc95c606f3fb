"""Fit the calibration of the behaviour model on splices; thresholds and error rates from the same streams.

python benchmarks/behaviour_calibration.py COLLECTION.tsv.gz ... > wa_forensics/behaviour/calibration.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.behaviour_short import fit_short, run_short, short_streams
from benchmarks.splices import DONOR, Account, flat, make_accounts, read_authors, shortened, texts_of
from wa_forensics.behaviour import writers
from wa_forensics.behaviour.grams import mask_foreign, read_grams, read_points
from wa_forensics.behaviour.hands import FOLDS, dense_rows, fit_folds, partition, score_texts, without_sender
from wa_forensics.behaviour.windows import LENGTHS, scan, scan_tracks, steadiness, strongest, terms

SPLICES = (5, 10, 20, 50)
RATES = (1, 5, 10)
SHORT = (40, 70, 110)
REACH = 60


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
    texts = texts_of([account.own[:history], *account.others])
    _, sample, total, width = writers.SIZES[0]
    background, weighting = writers.make_sample(texts, np.bincount(texts.sender), width, total)
    points, kept = writers.styled(texts.take(np.flatnonzero(texts.sender == 0)))
    others, inverse = without_sender(background, 0)
    chosen = writers.spread(len(kept), sample)
    rows = dense_rows(read_grams(points), chosen, weighting)
    models = fit_folds(rows, [np.full(len(chosen), -1)], others, inverse, weighting)
    later = texts_of([account.own[history:], flat(account)])
    plain, _ = mask_foreign(read_points(later.buffer, later.start, later.end))
    scores = score_texts(read_grams(plain), np.zeros(len(later.message), dtype=np.int64), models, weighting)
    cut = len(account.own) - history
    return Scored(tracks=(scores[:cut],), donors=scores[cut:].reshape(len(account.donors), DONOR))


def score_account(account: Account) -> Scored:
    """The product's own steps; a splice in a fold is scored by the model that never saw that fold.

    The product takes the higher of two partitions per stretch; a splice gets one of them, so its figures err low.
    """
    texts = texts_of([account.own, *account.others])
    counts = np.bincount(texts.sender)
    _, sample, total, width = writers.SIZES[0]
    background, weighting = writers.make_sample(texts, counts, width, total)
    points, kept = writers.styled(texts.take(np.flatnonzero(texts.sender == 0)))
    grams = read_grams(points)
    folds = partition(len(kept))
    chosen = writers.spread(len(kept), sample)
    others, inverse = without_sender(background, 0)
    models = fit_folds(
        dense_rows(grams, chosen, weighting), [fold[chosen] for fold in folds], others, inverse, weighting
    )
    strangers = texts_of([flat(account)])
    plain, _ = mask_foreign(read_points(strangers.buffer, strangers.start, strangers.end))
    count = len(account.donors)
    donor_fold = np.repeat(np.arange(count) * FOLDS // count, DONOR)
    return Scored(
        tracks=tuple(score_texts(grams, fold, models, weighting) for fold in folds),
        donors=score_texts(read_grams(plain), donor_fold, models, weighting).reshape(count, DONOR),
    )


def fit(accounts: Sequence[Scored], seed: int = 0) -> NDArray[np.float64]:
    """Weighted logistic regression of genuine against spliced stretches; both sides weigh the same."""
    draw = np.random.default_rng(seed)
    rows, labels, weights = [], [], []
    for scored in accounts:
        sender = steadiness(scored.own)
        total = np.concatenate(([0.0], np.cumsum(scored.own)))
        for length in LENGTHS:
            if length * 2 > len(scored.own):
                break
            genuine = (total[length:] - total[:-length]) / length
            genuine = genuine[draw.integers(0, len(genuine), min(len(genuine), 60))]
            begins = draw.integers(0, DONOR + 1 - length, 3)
            foreign = np.concatenate([scored.donors[:, b : b + length].mean(axis=1) for b in begins])
            for means, label in ((genuine, 0.0), (foreign, 1.0)):
                rows.append(terms(means, length, sender))
                labels.append(np.full(len(means), label))
                weights.append(np.full(len(means), 1 / len(means)))
    x, y, w = np.vstack(rows), np.concatenate(labels), np.concatenate(weights)
    w /= w.mean()
    scale = np.abs(x).mean(axis=0) + 1e-9
    x /= scale
    beta = np.zeros(x.shape[1])
    ridge = 1e-4 * len(y)
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (w * (y - p)) - ridge * beta
        beta += np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(beta)), gradient)
    return np.asarray(beta / scale, dtype=np.float64)


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


def run(accounts: Sequence[Scored], beta: NDArray[np.float64], threshold: float, seed: int = 0) -> Result:
    """Scan every own stream, and every stream with one splice of each length."""
    draw = np.random.default_rng(seed)
    alarms: list[float] = []
    tables: dict[str, dict[int, list[float]]] = {
        name: {k: [] for k in SPLICES} for name in ("ratio", "rank", "delay", "overlap", "own", "foreign", "account")
    }
    weights = beta.tolist()
    for number, scored in enumerate(accounts):
        sender = steadiness(scored.own)
        best, size = scan_tracks(scored.tracks, sender, weights)
        peaks = strongest(best, size, most=12)
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
                hit, ratio, overlap, delay = _judge(mixed, at, k, sender, weights, threshold)
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
    threshold: float,
) -> tuple[bool, float, float, float]:
    """The strongest stretch that covers half of the splice: seen, log ratio, overlap, messages until alarm."""
    best, size = scan(mixed, sender, weights)
    begin = np.arange(len(mixed))
    shared = np.minimum(begin + size, at + k) - np.maximum(begin, at)
    covers = shared * 2 >= k
    if not covers.any():
        return False, float("-inf"), 0.0, float("inf")
    place = int(np.where(covers, best, -np.inf).argmax())
    overlap = float(shared[place] / (size[place] + k - shared[place]))
    # The first message at which a stretch that ends there and began near the splice passes the threshold.
    passed = (best >= threshold) & (shared > 0)
    delay = float((begin + size - at)[passed].min()) if passed.any() else float("inf")
    return True, float(best[place]), overlap, min(delay, float(k)) if passed.any() else float("inf")


def threshold_at(result: Result, rate: float) -> float:
    """The log ratio that genuine streams reach ``rate`` times in 10,000 messages."""
    rank = rate * result.messages / 10_000
    return float(result.alarms[min(len(result.alarms) - 1, round(rank))])


def collections(paths: Sequence[Path], *, fewest: int, most: int) -> dict[str, tuple[Account, ...]]:
    return {p.name.split(".")[0]: make_accounts(read_authors(p), fewest=fewest, most=most) for p in paths}


def main() -> None:
    sets = collections([Path(p) for p in sys.argv[1:]], fewest=150, most=60)
    accounts = [a for made in sets.values() for a in made]
    scored = [score_account(a) for a in accounts]
    short = [score_account(a) for length in SHORT for a in shortened(accounts[::3], length)]
    beta = fit([*scored, *short])
    first = run(scored, beta, 0.0)
    thresholds = {rate: threshold_at(first, rate) for rate in RATES}
    found = {
        rate: {k: round(float((first.splices[k] > thresholds[rate]).mean()), 3) for k in SPLICES} for rate in RATES
    }
    streams = short_streams(accounts, seed=2) + short_streams(accounts, seed=5)
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
            "collections": sorted(sets),
        },
        sys.stdout,
        indent=1,
    )
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
