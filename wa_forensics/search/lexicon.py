"""Reads the phrases that people write from the compiled locale files; made once per process."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.languages import FunctionWords, function_words
from wa_forensics.search.phrases import Phrase
from wa_forensics.search.scan import Lexicon
from wa_forensics.search.table import PhraseTable, table_of

COMPILED, LINES = "people.json", "people.lines"
# No folded text holds it.
BETWEEN = "|"
COLUMNS = ("weights", "leads", "plain", "members", "bounds", "sets", "first")


def compiled(phrases: Sequence[Phrase], words: Mapping[str, str]) -> tuple[str, str]:
    """The contents of the two compiled files: function words and columns (numbers in base64, little-endian), and
    text and expression of each phrase on a line of its own, which are read when they are needed.
    """
    table = table_of(phrases)
    names = {"concepts": table.concept_names, "languages": sorted(set(table.languages))}
    content: dict[str, Any] = {"function_words": words, **names}
    for name, known in names.items():
        place = {value: index for index, value in enumerate(known)}
        content[name[:-1]] = _coded(np.array([place[value] for value in getattr(table, name)], dtype=np.int32))
    content["literals"] = BETWEEN.join(literal.decode() for literal in table.literals)
    content |= {name: _coded(getattr(table, name)) for name in COLUMNS}
    rows = [f"{json.dumps(k)}:{json.dumps(v, ensure_ascii=False, separators=(',', ':'))}" for k, v in content.items()]
    lines = [f"{phrase.text}\t{phrase.expression.decode()}\n" for phrase in phrases]
    return "{" + ",\n".join(rows) + "}\n", "".join(lines)


def _coded(values: NDArray[Any]) -> str:
    return b64encode(values.astype(values.dtype.newbyteorder("<")).tobytes()).decode()


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_file(COMPILED))
    return content


def _file(name: str) -> bytes:
    return files("wa_forensics").joinpath("locales", name).read_bytes()


@lru_cache(maxsize=1)
def words_of_languages() -> FunctionWords:
    """The function words of every language."""
    return function_words({language: words.split() for language, words in _content()["function_words"].items()})


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The phrases of every language, in the order of the compiled file."""
    content = _content()

    def column(name: str, kind: str) -> NDArray[Any]:
        return np.frombuffer(b64decode(content[name]), dtype=kind)

    def named(names: Sequence[str], column: NDArray[np.int32]) -> list[str]:
        return [names[place] for place in column.tolist()]

    return Lexicon(
        PhraseTable(
            concepts=named(content["concepts"], column("concept", "<i4")),
            languages=named(content["languages"], column("language", "<i4")),
            weights=column("weights", "<f8"),
            leads=column("leads", "?"),
            plain=column("plain", "?"),
            literals=content["literals"].encode().split(BETWEEN.encode()),
            members=column("members", "<i4"),
            bounds=column("bounds", "<i4"),
            sets=column("sets", "<i4"),
            first=column("first", "<i4"),
            lines=lambda: _file(LINES).split(b"\n"),
        )
    )


def known_words() -> frozenset[str]:
    """The words of all phrases."""
    return lexicon().words


@cache
def phrases_of(concept: str) -> NDArray[np.int32]:
    """The numbers of the phrases of one concept in ``lexicon()``, ascending."""
    concepts = lexicon().phrases.concepts
    return np.array([number for number, other in enumerate(concepts) if other == concept], dtype=np.int32)


def languages_without() -> dict[str, tuple[str, ...]]:
    """For each concept that some language lacks: the languages without a phrase for it."""
    phrases = lexicon().phrases
    languages = sorted(set(phrases.languages))
    spoken = set(zip(phrases.concepts, phrases.languages, strict=True))
    return {
        concept: missing
        for concept in phrases.concept_names
        if (missing := tuple(language for language in languages if (concept, language) not in spoken))
    }
