"""Answers to an attack are known by place and a few words, in languages that no phrase and no training chat holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from incident_chats import chat_of

from wa_forensics.chat import Chat
from wa_forensics.context import reactions
from wa_forensics.context.reactions import GROUPS, answer_columns, answers
from wa_forensics.detectors import warning_from_others
from wa_forensics.incidents.marks import read_marks
from wa_forensics.model import Confidence, Severity
from wa_forensics.vocabulary import Concept
from wa_forensics.wording import reacting, reaction_columns

START = datetime(2026, 3, 14, 18, 0)
ATTACK = (
    "Hi all it's Marta, my phone fell into water, this is my new number, save it and delete the old one",
    "Can somebody pay a bill of 900 GBP for me today? My bank app is not working, I will pay you back tomorrow. "
    "Sort code 20-00-00 account 55779911",
)
# Languages without phrases, none of them in the chats of the fit: what doubts or warns, and what does not.
FOREIGN: dict[str, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "Swedish": (
        (
            "Vem är du?? Marta skriver aldrig så där",
            "Marta står här bredvid mig och har sin telefon i handen!",
            "Betala inte, det här är bedrägeri, anmäl till polisen",
        ),
        ("Jag tar med kaffe", "kul", "Hinner du till åtta?"),
    ),
    "Czech": (
        (
            "Kdo jste?? Marta takhle nikdy nepíše",
            "Marta sedí u nás doma, má svůj telefon v ruce!",
            "Nikomu nic neplaťte, je to podvod, volám na policii",
        ),
        ("Vezmu kávu", "super", "Stihneš to do osmi?"),
    ),
    "Romanian": (
        (
            "Cine ești?? Marta nu scrie niciodată așa",
            "Marta e acasă lângă mine, are telefonul în mână!",
            "Nu trimiteți bani nimănui, e fraudă, sun la poliție",
        ),
        ("Aduc eu cafea", "super", "Ajungi până la opt?"),
    ),
    "Greek": (
        (
            "Ποιος είσαι;; Η Μάρτα δεν γράφει ποτέ έτσι",
            "Η Μάρτα είναι σπίτι δίπλα μου, έχει το τηλέφωνο στο χέρι της!",
            "Μην στείλετε λεφτά σε κανέναν, είναι απάτη, παίρνω την αστυνομία",
        ),
        ("Θα φέρω καφέ", "τέλεια", "Θα προλάβεις στις οχτώ;"),
    ),
    "Hungarian": (
        (
            "Ki maga?? Marta soha nem ír így",
            "Marta itthon ül mellettem, nála van a telefonja!",
            "Senkinek ne küldjetek pénzt, ez csalás, hívom a rendőrséget",
        ),
        ("Hozok kávét", "szuper", "Ideérsz nyolcra?"),
    ),
    "Ukrainian": (
        (
            "Хто ви?? Марта ніколи так не пише",
            "Марта вдома поруч зі мною, її телефон у неї в руці!",
            "Нікому не надсилайте гроші, це шахраї, дзвоню в поліцію",
        ),
        ("Принесу каву", "супер", "Встигнеш до восьмої?"),
    ),
    "Danish": (
        (
            "Hvem er du?? Marta skriver aldrig sådan",
            "Marta sidder her ved siden af mig med sin telefon i hånden!",
            "Send ikke penge til nogen, det er svindel, jeg ringer til politiet",
        ),
        ("Jeg tager kaffe med", "fint", "Kan du nå det til otte?"),
    ),
    "Finnish": (
        (
            "Kuka olet?? Marta ei ikinä kirjoita noin",
            "Marta istuu täällä vieressäni, hänellä on oma puhelin kädessä!",
            "Älkää maksako kenellekään, tämä on huijaus, soitan poliisille",
        ),
        ("Tuon kahvia", "kiva", "Ehditkö kahdeksaksi?"),
    ),
    "Tagalog": (
        (
            "Sino ka?? Hindi ganyan magsulat si Marta",
            "Katabi ko si Marta dito sa bahay, hawak niya ang cellphone niya!",
            "Huwag kayong magpadala ng pera, manloloko yan, tatawag ako sa pulis",
        ),
        ("Magdadala ako ng kape", "ayos", "Aabot ka ba ng alas otso?"),
    ),
}


def attacked(answered: Sequence[str]) -> Chat:
    """A group of friends, an unsaved number that says it is Marta, and what the others answer, a minute apart."""
    lines = [(START - timedelta(days=3), "Bo", "8"), (START - timedelta(days=2), "Ida", "9")]
    lines += [(START + timedelta(minutes=n), "+44 7700 900123", text) for n, text in enumerate(ATTACK)]
    lines += [(START + timedelta(minutes=3 + n), ("Bo", "Ida")[n % 2], text) for n, text in enumerate(answered)]
    return chat_of(lines)


def heard(chat: Chat) -> list[str]:
    return [chat.text(reaction.message) for reaction in reactions(chat)]


@pytest.fixture(scope="module")
def foreign() -> dict[str, list[str]]:
    """By language the texts that are taken for a reaction."""
    return {
        name: heard(attacked([text for pair in zip(*said, strict=True) for text in pair]))
        for name, said in FOREIGN.items()
    }


def test_no_phrase_tells_what_the_foreign_lines_mean() -> None:
    warned, _ = zip(*FOREIGN.values(), strict=True)
    chat = attacked([text for texts in warned for text in texts])
    spoken = chat.said(Concept.WARNING, Concept.DISOWNING, Concept.HACKED_DISCLOSURE, Concept.IDENTITY_DOUBT)
    assert len(spoken.messages) <= 2


def test_doubts_and_warnings_are_seen_in_languages_outside_the_fit(foreign: dict[str, list[str]]) -> None:
    wanted = {(name, text) for name, (warned, _) in FOREIGN.items() for text in warned}
    seen = {(name, text) for name, texts in foreign.items() for text in texts}
    assert len(wanted & seen) >= 0.8 * len(wanted), sorted(wanted - seen)


def test_small_talk_during_an_attack_is_left_alone(foreign: dict[str, list[str]]) -> None:
    assert [text for name, texts in foreign.items() for text in texts if text in FOREIGN[name][1]] == []


@pytest.mark.parametrize(
    "text", ["ok sent", "Done, 900 sent", "sure, give me five minutes", "see you saturday", "😂😂", "447291"]
)
def test_who_complies_or_chats_does_not_react(text: str) -> None:
    assert heard(attacked([text])) == []


def test_the_same_words_without_an_attack_are_no_answer() -> None:
    warned = [text for texts, _ in FOREIGN.values() for text in texts]
    chat = chat_of([(START + timedelta(minutes=n), ("Bo", "Ida")[n % 2], text) for n, text in enumerate(warned)])
    assert reactions(chat) == ()
    assert len(answers(chat).messages) == 0


def test_words_long_after_the_attack_answer_nothing() -> None:
    later = START + timedelta(days=40)
    lines = [(START - timedelta(days=2), "Ida", "9")]
    lines += [(START + timedelta(minutes=n), "+44 7700 900123", text) for n, text in enumerate(ATTACK)]
    lines += [(later, "Bo", "Marta står här bredvid mig och har sin telefon i handen!")]
    assert heard(chat_of(lines)) == []


def test_a_finding_on_reactions_is_low_and_says_what_carried_it() -> None:
    warned = FOREIGN["Swedish"][0]
    chat = attacked(warned)
    found = [
        f
        for f in warning_from_others.detect(chat)
        if "wrote after suspicious messages of +44 7700 900123" in str(f.observation)
    ]
    assert [[item.quote for item in f.evidence] for f in found] == [list(warned)]
    assert (found[0].severity, found[0].confidence) == (Severity.LOW, Confidence.LOW)
    assert {signal.name for signal in found[0].signals} == {*GROUPS.values()}
    by_line = found[0].details["log_odds_by_line"]
    assert found[0].score == pytest.approx(np.mean(list(by_line.values())), abs=0.02)
    # Of these lines only those that are more likely a warning than not speak for a takeover.
    likely = {r.message for r in reactions(chat) if r.odds >= 0}
    marked = set(read_marks(chat, found).warnings) & {item.message for item in found[0].evidence}
    assert marked == likely
    assert 0 < len(likely) < len(warned)
    assert read_marks(chat, found).own_warnings == ()


def test_every_feature_has_a_weight_and_every_weight_a_feature() -> None:
    chat = attacked(["hej", "vem är du?"])
    columns = answer_columns(chat, answers(chat))
    assert set(columns) == set(reacting().weights)
    assert {name.partition("/")[0] for name in columns} | {"prior"} == set(GROUPS)
    assert all(len(column) == 2 for column in columns.values())


def test_words_count_however_they_are_dressed() -> None:
    plain, dressed = reaction_columns(["betala inte, bedragare"]), reaction_columns(["BETALA  ïnte, beeeedrägare"])
    assert plain["words/fraud"][0] == dressed["words/fraud"][0] == 1
    assert plain["words/not"][0] == dressed["words/not"][0] == 1
    assert (plain["marks/mostly capitals"][0], reaction_columns(["NICHT ZAHLEN"])["marks/mostly capitals"][0]) == (0, 1)
