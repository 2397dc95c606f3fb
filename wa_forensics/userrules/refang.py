"""Values as people write them so that nobody clicks on them (``hxxps[:]//bad[.]example``), and back."""

from __future__ import annotations

import re

_DOT = re.compile(r"\s?[\[({]\s?(?:\.|dot|punkt|punto|ponto|point)\s?[\])}]\s?", re.IGNORECASE)
_AT = re.compile(r"\s?[\[({]\s?(?:@|at)\s?[\])}]\s?", re.IGNORECASE)
_COLON = re.compile(r"[\[({]:(//)?[\])}]")
_SLASH = re.compile(r"[\[({]/[\])}]")
_SCHEME = re.compile(r"^(?:h(?:xx|\*\*|__|XX)p|hxtp|htxp|meow)(s?)(?=:)", re.IGNORECASE)
_HOST = re.compile(r"(?=.{4,253}$)(?:[\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}\.?")
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_PHONE = re.compile(r"\+?[\d\s().\u00a0\u202f-]{8,24}")


def refang(value: str) -> str:
    """The value itself, without brackets around dots and the like, quotes or white space around it."""
    value = value.strip().strip("\"'<>`").strip()
    value = _COLON.sub(lambda hit: ":" + (hit[1] or ""), _SLASH.sub("/", value))
    value = _AT.sub("@", _DOT.sub(".", value)).replace("\\.", ".")
    return _SCHEME.sub(r"http\1", value)


def squeezed(value: str) -> str:
    """A payee without the spaces and dashes that people put into it, in lower case."""
    return re.sub(r"[\s\u00a0\u202f-]", "", value).casefold()


def digits(value: str) -> str:
    """The digits of a number, without the zeros that a country's own form begins with."""
    return re.sub(r"\D", "", value).lstrip("0")


def host_of(value: str) -> str:
    """A host in lower case without ``www.``, port, user and final dot; its labels out of punycode."""
    host = value.partition("://")[2] or value
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    host = host.strip().rstrip(".").casefold().removeprefix("*.").removeprefix("www.")
    return ".".join(_label(label) for label in host.split("."))


def address_of(value: str) -> str:
    """A link without scheme, final slash and fragment, its host as ``host_of``."""
    rest = (value.partition("://")[2] or value).partition("#")[0]
    place = re.search(r"[/?]", rest)
    return host_of(rest) + (rest[place.start() :] if place else "").rstrip("/")


def guessed_type(value: str) -> str:
    """What a refanged value probably is: url, domain, phone or payee."""
    if "://" in value or re.match(r"[^\s/@]+\.[^\s/@]+/\S", value):
        return "url"
    if _HOST.fullmatch(value) or _ADDRESS.fullmatch(value):
        return "domain"
    if _PHONE.fullmatch(value) and (value.startswith(("+", "00", "(")) or re.search(r"\d[\s().-]+\d", value)):
        return "phone"
    return "payee"


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").casefold()
    except UnicodeError:
        return label
