"""Where a chat comes from and how it was read: files, zip facts, date order, header shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wa_forensics.model.said import Sentences
from wa_forensics.model.scales import Confidence, Platform


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """One file beside the text in a zip. ``detected`` is the type by content, None if unknown or not read."""

    name: str
    size: int
    sha256: str | None = None
    detected: str | None = None


@dataclass(frozen=True, kw_only=True)
class ZipMember:
    """What the central directory says of one member; ``modified`` is the zip's local time, ISO."""

    name: str
    size: int
    compressed: int
    crc32: int
    modified: str
    create_system: int
    create_version: int
    extract_version: int
    flag_bits: int
    compression: int
    external_attr: int
    extra_length: int
    header_offset: int


@dataclass(frozen=True, kw_only=True)
class ZipFacts:
    """The fingerprint of a zip: members in directory order, bytes before the first header, comment."""

    members: tuple[ZipMember, ...]
    prepended_bytes: int
    comment: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """One text of one input file, read-only and hashed.

    ``name`` is the path as given (``archive.zip!member.txt`` for a member). ``sha256`` and ``size`` are of the
    file on disk, ``text_sha256`` and ``text_size`` of the text member's own bytes (the same for a ``.txt``).
    ``encoding`` is ``utf-8``, ``utf-8-sig``, ``utf-16-le`` or ``utf-16-be``; ``decode_errors`` counts bytes
    that did not decode and were replaced.
    """

    name: str
    path: str
    member: str | None
    sha256: str
    size: int
    text_sha256: str
    text_size: int
    encoding: str
    decode_errors: int = 0
    modified: str | None = None
    zip: ZipFacts | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DateOrder:
    """The order of day, month and year in one file and how it is known.

    ``order`` is ``"DMY"``, ``"MDY"``, ``"YMD"`` or (rare) ``"YDM"``; ``decided_by`` a short word (``"values"``,
    ``"line order"``, ``"attachment names"``, ``"caller"``, ``"undecided"`` ...); ``proof`` and ``contradictions`` are
    sentences.
    When ``decided_by`` is ``"undecided"``, ``order`` is only the reading shown first and ``readings`` lists all.
    """

    order: str
    decided_by: str
    proof: Sentences
    contradictions: Sentences = ()
    readings: tuple[str, ...] = ()
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A header shape (digits as ``0``): how many messages have it and where the first one stands."""

    pattern: str
    count: int
    first_line: int
    first_offset: int


@dataclass(frozen=True, kw_only=True)
class Span:
    """Bytes that belong to no message; ``reason`` says why (preamble, blank, header without a valid date)."""

    line: int
    line_end: int
    byte_offset: int
    byte_length: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChatFacts:
    """The small facts of a parsed chat that the case keeps after the messages are written."""

    source: Source
    name: str
    platform: Platform
    languages: tuple[str, ...]
    message_count: int
    senders: Mapping[str, int]
    first: str
    last: str
    date_order: DateOrder
    shapes: tuple[Shape, ...]
    unparsed: tuple[Span, ...]
    notes: Sentences = ()
