"""Exports: each format is accepted by that format's own library, and hostile text stays text."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from incident_chats import MARA, analyzed, hijack_findings, hijacked

from wa_forensics import exports, incidents
from wa_forensics.chat import Chat
from wa_forensics.errors import SettingsError
from wa_forensics.exports.csv_table import safe_cell
from wa_forensics.model import ChatFacts, Finding, Incident, Indicator

HOSTILE = '=HYPERLINK("http://evil.test")<script>alert(1)</script>\u202e\x00\x1b[31m\', "]}'
LINK = "https://harbour-savings-login.test/pay'?x=1"


@dataclass(frozen=True, kw_only=True)
class InventedCase:
    """What a case offers to the exports, from parsed chats held in memory."""

    name: str
    chats: tuple[Chat, ...]
    findings: tuple[Finding, ...]
    incidents: tuple[Incident, ...]
    indicators: tuple[Indicator, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    custody: tuple[Mapping[str, Any], ...] = ({"time": "2026-04-02T09:30:00+02:00"},)

    @property
    def inputs(self) -> tuple[ChatFacts, ...]:
        return tuple(chat.facts for chat in self.chats)

    def messages(self, source: str) -> Any:
        return next(chat.arrow for chat in self.chats if chat.source.name == source)


def indicator(chat: Chat, kind: str, value: str) -> Indicator:
    return Indicator(
        type=kind,
        value=value,
        defanged=incidents.defang(kind, value),
        source=chat.source.name,
        first_message=75,
        first_line=76,
        first_seen="2026-03-21T04:25:00",
        sender=MARA,
        count=2,
        sources=(chat.source.name,),
        flagged=True,
    )


@pytest.fixture(scope="module")
def case() -> InventedCase:
    chat = hijacked()
    analysis = analyzed(chat, hijack_findings(chat))
    result = incidents.correlate([analysis])
    values = (
        ("link", LINK),
        ("domain", "harbour-savings-login.test"),
        ("payee", "GB33BUKB20201555555555"),
        ("wallet", "bc1qinventedwalletvalue"),
        ("phone", "+447700900123"),
        ("file", "a" * 64),
        ("file", "invoice'.apk"),
    )
    found = tuple(indicator(chat, kind, value) for kind, value in values)
    hostile = tuple(
        replace(f, observation=HOSTILE, evidence=tuple(replace(e, quote=HOSTILE) for e in f.evidence))
        for f in result.findings
    )
    return InventedCase(
        name="invented",
        chats=(chat,),
        findings=hostile,
        incidents=tuple(replace(i, indicators=found) for i in result.incidents),
        indicators=found,
    )


def exported(case: InventedCase, form: str) -> bytes:
    stream = io.BytesIO()
    exports.write(case, form, stream)
    return stream.getvalue()


def test_an_unknown_format_is_refused_with_the_known_ones(case: InventedCase) -> None:
    with pytest.raises(SettingsError, match="timesketch"):
        exports.write(case, "excel", io.BytesIO())


@pytest.mark.parametrize("form", exports.FORMATS)
def test_the_same_case_gives_the_same_bytes(case: InventedCase, form: str, tmp_path: Path) -> None:
    exports.write(case, form, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == exported(case, form)


@pytest.mark.parametrize("form", ["stix", "misp", "case", "sarif"])
def test_every_json_format_parses_and_names_each_finding(case: InventedCase, form: str) -> None:
    text = exported(case, form).decode()
    json.loads(text)
    for finding in case.findings:
        assert f"{finding.evidence[0].source}:{finding.evidence[0].line}" in text or finding.id in text


def test_stix_is_accepted_by_the_stix2_library_and_the_oasis_validator(case: InventedCase) -> None:
    import stix2
    from stix2validator import ValidationOptions, validate_string

    text = exported(case, "stix").decode()
    bundle = stix2.parse(text, allow_custom=False)
    kinds = {item.type for item in bundle.objects}
    assert {
        "identity",
        "incident",
        "grouping",
        "note",
        "indicator",
        "url",
        "domain-name",
        "relationship",
    } <= kinds
    report = validate_string(text, ValidationOptions(version="2.1"))
    assert report.is_valid, [str(error) for error in report.errors]


def test_stix_patterns_keep_a_quote_inside_the_value(case: InventedCase) -> None:
    from stix2patterns.validator import run_validator

    patterns = [o["pattern"] for o in json.loads(exported(case, "stix"))["objects"] if o["type"] == "indicator"]
    assert len(patterns) == 7
    for pattern in patterns:
        assert run_validator(pattern, stix_version="2.1") == []


def test_stix_observables_have_the_ids_the_library_computes(case: InventedCase) -> None:
    import stix2

    for item in json.loads(exported(case, "stix"))["objects"]:
        if item["type"] in {"url", "domain-name", "file"}:
            again = {k: v for k, v in item.items() if k not in {"id", "spec_version"}}
            assert stix2.parse(again, version="2.1")["id"] == item["id"]


def test_misp_event_is_accepted_by_pymisp_and_its_schema(case: InventedCase) -> None:
    import pymisp

    text = exported(case, "misp").decode()
    event = pymisp.MISPEvent()
    event.load(text)
    assert {a.type for a in event.attributes} == {
        "url", "domain", "iban", "btc", "phone-number", "sha256", "filename"
    }  # fmt: skip
    assert [report.name for report in event.event_reports] == [i.title for i in case.incidents]
    # The schema that the library ships is older than event reports: the library's own class reads those.
    plain = json.loads(text)
    for written in plain["Event"].pop("EventReport"):
        report = pymisp.MISPEventReport()
        report.from_dict(**written)
        assert uuid.UUID(report.uuid) and report.content
        assert written.keys() <= {"uuid", "name", "content", "distribution", "timestamp"}
        assert written.keys() >= {"uuid", "name", "content"}
    schema = Path(pymisp.__file__).parent / "data" / "schema.json"
    jsonschema.validate(plain, json.loads(schema.read_text("utf-8")))


def test_case_graph_conforms_to_the_case_ontology(case: InventedCase, tmp_path: Path) -> None:
    from case_utils.case_validate import validate

    exports.write(case, "case", tmp_path / "case.jsonld")
    result = validate(str(tmp_path / "case.jsonld"), allow_infos=True, inference="none")
    assert result.conforms, result.text
    assert not result.undefined_concepts


def test_sarif_follows_the_json_schema_of_the_standard(case: InventedCase) -> None:
    schema = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    judge = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    log = json.loads(exported(case, "sarif"))
    assert [error.message for error in judge.iter_errors(log)] == []
    # The schema notices a level that the standard does not know, and a property it does not have.
    log["runs"][0]["results"][0]["level"] = "grave"
    log["runs"][0]["colour"] = "red"
    assert len(list(judge.iter_errors(log))) == 2


def test_sarif_has_no_property_outside_the_standard_and_points_at_bytes(case: InventedCase) -> None:
    import sarif_pydantic
    from pydantic import BaseModel

    log = sarif_pydantic.Sarif.model_validate_json(exported(case, "sarif"))

    def extras(value: object, where: str) -> list[str]:
        if isinstance(value, BaseModel):
            mine = [f"{where}.{name}" for name in (value.model_extra or {})]
            return mine + [
                e for name in type(value).model_fields for e in extras(getattr(value, name), f"{where}.{name}")
            ]
        if isinstance(value, list):
            return [e for item in value for e in extras(item, where)]
        return []

    # The library's models leave out two properties that the standard has (sections 3.14.17 and 3.27.2).
    assert set(extras(log, "log")) <= {"log.runs.column_kind", "log.runs.columnKind", "log.runs.results.guid"}
    run = json.loads(exported(case, "sarif"))["runs"][0]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    evidence = case.findings[0].evidence[0]
    assert (region["startLine"], region["byteOffset"]) == (evidence.line, evidence.byte_offset)


def test_timesketch_lines_have_the_three_required_fields_and_no_invented_zone(case: InventedCase) -> None:
    lines = [json.loads(line) for line in exported(case, "timesketch").splitlines()]
    assert len(lines) == len(case.chats[0]) + 2 * len(case.incidents[0].windows)
    assert all({"message", "datetime", "timestamp_desc"} <= set(line) for line in lines)
    assert not any(line["datetime"].endswith("Z") or "+" in line["datetime"] for line in lines)
    tagged = [line for line in lines if "tag" in line and "findings" in line]
    assert {line["line"] for line in tagged} == {e.line for f in case.findings for e in f.evidence}


def test_a_declared_zone_gives_instants(case: InventedCase) -> None:
    declared = replace(case, settings={"timezone": "Europe/Berlin"})
    lines = [json.loads(line) for line in exported(declared, "timesketch").splitlines()]
    attack = next(line for line in lines if "Good morning Owen" in line["message"])
    assert (attack["local_time"], attack["datetime"]) == ("2026-03-21T04:10:00", "2026-03-21T03:10:00Z")


def test_no_csv_cell_begins_like_a_formula(case: InventedCase) -> None:
    rows = list(csv.reader(io.StringIO(exported(case, "csv").decode("utf-8-sig"), newline="")))
    assert len(rows) == 1 + sum(len(f.evidence) for f in case.findings)
    cells = [cell for row in rows for cell in row]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not any(cell[:1] in {"=", "+", "-", "@", "\t", "\r"} for cell in cells)


@pytest.mark.parametrize("text", ["=1+1", "+44", "-2", "@sum", "\tx", "\rx", "\nx"])
def test_a_formula_cell_is_quoted_and_an_ordinary_one_is_not(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert safe_cell("a" + text) == "a" + text
