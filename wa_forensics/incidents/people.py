"""Who was asked, who answered, who says they paid, who gave a code, who doubted or warned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from wa_forensics.incidents.marks import HARM
from wa_forensics.incidents.stories import Story
from wa_forensics.model import Analysis, Finding, Role, Said, Severity, Threat, counted, forms, joined, listed, say

REPLIES = ("answered", "paid", "doubted", "warned")
# A word of payment may be about another one, or untrue: the case says no more than that it was written.
PAYMENT = "wrote of a payment"
ORDER = ("asked", "answered", "gave a code", PAYMENT, "doubted", "warned")
# A tip of one group is told by its first people; the counts in the summary are of all.
MOST_ROLES = 2000
AMOUNTS_TOLD = 3
DEEDS = {
    "asked": forms("%(num)s was written to", "%(num)s were written to"),
    "answered": forms("%(num)s answered", "%(num)s answered"),
    "gave a code": forms("%(num)s gave a code", "%(num)s gave a code"),
}


def roles(parts: Sequence[Story], analyses: Sequence[Analysis]) -> tuple[Role, ...]:
    """What others did in an incident, each person and deed of a chat once, in order of deed, time and chat."""
    found: list[Role] = []
    for story in parts:
        found += _of_story(story, analyses[story.chat])
    found.sort(key=lambda role: (ORDER.index(role.did), role.time, role.source, role.message, role.who))
    once: dict[tuple[str, str, str], Role] = {}
    for role in found:
        once.setdefault((role.did, role.source, role.who), role)
    return tuple(once.values())[:MOST_ROLES]


def told(people: Iterable[Role]) -> Said | None:
    """The roles in one sentence, None where there is none."""
    by_deed: dict[str, list[Role]] = {}
    for role in people:
        by_deed.setdefault(role.did, []).append(role)
    words = [counted(*DEEDS[did], len(by_deed[did])) for did in DEEDS if did in by_deed]
    if PAYMENT in by_deed:
        words.append(_payments(by_deed[PAYMENT]))
    wary = {(role.source, role.who) for did in ("doubted", "warned") for role in by_deed.get(did, ())}
    if wary:
        words.append(counted("%(num)s doubted or warned", "%(num)s doubted or warned", len(wary)))
    return say("Of the others, %(deeds)s.", deeds=joined(words, ", ")) if words else None


def _payments(paid: Sequence[Role]) -> Said:
    amounts = list(Counter(amount for role in paid for amount in role.amounts))
    if not amounts:
        return counted("%(num)s wrote of a payment", "%(num)s wrote of a payment", len(paid))
    shown = listed(amounts, AMOUNTS_TOLD)
    return counted(
        "%(num)s wrote of a payment (%(amounts)s)", "%(num)s wrote of a payment (%(amounts)s)", len(paid), amounts=shown
    )


def _of_story(story: Story, analysis: Analysis) -> list[Role]:
    """The roles of one chat; a payment names the amounts written in it, else those of the request."""
    source, chat = analysis.facts.source.name, analysis.facts.name
    serious = [f for f in story.findings if _asks(f)]
    asked = {item.message: item.line for finding in serious for item in finding.evidence}
    suspects = {name for finding in serious for name in finding.actors} | {w.account for w in story.windows}
    amounts: dict[int, tuple[str, ...]] = {}
    for trace in analysis.traces:
        if trace.type == "amount":
            amounts[trace.message] = (*amounts.get(trace.message, ()), trace.value)
    found = []
    for trace in analysis.traces:
        if trace.type in REPLIES and int(trace.value) in asked and trace.sender not in suspects:
            written = amounts.get(trace.message) or amounts.get(int(trace.value), ())
            found.append(
                Role(
                    did=PAYMENT if trace.type == "paid" else trace.type,
                    who=trace.sender,
                    source=source,
                    chat=chat,
                    message=trace.message,
                    line=trace.line,
                    time=trace.time,
                    amounts=written if trace.type == "paid" else (),
                )
            )
    for finding in story.findings:
        if finding.threat is Threat.OTP_DISCLOSED and finding.actors:
            item = finding.evidence[0]
            found.append(_role("gave a code", finding.actors[0], finding, item.message, item.line))
    if serious:
        first = min(serious, key=lambda f: (f.start, f.evidence[0].message))
        others = [name for name in analysis.facts.senders if name not in suspects]
        who = others[0] if len(others) == 1 else chat
        found.append(_role("asked", who, first, first.evidence[0].message, first.evidence[0].line))
    return found


def _asks(finding: Finding) -> bool:
    wanted = finding.threat in HARM or finding.threat is Threat.MASS_MESSAGE
    return wanted and finding.threat is not Threat.EVIDENCE_DELETION and finding.severity >= Severity.MEDIUM


def _role(did: str, who: str, finding: Finding, message: int, line: int) -> Role:
    return Role(
        did=did,
        who=who,
        source=finding.source,
        chat=finding.chat,
        message=message,
        line=line,
        time=finding.start,
    )
