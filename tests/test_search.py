"""Folding, phrases and the one scan: nothing is lost to disguise, and the scan finds what expressions alone would."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsing_texts import parsed

from wa_forensics.chat import SEARCHED_BYTES
from wa_forensics.errors import SettingsError
from wa_forensics.locales.people import FOLDER, compile_people, read_language
from wa_forensics.search import (
    Lexicon,
    Phrase,
    PhraseError,
    compile_phrase,
    fold,
    fold_messages,
    lexicon,
    scan_messages,
)
from wa_forensics.search.fold import Folded
from wa_forensics.vocabulary import Concept

CHATS = Path(__file__).parents[1] / "benchmarks" / "labelled_chats"
ASK = "send me the (verification)? code|otp"


def folded(*texts: str, words: frozenset[str] = frozenset()) -> Folded:
    data = b"".join(text.encode() + b"\n" for text in texts)
    sizes = np.array([len(text.encode()) for text in texts], dtype=np.int64)
    start = np.concatenate(([0], np.cumsum(sizes + 1)))[:-1].astype(np.int64)
    return fold_messages(data, start, start + sizes, np.arange(len(texts), dtype=np.int64), lambda: words)


def found(phrase: str, *texts: str) -> list[int]:
    finder = Lexicon([compile_phrase(phrase)])
    return sorted(set(finder.scan(folded(*texts, words=finder.words)).messages.tolist()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PLEEEASE  send!!", "please send!"),
        ("stra\u00dfe caf\u00e9 \u0130stanbul", "strase cafe istanbul"),
        ("S\u0435nd m\u0435 th\u0435 c\u043ed\u0435", "send me the code"),
        ("se\u200bnd \u2066me\u2069 the co\u00adde", "send me the code"),
        ("\U0001d412\U0001d41e\U0001d427\U0001d41d \uff4d\uff45 \u0661\u0662\u0663", "send me 123"),
        (
            "\u0623\u0631\u0633\u0650\u0644 \u0627\u0644\u0631\u0651\u0645\u0632",
            "\u0627\u0631\u0633\u0644 \u0627\u0644\u0631\u0645\u0632",
        ),
        ("\u20b9 1,200.50 now", "$ 1 200.50 now"),
        ("", ""),
    ],
)
def test_case_accents_look_alikes_and_invisible_marks_do_not_count(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_numbers_are_read_as_words_only_where_many_words_hold_digits() -> None:
    def readings(text: str) -> list[str]:
        rows = folded(text)
        return [rows.data[a:b].decode() for a, b in zip(rows.starts.tolist(), rows.ends.tolist(), strict=True)]

    assert "i ned you to send the code" in readings("1 n33d y0u 70 53nd 7h3 c0d3")
    assert not any("gate to" in reading for reading in readings("gate 70 closes at 5, s33 you"))


@given(st.lists(st.text(max_size=40).map(lambda t: t.replace("\x00", " ")), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_rows_folded_together_are_the_texts_folded_alone(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    rows = folded(*texts)
    for row in range(len(texts)):
        message = int(rows.messages[row])
        assert rows.data[rows.starts[row] : rows.ends[row]].decode() == fold(texts[message])


def test_a_line_break_at_the_beginning_of_a_text_stays_whatever_lies_before_it() -> None:
    rows = folded("a", "\nb", "\u00e9", "\n\u00df")
    found = [rows.data[a:b].decode() for a, b in zip(rows.starts.tolist(), rows.ends.tolist(), strict=True)]
    assert sorted(found) == sorted(["a", "\nb", "e", "\ns"])


@pytest.mark.parametrize(
    "text",
    [
        "send me the code",
        "SEND  ME, the OTP!",
        "s3nd m3 7h3 c0d3",
        "$end me the c0de",
        "s e n d   m e   t h e   c o d e",
        "s e n d m e t h e c o d e",
        "s.e.n.d  m.e  t.h.e  c.o.d.e",
        "se\u200bnd me t\u200dhe co\ufeffde",
        "s\u0435nd m\u0435 th\u0435 c\u043ed\u0435",
        "seeend meee the verification coode",
    ],
)
def test_no_common_disguise_hides_a_phrase(text: str) -> None:
    assert found(ASK, "good morning", text, "see you") == [1]


@pytest.mark.parametrize(
    ("phrase", "text", "match"),
    [
        ("call (me|us)? back", "please call back", True),
        ("call (me|us)? back", "call them back", False),
        ("invest* now", "investing now", True),
        ("*code now", "passcode now", True),
        ("code now", "passcode now", False),
        ("pay _ today", "pay rent today", True),
        ("pay _ today", "pay the rent today", False),
        ("pay ... today", "pay the whole rent by bank today", True),
        ("pay ... today", "pay the rent. Come today", False),
        ("pay ... today", "pay the rent\ntoday", False),
        ("code is <code>", "the code is 482 913", True),
        ("code is <code>", "the code is 48", False),
        ("send <money>", "send 1,200.50 eur", True),
        ("send <money>", "send \u20ac30", True),
        ("send <money>", "send 30 apples", False),
        ("open <link>", "open https://pay.example/x", True),
        ("dial <starcode>", "dial **21*07700900123#", True),
        ("dial <starcode>", "dial *401*+91 98765 00000", True),
        ("dial <starcode>", "dial 0612345621", False),
        ("dial <starcode>", "dial *21#", False),
        ("don't pay", "dont pay", True),
        ("don't pay", "don\u2019t pay", True),
        ("e-mail me", "email me", True),
        ("\u9a8c\u8bc1\u7801", "\u8bf7\u628a\u9a8c\u8bc1\u7801\u53d1\u7ed9\u6211", True),
    ],
)
def test_the_grammar_of_phrases(phrase: str, text: str, match: bool) -> None:
    assert found(phrase, text) == ([0] if match else [])


@pytest.mark.parametrize("phrase", ["(send|give", "...", "<code>", "send <nothing>", "()", "dial *21*"])
def test_a_phrase_that_breaks_the_grammar_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        compile_phrase(phrase)


def test_a_phrase_does_not_match_across_messages() -> None:
    assert found("send the code", "please send", "the code") == []


def test_the_scan_finds_what_every_expression_alone_would_find() -> None:
    texts = [
        "Hello sorry, I sent you a 6 digit code by mistake, can you send it to me please? It's urgent",
        "mam prosbe, podaj kod blik",
        "hola, me pasas el codigo que te llego por sms?",
        "Our bank account is under audit, kindly pay to the new account today",
        "see you at 8, bring the keys",
        "mera accident ho gaya hai, 45,000 jama karwane hain",
        "don't pay, it's a scam, I called him",
        "join our VIP group, guaranteed profit 20% daily",
        "17an besok, ikut ya",
        "you need to pay 20% income tax first",
        "share it with 12 friends bonga gift25.example claim",
    ]
    rows = folded(*texts)
    everything = lexicon()
    expected = {
        (int(rows.messages[row]), phrase)
        for phrase, item in enumerate(everything.phrases)
        for row in range(len(rows.starts))
        if re.compile(item.expression).search(rows.data, int(rows.starts[row]), int(rows.ends[row]))
    }
    hits = everything.scan(rows)
    assert set(zip(hits.messages.tolist(), hits.phrases.tolist(), strict=True)) == expected
    assert expected


def test_the_compiled_phrases_are_in_step_with_their_sources() -> None:
    for path, text in compile_people().items():
        assert path.read_text("utf-8") == text


def test_the_table_gives_every_phrase_back_as_it_was_compiled() -> None:
    phrases = [phrase for path in sorted(FOLDER.glob("*.toml")) for phrase in read_language(path)]
    assert list(lexicon().phrases) == phrases


def test_every_language_file_names_only_known_concepts() -> None:
    for path in sorted(FOLDER.glob("*.toml")):
        phrases = read_language(path)
        assert {phrase.concept for phrase in phrases} <= {concept.value for concept in Concept}
        assert {phrase.language for phrase in phrases} == {path.stem}


def test_a_wrong_phrase_in_a_language_file_is_named(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "xx.toml"
    path.write_text('language = "xx"\n[phrases]\nurgency = ["..."]\nnonsense = ["now now"]\n', "utf-8")
    with pytest.raises(SettingsError, match="nonsense"):
        read_language(path)


def test_hostile_text_cannot_make_the_scan_slow() -> None:
    hostile = ["send the the the the the " * 400, "pay 1 2 3 4 5 6 7 8 9 " * 400, "a " * 4000, "http://" * 2000]
    begin = time.process_time()
    lexicon().scan(folded(*hostile))
    assert time.process_time() - begin < 20


def test_which_anchors_are_demanded_changes_no_hit() -> None:
    chats = sorted(CHATS.glob("*.txt"))
    rows = folded(*(line for path in chats for line in path.read_text("utf-8").splitlines()))
    everything = lexicon()

    def found_by(finder: Lexicon) -> set[tuple[int, int]]:
        hits = finder.scan(rows)
        return set(zip(hits.messages.tolist(), hits.phrases.tolist(), strict=True))

    whole, table = found_by(everything), everything.phrases
    assert len(whole) > 1000
    assert found_by(everything.tuned(rows)) == whole
    for anchor in (0, 9):  # the first of each phrase alone, the last alone
        demanded = np.zeros(len(table.sets), dtype=bool)
        demanded[table.first[:-1] + np.minimum(anchor, np.diff(table.first) - 1)] = True
        assert found_by(Lexicon(table, demanded)) == whole


def test_phrases_keep_language_concept_and_weight() -> None:
    phrase: Phrase = compile_phrase("send the code", concept="code_request", language="en", weight=1.5)
    assert (phrase.concept, phrase.language, phrase.weight) == ("code_request", "en", 1.5)


def test_the_size_of_the_blocks_changes_no_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["send me the code", "", "p\u0101y n\u014dw", "s e n d  m e  the c o d e", "\U0001f600", "send the otp"] * 7
    data = b"\n\n".join(text.encode() for text in texts)
    sizes = np.array([len(text.encode()) for text in texts], dtype=np.int64)
    start = np.concatenate(([0], np.cumsum(sizes + 2)[:-1])).astype(np.int64)
    chosen = np.array([m for m in range(len(texts)) if m % 5 != 3 or m % 2], dtype=np.int64)
    finder = lexicon()

    def hits() -> list[tuple[int, int]]:
        made = scan_messages(data, start, start + sizes, chosen, finder, lambda: finder.words)
        return list(zip(made.messages.tolist(), made.phrases.tolist(), strict=True))

    whole = hits()
    assert len({message for message, _ in whole}) > 10
    for size in (1, 40, 100):
        monkeypatch.setattr("wa_forensics.search.rows.BLOCK", size)
        assert hits() == whole


def test_a_long_text_is_searched_in_pieces_with_the_same_hits(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "please send me the code 482913 now, pay $500 to a.example or 12 euros " * 40
    said = "".join(f"13/01/2024, 09:{i:02} - Asha: {text}{i}\n" for i in range(10))
    whole = parsed(said).spoken
    for size in (64, 333, 4096):
        monkeypatch.setattr("wa_forensics.search.scan.PIECE", size)
        pieces = parsed(said).spoken
        assert pieces.messages.tolist() == whole.messages.tolist()
        assert pieces.phrases.tolist() == whole.phrases.tolist()
    assert len(whole.messages)


def test_a_message_longer_than_any_of_the_app_is_searched_to_a_bound_and_kept_whole() -> None:
    filler = "ab\u20ac " * (SEARCHED_BYTES // 6)
    lines = ["Asha: send me the code you got", f"Ravi: {filler}send me the code you got", "Asha: ok"]
    chat = parsed("".join(f"13/02/2024, 16:05 - {line}\n" for line in lines))
    assert chat.search("send me the code").tolist() == [0]
    assert chat.text(1).endswith("you got") and chat.searched_text(1) == chat.text(1)[: len(chat.searched_text(1))]
    assert len(chat.searched_text(1)) < len(chat.text(1)) and chat.searched_text(0) == chat.text(0)
    (searched,) = chat.raw_texts(np.array([1]))
    assert SEARCHED_BYTES - 3 < len(searched) <= SEARCHED_BYTES
    assert (searched + b"\x00").decode().startswith("ab")
    (note,) = [note for note in chat.notes if "only so much of it was searched" in note]
    assert note.startswith("1 message has more than 1,048,576 bytes")
