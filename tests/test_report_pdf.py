"""The report as PDF: it is written whole, and nothing outside is fetched while it is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_case import build_case

from wa_forensics.errors import CaseError
from wa_forensics.report import render_case
from wa_forensics.report.pdf import render_pdf


def test_the_report_becomes_a_pdf(tmp_path: Path) -> None:
    page = render_case(build_case(), tmp_path / "report.html", audience="court")
    made = render_pdf(page, tmp_path / "report.pdf").read_bytes()
    assert made.startswith(b"%PDF-")
    assert len(made) > 50_000


def test_nothing_outside_is_fetched(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    page = tmp_path / "page.html"
    page.write_text(f"<p>text</p><img src='{secret.as_uri()}'><img src='https://evil.example/x.png'>")
    render_pdf(page, tmp_path / "page.pdf")
    assert caplog.text.count("disallowed protocol") == 2


def test_a_pdf_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>text</p>")
    with pytest.raises(CaseError, match=r"page\.pdf"):
        render_pdf(page, tmp_path / "missing" / "page.pdf")
