"""Tests a case against its own seal: hashes, custody chain, signature, and statements against details."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wa_forensics.case import custody, manifest, signature
from wa_forensics.case.reader import Case
from wa_forensics.case.records import canonical
from wa_forensics.case.statements import unfounded
from wa_forensics.errors import CaseError
from wa_forensics.model import Failure, Verification

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def verify(folder: Path, *, key: Ed25519PublicKey | None = None, evidence: Path | None = None) -> Verification:
    """Everything that can be tested with the folder alone, and the inputs where they can be reached.

    ``key`` is the signer's public key; ``evidence`` a folder to look for the inputs in. Raises CaseError when
    there is no manifest to test against.
    """
    pinned = manifest.read(folder)
    notes: list[str] = []
    # A claim that could not be tested is no claim that holds.
    unproven = set() if key or (folder / manifest.SIGNATURE).exists() else {_SIGNED}
    parts: tuple[tuple[str, Callable[[], Iterator[tuple[str, str]]]], ...] = (
        ("outputs have the size and SHA-256 of the manifest", lambda: _outputs(folder, pinned)),
        ("the custody chain is whole and closed by the manifest", lambda: _custody(folder, pinned)),
        ("inputs have the SHA-256 of the manifest", lambda: _inputs(pinned, evidence, notes)),
        (_SIGNED, lambda: _signature(folder, key, notes)),
        ("findings, incidents and report stand on the messages", lambda: _statements(folder)),
    )
    passed: list[str] = []
    problems: list[Failure] = []
    for claim, test in parts:
        found = [Failure(where=claim, source=source, problem=problem) for source, problem in test()]
        problems += found
        if not found and claim not in unproven:
            passed.append(claim)
    return Verification(passed=tuple(passed), problems=tuple(problems), notes=tuple(notes))


_SIGNED = "the signature fits"


def require_sealed(folder: Path) -> None:
    """Raise CaseError when the case is not as it was sealed; nothing may be added to such a case."""
    pinned = manifest.read(folder)
    found = [*_outputs(folder, pinned), *_custody(folder, pinned)]
    if found:
        source, problem = found[0]
        advice = "Run wa-forensics verify on it; a new seal would hide the change."
        raise CaseError(str(folder), f"the case was changed since it was sealed: {source} {problem}", advice)


def _outputs(folder: Path, pinned: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    there = {item["path"]: item for item in manifest.outputs(folder)}
    wanted = {str(item.get("path")): item for item in pinned["outputs"]}
    for name in manifest.strange(folder):
        yield name, "does not belong into a finished case: a link, or what an unfinished run leaves"
    for name in sorted(wanted.keys() | there.keys()):
        if name not in there:
            yield name, "is missing"
        elif name not in wanted:
            yield name, "is not in the manifest"
        elif there[name] != wanted[name]:
            yield name, f"was changed: SHA-256 is {there[name]['sha256']}"


def _custody(folder: Path, pinned: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    try:
        chain = custody.read(folder)
    except CaseError as error:
        yield custody.FILE, error.problem
        return
    for problem in custody.broken_links(chain):
        yield custody.FILE, problem
    head = chain[-1].get("hash") if chain else None
    if head != pinned["custody"]["head"] or len(chain) != pinned["custody"]["entries"]:
        yield custody.FILE, "is not the chain that the manifest closes: entries were cut off or added"
    whole = hashlib.sha256(canonical(pinned["outputs"])).hexdigest()
    if not chain or dict(chain[-1].get("details", {})).get("outputs_sha256") != whole:
        yield manifest.FILE, "lists other outputs than the custody chain sealed"
    read = [dict(entry.get("details", {})) for entry in chain if entry.get("action") == "read"]
    if canonical(sorted(map(_identity, read))) != canonical(sorted(map(_identity, pinned["inputs"]))):
        yield manifest.FILE, "lists other inputs than the custody chain read"


def _identity(item: Mapping[str, Any]) -> list[str]:
    return [str(item.get("path")), str(item.get("size")), str(item.get("sha256"))]


def _inputs(pinned: Mapping[str, Any], evidence: Path | None, notes: list[str]) -> Iterator[tuple[str, str]]:
    missing = []
    for item in pinned["inputs"]:
        given = Path(str(item.get("path")))
        path = evidence / given.name if evidence else given
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            missing.append(str(given))
            continue
        if item.get("sha256") is not None and digest != item["sha256"]:
            yield str(given), f"was changed: SHA-256 is {digest}, was {item['sha256']}"
    if missing:
        rest = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        notes.append(f"not tested, because not within reach: {missing[0]}{rest} (see --evidence)")


def _signature(folder: Path, key: Ed25519PublicKey | None, notes: list[str]) -> Iterator[tuple[str, str]]:
    problem, note = signature.check(folder, key)
    if problem:
        yield manifest.SIGNATURE, problem
    notes.append(note)


def _statements(folder: Path) -> Iterator[tuple[str, str]]:
    try:
        yield from unfounded(Case.open(folder), folder / "report.html")
    except CaseError as error:
        yield error.path, error.problem
