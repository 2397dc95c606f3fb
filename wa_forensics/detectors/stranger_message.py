"""The first words of an unknown sender read like a scam.

Somebody who is not in the contacts opens with a parcel fee, a locked account, a prize, a job or a lost phone.
In an export: one of the first messages of a sender shown by number whose words, links, numbers and amounts together
are those of known scams rather than of a first hello; nobody had written to the sender before.
Limits: the model knows the kinds of scams it was trained on (docs/stranger_model.md). Shops, banks and operators write
in the same words; a contact is never judged by this rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.context import Sightings, sightings, strangers
from wa_forensics.findings import make_finding
from wa_forensics.model import (
    Confidence,
    Example,
    Finding,
    Rule,
    Said,
    Severity,
    Signal,
    Stage,
    Threat,
    counted,
    joined,
    say,
)
from wa_forensics.vocabulary import Concept
from wa_forensics.wording import model, scam_reasons, scam_scores

RULE = Rule(
    id="stranger-message",
    title="The first words of an unknown sender read like a scam",
    threat=Threat.INTRUDER_OTHER,
    stage=Stage.LURE,
    severity=Severity.MEDIUM,
    why="Most frauds begin with one message to many numbers; who answers is drawn in.",
    alternatives=("An advertisement, or a notice of a shop, bank or operator that the owner deals with.",),
    next_steps=(
        "Ask the owner whether they know the sender and answered on another way.",
        "Reach the bank, shop or authority named in it through its official channel.",
        "Keep numbers and links; do not open them.",
    ),
    references=("https://faq.whatsapp.com/2286952358121083",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Your parcel is being held because of an unpaid shipping fee of £1.99. "
                    "Please confirm your details and pay now at https://parcel-fee-update.top/gb",
                ),
            )
        ),
        Example(
            messages=(
                (
                    "+44 7700 900124",
                    "CONGRATULATIONS! Your number has won a £1000 gift card. To claim call 09061700000 now or text WIN to 85555",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hi, this is Ben from the gym, got your number from Ana. Are we still on for Friday?",
                ),
                ("Ana", "yes, 7 works"),
            )
        ),
        Example(
            messages=(
                (
                    "Ana",
                    "Your parcel is being held because of an unpaid fee of £1.99, pay now at https://parcel-fee-update.top/gb",
                ),
            )
        ),
        Example(messages=(("+44 7700 900123", "482913 is your login code. Do not share it with anyone."),)),
    ),
)
# So many messages of a sender count as its first words, and none after somebody answered.
OPENING = 3
# What the phrases and links of a message say it is about; weights are those of the signals.
TELLING: Mapping[Threat, frozenset[str]] = {
    Threat.OTP_REQUEST: frozenset(
        [Concept.CODE_REQUEST, Concept.CODE_BY_MISTAKE, Concept.CARD_DETAILS_REQUEST, Concept.CALL_FORWARDING,
         Concept.DEVICE_LINKING]
    ),
    Threat.JOB_OR_INVESTMENT_SCAM: frozenset(
        [Concept.JOB_OFFER, Concept.INVESTMENT_PITCH, Concept.PROFIT_TESTIMONY, Concept.UNLOCK_FEE]
    ),
    Threat.IMPERSONATION_NEW_NUMBER: frozenset(
        [Concept.NEW_NUMBER, Concept.PHONE_LOST, Concept.FAMILY_GREETING, Concept.BOSS_ERRAND]
    ),
    Threat.URGENT_MONEY: frozenset(
        [Concept.SEXTORTION, Concept.DIGITAL_ARREST, Concept.FAMILY_EMERGENCY, Concept.UTILITY_CUTOFF]
    ),
    Threat.GIVEAWAY: frozenset([Concept.GIVEAWAY, Concept.VOTE_REQUEST, Concept.FORWARD_CHAIN]),
    Threat.GIFT_CARD_OR_CRYPTO: frozenset([Concept.GIFT_CARD, Concept.CRYPTO_PAYMENT, "new wallet"]),
    Threat.REMOTE_ACCESS: frozenset([Concept.REMOTE_ACCESS]),
    Threat.BANK_DETAILS_CHANGED: frozenset([Concept.BANK_DETAILS_CHANGED, Concept.SAFE_ACCOUNT, "changed payee"]),
    Threat.MALWARE_FILE: frozenset([Concept.FILE_INVITATION, "dangerous file"]),
    Threat.LOOKALIKE_LINK: frozenset(["imitating link"]),
    Threat.PAYMENT_REQUEST: frozenset([Concept.PAYMENT_REQUEST, Concept.PAYMENT_DETAILS, Concept.LOAN_REQUEST]),
}  # fmt: skip
# Who speaks so claims to be a known body: the way to the loss is the link if there is one.
CLAIMING = frozenset(
    [Concept.PARCEL_FEE, Concept.KYC_UPDATE, Concept.ACCOUNT_THREAT, Concept.SUPPORT_CLAIM, Concept.AUTHORITY_CLAIM]
)
LINKS = frozenset(["new link", "odd link", "imitating link"])
# Less than one clear sign names nothing.
NAMED = 1.0
# Shorter texts hold too little to judge.
SHORTEST = 12


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per sender whose opening holds a message above the limit."""
    messages = openings(chat)
    if not len(messages):
        return
    scores = scam_scores([chat.searched_text(m) for m in messages.tolist()])
    high = model().medium - model().low
    by_sender: dict[int, list[tuple[int, float]]] = {}
    for message, score in zip(messages.tolist(), scores.tolist(), strict=True):
        if score > 0:
            by_sender.setdefault(int(chat.columns.sender[message]), []).append((message, score))
    for found in by_sender.values():
        message, score = max(found, key=lambda item: (item[1], -item[0]))
        sure = score > high
        yield make_finding(
            chat,
            RULE,
            [m for m, _ in found],
            observation=_observed(chat, [m for m, _ in found]),
            threat=threat_of(sightings(chat), [m for m, _ in found]),
            inference="Its wording is closer to known scam messages than to first messages of ordinary senders.",
            severity=Severity.MEDIUM if sure else Severity.LOW,
            confidence=Confidence.MEDIUM if sure else Confidence.LOW,
            signals=[
                Signal(
                    name=joined([name]) if name.startswith("“") else name,
                    weight=weight,
                    detail=say("line %(lines)s", lines=str(chat.columns.line[message])),
                )
                for name, weight in scam_reasons(chat.searched_text(message))
            ],
        )


def threat_of(found: Sightings, messages: Sequence[int]) -> Threat | None:
    """The threat that the phrases and links of the messages speak of most, None if they name none."""
    # A kind counts once, however often it is said.
    weights = {s.kind: s.weight for m in reversed(messages) for s in found.by_message.get(m, ())}
    said = {threat: sum(weights.get(kind, 0.0) for kind in sorted(kinds)) for threat, kinds in TELLING.items()}
    claims = sum(weights.get(kind, 0.0) for kind in sorted(CLAIMING))
    claimed = Threat.MALICIOUS_LINK if LINKS & set(weights) else Threat.IMPERSONATION_NEW_NUMBER
    said[claimed] = said.get(claimed, 0.0) + claims
    most = max(said, key=lambda threat: (said[threat], threat.value))
    return most if said[most] >= NAMED else None


def openings(chat: Chat) -> NDArray[np.int64]:
    """The first written messages of senders outside the contacts, as long as nobody had written in between."""
    unknown = strangers(chat)
    sender = chat.columns.sender
    ids = np.flatnonzero(chat.written & (chat.columns.text_end - chat.columns.text_start >= SHORTEST))
    ids = ids[unknown[sender[ids]]] if len(unknown) else ids[:0]
    order = ids[np.argsort(sender[ids], kind="stable")]
    codes = sender[order]
    first = np.searchsorted(codes, codes, "left")
    place = np.arange(len(order)) - first
    # Between the first and a later message of its opening a sender's own messages stand alone.
    written = np.cumsum(chat.written)
    alone: NDArray[np.bool_] = written[order] - written[order[first]] == _own_between(chat, order, first)
    chosen = order[(place < OPENING) & alone]
    if len(chat.senders) == 2:
        # Between two, who was written to first does not open.
        chosen = chosen[written[chosen] <= OPENING]
    return np.sort(chosen)


def _own_between(chat: Chat, order: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many messages of its sender stand between each message and the first one of that sender's opening."""
    sender = chat.columns.sender
    own = np.flatnonzero(chat.written)
    own = own[np.argsort(sender[own], kind="stable")]
    rank = np.zeros(len(chat), dtype=np.int64)
    rank[own] = np.arange(len(own))
    count: NDArray[np.int64] = rank[order] - rank[order[first]]
    return count


def _observed(chat: Chat, messages: list[int]) -> Said:
    first = messages[0]
    name = chat.sender(first)
    lines = ", ".join(str(chat.columns.line[m]) for m in messages)
    where = counted("line %(lines)s", "lines %(lines)s", len(messages), lines=lines)
    after = np.flatnonzero(chat.written[messages[-1] + 1 :]) + messages[-1] + 1
    answered = any(chat.columns.sender[m] != chat.columns.sender[first] for m in after[:20].tolist())
    heard = say("others wrote after it") if answered else say("nobody answered in this export")
    return say(
        "%(name)s, who is not among the contacts, opened at %(time)s (%(where)s); %(heard)s.",
        name=str(name),
        time=chat.time(first),
        where=where,
        heard=heard,
    )
