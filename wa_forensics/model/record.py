"""What the rooms that show a case read from it, whatever holds it: a case folder, or one with names replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from wa_forensics.model.finding import Finding
from wa_forensics.model.incident import Incident, Indicator
from wa_forensics.model.source import ChatFacts


class CaseRecord(Protocol):
    """The parts of ``Case`` that reports and exports need; see there for what they hold."""

    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def inputs(self) -> tuple[ChatFacts, ...]: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...
    @property
    def incidents(self) -> tuple[Incident, ...]: ...
    @property
    def indicators(self) -> tuple[Indicator, ...]: ...
    @property
    def custody(self) -> tuple[Mapping[str, Any], ...]: ...

    def messages(self, source: str) -> Any:
        """A pyarrow table with the columns of the OUTPUT contract; the position is the message id."""
