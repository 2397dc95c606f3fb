"""Frozen records to plain JSON values and back, by their type hints; enums by name in lower case."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum, IntEnum
from functools import cache
from numbers import Integral, Real
from sys import intern
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from wa_forensics.model.said import SAID, form_of, remembered

T = TypeVar("T")
_AS_IT_IS = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """A record, enum, mapping or sequence as JSON values; a float that is no number becomes null.

    TypeError for what cannot stand in a record, such as a set, whose order is not its own.
    """
    kind: Any = type(value)
    return _writer(kind)(value)


@cache
def _writer(kind: Any) -> Callable[[Any], Any]:
    """A function that turns values of one type into JSON values; made once for each type."""
    if kind in _AS_IT_IS:
        return lambda value: value
    if issubclass(kind, IntEnum):
        return lambda value: value.name.lower()
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, Integral):  # numpy's integers too
        return int
    if issubclass(kind, Real):
        return _number
    if is_dataclass(kind):
        return _record_writer(kind)
    if issubclass(kind, Mapping):
        return lambda value: {str(k): v if type(v) in _AS_IT_IS else plain(v) for k, v in value.items()}
    if issubclass(kind, list | tuple):
        return lambda value: [plain(item) for item in value]
    if hasattr(kind, "dtype"):  # a numpy bool or array
        return lambda value: value.tolist()
    if issubclass(kind, str):
        return str
    raise TypeError(f"{kind.__name__} cannot stand in a case record")


def _record_writer(kind: Any) -> Callable[[Any], Any]:
    """Fields by name; sentences that remember their template have it once more under ``said``."""
    names = tuple(field.name for field in fields(kind))
    spoken = _spoken(kind)
    if not spoken:
        return lambda value: _row(value, names)

    def write(value: Any) -> dict[str, Any]:
        row = _row(value, names)
        forms = {name: form for name in spoken if (form := form_of(getattr(value, name))) is not None}
        return row | {"said": forms} if forms else row

    return write


def _row(value: Any, names: Sequence[str]) -> dict[str, Any]:
    row = {name: getattr(value, name) for name in names}
    # Most of a record is words, numbers and nothing, which are as they are.
    return {name: item if type(item) in _AS_IT_IS else plain(item) for name, item in row.items()}


@cache
def _spoken(kind: type) -> tuple[str, ...]:
    """The fields whose text may be a ``Said``."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(name for name in _names(kind) if SAID in getattr(hints[name], "__metadata__", ()))


@cache
def _holds_records(kind: type) -> bool:
    """Has the record a field for any number of other records?"""
    held = [get_args(hint)[0] for hint in get_type_hints(kind).values() if get_origin(hint) is tuple]
    return any(map(is_dataclass, held))


def _number(value: Any) -> float | None:
    number = float(value)
    return number if number - number == 0 else None


def compact(value: object) -> str:
    """One line of JSON, keys in the order of the record."""
    return _dumps(plain(value))


def pieces(value: object) -> Iterator[str]:
    """``compact`` in pieces: of a long tuple of records only one at a time stands in memory."""
    kind: Any = type(value)
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        yield "["
        for number, item in enumerate(value):
            yield "," if number else ""
            yield from pieces(item)
        yield "]"
    elif is_dataclass(value) and _holds_records(kind) and not _spoken(kind):
        for number, name in enumerate(_names(kind)):
            yield f'{"," if number else "{"}"{name}":'
            yield from pieces(getattr(value, name))
        yield "}"
    else:
        yield compact(value)


def pretty(value: object) -> str:
    """JSON for people, with a final newline."""
    return _dumps(plain(value), indent=1) + "\n"


def canonical(value: object) -> bytes:
    """The one byte form that hashes are taken of: sorted keys, ASCII, no spaces."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


@cache
def _encoder(is_ascii: bool, indent: int | None) -> json.JSONEncoder:
    """Made once: a record is written in hundreds of pieces."""
    separators = (",", ": ") if indent else (",", ":")
    return json.JSONEncoder(ensure_ascii=is_ascii, allow_nan=False, indent=indent, separators=separators)


def _dumps(value: object, indent: int | None = None) -> str:
    text = _encoder(False, indent).encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:  # a file name that is no UTF-8 holds lone surrogates; \u escapes can keep them
        return _encoder(True, indent).encode(value)
    return text


def record(kind: type[T], value: Any) -> T:
    """The record of type ``kind`` that ``plain`` made ``value`` from; unknown keys are ignored.

    Raises TypeError, ValueError or LookupError when the value does not fit.
    """
    return cast(T, _reader(cast(Any, kind))(value))


def _spoken_reader(kind: Any, members: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    # Of a million senders all have the same to say: what is told once more is kept once.
    last: dict[str, tuple[Any, Any, Any]] = {}

    def told(name: str, text: Any, form: Any) -> Any:
        if name not in last or last[name][:2] != (text, form):
            last[name] = text, form, remembered(text, form)
        return last[name][2]

    def read(value: Any) -> Any:
        given = {name: read(value[name]) for name, read in members.items() if name in value}
        forms = value.get("said") or {}
        return kind(**given | {name: told(name, given[name], forms[name]) for name in _spoken(kind) if name in forms})

    return read


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """A function that makes a value of one type; made once for each type."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = [_reader(part) for part in get_args(kind) if part is not type(None)]
        first = inner[0]
        return lambda value: None if value is None else first(value)
    if origin is tuple:
        parts = get_args(kind)
        if parts[-1] is Ellipsis:
            item = _reader(parts[0])
            return lambda value: tuple(item(part) for part in value)
        readers = [_reader(part) for part in parts]
        return lambda value: tuple(read(part) for read, part in zip(readers, value, strict=True))
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return lambda value: kind[value.upper()]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        members = {name: _reader(hints[name]) for name in _names(kind)}
        if _spoken(kind):
            return _spoken_reader(kind, members)
        return lambda value: kind(**{n: read(value[n]) for n, read in members.items() if n in value})
    if origin is not None and issubclass(origin, Mapping):
        return dict
    # The same words stand in the records of thousands of chats; they are kept once.
    return lambda value: intern(value) if type(value) is str else value
