"""One chat through every room below; a part that crashes becomes a Failure, the others go on."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from wa_forensics import behaviour, compare, incidents, integrity, userrules
from wa_forensics.chat import Chat
from wa_forensics.detectors import DETECTORS
from wa_forensics.errors import SettingsError
from wa_forensics.evidence import RawText, raw_text
from wa_forensics.model import (
    Analysis,
    Check,
    Example,
    Failure,
    Finding,
    LeftOut,
    Own,
    OwnRule,
    Rule,
    Settings,
)
from wa_forensics.parsing import parse_text

T = TypeVar("T")

# What a mistake of ours raises. Full disks, interrupts and lack of memory are no bugs and pass on.
BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)


def rules(*, with_comparison: bool = True, several: bool = True, own: Own | None = None) -> tuple[Rule, ...]:
    """Every rule that a scan looks for, in the order of their ids; those of several exports only if there are such."""
    found = [*(detector.RULE for detector in DETECTORS), behaviour.RULE, behaviour.HANDS_RULE, *incidents.RULES]
    found += compare.RULES if with_comparison else ()
    found += (behaviour.ACROSS_RULE,) if several else ()
    if own is not None:
        found += [*(rule.rule for rule in own.rules), *(userrules.LISTED_RULES if own.listed else ())]
    return tuple(sorted(found, key=lambda rule: rule.id))


def analyze(raw: RawText, settings: Settings) -> tuple[Chat, Analysis]:
    """Everything that can be said of one chat alone.

    Raises ParseError when the text is no export. A rule that crashes is recorded in ``failures`` and the
    others go on; it is not in ``rules_run``.
    """
    chat = parse_text(raw, date_order=settings.date_order, allow_undecided=settings.allow_undecided)
    guard = _Guard(chat.source.name)
    checks = guard.run("integrity", lambda: integrity.check(chat, raw, zone=settings.timezone)) or ()
    return chat, _examine(chat, checks, guard, settings.own)


def reanalyze(chat: Chat, earlier: Analysis, own: Own | None = None) -> Analysis:
    """The rules of this version on a stored chat; the checks of its file stay those of ``earlier``."""
    return _examine(chat, earlier.checks, _Guard(chat.source.name), own or Own())


def _without_allowed(chat: Chat, findings: list[Finding], own: Own) -> tuple[list[Finding], tuple[LeftOut, ...]]:
    if not own.allowed:
        return findings, ()
    kept, left = userrules.leave_out(chat, findings, own.allowed, own.as_of)
    return list(kept), left


def without_allowed(chat: Chat, analysis: Analysis, own: Own) -> Analysis:
    """The analysis without the findings that an allow-list covers, which go to ``left_out``."""
    kept, left = _without_allowed(chat, list(analysis.findings), own)
    return replace(analysis, findings=tuple(kept), left_out=(*analysis.left_out, *left)) if left else analysis


def _own_steps(chat: Chat, own: Own, guard: _Guard) -> list[tuple[Rule, Detect]]:
    """The examiner's rules like any others; their phrases are found in one scan."""
    if not own.rules:
        return []
    matched = guard.run("own rules", lambda: userrules.find_matches(chat, own.rules)) or {}
    return [
        (rule.rule, lambda chat, rule=rule: userrules.own_findings(chat, rule, matched[rule.id]))  # type: ignore[misc]
        for rule in own.rules
        if rule.id in matched
    ]


def _examine(chat: Chat, checks: tuple[Check, ...], guard: _Guard, own: Own) -> Analysis:
    findings: list[Finding] = []
    rules_run: list[str] = []
    measured = guard.run(behaviour.RULE.id, lambda: behaviour.analyze(chat))
    lost = () if measured is not None else (behaviour.RULE, behaviour.HANDS_RULE)
    steps = [(rule, detect) for rule, detect in _detectors(measured) if rule not in lost]
    for rule, detect in [*steps, *_own_steps(chat, own, guard)]:
        found = guard.run(rule.id, lambda detect=detect: tuple(detect(chat)))  # type: ignore[misc]
        if found is not None:
            findings += found
            rules_run.append(rule.id)
    if own.listed:
        listed = guard.run("listed", lambda: tuple(userrules.find_listed(chat, own.listed)))
        findings += listed or ()
        rules_run += [rule.id for rule in userrules.LISTED_RULES] if listed is not None else ()
    findings, left = _without_allowed(chat, findings, own)
    profiles = guard.run("behaviour profiles", lambda: behaviour.profiles(chat, measured)) or () if measured else ()
    windows = guard.run("takeover windows", lambda: incidents.takeover_windows(chat, findings, profiles)) or ()
    hands = guard.run("takeover windows", lambda: tuple(incidents.takeover_findings(chat, windows, findings)))
    if hands is not None:
        findings += hands
        rules_run.append(incidents.TAKEOVER_RULE.id)
    told = guard.run("takeover told", lambda: tuple(incidents.told_findings(chat, windows, findings)))
    if told is not None:
        findings += told
        rules_run.append(incidents.TOLD_RULE.id)
    findings, late = _without_allowed(chat, findings, own)
    seen = guard.run("indicators", lambda: incidents.occurrences(chat)) or ()
    return Analysis(
        facts=chat.facts,
        findings=tuple(findings),
        checks=checks,
        indicators=guard.run("indicators", lambda: incidents.indicators(chat, findings, seen)) or (),
        failures=tuple(guard.failures),
        rules_run=tuple(rules_run),
        windows=windows,
        profiles=profiles,
        traces=guard.run("traces", lambda: incidents.traces(chat, findings, seen)) or (),
        sketch=guard.run("sketch", lambda: compare.sketch(chat)) or (),
        left_out=(*left, *late),
    )


Detect = Callable[[Chat], Iterable[Finding]]


def _detectors(measured: behaviour.Behaviour | None = None) -> tuple[tuple[Rule, Detect], ...]:
    """Every rule that looks at one chat, with its function; ``measured`` is what behaviour found in it, if at hand."""
    return (
        *((detector.RULE, detector.detect) for detector in DETECTORS),
        (behaviour.RULE, lambda chat: behaviour.detect(chat, measured)),
        (behaviour.HANDS_RULE, lambda chat: behaviour.detect_hands(chat, measured)),
    )


class _Guard:
    """Runs the parts on one chat and keeps what crashed."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.failures: list[Failure] = []

    def run(self, where: str, part: Callable[[], T]) -> T | None:
        try:
            return part()
        except BUGS as error:
            self.failures.append(crash(where, self.source, error))
            return None


def crash(where: str, source: str, error: BaseException) -> Failure:
    """A mistake of the program as a Failure: what stopped, and the module and line where it did."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return Failure(
        where=where,
        source=source,
        problem=f"stopped with {type(error).__name__}{place}: {str(error)[:200]}",
        advice="This is a mistake of the program; its silence on this chat says nothing.",
    )


def example_chat(example: Example) -> Chat:
    """A rule's example as a chat: one message a minute unless it says otherwise, no sender for a line of the app."""
    moment = datetime(2025, 1, 15, 9, 0)  # a day above 12 settles the date order
    lines: list[str] = []
    for said in example.messages:
        sender, text, *pause = said
        moment += timedelta(minutes=int(pause[0]) if pause else 1)
        lines.append(f"{moment:%d/%m/%Y, %H:%M} - {f'{sender}: ' if sender else ''}{text}\n")
    buffer = "".join(lines).encode()
    return parse_text(raw_text(Path("example.txt"), buffer), date_order="DMY")


def findings_in(chat: Chat, rule: str | None = None, own: Own | None = None) -> tuple[Finding, ...]:
    """What the rules that look at one chat find in it; only ``rule`` if given. Crashes are not caught."""
    found = [finding for known, detect in _detectors() if rule is None or known.id == rule for finding in detect(chat)]
    if own is not None:
        chosen = [one for one in own.rules if rule is None or one.id == rule]
        matched = userrules.find_matches(chat, chosen)
        found += [finding for one in chosen for finding in userrules.own_findings(chat, one, matched[one.id])]
        found += [item for item in userrules.find_listed(chat, own.listed) if rule is None or item.rule == rule]
    return tuple(found)


def require_examples(own: Sequence[OwnRule]) -> None:
    """Run the examples of own rules; SettingsError for an id that is taken and for a rule that breaks its word."""
    taken = {rule.id for rule in (*rules(), *userrules.LISTED_RULES)}
    for rule in own:
        if rule.id in taken:
            raise SettingsError(f"rule {rule.id}", "a built-in rule is called so", "Give your rule another id.")
        wrong = broken_examples(rule.rule, Own(rules=(rule,)))
        if wrong:
            advice = "Mend the phrases or the example; wa-forensics rules explain --rules FILE TEXT shows what matches."
            raise SettingsError(f"rule {rule.id}", "; ".join(wrong), advice)


def broken_examples(rule: Rule, own: Own | None = None) -> tuple[str, ...]:
    """The examples of a rule that it does not do right, one sentence each."""
    if rule.id not in {known.id for known, _ in _detectors()} | {one.id for one in (own or Own()).rules}:
        return ()
    wrong = []
    for wanted, examples in ((True, rule.fires_on), (False, rule.quiet_on)):
        for number, example in enumerate(examples, 1):
            found = any(finding.rule == rule.id for finding in findings_in(example_chat(example), rule.id, own))
            if found != wanted:
                name = f"{'fires_on' if wanted else 'quiet_on'} {number}"
                note = f" ({example.note or example.messages[-1][1][:60]})"
                wrong.append(f"{rule.id} {'is silent' if wanted else 'fires'} on {name}{note}")
    return tuple(wrong)
