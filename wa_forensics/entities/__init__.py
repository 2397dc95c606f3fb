"""What messages contain besides words: links, phone numbers, amounts, payees and codes, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wa_forensics.entities.likeness import NameIndex, similar_names
from wa_forensics.entities.links import describe_host, links_in
from wa_forensics.entities.naming import AccountNames, tells_apart
from wa_forensics.entities.numbers import amounts_in, codes_in, phones_in
from wa_forensics.entities.payees import payees_in
from wa_forensics.entities.text import Marks, clean, marks_of, may_name_payees
from wa_forensics.model import Amount, Code, Link, Payee, PhoneNumber

__all__ = [
    "AccountNames",
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
    "tells_apart",
]

T = TypeVar("T")
# Digits in a group, at least.
SHORTEST_PAYEE, SHORTEST_PHONE, SHORTEST_CODE = 5, 8, 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Texts:
    """The texts of a chat in its buffer, and which of them people wrote."""

    buffer: bytes
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    written: NDArray[np.bool_]

    @cached_property
    def marks(self) -> Marks:
        """What each text holds of which entities are made."""
        return marks_of(self.buffer, self.start, self.end)

    def links(self) -> tuple[Link, ...]:
        """Every link, in order of messages."""
        return self._read(self.marks.dot, links_in)

    def payees(self) -> tuple[Payee, ...]:
        """Every payee, in order of messages."""
        marks = self.marks
        candidates = marks.digits >= SHORTEST_PAYEE
        rows = np.flatnonzero(~candidates & self.written & (marks.sign | marks.dot))
        spans = zip(self.start[rows].tolist(), self.end[rows].tolist(), strict=True)
        candidates[rows] = may_name_payees([self.buffer[start:end] for start, end in spans])
        return self._read(candidates, payees_in)

    def phones(self) -> tuple[PhoneNumber, ...]:
        """Every phone number, in order of messages."""
        return self._read(self.marks.digits >= SHORTEST_PHONE, phones_in)

    def amounts(self) -> tuple[Amount, ...]:
        """Every amount of money, in order of messages."""
        return self._read(self.marks.digits >= 1, amounts_in)

    def codes(self) -> tuple[Code, ...]:
        """Everything that could be a one-time code, in order of messages."""
        return self._read(self.marks.digits >= SHORTEST_CODE, codes_in)

    def _read(self, candidates: NDArray[np.bool_], read: Callable[[int, str], Iterator[T]]) -> tuple[T, ...]:
        found: list[T] = []
        rows = np.flatnonzero(candidates & self.written)
        for row, start, end in zip(rows.tolist(), self.start[rows].tolist(), self.end[rows].tolist(), strict=True):
            found.extend(read(row, clean(self.buffer[start:end].decode("utf-8", "replace"))))
        return tuple(found)
