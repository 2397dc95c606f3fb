"""What a scan found, on one screen: for people as lines, for scripts as JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from wa_forensics.cli.terminal import visible
from wa_forensics.model import Incident, Severity, Verdict

if TYPE_CHECKING:
    from wa_forensics.case import Case

INCIDENTS_SHOWN = 5
WIDTH = 100
_COLORS = {
    Severity.CRITICAL: "bright_red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: None,
}
_CAUTION = "No finding is no clean bill of health: an export shows only what its phone still had."


def summary_lines(case: Case) -> list[tuple[str, dict[str, Any]]]:
    """(line, click style) pairs: what was read, incidents worst first, integrity, where the report lies."""
    lines: list[tuple[str, dict[str, Any]]] = []

    def say(text: str, **style: Any) -> None:
        text = visible(text)
        lines.append((text if len(text) <= WIDTH else text[: WIDTH - 1] + "…", style))

    messages = sum(facts.message_count for facts in case.inputs)
    failed = sum(1 for item in case.files if item.failure)
    say(f"{_count(len(case.inputs), 'chat')}, {_count(messages, 'message')}{f', {failed} failed' if failed else ''}")
    if not case.incidents:
        say("No incident was found.", bold=True)
    for incident in case.incidents[:INCIDENTS_SHOWN]:
        say(f"{incident.severity.name}  {incident.title}", bold=True, fg=_COLORS[incident.severity])
        say(f"  accounts  {', '.join(incident.accounts) or 'not known'}")
        say(f"  window    {_window(incident)}")
    if len(case.incidents) > INCIDENTS_SHOWN:
        rest = Counter(incident.severity for incident in case.incidents[INCIDENTS_SHOWN:])
        say("and " + ", ".join(f"{n} {level.name.lower()}" for level, n in sorted(rest.items(), reverse=True)))
    levels = Counter(finding.severity for finding in case.findings)
    told = ", ".join(f"{levels[level]} {level.name.lower()}" for level in reversed(Severity) if levels[level])
    say(f"findings   {told or 'none'}")
    say(f"integrity  {_integrity(case)}")
    say(f"report     {case.path / 'report.html'}", bold=True)
    say(_CAUTION)
    return lines


def summary_json(case: Case) -> str:
    """The same for scripts."""
    levels = Counter(finding.severity for finding in case.findings)
    return json.dumps(
        {
            "case": str(case.path),
            "report": str(case.path / "report.html"),
            "chats": len(case.inputs),
            "messages": sum(facts.message_count for facts in case.inputs),
            "failed": [{"path": item.path, "problem": item.failure} for item in case.files if item.failure],
            "findings": {level.name.lower(): levels[level] for level in Severity},
            "incidents": [
                {
                    "id": incident.id,
                    "title": incident.title,
                    "severity": incident.severity.name.lower(),
                    "confidence": incident.confidence.name.lower(),
                    "accounts": list(incident.accounts),
                    "start": incident.start,
                    "end": incident.end,
                }
                for incident in case.incidents
            ],
            "integrity": {str(word): count for word, count in _words(case).items()},
        }
    )


def _window(incident: Incident) -> str:
    if not incident.windows:
        return f"{_minute(incident.start)} to {_minute(incident.end)}, no takeover seen"
    start = min(window.start for window in incident.windows)
    end = max(window.end for window in incident.windows)
    chats = _count(len({window.source for window in incident.windows}), "chat")
    return f"{_minute(start)} to {_minute(end)}, in {chats}"


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")


def _words(case: Case) -> dict[Verdict, int]:
    counts = Counter(check.verdict for check in case.checks)
    return {word: counts[word] for word in Verdict}


def _integrity(case: Case) -> str:
    """One word for all checks, then how many of each."""
    from wa_forensics.case.store import worst_verdict

    counts = _words(case)
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{worst_verdict(case.checks)} ({told})" if told else "not tested"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
