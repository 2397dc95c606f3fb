"""A suspicious account removes those who warn, or closes the group.

Operators of a false group, or a hijacked admin, remove members, let only admins write, or switch on disappearing
messages.
In an export: lines of the app that name the account of a suspicious stretch as the one who acted.
Limits: who acted is read from the line's beginning; some languages name the actor later.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, episodes, finding_of
from wa_forensics.entities import clean
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Event

RULE = Rule(
    id="group-control",
    title="Members removed or the group closed by a suspicious account",
    threat=Threat.INTRUDER_OTHER,
    stage=Stage.CONCEALMENT,
    severity=Severity.MEDIUM,
    why="Those who warn are silenced and traces vanish.",
    alternatives=("An admin kept order.",),
    next_steps=("Ask the removed members for their exports.",),
    references=("https://faq.whatsapp.com/841426356990637",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Join our VIP stock group, guaranteed returns 20% daily, invest from 500 USDT on our trading platform",
                ),
                ("", "+44 7700 900123 removed Ana"),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "hello"), ("", "Ana removed Ben"))),),
)
EVENTS = (
    Event.GROUP_PARTICIPANT_REMOVED,
    Event.GROUP_SETTINGS_SEND_MESSAGES,
    Event.GROUP_ADMIN_DEMOTED,
    Event.DISAPPEARING_ON,
    Event.DELETED_BY_ADMIN,
    Event.GROUP_INVITE_LINK_RESET,
    Event.ADVANCED_CHAT_PRIVACY,
)
AFTER = 400


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per suspicious account that acted."""
    acts = chat.messages_with(events=EVENTS).tolist()
    if not acts:
        return
    told: dict[int, list[int]] = {}
    best = {}
    for episode in episodes(chat):
        if episode.score < MEDIUM:
            continue
        name = clean(chat.senders[episode.sender]).strip().lstrip("~ ")
        if episode.sender not in best or episode.score > best[episode.sender].score:
            best[episode.sender] = episode
        for message in acts:
            inside = episode.messages[0] < message <= episode.messages[-1] + AFTER
            if (
                inside
                and clean(chat.text(message)).strip().startswith(name)
                and message not in told.get(episode.sender, [])
            ):
                told.setdefault(episode.sender, []).append(message)
    for sender, messages in sorted(told.items()):
        yield finding_of(
            chat,
            RULE,
            best[sender],
            sorted(messages),
            did=f"noted acts of {chat.senders[sender]} on the group",
            inference="The acts fit an attempt to silence warnings.",
        )
