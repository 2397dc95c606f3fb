"""Header forms that no locale table holds: every order, separator and width, as other parsers' tests write them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from header_patterns import Form

ORDERS = (("d", "M", "y"), ("M", "d", "y"), ("y", "M", "d"))
SEPARATORS = (".", "/", "-", ". ")
CLOCKS = (
    *((clock, ("AM", "PM")) for clock in ("HH:mm", "H:mm", "HH:mm:ss", "HH.mm", "h:mm a", "h:mm:ss a", "h:mma")),
    ("hh:mm\u202fa", ("am", "pm")),
    ("h:mm\u00a0a", ("a.\u00a0m.", "p.\u00a0m.")),
)


def grid_forms() -> Iterator[Form]:
    """1,728 forms: most have been written by some phone or are in some parser's tests, none was chosen."""
    choices = product(ORDERS, SEPARATORS, ("yy", "y"), (2, 1), CLOCKS, ("{1}, {0}", "{1} {0}"), ("android", "ios"))
    for order, separator, year, width, (clock, halves), join, platform in choices:
        parts = [year if letter == "y" else letter * width for letter in order]
        date = separator.join(parts) + ("." if separator == ". " else "")
        yield Form(
            name=f"{date} {clock} {join}",
            platform=platform,
            date=date,
            time=clock,
            join=join,
            halves=halves,
        )
