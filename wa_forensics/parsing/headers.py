"""One header, read slowly and once: which digits are day, month, year and hour, and what its words mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from wa_forensics.locales.app_words import Spans, clock_words, month_names, word_key
from wa_forensics.model import Platform
from wa_forensics.parsing.plain import MARKS, plain_line

# No header form is longer in characters; a line is cut here before it is looked at.
LONGEST = 110
# A name is no longer, in bytes, where only its colon shows that there is a header before it.
LONGEST_NAME = 240
# No language has so many words beside the time.
_MOST_WORDS = 8

# Words beside date and time that say nothing about the half of the day.
JOINS = frozenset(
    "à a at um uhr klo kl kell o om op в у і на de del das às as las la the den der alle ore h hs hrs น "  # noqa: SIM905
    "นาฬิกา ч г год р t u lúc ngày på στις د saat ساعة الساعة عند في ساعت बजे को pukul jam ob ab od v ve do i "
    "ga le me".split()
)

ERAS: dict[str, str] = {
    **dict.fromkeys(("be", "พศ", "พุทธศักราช", "b", "ปพ"), "buddhist"),
    **dict.fromkeys(("r", "令和", "reiwa"), "reiwa"),
    **dict.fromkeys(("h", "平成", "heisei"), "heisei"),
    **dict.fromkeys(("s", "昭和", "shōwa", "showa"), "showa"),
    **dict.fromkeys(("民國", "民国", "roc", "minguo"), "roc"),
    **dict.fromkeys(("ah", "هـ", "ه", "هجري", "هجرية"), "islamic"),
    **dict.fromkeys(("ap", "هش", "ش"), "persian"),
    **dict.fromkeys(("am", "annomundi"), "hebrew"),
    **dict.fromkeys(("saka",), "indian"),
    **dict.fromkeys(("era0", "era1", "ዓም", "ዓዓ"), "ethiopic"),
    **dict.fromkeys(("ad", "ce", "西暦", "西元", "公元", "서기"), "gregorian"),
}

# In a family: words beside the time that are in no table leave open whether the clock has twelve hours.
UNKNOWN_CLOCK = "?"

_SEP = r"\ ?[./\-‐‑⁄年년월月]\ ?"
_WORD = r"[^\d\s.,:;،、()\[\]/\-]"
_ERA = rf"(?:{_WORD}{{1,4}}\.?\ ?)?"
_NUMERIC = (
    rf"(?P<a>\d{{1,4}})(?P<s1>{_SEP})(?P<b>\d{{1,2}})(?P<s2>{_SEP})"
    rf"(?P<era>{_ERA})(?P<c>\d{{1,4}})(?P<ds>[.日일]?)"
)
# 23 2 2024, 23/02 2024: spaces set numbers apart where the year has four digits.
_SPACED = rf"(?P<a>\d{{1,2}})(?P<s1>\ |{_SEP})(?P<b>\d{{1,2}})(?P<s2>\ )(?P<era>)(?P<c>(?:19|20|25)\d\d)(?P<ds>[.]?)"
# A word is taken whole, or a long line would be read once for each of its letters.
# A name of up to four words, with stops inside (ก.พ.), or one that holds a number (M02, ng2, thg 2, 2-р сар).
_MONTH = (
    rf"(?P<month>(?:M|ng|ŋ|ɖu|o\.|thg\.?\ |tháng\ )\d{{1,2}}(?!\d)|\d{{1,2}}(?:-р\ |Ky){_WORD}*+"
    rf"|{_WORD}++(?:[./\-]{_WORD}++)*+(?:\ {_WORD}++){{0,3}}?)[.:]?"
)
# What phones copy when several messages are selected: [3/2, 16:05].
_YEARLESS = r"(?P<a>\d{1,2})(?P<s1>[./\-])(?P<b>\d{1,2})(?P<s2>)(?P<era>)(?P<c>)(?P<ds>\.?)"
_DAY = r"(?P<d>\d{1,2}(?!\d))(?:\.|\(a\)|mh|טן|st\b|nd\b|rd\b|th\b|\ lia\b)?"
_YEAR = r"(?P<y>\d{4})\.?(?:(?:\(e\)ko|-?\ ?(?:ж|թ|ч|г|оны|gada)\b\.?)[,،]?|[,،])?"
_BETWEEN = r"(?:-|/|[,،]?\ ?(?:(?:de|ne|do|del)\ |d['’])?)"
# Two digits are a year unless they may be the hour.
_SHORT_YEAR = r"\d\d(?!\d|\ ?[:.٫h時])"
_DAY_FIRST = rf"{_DAY}{_BETWEEN}{_MONTH}(?:{_BETWEEN}(?P<y>\d{{4}}|{_SHORT_YEAR}))?"
_MONTH_FIRST = rf"{_MONTH}\ {_DAY}(?:(?:/|[,،]?\ )(?P<y>\d{{4}}|{_SHORT_YEAR}))?"
_YEAR_FIRST = rf"{_YEAR}\ {_MONTH}[,،]?\ {_DAY}"
_YEAR_DAY = rf"{_YEAR}\ ?{_DAY}[\-\ ]{_MONTH}"
_TIME = (
    r"(?P<hour>\d{1,2})(?P<t1>[:.٫]|\ ?h\ ?|時|时|点|點|시\ ?)(?P<minute>\d{2}|\d(?=:\d{1,2}(?!\d)))"
    r"(?:(?P<t2>[:.٫]|\ min\ |\ (?=\d\d\ seg\b)|分|분\ ?)(?P<second>\d{2}|(?<=:)\d(?!\d))"
    r"(?:\ s\b|\ seg\.|秒|초)?|分|분)?"
)
_FREE = r"[^\d\[\]]{0,26}?"
# Before a bracket, where mail quotes or indents the chat.
_QUOTED = r"(?:[>|\s]{0,8}(?=\[))?"


# What ends a header; a legacy one may end in a space alone.
_END = r"(?(open)\](?:\ |$)|(?:\ [-–—](?:\ |$)|:(?:\ |$)))"


def _both_ways(date: str) -> tuple[str, str]:
    """Patterns of whole headers, date first and time first."""
    begin = rf"{_QUOTED}(?P<open>\[)?(?P<w0>{_FREE})"
    return (
        rf"{begin}{date}(?P<w1>{_FREE}){_TIME}(?P<w2>{_FREE}){_END}",
        rf"{begin}{_TIME}(?P<w2>{_FREE}){date}(?P<w1>{_FREE}){_END}",
    )


# By digits alone, then with a month as a word, which most files never need.
_FORMS = (
    *(form for date in (_NUMERIC, _SPACED, _YEARLESS) for form in _both_ways(date)),
    # Without a mark behind it, AM would be the beginning of a name.
    rf"(?P<w0>){_NUMERIC}(?P<w1>{_FREE}){_TIME}(?P<w2>\ ?[AaPp]\.?\ ?[Mm]\.?)\ ",
    rf"(?P<w0>){_NUMERIC}(?P<w1>{_FREE}){_TIME}(?P<w2>{_FREE})\ ",
    *(form for date in (_DAY_FIRST, _MONTH_FIRST, _YEAR_DAY, _YEAR_FIRST) for form in _both_ways(date)),
)


@cache
def _form(number: int) -> re.Pattern[str]:
    return re.compile(_FORMS[number], re.VERBOSE)


# At least three runs of digits, the first one near the start.
_QUICK = re.compile(r"\s*\[?\D{0,24}\d+\D{1,24}\d+\D{1,24}\d")


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header that was understood.

    ``width`` is its length in bytes (the body follows); ``runs`` are the byte positions of the last byte of
    each digit, by role: ``a b c`` the numbers of the date as written (``c`` empty when there is no year),
    ``hour minute second``. ``month`` is the key of a month that is a word (then ``a`` is the day, ``c`` the year),
    in some language or, if the rest is beyond doubt, in none that is known.
    ``date`` is how a date with such a month is written (``d M, y``). ``half`` is the key of the clock word,
    ``unknown`` words that are in no table, ``skeleton`` the header with
    every digit as ``0``, without marks before it; ``ends_line`` where the line must end behind it.
    ``family`` joins the headers that one export may mix.
    """

    width: int
    runs: dict[str, tuple[int, ...]]
    month: str
    date: str
    half: str
    unknown: str
    era: str
    platform: Platform
    skeleton: str
    family: str
    year_first: bool
    ends_line: bool

    @property
    def spans(self) -> Spans:
        """The half of the day, as the word beside the time has it in most languages."""
        return clock_words()[self.half] if self.half else ()

    @property
    def needs_name(self) -> bool:
        """Whether nothing but a space ends the header, so that only a name behind it shows what it is."""
        return self.platform is Platform.LEGACY and not self.skeleton.rstrip().endswith(":")

    @property
    def has_year(self) -> bool:
        return bool(self.runs["c"])


def read_header(line: bytes) -> Header | None:
    """Understand the header at the start of a line, or None; only its first bytes are looked at."""
    text = line[: 4 * LONGEST].decode("utf-8", "surrogateescape").split("\n", 1)[0].removesuffix("\r")[:LONGEST]
    if not _QUICK.match(text):
        return None
    reading, ends, digits = plain_line(text)
    if digits < 3:
        return None
    for number in range(len(_FORMS)):
        found = _form(number).match(reading)
        header = _understand(found, text, ends) if found else None
        if header is not None:
            return header
    return None


def _understand(found: re.Match[str], text: str, ends: Sequence[int]) -> Header | None:
    groups = found.groupdict()
    month = _month_key(groups["month"]) if groups.get("month") else ""
    time_first = found.start("hour") < found.start("a" if "a" in groups else "d")
    if not _may_be_dated(groups, month, time_first):
        return None
    before, joined, after = (_meaning(groups[name], name == "w2") for name in ("w0", "w1", "w2"))
    era = next((e for e in (_era(groups.get("era") or ""), before[1], joined[1]) if e), "")
    if groups.get("era") and not _era(groups["era"]):
        return None
    if before[2] or sum(map(bool, (before[0], joined[0], after[0]))) > 1:
        return None
    unknown = " ".join(word for word in (joined[2], after[2]) if word)
    if len(unknown) > 16:
        return None

    runs = _digit_runs(found, ends)
    width = ends[found.end() - 1]
    platform = _platform(found.group(), groups)
    # Only the time ends a legacy header: every word must be understood (one that says nothing is a sender),
    # and without a colon it has seconds.
    ends_clearly = runs["second"] or found.group().rstrip().endswith(":")
    stray = unknown or (word_key(groups["w2"] or "") and not after[0] and not time_first)
    half = before[0] or joined[0] or after[0]
    if platform is Platform.LEGACY and (stray or not ends_clearly or _is_letter(half)):
        return None
    skeleton = _skeleton(text, width)
    clock = "12" if half else UNKNOWN_CLOCK if unknown else "24"
    # An era beside the year tells it from the day: 令和6/2/23, 2/23/R6.
    year_first = bool(groups.get("a")) and (len(groups["a"]) > 2 or bool(before[1]))
    family = "|".join(
        (
            platform.value,
            "word" if month else f"{groups['s1'].strip()}{groups['s2'].strip()}",
            "year first" if year_first else "year last" if _year_stands_last(groups, month) else "short year",
            # One old export writes this year's messages without a year, in another order.
            "any order" if month else "time first" if time_first else "date first",
            clock + ("s" if runs["second"] else ""),
        )
    )
    return Header(
        width=width,
        runs=runs,
        month=month,
        date=_written_date(found) if month else "",
        half=half,
        unknown=unknown,
        era=era,
        platform=platform,
        skeleton=skeleton,
        family=family,
        year_first=year_first,
        ends_line=not found.group().endswith(" "),
    )


def _may_be_dated(groups: dict[str, Any], month: str, time_first: bool) -> bool:
    """Whether the parts of a match go together as date and time."""
    if groups.get("month") and month not in month_names() and not (len(groups["y"] or "") > 2 and month.isalpha()):
        return False
    if groups.get("c") == "" and not groups.get("open"):
        return False
    if not time_first and "," in (groups["w0"] or ""):
        # A weekday: nothing else is set off from a date in front of it, and no table tells which words are weekdays.
        return False
    # Something stands between date and time.
    return bool(groups["w2"] if time_first else groups["w1"] or groups.get("ds"))


def _year_stands_last(groups: dict[str, Any], month: str) -> bool:
    if month:
        return len(groups["y"] or "") != 2
    return groups["c"] == "" or len(groups["c"]) > 2 or bool(groups["era"])


# What is one word with the month: בפבר׳, "in February"; 2-р сарын, "of the second month".
_PREFIXES, _SUFFIX = ("ב", "ܒ"), "ын"


def _month_key(written: str) -> str:
    key = word_key(written)
    bare = key[1:] if key.startswith(_PREFIXES) else key.removesuffix(_SUFFIX)
    return bare if key not in month_names() and bare in month_names() else key


def _written_date(found: re.Match[str]) -> str:
    """The date with its month as ``M``, day as ``d`` and year as ``y``, signs between them as they are."""
    spans = sorted((found.span(name), letter) for name, letter in (("d", "d"), ("month", "M"), ("y", "y")))
    spans = [item for item in spans if item[0][0] >= 0]
    text = "".join(
        letter + found.string[span[1] : following[0][0]]
        for (span, letter), following in zip(spans, [*spans[1:], ((spans[-1][0][1], 0), "")], strict=True)
    )
    return text.replace("M.", "M")


def _is_letter(half: str) -> bool:
    """Whether a clock word is one Latin letter, which is rather a sender's name or joins date and time."""
    return len(half) == 1 and half.isascii()


def _digit_runs(found: re.Match[str], ends: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """The byte positions of the last byte of each digit, by role."""
    groups = found.groupdict()
    date = ("a", "b", "c") if "a" in groups else ("d", "", "y")

    def digits(name: str) -> tuple[int, ...]:
        if not name or not groups.get(name):
            return ()
        return tuple(ends[i] - 1 for i in range(*found.span(name)))

    written = dict(zip(("a", "b", "c"), date, strict=True)) | {r: r for r in ("hour", "minute", "second")}
    return {role: digits(name) for role, name in written.items()}


def _platform(header: str, groups: dict[str, str | None]) -> Platform:
    if groups.get("open"):
        # WhatsApp Web copies "[16:05, 3/2/2024]", time first and no seconds; phones "[3/2, 16:05]".
        copied = _starts_with_time(header) or groups.get("c") == ""
        return Platform.WEB_COPY if copied and groups["second"] is None else Platform.IOS
    if header.rstrip().endswith(("-", "–", "—")):
        return Platform.ANDROID
    return Platform.LEGACY


def _starts_with_time(header: str) -> bool:
    return re.search(r"^\D*\[\D{0,8}\d{1,2}:\d{2}\D", header) is not None


@lru_cache(maxsize=1 << 10)
def _meaning(words: str | None, behind: bool) -> tuple[str, str, str]:
    """Clock word, era and unknown words of the text beside a date or time (``behind`` the time)."""
    text = words or ""
    key = word_key(text)
    if not key:
        return "", "", ""
    tokens = [(word_key(token), token) for token in re.split(r"[\s,،、()]+", text) if word_key(token)]
    # Before the time a word that is an era somewhere is one; "AM" only if a comma ties it to the date (5784 AM, 14:56).
    if behind or key not in ERAS or (key == "am" and not re.match(r"\ \w+\W*,", text)):
        half = _half(key, tokens, behind)
        if half:
            return half, "", ""
    era = ""
    rest = []
    for token_key, token in tokens:
        if token_key in JOINS:
            continue
        if token_key in ERAS and not era:
            era = ERAS[token_key]
        else:
            rest.append(token)
    joined = word_key("".join(rest))
    known = joined in clock_words() and (behind or not _is_letter(joined))
    return (joined, era, "") if known else ("", era, " ".join(rest))


def _half(key: str, tokens: list[tuple[str, str]], behind: bool) -> str:
    """The clock word of the tokens, as a whole or with nothing but joining words around it."""
    periods = clock_words()
    # "a" joins date and time in some languages and is short for AM in another: there it stands behind the time.
    if key in periods and (behind or not _is_letter(key)):
        return key
    if len(tokens) > _MOST_WORDS:
        return ""
    apart = [place for place, (token, _) in enumerate(tokens) if token not in JOINS]
    # Words that do not join belong to the clock word, all of them.
    low, high = (apart[0], apart[-1] + 1) if apart else (len(tokens), 0)
    for size in range(len(tokens) - 1, 0, -1):
        for first in range(max(0, high - size), min(low, len(tokens) - size) + 1):
            inside = tokens[first : first + size]
            joined = "".join([token for token, _ in inside])
            # "de" joins in Spanish; with a stop it is short for the morning in Hungarian.
            joins = joined in JOINS and not inside[-1][1].endswith(".")
            if joined in periods and not joins and not _is_letter(joined):
                return joined
    return ""


def _era(word: str) -> str:
    return ERAS.get(word_key(word), "")


_LATIN_HALF = re.compile(r"\b([AaPp])(?=(?:\.?\s?)[Mm]\b)")


def _skeleton(text: str, width: int) -> str:
    """The header without marks before it, digits as ``0``; AM and PM are one (their case and dots stay)."""
    header = text.encode("utf-8", "surrogateescape")[:width].decode("utf-8", "replace")
    while header and header[0] in MARKS:
        header = header[1:]
    for word in sorted(re.findall(r"[^\W\d_][\w.]*", header), key=len, reverse=True):
        if word_key(word) in clock_words() and not word.isascii():
            header = header.replace(word, "{half}")
    header = _LATIN_HALF.sub(lambda found: "A" if found[1].isupper() else "a", header)
    return "".join("0" if unicodedata.decimal(c, -1) >= 0 else c for c in header)
