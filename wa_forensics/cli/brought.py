"""The options for what an examiner brings: own rules, lists of indicators, allow-lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from wa_forensics.model import Own

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def rule_options(function: F) -> F:
    """``--rules`` and ``--iocs``, for every command that runs rules."""
    function = click.option(
        "--iocs", type=_FILE, multiple=True, help="List of domains, links, payees, numbers: CSV or STIX 2.1."
    )(function)
    return click.option("--rules", type=_FILE, multiple=True, help="Own rules (TOML); may be repeated.")(function)


def allow_options(function: F) -> F:
    """``--allow`` and ``--as-of``, for a scan."""
    function = click.option(
        "--as-of",
        metavar="DATE",
        callback=_day,
        help="Day by which allow-list entries may have expired; today, or none with --reproducible.",
    )(function)
    return click.option(
        "--allow", type=_FILE, multiple=True, help="Allow-list (TOML or CSV): findings to leave out, by whom and why."
    )(function)


def brought(rules: Sequence[Path], iocs: Sequence[Path], allow: Sequence[Path] = (), as_of: str | None = None) -> Own:
    """What stands in the files, the examples of the rules run; SettingsError tells what to mend."""
    if not (rules or iocs or allow):
        return Own(as_of=as_of)
    from wa_forensics.analysis import require_examples
    from wa_forensics.userrules import read_own

    own = read_own(rules, iocs, allow, as_of)
    require_examples(own.rules)
    return own


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from datetime import date

    try:
        return value and date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no day such as 2027-01-31") from error
