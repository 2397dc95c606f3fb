"""What another system does otherwise: code pages, line ends, file names, worker processes, missing modules."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import wa_forensics
from wa_forensics import read_export

PACKAGE = Path(wa_forensics.__file__).parent
ROOT = PACKAGE.parent
SAMPLES = ROOT / "sample_exports"
NOT_ON_WINDOWS = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty"}
HINDI = "13/01/2025, 08:00 - रमेश 🎉: ओटीपी भेज दो\n13/01/2025, 08:01 - Łucja: 883 104\n"


def call(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "wa_forensics", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=120, env={**os.environ, **variables})


@pytest.mark.parametrize("code_page", ["cp1252", "cp437", "latin-1"])
def test_a_console_that_lacks_the_letters_shows_escapes(tmp_path: Path, code_page: str) -> None:
    chat = tmp_path / "WhatsApp Chat with रमेश 🎉.txt"
    chat.write_text(HINDI, "utf-8")
    for arguments in (
        ["scan", chat, "-o", tmp_path / "case"],
        ["rules", "explain", "ओटीपी भेज दो रमेश 🎉 https://उदाहरण.example"],
        ["integrity", chat],
        ["compare", chat, chat],
        ["verify", tmp_path / "case"],
    ):
        result = call(*arguments, PYTHONIOENCODING=code_page, PYTHONUTF8="0")
        assert result.returncode == 0, result.stderr.decode(code_page)
        result.stdout.decode(code_page)
    explained = call("rules", "explain", "ओटीपी भेज दो", PYTHONIOENCODING=code_page, PYTHONUTF8="0").stdout
    assert b"\\u" in explained or b"?" in explained


def test_data_on_stdout_is_utf8_in_any_code_page(tmp_path: Path) -> None:
    chat = tmp_path / "WhatsApp Chat with Ramesh.txt"
    chat.write_text(HINDI, "utf-8")
    told = {page: call("parse", chat, PYTHONIOENCODING=page).stdout for page in ("utf-8", "cp1252")}
    assert told["utf-8"] == told["cp1252"]
    assert "रमेश".encode() in told["cp1252"]


def test_windows_line_ends_change_no_message(tmp_path: Path) -> None:
    source = SAMPLES / "ordinary_business" / "WhatsApp Chat with Kaveri Prints.txt"
    converted = tmp_path / source.name
    converted.write_bytes(source.read_bytes().replace(b"\n", b"\r\n"))
    columns = ["timestamp", "sender", "kind", "text"]
    before, after = (read_export(path).messages[columns] for path in (source, converted))
    after["text"] = after["text"].str.replace("\r\n", "\n", regex=False)
    assert before.astype(str).equals(after.astype(str))


def test_a_case_has_only_names_that_every_file_system_takes(tmp_path: Path) -> None:
    odd = tmp_path / "in"
    odd.mkdir()
    for name in ("WhatsApp Chat with a;b.txt", "WhatsApp Chat with CON.txt", "WhatsApp Chat with ends.. .txt"):
        (odd / name).write_text(HINDI, "utf-8")
    with zipfile.ZipFile(odd / "odd.zip", "w") as archive:
        archive.writestr("C:\\drive\\WhatsApp Chat with x.txt", HINDI)
    assert call("scan", odd, "-o", tmp_path / "case", "-q").returncode in (0, 3)
    names = [path.name for path in (tmp_path / "case").rglob("*")]
    assert names
    for name in names:
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f]|[. ]$', name), name
        assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)", name), name


def test_long_names_in_deep_folders_are_read_and_written(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name" * 4] * (1 if os.name == "nt" else 12))
    deep.mkdir(parents=True)
    name = f"WhatsApp Chat with {'Ä' * (40 if os.name == 'nt' else 115)}.txt"  # 255 bytes are the most of a name
    (deep / name).write_text(HINDI, "utf-8")
    case = deep / "case"
    assert call("scan", deep, "-o", case, "-q").returncode == 0
    assert call("verify", case, "--evidence", deep).returncode == 0
    assert name in (case / "manifest.json").read_text("utf-8")
    refused = call("scan", deep / name, "-o", tmp_path / ("c" * 300), "-q")
    assert refused.returncode == 2
    assert b"cannot be written" in refused.stderr
    assert [path for path in tmp_path.iterdir() if path.name.startswith("c")] == []


def test_modules_that_windows_lacks_are_imported_only_where_they_are_used() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not NOT_ON_WINDOWS & {name.split(".")[0] for name in names}, path


def test_text_files_are_opened_with_a_named_encoding() -> None:
    """Without it Windows takes its code page."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            words = {keyword.arg for keyword in node.keywords}
            where = f"{path.name}:{node.lineno}"
            if name == "read_text":
                assert node.args or "encoding" in words, where
            elif name == "write_text":
                assert len(node.args) > 1 or "encoding" in words, where
            elif name == "open" and any(
                isinstance(mode, ast.Constant) and isinstance(mode.value, str) and re.fullmatch(r"[rwax]+", mode.value)
                for mode in node.args
            ):
                assert "encoding" in words, where


SPAWNED = """
import sys
from wa_forensics.batch import pool
from wa_forensics.cli import main
if __name__ == "__main__":
    pool.get_all_start_methods = lambda: ["spawn"]
    main(["scan", sys.argv[1], "-o", sys.argv[2], "-j", sys.argv[3], "--reproducible", "-q"])
"""


def test_workers_that_are_spawned_give_the_same_case(tmp_path: Path) -> None:
    """Windows has no other way to start them."""
    script = tmp_path / "spawned.py"
    script.write_text(SPAWNED, "utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    for jobs in ("1", "2"):
        command = [sys.executable, str(script), str(SAMPLES / "bengaluru_logistics"), str(tmp_path / jobs), jobs]
        assert subprocess.run(command, timeout=180, env=environment).returncode == 0
    findings = [(tmp_path / jobs / "findings.jsonl").read_bytes() for jobs in ("1", "2")]
    assert findings[0] and findings[0] == findings[1]


def test_git_converts_no_line_ends() -> None:
    assert "* -text" in (ROOT / ".gitattributes").read_text("utf-8").splitlines()
