"""What lines of a suspicious stretch are about is told by their words and place, where no phrase tells it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from incident_chats import chat_of

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, Episode, episodes
from wa_forensics.context.kinship import matters
from wa_forensics.context.matter import ABOUT, LIMIT, likely, matter_columns, weights
from wa_forensics.detectors import payment_request
from wa_forensics.model import Severity
from wa_forensics.vocabulary import Concept

START = datetime(2026, 3, 14, 18, 0)
UNKNOWN = "+44 7700 900123"
LINES = (
    (UNKNOWN, "Hi mum it's me, I dropped my phone, this is my new number, save it and delete the old one"),
    ("Mum", "oh no love, are you alright?"),
    (UNKNOWN, "yes but the bank app does not work on this one"),
    (UNKNOWN, "could you settle a bill of 940 pounds for me today? I will pay you back tomorrow"),
    ("Mum", "to whom?"),
    (UNKNOWN, "Sort code 20-00-00 account 55779911, name K Doyle"),
    (UNKNOWN, "tell me when the 940 has left your account"),
)


@pytest.fixture(scope="module")
def chat() -> Chat:
    return chat_of((START + timedelta(minutes=3) * n, sender, text) for n, (sender, text) in enumerate(LINES))


@pytest.fixture(scope="module")
def attack(chat: Chat) -> Episode:
    (found,) = [e for e in episodes(chat) if e.score >= MEDIUM]
    return found


def test_every_feature_has_a_weight_for_each_matter(chat: Chat, attack: Episode) -> None:
    lines = sorted(matters(chat, attack))
    columns = matter_columns(chat, attack, lines)
    constant, weight_of = weights()
    assert list(columns) == list(weight_of)
    assert {len(column) for column in columns.values()} == {len(lines)}
    assert {worth.shape for worth in weight_of.values()} == {constant.shape} == {(len(ABOUT),)}


def test_what_is_about_money_is_and_hello_is_about_the_number(chat: Chat, attack: Episode) -> None:
    money = likely(chat, attack, {Concept.PAYMENT_REQUEST, Concept.FAMILY_EMERGENCY})
    assert {3, 5, 6} <= set(money)
    assert likely(chat, attack, {Concept.NEW_NUMBER})[0] == 0
    assert likely(chat, attack, {Concept.REMOTE_ACCESS}) == []


def test_a_line_is_named_from_the_limit_on(chat: Chat, attack: Episode) -> None:
    lines = sorted(matters(chat, attack))
    constant, weight_of = weights()
    odds = constant + sum(
        column[:, None] * weight_of[name] for name, column in matter_columns(chat, attack, lines).items()
    )
    chance = 1 / (1 + np.exp(-odds))
    for at, matter in enumerate(ABOUT):
        above = [m for m, own in zip(lines, chance[:, at] >= LIMIT, strict=True) if own]
        assert likely(chat, attack, {matter}) == above


def test_other_lines_of_a_matter_are_one_low_finding_that_claims_no_more_than_it_sees(chat: Chat) -> None:
    low = [f for f in payment_request.detect(chat) if f.severity is Severity.LOW]
    (other,) = [f for f in low if "other lines in a suspicious stretch" in str(f.observation)]
    assert "may belong" in str(other.inference)
    elsewhere = {item.message for finding in low if finding is not other for item in finding.evidence}
    assert elsewhere.isdisjoint(item.message for item in other.evidence)
