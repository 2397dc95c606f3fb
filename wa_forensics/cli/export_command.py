"""``export``: a case in the format of another tool."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from wa_forensics.cli.terminal import note

FORMATS = ("timesketch", "stix", "misp", "case", "sarif", "csv")


@click.command("export")
@click.argument("case", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "form", type=click.Choice(FORMATS), required=True, help="Format.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="File; stdout by default.")
def command(case: Path, form: str, out: Path | None) -> None:
    """Write a case in the format of another tool."""
    from wa_forensics.case import Case
    from wa_forensics.case.folder import writing
    from wa_forensics.exports import write

    opened = Case.open(case)
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
