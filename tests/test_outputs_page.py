"""docs/outputs.md names the keys that the files of a case have: no more, no fewer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from wa_forensics.batch import scan

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "outputs.md").read_text("utf-8")
OPS = ROOT / "sample_exports" / "bengaluru_logistics" / "WhatsApp Chat with Vayu Ops Team.txt"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An attack, and two exports of one conversation: one lacks a message and has another one altered."""
    folder = tmp_path_factory.mktemp("outputs")
    lines = OPS.read_text("utf-8").splitlines(keepends=True)
    lines[74] = lines[74].replace("\n", ", and today please\n")
    (folder / "other.txt").write_text("".join([*lines[:60], *lines[61:]]), "utf-8")
    out = folder / "case"
    scan([OPS.parent, folder / "other.txt"], out)
    return out


def _documented() -> dict[str, set[str]]:
    """Heading: the keys in the first column of its table."""
    found: dict[str, set[str]] = {}
    for part in re.split(r"^#{2,3} ", PAGE, flags=re.MULTILINE)[1:]:
        rows = [line.split(" | ")[0] for line in part.splitlines() if line.startswith("| `")]
        found[part.splitlines()[0].strip()] = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    return found


def _lines(case: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (case / name).read_text("utf-8").splitlines()]


def _objects(case: Path) -> Iterator[tuple[str, Iterable[Mapping[str, Any]]]]:
    def read(name: str) -> Any:
        return json.loads((case / name).read_text("utf-8"))

    findings, incidents = _lines(case, "findings.jsonl"), read("incidents.json")
    graph, comparisons, integrity = read("graph.json"), read("comparisons.json"), read("integrity.json")
    yield "findings.jsonl", findings
    yield "evidence", [item for finding in findings for item in finding["evidence"]]
    yield "signals", [item for finding in findings for item in finding["signals"]]
    yield "incidents.json", incidents
    for name in ("windows", "story", "people"):
        yield name, [item for incident in incidents for item in incident[name]]
    yield "graph.json", [graph]
    yield "nodes", graph["nodes"]
    yield "edges", graph["edges"]
    yield "comparisons.json", comparisons
    yield "missing", [item for found in comparisons for side in "ab" for item in found[f"missing_in_{side}"]]
    yield "changed", [pair for found in comparisons for pair in found["changed"]]
    yield "integrity.json", integrity
    yield "checks", [check for source in integrity for check in source["checks"]]
    for name in ("indicators.jsonl", "profiles.jsonl"):
        yield name, _lines(case, name)
    for name in ("coverage.json", "case.json", "manifest.json"):
        yield name, [read(name)]


def test_the_page_names_the_keys_of_the_files(case: Path) -> None:
    documented = _documented()
    for name, objects in _objects(case):
        found = {key for item in objects for key in item}
        assert found == documented[name], name


def test_the_page_names_the_ties_of_the_graph(case: Path) -> None:
    edges = json.loads((case / "graph.json").read_text("utf-8"))["edges"]
    told = PAGE[PAGE.index("### edges") : PAGE.index("## comparisons.json")]
    assert edges
    assert [edge["kind"] for edge in edges if f"`{edge['kind']}`" not in " ".join(told.split())] == []
