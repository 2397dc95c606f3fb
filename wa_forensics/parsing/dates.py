"""The order of day, month and year: decided once for a set of headers, from evidence that can be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.model import Confidence, DateOrder, Said, counted, joined, say
from wa_forensics.parsing.calendars import FIRST_YEAR, LAST_YEAR, NO_DAY, calendar_of_year, days_since_epoch

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDERS = ("DMY", "MDY", "YMD")
_FIELDS = {"DMY": (2, 1, 0), "MDY": (2, 0, 1), "YMD": (0, 1, 2), "YDM": (0, 2, 1)}
_ORDINALS = (say("first"), say("second"), say("third"))
_WORDS = {
    "DMY": say("day, month, year"),
    "MDY": say("month, day, year"),
    "YMD": say("year, month, day"),
}
_DAY = 86_400


@dataclass(frozen=True, kw_only=True, eq=False)
class WrittenDates:
    """The dates of one family of headers as written, in the order of the lines, equal neighbours joined.

    ``numbers`` are the three numbers of each run of equal dates; ``first`` is the position of the run's first
    header, ``count`` its length. ``era`` and ``month`` come from words in the header; ``year_digits`` is
    ``"first"`` or ``"last"`` where a year has four digits, else ``"short"``.
    """

    numbers: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    era: str
    year_digits: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Clues:
    """What the rest of the file says about dates: positions are those of the headers.

    ``seconds`` of the day by header; ``spoken`` headers that carry a sender (lines of the app are not in
    order in genuine files); ``names`` of attachments as (header, day, seconds of the day or -1); ``exported``
    the day of the zip entry, or None; ``dots_mean_day_first`` where the header form is that of the language in which
    the app speaks.
    """

    seconds: NDArray[np.int64]
    spoken: NDArray[np.bool_]
    names: Sequence[tuple[int, int, int]] = ()
    exported: int | None = None
    dots_mean_day_first: bool = False


def written_dates(
    a: NDArray[np.int16], b: NDArray[np.int16], c: NDArray[np.int16], era: str, year_digits: str
) -> WrittenDates:
    """Join runs of equal dates: a chat has few days."""
    changes = np.ones(len(a), dtype=bool)
    np.not_equal(a[1:], a[:-1], out=changes[1:])
    changes[1:] |= b[1:] != b[:-1]
    changes[1:] |= c[1:] != c[:-1]
    first = np.flatnonzero(changes)
    return WrittenDates(
        numbers=np.stack([a[first], b[first], c[first]]).astype(np.int64),
        first=first,
        count=np.diff(np.append(first, len(a))),
        era=era,
        year_digits=year_digits,
    )


def read_days(dates: WrittenDates, order: str, *, plausible: bool = False) -> NDArray[np.int64]:
    """Days since 1970 of each run in one order; ``NO_DAY`` where impossible or outside the life of the app."""
    year, month, day = (dates.numbers[field] for field in _FIELDS[order])
    calendar = dates.era or "gregorian"
    if not dates.era:
        if len(year) and dates.year_digits != "short":
            calendar = calendar_of_year(int(np.median(year)))
        elif len(year) and int(year.min()) >= 52:
            # Thai phones write 67 for 2567; 2052 and later are no dates of messages.
            year, calendar = year + 2500, "buddhist"
        year = np.where(year < 100, year + 2000, year) if calendar == "gregorian" else year
    days = days_since_epoch(year, month, day, calendar)
    if plausible:
        low, high = _first_day(FIRST_YEAR), _first_day(LAST_YEAR + 1)
        days = np.where((days >= low) & (days < high), days, NO_DAY)
    return days


def decide(dates: WrittenDates, gather: Callable[[], Clues], asked: str) -> DateOrder:
    """The date order of one family of headers and how it is known.

    ``asked`` is the caller's order or ``auto``; ``gather`` reads the rest of the file if values do not decide.
    """
    if dates.year_digits == "first":
        return _year_first(dates, asked)
    possible = ORDERS[:2] if dates.year_digits == "last" else ORDERS
    wrong = {
        order: int(dates.count[read_days(dates, order, plausible=asked == "auto") == NO_DAY].sum())
        for order in possible
    }
    total = int(dates.count.sum())
    if asked != "auto":
        return _asked(dates, asked, wrong.get(asked, total), total)
    fitting = [order for order in possible if wrong[order] == 0]
    if len(fitting) == 1:
        return DateOrder(order=fitting[0], decided_by="values", proof=(_value_proof(dates, fitting[0], total),))
    if not fitting:
        return _with_contradictions(dates, wrong, total)
    clues = gather()
    for test in (_by_names, _by_line_order, _by_repeated_days, _by_export_time, _by_separator):
        decision = test(dates, clues, fitting)
        if decision is not None:
            return decision
    return DateOrder(
        order=fitting[0],
        decided_by="undecided",
        proof=(
            say(
                "%(headers)s headers fit %(orders)s; nothing else in the file decides",
                headers=total,
                orders=joined(fitting, " and "),
            ),
        ),
        readings=tuple(fitting),
        confidence=Confidence.LOW,
    )


def _year_first(dates: WrittenDates, asked: str) -> DateOrder:
    """Year, month, day, unless the values show that somebody's settings put the day before the month."""
    wrong = {order: int(dates.count[read_days(dates, order) == NO_DAY].sum()) for order in ("YMD", "YDM")}
    swapped = asked == "auto" and wrong["YDM"] * 3 <= wrong["YMD"] and wrong["YDM"] * 4 < int(dates.count.sum())
    swapped = swapped and wrong["YMD"] > 0
    contradictions: tuple[str, ...] = ()
    if asked not in ("auto", "YMD"):
        contradictions = (say("asked to read %(order)s, but the first number of the date is the year", order=asked),)
    return DateOrder(
        order="YDM" if swapped else "YMD",
        decided_by="values",
        proof=(say("the first number of the date is the year (by its digits or its era)"),),
        contradictions=contradictions,
    )


def _asked(dates: WrittenDates, asked: str, wrong: int, total: int) -> DateOrder:
    contradictions: tuple[str, ...] = ()
    if wrong:
        contradictions = (
            say(
                "%(wrong)s of %(total)s headers have no date when read %(order)s",
                wrong=wrong,
                total=total,
                order=_WORDS[asked],
            ),
        )
    return DateOrder(
        order=asked, decided_by="caller", proof=(say("the date order was given"),), contradictions=contradictions
    )


def _value_proof(dates: WrittenDates, order: str, total: int) -> Said:
    day, month = _FIELDS[order][2], _FIELDS[order][1]
    reach = int(dates.numbers[day].max())
    most = int(dates.numbers[month].max())
    return say(
        "the %(day)s number reaches %(reach)s, the %(month)s never exceeds %(most)s: %(headers)s headers read "
        "%(order)s, 0 contradictions",
        day=_ORDINALS[day],
        reach=reach,
        month=_ORDINALS[month],
        most=most,
        headers=total,
        order=_WORDS[order],
    )


def _with_contradictions(dates: WrittenDates, wrong: dict[str, int], total: int) -> DateOrder:
    """No order fits every header: take the one that fits most, if it fits far more."""
    ranked = sorted(wrong, key=lambda order: (wrong[order], ORDERS.index(order)))
    best, second = ranked[0], ranked[1]
    clear = wrong[best] * 3 <= wrong[second] and wrong[best] * 4 <= total
    return DateOrder(
        order=best,
        decided_by="values" if clear else "undecided",
        proof=(
            say(
                "%(right)s of %(total)s headers have a date when read %(order)s",
                right=total - wrong[best],
                total=total,
                order=_WORDS[best],
            ),
        ),
        contradictions=(
            counted(
                "%(num)s header has no date in this order", "%(num)s headers have no date in this order", wrong[best]
            ),
        ),
        readings=() if clear else tuple(ranked[:2]),
        confidence=Confidence.MEDIUM if clear else Confidence.LOW,
    )


def _by_names(dates: WrittenDates, clues: Clues, fitting: list[str]) -> DateOrder | None:
    """Names of attachments carry the day (Android) or the second (iOS) of the message."""
    if not clues.names:
        return None
    run_of = np.searchsorted(dates.first, [name[0] for name in clues.names], side="right") - 1
    agree: dict[str, int] = {}
    exact: dict[str, int] = {}
    for order in fitting:
        days = read_days(dates, order)[run_of]
        gaps = [abs(int(day) - name[1]) for day, name in zip(days, clues.names, strict=True)]
        agree[order] = sum(gap <= 1 for gap in gaps)
        exact[order] = sum(gap == 0 and name[2] >= 0 for gap, name in zip(gaps, clues.names, strict=True))
    best = max(fitting, key=lambda order: (agree[order], -ORDERS.index(order)))
    others = max(agree[order] for order in fitting if order != best)
    if agree[best] < 1 or others * 10 >= agree[best]:
        return None
    sure = exact[best] >= 1 or agree[best] >= 3
    return DateOrder(
        order=best,
        decided_by="attachment names",
        proof=(
            say(
                "%(agree)s of %(names)s dated attachment names agree with %(order)s",
                agree=agree[best],
                names=len(clues.names),
                order=_WORDS[best],
            ),
        ),
        contradictions=(say("%(names)s agree with another order", names=others),) if others else (),
        confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
    )


def _by_line_order(dates: WrittenDates, clues: Clues, fitting: list[str]) -> DateOrder | None:
    """Messages stand in the order of time: the right order has (nearly) no step back over a day."""
    back: dict[str, int] = {}
    spoken = _spoken_runs(dates, clues)
    for order in fitting:
        back[order] = int((np.diff(read_days(dates, order)[spoken]) < -1).sum())
    ranked = sorted(fitting, key=lambda order: (back[order], ORDERS.index(order)))
    best, second = back[ranked[0]], back[ranked[1]]
    if second < 1 or second < 3 * best + 1:
        return None
    others = (say("%(order)s gives %(steps)s", order=_WORDS[order], steps=back[order]) for order in ranked[1:])
    return DateOrder(
        order=ranked[0],
        decided_by="line order",
        proof=(
            say(
                "read %(order)s, %(steps)s steps go back more than a day; %(others)s",
                order=_WORDS[ranked[0]],
                steps=best,
                others=joined(others, ", "),
            ),
        ),
        confidence=Confidence.HIGH if best == 0 and second >= 2 else Confidence.MEDIUM,
    )


def _by_repeated_days(dates: WrittenDates, clues: Clues, fitting: list[str]) -> DateOrder | None:
    """Days follow each other: a chat whose every date falls on the same day of other months is not one.

    Decided when one order turns every step (four or more) of a dense chat into one to a day within a week
    and no other order any; or when two or more talks run past midnight in one order only.
    """
    spoken = _spoken_runs(dates, clues)
    if len(spoken) < 3:
        return None
    starts = clues.seconds[dates.first[spoken]]
    ends = clues.seconds[(dates.first + dates.count - 1)[spoken]]
    near: dict[str, int] = {}
    night: dict[str, int] = {}
    for order in fitting:
        steps = np.diff(read_days(dates, order)[spoken])
        near[order] = int(((steps >= 1) & (steps <= 7)).sum())
        night[order] = int(((steps == 1) & (ends[:-1] > 22 * 3600) & (starts[1:] < 2 * 3600)).sum())
    best = max(fitting, key=lambda order: (near[order], night[order], -ORDERS.index(order)))
    others = [order for order in fitting if order != best]
    if max(near[order] for order in others) or max(night[order] for order in others):
        return None
    # A reminder sent on the same day of each month looks like this too; a conversation on each of the days does not.
    dense = int(dates.count.sum()) >= 4 * len(dates.count)
    if night[best] < 2 and not (dense and near[best] >= 4 and near[best] == len(spoken) - 1):
        return None
    return DateOrder(
        order=best,
        decided_by="repeated days",
        proof=(
            say(
                "read %(order)s, %(near)s of %(steps)s steps lead to a day within a week (%(night)s across midnight); "
                "in any other order none does",
                order=_WORDS[best],
                near=near[best],
                steps=len(spoken) - 1,
                night=night[best],
            ),
        ),
        confidence=Confidence.MEDIUM,
    )


def _by_export_time(dates: WrittenDates, clues: Clues, fitting: list[str]) -> DateOrder | None:
    """No message is younger than the export."""
    if clues.exported is None:
        return None
    left = [order for order in fitting if int(read_days(dates, order).max()) <= clues.exported + 1]
    if len(left) != 1:
        return None
    return DateOrder(
        order=left[0],
        decided_by="zip entry time",
        proof=(say("only %(order)s leaves no message after the time of the zip entry", order=_WORDS[left[0]]),),
        confidence=Confidence.MEDIUM,
    )


def _by_separator(dates: WrittenDates, clues: Clues, fitting: list[str]) -> DateOrder | None:
    """On Android the header form belongs to one language, and none writes dots with the month first."""
    if not clues.dots_mean_day_first or "DMY" not in fitting:
        return None
    return DateOrder(
        order="DMY",
        decided_by="header form",
        proof=(say("this Android header form, with dots, is written with the day first in every known locale table"),),
        confidence=Confidence.MEDIUM,
    )


def _spoken_runs(dates: WrittenDates, clues: Clues) -> NDArray[Any]:
    """Positions of the runs that contain a message with a sender."""
    if not len(dates.first):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.add.reduceat(clues.spoken.astype(np.int64), dates.first))


def _first_day(year: int) -> int:
    return int(np.datetime64(f"{year}-01-01", "D").astype(np.int64))
