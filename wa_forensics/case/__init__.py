"""The case folder: the record of a scan, sealed by a manifest and a custody chain."""

from __future__ import annotations

from wa_forensics.case.reader import Case
from wa_forensics.case.store import CaseRecords, InputFile, StoredChat

__all__ = ["Case", "CaseRecords", "InputFile", "StoredChat"]
