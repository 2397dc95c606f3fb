"""``parse``: the messages of one export as a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from wa_forensics.cli.dates import date_order_option, parser_order
from wa_forensics.cli.reading import read_chat
from wa_forensics.cli.terminal import out_stream
from wa_forensics.errors import SettingsError

if TYPE_CHECKING:
    from wa_forensics.chat import Chat

    Blocks = Iterable[tuple[int, Chat]]

BLOCK = 4096
# Bytes of a text from which on it is read in blocks.
LARGE = 256 << 20


@click.command("parse")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="File: .jsonl, .csv or .parquet.")
@click.option("--member", help="Which text of a zip.", metavar="NAME")
@click.option("--force", is_flag=True, help="Replace the file.")
@date_order_option("ask")
def command(path: Path, out: Path | None, member: str | None, force: bool, date_order: str) -> None:
    """Write the messages of an export as JSONL (stdout by default), CSV or Parquet, by the suffix of -o.

    CSV cells that a spreadsheet would take for a formula get a leading apostrophe; the other forms hold the
    raw text. A text of more than 256 MiB is read in blocks, so that it may be larger than memory.
    """
    if out is not None and out.suffix.lower() not in {".jsonl", ".csv", ".parquet"}:
        raise SettingsError(f"-o {out}", "the suffix says no format", "Name it .jsonl, .csv or .parquet.")
    if out is not None and out.exists() and not force:
        raise SettingsError(f"-o {out}", "the file exists already", "Choose another name, or pass --force.")
    blocks = _blocks(path, date_order, member)
    if out is None:
        with out_stream() as stream:
            _write_jsonl(blocks, stream)
    elif out.suffix.lower() == ".parquet":
        from wa_forensics.case.messages import tables_of, write_messages

        write_messages(out, (table for start, chat in blocks for table in tables_of(chat, start)))
    else:
        _write_text(blocks, out)


def _blocks(path: Path, date_order: str, member: str | None) -> Iterator[tuple[int, Chat]]:
    """The chat, or its blocks where the text is large, each with the number of its first message."""
    if member is not None or path.stat().st_size <= LARGE or path.suffix.lower() != ".txt":
        yield 0, read_chat(path, date_order, member)
        return
    from wa_forensics.parsing import read_blocks

    order, undecided = parser_order(date_order)
    start = 0
    for chat in read_blocks(path, date_order=order, allow_undecided=undecided):
        yield start, chat
        start += len(chat)


def _write_text(blocks: Blocks, out: Path) -> None:
    from wa_forensics.case.folder import writing

    partial = out.with_name(out.name + ".part")
    with writing(out):
        try:
            with partial.open("w", encoding="utf-8", newline="") as stream:
                (_write_jsonl if out.suffix.lower() == ".jsonl" else _write_csv)(blocks, stream)
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)


def _write_jsonl(blocks: Blocks, stream: IO[str]) -> None:
    for row in _rows(blocks):
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_csv(blocks: Blocks, stream: IO[str]) -> None:
    from wa_forensics.exports.csv_table import safe_cell

    stream.write("\ufeff")  # spreadsheets take CSV without a mark for a local code page
    writer = csv.writer(stream, lineterminator="\r\n")
    for number, row in enumerate(_rows(blocks)):
        if not number:
            writer.writerow(row)
        writer.writerow(["" if cell is None else safe_cell(str(cell)) for cell in row.values()])


def _rows(blocks: Blocks) -> Iterator[dict[str, Any]]:
    """The rows by column name, times as ISO local."""
    for base, chat in blocks:
        table = chat.arrow
        names = ["message", *table.column_names]
        for start in range(0, len(table), BLOCK):
            block = table.slice(start, BLOCK)
            columns = [column.to_pylist() for column in block.columns]
            for number, row in enumerate(zip(*columns, strict=True), base + start):
                yield dict(zip(names, (number, row[0].isoformat(), *row[1:]), strict=True))
