"""Reads the phrases that people write from the compiled locale file; made once per process."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.languages import FunctionWords, function_words
from wa_forensics.search.phrases import Phrase
from wa_forensics.search.scan import Lexicon

COMPILED = "people.json"


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    with _uncollected():
        content: dict[str, Any] = json.loads(files("wa_forensics").joinpath("locales", COMPILED).read_text("utf-8"))
    return content


@lru_cache(maxsize=1)
def words_of_languages() -> FunctionWords:
    """The function words of every language."""
    return function_words({language: words.split() for language, words in _content()["function_words"].items()})


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The phrases of every language, in the order of the compiled file."""
    with _uncollected():
        return Lexicon(
            [
                Phrase(
                    text=text,
                    concept=concept,
                    language=language,
                    weight=weight,
                    expression=expression.encode(),
                    anchors=tuple([tuple(map(str.encode, literals)) for literals in anchors]),
                    leads=leads > 0,
                    plain=leads > 1,
                )
                for language, concept, text, weight, expression, anchors, leads in _content()["phrases"]
            ]
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Spares the collector a look through a hundred thousand new objects, again and again: none is garbage."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@cache
def phrases_of(concept: str) -> NDArray[np.int32]:
    """The numbers of the phrases of one concept in ``lexicon()``, ascending."""
    numbers = [number for number, phrase in enumerate(lexicon().phrases) if phrase.concept == concept]
    return np.array(numbers, dtype=np.int32)


def languages_without() -> dict[str, tuple[str, ...]]:
    """For each concept that some language lacks: the languages without a phrase for it."""
    phrases = lexicon().phrases
    languages = sorted({phrase.language for phrase in phrases})
    spoken = {(phrase.concept, phrase.language) for phrase in phrases}
    concepts = sorted({phrase.concept for phrase in phrases})
    return {
        concept: missing
        for concept in concepts
        if (missing := tuple(language for language in languages if (concept, language) not in spoken))
    }
