"""``Case``: a case folder read back, for the report, the exports, labels and verification."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from wa_forensics.case import custody
from wa_forensics.case.messages import read_messages, read_part
from wa_forensics.case.records import record
from wa_forensics.case.store import COMPARISONS, SCHEMA_VERSION, CaseRecords, InputFile, StoredChat, declared_rows
from wa_forensics.case.verdicts import labels_of
from wa_forensics.compare import Comparison, comparison_from
from wa_forensics.errors import CaseError
from wa_forensics.model import (
    CaseData,
    ChatFacts,
    Check,
    Failure,
    Finding,
    Graph,
    Incident,
    Indicator,
    Limit,
    SenderProfile,
)

T = TypeVar("T")
_DAMAGED = "Ask for the case folder again, or scan the evidence again."


class Case:
    """A case folder, read-only; each part is read when it is first asked for.

    ``path`` is the folder. ``name``. ``settings``: a mapping with ``version``, ``command``, ``date_order``,
    ``timezone``, ``case_number``, ``examiner`` and ``declared`` (label: value, "not declared" where missing).
    ``inputs``: the ``ChatFacts`` of every chat in the order of the inputs; ``files``: every file that was
    given, failed ones too. ``findings`` in the order of the chats and messages, ``incidents`` worst first,
    ``checks``, ``indicators``, ``profiles``, ``comparisons``. ``coverage``: ``rules`` (id, title,
    threat, severity, chats, hits), ``skipped``, ``failures`` (``Failure`` records), ``unparsed``,
    ``undecided_dates``, ``limits``.
    ``custody``: what was done. ``messages(source)``: the messages of one chat as a pyarrow Table, position =
    message id, columns as ``Chat.arrow`` behind ``source`` and ``message``.

    Every part raises CaseError when its file is missing or damaged.
    """

    def __init__(self, path: Path, *, with_clock: bool = True) -> None:
        self.path = path
        self.with_clock = with_clock

    @classmethod
    def open(cls, path: str | Path, *, with_clock: bool = True) -> Case:
        """The case in a folder; CaseError when there is none.

        Without ``with_clock`` the custody entries have no times: what is made of the case is then the same at
        every run.
        """
        case = cls(Path(path), with_clock=with_clock)
        version = case._head.get("schema_version")
        if version != SCHEMA_VERSION:
            raise CaseError(
                str(path),
                f"the case has schema version {version}, this program reads {SCHEMA_VERSION}",
                "Use the version of wa_forensics that wrote it.",
            )
        return case

    def hold(self, records: CaseRecords) -> None:
        """Take the parts that grow with the chats from what was written instead of reading them again.

        The records must be as they would be read: those of workers have come through JSON.
        """
        self.findings, self.indicators = records.correlation.findings, records.indicators
        self.checks = tuple(check for analysis in records.analyses for check in analysis.checks)
        self.profiles = tuple(profile for analysis in records.analyses for profile in analysis.profiles)

    def __repr__(self) -> str:
        return f"Case({str(self.path)!r})"

    @property
    def name(self) -> str:
        return str(self._head.get("name", ""))

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """The settings that decided the result, with what the examiner declared."""
        head = self._head
        return {
            **head.get("settings", {}),
            "version": head.get("tool", {}).get("version", ""),
            "command": head.get("command", ""),
            "case_number": self.declared.number,
            "examiner": self.declared.examiner,
            "declared": declared_rows(self.declared),
        }

    @property
    def declared(self) -> CaseData:
        """What the examiner declared."""
        return self._records("case.json", CaseData, [self._head.get("declared", {})])[0]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The paths that were given."""
        return tuple(str(path) for path in self._head.get("arguments", []))

    @cached_property
    def inputs(self) -> tuple[ChatFacts, ...]:
        return tuple(chat.facts for chat in self.chats)

    @cached_property
    def chats(self) -> tuple[StoredChat, ...]:
        """The facts of each chat with the place of its messages."""
        return self._records("case.json", StoredChat, self._head.get("chats", []))

    @cached_property
    def files(self) -> tuple[InputFile, ...]:
        return self._records("case.json", InputFile, self._head.get("inputs", []))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return self._records("findings.jsonl", Finding, self._lines("findings.jsonl"))

    @cached_property
    def incidents(self) -> tuple[Incident, ...]:
        return self._records("incidents.json", Incident, self._json("incidents.json"))

    @cached_property
    def graph(self) -> Graph:
        """The accounts, chats and indicators of the incidents and the ties between them."""
        return self._records("graph.json", Graph, [self._json("graph.json")])[0]

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        rows = [check for source in self._json("integrity.json") for check in source["checks"]]
        return self._records("integrity.json", Check, rows)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        return self._records("indicators.jsonl", Indicator, self._lines("indicators.jsonl"))

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Exports of one conversation held against each other; none in a case of an older version."""
        if not (self.path / COMPARISONS).exists():
            return ()
        try:
            return tuple(comparison_from(row) for row in self._json(COMPARISONS))
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise CaseError(str(self.path / COMPARISONS), f"a record is damaged ({error})", _DAMAGED) from error

    @cached_property
    def profiles(self) -> tuple[SenderProfile, ...]:
        return self._records("profiles.jsonl", SenderProfile, self._lines("profiles.jsonl"))

    @cached_property
    def labels(self) -> tuple[Mapping[str, Any], ...]:
        """Every verdict that examiners gave on a finding, oldest first."""
        return labels_of(self.path)

    @cached_property
    def coverage(self) -> Mapping[str, Any]:
        content = dict(self._json("coverage.json"))
        content["failures"] = self._records("coverage.json", Failure, content.get("failures", []))
        content["limits"] = self._records("coverage.json", Limit, content.get("limits", []))
        return content

    @cached_property
    def custody(self) -> tuple[Mapping[str, Any], ...]:
        if not (self.path / custody.FILE).exists():
            return ()
        # A report must not tell of its own making: it would be another one when rendered again.
        left_out = {"seal"} if self.with_clock else {"seal", "report", "label"}
        told = [entry for entry in custody.read(self.path) if entry.get("action") not in left_out]
        return tuple(
            {
                **({"time": entry.get("time")} if self.with_clock else {}),
                "action": entry.get("action"),
                **dict(entry.get("details", {})),
            }
            for entry in told
        )

    def messages(self, source: str, columns: Sequence[str] | None = None) -> Any:
        """The messages of one chat, or some of their columns; KeyError for a source that the case does not have."""
        stored = self._places[source]
        return read_messages(self.path / stored.messages, stored.first_row_group, stored.row_groups, columns)

    def messages_part(self, source: str, message: int, columns: Sequence[str]) -> tuple[int, Any]:
        """Columns of the part of a chat (131,072 messages) that holds a message, and the first message of the part."""
        stored = self._places[source]
        return read_part(self.path / stored.messages, stored.first_row_group, message, columns)

    @cached_property
    def _places(self) -> Mapping[str, StoredChat]:
        return {chat.facts.source.name: chat for chat in self.chats}

    @cached_property
    def _head(self) -> Mapping[str, Any]:
        content = self._json("case.json")
        if not isinstance(content, dict):
            raise CaseError(str(self.path / "case.json"), "this is no case record", _DAMAGED)
        return content

    def _json(self, name: str) -> Any:
        try:
            return json.loads((self.path / name).read_bytes())
        except OSError as error:
            problem = f"the case has no readable {name} ({error.strerror})"
            raise CaseError(str(self.path), problem, "Give a folder that wa-forensics scan wrote.") from error
        except ValueError as error:
            raise CaseError(str(self.path / name), "this is no valid JSON", _DAMAGED) from error

    def _lines(self, name: str) -> Iterator[Any]:
        try:
            with (self.path / name).open("rb") as file:
                yield from map(json.loads, file)
        except OSError as error:
            problem = f"the case has no readable {name} ({error.strerror})"
            raise CaseError(str(self.path), problem, "Give a folder that wa-forensics scan wrote.") from error
        except ValueError as error:
            raise CaseError(str(self.path / name), "a line is no valid JSON", _DAMAGED) from error

    def _records(self, name: str, kind: type[T], rows: Any) -> tuple[T, ...]:
        try:
            return tuple(record(kind, row) for row in rows)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise CaseError(str(self.path / name), f"a record is damaged ({error})", _DAMAGED) from error
