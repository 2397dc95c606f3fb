"""Collects, per message, everything that may speak for or against an attack: phrases, links, payees, files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat, once
from wa_forensics.entities import NameIndex
from wa_forensics.search import lexicon
from wa_forensics.vocabulary import SIGN_WEIGHTS, Concept, Event

# What one message of a kind is worth in an account's stretch, as log-odds by judgement.
WEIGHTS: Mapping[str, float] = {
    **SIGN_WEIGHTS,
    "new link": 0.6,
    "imitating link": 2.6,
    "odd link": 1.4,
    "dangerous file": 2.4,
    "new payee": 0.9,
    "new wallet": 1.1,
    "changed payee": 1.4,
    "put out soon after": 1.2,
}
# Words about danger rather than of danger: a text that holds them may quote or warn.
WARY = (
    Concept.WARNING,
    Concept.CODE_NEVER_SHARE,
    Concept.HACKED_DISCLOSURE,
    Concept.DISOWNING,
    Concept.SCAM_TALK,
    Concept.IDENTITY_DOUBT,
)
# Who speaks as bank or support talks of fraud and hackers too, and who asks for silence says "do not" as warnings do.
CLAIMS = (
    Concept.AUTHORITY_CLAIM,
    Concept.SUPPORT_CLAIM,
    Concept.SAFE_ACCOUNT,
    Concept.ACCOUNT_THREAT,
    Concept.SECRECY,
)
# Asking for the code of a door or a network, or with the code written out, is worth so much of asking for a code.
CODES, HARMLESS = frozenset([Concept.CODE_REQUEST, Concept.CODE_BY_MISTAKE]), 0.2
# Who tells of a linked device or of forwarded calls, without asking for anything, hardly asks for these.
LINKS, TOLD = frozenset([Concept.DEVICE_LINKING, Concept.CALL_FORWARDING]), 0.4
ASKING = (
    Concept.CODE_REQUEST,
    Concept.CUSTOMER_INQUIRY,
    Concept.GIVEAWAY,
    Concept.LINK_INVITATION,
    Concept.SUPPORT_CLAIM,
    Concept.URGENCY,
    Concept.VOTE_REQUEST,
)
# Signs worth less than this share of their kind carry no finding of it.
NAMED = 0.45
# Kinds that say nothing by themselves.
COMMON = frozenset([Concept.FORMAL_GREETING, Concept.URGENCY, Concept.TROUBLE_EXCUSE, "new link"])
FILE_WORDS = frozenset([Concept.FILE_INVITATION, Concept.CUSTOMER_INQUIRY])
ODD_TRAITS = frozenset(
    ["ip", "punycode", "mixed scripts", "userinfo", "cheap tld", "free hosting", "shortener", "many labels"]
)
BAIT_WORDS = (
    "pay",
    "secure",
    "verif",
    "login",
    "kyc",
    "refund",
    "deposit",
    "invoice",
    "billing",
    "update",
    "claim",
    "confirm",
    "pago",
    "zahl",
)
QUOTATION = re.compile(
    '["\u201c\u201e\u201d\u00ab\u00bb][^"\u201c\u201e\u201d\u00ab\u00bb]{15,400}["\u201c\u201d\u00ab\u00bb]'
)
MOST_NAMES = 200
# Among more domains than this two look alike by chance.
MOST_DOMAINS = 60
DANGEROUS_ENDINGS = (".apk", ".xapk", ".apks", ".exe", ".scr", ".msi", ".bat", ".vbs", ".jar", ".iso", ".lnk", ".hta")
BANKING = frozenset(
    ["account", "iban", "ifsc", "sort code", "bsb", "routing", "swift", "cbu", "clabe", "alias", "card", "btc", "eth", "tron", "ltc",
     "mobile", "handle", "till", "boleto", "multibanco", "link", "cashtag", "cpf"]
)  # fmt: skip
WALLETS = frozenset(["btc", "eth", "tron", "ltc"])
SOON = 2 * 3600
# Talk of scams counts within so many messages and seconds.
TALK_REACH, TALK_SECONDS = 8, 4 * 3600


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One signal: the message, its kind (a concept's value or the name of an entity signal), its weight.

    ``detail`` names the payee, host or file of an entity signal.
    """

    message: int
    kind: str
    weight: float
    detail: str

    @property
    def named(self) -> bool:
        """Does it weigh enough to carry a finding of its kind?"""
        return self.weight >= NAMED * WEIGHTS[self.kind]


@dataclass(frozen=True, kw_only=True, eq=False)
class Sightings:
    """All signals of a chat: ``by_message`` in the order of messages, ``talk`` the messages of each concept."""

    by_message: Mapping[int, tuple[Sighting, ...]]
    talk: Mapping[Concept, frozenset[int]]

    def said(self, message: int, *concepts: Concept) -> bool:
        """Does the message express one of the concepts?"""
        return any(message in self.talk[concept] for concept in concepts)

    def count(self, concept: Concept, begin: int, end: int) -> int:
        """How many of the messages ``begin`` to ``end - 1`` express a concept."""
        low, high = np.searchsorted(self._ordered[concept], (begin, end))
        return int(high - low)

    @cached_property
    def _ordered(self) -> Mapping[Concept, NDArray[np.int64]]:
        return {concept: np.array(sorted(messages), dtype=np.int64) for concept, messages in self.talk.items()}


@once
def sightings(chat: Chat) -> Sightings:
    """Every signal of the chat, made once."""
    hits = chat.spoken
    # The app's own words for an attachment ("file attached") read like an invitation to open it.
    harmless = {m for m, name in chat.attachments.items() if not name.lower().endswith(DANGEROUS_ENDINGS)}
    concepts = tuple(Concept)
    code = {concept.value: number for number, concept in enumerate(concepts)}
    phrases = lexicon().phrases
    names = np.array([code[name] for name in phrases.concept_names], dtype=np.int64)
    concept_of = names[phrases.concept_codes[hits.phrases]]
    order = np.lexsort((-hits.weights, hits.messages, concept_of))
    kinds, messages = concept_of[order], hits.messages[order]
    first = np.concatenate(([True], (kinds[1:] != kinds[:-1]) | (messages[1:] != messages[:-1])))[: len(order)]
    kinds, messages, weights = kinds[first], messages[first], hits.weights[order][first]
    bounds = np.searchsorted(kinds, np.arange(len(concepts) + 1))
    harmless_codes = set(messages[kinds == code[Concept.CODE_HARMLESS.value]].tolist())
    asking = np.isin(kinds, [code[concept.value] for concept in ASKING])
    told = set(messages[kinds == code[Concept.WEB_SESSION.value]].tolist()) - set(messages[asking].tolist())
    read_out = {c.message for c in chat.codes}
    talk: dict[Concept, frozenset[int]] = {}
    found_signals = []
    for number, concept in enumerate(concepts):
        part = slice(bounds[number], bounds[number + 1])
        said = messages[part].tolist()
        talk[concept] = frozenset(said)
        if concept in WEIGHTS:
            found_signals += [
                Sighting(
                    message=message,
                    kind=concept.value,
                    weight=WEIGHTS[concept]
                    * weight
                    * (HARMLESS if concept in CODES and (message in harmless_codes or message in read_out) else 1.0)
                    * (TOLD if concept in LINKS and message in told else 1.0),
                    detail="",
                )
                for message, weight in zip(said, weights[part].tolist(), strict=True)
                if not (concept in FILE_WORDS and message in harmless) and not (concept in LINKS and message in told)
            ]
    found_signals += _links(chat) + _payees(chat) + _files(chat) + _put_out(chat)
    by_message: dict[int, list[Sighting]] = {}
    for sighting in found_signals:
        by_message.setdefault(sighting.message, []).append(sighting)
    return Sightings(
        by_message={m: tuple(sorted(by_message[m], key=lambda s: (-s.weight, s.kind))) for m in sorted(by_message)},
        talk=talk,
    )


def _links(chat: Chat) -> list[Sighting]:
    """Links to a domain that is new in the chat and not well known, stranger ones with more weight."""
    seen: dict[str, int] = {}
    found = []
    names = _names(chat) if chat.links else frozenset()
    index = NameIndex()
    resembles: dict[str, bool] = {}
    for link in chat.links:
        first = seen.setdefault(link.domain, link.message) == link.message
        sender = chat.columns.sender[link.message]
        if first:
            index.add(link.domain)
        if link.popular:
            pass
        elif link.imitates:
            found.append(_sighting(link.message, "imitating link", f"{link.host} (looks like {link.imitates})"))
        elif resembles.setdefault(link.domain, first and len(seen) <= MOST_DOMAINS and index.resembled(link.domain)):
            found.append(_sighting(link.message, "imitating link", f"{link.host} (looks like a domain of this chat)"))
        elif not link.popular and first and _uses_name(link.host, names):
            found.append(
                _sighting(link.message, "imitating link", f"{link.host} (a name of this chat and a word such as pay)")
            )
        elif ODD_TRAITS & set(link.traits):
            found.append(_sighting(link.message, "odd link", f"{link.host} ({', '.join(link.traits)})"))
        elif not link.popular and (first or chat.columns.sender[seen[link.domain]] == sender):
            found.append(_sighting(link.message, "new link", link.host))
        if "file" in link.traits:
            found.append(_sighting(link.message, "dangerous file", link.text[-60:]))
    return found


def _names(chat: Chat) -> frozenset[str]:
    """The names of chat and senders as they would stand in a host: letters only, six or more."""
    joined = ("".join(c for c in name.casefold() if c.isalnum()) for name in (chat.name, *chat.senders[:MOST_NAMES]))
    words = (word for name in (chat.name, *chat.senders[:MOST_NAMES]) for word in name.casefold().split())
    return frozenset(name for name in (*joined, *words) if len(name) >= 6 and name.isascii() and not name.isdigit())


def _uses_name(host: str, names: frozenset[str]) -> bool:
    """Does a host join a name of the chat with a word that leads to a payment or a login?"""
    plain = host.replace("-", "").replace(".", "")
    return any(word in host for word in BAIT_WORDS) and any(
        name in plain or plain.startswith(name[:8]) for name in names
    )


def _payees(chat: Chat) -> list[Sighting]:
    """Payees named for the first time in the chat; more weight if the sender had named another one before."""
    seen: set[str] = set()
    own: dict[int, int] = {}
    found = []
    for payee in chat.payees:
        if payee.type not in BANKING:
            continue
        sender = int(chat.columns.sender[payee.message])
        first = own.setdefault(sender, payee.message)
        if payee.value not in seen:
            kind = "changed payee" if first < payee.message else "new payee"
            if payee.type in WALLETS:
                kind = "new wallet"
            found.append(_sighting(payee.message, kind, f"{payee.type} {payee.value}"))
        seen.add(payee.value)
    return found


def _files(chat: Chat) -> list[Sighting]:
    found = []
    for message, name in sorted(chat.attachments.items()):
        if name.lower().endswith(DANGEROUS_ENDINGS):
            found.append(_sighting(message, "dangerous file", name))
    named = set(chat.attachments)
    for message in chat.naming_apps.tolist():
        text = chat.searched_text(message).lower()
        if message not in named and any(ending in text for ending in DANGEROUS_ENDINGS):
            found.append(_sighting(message, "dangerous file", text[:60]))
    return found


def _put_out(chat: Chat) -> list[Sighting]:
    """The last words of unsaved numbers that somebody put out of the group soon after: few are put out for nothing."""
    unknown, seconds = strangers(chat), chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    acts = chat.messages_with(events=(Event.GROUP_PARTICIPANT_REMOVED,)).tolist()
    out = [(act, code) for act in acts for code, at in chat.accounts_in(act).items() if at > 0 and unknown[code]]
    if not out:
        return []
    # Sorted by account and then by message, what an account wrote last before a line stands just before its place.
    sender, size = chat.columns.sender.astype(np.int64), len(chat)
    theirs = np.flatnonzero(chat.written & np.isin(sender, [code for _, code in out]))
    places = np.sort(sender[theirs] * size + theirs)
    found = []
    for act, code in out:
        at = int(np.searchsorted(places, code * size + act)) - 1
        last = int(places[at]) - code * size if at >= 0 else -1
        if last >= 0 and seconds[act] - seconds[last] <= SOON:
            found.append(_sighting(last, "put out soon after", ""))
    return found


def _sighting(message: int, kind: str, detail: str) -> Sighting:
    return Sighting(message=message, kind=kind, weight=WEIGHTS[kind], detail=detail)


def wary(found: Sightings, message: int) -> bool:
    """Does the text warn, quote or doubt rather than ask?"""
    return found.said(message, *WARY) and not found.said(message, *CLAIMS)


def recites(chat: Chat, message: int) -> bool:
    """Does a good part of the text stand in quotation marks, as when somebody tells what swindlers write?"""
    text = chat.searched_text(message)
    return 2 * sum(len(part) for part in QUOTATION.findall(text)) >= len(text)


def discussed(chat: Chat, sender: int, message: int, found: Sightings, seconds: NDArray[np.int64]) -> bool:
    """Had others just spoken of scams? Then a text in their words is more likely part of that talk."""
    before = range(max(0, message - TALK_REACH), message)
    return any(
        int(chat.columns.sender[m]) != sender
        and seconds[message] - seconds[m] <= TALK_SECONDS
        and found.said(m, Concept.SCAM_TALK, Concept.WARNING, Concept.CODE_NEVER_SHARE)
        for m in before
    )


def strangers(chat: Chat) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which senders are not in the exporter's contacts: shown by number, or by the name they gave themselves."""
    return np.array(
        [
            phone is not None or name.lstrip("\u200e\u202a").startswith("~")
            for name, phone in zip(chat.senders, chat.sender_phones, strict=True)
        ],
        dtype=bool,
    )
