"""Others warn, doubt or disown; the owner tells of the theft.

Family, colleagues or the owner on another phone say that the account, link or request is false.
In an export: warnings, doubts, "that was not me", "my WhatsApp was hacked", during or after a suspicious stretch.
Limits: talk about scams in general is not reported; quotations are told from warnings by words only. What no phrase
says but reads like such an answer (``context.reactions``) is named low: about half of these lines are something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import (
    MEDIUM,
    Episode,
    Reaction,
    carried,
    episodes,
    finding_of,
    observed,
    reactions,
    sightings,
)
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Example, Finding, Rule, Severity, Stage, Threat, joined, phrase, say
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="warning-from-others",
    title="Others warn, or the owner disowns the messages",
    threat=Threat.WARNING_FROM_OTHERS,
    stage=Stage.AFTERMATH,
    severity=Severity.MEDIUM,
    why="These lines are the strongest confirmation in an export and bound the attack in time.",
    alternatives=("A joke, or a warning about something else.",),
    next_steps=("Take statements from those who warned.", "Use the time as the latest end of the attack."),
    references=("https://faq.whatsapp.com/1131652977717250",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hi mum it's me, my phone is broken, this is my new number, can you pay a bill of 900 GBP today?",
                ),
                ("Ana", "mum don't pay, it's a scam, I just called him and that is not him"),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "there was a talk about phishing at work"), ("Ben", "useful"))),),
)
STRONG = (Concept.WARNING, Concept.HACKED_DISCLOSURE, Concept.DISOWNING)
# Advice on what to do now, and what was done, follows a warning more often than it is one.
DOUBT = (Concept.IDENTITY_DOUBT, Concept.SCAM_TALK, Concept.VERIFIED_BY_CALL, Concept.REPORTING)
AFTER = 7 * 86400
# Owners disown what was written under their name when the money is missed.
MISSED = 30 * 86400
# Warnings while the attack runs are named at full level, what follows at a lower one.
SOON = 3600


def detect(chat: Chat) -> Iterator[Finding]:
    """Per suspicious stretch findings on warnings, doubts and, lower, likely reactions; a disclosure alone is low."""
    talk = sightings(chat).talk
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    serious = [e for e in episodes(chat) if e.score >= MEDIUM]
    hostile = {m for e in serious for m in e.messages}
    taken: set[int] = set()
    certain = talk[Concept.WARNING] | talk[Concept.HACKED_DISCLOSURE]
    for concepts, did in ((STRONG, phrase("warned or disowned")), (DOUBT, phrase("doubted"))):
        spoken = {m for concept in concepts for m in talk[concept]} - hostile
        for episode in sorted(serious, key=lambda e: -e.score):
            lines = [m for m in _after(chat, episode, spoken, seconds) if m not in taken]
            lines = [m for m in lines if not (episode.own_hand and chat.columns.sender[m] == episode.sender)]
            taken.update(lines)
            end = seconds[episode.messages[-1]] + SOON
            # "I did not send that" is strong from the owner; from others it may be about anything.
            # So is "it says never to share the code": the reader reads out what the bank or the app wrote.
            firm = {m for m in lines if m in certain or chat.columns.sender[m] == episode.sender}
            firm -= talk[Concept.CODE_NEVER_SHARE] - talk[Concept.HACKED_DISCLOSURE] - talk[Concept.SCAM_TALK]
            soon = [m for m in lines if concepts is STRONG and m in firm and seconds[m] <= end]
            for part, severity in ((soon, Severity.MEDIUM), ([m for m in lines if m not in soon], Severity.LOW)):
                if part:
                    yield finding_of(
                        chat,
                        RULE,
                        episode,
                        part,
                        did=did,
                        inference="The others saw the messages as false.",
                        severity=severity,
                    )
    yield from _reacting(chat, taken | hostile)
    for message in sorted(talk[Concept.HACKED_DISCLOSURE] - taken - hostile):
        named = [chat.senders[code] for code in sorted(chat.accounts_in(message))]
        yield make_finding(
            chat,
            RULE,
            [message],
            observation=observed(chat, [message], _told_of(named)),
            inference="An account may have been taken over, in this chat or elsewhere.",
            confidence=Confidence.MEDIUM if named else Confidence.LOW,
            severity=Severity.MEDIUM if named else Severity.LOW,
        )


def _reacting(chat: Chat, named: set[int]) -> Iterator[Finding]:
    """Per suspicious stretch one low finding on the other lines that likely react to it."""
    by_episode: dict[int, list[Reaction]] = {}
    for reaction in reactions(chat):
        if reaction.message not in named:
            by_episode.setdefault(id(reaction.episode), []).append(reaction)
    for found in by_episode.values():
        messages = [reaction.message for reaction in found]
        account = chat.senders[found[0].episode.sender]
        yield make_finding(
            chat,
            RULE,
            messages,
            observation=observed(
                chat, messages, say("wrote after suspicious messages of %(account)s", account=account)
            ),
            inference="By wording and place the lines may doubt, warn or tell of the loss.",
            confidence=Confidence.LOW,
            severity=Severity.LOW,
            signals=carried(found),
            details={"log_odds_by_line": {str(chat.columns.line[r.message]): round(r.odds, 2) for r in found}},
        )


def _told_of(names: Sequence[str]) -> str:
    if not names:
        return phrase("told of a hacked or stolen account")
    return say("told of a hacked or stolen account and named %(names)s", names=joined(names, " and "))


def _after(
    chat: Chat, episode: Episode, messages: set[int], seconds: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> list[int]:
    """Those of the messages that a person wrote after a stretch began; the owner of a stolen account may come late."""
    first, last = episode.messages[0], seconds[episode.messages[-1]]
    senders = chat.columns.sender
    late = {
        m for m in messages if senders[m] == episode.sender and not episode.own_hand and seconds[m] <= last + MISSED
    }
    return sorted(m for m in messages if m > first and senders[m] >= 0 and (seconds[m] <= last + AFTER or m in late))
