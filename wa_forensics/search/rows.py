"""Takes the texts of a chat out of its buffer and folds them, disguised ones once more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.disguise import join_folded, joined_rows, leet_rows, spaced_messages
from wa_forensics.search.fold import Folded, fold_rows


def fold_messages(
    buffer: bytes,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    messages: NDArray[np.int64],
    words: frozenset[str] = frozenset(),
) -> Folded:
    """Fold the texts ``buffer[start[m]:end[m]]`` of messages (ascending); ``words`` help to read letters set apart."""
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
    """Slices of a buffer end to end, and their offsets."""
    pieces = [buffer[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)]
    offsets = np.zeros(len(pieces) + 1, dtype=np.int64)
    np.cumsum(end - start, out=offsets[1:])
    return b"".join(pieces), offsets
