"""Allow-lists: which findings are left out, by whom, why and until when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from wa_forensics.chat import Chat
from wa_forensics.errors import SettingsError
from wa_forensics.model import Allowed, Finding, LeftOut
from wa_forensics.userrules.fields import Fields, rows, tables
from wa_forensics.userrules.refang import address_of, digits, guessed_type, host_of, refang, squeezed

FIELDS = ("value", "finding", "rule", "sender", "chat", "reason", "author", "expires")
NARROW = ("finding", "rule", "value")
SHORTEST_ID = 8


def allowed_of(text: str, where: str) -> tuple[Allowed, ...]:
    """The entries of a TOML text with [[allow]] tables, or of a CSV text; SettingsError for the first wrong one."""
    if re.search(r"^\s*\[\[", text, re.MULTILINE):
        entries = [(number, dict(entry)) for number, entry in enumerate(tables(text, "allow", where), 1)]
        return tuple(_entry(Fields(_dated(entry), f"{where}, entry {number}")) for number, entry in entries)
    found = tuple(_entry(Fields(cells, f"{where}, line {line}")) for line, cells in rows(text, FIELDS, where))
    if not found:
        raise SettingsError(
            where, "there is no entry in it", "Write [[allow]] tables, or CSV with a first row of names."
        )
    return found


def _dated(entry: dict[str, object]) -> dict[str, object]:
    """TOML has dates of its own."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in entry.items()}


def _entry(fields: Fields) -> Allowed:
    fields.refuse_unknown(FIELDS)
    given = {name: fields.optional(name) for name in ("finding", "rule", "value", "sender", "chat")}
    if not any(given[name] for name in NARROW):
        advice = 'Say which findings: rule = "...", value = "a domain, payee or number", or finding = "its id".'
        raise SettingsError(fields.where, "the entry would leave out everything", advice)
    finding = given["finding"]
    if finding is not None and not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_ID},16}}", finding):
        raise SettingsError(fields.where, f"{finding!r} is no id of a finding", "The ids stand in the report.")
    expires = fields.text("expires")
    try:
        date.fromisoformat(expires)
    except ValueError as error:
        raise SettingsError(fields.where, f"expires {expires!r} is no day", "Write it as 2027-01-31.") from error
    return Allowed(
        reason=fields.text("reason"),
        author=fields.text("author", most=200),
        expires=expires,
        finding=finding,
        rule=given["rule"],
        value=refang(given["value"]) if given["value"] else None,
        sender=given["sender"],
        chat=given["chat"],
    )


def leave_out(
    chat: Chat, findings: Iterable[Finding], allowed: Sequence[Allowed], as_of: str | None
) -> tuple[tuple[Finding, ...], tuple[LeftOut, ...]]:
    """The findings that stay, and those that an entry covers; the first entry that fits counts.

    An entry covers messages up to its last day; where ``as_of`` lies behind that day it covers nothing.
    """
    if not allowed:
        return tuple(findings), ()
    kept: list[Finding] = []
    left: list[LeftOut] = []
    held = _Values(chat)
    for finding in findings:
        entry = next((n for n, one in enumerate(allowed) if _covers(chat, held, finding, one, as_of)), None)
        if entry is None:
            kept.append(finding)
        else:
            left.append(LeftOut(finding=finding, entry=entry))
    return tuple(kept), tuple(left)


def _covers(chat: Chat, held: _Values, finding: Finding, entry: Allowed, as_of: str | None) -> bool:
    if (as_of is not None and entry.expires < as_of) or finding.end[:10] > entry.expires:
        return False
    return (
        (entry.finding is None or finding.id.startswith(entry.finding))
        and (entry.rule is None or finding.rule == entry.rule)
        and (entry.sender is None or set(finding.actors) == {entry.sender})
        and (entry.chat is None or entry.chat in {chat.name, chat.source.name, chat.source.name.rpartition("/")[2]})
        and (entry.value is None or held.rests_on(finding, entry.value))
    )


class _Values:
    """The values that stand in the messages of a chat, in the forms in which they are compared."""

    def __init__(self, chat: Chat) -> None:
        self.values: dict[str, dict[int, set[str]]] = {"domain": {}, "payee": {}, "phone": {}, "url": {}}
        for link in chat.links:
            self._add("domain", link.message, host_of(link.host))
            self._add("url", link.message, address_of(refang(link.text)))
        for payee in chat.payees:
            self._add("payee", payee.message, squeezed(payee.value))
        for phone in chat.phones:
            self._add("phone", phone.message, digits(phone.value))

    def _add(self, kind: str, message: int, value: str) -> None:
        self.values[kind].setdefault(message, set()).add(value)

    def rests_on(self, finding: Finding, value: str) -> bool:
        """Whether the messages of the finding hold the value and no other value of its kind."""
        kind = guessed_type(value)
        held = [self.values[kind].get(item.message, set()) for item in finding.evidence]
        every = set().union(*held)
        return bool(every) and all(_is_value(kind, one, value) for one in every)


def _is_value(kind: str, held: str, value: str) -> bool:
    if kind == "domain":
        return held == host_of(value) or held.endswith("." + host_of(value))
    if kind == "url":
        return held == address_of(value)
    if kind == "phone":
        short, long = sorted((held, digits(value)), key=len)
        return len(short) >= 7 and long.endswith(short)
    return held == squeezed(value)
