"""Folds text for searching: case, accents, look-alike letters, invisible marks and stretched letters do not count.

Folded text is UTF-8 in which every run of spaces, punctuation or symbols is one space, sentence ends are
``.``, ``!`` or ``?``, every currency sign is ``$``, every digit is ASCII and no letter stands twice in a row.
Whatever is not ASCII in it is therefore a letter. The evidence itself is never changed: only copies are folded,
row by row, so that each place in a folded copy belongs to one message.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 20
KEPT_ASCII = "abcdefghijklmnopqrstuvwxyz0123456789.!?\n$@%"
SENTENCE_ENDS = {
    "\u3002": ".", "\uff0e": ".", "\u0964": ".", "\u0965": ".", "\u06d4": ".",
    "\u061f": "?", "\uff1f": "?", "\uff01": "!", "\u203c": "!", "\u2049": "!", "\u2753": "?", "\u2757": "!",
}  # fmt: skip
# Letters of other scripts (after case folding) that pass for a Latin one, and Latin letters that NFKD leaves whole.
LOOK_ALIKES = {
    "a": "аαɑᴀ",
    "b": "вβʙ",
    "c": "сϲᴄ",
    "d": "ԁđðᴅ",
    "e": "еёѐεᴇ",
    "g": "ɡɢցԍ",
    "h": "һнħʜհ",
    "i": "іїιıɪɩ",
    "j": "јϳᴊ",
    "k": "кκᴋ",
    "l": "ӏłʟ",
    "m": "мμᴍ",
    "n": "пηɴո",
    "o": "оοøᴏօ",
    "p": "рρþᴘք",
    "q": "ԛ",
    "r": "гґʀ",
    "s": "ѕσςꜱ",
    "t": "тτŧᴛ",
    "u": "υᴜս",
    "v": "ѵνʋᴠ",
    "w": "ԝωᴡ",
    "x": "хχ",
    "y": "уγʏ",
    "z": "ζᴢ",
}
OTHER_FORMS = {
    "\u0623": "\u0627", "\u0625": "\u0627", "\u0622": "\u0627", "\u0671": "\u0627", "\u0649": "\u064a",
    "\u06cc": "\u064a", "\u06d2": "\u064a", "\u0629": "\u0647", "\u06c1": "\u0647", "\u06be": "\u0647",
    "\u06d5": "\u0647", "\u06a9": "\u0643", "\u0624": "\u0648", "\u0626": "\u064a", "\u06ba": "\u0646",
    "\u0901": "\u0902", "\u00e6": "ae", "\u0153": "oe",
}  # fmt: skip
ROW_END = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Folded:
    """Folded rows: ``data`` is one buffer that starts with a row end, row ``i`` is ``data[starts[i]:ends[i]]``.

    ``messages`` maps rows to message ids (several rows may belong to one message); every row is followed by
    a byte that is no letter.
    """

    data: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    messages: NDArray[np.int64]


def _ascii_table() -> bytes:
    table = bytearray(b" " * 256)
    for character in KEPT_ASCII:
        table[ord(character)] = ord(character)
        table[ord(character.upper())] = ord(character)
    return bytes(table)


ASCII_TABLE = _ascii_table()
LATIN_OF = {look: latin for latin, looks in LOOK_ALIKES.items() for look in looks}


@lru_cache(maxsize=65536)
def fold_character(character: str) -> str:
    """One character as folded text: none, one or several characters."""
    if character in SENTENCE_ENDS:
        return SENTENCE_ENDS[character]
    if ord(character) < 128:
        return chr(ASCII_TABLE[ord(character)])
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return unicodedata.normalize("NFC", "".join(_fold_part(part) for part in decomposed))


def _fold_part(part: str) -> str:
    if ord(part) < 128:
        return chr(ASCII_TABLE[ord(part)])
    if part in LATIN_OF or part in OTHER_FORMS:
        return LATIN_OF.get(part) or OTHER_FORMS[part]
    category = unicodedata.category(part)
    if category == "Sc":
        return "$"
    if category[0] == "N":
        digit = unicodedata.digit(part, None)
        return " " if digit is None else str(digit)
    # Marks that change no word: accents, harakat, tatweel, niqqud, nukta, variation selectors, zero-width, bidi.
    if category in ("Cf", "Cc", "Me", "Sk", "Co", "Cn") or part in "\u0640\u3164\u115f\u1160\uffa0\u093c":
        return ""
    if category == "Mn":
        kept = "\u0900" <= part < "\ufe00" and not "\u1ab0" <= part <= "\u1dff" and not "\u20d0" <= part <= "\u20ff"
        return part if kept else ""
    return part if category[0] in "LM" else " "


class PointTable:
    """Code point to folded code point, filled as characters are met; 0 deletes, ``SEVERAL`` needs more than one."""

    SEVERAL = 0xFFFFFFFF

    def __init__(self) -> None:
        self.known = np.zeros(0x110000, dtype=bool)
        self.folded = np.zeros(0x110000, dtype=np.uint32)

    def fold(self, points: NDArray[np.uint32]) -> NDArray[np.uint32]:
        present = np.zeros(0x110000, dtype=bool)
        present[points] = True
        present &= ~self.known
        for point in np.flatnonzero(present).tolist():
            text = fold_character(chr(point))
            self.folded[point] = ord(text) if len(text) == 1 else self.SEVERAL if text else 0
            self.known[point] = True
        return self.folded[points]


@lru_cache(maxsize=1)
def _points() -> PointTable:
    return PointTable()


def fold(text: str) -> str:
    """One text as it is searched, without the row end."""
    data = text.encode("utf-8", "replace") + b"\n"
    folded = fold_rows(data, np.array([0, len(data)], dtype=np.int64))
    return folded.data[folded.starts[0] : folded.ends[0]].decode()


def fold_rows(data: bytes, offsets: NDArray[np.int64]) -> Folded:
    """Fold rows that lie end to end: row ``i`` is ``data[offsets[i]:offsets[i + 1]]``, its last byte a row end."""
    raw = np.frombuffer(data, dtype=np.uint8)
    rows = len(offsets) - 1
    starts = np.zeros(rows, dtype=np.int64)
    ends = np.zeros(rows, dtype=np.int64)
    pieces = [b"\n"]
    position = 1
    first = 0
    while first < rows:
        last = int(np.searchsorted(offsets, offsets[first] + BLOCK, "right")) - 1
        last = min(max(last, first + 1), rows)
        bounds = offsets[first : last + 1] - offsets[first]
        piece, cuts = _fold_block(raw[offsets[first] : offsets[last]], bounds)
        starts[first:last] = position + cuts[:-1]
        ends[first:last] = position + cuts[1:] - 1
        pieces.append(piece)
        position += len(piece)
        first = last
    return Folded(data=b"".join(pieces), starts=starts, ends=ends, messages=np.arange(rows, dtype=np.int64))


def _fold_block(block: NDArray[np.uint8], bounds: NDArray[np.int64]) -> tuple[bytes, NDArray[np.int64]]:
    if int(block.max()) < 128:
        lowered = np.frombuffer(bytearray(block.tobytes().translate(ASCII_TABLE)), dtype=np.uint8)
        kept, cuts = squeeze(lowered, bounds)
        return kept.tobytes(), cuts
    block = block.copy()
    block[bounds[1:] - 1] = ROW_END
    leads = np.cumsum((block & 0xC0) != 0x80, dtype=np.int64)
    cuts = np.concatenate((np.zeros(1, dtype=np.int64), leads[bounds[1:] - 1]))
    text = block.tobytes().decode("utf-8")
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    table = _points()
    folded = table.fold(points)
    several = np.flatnonzero(folded == table.SEVERAL)
    if len(several):
        folded, cuts = _expand(folded, cuts, several, points)
    present = folded != 0
    if not present.all():
        gone = np.flatnonzero(~present)
        folded, cuts = folded[present], cuts - np.searchsorted(gone, cuts)
    folded, cuts = squeeze(folded, cuts)
    # Folded points below are at most 4 bytes wide; the width of each is known from its value.
    width = np.cumsum(1 + (folded >= 0x80).astype(np.int64) + (folded >= 0x800) + (folded >= 0x10000))
    cuts = np.concatenate((np.zeros(1, dtype=np.int64), width[cuts[1:] - 1]))
    return folded.tobytes().decode("utf-32-le").encode("utf-8"), cuts


def _expand(
    folded: NDArray[np.uint32],
    cuts: NDArray[np.int64],
    several: NDArray[np.int64],
    points: NDArray[np.uint32],
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    texts = [fold_character(chr(point)) for point in points[several].tolist()]
    folded = folded.copy()
    folded[several] = [ord(text[0]) for text in texts]
    lengths = np.array([len(text) - 1 for text in texts])
    extra = np.array([ord(c) for text in texts for c in text[1:]], dtype=np.uint32)
    grown = np.insert(folded, np.repeat(several + 1, lengths), extra)
    added = np.concatenate(([0], np.cumsum(lengths)))
    return grown, cuts + added[np.searchsorted(several, cuts)]


def squeeze(values: NDArray[Any], cuts: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Write the row ends, then drop what equals the character before it (digits stay): stretched letters, spaces."""
    values[cuts[1:] - 1] = ROW_END
    keep = np.empty(len(values), dtype=bool)
    keep[0] = True
    np.not_equal(values[1:], values[:-1], out=keep[1:])
    keep |= (values >= 48) & (values <= 57)
    # What a row begins with has nothing before it, not even the end of the row that happens to lie there.
    keep[cuts[:-1]] = True
    keep[cuts[1:] - 1] = True
    dropped = np.flatnonzero(~keep)
    return values[keep], cuts - np.searchsorted(dropped, cuts)
