"""A rendered stream to a file: the whole file or nothing."""

from __future__ import annotations

import os
from pathlib import Path

from jinja2.environment import TemplateStream

from wa_forensics.errors import CaseError


def write_stream(stream: TemplateStream, out: Path) -> Path:
    """Write piece by piece; a file that was begun and not ended is removed."""
    stream.enable_buffering(200)
    partial = out.with_name(out.name + ".part")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(stream)
        partial.replace(out)
    except OSError as error:
        problem = f"the page cannot be written ({os.strerror(error.errno or 0)})"
        raise CaseError(str(out), problem, "Choose another -o, or make room there.") from error
    finally:
        partial.unlink(missing_ok=True)
    return out
