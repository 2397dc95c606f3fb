"""What a file beside the chat is by its content: one pass for hash and type; nothing is run or unpacked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from wa_forensics.model import Attachment

HEAD = 8192
TAIL = 64
PROGRAMS: dict[str, str] = {
    "application/vnd.android.package-archive": "Android app (APK)",
    "application/x-msdownload": "Windows program",
    "application/x-executable": "Linux program",
    "application/x-mach-binary": "macOS program",
    "application/java-archive": "Java program",
    "application/vnd.android.dex": "Android program code",
    "application/x-ms-shortcut": "Windows shortcut",
    "application/x-msi": "Windows installer",
    "application/x-google-chrome-extension": "browser extension",
    "application/x-apple-aspen-config": "Apple configuration profile",
    "application/vnd.ms-cab-compressed": "Windows cabinet archive",
    "application/x-rpm": "Linux package",
    "application/x-deb": "Linux package",
    "application/wasm": "WebAssembly program",
    "text/x-script": "script",
}
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (b"dex\n03", "application/vnd.android.dex"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xca\xfe\xba\xbe", "application/x-mach-binary"),
    (b"#!", "text/x-script"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
)
SCRIPT_SUFFIXES = (".bat", ".cmd", ".hta", ".js", ".jse", ".ps1", ".py", ".scpt", ".sh", ".vbs", ".wsf")
# File names stand uncompressed in a zip, so the kind of a zip shows without unpacking it.
ZIP_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"AndroidManifest.xml", "application/vnd.android.package-archive"),
    (b"classes.dex", "application/vnd.android.package-archive"),
    (b"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
)


def examine(name: str, size: int, blocks: Iterator[bytes]) -> Attachment:
    """Hash and type of one file from its blocks, which are read once."""
    digest = hashlib.sha256()
    head = b""
    names_seen = [False] * len(ZIP_KINDS)
    tail = b""
    for block in blocks:
        digest.update(block)
        if len(head) < HEAD:
            head += block[: HEAD - len(head)]
        if head.startswith(b"PK\x03\x04"):
            window = tail + block
            for place, (needle, _) in enumerate(ZIP_KINDS):
                names_seen[place] = names_seen[place] or needle in window
            tail = window[-TAIL:]
    return Attachment(name=name, size=size, sha256=digest.hexdigest(), detected=_type(name, head, names_seen))


def _type(name: str, head: bytes, names_seen: list[bool]) -> str | None:
    import filetype

    if not head:
        return None
    for seen, (_, kind) in zip(names_seen, ZIP_KINDS, strict=True):
        if seen:
            return kind
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    guessed = filetype.guess_mime(head)
    if guessed is not None:
        # The library reads any OLE file as an old Office document; an installer is one too.
        installer = head.startswith(b"\xd0\xcf\x11\xe0") and name.lower().endswith(".msi")
        return "application/x-msi" if installer else str(guessed)
    return _text_type(name, head)


def _text_type(name: str, head: bytes) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html")) or b"<script" in start:
        return "text/html"
    if b"<key>payloadtype</key>" in head.lower():
        return "application/x-apple-aspen-config"
    if name.lower().endswith(SCRIPT_SUFFIXES):
        return "text/x-script"
    try:
        head[:-3].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "text/plain" if b"\0" not in head else None
