"""Evidence files to bytes and ``Source``: read-only, hashed, size-limited, never extracted to disk."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wa_forensics.errors import EvidenceError
from wa_forensics.model import Source


@dataclass(frozen=True, kw_only=True, eq=False)
class RawText:
    """One text to parse: ``buffer`` is valid UTF-8 (the member's own bytes unless it had to be decoded)."""

    source: Source
    buffer: bytes


def find_inputs(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The ``.txt`` and ``.zip`` files named by paths and inside folders, in sorted order."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.suffix.lower() in {".txt", ".zip"} and p.is_file())
        else:
            found.append(path)
    return tuple(found)


def read_texts(path: Path, member: str | None = None) -> Iterator[RawText]:
    """Every chat text of one input file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EvidenceError(str(path), error.strerror or "cannot be read") from error
    digest = hashlib.sha256(data).hexdigest()
    if path.suffix.lower() != ".zip":
        yield _raw(str(path), str(path), None, digest, len(data), data)
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.filename.lower().endswith(".txt") and "__MACOSX" not in info.filename:
                text = archive.read(info)
                yield _raw(f"{path}!{info.filename}", str(path), info.filename, digest, len(data), text)


def _raw(name: str, path: str, member: str | None, digest: str, size: int, text: bytes) -> RawText:
    return RawText(
        source=Source(
            name=name,
            path=path,
            member=member,
            sha256=digest,
            size=size,
            text_sha256=hashlib.sha256(text).hexdigest(),
            text_size=len(text),
            encoding="utf-8",
        ),
        buffer=text,
    )
