"""What a reader of the chat should know about how it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.chat import SEARCHED_BYTES
from wa_forensics.evidence import RawText
from wa_forensics.locales.app_words import normal_line
from wa_forensics.model import Said, counted, phrase, say
from wa_forensics.parsing.boundaries import Boundaries
from wa_forensics.parsing.contents import Contents
from wa_forensics.parsing.layout import Layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Wording of the encryption notice by the builds that carry it (beginning or typical words, normal form).
# The notice is written by the build that made the export: its wording dates the export, not the chat.
_ERAS = (
    (
        phrase("from 2025 on"),
        (
            "only people in this chat",
            "nur personen in diesem chat",
            "solo las personas en este chat",
            "somente as pessoas que fazem parte da conversa",
            "solo le persone in questa chat",
            "seules les personnes",
            "alleen mensen in deze chat",
            "hanya orang di obrolan ini",
            "yalnızca bu sohbetteki",
        ),
    ),
    (
        phrase("between the end of 2020 and 2025"),
        (
            "no one outside of this chat",
            "niemand außerhalb dieses chats",
            "nadie fuera de este chat",
            "fora desta conversa",
            "nessuno al di fuori di questa chat",
            "aucun tiers",
            "niemand buiten deze chat",
            "di luar chat ini",
            "nikt spoza czatu",
            "третьи лица",
            "bu sohbetin dışında",
        ),
    ),
    (phrase("between 2016 and 2020"), ("messages to this", "messages you send to")),
)


def notes_on(
    raw: RawText,
    contents: Contents,
    start: NDArray[np.int64],
    layout: Layout,
    bounds: Boundaries,
    doubt: str,
    shown: bool,
) -> tuple[str, ...]:
    """Sentences on the date of the export, on joined files and on the clock.

    ``doubt`` says why the clock may have 12 hours, ``shown`` whether the file shows which clock it has.
    """
    notes = _on_the_clock(doubt, shown)
    eras: dict[str, int] = {}
    for row in contents.notices:
        text = normal_line(raw.buffer[start[row] : layout.stop[row]].decode("utf-8", "replace"))
        era = next((span for span, words in _ERAS if any(word in text for word in words)), None)
        if era is not None:
            eras.setdefault(era, int(bounds.matches.line[row]) + 1)
    for era, line in sorted(eras.items(), key=lambda item: item[1]):
        notes.append(
            say(
                "The wording of the encryption notice in line %(line)s is that of builds %(era)s; it is written when "
                "the chat is exported, so it dates the export and not the chat.",
                line=str(line),
                era=say(era),
            )
        )
    if len(eras) > 1:
        notes.append(
            say(
                "Encryption notices of different builds stand in one file: it may have been joined from several "
                "exports."
            )
        )
    large = np.flatnonzero(layout.length > SEARCHED_BYTES)
    long = int((layout.stop[large] - start[large] > SEARCHED_BYTES).sum())
    if long:
        notes.append(
            counted(
                "%(num)s message has more than %(limit)s bytes; only so much of it was searched. Headers inside it may "
                "not have been recognised.",
                "%(num)s messages have more than %(limit)s bytes; only so much of each was searched. Headers inside "
                "them may not have been recognised.",
                long,
                limit=SEARCHED_BYTES,
            )
        )
    if len(bounds.families) > 1:
        notes.append(
            say(
                "%(forms)s different header forms carry messages: the file may have been joined from several exports.",
                forms=len(bounds.families),
            )
        )
    return tuple(notes)


def _on_the_clock(doubt: str, shown: bool) -> list[Said]:
    if doubt:
        return [say("The times of day are uncertain: %(doubt)s. They are shown as read with 24 hours.", doubt=doubt)]
    if shown:
        return []
    return [
        say(
            "No hour is 0 or above 12 and no word names the half of the day: the file does not show that its "
            "clock has 24 hours. The times are shown as read with 24 hours."
        )
    ]
