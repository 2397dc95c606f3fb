"""A scan recognizes two exports of one conversation: check, findings, incident, section of the report, record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from invented_chats import OTHER_NAMES, PHONES, Said, bursts, conversation, entries

from wa_forensics.batch import Run, scan
from wa_forensics.case import Case
from wa_forensics.case.verify import verify
from wa_forensics.cli.program import program
from wa_forensics.model import Settings, Severity, Verdict
from wa_forensics.report import render_case

BY_NAME = {phone.name: phone for phone in PHONES}
DEMAND = (
    "Our bank account has changed, please pay invoice 4471 to IBAN GB33BUKB20201555555555 today",
    "It is urgent, do not call me, I am in a meeting",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phone that was used removed two demands; the client's phone kept them. A third chat is another one."""
    where = tmp_path_factory.mktemp("exports")
    said = conversation(80, 5, people=2)
    rest = [replace(m, moment=m.moment + timedelta(minutes=5)) for m in said[50:]]
    demand = [
        Said(moment=said[49].moment + timedelta(seconds=40 * n), who=0, text=text) for n, text in enumerate(DEMAND, 1)
    ]
    write(where / "WhatsApp Chat with Client.txt", [*said[:50], *rest], "android-en-GB")
    kept = "".join(
        entries([*said[:50], *demand, *rest], BY_NAME["ios-de"], names=OTHER_NAMES, offset=timedelta(hours=3))[0]
    )
    (where / "Chat with Asha.txt").write_bytes(kept.encode())
    write(where / "WhatsApp Chat with Depot.txt", conversation(80, 6, people=2), "android-en-GB")
    return where


def write(path: Path, said: list[Said], phone: str) -> None:
    path.write_bytes("".join(entries(said, BY_NAME[phone])[0]).encode())


@pytest.fixture(scope="module")
def case(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return scan([folder], tmp_path_factory.mktemp("case") / "case", run=Run(reproducible=True))


def test_the_two_exports_of_one_conversation_are_compared_and_no_others(case: Case) -> None:
    (found,) = case.comparisons
    assert {Path(name).name for name in found.sources} == {"WhatsApp Chat with Client.txt", "Chat with Asha.txt"}
    missing = (*found.missing_in_a, *found.missing_in_b)
    assert [message.text for message in missing] == list(DEMAND)
    checks = [check for check in case.checks if check.id == "I19"]
    assert {check.source for check in checks} == set(found.sources)
    assert {check.verdict for check in checks} == {Verdict.INCONSISTENT}


def test_what_was_removed_is_a_grave_finding_of_an_incident(case: Case) -> None:
    (finding,) = [finding for finding in case.findings if finding.rule == "missing-in-one-export"]
    assert finding.severity == Severity.HIGH and Path(finding.source).name == "Chat with Asha.txt"
    assert [item.quote for item in finding.evidence] == list(DEMAND)
    (incident,) = case.incidents
    assert finding.id in incident.findings and finding.incident == incident.id
    assert not [f for f in case.findings if f.rule == "mass-message"]
    rules = {rule["id"]: rule for rule in case.coverage["rules"]}
    assert (rules["missing-in-one-export"]["chats"], rules["missing-in-one-export"]["hits"]) == (2, 1)


@pytest.mark.parametrize("audience", ["victim", "examiner", "court"])
def test_the_report_shows_the_comparison_to_every_reader(case: Case, audience: str, tmp_path: Path) -> None:
    page = render_case(case, tmp_path / "report.html", audience=audience).read_text("utf-8")
    section = page[page.index('<section id="comparison"') :]
    section = section[: section.index("</section>")]
    assert "GB33BUKB20201555555555" in section and "-03:00" in section
    assert section.lower().count("deleted for oneself") == 1, "the reasons of all rows are told once"


def test_a_redacted_report_names_nobody_in_the_comparison(case: Case, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    page = render_case(case, out, redactions=("names", "accounts", "numbers")).read_text("utf-8")
    assert 'id="comparison"' in page
    for word in ("Asha", "Carter", "GB33BUKB"):
        assert word not in page


def test_a_report_without_two_exports_has_no_such_section(folder: Path, tmp_path: Path) -> None:
    alone = scan([folder / "WhatsApp Chat with Depot.txt"], tmp_path / "case")
    assert alone.comparisons == ()
    assert 'id="comparison"' not in (alone.path / "report.html").read_text("utf-8")
    assert "missing-in-one-export" not in {rule["id"] for rule in alone.coverage["rules"]}


def test_a_changed_comparison_is_found_even_when_the_case_is_sealed_again(case: Case, tmp_path: Path) -> None:
    import shutil

    from wa_forensics.case import manifest

    copy = tmp_path / "copy"
    shutil.copytree(case.path, copy)
    path = copy / "comparisons.json"
    path.write_text(path.read_text("utf-8").replace("GB33BUKB20201555555555", "GB00XXXX00000000000000"), "utf-8")
    problems = {problem.source for problem in verify(copy).problems}
    assert "comparisons.json" in problems
    manifest.seal(copy, manifest.read(copy)["inputs"], [], None)
    (problem,) = verify(copy).problems
    assert problem.source == "comparisons.json" and "than the messages" in problem.problem


def test_compare_writes_a_case_when_asked(folder: Path, tmp_path: Path) -> None:
    a, b = folder / "WhatsApp Chat with Client.txt", folder / "Chat with Asha.txt"
    out = tmp_path / "case"
    ran = CliRunner().invoke(program, ["compare", str(a), str(b), "-o", str(out), "--format", "json"])
    assert ran.exit_code == 0
    # Click before 8.2 puts what goes to stderr before it.
    told = json.loads(ran.stdout[ran.stdout.index("{") :])
    assert [message["text"] for message in told["missing_in_a"]] == list(DEMAND)
    assert Case.open(out).settings["command"].startswith("wa-forensics scan --compare all ")
    plain = CliRunner().invoke(program, ["compare", str(a), str(b)])
    assert "A lacks   2" in plain.stdout and "name      Asha Verma in A is Asha (office) in B" in plain.stdout
    again = CliRunner().invoke(program, ["compare", str(a), str(a), "-o", str(tmp_path / "same")])
    assert isinstance(again.exception, Exception) and "same bytes" in str(again.exception)


def test_each_pair_or_none_is_compared_on_request(folder: Path, tmp_path: Path) -> None:
    every = scan([folder], tmp_path / "all", Settings(compare="all"))
    assert len(every.comparisons) == 3
    assert sorted(found.verdict for found in every.comparisons).count(Verdict.NOT_TESTABLE) == 2
    assert scan([folder], tmp_path / "none", Settings(compare="none")).comparisons == ()


def test_three_exports_of_one_conversation_give_findings_of_their_own(tmp_path: Path) -> None:
    said = bursts(300, 9)
    where = tmp_path / "exports"
    where.mkdir()
    write(where / "whole.txt", said, "android-en-GB")
    write(where / "lacking.txt", said[:100] + said[105:], "ios-en-GB")
    write(where / "lacking too.txt", said[:100] + said[105:200] + said[202:], "android-de")
    found = scan([where], tmp_path / "case")
    assert len(found.comparisons) == 3
    ids = [finding.id for finding in found.findings]
    assert len(ids) == len(set(ids))
    assert verify(found.path).problems == ()


def test_a_case_grows_by_the_other_side_of_a_conversation(folder: Path, tmp_path: Path) -> None:
    from wa_forensics.batch import add

    out = tmp_path / "case"
    scan([folder / "WhatsApp Chat with Client.txt"], out, run=Run(reproducible=True))
    grown = add(out, [folder / "Chat with Asha.txt"], run=Run(reproducible=True))
    (found,) = grown.comparisons
    assert len(found.missing_in_a) == 2
    assert "missing-in-one-export" in {finding.rule for finding in grown.findings}


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_comparison_is_the_same_for_any_number_of_workers(
    folder: Path, case: Case, jobs: int, tmp_path: Path
) -> None:
    other = scan([folder], tmp_path / "case", run=Run(jobs=jobs, reproducible=True))
    for name in ("comparisons.json", "findings.jsonl", "incidents.json"):
        assert (other.path / name).read_bytes() == (case.path / name).read_bytes()
