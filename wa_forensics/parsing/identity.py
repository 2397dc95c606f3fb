"""Names: the name of the chat from its file, and the phone numbers among the senders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import PurePosixPath, PureWindowsPath

from wa_forensics.locales.app_words import file_stems
from wa_forensics.model import Source

_INNER_NAMES = frozenset({"_chat", "chat"})
_NUMBER = re.compile(r"\+[\d\s().\-\u2010-\u2015]{6,30}\Z")


def chat_name(source: Source) -> str:
    """The name of the chat as the export's file states it; the file's own stem where it states none."""
    stems = [_stem(source.member)] if source.member else []
    stems.append(_stem(source.path))
    named = [stem for stem in stems if stem.casefold() not in _INNER_NAMES and stem]
    for stem in named:
        name = _named_by_template(stem)
        if name:
            return name
    return (named or stems)[0]


def _stem(path: str) -> str:
    name = PurePosixPath(PureWindowsPath(path).name).name
    stem = re.sub(r"\.(txt|zip)$", "", name, flags=re.IGNORECASE)
    # A second download of the same file: "name (1)".
    return re.sub(r"\s\(\d{1,2}\)$", "", unicodedata.normalize("NFC", stem))


@cache
def _templates() -> tuple[tuple[str, str], ...]:
    """Text before and after the chat's name; underscores and odd spaces count as spaces."""
    pairs = (stem.partition("{chat}") for stem in file_stems())
    return tuple((before.casefold(), after.casefold()) for before, _, after in pairs)


def _named_by_template(stem: str) -> str | None:
    plain = re.sub(r"[\s_]", " ", stem)
    folded = plain.casefold()
    if len(folded) != len(plain):
        return None
    for before, after in _templates():
        if folded.startswith(before) and folded.endswith(after) and len(folded) > len(before) + len(after):
            name = stem[len(before) : len(stem) - len(after)].strip()
            if name:
                return name
    # iOS names the zip "WhatsApp Chat - Name".
    found = re.fullmatch(r"(?=.*WhatsApp)[^-]{4,40} - (?P<chat>.+)", stem, re.IGNORECASE | re.DOTALL)
    return found["chat"].strip() or None if found else None


def phones(names: Sequence[str]) -> list[str | None]:
    """E.164 numbers of the names that are international phone numbers."""
    return [_phone(name) if "+" in name[:4] else None for name in names]


def _phone(name: str) -> str | None:
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf").strip().removeprefix("~").strip()
    if not _NUMBER.fullmatch(visible):
        return None
    import phonenumbers

    try:
        number = phonenumbers.parse(visible, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
