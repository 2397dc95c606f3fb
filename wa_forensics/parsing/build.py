"""From header matches to ``Chat``: messages, senders, times, kinds, and every byte accounted for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.errors import AmbiguousDateOrder, ParseError, SettingsError
from wa_forensics.evidence import RawText
from wa_forensics.frame import Columns
from wa_forensics.model import DateOrder, Platform, Span
from wa_forensics.parsing.boundaries import Boundaries, settle
from wa_forensics.parsing.calendars import NO_DAY
from wa_forensics.parsing.clues import dated_names, export_day
from wa_forensics.parsing.contents import Contents, describe
from wa_forensics.parsing.dates import ORDERS, Clues, decide, read_days, written_dates
from wa_forensics.parsing.forgeries import possible_forgeries
from wa_forensics.parsing.identity import chat_name, phones
from wa_forensics.parsing.notes import notes_on
from wa_forensics.parsing.patterns import shape_table
from wa_forensics.parsing.roster import review
from wa_forensics.parsing.senders import Speakers, split_senders
from wa_forensics.parsing.shapes import Matches, find_headers, line_starts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DAY = 86_400
_ADVICE = "Export the chat again as text and pass the .txt or .zip that WhatsApp writes."


@dataclass(frozen=True, kw_only=True, eq=False)
class _Blocks:
    """Messages as runs of lines: first line (from 0), line behind the last, bytes, text bounds."""

    line: NDArray[np.int64]
    line_end: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    stop: NDArray[np.int64]


def parse_buffer(raw: RawText, matches: Matches | None, date_order: str, allow_undecided: bool) -> Chat:
    """Parse one text; ``matches`` are found in columns unless given."""
    buffer = raw.buffer
    data = np.frombuffer(buffer, dtype=np.uint8)
    starts = line_starts(data)
    asked, year = _asked_order(date_order)
    found = find_headers(buffer, starts) if matches is None else matches
    bounds = settle(found, data, starts)
    if bounds is None:
        raise ParseError(raw.source.name, _what_it_is(buffer), _ADVICE)
    _require_export(raw, bounds, len(starts))
    rows = bounds.matches
    blocks = _blocks(data, starts, rows, bounds.platform)
    body = blocks.begin + rows.width()
    line_stop = np.append(starts, len(buffer))[blocks.line + 1]
    speakers = split_senders(data, body, line_stop)
    if bounds.platform is Platform.LEGACY and speakers.names and _LOG_WORDS.issuperset(speakers.names):
        raise ParseError(raw.source.name, "the lines look like a program's log, not like a chat", _ADVICE)
    name = chat_name(raw.source)
    review(speakers, buffer, body, blocks.stop, (name,))
    order, moments = _moments(raw, bounds, speakers, blocks, asked, year)
    if order.decided_by == "undecided" and not allow_undecided:
        raise AmbiguousDateOrder(raw.source.name, order.readings)
    text_start = np.minimum(speakers.text_start, blocks.stop)
    dated = moments != _NO_MOMENT
    first_stop = np.minimum(line_stop - 1, blocks.stop)
    named = speakers.code >= 0
    contents = describe(buffer, data, text_start, blocks.stop, first_stop, named, bounds.platform)
    speakers.code[contents.system] = -1
    return _chat(raw, bounds, blocks, speakers, contents, text_start, moments, dated, order, name)


_NO_MOMENT = np.iinfo(np.int64).min


def _asked_order(date_order: str) -> tuple[str, int]:
    """``auto``, ``DMY``, ``MDY``, ``YMD``, each with ``@2014`` behind it where the headers name no year."""
    order, _, year = date_order.partition("@")
    if order not in ("auto", *ORDERS) or (year and not re.fullmatch(r"(?:19|20)\d\d", year)):
        raise SettingsError(
            "date_order", f"{date_order!r} is no date order", "Use auto, DMY, MDY or YMD; @2014 adds a year."
        )
    return order, int(year or 0)


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


def _blocks(data: NDArray[np.uint8], starts: NDArray[np.int64], rows: Matches, platform: Platform) -> _Blocks:
    begin = starts[rows.line]
    end = np.append(begin[1:], len(data))
    newline = data[end - 1] == 10
    carriage = newline & (end - begin >= 2) & (data[np.maximum(end - 2, 0)] == 13)
    # On Android a carriage return belongs to the text, unless the whole file was converted.
    converted = platform is Platform.IOS or 2 * int(carriage.sum()) >= len(begin)
    stop = end - newline - (carriage if converted else 0)
    return _Blocks(line=rows.line, line_end=np.append(rows.line[1:], len(starts)), begin=begin, end=end, stop=stop)


def _moments(
    raw: RawText, bounds: Boundaries, speakers: Speakers, blocks: _Blocks, asked: str, year: int
) -> tuple[DateOrder, NDArray[np.int64]]:
    """The date order of the main family, and the seconds since 1970 of each row (or ``_NO_MOMENT``)."""
    rows = bounds.matches
    headers = [template.header for template in rows.templates]
    months = np.array([header.month for header in headers] or [0], dtype=np.int16)[rows.template]
    worded = months > 0
    a, b, c = rows.a, np.where(worded, months, rows.b), rows.c
    if not all(headers[code].has_year for code in np.unique(rows.template).tolist()):
        c = _with_year(raw, rows, c, year)
    days = np.full(len(rows.line), NO_DAY, dtype=np.int64)
    orders: list[DateOrder] = []
    for code in range(len(bounds.families)):
        chosen = np.flatnonzero(bounds.family == code)
        if not len(chosen):
            continue
        sample = headers[int(rows.template[chosen[0]])]
        digits = bounds.families[code].split("|")[2].removeprefix("year ")
        dates = written_dates(a[chosen], b[chosen], c[chosen], sample.era, digits.removeprefix("short year") or "short")
        if sample.month:
            order = DateOrder(order="DMY", decided_by="values", proof=("the month is written as a word",))
        else:
            clues = partial(_clues, raw, bounds, speakers, blocks, chosen, sample.skeleton)
            order = decide(dates, clues, asked)
            if order.decided_by == "undecided" and orders and orders[0].order in order.readings:
                order = replace(orders[0], proof=("read like the main form of the file",), readings=())
        runs = read_days(dates, order.order)
        runs, rescued = _rescued(runs, dates, order)
        orders.append(rescued)
        days[chosen] = np.repeat(runs, dates.count)
    moments = np.where((days == NO_DAY) | (rows.seconds < 0), _NO_MOMENT, days * _DAY + rows.seconds)
    return orders[0], moments


def _rescued(runs: NDArray[np.int64], dates: object, order: DateOrder) -> tuple[NDArray[np.int64], DateOrder]:
    from wa_forensics.parsing.dates import WrittenDates

    assert isinstance(dates, WrittenDates)
    bad = runs == NO_DAY
    if not bad.any() or dates.year_digits == "first":
        return runs, order
    for other in ORDERS[:2]:
        if other != order.order:
            read = read_days(dates, other, plausible=True)
            usable = bad & (read != NO_DAY)
            if usable.any():
                runs = np.where(usable, read, runs)
                count = int(dates.count[usable].sum())
                sentence = f"{count} headers have a date only when read {other} and were read so"
                order = replace(order, contradictions=(*order.contradictions, sentence))
    return runs, order


def _with_year(raw: RawText, rows: Matches, c: NDArray[np.int16], year: int) -> NDArray[np.int16]:
    """Headers without a year: the caller's year, else that of the zip entry; none is invented."""
    if not year:
        day = export_day(raw.source)
        if day is None:
            raise ParseError(
                raw.source.name,
                "the headers name no year (an old Android form)",
                "Pass --date-order auto@YEAR (date_order= in Python) with the year of the export.",
            )
        year = int(str(np.datetime64(day, "D"))[:4])
    lacking = np.array([not template.header.has_year for template in rows.templates])[rows.template]
    return np.where(lacking, np.int16(year), c)


def _clues(
    raw: RawText,
    bounds: Boundaries,
    speakers: Speakers,
    blocks: _Blocks,
    chosen: NDArray[np.int64],
    skeleton: str,
) -> Clues:
    return Clues(
        seconds=bounds.matches.seconds[chosen].astype(np.int64),
        spoken=speakers.code[chosen] >= 0,
        names=dated_names(raw.buffer, blocks.begin[chosen]),
        exported=export_day(raw.source),
        dots_mean_day_first=bounds.platform is Platform.ANDROID and re.search(r"0\.0?0\.0", skeleton) is not None,
    )


def _chat(
    raw: RawText,
    bounds: Boundaries,
    blocks: _Blocks,
    speakers: Speakers,
    contents: Contents,
    text_start: NDArray[np.int64],
    moments: NDArray[np.int64],
    dated: NDArray[np.bool_],
    order: DateOrder,
    name: str,
) -> Chat:
    rows = bounds.matches if dated.all() else bounds.matches.only(dated)
    if not dated.any():
        raise ParseError(raw.source.name, "no header has a date that exists", _ADVICE)
    keep = slice(None) if dated.all() else dated
    numbers = np.cumsum(dated) - 1
    code, names = _compact(speakers.code[keep], speakers.names)
    begin = raw.member_offsets(blocks.begin)
    length = raw.member_offsets(blocks.end) - begin
    shape, shapes = shape_table(rows, begin[keep])
    columns = Columns(
        timestamp=moments[keep].view("datetime64[s]"),
        sender=code,
        kind=contents.kind[keep],
        event=contents.event[keep],
        text_start=text_start[keep],
        text_end=blocks.stop[keep],
        edited=contents.edited[keep],
        line=blocks.line[keep] + 1,
        line_end=blocks.line_end[keep].astype(np.int64),
        byte_offset=begin[keep],
        byte_length=length[keep],
        shape=shape,
    )
    suspects = possible_forgeries(moments[keep], code, blocks.line[keep])
    attachments = {int(numbers[row]): file for row, file in contents.attachments.items() if dated[row]}
    return Chat(
        source=raw.source,
        buffer=raw.buffer,
        columns=columns,
        senders=names,
        sender_phones=phones(names),
        attachments=attachments,
        name=name,
        platform=bounds.platform,
        languages=contents.languages,
        date_order=order,
        shapes=shapes,
        unparsed=_unparsed(raw, blocks, dated, begin, length),
        notes=notes_on(raw, contents, text_start, blocks.stop, bounds),
        possible_forgeries=tuple(sorted({*bounds.rejected, *suspects})),
    )


def _compact(code: NDArray[np.int32], names: list[bytes]) -> tuple[NDArray[np.int32], list[str]]:
    """Only the names that are used, in the order of their first message."""
    used = code[code >= 0]
    first = np.full(len(names) or 1, len(code), dtype=np.int64)
    np.minimum.at(first, used, np.flatnonzero(code >= 0))
    present = np.flatnonzero(first < len(code))
    ranked = present[np.argsort(first[present], kind="stable")]
    recode = np.full(len(names) + 1, -1, dtype=np.int32)
    recode[ranked] = np.arange(len(ranked), dtype=np.int32)
    recode[-1] = -1
    return recode[code], [names[k].decode("utf-8", "replace") for k in ranked.tolist()]


def _unparsed(
    raw: RawText,
    blocks: _Blocks,
    dated: NDArray[np.bool_],
    begin: NDArray[np.int64],
    length: NDArray[np.int64],
) -> tuple[Span, ...]:
    spans = []
    if blocks.begin[0] > 0:
        head = raw.buffer[: int(blocks.begin[0])]
        spans.append(
            Span(
                line=1,
                line_end=int(blocks.line[0]),
                byte_offset=0,
                byte_length=int(begin[0]),
                reason="before the first message" if head.strip() else "blank lines before the first message",
            )
        )
    for row in np.flatnonzero(~dated).tolist():
        spans.append(
            Span(
                line=int(blocks.line[row]) + 1,
                line_end=int(blocks.line_end[row]),
                byte_offset=int(begin[row]),
                byte_length=int(length[row]),
                reason="header without a valid date or time",
            )
        )
    return tuple(spans)
