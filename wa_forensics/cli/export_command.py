"""``export``: a case in the format of another tool."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wa_forensics.cli.terminal import note

if TYPE_CHECKING:
    from wa_forensics.case import Case
    from wa_forensics.model import CaseRecord

FORMATS = ("timesketch", "stix", "misp", "case", "sarif", "csv")


@click.command("export")
@click.argument("case", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "form", type=click.Choice(FORMATS), required=True, help="Format.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="File; stdout by default.")
@click.option("--redact", metavar="names,numbers,accounts", default="", help="Replace these by pseudonyms.")
def command(case: Path, form: str, out: Path | None, redact: str) -> None:
    """Write a case in the format of another tool.

    A Timesketch timeline, a STIX 2.1 bundle, a MISP event, CASE/UCO as JSON-LD, a SARIF 2.1.0 log, or the findings as a
    CSV table.
    """
    from wa_forensics.case import Case
    from wa_forensics.case.folder import writing
    from wa_forensics.exports import write

    opened = _redacted(Case.open(case), redact)
    if out is None:
        write(opened, form, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    partial = out.with_name(out.name + ".part")
    with writing(out):
        try:
            write(opened, form, partial)
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)
    note(f"{form}  {out}")


def _redacted(case: Case, redact: str) -> CaseRecord:
    """The case with the pseudonyms that its report has; the case itself where nothing is to be hidden."""
    if not redact:
        return case
    from wa_forensics.cli.rendering import parts_of
    from wa_forensics.report import redacted

    return redacted(case, parts_of(redact))
