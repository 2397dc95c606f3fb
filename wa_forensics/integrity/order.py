"""Checks of time: the order of the messages, and silences against the chat's own rhythm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.clock import Clock, clock
from wa_forensics.integrity.export import About, Export, messages, result, some_lines
from wa_forensics.model import Check, Said, Verdict, counted, say
from wa_forensics.ordering import out_of_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDER = About(
    id="I10",
    title="Time order",
    looks_at=("messages of persons that bear an earlier time than one above them; hours that a clock change skips"),
    innocent_causes=(
        "a message was delivered late, or sent from a phone whose clock was wrong",
        "the chat moved to another phone or was restored from a backup",
        "the clock was set back for the winter",
    ),
    basis="220 of 333 public exports with 50 or more messages have at least one step back in time",
)
GAPS = About(
    id="I11",
    title="Silences",
    looks_at="spans without messages that are long for this chat",
    innocent_causes=("a holiday, an illness, a quarrel", "the people talked elsewhere"),
    basis="each silence is compared with the longest hundredth of the silences of the same chat",
)
FEWEST = 100
JITTER = 120
DAY = 86_400


def order(export: Export) -> Check:
    """I10: names each message that stands out of order; a wrong hour of a declared zone is inconsistent."""
    chat = export.chat
    people = export.written
    if len(people) < 2:
        return result(export, ORDER, Verdict.NOT_TESTABLE, say("There are fewer than two messages of persons."))
    times = export.times[people]
    if chat.date_order.decided_by == "undecided":
        times = _by_days_as_they_come(times)
    out = people[out_of_order(times)]
    steps = np.flatnonzero(np.diff(times) < 0)
    counts: dict[str, int | float | str] = {"steps_back": len(steps), "out_of_order": len(out)}
    if len(steps):
        counts["longest_step_back_seconds"] = int((np.maximum.accumulate(times) - times).max())
    zone = clock(export.zone, str(chat.facts.first), str(chat.facts.last)) if export.zone else None
    if zone is not None and chat.date_order.decided_by != "undecided":
        stamps = chat.columns.timestamp
        missing = people[zone.skipped(stamps[people])]
        if len(missing):
            return _skipped(export, missing, counts)
        out, explained = _without_folds(export, out, zone)
        counts["explained_by_clock_change"] = explained
    if not len(out):
        if len(steps):
            statement = say("Each step back in time fits the clock change of %(zone)s.", zone=str(export.zone))
        else:
            statement = say("%(messages)s of persons stand in the order of time.", messages=messages(len(people)))
        return result(export, ORDER, Verdict.CONSISTENT, statement, counts=counts)
    lines = export.lines_of(out.tolist())
    if int(counts["longest_step_back_seconds"]) < JITTER:
        statement = counted(
            "%(num)s message stands out of the order of time by less than %(span)s, as the delivery of messages leaves "
            "them.",
            "%(num)s messages stand out of the order of time by less than %(span)s, as the delivery of messages leaves "
            "them.",
            len(out),
            span=_span(JITTER),
        )
        return result(export, ORDER, Verdict.CONSISTENT, statement, counts=counts, lines=lines)
    statement = counted(
        "%(num)s message stands out of the order of time (%(lines)s); the longest step back is %(span)s.",
        "%(num)s messages stand out of the order of time (%(lines)s); the longest step back is %(span)s.",
        len(out),
        lines=some_lines(lines),
        span=_span(int(counts["longest_step_back_seconds"])),
    )
    return result(export, ORDER, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines)


def _by_days_as_they_come(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Times on days that are numbered as they first stand in the file: what is out of order so, is in any reading."""
    _, first, place = np.unique(times // DAY, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[place] * DAY + times % DAY


def gaps(export: Export) -> Check:
    """I11: points at silences of three days or more that are five times the longest usual one."""
    people = export.written
    if len(people) < FEWEST:
        statement = say("Fewer than %(fewest)s messages show no rhythm.", fewest=FEWEST)
        return result(export, GAPS, Verdict.NOT_TESTABLE, statement)
    times = np.sort(export.times[people])
    silences = np.diff(times)
    usual = float(np.quantile(silences, 0.99))
    long = np.flatnonzero((silences >= 3 * DAY) & (silences >= 5 * usual))
    counts: dict[str, int | float | str] = {"usual_seconds": int(usual), "silences": len(long)}
    if not len(long):
        statement = say("No silence is long against the rhythm of this chat.")
        return result(export, GAPS, Verdict.CONSISTENT, statement, counts=counts)
    longest = int(long[np.argmax(silences[long])])
    counts["longest_seconds"] = int(silences[longest])
    first, last = np.array([times[longest], times[longest + 1]]).astype("datetime64[s]")
    ranked = people[np.argsort(export.times[people], kind="stable")]
    statement = counted(
        "%(num)s silence of at least five times the usual longest one (%(usual)s); it lasts %(longest)s, from "
        "%(first)s to %(last)s.",
        "%(num)s silences of at least five times the usual longest one (%(usual)s); the longest lasts %(longest)s, "
        "from %(first)s to %(last)s.",
        len(long),
        usual=_span(int(usual)),
        longest=_span(int(silences[longest])),
        first=str(first),
        last=str(last),
    )
    lines = export.lines_of(ranked[long + 1].tolist())
    return result(export, GAPS, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines)


def _without_folds(export: Export, out: NDArray[np.int64], zone: Clock) -> tuple[NDArray[np.int64], int]:
    """Leaves away what only seems out of order because the hour before winter time happens twice."""
    if not len(out):
        return out, 0
    people = export.written
    stamps = export.chat.columns.timestamp[people]
    repeated = zone.repeated(stamps)
    instants = zone.utc(stamps).astype(np.int64)
    # The second run of a repeated hour begins where time steps back inside it.
    falls = np.flatnonzero((np.diff(export.times[people]) < 0) & repeated[1:] & repeated[:-1]) + 1
    for start in falls.tolist():
        stop = start
        while stop < len(people) and repeated[stop]:
            stop += 1
        instants[start:stop] += 3600
    left = people[out_of_order(instants)]
    return left, max(0, len(out) - len(left))


def _skipped(export: Export, missing: NDArray[np.int64], counts: dict[str, int | float | str]) -> Check:
    lines = export.lines_of(missing.tolist())
    counts["in_a_skipped_hour"] = len(missing)
    statement = counted(
        "%(num)s message bears a time (%(lines)s) that did not exist in %(zone)s, because the clock was set forward: "
        "the declared zone is wrong, or the time was not written by this phone.",
        "%(num)s messages bear a time (%(lines)s) that did not exist in %(zone)s, because the clock was set forward: "
        "the declared zone is wrong, or the time was not written by this phone.",
        len(missing),
        lines=some_lines(lines),
        zone=str(export.zone),
    )
    return result(export, ORDER, Verdict.INCONSISTENT, statement, counts=counts, lines=lines)


def _span(seconds: int) -> Said:
    if seconds >= 2 * DAY:
        return counted("%(num)s day", "%(num)s days", seconds // DAY)
    if seconds >= 2 * 3600:
        return counted("%(num)s hour", "%(num)s hours", seconds // 3600)
    if seconds >= 60:
        return counted("%(num)s minute", "%(num)s minutes", seconds // 60)
    return counted("%(num)s second", "%(num)s seconds", seconds)
