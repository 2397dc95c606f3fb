"""Hostile evidence outside the report: the index, the table for spreadsheets, the other formats, the terminal."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from markupsafe import Markup
from report_case import MemoryCase, build_case
from report_hostile import PAYLOADS, faults, poison

from wa_forensics import exports
from wa_forensics.cli import summary, terminal
from wa_forensics.cli.summary import summary_json, summary_lines
from wa_forensics.exports import csv_table
from wa_forensics.report import quoting, render_index

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1")
# What can move the cursor, hide or reorder text on a terminal, or begin another line of a log.
_ON_A_TERMINAL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
each_payload = pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))


@pytest.fixture(scope="module")
def case() -> MemoryCase:
    return build_case()


def _index(case: MemoryCase, folder: Path) -> str:
    return render_index(case, folder / "index.html").read_text(encoding="utf-8")


def _exported(case: MemoryCase, form: str) -> bytes:
    out = io.BytesIO()
    exports.write(case, form, out)
    return out.getvalue()


def _cells(case: MemoryCase) -> list[str]:
    rows = csv.reader(io.StringIO(_exported(case, "csv").decode("utf-8-sig"), newline=""))
    return [cell for row in rows for cell in row]


def _leading(case: MemoryCase, formula: str) -> MemoryCase:
    """The case with the formula at the beginning of each text of a finding."""
    return replace(
        case,
        findings=tuple(
            replace(
                f,
                title=formula + f.title,
                chat=formula + f.chat,
                actors=tuple(formula + a for a in f.actors),
                observation=formula + f.observation,
                inference=formula + f.inference,
                label=formula + (f.label or ""),
                source=formula + f.source,
                evidence=tuple(replace(e, quote=formula + e.quote, source=formula + e.source) for e in f.evidence),
            )
            for f in case.findings
        ),
    )


def _told(case: MemoryCase) -> Any:
    """What the end of a scan asks of a case."""
    parts = ("inputs", "files", "incidents", "findings", "checks")
    return SimpleNamespace(path=Path("case"), **{name: getattr(case, name) for name in parts})


@each_payload
def test_hostile_text_stays_text_in_the_index(case: MemoryCase, tmp_path: Path, payload: str) -> None:
    assert faults(_index(poison(case, payload), tmp_path), _index(case, tmp_path)) == []


def test_the_check_of_the_index_can_fail(case: MemoryCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = _index(case, tmp_path)
    monkeypatch.setattr(quoting, "evidence", lambda text: Markup(str(text)))
    assert all(faults(_index(poison(case, payload), tmp_path), clean) for payload in PAYLOADS[:6])


@pytest.mark.parametrize("formula", FORMULAS, ids=range(len(FORMULAS)))
def test_no_field_of_a_finding_becomes_a_formula(case: MemoryCase, formula: str) -> None:
    cells = _cells(_leading(case, formula))
    assert sum(cell.startswith("'" + formula) for cell in cells) >= 8 * len(case.findings)
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}]


def test_the_check_of_formulas_can_fail(case: MemoryCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "safe_cell", lambda text: text)
    assert any(cell.startswith("=1+1") for cell in _cells(_leading(case, "=1+1")))


@each_payload
def test_hostile_text_adds_no_cell_to_the_table(case: MemoryCase, payload: str) -> None:
    assert len(_cells(poison(case, payload))) == len(_cells(case))


@pytest.mark.parametrize("form", ["timesketch", "stix", "misp", "case", "sarif"])
@each_payload
def test_hostile_text_stays_inside_the_strings_of_json(case: MemoryCase, form: str, payload: str) -> None:
    made = _exported(poison(case, payload), form)
    lines = made.split(b"\n")
    if form == "timesketch":
        assert len(lines) == len(_exported(case, form).split(b"\n"))
    for text in lines if form == "timesketch" else [made]:
        if text:
            json.loads(text)


def _unseen(case: MemoryCase) -> list[str]:
    return [line for line, _ in summary_lines(_told(case)) if _ON_A_TERMINAL.search(line)]


@each_payload
def test_hostile_text_does_nothing_on_the_terminal(case: MemoryCase, payload: str) -> None:
    assert _unseen(poison(case, payload)) == []
    json.loads(summary_json(_told(poison(case, payload))))


@each_payload
def test_hostile_text_makes_one_line_of_a_log(payload: str, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.note(f"chat{payload}")
    terminal.complain(f"chat{payload}")
    told = capsys.readouterr().err
    assert told.count("\n") == 2
    assert not _ON_A_TERMINAL.search(told.replace("\n", ""))


def test_the_check_of_the_terminal_can_fail(case: MemoryCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "visible", lambda text: text)
    assert _unseen(poison(case, "\x1b[31mred\u202e"))


# the end of a scan


def test_the_summary_fits_a_screen_of_24_lines(case: MemoryCase) -> None:
    many = replace(case, incidents=tuple(replace(case.incidents[0], id=str(n)) for n in range(40)))
    lines = [line for line, _ in summary_lines(_told(many))]
    assert len(lines) <= 22
    assert all(len(line) <= 100 for line in lines)
    assert lines[-1].startswith("No finding is no clean bill of health")


def test_the_summary_tells_severity_account_window_integrity_and_report(case: MemoryCase) -> None:
    told = "\n".join(line for line, _ in summary_lines(_told(case)))
    incident = case.incidents[0]
    assert incident.severity.name in told
    assert all(account in told for account in incident.accounts)
    assert min(w.start for w in incident.windows)[:16].replace("T", " ") in told
    assert f"in {len({w.source for w in incident.windows})} chats" in told
    assert "integrity  consistent (" in told
    assert "report.html" in told


def test_two_windows_in_one_chat_are_one_chat(case: MemoryCase) -> None:
    one = case.incidents[0].windows[0]
    twice = replace(case.incidents[0], windows=(one, replace(one, account="Somebody else")))
    told = "\n".join(line for line, _ in summary_lines(_told(replace(case, incidents=(twice,)))))
    assert "in 1 chat\n" in told


def test_shells_can_complete_commands_and_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    from wa_forensics.cli.program import program

    def completed(words: str, place: int) -> str:
        environment = {"_WA_FORENSICS_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(place)}
        return CliRunner().invoke(program, prog_name="wa-forensics", env=environment).output

    assert "plain,integrity" in completed("wa-forensics int", 1)
    assert "plain,timesketch" in completed("wa-forensics export case --to ", 4)
    assert "plain,hi" in completed("wa-forensics report case --lang ", 4)
    assert "plain,court" in completed("wa-forensics report case --audience c", 4)
