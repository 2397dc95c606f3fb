"""Reads from one text what words alone do not say: kinds of links, numbers, amounts, capitals, length."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wa_forensics.entities import amounts_in, clean, links_in
from wa_forensics.model import Link

# Kinds of links, strangest first; a text shows a link as a made-up host of its kind, so no real host is learned.
KINDS = ("file", "imitating", "odd", "hosted", "short", "invite", "unknown", "popular")
ODD = frozenset(["ip", "punycode", "mixed scripts", "userinfo", "cheap tld", "many labels"])
# A page with a speaking address, or deep in a site, as people share them; a lure has a short address or a number.
ARTICLE = re.compile(r"/[^/?#\s]*(?:[-_][^\W\d_]+){3}|(?:/[\w.%~+-]{2,}){3}|\.(?:html?|md|pdf|php|aspx?)\b|#\w{3}")
# Who begins with somebody's mark answers in a room; the marks of a room are those of its software, quotes among them.
MENTION = re.compile(r"\W{0,3}@[\w/]")
MARKUP = re.compile(r"`|\]\(http|!\[|(?:^|\n)> |(?<!\w):[a-z]+(?:_[a-z]+)+:|\*\*\w|(?:^|\n)#{1,4} ")
LONG_NUMBER = re.compile(r"(?<![\w/.,:=#-])\+?\(?\d(?:[ ().-]?\d){8,14}(?![\w.:-]\d|\w)")
# Groups of digits that are no number to call: dates, times of a log, addresses of a network.
NO_NUMBER = re.compile(r"\d{1,4}([-/.:])\d{1,2}\1\d{1,4}(?:[-/.:]\d{1,4})*")
SHORT_NUMBER = re.compile(r"(?i)\b(?:to|txt|text|sms|call|dial|msg)\s{1,2}\*?\d{3,6}\b")
STAR_CODE = re.compile(r"\*\*?\d{2,4}\*|\*\d{3}#")
PERCENT = re.compile(r"\d\s?%")
REFERENCE = re.compile(r"\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{5,12}\b")
CAPITAL_WORD = re.compile(r"\b[A-Z]{4,}\b")
MASKED = re.compile(r"(?i)\b(?:x{2,}|\*{2,})\d{2,4}\b|\d{2,6}x{2,}\d{0,4}")
# One character before the sign is enough to know, and a long word without one costs nothing.
MAIL = re.compile(r"[\w.+-]@[\w-]+\.\w{2,}")
PRICE_EACH = re.compile(
    r"(?i)\b\d+\s?(?:p|ppm|pence|cents?)\b|/ ?(?:msg|min|wk|week|txt|text|sms|day|month)\b"
    r"|\bper (?:msg|message|min|minute|text|txt|sms|week|wk|day)\b"
)
WORD_TO_SEND = re.compile(
    r"\b(?i:txt|text|send|reply|replying|sms|type|answer)(?i: with| back| the word)?:? [\"'\u201c*]?[A-Z]{2,}\d?\b"
)
COMPANY = re.compile(r"(?i)\bp\.? ?o\.? ?box\b|\b(?:ltd|pvt|inc|plc|llc|gmbh)\b")
BRAND_FIRST = re.compile(r"\W{0,3}[A-Z][\w&.' -]{1,24}: ?\w")
TITLE_WORD = re.compile(r"\b[A-Z]\w*")
ANY_WORD = re.compile(r"\b[^\W\d_]\w*")
EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
OPT_OUT = re.compile(r"(?i)\b(?:t ?& ?c|tnc|terms apply|18\+|16\+|opt.?out|(?:reply|txt|text|send) stop|stop to)\b")
# Program text and logs are full of numbers, capitals and calls to act that mean nothing here.
CODE = re.compile(r"```|[{}<>;=\[\]](?:[^{}<>;=\[\]]*[{}<>;=\[\]]){3}|\w\(\S*\)[.;]|\berror:|\bat \w+\.\w+\(")
WIDE_GAP = re.compile(r"\s{2,}")
LEAST_APART = 12
LENGTHS = (25, 60, 100, 150, 250)
FACTS = (
    *(f"link: {kind}" for kind in KINDS),
    "any link",
    "several links",
    "little but a link",
    "link deep into a site",
    "opens with a mention",
    "marks of a chat room",
    "phone number",
    "number to text or dial",
    "star code",
    "amount",
    "large amount",
    "several amounts",
    "percentage",
    "reference",
    "mail address",
    "price per message or week",
    "word to send",
    "company or box",
    "opens with a name and a colon",
    "words mostly capitalized",
    "emoji",
    "several emojis",
    "masked number",
    "terms or opt-out",
    "word in capitals",
    "many words in capitals",
    "mostly capitals",
    "exclamation",
    "several exclamations",
    "question",
    "many digits",
    *(f"longer than {length}" for length in LENGTHS),
    "link and amount",
    "phone number and amount",
    "long with a link",
    "long with a phone number",
    "contact beside capitals",
)
NUMBER_OF = {name: number for number, name in enumerate(FACTS)}
# What a text may hold to answer by; a link to a well-known page is none.
CONTACTS = frozenset(
    NUMBER_OF[name]
    for name in (
        *(f"link: {kind}" for kind in KINDS if kind != "popular"),
        "phone number",
        "number to text or dial",
        "star code",
        "mail address",
        "word to send",
    )
)
LARGE = 100.0
LITTLE = 25


def read_facts(text: str) -> tuple[str, tuple[int, ...]]:
    """The text with its links replaced by made-up hosts of their kind, and the numbers of the facts that hold."""
    text = drawn_together(clean(text))
    links = list(links_in(0, text)) if "." in text or "://" in text else []
    kinds = [kind_of(link) for link in links]
    shown = text
    for link, kind in zip(links, kinds, strict=True):
        shown = shown.replace(link.text, f" x{kind}x.com ", 1)
    found = {f"link: {kind}" for kind in kinds}
    rest = len(shown) - sum(len(kind) + 8 for kind in kinds)
    found |= _about_links(kinds, rest) | _about_numbers(shown) | _about_letters(shown) | _about_rooms(text, links)
    found |= {f"longer than {length}" for length in LENGTHS if len(shown) > length}
    found |= _together(found)
    return shown, tuple(sorted(NUMBER_OF[name] for name in found))


def drawn_together(text: str) -> str:
    """A text written letter by letter with wide gaps between words, without these gaps; any other text as it is."""
    words = text.split()
    apart = len(words) >= LEAST_APART and sum(len(word) == 1 for word in words) * 10 >= 8 * len(words)
    parts = WIDE_GAP.split(text) if apart else []
    return " ".join(part.replace(" ", "") for part in parts) if len(parts) > 1 else text


def is_code(text: str) -> bool:
    """Does the text look like a program or a log?"""
    return CODE.search(text) is not None


def kind_of(link: Link) -> str:
    """Which of ``KINDS`` a link is."""
    if "file" in link.traits:
        return "file"
    if link.imitates:
        return "imitating"
    if "shortener" in link.traits:
        return "short"
    if "invite" in link.traits:
        return "invite"
    if ODD & set(link.traits):
        return "odd"
    if "free hosting" in link.traits:
        return "hosted"
    return "popular" if link.popular else "unknown"


def _about_links(kinds: Sequence[str], rest: int) -> set[str]:
    named = {
        "any link": bool(kinds),
        "several links": len(kinds) > 1,
        "little but a link": bool(kinds) and rest < LITTLE,
    }
    return {name for name, holds in named.items() if holds}


def _about_rooms(text: str, links: Sequence[Link]) -> set[str]:
    named = {
        "link deep into a site": any(ARTICLE.search(link.path) for link in links),
        "opens with a mention": MENTION.match(text) is not None,
        "marks of a chat room": MARKUP.search(text) is not None,
    }
    return {name for name, holds in named.items() if holds}


def _about_numbers(text: str) -> set[str]:
    if not any(character.isdigit() for character in text):
        return {"terms or opt-out"} if OPT_OUT.search(text) else set()
    text = NO_NUMBER.sub(" ", text)
    amounts = list(amounts_in(0, text))
    digits = sum(character.isdigit() for character in text)
    named = {
        "phone number": LONG_NUMBER.search(text) is not None,
        "number to text or dial": SHORT_NUMBER.search(text) is not None,
        "star code": STAR_CODE.search(text) is not None,
        "amount": bool(amounts),
        "large amount": any(amount.value >= LARGE for amount in amounts),
        "several amounts": len(amounts) > 1,
        "percentage": PERCENT.search(text) is not None,
        "reference": REFERENCE.search(text) is not None,
        "price per message or week": PRICE_EACH.search(text) is not None,
        "masked number": MASKED.search(text) is not None,
        "terms or opt-out": OPT_OUT.search(text) is not None,
        "many digits": digits * 6 > len(text),
    }
    return {name for name, holds in named.items() if holds}


def _about_letters(text: str) -> set[str]:
    capitals = CAPITAL_WORD.findall(text)
    letters = [character for character in text if character.isalpha()]
    upper = sum(character.isupper() for character in letters)
    exclamations = text.count("!")
    words = ANY_WORD.findall(text)
    emojis = len(EMOJI.findall(text))
    named = {
        "word in capitals": bool(capitals),
        "many words in capitals": len(capitals) > 3,
        "mostly capitals": len(letters) > 20 and upper * 2 > len(letters),
        "exclamation": exclamations > 0,
        "several exclamations": exclamations > 2,
        "question": "?" in text,
        "mail address": "@" in text and MAIL.search(text) is not None,
        "word to send": WORD_TO_SEND.search(text) is not None,
        "company or box": COMPANY.search(text) is not None,
        "opens with a name and a colon": BRAND_FIRST.match(text) is not None,
        "words mostly capitalized": len(words) > 5 and len(TITLE_WORD.findall(text)) * 2 > len(words),
        "emoji": emojis > 0,
        "several emojis": emojis > 2,
    }
    return {name for name, holds in named.items() if holds}


def _together(found: set[str]) -> set[str]:
    contact = {"any link", "phone number", "number to text or dial"} & found
    named = {
        "link and amount": {"any link", "amount"} <= found,
        "phone number and amount": {"phone number", "amount"} <= found,
        "long with a link": {"any link", "longer than 60"} <= found,
        "long with a phone number": {"phone number", "longer than 60"} <= found,
        "contact beside capitals": bool(contact) and "word in capitals" in found,
    }
    return {name for name, holds in named.items() if holds}
