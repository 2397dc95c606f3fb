"""The incidents as the report tells them: timeline, who was written to, the messages around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wa_forensics.model import Finding, Incident, Threat
from wa_forensics.report import charts
from wa_forensics.report.context import lines
from wa_forensics.report.involved import involved
from wa_forensics.report.register import Register
from wa_forensics.report.summary import story_of
from wa_forensics.report.ties import ties
from wa_forensics.report.view import Contact, IncidentView, Scene

SCENE_LIMIT = 400
NEIGHBOURS = 6
INCIDENTS_WITH_SCENES = 12
INCIDENTS_WITH_TIMELINE = 60
# What an account may have said of itself is not what it wrote to others about.
_TOLD_BY_OTHERS = frozenset({Threat.WARNING_FROM_OTHERS, Threat.SECURITY_NOTICE})


def incident_views(register: Register, *, with_scenes: bool) -> Iterator[IncidentView]:
    """Each incident, worst first; pictures and messages for the first ones."""
    for number, incident in enumerate(register.incidents, 1):
        found = sorted(
            (register.by_id[name] for name in incident.findings if name in register.by_id),
            key=lambda finding: register.number[finding.id],
        )
        scenes = with_scenes and number <= INCIDENTS_WITH_SCENES
        contacts = _contacts(register, incident, found)
        yield IncidentView(
            number=number,
            incident=incident,
            story=story_of(incident, found),
            timeline=_timeline(register, incident, found) if number <= INCIDENTS_WITH_TIMELINE else None,
            contacts=contacts,
            involved=involved(register, incident, contacts),
            ties=ties([(c.account, c.other, c.threats, len(c.findings)) for c in contacts]),
            findings=tuple(register.number[f.id] for f in found),
            scenes=tuple(_scenes(register, incident, found)) if scenes else (),
        )


def _timeline(register: Register, incident: Incident, found: Sequence[Finding]) -> charts.Timeline | None:
    lane = {name: facts.name for name, facts in register.facts.items()}
    moments = [
        charts.Moment(number=register.number[f.id], lane=f.chat, time=f.start, stage=f.stage, title=f.title)
        for f in found
    ]
    return charts.timeline(moments, [(lane.get(w.source, w.source), w.start, w.end) for w in incident.windows])


def _contacts(register: Register, incident: Incident, found: Sequence[Finding]) -> tuple[Contact, ...]:
    rows: dict[tuple[str, str], list[Finding]] = {}
    for finding in (f for f in found if f.threat not in _TOLD_BY_OTHERS):
        for actor in finding.actors:
            if actor in incident.accounts:
                rows.setdefault((actor, _audience(register, finding, actor)), []).append(finding)
    return tuple(
        Contact(
            account=account,
            other=other,
            time=min(f.start for f in group),
            threats=tuple(dict.fromkeys(f.threat for f in group)),
            findings=tuple(register.number[f.id] for f in group),
        )
        for (account, other), group in sorted(rows.items(), key=lambda kv: (min(f.start for f in kv[1]), kv[0]))
    )


def _audience(register: Register, finding: Finding, actor: str) -> str:
    """The other person of a chat of two, else the chat."""
    facts = register.facts.get(finding.source)
    others = [name for name in facts.senders if name != actor] if facts else []
    return others[0] if len(others) == 1 else finding.chat


def _scenes(register: Register, incident: Incident, found: Sequence[Finding]) -> Iterator[Scene]:
    cited: dict[str, dict[int, tuple[int, ...]]] = {}
    for finding in found:
        for item in finding.evidence:
            held = cited.setdefault(item.source, {})
            held[item.message] = (*held.get(item.message, ()), register.number[finding.id])
    for source, hits in cited.items():
        if source in register.facts:
            yield _scene(register, source, hits, incident)


def _scene(register: Register, source: str, hits: dict[int, tuple[int, ...]], incident: Incident) -> Scene:
    messages = register.messages(source)
    windows = [(w.account, w.first_message, w.last_message) for w in incident.windows if w.source == source]
    wanted = {m for hit in hits for m in range(max(0, hit - NEIGHBOURS), min(len(messages), hit + NEIGHBOURS + 1))}
    for _, first, last in windows:
        wanted.update(range(first, min(last + 1, first + SCENE_LIMIT)))
    shown = sorted(wanted)[:SCENE_LIMIT]
    return Scene(
        source=source,
        chat=register.facts[source].name,
        lines=tuple(lines(messages, shown, set(hits), {}, windows, hits)),
        shown=len(shown),
        total=len(messages),
        cut=len(wanted) - len(shown),
        owner=incident.accounts[0] if incident.accounts else None,
    )
