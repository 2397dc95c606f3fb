"""What the report reads from a case, beyond what exports read: checks, coverage, profiles, comparisons, labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from wa_forensics.case import InputFile
from wa_forensics.compare import Comparison
from wa_forensics.model import CaseRecord, Check, SenderProfile


class WholeRecord(CaseRecord, Protocol):
    """The parts of ``Case`` that the report needs; see there for what they hold."""

    @property
    def files(self) -> tuple[InputFile, ...]: ...
    @property
    def checks(self) -> tuple[Check, ...]: ...
    @property
    def comparisons(self) -> tuple[Comparison, ...]: ...
    @property
    def coverage(self) -> Mapping[str, Any]: ...
    @property
    def profiles(self) -> tuple[SenderProfile, ...]: ...
    @property
    def labels(self) -> tuple[Mapping[str, Any], ...]: ...

    def messages(self, source: str, columns: Sequence[str] | None = None) -> Any:
        """A pyarrow table with the columns of the OUTPUT contract, or some; the position is the message id."""

    def messages_part(self, source: str, message: int, columns: Sequence[str]) -> tuple[int, Any]:
        """Columns of a run of messages that holds the given one, and the first message of the run."""
