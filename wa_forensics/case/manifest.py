"""``manifest.json``: size and SHA-256 of every input and output, and the head of the custody chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wa_forensics._version import __version__
from wa_forensics.case import custody
from wa_forensics.case.folder import MARK, WORK, write_file
from wa_forensics.case.records import canonical, pretty
from wa_forensics.errors import CaseError

FILE = "manifest.json"
SIGNATURE = "manifest.sig"
# The manifest cannot hold its own hash; the chain's head stands in it under its own name.
APART = {FILE, SIGNATURE, custody.FILE, MARK}


def seal(
    folder: Path,
    inputs: Sequence[Mapping[str, Any]],
    entries: Sequence[tuple[str, Mapping[str, Any]]],
    time: str | None,
) -> None:
    """Hash what lies in the folder, close the chain over it, and write the manifest last."""
    found = outputs(folder)
    whole = hashlib.sha256(canonical(found)).hexdigest()
    closing = ("seal", {"outputs": len(found), "outputs_sha256": whole})
    head = custody.append(folder, [*entries, closing], time)
    steps = len(custody.read(folder))
    content = {
        "schema_version": 1,
        "tool": f"wa_forensics {__version__}",
        "inputs": list(inputs),
        "outputs": found,
        "custody": {"entries": steps, "head": head},
    }
    write_file(folder / FILE, pretty(content))


def strange(folder: Path) -> list[str]:
    """What no finished case holds: links to somewhere else, and what an unfinished run leaves."""
    links = [path for path in folder.rglob("*") if path.is_symlink()]
    left = [folder / name for name in (MARK, WORK) if (folder / name).exists()]
    return sorted({path.relative_to(folder).as_posix() for path in (*links, *left)})


def outputs(folder: Path) -> list[dict[str, Any]]:
    """Path, size and SHA-256 of every file of the case, by path."""
    found = []
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if name in APART or name.split("/")[0] == WORK or not path.is_file():
            continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found.append({"path": name, "size": path.stat().st_size, "sha256": digest})
    return found


def read(folder: Path) -> Mapping[str, Any]:
    """The manifest; CaseError when it is missing or makes no sense."""
    path = folder / FILE
    try:
        content = json.loads(path.read_bytes())
        parts = (
            content["inputs"],
            content["outputs"],
            content["custody"]["entries"],
            content["custody"]["head"],
        )
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CaseError(
            str(path), "there is no readable manifest, so this is no finished case", "Give the case folder."
        ) from error
    rows = [*parts[0], *parts[1]] if isinstance(parts[0], list) and isinstance(parts[1], list) else [None]
    if not all(isinstance(row, dict) for row in rows):
        raise CaseError(str(path), "the manifest makes no sense", "Ask for the case folder again.")
    return dict(content)
