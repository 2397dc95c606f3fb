"""The documentation tells the truth: its commands run, its options, pages and make targets exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import docs_pages  # noqa: E402
import draw_architecture  # noqa: E402
from test_docs_rules import FILES  # noqa: E402

from wa_forensics import __version__  # noqa: E402
from wa_forensics.analysis import rules  # noqa: E402
from wa_forensics.cli.program import COMMANDS, program  # noqa: E402

SAMPLES = ROOT / "sample_exports"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.M | re.S)
# A line of a shell block, or a command within a sentence that names a file (others only name a command).
COMMAND = re.compile(r"^ *wa-forensics (?P<line>[^\n]+)|`wa-forensics (?P<inline>[^`\n]*[a-z][._][a-z][^`\n]*)`", re.M)
SCRIPT = re.compile(r"(?:\b(\w+)\.py|-m benchmarks\.(\w+))\b([^`|\n]*)")
# Names that the pages use for the reader's own files.
PEM = serialization.Encoding.PEM
OPS = SAMPLES / "bengaluru_logistics" / "WhatsApp Chat with Vayu Ops Team.txt"
STAND_INS = {
    "WhatsApp Chat with Anna.zip": SAMPLES / "family_code" / "WhatsApp Chat - Familie Brandt.zip",
    "chat.zip": SAMPLES / "family_code" / "WhatsApp Chat - Familie Brandt.zip",
    "mine.zip": SAMPLES / "bengaluru_logistics" / "WhatsApp Chat - Vayu Dispatch.zip",
    "later.zip": SAMPLES / "family_code" / "WhatsApp Chat - Familie Brandt.zip",
    "exports/one.txt": OPS,
    "exports/three.zip": SAMPLES / "bengaluru_logistics" / "WhatsApp Chat - Vayu Dispatch.zip",
    "exports/two.txt": SAMPLES / "ordinary_business" / "WhatsApp Chat with Kaveri Prints.txt",
}


def blocks(page: Path, language: str) -> list[str]:
    return [match[2] for match in BLOCK.finditer(page.read_text("utf-8")) if match[1] == language]


def commands(page: Path) -> Iterator[list[str]]:
    """The program's command lines of a page, as words, in its order."""
    text = BLOCK.sub(lambda match: match[0] if match[1] == "sh" else "", page.read_text("utf-8"))
    for match in COMMAND.finditer(text):
        yield shlex.split(match["line"] or match["inline"], comments=True)


def mentioned(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Every subcommand that the page names anywhere, with the options beside it."""
    for match in re.finditer(r"wa-forensics ([a-z]+)([^\n`]*)", page.read_text("utf-8")):
        if match[1] in COMMANDS:
            yield match[1], re.findall(r"(?<=\s)--?[a-z][a-z-]*", match[2].split("  #")[0])


def script_options(text: str) -> Iterator[tuple[str, str]]:
    """Every option that stands behind the name of a script, with that name."""
    for first, second, rest in SCRIPT.findall(text):
        for option in re.findall(r"(?<=\s)--[a-z][a-z-]*", rest):
            yield first or second, option


def options(name: str) -> set[str]:
    """The options of a command and of what stands below it."""
    found: set[str] = set()
    context = click.Context(program)
    waiting = [program.get_command(context, name)]
    while waiting:
        current = waiting.pop()
        assert current is not None
        for parameter in current.get_params(click.Context(current, help_option_names=["-h", "--help"])):
            found |= {*parameter.opts, *parameter.secondary_opts}
        if isinstance(current, click.Group):
            waiting += [current.get_command(context, word) for word in current.list_commands(context)]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES, tmp_path / "sample_exports")
    for name, source in STAND_INS.items():
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, target)
    with zipfile.ZipFile(tmp_path / "mine.zip") as mine, zipfile.ZipFile(tmp_path / "theirs.zip", "w") as theirs:
        for name in mine.namelist():
            lines = mine.read(name).splitlines(keepends=True)
            theirs.writestr(name, b"".join(line for number, line in enumerate(lines) if number != len(lines) // 2))
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    key = Ed25519PrivateKey.generate()
    plain = serialization.NoEncryption()
    (tmp_path / "examiner-key.pem").write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain))
    public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "examiner-public.pem").write_bytes(public)
    return tmp_path


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=180,
    )


def expected(words: list[str]) -> set[int]:
    return set(range(11, 16)) if "--fail-on" in words else {0}


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(commands(page))], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_the_commands_of_a_page_run_in_its_order(page: Path, folder: Path) -> None:
    for words in commands(page):
        if "FINDING" in words:
            first = (folder / words[1] / "findings.jsonl").read_text("utf-8").partition("\n")[0]
            words[words.index("FINDING")] = json.loads(first)["id"]
        result = run(["-m", "wa_forensics", *words], folder)
        assert result.returncode in expected(words), f"wa-forensics {shlex.join(words)}\n{result.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_command_stands_where_it_is_not_run(page: Path) -> None:
    """Only what needs a cluster; the lines of rules.md that begin with a prompt are run by test_docs_rules.py."""
    rest = BLOCK.sub(lambda match: "" if match[1] == "sh" else match[2], page.read_text("utf-8"))
    assert [line for line in re.findall(r"^ *(wa-forensics .+)", rest, re.M) if "--scheduler " not in line] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_scripts_named_on_a_page_exist(page: Path) -> None:
    for name in re.findall(r"(?:benchmarks|scripts|tests)/[\w/]+\.\w+", page.read_text("utf-8")):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"python -m (benchmarks[\w.]*)", page.read_text("utf-8")):
        assert (ROOT / f"{name.replace('.', '/')}.py").exists(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_options_of_scripts_named_on_a_page_exist(page: Path) -> None:
    scripts: dict[str, str] = {}
    for path in [*(ROOT / "benchmarks").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]:
        scripts[path.stem] = scripts.get(path.stem, "") + path.read_text("utf-8")
    for name, option in script_options(page.read_text("utf-8")):
        assert name not in scripts or f'"{option}"' in scripts[name], (name, option)


def test_an_option_that_no_script_has_would_be_seen() -> None:
    told = list(script_options("`python benchmarks/whole_scan.py --runs 3 --guess` `python -m benchmarks.x y.gz --z`"))
    assert told == [("whole_scan", "--runs"), ("whole_scan", "--guess"), ("x", "--z")]
    assert '"--guess"' not in (ROOT / "benchmarks" / "whole_scan.py").read_text("utf-8")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_keys_made_as_the_page_says_sign_and_check_a_case(folder: Path) -> None:
    page = (ROOT / "docs" / "howto" / "court.md").read_text("utf-8")
    told = [shlex.split(line, comments=True) for line in re.findall(r"^openssl .+", page, re.M)]
    assert len(told) == 2
    for name in ("examiner-key.pem", "examiner-public.pem"):
        (folder / name).unlink()
    for words in told:
        subprocess.run(words, cwd=folder, check=True, capture_output=True)
    for words in (
        ["scan", "chat.zip", "-o", "s", "--sign", "examiner-key.pem", "-q"],
        ["verify", "s", "--key", "examiner-public.pem"],
    ):
        assert run(["-m", "wa_forensics", *words], folder).returncode == 0


def test_a_language_file_is_checked_as_the_page_says() -> None:
    page = (ROOT / "docs" / "contribute" / "language.md").read_text("utf-8")
    checks, writes = re.findall(r"^python (scripts/build_people_locales\.py[^#\n]*)", page, re.M)
    assert not writes.split()[1:]
    assert run([*checks.split()], ROOT).returncode == 0


def test_the_data_card_counts_the_chats() -> None:
    card = (ROOT / "docs" / "cards" / "data.md").read_text("utf-8")
    for folder, told in (("labelled_chats", "invented chats"), ("held_out_chats", "invented chats")):
        cases = [json.loads(path.read_text("utf-8")) for path in (ROOT / "benchmarks" / folder).rglob("*.labels.json")]
        benign = sum(not case["malicious"] for case in cases)
        row = next(line for line in card.splitlines() if f"benchmarks/{folder}/" in line)
        assert f" {len(cases)} {told} with line labels, {benign} of them benign" in row


def test_every_file_of_data_is_named_with_its_source() -> None:
    told = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("data-licences.md", "stranger_model.md"))
    told += "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "cards").glob("*.md"))
    data = [
        path for folder in ("entities", "wording", "behaviour") for path in (ROOT / "wa_forensics" / folder).rglob("*")
    ]
    names = {path.name for path in data if path.is_file() and path.suffix not in {".py", ".pyc"}}
    assert len(names) >= 12
    assert [name for name in sorted(names) if f"{name}`" not in told] == []


def test_the_data_card_counts_the_sentences() -> None:
    card = (ROOT / "docs" / "cards" / "data.md").read_text("utf-8")
    files = (ROOT / "benchmarks" / "held_out_wordings").glob("*.tsv")
    count = sum(len(path.read_text("utf-8").splitlines()) - 1 for path in files)
    assert f"| {count:,} single sentences in " in card


def test_the_tutorial_shows_what_the_program_prints(folder: Path) -> None:
    page = ROOT / "docs" / "tutorial.md"
    (shown,) = (block for block in blocks(page, "text") if block.startswith("1 chat, "))
    printed = run(["-m", "wa_forensics", *next(commands(page))], folder).stderr
    assert [line for line in shown.splitlines() if line not in printed.splitlines()] == []


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_the_python_of_a_page_runs(page: Path, folder: Path) -> None:
    for block in blocks(page, "python"):
        code = "if __name__ == '__main__':\n" + textwrap.indent(block, "    ")
        (folder / "example.py").write_text(code, "utf-8")
        result = run(["example.py"], folder)
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_options_named_on_a_page_exist(page: Path) -> None:
    for name, told in mentioned(page):
        assert set(told) <= options(name), f"{name}: {told}"


def test_an_option_that_does_not_exist_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Use `wa-forensics scan --guess-everything x`.\n", "utf-8")
    ((name, told),) = mentioned(page)
    assert not set(told) <= options(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    made = {ROOT / "docs" / "reference" / name for name in ("cli.md", "rules.md")}
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        path = Path(os.path.normpath(page.parent / target))
        assert path.exists() or path in made, target


def test_the_pages_in_the_table_of_contents_exist() -> None:
    told = re.findall(r": ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)
    assert len(told) > 15
    for name in told:
        assert (ROOT / "docs" / name).exists() or name.startswith("reference/"), name


def test_make_targets_named_on_pages_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for page in PAGES:
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text("utf-8"), re.M):
            assert re.search(rf"^{target}:", makefile, re.M), f"{page.name}: make {target}"


def test_the_reference_names_every_command_and_rule() -> None:
    commands_page, rules_page = docs_pages.cli_page(), docs_pages.rules_page()
    for name in COMMANDS:
        assert f"## wa-forensics {name}\n" in commands_page
    for rule in rules():
        assert f"## {rule.id}\n" in rules_page


def test_the_rooms_of_the_picture_are_those_of_the_package() -> None:
    drawn = {room for row in docs_pages.layers() for room in row}
    package = ROOT / "wa_forensics"
    there = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    there |= {path.stem for path in package.glob("*.py") if path.stem != "__init__"}
    assert drawn == there
    assert draw_architecture.PICTURE.read_text("utf-8") == draw_architecture.drawing(), (
        "run python scripts/draw_architecture.py"
    )
    assert all(docs_pages.first_sentence(room) for room in drawn)


def test_the_pages_name_the_version_that_is_built() -> None:
    for page in PAGES:
        for named in re.findall(r"wa_forensics-([\d.]+\w*)-py3", page.read_text("utf-8")):
            assert named == __version__, page


def test_readme_tells_every_exit_code() -> None:
    told = (ROOT / "README.md").read_text("utf-8")
    for code in ("0", "1", "2", "3", "4", "11 to 15"):
        assert re.search(rf"^\| {code} \|", told, re.M), code
