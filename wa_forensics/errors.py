"""The tree of errors: every one names the file, says what is wrong and then what to try.

    WaForensicsError
    ├── ParseError             no chat came out of it: not a WhatsApp export, or unreadable
    │   ├── EvidenceError      the file itself (missing, unreadable, no text, zip refused)
    │   └── AmbiguousDateOrder two date orders fit all lines
    │       └── AmbiguousClock the hours may be those of a 12-hour clock
    ├── CaseError              the case folder (exists, damaged, cannot be written)
    └── SettingsError          an option, rule file or indicator list that makes no sense

Arguments are the fields, so that each error survives pickling between processes;
the sentence is built in ``__str__``.
"""

from __future__ import annotations


class WaForensicsError(Exception):
    """Base of all errors raised on purpose: ``path``, ``problem`` (what was found), ``advice`` (what to do)."""

    def __init__(self, path: str, problem: str, advice: str) -> None:
        super().__init__(path, problem, advice)
        self.path = path
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.path}: {self.problem}.", self.advice) if part)


class ParseError(WaForensicsError):
    """No chat came out of the file: it is no WhatsApp export, or unreadable."""


class EvidenceError(ParseError):
    """A file cannot be taken as evidence: missing, unreadable, no text, or a zip that is refused."""


class AmbiguousDateOrder(ParseError):
    """Several date orders fit every line; ``readings`` holds them (``"DMY"``, ``"MDY"``, ``"YMD"``)."""

    def __init__(self, path: str, readings: tuple[str, ...]) -> None:
        super().__init__(
            path,
            f"the date order cannot be decided: {' and '.join(readings)} fit all lines",
            "Pass --date-order (date_order= in Python) with the order of the exporting phone.",
        )
        self.args = (path, readings)
        self.readings = readings


class AmbiguousClock(AmbiguousDateOrder):
    """The hours may be those of a 12-hour clock that names no half of the day.

    ``readings`` holds what reads the file with 24 hours (``"DMY@24h"``).
    """

    def __init__(self, path: str, readings: tuple[str, ...], problem: str) -> None:
        super().__init__(path, readings)
        self.args = (path, readings, problem)
        self.problem = problem
        self.advice = "Pass --date-order auto@24h (date_order= in Python) if the phone's clock had 24 hours."


class CaseError(WaForensicsError):
    """A case folder exists already, is damaged, or cannot be written."""


class SettingsError(WaForensicsError):
    """An option, or a user's rule or indicator file, makes no sense; ``path`` names it."""


class NothingReadError(EvidenceError):
    """None of several files could be read as an export; ``sentences`` says why, one for each file."""

    def __init__(self, path: str, sentences: tuple[str, ...]) -> None:
        problem = f"none of {len(sentences)} files could be read as a chat export"
        super().__init__(path, problem, "The sentences say what to do about each.")
        self.args = (path, sentences)
        self.sentences = sentences
