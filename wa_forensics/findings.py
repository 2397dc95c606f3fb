"""Makes a ``Finding`` from a rule and the messages it rests on: one place for ids, times and actors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from wa_forensics.chat import Chat
from wa_forensics.model import Confidence, Finding, Rule, Said, Severity, Signal, Threat


def make_finding(
    chat: Chat,
    rule: Rule,
    messages: Iterable[int],
    *,
    observation: Said,
    inference: str,
    confidence: Confidence,
    severity: Severity | None = None,
    actors: Sequence[str] | None = None,
    signals: Sequence[Signal] = (),
    details: Mapping[str, object] | None = None,
    title: str | None = None,
    threat: Threat | None = None,
) -> Finding:
    """A finding that rests on at least one message of ``chat``.

    ``severity`` and ``threat`` default to the rule's, ``actors`` to the senders of the messages in order of appearance;
    ``score`` is the sum of the signals' weights. The id is stable: rule, text hash and message ids.
    """
    evidence = chat.evidence(messages)
    if not evidence:
        raise ValueError(f"{rule.id}: a finding without messages does not exist")
    ids = [item.message for item in evidence]
    key = f"{rule.id}|{chat.source.text_sha256}|{chat.source.name}|{','.join(map(str, ids))}"
    names = [name for name in (chat.sender(message) for message in ids) if name is not None]
    return Finding(
        id=hashlib.sha256(key.encode()).hexdigest()[:16],
        rule=rule.id,
        title=title or rule.title,
        threat=threat or rule.threat,
        stage=rule.stage,
        severity=rule.severity if severity is None else severity,
        confidence=confidence,
        source=chat.source.name,
        chat=chat.name,
        actors=tuple(dict.fromkeys(names)) if actors is None else tuple(actors),
        start=chat.time(ids[0]),
        end=chat.time(ids[-1]),
        observation=observation,
        inference=inference,
        alternatives=rule.alternatives,
        next_steps=rule.next_steps,
        evidence=evidence,
        signals=tuple(signals),
        score=round(sum(signal.weight for signal in signals), 4) if signals else None,
        details=dict(details or {}),
    )
