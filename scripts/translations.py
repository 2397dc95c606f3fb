"""Keeps the report's catalogues in step: extract the words of report and rules, merge them, compile.

Run from the checkout: ``python scripts/translations.py`` (needs Babel, an extra of ``test``).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FOLDER = ROOT / "wa_forensics" / "report" / "translations"
RULE_FOLDERS = ("behaviour", "compare", "context", "detectors", "incidents", "integrity", "userrules")
RULE_WORDS = frozenset({"alternatives", "next_steps", "inference", "did", "digits", "innocent_causes"})
# How rooms below the report make sentences (wa_forensics/model/said.py): which arguments are templates.
SAID = {"say": slice(0, 1), "phrase": slice(0, 1), "counted": slice(0, 2), "forms": slice(0, 2), "joined": slice(1, 2)}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "mark": None,
    "text": None,
    "count": (1, 2),
}


def extracted() -> Catalog:
    """Every word of the templates and of the report's modules."""
    found = Catalog(project="wa_forensics", charset="utf-8")
    places = (
        (ROOT / "templates", [("report/**.html", "jinja2"), ("index/**.html", "jinja2")]),
        (ROOT / "wa_forensics" / "report", [("**.py", "python")]),
    )
    for folder, methods in places:
        options = {"report/**.html": {"newstyle_gettext": "true", "trimmed": "false", "silent": "false"}}
        for _name, _line, message, _comments, _context in extract_from_dir(
            folder, method_map=methods, options_map=options, keywords=KEYWORDS, comment_tags=()
        ):
            if message and message != ("", ""):
                found.add(message)
    for template in said():
        found.add(template)
    return found


def said() -> Iterator[str | tuple[str, str]]:
    """The templates of the sentences that the rooms below the report make; a plural as its two forms."""
    for _path, call in _sentence_calls():
        parts = call.args[SAID[getattr(call.func, "id", "")]]
        texts = [text for part in parts for text in _constants(part)]
        if any(map(str.isalpha, "".join(texts))):
            yield (texts[0], texts[1]) if len(texts) > 1 else texts[0]


def _sentence_calls() -> Iterator[tuple[Path, ast.Call]]:
    """The calls that make sentences, of modules that import their names from ``model``."""
    for path in sorted((ROOT / "wa_forensics").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("wa_forensics.model")
            for alias in node.names
        }
        own = SAID if path.name == "said.py" else SAID.keys() & imported
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in own:
                yield path, node


def rule_texts() -> dict[str, str]:
    """What the rules say of themselves and of a finding in fixed words: {text: module}.

    Read from the source, for a report meets them only when a rule fires. Observations are put together from what
    was found and stay English.
    """
    found: dict[str, str] = {}
    for folder in RULE_FOLDERS:
        for path in sorted((ROOT / "wa_forensics" / folder).glob("*.py")):
            for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                for keyword in call.keywords:
                    if keyword.arg in RULE_WORDS or (name == "Rule" and keyword.arg == "title"):
                        found |= dict.fromkeys(_constants(keyword.value), path.name)
    return found


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.List):
        for part in node.elts:
            yield from _constants(part)
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def languages() -> list[str]:
    return sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/report.po"))


def path_of(language: str, suffix: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"report.{suffix}"


def load(language: str) -> Catalog:
    with path_of(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def without_clock(catalog: Catalog) -> Catalog:
    """The same words give the same file: no times, no placeholders for names in the header."""
    catalog.header_comment = f"# The report's words in {catalog.locale.english_name if catalog.locale else ''}."
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalog.version = "1"
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    return catalog


def compiled(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def source_of(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalog, width=100, sort_output=True, omit_header=False, no_location=True, ignore_obsolete=True)
    return out.getvalue()


def template() -> Catalog:
    """Every word that a catalogue has to have."""
    found = extracted()
    for text in rule_texts():
        found.add(text)
    return found


def key_of(name: str | tuple[str, ...]) -> str:
    return name if isinstance(name, str) else name[0]


def unfixed() -> list[str]:
    """Calls that say a sentence from something else than a constant or a name: they would reach no catalogue."""
    return [
        f"{path.name}:{call.lineno}"
        for path, call in _sentence_calls()
        if getattr(call.func, "id", "") != "joined" and isinstance(call.args[0], ast.JoinedStr | ast.BinOp | ast.IfExp)
    ]


def signal_names() -> set[str]:
    """The constants that are names of signals."""
    calls = (
        node
        for path in (ROOT / "wa_forensics").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Signal", "_signal")
    )
    found: set[str] = set()
    for call in calls:
        names = [keyword.value for keyword in call.keywords if keyword.arg == "name"] or call.args[1:2]
        found |= {text for name in names for text in _constants(name)}
    return found


def untranslated(catalog: Catalog) -> list[str]:
    """The words without a translation; of a plural, each form counts."""
    found = []
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and not all(forms):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def main() -> None:
    wanted = template()
    for language in languages():
        catalog = load(language)
        catalog.update(wanted, no_fuzzy_matching=True)
        without_clock(catalog)
        missing = untranslated(catalog)
        path_of(language, "po").write_bytes(source_of(catalog))
        path_of(language, "mo").write_bytes(compiled(catalog))
        print(f"{language}: {len(catalog)} entries, {len(missing)} not translated", file=sys.stderr)


if __name__ == "__main__":
    main()
