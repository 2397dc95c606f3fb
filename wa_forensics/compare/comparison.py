"""The result of comparing two exports, as records and as the contract's JSON object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wa_forensics.model import Verdict


@dataclass(frozen=True, kw_only=True)
class ComparedMessage:
    """One message of one of the two exports; ``reasons`` may explain its absence on the other side."""

    source: str
    message: int
    line: int
    timestamp: str
    sender: str | None
    text: str
    reasons: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "source": self.source,
            "message": self.message,
            "line": self.line,
            "timestamp": self.timestamp,
            "sender": self.sender,
            "text": self.text,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The same message in both exports, where it differs; ``similarity`` of the texts from 0 to 1."""

    a: ComparedMessage
    b: ComparedMessage
    similarity: float
    reasons: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "a": self.a.as_dict(),
            "b": self.b.as_dict(),
            "similarity": self.similarity,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, kw_only=True)
class ClockChange:
    """Where the offset between the clocks changes: at once (``step``) or little by little (``drift``).

    ``at`` is local time in A, ``line`` the first line of A after the step; for a drift they are the start.
    """

    kind: str
    at: str
    line: int
    before_seconds: int
    after_seconds: int

    def as_dict(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "at": self.at,
            "line": self.line,
            "before_seconds": self.before_seconds,
            "after_seconds": self.after_seconds,
        }


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two exports of one conversation side by side; times of ``overlap`` are local times of A.

    ``outside`` counts the messages of each side before and after the span that both cover; ``matched_by`` the
    pairs of each sender of A.
    """

    sources: tuple[str, str]
    clock_offset_seconds: int | None
    clock_changes: tuple[ClockChange, ...]
    names: Mapping[str, str]
    matched: int
    missing_in_a: tuple[ComparedMessage, ...]
    missing_in_b: tuple[ComparedMessage, ...]
    changed: tuple[Pair, ...]
    moved: tuple[Pair, ...]
    overlap_start: str | None
    overlap_end: str | None
    verdict: Verdict
    statement: str
    outside: Mapping[str, int] = field(default_factory=dict)
    matched_by: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """The JSON object of ``compare --format json``."""
        return {
            "sources": list(self.sources),
            "clock_offset_seconds": self.clock_offset_seconds,
            "clock_changes": [change.as_dict() for change in self.clock_changes],
            "names": dict(self.names),
            "matched": self.matched,
            "missing_in_a": [message.as_dict() for message in self.missing_in_a],
            "missing_in_b": [message.as_dict() for message in self.missing_in_b],
            "changed": [pair.as_dict() for pair in self.changed],
            "moved": [pair.as_dict() for pair in self.moved],
            "overlap": {"start": self.overlap_start, "end": self.overlap_end},
            "verdict": str(self.verdict),
            "statement": self.statement,
            "outside": dict(self.outside),
            "matched_by": dict(self.matched_by),
        }


def comparison_from(row: Mapping[str, Any]) -> Comparison:
    """The comparison that ``as_dict`` wrote; TypeError, ValueError or LookupError when the row is damaged."""
    return Comparison(
        sources=(str(row["sources"][0]), str(row["sources"][1])),
        clock_offset_seconds=row["clock_offset_seconds"],
        clock_changes=tuple(ClockChange(**change) for change in row["clock_changes"]),
        names=dict(row["names"]),
        matched=int(row["matched"]),
        missing_in_a=tuple(map(_message, row["missing_in_a"])),
        missing_in_b=tuple(map(_message, row["missing_in_b"])),
        changed=_pairs(row["changed"]),
        moved=_pairs(row["moved"]),
        overlap_start=row["overlap"]["start"],
        overlap_end=row["overlap"]["end"],
        verdict=Verdict(row["verdict"]),
        statement=str(row["statement"]),
        outside=dict(row["outside"]),
        matched_by=dict(row["matched_by"]),
    )


def _message(row: Mapping[str, Any]) -> ComparedMessage:
    return ComparedMessage(**{**row, "reasons": tuple(row["reasons"])})


def _pairs(rows: Sequence[Mapping[str, Any]]) -> tuple[Pair, ...]:
    return tuple(
        Pair(a=_message(row["a"]), b=_message(row["b"]), similarity=row["similarity"], reasons=tuple(row["reasons"]))
        for row in rows
    )
