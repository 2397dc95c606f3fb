"""Evidence text to safe markup: escaped, links defanged, invisible characters visible."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from markupsafe import Markup, escape

_SHORT = {
    0x00A0: "NBSP",
    0x00AD: "SHY",
    0x034F: "CGJ",
    0x061C: "ALM",
    0x180E: "MVS",
    0x200B: "ZWSP",
    0x200C: "ZWNJ",
    0x200D: "ZWJ",
    0x200E: "LRM",
    0x200F: "RLM",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x202F: "NNBSP",
    0x2028: "LSEP",
    0x2029: "PSEP",
    0x2060: "WJ",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0x3000: "IDSP",
    0xFEFF: "BOM",
}

# Control characters but tab and LF, soft hyphen and joiners, odd spaces, bidi controls, fillers, surrogates
# (a damaged JSON file can hold them), noncharacters and the tag block.
_ODD = (
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\xa0\\xad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180e"
    "\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufeff\\uffa0\\ufff9-\\uffff"
    "\\ud800-\\udfff\\U000e0000-\\U000e0fff"
)
_SPECIAL = re.compile(
    rf"""
      (?P<link> (?:https?|ftp)://[^\s{_ODD}<>"']{{1,2000}} )
    | (?P<www>  \bwww\.(?=\w) )
    | (?P<bare> \b(?:[a-z0-9-]{{1,63}}\.){{1,4}}[a-z]{{2,24}}(?=/) )
    | (?P<crlf> \r\n )
    | (?P<odd>  [{_ODD}] )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SCHEME = re.compile(r"(?i)^(h)tt(ps?)://|^(f)t(p)://")
# A joiner is ordinary between emoji and inside words of Arabic, Indic and other joining scripts.
_JOINING = re.compile("[\u0590-\u10ff\u1780-\u18af\u2190-\u2bff\u3030\ufe0f\U0001f000-\U0001faff]")
# England, Scotland and Wales write their flags with tag characters after a black flag.
_FLAG = "\U0001f3f4"


def evidence(text: object) -> Markup:
    """Text of the evidence as markup. Use it for whatever a sender, a file or a finding may have written.

    Markup stays as it is: in this package it holds nothing but escaped text (of a catalogue, of this function).
    """
    if isinstance(text, Markup):
        return text
    return _marked(str(text))


@lru_cache(maxsize=4096)
def _marked(raw: str) -> Markup:
    """The same names, hosts and sentences come again and again."""
    out: list[Markup] = []
    position = 0
    for hit in _SPECIAL.finditer(raw):
        if hit.start() > position:
            out.append(escape(raw[position : hit.start()]))
        out.append(_replacement(hit, raw))
        position = hit.end()
    if not out:
        return escape(raw)
    out.append(escape(raw[position:]))
    return Markup("").join(out)


def plain(text: object) -> str:
    """The same care for places without markup (attributes, titles): odd characters become ``[U+202E]``."""
    return _plain(str(text))


@lru_cache(maxsize=4096)
def _plain(raw: str) -> str:
    return _SPECIAL.sub(
        lambda hit: f"[{_code(hit['odd'])}]" if hit["odd"] else defang(hit[0]),
        raw.replace("\r\n", "\n"),
    )


def defang(link: str) -> str:
    """``https://a.example/x`` as ``hxxps[:]//a[.]example/x``; the path keeps its dots."""
    match = _SCHEME.match(link)
    scheme = link[: match.end()] if match else ""
    host, slash, path = link[len(scheme) :].partition("/")
    neutral = scheme.replace("tt", "xx").replace("TT", "XX").replace("ft", "fx").replace("FT", "FX")
    return neutral.replace("://", "[:]//") + host.replace(".", "[.]") + slash + path


def _replacement(hit: re.Match[str], raw: str) -> Markup:
    if hit["crlf"]:
        return Markup("\n")
    if not hit["odd"]:
        return escape(defang(hit[0]))
    return escape(hit[0]) if _is_ordinary(hit, raw) else _mark(hit[0])


def _is_ordinary(hit: re.Match[str], raw: str) -> bool:
    code = ord(hit[0])
    before = raw[hit.start() - 1 : hit.start()]
    if code in (0x200C, 0x200D):
        return bool(_JOINING.match(before) and _JOINING.match(raw, hit.end()))
    if 0xE0020 <= code <= 0xE007F:
        return _FLAG in raw[max(0, hit.start() - 6) : hit.start()]
    return False


def _mark(character: str) -> Markup:
    code = ord(character)
    name = unicodedata.name(character, "control character").lower()
    return Markup('<span class="mk" title="{} {}">{}</span>').format(
        _code(character), name, _SHORT.get(code, _code(character))
    )


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
