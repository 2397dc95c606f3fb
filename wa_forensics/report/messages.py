"""The messages of one source as the report reads them: columns as numpy, single rows on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.model import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Row:
    """One message; ``time`` is ISO local wall time, ``sender`` None for a line of the app."""

    message: int
    time: str
    sender: str | None
    kind: Kind
    event: str | None
    text: str
    attachment: str | None
    edited: bool
    line: int
    line_end: int
    byte_offset: int
    byte_length: int


class Messages:
    """A pyarrow table with the columns of the OUTPUT contract; the position is the message id."""

    def __init__(self, source: str, table: Any) -> None:
        self.source = source
        self.table = table
        self.seconds = seconds_of(table)
        self.sender, self.senders = _codes(table, "sender")
        self.line: NDArray[np.int64] = _numbers(table, "line")

    def __len__(self) -> int:
        return len(self.line)

    def row(self, message: int) -> Row:
        return next(self.rows((message,)))

    def rows(self, messages: Iterable[int]) -> Iterator[Row]:
        """The rows of the given ids, in the given order."""
        columns = {name: self.table[name] for name in _ROW_COLUMNS}
        for message in messages:
            cell = {name: column[message].as_py() for name, column in columns.items()}
            code = int(self.sender[message])
            yield Row(
                message=message,
                time=str(np.datetime64(int(self.seconds[message]), "s")),
                sender=self.senders[code] if code >= 0 else None,
                kind=Kind(cell["kind"]),
                event=cell["event"],
                text=cell["text"] or "",
                attachment=cell["attachment"],
                edited=bool(cell["edited"]),
                line=int(self.line[message]),
                line_end=cell["line_end"],
                byte_offset=cell["byte_offset"],
                byte_length=cell["byte_length"],
            )

    def every_row(self, at_once: int = 4096) -> Iterator[Row]:
        """The rows of all messages in order, read in blocks."""
        for start in range(0, len(self), at_once):
            block = self.table.slice(start, at_once)
            columns = [block[name].to_pylist() for name in _ROW_COLUMNS]
            times = self.seconds[start : start + at_once].astype("datetime64[s]").astype(str).tolist()
            for offset, (kind, event, text, attachment, edited, end, byte, length) in enumerate(
                zip(*columns, strict=True)
            ):
                message = start + offset
                code = int(self.sender[message])
                yield Row(
                    message=message,
                    time=times[offset],
                    sender=self.senders[code] if code >= 0 else None,
                    kind=Kind(kind),
                    event=event,
                    text=text or "",
                    attachment=attachment,
                    edited=bool(edited),
                    line=int(self.line[message]),
                    line_end=end,
                    byte_offset=byte,
                    byte_length=length,
                )

    def of_sender(self, name: str) -> NDArray[np.int64]:
        """Ids of the messages of one sender, ascending."""
        if name not in self.senders:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(self.sender == self.senders.index(name))


_ROW_COLUMNS = ("kind", "event", "text", "attachment", "edited", "line_end", "byte_offset", "byte_length")


def seconds_of(table: Any) -> NDArray[np.int64]:
    """The timestamps of a table as seconds of local wall time since 1970."""
    return _numbers(table, "timestamp")


def _numbers(table: Any, name: str) -> NDArray[np.int64]:
    import pyarrow as pa

    array = _one_array(table[name])
    # Times are 64-bit numbers too; casting would load all functions of Arrow (25 ms).
    steps = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
    step = steps[array.type.unit] if pa.types.is_timestamp(array.type) else 1
    if step == 1 and array.type.bit_width != 64:
        array = array.cast(pa.int64())
    # Array.to_numpy() would import pandas (0.5 s); a view of the buffer does not.
    values: NDArray[np.int64] = np.frombuffer(array.buffers()[1], dtype=np.int64)
    values = values[array.offset : array.offset + len(array)]
    return values if step == 1 else values // step


def _codes(table: Any, name: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    import pyarrow as pa

    array = _one_array(table[name])
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    indices = array.indices if pa.types.is_int32(array.indices.type) else array.indices.cast(pa.int32())
    valid, values = indices.buffers()
    part = slice(indices.offset, indices.offset + len(indices))
    codes: NDArray[np.int32] = np.frombuffer(values, dtype=np.int32)[part]
    if valid is not None:  # fill_null() would import pandas too
        known = np.unpackbits(np.frombuffer(valid, dtype=np.uint8), bitorder="little")[part]
        codes = np.where(known, codes, -1).astype(np.int32)
    return codes, tuple(array.dictionary.to_pylist())


def _one_array(column: Any) -> Any:
    whole = column.combine_chunks()
    return whole.chunk(0) if hasattr(whole, "chunk") and whole.num_chunks else whole
