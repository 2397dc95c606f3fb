"""The messages of a case as Parquet: one file for all sources, or one file each in a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from wa_forensics.case.folder import partial_of, writing
from wa_forensics.chat import Chat
from wa_forensics.errors import CaseError

ROW_GROUP = 1 << 17


def tables_of(chat: Chat, start: int = 0) -> Iterator[Any]:
    """The messages as pyarrow Tables of so many rows as a row group holds, so that they never stand in memory twice.

    ``start`` is the number of the first message (above 0 for a later block of a large text). Columns: ``source``,
    ``message``, then those of the OUTPUT contract. A chat without messages is one empty table.
    """
    import pyarrow as pa

    name = chat.source.name.encode("utf-8", "replace")
    ends = pa.py_buffer(np.array([0, len(name)], dtype=np.int32))
    names = pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(name)])
    for first in range(0, max(1, len(chat)), ROW_GROUP):
        last = min(first + ROW_GROUP, len(chat))
        zeros = pa.py_buffer(bytes(4 * (last - first)))
        number = pa.py_buffer(np.arange(start + first, start + last, dtype=np.int64))
        source = pa.DictionaryArray.from_arrays(pa.Array.from_buffers(pa.int32(), last - first, [None, zeros]), names)
        ids = pa.Array.from_buffers(pa.int64(), last - first, [None, number])
        yield chat.arrow_rows(first, last).add_column(0, "source", source).add_column(1, "message", ids)


def write_messages(path: Path, tables: Iterable[Any]) -> tuple[int, ...]:
    """Write tables into one Parquet file; how many row groups each of them takes."""
    import pyarrow.parquet as pq

    partial = partial_of(path)
    groups: list[int] = []
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        writer: Any = None
        try:
            for table in tables:
                writer = writer or pq.ParquetWriter(partial, table.schema, **_encoding(table.schema))
                writer.write_table(table, row_group_size=ROW_GROUP)
                groups.append(max(1, -(-len(table) // ROW_GROUP)))
        finally:
            if writer is not None:
                writer.close()
        if writer is not None:
            partial.replace(path)
    return tuple(groups)


def _encoding(schema: Any) -> dict[str, Any]:
    """How the columns are packed: numbers that rise by steps, words as a list of the different ones, texts as they are.

    Without this, lists are tried for every column: half as much again in time and size.
    """
    import pyarrow as pa

    kinds = pa.types
    numbers = [field.name for field in schema if kinds.is_int64(field.type) or kinds.is_timestamp(field.type)]
    words = [
        field.name
        for field in schema
        if field.name != "text" and (kinds.is_dictionary(field.type) or "string" in str(field.type))
    ]
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": words,
        "column_encoding": dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
    }


def read_messages(
    path: Path, first_group: int = 0, groups: int | None = None, columns: Sequence[str] | None = None
) -> Any:
    """The table of one source, or some of its columns; CaseError when the file is missing or damaged."""
    with _opened(path) as file:
        end = file.num_row_groups if groups is None else first_group + groups
        return _groups(file, range(first_group, end), columns)


def read_part(path: Path, first_group: int, message: int, columns: Sequence[str]) -> tuple[int, Any]:
    """Columns of the row group that holds a message of one source, and the message that it begins with."""
    with _opened(path) as file:
        first, group = 0, first_group
        while message >= first + file.metadata.row_group(group).num_rows:
            first += file.metadata.row_group(group).num_rows
            group += 1
        return first, _groups(file, (group,), columns)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        raise CaseError(str(path), "the messages cannot be read", "Scan the evidence again.") from error


def _groups(file: Any, groups: Iterable[int], columns: Sequence[str] | None) -> Any:
    return file.read_row_groups(list(groups), columns=None if columns is None else list(columns), use_threads=False)


def merge_messages(path: Path, parts: Sequence[Path]) -> tuple[int, ...]:
    """Join one-source files into one, in the given order; row groups of each. A single file is moved."""
    if len(parts) == 1:
        import pyarrow.parquet as pq

        with writing(path):
            parts[0].replace(path)
        return (pq.read_metadata(path).num_row_groups,)
    return write_messages(path, (read_messages(part) for part in parts))
