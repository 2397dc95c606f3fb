"""The index of a batch: worst first, files that failed named, hostile names as text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_case import MemoryCase, build_case
from report_hostile import PAYLOADS, faults, poison, visible_text

from wa_forensics.errors import SettingsError
from wa_forensics.model import Severity
from wa_forensics.report import render_index


@pytest.fixture(scope="module")
def case() -> MemoryCase:
    return build_case()


def _page(case: MemoryCase, folder: Path, **options: object) -> str:
    return render_index(case, folder / "index.html", **options).read_text(encoding="utf-8")  # type: ignore[arg-type]


def test_rows_stand_worst_first_and_failed_files_before_them(case: MemoryCase, tmp_path: Path) -> None:
    mixed = replace(
        case,
        findings=tuple(
            replace(f, severity=Severity.LOW) if f.source == "Sundaram Textiles.txt" else f
            for f in case.findings
            if f.source != "Kaveri Ops.txt"
        ),
    )
    levels = [int(n) for n in re.findall(r'data-level="(-?\d+)"', _page(mixed, tmp_path))]
    assert levels == [9, 4, 1, -1]


def test_a_file_that_could_not_be_read_is_named_with_its_reason(case: MemoryCase, tmp_path: Path) -> None:
    text = visible_text(_page(case, tmp_path))
    assert "notes.pdf" in text
    assert "no chat export was found in it" in text


def test_incidents_across_chats_stand_above_with_their_chats(case: MemoryCase, tmp_path: Path) -> None:
    page = _page(case, tmp_path)
    rows = re.findall(r'data-incidents="( [0-9 ]+ )"', page)
    spanning = {n for n in range(1, len(case.incidents) + 1) if sum(f" {n} " in row for row in rows) > 1}
    assert spanning
    choice = page[page.index('<select id="incident">') :].partition("</select>")[0]
    assert {int(n) for n in re.findall(r'<option value="(\d+)">', choice)} == spanning
    assert page.index('id="clusters"') < page.index('id="chats"')
    for facts in case.inputs:
        assert facts.source.sha256 in page


def test_five_thousand_chats_stay_small(case: MemoryCase, tmp_path: Path) -> None:
    facts = case.inputs[0]
    many = replace(
        case,
        inputs=tuple(
            replace(facts, source=replace(facts.source, name=f"chat {n}.txt"), name=f"chat {n}") for n in range(5000)
        ),
    )
    page = _page(many, tmp_path)
    assert page.count("<tr data-level") == 5001
    assert len(page) < 5_000_000


def test_links_stay_in_the_folder(case: MemoryCase, tmp_path: Path) -> None:
    name = case.inputs[0].source.name
    assert 'href="reports/1.html"' in _page(case, tmp_path, links={name: "reports/1.html"})
    for bad in ("https://evil.example", "/etc/passwd", "../x.html", "javascript:alert(1)"):
        with pytest.raises(SettingsError):
            _page(case, tmp_path, links={name: bad})


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_hostile_names_stay_text(case: MemoryCase, tmp_path: Path, payload: str) -> None:
    assert faults(_page(poison(case, payload), tmp_path), _page(case, tmp_path)) == []
