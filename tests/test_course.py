"""All that an account wrote, together with what others wrote around it, tells a play from an honest account."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from importlib.resources import files

import numpy as np
import pytest
from incident_chats import chat_of

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, course, episodes
from wa_forensics.context.course import GROUPS, LIMIT, NAME, course_columns, courses, lines_of_accounts, plays
from wa_forensics.search import Hits, lexicon
from wa_forensics.vocabulary import Concept

START = datetime(2026, 3, 14, 18, 0)
LEADER = "Mentor Ilias"
# A saved contact who makes others invest, in words of which the phrases hear next to nothing.
GROUP: Sequence[tuple[str, str]] = (
    ("Nadia", "who is this Ilias, who added us here?"),
    (LEADER, "Good evening friends, tonight's plan is up https://orion-desk.example/plan"),
    (LEADER, "Whoever tops up 200 USDT before nine doubles the balance by Friday, profit is paid out daily"),
    (LEADER, "Hurry, seats are limited and the bonus ends tonight"),
    ("Peter H", "withdrew 480 today, thank you mentor, best decision of my life"),
    ("Nadia", "is that real? I never got my money back from the last one"),
    (LEADER, "Nadia your deposit is safe, only the tax of 15% is open, pay it and your wallet opens at once"),
    (LEADER, "Send the receipt to my assistant as soon as you have paid"),
    ("Peter H", "paid, my balance went up to 1900"),
    (LEADER, "Who hesitates loses, the market opens in one hour"),
    ("Nadia", "my bank says this is a fraud and I should call the police"),
)
# Honest people who write about money, links and a new phone.
CLUB: Sequence[tuple[str, str]] = (
    ("Nadia", "did everybody get the invoice for the pitch?"),
    ("Ilias K", "yes, 40 each, I paid it yesterday"),
    ("Peter H", "same, the link is https://pitch-booking.example/april"),
    ("Ilias K", "thanks Peter! who brings the balls on Friday?"),
    ("Nadia", "me, and my sister comes along"),
    ("Ilias K", "great, see you at seven. Nadia, your deposit comes back next week"),
    ("Peter H", "no hurry from my side"),
    ("Ilias K", "the bank was slow again :) transferred it now"),
)


def spoken(lines: Sequence[tuple[str, str]], apart: timedelta = timedelta(minutes=7)) -> Chat:
    return chat_of((START + apart * n, sender, text) for n, (sender, text) in enumerate(lines))


def hearing(chat: Chat, *concepts: Concept) -> Chat:
    """The chat as it is where only phrases of these concepts are heard, before anything was made of the others."""
    hits, phrases = chat.spoken, lexicon().phrases
    codes = [phrases.concept_names.index(concept.value) for concept in concepts]
    kept = np.isin(phrases.concept_codes[hits.phrases], codes)
    chat.__dict__["spoken"] = Hits(messages=hits.messages[kept], phrases=hits.phrases[kept], weights=hits.weights[kept])
    return chat


@pytest.fixture(scope="module")
def group() -> Chat:
    return spoken(GROUP)


def by_name(chat: Chat) -> Mapping[str, float]:
    return {chat.senders[sender]: found.odds for sender, found in courses(chat).items()}


def test_a_play_reads_like_one_as_a_whole_and_honest_people_do_not(group: Chat) -> None:
    assert by_name(group)[LEADER] >= LIMIT
    assert all(odds < 0 for odds in by_name(spoken(CLUB)).values())


def test_the_course_carries_a_stretch_that_its_signs_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = hearing(spoken(GROUP), Concept.URGENCY, Concept.DEADLINE_THREAT)
    (leading,) = [e for e in episodes(chat) if chat.senders[e.sender] == LEADER]
    assert leading.score >= MEDIUM
    (signal,) = [s for s in leading.signals if s.name == NAME]
    assert any(group_name in str(signal.detail) for group_name in GROUPS.values())
    monkeypatch.setattr("wa_forensics.context.course.LIMIT", 99.0)
    without = hearing(spoken(GROUP), Concept.URGENCY, Concept.DEADLINE_THREAT)
    assert not any(e.score >= MEDIUM for e in episodes(without))


def test_what_the_groups_of_features_add_is_all_there_is(group: Chat) -> None:
    constant = course.weights()[0]
    for found in courses(group).values():
        assert constant + sum(worth for _, worth in found.parts) == pytest.approx(found.odds)
        assert {name for name, _ in found.parts} == set(GROUPS)


def test_every_feature_has_a_weight_that_comes_with_the_program(group: Chat) -> None:
    shipped = json.loads(files("wa_forensics").joinpath("wording", "data", "course.json").read_text("utf-8"))
    assert list(shipped["weights"]) == list(course_columns(group))


def test_who_writes_little_much_or_without_any_sign_is_not_judged(group: Chat) -> None:
    names = [group.senders[account.sender] for account in lines_of_accounts(group)]
    assert LEADER in names
    little = spoken([*GROUP[:2], *(line for line in GROUP if line[0] != LEADER)])
    assert LEADER not in [little.senders[account.sender] for account in lines_of_accounts(little)]
    much = spoken([*GROUP, *[(LEADER, f"good morning {n}") for n in range(course.MOST)]])
    assert LEADER not in [much.senders[account.sender] for account in lines_of_accounts(much)]
    assert courses(spoken([("Ana", "hello"), ("Bo", "hi"), ("Ana", "coffee?"), ("Bo", "yes"), ("Ana", "eight")])) == {}


def test_the_order_of_accounts_and_other_accounts_far_away_change_nothing(group: Chat) -> None:
    long_before = chat_of(
        [
            *((START - timedelta(days=400 - n), "Early", f"word {n}") for n in range(60)),
            *((START + timedelta(minutes=7) * n, sender, text) for n, (sender, text) in enumerate(GROUP)),
        ]
    )
    apart = dict(courses(long_before)[long_before.senders.index(LEADER)].parts)
    alone = dict(courses(group)[group.senders.index(LEADER)].parts)
    # Only how an account came depends on what was long before it.
    assert {k: apart[k] for k in apart if k != "who"} == pytest.approx({k: alone[k] for k in alone if k != "who"})


def test_an_account_with_a_history_is_no_newcomer_with_a_play() -> None:
    calm = [(START - timedelta(days=90 - n), LEADER, f"match {n} was good") for n in range(40)]
    lines = [(START + timedelta(minutes=7) * n, sender, text) for n, (sender, text) in enumerate(GROUP)]
    chat = chat_of([*calm, *lines])
    leading = [e for e in episodes(chat) if chat.senders[e.sender] == LEADER and e.messages[0] >= len(calm)]
    assert not any(s.name == NAME for e in leading for s in e.signals)
    assert isinstance(plays(chat), frozenset)
