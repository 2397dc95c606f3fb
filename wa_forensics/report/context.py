"""Which messages are shown around a piece of evidence, and how many are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """The messages of one source around a finding; ``elsewhere``: findings that show neighbours left out here."""

    source: str
    lines: tuple[Line, ...]
    elsewhere: tuple[int, ...]


class Excerpts:
    """Cuts excerpts for one finding after the other; a neighbour is shown once, by the first finding that has it."""

    def __init__(self, *, around: int = 2, limit: int = 40) -> None:
        self._around, self._limit = around, limit
        self._shown: dict[tuple[str, int], int] = {}

    def of(self, messages: Messages, exhibits: Mapping[int, int], finding: int) -> Excerpt:
        """``exhibits`` are the cited messages with their numbers; they are always shown."""
        source = messages.source
        near: set[int] = set()
        for cited in exhibits:
            near.update(range(max(0, cited - self._around), min(len(messages), cited + self._around + 1)))
            if len(near) >= self._limit:
                break
        near -= exhibits.keys()
        seen = {message: self._shown[source, message] for message in near if (source, message) in self._shown}
        again = frozenset(message for message in exhibits if (source, message) in self._shown)
        wanted = sorted((near - seen.keys()) | exhibits.keys())
        for message in wanted:
            self._shown.setdefault((source, message), finding)
        told = lines(messages, wanted, set(exhibits), dict(exhibits))
        return Excerpt(
            source=source,
            lines=tuple(replace(line, again=True) if line.row and line.row.message in again else line for line in told),
            elsewhere=tuple(sorted(set(seen.values()) - {finding})),
        )


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
