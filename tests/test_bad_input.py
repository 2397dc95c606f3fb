"""Hostile and broken input: named, refused with advice, never a traceback, never a half-written case."""

from __future__ import annotations

import ast
import errno
import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from scan_inputs import HEAD, chat_text, tree, write_chat

import wa_forensics.batch.finish as finish_module
import wa_forensics.batch.job as job_module
from wa_forensics import scan
from wa_forensics.batch import Run
from wa_forensics.case.folder import MARK
from wa_forensics.errors import CaseError, EvidenceError, ParseError, WaForensicsError

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wa_forensics", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120)


def refused(path: Path, tmp_path: Path) -> str:
    """Scan one bad file beside a good one: it is named, exit 3, the good one is reported."""
    good = write_chat(tmp_path / "good")
    out = tmp_path / "case"
    with pytest.raises((ParseError, EvidenceError)) as caught:
        scan([path], tmp_path / "alone")
    assert not (tmp_path / "alone").exists()
    result = run("scan", good, path, "-o", out)
    assert result.returncode == 3, result.stderr
    assert "Traceback" not in result.stderr
    assert path.name in result.stderr
    assert [item["path"] for item in json.loads((out / "case.json").read_text("utf-8"))["inputs"]] == [
        str(good),
        str(path),
    ]
    assert (out / "report.html").exists()
    error = caught.value
    assert error.problem and error.advice, "an error says what is wrong and what to try"
    return str(error)


def save(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    refused(save(tmp_path, "empty.txt", b""), tmp_path)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    data = bytes(range(256)) * 400
    refused(save(tmp_path, "binary.txt", data), tmp_path)


def test_a_file_that_is_no_export_is_refused(tmp_path: Path) -> None:
    refused(save(tmp_path, "novel.txt", b"It was a dark night.\nNothing happened.\n" * 50), tmp_path)


def test_a_folder_without_exports_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "photo.jpg").write_bytes(b"\xff\xd8")
    result = run("scan", tmp_path / "holiday", "-o", tmp_path / "case")
    assert result.returncode == 3
    assert "no .txt or .zip" in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "case").exists()


def test_every_error_of_the_program_says_what_to_do() -> None:
    """The third argument is the advice; that it is there at all is what mypy checks."""
    seen = 0
    for path in (ROOT / "wa_forensics").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name in {"ParseError", "EvidenceError", "CaseError", "SettingsError"}:
                assert isinstance(node, ast.Call)
                where = f"{path.name}:{node.lineno}"
                if not any(isinstance(argument, ast.Starred) for argument in node.args):
                    assert len(node.args) == 3, where
                    advice = node.args[2]
                    assert not isinstance(advice, ast.Constant) or str(advice.value).endswith((".", "...")), where
                seen += 1
    assert seen > 80


def test_a_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    result = run("scan", tmp_path / "nowhere.txt", "-o", tmp_path / "case")
    assert result.returncode == 2 and "nowhere.txt" in result.stderr


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("_chat.txt", b"0" * (64 << 20))
    refused(path, tmp_path)


def test_a_member_that_points_outside_is_refused_and_nothing_is_written_there(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    path = folder / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../evil.txt", chat_text())
    refused(path, tmp_path)
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_symlink_member_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "link.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("_chat.txt")
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    refused(path, tmp_path)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", chat_text())
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + flags
        struct.pack_into("<H", data, place, struct.unpack_from("<H", data, place)[0] | 1)
    refused(save(tmp_path, "locked.zip", bytes(data)), tmp_path)


def test_a_truncated_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_chat.txt", chat_text(500))
    refused(save(tmp_path, "cut.zip", path.read_bytes()[:-400]), tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="permissions work otherwise there")
def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_chat(tmp_path / "in", "Locked")
    good = write_chat(tmp_path / "in", "Open")
    opened = Path.open

    def locked(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == path.name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return opened(self, *args, **kwargs)  # type: ignore[call-overload]

    # root reads files whatever their mode, so the refusal is made here
    monkeypatch.setattr(Path, "open", locked)
    case = scan([good, path], tmp_path / "case", run=Run(jobs=1))
    failures = case.coverage["failures"]
    assert [item.source for item in failures] == [str(path)]
    assert "Permission denied" in failures[0].problem and failures[0].advice
    assert [item.sha256 for item in case.files][1] is None


def test_a_line_of_fifty_megabytes_is_no_trouble(tmp_path: Path) -> None:
    path = save(tmp_path, "long.txt", HEAD.encode() + b"13/01/2025, 08:01 - Anna: " + b"a" * (50 << 20) + b"\n")
    case = scan([path], tmp_path / "case")
    assert case.inputs[0].message_count == 2
    no_header = save(tmp_path, "line.txt", b"a" * (50 << 20))
    with pytest.raises(WaForensicsError):
        scan([no_header], tmp_path / "other")


def test_nul_bytes_in_a_message_are_kept(tmp_path: Path) -> None:
    text = chat_text().replace("note 3", "note\x003")
    case = scan([save(tmp_path, "nul.txt", text.encode())], tmp_path / "case")
    texts = case.messages(case.inputs[0].source.name)["text"].to_pylist()
    assert "note\x003" in texts


def test_lone_surrogates_are_read_as_replacement_and_counted(tmp_path: Path) -> None:
    data = chat_text().encode().replace(b"note 3", b"note \xed\xa0\x80")
    case = scan([save(tmp_path, "surrogate.txt", data)], tmp_path / "case")
    assert case.inputs[0].source.decode_errors > 0
    assert any("U+FFFD" in limit.limit for limit in case.coverage["limits"])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_name_that_is_no_utf8_is_reported(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/chat \xff.txt"
    Path(os.fsdecode(path)).write_bytes(chat_text().encode())
    result = run("scan", os.fsdecode(path), "-o", tmp_path / "case")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "case" / "report.html").exists()


def test_an_existing_output_folder_is_refused_unless_forced(tmp_path: Path) -> None:
    chat = write_chat(tmp_path / "in")
    out = tmp_path / "case"
    assert run("scan", chat, "-o", out).returncode == 0
    before = tree(out)
    again = run("scan", chat, "-o", out)
    assert again.returncode == 2 and "--force" in again.stderr
    assert tree(out) == before
    assert run("scan", chat, "-o", out, "--force").returncode == 0


def test_force_does_not_replace_a_folder_that_is_no_case(tmp_path: Path) -> None:
    chat = write_chat(tmp_path / "in")
    out = tmp_path / "photos"
    out.mkdir()
    (out / "only-copy.jpg").write_bytes(b"x")
    result = run("scan", chat, "-o", out, "--force")
    assert result.returncode == 2 and "no case folder" in result.stderr
    assert (out / "only-copy.jpg").exists()


@pytest.mark.parametrize("part", ["write_records", "render_case", "publish"])
def test_a_full_disk_leaves_nothing_that_looks_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(job_module if part == "publish" else finish_module, part, full)
    with pytest.raises(CaseError, match="No space left"):
        scan([write_chat(tmp_path / "in")], tmp_path / "case")
    assert not (tmp_path / "case").exists()
    assert (tmp_path / "case.part" / MARK).exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_parse_says_so(tmp_path: Path) -> None:
    chat = write_chat(tmp_path / "in")
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "wa_forensics", "parse", str(chat)]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode != 0 and "No space left" in result.stderr
