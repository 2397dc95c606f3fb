"""How a report was asked for, as the custody record keeps it, and a report made from that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wa_forensics.case import Case

_USUAL = {"language": "en", "audience": "examiner"}
_PATHS = ("templates", "logo")


def options_of(*, redact: str, **given: Any) -> dict[str, Any]:
    """The options that are not the usual ones."""
    found = {name: value for name, value in given.items() if value and value != _USUAL.get(name)}
    found |= {name: str(found[name]) for name in _PATHS if name in found}
    if redact:
        found["redactions"] = parts_of(redact)
    return found


def parts_of(redact: str) -> list[str]:
    """What ``--redact`` names, sorted."""
    return sorted(part.strip() for part in redact.split(",") if part.strip())


def render(case: Case, out: Path, options: Mapping[str, Any]) -> None:
    """Write the report that the options ask for; a PDF is left to ``render_all``."""
    from wa_forensics.report import render_case

    plain = ("language", "audience", "full_chat", "embed_media", "redactions")
    given = {name: options[name] for name in plain if name in options}
    folder, logo = (Path(options[name]) if name in options else None for name in _PATHS)
    render_case(case, out, template_folder=folder, logo=logo, **given)


def render_index_of(case: Case, out: Path, options: Mapping[str, Any]) -> None:
    """Write the index of the chats that the options ask for."""
    from wa_forensics.report import render_index

    render_index(case, out, **{name: options[name] for name in ("language", "redactions") if name in options})


def render_all(case: Case, out: Path, options: Mapping[str, Any]) -> None:
    """The report, and the PDF beside it where the options ask for one."""
    render(case, out, options)
    if options.get("pdf"):
        from wa_forensics.report.pdf import render_pdf

        render_pdf(out, out.with_suffix(".pdf"))


def renew(case: Case, options: Mapping[str, Any]) -> None:
    """The report of the case folder anew; a PDF printed from the older one goes, for it would say something else."""
    (case.path / "report.pdf").unlink(missing_ok=True)
    render_all(case, case.path / "report.html", options)
