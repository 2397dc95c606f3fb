"""The house keeps its shape: imports point down, no network, small files and functions, help without heavy imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import wa_forensics

PACKAGE = Path(wa_forensics.__file__).parent

# Top to bottom; rooms of one row do not import each other.
ROWS = (
    {"__main__"},
    {"cli"},
    {"batch"},
    {"report", "exports"},
    {"case"},
    {"analysis"},
    {"incidents", "compare", "integrity", "detectors", "behaviour", "parsing", "userrules"},
    {"context"},
    {"locales", "evidence", "findings"},
    {"chat"},
    {"wording"},
    {"search"},
    {"entities"},
    {"frame"},
    {"model"},
    {"vocabulary", "clock", "ordering"},
    {"errors"},
    {"_version"},
)
LEVEL = {room: level for level, row in enumerate(ROWS) for room in row}
NETWORK = {
    *("socket", "socketserver", "ssl", "http", "urllib.request", "ftplib", "smtplib", "poplib", "imaplib"),
    *("telnetlib", "xmlrpc", "asyncio", "requests", "httpx", "aiohttp", "urllib3", "websockets"),
}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_imported(tree: ast.AST) -> set[str]:
    found = set()
    for name in imported(tree):
        parts = name.split(".")
        if parts[0] == "wa_forensics" and len(parts) > 1 and parts[1] in LEVEL:
            found.add(parts[1])
    return found


def upward(path: Path, source: str) -> list[str]:
    room = room_of(path)
    allowed = {room} | {other for other, level in LEVEL.items() if level > LEVEL[room]}
    return sorted(rooms_imported(ast.parse(source)) - allowed)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_rows_below_its_own(path: Path) -> None:
    assert room_of(path) in LEVEL, f"{path} belongs to no row"
    assert upward(path, path.read_text("utf-8")) == []


def test_an_upward_and_a_sideways_import_would_be_seen() -> None:
    assert upward(PACKAGE / "chat.py", "from wa_forensics.case import Case") == ["case"]
    assert upward(PACKAGE / "report" / "x.py", "import wa_forensics.exports.stix") == ["exports"]
    assert upward(PACKAGE / "case" / "x.py", "def f():\n    from wa_forensics import batch") == ["batch"]


def test_detectors_do_not_import_detectors() -> None:
    for path in (PACKAGE / "detectors").glob("*.py"):
        if path.name == "__init__.py":
            continue
        others = [
            name for name in imported(ast.parse(path.read_text("utf-8"))) if name.startswith("wa_forensics.detect")
        ]
        assert others == [], path


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_can_reach_the_network(path: Path) -> None:
    names = set(imported(ast.parse(path.read_text("utf-8"))))
    assert not {name for name in names if name in NETWORK or name.split(".")[0] in NETWORK}


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_files_and_functions_stay_small_and_every_module_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) < 400
    assert ast.get_docstring(tree), "the module has no docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_no_broad_except_and_no_leftovers() -> None:
    for path in modules():
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ExceptHandler):
                caught = node.type.id if isinstance(node.type, ast.Name) else ""
                ends_in_raise = isinstance(node.body[-1], ast.Raise)
                assert node.type is not None, path
                assert caught not in {"Exception", "BaseException"} or ends_in_raise, path
        assert "|safe" not in text and "extractall" not in text.replace("extractall()", ""), path


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    code = (
        "import sys\n"
        "from wa_forensics.cli import main\n"
        f"sys.argv = ['wa-forensics', {option!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'numpy', 'pandas', 'pyarrow', 'rich', 'jinja2', 'phonenumbers'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_scan_of_one_export_loads_only_what_it_needs(tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text("".join(f"25/02/2024, 10:{n:02} - Asha: all is well\n" for n in range(60)), "utf-8")
    unneeded = {
        *("pandas", "pyarrow.compute", "stdnum", "phonenumbers", "numpy.random", "multiprocessing.connection"),
        *("wa_forensics.compare.outcome", "wa_forensics.userrules.allow", "wa_forensics.batch.grow"),
    }
    code = (
        "import sys, numpy\n"
        # Versions before 2 bring all of it.
        "brought = set(sys.modules)\n"
        "from wa_forensics import scan\n"
        f"scan([{str(chat)!r}], {str(tmp_path / 'case')!r})\n"
        f"print(sorted({unneeded!r} & (set(sys.modules) - brought)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"
