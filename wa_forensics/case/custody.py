"""The hash-chained record of what was done to a case: each entry holds the hash of the one before."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wa_forensics._version import __version__
from wa_forensics.case.folder import write_file
from wa_forensics.case.records import canonical, compact
from wa_forensics.errors import CaseError, SettingsError

FILE = "custody.jsonl"
START = "0" * 64


def moment(reproducible: bool = False) -> str | None:
    """UTC time for the record: ``SOURCE_DATE_EPOCH`` if set, None if the run must not depend on a clock."""
    pinned = os.environ.get("SOURCE_DATE_EPOCH")
    if pinned:
        try:
            return datetime.fromtimestamp(int(pinned), UTC).isoformat()
        except (ValueError, OverflowError, OSError) as error:
            problem = f"{pinned!r} is no number of seconds"
            raise SettingsError("SOURCE_DATE_EPOCH", problem, "Set the seconds since 1970, or unset it.") from error
    return None if reproducible else datetime.now(UTC).isoformat(timespec="seconds")


def digest_of(entry: Mapping[str, Any]) -> str:
    """The hash that closes an entry: SHA-256 of its canonical JSON without the hash itself."""
    return hashlib.sha256(canonical({k: v for k, v in entry.items() if k != "hash"})).hexdigest()


def append(folder: Path, entries: Sequence[tuple[str, Mapping[str, Any]]], time: str | None) -> str:
    """Add (action, details) entries to the chain and return its head."""
    path = folder / FILE
    chain = list(read(folder)) if path.exists() else []
    head = chain[-1]["hash"] if chain else START
    for action, details in entries:
        entry: dict[str, Any] = {
            "step": len(chain) + 1,
            "time": time,
            "tool": f"wa_forensics {__version__}",
            "action": action,
            "details": dict(details),
            "previous": head,
        }
        entry["hash"] = head = digest_of(entry)
        chain.append(entry)
    write_file(path, "".join(compact(entry) + "\n" for entry in chain))
    return str(head)


def read(folder: Path) -> tuple[Mapping[str, Any], ...]:
    """The entries, oldest first; CaseError when the file is missing or no JSON."""
    path = folder / FILE
    try:
        entries = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    except (OSError, ValueError) as error:
        raise CaseError(str(path), "the custody record cannot be read", "Ask for the case folder again.") from error
    if not all(isinstance(entry, dict) for entry in entries):
        raise CaseError(str(path), "a line of the custody record is no entry", "Ask for the case folder again.")
    return tuple(entries)


def broken_links(entries: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What is wrong with a chain, one sentence each; empty when each entry follows the one before."""
    problems = []
    previous = START
    for number, entry in enumerate(entries, 1):
        if entry.get("step") != number:
            problems.append(f"entry {number} says it is step {entry.get('step')}")
        if entry.get("previous") != previous:
            problems.append(f"entry {number} does not follow the entry before it")
        if entry.get("hash") != digest_of(entry):
            problems.append(f"entry {number} was changed after it was closed")
        previous = str(entry.get("hash"))
    return tuple(problems)
