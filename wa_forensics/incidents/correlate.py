"""All chats together: stories within each, ties between them, incidents, and the findings only several
chats show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wa_forensics.incidents.mass import findings_of, waves
from wa_forensics.incidents.stories import stories
from wa_forensics.incidents.telling import incident_of
from wa_forensics.incidents.ties import tie
from wa_forensics.model import Analysis, Correlation, Finding, Severity


def correlate(analyses: Sequence[Analysis], same: Sequence[tuple[int, int]] = ()) -> Correlation:
    """Incidents over all chats, worst first; findings in the order of the chats, with ``incident`` filled.

    ``same`` are pairs of positions: two exports of one conversation.
    """
    found_waves = waves(analyses, same)
    extra: dict[int, list[Finding]] = {}
    for wave in found_waves:
        for chat, finding in findings_of(wave, analyses):
            extra.setdefault(chat, []).append(finding)
    together = [
        replace(a, findings=(*a.findings, *extra[chat])) if chat in extra else a for chat, a in enumerate(analyses)
    ]
    told = [story for chat, analysis in enumerate(together) for story in stories(chat, analysis)]
    incidents = [incident_of(parts, together) for parts in tie(told, together, found_waves, same)]
    incidents.sort(key=lambda i: (-i.severity, -i.confidence, i.start, i.id))
    home = {finding: incident.id for incident in incidents for finding in incident.findings}
    return Correlation(
        incidents=tuple(incidents),
        findings=tuple(
            replace(finding, incident=home.get(finding.id))
            for analysis in together
            for finding in sorted(analysis.findings, key=_place)
        ),
    )


def _place(finding: Finding) -> tuple[int, int, str, str]:
    return finding.evidence[0].message, -int(finding.severity or Severity.INFO), finding.rule, finding.id
