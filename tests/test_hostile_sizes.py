"""Inputs of hostile sizes end within bounds; ``make hostile`` runs the same at full size."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

from hostile_sizes import INPUTS, measure

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
SIZES = {"people": 5_000, "one message": 1_000_000, "empty lines": 2_000_000, "marks": 1_000_000, "text bomb": 64 << 20}


@pytest.mark.parametrize("name", sorted(SIZES))
def test_an_input_of_hostile_size_ends_within_bounds(name: str, tmp_path: Path) -> None:
    found = measure(name, tmp_path, SIZES[name])
    assert found["code"] in INPUTS[name].codes
    assert 0 < found["seconds"] < 30
    assert found["bytes"] < 600e6


def test_the_measure_tells_what_is_refused(tmp_path: Path) -> None:
    assert measure("text bomb", tmp_path, 2 << 20)["code"] == 3
