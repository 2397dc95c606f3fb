"""What the examiner brought and decided, as the report shows it: files, findings left out, verdicts by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wa_forensics.case.verdicts import Judged, judged
from wa_forensics.model import Finding, Severity
from wa_forensics.report.words import mark

ROWS = 200
QUOTE = 200
KINDS: Mapping[str, str] = {
    "rules": mark("own rules"),
    "iocs": mark("list of indicators"),
    "allow": mark("allow-list"),
}
_NARROWED = ("finding", "rule", "value", "sender", "chat")


@dataclass(frozen=True, kw_only=True)
class FileRow:
    kind: str
    path: str
    sha256: str
    entries: int


@dataclass(frozen=True, kw_only=True)
class LeftOutRow:
    """One finding that was left out, with the entry that did it."""

    rule: str
    title: str
    severity: Severity
    source: str
    line: int
    quote: str
    reason: str
    author: str
    expires: str


@dataclass(frozen=True, kw_only=True)
class IdleRow:
    """One entry of an allow-list that left out nothing."""

    what: str
    reason: str
    author: str
    expires: str
    expired: bool


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """The rows of the section; false where there is nothing to tell."""

    files: tuple[FileRow, ...]
    left_out: tuple[LeftOutRow, ...]
    left_out_count: int
    idle: tuple[IdleRow, ...]
    judged: tuple[Judged, ...]

    def __bool__(self) -> bool:
        return bool(self.files or self.left_out or self.idle or self.judged)


def decisions(
    settings: Mapping[str, Any],
    coverage: Mapping[str, Any],
    findings: Sequence[Finding],
    labels: Sequence[Mapping[str, Any]],
) -> Decisions:
    """From the records of a case; a case of an older version has none."""
    own = settings.get("own") or {}
    left = coverage.get("left_out", ())
    counts = judged([(findings, labels)]).values() if labels else ()
    return Decisions(
        files=tuple(
            FileRow(kind=KINDS.get(row["kind"], ""), path=row["path"], sha256=row["sha256"], entries=row["entries"])
            for row in own.get("files", ())
        ),
        left_out=tuple(_left_out(row) for row in left[:ROWS]),
        left_out_count=len(left),
        idle=tuple(_idle(row) for row in coverage.get("allow_unused", ())[:ROWS]),
        judged=tuple(row for row in counts if row.confirmed or row.dismissed or row.open),
    )


def _left_out(row: Mapping[str, Any]) -> LeftOutRow:
    finding, entry = row["finding"], row["entry"]
    first = finding["evidence"][0]
    return LeftOutRow(
        rule=finding["rule"],
        title=finding["title"],
        severity=Severity[str(finding["severity"]).upper()],
        source=finding["source"],
        line=first["line"],
        quote=first["quote"][:QUOTE],
        reason=entry["reason"],
        author=entry["author"],
        expires=entry["expires"],
    )


def _idle(row: Mapping[str, Any]) -> IdleRow:
    what = ", ".join(f"{name} {row[name]}" for name in _NARROWED if row.get(name))
    return IdleRow(
        what=what, reason=row["reason"], author=row["author"], expires=row["expires"], expired=bool(row["expired"])
    )
