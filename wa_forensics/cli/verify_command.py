"""``verify``: is a case still what was sealed, and does its report say what its records say?"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wa_forensics.cli.terminal import visible
from wa_forensics.errors import WaForensicsError

if TYPE_CHECKING:
    from wa_forensics.model import Failure, Verification

EXIT_NOT_VERIFIED = 4


@click.command("verify")
@click.argument("case", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Signer's public key (PEM).")
@click.option(
    "--evidence", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder that holds the inputs."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(case: Path, key: Path | None, evidence: Path | None, form: str) -> None:
    """Check hashes, custody chain, signature, and that what the case says stands on its messages.

    A case without a signature shows accidental damage and careless changes; who writes all files anew,
    manifest and chain too, is found only by --key.
    """
    from wa_forensics.case.verify import verify

    public = None
    if key is not None:
        from wa_forensics.case.signature import load_public_key

        public = load_public_key(key)
    found = verify(case, key=public, evidence=evidence)
    rendered, remark = _report_problem(case)
    problems = (*found.problems, *rendered)
    notes = (*found.notes, *remark)
    if form == "json":
        click.echo(_as_json(found, problems, notes))
    else:
        _print(found, problems, notes, rendered or remark)
    sys.exit(EXIT_NOT_VERIFIED if problems else 0)


def _report_problem(case: Path) -> tuple[tuple[Failure, ...], tuple[str, ...]]:
    """Render the report again as the custody record says it was made; the bytes must be the same."""
    from wa_forensics._version import __version__
    from wa_forensics.case import Case, custody
    from wa_forensics.cli.rendering import render
    from wa_forensics.model import Failure

    try:
        opened = Case.open(case, with_clock=False)
        made = [entry for entry in custody.read(case) if entry.get("action") in {"report", "label"}]
        if str(opened.settings["version"]) != __version__ or not made:
            return (), (f"the report was not rendered again: it is of version {opened.settings['version']}",)
        options = dict(made[-1].get("details", {})) if made[-1].get("action") == "report" else {}
        with tempfile.TemporaryDirectory() as scratch:
            again = Path(scratch) / "report.html"
            render(opened, again, options)
            same = again.read_bytes() == (case / "report.html").read_bytes()
    except (WaForensicsError, OSError, LookupError, ValueError) as error:
        return (), (f"the report could not be rendered again: {error}",)
    problem = "says something else than the records of the case give when rendered again"
    return (() if same else (Failure(where=_CLAIM, source="report.html", problem=problem),)), ()


_CLAIM = "the report is what the records give"
_ADVICE = "not verified: ask for the case folder again, or scan the evidence again and compare."


def _as_json(found: Verification, problems: tuple[Failure, ...], notes: tuple[str, ...]) -> str:
    rows = [{"claim": item.where, "file": item.source, "problem": item.problem} for item in problems]
    content = {"verified": not problems, "passed": list(found.passed), "problems": rows, "notes": list(notes)}
    return json.dumps(content, ensure_ascii=False, indent=1)


def _print(
    found: Verification, problems: tuple[Failure, ...], notes: tuple[str, ...], unproven: tuple[object, ...]
) -> None:
    for claim in found.passed if unproven else (*found.passed, _CLAIM):
        click.echo(f"ok       {claim}")
    for item in problems:
        click.echo(visible(f"PROBLEM  {item.source} {item.problem}"))
    for told in notes:
        click.echo(visible(f"note     {told}"))
    click.echo(_ADVICE if problems else "verified")
