"""Pictures of the evidence as small JPEG data inside the page (the optional extra ``media``, Pillow)."""

from __future__ import annotations

import base64
import hashlib
import warnings
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from markupsafe import Markup, escape

from wa_forensics.errors import EvidenceError, SettingsError
from wa_forensics.evidence.archive import member_name, open_archive, read_member
from wa_forensics.model import Attachment, ChatFacts, Source

SIDE = 320
QUALITY = 60
MAX_PICTURES = 150
MAX_BYTES = 24 << 20
MAX_PIXELS = 60_000_000
# Formats that Pillow decodes by itself; SVG, PDF and whatever can hold markup or scripts is not among them.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class Thumbnails:
    """Makes a small picture of an attachment when a template asks for it; None where that is not possible.

    The zip is opened read-only, and only if its SHA-256 is still the one of the case; ``problems`` says which
    files could not be used. Raises SettingsError when Pillow is not installed.
    """

    def __init__(self, inputs: Iterable[ChatFacts]) -> None:
        try:
            import PIL.Image  # noqa: F401
        except ImportError as error:
            raise SettingsError(
                "--embed-media", "Pillow is not installed", "Install it: pip install 'wa-forensics[media]'."
            ) from error
        self._sources = {facts.source.name: facts.source for facts in inputs if facts.source.zip is not None}
        self._archives: dict[str, zipfile.ZipFile | None] = {}
        self._made: dict[tuple[str, str], Markup | None] = {}
        self.problems: list[str] = []

    def of(self, source: str, attachment: str | None) -> Markup | None:
        """The picture as a ``data:`` address."""
        if attachment is None or source not in self._sources:
            return None
        key = (source, attachment)
        if key not in self._made:
            drawn = sum(picture is not None for picture in self._made.values())
            self._made[key] = self._thumbnail(self._sources[source], attachment) if drawn < MAX_PICTURES else None
        return self._made[key]

    def close(self) -> None:
        for archive in self._archives.values():
            if archive is not None:
                archive.close()

    def _thumbnail(self, source: Source, name: str) -> Markup | None:
        known = next((item for item in source.attachments if item.name.rsplit("/", 1)[-1] == name), None)
        archive = self._opened(source)
        if known is None or archive is None or known.size > MAX_BYTES:
            return None
        data = _member(archive, known)
        small = _scaled(data) if data is not None else None
        if small is None:
            return None
        return Markup("data:image/jpeg;base64,{}").format(escape(base64.b64encode(small).decode()))

    def _opened(self, source: Source) -> zipfile.ZipFile | None:
        if source.path not in self._archives:
            self._archives[source.path] = self._checked(source)
        return self._archives[source.path]

    def _checked(self, source: Source) -> zipfile.ZipFile | None:
        try:
            with Path(source.path).open("rb") as handle:
                if hashlib.file_digest(handle, "sha256").hexdigest() != source.sha256:
                    self.problems.append(f"{source.path}: it is not the file that was scanned")
                    return None
            return open_archive(Path(source.path).open("rb"), source.path)
        except (OSError, EvidenceError) as error:
            self.problems.append(str(error))
            return None


def _member(archive: zipfile.ZipFile, known: Attachment) -> bytes | None:
    for info in archive.infolist():
        if member_name(info) == known.name and info.file_size <= MAX_BYTES:
            try:
                data = read_member(archive, info, known.name)
            except EvidenceError:
                return None
            return data if hashlib.sha256(data).hexdigest() == known.sha256 else None
    return None


def _scaled(data: bytes) -> bytes | None:
    """Decoded, scaled down and encoded anew: nothing of the original file but its look is kept."""
    import PIL.Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            with PIL.Image.open(BytesIO(data), formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    return None
                picture.draft("RGB", (SIDE, SIDE))
                small = picture.convert("RGB")
        small.thumbnail((SIDE, SIDE))
        out = BytesIO()
        small.save(out, "JPEG", quality=QUALITY)
        return out.getvalue()
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombWarning, PIL.Image.DecompressionBombError):
        return None
