"""Findings that tell one story, and the ties between accounts, chats and indicators."""

from __future__ import annotations

from dataclasses import dataclass

from wa_forensics.model.finding import Finding
from wa_forensics.model.said import Sentence, Sentences
from wa_forensics.model.scales import Confidence, Severity, Stage


@dataclass(frozen=True, kw_only=True)
class Window:
    """The messages of one source that an intruder is thought to have written under ``account``."""

    source: str
    account: str
    first_line: int
    last_line: int
    start: str
    end: str
    first_message: int = 0
    last_message: int = 0
    basis: Sentences = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A link, domain, payee, wallet, phone number or file: as written, defanged, and where it stands."""

    type: str
    value: str
    defanged: str
    source: str
    first_message: int
    first_line: int
    first_seen: str
    sender: str | None
    count: int
    sources: tuple[str, ...] = ()
    flagged: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of an incident's story, in the order of the attack and of time; ``what`` is a short phrase."""

    time: str
    stage: Stage
    source: str
    chat: str
    line: int
    account: str
    what: str
    finding: str


@dataclass(frozen=True, kw_only=True)
class Role:
    """What somebody other than the accounts of an incident did in one chat, and the message that shows it.

    ``did`` is ``asked`` (was written to; ``who`` is the chat where more than one could be meant), ``answered``,
    ``gave a code``, ``wrote of a payment`` (``amounts`` as written there, else as asked), ``doubted`` or ``warned``.
    """

    did: str
    who: str
    source: str
    chat: str
    message: int
    line: int
    time: str
    amounts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Findings that tell one story. ``basis`` says why they were put together, one sentence each."""

    id: str
    title: Sentence
    severity: Severity
    confidence: Confidence
    accounts: tuple[str, ...]
    chats: tuple[str, ...]
    start: str
    end: str
    stages: tuple[Stage, ...]
    findings: tuple[str, ...]
    windows: tuple[Window, ...]
    summary: Sentence
    alternatives: tuple[str, ...]
    indicators: tuple[Indicator, ...] = ()
    basis: Sentences = ()
    story: tuple[Step, ...] = ()
    people: tuple[Role, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Correlation:
    """Incidents, worst first, and the findings of every chat with ``incident`` filled, cross-chat ones included."""

    incidents: tuple[Incident, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class GraphNode:
    """An account, a chat or an indicator; ``kind`` says which (for an indicator, its type)."""

    id: str
    kind: str
    label: str
    flagged: bool = False


@dataclass(frozen=True, kw_only=True)
class GraphEdge:
    """Two nodes and how they are tied: ``attacked in``, ``answered in``, ``sent``, ``seen in`` ..."""

    source: str
    target: str
    kind: str
    count: int
    first: str
    last: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Accounts, chats and indicators of some incidents and the ties between them, in a total order."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
