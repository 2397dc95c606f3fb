"""Who was asked in an incident, for what, and what each of them did, as a row per person with citations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wa_forensics.model import Incident, Role, Threat
from wa_forensics.report.register import Register
from wa_forensics.report.view import Contact, Deed, Involved, InvolvedTable
from wa_forensics.report.wording import MONEY
from wa_forensics.report.words import mark

MOST_ROWS = 60
# What goes with a request and wants nothing itself.
_BESIDE = frozenset({Threat.INTRUDER_OTHER, Threat.MASS_MESSAGE, Threat.EVIDENCE_DELETION, Threat.BEHAVIOUR_CHANGE})
# What somebody can have done, and the head of its column.
DEEDS: Mapping[str, str] = {
    "asked": mark("Was written to"),
    "answered": mark("Answered"),
    "gave a code": mark("Gave a code"),
    "wrote of a payment": mark("Wrote of a payment"),
    "doubted": mark("Doubted"),
    "warned": mark("Warned"),
}


def involved(register: Register, incident: Incident, contacts: Sequence[Contact]) -> InvolvedTable | None:
    """What others did in an incident; None where the case says nothing of it."""
    people: dict[tuple[str, str], list[Role]] = {}
    for role in incident.people:
        people.setdefault((role.source, role.who), []).append(role)
    ranked = sorted(people.items(), key=lambda item: (min(role.time for role in item[1]), item[0]))
    rows = tuple(_row(register, roles, contacts) for _, roles in ranked[:MOST_ROWS])
    columns = tuple(did for did in DEEDS if any(did in row.deeds for row in rows))
    return InvolvedTable(columns=columns, rows=rows, hidden=len(ranked) - len(rows)) if rows else None


def _row(register: Register, roles: Sequence[Role], contacts: Sequence[Contact]) -> Involved:
    first = roles[0]
    asked = [contact for contact in contacts if contact.other == first.who and any(r.did == "asked" for r in roles)]
    return Involved(
        who=first.who,
        chat=first.chat,
        source=first.source,
        threats=_asked_for([threat for contact in asked for threat in contact.threats]),
        findings=tuple(dict.fromkeys(number for contact in asked for number in contact.findings)),
        deeds={role.did: _deed(register, role) for role in roles},
    )


def _asked_for(threats: Sequence[Threat]) -> tuple[Threat, ...]:
    """What was wanted, money first; the rest of what was written only where nothing was."""
    wanted = dict.fromkeys(threat for threat in threats if threat not in _BESIDE)
    ranked = sorted(wanted, key=lambda threat: threat not in MONEY)
    return tuple(ranked) or tuple(dict.fromkeys(threats))


def _deed(register: Register, role: Role) -> Deed:
    row = register.messages(role.source).row(role.message)
    return Deed(time=role.time, place=f"{row.line}@{row.byte_offset}", amounts=role.amounts)
