"""The sample exports: what a reader must find in each, and the same bytes as the golden files."""

from __future__ import annotations

import json
import os
import platform
import re
import runpy
import sys
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from wa_forensics.batch import Run, scan
from wa_forensics.model import Severity

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
SAMPLES = ("bengaluru_logistics", "family_code", "ordinary_business")
FILES = ("findings.jsonl", "incidents.json", "report.html")
# Elsewhere logarithms may differ in their last digit.
EXACT = (sys.platform, platform.machine(), np.__version__.split(".")[0]) == ("linux", "x86_64", "2")


@cache
def scanned(sample: str) -> dict[str, bytes]:
    """The files of the sample's case, scanned from the top of the checkout so that the paths in it are short."""
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        with TemporaryDirectory() as folder:
            scan([f"sample_exports/{sample}"], Path(folder) / "case", run=Run(reproducible=True))
            return {name: (Path(folder) / "case" / name).read_bytes() for name in FILES}
    finally:
        os.chdir(before)


def words_of(data: bytes) -> str:
    """The file without its decimal fractions, and with paths written one way."""
    return re.sub(r"\d+\.\d+", "#", data.decode("utf-8")).replace("sample_exports\\\\", "sample_exports/")


def findings(sample: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in scanned(sample)["findings.jsonl"].splitlines()]


def incidents(sample: str) -> list[dict[str, object]]:
    return json.loads(scanned(sample)["incidents.json"])


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", FILES)
def test_sample_gives_the_golden_bytes(sample: str, name: str) -> None:
    golden = GOLDEN / sample / name
    if os.environ.get("WRITE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(scanned(sample)[name])
    found, expected = scanned(sample)[name], golden.read_bytes()
    if EXACT:
        assert found == expected, "run `make golden` and say in the commit why it changed"
    assert words_of(found) == words_of(expected)


def test_the_three_exports_of_one_night_are_one_critical_incident() -> None:
    worst = [item for item in incidents("bengaluru_logistics") if item["severity"] in ("high", "critical")]
    assert len(worst) == 1
    assert worst[0]["severity"] == "critical"
    assert len(worst[0]["chats"]) == 3
    assert worst[0]["accounts"] == ["Vayu Dispatch"]


def test_the_window_of_the_intruder_covers_the_night_in_both_client_chats() -> None:
    windows = {Path(w["source"].split("!")[0]).name: w for i in incidents("bengaluru_logistics") for w in i["windows"]}
    for name in ("WhatsApp Chat with Vayu Dispatch (Latha Coffee Traders).txt", "WhatsApp Chat - Vayu Dispatch.zip"):
        assert windows[name]["account"] == "Vayu Dispatch"
        assert windows[name]["start"].startswith("2026-03-13T00:")
        assert "2026-03-13T01:09" <= windows[name]["end"] <= "2026-03-13T02:50"


def test_what_the_owner_wrote_days_before_the_night_is_no_part_of_the_attack() -> None:
    night = "2026-03-12T20:00:00"
    shown = [f for f in findings("bengaluru_logistics") if str(f["source"]).endswith("Vayu Dispatch.zip!_chat.txt")]
    assert len(shown) > 10
    assert {f["rule"] for f in shown if str(f["start"]) < night} == {"shared-account"}


def test_the_two_accounts_of_the_family_are_one_critical_incident() -> None:
    (incident,) = [item for item in incidents("family_code") if item["severity"] == "critical"]
    assert set(incident["accounts"]) == {"Lena", "Tante Renate"}
    told = {item["threat"] for item in findings("family_code") if item["severity"] not in ("info", "low")}
    assert {"otp_request", "otp_disclosed", "payment_request"} <= told


def test_the_ordinary_business_shows_nothing_above_low() -> None:
    levels = [Severity[str(item["severity"]).upper()] for item in findings("ordinary_business")]
    assert max(levels, default=Severity.INFO) <= Severity.LOW
    assert incidents("ordinary_business") == []


def test_samples_are_what_the_builder_writes(tmp_path: Path) -> None:
    builder = runpy.run_path(str(ROOT / "scripts" / "build_samples.py"))
    builder["main"].__globals__["OUT"] = tmp_path
    builder["main"]()
    assert contents(tmp_path) == contents(ROOT / "sample_exports")


def contents(folder: Path) -> dict[str, bytes]:
    """Every text and zip member by name; compressed bytes differ between builds of zlib and do not count."""
    found: dict[str, bytes] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(folder))
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found |= {f"{name}!{item}": archive.read(item) for item in archive.namelist()}
        else:
            found[name] = path.read_bytes()
    return found


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_address_in_the_report_leads_back_to_the_bytes_of_the_message(sample: str) -> None:
    made = scanned(sample)
    addresses = set(re.findall(rb"(\d+)@(\d+)", made["report.html"]))
    followed = 0
    for line in made["findings.jsonl"].splitlines():
        for item in json.loads(line)["evidence"]:
            path, _, member = item["source"].partition("!")
            data = (ROOT / path).read_bytes()
            if member:
                with zipfile.ZipFile(ROOT / path) as archive:
                    data = archive.read(member)
            start = item["byte_offset"]
            assert data[:start].count(b"\n") + 1 == item["line"]
            assert (str(item["line"]).encode(), str(start).encode()) in addresses
            message = data[start : start + item["byte_length"]].decode("utf-8").replace("\r\n", "\n")
            assert item["quote"].removesuffix("…") in message
            followed += 1
    assert followed >= (1 if sample == "ordinary_business" else 40)
