"""From header matches to ``Chat``: messages, senders, times, kinds, and every byte accounted for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.errors import AmbiguousClock, AmbiguousDateOrder, ParseError, SettingsError
from wa_forensics.evidence import RawText
from wa_forensics.frame import Columns
from wa_forensics.model import DateOrder, Platform, Span
from wa_forensics.parsing.boundaries import Boundaries, settle
from wa_forensics.parsing.clocks import clock_doubt, clock_is_shown
from wa_forensics.parsing.codes import first_places
from wa_forensics.parsing.contents import Contents, describe
from wa_forensics.parsing.dates import ORDERS
from wa_forensics.parsing.forgeries import possible_forgeries
from wa_forensics.parsing.identity import chat_name, phones
from wa_forensics.parsing.layout import Layout, lay_out
from wa_forensics.parsing.moments import NO_MOMENT, decide_moments
from wa_forensics.parsing.notes import notes_on
from wa_forensics.parsing.patterns import shape_table
from wa_forensics.parsing.roster import review
from wa_forensics.parsing.senders import Speakers, split_senders
from wa_forensics.parsing.shapes import Matches, find_headers, line_starts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ADVICE = "Export the chat again as text and pass the .txt or .zip that WhatsApp writes."


def parse_buffer(raw: RawText, matches: Matches | None, date_order: str, allow_undecided: bool) -> Chat:
    """Parse one text; ``matches`` are found in columns unless given."""
    buffer = raw.buffer
    has_returns = b"\r" in buffer
    if has_returns and b"\n" not in buffer:
        # Lines end in CR alone, as on an old Macintosh; offsets and text stay those of the evidence.
        buffer = buffer.replace(b"\r", b"\n")
    # Freeing one large block (never touched, so free of cost) makes glibc keep freed memory for the next column
    # instead of returning it: fresh pages cost more than most of the work on a column, in a small chat as in a large.
    np.empty(31 << 20, dtype=np.uint8)
    data = np.frombuffer(buffer, dtype=np.uint8)
    starts = line_starts(data)
    asked, year, full_clock = _asked_order(date_order)
    found = find_headers(buffer, starts) if matches is None else matches
    bounds = settle(found, data, starts)
    if bounds is None:
        raise ParseError(raw.source.name, _what_it_is(buffer), _ADVICE)
    _require_export(raw, bounds, len(starts))
    layout = lay_out(data, starts, bounds.matches, bounds.platform, has_returns)
    del found, starts
    speakers = split_senders(data, layout)
    if bounds.platform is Platform.LEGACY and speakers.names and _LOG_WORDS.issuperset(speakers.names):
        raise ParseError(raw.source.name, "the lines look like a program's log, not like a chat", _ADVICE)
    name = chat_name(raw.source)
    review(speakers, buffer, layout, (name,))
    spoken = speakers.code >= 0
    np.minimum(speakers.text_start, layout.stop, out=speakers.text_start)
    contents = describe(buffer, data, layout, speakers, bounds.platform)
    order, moments = decide_moments(raw, bounds, layout, spoken, contents.languages, asked, year)
    if order.decided_by == "undecided" and not allow_undecided:
        raise AmbiguousDateOrder(raw.source.name, order.readings)
    shown = full_clock or clock_is_shown(bounds)
    doubt = "" if shown else clock_doubt(bounds, moments, spoken)
    if doubt and not allow_undecided:
        readings = tuple(f"{reading}@24h" for reading in order.readings or (order.order,))
        raise AmbiguousClock(raw.source.name, readings, doubt)
    speakers.code[contents.system] = -1
    notes = notes_on(raw, contents, speakers.text_start, layout, bounds, doubt, shown)
    return _chat(raw, bounds, layout, speakers, contents, moments, order, name, notes)


def _asked_order(date_order: str) -> tuple[str, int, bool]:
    """``auto``, ``DMY``, ``MDY``, ``YMD``, with ``@2014`` where the headers name no year, ``@24h`` for the clock."""
    order, *more = date_order.split("@")
    years = [part for part in more if part != "24h"]
    if order not in ("auto", *ORDERS) or len(years) > 1 or not all(re.fullmatch(r"(?:19|20)\d\d", y) for y in years):
        raise SettingsError(
            "date_order",
            f"{date_order!r} is no date order",
            "Use auto, DMY, MDY or YMD; @2014 adds a year, @24h says that the clock has 24 hours.",
        )
    return order, int(years[0]) if years else 0, "24h" in more


def _what_it_is(buffer: bytes) -> str:
    if not buffer.strip():
        return "the text is empty"
    if b"\x00" in buffer[:4096]:
        return "no line looks like a WhatsApp message; the bytes look binary"
    return "no line looks like a WhatsApp message"


_LOG_WORDS = frozenset({b"INFO", b"ERROR", b"WARN", b"WARNING", b"DEBUG", b"TRACE", b"FATAL", b"CRITICAL", b"NOTICE"})


def _require_export(raw: RawText, bounds: Boundaries, lines: int) -> None:
    """Refuse a text that only quotes messages or whose clock cannot be read."""
    rows = bounds.matches
    before = int(rows.line[0]) if len(rows.line) else lines
    if not len(rows.line) or (before > 20 and before > 4 * len(rows.line)):
        raise ParseError(
            raw.source.name, f"only {len(rows.line)} of {lines} lines look like WhatsApp messages", _ADVICE
        )
    if bounds.unclear:
        words = ", ".join(repr(word) for word in bounds.unclear)
        raise ParseError(
            raw.source.name,
            f"the words {words} beside the time are not known, and no hour tells whether the clock has 12 hours",
            "Export the chat from a phone set to a 24-hour clock, or report the words and the language.",
        )


def _chat(
    raw: RawText,
    bounds: Boundaries,
    layout: Layout,
    speakers: Speakers,
    contents: Contents,
    moments: NDArray[np.int64],
    order: DateOrder,
    name: str,
    notes: tuple[str, ...],
) -> Chat:
    dated = moments != NO_MOMENT
    if not dated.any():
        raise ParseError(raw.source.name, "no header has a date that exists", _ADVICE)
    whole = bool(dated.all())
    keep: Any = slice(None) if whole else dated
    rows = bounds.matches if whole else bounds.matches.only(dated)
    code, names = _compact(speakers.code[keep], speakers.names)
    begin = raw.member_offsets(layout.begin)
    # Offsets of a decoded text do not grow evenly: take lengths from them.
    length = layout.length if begin is layout.begin else np.diff(begin, append=raw.source.text_size)
    shape, shapes = shape_table(rows, begin[keep])
    unparsed = _unparsed(raw, layout, dated, begin, length)
    timestamp = moments[keep]
    line = layout.line[keep]
    suspects = possible_forgeries(timestamp, code, line)
    # Nothing counts lines from 0 any more, and a column in fresh memory costs more than the addition.
    line += 1
    columns = Columns(
        timestamp=timestamp.view("datetime64[s]"),
        sender=code,
        kind=contents.kind[keep],
        event=contents.event[keep],
        text_start=speakers.text_start[keep],
        text_end=layout.stop[keep],
        edited=contents.edited[keep],
        line=line,
        line_end=layout.line_end[keep],
        byte_offset=begin[keep],
        byte_length=length[keep],
        shape=shape,
    )
    return Chat(
        source=raw.source,
        buffer=raw.buffer,
        columns=columns,
        senders=names,
        sender_phones=phones(names),
        attachments=contents.attachments if whole else _renumbered(contents.attachments, dated),
        name=name,
        platform=bounds.platform,
        languages=contents.languages,
        date_order=order,
        shapes=shapes,
        unparsed=unparsed,
        notes=notes,
        possible_forgeries=tuple(sorted({*bounds.rejected, *suspects})),
    )


def _renumbered(attachments: dict[int, str], dated: NDArray[np.bool_]) -> dict[int, str]:
    """The files by the number that their messages have among the dated ones."""
    numbers = np.cumsum(dated) - 1
    return {int(numbers[row]): file for row, file in attachments.items() if dated[row]}


def _compact(code: NDArray[np.int32], names: list[bytes]) -> tuple[NDArray[np.int32], list[str]]:
    """Only the names that are used, in the order of their first message."""
    first = first_places(code, len(names))
    present = np.flatnonzero(first < len(code))
    ranked = present[np.argsort(first[present], kind="stable")]
    if not np.array_equal(ranked, np.arange(len(names))):
        recode = np.full(len(names) + 1, -1, dtype=np.int32)
        recode[ranked] = np.arange(len(ranked), dtype=np.int32)
        code = recode[code]
    return code, [names[k].decode("utf-8", "replace") for k in ranked.tolist()]


def _unparsed(
    raw: RawText,
    layout: Layout,
    dated: NDArray[np.bool_],
    begin: NDArray[np.int64],
    length: NDArray[np.int64],
) -> tuple[Span, ...]:
    spans = []
    if layout.begin[0] > 0:
        head = raw.buffer[: int(layout.begin[0])]
        spans.append(
            Span(
                line=1,
                line_end=int(layout.line[0]),
                byte_offset=0,
                byte_length=int(begin[0]),
                reason="before the first message" if head.strip() else "blank lines before the first message",
            )
        )
    for row in np.flatnonzero(~dated).tolist():
        spans.append(
            Span(
                line=int(layout.line[row]) + 1,
                line_end=int(layout.line_end[row]),
                byte_offset=int(begin[row]),
                byte_length=int(length[row]),
                reason="header without a valid date or time",
            )
        )
    return tuple(spans)
