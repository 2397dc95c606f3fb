"""One module per sign of attack, listed by hand; each has a ``RULE`` and a ``detect(chat)``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from wa_forensics.chat import Chat
from wa_forensics.detectors import (
    authority_claim,
    bank_details_changed,
    call_forwarding,
    card_details,
    code_disclosed,
    code_request,
    customer_inquiry,
    device_linking,
    evidence_deletion,
    extortion,
    gift_card_or_crypto,
    giveaway,
    group_control,
    intruder_talk,
    job_or_investment,
    lookalike_link,
    malicious_link,
    malware_file,
    new_number,
    payment_request,
    remote_access,
    rest_of_stretch,
    security_notice,
    shared_account,
    stranger_message,
    urgent_money,
    warning_from_others,
)
from wa_forensics.model import Finding, Rule


class Detector(Protocol):
    """What every module in this folder offers."""

    @property
    def RULE(self) -> Rule: ...  # noqa: N802

    def detect(self, chat: Chat) -> Iterator[Finding]: ...


DETECTORS: tuple[Detector, ...] = (
    code_request,
    code_disclosed,
    card_details,
    call_forwarding,
    device_linking,
    malicious_link,
    lookalike_link,
    malware_file,
    giveaway,
    customer_inquiry,
    new_number,
    authority_claim,
    remote_access,
    payment_request,
    bank_details_changed,
    gift_card_or_crypto,
    job_or_investment,
    extortion,
    urgent_money,
    intruder_talk,
    rest_of_stretch,
    security_notice,
    shared_account,
    stranger_message,
    group_control,
    evidence_deletion,
    warning_from_others,
)
