"""Reads links: host, registrable domain, and what about them is unusual; nothing is ever opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import idna

from wa_forensics.entities.brands import imitated
from wa_forensics.model import Link

SCHEME = r"(?:h[tx]{2}ps?|ftp)\s?(?::|\[:\])//"
HOST = r"(?:[\w\u00a1-\uffff](?:[\w\u00a1-\uffff-]{0,62})(?:\.|\[\.\]|\(\.\)|\u3002))+[\w\u00a1-\uffff-]{2,63}"
# Only the scheme is told without regard to case: spread over these ranges, that makes compiling three times as slow.
LINK = re.compile(
    rf"(?P<scheme>(?i:{SCHEME}))(?P<rest>[^\s<>\"'\u00ab\u00bb\u201c\u201d]+)|(?<![\w@.\-/])(?P<bare>{HOST})(?P<path>(?::\d{{2,5}})?(?:[/?#][^\s<>\"']*)?)(?![\w@])"
)
IPV4 = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|0x[0-9a-fA-F]{8}|\d{8,10}")
FILE_ENDINGS = frozenset(
    [
        "jpg",
        "jpeg",
        "png",
        "gif",
        "webp",
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "txt",
        "csv",
        "zip",
        "rar",
        "mp3",
        "mp4",
        "opus",
        "ogg",
        "m4a",
        "aac",
        "mov",
        "avi",
        "vcf",
        "webm",
        "heic",
        "apk",
        "exe",
        "py",
        "js",
        "ts",
        "css",
        "html",
        "htm",
        "json",
        "xml",
        "md",
        "java",
        "cpp",
        "log",
        "sql",
        "rb",
        "php",
        "cs",
        "sh",
        "yml",
        "yaml",
        "ipynb",
        "jar",
        "bat",
        "ini",
        "cfg",
        "svg",
        "psd",
        "ai",
    ]
)
DANGEROUS = (
    "apk",
    "xapk",
    "apks",
    "exe",
    "scr",
    "bat",
    "cmd",
    "msi",
    "vbs",
    "jar",
    "js",
    "iso",
    "img",
    "dmg",
    "hta",
    "lnk",
    "ps1",
)
CHEAP_TLDS = frozenset(
    [
        "xyz",
        "top",
        "club",
        "online",
        "site",
        "icu",
        "buzz",
        "live",
        "click",
        "link",
        "vip",
        "monster",
        "cyou",
        "sbs",
        "cfd",
        "bond",
        "rest",
        "quest",
        "tk",
        "ml",
        "ga",
        "cf",
        "gq",
        "pw",
        "ws",
        "su",
        "fun",
        "space",
        "website",
        "store",
        "shop",
        "life",
        "work",
        "best",
        "loan",
        "win",
        "bid",
        "download",
        "racing",
        "review",
        "date",
        "stream",
        "party",
        "trade",
        "cam",
        "lol",
        "lat",
        "mom",
        "zip",
        "mov",
        "help",
        "support",
        "world",
        "today",
        "center",
        "host",
        "press",
        "uno",
        "hair",
        "makeup",
        "skin",
        "beauty",
        "boats",
        "autos",
        "homes",
        "pics",
        "ink",
        "cc",
    ]
)
PLAIN_ENDINGS = frozenset(["com", "net", "org", "info", "in", "uk", "co"])
SECOND_LEVEL = frozenset(["com", "co", "net", "org", "gov", "ac", "edu", "ind", "or", "go"])
INVITES = frozenset(["chat.whatsapp.com", "t.me", "telegram.me", "wa.me", "discord.gg", "signal.group", "line.me"])


@lru_cache(maxsize=1)
def _extract() -> Any:
    import tldextract

    # The bundled snapshot only: no network, no cache folder.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=False)


@lru_cache(maxsize=8)
def host_list(name: str) -> frozenset[str]:
    """A list of hosts kept as data: ``popular``, ``shorteners`` or ``free_hosting``."""
    text = files("wa_forensics").joinpath("entities", "data", f"{name}.txt").read_text("utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))


def links_in(message: int, text: str) -> Iterator[Link]:
    """Every link of one text, in order."""
    for match in LINK.finditer(text):
        written = (match.group("rest") or match.group("bare") + match.group("path")).rstrip(".,;:!?)]}*_~'\u2026")
        written = written.replace("[.]", ".").replace("(.)", ".").replace("\u3002", ".")
        authority, path = _split(written)
        userinfo, _, hostport = authority.rpartition("@")
        host = unquote(hostport.split(":")[0]).strip("[].").lower()
        described = describe_host(host)
        bare = match.group("bare")
        if described is None or (bare and not _stands_for_link(host, path, described[0])):
            continue
        if bare and not path and (text[match.end() : match.end() + 1] == "(" or _is_sentence_end(bare)):
            continue
        domain, traits, imitates, popular = described
        more = [*traits]
        if userinfo:
            more.append("userinfo")
        ending = path.split("?")[0].rsplit(".", 1)
        if len(ending) == 2 and ending[1].lower() in DANGEROUS:
            more.append("file")
        yield Link(
            message=message,
            text=match.group().rstrip(".,;:!?)]}*_~'\u2026"),
            host=host,
            domain=domain,
            path=path,
            traits=tuple(sorted(more)),
            imitates=imitates,
            popular=popular,
        )


def _is_sentence_end(bare: str) -> bool:
    """ "later.You": a missing space after a full stop, not an ending of a host."""
    ending = bare.rsplit(".", 1)[-1]
    return ending[0].isupper() and not bare.isupper() and ending.lower() not in PLAIN_ENDINGS


def _split(written: str) -> tuple[str, str]:
    for at, character in enumerate(written):
        if character in "/?#\\":
            return written[:at], written[at:]
    return written, ""


def _stands_for_link(host: str, path: str, domain: str) -> bool:
    """A bare name counts as a link if its ending is a real suffix and no file's, or a path follows."""
    ending = host.rsplit(".", 1)[-1]
    if ending in FILE_ENDINGS and not path.startswith("/"):
        return False
    if host.startswith("www.") or path.startswith("/"):
        return True
    # "later.in" and "ok.so" are missing spaces more often than domains; a bare name needs some length.
    name = domain.split(".")[0]
    return (
        (len(ending) > 2 and len(name) > 2) or (len(name) > 5 and host.count(".") > 1) or "-" in name or len(name) > 9
    )


@lru_cache(maxsize=65536)
def describe_host(host: str) -> tuple[str, tuple[str, ...], str | None, bool] | None:
    """Registrable domain, traits, imitated name and popularity of a host; None if it is no host."""
    if IPV4.fullmatch(host):
        parts = host.split(".")
        valid = len(parts) == 1 or all(int(part) < 256 for part in parts)
        return (host, ("ip",), None, False) if valid else None
    traits: list[str] = []
    shown = host
    if "xn--" in host:
        traits.append("punycode")
        try:
            shown = idna.decode(host)
        except (idna.IDNAError, UnicodeError):
            traits.append("invalid name")
    if not shown.isascii():
        traits.append("mixed scripts" if _mixed(shown) else "not ascii")
    found = _extract()(host)
    domain = f"{found.domain}.{found.suffix}".strip(".")
    ending = host.rsplit(".", 1)[-1]
    if not found.suffix or not found.domain:
        if ending not in ("test", "example", "invalid", "localhost") or host.count(".") < 1:
            return None
        # Reserved endings are in no list of suffixes; "com.example" is read like "com.br".
        labels = host.split(".")
        domain = ".".join(labels[-3:] if labels[-2] in SECOND_LEVEL else labels[-2:])
    popular = domain in host_list("popular")
    if domain in host_list("shorteners"):
        traits.append("shortener")
    if any(host == free or host.endswith("." + free) for free in _tails(host) & host_list("free_hosting")):
        traits.append("free hosting")
    if host in INVITES or domain in INVITES:
        traits.append("invite")
    if ending in CHEAP_TLDS and not popular:
        traits.append("cheap tld")
    if host.count(".") >= 4:
        traits.append("many labels")
    imitates = None if popular and "free hosting" not in traits else imitated(shown, domain)
    return domain, tuple(traits), imitates, popular


def _tails(host: str) -> set[str]:
    parts = host.split(".")
    return {".".join(parts[i:]) for i in range(1, len(parts))} | {host}


def _mixed(host: str) -> bool:
    """Do letters of several scripts stand in one label?"""
    import unicodedata

    for label in host.split("."):
        scripts = {unicodedata.name(c, "?").split(" ")[0] for c in label if c.isalpha()}
        if len(scripts) > 1:
            return True
    return False
