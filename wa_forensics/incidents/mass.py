"""The same text, with names and amounts changed, sent into several chats within hours."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from wa_forensics.incidents.sketch import groups
from wa_forensics.incidents.stories import HOUR, seconds
from wa_forensics.incidents.union import Union
from wa_forensics.model import (
    Analysis,
    Confidence,
    Evidence,
    Finding,
    Rule,
    Severity,
    Signal,
    Stage,
    Threat,
    Trace,
    counted,
    say,
)

# Exports carry no time zone: the same moment can stand 26 hours apart in two of them (UTC-12 and UTC+14).
CLOCK_TOLERANCE = 26 * HOUR
# A run of the same text goes on while the next one follows within this time.
PAUSE = 48 * HOUR
# A text that goes round for longer is a template or a habit, unless findings rest on half of its copies.
LONGEST = 7 * 24 * HOUR
# One flagged copy among many is a false alarm of a detector, not a mark on the others.
FLAGGED_SHARE = 0.2
# A request that stands out, sent into several chats within two days, outweighs that those who sent it were known
# there. The prior and the levels are those of a stretch of one chat (context.episodes).
EACH_CHAT, MOST_FOR_CHATS = 0.7, 4.0
PRIOR_KNOWN = -4.8
MEDIUM, HIGH = 0.0, 1.6
# Without a flagged copy only a burst is worth a line.
BURST = 24 * HOUR
# Only texts that stand in few exports tell which of them show one conversation.
FEW = 4

RULE = Rule(
    id="mass-message",
    title="The same text was sent into several chats",
    threat=Threat.MASS_MESSAGE,
    stage=Stage.PROPAGATION,
    severity=Severity.MEDIUM,
    why=(
        "Whoever takes over an account, or runs a fraud, writes to many contacts within hours and changes "
        "little more than names and amounts. One chat cannot show this; several exports together can."
    ),
    alternatives=(
        "An invitation, greeting or business notice that the owner sent to several people.",
        "A text that several people forwarded.",
    ),
    next_steps=(
        "Ask the other contacts of the account for their exports of the same days.",
        "Compare the exact times with the provider's records, because exports carry no time zone.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Wave:
    """One text in several exports: (chat number, trace) of each copy, in order of time.

    ``harmful`` if findings rest on some of them, or the text itself asks for so much that several chats make a
    finding; then ``score`` is what it comes to (log-odds). ``conversations`` counts exports of one conversation once.
    """

    copies: tuple[tuple[int, Trace], ...]
    harmful: bool
    conversations: int
    score: float | None = None

    @property
    def chats(self) -> tuple[int, ...]:
        return tuple(sorted({chat for chat, _ in self.copies}))


def waves(analyses: Sequence[Analysis], pairs: Sequence[tuple[int, int]] = ()) -> tuple[Wave, ...]:
    """Texts that stand in two exports or more within days of each other, near-duplicates included."""
    copies = [(chat, t) for chat, a in enumerate(analyses) for t in a.traces if t.type == "text"]
    by_group: dict[int, list[tuple[int, Trace]]] = {}
    for place, group in enumerate(groups([t.value for _, t in copies]).tolist()):
        if group >= 0:
            by_group.setdefault(group, []).append(copies[place])
    several = [by_group[g] for g in sorted(by_group) if len({chat for chat, _ in by_group[g]}) > 1]
    conversation = _conversations(several, analyses, pairs)
    return tuple(wave for members in several for wave in _runs(members, conversation))


def _conversations(
    several: Sequence[list[tuple[int, Trace]]], analyses: Sequence[Analysis], pairs: Sequence[tuple[int, int]]
) -> list[int]:
    """Per chat the first chat that is the same conversation: two members of a group may both have exported
    it.

    Exports of one conversation share most of their longer texts, exports of different ones share the odd
    text.
    """
    texts = [sum(t.type == "text" for t in a.traces) for a in analyses]
    together: Counter[tuple[int, int]] = Counter()
    for members in several:
        chats = sorted({chat for chat, _ in members})
        if len(chats) <= FEW:
            together.update(combinations(chats, 2))
    same = Union(len(analyses))
    first_with: dict[str, int] = {}
    for chat, analysis in enumerate(analyses):
        same.join(first_with.setdefault(analysis.facts.source.text_sha256, chat), chat)
    for one, other in pairs:
        same.join(one, other)
    for (one, other), count in sorted(together.items()):
        if count >= 3 and count >= 0.5 * min(texts[one], texts[other]):
            same.join(one, other)
    return [same.find(chat) for chat in range(len(analyses))]


def _runs(members: list[tuple[int, Trace]], conversation: Sequence[int]) -> list[Wave]:
    members = sorted(members, key=lambda m: (m[1].time, m[0], m[1].message))
    runs: list[list[tuple[int, Trace]]] = []
    for member in members:
        if runs and seconds(member[1].time) - seconds(runs[-1][-1][1].time) <= PAUSE:
            runs[-1].append(member)
        else:
            runs.append([member])
    several = [run for run in runs if len({chat for chat, _ in run}) > 1]
    return [wave for wave in (_wave(run, conversation) for run in several) if wave is not None]


def _wave(run: list[tuple[int, Trace]], conversation: Sequence[int]) -> Wave | None:
    """A run of copies as a wave; None if it looks like a habit: too long, or unflagged and slow."""
    flagged = sum(trace.flagged for _, trace in run) / len(run)
    duration = seconds(run[-1][1].time) - seconds(run[0][1].time)
    conversations = len({conversation[chat] for chat, _ in run})
    if duration > LONGEST and flagged < 0.5:
        return None
    harmful = flagged >= FLAGGED_SHARE
    from statistics import median

    shown = median(trace.weight for _, trace in run)
    score = shown + min(MOST_FOR_CHATS, EACH_CHAT * conversations) + PRIOR_KNOWN
    if conversations >= 3 and shown and score >= MEDIUM and duration <= PAUSE and not harmful:
        return Wave(copies=tuple(run), harmful=True, conversations=conversations, score=round(score, 3))
    if not harmful and conversations > 1 and (conversations < 3 or duration > BURST):
        return None
    return Wave(copies=tuple(run), harmful=harmful, conversations=conversations)


def findings_of(wave: Wave, analyses: Sequence[Analysis]) -> list[tuple[int, Finding]]:
    """One finding per chat of a wave, as (chat number, finding). Without a harmful copy the level is low.

    None if the exports show one conversation: then the text was sent once.
    """
    if wave.conversations < 2:
        return []
    by_chat: dict[int, list[Trace]] = {}
    for chat, trace in wave.copies:
        by_chat.setdefault(chat, []).append(trace)
    first, last = wave.copies[0][1].time, wave.copies[-1][1].time
    many = wave.conversations >= 3
    severity = (Severity.HIGH if many else Severity.MEDIUM) if wave.harmful else Severity.LOW
    if wave.score is not None and wave.score < HIGH:
        severity = min(severity, Severity.MEDIUM)
    senders = sorted({trace.sender for _, trace in wave.copies})
    return [
        (chat, _finding(analyses[chat], by_chat[chat], severity, many, (len(by_chat), first, last, senders)))
        for chat in sorted(by_chat)
    ]


def _finding(
    analysis: Analysis,
    copies: list[Trace],
    severity: Severity,
    many: bool,
    wave: tuple[int, str, str, list[str]],
) -> Finding:
    chats, first, last, senders = wave
    source = analysis.facts.source
    copies = sorted(copies, key=lambda t: t.message)
    key = f"{RULE.id}|{source.text_sha256}|{source.name}|{','.join(str(t.message) for t in copies)}"
    names = counted("%(num)s sender name", "%(num)s sender names", len(senders))
    return Finding(
        id=hashlib.sha256(key.encode()).hexdigest()[:16],
        rule=RULE.id,
        title=RULE.title,
        threat=RULE.threat,
        stage=RULE.stage,
        severity=severity,
        confidence=Confidence.HIGH if many else Confidence.MEDIUM,
        source=source.name,
        chat=analysis.facts.name,
        actors=tuple(dict.fromkeys(t.sender for t in copies)),
        start=copies[0].time,
        end=copies[-1].time,
        observation=say(
            "A text that differs in little more than names and numbers stands in %(chats)s of the exports, under "
            "%(names)s, between %(first)s and %(last)s by the clocks of the exports.",
            chats=chats,
            names=names,
            first=first,
            last=last,
        ),
        inference=("One hand may have sent a prepared text to several contacts; a forwarded notice is possible too."),
        alternatives=RULE.alternatives,
        next_steps=RULE.next_steps,
        evidence=tuple(
            Evidence(
                message=t.message,
                source=source.name,
                line=t.line,
                line_end=t.line_end,
                byte_offset=t.byte_offset,
                byte_length=t.byte_length,
                quote=t.quote,
            )
            for t in copies
        ),
        signals=(
            Signal(
                name="same text in several chats",
                weight=round(min(MOST_FOR_CHATS, EACH_CHAT * chats), 4),
                detail=counted("%(num)s chat", "%(num)s chats", chats),
            ),
        ),
        score=round(min(MOST_FOR_CHATS, EACH_CHAT * chats), 4),
        details={"chats": chats, "senders": senders[:50]},
    )
