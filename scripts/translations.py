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
RULE_FOLDERS = ("behaviour", "compare", "context", "detectors", "incidents")
RULE_WORDS = frozenset({"alternatives", "next_steps", "inference"})
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
    return found


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


def untranslated(catalog: Catalog) -> list[str]:
    """The words without a translation; of a plural, each form counts."""
    found = []
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and not all(forms):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def main() -> None:
    template = extracted()
    for text in rule_texts():
        template.add(text)
    for language in languages():
        catalog = load(language)
        catalog.update(template, no_fuzzy_matching=True)
        without_clock(catalog)
        missing = untranslated(catalog)
        path_of(language, "po").write_bytes(source_of(catalog))
        path_of(language, "mo").write_bytes(compiled(catalog))
        print(f"{language}: {len(catalog)} entries, {len(missing)} not translated", file=sys.stderr)


if __name__ == "__main__":
    main()
