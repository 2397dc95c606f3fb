"""Hostile payloads put into every text of a case, and the check that none of them becomes markup."""

from __future__ import annotations

import dataclasses
import re
from enum import Enum
from html.parser import HTMLParser
from typing import Any

import pyarrow as pa
from report_case import MemoryCase

from wa_forensics.model import Said

PAYLOADS = (
    "<script>window.pwned=1</script>",
    '"><img src=x onerror="window.pwned=1">',
    "'><svg/onload=window.pwned=1>",
    "</style><style>*{display:none}</style>",
    "</script><script>window.pwned=1</script>",
    "--><!--><script>window.pwned=1</script>",
    "{{ 7*7 }}{% raw %}{{ cycler.__init__.__globals__ }}",
    "javascript:window.pwned=1//",
    "https://evil.example/a?b=<b>c</b>",
    'http://www.evil.example/" onmouseover="window.pwned=1',
    "\u202egpj.exe\u202c",
    "a\u200bb\u2066c\u2069\ufeffd\u00a0e\u3000f",
    "\x00\x07\x1b[31mred\x1b[0m",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/><link rel=stylesheet href=//evil.example/x.css>",
    "]]><math><mtext></form><form action=https://evil.example><input name=x>",
    "%s%(x)s{0}{x}${x}`",
    "\ud800lone\udfff",
    "=cmd|' /C calc'!A0",
    "Z\u0351\u0352\u0353" * 20,
    "\u2028\u2029\x85\r\rnew\rline",
)
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\ufeff\x00\x1b\ud800-\udfff]")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT|[0-9a-f]{64}$")
_SKIPPED = frozenset({"order", "decided_by", "encoding"})


def poison(case: MemoryCase, payload: str) -> MemoryCase:
    """The case with the payload at the end of every text but times and hashes."""
    return dataclasses.replace(
        case,
        **{
            field.name: _poisoned(getattr(case, field.name), payload)
            for field in dataclasses.fields(case)
            if field.name != "tables"
        },
        tables={name + payload: _poisoned_table(table, payload) for name, table in case.tables.items()},
    )


def _poisoned(value: Any, payload: str) -> Any:
    if isinstance(value, Enum) or value is None:
        return value
    if isinstance(value, Said):
        return value.with_values(lambda text: _poisoned(text, payload))
    if isinstance(value, str):
        return value if _TIME.match(value) else value + payload
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _poisoned(getattr(value, field.name), payload)
            for field in dataclasses.fields(value)
            if field.name not in _SKIPPED
        }
        return dataclasses.replace(value, **changes)
    if isinstance(value, dict):
        return {
            key if key in {"rules", "failures", "command", "version", "amount"} or len(key) < 9 else key + payload: (
                _poisoned(item, payload)
            )
            for key, item in value.items()
        }
    if isinstance(value, tuple | list):
        return type(value)(_poisoned(item, payload) for item in value)
    return value


def _poisoned_table(table: Any, payload: str) -> Any:
    # Arrow strings are UTF-8: lone surrogates cannot stand in a parsed message.
    tail = payload.encode("utf-8", "replace").decode()
    for name in ("sender", "text", "attachment"):
        column = table[name].cast(pa.string()).to_pylist()
        changed = [None if v is None and name == "sender" else (v or "") + tail for v in column]
        table = table.set_column(table.column_names.index(name), name, pa.array(changed, type=pa.string()))
    return table


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shapes: set[tuple[str, tuple[str, ...]]] = set()
        self.counts: dict[str, int] = {}
        self.faults: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shapes.add((tag, tuple(sorted(name for name, _ in attrs))))
        self.counts[tag] = self.counts.get(tag, 0) + 1
        for name, value in attrs:
            if name.startswith("on") or name in {
                "src",
                "style",
                "srcdoc",
                "action",
                "formaction",
                "xlink:href",
            }:
                self.faults.append(f"<{tag} {name}>")
            if name == "href" and not (value or "").startswith("#"):
                self.faults.append(f"<{tag} href={value}>")

    def handle_comment(self, data: str) -> None:
        self.faults.append("a comment")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def faults(page: str, clean: str) -> list[str]:
    """What a safe page does not have; ``clean`` is the same report without a payload."""
    reader, model = _Reader(), _Reader()
    reader.feed(page)
    model.feed(clean)
    found = list(reader.faults)
    allowed = model.shapes | {("span", ("class", "title"))}
    found += [f"new markup {shape}" for shape in sorted(reader.shapes - allowed)]
    found += [
        f"{reader.counts.get(tag, 0)} <{tag}>"
        for tag in ("script", "style", "meta")
        if reader.counts.get(tag) != model.counts[tag]
    ]
    found += [f"raw U+{ord(hit):04X}" for hit in sorted(set(BIDI.findall(page)))]
    found += ["a template expression was evaluated"] if ">49" in page or ("cycler" in page and "{{" not in page) else []
    return found


def visible_text(page: str) -> str:
    reader = _Reader()
    reader.feed(page)
    return "".join(reader.text)
