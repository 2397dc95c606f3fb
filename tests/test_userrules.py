"""Rules, lists and exceptions of the examiner: read with advice, found, kept in the case, shown in the report."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wa_forensics import read_export
from wa_forensics.analysis import findings_in, require_examples
from wa_forensics.batch import Run, rescan, scan
from wa_forensics.case import Case
from wa_forensics.case.verify import verify
from wa_forensics.chat import Chat
from wa_forensics.cli.program import program
from wa_forensics.errors import SettingsError
from wa_forensics.model import Own, Settings, Severity
from wa_forensics.report import render_case
from wa_forensics.userrules import read_own
from wa_forensics.userrules.refang import address_of, guessed_type, host_of, refang

RULE = """
[[rule]]
id = "depot-prepayment"
title = "The depot wants money in advance"
threat = "payment_request"
stage = "monetization"
severity = "medium"
why = "Our depot never asks for money in advance."
alternatives = ["A new clerk."]
next_steps = ["Call the depot."]
phrases = ["(depot|warehouse) ... (advance|prepay*)"]
with_phrases = ["<money>", "today"]
without_phrases = ["never pay"]
fires_on = ["The depot wants an advance today"]
quiet_on = ["The depot is closed today", [["Ana", "Never pay the depot in advance today"]]]
"""
ALLOW = """
[[allow]]
value = "pay-secure-login.example"
reason = "Our own test page."
author = "M. Okafor"
expires = 2027-06-30
"""
CHAT = (
    "13/03/2026, 08:00 - Messages and calls are end-to-end encrypted.\n"
    "13/03/2026, 09:00 - Ana: good morning, when do we load?\n"
    "13/03/2026, 09:01 - Ben: The d\u0435pot wants an ADVANCE of 450 EUR\n"
    "13/03/2026, 09:02 - Ben: the warehouse needs prepayment today\n"
    "14/03/2026, 18:00 - Ana: never pay the depot an advance, not today\n"
    "16/03/2026, 09:00 - Ben: the depot asks for the advance again, 300 EUR\n"
)
SCAM = (
    "13/03/2026, 08:00 - Messages and calls are end-to-end encrypted.\n"
    "13/03/2026, 08:30 - Ana: hello\n"
    "13/03/2026, 09:01 - +44 7700 900123: Dear customer, your bank account will be blocked today. Verify your card "
    "now at https://pay-secure-login.example/verify and send the code\n"
    "13/03/2026, 09:02 - +44 7700 900123: It is urgent, open the link now https://pay-secure-login.example/verify\n"
)


def chat_of(text: str, folder: Path) -> Chat:
    path = folder / "WhatsApp Chat with Example.txt"
    path.write_text(text, "utf-8")
    return read_export(path)


def own_of(folder: Path, rules: str = "", iocs: str = "", allow: str = "", as_of: str | None = None) -> Own:
    def file(name: str, text: str) -> tuple[Path, ...]:
        if text:
            (folder / name).write_text(text, "utf-8")
        return (folder / name,) if text else ()

    return read_own(file("rules.toml", rules), file("iocs.csv", iocs), file("allow.toml", allow), as_of)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(program, [str(argument) for argument in arguments])


# own rules


def test_an_own_rule_finds_its_messages_through_disguise_and_language(tmp_path: Path) -> None:
    found = findings_in(chat_of(CHAT, tmp_path), "depot-prepayment", own_of(tmp_path, RULE))
    assert [[item.line for item in finding.evidence] for finding in found] == [[3, 4], [6]]
    assert {finding.severity for finding in found} == {Severity.MEDIUM}
    assert "depot-prepayment" in found[0].observation and found[0].actors == ("Ben",)


@pytest.mark.parametrize(
    ("change", "problem", "advice"),
    [
        (('severity = "medium"', 'severity = "grave"'), "severity is 'grave'", "critical"),
        (('threat = "payment_request"', 'threat = "theft"'), "threat is 'theft'", "otp_request"),
        (('why = "Our depot never asks for money in advance."', ""), "why is missing", "why ="),
        (('fires_on = ["The depot wants an advance today"]', ""), "fires_on has no example", "Write fires_on"),
        (("quiet_on", "quiet_of"), "no field 'quiet_of'", "Known:"),
        (("with_phrases", "regex"), "no regular expressions", "phrases"),
        (("(advance|prepay*)", "(advance|prepay*"), "bracket never closed", "Grammar"),
        (('["(depot|warehouse) ... (advance|prepay*)"]', '["<number> ..."]'), "no required literal", "whole word"),
        (("... (advance", "... ... ... ... (advance"), "too many gaps", "3 gaps"),
        (('id = "depot-prepayment"', 'id = "Depot Prepayment"'), "other characters", "lower-case"),
        (('id = "depot-prepayment"', 'id = "code-request"'), "built-in rule", "another id"),
        (('["The depot wants an advance today"]', '["The depot is open"]'), "is silent on fires_on 1", "explain"),
        (('"The depot is closed today"', '"The depot wants an advance today"'), "fires on quiet_on 1", "explain"),
        (("[[rule]]", "[rule]"), "no [[rule]] table", "[[rule]]"),
        (("title = ", "title : "), "no TOML", "[[rule]]"),
    ],
)
def test_a_wrong_rule_is_refused_with_advice(
    change: tuple[str, str], problem: str, advice: str, tmp_path: Path
) -> None:
    assert change[0] in RULE
    (tmp_path / "own.toml").write_text(RULE.replace(*change), "utf-8")
    ran = run("rules", "list", "--rules", tmp_path / "own.toml")
    assert isinstance(ran.exception, SettingsError)
    assert problem in str(ran.exception) and advice in str(ran.exception)


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="two rules"):
        own_of(tmp_path, RULE + RULE)
    (tmp_path / "a.toml").write_text(RULE, "utf-8")
    with pytest.raises(SettingsError, match="two files"):
        read_own([tmp_path / "a.toml", tmp_path / "a.toml"])


def test_files_that_are_no_text_or_too_large_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    for content, problem in ((b"\xff\xfe\x00", "UTF-8"), (b"#" * (9 << 20), "8 MB"), (b"", r"\[\[rule\]\]")):
        path.write_bytes(content)
        with pytest.raises(SettingsError, match=problem):
            read_own([path])


def test_a_hostile_text_does_not_make_a_phrase_slow(tmp_path: Path) -> None:
    phrase = '"(a|b|c) ... (d|e)? (f|g)? depot* ... warehouse ... advance"'
    rules = RULE.replace(
        '"(depot|warehouse) ... (advance|prepay*)"', phrase + ', "(depot|warehouse) ... (advance|prepay*)"'
    )
    hostile = "a depot " * 4000 + "warehouse " * 4000
    chat = chat_of(CHAT + f"16/03/2026, 09:01 - Ben: {hostile}\n" * 5, tmp_path)
    own = own_of(tmp_path, rules)
    start = time.process_time()
    findings_in(chat, "depot-prepayment", own)
    assert time.process_time() - start < 5


def test_what_is_brought_is_kept_in_the_case_and_in_the_custody_record(tmp_path: Path) -> None:
    chat_of(CHAT, tmp_path)
    own = own_of(tmp_path, RULE, "bad.example\n", ALLOW, "2026-12-01")
    require_examples(own.rules)
    case = scan([tmp_path / "WhatsApp Chat with Example.txt"], tmp_path / "case", Settings(own=own))
    head = json.loads((case.path / "case.json").read_text("utf-8"))
    assert [file["kind"] for file in head["settings"]["own"]["files"]] == ["rules", "iocs", "allow"]
    assert head["settings"]["own"]["rules"][0]["phrases"] == ["(depot|warehouse) ... (advance|prepay*)"]
    brought = [entry for entry in case.custody if entry["action"] == "bring"]
    assert [len(str(entry["sha256"])) for entry in brought] == [64, 64, 64]
    assert "--rules" in head["command"] and "--as-of 2026-12-01" in head["command"]
    rows = {row["id"]: row for row in case.coverage["rules"]}
    assert rows["depot-prepayment"]["hits"] == 2 and rows["listed-link"]["hits"] == 0
    page = (case.path / "report.html").read_text("utf-8")
    assert 'id="decisions"' in page and own.files[0].sha256 in page
    assert verify(case.path).problems == ()
    again = rescan(case.path)
    assert [f.id for f in again.findings] == [f.id for f in case.findings]
    without = rescan(case.path, own=Own())
    assert not [f for f in without.findings if f.rule == "depot-prepayment"]


def test_own_rules_give_the_same_bytes_for_any_number_of_workers(tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.txt").write_text(CHAT.replace("450", str(450 + n)), "utf-8")
    own = own_of(tmp_path, RULE, "bad.example\n")
    cases = [
        scan([folder], tmp_path / f"case{jobs}", Settings(own=own), run=Run(jobs=jobs, reproducible=True))
        for jobs in (1, 2)
    ]
    one, other = ((case.path / "findings.jsonl").read_bytes() for case in cases)
    assert one == other and b"depot-prepayment" in one


# lists


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("hxxps[:]//bad[.]example/x", "https://bad.example/x"),
        ("hXXp://bad(.)example", "http://bad.example"),
        ("bad[dot]example", "bad.example"),
        ("bad {dot} example", "bad.example"),
        ('"bad.example"', "bad.example"),
        ("<https[://]bad.example>", "https://bad.example"),
        ("clerk[@]bad[.]example", "clerk@bad.example"),
        ("clerk (at) bad (dot) example", "clerk@bad.example"),
        ("http://bad.example[/]x", "http://bad.example/x"),
        ("GB33 BUKB 2020 1555 5555 55", "GB33 BUKB 2020 1555 5555 55"),
    ],
)
def test_defanged_values_are_read_back(written: str, value: str) -> None:
    assert refang(written) == value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("bad.example", "domain"),
        ("198.51.100.7", "domain"),
        ("https://bad.example/x", "url"),
        ("bad.example/x?y=1", "url"),
        ("+44 7700 900123", "phone"),
        ("07700 900123", "phone"),
        ("GB33BUKB20201555555555", "payee"),
        ("clerk@okbank", "payee"),
        ("clerk@bad.example", "payee"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "payee"),
    ],
)
def test_the_type_of_a_bare_value_is_guessed(value: str, kind: str) -> None:
    assert guessed_type(value) == kind


def test_hosts_are_compared_without_what_does_not_matter() -> None:
    assert host_of("https://user@WWW.Bad.Example.:8080/x") == "bad.example"
    assert host_of("xn--bcher-kva.example") == "b\u00fccher.example"
    assert address_of("HTTPS://Bad.example/Path/?a=1#x") == "bad.example/Path/?a=1"
    assert address_of("bad.example/") == "bad.example"


LISTED = (
    "13/03/2026, 09:00 - Ana: see https://shop.bad.example/a?b=1 please\n"
    "13/03/2026, 09:01 - Ana: or http://good.example/pay\n"
    "13/03/2026, 09:02 - Ana: pay to gb33 bukb 2020 1555 5555 55\n"
    "13/03/2026, 09:03 - Ana: call 07700 900 123\n"
    "13/03/2026, 09:04 - +44 7700 900456: notbad.example.org is fine, and DE00X\n"
    "13/03/2026, 09:05 - Ana: my account is 000-998877-21, name Ana\n"
)


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        ("bad[.]example", [1]),
        ("www.bad.example", [1]),
        ("hxxps://shop[.]bad[.]example/a?b=1", [1]),
        ("https://shop.bad.example/other", []),
        ("good.example/pay/", [2]),
        ("ad.example", []),
        ("GB33BUKB20201555555555", [3]),
        ("+44 7700 900123", [4]),
        ("+447700900456,phone", [5]),
        ("7700900999,phone", []),
        ("000-998877-21,payee", [6]),
        ("00-998877-2,payee", []),
    ],
)
def test_each_kind_of_value_is_found_where_it_stands(row: str, lines: list[int], tmp_path: Path) -> None:
    own = own_of(tmp_path, iocs=f"value,type\n{row}\n")
    found = [f for f in findings_in(chat_of(LISTED, tmp_path), own=own) if f.rule.startswith("listed-")]
    assert [item.line for finding in found for item in finding.evidence] == lines


def test_lists_are_read_with_and_without_a_first_row(tmp_path: Path) -> None:
    forms = (
        "bad.example\n+44 7700 900123\n",
        "# ours\n\nvalue;type;note\nbad.example;domain;a note; \n+44 7700 900123;number;\n",
        "type,indicator,severity\ndomain,bad.example,\nphone,+44 7700 900123,low\n",
        "\ufeffvalue\tnote\nbad.example\tx\n+44 7700 900123\t\n",
    )
    for text in forms:
        listed = own_of(tmp_path, iocs=text).listed
        assert [(entry.type, entry.value) for entry in listed] == [
            ("domain", "bad.example"),
            ("phone", "+44 7700 900123"),
        ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no indicator"),
        ("value,type\nbad.example,colour\n", "line 2: the type 'colour'"),
        ("value,severity\nbad.example,grave\n", "severity is 'grave'"),
        ("com,domain\n", "line 1"),
        ("value,type\n12,phone\n", "too short"),
        ("value\nbad.example,more\n", "more cells"),
        ("{}", "no STIX bundle"),
        ('{"objects": [}', "no JSON"),
    ],
)
def test_a_wrong_list_is_refused_with_its_line(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        (tmp_path / "list.csv").write_text(text, "utf-8")
        read_own(iocs=[tmp_path / "list.csv"])
    assert problem in str(caught.value)


def test_a_stix_bundle_is_read(tmp_path: Path) -> None:
    objects = [
        {"type": "indicator", "pattern_type": "stix", "name": "May", "pattern": "[domain-name:value = 'bad.example']"},
        {"type": "indicator", "pattern": "[url:value = 'http://a.example/x' OR url:value = 'http://b.example/y']"},
        {"type": "indicator", "pattern": "[domain-name:value IN ('c.example', 'd.example')]"},
        {
            "type": "indicator",
            "pattern": "[user-account:account_type = 'payment-account' AND user-account:user_id = 'DE001']",
        },
        {
            "type": "indicator",
            "pattern": "[user-account:account_type = 'phone' AND user-account:user_id = '+447700900123']",
        },
        {"type": "indicator", "revoked": True, "pattern": "[domain-name:value = 'old.example']"},
        {"type": "indicator", "pattern_type": "yara", "pattern": "rule x { }"},
        {"type": "domain-name", "value": "e.example"},
        {"type": "user-account", "account_type": "whatsapp", "user_id": "Ana"},
        {"type": "identity", "name": "somebody"},
    ]
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps({"type": "bundle", "objects": objects}), "utf-8")
    assert [(entry.type, entry.value) for entry in read_own(iocs=[path]).listed] == [
        ("domain", "bad.example"),
        ("url", "http://a.example/x"),
        ("url", "http://b.example/y"),
        ("domain", "c.example"),
        ("domain", "d.example"),
        ("payee", "DE001"),
        ("phone", "+447700900123"),
        ("domain", "e.example"),
    ]


def test_what_one_case_exports_another_case_can_look_for(tmp_path: Path) -> None:
    chat_of(SCAM, tmp_path)
    case = scan([tmp_path / "WhatsApp Chat with Example.txt"], tmp_path / "case")
    assert case.incidents
    assert run("export", case.path, "--to", "stix", "-o", tmp_path / "out.json").exit_code == 0
    listed = read_own(iocs=[tmp_path / "out.json"]).listed
    assert ("domain", "pay-secure-login.example") in {(entry.type, entry.value) for entry in listed}


# allow-lists


def scanned(folder: Path, allow: str = "", as_of: str | None = "2026-12-01") -> Case:
    chat_of(SCAM, folder)
    own = own_of(folder, allow=allow, as_of=as_of)
    out = folder / f"case{len(list(folder.glob('case*')))}"
    return scan([folder / "WhatsApp Chat with Example.txt"], out, Settings(own=own), run=Run(reproducible=True))


def test_an_allowed_link_leaves_its_findings_out_and_says_who_did_it(tmp_path: Path) -> None:
    before, after = scanned(tmp_path), scanned(tmp_path, ALLOW)
    gone = {f.id for f in before.findings} - {f.id for f in after.findings}
    rows = after.coverage["left_out"]
    assert gone and {row["finding"]["id"] for row in rows} == gone
    assert {(row["entry"]["author"], row["entry"]["expires"]) for row in rows} == {("M. Okafor", "2027-06-30")}
    assert after.coverage["allow_unused"] == []
    for incident in after.incidents:
        assert not gone & set(incident.findings)
    page = (after.path / "report.html").read_text("utf-8")
    section = page[page.index('id="decisions"') :]
    assert "M. Okafor" in section and "Our own test page." in section and "30 June 2027" in section
    assert verify(after.path).problems == ()
    hidden = render_case(after, tmp_path / "redacted.html", redactions=("numbers",)).read_text("utf-8")
    assert "900123" not in hidden and "M. Okafor" in hidden


@pytest.mark.parametrize(
    ("change", "as_of"),
    [
        (("2027-06-30", "2026-03-12"), None),
        (("2027-06-30", "2026-11-30"), "2026-12-01"),
        (("pay-secure-login.example", "other.example"), "2026-12-01"),
        (('value = "pay-secure-login.example"', 'rule = "malicious-link"\nsender = "Ana"'), "2026-12-01"),
        (('value = "pay-secure-login.example"', 'rule = "malicious-link"\nchat = "Somebody"'), "2026-12-01"),
    ],
)
def test_an_entry_that_is_late_or_about_something_else_leaves_nothing_out(
    change: tuple[str, str], as_of: str | None, tmp_path: Path
) -> None:
    before, after = scanned(tmp_path), scanned(tmp_path, ALLOW.replace(*change), as_of)
    assert [f.id for f in after.findings] == [f.id for f in before.findings]
    (row,) = after.coverage["allow_unused"]
    assert row["expired"] == (as_of is not None and row["expires"] < as_of)
    assert "M. Okafor" in (after.path / "report.html").read_text("utf-8")


def test_what_the_examiner_writes_is_shown_and_never_run(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script><b onmouseover=x>"
    allow = ALLOW.replace("Our own test page.", hostile).replace("M. Okafor", hostile)
    rules = RULE.replace("The depot wants money in advance", hostile).replace("Our depot never asks", hostile)
    chat_of(SCAM + CHAT.partition("\n")[2], tmp_path)
    own = own_of(tmp_path, rules, allow=allow, as_of="2026-12-01")
    case = scan([tmp_path / "WhatsApp Chat with Example.txt"], tmp_path / "case", Settings(own=own))
    assert case.coverage["left_out"] and [f for f in case.findings if f.rule == "depot-prepayment"]
    page = (case.path / "report.html").read_text("utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page and "<b onmouseover" not in page


def test_an_allowed_link_does_not_hide_another_one(tmp_path: Path) -> None:
    text = SCAM + "13/03/2026, 09:03 - +44 7700 900123: or here https://pay-secure-1ogin.example/verify now\n"
    chat = chat_of(text, tmp_path)
    own = own_of(tmp_path, allow=ALLOW, as_of="2026-12-01")
    case = scan([tmp_path / "WhatsApp Chat with Example.txt"], tmp_path / "case", Settings(own=own))
    assert len(chat) == 5
    for row in case.coverage["left_out"]:
        assert 5 not in [item["line"] for item in row["finding"]["evidence"]]
    links = [f for f in case.findings if any(item.line == 5 for item in f.evidence)]
    assert links


def test_a_finding_can_be_allowed_by_its_id_or_rule(tmp_path: Path) -> None:
    before = scanned(tmp_path)
    first = before.findings[0]
    for what in (f'finding = "{first.id[:10]}"', f'rule = "{first.rule}"\nsender = "{first.actors[0]}"'):
        after = scanned(tmp_path, ALLOW.replace('value = "pay-secure-login.example"', what))
        assert first.id not in {finding.id for finding in after.findings}
        assert first.id in {row["finding"]["id"] for row in after.coverage["left_out"]}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('reason = "Our own test page."', ""), "reason is missing"),
        (('author = "M. Okafor"', ""), "author is missing"),
        (("expires = 2027-06-30", ""), "expires is missing"),
        (("expires = 2027-06-30", 'expires = "soon"'), "is no day"),
        (('value = "pay-secure-login.example"', 'sender = "Ana"'), "leave out everything"),
        (("value =", "domain ="), "no field 'domain'"),
        (('value = "pay-secure-login.example"', 'finding = "xyz"'), "no id of a finding"),
    ],
)
def test_a_wrong_exception_is_refused(change: tuple[str, str], problem: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        own_of(tmp_path, allow=ALLOW.replace(*change))
    assert problem in str(caught.value)


def test_an_allow_list_may_be_a_table(tmp_path: Path) -> None:
    text = "value,reason,author,expires\npay-secure-login[.]example,Our own test page.,M. Okafor,2027-06-30\n"
    assert own_of(tmp_path, allow=text).allowed == own_of(tmp_path, allow=ALLOW).allowed


def test_entries_expire_by_today_unless_the_run_is_reproducible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_of(SCAM, tmp_path)
    (tmp_path / "allow.toml").write_text(ALLOW, "utf-8")
    chat, allow = tmp_path / "WhatsApp Chat with Example.txt", tmp_path / "allow.toml"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1830000000")  # December 2027
    assert run("scan", chat, "--allow", allow, "-o", tmp_path / "late", "-q").exit_code == 0
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert run("scan", chat, "--allow", allow, "-o", tmp_path / "r", "-q", "--reproducible").exit_code == 0
    late, timeless = Case.open(tmp_path / "late"), Case.open(tmp_path / "r")
    assert late.coverage["left_out"] == [] and late.coverage["allow_unused"][0]["expired"] is True
    assert timeless.coverage["left_out"] and timeless.settings["own"]["as_of"] is None
    assert run("scan", chat, "--allow", allow, "--as-of", "June", "-o", tmp_path / "x").exit_code == 2


# verdicts and explanations


def test_verdicts_are_counted_by_rule(tmp_path: Path) -> None:
    case = scanned(tmp_path)
    finding = case.findings[0]
    for verdict in ("confirmed", "dismissed"):
        ran = run("label", case.path, finding.id, verdict, "--reason", "after a call", "--reproducible")
        assert ran.exit_code == 0
    shown = json.loads(run("rules", "list", "--format", "json", "--case", case.path).stdout)
    row = next(rule["judged"] for rule in shown if rule["id"] == finding.rule)
    assert (row["confirmed"], row["dismissed"], row["precision"]) == (0, 1, 0.0)
    assert "1 dismissed, precision 0.00" in run("rules", "list", "--case", case.path).stdout
    assert "Verdicts of the examiner" in (case.path / "report.html").read_text("utf-8")
    assert "judged" not in json.loads(run("rules", "list", "--format", "json").stdout)[0]


def test_explain_says_what_matched_why_and_why_not(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(RULE, "utf-8")

    def told(text: str) -> str:
        return run("rules", "explain", "--rules", tmp_path / "own.toml", text).stdout

    assert "fires  depot-prepayment (medium)" in told("the depot wants an advance, 300 EUR")
    assert "depot-prepayment: none of its phrases is said" in told("lunch at noon?")
    assert "but none of its with_phrases" in told("the depot wants an advance")
    assert "'never pay' of its without_phrases" in told("never pay the depot an advance today")
    asked = told("Please send me the 6 digit code I sent you by mistake, it is urgent")
    assert "fires  code-request" in asked and "by code" in asked and "sender not in the contacts" in asked
    assert "from     a contact with a history:\n  silent no rule fires on this message alone; signs: " in asked
    assert "nothing that they listen for is said" in asked
    rule = run("rules", "explain", "--rules", tmp_path / "own.toml", "depot-prepayment").stdout
    assert "But none of:\n  never pay" in rule


def test_rules_are_not_added_to_a_case_unnoticed(tmp_path: Path) -> None:
    case = scanned(tmp_path)
    (tmp_path / "own.toml").write_text(RULE, "utf-8")
    (tmp_path / "more.txt").write_text(CHAT, "utf-8")
    ran = run("scan", tmp_path / "more.txt", "--case", case.path, "--rules", tmp_path / "own.toml")
    assert ran.exit_code == 2 and "--rescan" in ran.output
    assert run("scan", "--case", case.path, "--rescan", "--rules", tmp_path / "own.toml", "-q").exit_code == 0
    assert Case.open(case.path).settings["own"]["rules"][0]["id"] == "depot-prepayment"
