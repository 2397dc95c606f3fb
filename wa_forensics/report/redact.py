"""A case with names, numbers or accounts replaced by stable pseudonyms; hashes and addresses stay."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, TypeVar, cast

from wa_forensics.case import InputFile
from wa_forensics.compare import Comparison
from wa_forensics.errors import SettingsError
from wa_forensics.model import ChatFacts, Check, Finding, Incident, Indicator, Said, SenderProfile
from wa_forensics.report.case_record import WholeRecord
from wa_forensics.report.summary import PAYEE_TYPES
from wa_forensics.report.words import Words, mark

REDACTIONS = ("names", "numbers", "accounts")
_LABELS = {"names": mark("Person %(n)s"), "numbers": mark("Number %(n)s"), "accounts": mark("Account %(n)s")}
_TIME_OR_HASH = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+|[0-9a-f]{16}|[0-9a-f]{64}")
# A phone number as people write it: nine digits or more with single separators, not part of a longer word.
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ .()\u00a0\u202f-]{0,2}\d){8,18}(?![\w])")
_ACCOUNT_TYPES = PAYEE_TYPES | {"email"}
# Parts of a name that are replaced on their own: "Anitha" of "Anitha Rao".
_PART = re.compile(r"\w{3,}")
# What is no evidence: keys, hashes and words of the program.
_KEPT = frozenset({"id", "rule", "type", "sha256", "text_sha256", "encoding", "languages", "order", "decided_by"})
T = TypeVar("T")


class RedactedCase:
    """Reads like the case it wraps. ``key`` maps each pseudonym to what it stands for; keep it apart."""

    def __init__(self, case: WholeRecord, what: Iterable[str], words: Words) -> None:
        self._case = case
        self._what = frozenset(what)
        self._words = words
        self._given: dict[tuple[str, str], str] = {}
        self.key: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._pattern = self._compiled()
        self._sources = self._unique_sources()

    def messages(self, source: str, columns: Sequence[str] | None = None) -> Any:
        """The table with its texts and names replaced."""
        return self._shown(self._case.messages(self._original(source), columns))

    def messages_part(self, source: str, message: int, columns: Sequence[str]) -> tuple[int, Any]:
        """Some rows of it, with the message that the first is."""
        first, table = self._case.messages_part(self._original(source), message, columns)
        return first, self._shown(table)

    def _original(self, source: str) -> str:
        return next(name for name, shown in self._sources.items() if shown == source)

    def _shown(self, table: Any) -> Any:
        import pyarrow as pa

        for name in ("sender", "text", "attachment"):
            if name not in table.column_names:
                continue
            column = table[name].cast(pa.large_string()).to_pylist()
            shown = [None if value is None else self.hide(value) for value in column]
            table = table.set_column(table.column_names.index(name), name, pa.array(shown, pa.large_string()))
        return table

    def hide(self, text: str) -> str:
        """One text with what is to be hidden replaced."""
        if text in self._sources_or_empty:
            return self._sources_or_empty[text]
        if self._pattern is not None:
            text = self._pattern.sub(lambda hit: self._exact[hit[0].casefold()], text)
        if "numbers" in self._what:
            text = _NUMBER.sub(lambda hit: self._pseudonym("numbers", re.sub(r"\D", "", hit[0]), hit[0]), text)
        return text

    # the parts of a case

    @cached_property
    def name(self) -> str:
        return self.hide(self._case.name)

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        return self._hidden(dict(self._case.settings))

    @cached_property
    def inputs(self) -> tuple[ChatFacts, ...]:
        return self._hidden(self._case.inputs)

    @cached_property
    def files(self) -> tuple[InputFile, ...]:
        return self._hidden(self._case.files)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return self._hidden(self._case.findings)

    @cached_property
    def incidents(self) -> tuple[Incident, ...]:
        return self._hidden(self._case.incidents)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        return self._hidden(self._case.checks)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        return self._hidden(self._case.indicators)

    @cached_property
    def profiles(self) -> tuple[SenderProfile, ...]:
        return self._hidden(self._case.profiles)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        return tuple(
            replace(
                self._hidden(found),
                names={self.hide(name): self.hide(other) for name, other in found.names.items()},
                matched_by=self._senders(found.matched_by),
            )
            for found in self._case.comparisons
        )

    @cached_property
    def coverage(self) -> Mapping[str, Any]:
        found = dict(self._case.coverage)
        return {name: part if name == "rules" else self._hidden(part) for name, part in found.items()}

    @cached_property
    def labels(self) -> tuple[Mapping[str, Any], ...]:
        return self._hidden(self._case.labels)

    @cached_property
    def custody(self) -> tuple[Mapping[str, Any], ...]:
        return self._hidden(self._case.custody)

    # how it is done

    @property
    def _sources_or_empty(self) -> dict[str, str]:
        return getattr(self, "_sources", {})

    def _compiled(self) -> re.Pattern[str] | None:
        """One pattern for the names (whole and in parts) and the payees that are known, longest first."""
        if "names" in self._what:
            for name in dict.fromkeys(n for facts in self._case.inputs for n in facts.senders):
                shown = self._pseudonym("names", name, name)
                for part in (name, *_PART.findall(name)):
                    self._exact.setdefault(part.casefold(), shown)
        if "accounts" in self._what:
            for indicator in self._case.indicators:
                if indicator.type in _ACCOUNT_TYPES:
                    shown = self._pseudonym("accounts", indicator.value, indicator.value)
                    for form in (indicator.value, indicator.defanged):
                        self._exact[form.casefold()] = shown
        if not self._exact:
            return None
        forms = sorted(self._exact, key=lambda form: (-len(form), form))
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, forms)) + r")(?!\w)", re.IGNORECASE)

    def _pseudonym(self, what: str, known_as: str, written: str) -> str:
        found = self._given.get((what, known_as))
        if found is None:
            number = sum(kind == what for kind, _ in self._given) + 1
            found = self._words.text(_LABELS[what]) % {"n": number}
            self._given[what, known_as] = found
            self.key[found] = written
        return found

    def _unique_sources(self) -> dict[str, str]:
        """Names of files can become equal when names in them are replaced; they must stay apart."""
        shown: dict[str, str] = {}
        for facts in self._case.inputs:
            hidden = self.hide(facts.source.name)
            taken = list(shown.values()).count(hidden)
            shown[facts.source.name] = f"{hidden} ({taken + 1})" if taken else hidden
        return shown

    def _hidden(self, value: T) -> T:
        """The same records with each text replaced; times, hashes, enums and keys stay."""
        return cast(T, self._changed(value))

    def _changed(self, value: Any) -> Any:
        if isinstance(value, Enum) or value is None:
            return value
        if isinstance(value, Said):
            return value.with_values(self._changed)
        if isinstance(value, str):
            return value if _TIME_OR_HASH.fullmatch(value) else self.hide(value)
        if is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in fields(value) if field.name not in _KEPT]
            changed = {name: self._changed(getattr(value, name)) for name in names}
            if isinstance(value, ChatFacts):
                changed["senders"] = self._senders(value.senders)
            return replace(value, **changed)
        if isinstance(value, Mapping):
            return {key: self._changed(item) for key, item in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(self._changed(item) for item in value)
        return value

    def _senders(self, counts: Mapping[str, int]) -> dict[str, int]:
        shown: dict[str, int] = {}
        for name, count in counts.items():
            hidden = self.hide(name)
            shown[hidden] = shown.get(hidden, 0) + count
        return shown


def redacted(case: WholeRecord, what: Collection[str], language: str = "en") -> RedactedCase:
    """The case with ``what`` (of ``REDACTIONS``) replaced by pseudonyms that depend on the case alone.

    Report, index and exports of one case have the same ones, in the words of ``language``. SettingsError for an
    unknown choice.
    """
    for part in what:
        if part not in REDACTIONS:
            raise SettingsError("--redact", f"{part!r} is no choice", f"Choose: {', '.join(REDACTIONS)}.")
    return RedactedCase(case, what, Words(language))
