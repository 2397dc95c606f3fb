"""Check of the names: senders that look alike, and the notices that tell of changed numbers and codes."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from wa_forensics.integrity.export import About, Export, result, some_lines
from wa_forensics.model import Check, Verdict, counted, joined, say
from wa_forensics.vocabulary import Event

IDENTITIES = About(
    id="I18",
    title="Identities",
    looks_at=("sender names that are one name after folding (capitals, spaces, invisible and look-alike letters)"),
    innocent_causes=(
        "two people of one name",
        "the contact was renamed between two exports that were joined",
    ),
    basis="Unicode TR 36 and TR 39; an export writes each person under one name",
)
# Cyrillic and Greek letters that look like Latin ones (a short list after Unicode's confusables.txt).
LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u0432\u043d\u043a\u043c\u0442"
    "\u03bf\u03b1\u03c1\u03bd\u03b9\u03ba\u03c5\u03c7\u0131",
    "aeopcyxijsdqbhkmtoapvikyxi",
)
NOT_LETTERS = re.compile(r"[\W_]+")
NOTICES = (
    Event.NUMBER_CHANGED,
    Event.NUMBER_CHANGED_EXPLICIT,
    Event.SECURITY_CODE_CHANGED,
    Event.SECURITY_CODE_CHANGED_ALL,
)


def identities(export: Export) -> Check:
    """I18: names that look alike are named; whether they are one person cannot be told from the file."""
    chat = export.chat
    groups: dict[str, list[str]] = {}
    for name in chat.senders:
        groups.setdefault(skeleton(name), []).append(name)
    alike = [names for key, names in sorted(groups.items()) if len(names) > 1 and key]
    notices = chat.messages_with(events=NOTICES)
    counts: dict[str, int | float | str] = {
        "senders": len(chat.senders),
        "names_alike": sum(len(names) for names in alike),
        "number_and_code_notices": len(notices),
    }
    lines = list(export.lines_of(notices.tolist()))
    if not alike:
        senders = counted("%(num)s sender", "%(num)s senders", len(chat.senders))
        statement = say("The names of %(senders)s are distinct.", senders=senders)
        if len(notices):
            statement = counted(
                "The names of %(senders)s are distinct; %(num)s notice of changed numbers or security codes.",
                "The names of %(senders)s are distinct; %(num)s notices of changed numbers or security codes.",
                len(notices),
                senders=senders,
            )
        return result(export, IDENTITIES, Verdict.CONSISTENT, statement, counts=counts, lines=lines)
    shown = joined((_visible(name) for name in alike[0]), " and ")
    places = _rarest(export, alike)
    statement = counted(
        "%(num)s pair of names look alike: %(names)s (%(lines)s).",
        "%(num)s pairs of names look alike: %(names)s (%(lines)s).",
        len(alike),
        names=shown,
        lines=some_lines(places),
    )
    return result(export, IDENTITIES, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines + places)


def skeleton(name: str) -> str:
    """The name as the eye takes it: NFKC, lower case, look-alike letters mapped, only letters and digits."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(LOOKALIKES)
    bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return NOT_LETTERS.sub("", bare)


def _visible(name: str) -> str:
    shown = "".join(c if c.isprintable() and c.isascii() else f"<U+{ord(c):04X}>" for c in name)
    return repr(name) if name.isascii() else f"{name!r} ({shown})" if len(shown) < 60 else repr(name)


def _rarest(export: Export, alike: list[list[str]]) -> list[int]:
    """Lines of the rarer ones among names that look alike, twenty for each."""
    chat = export.chat
    lines: list[int] = []
    for names in alike:
        messages = [np.flatnonzero(chat.columns.sender == chat.sender_code(name)) for name in names]
        messages.sort(key=len)
        for rare in messages[:-1]:
            lines += export.lines_of(rare[:20].tolist())
    return sorted(lines)
