"""Bytes of a text member to a valid UTF-8 buffer, with every loss counted and every position kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.errors import EvidenceError
from wa_forensics.model import Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 32 << 10
HEAD = 64 << 10
LARGE = 16 << 20
REPLACEMENT = np.frombuffer("\ufffd".encode(), dtype=np.uint8)
CONTROLS = np.array([byte for byte in range(32) if byte not in b"\t\n\r\v\f\x1b"], dtype=np.uint8)


@dataclass(frozen=True, kw_only=True, eq=False)
class RawText:
    """One text to parse: ``buffer`` is valid UTF-8 (the member's own bytes unless they had to be decoded).

    ``repairs`` holds the buffer positions of bytes that were no UTF-8 and were replaced by U+FFFD.
    """

    source: Source
    buffer: bytes
    repairs: NDArray[np.int64] | None = None

    def member_offsets(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Buffer positions as byte positions in the text member: the same numbers unless it was decoded."""
        if self.source.encoding.startswith("utf-16"):
            units = _utf16_units(self.buffer, positions)
            return np.minimum(units * 2, self.source.text_size)
        if self.repairs is None or not len(self.repairs):
            return positions
        return positions - 2 * np.searchsorted(self.repairs + 2, positions, side="left")


@dataclass(frozen=True, kw_only=True, eq=False)
class Decoded:
    """A text as valid UTF-8: ``encoding`` as in ``Source``, ``errors`` the bytes that did not decode."""

    buffer: bytes
    encoding: str
    errors: int = 0
    repairs: NDArray[np.int64] | None = None


def decode(data: bytes, name: str) -> Decoded:
    """Valid UTF-8 from the bytes of a text; raises EvidenceError for what is no text at all.

    UTF-8 is validated and returned as it is. UTF-16 is converted. Bytes of any other encoding are replaced
    by U+FFFD, one for each, and counted: guessing an encoding would put words into the evidence.
    """
    if not data:
        raise EvidenceError(name, "the file is empty", "Export the chat again and copy the file as a whole.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and data[:4] != b"\xff\xfe\0\0":
        return _from_utf16(data, "utf-16-le" if data[0] == 0xFF else "utf-16-be", "")
    head = np.frombuffer(data, dtype=np.uint8, count=min(len(data), HEAD))
    order = _bare_utf16(head)
    if order:
        return _from_utf16(data, order, "-no-bom")
    if np.isin(head, CONTROLS).mean() > 0.02:
        raise EvidenceError(
            name,
            f"this is a binary file, not a text ({describe_bytes(data[:HEAD])})",
            "Give the .txt or .zip that WhatsApp wrote when the chat was exported.",
        )
    encoding = "utf-8-sig" if data[:3] == b"\xef\xbb\xbf" else "utf-8"
    if _is_utf8(data):
        return Decoded(buffer=data, encoding=encoding)
    buffer, repairs = _repaired(data.decode("utf-8", "surrogateescape"))
    return Decoded(buffer=buffer, encoding=encoding, errors=len(repairs), repairs=repairs)


def describe_bytes(head: bytes) -> str:
    """What the first bytes of a file look like, in a few words."""
    import filetype

    kind = filetype.guess(head)
    return f"it looks like {kind.mime}" if kind else f"it begins with the bytes {head[:8].hex(' ')}"


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    if len(data) >= LARGE:
        return _is_valid_in_arrow(data)
    view = memoryview(data)
    start = 0
    while start < len(data):
        end = min(start + BLOCK, len(data))
        # A block may end inside a character; its first byte is at most three bytes back.
        for back in range(1, 4):
            if end < len(data) and data[end] & 0xC0 == 0x80 and back <= end - start:
                end -= 1
        try:
            str(view[start:end], "utf-8")
        except UnicodeDecodeError:
            return False
        start = end
    return True


def _is_valid_in_arrow(data: bytes) -> bool:
    """The same answer in a third of the time, which pays for loading Arrow only where the text is large."""
    import pyarrow as pa

    offsets = pa.py_buffer(np.array([0, len(data)], dtype=np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _repaired(text: str) -> tuple[bytes, NDArray[np.int64]]:
    # An undecodable byte stands in the text as a lone surrogate: three bytes from ED A0 80, which valid
    # UTF-8 never holds, and as long as U+FFFD, so that it can be replaced in place.
    encoded = np.frombuffer(bytearray(text.encode("utf-8", "surrogatepass")), dtype=np.uint8)
    leads = np.flatnonzero(encoded[:-2] == 0xED)
    bad = leads[encoded[leads + 1] >= 0xA0].astype(np.int64)
    for place, byte in enumerate(REPLACEMENT):
        encoded[bad + place] = byte
    return encoded.tobytes(), bad


def _from_utf16(data: bytes, codec: str, suffix: str) -> Decoded:
    whole = data[: len(data) & ~1]
    text = whole.decode(codec, "surrogatepass")
    if len(data) & 1:
        text += "\ud800"
    buffer, bad = _repaired(text)
    return Decoded(buffer=buffer, encoding=codec + suffix, errors=2 * len(bad) - (len(data) & 1))


def _bare_utf16(head: NDArray[np.uint8]) -> str:
    # Digits, spaces and line ends of a UTF-16 text have a zero byte, and on one side only.
    even, odd = head[0::2], head[1::2]
    if len(odd) < 8:
        return ""
    zeros = (float((even == 0).mean()), float((odd == 0).mean()))
    if zeros[1] > 0.15 and zeros[0] < 0.01:
        return "utf-16-le"
    return "utf-16-be" if zeros[0] > 0.15 and zeros[1] < 0.01 else ""


def _utf16_units(buffer: bytes, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    octets = np.frombuffer(buffer, dtype=np.uint8)
    units = ((octets & 0xC0) != 0x80).astype(np.uint8)
    units += octets >= 0xF0
    places, back = np.unique(positions, return_inverse=True)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), places[places > 0]])
    inside = starts[starts < len(octets)]
    sums = np.add.reduceat(units, inside, dtype=np.int64) if len(inside) else np.zeros(0, dtype=np.int64)
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sums)])
    counts: NDArray[np.int64] = before[np.searchsorted(starts, places)][back]
    return counts
