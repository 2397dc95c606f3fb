"""Findings and profiles from the measured stretches of each sender."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.habits import Contrast, Cue, contrasts, cues
from wa_forensics.behaviour.judging import judged, texts_of_chat
from wa_forensics.behaviour.operators import Attribution, attribute, findings, hands_of, sign_offs
from wa_forensics.behaviour.windows import Calibration, Stretch, ratio_of, read_calibration, short_ratio
from wa_forensics.behaviour.writers import FEWEST_OTHERS, FEWEST_OWN, Measured, measure
from wa_forensics.chat import KIND_CODE, Chat, once
from wa_forensics.findings import make_finding
from wa_forensics.model import (
    Confidence,
    Example,
    Finding,
    Kind,
    Rule,
    Said,
    SenderProfile,
    Severity,
    Signal,
    Stage,
    Threat,
    counted,
    joined,
    phrase,
    say,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

RULE = Rule(
    id="behaviour-change",
    title="A stretch of messages reads as if written by another hand",
    threat=Threat.BEHAVIOUR_CHANGE,
    stage=Stage.TAKEOVER,
    severity=Severity.MEDIUM,
    why="An intruder seldom writes as the owner does: words, marks, lengths and hours differ.",
    alternatives=(
        "Another topic or addressee, dictation, another keyboard or phone, haste or tiredness.",
        "A relative or colleague who wrote with the owner's consent.",
        "Text pasted from elsewhere that was not recognised as such.",
    ),
    next_steps=(
        "Ask the owner, over a channel other than this chat, who wrote these messages.",
        "Compare the stretch with other exports of the same account at the same time.",
        "Do not rely on style alone: look for requests, links and payees inside the stretch.",
    ),
    references=("Koppel, Schler: Authorship verification as a one-class classification problem, ICML 2004",),
    quiet_on=(Example(messages=(("Ana", "see you at eight"), ("Ben", "ok")), note="too little history"),),
)
# False alarms per 10,000 genuine messages that a reported stretch may have.
RATE = 1
LOW_RATE = 5
SHORT_RATE = 10
# Collections of this size cannot support larger figures.
LARGEST_FACTOR = 1000
SCALE = (
    (1000, phrase("very strong support")),
    (100, phrase("strong support")),
    (10, phrase("moderate support")),
    (2, phrase("weak support")),
    (0, phrase("no support")),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Behaviour:
    """What was measured in one chat, per sender code: scored messages, level and spread (long histories), stretches.

    ``attributions`` holds the senders under whose name several hands seem to write.
    """

    measured: Mapping[int, Measured]
    sender: Mapping[int, tuple[float, float]]
    stretches: Mapping[int, tuple[Stretch, ...]]
    attributions: Mapping[int, Attribution]


def analyze(chat: Chat) -> Behaviour:
    """Measure every sender of a chat that has enough history; ``detect`` and ``profiles`` take the result."""
    texts = texts_of_chat(chat)
    calibration = read_calibration()
    measured: dict[int, Measured] = {}
    steady: dict[int, tuple[float, float]] = {}
    stretches: dict[int, tuple[Stretch, ...]] = {}
    for one in measure(texts, len(chat.senders)):
        measured[one.sender] = one
        seconds = chat.columns.timestamp[one.message].astype("datetime64[s]").astype(np.int64)
        usual, stretches[one.sender] = judged(one, seconds, calibration)
        if usual is not None:
            steady[one.sender] = usual
    return Behaviour(measured=measured, sender=steady, stretches=stretches, attributions=_attributions(chat, measured))


def _attributions(chat: Chat, measured: Mapping[int, Measured]) -> dict[int, Attribution]:
    signed = sign_offs(chat)
    found = {
        code: attribute(chat, measured.get(code), code, signed.get(code, {})) for code in sorted({*signed, *measured})
    }
    return {code: attribution for code, attribution in found.items() if attribution is not None}


def window_evidence(behaviour: Behaviour, sender: int, first: int, last: int) -> float | None:
    """Natural log of how many times likelier messages first..last of a sender code are if another person wrote them.

    ``first`` and ``last`` are message ids; None if the sender was not measured or no scored message lies between.
    """
    one = behaviour.measured.get(sender)
    if one is None:
        return None
    low, high = np.searchsorted(one.message, (first, last + 1))
    if low == high:
        return None
    if one.means:
        return short_ratio(one.means, int(low), int(high), len(one.message), read_calibration().short_coefficients)
    usual, tail = behaviour.sender[sender], read_calibration().tail
    return ratio_of(one.tracks, one.folds, int(low), int(high), usual, tail)


def detect(chat: Chat, behaviour: Behaviour | None = None) -> Iterator[Finding]:
    """Stretches above the threshold, at most three per sender, in the order of the chat."""
    behaviour = analyze(chat) if behaviour is None else behaviour
    calibration = read_calibration()
    found: list[tuple[int, int, Finding]] = []
    for code, stretches in behaviour.stretches.items():
        own = behaviour.measured[code]
        for stretch in stretches:
            if stretch.ratio >= thresholds(own, calibration)[SHORT_RATE if own.means else LOW_RATE]:
                finding = _finding(chat, own, stretch, calibration)
                found.append((finding.evidence[0].message, code, finding))
    for _, _, finding in sorted(found, key=lambda item: item[:2]):
        yield finding


def detect_hands(chat: Chat, behaviour: Behaviour | None = None) -> Iterator[Finding]:
    """Accounts that several hands seem to write, in the order of the sender codes."""
    behaviour = analyze(chat) if behaviour is None else behaviour
    yield from findings(chat, behaviour.attributions)


def _finding(chat: Chat, own: Measured, stretch: Stretch, calibration: Calibration) -> Finding:
    messages = own.message[stretch.first : stretch.last + 1]
    limits = thresholds(own, calibration)
    short = bool(own.means)
    strong = stretch.ratio >= limits[RATE]
    why, beside = _shown(chat, own, stretch)
    name = chat.senders[own.sender]
    facts = joined((share_of(c) for c in why), "; ")
    return make_finding(
        chat,
        RULE,
        messages.tolist(),
        observation=observed_of(name, len(messages), len(own.message) - len(messages), facts),
        inference=joined(factor_of(stretch.ratio, own)),
        confidence=Confidence.MEDIUM if strong and not short else Confidence.LOW,
        severity=Severity.MEDIUM if strong and not short else Severity.LOW,
        actors=(name,),
        signals=(Signal(name="style", weight=round(stretch.ratio, 4), detail=facts),),
        details=_details(messages, own, stretch, limits[RATE], why, beside),
    )


@once
def _shown(chat: Chat, own: Measured, stretch: Stretch) -> tuple[tuple[Contrast, ...], tuple[Cue, ...]]:
    """What a reader can check of a stretch; a finding and the profile of its sender show the same."""
    at = own.message, stretch.first, stretch.last
    return contrasts(chat, *at), cues(chat, *at)


def observed_of(name: str, inside: int, others: int, facts: Said) -> Said:
    values: dict[str, str | int] = {"messages": inside, "name": name, "others": others}
    if not facts:
        return say(
            "%(messages)s messages in a row of %(name)s differ from the other %(others)s measured messages of this "
            "sender.",
            **values,
        )
    return say(
        "%(messages)s messages in a row of %(name)s differ from the other %(others)s measured messages of this sender: "
        "%(facts)s.",
        **values,
        facts=facts,
    )


def factor_of(ratio: float, own: Measured) -> list[Said]:
    """How much likelier another hand is, and how often tests were wrong at such a ratio."""
    calibration = read_calibration()
    short = bool(own.means)
    rate = next(rate for rate, least in sorted(thresholds(own, calibration).items()) if ratio >= least)
    factor, word = verbal(ratio)
    told = [
        say(
            "The stretch is %(factor)s times more likely if another person wrote it than if the owner did "
            "(%(support)s).",
            factor=factor,
            support=say(word),
        ),
        counted(
            "In tests a stretch like this came up about %(num)s time in 10,000 genuine messages, and %(found)s.",
            "In tests a stretch like this came up about %(num)s times in 10,000 genuine messages, and %(found)s.",
            rate,
            found=_found(calibration, rate, short),
        ),
    ]
    return [*told, say("The history is short, so this is weak evidence.")] if short else told


def verbal(ratio: float) -> tuple[Said, str]:
    """A log ratio as a rounded factor and its word; larger factors than the tests can bear are capped."""
    value = math.exp(min(ratio, 50.0))
    word = next(word for least, word in SCALE if value >= least)
    if value >= LARGEST_FACTOR:
        return say("more than %(factor)s", factor=LARGEST_FACTOR), word
    digits = 10 ** max(0, math.floor(math.log10(max(value, 1.0))))
    return say("about %(factor)s", factor=max(1, round(value / digits) * digits)), word


def share_of(contrast: Contrast) -> Said:
    inside, outside = 100 * contrast.observed, 100 * contrast.baseline
    return say(
        "%(inside)s against %(outside)s of the messages each %(habit)s",
        inside=f"{inside:.0f} %",
        outside=f"{outside:.0f} %",
        habit=say(contrast.name),
    )


def thresholds(own: Measured, calibration: Calibration) -> Mapping[int, float]:
    """Log ratios by false alarms per 10,000 genuine messages, for a sender's length of history."""
    return calibration.short_thresholds if own.means else calibration.thresholds


def _found(calibration: Calibration, rate: int, short: bool) -> Said:
    table = (calibration.short_found if short else calibration.found)[rate]
    rows = [(length, share) for length, share in sorted(table.items()) if length in (10, 15, 20)]
    return say(
        "of the stretches of %(lengths)s messages by somebody else %(shares)s were found",
        lengths=joined((str(length) for length, _ in rows), " and "),
        shares=joined((f"{100 * share:.0f} %" for _, share in rows), " and "),
    )


def _details(
    messages: NDArray[np.int64],
    own: Measured,
    stretch: Stretch,
    threshold: float,
    why: tuple[Contrast, ...],
    beside: tuple[Cue, ...],
) -> dict[str, object]:
    return {
        "first_message": int(messages[0]),
        "last_message": int(messages[-1]),
        "score": round(stretch.ratio, 3),
        "threshold": round(threshold, 3),
        "history": len(own.message),
        "left_out": own.left_out,
        "features": [
            {
                "name": c.name,
                "baseline": round(c.baseline, 3),
                "observed": round(c.observed, 3),
                "message": c.message,
            }
            for c in why
        ],
        "cues": [
            {"name": cue.name, "baseline": cue.baseline, "observed": cue.observed, "weight": cue.weight}
            for cue in beside
        ],
    }


def profiles(chat: Chat, behaviour: Behaviour | None = None) -> tuple[SenderProfile, ...]:
    """One profile per sender, in the order of the senders; a sender that is not testable carries the reason."""
    behaviour = analyze(chat) if behaviour is None else behaviour
    is_text = (chat.columns.kind == KIND_CODE[Kind.TEXT]) & (chat.columns.sender >= 0)
    counts = np.bincount(chat.columns.sender[is_text], minlength=len(chat.senders))
    total = int(counts.sum())
    calibration = read_calibration()
    made = []
    for code, name in enumerate(chat.senders):
        own, shared = behaviour.measured.get(code), behaviour.attributions.get(code)
        if own is None or not behaviour.stretches[code]:
            made.append(
                SenderProfile(
                    source=chat.source.name,
                    sender=name,
                    messages=int(counts[code]),
                    testable=False,
                    reason=_too_little(int(counts[code]), total - int(counts[code])),
                    hands=hands_of(shared),
                    groups=shared.groups if shared else (),
                )
            )
        else:
            made.append(_profile(chat, own, behaviour.stretches[code][0], int(counts[code]), calibration, shared))
    return tuple(made)


@lru_cache(maxsize=1024)
def _too_little(own: int, others: int) -> Said:
    if own < FEWEST_OWN:
        return counted(
            "Not testable: %(num)s text message, %(fewest)s are the minimum.",
            "Not testable: %(num)s text messages, %(fewest)s are the minimum.",
            own,
            fewest=FEWEST_OWN,
        )
    if others < FEWEST_OTHERS:
        return counted(
            "Not testable: %(num)s text message of others to compare with, %(fewest)s are the minimum.",
            "Not testable: %(num)s text messages of others to compare with, %(fewest)s are the minimum.",
            others,
            fewest=FEWEST_OTHERS,
        )
    return say(
        "Not testable: fewer than %(fewest)s messages that carry a style (links, repeats and lists left out).",
        fewest=FEWEST_OWN,
    )


def _profile(
    chat: Chat,
    own: Measured,
    stretch: Stretch,
    messages: int,
    calibration: Calibration,
    shared: Attribution | None,
) -> SenderProfile:
    why, cues_beside = _shown(chat, own, stretch)
    rows = tuple(
        (c.name, f"{100 * c.baseline:.0f} %", f"{100 * c.observed:.0f} %", chat.text(c.message)[:120]) for c in why
    )
    beside = tuple((cue.name, cue.baseline, cue.observed, "") for cue in cues_beside)
    short = bool(own.means)
    return SenderProfile(
        source=chat.source.name,
        sender=chat.senders[own.sender],
        messages=messages,
        testable=True,
        reason=say("Short history: %(messages)s measured messages, weak evidence only.", messages=len(own.message))
        if short
        else "",
        score=round(stretch.ratio, 3),
        threshold=round(thresholds(own, calibration)[SHORT_RATE if short else RATE], 3),
        first_message=int(own.message[stretch.first]),
        last_message=int(own.message[stretch.last]),
        features=rows + beside,
        hands=hands_of(shared),
        groups=shared.groups if shared else (),
    )
