"""Drops phrases of a language nobody writes here: ``warna`` is a threat in Urdu, a color in Indonesian.

Which languages a chat is written in shows in its function words, those frequent words without a topic that each
language file lists. A message in another language counts if it holds such words of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.scan import Hits, Lexicon

# A language with at least this share of the function words of the chat's first one is written there ...
COMMON = 0.2
# ... and with at least so many; a chat with fewer in all is too short to tell.
LEAST = 2.0
# Texts of which function words make less than this share are disguised, or in a language not listed.
PLAIN = 0.12
# So many messages, evenly spread, show the languages of a chat.
SAMPLE = 1000
# Languages so close that one's phrases are meant in the other too.
SISTERS = {"ur-Latn": "hi-Latn", "ms": "id"}
WORD = re.compile(r"[^\W\d_]{2,}(?:'[^\W\d_]+)?")
OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u2c00-\ud7ff]")


@dataclass(frozen=True, kw_only=True)
class FunctionWords:
    """For each word the languages that list it; a word of several languages counts less for each."""

    languages: Mapping[str, tuple[str, ...]]

    def count(self, texts: Iterable[str]) -> Counter[str]:
        """How much the texts speak for each language."""
        seen: Counter[str] = Counter()
        for text in texts:
            for word in WORD.findall(text.lower()):
                languages = self.languages.get(word, ())
                for language in languages:
                    seen[language] += 1.0 / len(languages)  # type: ignore[assignment]
        return seen


def function_words(listed: Mapping[str, Iterable[str]]) -> FunctionWords:
    """The index of the lists of all languages, sisters taken together."""
    languages: dict[str, set[str]] = {}
    for language, words in listed.items():
        for word in words:
            languages.setdefault(word.lower(), set()).add(SISTERS.get(language, language))
    return FunctionWords(languages={word: tuple(sorted(found)) for word, found in languages.items()})


def in_written_languages(
    hits: Hits, lexicon: Lexicon, words: FunctionWords, text: Callable[[int], str], sample: NDArray[np.int64]
) -> Hits:
    """The hits whose language the chat, or the message itself, is written in.

    ``text`` gives the text of a message, ``sample`` the ids of messages that stand for the whole chat. A phrase in
    another script than Latin stays where the message holds such letters.
    """
    if not len(hits.messages):
        return hits
    every = max(1, len(sample) // SAMPLE)
    texts = [text(int(message)) for message in sample[::every][:SAMPLE]]
    here = words.count(texts)
    most = max(here.values(), default=0.0)
    if most < max(LEAST, PLAIN * sum(len(content.split()) for content in texts)):
        return hits
    written = {language for language, count in here.items() if count >= max(LEAST, COMMON * most)}
    family, native = _traits(lexicon)

    @lru_cache(maxsize=4096)
    def languages_of(message: int) -> tuple[bool, frozenset[str]]:
        content = text(message)
        own = words.count([content])
        top = max(own.values(), default=0.0)
        return bool(OTHER_SCRIPT.search(content)), frozenset(k for k, v in own.items() if v >= 1.0 and v >= 0.7 * top)

    keep = np.ones(len(hits.messages), dtype=bool)
    for at, (message, phrase) in enumerate(zip(hits.messages.tolist(), hits.phrases.tolist(), strict=True)):
        if family[phrase] in written and not native[phrase]:
            continue
        other_script, own = languages_of(message)
        keep[at] = other_script if native[phrase] else family[phrase] in own
    return Hits(messages=hits.messages[keep], phrases=hits.phrases[keep], weights=hits.weights[keep])


@lru_cache(maxsize=4)
def _traits(lexicon: Lexicon) -> tuple[list[str], list[bool]]:
    """Of each phrase: its language, sisters taken together, and whether it stands in a script of its own."""
    family = [SISTERS.get(phrase.language, phrase.language) for phrase in lexicon.phrases]
    return family, [_native(phrase.anchors) for phrase in lexicon.phrases]


def _native(anchors: tuple[tuple[bytes, ...], ...]) -> bool:
    return any(not literal.isascii() for literals in anchors for literal in literals)
