"""Pseudonyms in the report: nothing of what is to be hidden is left, and the hashes can still be checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from report_case import build_case
from report_hostile import visible_text

from wa_forensics.report import render_case
from wa_forensics.report.redact import REDACTIONS, redact
from wa_forensics.report.words import Words

NAMES = ("Anitha", "Prakash", "Lakshmi", "Sundaram", "Joseph", "D'Souza", "Kaveri Freight Bookings")


def _page(folder: Path, *what: str) -> str:
    made = render_case(build_case(), folder / "report.html", redactions=what, full_chat=True)
    return made.read_text(encoding="utf-8")


def test_no_name_is_left(tmp_path: Path) -> None:
    page = _page(tmp_path, "names")
    for name in NAMES:
        assert not re.search(rf"\b{re.escape(name)}\b", page, re.IGNORECASE), name
    assert "Person 1" in page


def test_no_account_and_number_is_left(tmp_path: Path) -> None:
    page = _page(tmp_path, "accounts", "numbers")
    assert "50100000482913" not in page
    assert "kaverifreight" not in page
    assert "Anitha" in page


def test_hashes_lines_and_bytes_stay(tmp_path: Path) -> None:
    case = build_case()
    page = visible_text(_page(tmp_path, *REDACTIONS))
    for facts in case.inputs:
        assert facts.source.sha256 in page
    for finding in case.findings:
        assert f"{finding.evidence[0].line}@{finding.evidence[0].byte_offset}" in page


def test_the_same_case_gives_the_same_pseudonyms(tmp_path: Path) -> None:
    assert _page(tmp_path, "names") == _page(tmp_path, "names")


def test_the_key_says_who_is_who() -> None:
    hidden = redact(build_case(), ["names"], Words("en"))
    assert hidden.key["Person 1"] in hidden.key.values()
    assert set(hidden.key.values()) >= {"Anitha", "Prakash"}


@pytest.mark.parametrize("number", ["+91 55550 12345", "+44 7700 900123", "0555 012 3456"])
def test_phone_numbers_are_hidden_however_they_are_written(number: str) -> None:
    hidden = redact(build_case(), ["numbers"], Words("en"))
    assert hidden.hide(f"call {number} now") == "call Number 1 now"


@pytest.mark.parametrize("text", ["2025-03-12", "12/03/2025, 14:06", "Rs 1,84,500", "order 482913"])
def test_dates_amounts_and_codes_are_no_phone_numbers(text: str) -> None:
    assert redact(build_case(), ["numbers"], Words("en")).hide(text) == text
