"""Accounts, chats and indicators of incidents as a graph, for pictures and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wa_forensics.incidents.marks import HARM
from wa_forensics.model import Finding, Graph, GraphEdge, GraphNode, Incident, Severity, Threat

# What the actors of a finding did, for findings that are not an attack of theirs.
ROLES = {
    Threat.OTP_DISCLOSED: "gave a code in",
    Threat.WARNING_FROM_OTHERS: "warned in",
    Threat.SECURITY_NOTICE: "reported a notice in",
}


def graph(incidents: Iterable[Incident], findings: Iterable[Finding]) -> Graph:
    """The ties that findings of the given incidents show.

    Edges run from account to chat (``attacked in``, ``taken over in``, ``asked in``, ``answered in``,
    ``wrote of a payment in``, ``gave a code in``, ``doubted in``, ``warned in``), from account to indicator (``sent``)
    and from indicator to chat (``seen in``), with the number of findings or messages and the first and last local time.
    """
    chosen = list(incidents)
    wanted = {finding for incident in chosen for finding in incident.findings}
    used = [finding for finding in findings if finding.id in wanted and finding.severity >= Severity.LOW]
    nodes: dict[str, GraphNode] = {}
    edges: dict[tuple[str, str, str], list[str]] = {}

    def node(kind: str, label: str, flagged: bool = False) -> str:
        key = f"{kind}:{label}"
        if key not in nodes or (flagged and not nodes[key].flagged):
            nodes[key] = GraphNode(id=key, kind=kind, label=label, flagged=flagged)
        return key

    chat_of: dict[str, str] = {finding.source: finding.chat for finding in used}
    suspects = {name for incident in chosen for name in incident.accounts}
    for finding in used:
        role = "attacked in" if finding.threat in HARM else ROLES.get(finding.threat)
        if role is None:
            continue
        for name in _doers(finding, role, suspects):
            tie = node("account", name, name in suspects), node("chat", finding.chat), role
            edges.setdefault(tie, []).extend((finding.start, finding.end))
    for incident in chosen:
        for window in incident.windows:
            chat = chat_of.get(window.source, window.source)
            tie = node("account", window.account, True), node("chat", chat), "taken over in"
            edges.setdefault(tie, []).extend((window.start, window.end))
        for person in incident.people:
            if person.who != person.chat:
                tie = node("account", person.who), node("chat", person.chat), f"{person.did} in"
                edges.setdefault(tie, [person.time, person.time])
        for indicator in incident.indicators:
            key = node(indicator.type, indicator.defanged, indicator.flagged)
            if indicator.sender is not None:
                sent = node("account", indicator.sender, indicator.sender in suspects), key, "sent"
                edges.setdefault(sent, []).append(indicator.first_seen)
            for source in indicator.sources or (indicator.source,):
                seen = key, node("chat", chat_of.get(source, source)), "seen in"
                edges.setdefault(seen, []).append(indicator.first_seen)
    return Graph(
        nodes=tuple(nodes[key] for key in sorted(nodes)),
        edges=tuple(_edge(tie, edges[tie]) for tie in sorted(edges)),
    )


def _doers(finding: Finding, role: str, suspects: set[str]) -> Sequence[str]:
    """Whose deed a finding is: its evidence may hold the answers of others, so suspects come first."""
    if role != "attacked in":
        return finding.actors
    return [name for name in finding.actors if name in suspects] or list(finding.actors[:1])


def _edge(tie: tuple[str, str, str], times: Sequence[str]) -> GraphEdge:
    source, target, kind = tie
    pairs = kind in {"sent", "seen in"}
    return GraphEdge(
        source=source,
        target=target,
        kind=kind,
        count=len(times) if pairs else len(times) // 2,
        first=min(times),
        last=max(times),
    )
