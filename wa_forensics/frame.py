"""The messages of a chat as numpy columns, as an Arrow table and as a pandas DataFrame: one schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.model import Kind
from wa_forensics.vocabulary import Event

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

KINDS: tuple[Kind, ...] = tuple(Kind)
EVENTS: tuple[Event, ...] = tuple(Event)


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """The messages as numpy arrays of one length; the position is the message id.

    ``timestamp`` datetime64[s], naive local wall time; ``sender`` int32 index into the senders, -1 for none;
    ``kind`` uint8 index into ``KINDS``; ``event`` int16 index into ``EVENTS``, -1 for none; ``text_start``
    and ``text_end`` int64 into the UTF-8 buffer; ``line``/``line_end`` int64 from 1, counted on LF;
    ``byte_offset``/``byte_length`` int64 into the text member; ``shape`` int16 index into the shapes.
    """

    timestamp: NDArray[np.datetime64]
    sender: NDArray[np.int32]
    kind: NDArray[np.uint8]
    event: NDArray[np.int16]
    text_start: NDArray[np.int64]
    text_end: NDArray[np.int64]
    edited: NDArray[np.bool_]
    line: NDArray[np.int64]
    line_end: NDArray[np.int64]
    byte_offset: NDArray[np.int64]
    byte_length: NDArray[np.int64]
    shape: NDArray[np.int16]

    def rows(self, first: int, last: int) -> Columns:
        """The messages ``first`` to ``last - 1``; the arrays are views."""
        return Columns(**{field.name: getattr(self, field.name)[first:last] for field in fields(self)})


# Rows of one chunk of texts, and of the pieces it is copied in, which stay in the cache.
_CHUNK = 1 << 16
_PIECE = 1 << 14


def text_array(buffer: bytes, start: NDArray[np.int64], end: NDArray[np.int64]) -> Any:
    """Cut ascending, non-overlapping slices of a valid UTF-8 buffer into a chunked array of large strings."""
    import pyarrow as pa

    if len(start) <= _CHUNK:
        # To cut these one by one takes less than to load Arrow's functions (25 ms).
        data = b"".join([buffer[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)])
        ends = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(end - start)))
        return pa.chunked_array([pa.LargeStringArray.from_buffers(len(start), pa.py_buffer(ends), pa.py_buffer(data))])
    import pyarrow.compute as pc

    every_other = arrow_numbers(np.arange(0, 2 * _PIECE, 2, dtype=np.int64), pa.int64())
    whole = pa.py_buffer(buffer)

    def piece(first: int, last: int) -> NDArray[np.uint8]:
        # Offsets s0 e0 s1 e1 ... make 2n-1 strings; every other one is a message, and only these are copied.
        offsets = np.empty(2 * (last - first), dtype=np.int64)
        offsets[0::2] = start[first:last]
        offsets[1::2] = end[first:last]
        pieces = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), whole)
        taken = pc.take(pieces, every_other[: last - first], boundscheck=False)
        return np.frombuffer(taken.buffers()[2] or b"", dtype=np.uint8)

    def texts(first: int, last: int) -> Any:
        ends = np.zeros(last - first + 1, dtype=np.int64)
        np.subtract(end[first:last], start[first:last], out=ends[1:])
        np.cumsum(ends, out=ends)
        # Room of the right size, filled from the cache: what Arrow makes room for, it moves twice while it grows,
        # and fresh memory costs more than the copying.
        data = np.empty(int(ends[-1]), dtype=np.uint8)
        for low in range(first, last, _PIECE):
            high = min(low + _PIECE, last)
            data[ends[low - first] : ends[high - first]] = piece(low, high)
        return pa.LargeStringArray.from_buffers(last - first, pa.py_buffer(ends), pa.py_buffer(data))

    return _in_chunks(len(start), texts)


def arrow_table(
    columns: Columns,
    buffer: bytes,
    senders: Sequence[str],
    sender_phones: Sequence[str | None],
    attachments: Mapping[int, str],
    shapes: Sequence[str],
) -> Any:
    """The messages as a pyarrow Table with the columns of the OUTPUT contract (``timestamp`` in seconds)."""
    import pyarrow as pa

    c = columns
    return pa.table(
        {
            "timestamp": arrow_numbers(c.timestamp.astype("datetime64[s]").view(np.int64), pa.timestamp("s")),
            "sender": _dictionary(c.sender, arrow_strings(senders)),
            "sender_phone": _phone_array(c.sender, sender_phones),
            "kind": _dictionary(c.kind, arrow_strings([str(k) for k in KINDS])),
            "event": _dictionary(c.event, arrow_strings([str(e) for e in EVENTS])),
            "text": text_array(buffer, c.text_start, c.text_end),
            "attachment": _sparse_strings(attachments, len(c.line)),
            "edited": arrow_booleans(c.edited),
            "line": arrow_numbers(c.line, pa.int64()),
            "line_end": arrow_numbers(c.line_end, pa.int64()),
            "byte_offset": arrow_numbers(c.byte_offset, pa.int64()),
            "byte_length": arrow_numbers(c.byte_length, pa.int64()),
            "shape": _dictionary(c.shape, arrow_strings(shapes)),
        }
    )


def pandas_frame(
    columns: Columns,
    buffer: bytes,
    senders: Sequence[str],
    sender_phones: Sequence[str | None],
    attachments: Mapping[int, str],
    shapes: Sequence[str],
) -> pd.DataFrame:
    """The messages as the DataFrame of the OUTPUT contract (index = message id)."""
    import pandas as pd

    c = columns
    frame = pd.DataFrame(
        {
            "timestamp": c.timestamp.astype("datetime64[s]", copy=False),
            "sender": _category(c.sender, list(senders)),
            "sender_phone": pd.arrays.ArrowStringArray(_phone_array(c.sender, sender_phones)),
            "kind": _category(c.kind, [str(k) for k in KINDS]),
            "event": _category(c.event, [str(e) for e in EVENTS]),
            "text": pd.arrays.ArrowStringArray(text_array(buffer, c.text_start, c.text_end)),
            "attachment": pd.arrays.ArrowStringArray(_sparse_strings(attachments, len(c.line))),
            "edited": c.edited,
            "line": c.line,
            "line_end": c.line_end,
            "byte_offset": c.byte_offset,
            "byte_length": c.byte_length,
            "shape": _category(c.shape, list(shapes)),
        },
        copy=False,
    )
    frame.index.name = "message"
    return frame


def _category(codes: NDArray[Any], names: Sequence[str]) -> pd.Categorical:
    import pandas as pd

    kind = pd.CategoricalDtype(list(names))
    # The type that pandas itself would choose: most chats have few names.
    codes = codes.astype(np.min_scalar_type(-len(names) - 1), copy=False)
    return pd.Categorical.from_codes(codes, dtype=kind, validate=False)


def _phone_array(sender: NDArray[np.int32], phones: Sequence[str | None]) -> Any:
    """The number of each message's sender as large strings in chunks; most chats have few numbers or none."""
    import pyarrow as pa

    if not any(phones):
        return _in_chunks(len(sender), lambda first, last: None)
    coded = [*(None if phone is None else phone.encode() for phone in phones), None]
    if len(sender) <= _CHUNK:
        return pa.chunked_array([_large_strings([coded[code] for code in sender.tolist()])])
    import pyarrow.compute as pc

    values, pool = _large_strings(coded), pa.system_memory_pool()

    def numbers(first: int, last: int) -> Any:
        codes = sender[first:last].astype(np.int64)
        codes[codes < 0] = len(phones)
        return pc.take(values, arrow_numbers(codes, pa.int64()), boundscheck=False, memory_pool=pool)

    return _in_chunks(len(sender), numbers)


def _sparse_strings(values: Mapping[int, str], count: int) -> Any:
    """Large strings in chunks by position, null elsewhere."""
    import pyarrow as pa

    rows = np.array(sorted(values), dtype=np.int64)
    pieces = [values[row] for row in rows.tolist()]
    data = "".join(pieces).encode("utf-8", "replace")
    sizes = np.array([len(piece) for piece in pieces], dtype=np.int64)
    if len(data) != sizes.sum():
        sizes = np.array([len(piece.encode("utf-8", "replace")) for piece in pieces], dtype=np.int64)
    ends = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))

    def strings(first: int, last: int) -> Any:
        low, high = np.searchsorted(rows, (first, last)).tolist()
        if low == high:
            return None
        lengths = np.zeros(last - first + 1, dtype=np.int64)
        present = np.zeros(last - first, dtype=bool)
        lengths[rows[low:high] - first + 1] = sizes[low:high]
        present[rows[low:high] - first] = True
        return pa.LargeStringArray.from_buffers(
            last - first,
            pa.py_buffer(np.cumsum(lengths, dtype=np.int64)),
            pa.py_buffer(data[ends[low] : ends[high]]),
            pa.py_buffer(np.packbits(present, bitorder="little")),
            last - first - (high - low),
        )

    return _in_chunks(count, strings)


def _in_chunks(count: int, strings: Callable[[int, int], Any]) -> Any:
    """Large strings chunk by chunk from ``strings(first, last)``; chunks without any (None) share their memory."""
    import pyarrow as pa

    nothing = pa.nulls(min(count, _CHUNK), type=pa.large_string())
    chunks = []
    for first in range(0, count, _CHUNK):
        last = min(first + _CHUNK, count)
        found = strings(first, last)
        chunks.append(nothing[: last - first] if found is None else found)
    return pa.chunked_array(chunks, type=pa.large_string())


def arrow_numbers(values: NDArray[Any], kind: Any) -> Any:
    """Numbers as an Arrow array of a type of the same width."""
    # pa.array() and Array.to_numpy() import pandas (0.5 s); a view of the bytes does not.
    import pyarrow as pa

    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def arrow_booleans(values: NDArray[np.bool_]) -> Any:
    """Booleans as an Arrow array."""
    import pyarrow as pa

    bits = np.packbits(values, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def arrow_strings(values: Sequence[str | None]) -> Any:
    """Texts as an Arrow array, null where there is none."""
    # A name taken from a zip may hold lone surrogates, which Arrow refuses; they become "?".
    import pyarrow as pa

    coded = [b"" if value is None else value.encode("utf-8", "replace") for value in values]
    offsets = np.zeros(len(coded) + 1, dtype=np.int32)
    np.cumsum([len(item) for item in coded], out=offsets[1:])
    valid = np.packbits(np.array([value is not None for value in values], dtype=bool), bitorder="little")
    buffers = [pa.py_buffer(valid), pa.py_buffer(offsets), pa.py_buffer(b"".join(coded))]
    return pa.Array.from_buffers(pa.string(), len(coded), buffers)


def _large_strings(pieces: Sequence[bytes | None]) -> Any:
    """Large strings of UTF-8 bytes, null where there are none."""
    import pyarrow as pa

    offsets = np.zeros(len(pieces) + 1, dtype=np.int64)
    np.cumsum([len(piece or b"") for piece in pieces], out=offsets[1:])
    missing = pieces.count(None)
    valid = pa.py_buffer(np.packbits([piece is not None for piece in pieces], bitorder="little")) if missing else None
    data = pa.py_buffer(b"".join([piece or b"" for piece in pieces]))
    return pa.LargeStringArray.from_buffers(len(pieces), pa.py_buffer(offsets), data, valid, missing)


def _dictionary(codes: NDArray[Any], values: Any) -> Any:
    import pyarrow as pa

    wide = codes.astype(np.int32)
    if len(wide) and int(wide.min()) < 0:
        missing = np.packbits(wide >= 0, bitorder="little")
        filled = np.where(wide < 0, 0, wide).astype(np.int32)
        indices = pa.Array.from_buffers(pa.int32(), len(wide), [pa.py_buffer(missing), pa.py_buffer(filled)])
    else:
        indices = arrow_numbers(wide, pa.int32())
    return pa.DictionaryArray.from_arrays(indices, values)
