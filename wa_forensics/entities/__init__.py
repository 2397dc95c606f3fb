"""What messages contain besides words: links, phone numbers, amounts, payees and codes, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wa_forensics.entities.likeness import NameIndex, similar_names
from wa_forensics.entities.links import describe_host, links_in
from wa_forensics.entities.numbers import amounts_in, codes_in, phones_in
from wa_forensics.entities.payees import payees_in
from wa_forensics.entities.text import clean, with_digits, with_dots, with_sign
from wa_forensics.model import Amount, Code, Link, Payee, PhoneNumber

__all__ = [
    "NameIndex",
    "Texts",
    "amounts_in",
    "clean",
    "codes_in",
    "describe_host",
    "links_in",
    "payees_in",
    "phones_in",
    "similar_names",
]

T = TypeVar("T")
SHORTEST_PAYEE = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Texts:
    """The texts of a chat in its buffer, and which of them people wrote."""

    buffer: bytes
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    written: NDArray[np.bool_]

    def links(self) -> tuple[Link, ...]:
        """Every link, in order of messages."""
        return self._read(with_dots(self._data(), self.start, self.end), links_in)

    def payees(self) -> tuple[Payee, ...]:
        """Every payee, in order of messages."""
        data = self._data()
        rows = with_digits(data, self.start, self.end, SHORTEST_PAYEE)
        for sign in "@$":
            rows = np.union1d(rows, with_sign(data, self.start, self.end, sign))
        rows = np.union1d(rows, with_dots(data, self.start, self.end))
        return self._read(rows, payees_in)

    def phones(self) -> tuple[PhoneNumber, ...]:
        """Every phone number, in order of messages."""
        return self._read(with_digits(self._data(), self.start, self.end, 8), phones_in)

    def amounts(self) -> tuple[Amount, ...]:
        """Every amount of money, in order of messages."""
        return self._read(with_digits(self._data(), self.start, self.end, 1), amounts_in)

    def codes(self) -> tuple[Code, ...]:
        """Everything that could be a one-time code, in order of messages."""
        return self._read(with_digits(self._data(), self.start, self.end, 4), codes_in)

    def _data(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.buffer, dtype=np.uint8)

    def _read(self, rows: NDArray[np.int64], read: Callable[[int, str], Iterator[T]]) -> tuple[T, ...]:
        found: list[T] = []
        for row in rows[self.written[rows]].tolist():
            text = self.buffer[self.start[row] : self.end[row]].decode("utf-8", "replace")
            found.extend(read(row, clean(text)))
        return tuple(found)
