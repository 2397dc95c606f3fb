"""The algebra of the behaviour model: sparse rows, factors and leave-out in closed form give what they stand for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wa_forensics.behaviour import hands
from wa_forensics.behaviour.grams import FEATURES, Grams, read_grams, read_points
from wa_forensics.behaviour.kernels import (
    PENALTY,
    Background,
    Others,
    factor_of,
    penalized_kernel,
    without_sender,
)
from wa_forensics.behaviour.ratios import UNKNOWN, Counts
from wa_forensics.behaviour.rows import Rows, choose_features, count_texts, kernel_of, make_rows, parts, products


def _grams(draw: np.random.Generator, texts: int) -> Grams:
    words = ["yes", "no", "well", "ok", "sure", "why"]
    # Each text has words of its own, which few others share.
    data = [" ".join([*draw.choice(words, 4), chr(97 + i % 19) * 5]).encode() for i in range(texts)]
    size = np.array([len(d) for d in data])
    end = np.cumsum(size)
    return read_grams(read_points(np.frombuffer(b"".join(data) + b"\n", dtype=np.uint8), end - size, end))


def _rows(dense: NDArray[np.float64], common: int | None = None) -> Rows:
    """Rows of which the first columns, or all, are kept dense."""
    kept = dense.shape[1] if common is None else common
    column, row = np.nonzero(dense[:, kept:].T)
    return Rows(
        dense=dense[:, :kept],
        row=row,
        value=dense[row, kept + column],
        first=np.searchsorted(column, np.arange(dense.shape[1] - kept + 1)),
    )


def _against(others: NDArray[np.float64]) -> Others:
    return without_sender(_background(others, np.zeros(len(others), dtype=np.int64)), 1)


def _background(others: NDArray[np.float64], sender: NDArray[np.int64], common: int | None = None) -> Background:
    return Background(rows=_rows(others, common), sender=sender, penalty=PENALTY)


def test_leaving_out_in_closed_form_equals_learning_without_the_stretch() -> None:
    draw = np.random.default_rng(5)
    own, others = (draw.random((n, 40)) for n in (20, 24))
    others[:, :5] += 1
    means = hands.leave_out_means(_rows(own), _against(others), [4], np.ones(20))
    kept = np.r_[0:6, 10:20]
    rows = np.vstack((own[kept], others)).astype(float)
    kernel = rows @ rows.T + 1
    # The penalty of the own side follows the whole history.
    penalty = np.r_[np.full(16, PENALTY * 20 / 24), np.full(24, PENALTY)]
    alpha = np.linalg.solve(kernel + np.diag(penalty), np.r_[np.ones(16), -np.ones(24)])
    direct = -hands.SCALE * ((own[6:10] @ rows.T + 1) @ alpha)
    assert np.isclose(means[4][6], np.clip(direct, -hands.CLIP, hands.CLIP).mean(), atol=1e-9)


def test_products_of_sparse_columns_are_those_of_dense_ones() -> None:
    draw = np.random.default_rng(8)
    # Columns that nobody has, rows that have none, one side without any.
    left, right = ((draw.random((n, 30)) < 0.2) * draw.random((n, 30)) for n in (17, 23))
    left[:, 12] = right[:, 20] = 0
    left[4] = 0
    for a, b in ((left, right), (left, left), (np.zeros_like(left), right)):
        for common in (0, 7, 30):
            assert np.allclose(products(_rows(a, common), _rows(b, common)), a @ b.T, rtol=0, atol=1e-14)
            assert np.allclose(kernel_of(_rows(a, common)), a @ a.T, rtol=0, atol=1e-14)
        weights = draw.random((len(a), 3))
        assert np.allclose(_rows(a, 7).weighted(weights, 7), a.T @ weights, rtol=0, atol=1e-14)


def test_rows_hold_the_rarity_of_features_and_have_unit_length() -> None:
    draw = np.random.default_rng(9)
    grams = _grams(draw, 40)
    weighting = choose_features(count_texts(grams), len(grams), 400)
    assert 0 < weighting.common < weighting.width
    marks = draw.random((40, 2)).astype(np.float32)
    rows = make_rows(grams, np.arange(40), weighting, marks)
    counts = np.zeros((40, weighting.width))
    for ids, first, base in parts(grams):
        for text in range(40):
            column = weighting.column[base + ids[first[text] : first[text + 1]].astype(int)]
            np.add.at(counts[text], column[column >= 0], 1)
    assert np.allclose(hands.lengths_of(grams, weighting) ** 2, counts @ weighting.rarity**2, rtol=1e-6, atol=0)
    # Of what is rare each occurrence adds to the length by itself.
    square = np.where(np.arange(weighting.width) < weighting.common, counts**2, counts) @ weighting.rarity**2
    direct = np.hstack((counts * weighting.rarity / np.sqrt(square)[:, None], marks))
    assert np.allclose(rows.dense[:, : weighting.common], direct[:, : weighting.common], rtol=0, atol=1e-12)
    assert np.allclose(products(rows, rows), direct @ direct.T, rtol=0, atol=1e-12)
    # A passage is the mean of its texts.
    passage = np.arange(40) // 3
    means = np.array([direct[passage == number].mean(axis=0) for number in range(14)])
    passages = make_rows(grams, np.arange(40), weighting, marks, passage)
    assert np.allclose(products(passages, passages), means @ means.T, rtol=0, atol=1e-6)
    assert np.allclose(passages.weighted(np.eye(14), weighting.common), means.T, rtol=0, atol=1e-6)


def test_removing_a_sender_from_the_background_equals_never_having_had_it() -> None:
    draw = np.random.default_rng(6)
    # Of many senders one is taken out of the products of all; of few those of the rest are made anew.
    for senders, count in ((8, 800), (2, 400)):
        dense = draw.random((count, 30))
        sender = np.arange(count) % senders
        others = without_sender(_background(dense, sender, 20), 1)
        kept = dense[sender != 1]
        assert np.array_equal(others.rows.dense, kept[:, :20])
        exact = kept @ kept.T + 1 + PENALTY * np.eye(len(kept))
        assert np.allclose(penalized_kernel(others.rows, PENALTY), exact, rtol=0, atol=1e-12)
        # Half of the digits were lost once: then the figures of a report depend on the processor.
        right = draw.random((len(kept), 4))
        solved = others.factor.backward(others.factor.forward(right))
        assert np.allclose(solved, np.linalg.solve(exact, right), rtol=0, atol=1e-11)


def test_a_factor_times_its_transpose_is_the_matrix() -> None:
    draw = np.random.default_rng(10)
    for size in (1, 80, 81, 250):
        root = draw.random((size, size))
        matrix = root @ root.T + np.eye(size)
        lower = np.tril(factor_of(matrix).lower)
        assert np.allclose(lower @ lower.T, matrix, rtol=1e-12, atol=1e-12)


def test_a_fold_is_judged_by_a_model_that_never_saw_it() -> None:
    draw = np.random.default_rng(7)
    grams = _grams(draw, 60)
    weighting = choose_features(count_texts(grams), len(grams), 400)
    weighting = replace(weighting, common=weighting.width)
    rows = make_rows(grams, np.arange(60), weighting, np.zeros((60, 0), np.float32)).dense
    # Passages of two messages; one is cut by a border and left out on either side.
    own, others, edge = rows[:15], rows[30:], np.array([0, 11, 20, 30])
    nothing = np.zeros(FEATURES, dtype=np.float32)
    counts = Counts(own=nothing, others=nothing, folds=(nothing,) * 3)
    fit = hands.fit_folds(_rows(own), np.arange(0, 30, 2), 2, [edge], _against(others), weighting.common)
    models = hands.joint_models([fit, fit], weighting, counts)
    for fold, kept in enumerate((np.r_[6:15], np.r_[0:5, 10:15], np.r_[0:10])):
        seen = np.vstack((own[kept], others)).astype(float)
        penalty = PENALTY * np.r_[np.full(len(kept), 0.5), np.ones(30)]
        alpha = np.linalg.solve(seen @ seen.T + 1 + np.diag(penalty), np.r_[np.ones(len(kept)), -np.ones(30)])
        found = own @ models.weights[fold] + models.intercepts[fold]
        assert np.allclose(found, hands.SCALE * (own @ seen.T + 1) @ alpha, rtol=0, atol=1e-9)


def test_log_ratios_of_what_is_new_do_not_depend_on_how_much_is_known() -> None:
    own, others = np.zeros(FEATURES, dtype=np.float32), np.zeros(FEATURES, dtype=np.float32)
    own[3], others[5] = 5000, 5000
    table = Counts(own=own, others=others, folds=(own * 0,)).log_ratios(0)
    assert table[3] < -0.5 and table[5] > 0.5
    assert table[7] == UNKNOWN
    for few, many in ((own, others * 9), (own * 9, others)):
        assert Counts(own=few, others=many, folds=(own * 0,)).log_ratios(0)[7] == UNKNOWN
        # What only the fold that is left out holds is as new as what nobody wrote.
        fold = np.zeros(FEATURES, dtype=np.float32)
        fold[9] = 40
        assert Counts(own=few + fold, others=many, folds=(fold,)).log_ratios(0)[9] == UNKNOWN


def test_whoever_often_writes_what_is_new_is_allowed_as_much() -> None:
    own, others = np.zeros(FEATURES, dtype=np.float32), np.zeros(FEATURES, dtype=np.float32)
    own[:100], others[:50] = 9, 9
    steady = Counts(own=own, others=others, folds=(own * 0,))
    own = own.copy()
    own[200:400] = 1
    inventive = Counts(own=own, others=others, folds=(own * 0,))
    assert steady.novelty == 0 and np.isclose(inventive.novelty, 200 / 1100)
    assert np.isclose(inventive.log_ratios(0)[500], UNKNOWN * (1 - 200 / 1100))
