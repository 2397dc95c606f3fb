"""What a message says, as a number that is the same on both phones: marks, mentions, placeholders folded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.chat import EVENT_CODE, KIND_CODE, Chat
from wa_forensics.model import Kind
from wa_forensics.vocabulary import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Messages that are hashed at once: what that needs stays in the cache.
BLOCK = 1 << 12
# Bytes that are hashed at once.
PIECE = 1 << 20
# From this mean length on texts are gathered one by one.
LONG_TEXT = 1 << 10
# What of ASCII does not matter in a text.
BLANKS = bytes([*range(33), 127])
FACTOR = np.uint64(0x9E3779B97F4A7C15)
# Texts shorter than this say too little to tell two messages of one text apart.
TELLING_BYTES = 12
MOST_WHOLE = 4096
# The smallest hashes of a set are a fair sample of it (bottom-k sketch, Cohen and Kaplan 2007).
SKETCH_SIZE = 128
MENTION = re.compile("@\u2068[^\u2069\n]{0,60}\u2069|@~?\u202f?[\u202a\u200e]?\\+?[\\d\u00a0() -]{7,20}")
# Only the first space of several may begin a match: else each of a long run would be tried.
EDITED = re.compile("(?<!\\s)\\s*\u200e?<[^<>\n]{3,60}>\\s*$")
PLACEHOLDERS: tuple[Kind, ...] = (Kind.MEDIA, Kind.POLL, Kind.LOCATION, Kind.CONTACT, Kind.PAYMENT)
UNSEEN: tuple[Event, ...] = (
    Event.WAITING_FOR_MESSAGE,
    Event.NULL_BODY,
    Event.UNSUPPORTED_MESSAGE,
    Event.CANNOT_DISPLAY_HERE,
    Event.VIEW_ONCE_OMITTED,
    Event.VIEW_ONCE_PLACEHOLDER,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Side:
    """The messages of persons in one export, as columns: what compares, one entry each.

    ``ids`` message ids; ``keys`` what was said; ``telling`` whether the text is long enough to be recognised
    alone; ``hidden`` whether the phone shows a placeholder for the text (deleted, not received).
    """

    chat: Chat
    ids: NDArray[np.int64]
    keys: NDArray[np.uint64]
    times: NDArray[np.int64]
    senders: NDArray[np.int64]
    telling: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    has_seconds: bool

    def __len__(self) -> int:
        return len(self.ids)


def side(chat: Chat) -> Side:
    """The side of one export. Lines of the app and calls are left out: each phone writes its own."""
    columns = chat.columns
    own = (KIND_CODE[Kind.SYSTEM], KIND_CODE[Kind.CALL])
    ids = np.flatnonzero((columns.sender >= 0) & ~np.isin(columns.kind, own))
    times = columns.timestamp.astype("datetime64[s]").astype(np.int64)
    keys, lengths = _hashes(chat, ids)
    kinds = columns.kind[ids]
    placeholder = np.isin(kinds, [KIND_CODE[kind] for kind in PLACEHOLDERS])
    keys[placeholder] = kinds[placeholder].astype(np.uint64) + np.uint64(1)
    hidden = (kinds == KIND_CODE[Kind.DELETED]) | np.isin(columns.event[ids], [EVENT_CODE[event] for event in UNSEEN])
    keys[hidden] = 0
    return Side(
        chat=chat,
        ids=ids,
        keys=keys,
        times=times[ids],
        senders=columns.sender[ids].astype(np.int64),
        telling=(lengths >= TELLING_BYTES) & ~placeholder & ~hidden,
        hidden=hidden,
        has_seconds=bool((times % 60 != 0).any()),
    )


def sketch(chat: Chat) -> tuple[int, ...]:
    """A sample of what is said in a chat, the same for each export of it: up to 128 hashes, ascending."""
    return tuple(sampled_keys(chat)[:SKETCH_SIZE].tolist())


def sampled_keys(chat: Chat) -> NDArray[np.uint64]:
    """The keys of the longer plain texts; of many texts a quarter, the same on each phone: chosen by length in bytes.

    The two lowest bits of a key are those of the length, so that a whole sample can be held against a quarter.
    """
    columns = chat.columns
    lengths = columns.text_end - columns.text_start
    chosen = (columns.kind == KIND_CODE[Kind.TEXT]) & ~columns.edited & (lengths >= 16) & (columns.sender >= 0)
    ids = np.flatnonzero(chosen)
    if len(ids) > MOST_WHOLE:
        ids = ids[lengths[ids] % 4 == 0]
    octets = np.frombuffer(chat.buffer, dtype=np.uint8)
    parts = [np.zeros(0, dtype=np.uint64)]
    for begin in range(0, len(ids), BLOCK):
        part = ids[begin : begin + BLOCK]
        ends = np.cumsum(lengths[part])
        starts = ends - lengths[part]
        if int(ends[-1]) > BLOCK * LONG_TEXT:
            # A place for each byte would take sixteen times the room of the text.
            bounds = zip(columns.text_start[part].tolist(), columns.text_end[part].tolist(), strict=True)
            gathered = np.concatenate([octets[begin:end] for begin, end in bounds])
        else:
            gathered = octets[np.repeat(columns.text_start[part] - starts, lengths[part]) + np.arange(int(ends[-1]))]
        keys, said = _hash_slices(gathered, starts, ends)
        keys = keys & ~np.uint64(3) | (lengths[part] & 3).astype(np.uint64)
        parts.append(keys[said >= TELLING_BYTES])
    return np.unique(np.concatenate(parts))


def plain_text(chat: Chat, message: int) -> str:
    """The text without mentions (they show the exporter's own contact names) and without the edit mark."""
    text = MENTION.sub("@", chat.text(message))
    return EDITED.sub("", text) if chat.columns.edited[message] else text


def similarity(first: str, second: str) -> float:
    """Share of common letter pairs (Dice coefficient), 0 to 1."""
    if first == second:
        return 1.0
    pairs_a, pairs_b = _pairs(first), _pairs(second)
    total = sum(pairs_a.values()) + sum(pairs_b.values())
    common = sum(min(count, pairs_b.get(pair, 0)) for pair, count in pairs_a.items())
    return round(2 * common / total, 3) if total else 0.0


def _pairs(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for place in range(max(1, len(text) - 1)):
        pair = text[place : place + 2]
        if pair:
            counts[pair] = counts.get(pair, 0) + 1
    return counts


def _hashes(chat: Chat, ids: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """A hash of each text without white space and marks, and its length in bytes."""
    columns = chat.columns
    octets = np.frombuffer(chat.buffer, dtype=np.uint8)
    keys = np.zeros(len(ids), dtype=np.uint64)
    lengths = np.zeros(len(ids), dtype=np.int64)
    for begin in range(0, len(ids), BLOCK):
        part = ids[begin : begin + BLOCK]
        starts, ends = columns.text_start[part], columns.text_end[part]
        low = int(starts[0])
        keys[begin : begin + BLOCK], lengths[begin : begin + BLOCK] = _hash_slices(
            octets[low : int(ends[-1])], starts - low, ends - low
        )
    odd = _with_mention_or_edit(chat, ids)
    if len(odd):
        texts = [plain_text(chat, int(ids[place])).encode() for place in odd]
        ends = np.cumsum([len(text) for text in texts]).astype(np.int64)
        joined = np.frombuffer(b"".join(texts), dtype=np.uint8)
        keys[odd], lengths[odd] = _hash_slices(joined, np.concatenate([[0], ends[:-1]]), ends)
    return keys, lengths


def _with_mention_or_edit(chat: Chat, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    signs = np.flatnonzero(np.frombuffer(chat.buffer, dtype=np.uint8) == ord("@"))
    first = np.searchsorted(signs, chat.columns.text_start[ids])
    last = np.searchsorted(signs, chat.columns.text_end[ids])
    return np.flatnonzero((first < last) | chat.columns.edited[ids])


@lru_cache(maxsize=2)
def _powers(bits: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first ``2 ** bits`` powers of the factor, from the first on, and of its inverse (modulo 2**64)."""
    inverse = np.uint64(pow(int(FACTOR), -1, 1 << 64))
    powers, backwards = (np.cumprod(np.full(1 << bits, base), dtype=np.uint64) for base in (FACTOR, inverse))
    return powers.astype(np.uint64, copy=False), backwards.astype(np.uint64, copy=False)


def _hash_slices(
    octets: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Polynomial hash (modulo 2**64) of ascending slices over the bytes that matter."""
    # Before the first and behind the last byte of each slice: how many bytes matter, and the sum of all terms.
    places = np.zeros((2, len(starts)), dtype=np.int64)
    sums = np.zeros((2, len(starts)), dtype=np.uint64)
    count, total = 0, np.uint64(0)
    for begin, end in _pieces(octets):
        piece = octets[begin:end]
        keep = (piece > 32) & (piece != 127)
        if len(piece) and piece.max() >= 0xC2:
            _drop_blanks(piece, keep)
            kept = piece[keep]
        else:
            kept = np.frombuffer(piece.tobytes().translate(None, BLANKS), dtype=np.uint8)
        place = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(keep, dtype=np.int64)])
        terms = (kept + np.uint64(1)) * _powers(len(kept).bit_length())[0][: len(kept)]
        prefix = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(terms, dtype=np.uint64)])
        prefix = prefix * np.uint64(pow(int(FACTOR), count, 1 << 64)) + total
        for side, borders in enumerate((starts, ends)):
            first, last = np.searchsorted(borders, begin, "left"), np.searchsorted(borders, end, "right")
            inside = place[borders[first:last] - begin]
            places[side, first:last], sums[side, first:last] = inside + count, prefix[inside]
        count, total = count + len(kept), prefix[-1]
    left, right = places
    keys = (sums[1] - sums[0]) * _backwards(left)
    lengths = right - left
    keys = (keys ^ (keys >> np.uint64(31))) * FACTOR + lengths.astype(np.uint64)
    # 0 and the smallest numbers stand for placeholders.
    return np.maximum(keys, np.uint64(64)), lengths


def _pieces(octets: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Where to cut what is hashed at once: one message may be as long as a book. Never inside a character."""
    begin = 0
    while True:
        end = min(begin + PIECE, len(octets))
        back = 0
        while end < len(octets) and octets[end - back] & 0xC0 == 0x80 and back < 3:
            back += 1
        end -= back
        yield begin, end
        if end >= len(octets):
            return
        begin = end


def _backwards(places: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The inverse of the factor to the power of each place and one more."""
    whole, rest = np.divmod(places, PIECE)
    result = _powers(int(rest.max(initial=0)).bit_length())[1][rest]
    for count in np.unique(whole[whole > 0]).tolist():
        result[whole == count] *= np.uint64(pow(int(FACTOR), -count * PIECE, 1 << 64))
    return result


def _drop_blanks(octets: NDArray[np.uint8], keep: NDArray[np.bool_]) -> None:
    """Take the bytes of blank and invisible characters beyond ASCII out of what is kept."""
    padded = np.concatenate([octets, np.zeros(2, dtype=np.uint8)])
    # U+200B to U+200F, U+2028 to U+202F, U+2060 to U+206F, U+00A0 and U+FEFF are invisible or blank.
    third = padded[2:]
    e280 = (
        (octets == 0xE2)
        & (padded[1:-1] == 0x80)
        & (((third >= 0x8B) & (third <= 0x8F)) | ((third >= 0xA8) & (third <= 0xAF)))
    )
    e281 = (octets == 0xE2) & (padded[1:-1] == 0x81) & (third >= 0xA0) & (third <= 0xAF)
    mark = np.flatnonzero(e280 | e281 | ((octets == 0xEF) & (padded[1:-1] == 0xBB) & (third == 0xBF)))
    for step in range(3):
        keep[np.minimum(mark + step, len(keep) - 1)] = False
    blank = np.flatnonzero((octets == 0xC2) & (padded[1:-1] == 0xA0))
    keep[blank] = False
    keep[np.minimum(blank + 1, len(keep) - 1)] = False
