"""One chat through every room: a rule that crashes is recorded and the others go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scan_inputs import write_chat

import wa_forensics.analysis as analysis
from wa_forensics import scan
from wa_forensics.analysis import analyze, broken_examples, crash, example_chat, rules
from wa_forensics.chat import Chat
from wa_forensics.detectors import DETECTORS
from wa_forensics.errors import AmbiguousDateOrder
from wa_forensics.evidence import read_texts
from wa_forensics.model import Confidence, Example, Finding, Rule, Settings, Severity, Stage, Threat


class Crashing:
    """A detector with a mistake in it."""

    RULE = Rule(
        id="crashing",
        title="Crashes",
        threat=Threat.OTP_REQUEST,
        stage=Stage.ACCESS,
        severity=Severity.HIGH,
        why="",
        alternatives=(),
        next_steps=(),
        fires_on=(Example(messages=(("A", "x"),), note="cannot"),),
    )

    def detect(self, chat: Chat) -> Iterator[Finding]:
        raise KeyError("missing")


def test_a_rule_that_crashes_is_a_failure_and_the_others_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "DETECTORS", (Crashing(), *DETECTORS))
    case = scan([write_chat(tmp_path / "in")], tmp_path / "case")
    (failure,) = case.coverage["failures"]
    assert failure.where == "crashing" and "KeyError" in failure.problem and "test_analysis.py" in failure.problem
    run = {rule["id"] for rule in case.coverage["rules"]}
    assert "crashing" not in run and {detector.RULE.id for detector in DETECTORS} <= run
    assert "crashing" in (tmp_path / "case" / "report.html").read_text("utf-8")


def test_lack_of_memory_is_no_bug_of_a_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Greedy(Crashing):
        def detect(self, chat: Chat) -> Iterator[Finding]:
            raise MemoryError

    monkeypatch.setattr(analysis, "DETECTORS", (Greedy(),))
    with pytest.raises(MemoryError):
        scan([write_chat(tmp_path / "in")], tmp_path / "case")


def test_rules_have_ids_of_their_own_and_stand_in_order() -> None:
    ids = [rule.id for rule in rules()]
    assert ids == sorted(set(ids))


def test_every_rule_that_runs_is_recorded(tmp_path: Path) -> None:
    (raw,) = read_texts(write_chat(tmp_path))
    chat, found = analyze(raw, Settings())
    assert found.failures == ()
    of_several = {
        "mass-message",
        "missing-in-one-export",
        "differs-in-one-export",
        "behaviour-change-across-chats",
    }
    assert set(found.rules_run) == {rule.id for rule in rules()} - of_several
    assert found.facts == chat.facts and len(found.checks) > 15


def test_an_undecided_date_order_is_refused_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "open.txt"
    path.write_text("".join(f"05/05/2025, 10:0{n} - Anna Example: hi {n}\n" for n in range(6)), "utf-8")
    (raw,) = read_texts(path)
    _, found = analyze(raw, Settings())
    assert found.facts.message_count == 6
    _, decided = analyze(raw, Settings(date_order="MDY"))
    assert decided.facts.date_order.order == "MDY"
    path.write_text("".join(f"0{n}/03/2025, 10:0{n} - Anna Example: hi {n}\n" for n in (1, 4)), "utf-8")
    (raw,) = read_texts(path)
    with pytest.raises(AmbiguousDateOrder):
        analyze(raw, Settings(allow_undecided=False))


def test_a_crash_names_module_and_line_but_no_folder_of_this_machine() -> None:
    try:
        [][1]
    except IndexError as error:
        told = crash("part", "chat.txt", error)
    assert "test_analysis.py:" in told.problem and str(Path(__file__).parent) not in told.problem


def test_an_example_becomes_a_chat_with_its_pauses_and_lines_of_the_app() -> None:
    chat = example_chat(
        Example(messages=(("", "Your security code with A changed."), ("A", "two\nlines"), ("B", "x", 90)))
    )
    assert [chat.sender(message) for message in range(3)] == [None, "A", "B"]
    assert chat.text(1) == "two\nlines"
    assert chat.time(2) == "2025-01-15T10:32:00"


def test_a_rule_that_fails_its_own_example_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(Crashing):
        def detect(self, chat: Chat) -> Iterator[Finding]:
            return iter(())

    monkeypatch.setattr(analysis, "DETECTORS", (Silent(),))
    assert broken_examples(Silent.RULE) == ("crashing is silent on fires_on 1 (cannot)",)


def test_no_finding_is_without_confidence_and_address(tmp_path: Path) -> None:
    samples = Path(__file__).parent.parent / "sample_exports"
    case = scan([samples], tmp_path / "case")
    assert case.findings
    for finding in case.findings:
        assert finding.evidence and finding.confidence in Confidence


def test_times_that_run_backwards_stop_no_rule() -> None:
    path = Path(__file__).parents[1] / "benchmarks" / "labelled_chats" / "d_11_sats_meetup.txt"
    (raw,) = read_texts(path)
    # Months read as days: the times jump to and fro.
    chat, found = analyze(raw, Settings(date_order="DMY"))
    assert (chat.columns.timestamp[1:] < chat.columns.timestamp[:-1]).any()
    assert found.failures == ()
