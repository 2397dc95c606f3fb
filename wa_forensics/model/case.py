"""What decides a scan, what the examiner declares, and what a check of a case found."""

from __future__ import annotations

from dataclasses import dataclass, field

from wa_forensics.model.analysis import Failure
from wa_forensics.model.own import Own


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What decides the result of a scan, and nothing else: the same settings and files give the same bytes.

    ``date_order`` is ``"auto"``, ``"DMY"``, ``"MDY"`` or ``"YMD"``; with ``allow_undecided`` a file whose date
    order stays open is read in a named order instead of being refused. ``timezone`` is the IANA zone that the
    examiner declares for the exporting phone. ``compare`` says which exports are held against each other:
    ``"auto"`` those of one conversation, ``"all"`` each pair, ``"none"``. ``own`` is what the examiner brought.
    """

    date_order: str = "auto"
    allow_undecided: bool = True
    timezone: str | None = None
    compare: str = "auto"
    own: Own = field(default_factory=Own)


@dataclass(frozen=True, kw_only=True)
class CaseData:
    """What the examiner declares about a case; None or empty where nothing was declared."""

    name: str | None = None
    number: str | None = None
    items: tuple[str, ...] = ()
    examiner: str | None = None
    organization: str | None = None
    acquired_by: str | None = None
    acquired_at: str | None = None
    acquired_how: str | None = None
    device: str | None = None
    app_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What ``verify`` found of a case: what holds, what does not, and what could not be looked at."""

    passed: tuple[str, ...]
    problems: tuple[Failure, ...]
    notes: tuple[str, ...] = ()
