"""The closed scales: how bad, how sure, which step of an attack, which kind of message."""

from __future__ import annotations

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
