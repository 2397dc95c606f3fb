"""Links, domains, payees, wallets, phone numbers and files of a chat: where first, from whom, how often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wa_forensics.chat import Chat
from wa_forensics.incidents.traces import harmful_messages
from wa_forensics.model import Finding, Indicator, Link

# Codes of banks, not of accounts: thousands of people share one.
BANK_CODES = frozenset({"ifsc", "sort code", "bsb", "routing", "swift"})
WALLETS = frozenset({"btc", "eth", "tron", "ltc"})
SHORTEST_PHONE = 9
# Top-level domains that belong to nobody: what stands before them is all there is.
RESERVED = frozenset({"example", "test", "invalid", "localhost"})


def occurrences(chat: Chat) -> tuple[tuple[str, str, int], ...]:
    """(type, value, message) of each indicator, in order of message, then type and value, without repeats."""
    found = {("file", _file_value(chat, name), message) for message, name in chat.attachments.items()}
    digits: dict[int, str] = {}
    for payee in chat.payees:
        digits[payee.message] = digits.get(payee.message, "") + " " + _digits(payee.text)
        if payee.type not in BANK_CODES:
            found.add(("wallet" if payee.type in WALLETS else "payee", payee.value, payee.message))
    for link in chat.links:
        found.add(("link", link.text, link.message))
        found.add(("domain", _domain(link), link.message))
    for phone in chat.phones:
        # Parts of account numbers look like phone numbers.
        if len(phone.value) >= SHORTEST_PHONE and _digits(phone.text) not in digits.get(phone.message, ""):
            found.add(("phone", phone.value, phone.message))
    return tuple(sorted(found, key=lambda o: (o[2], o[0], o[1])))


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _domain(link: Link) -> str:
    """The registrable domain, or the host where its neighbours belong to other people."""
    shared = bool({"free hosting", "dynamic dns", "shortener"} & set(link.traits))
    reserved = link.domain.rpartition(".")[2] in RESERVED and link.domain.count(".") == 1
    return link.host.removeprefix("www.") if shared or reserved else link.domain


def indicators(
    chat: Chat, findings: Sequence[Finding], seen: Sequence[tuple[str, str, int]] | None = None
) -> tuple[Indicator, ...]:
    """One entry per value, by first message; ``flagged`` if a harmful finding rests on a message that holds
    it.
    """
    places: dict[tuple[str, str], list[int]] = {}
    for kind, value, message in occurrences(chat) if seen is None else seen:
        places.setdefault((kind, value), []).append(message)
    harmful = harmful_messages(findings)
    lines = chat.columns.line
    made = [
        Indicator(
            type=kind,
            value=value,
            defanged=defang(kind, value),
            source=chat.source.name,
            first_message=messages[0],
            first_line=int(lines[messages[0]]),
            first_seen=chat.time(messages[0]),
            sender=chat.sender(messages[0]),
            count=len(messages),
            sources=(chat.source.name,),
            flagged=any(message in harmful for message in messages),
        )
        for (kind, value), messages in places.items()
    ]
    return tuple(sorted(made, key=lambda i: (i.first_message, i.type, i.value)))


def defang(kind: str, value: str) -> str:
    """The value written so that nothing makes a link of it: ``hxxps[:]//host[.]example/path``."""
    if kind in {"link", "domain"}:
        scheme, colon, rest = value.partition("://")
        if not colon:
            scheme, rest = "", value
        host, slash, path = rest.partition("/")
        fanged = scheme.replace("http", "hxxp").replace("HTTP", "HXXP")
        return f"{fanged}{'[:]//' if colon else ''}{host.replace('.', '[.]')}{slash}{path}"
    if kind == "email" or "@" in value:
        return value.replace("@", "[@]").replace(".", "[.]")
    return value


def _file_value(chat: Chat, name: str) -> str:
    hashes = {item.name.rsplit("/", 1)[-1]: item.sha256 for item in chat.source.attachments}
    return hashes.get(name) or name


def shared(groups: Iterable[Sequence[Indicator]]) -> tuple[Indicator, ...]:
    """The indicators of several chats with ``sources`` filled: where else the same value stands."""
    from dataclasses import replace

    every = [indicator for group in groups for indicator in group]
    where: dict[tuple[str, str], set[str]] = {}
    for indicator in every:
        where.setdefault((indicator.type, indicator.value), set()).add(indicator.source)
    return tuple(replace(i, sources=tuple(sorted(where[i.type, i.value]))) for i in every)
