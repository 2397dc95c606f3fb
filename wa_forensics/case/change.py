"""Adds to a sealed case: a new report, an examiner's label; refused when the case is not as it was sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wa_forensics.case import manifest, signature, verdicts
from wa_forensics.case.folder import write_file, writing
from wa_forensics.case.reader import Case
from wa_forensics.case.records import compact
from wa_forensics.case.store import write_lines
from wa_forensics.case.verify import require_sealed
from wa_forensics.errors import CaseError, SettingsError
from wa_forensics.model import Finding

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def change(
    folder: Path,
    write: Callable[[], None],
    entry: tuple[str, Mapping[str, Any]],
    *,
    time: str | None,
    key: Ed25519PrivateKey | None = None,
) -> None:
    """Let ``write`` change files of a case, record ``entry`` and seal again.

    Raises CaseError when the case was changed since it was sealed, or is signed and there is no ``key``.
    """
    require_sealed(folder)
    inputs = manifest.read(folder)["inputs"]
    signed = folder / manifest.SIGNATURE
    if signed.exists() and key is None:
        advice = "Pass --sign KEY to sign the changed case again."
        raise CaseError(str(folder), "the case is signed, and a change would break the signature", advice)
    write()
    with writing(folder):
        signed.unlink(missing_ok=True)
    manifest.seal(folder, inputs, [entry], time)
    if key is not None:
        signature.sign(folder, key)


def find_finding(case: Case, asked: str) -> Finding:
    """The finding whose id begins so; SettingsError when there is none or more than one."""
    found = [finding for finding in case.findings if finding.id.startswith(asked)]
    if len(found) != 1:
        problem = f"{len(found) or 'no'} findings have an id that begins so"
        raise SettingsError(f"FINDING {asked}", problem, "The ids stand in the report and in findings.jsonl.")
    return found[0]


def write_label(
    case: Case, finding: Finding, verdict: str, reason: str, examiner: str | None, time: str | None
) -> None:
    """Put a verdict on a finding and keep it, with the earlier ones, in ``labels.jsonl``."""
    said = f"{verdict}: {reason}" if reason else verdict
    write_lines(
        case.path / "findings.jsonl",
        [replace(item, label=said) if item.id == finding.id else item for item in case.findings],
    )
    path = case.path / verdicts.FILE
    earlier = path.read_text("utf-8") if path.exists() else ""
    row = {"finding": finding.id, "verdict": verdict, "reason": reason, "examiner": examiner, "time": time}
    write_file(path, earlier + compact(row) + "\n")
