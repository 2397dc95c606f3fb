"""What to do now and what to keep, depending on what was found, for persons and for businesses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wa_forensics.model import Finding, Threat
from wa_forensics.report.words import mark


class Situation(StrEnum):
    """What the advice depends on."""

    TAKEOVER = "takeover"
    MONEY = "money"
    BANK = "bank"
    CODE = "code"
    CODE_GIVEN = "code_given"
    LINK = "link"
    FILE = "file"
    REMOTE = "remote"
    NEW_NUMBER = "new_number"
    INVESTMENT = "investment"
    SHARED = "shared"
    OUTSIDER = "outsider"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do: ``short`` for the first screen, ``text`` in full.

    It applies in each situation of ``when`` (always, if there is none), and in none of ``unless``.
    """

    short: str
    text: str
    when: frozenset[Situation] = frozenset()
    unless: frozenset[Situation] = frozenset()

    def applies(self, situations: frozenset[Situation]) -> bool:
        return (not self.when or bool(self.when & situations)) and not self.unless & situations


@dataclass(frozen=True, kw_only=True)
class Advice:
    """The steps that apply, most urgent first."""

    situations: frozenset[Situation]
    now: tuple[Step, ...]
    keep: tuple[str, ...]
    business: tuple[str, ...]


_THREATS = {
    Threat.OTP_REQUEST: Situation.CODE,
    Threat.OTP_DISCLOSED: Situation.CODE_GIVEN,
    Threat.PAYMENT_REQUEST: Situation.MONEY,
    Threat.BANK_DETAILS_CHANGED: Situation.BANK,
    Threat.URGENT_MONEY: Situation.MONEY,
    Threat.GIFT_CARD_OR_CRYPTO: Situation.MONEY,
    Threat.JOB_OR_INVESTMENT_SCAM: Situation.INVESTMENT,
    Threat.MALICIOUS_LINK: Situation.LINK,
    Threat.LOOKALIKE_LINK: Situation.LINK,
    Threat.GIVEAWAY: Situation.LINK,
    Threat.MALWARE_FILE: Situation.FILE,
    Threat.REMOTE_ACCESS: Situation.REMOTE,
    Threat.IMPERSONATION_NEW_NUMBER: Situation.NEW_NUMBER,
    Threat.SHARED_ACCOUNT: Situation.SHARED,
}


def _step(short: str, text: str, *when: Situation, unless: tuple[Situation, ...] = ()) -> Step:
    return Step(short=short, text=text, when=frozenset(when), unless=frozenset(unless))


_MONEY = frozenset({Situation.MONEY, Situation.BANK, Situation.INVESTMENT})
_NOW = (
    _step(
        mark("Call the people who were asked for money, on a number known from before: do not pay."),
        mark("Say that the messages may be false, whoever is named as the sender, and ask them to keep the chat."),
        Situation.MONEY,
        Situation.BANK,
        unless=(Situation.OUTSIDER,),
    ),
    _step(
        mark("Pay nothing, send nothing more to this account, and tell the others who were asked."),
        mark(
            "Do not answer either: each answer invites the next request. Call the others on a number known from "
            "before and ask them to keep the chat."
        ),
        Situation.OUTSIDER,
    ),
    _step(
        mark("If anything was paid: call the bank now, say that it is fraud and ask for a recall."),
        mark(
            "Every hour counts. Whoever paid calls their own bank; note time, amount, receiving account and "
            "the reference number. Gift cards and crypto: call the issuer or exchange."
        ),
        Situation.MONEY,
        Situation.BANK,
        Situation.INVESTMENT,
    ),
    _step(
        mark("Register the number again in WhatsApp on your own phone: that logs the other person out."),
        mark(
            "If a PIN is asked for that you do not know, you may have to wait 7 days before you can write "
            "again, but the other person is out of the account from that moment."
        ),
        Situation.TAKEOVER,
        Situation.CODE_GIVEN,
    ),
    _step(
        mark("Log out all linked devices and set a two-step verification PIN."),
        mark(
            "In WhatsApp: Settings, Linked devices, tap each device and log it out. Then Settings, Account, "
            "Two-step verification. Take a screenshot of the list of devices first."
        ),
        Situation.TAKEOVER,
        Situation.CODE,
        Situation.CODE_GIVEN,
    ),
    _step(
        mark("Take the old bank details as valid until a call to a number known from before says otherwise."),
        mark(
            "Stop open transfers to the new account and tell the people who pay invoices. Do not use a number, "
            "link or document from the messages for the check."
        ),
        Situation.BANK,
    ),
    _step(
        mark("Cut the device off the internet, remove the remote-control app, change passwords elsewhere."),
        mark("Use another device for the passwords, banking first. Tell the bank that somebody could see the screen."),
        Situation.REMOTE,
    ),
    _step(
        mark("Do not open the file again; remove what was installed from it."),
        mark(
            "Put the phone into flight mode, keep the message as evidence and have somebody who knows phones "
            "check it before you use it for banking."
        ),
        Situation.FILE,
    ),
    _step(
        mark("Give no further code to anybody, whoever asks."),
        mark("WhatsApp, banks and colleagues do not need the code that your phone receives."),
        Situation.CODE,
        Situation.CODE_GIVEN,
    ),
    _step(
        mark("Do not open the link again; change passwords that were typed there, from another device."),
        mark("If card or bank data were typed in, call the bank and have the card blocked."),
        Situation.LINK,
    ),
    _step(
        mark("Call the person or the office on a number known from before: are the messages theirs?"),
        mark(
            "Take the number from your own papers, a card or an official site, not from the chat. Until then send no "
            "money and no documents."
        ),
        Situation.NEW_NUMBER,
    ),
    _step(
        mark("Pay no fee or tax to get money out: such fees are a part of this kind of fraud."),
        mark("Ask the supervisor whether the firm has a licence. Report the payments to your bank and the police."),
        Situation.INVESTMENT,
    ),
    _step(
        mark("Write down who uses the account and on which device; log all of them out and link only those again."),
        mark("With several people on one account it is hard to tell later who wrote what; give each a login."),
        Situation.SHARED,
    ),
    _step(
        mark("Tell your contacts, by another way than this account, that messages from it may be false."),
        mark("A status message is not enough: call those with whom you share money matters first."),
        Situation.TAKEOVER,
    ),
    _step(
        mark("Report it to the police and to your bank, with this report and the exported chats."),
        mark(
            "Many countries have a line of their own for online fraud; the earlier a payment is reported, the better."
        ),
        *(situation for situation in Situation if situation is not Situation.OTHER),
    ),
    _step(
        mark("Export the chat first; then block and report the account in WhatsApp."),
        mark("Blocking does not delete the chat, leaving a group or clearing it may."),
        Situation.OUTSIDER,
    ),
    _step(
        mark("Look at Settings, Linked devices in WhatsApp: log out what you do not know."),
        mark("Take a screenshot of the list first."),
        Situation.OTHER,
    ),
    _step(
        mark("Keep the chats: delete nothing and do not remove the app before the export is made."),
        mark("What is deleted now may be missing as evidence later."),
    ),
    _step(
        mark("If the suspicion stays, export the other chats too and have them read."),
        mark("An intruder often writes in a few chats only."),
        Situation.OTHER,
    ),
)

_KEEP = (
    mark("Do not delete chats and do not uninstall the app before the chats are exported."),
    mark("Export each chat with media from the phone; keep the file unopened and note its SHA-256."),
    mark("Screenshots of Linked devices, of security notices and of the profile that wrote to you."),
    mark("The text message with the code, the call log, voicemail and e-mails about the account."),
    mark("The other side's number, name, picture and account details, as they are shown."),
    mark("References of every payment, with time, amount and receiving account."),
    mark("Ask two contacts to export the same chat: two exports can be compared with each other."),
    mark("Write down the device, its system and app version, its time zone, who exported and when."),
)

_BUSINESS = (
    mark("List who had access to the account, its phone and its linked devices, and when."),
    mark("Give each person a login of their own; take away access on the day somebody leaves."),
    mark("Separate roles: who writes to customers does not change bank details."),
    mark("Keep a log of who wrote what from a shared account."),
    mark("A rule for customers and staff: changed bank details count only after a call to a known number."),
)


def advise(findings: Iterable[Finding], *, takeover: bool) -> Advice:
    """The steps for what was found; ``takeover``: an account seems to have been in other hands.

    Without a takeover, requests for money come from outside: the reader is among those who were asked.
    """
    situations = {_THREATS[f.threat] for f in findings if f.threat in _THREATS}
    if takeover:
        situations.add(Situation.TAKEOVER)
    elif situations & _MONEY:
        situations.add(Situation.OUTSIDER)
    chosen = frozenset(situations or {Situation.OTHER})
    return Advice(
        situations=chosen,
        now=tuple(step for step in _NOW if step.applies(chosen)),
        keep=_KEEP,
        business=_BUSINESS,
    )
