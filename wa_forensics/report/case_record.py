"""What the report reads from a case: a case folder, or the same with names and numbers replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from wa_forensics.case import InputFile
from wa_forensics.compare import Comparison
from wa_forensics.model import ChatFacts, Check, Finding, Incident, Indicator, SenderProfile


class CaseRecord(Protocol):
    """The parts of ``Case`` that the report needs; see there for what they hold."""

    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def inputs(self) -> tuple[ChatFacts, ...]: ...
    @property
    def files(self) -> tuple[InputFile, ...]: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...
    @property
    def incidents(self) -> tuple[Incident, ...]: ...
    @property
    def checks(self) -> tuple[Check, ...]: ...
    @property
    def indicators(self) -> tuple[Indicator, ...]: ...
    @property
    def comparisons(self) -> tuple[Comparison, ...]: ...
    @property
    def coverage(self) -> Mapping[str, Any]: ...
    @property
    def profiles(self) -> tuple[SenderProfile, ...]: ...
    @property
    def labels(self) -> tuple[Mapping[str, Any], ...]: ...
    @property
    def custody(self) -> tuple[Mapping[str, Any], ...]: ...

    def messages(self, source: str, columns: Sequence[str] | None = None) -> Any:
        """A pyarrow table with the columns of the OUTPUT contract, or some; the position is the message id."""
