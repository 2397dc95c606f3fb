"""Train the wording model on public collections and invented messages; measure it with sources left out.

    python scripts/train_stranger_model.py FOLDER [--write]

FOLDER holds the collections named in docs/stranger_model.md. Needs scikit-learn (``pip install scikit-learn``).
Half of the authors of every ordinary collection are kept for the limits and never trained on.
--write puts the weights into ``wa_forensics/wording/data``.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "scripts")]

import collections_of_messages as collections  # noqa: E402
from invented_messages import invented  # noqa: E402

from wa_forensics.evidence import read_texts  # noqa: E402
from wa_forensics.parsing import parse_text  # noqa: E402
from wa_forensics.wording.facts import is_code  # noqa: E402
from wa_forensics.wording.features import BUCKETS, NAMES, WIDTH, features  # noqa: E402

TARGET = ROOT / "wa_forensics" / "wording" / "data"
STRENGTH, SCAM_WEIGHT, SMALL_WEIGHT = 10.0, 3.0, 2.0
BLOCK = 10_000
LARGE = 100_000
# So many messages of each invented template.
EACH = 8
# Sources that go together when one is left out: the translations and the overlapping table of UCI.
HALVES = ("A", "B")
INVENTED = tuple(f"invented {kind} {half}" for kind in ("scam", "plain") for half in HALVES)
FAMILY = {"UCI": ("UCI", "UCI translated", "Mishra & Soni"), "Mishra & Soni": ("Mishra & Soni",), "India": ("India",)}
# Limits are set where so few ordinary texts of each collection lie above.
LOW, MEDIUM = 10e-4, 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Corpus:
    """Texts with their features: ``matrix`` has a row per reading, ``owner`` names its text, ``plain`` is its first."""

    texts: Sequence[str]
    source: NDArray[np.str_]
    scam: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    matrix: Any
    owner: NDArray[np.int64]
    plain: NDArray[np.int64]


def texts_of(folder: Path) -> list[tuple[str, bool, bool, str]]:
    """(source, is scam, kept for measuring, text) of everything that is trained or measured on."""
    rows: list[tuple[str, bool, bool, str]] = []
    for source, pairs in collections.labelled(folder).items():
        rows += [(source, scam, False, text) for scam, text in pairs]
    seen = {collections.letters(row[3]) for row in rows}
    for source, authored in collections.ordinary(folder).items():
        # Of one room with more messages than all others together a quarter is enough to measure.
        shares = 4 if len(authored) > LARGE else 2
        for author, text in authored:
            key, share = collections.letters(text), zlib.crc32(author.encode()) % shares
            if key and key not in seen:
                seen.add(key)
                rows.append((source, False, share == 0, text))
    rows += [("UCI translated", scam, False, text) for scam, text in collections.translated(folder)]
    rows += [("own chats", False, False, text) for text in ordinary_lines()]
    for kind in ("scam", "plain"):
        # Half of the templates can be left out, to see what is known of them from the others.
        once = {text: HALVES[zlib.crc32(template.encode()) % 2] for _, template, text in invented(kind, EACH)}
        rows += [(f"invented {kind} {half}", kind == "scam", False, text) for text, half in once.items()]
    # Program text is never judged, so it is neither trained nor measured on.
    return [row for row in rows if not is_code(row[3])]


def ordinary_lines() -> list[str]:
    """What nobody labelled in the chats of ``benchmarks/labelled_chats``: ordinary messages in many languages."""
    lines = []
    for path in sorted((ROOT / "benchmarks" / "labelled_chats").glob("*.labels.json")):
        labels = json.loads(path.read_text("utf-8"))
        raw = next(iter(read_texts(path.with_name(path.name.replace(".labels.json", ".txt")), None)))
        chat = parse_text(raw, date_order=labels["date_order"])
        marked = {entry["line"] for entry in labels["messages"]} | set(labels["optional"])
        ids = np.flatnonzero(chat.written).tolist()
        lines += [chat.text(m) for m in ids if int(chat.columns.line[m]) not in marked]
    return lines


def corpus(rows: Sequence[tuple[str, bool, bool, str]]) -> Corpus:
    """The features of all texts, block by block."""
    from scipy.sparse import csr_matrix, vstack

    texts = [row[3] for row in rows]
    parts, owner = [], []
    for first in range(0, len(texts), BLOCK):
        found = features(texts[first : first + BLOCK])
        shape = (len(found.texts), WIDTH)
        parts.append(csr_matrix((found.values, (found.rows, found.columns)), shape=shape))
        owner.append(found.texts + first)
    owners = np.concatenate(owner)
    return Corpus(
        texts=texts,
        source=np.array([row[0] for row in rows]),
        scam=np.array([row[1] for row in rows]),
        measured=np.array([row[2] for row in rows]),
        matrix=vstack(parts).tocsr(),
        owner=owners,
        plain=np.unique(owners, return_index=True)[1],
    )


def fit(found: Corpus, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.float32], float]:
    """Weights and constant of the regression on the chosen texts: every reading of ordinary ones, for the highest
    counts, and the plain reading of scams."""
    from sklearn.linear_model import LogisticRegression

    plain = np.zeros(len(found.owner), dtype=bool)
    plain[found.plain] = True
    rows = np.flatnonzero(chosen[found.owner] & (plain | ~found.scam[found.owner]))
    owner = found.owner[rows]
    weight = np.where(found.scam, SCAM_WEIGHT, 1.0)
    weight[~found.scam & np.isin(found.source, ["own chats", *INVENTED])] = SMALL_WEIGHT
    learner = LogisticRegression(C=STRENGTH, solver="liblinear", tol=1e-2, max_iter=200, random_state=0)
    learner.fit(found.matrix[rows], found.scam[owner], sample_weight=weight[owner])
    return learner.coef_[0].astype(np.float32), float(learner.intercept_[0])


def scores(found: Corpus, weights: NDArray[np.float32], constant: float) -> NDArray[np.float64]:
    """The score of each text: that of its most suspicious reading."""
    best = np.full(len(found.texts), -np.inf)
    np.maximum.at(best, found.owner, found.matrix @ weights + constant)
    return best


def limit(values: NDArray[np.float64], source: NDArray[np.str_], share: float) -> float:
    """The least score above which no collection has more than this share of its ordinary texts."""
    return max(float(np.quantile(values[source == name], 1 - share)) for name in np.unique(source))


def left_out(found: Corpus) -> dict[str, tuple[float, float]]:
    """Recall of each scam source at the limits low and medium, by a model that saw nothing of it."""
    return {name: recalls(found, belongs(found, name), without(found, name)) for name in (*FAMILY, "invented scam")}


def half_left_out(found: Corpus) -> tuple[float, float]:
    """Recall of invented messages by models that know the other half of the templates, mean of both halves."""
    names = [f"invented scam {half}" for half in HALVES]
    low, medium = zip(*(recalls(found, belongs(found, name), without(found, name)) for name in names), strict=True)
    return sum(low) / len(low), sum(medium) / len(medium)


def without(found: Corpus, name: str) -> NDArray[np.bool_]:
    """The texts that may be trained on when a scam source, or half of the invented templates, is left out."""
    invented_ones = [source for source in INVENTED if source.endswith(name.removeprefix("invented scam"))]
    return ~np.isin(found.source, FAMILY.get(name, invented_ones)) & ~found.measured


def belongs(found: Corpus, name: str) -> NDArray[np.bool_]:
    """The scam texts of a source, without their translations."""
    own = np.char.startswith(found.source, name) & ~np.char.endswith(found.source, "translated")
    return found.scam & own


def recalls(found: Corpus, own: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of the own texts above the limits low and medium, by a model trained on the chosen ones."""
    values = scores(found, *fit(found, chosen))
    ordinary = found.measured
    limits = (limit(values[ordinary], found.source[ordinary], share) for share in (LOW, MEDIUM))
    low, medium = (float((values[own] > value).mean()) for value in limits)
    return low, medium


def quiet_elsewhere(found: Corpus) -> dict[str, tuple[float, float]]:
    """Ordinary texts per 10,000 above the limits, by a model and limits that saw nothing of their collection."""
    result = {}
    for name in np.unique(found.source[found.measured]):
        outside = found.source == name
        values = scores(found, *fit(found, ~outside & ~found.measured))
        others = found.measured & ~outside
        own = found.measured & outside
        limits = [limit(values[others], found.source[others], share) for share in (LOW, MEDIUM)]
        result[str(name)] = tuple(float((values[own] > value).mean() * 1e4) for value in limits)
    return result  # type: ignore[return-value]


def write(weights: NDArray[np.float32], constant: float, low: float, medium: float) -> None:
    """The hashed weights as bytes with one step for all, the named ones and the limits as JSON."""
    step = float(np.quantile(np.abs(weights[:BUCKETS]), 0.9995)) / 127
    packed = np.clip(np.rint(weights[:BUCKETS] / step), -127, 127).astype(np.int8)
    TARGET.mkdir(exist_ok=True)
    (TARGET / "weights.bin").write_bytes(packed.tobytes())
    named = dict(zip(NAMES, (round(float(w), 4) for w in weights[BUCKETS:]), strict=True))
    about = {"step": step, "constant": constant, "low": low, "medium": medium, "named": named}
    (TARGET / "model.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")


def packed_copy(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The weights as they will be read back."""
    step = float(np.quantile(np.abs(weights[:BUCKETS]), 0.9995)) / 127
    packed = np.clip(np.rint(weights[:BUCKETS] / step), -127, 127) * step
    return np.concatenate((packed, np.round(weights[BUCKETS:], 4))).astype(np.float32)


def main(arguments: list[str]) -> None:
    """Train on everything but the kept half, set the limits on that half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--measure", action="store_true")
    options = parser.parse_args(arguments)
    found = corpus(texts_of(options.folder))
    if options.measure:
        print(left_out(found), half_left_out(found), quiet_elsewhere(found))
    weights, constant = fit(found, ~found.measured)
    values = scores(found, packed_copy(weights), constant)
    low, medium = (limit(values[found.measured], found.source[found.measured], share) for share in (LOW, MEDIUM))
    print({"low": low, "medium": medium, "constant": constant})
    if options.write:
        write(weights, constant, low, medium)


if __name__ == "__main__":
    main(sys.argv[1:])
