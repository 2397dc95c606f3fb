"""The files an examiner brings, read and hashed; what they hold goes into the case, so that it can be repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from wa_forensics.errors import SettingsError
from wa_forensics.model import Allowed, Listed, Own, OwnFile, OwnRule
from wa_forensics.userrules.allow import allowed_of
from wa_forensics.userrules.fields import decoded, read_bytes
from wa_forensics.userrules.listed import listed_of
from wa_forensics.userrules.rules import rules_of

T = TypeVar("T")


def read_own(
    rules: Iterable[Path] = (), iocs: Iterable[Path] = (), allow: Iterable[Path] = (), as_of: str | None = None
) -> Own:
    """What stands in the files; SettingsError names the file, the entry and what to write instead."""
    files: list[OwnFile] = []
    own_rules: list[OwnRule] = []
    listed: list[Listed] = []
    allowed: list[Allowed] = []
    for path in rules:
        own_rules += _noted(files, "rules", path, rules_of(_text(path, "--rules", files), f"--rules {path}"))
    for path in iocs:
        listed += _noted(files, "iocs", path, listed_of(_text(path, "--iocs", files), f"--iocs {path}"))
    for path in allow:
        allowed += _noted(files, "allow", path, allowed_of(_text(path, "--allow", files), f"--allow {path}"))
    names = [rule.id for rule in own_rules]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError("--rules", f"two files have a rule {name}", "Give each its own id.")
    return Own(
        rules=tuple(own_rules),
        listed=tuple(dict.fromkeys(listed)),
        allowed=tuple(allowed),
        files=tuple(files),
        as_of=as_of,
    )


def _text(path: Path, option: str, files: list[OwnFile]) -> str:
    data = read_bytes(path, option)
    files.append(OwnFile(kind="", path=str(path), sha256=hashlib.sha256(data).hexdigest(), entries=0))
    return decoded(data, f"{option} {path}")


def _noted(files: list[OwnFile], kind: str, path: Path, entries: Sequence[T]) -> Sequence[T]:
    read = files.pop()
    files.append(OwnFile(kind=kind, path=str(path), sha256=read.sha256, entries=len(entries)))
    return entries
