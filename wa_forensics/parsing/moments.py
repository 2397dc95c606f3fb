"""When each message was written: the date order of each header form, applied to its numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.errors import ParseError
from wa_forensics.evidence import RawText
from wa_forensics.locales.app_words import app_languages, date_forms, month_names
from wa_forensics.model import DateOrder, Platform, counted, say
from wa_forensics.parsing.boundaries import Boundaries
from wa_forensics.parsing.calendars import NO_DAY
from wa_forensics.parsing.clues import dated_names, export_day
from wa_forensics.parsing.dates import ORDERS, Clues, WrittenDates, decide, read_days, written_dates
from wa_forensics.parsing.layout import Layout
from wa_forensics.parsing.shapes import Matches

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_MOMENT = np.iinfo(np.int64).min
_DAY = 86_400
# Languages that write short dates with dots in some region of CLDR: always the day first, never the month.
_DOTTED = frozenset(
    "az be bg bs cs da de et fi fo fr he hr hsb hy is it ka kk ky lb lv mk nb nn no pl ro ru sk sl sq sr sv tk tr tt "  # noqa: SIM905
    "uk uz".split()
)
# Words that such a language (Bulgarian, Macedonian, Finnish, Danish, German) itself writes beside date or time.
_WORDED = re.compile(r"\b(?:г|ч|klo|kl|[Uu]hr)\b")


def decide_moments(
    raw: RawText,
    bounds: Boundaries,
    layout: Layout,
    spoken: NDArray[np.bool_],
    languages: Sequence[str],
    asked: str,
    year: int,
) -> tuple[DateOrder, NDArray[np.int64]]:
    """The date order of the main family, and the seconds since 1970 of each row (or ``NO_MOMENT``).

    ``spoken`` are the rows with a sender, ``languages`` those of the lines of the app.
    """
    rows = bounds.matches
    headers = [template.header for template in rows.templates]
    a, b, c = rows.a, rows.b, rows.c
    if any(header.month for header in headers):
        present = rows.counts.tolist()
        words = [header.month if count else "" for header, count in zip(headers, present, strict=True)]
        forms = {header.date for header, count in zip(headers, present, strict=True) if count and header.month}
        months = np.array(month_numbers(words, forms, raw.source.name), dtype=np.int16)[rows.template]
        b = np.where(months > 0, months, b)
    # A form that only occurs inside messages has a template too, but no row.
    if not all(headers[code].has_year for code in np.flatnonzero(rows.counts).tolist()):
        c = _with_year(raw, rows, c, year)
    # Most files have one family, whose days are the column itself.
    several = len(bounds.families) > 1
    moments = np.full(len(rows.line) if several else 0, NO_DAY, dtype=np.int64)
    orders: list[DateOrder] = []
    for code in range(len(bounds.families)):
        chosen: Any = np.flatnonzero(bounds.family == code) if several else slice(None)
        if not len(rows.template[chosen]):
            continue
        sample = headers[int(rows.template[chosen][0])]
        digits = bounds.families[code].split("|")[2].removeprefix("year ").removeprefix("short year") or "short"
        dates = written_dates(a[chosen], b[chosen], c[chosen], sample.era, digits)
        if sample.month:
            order = DateOrder(order="DMY", decided_by="values", proof=(say("the month is written as a word"),))
        else:
            clues = partial(_clues, raw, bounds, layout, spoken, languages, chosen, sample.skeleton)
            order = decide(dates, clues, asked)
            if order.decided_by == "undecided" and orders and orders[0].order in order.readings:
                order = replace(orders[0], proof=(say("read like the main form of the file"),), readings=())
        runs, order = _rescued(read_days(dates, order.order), dates, order)
        orders.append(order)
        days = np.repeat(runs, dates.count)
        if several:
            moments[chosen] = days
        else:
            moments = days
    bad = (moments == NO_DAY) | (rows.seconds < 0)
    moments *= _DAY
    moments += rows.seconds
    moments[bad] = NO_MOMENT
    return orders[0], moments


def month_numbers(words: Sequence[str], forms: Set[str], name: str) -> list[int]:
    """The number of each month that is a word (0 for none), read in the languages that know most words of the file.

    "lis" is October in Croatian and November in Polish: ParseError where languages of the app differ. Where others do,
    those count that write dates in the ``forms`` of the file ("2024 Kol 3" is Sotho, "3. kol 2024" Croatian), then
    those of the app.
    """
    names = month_names()
    unknown = sorted({word for word in words if word and word not in names})
    if unknown:
        raise ParseError(
            name,
            f"the months {', '.join(map(repr, unknown))} are in no table",
            "Export the chat from a phone that writes dates in numbers, or report the months and the language.",
        )
    used = {word: names[word] for word in words if word}
    speakers: Counter[str] = Counter()
    for meanings in used.values():
        speakers.update(language for languages in meanings.values() for language in languages)
    most = max(speakers.values(), default=0)
    likely = {language for language, count in speakers.items() if count == most}
    fitting = {language for language in likely if not forms.isdisjoint(date_forms(language))}
    spoken = likely & app_languages()
    numbers: dict[str, int] = {}
    for word, meanings in used.items():
        of_app = {number for number, languages in meanings.items() if spoken.intersection(languages)}
        for languages in (likely, fitting, spoken) if len(of_app) < 2 else ():
            meant = [number for number, those in meanings.items() if languages.intersection(those)]
            meant = list(meanings) if len(meanings) == 1 else meant
            if len(meant) == 1:
                numbers[word] = int(meant[0])
                break
        else:
            raise ParseError(
                name,
                f"the month {word!r} is a different month in different languages",
                "Export the chat from a phone that writes dates in numbers.",
            )
    return [numbers.get(word, 0) for word in words]


def _rescued(runs: NDArray[np.int64], dates: WrittenDates, order: DateOrder) -> tuple[NDArray[np.int64], DateOrder]:
    """Dates that exist only in another order, read so and named."""
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
                sentence = counted(
                    "%(num)s header has a date only when read %(order)s and was read so",
                    "%(num)s headers have a date only when read %(order)s and were read so",
                    count,
                    order=other,
                )
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
    layout: Layout,
    spoken: NDArray[np.bool_],
    languages: Sequence[str],
    chosen: Any,
    skeleton: str,
) -> Clues:
    return Clues(
        seconds=bounds.matches.seconds[chosen].astype(np.int64),
        spoken=spoken[chosen],
        names=dated_names(raw.buffer, layout.begin[chosen]),
        exported=export_day(raw.source),
        dots_mean_day_first=bounds.platform is Platform.ANDROID
        and re.search(r"0\.0?0\.0", skeleton) is not None
        and (_WORDED.search(skeleton) is not None or any(code.split("-")[0] in _DOTTED for code in languages)),
    )
