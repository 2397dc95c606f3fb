"""The messages of one source as the report reads them: columns as numpy, single rows on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.model import ChatFacts, Kind
from wa_forensics.report.case_record import WholeRecord

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


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """Messages that follow each other, from ``first`` on."""

    first: int
    seconds: NDArray[np.int64]
    cells: tuple[Any, ...]

    def __contains__(self, message: int) -> bool:
        return self.first <= message < self.first + len(self.seconds)


class Messages:
    """The messages of one source; the position is the message id.

    A chat may have millions of messages: of their texts only the part that was last asked for is held.
    """

    def __init__(self, case: WholeRecord, facts: ChatFacts) -> None:
        self.source = facts.source.name
        self._case, self._count = case, facts.message_count
        self._part = _Part(first=0, seconds=np.empty(0, dtype=np.int64), cells=())

    def __len__(self) -> int:
        return self._count

    @cached_property
    def seconds(self) -> NDArray[np.int64]:
        """The times of all messages as seconds of local wall time since 1970."""
        return _seconds_of(self._case.messages(self.source, ("timestamp",)))

    @cached_property
    def _senders(self) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        return _codes(self._case.messages(self.source, ("sender",)), "sender")

    def of_sender(self, name: str) -> NDArray[np.int64]:
        """Ids of the messages of one sender, ascending."""
        codes, names = self._senders
        return np.flatnonzero(codes == names.index(name)) if name in names else np.empty(0, dtype=np.int64)

    def row(self, message: int) -> Row:
        return next(self.rows((message,)))

    def rows(self, messages: Iterable[int]) -> Iterator[Row]:
        """The rows of the given ids, in the given order."""
        for message in messages:
            part = self._with(message)
            at = message - part.first
            yield _row(message, int(part.seconds[at]), *(column[at].as_py() for column in part.cells))

    def every_row(self, at_once: int = 4096) -> Iterator[Row]:
        """The rows of all messages in order, read in blocks."""
        message = 0
        while message < self._count:
            part = self._with(message)
            block = slice(message - part.first, message - part.first + at_once)
            columns = [part.seconds[block].tolist(), *(column[block].to_pylist() for column in part.cells)]
            for cells in zip(*columns, strict=True):
                yield _row(message, *cells)
                message += 1

    def _with(self, message: int) -> _Part:
        if message not in self._part:
            first, table = self._case.messages_part(self.source, message, ("timestamp", *_CELLS))
            cells = tuple(table[name] for name in _CELLS)
            self._part = _Part(first=first, seconds=_seconds_of(table), cells=cells)
        return self._part


_CELLS = (
    "sender",
    "kind",
    "event",
    "text",
    "attachment",
    "edited",
    "line",
    "line_end",
    "byte_offset",
    "byte_length",
)


def _row(
    message: int,
    seconds: int,
    sender: str | None,
    kind: str,
    event: str | None,
    text: str | None,
    attachment: str | None,
    edited: bool | None,
    *place: int,
) -> Row:
    line, line_end, byte_offset, byte_length = place
    return Row(
        message=message,
        time=str(np.datetime64(seconds, "s")),
        sender=sender,
        kind=Kind(kind),
        event=event,
        text=text or "",
        attachment=attachment,
        edited=bool(edited),
        line=line,
        line_end=line_end,
        byte_offset=byte_offset,
        byte_length=byte_length,
    )


def _seconds_of(table: Any) -> NDArray[np.int64]:
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
