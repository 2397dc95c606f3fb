"""Pseudonyms in the report: nothing of what is to be hidden is left, and the hashes can still be checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from report_case import build_case
from report_hostile import visible_text

from wa_forensics import exports
from wa_forensics.errors import SettingsError
from wa_forensics.report import render_case, render_index
from wa_forensics.report.redact import REDACTIONS, redacted

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
    hidden = redacted(build_case(), ["names"])
    assert hidden.key["Person 1"] in hidden.key.values()
    assert set(hidden.key.values()) >= {"Anitha", "Prakash"}


@pytest.mark.parametrize("number", ["+91 55550 12345", "+44 7700 900123", "0555 012 3456"])
def test_phone_numbers_are_hidden_however_they_are_written(number: str) -> None:
    hidden = redacted(build_case(), ["numbers"])
    assert hidden.hide(f"call {number} now") == "call Number 1 now"


@pytest.mark.parametrize("text", ["2025-03-12", "12/03/2025, 14:06", "Rs 1,84,500", "order 482913"])
def test_dates_amounts_and_codes_are_no_phone_numbers(text: str) -> None:
    assert redacted(build_case(), ["numbers"]).hide(text) == text


def _secrets_in(text: str) -> list[str]:
    named = [name for name in NAMES if re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)]
    return named + [value for value in ("50100000482913", "kaverifreight") if value in text]


@pytest.mark.parametrize("form", exports.FORMATS)
def test_no_export_holds_what_is_to_be_hidden(form: str, tmp_path: Path) -> None:
    case = build_case()
    for name, shown in (("plain", case), ("hidden", redacted(case, REDACTIONS))):
        exports.write(shown, form, tmp_path / name)
    assert _secrets_in((tmp_path / "plain").read_text(encoding="utf-8"))
    hidden = (tmp_path / "hidden").read_text(encoding="utf-8")
    assert _secrets_in(hidden) == []
    assert "Person 1" in hidden


def test_the_index_hides_what_the_report_hides(tmp_path: Path) -> None:
    page = render_index(build_case(), tmp_path / "index.html", redactions=REDACTIONS).read_text(encoding="utf-8")
    assert _secrets_in(page) == []
    assert build_case().inputs[0].source.sha256 in page


def test_report_and_exports_give_the_same_pseudonym(tmp_path: Path) -> None:
    """Whoever reads both can tell that it is the same person."""
    key = redacted(build_case(), ["names"]).key
    number = next(shown for shown, name in key.items() if name == "Lakshmi Sundaram")
    exports.write(redacted(build_case(), ["names"]), "timesketch", tmp_path / "lines")
    asked = next(line for line in (tmp_path / "lines").read_text("utf-8").splitlines() if "will pay on Friday" in line)
    page = visible_text(_page(tmp_path, "names"))
    assert number in asked
    assert f"{number} Rs 1,84,500" in " ".join(page.split())


def test_an_unknown_redaction_is_refused() -> None:
    with pytest.raises(SettingsError):
        redacted(build_case(), ["faces"])
