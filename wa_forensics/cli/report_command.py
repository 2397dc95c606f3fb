"""``report``: render a case again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wa_forensics.cli.terminal import note

# Written out, so that help and completion load no report; a test holds them against it.
LANGUAGES = ("en", "es", "pt", "de", "fr", "it", "hi", "ar")
AUDIENCES = ("victim", "examiner", "court")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("report")
@click.argument("case", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here, leave the case alone.")
@click.option(
    "--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of its words."
)
@click.option(
    "--audience", type=click.Choice(AUDIENCES), default="examiner", show_default=True, help="Who is to read it."
)
@click.option("--full-chat", is_flag=True, help="Add every message of every chat, with search and filters.")
@click.option("--redact", metavar="names,numbers,accounts", default="", help="Replace these by pseudonyms.")
@click.option("--embed-media", is_flag=True, help="Add small copies of pictures from the scanned zips.")
@click.option("--logo", type=_FILE, help="Your own PNG or JPEG for the top of the report.")
@click.option("--templates", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Own templates.")
@click.option("--index", is_flag=True, help="Write the index of the chats instead; needs -o.")
@click.option("--pdf", is_flag=True, help="Print it as PDF too, beside the HTML.")
@click.option("--reproducible", is_flag=True, help="No clock time in the custody record.")
@click.option("--sign", type=_FILE, help="Sign the case again.")
def command(case: Path, out: Path | None, index: bool, reproducible: bool, sign: Path | None, **options: Any) -> None:
    """Render the report of a case again: other language, audience or redaction.

    Without -o the report in the case is replaced, which the custody record notes.
    """
    from wa_forensics.case import Case, custody
    from wa_forensics.case.change import change
    from wa_forensics.cli.rendering import options_of, render_all, render_index_of, renew

    wanted = options_of(**options)
    opened = Case.open(case, with_clock=False)
    page = out or case / "report.html"
    if index:
        if out is None:
            raise click.UsageError("--index needs -o: the index of the case stays as it is.")
        render_index_of(opened, out, wanted)
    elif out is not None:
        render_all(opened, out, wanted)
    else:
        key = None
        if sign is not None:
            from wa_forensics.case.signature import load_private_key

            key = load_private_key(sign)
        change(
            case,
            lambda: renew(opened, wanted),
            ("report", {"file": "report.html", **wanted}),
            time=custody.moment(reproducible),
            key=key,
        )
    note(f"report  {page}")
    if options["pdf"]:
        note(f"pdf     {page.with_suffix('.pdf')}")
