"""A scan talks to no network, writes nowhere but into its output folder, and leaves the evidence as it is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_exports"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="open folders are named by /proc")

# Every interpreter that is started reads this first, workers too; what it sees is appended line by line.
WATCH = """
import json, os, socket, sys
log = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink",
           "os.truncate", "os.utime", "shutil.move", "shutil.rmtree", "shutil.copyfile")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
def tell(*what):
    os.write(log, (json.dumps(what, default=str) + "\\n").encode())
def hook(event, arguments):
    if event == "socket.__new__" and arguments[1] != socket.AF_UNIX:
        frame = sys._getframe(1)
        while frame.f_code.co_filename == socket.__file__:
            frame = frame.f_back
        tell("socket", frame.f_code.co_filename)
        raise OSError("no network here")
    far = event in ("socket.sendto", "socket.connect") and arguments[0].family != socket.AF_UNIX
    if far or event in ("socket.getaddrinfo", "socket.gethostbyname"):
        tell("network", event, str(arguments[1:]))
        raise OSError("no network here")
    if event == "open" and isinstance(arguments[0], (str, bytes)) and (arguments[2] or 0) & WRITING:
        tell("write", os.path.abspath(os.fsdecode(arguments[0])))
    elif event in CHANGES:
        # The last argument is a folder that is open, or -1.
        within = os.readlink(f"/proc/self/fd/{arguments[-1]}") if isinstance(arguments[-1], int) and (
            arguments[-1] >= 0) else os.getcwd()
        for path in arguments:
            if isinstance(path, (str, bytes, os.PathLike)):
                tell("write", os.path.join(within, os.fsdecode(path)))
sys.addaudithook(hook)
"""
SCAN = "import sys; from wa_forensics.cli import main; main(sys.argv[1:])"


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A short path: the socket of the process that starts workers has a name of about a hundred bytes at most."""
    with tempfile.TemporaryDirectory(prefix="wa") as folder:
        yield Path(folder)


def watched(code: str, log: Path, *arguments: str | Path, cwd: Path, temporary: Path) -> tuple[int, list[list[str]]]:
    """Exit code, and what the process and its workers asked for."""
    (cwd / "watch").mkdir()
    (cwd / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(cwd / "watch"), str(ROOT))),
        "WATCH_LOG": str(log),
        "TMPDIR": str(temporary),
        "XDG_CACHE_HOME": str(cwd / "cache"),
        "HOME": str(cwd / "home"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name in ("cache", "home"):
        (cwd / name).mkdir(exist_ok=True)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=300)
    assert "Traceback" not in result.stderr, result.stderr
    return result.returncode, [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def state(folder: Path) -> dict[str, tuple[str, int, int]]:
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence"
    shutil.copytree(SAMPLES, folder)
    return folder


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_scan_is_confined_to_its_output_folder(evidence: Path, tmp_path: Path, temporary: Path, workers: str) -> None:
    before = state(evidence)
    out = tmp_path / "case"
    code, seen = watched(
        SCAN, tmp_path / "log", "scan", evidence, "-o", out, "-j", workers, cwd=tmp_path, temporary=temporary
    )
    assert code in (0, 1)
    assert (out / "report.html").exists()
    assert [item for item in seen if item[0] == "network"] == []
    # urllib3, which tldextract imports, asks on import whether the machine has IPv6; nothing is sent.
    callers = {Path(item[1]).parts[-3:] for item in seen if item[0] == "socket"}
    assert callers <= {("urllib3", "util", "connection.py")}
    # The case is made beside the place where it will stand, and moved there when it is whole.
    allowed = (str(out), str(tmp_path / ".case"), "/dev/null", "/dev/shm/")
    if workers == "2":
        # The socket of the process that starts the workers; it is gone when they are.
        allowed += (str(temporary),)
    stray = sorted({path for kind, path, *_ in seen if kind == "write" and not path.startswith(allowed)})
    assert stray == []
    assert not list(temporary.iterdir())
    assert state(evidence) == before
    assert any(path.startswith(str(out)) or "case" in path for _, path, *_ in seen)
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("log")) == [
        "cache",
        "case",
        "evidence",
        "home",
        "watch",
    ]


def test_the_watch_sees_what_it_should(tmp_path: Path, temporary: Path) -> None:
    code = (
        "import os, socket\ntry:\n    socket.socket()\nexcept OSError:\n    pass\n"
        "try:\n    socket.getaddrinfo('host.example', 80)\nexcept OSError:\n    pass\n"
        "open('stray.txt', 'w').close(); os.mkdir('folder')"
    )
    status, seen = watched(code, tmp_path / "log", cwd=tmp_path, temporary=temporary)
    assert status == 0
    assert [item[0] for item in seen] == ["socket", "network", "write", "write"]
    assert seen[2][1] == str(tmp_path / "stray.txt")
