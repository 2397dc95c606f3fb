"""Hostile inputs for the rooms behind the parser: those that once failed, and a few fresh ones."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

from fuzz_rooms import ROOMS, detectors_problem, report_problem

KEPT = sorted((Path(__file__).resolve().parent / "data" / "room_crashes").glob("*/*.bin"))
FRESH = {"evidence": 150, "detectors": 6, "report": 2}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_inputs_that_once_failed_are_dealt_with(path: Path) -> None:
    assert ROOMS[path.parent.name][1](path.read_bytes()) == ""


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_fresh_hostile_inputs_are_dealt_with(room: str) -> None:
    make, check = ROOMS[room]
    chance = random.Random(room)
    for _ in range(FRESH[room]):
        data = make(chance)
        assert check(data) == "", data[:300]


def test_the_checks_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    data = ROOMS["detectors"][0](random.Random(5))
    monkeypatch.setattr("fuzz_rooms.SECONDS_A_MESSAGE", -1e6)
    assert detectors_problem(data) == "slow"
    monkeypatch.setattr("fuzz_rooms._Reader.handle_starttag", lambda reader, *_: reader.faults.append("seen"))
    assert report_problem(data) == "markup: seen"
