"""Takeover windows: the stretch an intruder wrote, and no stretch where nobody took an account over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from incident_chats import (
    ATTACK,
    MARA,
    NIGHT,
    OWEN,
    chat_of,
    finding,
    hijack_findings,
    hijacked,
    ordinary,
    rule,
)
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.context.writing import Habits, read_habits
from wa_forensics.findings import make_finding
from wa_forensics.incidents import stretch, takeover_findings, takeover_windows, told_findings
from wa_forensics.model import Confidence, Severity, Threat


def test_the_window_reaches_from_the_first_to_the_last_message_of_the_intruder() -> None:
    chat = hijacked()
    [window] = takeover_windows(chat, hijack_findings(chat))
    assert window.account == MARA
    assert chat.text(window.first_message).startswith("Good morning Owen")
    assert chat.text(window.last_message).startswith("I cannot talk")
    assert window.start == "2026-03-21T04:10:00"
    assert window.first_line == chat.columns.line[window.first_message]


def test_the_reasons_name_the_notice_the_habits_and_the_owners_word() -> None:
    chat = hijacked()
    [window] = takeover_windows(chat, hijack_findings(chat))
    basis = " ".join(window.basis)
    assert "security-code notice" in basis
    assert "Habits of writing" in basis
    assert "Afterwards the account itself" in basis


def test_the_owners_own_disclosure_is_not_inside_the_window() -> None:
    chat = hijacked()
    [window] = takeover_windows(chat, hijack_findings(chat))
    [disclosure] = [m for m in range(len(chat)) if "was hacked" in chat.text(m)]
    assert window.last_message < disclosure


def test_an_account_that_never_comes_back_still_has_a_window() -> None:
    chat = hijacked(recovery=False)
    [window] = takeover_windows(chat, hijack_findings(chat, recovery=False))
    assert window.account == MARA
    assert chat.text(window.first_message).startswith("Good morning Owen")


def test_a_strangers_number_that_attacks_from_the_start_has_no_window() -> None:
    stranger = "+44 7700 900123"
    lines = [
        (NIGHT + timedelta(minutes=minutes), stranger if sender == MARA else sender, text)
        for minutes, sender, text in ATTACK
    ]
    chat = chat_of(lines)
    assert takeover_windows(chat, hijack_findings(chat, recovery=False)) == ()


def test_a_friend_who_asks_for_money_in_her_own_way_has_no_window() -> None:
    lines = ordinary(NIGHT - timedelta(days=10), 10)
    lines.append((NIGHT.replace(hour=19), MARA, "omg can you lend me 20 till friday"))
    lines.append((NIGHT.replace(hour=19, minute=1), OWEN, "sure"))
    chat = chat_of(lines)
    found = [finding(chat, "lend me 20", Threat.PAYMENT_REQUEST, Severity.MEDIUM)]
    assert takeover_windows(chat, found) == ()


def test_a_security_notice_alone_makes_no_window() -> None:
    lines = ordinary(NIGHT - timedelta(days=10), 10)
    lines.append((NIGHT, "", f"Your security code with {MARA} changed. Tap to learn more."))
    lines += ordinary(NIGHT + timedelta(hours=14), 2)
    chat = chat_of(lines)
    found = [finding(chat, "security code", Threat.SECURITY_NOTICE, Severity.LOW)]
    assert takeover_windows(chat, found) == ()


def test_an_account_that_went_on_like_this_for_weeks_has_no_window() -> None:
    """A slow fraud by the account's own holder repeats itself; a hijack does not begin weeks before it
    begins.
    """
    lines = ordinary(NIGHT - timedelta(days=40), 8)
    asks = []
    for week in range(4):
        text = f"My dear, the agent asks for fee number {week}, please send 450 to the wallet."
        asks.append(text)
        lines.append((NIGHT - timedelta(days=28 - 7 * week), MARA, text))
        lines += ordinary(NIGHT - timedelta(days=27 - 7 * week), 2)
    chat = chat_of(lines)
    found = [finding(chat, text, Threat.PAYMENT_REQUEST) for text in asks]
    assert takeover_windows(chat, found) == ()


def test_without_notice_and_findings_there_is_no_window() -> None:
    assert takeover_windows(hijacked(notice=False, recovery=False), []) == ()


def test_a_notice_and_other_habits_show_a_takeover_in_a_language_nobody_wrote_phrases_for() -> None:
    chat = hijacked()
    [window] = takeover_windows(chat, [])
    assert chat.text(window.first_message).startswith("Good morning Owen")
    assert chat.text(window.last_message).startswith("I cannot talk")


def test_a_payee_in_other_habits_that_the_owner_disowns_later_shows_a_takeover() -> None:
    chat = hijacked(notice=False)
    [window] = takeover_windows(chat, [])
    assert chat.text(window.first_message).startswith("Good morning Owen")


def test_a_new_phone_with_other_habits_for_good_is_no_takeover() -> None:
    lines = ordinary(NIGHT - timedelta(days=12), 12)
    lines.append((NIGHT, "", f"Your security code with {MARA} changed. Tap to learn more."))
    lines += [
        (time, sender, f"{text.capitalize()}." if sender == MARA else text)
        for time, sender, text in ordinary(NIGHT + timedelta(hours=1), 12)
    ]
    assert takeover_windows(chat_of(lines), []) == ()


def test_a_window_is_a_finding_on_the_messages_of_the_account_inside_it() -> None:
    chat = hijacked()
    found = hijack_findings(chat)
    windows = takeover_windows(chat, found)
    [hand] = takeover_findings(chat, windows, found)
    assert hand.severity is Severity.HIGH
    assert hand.actors == (MARA,)
    assert len(hand.evidence) == sum(sender == MARA for _, sender, _ in ATTACK)
    [silent] = takeover_findings(chat, windows, [])
    assert silent.severity is Severity.HIGH, "many reasons carry the window without any other finding"
    few = [replace(window, basis=window.basis[:3]) for window in windows]
    [weaker] = takeover_findings(chat, few, [])
    assert weaker.severity is Severity.MEDIUM


def test_a_colleague_who_reports_the_lure_is_not_the_account_that_was_taken_over() -> None:
    lines = ordinary(NIGHT - timedelta(days=12), 12)
    lines += [
        (NIGHT, OWEN, "new inquiry came, they sent a list, it asks me to scan a code, https://desk-inquiry.test/list"),
        (NIGHT + timedelta(minutes=40), "", f"Your security code with {MARA} changed. Tap to learn more."),
        (NIGHT + timedelta(hours=6), OWEN, "that was not me, somebody hacked her account"),
    ]
    chat = chat_of(lines)
    found = [
        finding(chat, "scan a code", Threat.MALICIOUS_LINK),
        finding(chat, "hacked her", Threat.WARNING_FROM_OTHERS),
    ]
    assert OWEN not in {window.account for window in takeover_windows(chat, found)}


QUESTIONS = (
    "Good evening to everybody here.",
    "I hope that you are all doing well.",
    "May I ask how many of us there are?",
    "Who keeps the list of addresses?",
    "Thank you for the information.",
    "Are most of you at home during the day?",
    "I would like to know that, please.",
)


def asked_at_night(*said: tuple[int, str, str]) -> Chat:
    """Twelve ordinary evenings, questions before dawn in other habits that ask for nothing, and what others say."""
    lines = ordinary(NIGHT.replace(hour=19, minute=0) - timedelta(days=12), 12)
    lines += [(NIGHT + timedelta(minutes=3 * at), MARA, text) for at, text in enumerate(QUESTIONS)]
    lines += [(NIGHT + timedelta(hours=4, minutes=minutes), sender, text) for minutes, sender, text in said]
    lines += ordinary(NIGHT.replace(hour=19, minute=0) + timedelta(days=1), 2)
    return chat_of(lines)


DOUBT = (0, OWEN, f"that does not sound like {MARA.split()[0]} to me")
CHECKED = (20, "Bea", "i rang her, she has not touched the phone since tuesday, it is not her writing")
ADVICE = (30, "Bea", "don't answer it, i will log it out under linked devices")


def test_doubts_by_first_name_and_other_habits_show_a_takeover_that_asks_for_nothing() -> None:
    chat = asked_at_night(DOUBT, CHECKED, ADVICE)
    [window] = takeover_windows(chat, [])
    assert (chat.text(window.first_message), chat.text(window.last_message)) == (QUESTIONS[0], QUESTIONS[-1])
    found = list(told_findings(chat, [window], []))
    said = {chat.text(item.message) for each in found for item in each.evidence}
    assert said == {DOUBT[2], CHECKED[2], ADVICE[2]}
    assert [each.severity for each in found] == [Severity.MEDIUM] + [Severity.LOW] * (len(found) - 1)


def test_a_doubt_in_jest_and_other_habits_are_no_takeover() -> None:
    assert takeover_windows(asked_at_night(DOUBT, (5, "Bea", "haha she is being posh tonight")), []) == ()


def test_doubts_about_somebody_else_are_no_reason() -> None:
    about_bea = (0, OWEN, "that does not sound like Bea to me")
    assert takeover_windows(asked_at_night((-9, "Bea", "hi"), about_bea, (20, OWEN, CHECKED[2])), []) == ()


@pytest.mark.parametrize("days", [30, 300])
def test_two_changes_of_habits_long_apart_are_looked_at_one_by_one(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ordinary(NIGHT.replace(hour=19, minute=0) - timedelta(days=days), days)
    for night in (NIGHT - timedelta(days=days - 5), NIGHT):
        lines += [(night + timedelta(minutes=3 * at), MARA, text) for at, text in enumerate(QUESTIONS)]
    lines += [
        (NIGHT + timedelta(hours=4, minutes=minutes), sender, text) for minutes, sender, text in (CHECKED, ADVICE)
    ]
    chat = chat_of(sorted(lines, key=lambda line: line[0]))
    asked = [m for m in range(len(chat)) if chat.text(m) in QUESTIONS]
    changes = [
        make_finding(
            chat,
            rule(Threat.BEHAVIOUR_CHANGE),
            part,
            observation="Other habits.",
            inference="It may be another hand.",
            confidence=Confidence.LOW,
        )
        for part in (asked[: len(QUESTIONS)], asked[len(QUESTIONS) :])
    ]
    read: list[int] = []

    def counted(chat: Chat, messages: NDArray[np.int64]) -> Habits:
        read.append(len(messages))
        return read_habits(chat, messages)

    monkeypatch.setattr(stretch, "read_habits", counted)
    takeover_windows(chat, changes)
    assert len(read) >= 2
    assert max(read) <= len(QUESTIONS) + 2 * 3 * 21 + 3  # the questions, and three messages a day for 21 days around
