"""The report: what the first screen answers, where statements point, and that hostile text stays text."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
import report_hostile
from markupsafe import Markup
from report_case import ACCOUNT, MemoryCase, build_case

from wa_forensics.errors import CaseError, SettingsError
from wa_forensics.model import Role, Severity, Threat
from wa_forensics.report import environment, quoting, render_case
from wa_forensics.report.advice import advise
from wa_forensics.report.register import Register


@pytest.fixture(scope="module")
def case() -> MemoryCase:
    return build_case()


@pytest.fixture(scope="module")
def page(case: MemoryCase, tmp_path_factory: pytest.TempPathFactory) -> str:
    return _render(case, tmp_path_factory.mktemp("report"))


def _render(case: MemoryCase, folder: Path, **options: object) -> str:
    return render_case(case, folder / "report.html", **options).read_text(encoding="utf-8")  # type: ignore[arg-type]


def _first_screen(page: str) -> str:
    return report_hostile.visible_text(page[page.index("<header") : page.index("</header>")])


def test_first_screen_answers_the_five_questions(page: str) -> None:
    screen = _first_screen(page)
    for answer in (
        "somebody else wrote as",
        ACCOUNT,
        "12 March 2025, 14:06 \u2013 15:55",
        "Lakshmi Sundaram",
        "Rs 1,84,500",
        "50100000482913",
        "Do this first",
        "do not pay",
        "consistent",
        "high",
    ):
        assert answer in screen


def test_everything_in_the_summary_stands_in_the_details_too(case: MemoryCase, page: str) -> None:
    details = report_hostile.visible_text(page[page.index("<main") :])
    incident = case.incidents[0]
    for said in (incident.title, incident.summary, *incident.accounts, *incident.alternatives):
        assert said in details
    for indicator in incident.indicators:
        assert indicator.defanged in details
    assert set(incident.findings) == {f.id for f in case.findings if f.id in details}


def test_each_evidence_message_has_its_address(case: MemoryCase, page: str) -> None:
    """In the finding and in the list of exhibits: shown under the file's name, copied with it."""
    copied = [html.unescape(value) for value in re.findall(r'data-copy="([^"]+)"', page)]
    shown = re.findall(r"<code>(\d+@\d+)</code>", page)
    for finding in case.findings:
        for item in finding.evidence:
            assert copied.count(f"{item.source}:{item.line}@{item.byte_offset}") >= 2
            assert f"{item.line}@{item.byte_offset}" in shown
            assert item.source in report_hostile.visible_text(page[page.index('id="exhibits"') :])


def test_every_internal_link_has_its_target(page: str) -> None:
    targets = set(re.findall(r' id="([^"]+)"', page))
    links = set(re.findall(r' href="#([^"]+)"', page))
    assert links <= targets
    assert len(links) > 30


def test_an_exhibit_keeps_one_number(page: str) -> None:
    numbers = re.findall(r'<tr id="x(\d+)"', page)
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]


def test_context_says_how_many_messages_are_not_shown(page: str) -> None:
    assert re.search(r"460 messages not shown", page)
    assert re.search(r"1 message not shown", page)


def test_neighbours_are_shown_once_and_evidence_with_every_finding(case: MemoryCase, page: str) -> None:
    findings = re.split(r'id="f\d+"', page[page.index('id="findings"') : page.index('id="change"')])[1:]
    assert len(findings) == len(case.findings)
    assert any("Messages next to these are shown with finding" in part for part in findings)
    register = Register(case)
    for part, finding in zip(findings, register.findings, strict=True):
        hits = re.findall(r'<div class="line hit">', part)
        assert len(hits) == min(len(finding.evidence), 12)
    lines = [re.findall(r"· line (\d+)</span>", part) for part in findings]
    assert any(lines)
    for source in register.facts:
        near = [
            line
            for part, finding, found in zip(findings, register.findings, lines, strict=True)
            if {item.source for item in finding.evidence} == {source}
            for line in found
        ]
        assert len(near) == len(set(near))


def test_what_others_did_stands_in_the_story(case: MemoryCase, tmp_path: Path) -> None:
    source = case.inputs[0].source.name
    place = {"source": source, "chat": "A chat", "message": 3, "line": 4}
    role = Role(did="wrote of a payment", who="Lakshmi", time="2025-03-12T15:18:00", **place)
    told = replace(case.incidents[0], people=(replace(role, amounts=("50,000",)), replace(role, did="warned")))
    page = _render(replace(case, incidents=(told, *case.incidents[1:])), tmp_path)
    story = report_hostile.visible_text(page[page.index('id="story"') : page.index('id="findings"')])
    assert "What others did" in story
    rows = page[page.index('<table class="involved">') :].split("<tr>", 3)
    assert [*re.findall('<th scope="col">(.*?)</th>', rows[1])] == ["Name as written", "Wrote of a payment", "Warned"]
    assert re.search(r"15:18\s+50,000", report_hostile.visible_text(rows[2]))
    assert f'data-copy="{source}:4@' in rows[2]


def test_the_same_signals_are_listed_once(case: MemoryCase, tmp_path: Path) -> None:
    signals = next(f.signals for f in case.findings if f.signals)
    same = replace(case, findings=tuple(replace(f, signals=signals) for f in case.findings))
    page = _render(same, tmp_path)
    assert page.count('<ul class="signals">') == 1 + (len(signals) > 4)
    assert page.count("The same signals as with finding 1<") == len(case.findings) - 1


def test_same_case_gives_same_bytes(case: MemoryCase, page: str, tmp_path: Path) -> None:
    assert _render(build_case(), tmp_path) == page


def test_a_case_without_findings_is_no_clean_bill_of_health(case: MemoryCase, tmp_path: Path) -> None:
    quiet = replace(case, findings=(), incidents=(), indicators=(), profiles=())
    screen = _first_screen(_render(quiet, tmp_path))
    assert "No sign of an attack was found" in screen
    assert "no clean bill of health" in screen


def test_findings_without_an_incident_are_told_as_findings(case: MemoryCase, tmp_path: Path) -> None:
    loose = replace(case, incidents=(), findings=tuple(replace(f, incident=None) for f in case.findings[2:4]))
    assert "2 findings deserve a look" in _first_screen(_render(loose, tmp_path))


def test_low_findings_alone_raise_no_alarm(case: MemoryCase, tmp_path: Path) -> None:
    low = replace(
        case,
        incidents=(),
        findings=tuple(replace(f, incident=None, severity=Severity.LOW) for f in case.findings),
    )
    screen = _first_screen(_render(low, tmp_path))
    assert "No clear sign of an attack was found" in screen
    assert f"{len(low.findings)} weak signs are listed below" in screen


def test_advice_fits_what_was_found(case: MemoryCase) -> None:
    """Who asked from outside is not logged out of an account, and a code that was only asked for is not lost."""

    def shorts(*threats: Threat, takeover: bool = False) -> str:
        found = [replace(case.findings[0], threat=threat) for threat in threats]
        return " ".join(step.short for step in advise(found, takeover=takeover).now)

    owner = shorts(Threat.PAYMENT_REQUEST, takeover=True)
    assert "Call the people who were asked for money" in owner and "Register the number again" in owner
    outsider = shorts(Threat.PAYMENT_REQUEST, Threat.MALICIOUS_LINK)
    assert outsider.startswith("Pay nothing, send nothing more") and "Do not open the link again" in outsider
    assert "Register the number" not in outsider and "linked devices" not in outsider
    assert "block and report" in outsider and "block and report" not in owner
    asked, given = shorts(Threat.OTP_REQUEST), shorts(Threat.OTP_DISCLOSED)
    assert "Register the number" not in asked and "Give no further code" in asked
    assert "Register the number" in given and "Log out all linked devices" in given
    assert shorts().startswith("Look at Settings, Linked devices")


def test_ten_thousand_findings_are_told_in_a_table(case: MemoryCase, tmp_path: Path) -> None:
    one = case.findings[2]
    many = replace(
        case,
        incidents=(),
        findings=tuple(replace(one, id=f"{n:016x}", incident=None) for n in range(10_000)),
    )
    page = _render(many, tmp_path)
    assert 'id="f10000"' in page
    assert len(page) < 8_000_000


@pytest.mark.parametrize("audience", ["victim", "examiner", "court"])
def test_each_audience_gets_first_screen_limits_and_findings(case: MemoryCase, tmp_path: Path, audience: str) -> None:
    page = _render(case, tmp_path, audience=audience)
    for part in ('id="top"', 'id="limits"', 'id="findings"', 'id="evidence"'):
        assert part in page
    assert ('id="method"' in page) == (audience != "victim")
    assert ('id="advice"' in page) == (audience != "court")
    links = set(re.findall(r' href="#([^"]+)"', page))
    assert links <= set(re.findall(r' id="([^"]+)"', page))


def test_audiences_differ_where_their_readers_do(case: MemoryCase, tmp_path: Path) -> None:
    pages = {name: _render(case, tmp_path, audience=name) for name in ("victim", "examiner", "court")}
    sections = {name: re.findall(r'<section id="(\w+)"', page) for name, page in pages.items()}
    assert sections["victim"][0] == "advice"
    assert sections["examiner"][0] == sections["court"][0] == "cover"
    assert "advice" in sections["examiner"] and "advice" not in sections["court"]
    for part in ("integrity", "clock", "exhibits", "coverage", "method", "statement"):
        assert part not in sections["victim"] and part in sections["examiner"] and part in sections["court"]
    screens = {name: _first_screen(page) for name, page in pages.items()}
    assert "Do this first" in screens["victim"] and "Do this first" in screens["examiner"]
    assert "Do this first:" in screens["court"] and "not of a person" in screens["court"]
    assert "Log out all linked devices" not in screens["court"]
    bodies = {name: page[page.index("<main") : page.index("</main>")] for name, page in pages.items()}
    assert 'class="signals"' in bodies["examiner"] and 'class="signals"' not in bodies["victim"]
    folded = {name: len(re.findall(r"<details(?! open)", body)) for name, body in bodies.items()}
    assert folded["court"] < folded["examiner"]


def test_unknown_language_and_audience_are_refused(case: MemoryCase, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Choose"):
        _render(case, tmp_path, language="tlh")
    with pytest.raises(SettingsError, match="Choose"):
        _render(case, tmp_path, audience="press")


def test_a_report_that_cannot_be_written_leaves_nothing_behind(case: MemoryCase, tmp_path: Path) -> None:
    with pytest.raises(CaseError):
        render_case(case, tmp_path / "missing" / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_own_templates_come_before_the_built_in_ones(case: MemoryCase, tmp_path: Path) -> None:
    folder = tmp_path / "own" / "report"
    folder.mkdir(parents=True)
    (folder / "limits.html").write_text("<section id='limits'>OUR WORDS {{ page.case_number }}</section>")
    assert "OUR WORDS WF-" in _render(case, tmp_path, template_folder=tmp_path / "own")


def test_own_templates_cannot_reach_python_internals(case: MemoryCase, tmp_path: Path) -> None:
    folder = tmp_path / "own" / "report"
    folder.mkdir(parents=True)
    (folder / "limits.html").write_text("{{ page.__class__.__mro__ }}")
    with pytest.raises(Exception, match="unsafe"):
        _render(case, tmp_path, template_folder=tmp_path / "own")


def test_words_never_overclaim(page: str) -> None:
    ours = re.sub(r"<bdi.*?</bdi>|<script>.*?</script>|<style>.*?</style>", "", page, flags=re.S)
    text = report_hostile.visible_text(ours).lower()
    for word in ("proves", "always", "certainly", "undoubtedly", "authentic", "tampered", "definitely"):
        assert not re.search(rf"\b{word}\b", text), word


# safety


def test_the_policy_comes_first_and_allows_only_our_style_and_script(page: str) -> None:
    head = page[page.index("<head>") :]
    assert head.index("Content-Security-Policy") < head.index("charset")
    policy = re.search(r'Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;")
    assert "unsafe" not in policy[1]


def test_no_template_marks_evidence_as_safe() -> None:
    for template in sorted((environment.template_folder() / "report").iterdir()):
        assert "|safe" not in template.read_text(encoding="utf-8").replace(" ", ""), template.name


@pytest.mark.parametrize("audience", ["victim", "examiner", "court"])
@pytest.mark.parametrize("payload", report_hostile.PAYLOADS, ids=range(len(report_hostile.PAYLOADS)))
def test_hostile_text_stays_text(case: MemoryCase, tmp_path: Path, payload: str, audience: str) -> None:
    clean = _render(case, tmp_path, audience=audience)
    page = _render(report_hostile.poison(case, payload), tmp_path, audience=audience)
    assert report_hostile.faults(page, clean) == []


def test_the_hostile_check_can_fail(
    case: MemoryCase, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quoting, "evidence", lambda text: Markup(str(text)))
    caught = [
        payload
        for payload in report_hostile.PAYLOADS[:6]
        if report_hostile.faults(_render(report_hostile.poison(case, payload), tmp_path), page)
    ]
    assert caught == list(report_hostile.PAYLOADS[:6])


def test_hostile_text_reaches_the_reader_as_text(case: MemoryCase, tmp_path: Path) -> None:
    payload = report_hostile.PAYLOADS[0]
    page = _render(report_hostile.poison(case, payload), tmp_path)
    assert report_hostile.visible_text(page).count(payload) > 100
