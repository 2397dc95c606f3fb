"""The command line: exit codes of the contract, data on stdout alone, errors in one sentence."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from scan_inputs import HEAD, tree, write_chat, write_zip

from wa_forensics import Case, __version__
from wa_forensics.cli.program import COMMANDS, main, program
from wa_forensics.cli.terminal import visible

SAMPLES = Path(__file__).parent.parent / "sample_exports"


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wa_forensics", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def invoke(*arguments: str | Path) -> Result:
    """In this process, without the error sentences of ``main``."""
    return CliRunner().invoke(program, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("incident") / "case"
    assert call("scan", SAMPLES / "bengaluru_logistics", "-o", out, "-q").returncode == 0
    return out


# help


def test_help_lists_every_command_and_each_has_help() -> None:
    told = invoke("--help").output
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", told, re.MULTILINE)
        assert invoke(name, "--help").exit_code == 0


def test_version_is_told() -> None:
    assert invoke("--version").output == f"wa-forensics {__version__}\n"


def test_the_help_of_scan_names_every_option_of_the_run() -> None:
    told = invoke("scan", "--help").output
    for option in ("--force", "--resume", "--timeout", "--dry-run", "--fail-on", "--reproducible", "--sign", "--json"):
        assert option in told


def test_the_shell_completes_commands() -> None:
    variables = {"_WA_FORENSICS_COMPLETE": "bash_complete", "COMP_WORDS": "wa-forensics ver", "COMP_CWORD": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "wa_forensics"], capture_output=True, text=True, env={**os.environ, **variables}
    )
    assert "verify" in run.stdout


# scan


def test_scan_tells_a_summary_on_stderr_and_nothing_on_stdout(tmp_path: Path) -> None:
    run = call("scan", SAMPLES / "bengaluru_logistics", "-o", tmp_path / "case")
    assert run.returncode == 0 and run.stdout == ""
    lines = run.stderr.splitlines()
    assert len(lines) <= 24 and all(len(line) <= 100 for line in lines)
    for told in ("accounts", "window", "integrity", "report.html", "no clean bill of health"):
        assert told in run.stderr
    assert "\x1b" not in run.stderr, "no colors and no progress without a terminal"


def test_json_is_the_only_thing_on_stdout(tmp_path: Path) -> None:
    run = call("scan", SAMPLES / "bengaluru_logistics", "-o", tmp_path / "case", "--json")
    told = json.loads(run.stdout)
    case = Case.open(tmp_path / "case")
    assert told["chats"] == 3 and len(told["incidents"]) == len(case.incidents)
    assert sum(told["findings"].values()) == len(case.findings)


def test_fail_on_gives_the_code_of_the_worst_finding_or_incident(tmp_path: Path, incident: Path) -> None:
    case = Case.open(incident)
    worst = max(result.severity for result in (*case.findings, *case.incidents))
    assert worst > max(finding.severity for finding in case.findings)
    run = call("scan", SAMPLES / "bengaluru_logistics", "-o", tmp_path / "a", "-q", "--fail-on", "low")
    assert run.returncode == 11 + worst
    quiet = call("scan", write_chat(tmp_path / "in"), "-o", tmp_path / "b", "-q", "--fail-on", "medium")
    assert quiet.returncode == 0


def test_a_partial_scan_gives_three_and_names_the_file(tmp_path: Path) -> None:
    good = write_chat(tmp_path / "in")
    bad = tmp_path / "in" / "novel.txt"
    bad.write_text("dark night\n" * 40, "utf-8")
    run = call("scan", good, bad, "-o", tmp_path / "case")
    assert run.returncode == 3 and "novel.txt" in run.stderr and "1 failed" in run.stderr


def test_a_dry_run_lists_files_and_writes_nothing(tmp_path: Path) -> None:
    paths = [write_chat(tmp_path / "in"), write_zip(tmp_path / "in")]
    run = call("scan", tmp_path / "in", "-o", tmp_path / "case", "--dry-run")
    assert run.returncode == 0
    assert {line.split("\t")[1] for line in run.stdout.splitlines()} == {str(path) for path in paths}
    assert not (tmp_path / "case").exists() and not (tmp_path / "case.part").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan"],
        ["scan", ".", "--date-order", "weekday"],
        ["scan", ".", "-j", "0"],
        ["frobnicate"],
        ["scan", ".", "--fail-on", "awful"],
    ],
)
def test_wrong_usage_gives_two(arguments: list[str]) -> None:
    assert invoke(*arguments).exit_code == 2


def test_an_unknown_zone_is_a_usage_error_in_one_sentence(tmp_path: Path) -> None:
    run = call("scan", write_chat(tmp_path / "in"), "-o", tmp_path / "case", "--timezone", "Mars/Base")
    assert run.returncode == 2 and "Mars/Base" in run.stderr and "Traceback" not in run.stderr
    assert not (tmp_path / "case").exists()


def test_case_data_come_from_a_file_and_options_win(tmp_path: Path) -> None:
    data = tmp_path / "case.toml"
    data.write_text('[case]\nnumber = "7/25"\nexaminer = "E. One"\nitems = ["A1"]\n', "utf-8")
    out = tmp_path / "case"
    run = call("scan", write_chat(tmp_path / "in"), "-o", out, "--case-data", data, "--examiner", "E. Two", "-q")
    assert run.returncode == 0, run.stderr
    declared = Case.open(out).settings["declared"]
    assert (declared["Case number"], declared["Examiner"], declared["Items"]) == ("7/25", "E. Two", "A1")
    assert declared["Device"] == "not declared"
    data.write_text('colour = "blue"\n', "utf-8")
    wrong = call("scan", write_chat(tmp_path / "in"), "-o", tmp_path / "b", "--case-data", data)
    assert wrong.returncode == 2 and "colour" in wrong.stderr


def on_terminal(arguments: list[str], **variables: str) -> str:
    """What a person at a terminal sees on stderr."""
    import pty

    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "wa_forensics", *arguments], stderr=slave, stdout=subprocess.DEVNULL, env=environment
    )
    os.close(slave)
    seen = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    process.wait()
    os.close(master)
    return seen.decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_progress_and_colors_on_a_terminal_and_no_color_on_request(tmp_path: Path) -> None:
    folder = str(SAMPLES / "bengaluru_logistics")
    seen = on_terminal(["scan", folder, "-o", str(tmp_path / "a")])
    assert "files" in seen and "\x1b[" in seen
    plain = on_terminal(["scan", folder, "-o", str(tmp_path / "b")], NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m|\x1b\[9[0-7]m", plain)
    assert on_terminal(["scan", folder, "-o", str(tmp_path / "c"), "-q"]) == ""


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    name = "Mallory \x1b[2J\u202egpj"
    path = tmp_path / "chat.txt"
    body = "".join(f"14/01/2025, 09:0{n} - {name}: send me the code \x1b]0;owned\x07\n" for n in range(6))
    path.write_text(HEAD + body, "utf-8")
    run = call("scan", path, "-o", tmp_path / "case")
    checks = call("integrity", path)
    for output in (run.stderr, run.stdout, checks.stdout, checks.stderr):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", output)
    assert visible("a\x1b[31m\u202eb\ud800") == r"a\x1b[31m\u202eb\ud800"


# the other commands


def test_parse_writes_jsonl_csv_and_parquet(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    chat = tmp_path / "chat.txt"
    chat.write_text(HEAD + "14/01/2025, 09:00 - Anna Example: =1+1\n14/01/2025, 09:01 - Ben: two\nlines\n", "utf-8")
    run = call("parse", chat)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert [row["message"] for row in rows] == [0, 1, 2]
    assert rows[1]["text"] == "=1+1" and rows[1]["timestamp"] == "2025-01-14T09:00:00"
    assert rows[2]["text"] == "two\nlines"
    for suffix in ("jsonl", "csv", "parquet"):
        assert call("parse", chat, "-o", tmp_path / f"out.{suffix}").returncode == 0
    assert (tmp_path / "out.jsonl").read_text("utf-8") == run.stdout
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert table[1]["text"] == "'=1+1" and table[2]["text"] == "two\nlines"
    parquet = pq.read_table(tmp_path / "out.parquet")
    assert parquet["text"].to_pylist() == [row["text"] for row in rows]
    assert list(rows[0]) == ["message", *[name for name in parquet.column_names if name not in {"message", "source"}]]
    again = call("parse", chat, "-o", tmp_path / "out.csv")
    assert again.returncode == 2 and "--force" in again.stderr
    assert call("parse", chat, "-o", tmp_path / "out.xls").returncode == 2


def test_parse_asks_for_the_date_order_when_it_is_open(tmp_path: Path) -> None:
    chat = tmp_path / "open.txt"
    chat.write_text("".join(f"0{n}/03/2025, 10:0{n} - Anna Example: hi {n}\n" for n in (1, 4)), "utf-8")
    run = call("parse", chat)
    assert run.returncode == 3 and "--date-order" in run.stderr and run.stdout == ""
    first = json.loads(call("parse", chat, "--date-order", "mdy").stdout.splitlines()[0])
    assert first["timestamp"].startswith("2025-01-03")


def test_integrity_tells_four_words(tmp_path: Path) -> None:
    run = call("integrity", write_chat(tmp_path / "in"), "--format", "json")
    (source,) = json.loads(run.stdout)
    assert {check["verdict"] for check in source["checks"]} <= {
        *("consistent", "inconsistent", "not testable", "no conclusion"),
    }
    assert run.returncode == 0 and len(source["sha256"]) == 64


def test_compare_gives_the_object_of_the_contract(tmp_path: Path) -> None:
    a = write_chat(tmp_path / "a", messages=40)
    text = a.read_text("utf-8")
    b = tmp_path / "b.txt"
    b.write_text("".join(line for line in text.splitlines(keepends=True) if "note 20\n" not in line), "utf-8")
    run = call("compare", a, b, "--format", "json")
    told = json.loads(run.stdout)
    assert set(told) >= {
        *("sources", "clock_offset_seconds", "clock_changes", "names", "matched", "missing_in_a"),
        *("missing_in_b", "changed", "moved", "overlap", "verdict"),
    }
    assert [row["text"] for row in told["missing_in_b"]] == ["note 20"]
    assert "note 20" in call("compare", a, b).stdout


def copied(incident: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(incident, tmp_path / "copy"))


def test_verify_gives_four_when_something_was_changed(incident: Path, tmp_path: Path) -> None:
    case = copied(incident, tmp_path)
    assert call("verify", case).returncode == 0
    (case / "report.html").write_text("nothing happened", "utf-8")
    run = call("verify", case)
    assert run.returncode == 4 and "report.html was changed" in run.stdout
    assert run.stdout.splitlines()[-1].startswith("not verified: ask for the case folder again")
    told = json.loads(call("verify", case, "--format", "json").stdout)
    assert told["verified"] is False and any(row["file"] == "report.html" for row in told["problems"])


def test_a_report_that_its_records_do_not_give_is_found_under_a_new_seal(incident: Path, tmp_path: Path) -> None:
    from test_case import edit, reseal

    case = copied(incident, tmp_path)
    edit(case / "report.html", "</main>", "<p>Another story.</p></main>")
    reseal(case)
    run = call("verify", case)
    assert run.returncode == 4 and "when rendered again" in run.stdout


def test_report_renders_again_for_another_reader(incident: Path, tmp_path: Path) -> None:
    case = copied(incident, tmp_path)
    before = tree(case)
    assert call("report", case, "--audience", "victim", "-o", tmp_path / "victim.html").returncode == 0
    assert tree(case) == before and (tmp_path / "victim.html").exists()
    assert call("report", case, "--audience", "court").returncode == 0
    assert tree(case)["report.html"] != before["report.html"]
    assert call("verify", case).returncode == 0
    wrong = call("report", case, "--lang", "tlh")
    assert wrong.returncode == 2 and "tlh" in wrong.stderr
    assert call("verify", case).returncode == 0


def test_a_label_is_shown_in_the_report_and_verified(incident: Path, tmp_path: Path) -> None:
    case = copied(incident, tmp_path)
    finding = Case.open(case).findings[0]
    run = call("label", case, finding.id[:10], "dismissed", "--reason", "Known vendor & friend", "--examiner", "E. X")
    assert run.returncode == 0, run.stderr
    assert "Known vendor &amp; friend" in (case / "report.html").read_text("utf-8")
    assert call("verify", case).returncode == 0
    assert call("label", case, "zzzz", "open", "--reason", "x").returncode == 2


def test_export_writes_to_stdout_or_a_file(incident: Path, tmp_path: Path) -> None:
    run = call("export", incident, "--to", "csv")
    rows = list(csv.DictReader(io.StringIO(run.stdout.removeprefix("\ufeff"))))
    assert {row["finding"] for row in rows} == {finding.id for finding in Case.open(incident).findings}
    assert call("export", incident, "--to", "sarif", "-o", tmp_path / "x.sarif").returncode == 0
    assert json.loads((tmp_path / "x.sarif").read_text("utf-8"))["version"] == "2.1.0"


def test_a_signed_scan_is_verified_by_the_public_key_and_labels_need_the_private_one(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "private", tmp_path / "public"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    )
    case = tmp_path / "case"
    assert call("scan", SAMPLES / "bengaluru_logistics", "-o", case, "--sign", private, "-q").returncode == 0
    run = call("verify", case, "--key", public)
    assert run.returncode == 0 and "the signature fits" in run.stdout
    finding = Case.open(case).findings[0].id
    assert call("label", case, finding, "confirmed", "--reason", "seen").returncode == 2
    assert call("label", case, finding, "confirmed", "--reason", "seen", "--sign", private).returncode == 0
    assert call("verify", case, "--key", public).returncode == 0
    assert call("scan", SAMPLES, "-o", tmp_path / "b", "--sign", public).returncode == 2


def test_rules_are_listed_explained_and_tested() -> None:
    rows = json.loads(invoke("rules", "list", "--format", "json").output)
    assert len(rows) > 10 and {"id", "title", "threat", "severity", "why"} <= set(rows[0])
    told = invoke("rules", "explain", rows[0]["id"]).output
    assert rows[0]["title"] in told
    text = invoke("rules", "explain", "Please send me the code 482913").output
    assert "code_request" in text and "482913" in text
    assert invoke("rules", "test", "no-such-rule").exit_code != 0


def test_an_error_of_ours_is_one_sentence_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["verify", str(tmp_path)])
    assert stopped.value.code == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.startswith("wa-forensics: ") and len(told.err.splitlines()) == 1
