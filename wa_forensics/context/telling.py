"""Makes findings out of episodes: which of their messages a rule names, how bad, how sure, and in which words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from wa_forensics.chat import Chat
from wa_forensics.context.episodes import HIGH, LOW, MEDIUM, Episode, episodes
from wa_forensics.context.kinship import akin
from wa_forensics.context.signals import sightings
from wa_forensics.context.sitting import OWN_WORD
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Finding, Rule, Severity

SURE = HIGH + 2.0
# What lines are said to do that name nothing themselves.
BETWEEN = "wrote next to messages of this kind"
# An observation names at most so many payees, links, amounts or files.
MOST_NAMED = 3


def confidence_of(score: float) -> Confidence:
    """How sure a score makes us."""
    if score >= SURE:
        return Confidence.HIGH
    return Confidence.MEDIUM if score >= MEDIUM else Confidence.LOW


def capped(rule: Rule, episode: Episode) -> Severity:
    """The rule's severity, but never more than the episode carries."""
    return min(rule.severity, episode.severity)


def episode_findings(
    chat: Chat,
    rule: Rule,
    kinds: Collection[str],
    *,
    did: str,
    inference: str,
    least: float = LOW,
    faint: Collection[str] = (),
) -> Iterator[Finding]:
    """Per episode one finding on the messages with one of the kinds; ``faint`` kinds alone make one of level low."""
    found = sightings(chat)
    for episode in episodes(chat):
        if episode.score < least:
            continue
        by_message: dict[int, set[str]] = {}
        for sighting in episode.sightings:
            if sighting.kind in kinds and (episode.stranger or not found.said(sighting.message, *OWN_WORD)):
                by_message.setdefault(sighting.message, set()).add(sighting.kind)
        messages = sorted(m for m, seen in by_message.items() if seen - set(faint))
        weak = sorted(m for m in by_message if m not in messages)
        if messages:
            yield finding_of(chat, rule, episode, messages, did=did, inference=inference)
        if weak:
            yield finding_of(chat, rule, episode, weak, did=did, inference=inference, severity=Severity.LOW)
        near = [m for m in akin(chat, episode, kinds) if m not in by_message] if episode.score >= MEDIUM else []
        if messages and near:
            yield finding_of(chat, rule, episode, near, did=BETWEEN, inference=inference, severity=Severity.LOW)


def finding_of(
    chat: Chat,
    rule: Rule,
    episode: Episode,
    messages: Sequence[int],
    *,
    did: str,
    inference: str,
    severity: Severity | None = None,
) -> Finding:
    """A finding on messages that belong to an episode; its signals are those of the episode."""
    return make_finding(
        chat,
        rule,
        messages,
        observation=" ".join([observed(chat, messages, did), *named_facts(chat, messages)]),
        inference=inference,
        confidence=confidence_of(episode.score),
        severity=capped(rule, episode) if severity is None else severity,
        signals=episode.signals,
    )


def observed(chat: Chat, messages: Sequence[int], did: str) -> str:
    """Who did what, in how many messages, where and when: checkable facts only."""
    names = list(dict.fromkeys(name for m in messages if (name := chat.sender(m)) is not None))
    who = " and ".join(names) if 0 < len(names) < 4 else f"{len(names)} senders" if names else "The app"
    first, last = messages[0], messages[-1]
    line = chat.columns.line
    if first == last:
        return f"{who} {did} at {chat.time(first)} (line {line[first]})."
    return (
        f"{who} {did} in {len(messages)} messages between {chat.time(first)} and {chat.time(last)} "
        f"(lines {line[first]} to {line[last]})."
    )


def named_facts(chat: Chat, messages: Sequence[int]) -> list[str]:
    """What the messages name, as sentences: amounts, payees and whether they are new here, hosts of links, files."""
    wanted = set(messages)
    facts: list[str] = []
    amounts = list(dict.fromkeys(a.text.strip() for a in chat.amounts if a.message in wanted))
    if amounts:
        facts.append(f"Amounts written: {_listed(amounts)}.")
    facts += _payee_facts(chat, wanted)
    hosts: dict[str, str] = {}
    met: set[str] = set()
    for link in chat.links:
        if link.message in wanted and len(hosts) < MOST_NAMED:
            new = "stood here before" if link.domain in met else "stands here for the first time"
            hosts.setdefault(link.host.replace(".", "[.]"), new)
        met.add(link.domain)
    facts += [f"Link to {host}: its domain {new}." for host, new in hosts.items()]
    files = [chat.attachments[m] for m in sorted(wanted) if m in chat.attachments]
    if files:
        facts.append(f"Files: {_listed(files)}.")
    return facts


def _payee_facts(chat: Chat, wanted: set[int]) -> list[str]:
    """For each new payee in the messages: where it stands, and which one the same sender had named before."""
    facts: list[str] = []
    seen: dict[str, int] = {}
    before: dict[tuple[int, str], tuple[str, int]] = {}
    line = chat.columns.line
    for payee in chat.payees:
        key = int(chat.columns.sender[payee.message]), payee.type
        if payee.message in wanted and payee.value not in seen and len(facts) < MOST_NAMED:
            here = f"line {line[payee.message]}"
            fact = f"The payee {payee.value} ({payee.type}) stands in this chat for the first time in {here}"
            if key in before:
                value, where = before[key]
                fact += f"; before, the same sender had named {value} (line {line[where]})"
            facts.append(fact + ".")
        seen.setdefault(payee.value, payee.message)
        if payee.message not in wanted:
            before[key] = (payee.value, payee.message)
    return facts


def _listed(items: Sequence[str]) -> str:
    more = f" and {len(items) - MOST_NAMED} more" if len(items) > MOST_NAMED else ""
    return ", ".join(items[:MOST_NAMED]) + more
