"""The words for the closed lists (severities, stages, threats, verdicts ...), marked for translation."""

from __future__ import annotations

from collections.abc import Mapping

from wa_forensics.model import Confidence, Kind, Severity, Stage, Threat, Verdict
from wa_forensics.report.words import mark

SEVERITY: Mapping[Severity, str] = {
    Severity.INFO: mark("note"),
    Severity.LOW: mark("low"),
    Severity.MEDIUM: mark("medium"),
    Severity.HIGH: mark("high"),
    Severity.CRITICAL: mark("critical"),
}

# A shape per level, so that severity does not rest on color.
SHAPE: Mapping[Severity, str] = {
    Severity.INFO: "\u00b7",
    Severity.LOW: "\u25cb",
    Severity.MEDIUM: "\u25d0",
    Severity.HIGH: "\u25b2",
    Severity.CRITICAL: "\u25c6",
}

CONFIDENCE: Mapping[Confidence, str] = {
    Confidence.LOW: mark("low"),
    Confidence.MEDIUM: mark("medium"),
    Confidence.HIGH: mark("high"),
}

SIGNS: Mapping[Confidence, str] = {
    Confidence.LOW: mark("Weak signs"),
    Confidence.MEDIUM: mark("Signs"),
    Confidence.HIGH: mark("Strong signs"),
}

STAGE: Mapping[Stage, str] = {
    Stage.LURE: mark("lure"),
    Stage.ACCESS: mark("access"),
    Stage.TAKEOVER: mark("takeover"),
    Stage.DECEPTION: mark("deception"),
    Stage.MONETIZATION: mark("money"),
    Stage.PROPAGATION: mark("spreading"),
    Stage.CONCEALMENT: mark("hiding traces"),
    Stage.AFTERMATH: mark("aftermath"),
}

THREAT: Mapping[Threat, str] = {
    Threat.OTP_REQUEST: mark("a verification code was asked for"),
    Threat.OTP_DISCLOSED: mark("a verification code was given away"),
    Threat.PAYMENT_REQUEST: mark("money was asked for"),
    Threat.BANK_DETAILS_CHANGED: mark("a new bank account was given"),
    Threat.MALICIOUS_LINK: mark("a suspicious link was sent"),
    Threat.LOOKALIKE_LINK: mark("a link imitates a known site"),
    Threat.MALWARE_FILE: mark("a dangerous file was sent"),
    Threat.IMPERSONATION_NEW_NUMBER: mark("somebody claims a new number"),
    Threat.URGENT_MONEY: mark("pressure was put on to pay"),
    Threat.JOB_OR_INVESTMENT_SCAM: mark("a job or investment offer"),
    Threat.GIVEAWAY: mark("a prize or vote was promised"),
    Threat.GIFT_CARD_OR_CRYPTO: mark("gift cards or crypto were asked for"),
    Threat.REMOTE_ACCESS: mark("remote control of a device"),
    Threat.SECURITY_NOTICE: mark("a security notice by the app"),
    Threat.EVIDENCE_DELETION: mark("messages were deleted"),
    Threat.WARNING_FROM_OTHERS: mark("others warned"),
    Threat.INTRUDER_OTHER: mark("other messages of the suspected writer"),
    Threat.BEHAVIOUR_CHANGE: mark("the sender writes differently"),
    Threat.SHARED_ACCOUNT: mark("several people use one account"),
    Threat.MASS_MESSAGE: mark("the same text in several chats"),
    Threat.NEW_LINK: mark("a first link of this sender"),
    Threat.IDENTITY: mark("a name or number changed"),
    Threat.INTEGRITY: mark("the export itself"),
}

VERDICT: Mapping[Verdict, str] = {
    Verdict.CONSISTENT: mark("consistent"),
    Verdict.INCONSISTENT: mark("inconsistent"),
    Verdict.NOT_TESTABLE: mark("not testable"),
    Verdict.NO_CONCLUSION: mark("no conclusion"),
}

VERDICT_SHAPE: Mapping[Verdict, str] = {
    Verdict.CONSISTENT: "=",
    Verdict.INCONSISTENT: "\u2260",
    Verdict.NOT_TESTABLE: "\u2013",
    Verdict.NO_CONCLUSION: "?",
}

KIND: Mapping[Kind, str] = {
    Kind.TEXT: mark("text"),
    Kind.MEDIA: mark("media"),
    Kind.DELETED: mark("deleted message"),
    Kind.SYSTEM: mark("line of the app"),
    Kind.CALL: mark("call"),
    Kind.POLL: mark("poll"),
    Kind.LOCATION: mark("location"),
    Kind.CONTACT: mark("contact card"),
    Kind.PAYMENT: mark("payment"),
}

INDICATOR: Mapping[str, str] = {
    "link": mark("link"),
    "url": mark("link"),
    "domain": mark("domain"),
    "payee": mark("payee"),
    "iban": mark("bank account (IBAN)"),
    "account": mark("bank account"),
    "bank_account": mark("bank account"),
    "cbu": mark("bank account"),
    "clabe": mark("bank account"),
    "handle": mark("payment address"),
    "mobile": mark("phone number"),
    "card": mark("card number"),
    "upi": mark("UPI id"),
    "pix": mark("Pix key"),
    "wallet": mark("crypto wallet"),
    "crypto": mark("crypto wallet"),
    "phone": mark("phone number"),
    "email": mark("e-mail address"),
    "file": mark("file"),
}

# What somebody did in an incident; the case says "paid" of words that may mean another payment.
DID: Mapping[str, str] = {
    "asked": mark("was written to"),
    "answered": mark("answered"),
    "gave a code": mark("gave a code"),
    "paid": mark("wrote of a payment"),
    "doubted": mark("doubted"),
    "warned": mark("warned"),
}

MONEY = frozenset(
    {
        Threat.PAYMENT_REQUEST,
        Threat.BANK_DETAILS_CHANGED,
        Threat.URGENT_MONEY,
        Threat.GIFT_CARD_OR_CRYPTO,
        Threat.JOB_OR_INVESTMENT_SCAM,
    }
)

# What the case folder writes in English and the report shows in the reader's language.
DECLARED = (
    mark("Case number"),
    mark("Items"),
    mark("Examiner"),
    mark("Organization"),
    mark("Acquired by"),
    mark("Acquired at"),
    mark("Acquired how"),
    mark("Device"),
    mark("App version"),
    mark("not declared"),
)
CHECKS = (
    mark("Hashes"),
    mark("Zip fingerprint"),
    mark("Export moment"),
    mark("Byte habits"),
    mark("One header shape"),
    mark("iOS attachment ordinals"),
    mark("iOS attachment times"),
    mark("Android attachment dates"),
    mark("Header inside a message"),
    mark("Time order"),
    mark("Silences"),
    mark("Beginning present"),
    mark("Near an export limit"),
    mark("Notices only"),
    mark("Attached files"),
    mark("Declared deletions and edits"),
    mark("Repeated blocks"),
    mark("Identities"),
    mark("Encoding damage"),
)
