"""Compiles what people write: ``people/<language>.toml`` to one ``people.json`` that the search reads."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from wa_forensics.errors import SettingsError
from wa_forensics.search.phrases import Phrase, PhraseError, compile_phrase
from wa_forensics.vocabulary import Concept

FOLDER = Path(__file__).parent / "people"
COMPILED = Path(__file__).parent / "people.json"
CONCEPTS = frozenset(concept.value for concept in Concept)


def read_language(path: Path) -> list[Phrase]:
    """The compiled phrases of one TOML file; SettingsError names each phrase that breaks the grammar."""
    with path.open("rb") as source:
        content = tomllib.load(source)
    problems: list[str] = []
    phrases: list[Phrase] = []
    for concept, entries in sorted(content["phrases"].items()):
        if concept not in CONCEPTS:
            problems.append(f"unknown concept {concept}")
            continue
        for entry in entries:
            text, weight = (entry, 1.0) if isinstance(entry, str) else (entry["text"], float(entry.get("weight", 1.0)))
            try:
                phrases.append(compile_phrase(text, concept=concept, language=content["language"], weight=weight))
            except PhraseError as error:
                problems.append(f"{concept}: {error}")
    if problems:
        raise SettingsError(path.name, "; ".join(problems), "See docs/detection.md for the grammar of phrases")
    return phrases


def compile_people(folder: Path = FOLDER) -> str:
    """All languages as the text of ``people.json``: the same files give the same bytes."""
    phrases = [phrase for path in sorted(folder.glob("*.toml")) for phrase in read_language(path)]
    rows = [
        json.dumps(
            [
                phrase.language,
                phrase.concept,
                phrase.text,
                phrase.weight,
                phrase.expression.decode(),
                [[literal.decode() for literal in literals] for literals in phrase.anchors],
                int(phrase.leads) + int(phrase.plain),
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for phrase in phrases
    ]
    words = {
        path.stem: tomllib.loads(path.read_text("utf-8"))["function_words"] for path in sorted(folder.glob("*.toml"))
    }
    listed = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return f'{{"function_words":{listed},\n"phrases":[\n' + ",\n".join(rows) + "\n]}\n"
