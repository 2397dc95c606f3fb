"""The behaviour model: another hand is found, ordinary variation is not, and the numbers are what they claim."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from wa_forensics import behaviour
from wa_forensics.behaviour import generic, hands, windows
from wa_forensics.behaviour.change import verbal
from wa_forensics.behaviour.grams import mask_foreign, read_grams, read_points
from wa_forensics.behaviour.marks import read_marks
from wa_forensics.behaviour.ratios import count_features
from wa_forensics.behaviour.styled import Texts, styled
from wa_forensics.behaviour.writers import SIZES, make_sample, quotas
from wa_forensics.chat import Chat
from wa_forensics.evidence import raw_text
from wa_forensics.model import Severity, Threat
from wa_forensics.parsing import parse_text

CASUAL = [
    "yeah",
    "nah",
    "cant",
    "tonight",
    "lol",
    "dinner",
    "later",
    "maybe",
    "tmrw",
    "gonna",
    "ring",
    "u",
    "soon",
    "ok",
    "haha",
    "thx",
    "bus",
    "late",
    "again",
    "so",
    "tired",
]
FORMAL = [
    "Good",
    "Kindly",
    "Please",
    "transfer",
    "immediately.",
    "regarding",
    "dear,",
    "Therefore",
    "the",
    "amount:",
    "confirm,",
    "Sincerely,",
]
PLAIN = [
    "We",
    "should",
    "meet",
    "at",
    "the",
    "station,",
    "I",
    "think.",
    "Is",
    "Anna",
    "coming?",
    "Bring",
    "the",
    "blue",
    "bag",
    "and",
    "two",
    "tickets,",
    "please!",
]


GERMAN = [
    "Ich komme heute etwas später nach Hause, wartet nicht auf mich",
    "Das ist doch gar kein Problem für uns, wir haben Zeit",
    "Hast du schon gegessen oder soll ich dir etwas mitbringen?",
    "Ich weiß nicht, ob ich morgen kommen kann, ich muss noch arbeiten",
    "Wir sehen uns dann am Bahnhof, ich rufe dich an, wenn ich da bin",
    "Kannst du mir bitte die Nummer von deiner Schwester schicken?",
    "Nein, das habe ich nicht gesagt, aber es ist auch nicht so wichtig",
    "Was machst du am Wochenende? Hast du Lust auf einen Film?",
    "Danke, dass du an mich gedacht hast, das war sehr nett von dir",
    "Ich bin gerade im Bus und habe kein gutes Netz, bis gleich",
    "Sag ihm, dass er sich keine Sorgen machen soll, alles ist gut",
    "Wie lange dauert es noch? Ich warte schon seit einer Stunde hier",
]
ENGLISH = [
    "I will be home a bit later today, don't wait for me",
    "That is no problem at all for us, we have time",
    "Have you had dinner or should I bring you something?",
    "I don't know if I can come tomorrow, I still have to work",
    "See you at the station then, I will call you when I am there",
    "Can you please send me the number of your sister?",
    "No, I didn't say that, but it is not so important anyway",
    "What are you doing at the weekend? Do you want to see a film?",
    "Thanks for thinking of me, that was very nice of you",
    "I am on the bus now and the signal is not good, see you soon",
    "Tell him that he should not worry, everything is fine",
    "How long will it take? I have been waiting here for an hour",
]


def _say(words: list[str], draw: random.Random) -> str:
    return " ".join(draw.choice(words) for _ in range(draw.randrange(4, 10)))


def _chat(messages: list[tuple[str, str]]) -> Chat:
    moment = datetime(2024, 3, 14, 9, 0)
    lines = []
    for sender, text in messages:
        moment += timedelta(minutes=7)
        lines.append(f"{moment:%d/%m/%Y, %H:%M} - {sender}: {text}\n")
    return _parsed("".join(lines))


def _parsed(export: str) -> Chat:
    buffer = export.encode()
    return parse_text(raw_text(Path("chat.txt"), buffer), date_order="DMY")


def _talk(own: int, strange: range, seed: int = 3) -> Chat:
    draw = random.Random(seed)
    messages = []
    for i in range(own):
        messages.append(("Mira", _say(FORMAL if i in strange else CASUAL, draw)))
        messages.append(("Tobias", _say(PLAIN, draw)))
    return _chat(messages)


def _texts(items: list[str]) -> Texts:
    data = [item.encode() for item in items]
    size = np.array([len(d) for d in data])
    end = np.cumsum(size)
    return Texts(
        buffer=np.frombuffer(b"".join(data) + b"\n", dtype=np.uint8),
        start=end - size,
        end=end,
        sender=np.zeros(len(items), dtype=np.int64),
        message=np.arange(len(items)),
    )


def test_another_hand_in_a_long_history_is_found_where_it_is() -> None:
    chat = _talk(320, range(200, 220))
    found = [f for f in behaviour.detect(chat) if f.actors == ("Mira",)]
    assert found
    first, last = found[0].details["first_message"], found[0].details["last_message"]
    assert abs(int(str(first)) - 400) <= 8 and abs(int(str(last)) - 438) <= 8
    assert found[0].severity == Severity.MEDIUM


def test_another_hand_in_a_short_history_is_weak_evidence() -> None:
    chat = _talk(70, range(40, 52))
    found = [f for f in behaviour.detect(chat) if f.actors == ("Mira",)]
    assert found and found[0].severity == Severity.LOW
    assert "short" in found[0].inference


def test_one_hand_throughout_gives_no_finding() -> None:
    for own in (70, 320):
        assert list(behaviour.detect(_talk(own, range(0)))) == []


def test_too_little_history_is_said_and_not_judged() -> None:
    chat = _talk(10, range(0))
    profiles = behaviour.profiles(chat)
    assert [p.testable for p in profiles] == [False, False]
    assert "minimum" in profiles[0].reason


def test_style_alone_is_at_most_medium() -> None:
    assert behaviour.RULE.severity == Severity.MEDIUM
    found = list(behaviour.detect(_talk(320, range(100, 140))))
    assert found and all(f.severity <= Severity.MEDIUM for f in found)


def test_evidence_for_a_given_stretch_is_high_inside_and_low_outside() -> None:
    chat = _talk(320, range(200, 220))
    result = behaviour.analyze(chat)
    code = chat.sender_code("Mira")
    inside = behaviour.window_evidence(result, code, 400, 438)
    outside = behaviour.window_evidence(result, code, 100, 138)
    assert inside is not None and outside is not None and inside > 0 > outside
    assert behaviour.window_evidence(result, code, 401, 401) is None


def test_links_numbers_repeats_and_code_carry_no_style() -> None:
    template = "Your order is ready for collection at the shop"
    items = ["http://a.example/x", "hello there", template, template, "x = {a: [1, 2]; b: (3, 4)}; if (a == b) {};"]
    _, kept = styled(_texts(items))
    assert kept.tolist() == [1, 2]


def test_numbers_links_and_mentions_are_masked_before_hashing() -> None:
    texts = _texts(["pay 123 at www.a.example now @Anna", "pay 987 at www.other.example now @Ben"])
    plain, linked = mask_foreign(read_points(texts.buffer, texts.start, texts.end))
    grams = read_grams(plain)
    half = int(grams.char_first[1])
    assert linked.tolist() == [True, True]
    assert np.array_equal(grams.chars[:half], grams.chars[half:])


def test_features_of_a_text_do_not_depend_on_its_neighbours() -> None:
    def features(items: list[str], at: int) -> tuple[list[int], list[int]]:
        texts = _texts(items)
        grams = read_grams(read_points(texts.buffer, texts.start, texts.end))
        one = hands.texts_between(grams, at, at + 1)
        return one.chars.ravel().tolist(), one.words.ravel().tolist()

    assert features(["आज नहीं", "ok Fine"], 1) == features(["ok Fine"], 0)
    assert features(["ok Fine", "आज नहीं"], 1) == features(["आज नहीं"], 0)


def test_a_text_cut_inside_a_character_is_cut_before_it() -> None:
    texts = _texts(["न" * 400])
    points = read_points(texts.buffer, texts.start, texts.end)
    assert set(points.code.tolist()) == {0, ord("न")}


def test_stretches_that_are_reported_do_not_overlap() -> None:
    score = np.random.default_rng(1).normal(-1, 1, 300)
    best, size = windows.scan([score], [], windows.steadiness(score), windows.read_calibration().tail)
    found = windows.strongest(best, size)
    spans = sorted((s.first, s.last) for s in found)
    assert len(found) == 3
    assert all(a[1] < b[0] for a, b in pairwise(spans))


def test_strange_neighbours_take_strength_from_a_stretch() -> None:
    sharp = np.full(200, -2.0)
    sharp[100:120] = 2.0
    slow = sharp.copy()
    slow[[*range(80, 100), *range(120, 140)]] = 1.0
    at = np.array([100])
    one, other = (float(windows.strangeness(score, at, 20, (-2.0, 0.5))[0]) for score in (sharp, slow))
    assert other < one
    calm = np.where(slow == 1.0, -3.0, slow)
    assert float(windows.strangeness(calm, at, 20, (-2.0, 0.5))[0]) == one


def test_a_take_over_longer_than_any_stretch_does_not_hide_itself() -> None:
    score = np.full(400, -2.0)
    score[100:300] = 4.0
    inside = windows.strangeness(score, np.array([180]), 20, (-2.0, 0.5))
    assert float(inside[0]) > float(windows.strangeness(score, np.array([20]), 20, (-2.0, 0.5))[0]) + 3


def test_a_stretch_is_judged_where_a_fold_holds_it_whole() -> None:
    tracks = [np.full(12, value) for value in (1.0, 2.0, 6.0)]
    folds = [np.repeat([0, 1], [at, 12 - at]) for at in (4, 8, 10)]
    first, length = np.array([0, 2, 5, 2]), np.array([4, 5, 3, 10])
    # Whole in all, cut by the first border, whole in all, cut by all: there the highest counts.
    assert windows.joined([track[first] for track in tracks], folds, first, first + length - 1).tolist() == [3, 4, 3, 6]


def test_every_stretch_scanned_has_the_value_of_a_given_one() -> None:
    draw = np.random.default_rng(2)
    tracks, tail = draw.normal(-1, 1, (3, 90)), windows.read_calibration().tail
    folds = [np.arange(90) * folds // 90 for folds in (3, 4, 5)]
    best, size = windows.scan(tracks, folds, (-1.0, 0.4), tail)
    for first in range(86):
        alone = windows.ratio_of(tracks, folds, first, first + int(size[first]), (-1.0, 0.4), tail)
        assert np.isclose(alone, best[first], rtol=0, atol=1e-9)


def test_quotas_share_a_sample_fairly() -> None:
    assert quotas(np.array([5, 100, 100]), 45).tolist() == [5, 20, 20]


def test_factors_are_rounded_and_capped() -> None:
    assert verbal(3.0) == ("about 20", "moderate support")
    assert verbal(40.0) == ("more than 1,000", "very strong support")


def test_the_same_chat_gives_the_same_findings_twice() -> None:
    chat = _talk(320, range(200, 220))
    assert list(behaviour.detect(chat)) == list(behaviour.detect(chat))


def _shop(hands: list[list[str]], turns: int, signs: tuple[str, ...] = ("", "")) -> Chat:
    """An account whose sittings of six messages are written by the hands in turn, hours apart."""
    draw = random.Random(11)
    moment = datetime(2024, 3, 1, 9, 0)
    lines = []
    for turn in range(turns):
        moment += timedelta(hours=3)
        hand = turn % len(hands)
        for _ in range(6):
            moment += timedelta(minutes=2)
            text = _say(hands[hand], draw) + signs[hand % len(signs)]
            lines.append(f"{moment:%d/%m/%Y, %H:%M} - Corner Shop: {text}\n")
            lines.append(f"{moment:%d/%m/%Y, %H:%M} - Tobias: {_say(PLAIN, draw)}\n")
    return _parsed("".join(lines))


def test_two_hands_in_turn_are_told_apart_and_get_no_name() -> None:
    chat = _shop([CASUAL, FORMAL], 30)
    (found,) = behaviour.detect_hands(chat)
    assert found.threat == Threat.SHARED_ACCOUNT and found.actors == ("Corner Shop",)
    groups = found.details["groups"]
    assert isinstance(groups, list) and len(groups) == 30
    assert [g["hand"] for g in groups] == ["A", "B"] * 15
    assert all(g["probability"] > 0.9 and g["signed"] is None for g in groups)
    assert sum(g["messages"] for g in groups) == 180


def test_one_hand_is_not_divided() -> None:
    for words in (CASUAL, FORMAL, PLAIN):
        assert list(behaviour.detect_hands(_shop([words], 30))) == []


def test_a_single_change_of_hand_is_no_shared_account() -> None:
    assert list(behaviour.detect_hands(_shop([CASUAL] * 15 + [FORMAL] * 15, 30))) == []


def test_sign_offs_are_counted_as_the_chat_gives_them() -> None:
    (found,) = behaviour.detect_hands(_shop([PLAIN, PLAIN], 8, (" - Ravi", " ~Anu")))
    assert found.details["hands"] == 2
    groups = found.details["groups"]
    assert isinstance(groups, list)
    assert [g["signed"] for g in groups] == ["Ravi", "Anu"] * 4
    assert all(g["probability"] is None for g in groups)
    profile = next(p for p in behaviour.profiles(_shop([PLAIN, PLAIN], 8, (" - Ravi", " ~Anu"))) if p.groups)
    assert profile.hands == 2


def test_a_dash_before_a_word_that_does_not_return_is_no_sign_off() -> None:
    assert list(behaviour.detect_hands(_shop([PLAIN], 8, (" - see you",)))) == []


def test_a_new_keyboard_is_no_new_hand() -> None:
    draw = random.Random(4)
    words = [*PLAIN, "don't", "it's", "I'm", "we'll"]
    said = [_say(words, draw) for _ in range(300)]
    curly = [text.replace("'", "’") if i >= 150 else text for i, text in enumerate(said)]
    chat = _chat([pair for text in curly for pair in (("Mira", text), ("Tobias", _say(CASUAL, draw)))])
    assert [f for f in behaviour.detect(chat) if f.actors == ("Mira",)] == []


def test_slow_drift_is_no_sudden_change() -> None:
    draw = random.Random(6)
    messages = []
    for i in range(320):
        words = FORMAL if draw.random() < i / 640 else CASUAL
        messages += [("Mira", _say(words, draw)), ("Tobias", _say(PLAIN, draw))]
    assert [f for f in behaviour.detect(_chat(messages)) if f.severity >= Severity.MEDIUM] == []


def test_quoted_code_and_short_repeats_carry_no_style() -> None:
    texts = _texts(["run `git push --all` now", "run `make clean` now"])
    plain, _ = mask_foreign(read_points(texts.buffer, texts.start, texts.end))
    half = len(plain.code) // 2
    assert np.array_equal(plain.code[:half], plain.code[half:])
    _, kept = styled(_texts(["hey", "hey", "what", "hey"]))
    assert kept.tolist() == [0, 2]


def test_marks_of_a_text_do_not_depend_on_its_neighbours() -> None:
    def one(items: list[str], at: int) -> list[float]:
        texts = _texts(items)
        row: list[float] = read_marks(read_points(texts.buffer, texts.start, texts.end))[at].tolist()
        return row

    assert one(["wow!!", "Ok :)  done."], 1) == one(["Ok :)  done."], 0)
    assert one(["Ok :)  done.", "wow!!"], 1) == one(["wow!!"], 0)


def test_a_generic_background_is_chosen_by_language_and_only_where_it_fits() -> None:
    def chosen(items: list[str]) -> object:
        texts = _texts(items)
        found = generic.nearest(count_features(read_grams(read_points(texts.buffer, texts.start, texts.end))))
        return found and found.traits

    backgrounds = generic.read_generic()
    assert chosen(GERMAN) is backgrounds["de"]
    assert chosen(ENGLISH) is backgrounds["en"]
    assert chosen(["明日の会議は何時からですか", "駅で待っています", "ありがとうございました"] * 8) is None


def test_one_other_writer_is_not_taken_for_all_strangers() -> None:
    draw = random.Random(4)
    words = " ".join(ENGLISH).split()
    for writers, generic_beside in ((2, True), (8, False)):
        messages = [" ".join(draw.choices(words, k=5)) for _ in range(960)]
        texts = replace(_texts(messages), sender=np.arange(960) % writers)
        counts = np.bincount(texts.sender)
        sample = make_sample(texts, counts, SIZES[0])
        assert bool((sample.sender[sample.chosen] == len(counts)).any()) is generic_beside
