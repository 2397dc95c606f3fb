"""Lists of indicators: domains, links, payees and numbers that an examiner looks for, read and found in a chat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.errors import SettingsError
from wa_forensics.findings import make_finding
from wa_forensics.model import (
    Confidence,
    Finding,
    Listed,
    Rule,
    Said,
    Severity,
    Stage,
    Threat,
    counted,
    joined,
    phrase,
    say,
)
from wa_forensics.userrules.fields import Fields, rows
from wa_forensics.userrules.refang import address_of, digits, guessed_type, host_of, refang, squeezed
from wa_forensics.userrules.stix import stix_rows

MOST_MESSAGES = 50
MOST_ENTRIES = 100_000
SHORTEST = 5
# Two forms of one number share at least so many digits at the end.
COMMON_DIGITS = 9
COLUMNS = ("value", "indicator", "ioc", "type", "kind", "note", "description", "comment", "severity")
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("domain", "domain-name", "hostname", "host", "fqdn", "ip", "ipv4"), "domain"),
    **dict.fromkeys(("url", "uri", "link"), "url"),
    **dict.fromkeys(("phone", "number", "phone-number", "msisdn", "tel", "telephone", "mobile"), "phone"),
    **dict.fromkeys(("payee", "iban", "account", "bank-account", "upi", "pix", "card", "email", "mail"), "payee"),
    **dict.fromkeys(("wallet", "btc", "eth", "crypto", "crypto-wallet", "payment-account"), "payee"),
}
_ALTERNATIVES = (
    phrase("The value stands in a warning, a quotation or a report about it."),
    phrase("The list is wrong or out of date, or the value was passed on to somebody else."),
)
_NEXT = (phrase("Ask who keeps the list since when the value is on it, and for what reason."),)


_TOLD = {
    "domain": phrase("The domain %(value)s of the examiner's list %(facts)s."),
    "url": phrase("The link %(value)s of the examiner's list %(facts)s."),
    "phone": phrase("The phone number %(value)s of the examiner's list %(facts)s."),
    "payee": phrase("The payee %(value)s of the examiner's list %(facts)s."),
}


def _rule(name: str, title: str, threat: Threat, stage: Stage, alternative: str) -> Rule:
    return Rule(
        id=name,
        title=title,
        threat=threat,
        stage=stage,
        severity=Severity.HIGH,
        why="The examiner gave a list of values known from other cases; this one is on it.",
        alternatives=(*_ALTERNATIVES, alternative),
        next_steps=_NEXT,
    )


LINK = _rule(
    "listed-link",
    phrase("A link or domain of the examiner's list"),
    Threat.MALICIOUS_LINK,
    Stage.DECEPTION,
    phrase("The domain is shared by many people, as web hosts are."),
)
PAYEE = _rule(
    "listed-payee",
    phrase("A payee of the examiner's list"),
    Threat.PAYMENT_REQUEST,
    Stage.MONETIZATION,
    phrase("The account belongs to somebody whose account was abused."),
)
NUMBER = _rule(
    "listed-number",
    phrase("A phone number of the examiner's list"),
    Threat.IDENTITY,
    Stage.LURE,
    phrase("The number was given to another subscriber."),
)
LISTED_RULES: tuple[Rule, ...] = (LINK, NUMBER, PAYEE)
_RULE_OF: Mapping[str, Rule] = {"domain": LINK, "url": LINK, "payee": PAYEE, "phone": NUMBER}


def listed_of(text: str, where: str) -> tuple[Listed, ...]:
    """The entries of a CSV text or a STIX 2.1 bundle, each value once; SettingsError for the first wrong one."""
    found: dict[tuple[str, str], Listed] = {}
    entries = _from_stix(text, where) if text.lstrip()[:1] in ("{", "[") else _from_csv(text, where)
    for entry in entries:
        found.setdefault((entry.type, entry.value.casefold()), entry)
        if len(found) > MOST_ENTRIES:
            raise SettingsError(where, f"the list has more than {MOST_ENTRIES:,} entries", "Split it by case.")
    if not found:
        advice = "Write one value a line, or columns value, type, note, severity; or a STIX 2.1 bundle."
        raise SettingsError(where, "there is no indicator in it", advice)
    return tuple(found.values())


def _from_csv(text: str, where: str) -> Iterator[Listed]:
    levels = {level.name.lower(): level for level in Severity}
    for line, cells in rows(text, COLUMNS, where):
        fields = Fields({k: v for k, v in cells.items() if k in COLUMNS}, f"{where}, line {line}")
        value = next((cells[name] for name in COLUMNS[:3] if cells.get(name)), "")
        kind = (cells.get("type") or cells.get("kind") or "").lower().replace("_", "-").replace(" ", "-")
        if kind and kind not in _TYPES:
            raise SettingsError(fields.where, f"the type {kind!r} is not known", "Choose: domain, url, payee, phone.")
        note = next((cells[name] for name in COLUMNS[5:8] if cells.get(name)), "")
        level = fields.choice("severity", levels, "high")
        yield _entry(_TYPES.get(kind), value, note, level, fields.where)


def _from_stix(text: str, where: str) -> Iterator[Listed]:
    for kind, value, note in stix_rows(text, where):
        yield _entry(kind, value, note, Severity.HIGH, where)


def _entry(kind: str | None, given: str, note: str, severity: Severity, where: str) -> Listed:
    value = refang(given)
    kind = kind or guessed_type(value)
    if kind == "url" and "/" not in address_of(value) and "?" not in value:
        kind = "domain"
    size = len(digits(value)) - COMMON_DIGITS + SHORTEST if kind == "phone" else len(squeezed(value))
    if size < SHORTEST or (kind in {"domain", "url"} and "." not in host_of(value)):
        advice = "Write a whole domain, link, account or number; a part of one would match anything."
        raise SettingsError(where, f"{given!r} is too short for a {kind}", advice)
    return Listed(type=kind, value=value, note=note, severity=severity)


# finding


def find_listed(chat: Chat, listed: Sequence[Listed]) -> Iterator[Finding]:
    """One finding for each entry of the lists that stands in the chat, in the order of the lists."""
    if not listed:
        return
    tables = _Tables(chat)
    for entry in listed:
        messages = sorted(tables.finders[entry.type](entry.value))
        as_sender = tables.written_by(entry.value) if entry.type == "phone" else ()
        if not messages and not len(as_sender):
            continue
        yield make_finding(
            chat,
            _RULE_OF[entry.type],
            (*messages[:MOST_MESSAGES], *list(as_sender)[: MOST_MESSAGES - len(messages[:MOST_MESSAGES])]),
            observation=_observed(entry, len(messages), len(as_sender)),
            inference="Somebody in this chat passed on or used a value that is known from elsewhere.",
            confidence=Confidence.HIGH,
            severity=entry.severity,
            details={"listed": entry.value, "type": entry.type, "note": entry.note},
        )


def _observed(entry: Listed, standing: int, written: int) -> Said:
    value = f"{_shown(entry)} ({entry.note})" if entry.note else _shown(entry)
    facts = []
    if standing:
        facts.append(counted("stands in %(num)s message", "stands in %(num)s messages", standing))
    if written:
        facts.append(counted("wrote %(num)s message", "wrote %(num)s messages", written))
    return say(_TOLD[entry.type], value=value, facts=joined(facts, " and "))


def _shown(entry: Listed) -> str:
    if entry.type in {"domain", "url"}:
        return entry.value.replace("http", "hxxp").replace("://", "[:]//").replace(".", "[.]")
    return entry.value


class _Tables:
    """What stands in a chat, by the forms in which values are compared."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.hosts = _by((host_of(link.host), link.message) for link in chat.links)
        self.addresses = _by((address_of(refang(link.text)), link.message) for link in chat.links)
        self.payees = _by((squeezed(payee.value), payee.message) for payee in chat.payees)
        self.numbers = _by((digits(phone.value), phone.message) for phone in chat.phones)
        self.lower = chat.buffer.lower()
        self.finders: Mapping[str, Callable[[str], set[int]]] = {
            "domain": self.domain,
            "url": lambda value: set(self.addresses.get(address_of(value), ())),
            "payee": self.payee,
            "phone": self.phone,
        }

    def domain(self, value: str) -> set[int]:
        """Messages with a link to the host or to one below it."""
        wanted = host_of(value)
        return {
            message
            for host, messages in self.hosts.items()
            if host == wanted or host.endswith("." + wanted)
            for message in messages
        }

    def payee(self, value: str) -> set[int]:
        wanted = squeezed(value)
        return set(self.payees.get(wanted, ())) | self._literal(value) | self._literal(wanted)

    def phone(self, value: str) -> set[int]:
        wanted = digits(value)
        found = {m for number, messages in self.numbers.items() if _is_one(number, wanted) for m in messages}
        return found | self._literal(value)

    def written_by(self, value: str) -> tuple[int, ...]:
        """The messages of a sender who has this number."""
        wanted = digits(value)
        codes = [n for n, phone in enumerate(self.chat.sender_phones) if phone and _is_one(digits(phone), wanted)]
        return tuple(np.flatnonzero(np.isin(self.chat.columns.sender, codes)).tolist()) if codes else ()

    def _literal(self, value: str) -> set[int]:
        """Messages that people wrote and that hold the very value, not as part of a longer word."""
        pattern = re.compile(rb"(?<![a-z0-9])" + re.escape(value.lower().encode()) + rb"(?![a-z0-9])")
        places = np.array([hit.start() for hit in pattern.finditer(self.lower)], dtype=np.int64)
        starts, ends = self.chat.columns.text_start, self.chat.columns.text_end
        at = np.searchsorted(starts, places, "right") - 1
        inside = (at >= 0) & (places < ends[at])
        return {message for message in at[inside].tolist() if self.chat.written[message]}


def _by(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for value, message in pairs:
        found.setdefault(value, []).append(message)
    return found


def _is_one(number: str, wanted: str) -> bool:
    """One number with or without its country: the shorter form ends the longer."""
    short, long = sorted((number, wanted), key=len)
    return len(short) >= COMMON_DIGITS and long.endswith(short)
