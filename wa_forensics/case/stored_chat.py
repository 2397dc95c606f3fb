"""A chat made again from the stored messages of a case, for rules that run without the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.case.reader import Case
from wa_forensics.chat import Chat
from wa_forensics.frame import EVENTS, KINDS, Columns
from wa_forensics.model import ChatFacts

if TYPE_CHECKING:
    from numpy.typing import NDArray


def stored_chat(case: Case, facts: ChatFacts) -> Chat:
    """The chat of ``facts`` from the messages of a case."""
    return chat_of(case.messages(facts.source.name), facts)


def chat_of(messages: Any, facts: ChatFacts) -> Chat:
    """The chat of a messages table: the same messages, senders and addresses; its buffer holds the texts in lines."""
    table = messages.combine_chunks()
    texts = [text.encode() for text in table["text"].to_pylist()]
    # A line end behind each text, as in an export: what searches a text looks one byte further.
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    ends = np.cumsum(sizes + 1) - 1
    names = tuple(facts.senders)
    phones: dict[str, str] = {}
    for name, phone in zip(table["sender"].to_pylist(), table["sender_phone"].to_pylist(), strict=True):
        if name is not None and phone is not None:
            phones[name] = phone
    columns = Columns(
        timestamp=_numbers(table, "timestamp").astype("datetime64[s]"),
        sender=_codes(table, "sender", names).astype(np.int32),
        kind=_codes(table, "kind", [str(kind) for kind in KINDS]).astype(np.uint8),
        event=_codes(table, "event", [str(event) for event in EVENTS]).astype(np.int16),
        text_start=ends - sizes,
        text_end=ends,
        edited=np.array(table["edited"].to_pylist(), dtype=bool),
        line=_numbers(table, "line"),
        line_end=_numbers(table, "line_end"),
        byte_offset=_numbers(table, "byte_offset"),
        byte_length=_numbers(table, "byte_length"),
        shape=_codes(table, "shape", [shape.pattern for shape in facts.shapes]).astype(np.int16),
    )
    return Chat(
        source=facts.source,
        buffer=b"".join([text + b"\n" for text in texts]),
        columns=columns,
        senders=names,
        sender_phones=[phones.get(name) for name in names],
        attachments={m: name for m, name in enumerate(table["attachment"].to_pylist()) if name is not None},
        name=facts.name,
        platform=facts.platform,
        languages=facts.languages,
        date_order=facts.date_order,
        shapes=facts.shapes,
        unparsed=facts.unparsed,
        notes=facts.notes,
    )


def _numbers(table: Any, name: str) -> NDArray[np.int64]:
    import pyarrow as pa

    column = table[name]
    if pa.types.is_timestamp(column.type):  # Parquet knows no seconds and keeps milliseconds
        column = column.cast(pa.timestamp("s"))
    return np.array(column.cast(pa.int64()).to_pylist(), dtype=np.int64)


def _codes(table: Any, name: str, values: Any) -> NDArray[np.int64]:
    """Positions in ``values``, -1 for none."""
    place = {value: code for code, value in enumerate(values)}
    return np.array([-1 if v is None else place[v] for v in table[name].to_pylist()], dtype=np.int64)
