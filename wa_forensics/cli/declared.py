"""What the examiner declares about a case: options, or a TOML file with the same names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from wa_forensics.errors import SettingsError
from wa_forensics.model import CaseData

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    ("name", "Name of the case, shown on the cover."),
    ("number", "Case number."),
    ("examiner", "Who examines."),
    ("organization", "The examiner's organization."),
    ("acquired_by", "Who made the export."),
    ("acquired_at", "When the export was made."),
    ("acquired_how", "How it came to you."),
    ("device", "Phone model and system."),
    ("app_version", "Version of WhatsApp."),
)
_OPTION_NAMES = {"name": "--case-name", "number": "--case-number"}


def case_options(function: F) -> F:
    """The options of ``declared``, for a command."""
    for name, text in reversed(_OPTIONS):
        option = _OPTION_NAMES.get(name, "--" + name.replace("_", "-"))
        function = click.option(option, f"case_{name}", metavar="TEXT", help=text)(function)
    function = click.option(
        "--item", "case_items", metavar="TEXT", multiple=True, help="Item of evidence; may be repeated."
    )(function)
    return click.option(
        "--case-data",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="TOML file with name, number, items, examiner, device ...; options win over it.",
    )(function)


def declared(path: Path | None, given: dict[str, Any]) -> CaseData:
    """What the file and the options say together."""
    found = _from_file(path) if path else CaseData()
    stated = {name.removeprefix("case_"): value for name, value in given.items() if value}
    return replace(found, **stated)


def _from_file(path: Path) -> CaseData:
    import tomllib

    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        advice = 'Write a line such as case_number = "2026-117" for each fact.'
        raise SettingsError(f"--case-data {path}", f"this cannot be read as TOML ({error})", advice) from error
    content = content.get("case", content)
    known = {field.name for field in fields(CaseData)}
    unknown = sorted(set(content) - known)
    if unknown:
        raise SettingsError(
            f"--case-data {path}", f"there is no {unknown[0]!r} in case data", f"Known: {', '.join(sorted(known))}."
        )
    items = content.pop("items", [])
    if not isinstance(items, list):
        raise SettingsError(f"--case-data {path}", "items is no list of texts", 'Write items = ["..."].')
    return CaseData(**{name: str(value) for name, value in content.items()}, items=tuple(map(str, items)))
