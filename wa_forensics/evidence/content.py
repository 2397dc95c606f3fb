"""What a file beside the chat is by its content: one pass for hash and type; nothing is run or unpacked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from wa_forensics.model import Attachment

HEAD = 8192
PROGRAMS: dict[str, str] = {
    "application/vnd.android.package-archive": "Android app (APK)",
    "application/x-msdownload": "Windows program",
    "application/x-executable": "Linux program",
    "application/x-mach-binary": "macOS program",
    "application/java-archive": "Java program",
    "application/x-zip-with-android-app": "archive with an Android app",
    "application/x-zip-with-windows-program": "archive with a Windows program",
    "application/vnd.ms-office.vba": "Office document with macros",
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
LOCAL_HEADER = b"PK\x03\x04"
LONGEST_NAME = 400
# The first of these that ends the name of a member tells what kind of zip it is.
ZIP_KINDS: tuple[tuple[str, str], ...] = (
    ("androidmanifest.xml", "application/vnd.android.package-archive"),
    ("classes.dex", "application/vnd.android.package-archive"),
    ("vbaproject.bin", "application/vnd.ms-office.vba"),
    ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (".apk", "application/x-zip-with-android-app"),
    (".exe", "application/x-zip-with-windows-program"),
    (".msi", "application/x-zip-with-windows-program"),
    (".class", "application/java-archive"),
)


def examine(name: str, size: int, blocks: Iterator[bytes]) -> Attachment:
    """Hash and type of one file from its blocks, which are read once."""
    digest = hashlib.sha256()
    head = tail = b""
    inside: set[str] = set()
    for block in blocks:
        digest.update(block)
        if len(head) < HEAD:
            head += block[: HEAD - len(head)]
        if head.startswith(LOCAL_HEADER):
            window = tail + block
            inside |= _member_names(window)
            tail = window[-LONGEST_NAME:]
    return Attachment(name=name, size=size, sha256=digest.hexdigest(), detected=_type(name, head, inside))


def _member_names(window: bytes) -> set[str]:
    """Names in the local headers of a zip: they stand uncompressed, so nothing is unpacked to read them."""
    names = set()
    place = window.find(LOCAL_HEADER)
    while place >= 0:
        length = int.from_bytes(window[place + 26 : place + 28], "little")
        if 0 < length <= LONGEST_NAME - 30:
            names.add(window[place + 30 : place + 30 + length].decode("utf-8", "replace").lower())
        place = window.find(LOCAL_HEADER, place + 4)
    return names


def _type(name: str, head: bytes, inside: set[str]) -> str | None:
    import filetype

    if not head:
        return None
    for ending, kind in ZIP_KINDS:
        if any(member.endswith(ending) for member in inside):
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
