"""The types that cross a room's border: frozen, keyword-only dataclasses and enums, no behaviour."""

from __future__ import annotations

from wa_forensics.model.analysis import Analysis, Check, Failure, HandGroup, Limit, SenderProfile, Trace
from wa_forensics.model.case import CaseData, Settings, Verification
from wa_forensics.model.entities import Amount, Code, Link, Payee, PhoneNumber
from wa_forensics.model.finding import Evidence, Example, Finding, Rule, Signal
from wa_forensics.model.incident import (
    Correlation,
    Graph,
    GraphEdge,
    GraphNode,
    Incident,
    Indicator,
    Role,
    Step,
    Window,
)
from wa_forensics.model.own import Allowed, LeftOut, Listed, Own, OwnFile, OwnRule
from wa_forensics.model.record import CaseRecord
from wa_forensics.model.said import Said, counted, forms, joined, listed, phrase, say, tell
from wa_forensics.model.scales import Confidence, Kind, Platform, Severity, Stage, Threat, Verdict
from wa_forensics.model.source import Attachment, ChatFacts, DateOrder, Shape, Source, Span, ZipFacts, ZipMember

__all__ = [
    "Allowed",
    "Amount",
    "Analysis",
    "Attachment",
    "CaseData",
    "CaseRecord",
    "ChatFacts",
    "Check",
    "Code",
    "Confidence",
    "Correlation",
    "DateOrder",
    "Evidence",
    "Example",
    "Failure",
    "Finding",
    "Graph",
    "GraphEdge",
    "GraphNode",
    "HandGroup",
    "Incident",
    "Indicator",
    "Kind",
    "LeftOut",
    "Limit",
    "Link",
    "Listed",
    "Own",
    "OwnFile",
    "OwnRule",
    "Payee",
    "PhoneNumber",
    "Platform",
    "Role",
    "Rule",
    "Said",
    "SenderProfile",
    "Settings",
    "Severity",
    "Shape",
    "Signal",
    "Source",
    "Span",
    "Stage",
    "Step",
    "Threat",
    "Trace",
    "Verdict",
    "Verification",
    "Window",
    "ZipFacts",
    "ZipMember",
    "counted",
    "forms",
    "joined",
    "listed",
    "phrase",
    "say",
    "tell",
]
