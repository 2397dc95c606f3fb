"""The ``--date-order`` option, the same for every command that parses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
_ORDER = re.compile(r"(auto|ask|dmy|mdy|ymd)(@\d{4})?(@24h)?", re.IGNORECASE)


def date_order_option(default: str) -> Callable[[F], F]:
    """The option with its default: ``auto`` goes on with named readings, ``ask`` refuses."""
    return click.option(
        "--date-order",
        default=default,
        show_default=True,
        metavar="ORDER",
        callback=_checked,
        help="Order of day, month and year: auto, ask, dmy, mdy or ymd, with @YEAR where the export names none, "
        "@24h where nothing shows that the clock has 24 hours. "
        "Where a file leaves it open, auto reads on and names the readings, ask refuses the file.",
    )


def parser_order(asked: str) -> tuple[str, bool]:
    """The parser's date order, and whether a file that leaves it open is read on."""
    order, at, year = asked.partition("@")
    lower = order.lower()
    return ("auto" if lower in {"auto", "ask"} else order.upper()) + at + year, lower != "ask"


def _checked(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if not _ORDER.fullmatch(value):
        raise click.BadParameter(f"{value!r} is none of auto, ask, dmy, mdy, ymd, with or without @YEAR or @24h")
    return value
