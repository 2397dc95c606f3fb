"""Own rules over a chat: one scan for the phrases of all of them, one finding per stretch of a sender's messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.findings import make_finding
from wa_forensics.model import Amount, Code, Finding, Link, OwnRule, Payee, PhoneNumber, counted, listed
from wa_forensics.search import Lexicon, compile_phrase
from wa_forensics.userrules.rules import CONTENTS

PAUSE = 24 * 3600
MOST_MESSAGES = 200

# Message id to the phrase that it matched.
Matched = Mapping[int, str]


def find_matches(chat: Chat, rules: Sequence[OwnRule]) -> Mapping[str, Matched]:
    """For each rule (by id) the messages that match it, ascending, with the phrase that did."""
    if not rules:
        return {}
    phrases = _lexicon(tuple(rules))
    hits = chat.hits(phrases)
    parts: dict[tuple[str, str], dict[int, str]] = {}
    for message, phrase in zip(hits.messages.tolist(), hits.phrases.tolist(), strict=True):
        found = phrases.phrases[phrase]
        rule, _, part = found.concept.partition(" ")
        parts.setdefault((rule, part), {}).setdefault(message, found.text)
    for rule in rules:
        for part, texts in (("with", rule.with_phrases), ("without", rule.without_phrases)):
            for text in texts:
                for message in _holding(chat, text):
                    parts.setdefault((rule.id, part), {}).setdefault(message, text)
    return {
        rule.id: {
            message: phrase
            for message, phrase in parts.get((rule.id, "phrases"), {}).items()
            if (not rule.with_phrases or message in parts.get((rule.id, "with"), {}))
            and message not in parts.get((rule.id, "without"), {})
        }
        for rule in rules
    }


def messages_with(chat: Chat, phrase: str) -> set[int]:
    """The messages that hold one phrase or content of a rule."""
    return set(_holding(chat, phrase)) if phrase in CONTENTS else set(chat.search(phrase).tolist())


def _holding(chat: Chat, content: str) -> Iterator[int]:
    """The messages that hold a link, an amount, a payee, a number or a code; none for a phrase."""
    tables: Mapping[str, Callable[[], Sequence[Link | Amount | Payee | PhoneNumber | Code]]] = {
        "<link>": lambda: chat.links,
        "<money>": lambda: chat.amounts,
        "<payee>": lambda: chat.payees,
        "<phone>": lambda: chat.phones,
        "<code>": lambda: chat.codes,
    }
    if content in tables:
        yield from (item.message for item in tables[content]())


@lru_cache(maxsize=4)
def _lexicon(rules: tuple[OwnRule, ...]) -> Lexicon:
    return Lexicon(
        [
            compile_phrase(text, concept=f"{rule.id} {part}")
            for rule in rules
            for part, texts in (
                ("phrases", rule.phrases),
                ("with", rule.with_phrases),
                ("without", rule.without_phrases),
            )
            for text in texts
            if part == "phrases" or text not in CONTENTS
        ]
    )


def own_findings(chat: Chat, own: OwnRule, matched: Matched) -> Iterator[Finding]:
    """One finding for each stretch of one sender's matching messages with pauses of a day at most."""
    for messages in _stretches(chat, matched):
        sender = chat.sender(messages[0]) or ""
        phrases = list(dict.fromkeys(matched[message] for message in messages))
        facts = {"sender": sender, "rule": own.id, "phrases": listed(phrases, 1)}
        facts |= {"start": chat.time(messages[0]), "end": chat.time(messages[-1])}
        yield make_finding(
            chat,
            own.rule,
            messages[:MOST_MESSAGES],
            observation=counted(
                "%(sender)s wrote %(num)s message at %(start)s in the words of the examiner's rule %(rule)s "
                "(%(phrases)s).",
                "%(sender)s wrote %(num)s messages between %(start)s and %(end)s in the words of the examiner's rule "
                "%(rule)s (%(phrases)s).",
                len(messages),
                **facts,
            ),
            inference=own.why,
            confidence=own.confidence,
            details={"own_rule": True, "phrases": phrases},
        )


def _stretches(chat: Chat, matched: Matched) -> list[list[int]]:
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    open_ones: dict[int, list[int]] = {}
    found: list[list[int]] = []
    for message in sorted(matched):
        sender = int(chat.columns.sender[message])
        last = open_ones.get(sender)
        if last is not None and abs(int(seconds[message] - seconds[last[-1]])) <= PAUSE:
            last.append(message)
        else:
            open_ones[sender] = [message]
            found.append(open_ones[sender])
    return found
