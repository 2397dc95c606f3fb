"""Indicators out of a STIX 2.1 bundle (OASIS): comparisons in patterns, and observables that stand alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wa_forensics.errors import SettingsError

# [domain-name:value = 'x' OR url:value = 'y']: an object path, an operator that names one value, and the value.
_COMPARISON = re.compile(
    r"(?<![\w-])([\w-]+):([\w.'\[\]*-]+)\s*(?:=|IN\s*\()\s*((?:'(?:[^'\\]|\\.)*'\s*(?:,\s*)?)+)", re.IGNORECASE
)
_LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'")
_TYPES: Mapping[str, str] = {
    "domain-name": "domain",
    "hostname": "domain",
    "url": "url",
    "email-addr": "payee",
    "ipv4-addr": "domain",
    "phone-number": "phone",
    "x-phone-number": "phone",
    "x-payee": "payee",
    "payment-account": "payee",
    "bank-account": "payee",
    "cryptocurrency-wallet": "payee",
    "x-cryptocurrency-wallet": "payee",
    "user-account": "account",
}
_VALUE_NAMES = ("value", "user_id", "account_login", "display_name", "number", "iban", "address", "name")

Row = tuple[str | None, str, str]


def stix_rows(text: str, where: str) -> Iterator[Row]:
    """(type or None, value, note) of each indicator; revoked ones and other patterns are left out."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise SettingsError(where, f"this is no JSON ({error})", "Give a STIX 2.1 bundle or a CSV file.") from error
    objects = content.get("objects") if isinstance(content, dict) else content
    if isinstance(content, dict) and content.get("type") in {"indicator", *_TYPES}:
        objects = [content]
    if not isinstance(objects, list):
        raise SettingsError(where, "this is no STIX bundle: it has no list of objects", "Give a STIX 2.1 bundle.")
    for item in objects:
        if not isinstance(item, dict) or item.get("revoked") is True:
            continue
        note = str(item.get("name") or item.get("description") or "")
        if item.get("type") == "indicator" and item.get("pattern_type", "stix") == "stix":
            yield from _pattern(str(item.get("pattern", "")), note)
        elif item.get("type") in _TYPES:
            yield from _observable(item, note)


def _pattern(pattern: str, note: str) -> Iterator[Row]:
    kind = None
    for hit in _COMPARISON.finditer(pattern):
        name, path = hit[1].lower(), hit[2].lower().rpartition(".")[2]
        values = [re.sub(r"\\(.)", r"\1", literal) for literal in _LITERAL.findall(hit[3])]
        if path == "account_type":
            kind = _account(values[0]) if values else None
        elif name in _TYPES and path in _VALUE_NAMES:
            given = _TYPES[name]
            for value in values:
                yield (kind if given == "account" else given), value, note


def _observable(item: Mapping[str, Any], note: str) -> Iterator[Row]:
    given = _TYPES[str(item["type"])]
    kind = _account(str(item.get("account_type", ""))) if given == "account" else given
    value = next((item[name] for name in _VALUE_NAMES if isinstance(item.get(name), str)), None)
    # An account of the messenger itself is a name, and names are no indicators.
    if value and not (given == "account" and item.get("account_type") == "whatsapp" and not value.startswith("+")):
        yield kind, value, note


def _account(kind: str) -> str | None:
    return {"phone": "phone", "whatsapp": "phone"}.get(kind.lower(), "payee" if kind else None)
