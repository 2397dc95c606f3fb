"""The longest run that never falls, against a plain quadratic search."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wa_forensics.ordering import longest_rising, out_of_order

numbers = st.lists(st.integers(0, 12), max_size=40)


def longest(values: list[int]) -> int:
    best: list[int] = []
    for i, value in enumerate(values):
        best.append(1 + max((best[j] for j in range(i) if values[j] <= value), default=0))
    return max(best, default=0)


@given(numbers)
def test_the_run_never_falls_and_is_as_long_as_possible(values: list[int]) -> None:
    kept = longest_rising(np.array(values, dtype=np.int64))
    chosen = [values[place] for place in kept]
    assert chosen == sorted(chosen)
    assert kept.tolist() == sorted(set(kept.tolist()))
    assert len(kept) == longest(values)


@given(numbers)
def test_without_the_fewest_places_nothing_falls(values: list[int]) -> None:
    out = set(out_of_order(np.array(values, dtype=np.int64)).tolist())
    rest = [value for place, value in enumerate(values) if place not in out]
    assert rest == sorted(rest)
    assert len(out) == len(values) - longest(values)
