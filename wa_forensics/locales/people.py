"""Compiles what people write: ``people/<language>.toml`` to the two files that the search reads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from wa_forensics.errors import SettingsError
from wa_forensics.search.lexicon import COMPILED, LINES, compiled
from wa_forensics.search.phrases import Phrase, PhraseError, compile_phrase
from wa_forensics.vocabulary import Concept

FOLDER = Path(__file__).parent / "people"
FILES = (Path(__file__).parent / COMPILED, Path(__file__).parent / LINES)
CONCEPTS = frozenset(concept.value for concept in Concept)
SLOT = re.compile(r"\{(\w+)\}")
NEAR = " ~ "


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
                phrases += [
                    compile_phrase(way, concept=concept, language=content["language"], weight=weight)
                    for way in composed(text, content.get("words", {}))
                ]
            except PhraseError as error:
                problems.append(f"{concept}: {error}")
    if problems:
        raise SettingsError(path.name, "; ".join(problems), "See docs/detection.md for the grammar of phrases.")
    return phrases


def composed(text: str, words: Mapping[str, str]) -> Iterator[str]:
    """The phrases that a line stands for: ``{name}`` is a choice among the words listed under that name in the file's
    ``[words]``, and the two sides of `` ~ `` may stand in either order, up to 40 characters of one sentence apart.
    """
    if unknown := [name for name in SLOT.findall(text) if name not in words]:
        raise PhraseError(f"{text!r}: no words listed under {unknown[0]}")
    sides = SLOT.sub(lambda slot: f"({words[slot.group(1)]})", text).split(NEAR)
    if len(sides) > 2:
        raise PhraseError(f"{text!r}: more than one {NEAR.strip()}")
    yield " ... ".join(sides)
    if len(sides) == 2:
        yield " ... ".join(reversed(sides))


def compile_people(folder: Path = FOLDER) -> dict[Path, str]:
    """All languages as the texts of the compiled files: the same sources give the same bytes."""
    paths = sorted(folder.glob("*.toml"))
    words = {path.stem: tomllib.loads(path.read_text("utf-8"))["function_words"] for path in paths}
    made = compiled([phrase for path in paths for phrase in read_language(path)], words)
    return dict(zip(FILES, made, strict=True))
