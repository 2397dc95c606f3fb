"""``integrity``: checks of the exports alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wa_forensics.cli.dates import date_order_option, parser_order
from wa_forensics.cli.program import EXIT_PARTIAL
from wa_forensics.cli.terminal import complain, visible
from wa_forensics.errors import SettingsError, WaForensicsError

if TYPE_CHECKING:
    from wa_forensics.model import Check


@click.command("integrity")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--timezone", metavar="IANA", help="The exporting phone's zone; explains clock changes.")
@date_order_option("auto")
def command(paths: tuple[Path, ...], form: str, timezone: str | None, date_order: str) -> None:
    """Check whether exports are what they claim to be.

    The verdicts are four words: consistent, inconsistent, not testable, no conclusion. None of them says that
    an export is authentic or tampered with.
    """
    from wa_forensics.batch import plan
    from wa_forensics.case.records import pretty
    from wa_forensics.case.store import worst_verdict

    failed = False
    found = []
    for path in plan(paths).files:
        try:
            for source, digest, checks in _checks(Path(path), timezone, date_order):
                found.append({"source": source, "sha256": digest, "verdict": worst_verdict(checks), "checks": checks})
                if form == "text":
                    _print(source, digest, checks)
        except SettingsError:
            raise
        except WaForensicsError as error:
            failed = True
            complain(str(error))
    if form == "json":
        click.echo(pretty(found), nl=False)
    sys.exit(EXIT_PARTIAL if failed else 0)


def _checks(path: Path, zone: str | None, date_order: str) -> list[tuple[str, str, tuple[Check, ...]]]:
    from wa_forensics import integrity
    from wa_forensics.evidence import read_texts
    from wa_forensics.parsing import parse_text

    found = []
    for raw in read_texts(path):
        order, undecided = parser_order(date_order)
        chat = parse_text(raw, date_order=order, allow_undecided=undecided)
        found.append((raw.source.name, raw.source.sha256, integrity.check(chat, raw, zone=zone)))
    return found


def _print(source: str, digest: str, checks: tuple[Check, ...]) -> None:
    click.echo(visible(source))
    click.echo(f"SHA-256 {digest}")
    for check in checks:
        click.echo(f"  {check.id}  {check.verdict:<14}{visible(check.title)}: {visible(check.statement)}")
