"""Texts that are worst for a regular expression, and the expressions of this package, found by walking its modules.

What a test holds bounded: ``python -m pytest tests/test_hostile_patterns.py``.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import wa_forensics

# The parse tree that the re module itself compiles from; only the tests read it.
_parser = re._parser  # type: ignore[attr-defined]
_REPEATS = {_parser.MAX_REPEAT, _parser.MIN_REPEAT, _parser.POSSESSIVE_REPEAT}
_INSIDE = 20


def patterns() -> dict[str, re.Pattern[Any]]:
    """Every compiled expression of the package by where it stands: constants, tables, and cached functions' results."""
    found: dict[str, re.Pattern[Any]] = {}
    for module in sorted(pkgutil.walk_packages(wa_forensics.__path__, "wa_forensics."), key=lambda item: item.name):
        if module.name.endswith("__main__"):
            continue
        loaded = importlib.import_module(module.name)
        for name, value in sorted(vars(loaded).items()):
            for number, pattern in enumerate(_patterns_in(value, 0, module.name)):
                found[f"{module.name}.{name}[{number}]"] = pattern
    return found


def _patterns_in(value: Any, depth: int, module: str) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth > 3 or isinstance(value, str | bytes | int | float):
        return
    elif isinstance(value, dict):
        for item in value.values():
            yield from _patterns_in(item, depth + 1, module)
    elif isinstance(value, tuple | list | frozenset | set):
        for item in value:
            yield from _patterns_in(item, depth + 1, module)
    elif isinstance(value, type) and value.__module__ == module:
        for item in vars(value).values():
            yield from _patterns_in(item, depth + 1, module)
    elif hasattr(value, "cache_info") and getattr(value, "__module__", "") == module:
        code = value.__wrapped__.__code__
        if not code.co_argcount and "re.Pattern" in str(value.__wrapped__.__annotations__.get("return", "")):
            yield from _patterns_in(value(), depth + 1, module)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for item in value.__dataclass_fields__:
            yield from _patterns_in(getattr(value, item), depth + 1, module)


def worst_texts(pattern: re.Pattern[Any], size: int) -> list[Any]:
    """For each repetition: what may stand before it, its body over and over, and an end that does not match."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = _parser.parse(source, pattern.flags & ~re.DEBUG & ~(0 if isinstance(pattern.pattern, str) else re.UNICODE))
    pieces: dict[tuple[str, str], None] = {}
    _collect(tree, "", pieces)
    texts = [before + (body * (size // len(body) + 1))[:size] + "\x00" for before, body in pieces if body]
    return texts if isinstance(pattern.pattern, str) else [text.encode("latin-1", "replace") for text in texts]


def _collect(tree: Any, before: str, pieces: dict[tuple[str, str], None]) -> None:
    for operator, argument in tree:
        if operator in _REPEATS:
            _, most, body = argument
            if most > _INSIDE:
                pieces[before, _sample(body) or "a"] = None
                for other in ("a", " ", "1"):
                    pieces[before, (_sample(body) or "a") + other] = None
            _collect(body, before, pieces)
        elif operator is _parser.SUBPATTERN:
            _collect(argument[3], before, pieces)
        elif operator is _parser.BRANCH:
            for branch in argument[1]:
                _collect(branch, before, pieces)
        elif operator in (_parser.ASSERT, _parser.ASSERT_NOT):
            _collect(argument[1], before, pieces)
        elif str(operator) == "ATOMIC_GROUP":
            _collect(argument, before, pieces)
        before += _sample([(operator, argument)])


def _sample(tree: Any) -> str:
    """One short text that a part of an expression matches (about: look-arounds and back references are left out)."""
    text = ""
    for operator, argument in tree:
        if operator is _parser.LITERAL:
            text += chr(argument)
        elif operator is _parser.NOT_LITERAL:
            text += "b" if argument == ord("a") else "a"
        elif operator is _parser.ANY:
            text += "a"
        elif operator is _parser.IN:
            text += _member(argument)
        elif operator is _parser.BRANCH:
            text += _sample(argument[1][0])
        elif operator is _parser.SUBPATTERN:
            text += _sample(argument[3])
        elif operator in _REPEATS:
            text += _sample(argument[2]) * min(max(argument[0], 1 if argument[1] else 0), _INSIDE)
        elif str(operator) == "ATOMIC_GROUP":
            text += _sample(argument)
    return text


def _member(items: Sequence[Any]) -> str:
    source = "".join(_class_text(item) for item in items)
    allowed = re.compile(f"[{source}]")
    for char in "a1 .-:/@_x0%\n\u00e9\u0663" + "".join(map(chr, range(33, 1500))):
        if allowed.match(char):
            return char
    kind, value = next(item for item in items if str(item[0]) != "NEGATE")
    return chr(value if str(kind) == "LITERAL" else value[0])


def _class_text(item: Any) -> str:
    kind, value = item
    if str(kind) == "NEGATE":
        return "^"
    if str(kind) == "LITERAL":
        return re.escape(chr(value))
    if str(kind) == "RANGE":
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    names = {"DIGIT": r"\d", "NOT_DIGIT": r"\D", "SPACE": r"\s", "NOT_SPACE": r"\S", "WORD": r"\w", "NOT_WORD": r"\W"}
    return names[str(value).removeprefix("CATEGORY_")]


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError after so many seconds of CPU: the re module looks at signals while it matches."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def slowest(pattern: re.Pattern[Any], size: int, seconds: float, method: str = "finditer") -> tuple[float, Any]:
    """The longest CPU time that reading one of its worst texts takes, and that text; TimeoutError is that long."""
    worst: tuple[float, Any] = (0.0, "")
    for text in worst_texts(pattern, size):
        start = time.process_time()
        try:
            with limit(seconds):
                found = getattr(pattern, method)(text)
                if method == "finditer":
                    for _ in found:
                        pass
        except TimeoutError:
            return seconds, text
        worst = max(worst, (time.process_time() - start, text), key=lambda item: item[0])
    return worst
