"""A case as CASE/UCO JSON-LD (Cyber-investigation Analysis Standard Expression, UCO 1.x).

Files with their hashes, accounts, the messages that findings rest on, findings as annotations, incidents as
groupings, and the analysis as an investigative action. Times of messages carry no zone, as in the exports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wa_forensics._version import __version__
from wa_forensics.exports.record import LEVELS, case_key, json_bytes, stable_uuid, statement, time_basis
from wa_forensics.model import CaseRecord, ChatFacts, Evidence, Finding, Incident

UCO = "https://ontology.unifiedcyberontology.org/uco/"
CONTEXT = {
    "kb": "https://wa-forensics.invalid/kb/",
    "investigation": "https://ontology.caseontology.org/case/investigation/",
    "action": f"{UCO}action/",
    "core": f"{UCO}core/",
    "observable": f"{UCO}observable/",
    "tool": f"{UCO}tool/",
    "types": f"{UCO}types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
Node = dict[str, object]


def render(case: CaseRecord) -> Iterator[bytes]:
    yield json_bytes({"@context": CONTEXT, "@graph": list(_graph(case))})


def _graph(case: CaseRecord) -> Iterator[Node]:
    tool = _id(case, "tool", "wa_forensics")
    yield {
        "@id": tool,
        "@type": "tool:AnalyticTool",
        "core:name": "wa_forensics",
        "tool:version": __version__,
    }
    files = [_file(case, facts) for facts in case.inputs]
    yield from files
    times = {
        (item.source, item.message): (finding.start, item) for finding in case.findings for item in finding.evidence
    }
    senders = _senders(case, times)
    for name in sorted(set(senders.values())):
        yield _account(case, name)
    messages = [_message(case, item, senders.get(key)) for key, (_, item) in sorted(times.items())]
    yield from messages
    notes = [_finding(case, finding) for finding in case.findings]
    yield from notes
    groups = [_incident(case, incident) for incident in case.incidents]
    yield from groups
    results = [*messages, *notes, *groups]
    action = _id(case, "action", "scan")
    yield {
        "@id": action,
        "@type": "investigation:InvestigativeAction",
        "core:name": "Analysis of WhatsApp chat exports",
        "core:description": time_basis(case),
        "action:instrument": _ref(tool),
        **_many("action:object", (str(node["@id"]) for node in files)),
        **_many("action:result", (str(node["@id"]) for node in results)),
    }
    yield {
        "@id": _id(case, "investigation", "case"),
        "@type": "investigation:Investigation",
        "core:name": case.name or "not declared",
        **_many("core:object", [action, *(str(node["@id"]) for node in files)]),
    }


def _senders(case: CaseRecord, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    by_source: dict[str, list[int]] = {}
    for source, message in sorted(wanted):
        by_source.setdefault(source, []).append(message)
    known = {facts.source.name for facts in case.inputs}
    found: dict[tuple[str, int], str] = {}
    for source, messages in by_source.items():
        if source in known:
            column = case.messages(source)["sender"]
            for message in messages:
                name = column[message].as_py()
                if name is not None:
                    found[source, message] = str(name)
    return found


def _file(case: CaseRecord, facts: ChatFacts) -> Node:
    source = facts.source
    key = f"{source.name}|{source.sha256}"
    return {
        "@id": _id(case, "file", key),
        "@type": "observable:File",
        "core:hasFacet": [
            {
                "@id": _id(case, "file-facet", key),
                "@type": "observable:FileFacet",
                "observable:fileName": source.name,
                "observable:sizeInBytes": _integer(source.size),
            },
            {
                "@id": _id(case, "content-facet", key),
                "@type": "observable:ContentDataFacet",
                "observable:sizeInBytes": _integer(source.size),
                "observable:hash": {
                    "@id": _id(case, "hash", key),
                    "@type": "types:Hash",
                    "types:hashMethod": "SHA256",
                    "types:hashValue": {"@type": "xsd:hexBinary", "@value": source.sha256},
                },
            },
        ],
    }


def _account(case: CaseRecord, name: str) -> Node:
    return {
        "@id": _id(case, "account", name),
        "@type": "observable:DigitalAccount",
        "core:hasFacet": [
            {
                "@id": _id(case, "account-facet", name),
                "@type": "observable:AccountFacet",
                "observable:accountIdentifier": name,
            },
            {
                "@id": _id(case, "digital-account-facet", name),
                "@type": "observable:DigitalAccountFacet",
                "observable:displayName": name,
            },
        ],
    }


def _message(case: CaseRecord, item: Evidence, sender: str | None) -> Node:
    key = f"{item.source}|{item.message}"
    facet: Node = {
        "@id": _id(case, "message-facet", key),
        "@type": "observable:MessageFacet",
        "observable:messageText": item.quote,
        "observable:messageID": key,
    }
    if sender is not None:
        facet["observable:from"] = _ref(_id(case, "account", sender))
    return {
        "@id": _id(case, "message", key),
        "@type": "observable:Message",
        "core:name": f"{item.source}:{item.line}@{item.byte_offset}",
        "core:hasFacet": [facet],
    }


def _finding(case: CaseRecord, finding: Finding) -> Node:
    return {
        "@id": _id(case, "finding", finding.id),
        "@type": "core:Annotation",
        "core:name": finding.title,
        "core:description": (
            f"{finding.threat.value}; severity {LEVELS[finding.severity]}; "
            f"confidence {finding.confidence.name.lower()}; {finding.start} to {finding.end} (local)"
        ),
        "core:statement": statement(finding),
        **_many("core:object", (_id(case, "message", f"{i.source}|{i.message}") for i in finding.evidence)),
    }


def _incident(case: CaseRecord, incident: Incident) -> Node:
    return {
        "@id": _id(case, "incident", incident.id),
        "@type": "core:Grouping",
        "core:name": incident.title,
        "core:description": incident.summary,
        "core:context": "suspicious activity",
        **_many("core:object", (_id(case, "finding", finding) for finding in incident.findings)),
    }


def _id(case: CaseRecord, kind: str, key: str) -> str:
    return f"kb:{kind}-{stable_uuid('case', case_key(case), kind, key)}"


def _ref(identifier: str) -> Node:
    return {"@id": identifier}


def _many(name: str, identifiers: Iterable[str]) -> Node:
    refs = [_ref(identifier) for identifier in identifiers]
    return {name: refs} if refs else {}


def _integer(value: int) -> Node:
    return {"@type": "xsd:integer", "@value": str(value)}
