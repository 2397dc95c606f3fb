"""Finds input files, opens them read-only, and yields every chat text with its ``Source``."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

from wa_forensics.errors import EvidenceError
from wa_forensics.evidence.archive import (
    MAX_TEXT_BYTES,
    MEDIA_NAME,
    READ_BLOCK,
    attachments,
    chat_members,
    is_resource_fork,
    member_name,
    open_archive,
    read_member,
    zip_facts,
)
from wa_forensics.evidence.content import examine
from wa_forensics.evidence.text import RawText, decode
from wa_forensics.model import Attachment, Failure, Source, ZipFacts

# A folder with more files than this is a disk, not an unpacked export.
MOST_BESIDE = 20_000
# So many names are looked for one by one; of more, all are looked for in blocks of so many bytes.
FEW_NAMES, NAME_BLOCK = 4, 1 << 20


def find_inputs(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files named by paths and the ``.txt`` and ``.zip`` files inside folders, sorted, each once.

    Inside folders, links to other folders are not followed, and what macOS adds (``._`` files) and text
    files with the name of an attachment (``DOC-20240102-WA0003.txt``) are left out.
    """
    found: list[Path] = []
    for path in paths:
        found += _inside(path) if path.is_dir() else [path]
    return tuple(dict.fromkeys(found))


def read_texts(path: Path, member: str | None = None, *, at: Path | None = None) -> Iterator[RawText]:
    """Every chat text of one input file; ``member`` picks one text of a zip by its name.

    ``at`` is where the file lies if ``path`` is only what it is called. Raises EvidenceError when the file is
    missing, unreadable, too large, no text, or a zip that is refused.
    """
    name, place = str(path), at or path
    try:
        if place.is_dir():
            raise EvidenceError(name, "this is a folder, or one that cannot be read", "Check its permissions.")
        if place.exists() and not place.is_file():
            raise EvidenceError(name, "this is no ordinary file", "Give the .txt or .zip that WhatsApp wrote.")
        with place.open("rb") as handle:
            if _is_zip(handle, path):
                yield from _zip_texts(handle, os.fstat(handle.fileno()).st_size, name, member)
            else:
                yield _text_file(handle, path, member, place)
    except OSError as error:
        reason = error.strerror or "input error"
        raise EvidenceError(name, f"cannot be read ({reason})", "Check path and permissions.") from error


def verify_unchanged(sources: Iterable[Source]) -> tuple[Failure, ...]:
    """The files whose bytes are no longer those that were read, hashed again; empty when nothing changed."""
    failures: list[Failure] = []
    expected = {source.path: source.sha256 for source in sources}
    for path, digest in expected.items():
        try:
            with Path(path).open("rb") as handle:
                now = hashlib.file_digest(handle, "sha256").hexdigest()
        except OSError as error:
            failures.append(_changed(path, f"can no longer be read ({error.strerror or 'input error'})"))
            continue
        if now != digest:
            failures.append(_changed(path, f"changed during the run: SHA-256 was {digest}, is {now}"))
    return tuple(failures)


def raw_text(path: Path, data: bytes, beside: tuple[Attachment, ...] = ()) -> RawText:
    """The text of a ``.txt`` whose bytes are at hand already, with the files that belong to it."""
    digest = hashlib.sha256(data).hexdigest()
    return _raw(str(path), str(path), None, digest, len(data), data, digest, beside=beside)


def texts_in(path: Path, data: bytes, beside: tuple[Attachment, ...] = ()) -> Iterator[RawText]:
    """What ``read_texts`` gives for a file of these bytes; ``beside`` are the files of an unpacked export."""
    if _is_zip(BytesIO(data), path):
        yield from _zip_texts(BytesIO(data), len(data), str(path), None)
    else:
        yield raw_text(path, data, beside)


def _changed(path: str, problem: str) -> Failure:
    advice = "Work on a copy that nothing else touches."
    return Failure(where="evidence", source=path, problem=problem, advice=advice)


def _inside(folder: Path) -> list[Path]:
    found: list[Path] = []
    # A folder that cannot be read stands in the result, so that reading it names it as a failure.
    unreadable: list[Path] = []
    walk = os.walk(folder, followlinks=False, onerror=lambda error: unreadable.append(Path(str(error.filename))))
    for root, folders, files in walk:
        folders[:] = sorted(name for name in folders if name != "__MACOSX")
        for name in files:
            path = Path(root) / name
            if path.suffix.lower() not in {".txt", ".zip"} or is_resource_fork(name):
                continue
            if path.suffix.lower() == ".txt" and MEDIA_NAME.search(name):
                continue
            found.append(path)
    return sorted([*found, *unreadable])


def _is_zip(handle: BufferedReader | BytesIO, path: Path) -> bool:
    head = handle.read(4)
    handle.seek(0)
    # A zip may carry foreign bytes in front; then only its suffix tells.
    return head in (b"PK\x03\x04", b"PK\x05\x06") or path.suffix.lower() == ".zip"


def _text_file(handle: BufferedReader, path: Path, member: str | None, place: Path) -> RawText:
    name = str(path)
    if member is not None:
        raise EvidenceError(name, f"this is no zip, so it has no member {member!r}", "Leave the member out.")
    size = os.fstat(handle.fileno()).st_size
    if size > MAX_TEXT_BYTES:
        raise EvidenceError(
            name,
            f"the file is {size >> 20} MiB, the limit for a text is {MAX_TEXT_BYTES >> 20}",
            "A chat of a million messages is about 70 MiB. Only wa-forensics parse reads longer texts, in blocks.",
        )
    # Room for a gigabyte takes longer to make than a small text to read; a text that grows is read up to the limit.
    data = handle.read(min(size + 1, MAX_TEXT_BYTES))
    if len(data) > size:
        data += handle.read(MAX_TEXT_BYTES - len(data))
    return raw_text(path, data, files_beside(place, data))


def files_beside(path: Path, data: bytes) -> tuple[Attachment, ...]:
    """The files of an unpacked export: those in the folder of the text that the text names, in sorted order."""
    found = []
    for name in _named(_candidates(path.parent, path.parent.stat().st_mtime_ns), data):
        other = path.parent / name
        if other.is_symlink() or not other.is_file():
            continue
        try:
            with other.open("rb") as handle:
                size = os.fstat(handle.fileno()).st_size
                found.append(examine(name, size, iter(partial(handle.read, READ_BLOCK), b"")))
        except OSError:
            found.append(Attachment(name=name, size=0, detected="unreadable"))
    return tuple(found)


def _named(names: tuple[str, ...], data: bytes) -> Iterator[str]:
    """Those of the names that stand in a text, in their order."""
    if len(names) < FEW_NAMES:
        yield from (name for name in names if os.fsencode(name) in data)
        return
    finder, longest = _finder(names)
    found: set[int] = set()
    for begin in range(0, len(data), NAME_BLOCK):
        part = data[begin : begin + NAME_BLOCK + longest]
        found.update(match[0] for match in finder.find_matches_as_indexes(part, overlapping=True))
    yield from (names[number] for number in sorted(found))


@lru_cache(maxsize=2)
def _finder(names: tuple[str, ...]) -> tuple[Any, int]:
    """Finds all names in one pass: a folder with media has thousands, and each export of it is asked for them."""
    import ahocorasick_rs

    coded = [os.fsencode(name) for name in names]
    return ahocorasick_rs.BytesAhoCorasick(coded), max(map(len, coded))


@lru_cache(maxsize=8)
def _candidates(folder: Path, changed: int) -> tuple[str, ...]:
    """Names in a folder that are no exports; kept, because a batch asks once for each export of the folder.

    ``changed`` is the folder's time of change: a folder that changed is read again.
    """
    try:
        names = sorted(item.name for item in folder.iterdir())
    except PermissionError:
        return ()
    is_other = [MEDIA_NAME.search(name) or not name.lower().endswith((".txt", ".zip")) for name in names]
    chosen = [name for name, other in zip(names, is_other, strict=True) if other and not is_resource_fork(name)]
    return tuple(chosen[:MOST_BESIDE])


def _zip_texts(handle: BufferedReader | BytesIO, size: int, name: str, member: str | None) -> Iterator[RawText]:
    digest = hashlib.file_digest(handle, "sha256").hexdigest()
    handle.seek(0)
    with open_archive(handle, name) as archive:
        facts = zip_facts(archive)
        chats = chat_members(archive, name) if member is None else [_picked(archive, name, member)]
        beside = attachments(archive, {member_name(info) for info, _ in chats})
        times = {m.name: m.modified for m in facts.members}
        for info, data in chats:
            inner = member_name(info)
            text_digest = hashlib.sha256(data).hexdigest()
            yield _raw(f"{name}!{inner}", name, inner, digest, size, data, text_digest, facts, beside, times[inner])


def _picked(archive: zipfile.ZipFile, name: str, member: str) -> tuple[zipfile.ZipInfo, bytes]:
    infos = {member_name(info): info for info in archive.infolist()}
    # A bare file name will do where it is not in doubt.
    matches = [member] if member in infos else [inner for inner in infos if inner.rsplit("/", 1)[-1] == member]
    if len(matches) != 1:
        texts = ", ".join(sorted(inner for inner in infos if inner.lower().endswith(".txt")))
        problem = f"{len(matches) or 'no'} members named {member!r} inside"
        raise EvidenceError(name, problem, f"Texts inside: {texts or 'none'}.")
    return infos[matches[0]], read_member(archive, infos[matches[0]], name)


def _raw(
    name: str,
    path: str,
    member: str | None,
    digest: str,
    size: int,
    data: bytes,
    text_digest: str,
    facts: ZipFacts | None = None,
    beside: tuple[Attachment, ...] = (),
    modified: str | None = None,
) -> RawText:
    decoded = decode(data, name)
    return RawText(
        source=Source(
            name=name,
            path=path,
            member=member,
            sha256=digest,
            size=size,
            text_sha256=text_digest,
            text_size=len(data),
            encoding=decoded.encoding,
            decode_errors=decoded.errors,
            modified=modified,
            zip=facts,
            attachments=beside,
        ),
        buffer=decoded.buffer,
        repairs=decoded.repairs,
    )
