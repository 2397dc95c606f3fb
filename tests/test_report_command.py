"""``report`` and ``export`` on the command line: every option reaches the page, and the case stays verifiable."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wa_forensics.batch import Run, scan
from wa_forensics.case import Case, custody
from wa_forensics.cli import report_command
from wa_forensics.cli.program import program
from wa_forensics.errors import SettingsError
from wa_forensics.report import AUDIENCES, LANGUAGES

SAMPLE = Path(__file__).parent.parent / "sample_exports" / "ordinary_business"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scanned") / "case"
    scan([str(SAMPLE)], out, run=Run(reproducible=True))
    return out


@pytest.fixture
def case(scanned: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scanned, tmp_path / "case"))


def report(case: Path, *options: str | Path) -> Result:
    return CliRunner().invoke(program, ["report", str(case), *map(str, options)], catch_exceptions=False)


def verified(case: Path) -> bool:
    return CliRunner().invoke(program, ["verify", str(case)]).exit_code == 0


def test_pdf_is_written_beside_the_page_and_sealed(case: Path) -> None:
    told = report(case, "--pdf", "--audience", "court")
    assert (case / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "report.pdf" in told.output
    assert verified(case)
    (case / "report.pdf").write_bytes(b"%PDF-1.7 another")
    assert not verified(case)


def test_a_pdf_of_an_older_report_does_not_stay(case: Path) -> None:
    report(case, "--pdf")
    report(case, "--lang", "de")
    assert not (case / "report.pdf").exists()
    assert verified(case)


def test_a_pdf_elsewhere_leaves_the_case_alone(case: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in case.rglob("*") if path.is_file()}
    report(case, "--pdf", "-o", tmp_path / "other.html")
    assert (tmp_path / "other.pdf").exists()
    assert {path: path.read_bytes() for path in case.rglob("*") if path.is_file()} == before


def test_every_option_is_kept_in_the_custody_record_and_renders_the_same_again(case: Path, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(PNG)
    report(case, "--logo", logo, "--lang", "es", "--audience", "court", "--full-chat", "--embed-media")
    kept = next(entry for entry in reversed(custody.read(case)) if entry["action"] == "report")["details"]
    assert kept == {
        "file": "report.html",
        "language": "es",
        "audience": "court",
        "full_chat": True,
        "embed_media": True,
        "logo": str(logo),
    }
    page = (case / "report.html").read_text("utf-8")
    assert 'lang="es"' in page and 'class="a-court"' in page and "bubbles whole" in page and 'class="logo"' in page
    assert verified(case)


def test_redacted_pictures_are_refused(case: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be redacted"):
        report(case, "--embed-media", "--redact", "names")


def test_the_case_is_not_changed_by_a_refused_report(case: Path) -> None:
    before = Case.open(case).custody
    assert report(case, "--lang", "tlh").exit_code == 2
    with pytest.raises(SettingsError):
        report(case, "--redact", "faces")
    assert Case.open(case).custody == before
    assert verified(case)


def test_the_choices_of_the_command_are_those_of_the_report() -> None:
    assert (report_command.LANGUAGES, report_command.AUDIENCES) == (LANGUAGES, AUDIENCES)
