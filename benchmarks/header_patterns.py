"""Header forms as CLDR patterns: where they come from, and how a moment is written in one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wa_forensics.locales.app_words import word_key
from wa_forensics.parsing.headers import JOINS

TOKEN = re.compile(r"'(?:[^']|'')*'|([a-zA-Z])\1*|[^a-zA-Z']+")
Spans = Mapping[str, Sequence[tuple[int, int]]]


@dataclass(frozen=True, kw_only=True)
class Form:
    """One header form: patterns, the words of its clock, digits, the numbers of its calendar.

    ``halves`` are the AM and PM words, ``periods`` the day periods with their minutes (for ``B``); ``numbers``
    turns a moment into year, month, day and era of the calendar; ``hours`` limits what the form may write.
    """

    name: str
    platform: str
    date: str
    time: str
    join: str
    halves: tuple[str, str] = ("AM", "PM")
    periods: Sequence[tuple[str, int, int]] = ()
    months: Sequence[str] = ()
    digits: str = "0123456789"
    calendar: str = "gregorian"
    numbers: Callable[[datetime], tuple[int, int, int, str]] | None = field(default=None, compare=False)
    before: str = ""
    hours: tuple[int, int] = (0, 24)

    @property
    def key(self) -> tuple[Any, ...]:
        words = (self.halves if "a" in self.time else (), tuple(self.periods) if "B" in self.time else ())
        months = tuple(self.months) if "MMM" in self.date or "LLL" in self.date else ()
        return (self.platform, self.date, self.time, self.join, words, months, self.digits, self.calendar, self.before)

    @property
    def seconds(self) -> bool:
        return "s" in re.sub(r"'[^']*'", "", self.time)

    @property
    def halfless(self) -> bool:
        """Whether the clock has twelve hours and names no half of the day."""
        letters = set(re.sub(r"'[^']*'", "", self.date + self.time))
        return bool(letters & set("hK")) and not letters & set("aB") and self.hours == (0, 24)

    def may_write(self, moment: datetime) -> bool:
        return self.hours[0] <= moment.hour < self.hours[1]

    def header(self, moment: datetime) -> str:
        """The header, up to where the sender begins."""
        date, time = self._written(self.date, moment), self._written(self.time, moment)
        joined = self.join.replace("{0}", "\0").replace("{1}", "\1")
        joined = re.sub(r"'([^']*)'", r"\1", joined).replace("\0", time).replace("\1", date)
        joined = joined.translate({48 + i: digit for i, digit in enumerate(self.digits)})
        return f"{self.before}[{joined}] " if self.platform == "ios" else f"{self.before}{joined} - "

    def reads_back(self, moment: datetime) -> str:
        """The header of a moment; empty where the pattern asks for the name of a month that it has not."""
        return "" if re.search("MMM|LLL", self.date) and not self.months else self.header(moment)

    def _written(self, pattern: str, moment: datetime) -> str:
        year, month, day, era = moment.year, moment.month, moment.day, ""
        if self.numbers is not None:
            year, month, day, era = self.numbers(moment)
        pieces = []
        for found in TOKEN.finditer(pattern):
            text, letter = found[0], found[1]
            if letter is None:
                pieces.append(text[1:-1].replace("''", "'") if text.startswith("'") else text)
                continue
            width = len(text)
            if letter in "ML":
                pieces.append(self.months[month - 1] if width > 2 else f"{month:0{width}d}")
            elif letter == "y":
                pieces.append(f"{year % 100:02d}" if width == 2 else str(year))
            else:
                pieces.append(self._clock(letter, width, moment, day, era))
        return "".join(pieces)

    def _clock(self, letter: str, width: int, moment: datetime, day: int, era: str) -> str:
        hour = moment.hour
        values = {
            "d": day,
            "H": hour,
            "h": hour % 12 or 12,
            "K": hour % 12,
            "k": hour or 24,
            "m": moment.minute,
            "s": moment.second,
        }
        if letter in values:
            return f"{values[letter]:0{width}d}"
        if letter == "G":
            return era
        if letter == "B":
            minute = hour * 60 + moment.minute
            return next(word for word, begin, end in self.periods if (minute - begin) % 1440 < (end - begin) % 1440)
        return self.halves[hour >= 12]


def table_forms(locales: Sequence[Mapping[str, Any]]) -> Iterator[Form]:
    """The forms of the header table: each locale, build, hour cycle and digits."""
    from babel import Locale, UnknownLocaleError

    for row in locales:
        try:
            locale = Locale.parse(row["locale"].replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            locale = Locale.parse("en")
        periods = _periods(locale)
        for digits in _digit_sets(row["numbering"]):
            for cldr, date in row["date_patterns"].items():
                # The table gives no pairs: the first words of either half belong together.
                pairs = list(zip(row["am"], row["pm"], strict=False)) or [("AM", "PM")]
                for halves in pairs:
                    common = {"date": date, "halves": halves, "periods": periods, "digits": digits}
                    for build, join in row["android_join"].items():
                        for times in (row["android_time_12h"], row["android_time_24h"]):
                            yield Form(
                                name=f"{row['locale']} android {build} {cldr}",
                                platform="android",
                                time=times[build],
                                join=join,
                                **common,
                            )
                    for join in row["ios_join_candidates"]:
                        yield Form(
                            name=f"{row['locale']} ios {cldr}",
                            platform="ios",
                            time=row["ios_time_medium"][cldr],
                            join=join,
                            **common,
                        )


def cldr_forms() -> Iterator[Form]:
    """The forms of every locale of CLDR: both platforms and hour cycles, its digits, day periods, named months."""
    for locale in _locales():
        halves = _halves(locale)
        months = [locale.months["format"]["abbreviated"][n] for n in range(1, 13)]
        join = str(locale.datetime_formats["medium"])
        date = locale.date_formats["short"].pattern
        for digits in _digit_sets([locale.default_numbering_system, *locale.other_numbering_systems.values()]):
            common = {"digits": digits, "months": months, "periods": _periods(locale), "join": join}
            for pair in halves:
                for platform, skeletons in (("android", ("hm", "Hm", "Bhm")), ("ios", ("hms", "Hms", "Bhms"))):
                    times = [locale.datetime_skeletons[s].pattern for s in skeletons if s in locale.datetime_skeletons]
                    if platform == "ios":
                        times.append(locale.time_formats["medium"].pattern)
                    for time in dict.fromkeys(times):
                        if "B" in time and not common["periods"]:
                            continue
                        yield Form(
                            name=f"{locale} {platform}", platform=platform, date=date, time=time, halves=pair, **common
                        )
            # Old Android builds write the month as a word.
            medium = locale.date_formats["medium"].pattern
            if "Hm" in locale.datetime_skeletons and "G" not in medium:
                yield Form(
                    name=f"{locale} named month",
                    platform="android",
                    date=medium,
                    time=locale.datetime_skeletons["Hm"].pattern,
                    **common,
                )


def mixed_forms() -> Iterator[Form]:
    """iOS: the date of a region with the time, join and words of a language, marks where a device puts them."""
    dates = sorted({locale.date_formats["short"].pattern for locale in _locales()})
    seen = set()
    number = 0
    for locale in _locales():
        join = str(locale.datetime_formats["medium"])
        for pair in _halves(locale)[:1]:
            for skeleton in ("hms", "Hms"):
                if skeleton not in locale.datetime_skeletons:
                    continue
                time = locale.datetime_skeletons[skeleton].pattern
                periods = _periods(locale) if "B" in time else ()
                if (time, join, pair) in seen or ("B" in time and not periods):
                    continue
                seen.add((time, join, pair))
                for date in dates:
                    number += 1
                    yield Form(
                        name=f"{locale} with {date}",
                        platform="ios",
                        date=date,
                        time=time,
                        join=join,
                        halves=pair,
                        periods=periods,
                        before=("", "\u200e", "\u200f", "\ufeff")[number % 4],
                    )


def calendar_forms() -> Iterator[Form]:
    """The dates that phones with another calendar write, with and without the era."""
    from convertdate import coptic, hebrew, indian_civil
    from hijridate import Gregorian
    from jdatetime import GregorianToJalali

    def of(convert: Callable[[int, int, int], tuple[int, int, int]], era: str) -> Any:
        return lambda moment: (*convert(moment.year, moment.month, moment.day), era)

    def shifted(years: int, era: str) -> Any:
        return lambda moment: (moment.year + years, moment.month, moment.day, era)

    def hijri(year: int, month: int, day: int) -> tuple[int, int, int]:
        return Gregorian(year, month, day).to_hijri().datetuple()

    def persian(year: int, month: int, day: int) -> tuple[int, int, int]:
        found = GregorianToJalali(year, month, day)
        return found.jyear, found.jmonth, found.jday

    def jewish(year: int, month: int, day: int) -> tuple[int, int, int]:
        y, m, d = hebrew.from_gregorian(year, month, day)
        spring = 8 if hebrew.leap(y) else 7
        return y, (m - 6 if m >= 7 else m + spring - 1), d

    def ethiopic(year: int, month: int, day: int) -> tuple[int, int, int]:
        y, m, d = coptic.from_gregorian(year, month, day)
        return y + 276, m, d

    calendars = {
        "buddhist": [shifted(543, era) for era in ("BE", "พ.ศ.", "")],
        "japanese": [shifted(-2018, era) for era in ("R", "令和", "Reiwa")],
        "roc": [shifted(-1911, era) for era in ("Minguo", "民國", "")],
        "persian": [of(persian, era) for era in ("AP", "ه‍.ش.", "")],
        "islamic": [of(hijri, era) for era in ("AH", "هـ", "")],
        "hebrew": [of(jewish, era) for era in ("AM", "")],
        "indian": [of(indian_civil.from_gregorian, era) for era in ("Saka", "")],
        "coptic": [of(coptic.from_gregorian, era) for era in ("",)],
        "ethiopic": [of(ethiopic, era) for era in ("ERA1", "ዓ/ም")],
    }
    for calendar, kinds in calendars.items():
        for place, numbers in enumerate(kinds):
            for date in ("d/M/y G", "M/d/y G", "dd/MM/y G", "y/M/d G", "d.M.y G", "Gy/M/d", "y-MM-dd G"):
                if date == "Gy/M/d" and calendar not in ("japanese", "roc"):
                    continue
                joined = calendar == "japanese" and date.startswith(("M", "d"))
                pattern = date.replace("y G", "Gy") if joined else date
                for platform, times in (("ios", ("HH:mm:ss", "h:mm:ss\u202fa")), ("android", ("HH:mm", "h:mm a"))):
                    for time in times:
                        for digits in ("0123456789", "٠١٢٣٤٥٦٧٨٩" if calendar == "islamic" else "۰۱۲۳۴۵۶۷۸۹"):
                            yield Form(
                                name=f"{calendar} {place} {pattern} {platform}",
                                platform=platform,
                                date=pattern,
                                time=time,
                                join="{1}, {0}",
                                calendar=f"{calendar} {place}",
                                numbers=numbers,
                                digits=digits,
                            )


def vector_forms(vectors: Sequence[Mapping[str, Any]]) -> Iterator[Form]:
    """A pattern read off each vector from its known moment; only hours that share the word beside the time."""
    for vector in vectors:
        if vector["instant"].startswith("????"):
            continue
        moment = datetime.fromisoformat(vector["instant"])
        for order in vector.get("date_order") or ("",):
            form = _pattern_of(vector["header"], moment, order)
            # An order that does not give the header back belongs to another form of the locale.
            if form is not None and form.reads_back(moment) == vector["header"]:
                yield form


def _pattern_of(header: str, moment: datetime, order: str) -> Form | None:
    zero = next((ord(c) - int(c) for c in header if c.isdecimal()), 48)
    plain = "".join(chr(48 + int(c)) if c.isdecimal() else c for c in header)
    ending = next((end for end in ("] ", " - ", ": ") if plain.endswith(end)), None)
    if ending not in ("] ", " - ") or plain.lstrip("\u200e\u200f").startswith("[") != (ending == "] "):
        return None
    platform = "ios" if ending == "] " else "android"
    body = plain.removesuffix(ending)
    before, _, body = body.rpartition("[") if platform == "ios" else ("", "", body)
    runs = list(re.finditer(r"\d+", body))
    if len(runs) not in (5, 6):
        return None
    time_first = (
        int(runs[0][0]) in (moment.hour, moment.hour % 12 or 12)
        and runs[0].end() < len(body)
        and (body[runs[0].end()] in ":." and len(runs) > 4 and int(runs[1][0]) == moment.minute and ":" in body[:5])
    )
    clock = len(runs) - 3
    times, dates = (runs[:clock], runs[clock:]) if time_first else (runs[3:], runs[:3])
    letters: dict[int, str] = {}
    # A word beside the time holds for the hour of the vector alone.
    word = any(word_key(token) and word_key(token) not in JOINS for token in re.split(r"[\d\s,،.]+", body))
    twelve = int(times[0][0]) != moment.hour or (word and 0 < moment.hour < 13)
    letters[times[0].start()] = "h" if twelve else "H"
    letters[times[1].start()] = "m"
    if len(times) > 2:
        letters[times[2].start()] = "s"
    wanted = [{"Y": "y", "M": "M", "D": "d"}[letter] for letter in order] if order else _guess(dates, moment)
    offset = 0
    for run, letter in zip(dates, wanted, strict=True):
        letters[run.start()] = letter
        if letter == "y":
            offset = int(run[0]) - moment.year if len(run[0]) != 2 else 0
    parts = []
    position = 0
    for run in runs:
        parts.append(_quoted(body[position : run.start()]))
        letter = letters[run.start()]
        short_year = letter == "y" and len(run[0]) == 2
        parts.append("yy" if short_year else letter if letter == "y" else letter * len(run[0]))
        position = run.end()
    parts.append(_quoted(body[position:]))

    def numbers(when: datetime) -> tuple[int, int, int, str]:
        return when.year + offset, when.month, when.day, ""

    hour = moment.hour
    return Form(
        name=f"{header!r} {order}",
        platform=platform,
        # The whole body is one pattern: the time is part of the date.
        date="".join(parts),
        time="",
        join="{1}{0}",
        numbers=numbers,
        digits="".join(chr(zero + i) for i in range(10)),
        before=before,
        hours=(hour, hour + 1) if word else (0, 24),
    )


def _guess(dates: Sequence[re.Match[str]], moment: datetime) -> list[str]:
    left = {"d": moment.day, "M": moment.month}
    found = []
    for run in dates:
        letter = next((k for k, value in left.items() if value == int(run[0]) and len(run[0]) < 3), "y")
        left.pop(letter, None)
        found.append(letter)
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'" if text else ""


def _locales() -> Iterator[Any]:
    from babel import Locale, localedata

    for identifier in sorted(localedata.locale_identifiers()):
        if identifier != "root":
            yield Locale.parse(identifier)


def _halves(locale: Any) -> list[tuple[str, str]]:
    pairs = []
    for width in ("abbreviated", "wide"):
        words = locale.day_periods["format"].get(width, {})
        if "am" in words and "pm" in words and words["am"] != words["pm"]:
            pairs.append((words["am"], words["pm"]))
    return list(dict.fromkeys(pairs)) or [("AM", "PM")]


def _periods(locale: Any) -> tuple[tuple[str, int, int], ...]:
    """Day periods with their minutes; none for a locale that leaves part of the day without a word."""
    rules = locale.day_period_rules.get(None, {})
    words = dict(locale.day_periods["format"].get("abbreviated", {}))
    found = []
    for name, spans in rules.items():
        for rule in spans:
            if "from" in rule and name in words:
                found.append((words[name], rule["from"] // 60 % 1440, rule["before"] // 60 % 1440))
    covered = sum((end - begin) % 1440 or 1440 for _, begin, end in found)
    return tuple(found) if covered == 1440 else ()


def _digit_sets(systems: Sequence[str]) -> list[str]:
    zeros = {
        "adlm": 0x1E950, "arab": 0x660, "arabext": 0x6F0, "beng": 0x9E6, "cakm": 0x11136, "deva": 0x966,
        "gujr": 0xAE6, "guru": 0xA66, "hmnp": 0x1E140, "knda": 0xCE6, "khmr": 0x17E0, "laoo": 0xED0,
        "latn": 0x30, "lepc": 0x1C40, "limb": 0x1946, "mlym": 0xD66, "mtei": 0xABF0, "mymr": 0x1040,
        "nkoo": 0x7C0, "olck": 0x1C50, "orya": 0xB66, "rohg": 0x10D30, "sund": 0x1BB0, "taml": 0xBE6,
        "tamldec": 0xBE6, "telu": 0xC66, "thai": 0xE50, "tibt": 0xF20, "vaii": 0xA620,
    }  # fmt: skip
    known = dict.fromkeys(zeros[system] for system in ("latn", *systems) if system in zeros)
    return ["".join(chr(zero + i) for i in range(10)) for zero in known]
