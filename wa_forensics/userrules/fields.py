"""Reads the fields of one table of a file and says what is wrong with which of them, and what to try."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from wa_forensics.errors import SettingsError

T = TypeVar("T")
LARGEST_FILE = 8 << 20


def read_bytes(path: Path, option: str) -> bytes:
    """The bytes of a file of the examiner; SettingsError when it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise SettingsError(f"{option} {path}", problem, "Check its path and permissions.") from error
    if len(data) > LARGEST_FILE:
        raise SettingsError(f"{option} {path}", "the file has more than 8 MB", "Split it; the option may be repeated.")
    return data


def decoded(data: bytes, where: str) -> str:
    """The text of a file, which must be UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(where, "the file is no UTF-8 text", "Save it as UTF-8.") from error


def tables(text: str, name: str, where: str) -> list[dict[str, Any]]:
    """The ``[[name]]`` tables of a TOML text."""
    try:
        content = tomllib.loads(text)
    except ValueError as error:
        raise SettingsError(where, f"this is no TOML ({error})", f"Write each entry as a [[{name}]] table.") from error
    other = sorted(set(content) - {name})
    if other:
        raise SettingsError(where, f"there is no {other[0]!r} at the top", f"Write each entry as a [[{name}]] table.")
    found = content.get(name, [])
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise SettingsError(where, f"there is no [[{name}]] table", f"Write each entry as a [[{name}]] table.")
    return found


def rows(text: str, known: Sequence[str], where: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, fields) of a CSV text. Without a header row of known names the first column is ``known[0]``.

    Separators are comma, semicolon or tab; lines that begin with ``#`` are comments.
    """
    lines = text.splitlines()
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    separator = max(",;\t", key=first.count)
    head: list[str] | None = None
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if head is None:
                names = [cell.lower() for cell in cells]
                head = names if set(names) & set(known) else []
                if head:
                    continue
            if len(cells) > max(len(head), 1) and any(cells[max(len(head), 1) :]):
                problem = f"line {reader.line_num} has more cells than the first row names"
                raise SettingsError(where, problem, "Put values that hold a comma in quotation marks.")
            yield reader.line_num, dict(zip(head, cells, strict=False)) if head else {known[0]: cells[0]}
    except csv.Error as error:
        advice = "Save it as CSV with commas, in UTF-8."
        raise SettingsError(where, f"line {reader.line_num} is no CSV ({error})", advice) from error


class Fields:
    """The fields of one entry; each getter raises SettingsError that names the entry and the field."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.values, self.where = values, where

    def refuse_unknown(self, known: Sequence[str]) -> None:
        for name in self.values:
            if name in {"regex", "regexes", "regexp", "pattern", "patterns"}:
                advice = "Write phrases: words, a|b, (two words|other), word*, ..., <number>; see docs/rules.md."
                raise SettingsError(self.where, "there are no regular expressions in rules", advice)
            if name not in known:
                raise SettingsError(self.where, f"there is no field {name!r}", f"Known: {', '.join(known)}.")

    def text(self, name: str, *, most: int = 2000) -> str:
        """A text that is not empty."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise SettingsError(self.where, f"{name} is missing", f'Write {name} = "...".')
        if len(value) > most:
            raise SettingsError(self.where, f"{name} has more than {most} characters", "Make it shorter.")
        return value.strip()

    def optional(self, name: str) -> str | None:
        """A text, or None where it is missing or empty."""
        return self.text(name) if self.values.get(name) not in (None, "") else None

    def choice(self, name: str, choices: Mapping[str, T], default: str | None = None) -> T:
        """One of the words."""
        value = self.values.get(name) or default
        found = choices.get(str(value).lower()) if value else None
        if found is None:
            problem = f"{name} is {value!r}" if value else f"{name} is missing"
            raise SettingsError(self.where, problem, f"Choose: {', '.join(choices)}.")
        return found

    def texts(self, name: str, *, needed: bool, most: int = 200) -> tuple[str, ...]:
        """A list of texts."""
        value = self.values.get(name, [])
        good = isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
        if not good or (needed and not value):
            raise SettingsError(self.where, f"{name} must be a list of texts", f'Write {name} = ["...", "..."].')
        if len(value) > most:
            raise SettingsError(self.where, f"{name} has more than {most} entries", "Make several rules of it.")
        return tuple(item.strip() for item in value)
