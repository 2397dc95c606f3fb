"""Phrases of a language nobody writes in a chat do not count; a message in that language does."""

from __future__ import annotations

import numpy as np
import pytest

from wa_forensics.analysis import example_chat
from wa_forensics.model import Example
from wa_forensics.search import lexicon, words_of_languages
from wa_forensics.search.languages import tongues_of

TALK = (
    ("Ana", "are you there, this is what we have to do for the party"),
    ("Ben", "yes it is, can you get the scan of the code on the way to me"),
    ("Ana", "just do not tell them that we are late"),
)


def languages(*messages: tuple[str, str]) -> set[str]:
    chat = example_chat(Example(messages=messages))
    return {lexicon().phrases[phrase].language for phrase in chat.spoken.phrases.tolist()}


def test_an_english_chat_holds_no_phrases_of_other_languages() -> None:
    assert languages(*TALK) == {"en"}


def test_a_single_message_in_another_language_counts() -> None:
    found = languages(*TALK, ("Ana", "Das ist mein neues Handy, kannst du mir bitte den Code schicken"))
    assert "de" in found


def test_another_script_is_heard_at_once() -> None:
    assert "ru" in languages(*TALK, ("Ana", "скинь мне код из смс"))


def test_texts_counted_together_count_as_each_alone() -> None:
    words = words_of_languages()
    others = ["", "Das ist nicht mein Handy\nund du", "1234 !?", "it's what we're \ufffd for", "я не"]
    texts = [text for _, text in TALK] + others
    together = words.count([text.encode() for text in texts])
    assert together.tolist() == [words.count([text.encode()])[0].tolist() for text in texts]
    assert together[0, words.languages.index("en")] > 3 and not together[5].any()


def test_a_word_that_languages_share_is_heard_once_and_weighs_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    message = ("Ana", "bhai yeh invoice hai na, mujhe woh code bhej do jaldi, aap ko kya chahiye")
    chat = example_chat(Example(messages=(*TALK * 4, message)))

    def heaviest() -> dict[tuple[int, str], float]:
        found: dict[tuple[int, str], float] = {}
        hits = tongues.kept(chat._scan(lexicon()), lexicon(), chat.raw_texts)
        for at, phrase, weight in zip(
            hits.messages.tolist(), hits.phrases.tolist(), hits.weights.tolist(), strict=True
        ):
            key = (at, lexicon().phrases.concepts[phrase])
            found[key] = max(found.get(key, 0.0), weight)
        counted.append(len(hits.phrases))
        return found

    tongues = tongues_of(lexicon(), words_of_languages(), chat.raw_texts, np.flatnonzero(chat.written))
    assert tongues is not None
    counted: list[int] = []
    once = heaviest()
    monkeypatch.setattr("wa_forensics.search.languages._repeated", lambda *given: np.zeros(len(given[3]), dtype=bool))
    assert heaviest() == once
    # The code is asked for in Hindi beside the English words, and the invoice is named in both.
    assert {"code_request", "invoice"} <= {concept for _, concept in once}
    assert counted[0] < counted[1]


def test_phrases_that_are_not_looked_for_would_not_have_counted() -> None:
    mixed = (
        *TALK * 4,
        ("Ana", "bhai yeh invoice hai na, mujhe woh code bhej do jaldi"),
        ("Ben", "Das ist mein neues Handy, kannst du mir bitte den C o d e schicken"),
        ("Ana", "скинь мне код из смс"),
        ("Ben", "pay me 50 euros, p4y me now, click www.bank.example"),
    )
    chat = example_chat(Example(messages=mixed))
    tongues = tongues_of(lexicon(), words_of_languages(), chat.raw_texts, np.flatnonzero(chat.written))
    assert tongues is not None
    everything = chat._scan(lexicon())
    kept, found = tongues.kept(everything, lexicon(), chat.raw_texts), chat.spoken
    assert len(found.phrases) < len(everything.phrases)
    assert (kept.messages.tolist(), kept.phrases.tolist()) == (found.messages.tolist(), found.phrases.tolist())


def test_a_large_chat_is_searched_whole_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The languages of single messages save work; they decide nothing."""
    said = (*(("Ana", "please see whether the boxes are at the door, thank you and good night"),) * 40,
            ("Ana", "schick mir bitte den code den du gerade bekommen hast"))  # fmt: skip
    found = example_chat(Example(messages=said)).spoken
    monkeypatch.setattr("wa_forensics.chat.READ_BY_LANGUAGE", 0)
    large = example_chat(Example(messages=said)).spoken
    assert len(found.messages)
    assert np.array_equal(found.messages, large.messages)
    assert np.array_equal(found.phrases, large.phrases)
