"""Two exports of one conversation, as the report shows them: what each lacks, what differs, clocks and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wa_forensics.compare import ComparedMessage, Comparison, Pair
from wa_forensics.model import Finding, Verdict

ROWS = 200
TEXT_SHOWN = 600

Cited = Mapping[tuple[str, int], tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One message of one side, with the numbers of the findings that rest on it."""

    message: ComparedMessage
    text: str
    reasons: tuple[str, ...]
    findings: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PairRow:
    a: Row
    b: Row
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """A step or drift of the difference of the clocks, as ``+05:30``."""

    at: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ComparisonView:
    """One comparison; the rows are cut, the counts are not."""

    a: str
    b: str
    verdict: Verdict
    tested: bool
    matched: int
    start: str
    end: str
    offset: str
    changes: tuple[ChangeRow, ...]
    names: tuple[tuple[str, str], ...]
    missing_in_a: tuple[Row, ...]
    missing_in_b: tuple[Row, ...]
    changed: tuple[PairRow, ...]
    moved: tuple[PairRow, ...]
    reasons_in_a: tuple[str, ...]
    reasons_in_b: tuple[str, ...]
    missing_in_a_count: int
    missing_in_b_count: int
    changed_count: int
    moved_count: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing or different on either side."""
        return not (self.missing_in_a_count or self.missing_in_b_count or self.changed_count or self.moved_count)


def comparison_views(comparisons: Sequence[Comparison], findings: Sequence[Finding]) -> tuple[ComparisonView, ...]:
    """The comparisons of a case in their order; ``findings`` in the order in which the report numbers them."""
    if not comparisons:
        return ()
    cited: dict[tuple[str, int], tuple[int, ...]] = {}
    for number, finding in enumerate(findings, 1):
        for item in finding.evidence:
            cited[item.source, item.message] = (*cited.get((item.source, item.message), ()), number)
    return tuple(_view(comparison, cited) for comparison in comparisons)


def _view(found: Comparison, cited: Cited) -> ComparisonView:
    return ComparisonView(
        a=found.sources[0],
        b=found.sources[1],
        verdict=found.verdict,
        tested=found.overlap_start is not None,
        matched=found.matched,
        start=found.overlap_start or "",
        end=found.overlap_end or "",
        offset=_offset(found.clock_offset_seconds or 0),
        changes=tuple(
            ChangeRow(at=change.at, before=_offset(change.before_seconds), after=_offset(change.after_seconds))
            for change in found.clock_changes
        ),
        names=tuple(found.names.items()),
        missing_in_a=_rows(found.missing_in_a, cited),
        missing_in_b=_rows(found.missing_in_b, cited),
        reasons_in_a=_common(found.missing_in_a),
        reasons_in_b=_common(found.missing_in_b),
        changed=_pairs(found.changed, cited),
        moved=_pairs(found.moved, cited),
        missing_in_a_count=len(found.missing_in_a),
        missing_in_b_count=len(found.missing_in_b),
        changed_count=len(found.changed),
        moved_count=len(found.moved),
    )


def _rows(messages: Sequence[ComparedMessage], cited: Cited) -> tuple[Row, ...]:
    """Those that other findings rest on first: they are what an examiner looks for."""
    ranked = sorted(messages, key=lambda m: (-len(cited.get((m.source, m.message), ())), m.message))
    common = _common(messages)
    return tuple(_row(message, cited, common) for message in ranked[:ROWS])


def _common(messages: Sequence[ComparedMessage]) -> tuple[str, ...]:
    """The reasons that hold for each of the messages: told once, above the rows."""
    first = messages[0].reasons if messages else ()
    return tuple(reason for reason in first if all(reason in message.reasons for message in messages))


def _row(message: ComparedMessage, cited: Cited, told: Sequence[str] = ()) -> Row:
    text = message.text if len(message.text) <= TEXT_SHOWN else message.text[: TEXT_SHOWN - 1] + "…"
    findings = cited.get((message.source, message.message), ())
    reasons = tuple(reason for reason in message.reasons if reason not in told)
    return Row(message=message, text=text, reasons=reasons, findings=findings)


def _pairs(pairs: Sequence[Pair], cited: Cited) -> tuple[PairRow, ...]:
    return tuple(PairRow(a=_row(p.a, cited), b=_row(p.b, cited), reasons=p.reasons) for p in pairs[:ROWS])


def _offset(seconds: int) -> str:
    """``+05:30``, with seconds where there are some."""
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{hours:02}:{minutes:02}" + (f":{left:02}" if left else "")
