"""The case folder: records survive the disk, the seal finds every change, a signature holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from scan_inputs import write_chat, write_zip

from wa_forensics import Case, scan
from wa_forensics.batch import Run
from wa_forensics.case import custody, manifest
from wa_forensics.case.change import change, find_finding, write_label
from wa_forensics.case.folder import staging, staging_of
from wa_forensics.case.records import compact, plain, record
from wa_forensics.case.signature import load_private_key, load_public_key
from wa_forensics.case.verify import verify
from wa_forensics.errors import CaseError, SettingsError
from wa_forensics.model import CaseData, Confidence, Finding, Severity, Stage

SAMPLES = Path(__file__).parent.parent / "sample_exports"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case of the mission's own sample, never changed by a test."""
    out = tmp_path_factory.mktemp("sealed") / "case"
    scan([SAMPLES / "bengaluru_logistics"], out, run=Run(reproducible=True))
    return out


@pytest.fixture
def case(sealed: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(sealed, tmp_path / "case"))


def problems(case: Path) -> str:
    return " | ".join(f"{item.source} {item.problem}" for item in verify(case).problems)


def reseal(case: Path) -> None:
    """What a careful forger does: manifest and chain written anew over the changed files."""
    inputs = manifest.read(case)["inputs"]
    entries = [(entry["action"], entry["details"]) for entry in custody.read(case) if entry["action"] != "seal"]
    (case / custody.FILE).unlink()
    manifest.seal(case, inputs, entries, None)


# records


def test_a_finding_survives_the_disk(sealed: Path) -> None:
    found = Case.open(sealed).findings
    assert found
    for finding in found:
        assert record(Finding, json.loads(compact(finding))) == finding


def test_levels_are_written_by_name(sealed: Path) -> None:
    row = json.loads((sealed / "findings.jsonl").read_text("utf-8").splitlines()[0])
    assert row["severity"] in {level.name.lower() for level in Severity}
    assert row["confidence"] in {level.name.lower() for level in Confidence}
    assert row["stage"] in {stage.name.lower() for stage in Stage}


def test_a_value_that_is_no_record_is_refused() -> None:
    with pytest.raises(TypeError):
        plain({1, 2})


def test_a_number_that_is_none_becomes_null() -> None:
    assert plain({"score": float("nan"), "n": float("inf")}) == {"score": None, "n": None}


def test_lone_surrogates_are_written_as_escapes() -> None:
    line = compact({"path": "chat \udcff.txt"})
    assert line.encode() and json.loads(line) == {"path": "chat \udcff.txt"}


# reading


def test_every_file_of_the_contract_is_there(sealed: Path) -> None:
    wanted = [
        "report.html",
        "case.json",
        "findings.jsonl",
        "incidents.json",
        "integrity.json",
        "messages.parquet",
        "indicators.jsonl",
        "coverage.json",
        "manifest.json",
        "custody.jsonl",
    ]
    assert {path.name for path in sealed.iterdir()} >= set(wanted)


def test_messages_of_each_source_are_found_by_name(sealed: Path) -> None:
    opened = Case.open(sealed)
    for facts in opened.inputs:
        table = opened.messages(facts.source.name)
        assert len(table) == facts.message_count
        assert set(table["source"].to_pylist()) == {facts.source.name}
        assert table["message"].to_pylist() == list(range(facts.message_count))


def test_evidence_of_every_finding_resolves_to_the_message(sealed: Path) -> None:
    opened = Case.open(sealed)
    for finding in opened.findings:
        for item in finding.evidence:
            text = opened.messages(item.source)["text"][item.message].as_py()
            assert text.startswith(item.quote.removesuffix("…"))


def test_what_was_not_declared_is_said_so(tmp_path: Path) -> None:
    case = scan([write_chat(tmp_path / "in")], tmp_path / "case", declared=CaseData(number="7/25", items=("A1", "A2")))
    declared = case.settings["declared"]
    assert declared["Case number"] == "7/25" and declared["Items"] == "A1, A2"
    assert declared["Examiner"] == "not declared" and case.settings["examiner"] is None


def test_a_folder_that_is_no_case_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"no readable case\.json"):
        Case.open(tmp_path)


def test_a_case_of_another_schema_is_refused(case: Path) -> None:
    head = json.loads((case / "case.json").read_text("utf-8"))
    (case / "case.json").write_text(json.dumps({**head, "schema_version": 99}), "utf-8")
    with pytest.raises(CaseError, match="schema version 99"):
        Case.open(case)


def test_a_damaged_record_is_a_case_error(case: Path) -> None:
    (case / "findings.jsonl").write_text('{"id": "x"}\n', "utf-8")
    with pytest.raises(CaseError, match=r"findings\.jsonl"):
        _ = Case.open(case).findings


# verification


def test_an_untouched_case_is_verified(case: Path) -> None:
    found = verify(case)
    assert found.problems == () and len(found.passed) == 4


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def cut_chain(case: Path) -> None:
    lines = (case / custody.FILE).read_text("utf-8").splitlines(keepends=True)
    (case / custody.FILE).write_text("".join(lines[:-1]), "utf-8")


def reorder_chain(case: Path) -> None:
    lines = (case / custody.FILE).read_text("utf-8").splitlines(keepends=True)
    (case / custody.FILE).write_text("".join([lines[1], lines[0], *lines[2:]]), "utf-8")


def change_message(case: Path) -> None:
    data = bytearray((case / "messages.parquet").read_bytes())
    data[len(data) // 2] ^= 1
    (case / "messages.parquet").write_bytes(bytes(data))


def link_elsewhere(case: Path) -> None:
    (case / "report.html").rename(case.parent / "elsewhere.html")
    (case / "report.html").symlink_to(case.parent / "elsewhere.html")


def save(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("x", "utf-8")


def remake_chain(case: Path) -> None:
    """A chain that is whole in itself, over changed entries, without its maker's manifest."""
    entries = [dict(entry) for entry in custody.read(case)]
    (case / custody.FILE).unlink()
    custody.append(case, [(e["action"], dict(e["details"]) | {"note": "x"}) for e in entries], None)


CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "report": (lambda case: edit(case / "report.html", "<title>", "<title>x"), "report.html was changed"),
    "finding": (lambda case: edit(case / "findings.jsonl", '"severity":"', '"severity":"low'), "findings.jsonl was"),
    "message": (change_message, "messages.parquet was changed"),
    "missing file": (lambda case: (case / "incidents.json").unlink(), "incidents.json is missing"),
    "added file": (lambda case: (case / "extra.txt").touch(), "extra.txt is not in the manifest"),
    "symbolic link": (link_elsewhere, "a link, or what"),
    "file where the work was done": (lambda case: save(case / "work" / "more.txt"), "does not belong"),
    "mark of an unfinished run": (lambda case: save(case / "UNFINISHED.txt"), "does not belong"),
    "comparison": (lambda case: edit(case / "comparisons.json", "[]", "[ ]"), "comparisons.json was changed"),
    "custody entry": (
        lambda case: edit(case / custody.FILE, '"action":"scan"', '"action":"look"'),
        "was changed after",
    ),
    "cut chain": (cut_chain, "entries were cut off"),
    "reordered chain": (reorder_chain, "does not follow"),
    "re-made chain": (remake_chain, "is not the chain that the manifest closes"),
    "input in the manifest": (
        lambda case: edit(case / manifest.FILE, manifest.read(case)["inputs"][0]["sha256"], "0" * 64),
        "lists other inputs",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_verification_finds_a_changed(case: Path, name: str) -> None:
    make, told = CHANGES[name]
    make(case)
    assert told in problems(case)


@pytest.mark.parametrize(
    "content", ["{}", "[]", "null", '{"outputs":[5],"inputs":[],"custody":{"head":1,"entries":2}}']
)
def test_a_manifest_that_makes_no_sense_is_a_case_error(case: Path, content: str) -> None:
    (case / manifest.FILE).write_text(content, "utf-8")
    with pytest.raises(CaseError):
        verify(case)


def test_verification_finds_a_changed_input(tmp_path: Path) -> None:
    chat = write_chat(tmp_path / "in")
    scan([chat], tmp_path / "case")
    chat.write_text(chat.read_text("utf-8").replace("note 3", "note 4"), "utf-8")
    assert f"{chat} was changed" in problems(tmp_path / "case")


def test_inputs_out_of_reach_are_a_note_and_are_found_again_by_evidence(tmp_path: Path) -> None:
    chat = write_chat(tmp_path / "in")
    scan([chat], tmp_path / "case")
    (tmp_path / "moved").mkdir()
    moved = chat.rename(tmp_path / "moved" / chat.name)
    found = verify(tmp_path / "case")
    assert found.problems == () and any("not within reach" in note for note in found.notes)
    assert not any("not within reach" in note for note in verify(tmp_path / "case", evidence=moved.parent).notes)


def test_a_statement_without_details_is_found_even_under_a_new_seal(case: Path) -> None:
    rows = (case / "findings.jsonl").read_text("utf-8").splitlines(keepends=True)
    named = json.loads((case / "incidents.json").read_text("utf-8"))[0]["findings"][0]
    (case / "findings.jsonl").write_text("".join(row for row in rows if f'"id":"{named}"' not in row), "utf-8")
    reseal(case)
    assert f"rests on finding {named}, which does not exist" in problems(case)


def test_a_changed_quote_is_found_even_under_a_new_seal(case: Path) -> None:
    quote = Case.open(case).findings[0].evidence[0].quote
    edit(case / "findings.jsonl", json.dumps(quote, ensure_ascii=False), '"something else"')
    reseal(case)
    assert "is not what finding" in problems(case)


def test_a_link_of_the_report_that_leads_nowhere_is_found(case: Path) -> None:
    edit(case / "report.html", "</main>", '<a href="#gone">see there</a></main>')
    reseal(case)
    assert "refers to 'gone'" in problems(case)


# changes


def labelled(case: Path, verdict: str = "dismissed") -> Finding:
    opened = Case.open(case)
    found = opened.findings[0]
    change(
        case,
        lambda: write_label(opened, found, verdict, "known vendor", "E. Xaminer", None),
        ("label", {"finding": found.id}),
        time=None,
    )
    return found


def test_a_label_stands_in_the_finding_and_in_the_chain(case: Path) -> None:
    found = labelled(case)
    assert Case.open(case).findings[0].label == "dismissed: known vendor"
    assert verify(case).problems == ()
    assert [entry["action"] for entry in custody.read(case)][-2:] == ["label", "seal"]
    assert replace(Case.open(case).findings[0], label=None) == found


def test_nothing_is_added_to_a_case_that_was_changed(case: Path) -> None:
    edit(case / "report.html", "<title>", "<title>x")
    with pytest.raises(CaseError, match="changed since it was sealed"):
        labelled(case)


def test_a_finding_is_found_by_the_beginning_of_its_id(case: Path) -> None:
    opened = Case.open(case)
    assert find_finding(opened, opened.findings[0].id[:12]) == opened.findings[0]
    for asked in ("", "zz"):
        with pytest.raises(SettingsError):
            find_finding(opened, asked)


# signature


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    yield private, public


def test_a_signed_case_is_checked_with_the_public_key_alone(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    private, public = keys
    run = Run(key=load_private_key(private))
    scan([write_chat(tmp_path / "in"), write_zip(tmp_path / "in")], tmp_path / "case", run=run)
    found = verify(tmp_path / "case", key=load_public_key(public))
    assert found.problems == () and "signed with the given key" in found.notes
    assert any("by whom is not known" in note for note in verify(tmp_path / "case").notes)


def test_a_forger_without_the_key_is_found(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    private, public = keys
    out = tmp_path / "case"
    scan([write_chat(tmp_path / "in")], out, run=Run(key=load_private_key(private)))
    edit(out / "report.html", "<title>", "<title>x")
    reseal(out)
    found = verify(out, key=load_public_key(public))
    assert [item.source for item in found.problems] == [manifest.SIGNATURE]


def test_a_missing_signature_is_a_problem_when_a_key_is_given(case: Path, keys: tuple[Path, Path]) -> None:
    found = verify(case, key=load_public_key(keys[1]))
    assert any("no signature" in item.problem for item in found.problems)


def test_a_signed_case_is_not_changed_without_the_key(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    out = tmp_path / "case"
    scan([write_chat(tmp_path / "in")], out, run=Run(key=load_private_key(keys[0])))
    with pytest.raises(CaseError, match="signed"):
        change(out, lambda: None, ("label", {}), time=None)


@pytest.mark.parametrize("load", [load_private_key, load_public_key])
def test_a_file_that_is_no_key_is_a_settings_error(tmp_path: Path, load: Callable[[Path], object]) -> None:
    (tmp_path / "key").write_text("no key", "utf-8")
    with pytest.raises(SettingsError):
        load(tmp_path / "key")
    with pytest.raises(SettingsError):
        load(tmp_path / "nowhere")


# the folder


def test_two_scans_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with (
        staging(tmp_path / "case", force=False, resume=False),
        pytest.raises(CaseError, match="another scan"),
        staging(tmp_path / "case", force=False, resume=False),
    ):
        pass


def test_what_a_stopped_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left = staging_of(tmp_path / "case")
    (left / "work").mkdir(parents=True)
    (left / "work" / "000001.json").write_text("{}", "utf-8")
    with staging(tmp_path / "case", force=False, resume=False) as folder:
        assert not (folder / "work").exists()
