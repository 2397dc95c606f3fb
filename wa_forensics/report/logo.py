"""The examiner's own logo at the top of a report, as a ``data:`` address."""

from __future__ import annotations

import base64
from pathlib import Path

from markupsafe import Markup

from wa_forensics.errors import SettingsError

MAX_BYTES = 300_000
# By content, not by name. SVG can hold scripts and is not among them.
_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def logo_address(path: Path) -> Markup:
    """The picture as it is; SettingsError when it cannot be read, is no PNG or JPEG, or is over 300,000 bytes."""
    option = f"--logo {path}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            option, f"it cannot be read ({error.strerror})", "Check its path and permissions."
        ) from error
    kind = next((name for start, name in _SIGNATURES if data.startswith(start)), None)
    if kind is None:
        raise SettingsError(option, "it is neither PNG nor JPEG", "Save the picture as PNG.")
    if len(data) > MAX_BYTES:
        raise SettingsError(option, f"it has {len(data)} bytes, {MAX_BYTES} at most", "Save it smaller.")
    return Markup("data:{};base64,{}").format(kind, base64.b64encode(data).decode())
