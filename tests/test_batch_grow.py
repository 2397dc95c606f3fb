"""A case that grows gives what one scan over everything would have given, and reads nothing twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from scan_inputs import WITH_CLOCK, tree, write_chat, write_zip

import wa_forensics.batch.work as work
from wa_forensics import Case, scan
from wa_forensics.batch import Run, add, rescan
from wa_forensics.case import custody
from wa_forensics.case.stored_chat import stored_chat
from wa_forensics.case.verify import verify
from wa_forensics.errors import CaseError, EvidenceError
from wa_forensics.parsing import read_export

SAMPLES = Path(__file__).parent.parent / "sample_exports"


def sample_paths() -> list[Path]:
    return sorted((SAMPLES / "bengaluru_logistics").iterdir())


def test_a_grown_case_is_the_case_of_one_scan(tmp_path: Path) -> None:
    paths = sample_paths()
    scan(paths, tmp_path / "whole", run=Run(reproducible=True))
    scan(paths[:1], tmp_path / "case", run=Run(reproducible=True))
    add(tmp_path / "case", paths[1:], run=Run(reproducible=True))
    whole, grown = tree(tmp_path / "whole"), tree(tmp_path / "case")
    # Custody tells that it was done in two steps, and the report tells custody.
    assert {name for name in whole if whole[name] != grown[name]} <= {*WITH_CLOCK, "report.html"}
    assert [entry["action"] for entry in custody.read(tmp_path / "case")] == [
        *("read", "scan", "report", "seal", "read", "read", "add", "report", "seal"),
    ]
    assert verify(tmp_path / "case").problems == ()


def test_what_the_case_holds_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = write_chat(tmp_path / "in", "Anna"), write_zip(tmp_path / "in", "Clara")
    scan([first], tmp_path / "case")
    read: list[str] = []
    original = work.read_texts

    def reading(path: Path, **where: Path) -> object:
        read.append(path.name)
        return original(path, **where)

    monkeypatch.setattr(work, "read_texts", reading)
    case = add(tmp_path / "case", [tmp_path / "in"])
    assert read == [second.name]
    assert len(case.inputs) == 2
    with pytest.raises(EvidenceError, match="holds these files already"):
        add(tmp_path / "case", [tmp_path / "in"])
    assert verify(tmp_path / "case").problems == ()


def test_new_rules_run_without_the_evidence(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "bengaluru_logistics", tmp_path / "in")
    before = scan([tmp_path / "in"], tmp_path / "case")
    findings, checks = before.findings, before.checks
    assert findings
    shutil.rmtree(tmp_path / "in")
    after = rescan(tmp_path / "case")
    assert after.findings == findings
    assert after.checks == checks
    assert custody.read(tmp_path / "case")[-3]["action"] == "rescan"


def test_a_stored_chat_is_the_chat(tmp_path: Path) -> None:
    for path in sorted(SAMPLES.rglob("*.txt")) + sorted(SAMPLES.rglob("*.zip")):
        chat = read_export(path)
        case = scan([path], tmp_path / path.stem)
        again = stored_chat(case, case.inputs[0])
        assert again.facts == chat.facts
        assert [again.text(m) for m in range(len(again))] == [chat.text(m) for m in range(len(chat))]
        assert again.evidence(range(len(again))) == chat.evidence(range(len(chat)))
        assert again.sender_phones == chat.sender_phones and again.attachments == chat.attachments
        for name in ("timestamp", "sender", "kind", "event", "edited", "shape"):
            assert (getattr(again.columns, name) == getattr(chat.columns, name)).all(), name


def test_a_changed_or_signed_case_does_not_grow(tmp_path: Path) -> None:
    scan([write_chat(tmp_path / "in", "Anna")], tmp_path / "case")
    other = write_chat(tmp_path / "in", "Ben")
    (tmp_path / "case" / "report.html").write_text("nothing", "utf-8")
    with pytest.raises(CaseError, match="changed since it was sealed"):
        add(tmp_path / "case", [other])
    assert json.loads((tmp_path / "case" / "case.json").read_text("utf-8"))["arguments"] != [str(other)]
    assert len(Case.open(tmp_path / "case").inputs) == 1
