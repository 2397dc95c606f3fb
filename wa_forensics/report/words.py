"""The report's own words in the reader's language: gettext catalogues, dates, times, spans and numbers."""

from __future__ import annotations

import gettext
from copy import copy
from datetime import datetime
from pathlib import Path

from wa_forensics.model.said import Form, tell

LANGUAGES = ("en", "es", "pt", "de", "fr", "it", "hi", "ar")
_CATALOGUES = Path(__file__).parent / "translations"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
# What stands between the items of a list, where it is not the English comma and semicolon.
_BETWEEN = {"ar": str.maketrans({",": "\u060c", ";": "\u061b"})}
_THOUSANDS = {"de": ".", "es": ".", "pt": ".", "it": ".", "fr": "\u202f"}


def mark(text: str) -> str:
    """Marks a constant for translation; it is translated where it is shown."""
    return text


MONTHS = (
    mark("January"),
    mark("February"),
    mark("March"),
    mark("April"),
    mark("May"),
    mark("June"),
    mark("July"),
    mark("August"),
    mark("September"),
    mark("October"),
    mark("November"),
    mark("December"),
)
WEEKDAYS = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)


class Words:
    """Translates and formats for one language; ``direction`` is ``ltr`` or ``rtl``."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.direction = "rtl" if language in _RIGHT_TO_LEFT else "ltr"
        self.catalogue: gettext.NullTranslations = (
            gettext.NullTranslations()
            if language == "en"
            else gettext.translation("report", _CATALOGUES, languages=[language])
        )
        self._complete = copy(self.catalogue)
        self._complete.add_fallback(_Unknown() if language != "en" else gettext.NullTranslations())

    def text(self, message: str) -> str:
        """A constant marked with ``mark``; the empty string stays empty (gettext would give the header)."""
        return self.catalogue.gettext(message) if message else ""

    def between(self, separator: str) -> str:
        """A template, or what joins the items of a list: words are translated, marks are those of the language."""
        if any(map(str.isalpha, separator)):
            return self.text(separator)
        return separator.translate(_BETWEEN.get(self.language, {}))

    def knows(self, form: Form) -> bool:
        """Whether each template of a sentence is translated; a case of another version may hold other templates."""
        try:
            tell(form, _Lookup(self._complete))
        except LookupError:
            return False
        return True

    def count(self, one: str, many: str, number: int) -> str:
        """``"%(num)s message"`` or ``"%(num)s messages"`` with the number filled in."""
        return self.catalogue.ngettext(one, many, number) % {"num": self.number(number)}

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", _THOUSANDS.get(self.language, ","))

    def day(self, iso: str) -> str:
        """``12 March 2025`` from an ISO time."""
        moment = _parse(iso)
        return iso if moment is None else self._day(moment)

    def _day(self, moment: datetime) -> str:
        return self.text("%(day)s %(month)s %(year)s") % {
            "day": moment.day,
            "month": self.text(MONTHS[moment.month - 1]),
            "year": moment.year,
        }

    def weekday(self, iso: str) -> str:
        moment = _parse(iso)
        return "" if moment is None else self.text(WEEKDAYS[moment.weekday()])

    def clock(self, iso: str) -> str:
        """``14:06``, with seconds only where the export has them."""
        moment = _parse(iso)
        return iso if moment is None else _clock(moment)

    def moment(self, iso: str) -> str:
        moment = _parse(iso)
        return iso if moment is None else f"{self._day(moment)}, {_clock(moment)}"

    def short_moment(self, iso: str) -> str:
        """``12 March, 14:06``: for a screen where the year stands beside."""
        moment = _parse(iso)
        if moment is None:
            return iso
        day = self.text("%(day)s %(month)s") % {
            "day": moment.day,
            "month": self.text(MONTHS[moment.month - 1]),
        }
        return f"{day}, {moment:%H:%M}"

    def span(self, start: str, end: str, seconds: bool = True) -> str:
        """``12 March 2025, 14:06 – 15:55``; the day is repeated only when it differs."""
        if not seconds:
            start, end = start[:16], end[:16]
        if start[:10] == end[:10]:
            same = start[:16] == end[:16]
            return self.moment(start) if same else f"{self.moment(start)} – {self.clock(end)}"
        return f"{self.moment(start)} – {self.moment(end)}"

    def duration(self, start: str, end: str) -> str:
        """``1 h 49 min``; days above two days; empty under a minute."""
        first, last = _parse(start), _parse(end)
        if first is None or last is None or last <= first:
            return ""
        minutes = round((last - first).total_seconds() / 60)
        if minutes >= 2880:
            return self.count("%(num)s day", "%(num)s days", round(minutes / 1440))
        hours, rest = divmod(minutes, 60)
        parts = ([f"{hours} h"] if hours else []) + ([f"{rest} min"] if rest else [])
        return " ".join(parts)


class _Unknown(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        raise LookupError(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        raise LookupError(one)


class _Lookup:
    """Looks each template up and shows nothing."""

    def __init__(self, catalogue: gettext.NullTranslations) -> None:
        self._catalogue = catalogue

    def template(self, text: str) -> str:
        # What joins phrases may be the same in every language: spaces and marks.
        return self._catalogue.gettext(text) if any(map(str.isalpha, text)) else text

    def plural(self, one: str, many: str, number: int) -> str:
        return self._catalogue.ngettext(one, many, number)

    def number(self, value: int) -> str:
        return str(value)

    def value(self, text: str) -> str:
        return text


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _parse(iso: str) -> datetime | None:
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return None
