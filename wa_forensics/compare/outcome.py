"""From an alignment to a comparison: what is missing, changed or moved inside the span that both cover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.compare.alignment import LEAST_LIKENESS, Alignment, align, on_time
from wa_forensics.compare.comparison import ClockChange, ComparedMessage, Comparison, Pair
from wa_forensics.compare.contents import Side, plain_text, side, similarity
from wa_forensics.model import Check, Verdict, phrase, say
from wa_forensics.vocabulary import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A zone or summer time moves a clock by a quarter of an hour at least.
STEP_SECONDS = 900
DRIFT_SECONDS = 120
FEWEST_FOR_DRIFT = 100
FEWEST_COMMON_SHARE = 0.2
BUCKET = 120
# Messages before and after that are looked at for equal ones.
BESIDE = 20
LINES_NAMED = 200
# Exports that differ in more than this do not differ by edits.
MOST_LEFT = 2_000
# Two texts of one sender and moment with this share of common letter pairs are one text, edited.
ALIKE = 0.4

DELETED_FOR_ONESELF = phrase("deleted for oneself on that phone, which leaves no trace")
TAKEN_OUT = phrase("taken out of that file after the export")
NOT_DELIVERED = phrase("never delivered to that phone (blocked, offline, not in the group at that moment)")
DISAPPEARED = phrase("disappearing messages were on, and one phone kept the message longer")
JOINED_LATER = phrase("that side begins here: joined later, or older messages were cut by the export limit")
DELETED_FOR_EVERYONE = phrase("deleted for everyone before one of the exports was made")
NOT_RECEIVED = phrase("not yet received, or shown once only, on one of the phones")
EDITED = phrase("edited by the sender; one export shows an earlier form")
ALTERED = phrase("altered in one of the files after the export")
OTHER_SENDER = phrase("the sender differs: altered in one file, or one contact under two names")
OTHER_TIME = phrase("the time differs by more than the clocks do: altered, or a phone's clock was wrong")
DELIVERED_LATE = phrase("delivered late to one of the phones")
TWO_MESSAGES = phrase("two messages of one moment, each missing on the other side")
ONE_OF_SEVERAL = phrase("equal messages stand beside it; which of them is missing cannot be told")


def compare_chats(a: Chat, b: Chat) -> Comparison:
    """Compare two exports of one conversation by content and order.

    Names, clocks (zones, summer time, drift), languages and platforms may differ. Only messages of persons
    are compared, and only the span that both exports cover counts as missing.
    """
    side_a, side_b = side(a), side(b)
    found = align(side_a, side_b)
    if found is None:
        return _not_testable(a, b, say("Too few messages are common to both exports to compare them."))
    work = _Work(side_a, side_b, found)
    smaller = min(work.inside_a.sum(), work.inside_b.sum())
    if len(found.a) < FEWEST_COMMON_SHARE * smaller:
        return _not_testable(
            a,
            b,
            say("Only %(common)s messages are common to both: these look like two conversations.", common=len(found.a)),
        )
    return work.comparison()


def comparison_check(comparison: Comparison, source: str) -> Check:
    """The comparison as check I19 of one of its two sources, in words of that source."""
    is_a = source == comparison.sources[0]
    here, there = (comparison.missing_in_a, comparison.missing_in_b)[:: 1 if is_a else -1]
    other = comparison.sources[1 if is_a else 0]
    statement = say(
        "Compared with %(other)s: %(matched)s messages stand in both, %(here)s of the other are missing here, "
        "%(there)s of this one are missing there, %(changed)s differ, %(moved)s stand elsewhere.",
        other=other,
        matched=comparison.matched,
        here=len(here),
        there=len(there),
        changed=len(comparison.changed),
        moved=len(comparison.moved),
    )
    return Check(
        id="I19",
        title=phrase("Comparison with another export"),
        verdict=comparison.verdict,
        statement=comparison.statement if comparison.verdict == Verdict.NOT_TESTABLE else statement,
        innocent_causes=(
            DELETED_FOR_ONESELF,
            phrase("joined later"),
            phrase("another retention setting"),
            NOT_DELIVERED,
        ),
        basis="alignment of the two exports by content and order",
        source=source,
        counts={
            "matched": comparison.matched,
            "missing_here": len(here),
            "missing_there": len(there),
            "changed": len(comparison.changed),
            "moved": len(comparison.moved),
        },
        lines=tuple(sorted(message.line for message in there))[:LINES_NAMED],
    )


class _Work:
    """One comparison while it is being made: the sides, their alignment, and which messages are left over."""

    def __init__(self, a: Side, b: Side, found: Alignment) -> None:
        self.a, self.b, self.found = a, b, found
        place = np.clip(np.searchsorted(found.b, np.arange(len(b)), side="right") - 1, 0, len(found.a) - 1)
        # The clock offset at each position of B, taken from the pair before it.
        self.offsets_b: NDArray[np.int64] = found.offsets[found.a[place]]
        self.start, self.end = self._overlap()
        self.inside_a = self._inside(a.times, found.a, len(a))
        self.inside_b = self._inside(b.times - self.offsets_b, found.b, len(b))

    def comparison(self) -> Comparison:
        found = self.found
        left_a = np.setdiff1d(np.arange(len(self.a)), found.a)
        left_b = np.setdiff1d(np.arange(len(self.b)), found.b)
        moved, left_a, left_b = self._moved(left_a, left_b)
        elsewhere, left_a, left_b = self._edited_elsewhere(left_a, left_b)
        changed = tuple(sorted((*self._changed(), *elsewhere), key=lambda pair: (pair.a.line, pair.b.line)))
        missing_in_b = tuple(self._missing(self.a, i, self.b) for i in left_a[self.inside_a[left_a]].tolist())
        missing_in_a = tuple(self._missing(self.b, j, self.a) for j in left_b[self.inside_b[left_b]].tolist())
        values, counts = np.unique(found.offsets[found.a], return_counts=True)
        verdict, statement = _verdict(len(found.a), missing_in_a, missing_in_b, changed, moved)
        return Comparison(
            sources=(self.a.chat.source.name, self.b.chat.source.name),
            clock_offset_seconds=int(values[np.argmax(counts)]),
            clock_changes=self._clock_changes(),
            names=self._names(),
            matched=len(found.a),
            missing_in_a=missing_in_a,
            missing_in_b=missing_in_b,
            changed=changed,
            moved=moved,
            overlap_start=_iso(self.start),
            overlap_end=_iso(self.end),
            verdict=verdict,
            statement=statement,
            outside=self._outside(left_a, left_b),
            matched_by=self._matched_by(),
        )

    def _matched_by(self) -> dict[str, int]:
        codes, counts = np.unique(self.a.senders[self.found.a], return_counts=True)
        return {self.a.chat.senders[int(code)]: int(n) for code, n in zip(codes, counts, strict=True)}

    def _overlap(self) -> tuple[int, int]:
        first, last = int(self.found.offsets[self.found.a[0]]), int(self.found.offsets[self.found.a[-1]])
        stamps_a, stamps_b = _seconds(self.a.chat), _seconds(self.b.chat)
        return (
            max(int(stamps_a.min()), int(stamps_b.min()) - first),
            min(int(stamps_a.max()), int(stamps_b.max()) - last),
        )

    def _inside(self, times: NDArray[np.int64], matched: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
        """Positions in the common span: between the first and last pair, or clearly inside by their time."""
        places = np.arange(count)
        between = (places > matched[0]) & (places < matched[-1])
        margin = self.found.tolerance
        timely = (times > self.start + margin) & (times < self.end - margin)
        inside: NDArray[np.bool_] = between | timely
        return inside

    def _missing(self, here: Side, place: int, there: Side) -> ComparedMessage:
        reasons = [DELETED_FOR_ONESELF, TAKEN_OUT, NOT_DELIVERED]
        if here.hidden[place]:
            reasons.insert(0, DELETED_FOR_EVERYONE)
        if _has_disappearing(here.chat) or _has_disappearing(there.chat):
            reasons.append(DISAPPEARED)
        matched = self.found.a if here is self.a else self.found.b
        if place < matched[0]:
            reasons.append(JOINED_LATER)
        if self._has_twin(here, place):
            reasons.append(ONE_OF_SEVERAL)
        return _message(here, place, tuple(reasons))

    def _has_twin(self, here: Side, place: int) -> bool:
        """Whether the sender wrote the same within the time that the clocks leave open."""
        near = slice(max(0, place - BESIDE), place + BESIDE + 1)
        unit = 1 if self.a.has_seconds and self.b.has_seconds else 60
        apart = np.abs(here.times[near] // unit * unit - here.times[place] // unit * unit)
        twins = (here.keys[near] == here.keys[place]) & (here.senders[near] == here.senders[place])
        return int((twins & (apart <= self.found.close)).sum()) > 1

    def _changed(self) -> tuple[Pair, ...]:
        found = self.found
        senders = found.sender_map[self.a.senders[found.a]]
        other_sender = (senders >= 0) & (senders != self.b.senders[found.b])
        drift = np.abs(self.b.times[found.b] - self.a.times[found.a] - found.offsets[found.a])
        late = drift > STEP_SECONDS // 2
        pairs = []
        for place in np.flatnonzero(~found.same | other_sender | late).tolist():
            i, j = int(found.a[place]), int(found.b[place])
            wrong_time = bool(late[place]) and not on_time(self.a, self.b, i, j, found.offsets, found.tolerance)
            reasons = self._reasons(i, j, bool(found.same[place]), bool(other_sender[place]), wrong_time)
            if reasons:
                pairs.append(self._pair(i, j, reasons))
        return tuple(pairs)

    def _reasons(self, i: int, j: int, same: bool, other_sender: bool, wrong_time: bool) -> tuple[str, ...]:
        reasons: list[str] = []
        if not same:
            if self.a.hidden[i] or self.b.hidden[j]:
                reasons += [DELETED_FOR_EVERYONE, NOT_RECEIVED]
            else:
                reasons += [EDITED, ALTERED]
                if similarity(*self._texts(i, j)) < LEAST_LIKENESS:
                    reasons.append(TWO_MESSAGES)
        if other_sender:
            reasons.append(OTHER_SENDER)
        if wrong_time:
            reasons.append(OTHER_TIME)
        return tuple(reasons)

    def _pair(self, i: int, j: int, reasons: tuple[str, ...]) -> Pair:
        same = self.a.keys[i] == self.b.keys[j]
        return Pair(
            a=_message(self.a, i),
            b=_message(self.b, j),
            similarity=1.0 if same else similarity(*self._texts(i, j)),
            reasons=reasons,
        )

    def _texts(self, i: int, j: int) -> tuple[str, str]:
        return (
            plain_text(self.a.chat, int(self.a.ids[i])),
            plain_text(self.b.chat, int(self.b.ids[j])),
        )

    def _moved(
        self, left_a: NDArray[np.int64], left_b: NDArray[np.int64]
    ) -> tuple[tuple[Pair, ...], NDArray[np.int64], NDArray[np.int64]]:
        """Pairs among the left-over messages that say the same but stand elsewhere."""
        waiting: dict[int, list[int]] = {}
        for j in left_b.tolist():
            waiting.setdefault(int(self.b.keys[j]), []).append(j)
        used_a, used_b, pairs = [], set(), []
        for i in left_a.tolist():
            choices = [j for j in waiting.get(int(self.a.keys[i]), ()) if j not in used_b and self._may_be(i, j)]
            if choices:
                wanted = int(self.a.times[i] + self.found.offsets[i])
                j = min(choices, key=lambda j: (abs(int(self.b.times[j]) - wanted), j))
                used_a.append(i)
                used_b.add(j)
                late = not on_time(self.a, self.b, i, j, self.found.offsets, self.found.tolerance)
                pairs.append(self._pair(i, j, (OTHER_TIME, ALTERED) if late else (DELIVERED_LATE, ALTERED)))
        return (
            tuple(pairs),
            np.setdiff1d(left_a, np.array(used_a, dtype=np.int64)),
            np.setdiff1d(left_b, np.array(sorted(used_b), dtype=np.int64)),
        )

    def _edited_elsewhere(
        self, left_a: NDArray[np.int64], left_b: NDArray[np.int64]
    ) -> tuple[list[Pair], NDArray[np.int64], NDArray[np.int64]]:
        """Pairs among the left-over messages of one sender and moment whose texts are alike."""
        if min(len(left_a), len(left_b)) > MOST_LEFT:
            return [], left_a, left_b
        waiting: dict[tuple[int, int], list[int]] = {}
        for j in left_b.tolist():
            waiting.setdefault((int(self.b.senders[j]), int(self.b.times[j]) // BUCKET), []).append(j)
        used_a, used_b, pairs = [], set(), []
        for i in left_a.tolist():
            sender = int(self.found.sender_map[self.a.senders[i]])
            bucket = int(self.a.times[i] + self.found.offsets[i]) // BUCKET
            likely = [j for near in (-1, 0, 1) for j in waiting.get((sender, bucket + near), ()) if j not in used_b]
            timely = [j for j in likely if on_time(self.a, self.b, i, j, self.found.offsets, self.found.tolerance)]
            rated = [(self._pair(i, j, (EDITED, ALTERED, DELIVERED_LATE)), j) for j in timely]
            best = max(rated, key=lambda item: (item[0].similarity, -item[1]), default=None)
            if best is not None and best[0].similarity >= ALIKE:
                used_a.append(i)
                used_b.add(best[1])
                pairs.append(best[0])
        return (
            pairs,
            np.setdiff1d(left_a, np.array(used_a, dtype=np.int64)),
            np.setdiff1d(left_b, np.array(sorted(used_b), dtype=np.int64)),
        )

    def _may_be(self, i: int, j: int) -> bool:
        mapped = int(self.found.sender_map[self.a.senders[i]])
        if mapped not in (-1, int(self.b.senders[j])):
            return False
        # Seconds that one phone does not write may add up to a minute.
        close = self.found.close if self.a.has_seconds and self.b.has_seconds else max(59, self.found.close)
        return bool(self.a.telling[i]) or on_time(self.a, self.b, i, j, self.found.offsets, close)

    def _names(self) -> dict[str, str]:
        pairs = [
            (name, self.b.chat.senders[int(code)])
            for name, code in zip(self.a.chat.senders, self.found.sender_map, strict=True)
            if code >= 0
        ]
        return dict(sorted(pairs))

    def _clock_changes(self) -> tuple[ClockChange, ...]:
        offsets = self.found.offsets
        steps = np.flatnonzero(np.abs(np.diff(offsets)) >= STEP_SECONDS) + 1
        changes = [self._change("step", int(p), int(offsets[p - 1]), int(offsets[p])) for p in steps.tolist()]
        for stretch in np.split(np.arange(len(offsets)), steps):
            tenth = len(stretch) // 10
            if len(stretch) >= FEWEST_FOR_DRIFT:
                before = int(np.median(offsets[stretch[:tenth]]))
                after = int(np.median(offsets[stretch[-tenth:]]))
                if abs(after - before) >= DRIFT_SECONDS:
                    changes.append(self._change("drift", int(stretch[0]), before, after))
        return tuple(sorted(changes, key=lambda change: (change.line, change.kind)))

    def _change(self, kind: str, place: int, before: int, after: int) -> ClockChange:
        message = int(self.a.ids[place])
        return ClockChange(
            kind=kind,
            at=self.a.chat.time(message),
            line=int(self.a.chat.columns.line[message]),
            before_seconds=before,
            after_seconds=after,
        )

    def _outside(self, left_a: NDArray[np.int64], left_b: NDArray[np.int64]) -> Mapping[str, int]:
        outer_a = left_a[~self.inside_a[left_a]]
        outer_b = left_b[~self.inside_b[left_b]]
        return {
            "a_before": int((outer_a < self.found.a[0]).sum()),
            "a_after": int((outer_a > self.found.a[-1]).sum()),
            "b_before": int((outer_b < self.found.b[0]).sum()),
            "b_after": int((outer_b > self.found.b[-1]).sum()),
        }


def _verdict(
    matched: int,
    missing_in_a: tuple[ComparedMessage, ...],
    missing_in_b: tuple[ComparedMessage, ...],
    changed: tuple[Pair, ...],
    moved: tuple[Pair, ...],
) -> tuple[Verdict, str]:
    facts = (
        f"{matched:,} messages stand in both exports; {len(missing_in_a):,} are missing in A, "
        f"{len(missing_in_b):,} in B, {len(changed):,} differ, {len(moved):,} stand elsewhere"
    )
    harmless = all(DELETED_FOR_EVERYONE in pair.reasons and len(pair.reasons) == 2 for pair in changed)
    if missing_in_a or missing_in_b or not harmless:
        return Verdict.INCONSISTENT, f"{facts}. The two exports do not show the same conversation."
    if changed or moved:
        return Verdict.NO_CONCLUSION, f"{facts}. What differs is common between two phones."
    return Verdict.CONSISTENT, f"{facts}."


def _not_testable(a: Chat, b: Chat, statement: str) -> Comparison:
    return Comparison(
        sources=(a.source.name, b.source.name),
        clock_offset_seconds=None,
        clock_changes=(),
        names={},
        matched=0,
        missing_in_a=(),
        missing_in_b=(),
        changed=(),
        moved=(),
        overlap_start=None,
        overlap_end=None,
        verdict=Verdict.NOT_TESTABLE,
        statement=statement,
    )


def _message(here: Side, place: int, reasons: tuple[str, ...] = ()) -> ComparedMessage:
    message = int(here.ids[place])
    return ComparedMessage(
        source=here.chat.source.name,
        message=message,
        line=int(here.chat.columns.line[message]),
        timestamp=here.chat.time(message),
        sender=here.chat.sender(message),
        text=here.chat.text(message),
        reasons=reasons,
    )


def _has_disappearing(chat: Chat) -> bool:
    return bool(len(chat.messages_with(events=(Event.DISAPPEARING_ON,))))


def _seconds(chat: Chat) -> NDArray[np.int64]:
    return chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)


def _iso(seconds: int) -> str:
    return str(np.datetime64(seconds, "s"))
