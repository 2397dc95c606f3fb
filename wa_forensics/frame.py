"""The messages of a chat as numpy columns, as an Arrow table and as a pandas DataFrame: one schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    ``kind`` uint8 index into ``KINDS``; ``event`` int16 index into ``EVENTS``, -1 for none; ``text_start`` and
    ``text_end`` int64 into the UTF-8 buffer; ``line``/``line_end`` int64 from 1, counted on LF;
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


def text_array(buffer: bytes, start: NDArray[np.int64], end: NDArray[np.int64]) -> Any:
    """Cut ascending, non-overlapping slices of a valid UTF-8 buffer into a pyarrow LargeStringArray."""
    import pyarrow as pa

    n = len(start)
    # Offsets s0 e0 s1 e1 ... make 2n-1 strings, of which every other one is a message; only these are copied.
    offsets = np.empty(2 * n, dtype=np.int64)
    offsets[0::2] = start
    offsets[1::2] = end
    if n == 0:
        return _strings([]).cast(pa.large_string())
    every = pa.LargeStringArray.from_buffers(2 * n - 1, pa.py_buffer(offsets), pa.py_buffer(buffer))
    return every.take(_arrow_numbers(np.arange(0, 2 * n, 2, dtype=np.int64), pa.int64()))


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
    n = len(c.line)
    sender = _dictionary(c.sender, _strings(senders))
    attachment: list[str | None] = [None] * n
    for message, name in attachments.items():
        attachment[message] = name
    return pa.table(
        {
            "timestamp": _arrow_numbers(c.timestamp.astype("datetime64[s]").view(np.int64), pa.timestamp("s")),
            "sender": sender,
            "sender_phone": _dictionary(c.sender, _strings(sender_phones)).cast(pa.string()),
            "kind": _dictionary(c.kind, _strings([str(k) for k in KINDS])),
            "event": _dictionary(c.event, _strings([str(e) for e in EVENTS])),
            "text": text_array(buffer, c.text_start, c.text_end),
            "attachment": _strings(attachment),
            "edited": _booleans(c.edited),
            "line": _arrow_numbers(c.line, pa.int64()),
            "line_end": _arrow_numbers(c.line_end, pa.int64()),
            "byte_offset": _arrow_numbers(c.byte_offset, pa.int64()),
            "byte_length": _arrow_numbers(c.byte_length, pa.int64()),
            "shape": _dictionary(c.shape, _strings(shapes)),
        }
    )


def pandas_frame(table: Any) -> pd.DataFrame:
    """The Arrow table as the DataFrame of the OUTPUT contract (index = message id)."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "timestamp": table["timestamp"].to_numpy().astype("datetime64[s]"),
            "sender": _categorical(table["sender"]),
            "sender_phone": pd.array(table["sender_phone"].to_pylist(), dtype="string"),
            "kind": _categorical(table["kind"]),
            "event": _categorical(table["event"]),
            "text": pd.Series(pd.arrays.ArrowExtensionArray(table["text"])).astype("string[pyarrow]"),
            "attachment": pd.array(table["attachment"].to_pylist(), dtype="string"),
            "edited": table["edited"].to_numpy(),
            "line": table["line"].to_numpy(),
            "line_end": table["line_end"].to_numpy(),
            "byte_offset": table["byte_offset"].to_numpy(),
            "byte_length": table["byte_length"].to_numpy(),
            "shape": _categorical(table["shape"]),
        }
    )
    frame.index.name = "message"
    return frame


def _arrow_numbers(values: NDArray[Any], kind: Any) -> Any:
    # pa.array() and Array.to_numpy() import pandas (0.5 s); a view of the bytes does not.
    import pyarrow as pa

    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _booleans(values: NDArray[np.bool_]) -> Any:
    import pyarrow as pa

    bits = np.packbits(values, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def _strings(values: Sequence[str | None]) -> Any:
    # A name taken from a zip may hold lone surrogates, which Arrow refuses; they become "?".
    import pyarrow as pa

    coded = [b"" if value is None else value.encode("utf-8", "replace") for value in values]
    offsets = np.zeros(len(coded) + 1, dtype=np.int32)
    np.cumsum([len(item) for item in coded], out=offsets[1:])
    valid = np.packbits([value is not None for value in values], bitorder="little")
    buffers = [pa.py_buffer(valid), pa.py_buffer(offsets), pa.py_buffer(b"".join(coded))]
    return pa.Array.from_buffers(pa.string(), len(coded), buffers)


def _dictionary(codes: NDArray[Any], values: Any) -> Any:
    import pyarrow as pa

    wide = codes.astype(np.int32)
    if len(wide) and int(wide.min()) < 0:
        missing = np.packbits(wide >= 0, bitorder="little")
        filled = np.where(wide < 0, 0, wide).astype(np.int32)
        indices = pa.Array.from_buffers(pa.int32(), len(wide), [pa.py_buffer(missing), pa.py_buffer(filled)])
    else:
        indices = _arrow_numbers(wide, pa.int32())
    return pa.DictionaryArray.from_arrays(indices, values)


def _categorical(column: Any) -> pd.Categorical:
    import pandas as pd

    chunk = column.combine_chunks()
    codes = chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return pd.Categorical.from_codes(codes, chunk.dictionary.to_pylist())
