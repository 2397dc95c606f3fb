"""A zip as evidence: its fingerprint, why it is refused, which members are chats, what lies beside them."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import IO

from wa_forensics.errors import EvidenceError
from wa_forensics.evidence.content import examine
from wa_forensics.model import Attachment, ZipFacts, ZipMember

MAX_MEMBERS = 100_000
MAX_TEXT_BYTES = 1 << 30
MAX_TOTAL_BYTES = 64 << 30
MAX_RATIO = 200
# Small members may compress as well as they like: a page of one emoji reaches a ratio of several hundred.
RATIO_FROM_BYTES = 16 << 20
READ_BLOCK = 1 << 20
HEAD = 64 << 10

# The names that the app gives in 61 languages hold "WhatsApp" or its Arabic spelling.
EXPORT_NAME = re.compile(r"(?:^|/)(?:_chat[^/]*|[^/]*(?:whatsapp|واتساب)[^/]*)\.txt$", re.IGNORECASE)
MEDIA_NAME = re.compile(r"(?:^|/)(?:[A-Z]{3}-\d{8}-WA\d{4,}|\d{8}-[^/]+)\.[^/.]+$")
# The header of a message in any language: groups of digits, few words, then "] ", " - " or ": ".
HEADER_LIKE = re.compile(
    r"^[\ufeff\u200e\u200f\u202a-\u202e]{0,4}"
    r"(?:\[[^\]\n]{6,48}\]|[^\n\]:]{0,24}\d[^\n]{2,40}? - |[^\n]{6,40}?\d(?: ?[AaPp]\.?[Mm]\.?)?: )",
    re.MULTILINE,
)
# zipfile trusts the numbers that it reads: all of these come out of damaged bytes.
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, ValueError, IndexError, OverflowError, RuntimeError, struct.error)
DIGIT_GROUPS = re.compile(r"\d+")


def open_archive(handle: IO[bytes], path: str) -> zipfile.ZipFile:
    """The zip, if nothing about it is refused; EvidenceError says what and what to try."""
    try:
        archive = zipfile.ZipFile(handle)
    except _DAMAGED as error:
        raise EvidenceError(
            path,
            "the zip is cut short or damaged (it has no readable list of its members)",
            "Copy it again from the phone or the mail and compare the sizes.",
        ) from error
    problem = _refusal(archive)
    if problem:
        archive.close()
        raise EvidenceError(path, *problem)
    return archive


def zip_facts(archive: zipfile.ZipFile) -> ZipFacts:
    """The fingerprint of the zip from its central directory."""
    members = archive.infolist()
    return ZipFacts(
        members=tuple(
            ZipMember(
                name=member_name(info),
                size=info.file_size,
                compressed=info.compress_size,
                crc32=info.CRC,
                modified="{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}".format(*info.date_time),
                create_system=info.create_system,
                create_version=info.create_version,
                extract_version=info.extract_version,
                flag_bits=info.flag_bits,
                compression=info.compress_type,
                external_attr=info.external_attr,
                extra_length=len(info.extra),
                header_offset=info.header_offset,
            )
            for info in members
        ),
        prepended_bytes=min((info.header_offset for info in members), default=0),
        comment=archive.comment.decode("utf-8", "replace"),
    )


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name; names that were written as UTF-8 without saying so are read as UTF-8."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def is_resource_fork(name: str) -> bool:
    """What macOS adds beside the files proper (``__MACOSX`` folders, ``._`` files, ``.DS_Store``)."""
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] == ".DS_Store"


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> bytes:
    """The bytes of a member; EvidenceError if it is too large or damaged."""
    if info.file_size > MAX_TEXT_BYTES:
        raise EvidenceError(
            path,
            f"{member_name(info)} is {info.file_size >> 20} MiB, the limit is {MAX_TEXT_BYTES >> 20}",
            "A chat of a million messages is about 70 MiB. Unpack it; wa-forensics parse reads longer texts in blocks.",
        )
    try:
        return archive.read(info)
    except (*_DAMAGED, zlib.error, EOFError, OSError) as error:
        raise EvidenceError(
            path,
            f"{member_name(info)} cannot be unpacked ({error})",
            "The zip is damaged or in a rare format: copy it again from the phone.",
        ) from error


def chat_members(archive: zipfile.ZipFile, path: str) -> list[tuple[zipfile.ZipInfo, bytes]]:
    """The members that are chats, with their bytes: by header look and name; other texts are attachments.

    A chat that another chat names as a file it carries is an attachment too.
    """
    texts = [
        (info, read_member(archive, info, path))
        for info in archive.infolist()
        if info.filename.lower().endswith(".txt") and not is_resource_fork(member_name(info))
    ]
    if not texts:
        inner = any(info.filename.lower().endswith(".zip") for info in archive.infolist())
        advice = "Unpack the zips inside and give those." if inner else _ADVICE_EXPORT
        raise EvidenceError(path, f"no chat text inside ({_contents(archive)})", advice)
    chats = [(info, data) for info, data in texts if looks_like_chat(data)]
    named = [(info, data) for info, data in chats if not MEDIA_NAME.search(member_name(info))]
    named = [pair for pair in named if EXPORT_NAME.search(member_name(pair[0]))] or named
    free = [pair for pair in named if not _is_carried(pair, chats)]
    if free or named or chats:
        return free or named or chats
    # Nothing looks like a chat: hand over the likeliest one, and the parser says what is wrong with it.
    return [max(texts, key=lambda pair: (bool(EXPORT_NAME.search(member_name(pair[0]))), len(pair[1])))]


def looks_like_chat(data: bytes) -> bool:
    """Whether the first 64 KiB hold a line that begins like the header of a message."""
    head = data[:HEAD]
    codec = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(head[:2], "utf-8")
    text = head.decode(codec, "replace")
    return any(len(DIGIT_GROUPS.findall(match[0])) >= 3 for match in HEADER_LIKE.finditer(text))


def attachments(archive: zipfile.ZipFile, chats: set[str]) -> tuple[Attachment, ...]:
    """Every member beside the chats: name, size, hash and type by content, in directory order."""
    found = []
    for info in archive.infolist():
        name = member_name(info)
        if info.is_dir() or name in chats or is_resource_fork(name):
            continue
        try:
            found.append(examine(name, info.file_size, _blocks(archive, info)))
        except (*_DAMAGED, zlib.error, EOFError):
            found.append(Attachment(name=name, size=info.file_size, detected="damaged"))
    return tuple(found)


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(info) as member:
        while block := member.read(READ_BLOCK):
            yield block


_ADVICE_EXPORT = "Give the file that WhatsApp's own 'Export chat' wrote."


def _refusal(archive: zipfile.ZipFile) -> tuple[str, str] | None:
    members = archive.infolist()
    if not members:
        return "the zip is empty", _ADVICE_EXPORT
    if len(members) > MAX_MEMBERS:
        return f"the zip has {len(members)} members, the limit is {MAX_MEMBERS}", "Give the chat text alone."
    total = sum(info.file_size for info in members)
    if total > MAX_TOTAL_BYTES:
        return f"the zip would unpack to {total >> 30} GiB: a zip bomb or a disk image", _ADVICE_EXPORT
    names: set[str] = set()
    for info in members:
        name = member_name(info)
        if name in names:
            return (
                f"two members have the same name {name!r}, so it is unclear which one is the evidence",
                "WhatsApp does not write such a zip; ask for the file as the phone sent it.",
            )
        names.add(name)
        problem = _member_refusal(info, name)
        if problem:
            return problem
    return _overlap(members)


def _member_refusal(info: zipfile.ZipInfo, name: str) -> tuple[str, str] | None:
    if not name:
        return "a member of the zip has no name", "WhatsApp does not write such a zip; ask for the export again."
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", name):
        return (
            f"the member name {name!r} points outside the zip",
            "WhatsApp does not write such names; treat the file as hostile and ask for the export again.",
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        return f"the member {name!r} is a symbolic link", "WhatsApp writes none; ask for the export again."
    if info.flag_bits & 0x1:
        return "the zip is encrypted", "Unpack it with its password and scan the .txt or the inner .zip."
    if info.file_size > RATIO_FROM_BYTES and info.file_size > MAX_RATIO * max(1, info.compress_size):
        return (
            f"the member {name!r} would grow from {info.compress_size} to {info.file_size} bytes: a zip bomb",
            "WhatsApp text shrinks about fivefold; ask for the export again.",
        )
    return None


def _overlap(members: list[zipfile.ZipInfo]) -> tuple[str, str] | None:
    spans = sorted((info.header_offset, info.compress_size) for info in members)
    for (start, size), (following, _) in pairwise(spans):
        if start + size > following:
            return "members of the zip overlap: a zip bomb or a forged directory", "Ask for the export again."
    return None


def _is_carried(pair: tuple[zipfile.ZipInfo, bytes], chats: list[tuple[zipfile.ZipInfo, bytes]]) -> bool:
    name = member_name(pair[0]).rsplit("/", 1)[-1]
    if name.startswith("_chat"):
        return False
    return any(name.encode() in data for info, data in chats if info is not pair[0])


def _contents(archive: zipfile.ZipFile) -> str:
    suffixes: dict[str, int] = {}
    for info in archive.infolist():
        name = member_name(info).rsplit("/", 1)[-1]
        suffix = name.rsplit(".", 1)[-1].lower() if "." in name else "no suffix"
        if not info.is_dir():
            suffixes[suffix] = suffixes.get(suffix, 0) + 1
    most = sorted(suffixes.items(), key=lambda item: (-item[1], item[0]))[:5]
    return "it holds " + ", ".join(f"{count} {suffix}" for suffix, count in most) if most else "only folders"
