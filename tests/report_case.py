"""An invented case for the report tests: the hijacked shared account of a Bengaluru logistics startup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from wa_forensics.case import InputFile
from wa_forensics.chat import Chat
from wa_forensics.compare import Comparison
from wa_forensics.evidence import raw_text
from wa_forensics.findings import make_finding
from wa_forensics.model import (
    ChatFacts,
    Check,
    Confidence,
    Failure,
    Finding,
    Incident,
    Indicator,
    Limit,
    Rule,
    SenderProfile,
    Severity,
    Signal,
    Stage,
    Threat,
    Verdict,
    Window,
    say,
)
from wa_forensics.parsing import parse_text

ACCOUNT = "Kaveri Freight Bookings"
DAY = datetime(2025, 3, 12)

_ORDINARY = {
    "Kaveri Ops.txt": [
        ("Anitha", "Truck 4412 left Peenya, two stops before Hosur"),
        ("Prakash", "pod for yesterdays load is in the folder"),
        (ACCOUNT, "ok noted, will inform the party \U0001f44d"),
        ("Anitha", "Driver Suresh asking for diesel advance, 3000"),
        (ACCOUNT, "done \U0001f44d pls send the odometer photo"),
        ("Prakash", "Good morning all, 6 loads today"),
        (ACCOUNT, "gm! 6 loads, first one at 9 from Whitefield"),
        ("Anitha", "Sundaram want their cartons before lunch"),
        (ACCOUNT, "haan will tell Suresh"),
    ],
    "Sundaram Textiles.txt": [
        ("Lakshmi Sundaram", "Good morning, two pallets ready for Coimbatore"),
        (ACCOUNT, "gm mam, vehicle will reach by 11 \U0001f44d"),
        ("Lakshmi Sundaram", "Invoice for last week received, will pay on Friday as usual"),
        (ACCOUNT, "thank you mam \U0001f64f no hurry"),
        ("Lakshmi Sundaram", "Is Suresh coming today?"),
        (ACCOUNT, "yes mam, he is on the way"),
    ],
    "Nandi Coffee Exports.txt": [
        ("Joseph D'Souza", "Need one 20 ft for Mangalore port on Thursday"),
        (ACCOUNT, "ok sir, booking it \U0001f44d"),
        ("Joseph D'Souza", "LR copy please"),
        (ACCOUNT, "sir sent on mail, pls check"),
        ("Joseph D'Souza", "Received, thank you"),
    ],
}

_INCIDENT = {
    "Kaveri Ops.txt": [
        ("11:02", "Prakash", "New inquiry came on the bookings phone, big customer, 40 containers monthly"),
        (
            "11:05",
            "Prakash",
            "they sent a form https://kaveri-inquiry.example/load-list opened it, asks to scan code",
        ),
        ("11:09", "Anitha", "which company is it?"),
        ("13:52", None, "Your security code with Kaveri Freight Bookings changed. Tap to learn more."),
        ("15:20", "Anitha", "Who sent an invoice to Lakshmi mam? She is calling me"),
        ("15:24", "Prakash", "not me, I am at the yard"),
        (
            "15:31",
            ACCOUNT,
            "Kindly do not disturb the clients. Accounts department is revising the bank details.",
        ),
        ("15:33", "Anitha", "Who is this? We have no accounts department"),
        (
            "15:41",
            "Anitha",
            "DO NOT PAY anything from the bookings number. It is hacked. Calling all clients",
        ),
        ("15:44", ACCOUNT, "This message was deleted"),
        ("17:30", "Prakash", "Got the number back, registered again, logged out two devices"),
    ],
    "Sundaram Textiles.txt": [
        (
            "14:06",
            ACCOUNT,
            "Dear valued customer, kindly note that our bank account has been changed due to audit.",
        ),
        (
            "14:08",
            ACCOUNT,
            "Kindly settle the pending invoice of Rs 1,84,500 today to: Kaveri Freight Solutions, "
            "A/c 50100000482913, IFSC EXMP0000123",
        ),
        ("14:15", "Lakshmi Sundaram", "But we pay on Friday. Why today?"),
        (
            "14:17",
            ACCOUNT,
            "It is very urgent, vehicle will be stopped otherwise. Please do not call, in meeting.",
        ),
        ("14:40", "Lakshmi Sundaram", "Ok I will ask my accountant"),
        ("15:12", ACCOUNT, "You can also pay by UPI: kaverifreight.billing@exbank"),
        ("15:18", "Lakshmi Sundaram", "I have sent 50,000 now, rest tomorrow"),
        ("15:52", "Lakshmi Sundaram", "Anitha says the number is hacked?? Is this you?"),
        ("15:55", ACCOUNT, "This message was deleted"),
    ],
    "Nandi Coffee Exports.txt": [
        (
            "14:21",
            ACCOUNT,
            "Dear valued customer, kindly note that our bank account has been changed due to audit.",
        ),
        (
            "14:23",
            ACCOUNT,
            "Kindly settle Rs 96,000 today to: Kaveri Freight Solutions, A/c 50100000482913, IFSC EXMP0000123",
        ),
        ("14:30", "Joseph D'Souza", "This is not how you write. I am calling the office."),
        ("14:31", ACCOUNT, "Please do not call, kindly pay by UPI kaverifreight.billing@exbank"),
        ("15:05", "Joseph D'Souza", "Spoke with Anitha, it is a fraud. Not paying."),
    ],
}

MASS_PAYMENT = Rule(
    id="bank-details-changed",
    title="Bank details changed",
    threat=Threat.BANK_DETAILS_CHANGED,
    stage=Stage.MONETIZATION,
    severity=Severity.CRITICAL,
    why="A payee that the sender never used before is the core of invoice fraud.",
    alternatives=("The company did change its bank and announced it by chat.",),
    next_steps=("Call the company on a number known from an older invoice before paying.",),
)
RULES = {
    "link": Rule(
        id="new-link",
        title="First link of this kind in the chat",
        threat=Threat.MALICIOUS_LINK,
        stage=Stage.LURE,
        severity=Severity.HIGH,
        why="A first link to an unknown domain shortly before a takeover is a common way in.",
        alternatives=("A customer sent a real form.",),
        next_steps=("Do not open the link again; keep the message.",),
    ),
    "notice": Rule(
        id="security-notice",
        title="Security code changed",
        threat=Threat.SECURITY_NOTICE,
        stage=Stage.TAKEOVER,
        severity=Severity.MEDIUM,
        why="The security code changes when an account is registered on another phone.",
        alternatives=("A new phone or a new installation of the app.",),
        next_steps=("Ask the account's owner whether the phone was changed that day.",),
    ),
    "bank": MASS_PAYMENT,
    "pay": Rule(
        id="payment-request",
        title="Payment asked under pressure",
        threat=Threat.PAYMENT_REQUEST,
        stage=Stage.MONETIZATION,
        severity=Severity.HIGH,
        why="Urgency together with a refusal to talk on the phone is a pattern of fraud.",
        alternatives=("A real late payment and a busy colleague.",),
        next_steps=("Confirm by a call to a known number.",),
    ),
    "delete": Rule(
        id="deletions",
        title="Messages deleted soon after payment requests",
        threat=Threat.EVIDENCE_DELETION,
        stage=Stage.CONCEALMENT,
        severity=Severity.MEDIUM,
        why="Deleting soon after a payment request removes traces.",
        alternatives=("A typing error was removed.",),
        next_steps=("Ask the other participants for screenshots or their own export.",),
    ),
    "warn": Rule(
        id="warning-by-others",
        title="Others warn about the account",
        threat=Threat.WARNING_FROM_OTHERS,
        stage=Stage.AFTERMATH,
        severity=Severity.MEDIUM,
        why="Somebody who knows the owner says that the account is in other hands.",
        alternatives=("A misunderstanding between colleagues.",),
        next_steps=("Ask the person who warned how they know.",),
    ),
    "style": Rule(
        id="sender-change",
        title="The sender writes differently",
        threat=Threat.BEHAVIOUR_CHANGE,
        stage=Stage.DECEPTION,
        severity=Severity.MEDIUM,
        why="A change of greeting, length and hour can mean another writer.",
        alternatives=("A new colleague uses the shared account.", "The sender was in a hurry."),
        next_steps=("Ask who had access to the account that day.",),
    ),
}


def export_text(name: str, *, days: int = 110, extra: str = "") -> str:
    """One chat as an Android phone would write it; ``extra`` replaces nothing and is added to one message."""
    head = "Messages and calls are end-to-end encrypted."
    lines = [f"{DAY - timedelta(days=days):%d/%m/%y}, 08:00 - {head}"]
    bank = _ORDINARY[name]
    seed = sum(name.encode())
    for day in range(days):
        date = DAY - timedelta(days=days - day)
        if date.weekday() == 6:
            continue
        seed = (seed * 1103515245 + 12345) % 2**31
        minute = 8 * 60 + 30 + seed % 70
        for step in range(2 + seed % 7):
            sender, text = bank[(day + step) % len(bank)]
            lines.append(f"{date + timedelta(minutes=minute):%d/%m/%y, %H:%M} - {sender}: {text}")
            minute += 7 + (seed >> (step + 3)) % 95
    for clock, who, text in _INCIDENT[name]:
        lines.append(f"{DAY:%d/%m/%y}, {clock} - {who}: {text}" if who else f"{DAY:%d/%m/%y}, {clock} - {text}")
    if extra:
        lines.append(f"{DAY:%d/%m/%y}, 18:05 - Anitha: {extra}")
    return "\n".join(lines) + "\n"


def parse(name: str, text: str) -> Chat:
    data = text.encode()
    return parse_text(raw_text(Path(name), data), date_order="DMY")


@dataclass(frozen=True, kw_only=True)
class MemoryCase:
    """The parts of a case folder that the report reads, held in memory."""

    name: str
    settings: dict[str, Any]
    inputs: tuple[ChatFacts, ...]
    files: tuple[InputFile, ...]
    findings: tuple[Finding, ...]
    incidents: tuple[Incident, ...]
    checks: tuple[Check, ...]
    indicators: tuple[Indicator, ...]
    coverage: dict[str, Any]
    profiles: tuple[SenderProfile, ...]
    tables: dict[str, Any] = field(default_factory=dict)
    custody: tuple[dict[str, Any], ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    labels: tuple[dict[str, Any], ...] = ()

    def messages(self, source: str, columns: Sequence[str] | None = None) -> Any:
        return self.tables[source]

    def messages_part(self, source: str, message: int, columns: Sequence[str]) -> tuple[int, Any]:
        return 0, self.tables[source].select(columns)


def _find(chat: Chat, rule: str, starts: tuple[str, ...], observation: str, inference: str, **more: Any) -> Finding:
    ids = [
        m
        for m in range(len(chat))
        if chat.time(m).startswith("2025-03-12") and any(chat.text(m).startswith(s) for s in starts)
    ]
    more.setdefault("confidence", Confidence.HIGH)
    told = say("Messages of %(name)s: %(facts)s.", name=chat.name, facts=observation.removesuffix("."))
    return make_finding(chat, RULES[rule], ids, observation=told, inference=inference, **more)


def findings(chats: dict[str, Chat]) -> Iterator[Finding]:
    ops, sundaram, nandi = chats.values()
    yield _find(
        ops,
        "link",
        ("they sent a form",),
        "Prakash sent the first link to kaveri-inquiry.example in this chat at 11:05 and wrote that it asks "
        "to scan a code.",
        "The page may have asked to link a device to the account.",
        confidence=Confidence.MEDIUM,
        signals=(
            Signal(name="first link to this domain", weight=1.1),
            Signal(name="asks to scan a code", weight=1.9),
        ),
    )
    yield _find(
        ops,
        "notice",
        ("Your security code",),
        "The app noted at 13:52 that the security code with Kaveri Freight Bookings changed.",
        "The account may have been registered on another phone.",
        confidence=Confidence.MEDIUM,
    )
    for chat, amount, who in (
        (sundaram, "Rs 1,84,500", "Lakshmi Sundaram"),
        (nandi, "Rs 96,000", "Joseph D'Souza"),
    ):
        yield _find(
            chat,
            "bank",
            ("Dear valued", "Kindly settle"),
            f"{ACCOUNT} announced a changed bank account and gave account 50100000482913 for {amount} "
            f"to {who}; this payee does not occur earlier in the chat.",
            "The payee may belong to somebody other than the company.",
            signals=(
                Signal(name="says the bank details changed", weight=2.4, detail="has been changed due to audit"),
                Signal(name="first payee of this sender", weight=1.8, detail="50100000482913"),
                Signal(name="after a security notice", weight=1.2, detail="13:52"),
                Signal(name="the client names an invoice", weight=-0.4),
            ),
            details={"amount": amount, "payee": "50100000482913"},
        )
    yield _find(
        sundaram,
        "pay",
        ("It is very urgent", "You can also pay"),
        f"{ACCOUNT} pressed for payment, asked not to be called and gave a UPI id.",
        "The writer may have wanted to avoid a call in which the voice would be recognised.",
        signals=(Signal(name="urgency", weight=0.9), Signal(name="refuses calls", weight=1.6)),
    )
    yield _find(
        sundaram,
        "delete",
        ("This message was deleted",),
        f"{ACCOUNT} deleted one message at 15:55, 43 minutes after a payment request.",
        "Traces may have been removed.",
        confidence=Confidence.LOW,
    )
    yield _find(
        ops,
        "warn",
        ("Who is this?", "DO NOT PAY"),
        "Anitha asked who is writing at 15:33 and wrote at 15:41 that the number is hacked.",
        "A colleague did not recognise the writer.",
    )
    yield _find(
        nandi,
        "style",
        ("Dear valued", "Kindly settle", "Please do not call"),
        f"{ACCOUNT} used the greeting 'Dear valued customer', which does not occur in 154 earlier messages.",
        "Another person may have written these messages.",
        confidence=Confidence.MEDIUM,
        signals=(Signal(name="greeting", weight=1.3), Signal(name="message length", weight=0.8)),
    )


def build_case(extra: str = "", chat_names: tuple[str, ...] = tuple(_ORDINARY)) -> MemoryCase:
    """The whole case: three chats of one incident."""
    chats = {name: parse(name, export_text(name, extra=extra)) for name in chat_names}
    found = tuple(findings(chats))
    ids = tuple(f.id for f in found)
    windows = tuple(_window(chat) for chat in chats.values())
    indicators = tuple(_indicators(chats))
    incident = Incident(
        id="incident-1",
        title="Takeover of a shared account and false invoices",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        accounts=(ACCOUNT,),
        chats=tuple(chat.name for chat in chats.values()),
        start="2025-03-12T11:02:00",
        end="2025-03-12T17:30:00",
        stages=(
            Stage.LURE,
            Stage.TAKEOVER,
            Stage.DECEPTION,
            Stage.MONETIZATION,
            Stage.CONCEALMENT,
            Stage.AFTERMATH,
        ),
        findings=ids,
        windows=windows,
        summary="After a link in the internal group and a changed security code, the shared account asked "
        "two clients to pay to a new bank account; colleagues warned an hour and a half later.",
        alternatives=("A colleague with access to the shared account wrote the messages.",),
        indicators=indicators,
    )
    from dataclasses import replace

    return MemoryCase(
        name="Kaveri Freight, bookings account",
        settings={
            "command": "wa-forensics scan exports/ -o case",
            "version": "0.1.0",
            "timezone": None,
            "case_number": None,
            "declared": {
                "Case number": "not declared",
                "Examiner": "R. Iyer",
                "Organization": "not declared",
            },
        },
        inputs=tuple(chat.facts for chat in chats.values()),
        files=(
            *(InputFile(path=name, sha256="0" * 64, size=1, texts=(name,)) for name in chats),
            InputFile(path="notes.pdf", sha256=None, size=9, failure="no chat export was found in it"),
        ),
        findings=tuple(replace(f, incident="incident-1") for f in found),
        incidents=(incident,),
        checks=tuple(_checks(chats)),
        indicators=indicators,
        coverage={
            "rules": [
                {"id": r.id, "title": r.title, "chats": 3, "hits": sum(f.rule == r.id for f in found)}
                for r in RULES.values()
            ]
            + [{"id": "gift-card", "hits": 0}],
            "skipped": [],
            "limits": [Limit(source="Kaveri Ops.txt", limit="2 bytes could not be decoded")],
            "failures": [Failure(where="detectors.remote_access", source="Kaveri Ops.txt", problem="crashed")],
            "unparsed": [],
        },
        profiles=tuple(_profiles(chats)),
        tables={chat.source.name: chat.arrow for chat in chats.values()},
    )


def _window(chat: Chat) -> Window:
    ids = [
        m
        for m in range(len(chat))
        if chat.time(m) >= "2025-03-12T13:52" and chat.time(m) <= "2025-03-12T16:00" and chat.sender(m) == ACCOUNT
    ]
    where = chat.evidence([ids[0], ids[-1]])
    return Window(
        source=chat.source.name,
        account=ACCOUNT,
        first_line=where[0].line,
        last_line=where[1].line,
        start=chat.time(ids[0]),
        end=chat.time(ids[-1]),
        first_message=ids[0],
        last_message=ids[-1],
        basis=("starts with the first message after the security notice", "ends with a deletion"),
    )


def _indicators(chats: dict[str, Chat]) -> Iterator[Indicator]:
    rows = (
        ("link", "https://kaveri-inquiry.example/load-list", "hxxps[:]//kaveri-inquiry[.]example/load-list"),
        ("account", "50100000482913", "50100000482913"),
        ("upi", "kaverifreight.billing@exbank", "kaverifreight[.]billing[@]exbank"),
    )
    for kind, value, defanged in rows:
        seen = [(c, m) for c in chats.values() for m in range(len(c)) if value in c.text(m)]
        chat, message = min(seen, key=lambda pair: pair[0].time(pair[1]))
        yield Indicator(
            type=kind,
            value=value,
            defanged=defanged,
            source=chat.source.name,
            first_message=message,
            first_line=chat.evidence([message])[0].line,
            first_seen=chat.time(message),
            sender=chat.sender(message),
            count=len(seen),
            sources=tuple(dict.fromkeys(c.source.name for c, _ in seen)),
            flagged=True,
        )


def _checks(chats: dict[str, Chat]) -> Iterator[Check]:
    rows = (
        ("I01", "hashes", Verdict.CONSISTENT, "SHA-256 and size are the same before and after the run."),
        ("I04", "byte habits", Verdict.CONSISTENT, "UTF-8 without BOM, LF line ends and a final newline."),
        ("I05", "one header shape", Verdict.CONSISTENT, "Every message has the same header shape."),
        ("I06", "iOS attachment ordinals", Verdict.NOT_TESTABLE, "The export has no attachments."),
        ("I10", "time order", Verdict.CONSISTENT, "No message steps back in time."),
        ("I12", "head present", Verdict.CONSISTENT, "The encryption notice stands at the top."),
        (
            "I16",
            "declared deletions",
            Verdict.NO_CONCLUSION,
            "Deleted messages are marked; silent deletion is invisible.",
        ),
    )
    for chat in chats.values():
        for key, title, verdict, statement in rows:
            yield Check(
                id=key,
                title=title,
                verdict=verdict,
                statement=statement,
                innocent_causes=("saved in an editor",),
                basis="file bytes",
                source=chat.source.name,
            )


def _profiles(chats: dict[str, Chat]) -> Iterator[SenderProfile]:
    for chat in chats.values():
        window = _window(chat)
        yield SenderProfile(
            source=chat.source.name,
            sender=ACCOUNT,
            messages=chat.facts.senders[ACCOUNT],
            testable=True,
            reason="",
            score=6.2,
            threshold=4.0,
            first_message=window.first_message,
            last_message=window.last_message,
            features=(
                ("greeting", "gm, ok, yes mam", "Dear valued customer", "Dear valued customer, kindly note"),
                ("message length", "32 characters", "88 characters", ""),
                ("emoji in messages", "61 %", "0 %", ""),
                ("word 'kindly'", "0 of 154", "5 of 9", "Kindly settle the pending invoice"),
            ),
        )
        yield SenderProfile(
            source=chat.source.name,
            sender="Anitha",
            messages=120,
            testable=False,
            reason="fewer than 200 messages",
        )
