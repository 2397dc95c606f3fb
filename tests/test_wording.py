"""The wording model: scams of many kinds stand out, first hellos do not, disguises change little, and it explains."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest

from wa_forensics.search import fold
from wa_forensics.wording import model, scam_reasons, scam_scores
from wa_forensics.wording.facts import FACTS, NUMBER_OF, is_code, read_facts
from wa_forensics.wording.features import BUCKETS, NAMES, WIDTH, features
from wa_forensics.wording.hashing import word_hashes
from wa_forensics.wording.topics import TOPICS, topic_bits

SCAMS = (
    "Your parcel is being held because of an unpaid customs fee of 2.99. Pay now: https://parcel-fee-update.top/gb",
    "Dear customer your bank account will be blocked today. Update your KYC immediately, click http://kyc-help.xyz/a1",
    "Congratulations! You won a 500 gift card, claim now at https://bit.ly/3abcDE before midnight",
    "Hi mum, my phone is broken, this is my new number. Can you transfer 850 for me today? I'll pay you back tomorrow",
    "Hola mamá, se me rompió el móvil, este es mi nuevo número, necesito pagar 900 euros hoy, mañana te lo devuelvo",
)
PLAIN = (
    "Hi, it's Ben from the gym, are we still on for Friday?",
    "Hello, is the sofa still available? I could come on Saturday.",
    "Ihr Auto ist fertig, Sie können es ab vier abholen",
    "ok",
    "",
)


@pytest.mark.parametrize("text", SCAMS)
def test_scams_are_above_the_limit(text: str) -> None:
    assert scam_scores([text])[0] > 0


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_first_words_are_below_it(text: str) -> None:
    assert scam_scores([text])[0] < 0


def test_texts_are_scored_alone_whatever_stands_beside_them() -> None:
    texts = [*SCAMS, *PLAIN]
    together = scam_scores(texts)
    assert np.allclose(together, [scam_scores([text])[0] for text in texts])
    assert np.allclose(together[::-1], scam_scores(texts[::-1]))
    assert len(scam_scores([])) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.translate(str.maketrans("aeoc", "\u0430\u0435\u043e\u0441")),
        lambda text: text.replace("e", "e\u200b"),
        " ".join,
        lambda text: text.replace("your", "yoooour").replace("you", "youuu"),
    ],
)
def test_a_disguise_of_letters_does_not_hide_a_scam(change: object) -> None:
    text = "Dear customer, your account will be suspended today, send your card number and the code immediately"
    plain, disguised = scam_scores([text, change(text)])  # type: ignore[operator]
    assert plain > 0
    assert disguised > plain - 1.0


def test_reasons_name_concepts_facts_and_words_and_are_ordered() -> None:
    reasons = scam_reasons(SCAMS[0])
    assert reasons
    assert [weight for _, weight in reasons] == sorted((weight for _, weight in reasons), reverse=True)
    assert {"parcel fee", "link: odd", "about: parcel, with a contact"} & {name for name, _ in reasons}


def test_links_are_read_by_kind_and_no_host_is_learned() -> None:
    first, second = (read_facts(f"look https://{host}/x")[0] for host in ("some-unheard-name.org", "another-name.net"))
    assert first == second
    assert NUMBER_OF["link: unknown"] in read_facts("look https://some-unheard-name.org/x")[1]
    assert NUMBER_OF["link: short"] in read_facts("look https://bit.ly/x")[1]


def about(text: str) -> set[str]:
    bits = topic_bits(word_hashes(np.frombuffer(f"\n{fold(text)}\n".encode(), dtype=np.uint8)))
    joined = int(np.bitwise_or.reduce(bits))
    return {topic for number, topic in enumerate(TOPICS) if joined >> number & 1}


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("WINNER of our lottery", "prize"),
        ("Поздравляем, вы выиграли", "prize"),
        ("आपने लॉटरी जीती", "prize"),
        ("Ihr Paket liegt beim Zoll", "parcel"),
        ("su paquete en la aduana", "parcel"),
        ("kargonuz gümrükte", "parcel"),
        ("طردك في الجمارك", "parcel"),
        ("guaranteed profit with bitcoin", "invest"),
    ],
)
def test_topics_are_known_in_many_languages(text: str, topic: str) -> None:
    assert topic in about(text)
    assert topic not in about("see you tomorrow at the lake")


def test_a_stem_is_met_by_its_word_and_longer_words_only() -> None:
    data = np.frombuffer(b"\ninvest investing inves\n", dtype=np.uint8)
    words = word_hashes(data)
    whole = words.whole()
    beginnings = words.beginnings(np.arange(2), 6)
    assert beginnings.tolist() == [whole[0]] * 2
    assert whole[2] not in beginnings
    assert "invest" in about("investing") and "invest" not in about("inves")


@pytest.mark.parametrize(
    ("text", "fact", "holds"),
    [
        ("call 0906 170 1461 now", "phone number", True),
        ("at 2016-06-07 10:38:10 it stopped", "phone number", False),
        ("17.515800000000002 degrees", "phone number", False),
        ("Txt CHAT to 86688", "word to send", True),
        ("reply to him soon", "word to send", False),
        ("costs 150p/msg", "price per message or week", True),
        ("Northbank: you have a message", "opens with a name and a colon", True),
        ("@ben: look", "opens with a name and a colon", False),
        ("@\u2068Ben\u2069 look", "opens with a mention", True),
        ("write to ben@club.example", "opens with a mention", False),
        ("see [the guide](https://club.example/g) and `this`", "marks of a chat room", True),
        ("see you at 5, bring > 2 cakes", "marks of a chat room", False),
        ("read https://news.example/how-to-grow-tomatoes", "link deep into a site", True),
        ("pay at https://fee-parcel.example/gb", "link deep into a site", False),
        ("mine is at https://tomatoes.herokuapp.com", "link: hosted", True),
    ],
)
def test_facts_of_numbers_and_calls_to_act(text: str, fact: str, holds: bool) -> None:
    assert (NUMBER_OF[fact] in read_facts(text)[1]) is holds


def test_program_text_is_not_judged() -> None:
    assert is_code("if (a) { b = 1; }")
    assert not is_code("see you (maybe) at 5; bring [the] cake")
    assert scam_scores(["let win = { claim: 500 }; free(win); call(now);"])[0] < -50


def test_features_of_a_row_have_length_one_per_block() -> None:
    found = features(["send me the code please"])
    hashed = found.values[(found.rows == 0) & (found.columns < BUCKETS)]
    assert np.isclose((hashed.astype(np.float64) ** 2).sum(), 2.0, atol=1e-3)
    assert found.columns.max() < WIDTH


def test_the_shipped_weights_are_whole_and_small() -> None:
    folder = files("wa_forensics").joinpath("wording", "data")
    about = json.loads(folder.joinpath("model.json").read_text("utf-8"))
    assert {*FACTS, *(f"about: {topic}" for topic in TOPICS)} <= set(about["named"]) <= set(NAMES)
    assert len(folder.joinpath("weights.bin").read_bytes()) == BUCKETS
    assert model().low < model().medium
