"""A rule, what it rests on, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wa_forensics.model.said import Sentence
from wa_forensics.model.scales import Confidence, Severity, Stage, Threat


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The address of one message: message id, source, physical lines (from 1), bytes in the text member."""

    message: int
    source: str
    line: int
    line_end: int
    byte_offset: int
    byte_length: int
    quote: str


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One reason a finding was made: what was seen, and its weight in log-odds (natural logarithm)."""

    name: Sentence
    weight: float
    detail: Sentence = ""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A tiny chat that a rule must fire on or stay quiet on: (sender, text) pairs, a minute apart.

    A pair may have a third item, minutes since the message before.
    """

    messages: tuple[tuple[str, str] | tuple[str, str, int], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a detector looks for and everything a reader needs to judge it."""

    id: str
    title: str
    threat: Threat
    stage: Stage
    severity: Severity
    why: str
    alternatives: tuple[str, ...]
    next_steps: tuple[str, ...]
    references: tuple[str, ...] = ()
    fires_on: tuple[Example, ...] = ()
    quiet_on: tuple[Example, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reported result. ``start`` and ``end`` are ISO local times; ``score`` is a log-odds sum or None."""

    id: str
    rule: str
    title: str
    threat: Threat
    stage: Stage
    severity: Severity
    confidence: Confidence
    source: str
    chat: str
    actors: tuple[str, ...]
    start: str
    end: str
    observation: Sentence
    inference: Sentence
    alternatives: tuple[str, ...]
    next_steps: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    signals: tuple[Signal, ...] = ()
    score: float | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    incident: str | None = None
    label: str | None = None
