"""The types that cross a room's border: frozen, keyword-only dataclasses and enums, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How bad it is if true."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Confidence(IntEnum):
    """How likely it is to be true."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


class Stage(IntEnum):
    """The steps of an attack, in their order."""

    LURE = 0
    ACCESS = 1
    TAKEOVER = 2
    DECEPTION = 3
    MONETIZATION = 4
    PROPAGATION = 5
    CONCEALMENT = 6
    AFTERMATH = 7


class Threat(StrEnum):
    """What a finding is about; the values are public interface (OUTPUT contract)."""

    OTP_REQUEST = "otp_request"
    OTP_DISCLOSED = "otp_disclosed"
    PAYMENT_REQUEST = "payment_request"
    BANK_DETAILS_CHANGED = "bank_details_changed"
    MALICIOUS_LINK = "malicious_link"
    LOOKALIKE_LINK = "lookalike_link"
    MALWARE_FILE = "malware_file"
    IMPERSONATION_NEW_NUMBER = "impersonation_new_number"
    URGENT_MONEY = "urgent_money"
    JOB_OR_INVESTMENT_SCAM = "job_or_investment_scam"
    GIVEAWAY = "giveaway"
    GIFT_CARD_OR_CRYPTO = "gift_card_or_crypto"
    REMOTE_ACCESS = "remote_access"
    SECURITY_NOTICE = "security_notice"
    EVIDENCE_DELETION = "evidence_deletion"
    WARNING_FROM_OTHERS = "warning_from_others"
    INTRUDER_OTHER = "intruder_other"
    BEHAVIOUR_CHANGE = "behaviour_change"
    SHARED_ACCOUNT = "shared_account"
    MASS_MESSAGE = "mass_message"
    NEW_LINK = "new_link"
    IDENTITY = "identity"
    INTEGRITY = "integrity"


class Kind(StrEnum):
    """What a message is."""

    TEXT = "text"
    MEDIA = "media"
    DELETED = "deleted"
    SYSTEM = "system"
    CALL = "call"
    POLL = "poll"
    LOCATION = "location"
    CONTACT = "contact"
    PAYMENT = "payment"


class Platform(StrEnum):
    """Which app wrote the export, as far as the header form tells."""

    ANDROID = "android"
    IOS = "ios"
    LEGACY = "legacy"
    WEB_COPY = "web_copy"


class Verdict(StrEnum):
    """The four words of an integrity check; never "authentic", never "tampered"."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    NOT_TESTABLE = "not testable"
    NO_CONCLUSION = "no conclusion"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """One file beside the text in a zip. ``detected`` is the type by content, None if unknown or not read."""

    name: str
    size: int
    sha256: str | None = None
    detected: str | None = None


@dataclass(frozen=True, kw_only=True)
class ZipMember:
    """What the central directory says of one member; ``modified`` is the zip's local time, ISO."""

    name: str
    size: int
    compressed: int
    crc32: int
    modified: str
    create_system: int
    create_version: int
    extract_version: int
    flag_bits: int
    compression: int
    external_attr: int
    extra_length: int
    header_offset: int


@dataclass(frozen=True, kw_only=True)
class ZipFacts:
    """The fingerprint of a zip: members in directory order, bytes before the first header, comment."""

    members: tuple[ZipMember, ...]
    prepended_bytes: int
    comment: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """One text of one input file, read-only and hashed.

    ``name`` is the path as given (``archive.zip!member.txt`` for a member). ``sha256`` and ``size`` are of the
    file on disk, ``text_sha256`` and ``text_size`` of the text member's own bytes (the same for a ``.txt``).
    ``encoding`` is ``utf-8``, ``utf-8-sig``, ``utf-16-le`` or ``utf-16-be``; ``decode_errors`` counts bytes
    that did not decode and were replaced.
    """

    name: str
    path: str
    member: str | None
    sha256: str
    size: int
    text_sha256: str
    text_size: int
    encoding: str
    decode_errors: int = 0
    modified: str | None = None
    zip: ZipFacts | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DateOrder:
    """The order of day, month and year in one file and how it is known.

    ``order`` is ``"DMY"``, ``"MDY"`` or ``"YMD"``; ``decided_by`` a short word (``"values"``, ``"line order"``,
    ``"attachment names"``, ``"caller"``, ``"undecided"`` ...); ``proof`` and ``contradictions`` are sentences.
    When ``decided_by`` is ``"undecided"``, ``order`` is only the reading shown first and ``readings`` lists all.
    """

    order: str
    decided_by: str
    proof: tuple[str, ...]
    contradictions: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A header shape (digits as ``0``): how many messages have it and where the first one stands."""

    pattern: str
    count: int
    first_line: int
    first_offset: int


@dataclass(frozen=True, kw_only=True)
class Span:
    """Bytes that belong to no message; ``reason`` says why (preamble, blank, header without a valid date)."""

    line: int
    line_end: int
    byte_offset: int
    byte_length: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The address of one message: message id, source, physical lines (from 1), bytes in the text member."""

    message: int
    source: str
    line: int
    line_end: int
    byte_offset: int
    byte_length: int
    quote: str


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One reason a finding was made: what was seen, and its weight in log-odds (natural logarithm)."""

    name: str
    weight: float
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A tiny chat that a rule must fire on or stay quiet on: (sender, text) pairs, a minute apart.

    A pair may have a third item, minutes since the message before.
    """

    messages: tuple[tuple[str, str] | tuple[str, str, int], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a detector looks for and everything a reader needs to judge it."""

    id: str
    title: str
    threat: Threat
    stage: Stage
    severity: Severity
    why: str
    alternatives: tuple[str, ...]
    next_steps: tuple[str, ...]
    references: tuple[str, ...] = ()
    fires_on: tuple[Example, ...] = ()
    quiet_on: tuple[Example, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reported result. ``start`` and ``end`` are ISO local times; ``score`` is a log-odds sum or None."""

    id: str
    rule: str
    title: str
    threat: Threat
    stage: Stage
    severity: Severity
    confidence: Confidence
    source: str
    chat: str
    actors: tuple[str, ...]
    start: str
    end: str
    observation: str
    inference: str
    alternatives: tuple[str, ...]
    next_steps: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    signals: tuple[Signal, ...] = ()
    score: float | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    incident: str | None = None
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class Window:
    """The messages of one source that an intruder is thought to have written under ``account``."""

    source: str
    account: str
    first_line: int
    last_line: int
    start: str
    end: str
    first_message: int = 0
    last_message: int = 0
    basis: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SenderProfile:
    """What the behaviour model could say of one sender; ``reason`` explains a sender that is not testable.

    ``features`` are (name, baseline, observed, example) rows of the strongest stretch, all as text.
    """

    source: str
    sender: str
    messages: int
    testable: bool
    reason: str
    score: float | None = None
    threshold: float | None = None
    first_message: int | None = None
    last_message: int | None = None
    features: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A link, domain, payee, wallet, phone number or file: as written, defanged, and where it stands."""

    type: str
    value: str
    defanged: str
    source: str
    first_message: int
    first_line: int
    first_seen: str
    sender: str | None
    count: int
    sources: tuple[str, ...] = ()
    flagged: bool = False


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link as written; ``host`` lower case (punycode decoded), ``domain`` the registrable part or the address.

    ``traits`` are words for what is unusual about it (``ip``, ``punycode``, ``mixed scripts``, ``userinfo``,
    ``shortener``, ``free hosting``, ``dynamic dns``, ``risky tld``, ``file``, ``many labels`` ...), ``imitates``
    the name it looks like, ``popular`` whether its domain is among the most visited ones.
    """

    message: int
    text: str
    host: str
    domain: str
    path: str
    traits: tuple[str, ...] = ()
    imitates: str | None = None
    popular: bool = False


@dataclass(frozen=True, kw_only=True)
class Payee:
    """Where money would go: ``type`` (``iban``, ``upi``, ``account``, ``btc`` ...), ``value`` normalized."""

    message: int
    type: str
    value: str
    text: str
    checked: bool = False


@dataclass(frozen=True, kw_only=True)
class PhoneNumber:
    """A phone number written in a text; ``value`` is E.164 if the country is known, else its digits."""

    message: int
    value: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount of money; ``currency`` is an ISO code, or the sign or word as written."""

    message: int
    value: float
    currency: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Code:
    """A run of 4 to 8 digits that stands like a one-time code."""

    message: int
    value: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of an incident's story, in the order of the attack and of time; ``what`` is a short phrase."""

    time: str
    stage: Stage
    source: str
    chat: str
    line: int
    account: str
    what: str
    finding: str


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Findings that tell one story. ``basis`` says why they were put together, one sentence each."""

    id: str
    title: str
    severity: Severity
    confidence: Confidence
    accounts: tuple[str, ...]
    chats: tuple[str, ...]
    start: str
    end: str
    stages: tuple[Stage, ...]
    findings: tuple[str, ...]
    windows: tuple[Window, ...]
    summary: str
    alternatives: tuple[str, ...]
    indicators: tuple[Indicator, ...] = ()
    basis: tuple[str, ...] = ()
    story: tuple[Step, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Correlation:
    """Incidents, worst first, and the findings of every chat with ``incident`` filled, cross-chat ones included."""

    incidents: tuple[Incident, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class GraphNode:
    """An account, a chat or an indicator; ``kind`` says which (for an indicator, its type)."""

    id: str
    kind: str
    label: str
    flagged: bool = False


@dataclass(frozen=True, kw_only=True)
class GraphEdge:
    """Two nodes and how they are tied: ``wrote in``, ``sent``, ``asked``, ``taken over``; ``count`` messages."""

    source: str
    target: str
    kind: str
    count: int
    first: str
    last: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Accounts, chats and indicators of some incidents and the ties between them, in a total order."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]


@dataclass(frozen=True, kw_only=True)
class Check:
    """The result of one integrity check on one source; ``lines`` are the physical lines it rests on."""

    id: str
    title: str
    verdict: Verdict
    statement: str
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
class ChatFacts:
    """The small facts of a parsed chat that the case keeps after the messages are written."""

    source: Source
    name: str
    platform: Platform
    languages: tuple[str, ...]
    message_count: int
    senders: Mapping[str, int]
    first: str
    last: str
    date_order: DateOrder
    shapes: tuple[Shape, ...]
    unparsed: tuple[Span, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """What correlation across chats needs of one message: who sent what text or indicator when.

    ``type`` is ``"account"`` (value: E.164 number of the sender), ``"notice"`` (value: the sender a notice names),
    ``"text"`` (value: sketch of the words) or the type of an indicator; ``flagged`` if the message is evidence of a
    harmful finding of level medium or above. The byte address and a short quote let a finding be made from it
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


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """Everything found in one chat."""

    facts: ChatFacts
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    indicators: tuple[Indicator, ...]
    failures: tuple[Failure, ...]
    rules_run: tuple[str, ...]
    windows: tuple[Window, ...] = ()
    profiles: tuple[SenderProfile, ...] = ()
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What decides the result of a scan, and nothing else: the same settings and files give the same bytes.

    ``date_order`` is ``"auto"``, ``"DMY"``, ``"MDY"`` or ``"YMD"``; with ``allow_undecided`` a file whose date
    order stays open is read in a named order instead of being refused. ``timezone`` is the IANA zone that the
    examiner declares for the exporting phone.
    """

    date_order: str = "auto"
    allow_undecided: bool = True
    timezone: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseData:
    """What the examiner declares about a case; None or empty where nothing was declared."""

    name: str | None = None
    number: str | None = None
    items: tuple[str, ...] = ()
    examiner: str | None = None
    organization: str | None = None
    acquired_by: str | None = None
    acquired_at: str | None = None
    acquired_how: str | None = None
    device: str | None = None
    app_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What ``verify`` found of a case: what holds, what does not, and what could not be looked at."""

    passed: tuple[str, ...]
    problems: tuple[Failure, ...]
    notes: tuple[str, ...] = ()
