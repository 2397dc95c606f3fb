"""UTC beside local time where the examiner declared the phone's zone, and the clock changes of a chat's span."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from wa_forensics.clock import clock
from wa_forensics.model import ChatFacts


@dataclass(frozen=True, kw_only=True)
class ZoneChange:
    """One clock change: wall times (ISO) before and after, whether the hour between happens twice or never."""

    before: str
    after: str
    repeats: bool


def utc_teller(zone: str, missing: str) -> Callable[[str], str]:
    """A function from local ISO times to words such as ``03:00 UTC``; the empty string without a zone.

    The date is named where it is another one; an hour that happens twice has two instants; ``missing`` is said of
    a time that the zone skips.
    """
    if not zone:
        return lambda iso: ""
    where = ZoneInfo(zone)

    @lru_cache(maxsize=4096)
    def told(iso: str) -> str:
        try:
            local = datetime.fromisoformat(iso)
        except ValueError:
            return ""
        instants = [local.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1)]
        if instants[0].astimezone(where).replace(tzinfo=None) != local:
            return f"UTC: {missing}"
        both = dict.fromkeys(_time(instant, local) for instant in instants)
        return " / ".join(both) + " UTC"

    return told


def zone_changes(zone: str, inputs: Iterable[ChatFacts]) -> tuple[ZoneChange, ...]:
    """The clock changes between the first and last message of any chat, in order, each once."""
    if not zone:
        return ()
    found = {
        (change.utc, change.before, change.after, change.repeats)
        for facts in inputs
        if facts.first and facts.date_order.decided_by != "undecided"
        for change in clock(zone, facts.first, facts.last).between(facts.first, facts.last)
    }
    return tuple(ZoneChange(before=before, after=after, repeats=repeats) for _, before, after, repeats in sorted(found))


def _time(instant: datetime, local: datetime) -> str:
    shown = f"{instant:%H:%M:%S}" if local.second else f"{instant:%H:%M}"
    return shown if instant.date() == local.date() else f"{instant:%Y-%m-%d} {shown}"
