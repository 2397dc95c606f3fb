"""Takes the texts of a chat out of its buffer, folds them, disguised ones once more, and scans them block by block."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.disguise import join_folded, joined_rows, leet_rows, spaced_messages
from wa_forensics.search.fold import Folded, fold_rows
from wa_forensics.search.languages import Tongues
from wa_forensics.search.scan import SAMPLE, Hits, Lexicon

# Bytes of text that are folded and scanned at once: what a block needs beside stays in the cache, and the memory
# of a scan does not grow with the chat.
BLOCK = 2 << 20
# To cut one slice out costs as much as to look at so many bytes.
SPARSE = 128


def scan_messages(
    buffer: bytes,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    messages: NDArray[np.int64],
    lexicon: Lexicon,
    words: Callable[[], frozenset[str]] = frozenset,
    tongues: Tongues | None = None,
) -> Hits:
    """Every hit of a lexicon in the texts ``buffer[start[m]:end[m]]`` of messages (ascending), by message and phrase.

    ``words`` gives those that help to read letters set apart. With ``tongues`` phrases are looked for where they can
    count.
    """
    sample = messages[:: max(1, len(messages) // SAMPLE)]
    lexicon = lexicon.suited(len(messages), lambda: fold_messages(buffer, start, end, sample, words))
    found = []
    until = np.cumsum(end[messages] - start[messages] + 1)
    first = 0
    while first < len(messages):
        done = int(until[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(until, done + BLOCK, "right")))
        block = messages[first:last]
        origin, stop = int(start[block[0]]), int(end[block[-1]]) + 1
        # Messages that are no text may lie between; only this part of the buffer is looked at.
        part = buffer[origin:stop]
        shift = int(block[0])
        begins, closes = start[shift : block[-1] + 1] - origin, end[shift : block[-1] + 1] - origin
        folded = fold_messages(part, begins, closes, block - shift, words)
        if tongues is None:
            hits = lexicon.scan(folded)
        else:
            spans = zip(start[block].tolist(), end[block].tolist(), strict=True)
            texts = [buffer[begin:close] for begin, close in spans]
            hits = lexicon.scan(folded, tongues.heard_in(texts, np.searchsorted(block - shift, folded.messages)))
        found.append(Hits(messages=hits.messages + shift, phrases=hits.phrases, weights=hits.weights))
        first = last
    if not found:
        return lexicon.scan(Folded(data=b"\n", starts=messages, ends=messages, messages=messages))
    return Hits(
        messages=np.concatenate([hits.messages for hits in found]),
        phrases=np.concatenate([hits.phrases for hits in found]),
        weights=np.concatenate([hits.weights for hits in found]),
    )


def fold_messages(
    buffer: bytes,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    messages: NDArray[np.int64],
    words: Callable[[], frozenset[str]] = frozenset,
) -> Folded:
    """Fold the texts ``buffer[start[m]:end[m]]`` of messages (ascending).

    ``words`` gives those that help to read letters set apart.
    """
    if not len(messages):
        return Folded(data=b"\n", starts=messages, ends=messages, messages=messages)
    begin, close = start[messages], end[messages]
    if int(close[-1]) >= len(buffer):
        buffer += b"\n"
    high = np.flatnonzero(np.frombuffer(buffer, dtype=np.uint8) >= 128)
    foreign = np.searchsorted(high, begin) != np.searchsorted(high, close)
    parts = []
    for chosen in (~foreign, foreign):
        if chosen.any():
            data, offsets = gather(buffer, begin[chosen], close[chosen] + 1)
            folded = fold_rows(data, offsets)
            ids = messages[chosen]
            parts.append(Folded(data=folded.data, starts=folded.starts, ends=folded.ends, messages=ids))
    plain = join_folded(parts)
    parts = [plain]
    leet = leet_rows(plain)
    if leet is not None:
        parts.append(leet)
    apart = np.unique(spaced_messages(plain)).tolist()
    texts = ((m, buffer[start[m] : end[m]].decode("utf-8", "replace")) for m in apart)
    joined = joined_rows(texts, words)
    if joined is not None:
        parts.append(joined)
    return join_folded(parts) if len(parts) > 1 else plain


def gather(buffer: bytes, start: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[bytes, NDArray[np.int64]]:
    """Slices of a buffer, ascending and apart, end to end, and their offsets."""
    offsets = np.zeros(len(start) + 1, dtype=np.int64)
    np.cumsum(end - start, out=offsets[1:])
    if len(buffer) > SPARSE * len(start):
        pieces = [buffer[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)]
        return b"".join(pieces), offsets
    # Gaps and slices in turn.
    lengths = np.diff(np.column_stack((start, end)).ravel(), prepend=0, append=len(buffer))
    chosen = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return np.frombuffer(buffer, dtype=np.uint8)[chosen].tobytes(), offsets
