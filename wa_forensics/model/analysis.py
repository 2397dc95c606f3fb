"""What the rooms below say of one chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from wa_forensics.model.finding import Finding
from wa_forensics.model.incident import Indicator, Window
from wa_forensics.model.own import LeftOut
from wa_forensics.model.said import SAID, Sentence
from wa_forensics.model.scales import Verdict
from wa_forensics.model.source import ChatFacts


@dataclass(frozen=True, kw_only=True)
class HandGroup:
    """Messages of one account in a row that one hand may have written.

    ``hand`` is a letter or a sign-off of the chat, empty where no hand is likely enough; ``probability`` is that of
    the hand, None where the group rests on its sign-off; ``signed`` is the sign-off as written, or empty.
    """

    hand: str
    first_message: int
    last_message: int
    messages: int
    probability: float | None = None
    signed: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SenderProfile:
    """What the behaviour model could say of one sender; ``reason`` explains a sender that is not testable.

    ``features`` are (name, baseline, observed, example) rows of the strongest stretch, all as text. ``hands`` is the
    least number of hands that seem to write under the name, with the groups of messages each may have written.
    """

    source: str
    sender: str
    messages: int
    testable: bool
    reason: Sentence
    score: float | None = None
    threshold: float | None = None
    first_message: int | None = None
    last_message: int | None = None
    features: Annotated[tuple[tuple[str, str, str, str], ...], SAID] = ()
    hands: int = 1
    groups: tuple[HandGroup, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Check:
    """The result of one integrity check on one source; ``lines`` are the physical lines it rests on."""

    id: str
    title: str
    verdict: Verdict
    statement: Sentence
    innocent_causes: tuple[str, ...]
    basis: str
    source: str
    counts: Mapping[str, int | float | str] = field(default_factory=dict)
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Something that could not be done: a detector that crashed, a file that could not be read."""

    where: str
    source: str
    problem: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A limit that was met while reading a source, or what its reader should know of how it was read."""

    source: str
    limit: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """What correlation across chats needs of one message: who sent what text or indicator when.

    ``type`` is ``"account"`` (value: E.164 number of the sender), ``"notice"`` (value: the sender a notice names),
    ``"text"`` (value: sketch of the words), ``"answered"``, ``"paid"``, ``"doubted"`` or ``"warned"`` (value: id of the
    request it follows), ``"amount"`` (value: as written) or the type of an indicator; ``flagged`` if the message is
    evidence of a harmful finding of level medium or above. ``weight`` is what a text shows by itself, in log-odds, 0
    if it is little. The byte address and a short quote let a finding be made from it
    without the chat.
    """

    message: int
    line: int
    time: str
    sender: str
    type: str
    value: str
    flagged: bool = False
    line_end: int = 0
    byte_offset: int = 0
    byte_length: int = 0
    quote: str = ""
    weight: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """Everything found in one chat; ``sketch`` is a sample of what is said, to find exports of one conversation.

    ``left_out`` are findings that an allow-list covers; they are not among ``findings``.
    """

    facts: ChatFacts
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    indicators: tuple[Indicator, ...]
    failures: tuple[Failure, ...]
    rules_run: tuple[str, ...]
    windows: tuple[Window, ...] = ()
    profiles: tuple[SenderProfile, ...] = ()
    traces: tuple[Trace, ...] = ()
    sketch: tuple[int, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
