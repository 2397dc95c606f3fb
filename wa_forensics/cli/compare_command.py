"""``compare``: two exports of the same conversation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wa_forensics.cli.dates import date_order_option
from wa_forensics.cli.reading import read_chat
from wa_forensics.cli.terminal import visible

if TYPE_CHECKING:
    from wa_forensics.compare import ComparedMessage, Comparison

SHOWN = 50


@click.command("compare")
@click.argument("a", type=click.Path(exists=True, path_type=Path))
@click.argument("b", type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@date_order_option("ask")
def command(a: Path, b: Path, form: str, date_order: str) -> None:
    """Compare two exports of the same conversation: what one lacks, what differs, clocks and names.

    Line numbers of what A lacks are those of B, and the other way round.
    """
    from wa_forensics.compare import compare_chats

    found = compare_chats(read_chat(a, date_order), read_chat(b, date_order))
    if form == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    else:
        _print(found)


def _print(found: Comparison) -> None:
    click.echo(visible(f"A  {found.sources[0]}"))
    click.echo(visible(f"B  {found.sources[1]}"))
    click.echo(f"verdict   {found.verdict}: {visible(found.statement)}")
    if found.overlap_start:
        click.echo(f"overlap   {found.overlap_start} to {found.overlap_end} (time of A)")
    if found.clock_offset_seconds is not None:
        click.echo(f"clock     B minus A is {found.clock_offset_seconds} seconds")
    click.echo(f"matched   {found.matched}, changed {len(found.changed)}, moved {len(found.moved)}")
    _print_missing("A lacks", found.missing_in_a)
    _print_missing("B lacks", found.missing_in_b)


def _print_missing(what: str, messages: tuple[ComparedMessage, ...]) -> None:
    click.echo(f"{what}   {len(messages)}")
    for message in messages[:SHOWN]:
        row = message.as_dict()
        told = f"{row['source']}:{row['line']}  {row['timestamp']}  {row['sender'] or ''}: {row['text']}"
        click.echo("  " + visible(told)[:160])
    if len(messages) > SHOWN:
        click.echo(f"  and {len(messages) - SHOWN} more; --format json lists them")
