"""The same input gives the same bytes: under any hash seed, worker count, name of the output, clock, processor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scan_inputs import WITH_CLOCK, tree

ROOT = Path(__file__).parent.parent


def scanned(out: Path, *options: str, **variables: str) -> dict[str, bytes]:
    command = [sys.executable, "-m", "wa_forensics", "scan", "sample_exports", "-o", str(out), *options]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **variables}, capture_output=True)
    return tree(out)


def multiplies(**variables: str) -> bool:
    code = "import numpy as np; a = np.random.default_rng(1).random((1000, 1000)); a @ a.T; np.linalg.inv(a)"
    ended = subprocess.run([sys.executable, "-c", code], env={**os.environ, **variables}, capture_output=True)
    return ended.returncode == 0


def test_two_hash_seeds_and_two_workers_give_the_same_bytes(tmp_path: Path) -> None:
    first = scanned(tmp_path / "a", "-j", "1", "--reproducible", PYTHONHASHSEED="1")
    second = scanned(tmp_path / "b", "-j", "2", "--reproducible", PYTHONHASHSEED="4242")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_without_options_only_the_custody_record_and_its_seal_know_the_clock(tmp_path: Path) -> None:
    first = scanned(tmp_path / "a", SOURCE_DATE_EPOCH="1700000000")
    second = scanned(tmp_path / "b", SOURCE_DATE_EPOCH="1800000000")
    assert {name for name in first if first[name] != second[name]} == WITH_CLOCK
    assert b"2023-11-14T22:13:20+00:00" in first["custody.jsonl"]
    assert scanned(tmp_path / "c", SOURCE_DATE_EPOCH="1700000000") == first


def test_a_locale_of_the_machine_changes_nothing(tmp_path: Path) -> None:
    first = scanned(tmp_path / "a", "--reproducible", LC_ALL="C", TZ="UTC", PYTHONUTF8="0")
    second = scanned(tmp_path / "b", "--reproducible", LC_ALL="C.UTF-8", TZ="Asia/Kolkata")
    assert [name for name in first if first[name] != second[name]] == []


def test_processors_that_sum_in_another_order_give_the_same_bytes(tmp_path: Path) -> None:
    # OpenBLAS has kernels for each family of processors; elsewhere the names mean nothing and the test holds anyway.
    # Some builds crash in a bare product of two matrices when a kernel is forced on a newer processor (0.3.34 does).
    families = ("Prescott", "Nehalem", "Sandybridge", "Haswell", "SkylakeX")
    working = [name for name in families if multiplies(OPENBLAS_CORETYPE=name)]
    assert len(working) >= 2
    first = scanned(tmp_path / "a", "--reproducible", OPENBLAS_CORETYPE=working[0])
    second = scanned(tmp_path / "b", "--reproducible", OPENBLAS_CORETYPE=working[-1])
    assert [name for name in first if first[name] != second[name]] == []
