"""Checks of completeness: the beginning, the export limit, notices only, declared deletions and edits."""

from __future__ import annotations

import numpy as np

from wa_forensics.integrity.export import About, Export, messages, result
from wa_forensics.model import Check, Kind, Verdict, counted, phrase, say
from wa_forensics.vocabulary import Event

HEAD = About(
    id="I12",
    title="Beginning present",
    looks_at=("the encryption notice, the creation of the group or the joining of the exporter in the first lines"),
    innocent_causes=(
        "the chat is older than the notice",
        "older messages were cut or deleted for the exporter",
    ),
    basis="since 2016 the app opens a chat with the encryption notice, a group with its creation",
)
LIMIT = About(
    id="I13",
    title="Near an export limit",
    looks_at="whether the number of messages is close to 10,000 or 40,000",
    innocent_causes=("coincidence",),
    basis="until about 2022 the help pages named these limits (with and without media); the newest are kept",
)
NOTICES = About(
    id="I14",
    title="Notices only",
    looks_at="whether any message of a person is in the file",
    innocent_causes=("a new chat", "the chat was cleared", "the export was made on a linked device"),
    basis="public reports of exports from linked devices that hold nothing but notices",
)
DECLARED = About(
    id="I16",
    title="Declared deletions and edits",
    looks_at="messages that the app shows as deleted, and messages marked as edited, by sender",
    innocent_causes=("people delete and correct messages for many reasons",),
    basis="the app's own words; what people delete for themselves leaves nothing in their exports",
)
OPENINGS = (
    Event.E2E_NOTICE,
    Event.E2E_NOTICE_BUSINESS,
    Event.E2E_NOTICE_NOW_ENCRYPTED,
    Event.GROUP_CREATED,
    Event.BROADCAST_LIST_CREATED,
    Event.GROUP_PARTICIPANT_WAS_ADDED,
    Event.GROUP_JOINED_BY_LINK,
    Event.GROUP_JOINED_BY_INVITE,
)
FIRST_LINES = 10
LIMITS = (10_000, 40_000)


def head(export: Export) -> Check:
    """I12: a missing opening is common and concludes nothing."""
    if has_opening(export):
        statement = say("The first lines hold the notice with which the app opens a chat.")
        return result(export, HEAD, Verdict.CONSISTENT, statement)
    statement = say(
        "None of the first %(lines)s lines is a notice with which the app opens a chat: the beginning may be missing.",
        lines=FIRST_LINES,
    )
    return result(export, HEAD, Verdict.NO_CONCLUSION, statement)


def limit(export: Export) -> Check:
    """I13: close to a limit and without a beginning, the older messages were probably cut by the app."""
    count = len(export.chat)
    near = [size for size in LIMITS if abs(count - size) * 200 <= size]
    counts: dict[str, int | float | str] = {"messages": count}
    if near and not has_opening(export):
        statement = say(
            "The file has %(messages)s, close to the limit of %(limit)s, and no beginning: older messages may have "
            "been left out by the app.",
            messages=messages(count),
            limit=near[0],
        )
        return result(export, LIMIT, Verdict.NO_CONCLUSION, statement, counts=counts)
    if near:
        template = phrase("The file has %(messages)s, close to a limit, but the beginning is there.")
    else:
        template = phrase("The file has %(messages)s, not close to a known limit.")
    statement = say(template, messages=messages(count))
    return result(export, LIMIT, Verdict.CONSISTENT, statement, counts=counts)


def notices(export: Export) -> Check:
    """I14: without any message of a person the file shows nothing of what was said."""
    people = len(export.written)
    counts: dict[str, int | float | str] = {
        "messages_of_persons": people,
        "lines_of_the_app": len(export.chat) - people,
    }
    if people:
        statement = counted("%(num)s message of persons.", "%(num)s messages of persons.", people)
        return result(export, NOTICES, Verdict.CONSISTENT, statement, counts=counts)
    statement = say(
        "The file holds only lines of the app: a new or cleared chat, or an export from a linked device that had no "
        "messages."
    )
    return result(export, NOTICES, Verdict.NO_CONCLUSION, statement, counts=counts)


def declared(export: Export) -> Check:
    """I16: counts what is declared; what was removed silently cannot be counted."""
    chat = export.chat
    deleted = chat.messages_with(kind=Kind.DELETED)
    edited = np.flatnonzero(chat.columns.edited)
    counts: dict[str, int | float | str] = {"deleted": len(deleted), "edited": len(edited)}
    for name, marked in (("deleted", deleted), ("edited", edited)):
        senders = chat.columns.sender[marked]
        for code, number in zip(*np.unique(senders[senders >= 0], return_counts=True), strict=True):
            counts[f"{name}: {chat.senders[code]}"] = int(number)
    statement = counted(
        "%(num)s message shown as deleted, %(edited)s as edited. What people delete for themselves is not in their "
        "exports and leaves no trace.",
        "%(num)s messages shown as deleted, %(edited)s as edited. What people delete for themselves is not in their "
        "exports and leaves no trace.",
        len(deleted),
        edited=len(edited),
    )
    lines = export.lines_of([*deleted.tolist(), *edited.tolist()])
    verdict = Verdict.NO_CONCLUSION if lines else Verdict.CONSISTENT
    return result(export, DECLARED, verdict, statement, counts=counts, lines=lines)


def has_opening(export: Export) -> bool:
    """Whether a notice that opens a chat stands in the first lines."""
    return any(export.chat.event(message) in OPENINGS for message in range(min(FIRST_LINES, len(export.chat))))
