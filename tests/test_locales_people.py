"""What people write: every file compiles, the key concepts are there, and sentences are heard as they are meant."""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from wa_forensics.locales.people import FOLDER, compile_people, composed, read_language
from wa_forensics.search import Lexicon
from wa_forensics.search.fold import fold_rows
from wa_forensics.search.phrases import PhraseError
from wa_forensics.vocabulary import Concept

KEY_CONCEPTS = ("code_request", "payment_request", "bank_details_changed", "new_number", "warning", "code_never_share")
MAIN_LANGUAGES = ("en", "es", "pt", "de", "fr", "it", "pl", "ar", "nl", "ru", "hi", "hi-Latn", "ur", "id", "tr")
FILES = sorted(FOLDER.glob("*.toml"))
SENTENCES = tomllib.loads((Path(__file__).parent / "data" / "people_sentences.toml").read_text("utf-8"))
CASES = [
    (language, concept, sentence, meant == "yes")
    for language, concepts in SENTENCES.items()
    for concept, sides in concepts.items()
    for meant in ("yes", "no")
    for sentence in sides[meant]
]


@lru_cache(maxsize=32)
def lexicon_of(language: str) -> Lexicon:
    return Lexicon(read_language(FOLDER / f"{language}.toml"))


def concepts_in(language: str, sentence: str) -> set[str]:
    lexicon = lexicon_of(language)
    row = sentence.encode() + b"\n"
    hits = lexicon.scan(fold_rows(row, np.array([0, len(row)], dtype=np.int64)))
    return {lexicon.phrases[phrase].concept for phrase in hits.phrases.tolist()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_phrase_compiles_under_a_known_concept(path: Path) -> None:
    phrases = lexicon_of(path.stem).phrases
    assert phrases
    assert {phrase.concept for phrase in phrases} <= {concept.value for concept in Concept}
    assert {phrase.language for phrase in phrases} == {path.stem}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_phrase_stands_twice_under_one_concept(path: Path) -> None:
    counted = Counter((phrase.concept, phrase.expression) for phrase in lexicon_of(path.stem).phrases)
    assert [concept for (concept, _), times in counted.items() if times > 1] == []


@pytest.mark.parametrize("language", MAIN_LANGUAGES)
def test_main_languages_have_the_key_concepts(language: str) -> None:
    spoken = {phrase.concept for phrase in lexicon_of(language).phrases}
    assert [concept for concept in KEY_CONCEPTS if concept not in spoken] == []


def test_sentences_cover_each_key_concept_three_times_each_way() -> None:
    for concepts in SENTENCES.values():
        assert sorted(concepts) == sorted(KEY_CONCEPTS)
        assert all(len(sides["yes"]) == len(sides["no"]) == 3 for sides in concepts.values())


@pytest.mark.parametrize(("language", "concept", "sentence", "meant"), CASES)
def test_a_sentence_is_heard_as_it_is_meant(language: str, concept: str, sentence: str, meant: bool) -> None:
    assert (concept in concepts_in(language, sentence)) is meant


def test_compiled_file_is_in_step_with_the_sources() -> None:
    for path, text in compile_people().items():
        assert path.read_text("utf-8") == text


def test_a_phrase_names_lists_of_words_and_takes_two_sides_in_either_order() -> None:
    words = {"give": "give|send me", "code": "code|six digits"}
    assert list(composed("{give} ~ {code}", words)) == [
        "(give|send me) ... (code|six digits)",
        "(code|six digits) ... (give|send me)",
    ]
    assert list(composed("now ({give}|show)", words)) == ["now ((give|send me)|show)"]


@pytest.mark.parametrize("line", ["{nothing} now", "a ~ b ~ c"])
def test_a_phrase_that_cannot_be_composed_is_refused(line: str) -> None:
    with pytest.raises(PhraseError):
        list(composed(line, {}))
