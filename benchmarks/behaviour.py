"""Print the splice benchmark of the behaviour model: each collection judged by what the others taught.

    python -m benchmarks.behaviour COLLECTION.tsv.gz COLLECTION.tsv.gz ...

With several collections, coefficients and thresholds are fitted on all but the one that is tested. With one, the
shipped calibration is used: that is the test for a collection that calibration never saw.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.behaviour_calibration import (
    ACCOUNTS,
    FEWEST,
    RATES,
    SPLICES,
    Result,
    Scored,
    collections,
    fit,
    run,
    score_account,
    score_parts,
    score_past,
    threshold_at,
)
from benchmarks.behaviour_short import fit_short, logistic, run_short, short_streams
from benchmarks.behaviour_times import block_means, report_times
from benchmarks.splices import Account, texts_of
from wa_forensics.behaviour.grams import Points, mask_foreign, read_grams, read_points
from wa_forensics.behaviour.marks import read_marks, scaled, scaling_of
from wa_forensics.behaviour.rows import choose_features, count_texts, make_rows
from wa_forensics.behaviour.windows import read_calibration

METHOD_ACCOUNTS = 8
PAST_ACCOUNTS = 16
SHORT_ACCOUNTS = 16
METHOD_BLOCK = 10


def equal_error(genuine: NDArray[np.float64], foreign: NDArray[np.float64]) -> float:
    """Percent where the share of false alarms equals the share of misses."""
    marks = np.quantile(np.concatenate((genuine, foreign)), np.linspace(0, 1, 2001))
    false = 1 - np.searchsorted(np.sort(genuine), marks, side="right") / len(genuine)
    missed = np.searchsorted(np.sort(foreign), marks, side="right") / len(foreign)
    best = int(np.abs(false - missed).argmin())
    return float(50 * (false[best] + missed[best]))


def area(genuine: NDArray[np.float64], foreign: NDArray[np.float64]) -> float:
    """Area under the ROC curve."""
    order = np.searchsorted(np.sort(genuine), foreign, side="left")
    ties = np.searchsorted(np.sort(genuine), foreign, side="right") - order
    return float((order + ties / 2).mean() / len(genuine))


def interval(hits: NDArray[np.bool_], account: NDArray[np.int64]) -> tuple[float, float]:
    """95 % bootstrap interval over accounts of a share."""
    draw = np.random.default_rng(0)
    shares = np.array([hits[account == a].mean() for a in np.unique(account)])
    means = shares[draw.integers(0, len(shares), (1000, len(shares)))].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def report(name: str, scored: Mapping[str, Sequence[Scored]]) -> None:
    """One table: every collection tested with the coefficients and thresholds of the others."""
    print(f"\n{name}\n")
    print("| tested on | per 10,000 | reached | k = 5 | 10 | 20 | 50 | median delay k = 10 / 20 |")
    print("|---|---|---|---|---|---|---|---|")
    for tested, own in scored.items():
        rest = [s for other, many in scored.items() if other != tested for s in many]
        shipped = read_calibration()
        tail = fit(rest) if rest else shipped.tail
        taught = run(rest, tail) if rest else None
        limits = [threshold_at(taught, rate) if taught else shipped.thresholds[rate] for rate in RATES]
        result = run(own, tail, limits)
        for column, (rate, least) in enumerate(zip(RATES, limits, strict=True)):
            reached = 10_000 * float((result.alarms > least).sum()) / result.messages
            cells = [_found(result, k, least) for k in SPLICES]
            delay = " / ".join(f"{float(np.median(result.delays[k][:, column])):.0f}" for k in (10, 20))
            print(f"| {tested} | {rate} | {reached:.1f} | {' | '.join(cells)} | {delay} |", flush=True)
        errors = " / ".join(f"{equal_error(*result.blocks[k]):.1f}" for k in SPLICES)
        ranks = " / ".join(f"{float((result.ranks[k] < 3).mean()):.2f}" for k in SPLICES)
        shared = " / ".join(f"{float(np.median(result.overlaps[k])):.2f}" for k in SPLICES)
        print(f"| {tested} | | | equal error % {errors} | top 3 {ranks} | overlap {shared} | | |")


def _found(result: Result, k: int, least: float) -> str:
    hits = result.splices[k] > least
    low, high = interval(hits, result.account[k])
    return f"{hits.mean():.2f} ({low:.2f} to {high:.2f})"


Method = Callable[[Sequence[str], Sequence[str], Sequence[str]], NDArray[np.float64]]


def delta(own: Sequence[str], others: Sequence[str], tested: Sequence[str]) -> NDArray[np.float64]:
    """Burrows' Delta of each block of messages to the account and to the others, the difference of the two."""

    def blocks(texts: Sequence[str]) -> list[list[str]]:
        return [" ".join(texts[i : i + METHOD_BLOCK]).lower().split() for i in range(0, len(texts), METHOD_BLOCK)]

    counts: dict[str, int] = {}
    for words in blocks([*own, *others]):
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    common = sorted(counts, key=lambda w: (-counts[w], w))[:150]

    def table(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.array([[b.count(w) / max(1, len(b)) for w in common] for b in blocks(texts)])

    a, b, c = table(own), table(others), table(tested)
    spread = np.vstack((a, b)).std(axis=0) + 1e-6
    far = [np.abs((c - side.mean(axis=0)) / spread).mean(axis=1) for side in (a, b)]
    return np.asarray(far[0] - far[1])


def compression(own: Sequence[str], others: Sequence[str], tested: Sequence[str]) -> NDArray[np.float64]:
    """Bytes a block costs after the account's last 32 kB, minus bytes after the others'."""

    def cost(history: Sequence[str], block: str) -> int:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, 0, "\n".join(history).encode()[-32_000:])
        return len(packer.compress(block.encode()) + packer.flush())

    blocks = ["\n".join(tested[i : i + METHOD_BLOCK]) for i in range(0, len(tested), METHOD_BLOCK)]
    return np.array([(cost(own, b) - cost(others, b)) / max(1, len(b)) for b in blocks])


def language_model(own: Sequence[str], others: Sequence[str], tested: Sequence[str]) -> NDArray[np.float64]:
    """Log ratio per character of two character 4-gram models, own counts smoothed by the merged ones."""
    own_counts, merged = _gram_counts(own), _gram_counts([*own, *others])
    total_own, total = sum(own_counts.values()), sum(merged.values())
    other_total = total - total_own
    out = []
    for begin in range(0, len(tested), METHOD_BLOCK):
        block = "\n".join(tested[begin : begin + METHOD_BLOCK])
        grams = [block[i : i + 4] for i in range(len(block) - 3)]
        value = 0.0
        for gram in grams:
            prior = 2000 * (merged.get(gram, 0) + 0.5) / total
            mine = own_counts.get(gram, 0)
            value += np.log((merged.get(gram, 0) - mine + prior) / (other_total + 2000))
            value -= np.log((mine + prior) / (total_own + 2000))
        out.append(value / max(1, len(grams)))
    return np.array(out)


def _gram_counts(texts: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text in texts:
        for i in range(len(text) - 3):
            counts[text[i : i + 4]] = counts.get(text[i : i + 4], 0) + 1
    return counts


def logistic_regression(own: Sequence[str], others: Sequence[str], tested: Sequence[str]) -> NDArray[np.float64]:
    """Logistic regression on the 300 most common hashed features and the marks, own against others."""
    points = [styled_points(part) for part in (own, others, tested)]
    marks, grams = [read_marks(p) for p in points], [read_grams(p) for p in points]
    both = read_grams(styled_points([*own, *others]))
    weighting = choose_features(count_texts(both), len(both), 300)
    # Every column is kept dense.
    weighting = replace(weighting, common=weighting.width)
    scaling = scaling_of(np.vstack(marks[:2]))
    a, b, c = (
        np.hstack((make_rows(g, np.arange(len(g)), weighting, scaled(m, scaling)).dense, np.ones((len(g), 1))))
        for g, m in zip(grams, marks, strict=True)
    )
    label = np.repeat([0.0, 1.0], [len(a), len(b)])
    weight = np.where(label == 1, 1 / len(b), 1 / len(a))
    value = c @ logistic(np.vstack((a, b)).astype(float), label, weight, ridge=1e-3)
    clipped = np.clip(value, -5, 5)
    return np.array([clipped[i : i + METHOD_BLOCK].mean() for i in range(0, len(clipped), METHOD_BLOCK)])


def styled_points(texts: Sequence[str]) -> Points:
    made = texts_of([texts])
    return mask_foreign(read_points(made.buffer, made.start, made.end))[0]


def methods(sets: Mapping[str, Sequence[Account]]) -> None:
    """Area under the curve for blocks of ten messages; the simple methods hold the last fifth out."""
    print("\nMethods side by side: area under the curve for blocks of ten, share found at 1 % false alarms\n")
    print("| method | " + " | ".join(sets) + " |\n|---|" + "---|" * len(sets))
    table: dict[str, Method] = {
        "Burrows' Delta": delta,
        "compression": compression,
        "character 4-gram language-model ratio": language_model,
        "logistic regression": logistic_regression,
    }
    for name, method in table.items():
        cells = []
        for accounts in sets.values():
            genuine, foreign = [], []
            for account in accounts[:METHOD_ACCOUNTS]:
                cut = len(account.own) * 4 // 5
                others = [text for other in account.others for text in other]
                genuine += method(account.own[:cut], others, account.own[cut:]).tolist()
                foreign += method(account.own[:cut], others, [t for d in account.donors[-4:] for t in d]).tolist()
            cells.append(_separation(np.array(genuine), np.array(foreign)))
        print(f"| {name} | {' | '.join(cells)} |")
    parts = [[score_parts(account) for account in accounts[:METHOD_ACCOUNTS]] for accounts in sets.values()]
    for key, name in (
        ("ridge", "ridge on character 1- to 4-grams, words and marks, cross-fitted"),
        ("log ratios", "log ratios of the same features from counts, cross-fitted"),
        ("fusion", "fusion of the last two (used)"),
    ):
        cells = []
        for many in parts:
            genuine_means = np.concatenate([block_means(one[key].own, METHOD_BLOCK) for one in many])
            foreign_means = np.concatenate([one[key].donors.reshape(-1, METHOD_BLOCK).mean(axis=1) for one in many])
            cells.append(_separation(genuine_means, foreign_means))
        print(f"| {name} | {' | '.join(cells)} |")


def _separation(genuine: NDArray[np.float64], foreign: NDArray[np.float64]) -> str:
    return f"{area(genuine, foreign):.3f}, {float((foreign > np.quantile(genuine, 0.99)).mean()):.2f}"


def report_short(sets: Mapping[str, Sequence[Account]]) -> None:
    """Histories of 40 to 140 messages, tested with what the other collections taught."""
    streams = {name: short_streams(accounts[:SHORT_ACCOUNTS]) for name, accounts in sets.items()}
    print("\nHistories of 40 to 140 own messages\n")
    print("| tested on | per 10,000 | reached | k = 6 | 10 | 15 |\n|---|---|---|---|---|---|")
    for tested, own in streams.items():
        rest = [s for other, many in streams.items() if other != tested for s in many]
        shipped = read_calibration()
        beta = fit_short(rest) if rest else np.array(shipped.short_coefficients)
        taught, result = run_short(rest, beta) if rest else None, run_short(own, beta)
        for rate in (5, 10):
            least = taught.threshold(rate) if taught else shipped.short_thresholds[rate]
            reached = 10_000 * float((result.alarms > least).sum()) / result.messages
            cells = " | ".join(f"{(values > least).mean():.2f}" for values in result.splices.values())
            print(f"| {tested} | {rate} | {reached:.1f} | {cells} |")


def main() -> None:
    sets = collections([Path(p) for p in sys.argv[1:]], fewest=FEWEST, most=ACCOUNTS)
    scored = {name: [score_account(a) for a in accounts] for name, accounts in sets.items()}
    print("Accounts:", ", ".join(f"{name} {len(accounts)}" for name, accounts in sets.items()))
    report(f"Two-sided, {FEWEST} to 1,000 own messages", scored)
    for history in (100, 500):
        past = {
            n: [s for s in (score_past(a, history) for a in accounts[:PAST_ACCOUNTS]) if s]
            for n, accounts in sets.items()
        }
        report(f"Past only, H = {history}", {n: many for n, many in past.items() if many})
    report_short(sets)
    methods(sets)
    report_times(sets, scored)


if __name__ == "__main__":
    main()
