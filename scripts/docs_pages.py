"""MkDocs hook: pages made from the program (commands, rules, rooms), so that they cannot fall behind it.

``on_files`` adds reference/cli.md and reference/rules.md; ``on_page_markdown`` puts the table of rooms into
architecture.md. The functions below take nothing and give Markdown, so that tests run them without MkDocs.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PACKAGE = ROOT / "wa_forensics"
ROOMS_MARK = "<!-- rooms: made from the code -->"

if TYPE_CHECKING:
    from wa_forensics.model import Rule


def layers() -> tuple[frozenset[str], ...]:
    """The rows of the house, top to bottom, as tests/test_architecture.py enforces them."""
    tree = ast.parse((ROOT / "tests" / "test_architecture.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["ROWS"]:
            return tuple(frozenset(row) for row in ast.literal_eval(node.value))
    raise SystemExit("tests/test_architecture.py names no ROWS")


def room_files(room: str) -> list[Path]:
    single = PACKAGE / f"{room}.py"
    return [single] if single.exists() else sorted((PACKAGE / room).rglob("*.py"))


def first_sentence(room: str) -> str:
    """What the room says of itself: the first sentence of its module docstring."""
    opening = PACKAGE / f"{room}.py"
    path = opening if opening.exists() else PACKAGE / room / "__init__.py"
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(docstring.split("\n\n")[0].split()).replace("|", "\\|")


def rooms_used(room: str) -> list[str]:
    """The other rooms that this one imports, anywhere in it."""
    known = set().union(*layers())
    found = set()
    for path in room_files(room):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module == "wa_forensics":
                names += [f"wa_forensics.{alias.name}" for alias in node.names]
            found |= {name.split(".")[1] for name in names if name.startswith("wa_forensics.")}
    return sorted(found & known - {room})


def rooms_table() -> str:
    rows = ["| room | what it is | imports |", "|---|---|---|"]
    for row in layers():
        rows += [
            f"| `{room}` | {first_sentence(room)} | {', '.join(rooms_used(room)) or '–'} |"
            for room in sorted(row)
            if room_files(room)
        ]
    return "\n".join(rows)


def cli_page() -> str:
    """Every command and subcommand with the help that the program prints."""
    from wa_forensics.cli.program import program

    parts = ["# Commands", "Made from the program: this is what `--help` prints. Exit codes are in the README."]
    waiting: list[tuple[str, click.Command]] = [("wa-forensics", program)]
    while waiting:
        name, current = waiting.pop(0)
        context = click.Context(current, info_name=name, terminal_width=100, max_content_width=100)
        parts.append(f"## {name}\n\n```text\n{current.get_help(context)}\n```")
        if isinstance(current, click.Group):
            below = [(f"{name} {word}", current.get_command(context, word)) for word in current.list_commands(context)]
            waiting[:0] = [(word, found) for word, found in below if found is not None]
    return "\n\n".join(parts) + "\n"


def rules_page() -> str:
    """Every rule: what it is about, why it matters, what else it may be, what to do, and its own examples."""
    from wa_forensics.analysis import rules

    found = rules()
    parts = [
        "# Rules",
        "Made from the rules themselves. Severity says how bad it is if true. How likely it is depends on what stands "
        "around it: see [Detection](../detection.md).",
        "| rule | severity | what it finds |\n|---|---|---|\n"
        + "\n".join(f"| [{rule.id}](#{rule.id}) | {rule.severity.name.lower()} | {rule.title} |" for rule in found),
    ]
    return "\n\n".join([*parts, *(_rule(rule) for rule in found)]) + "\n"


def _rule(rule: Rule) -> str:
    lines = [f"## {rule.id}", f"**{rule.title}.** {rule.why}"]
    for title, entries in (("It may also be", rule.alternatives), ("What to do", rule.next_steps)):
        if entries:
            lines.append(f"{title}:\n\n" + "\n".join(f"- {entry}" for entry in entries))
    for title, examples in (("Fires on", rule.fires_on), ("Quiet on", rule.quiet_on)):
        if examples:
            told = "\n\n".join("\n".join(f"{who}: {text}" for who, text in _said(example)) for example in examples)
            lines.append(f"{title}:\n\n```text\n{told.replace('```', '')}\n```")
    return "\n\n".join(lines)


def _said(example: Any) -> list[tuple[str, str]]:
    return [(message[0] or "(notice)", message[1]) for message in example.messages]


def on_files(files: Any, config: Any) -> Any:
    from mkdocs.structure.files import File

    for name, text in (("reference/cli.md", cli_page()), ("reference/rules.md", rules_page())):
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    return markdown.replace(ROOMS_MARK, rooms_table()) if page.file.src_uri == "architecture.md" else markdown
