"""Print the splice benchmark of the behaviour model: each collection judged by what the others taught.

    python -m benchmarks.behaviour COLLECTION.tsv.gz COLLECTION.tsv.gz ...

At least two collections; coefficients and thresholds are fitted on all but the one that is tested.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.behaviour_calibration import (
    RATES,
    SPLICES,
    Result,
    Scored,
    collections,
    fit,
    run,
    score_account,
    score_past,
    threshold_at,
)
from benchmarks.behaviour_short import fit_short, run_short, short_streams
from benchmarks.splices import Account

METHOD_ACCOUNTS = 12
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
    print("| tested on | per 10,000 | reached | k = 5 | 10 | 20 | 50 | median delay k = 20 |")
    print("|---|---|---|---|---|---|---|---|")
    for tested, own in scored.items():
        rest = [s for other, many in scored.items() if other != tested for s in many]
        beta = fit(rest)
        taught = run(rest, beta, 0.0)
        for rate in RATES:
            least = threshold_at(taught, rate)
            result = run(own, beta, least)
            reached = 10_000 * float((result.alarms > least).sum()) / result.messages
            cells = [_found(result, k, least) for k in SPLICES]
            delay = float(np.median(result.delays[20]))
            print(f"| {tested} | {rate} | {reached:.1f} | {' | '.join(cells)} | {delay:.0f} |")
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


def methods(sets: Mapping[str, Sequence[Account]], scored: Mapping[str, Sequence[Scored]]) -> None:
    """Area under the curve for blocks of ten messages, the last fifth of each account held out."""
    print("\n| method, blocks of 10 | " + " | ".join(sets) + " |\n|---|" + "---|" * len(sets))
    table: dict[str, Method] = {"Burrows' Delta": delta, "compression": compression, "4-gram ratio": language_model}
    for name, method in table.items():
        cells = []
        for accounts in sets.values():
            genuine, foreign = [], []
            for account in accounts[:METHOD_ACCOUNTS]:
                cut = len(account.own) * 4 // 5
                others = [text for other in account.others for text in other]
                genuine += method(account.own[:cut], others, account.own[cut:]).tolist()
                foreign += method(account.own[:cut], others, [t for d in account.donors[-4:] for t in d]).tolist()
            cells.append(f"{area(np.array(genuine), np.array(foreign)):.3f}")
        print(f"| {name} | {' | '.join(cells)} |")
    cells = []
    for many in scored.values():
        parts = [
            (s.own[: len(s.own) // 10 * 10].reshape(-1, 10).mean(axis=1), s.donors) for s in many[:METHOD_ACCOUNTS]
        ]
        genuine_means = np.concatenate([own for own, _ in parts])
        foreign_means = np.concatenate([donors.reshape(-1, 10).mean(axis=1) for _, donors in parts])
        cells.append(f"{area(genuine_means, foreign_means):.3f}")
    print(f"| ridge, character 1- to 4-grams and words (used) | {' | '.join(cells)} |")


def report_short(sets: Mapping[str, Sequence[Account]]) -> None:
    """Histories of 40 to 140 messages, tested with what the other collections taught."""
    streams = {name: short_streams(accounts) for name, accounts in sets.items()}
    print("\nHistories of 40 to 140 own messages\n")
    print("| tested on | per 10,000 | reached | k = 6 | 10 | 15 |\n|---|---|---|---|---|---|")
    for tested, own in streams.items():
        rest = [s for other, many in streams.items() if other != tested for s in many]
        beta = fit_short(rest)
        taught, result = run_short(rest, beta), run_short(own, beta)
        for rate in (5, 10):
            least = taught.threshold(rate)
            reached = 10_000 * float((result.alarms > least).sum()) / result.messages
            cells = " | ".join(f"{(values > least).mean():.2f}" for values in result.splices.values())
            print(f"| {tested} | {rate} | {reached:.1f} | {cells} |")


def main() -> None:
    sets = collections([Path(p) for p in sys.argv[1:]], fewest=300, most=30)
    scored = {name: [score_account(a) for a in accounts] for name, accounts in sets.items()}
    print("Accounts:", ", ".join(f"{name} {len(accounts)}" for name, accounts in sets.items()))
    report("Two-sided, 300 to 1,000 own messages", scored)
    for history in (100, 500):
        past = {n: [s for s in (score_past(a, history) for a in accounts) if s] for n, accounts in sets.items()}
        report(f"Past only, H = {history}", {n: many for n, many in past.items() if many})
    report_short(sets)
    methods(sets, scored)


if __name__ == "__main__":
    main()
