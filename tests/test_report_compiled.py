"""Compiled templates are kept beside the templates, used only while nothing changed, and never needed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from wa_forensics.report import compiled
from wa_forensics.report.compiled import CompiledTemplates


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "page.html").write_text("<p>{{ name }}</p>", "utf-8")
    return tmp_path


def rendered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """The page, and how many templates were compiled for it."""
    env = Environment(
        loader=FileSystemLoader(folder), bytecode_cache=CompiledTemplates(folder), autoescape=True, auto_reload=True
    )
    count = [0]
    generate = env._generate

    def counting(*values: object, **named: object) -> str:
        count[0] += 1
        return generate(*values, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(env, "_generate", counting)
    return env.get_template("page.html").render(name="<Ana>"), count[0]


def test_a_template_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(folder, monkeypatch) == ("<p>&lt;Ana&gt;</p>", 1)
    assert rendered(folder, monkeypatch) == ("<p>&lt;Ana&gt;</p>", 0)
    assert [path.suffix for path in (folder / "__pycache__").iterdir()] == [".pyc"]


def test_a_changed_template_and_changed_code_are_compiled_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered(folder, monkeypatch)
    (folder / "page.html").write_text("<b>{{ name }}</b>", "utf-8")
    assert rendered(folder, monkeypatch) == ("<b>&lt;Ana&gt;</b>", 1)
    monkeypatch.setattr(compiled, "_made_by", lambda: "another Jinja or another filter")
    assert rendered(folder, monkeypatch) == ("<b>&lt;Ana&gt;</b>", 1)


def test_a_damaged_file_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered(folder, monkeypatch)
    for path in (folder / "__pycache__").iterdir():
        path.write_bytes(path.read_bytes()[:-40])
    assert rendered(folder, monkeypatch) == ("<p>&lt;Ana&gt;</p>", 1)


def test_nothing_is_written_where_python_writes_no_bytecode(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(folder, monkeypatch)[0] == "<p>&lt;Ana&gt;</p>"
    assert not (folder / "__pycache__").exists()
