"""Evidence files to bytes and ``Source``: read-only, hashed, size-limited, never extracted to disk."""

from __future__ import annotations

from wa_forensics.evidence.content import PROGRAMS
from wa_forensics.evidence.inputs import files_beside, find_inputs, raw_text, read_texts, texts_in, verify_unchanged
from wa_forensics.evidence.text import RawText

__all__ = [
    "PROGRAMS",
    "RawText",
    "files_beside",
    "find_inputs",
    "raw_text",
    "read_texts",
    "texts_in",
    "verify_unchanged",
]
