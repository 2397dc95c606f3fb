"""The words and levels of an incident: title, severity, confidence, summary, other explanations, story."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wa_forensics.incidents.hand import RULE as TAKEOVER
from wa_forensics.incidents.marks import HARM
from wa_forensics.incidents.people import roles, told
from wa_forensics.incidents.stories import Story
from wa_forensics.model import (
    Analysis,
    Confidence,
    Finding,
    Incident,
    Indicator,
    Said,
    Severity,
    Step,
    Threat,
    Window,
    counted,
    joined,
    phrase,
    say,
)

WORDS: Mapping[Threat, str] = {
    Threat.OTP_REQUEST: phrase("request for a code"),
    Threat.OTP_DISCLOSED: phrase("code given away"),
    Threat.PAYMENT_REQUEST: phrase("payment request"),
    Threat.BANK_DETAILS_CHANGED: phrase("changed payee"),
    Threat.MALICIOUS_LINK: phrase("suspicious link"),
    Threat.LOOKALIKE_LINK: phrase("look-alike link"),
    Threat.MALWARE_FILE: phrase("dangerous file"),
    Threat.IMPERSONATION_NEW_NUMBER: phrase("claim to be somebody else"),
    Threat.URGENT_MONEY: phrase("pressure about money"),
    Threat.JOB_OR_INVESTMENT_SCAM: phrase("job or investment pitch"),
    Threat.GIVEAWAY: phrase("prize or vote bait"),
    Threat.GIFT_CARD_OR_CRYPTO: phrase("gift cards or crypto"),
    Threat.REMOTE_ACCESS: phrase("remote access"),
    Threat.SECURITY_NOTICE: phrase("security notice"),
    Threat.EVIDENCE_DELETION: phrase("deleted messages"),
    Threat.WARNING_FROM_OTHERS: phrase("warning or disowning"),
    Threat.INTRUDER_OTHER: phrase("cover story or pressure"),
    Threat.BEHAVIOUR_CHANGE: phrase("change of writing habits"),
    Threat.SHARED_ACCOUNT: phrase("several hands on one account"),
    Threat.MASS_MESSAGE: phrase("same text in several chats"),
    Threat.NEW_LINK: phrase("first-ever link"),
    Threat.IDENTITY: phrase("identity question"),
    Threat.INTEGRITY: phrase("integrity of the export"),
}
MONEY = frozenset(
    {Threat.PAYMENT_REQUEST, Threat.BANK_DETAILS_CHANGED, Threat.GIFT_CARD_OR_CRYPTO, Threat.URGENT_MONEY}
)
STYLE = frozenset({Threat.BEHAVIOUR_CHANGE, Threat.SHARED_ACCOUNT})
DECISIVE = frozenset({Threat.OTP_REQUEST, Threat.BANK_DETAILS_CHANGED, Threat.GIFT_CARD_OR_CRYPTO})
LONGEST_STORY = 400


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the words of an incident are made of."""

    findings: tuple[Finding, ...]
    windows: tuple[Window, ...]
    chats: tuple[str, ...]
    accounts: tuple[str, ...]
    threats: frozenset[Threat]
    start: str
    end: str
    payee_inside: bool


def incident_of(parts: Sequence[Story], analyses: Sequence[Analysis]) -> Incident:
    """One incident from the stories of one or several chats."""
    findings = tuple(
        sorted(
            (f for story in parts for f in story.findings),
            key=lambda f: (f.start, f.source, f.evidence[0].message, f.rule, f.id),
        )
    )
    windows = tuple(sorted((w for s in parts for w in s.windows), key=lambda w: (w.source, w.first_message, w.account)))
    times = [t for f in findings for t in (f.start, f.end)] + [t for w in windows for t in (w.start, w.end)]
    facts = Facts(
        findings=findings,
        windows=windows,
        chats=tuple(sorted({analyses[story.chat].facts.name for story in parts})),
        accounts=_accounts(findings, windows),
        threats=frozenset(f.threat for f in findings if f.severity >= Severity.LOW),
        start=min(times),
        end=max(times),
        payee_inside=any(_payee_inside(story, analyses[story.chat]) for story in parts),
    )
    people = roles(parts, analyses)
    key = "|".join(sorted(f.id for f in findings) + [f"{w.source}:{w.first_message}:{w.account}" for w in windows])
    return Incident(
        id="incident-" + hashlib.sha256(key.encode()).hexdigest()[:12],
        title=_title(facts),
        severity=_severity(facts),
        confidence=_confidence(facts),
        accounts=facts.accounts,
        chats=facts.chats,
        start=facts.start,
        end=facts.end,
        stages=tuple(sorted({f.stage for f in findings})),
        findings=tuple(f.id for f in findings),
        windows=windows,
        summary=_summary(facts, told(people)),
        alternatives=_alternatives(facts),
        indicators=_indicators(parts, analyses),
        basis=tuple(dict.fromkeys(sentence for story in parts for sentence in story.basis)),
        story=_story(facts),
        people=people,
    )


def _accounts(findings: Iterable[Finding], windows: Sequence[Window]) -> tuple[str, ...]:
    """The accounts the incident is about: taken over, else those whose messages carry the harm, heaviest
    first.
    """
    taken = tuple(dict.fromkeys(w.account for w in windows))
    if taken:
        return taken
    weight: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for finding in findings:
        for name in finding.actors[:1] if finding.threat in HARM else finding.actors:
            tally = weight if finding.threat in HARM else others
            tally[name] += 1 + int(finding.severity)
    tally = weight or others
    most = max(tally.values(), default=0)
    ranked = sorted(tally, key=lambda name: (-tally[name], name))
    return tuple(name for name in ranked if tally[name] >= 0.1 * most)


def _title(facts: Facts) -> Said:
    title = say("Possible %(what)s", what=_happened(facts))
    if len(facts.chats) > 1:
        chats = counted("%(num)s chat", "%(num)s chats", len(facts.chats))
        title = say("Possible %(what)s in %(chats)s", what=_happened(facts), chats=chats)
    more = len(facts.accounts) - 1
    if more > 0:
        return counted(
            "%(title)s: %(account)s and %(num)s more",
            "%(title)s: %(account)s and %(num)s more",
            more,
            title=title,
            account=facts.accounts[0],
        )
    return say("%(title)s: %(account)s", title=title, account=facts.accounts[0]) if facts.accounts else title


def _happened(facts: Facts) -> Said:
    threats = facts.threats
    if facts.windows:
        if threats & MONEY:
            return say("account taken over and used to ask for money")
        if Threat.OTP_REQUEST in threats:
            return say("account taken over and used to ask for codes")
        if threats & {Threat.MALWARE_FILE, Threat.MALICIOUS_LINK, Threat.LOOKALIKE_LINK}:
            return say("account taken over and used to spread links or files")
        return say("account taken over")
    if threats & STYLE and not threats & HARM.keys():
        return say("sudden change of writing habits")
    leading = _leading(facts.findings)
    return joined(map(say, leading), " and ") if leading else say("matter worth a look")


def _leading(findings: Iterable[Finding]) -> list[str]:
    weight: Counter[str] = Counter()
    for finding in findings:
        if finding.threat is not Threat.WARNING_FROM_OTHERS and finding.severity >= Severity.MEDIUM:
            weight[WORDS[finding.threat]] += 1 + int(finding.severity) + int(finding.confidence)
    return sorted(weight, key=lambda words: (-weight[words], words))[:2]


def _payee_inside(story: Story, analysis: Analysis) -> bool:
    """Did the account name an account or wallet inside one of its windows?"""
    return any(
        trace.type in {"payee", "wallet"}
        and trace.sender == window.account
        and window.first_message <= trace.message <= window.last_message
        for trace in analysis.traces
        for window in story.windows
    )


def _inside(finding: Finding, windows: Iterable[Window]) -> bool:
    return any(
        item.source == w.source and w.first_message <= item.message <= w.last_message and w.account in finding.actors
        for w in windows
        for item in finding.evidence
    )


def _severity(facts: Facts) -> Severity:
    """The worst finding decides, with two exceptions: style alone is at most medium, and a code request or
    a new payee inside a window is critical.
    """
    worst = max((f.severity for f in facts.findings), default=Severity.MEDIUM)
    if facts.windows:
        if facts.payee_inside or any(
            f.threat in DECISIVE and f.severity >= Severity.MEDIUM and _inside(f, facts.windows) for f in facts.findings
        ):
            return Severity.CRITICAL
        if any(_is_harmful(f) and f.severity >= Severity.LOW for f in facts.findings):
            return max(worst, Severity.HIGH)
        # Without harmful content there is a change of habits: style alone, however clear, unless people say so.
        told = any(f.threat is Threat.WARNING_FROM_OTHERS and f.severity >= Severity.MEDIUM for f in facts.findings)
        return worst if told else Severity.MEDIUM
    if facts.threats and facts.threats <= STYLE | {Threat.IDENTITY}:
        return min(worst, Severity.MEDIUM)
    return worst


def _is_harmful(finding: Finding) -> bool:
    return finding.threat in HARM and finding.rule != TAKEOVER.id


def _confidence(facts: Facts) -> Confidence:
    """Independent kinds of evidence: content, access or notices, style, the word of people, several chats."""
    serious = [f for f in facts.findings if f.severity >= Severity.MEDIUM]
    kinds = 0
    content = {f.threat for f in serious if _is_harmful(f)}
    kinds += bool(content) + (len(content) >= 3)
    kinds += bool(facts.threats & {Threat.SECURITY_NOTICE, Threat.OTP_DISCLOSED, Threat.IDENTITY})
    kinds += bool(facts.threats & STYLE)
    kinds += Threat.WARNING_FROM_OTHERS in facts.threats
    kinds += len(facts.chats) > 1
    kinds += bool(facts.windows)
    if kinds >= 3:
        return Confidence.HIGH
    if kinds == 2:
        return Confidence.MEDIUM
    return min(Confidence.MEDIUM, max((f.confidence for f in facts.findings), default=Confidence.LOW))


def _summary(facts: Facts, others: Said | None) -> Said:
    messages = len({(item.source, item.message) for f in facts.findings for item in f.evidence})
    counts = Counter(f.threat for f in facts.findings)
    kinds = sorted(counts, key=lambda t: (-counts[t], list(Threat).index(t)))
    chats = counted("%(num)s chat", "%(num)s chats", len(facts.chats))
    told = [
        say(
            "What was seen: between %(start)s and %(end)s, %(findings)s on %(messages)s in %(where)s: %(kinds)s.",
            start=_clock(facts.start),
            end=_clock(facts.end),
            findings=counted("%(num)s finding rests", "%(num)s findings rest", len(facts.findings)),
            messages=counted("%(num)s message", "%(num)s messages", messages),
            where=facts.chats[0] if len(facts.chats) == 1 else chats,
            kinds=joined((say("%(kind)s (%(count)s)", kind=say(WORDS[t]), count=counts[t]) for t in kinds[:6]), ", "),
        )
    ]
    told += [
        say(
            "Under the name %(account)s, lines %(first)s to %(last)s (%(start)s to %(end)s) differ from the rest of "
            "the account.",
            account=window.account,
            first=str(window.first_line),
            last=str(window.last_line),
            start=_clock(window.start),
            end=_clock(window.end),
        )
        for window in facts.windows[:3]
    ]
    told += [others] if others else []
    if len(facts.chats) > 1:
        told.append(say("Times are those of the exporting phones, whose clocks may differ."))
    return joined([*told, _meaning(facts)])


def _meaning(facts: Facts) -> Said:
    if facts.windows:
        return say(
            "What it may mean: somebody else may have written as %(account)s during that time; the owner may be a "
            "victim too.",
            account=facts.windows[0].account,
        )
    if facts.threats <= STYLE | {Threat.IDENTITY}:
        return say(
            "What it may mean: another person may have written some of the messages; other explanations are listed."
        )
    who = facts.accounts[0] if facts.accounts else say("one of the accounts")
    return say(
        "What it may mean: %(account)s may have tried to obtain money, codes or access under a false pretence.",
        account=who,
    )


def _clock(time: str) -> str:
    return time.replace("T", " ")


def _alternatives(facts: Facts) -> tuple[str, ...]:
    found: list[str] = []
    if facts.windows:
        found = [
            "The owner wrote from another device or in haste.",
            "A colleague or relative who also uses the account wrote these messages.",
        ]
    leading = _leading(facts.findings)
    ranked = sorted(
        facts.findings, key=lambda f: (WORDS[f.threat] not in leading, -f.severity, -f.confidence, f.start, f.id)
    )
    found += [text for finding in ranked for text in finding.alternatives]
    return tuple(dict.fromkeys(found))[:6]


def _indicators(parts: Sequence[Story], analyses: Sequence[Analysis]) -> tuple[Indicator, ...]:
    """Indicators in the messages the harmful findings rest on; the same value in several chats is one
    entry.
    """
    chosen: dict[tuple[str, str], list[Indicator]] = {}
    for story in parts:
        analysis = analyses[story.chat]
        harmful = {
            item.message
            for f in story.findings
            if f.threat in HARM or f.threat is Threat.MASS_MESSAGE
            for item in f.evidence
        }
        wanted = {(t.type, t.value) for t in analysis.traces if t.message in harmful}
        for indicator in analysis.indicators:
            if (indicator.type, indicator.value) in wanted or (
                indicator.flagged and indicator.first_message in harmful
            ):
                chosen.setdefault((indicator.type, indicator.value), []).append(indicator)
    return tuple(merged(chosen[key]) for key in sorted(chosen))


def merged(same: Sequence[Indicator]) -> Indicator:
    """One entry for the same value in several chats: the earliest one, with all sources and the summed
    count.
    """
    from dataclasses import replace

    ordered = sorted(set(same), key=lambda i: (i.first_seen, i.source, i.first_message))
    sources = tuple(sorted({source for i in ordered for source in (i.source, *i.sources)}))
    return replace(
        ordered[0],
        count=sum(i.count for i in ordered),
        sources=sources,
        flagged=any(i.flagged for i in ordered),
    )


def _story(facts: Facts) -> tuple[Step, ...]:
    """Each finding as a step, by time; the reader can group them by stage."""
    steps = [
        Step(
            time=f.start,
            stage=f.stage,
            source=f.source,
            chat=f.chat,
            line=f.evidence[0].line,
            account=f.actors[0] if f.actors else "",
            what=WORDS[f.threat],
            finding=f.id,
        )
        for f in facts.findings
    ]
    return tuple(steps[:LONGEST_STORY])
