"""Every command of docs/rules.md runs as it stands there, on the files that stand there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from wa_forensics.case import Case
from wa_forensics.cli.program import program

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "rules.md").read_text("utf-8")
FILES = {
    match[1]: match[0].partition("\n")[2].removesuffix("```")
    for match in re.finditer(r"```(?:toml|csv)\n# (\S+)\n.*?```", TEXT, re.DOTALL)
}
COMMANDS = re.findall(r"^    \$ wa-forensics (.+)$", TEXT, re.MULTILINE)
CHAT = (
    "02/03/2026, 09:00 - Messages and calls are end-to-end encrypted.\n"
    "13/03/2026, 09:00 - Ana: good morning, when do we load?\n"
    "13/03/2026, 09:01 - +44 7700 900123: The depot wants an advance of 450 EUR today\n"
    "13/03/2026, 09:02 - +44 7700 900123: Pay here https://www.parcel-fee.example/a or to GB33BUKB20201555555555\n"
    "13/03/2026, 09:05 - Ana: the driver is at https://tracking.example/x7\n"
)


def test_the_document_has_files_and_commands() -> None:
    assert set(FILES) == {"depot.toml", "known.csv", "allow.toml"}
    assert len(COMMANDS) >= 12


def test_every_command_of_the_document_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    (tmp_path / "chat.txt").write_text(CHAT, "utf-8")
    printed = {}
    for command in COMMANDS:
        if " FINDING " in command:
            found = next(f for f in Case.open("with-rules").findings if f.rule == "depot-prepayment")
            command = command.replace(" FINDING ", f" {found.id} ")
        ran = CliRunner().invoke(program, shlex.split(command))
        assert ran.exit_code == 0, (command, ran.output, ran.exception)
        printed[command] = ran.output
    told = [f.rule for f in Case.open("with-list").findings if f.rule.startswith("listed-")]
    assert sorted(told) == ["listed-link", "listed-number", "listed-payee"]
    (counted,) = [line for line in printed[COMMANDS[-1]].splitlines() if " depot-prepayment " in line]
    assert "1 confirmed" in counted and "precision 1.00" in counted
    ids = {rule["id"] for rule in json.loads((tmp_path / "with-rules" / "coverage.json").read_text())["rules"]}
    assert "depot-prepayment" in ids
