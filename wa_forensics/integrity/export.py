"""What every check works on: the chat, its bytes and its physical lines; and how a result is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.chat import KIND_CODE, Chat
from wa_forensics.evidence import RawText
from wa_forensics.model import Check, Kind, Platform, Said, Verdict, counted, listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LINES = 200


@dataclass(frozen=True, kw_only=True)
class About:
    """What a check is, whatever it finds: shown in the report and printed into the documentation.

    ``proven`` is false where the basis rests on one or two public reports; such a check does not say
    "inconsistent" unless a second, independent sign points at the same place.
    """

    id: str
    title: str
    looks_at: str
    innocent_causes: tuple[str, ...]
    basis: str
    proven: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Export:
    """One chat with its bytes; ``zone`` is the IANA zone of the phone if the examiner declared it."""

    chat: Chat
    raw: RawText
    zone: str | None = None

    @cached_property
    def octets(self) -> NDArray[np.uint8]:
        """The UTF-8 buffer as numbers."""
        return np.frombuffer(self.chat.buffer, dtype=np.uint8)

    @cached_property
    def line_feeds(self) -> NDArray[np.int64]:
        """Positions of every LF in the buffer; physical line ``n`` ends at ``line_feeds[n - 1]``."""
        octets = self.octets
        parts = [
            np.flatnonzero(octets[begin : begin + (4 << 20)] == 10) + begin for begin in range(0, len(octets), 4 << 20)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    @cached_property
    def carriage_returns(self) -> NDArray[np.bool_]:
        """For every LF, whether a CR stands before it."""
        feeds = self.line_feeds
        before: NDArray[np.bool_] = self.octets[np.maximum(feeds - 1, 0)] == 13
        return before & (feeds > 0)

    @cached_property
    def boundaries(self) -> NDArray[np.int64]:
        """Index into ``line_feeds`` of the LF in front of each message but the first."""
        before = self.chat.columns.line[1:] - 2
        return before[(before >= 0) & (before < len(self.line_feeds))]

    @cached_property
    def line_starts(self) -> NDArray[np.int64]:
        """Buffer position of the first byte of each message's first line."""
        starts = np.concatenate([np.zeros(1, dtype=np.int64), self.line_feeds + 1])
        return starts[np.minimum(self.chat.columns.line - 1, len(starts) - 1)]

    @cached_property
    def written(self) -> NDArray[np.int64]:
        """Ids of the messages that a person sent (everything but lines of the app)."""
        columns = self.chat.columns
        return np.flatnonzero((columns.kind != KIND_CODE[Kind.SYSTEM]) & (columns.sender >= 0))

    @cached_property
    def times(self) -> NDArray[np.int64]:
        """Local wall time of each message as whole seconds."""
        return self.chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)

    @property
    def is_ios(self) -> bool:
        return self.chat.platform == Platform.IOS

    @property
    def is_android(self) -> bool:
        return self.chat.platform == Platform.ANDROID

    def lines_of(self, messages: Iterable[int]) -> tuple[int, ...]:
        """First physical line of each message."""
        places = np.fromiter(messages, dtype=np.int64)
        return tuple(self.chat.columns.line[places].tolist())


def result(
    export: Export,
    about: About,
    verdict: Verdict,
    statement: Said,
    *,
    counts: Mapping[str, int | float | str] | None = None,
    lines: Iterable[int] = (),
) -> Check:
    """The outcome of one check; at most 200 lines are named, their full number stands in the counts."""
    places = sorted(set(lines))
    numbers = dict(counts or {})
    if len(places) > MOST_LINES:
        numbers["lines"] = len(places)
    return Check(
        id=about.id,
        title=about.title,
        verdict=verdict,
        statement=statement,
        innocent_causes=about.innocent_causes,
        basis=about.basis,
        source=export.chat.source.name,
        counts=numbers,
        lines=tuple(places[:MOST_LINES]),
    )


def messages(count: int) -> Said:
    """A count of messages as a phrase."""
    return counted("%(num)s message", "%(num)s messages", count)


def attachments(count: int) -> Said:
    """A count of attachments as a phrase."""
    return counted("%(num)s attachment", "%(num)s attachments", count)


def members(count: int) -> Said:
    """A count of members of a zip as a phrase."""
    return counted("%(num)s member", "%(num)s members", count)


def some_lines(lines: Iterable[int], most: int = 5) -> Said:
    """The first lines as words: ``line 12``, ``lines 12, 40 and 3 more``."""
    places = sorted(set(lines))
    shown = listed((str(line) for line in places), most)
    return counted("line %(lines)s", "lines %(lines)s", len(places), lines=shown)
