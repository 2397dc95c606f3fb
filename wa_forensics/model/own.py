"""What an examiner brings to a scan: rules, lists of indicators, and allow-lists that say who left out what and why."""

from __future__ import annotations

from dataclasses import dataclass

from wa_forensics.model.finding import Example, Finding, Rule
from wa_forensics.model.scales import Confidence, Severity, Stage, Threat

Said = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class OwnRule:
    """A rule written without code. A message matches when it holds one of ``phrases``, one of ``with_phrases`` if
    there are any, and none of ``without_phrases``; all in the grammar of the locale files.

    ``fires_on`` and ``quiet_on`` are tiny chats of (sender, text) pairs.
    """

    id: str
    title: str
    threat: Threat
    stage: Stage
    severity: Severity
    confidence: Confidence
    why: str
    alternatives: tuple[str, ...]
    next_steps: tuple[str, ...]
    phrases: tuple[str, ...]
    with_phrases: tuple[str, ...] = ()
    without_phrases: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    fires_on: tuple[Said, ...]
    quiet_on: tuple[Said, ...]

    @property
    def rule(self) -> Rule:
        """The same as any other rule."""
        return Rule(
            id=self.id,
            title=self.title,
            threat=self.threat,
            stage=self.stage,
            severity=self.severity,
            why=self.why,
            alternatives=self.alternatives,
            next_steps=self.next_steps,
            references=self.references,
            fires_on=tuple(Example(messages=said) for said in self.fires_on),
            quiet_on=tuple(Example(messages=said) for said in self.quiet_on),
        )


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One entry of a list of indicators: ``type`` is domain, url, payee or phone, ``value`` refanged."""

    type: str
    value: str
    note: str
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """One entry of an allow-list: which findings are left out (all that is given must hold), who says so and why.

    ``value`` is a domain, link, payee or number; ``expires`` is the last day (ISO) of the messages it covers.
    """

    reason: str
    author: str
    expires: str
    finding: str | None = None
    rule: str | None = None
    value: str | None = None
    sender: str | None = None
    chat: str | None = None


@dataclass(frozen=True, kw_only=True)
class OwnFile:
    """A file that such entries were read from; ``kind`` is rules, iocs or allow."""

    kind: str
    path: str
    sha256: str
    entries: int


@dataclass(frozen=True, kw_only=True)
class Own:
    """All that was brought. ``as_of`` is the day (ISO) by which allow-list entries may have expired, or None."""

    rules: tuple[OwnRule, ...] = ()
    listed: tuple[Listed, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    files: tuple[OwnFile, ...] = ()
    as_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A finding that an allow-list left out, with the number (from 0) of the entry."""

    finding: Finding
    entry: int
