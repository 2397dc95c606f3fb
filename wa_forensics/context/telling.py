"""Makes findings out of episodes: which of their messages a rule names, how bad, how sure, and in which words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from wa_forensics.chat import Chat
from wa_forensics.context.episodes import episodes
from wa_forensics.context.hearing import CODE_REACH, bare_digits
from wa_forensics.context.kinship import akin, worded
from wa_forensics.context.matter import likely
from wa_forensics.context.signals import recites, sightings
from wa_forensics.context.sitting import OWN_WORD
from wa_forensics.context.weighing import HIGH, LOW, MEDIUM, Episode
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Finding, Rule, Said, Severity, counted, joined, listed, phrase, say

SURE = HIGH + 2.0
# What lines are said to do that name nothing themselves.
RETOLD = phrase("quoted messages of this kind")
OTHERWISE = phrase("wrote other lines in a suspicious stretch")
BELONGS = phrase("By place or words the lines may belong to the same matter.")
SENT = phrase("sent bare digits after messages of this kind")
# An observation names at most so many payees, links, amounts or files.
MOST_NAMED = 3
# Kinds of payees that are English words; the others are names of schemes (iban, pix, upi ...).
PAYEE_KINDS = {
    "account": say("account"),
    "alias": say("alias"),
    "card": say("card"),
    "handle": say("payment address"),
    "link": say("link"),
    "mobile": say("phone number"),
    "routing": say("routing number"),
    "till": say("till number"),
}
NEW_DOMAIN = phrase("Link to %(host)s: its domain stands here for the first time.")
KNOWN_DOMAIN = phrase("Link to %(host)s: its domain stood here before.")
NEW_PAYEE = phrase("The payee %(payee)s (%(type)s) stands in this chat for the first time in line %(line)s.")
NEW_PAYEE_AFTER = phrase(
    "The payee %(payee)s (%(type)s) stands in this chat for the first time in line %(line)s; before, the same sender "
    "had named %(before)s (line %(before_line)s)."
)


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
    digits: str = "",
) -> Iterator[Finding]:
    """Per episode one finding on the messages with one of the kinds; ``faint`` kinds alone make one of level low.

    With ``digits``, which says what they may be, bare digits that others send after such messages are named as well.
    """
    found = sightings(chat)
    for episode in episodes(chat):
        if episode.score < least:
            continue
        by_message: dict[int, set[str]] = {}
        for sighting in episode.sightings:
            if (
                sighting.kind in kinds
                and sighting.named
                and (episode.own_hand or not found.said(sighting.message, *OWN_WORD))
            ):
                by_message.setdefault(sighting.message, set()).add(sighting.kind)
        retold = sorted(m for m in by_message if recites(chat, m))
        own = {m: bool(by_message[m] - set(faint)) for m in sorted(by_message.keys() - retold)}
        messages, weak = [m for m, firm in own.items() if firm], [m for m, firm in own.items() if not firm]
        if messages:
            yield finding_of(chat, rule, episode, messages, did=did, inference=inference)
        if retold:
            yield finding_of(chat, rule, episode, retold, did=RETOLD, inference=BELONGS, severity=Severity.LOW)
        if weak:
            yield finding_of(chat, rule, episode, weak, did=did, inference=inference, severity=Severity.LOW)
        sent = _digits_after(chat, episode, messages) if digits and episode.score >= MEDIUM else []
        if sent:
            yield finding_of(chat, rule, episode, sent, did=SENT, inference=digits, severity=Severity.LOW)
        if episode.score < MEDIUM:
            continue
        about = {*akin(chat, episode, kinds), *worded(chat, episode, kinds), *likely(chat, episode, kinds)}
        other = sorted(about - by_message.keys())
        if other:
            yield finding_of(chat, rule, episode, other, did=OTHERWISE, inference=BELONGS, severity=Severity.LOW)


def _digits_after(chat: Chat, episode: Episode, asked: Sequence[int]) -> list[int]:
    """Bare digits that others send soon after one of the messages."""
    bare = bare_digits(chat, episode.sender, episode.messages[0], episode.messages[-1])
    return [m for m in bare if any(0 < m - request <= CODE_REACH for request in asked)]


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
        observation=joined([observed(chat, messages, did), *named_facts(chat, messages)]),
        inference=inference,
        confidence=confidence_of(episode.score),
        severity=capped(rule, episode) if severity is None else severity,
        signals=episode.signals,
    )


def observed(chat: Chat, messages: Sequence[int], did: str) -> Said:
    """Who did what, in how many messages, where and when: checkable facts only."""
    names = list(dict.fromkeys(name for m in messages if (name := chat.sender(m)) is not None))
    first, last = messages[0], messages[-1]
    line = chat.columns.line
    facts: dict[str, str] = {
        "did": did if isinstance(did, Said) else say(did),
        "first": chat.time(first),
        "line": str(line[first]),
    }
    if first != last:
        facts |= {"last": chat.time(last), "last_line": str(line[last])}
        facts["count"] = counted("in %(num)s message", "in %(num)s messages", len(messages))
    if not names:
        if first == last:
            return say("The app %(did)s at %(first)s (line %(line)s).", **facts)
        return say(
            "The app %(did)s %(count)s between %(first)s and %(last)s (lines %(line)s to %(last_line)s).", **facts
        )
    facts["who"] = (
        joined(names, " and ") if len(names) < 4 else counted("%(num)s sender", "%(num)s senders", len(names))
    )
    if first == last:
        return say("%(who)s %(did)s at %(first)s (line %(line)s).", **facts)
    return say("%(who)s %(did)s %(count)s between %(first)s and %(last)s (lines %(line)s to %(last_line)s).", **facts)


def named_facts(chat: Chat, messages: Sequence[int]) -> list[Said]:
    """What the messages name, as sentences: amounts, payees and whether they are new here, hosts of links, files."""
    wanted = set(messages)
    facts: list[Said] = []
    amounts = list(dict.fromkeys(a.text.strip() for a in chat.amounts if a.message in wanted))
    if amounts:
        facts.append(say("Amounts written: %(amounts)s.", amounts=listed(amounts, MOST_NAMED)))
    facts += _payee_facts(chat, wanted)
    hosts: dict[str, str] = {}
    met: set[str] = set()
    for link in chat.links:
        if link.message in wanted and len(hosts) < MOST_NAMED:
            hosts.setdefault(link.host.replace(".", "[.]"), KNOWN_DOMAIN if link.domain in met else NEW_DOMAIN)
        met.add(link.domain)
    facts += [say(template, host=host) for host, template in hosts.items()]
    files = [chat.attachments[m] for m in sorted(wanted) if m in chat.attachments]
    if files:
        facts.append(say("Files: %(files)s.", files=listed(files, MOST_NAMED)))
    return facts


def _payee_facts(chat: Chat, wanted: set[int]) -> list[Said]:
    """For each new payee in the messages: where it stands, and which one the same sender had named before."""
    facts: list[Said] = []
    seen: dict[str, int] = {}
    before: dict[tuple[int, str], tuple[str, int]] = {}
    line = chat.columns.line
    for payee in chat.payees:
        key = int(chat.columns.sender[payee.message]), payee.type
        if payee.message in wanted and payee.value not in seen and len(facts) < MOST_NAMED:
            fact = {
                "payee": payee.value,
                "type": PAYEE_KINDS.get(payee.type, payee.type),
                "line": str(line[payee.message]),
            }
            if key in before:
                value, where = before[key]
                facts.append(say(NEW_PAYEE_AFTER, **fact, before=value, before_line=str(line[where])))
            else:
                facts.append(say(NEW_PAYEE, **fact))
        seen.setdefault(payee.value, payee.message)
        if payee.message not in wanted:
            before[key] = (payee.value, payee.message)
    return facts
