"""What examiners said of findings, counted by rule: how often a rule was right on the cases it was judged on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wa_forensics.errors import CaseError
from wa_forensics.model import Finding

FILE = "labels.jsonl"
VERDICTS = ("confirmed", "dismissed", "open")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The findings of one rule and the last verdict on each that has one."""

    rule: str
    findings: int
    confirmed: int = 0
    dismissed: int = 0
    open: int = 0

    @property
    def precision(self) -> float | None:
        """The share of the decided findings that were confirmed, None while none is decided."""
        decided = self.confirmed + self.dismissed
        return self.confirmed / decided if decided else None


def labels_of(folder: Path) -> tuple[Mapping[str, Any], ...]:
    """Every verdict of a case, oldest first; CaseError when the file is damaged."""
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    except (OSError, ValueError) as error:
        raise CaseError(str(path), "the verdicts cannot be read", "Ask for the case folder again.") from error
    if not all(isinstance(row, dict) and row.get("verdict") in VERDICTS for row in rows):
        raise CaseError(str(path), "a line is no verdict", "Ask for the case folder again.")
    return tuple(rows)


def judged(cases: Iterable[tuple[Sequence[Finding], Sequence[Mapping[str, Any]]]]) -> dict[str, Judged]:
    """By rule, over (findings, labels) of several cases; a later verdict on a finding replaces an earlier one."""
    counts: dict[str, dict[str, int]] = {}
    for findings, labels in cases:
        last = {str(row["finding"]): str(row["verdict"]) for row in labels}
        for finding in findings:
            row = counts.setdefault(finding.rule, dict.fromkeys(("findings", *VERDICTS), 0))
            row["findings"] += 1
            if finding.id in last:
                row[last[finding.id]] += 1
    return {rule: Judged(rule=rule, **row) for rule, row in sorted(counts.items())}
