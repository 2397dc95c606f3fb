"""Which messages are shown around a piece of evidence, and how many are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wa_forensics.report.messages import Messages, Row


@dataclass(frozen=True, kw_only=True)
class Line:
    """One shown message, or a gap: then ``row`` is None and ``hidden`` counts the messages left out."""

    row: Row | None = None
    is_evidence: bool = False
    in_window: bool = False
    exhibit: int | None = None
    findings: tuple[int, ...] = ()
    hidden: int = 0
    new_day: bool = False


def excerpt(
    messages: Messages,
    evidence: Sequence[int],
    *,
    before: int = 2,
    after: int = 2,
    limit: int = 40,
    exhibits: dict[int, int] | None = None,
) -> tuple[Line, ...]:
    """The evidence with its neighbours; what lies between and around is counted as hidden."""
    cited = set(evidence)
    wanted: set[int] = set()
    for message in evidence:
        wanted.update(range(max(0, message - before), min(len(messages), message + after + 1)))
        if len(wanted) >= limit:
            break
    return tuple(lines(messages, sorted(wanted), cited, exhibits or {}))


def lines(
    messages: Messages,
    shown: Sequence[int],
    cited: set[int],
    exhibits: dict[int, int],
    windows: Iterable[tuple[str, int, int]] = (),
    findings: dict[int, tuple[int, ...]] | None = None,
) -> Iterator[Line]:
    """Ascending message ids as lines with gaps; ``windows`` are (account, first message, last message)."""
    spans = tuple(windows)
    previous, day = -1, ""
    for row in messages.rows(shown):
        if row.message > previous + 1:
            yield Line(hidden=row.message - previous - 1)
        yield Line(
            row=row,
            is_evidence=row.message in cited,
            in_window=any(row.sender == who and first <= row.message <= last for who, first, last in spans),
            exhibit=exhibits.get(row.message),
            findings=(findings or {}).get(row.message, ()),
            new_day=row.time[:10] != day,
        )
        previous, day = row.message, row.time[:10]
    if previous + 1 < len(messages):
        yield Line(hidden=len(messages) - previous - 1)


@dataclass(frozen=True, kw_only=True)
class Block:
    """Up to a hundred messages of a whole chat: what the browser lays out at once."""

    lines: tuple[Line, ...]


def blocks(
    messages: Messages,
    findings: dict[int, tuple[int, ...]],
    windows: Sequence[tuple[str, int, int]],
    size: int = 100,
) -> Iterator[Block]:
    """Every message of a chat, in blocks."""
    gathered: list[Line] = []
    day = ""
    for row in messages.every_row():
        gathered.append(
            Line(
                row=row,
                is_evidence=row.message in findings,
                in_window=any(row.sender == who and first <= row.message <= last for who, first, last in windows),
                findings=findings.get(row.message, ()),
                new_day=row.time[:10] != day,
            )
        )
        day = row.time[:10]
        if len(gathered) == size:
            yield Block(lines=tuple(gathered))
            gathered = []
    if gathered:
        yield Block(lines=tuple(gathered))
