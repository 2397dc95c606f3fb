"""Within one chat: which findings tell one story."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from wa_forensics.incidents.marks import HARM
from wa_forensics.model import Analysis, Finding, Severity, Threat, Window

HOUR = 3600
DAY = 24 * HOUR
# Findings of one chat belong together within this time; those of one account within the longer one, because
# long frauds (romance, investment) pause for weeks.
TOGETHER = 3 * DAY
SAME_ACCOUNT = 30 * DAY
# How the account was lost stands before the window, what the owner says after it.
BEFORE_WINDOW = 10 * DAY
AFTER_WINDOW = 45 * DAY
AROUND = 2 * DAY
# Clusters looked at for one to continue: older ones are weeks away in any chat with this many.
RECENT = 20
NOT_A_STORY = frozenset({Threat.INTEGRITY})
CONTEXT = frozenset({Threat.WARNING_FROM_OTHERS, Threat.SECURITY_NOTICE, Threat.OTP_DISCLOSED, Threat.IDENTITY})


def seconds(time: str) -> int:
    """ISO local time as seconds on a clock without zone."""
    return int((datetime.fromisoformat(time) - datetime(1970, 1, 1)).total_seconds())


@dataclass(kw_only=True, eq=False)
class Story:
    """Findings of one chat that belong together, with the windows they explain. Grows while it is put
    together.
    """

    chat: int
    findings: list[Finding] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)

    @property
    def start(self) -> int:
        return min([seconds(f.start) for f in self.findings] + [seconds(w.start) for w in self.windows])

    @property
    def end(self) -> int:
        return max([seconds(f.end) for f in self.findings] + [seconds(w.end) for w in self.windows])


def stories(chat: int, analysis: Analysis) -> list[Story]:
    """The stories of one chat, in order of time. A story holds a finding of medium level or above, or a
    window.
    """
    left = [f for f in analysis.findings if f.threat not in NOT_A_STORY]
    left.sort(key=lambda f: (f.start, f.evidence[0].message, f.rule, f.id))
    told: list[Story] = []
    for window in sorted(analysis.windows, key=lambda w: w.first_message):
        story = Story(chat=chat, windows=[window])
        story.findings, left = _split(left, partial(_explains, window))
        told.append(story)
    serious, left = _split(left, lambda f: f.severity >= Severity.MEDIUM)
    told += [Story(chat=chat, findings=part) for part in _clusters(serious)]
    told = _joined([s for s in told if s.findings or s.windows])
    _attach(left, told)
    return told


def _split(findings: list[Finding], wanted: Callable[[Finding], bool]) -> tuple[list[Finding], list[Finding]]:
    taken: list[Finding] = []
    rest: list[Finding] = []
    for finding in findings:
        (taken if wanted(finding) else rest).append(finding)
    return taken, rest


def _explains(window: Window, finding: Finding) -> bool:
    """Does a finding belong to a window: inside it, how it came to it, or what was said after it?"""
    if finding.id in window.findings or any(
        window.first_message <= item.message <= window.last_message for item in finding.evidence
    ):
        return finding.severity > Severity.INFO
    start, end = seconds(window.start), seconds(window.end)
    at = seconds(finding.start)
    if finding.severity < Severity.LOW:
        return False
    if at < start:
        mine = not finding.actors or window.account in finding.actors
        return start - at <= (BEFORE_WINDOW if mine else AROUND) and finding.threat in CONTEXT
    mine = window.account in finding.actors
    return finding.threat in CONTEXT and at - end <= (AFTER_WINDOW if mine else AROUND)


def _clusters(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings in order of time, cut where nothing happens for days and no account goes on."""
    clusters: list[list[Finding]] = []
    for finding in findings:
        home = next((c for c in reversed(clusters[-RECENT:]) if _continues(finding, c)), None)
        if home is None:
            clusters.append([finding])
        else:
            home.append(finding)
    return clusters


def _continues(finding: Finding, cluster: Sequence[Finding]) -> bool:
    at = seconds(finding.start)
    if at - max(seconds(f.end) for f in cluster[-50:]) <= TOGETHER:
        return True
    if finding.threat not in HARM:
        return False
    same = [f for f in cluster[-200:] if f.threat in HARM and set(f.actors) & set(finding.actors)]
    return bool(same) and at - max(seconds(f.end) for f in same) <= SAME_ACCOUNT


def _joined(told: Iterable[Story]) -> list[Story]:
    """Stories of one chat are one if they follow within days, or within weeks by the same account."""
    joined: list[Story] = []
    for story in sorted(told, key=lambda s: (s.start, s.end)):
        home = next((s for s in reversed(joined) if _follows(story, s)), None)
        if home is None:
            joined.append(story)
        else:
            home.findings += story.findings
            home.windows += story.windows
    return joined


def _follows(story: Story, earlier: Story) -> bool:
    pause = story.start - earlier.end
    return pause <= TOGETHER or (pause <= SAME_ACCOUNT and bool(_harmful(story) & _harmful(earlier)))


def _harmful(story: Story) -> set[str]:
    return {name for f in story.findings if f.threat in HARM for name in f.actors}


def _attach(findings: Iterable[Finding], told: Sequence[Story]) -> None:
    """Give low findings to the story within whose time they fall and one of whose accounts they are about."""
    spans = [(s.start - DAY, s.end + DAY, _accounts(s), s) for s in told]
    for finding in findings:
        at = seconds(finding.start)
        if finding.severity < Severity.LOW:
            continue
        for start, end, accounts, story in spans:
            if start <= at <= end and (not finding.actors or accounts & set(finding.actors)):
                story.findings.append(finding)
                break


def _accounts(story: Story) -> set[str]:
    return {name for f in story.findings for name in f.actors} | {w.account for w in story.windows}
