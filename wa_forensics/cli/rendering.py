"""How a report was asked for, as the custody record keeps it, and a report made from that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wa_forensics.case import Case


def options_of(*, language: str, audience: str, full_chat: bool, redact: str, templates: Path | None) -> dict[str, Any]:
    """The options that are not the usual ones."""
    found: dict[str, Any] = {}
    if language != "en":
        found["language"] = language
    if audience != "examiner":
        found["audience"] = audience
    if full_chat:
        found["full_chat"] = True
    if redact:
        found["redactions"] = sorted(part.strip() for part in redact.split(",") if part.strip())
    if templates is not None:
        found["templates"] = str(templates)
    return found


def render(case: Case, out: Path, options: Mapping[str, Any]) -> None:
    """Write the report that the options ask for."""
    from wa_forensics.report import render_case

    given = {name: options[name] for name in ("language", "audience", "full_chat", "redactions") if name in options}
    folder = Path(options["templates"]) if "templates" in options else None
    render_case(case, out, template_folder=folder, **given)
