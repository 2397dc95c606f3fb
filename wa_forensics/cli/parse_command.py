"""``parse``: the messages of one export as a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from wa_forensics.cli.dates import date_order_option
from wa_forensics.cli.reading import read_chat
from wa_forensics.cli.terminal import out_stream
from wa_forensics.errors import SettingsError

if TYPE_CHECKING:
    from wa_forensics.chat import Chat

BLOCK = 4096


@click.command("parse")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="File: .jsonl, .csv or .parquet.")
@click.option("--member", help="Which text of a zip.", metavar="NAME")
@click.option("--force", is_flag=True, help="Replace the file.")
@date_order_option("ask")
def command(path: Path, out: Path | None, member: str | None, force: bool, date_order: str) -> None:
    """Write the messages of an export as JSONL (stdout by default), CSV or Parquet, by the suffix of -o.

    CSV cells that a spreadsheet would take for a formula get a leading apostrophe; the other forms hold the
    raw text.
    """
    if out is not None and out.suffix.lower() not in {".jsonl", ".csv", ".parquet"}:
        raise SettingsError(f"-o {out}", "the suffix says no format", "Name it .jsonl, .csv or .parquet.")
    if out is not None and out.exists() and not force:
        raise SettingsError(f"-o {out}", "the file exists already", "Choose another name, or pass --force.")
    chat = read_chat(path, date_order, member)
    if out is None:
        with out_stream() as stream:
            _write_jsonl(chat, stream)
    elif out.suffix.lower() == ".parquet":
        from wa_forensics.case.messages import tables_of, write_messages

        write_messages(out, tables_of(chat))
    else:
        _write_text(chat, out)


def _write_text(chat: Chat, out: Path) -> None:
    from wa_forensics.case.folder import writing

    partial = out.with_name(out.name + ".part")
    with writing(out):
        try:
            with partial.open("w", encoding="utf-8", newline="") as stream:
                (_write_jsonl if out.suffix.lower() == ".jsonl" else _write_csv)(chat, stream)
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)


def _write_jsonl(chat: Chat, stream: IO[str]) -> None:
    names, rows = _rows(chat)
    for row in rows:
        stream.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")


def _write_csv(chat: Chat, stream: IO[str]) -> None:
    from wa_forensics.exports.csv_table import safe_cell

    names, rows = _rows(chat)
    stream.write("\ufeff")  # spreadsheets take CSV without a mark for a local code page
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow(["" if cell is None else safe_cell(str(cell)) for cell in row])


def _rows(chat: Chat) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Column names and the rows, times as ISO local."""
    table = chat.arrow
    names = ["message", *table.column_names]

    def rows() -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(table), BLOCK):
            block = table.slice(start, BLOCK)
            columns = [column.to_pylist() for column in block.columns]
            for number, row in enumerate(zip(*columns, strict=True), start):
                yield number, row[0].isoformat(), *row[1:]

    return names, rows()
