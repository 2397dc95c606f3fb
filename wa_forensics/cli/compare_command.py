"""``compare``: two exports of the same conversation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wa_forensics.cli.dates import date_order_option, parser_order
from wa_forensics.cli.reading import read_chat
from wa_forensics.cli.summary import summary_lines
from wa_forensics.cli.terminal import note, visible

if TYPE_CHECKING:
    from wa_forensics.chat import Chat
    from wa_forensics.compare import ComparedMessage, Comparison, Pair

SHOWN = 50
WIDTH = 160


@click.command("compare")
@click.argument("a", type=click.Path(exists=True, path_type=Path))
@click.argument("b", type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Scan both and write a case folder with the report.")
@click.option("--force", is_flag=True, help="With -o: replace an older case folder of that name.")
@click.option("--reproducible", is_flag=True, help="With -o: no clock times in the case.")
@date_order_option("auto")
def command(a: Path, b: Path, form: str, out: Path | None, force: bool, reproducible: bool, date_order: str) -> None:
    """Compare two exports of the same conversation: what one lacks, what differs, clocks and names.

    Line numbers of what A lacks are those of B, and the other way round. With -o the comparison becomes a
    section of a report, and what one side lacks becomes findings.
    """
    from wa_forensics.compare import compare_chats

    if out is not None:
        found = _case(a, b, out, force, reproducible, date_order)
    else:
        chats = read_chat(a, date_order), read_chat(b, date_order)
        _name_readings(chats)
        found = compare_chats(*chats)
    if form == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    else:
        _print(found)


def _case(a: Path, b: Path, out: Path, force: bool, reproducible: bool, date_order: str) -> Comparison:
    """Scan both into a case; the comparison of the first chat of each."""
    from wa_forensics.batch import Run, scan
    from wa_forensics.errors import ParseError
    from wa_forensics.model import Settings

    order, undecided = parser_order(date_order)
    settings = Settings(date_order=order, allow_undecided=undecided, compare="all")
    case = scan([a, b], out, settings, run=Run(force=force, reproducible=reproducible))
    for line, _ in summary_lines(case):
        note(line)
    if not case.comparisons:
        texts = {facts.source.text_sha256 for facts in case.inputs}
        problem = "both exports hold the same bytes" if len(texts) == 1 else "one of the two could not be read"
        raise ParseError(f"{a}, {b}", problem, f"The report is {out / 'report.html'}.")
    return case.comparisons[0]


def _name_readings(chats: tuple[Chat, Chat]) -> None:
    for chat in chats:
        if chat.date_order.decided_by == "undecided":
            readings = " and ".join(chat.date_order.readings)
            told = f"the date order is open ({readings}), read as {chat.date_order.order}; --date-order settles it"
            note(f"{chat.source.name}: {told}")


def _print(found: Comparison) -> None:
    click.echo(visible(f"A  {found.sources[0]}"))
    click.echo(visible(f"B  {found.sources[1]}"))
    click.echo(f"verdict   {found.verdict}: {visible(found.statement)}")
    if found.overlap_start:
        click.echo(f"overlap   {found.overlap_start} to {found.overlap_end} (time of A)")
    if found.clock_offset_seconds is not None:
        click.echo(f"clock     B minus A is {found.clock_offset_seconds} seconds")
    for change in found.clock_changes:
        told = f"{change.kind} from {change.before_seconds} to {change.after_seconds} seconds"
        click.echo(f"          {told}, at {change.at} (line {change.line} of A)")
    for name, other in found.names.items():
        click.echo(visible(f"name      {name} in A is {other} in B"))
    click.echo(f"matched   {found.matched}, changed {len(found.changed)}, moved {len(found.moved)}")
    _print_missing("A lacks", found.missing_in_a)
    _print_missing("B lacks", found.missing_in_b)
    _print_pairs("differs", found.changed)
    _print_pairs("moved", found.moved)


def _print_missing(what: str, messages: tuple[ComparedMessage, ...]) -> None:
    click.echo(f"{what}   {len(messages)}")
    for message in messages[:SHOWN]:
        click.echo("  " + _message(message))
    _print_rest(len(messages))


def _print_pairs(what: str, pairs: tuple[Pair, ...]) -> None:
    if pairs:
        click.echo(f"{what}   {len(pairs)}")
    for pair in pairs[:SHOWN]:
        click.echo("  A " + _message(pair.a))
        click.echo("  B " + _message(pair.b))
        click.echo(visible(f"    {'; '.join(pair.reasons)}")[:WIDTH])
    _print_rest(len(pairs))


def _message(message: ComparedMessage) -> str:
    told = f"{message.source}:{message.line}  {message.timestamp}  {message.sender or ''}: {message.text}"
    return visible(told)[:WIDTH]


def _print_rest(count: int) -> None:
    if count > SHOWN:
        click.echo(f"  and {count - SHOWN} more; --format json lists them")
