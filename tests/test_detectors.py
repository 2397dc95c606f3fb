"""Every rule proves itself on its own examples, and every detector on disk is listed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

import wa_forensics.detectors as room
from wa_forensics import read_export
from wa_forensics.chat import Chat
from wa_forensics.detectors import DETECTORS, Detector, stranger_message
from wa_forensics.model import Example, Finding, Severity
from wa_forensics.search import fold

RULES = [detector.RULE.id for detector in DETECTORS]


def rendered(example: Example, folder: Path) -> Chat:
    """The example as an Android export: a minute between messages, an empty sender for a line of the app."""
    moment = datetime(2026, 3, 29, 9, 0)
    lines = [f"{moment:%d/%m/%Y, %H:%M} - Messages and calls are end-to-end encrypted."]
    for message in example.messages:
        moment += timedelta(minutes=message[2] if len(message) == 3 else 1)
        sender, text = message[0], message[1]
        lines.append(f"{moment:%d/%m/%Y, %H:%M} - " + (f"{sender}: {text}" if sender else text))
    path = folder / "WhatsApp Chat with Example.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return read_export(path, date_order="DMY")


def findings_of(detector: Detector, example: Example, folder: Path, least: Severity) -> list[Finding]:
    return [f for f in detector.detect(rendered(example, folder)) if f.severity >= least]


@pytest.mark.parametrize("detector", DETECTORS, ids=RULES)
def test_every_rule_fires_on_its_examples(detector: Detector, tmp_path: Path) -> None:
    assert detector.RULE.fires_on
    for example in detector.RULE.fires_on:
        found = findings_of(detector, example, tmp_path, Severity.INFO)
        assert found, example.messages
        assert all(finding.evidence for finding in found)
        assert {finding.rule for finding in found} == {detector.RULE.id}


@pytest.mark.parametrize("detector", DETECTORS, ids=RULES)
def test_every_rule_is_quiet_on_its_examples(detector: Detector, tmp_path: Path) -> None:
    assert detector.RULE.quiet_on
    for example in detector.RULE.quiet_on:
        assert not findings_of(detector, example, tmp_path, Severity.LOW), example.messages


@pytest.mark.parametrize("detector", DETECTORS, ids=RULES)
def test_no_rule_claims_too_much(detector: Detector) -> None:
    rule = detector.RULE
    words = " ".join([rule.title, rule.why, *rule.alternatives, *rule.next_steps]).split()
    assert not {"proves", "always", "certainly", "undoubtedly"} & {word.strip(".,").lower() for word in words}
    assert rule.alternatives and rule.next_steps and rule.references


def test_every_detector_on_disk_is_listed() -> None:
    folder = Path(room.__file__).parent
    on_disk = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    listed = {detector.__name__.rsplit(".", 1)[-1] for detector in DETECTORS}  # type: ignore[attr-defined]
    assert on_disk == listed
    assert len(set(RULES)) == len(RULES)


THEFT = (
    (
        "+44 7700 900123",
        "Hello sorry, I sent you a 6 digit code by mistake, can you send me the code please? It is urgent",
    ),
    ("Ana", "482913"),
)


def high(example: Example, folder: Path) -> list[str]:
    return [f.rule for d in DETECTORS for f in findings_of(d, example, folder, Severity.MEDIUM)]


def test_a_stranger_who_asks_for_a_code_is_reported_with_the_code_given(tmp_path: Path) -> None:
    found = high(Example(messages=THEFT), tmp_path)
    assert {"code-request", "code-disclosed"} <= set(found)


@pytest.mark.parametrize("disguise", ["leet", "zero width", "homoglyphs", "spaces"])
def test_disguise_does_not_hide_a_request(disguise: str, tmp_path: Path) -> None:
    change = {
        "leet": lambda text: text.translate(str.maketrans("aeios", "43105")),
        "zero width": lambda text: "\u200b".join(text),
        "homoglyphs": lambda text: text.translate(str.maketrans("aeocp", "\u0430\u0435\u043e\u0441\u0440")),
        "spaces": lambda text: " ".join(text),
    }[disguise]
    sender, text = THEFT[0]
    assert "code-request" in high(Example(messages=((sender, change(text)), THEFT[1])), tmp_path)


def test_a_warning_that_quotes_a_request_is_not_a_request(tmp_path: Path) -> None:
    text = 'Careful, scammers write "send me the 6 digit code". Never share your code with anyone'
    assert not high(Example(messages=(("Ana", text), ("Ben", "thanks for the warning"))), tmp_path)


def test_ordinary_business_with_money_links_and_codes_is_quiet(tmp_path: Path) -> None:
    messages = tuple(
        message
        for day in range(12)
        for message in (
            ("Meera", f"Invoice {day} attached, 45,000 INR, please transfer by Friday", 1440),
            ("Ravi", "Paid, thanks"),
            ("Meera", "Received. Delivery OTP is 4482, give it to the driver"),
            ("Ravi", "the track link is https://track.cargo.example/a"),
        )
    )
    assert not high(Example(messages=messages), tmp_path)


@pytest.mark.parametrize(
    ("text", "threat"),
    [
        ("Hi mum, my phone is broken, this is my new number, can you transfer 850 today?", "impersonation_new_number"),
        ("Your parcel is held by customs, pay the fee of 2.99 at https://parcel-fee-update.top/gb", "malicious_link"),
        ("We offer a part-time job from home, earn 200 daily by liking videos. Contact +44 7700 900999",
         "job_or_investment_scam"),
        ("You have won the lottery! Claim your prize of 5000 now, call 09061700000", "giveaway"),
        ("I sent you a 6 digit code by mistake, please send it to me, it is urgent", "otp_request"),
    ],
)  # fmt: skip
def test_the_first_words_of_a_stranger_name_their_threat(text: str, threat: str, tmp_path: Path) -> None:
    example = Example(messages=(("+44 7700 900123", text),))
    found = findings_of(stranger_message, example, tmp_path, Severity.LOW)
    assert [finding.threat.value for finding in found] == [threat]
    assert found[0].signals == tuple(sorted(found[0].signals, key=lambda signal: -signal.weight))


def test_findings_are_the_same_twice(tmp_path: Path) -> None:
    example = Example(messages=THEFT)
    first = [f for d in DETECTORS for f in d.detect(rendered(example, tmp_path))]
    second = [f for d in DETECTORS for f in d.detect(rendered(example, tmp_path))]
    assert first == second and fold("x") == "x"
