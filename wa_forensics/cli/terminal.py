"""Printing: data to stdout, everything else to stderr, and no control character of a message reaches a terminal."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

# C0 and C1 controls, bidi controls, zero-width and other invisible characters, lone surrogates.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """The text on one line with controls and invisible characters written as escapes."""
    return _HIDDEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def write_escapes_for_the_unprintable() -> None:
    """What the console's code page lacks (Windows: cp1252) is written as an escape instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def complain(sentence: str) -> None:
    """One sentence on stderr."""
    click.echo(f"wa-forensics: {visible(sentence)}", err=True)


def note(sentence: str) -> None:
    """One line on stderr that is no complaint."""
    click.echo(visible(sentence), err=True)


def is_terminal(stream: IO[str]) -> bool:
    """Whether a person watches; a dumb terminal cannot redraw."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def console() -> Console:
    """A rich console on stderr; it honours NO_COLOR and never reads markup out of evidence."""
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False)


@contextmanager
def out_stream() -> Iterator[IO[str]]:
    """stdout as UTF-8 for data, whatever the locale says."""
    stream = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        yield stream
    finally:
        stream.flush()
        stream.detach()
