"""What is released: the same bytes from the same files, with types, templates and words; bounds that are true."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from wa_forensics import __version__

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import lowest_versions  # noqa: E402

PARTS = ("wa_forensics", "templates", "sample_exports", "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml")
EPOCH = "1767225600"  # 2026-01-01


def build(folder: Path, epoch: str, age: int) -> dict[str, bytes]:
    """The wheel and the sdist of a copy of the tree whose files are ``age`` seconds old."""
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        ignore = shutil.ignore_patterns("__pycache__")
        (shutil.copytree(source, folder / part, ignore=ignore) if source.is_dir() else shutil.copy(source, folder))
    for path in folder.rglob("*"):
        os.utime(path, (int(EPOCH) + age, int(EPOCH) + age))
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder / "out")]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": epoch})
    return {path.name: path.read_bytes() for path in sorted((folder / "out").iterdir())}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return build(tmp_path_factory.mktemp("release") / "one", EPOCH, 0)


def test_another_day_and_another_folder_give_the_same_bytes(release: dict[str, bytes], tmp_path: Path) -> None:
    again = build(tmp_path / "a much longer name of the folder", EPOCH, 86_400)
    assert len(release) == 2
    told = [{name: hashlib.sha256(data).hexdigest() for name, data in built.items()} for built in (release, again)]
    assert told[0] == told[1]


def test_another_epoch_would_be_seen(release: dict[str, bytes], tmp_path: Path) -> None:
    assert build(tmp_path / "later", str(int(EPOCH) + 100_000), 0) != release


def test_the_wheel_has_types_templates_and_words_and_nothing_else(release: dict[str, bytes], tmp_path: Path) -> None:
    (name,) = (name for name in release if name.endswith(".whl"))
    assert name == f"wa_forensics-{__version__}-py3-none-any.whl"
    (tmp_path / name).write_bytes(release[name])
    with zipfile.ZipFile(tmp_path / name) as wheel:
        names = set(wheel.namelist())
        metadata = wheel.read(f"wa_forensics-{__version__}.dist-info/METADATA").decode("utf-8")
    for wanted in (
        "py.typed",
        "templates/report/page.html",
        "locales/app_lines.tsv",
        "locales/people.json",
        "locales/people.lines",
    ):
        assert f"wa_forensics/{wanted}" in names
    assert {name.split("/")[0] for name in names} == {"wa_forensics", f"wa_forensics-{__version__}.dist-info"}
    assert not [name for name in names if name.endswith((".pyc", ".orig"))]
    assert "Requires-Python: >=3.11" in metadata


CONSUMER = """
from wa_forensics import Chat, read_export
chat: Chat = read_export("chat.txt")
wrong: int = read_export("chat.txt")
"""


def test_whoever_installs_the_wheel_gets_its_types(release: dict[str, bytes], tmp_path: Path) -> None:
    (wheel,) = (data for name, data in release.items() if name.endswith(".whl"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    (tmp_path / "consumer.py").write_text(CONSUMER, "utf-8")
    (python,) = (path for path in (tmp_path / "env").glob("*/python*") if path.stem == "python")
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(asked, check=True, capture_output=True, encoding="utf-8").stdout.strip())
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        archive.extractall(site)

    alone = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MYPYPATH")}

    def told() -> str:
        command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental"]
        command += ["--python-executable", str(python), "consumer.py"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", env=alone).stdout

    assert "Found 1 error in 1 file" in (found := told()), found
    assert 'consumer.py:4: error: Incompatible types in assignment (expression has type "Chat"' in found
    (site / "wa_forensics" / "py.typed").unlink()
    assert "[import-untyped]" in told()


def test_the_source_distribution_has_what_its_build_needs(release: dict[str, bytes], tmp_path: Path) -> None:
    (name,) = (name for name in release if name.endswith(".tar.gz"))
    (tmp_path / name).write_bytes(release[name])
    with tarfile.open(tmp_path / name) as archive:
        names = {member.split("/", 1)[-1] for member in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "templates/report/page.html", "wa_forensics/py.typed"} <= names


def test_every_dependency_has_a_lower_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert len(lowest_versions.lowest()) == len(project["dependencies"])
