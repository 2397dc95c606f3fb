"""Drops phrases of a language nobody writes here: ``warna`` is a threat in Urdu, a color in Indonesian.

Which languages a chat is written in shows in its function words, those frequent words without a topic that each
language file lists. A message in another language counts if it holds such words of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.scan import Hits, Lexicon

# A language with at least this share of the function words of the chat's first one is written there ...
COMMON = 0.2
# ... and with at least so many; a chat with fewer in all is too short to tell.
LEAST = 2.0
# A message is in a language with at least one function word of its own, and this share of those of its first one.
OWN, OWN_SHARE = 1.0, 0.7
# Texts of which function words make less than this share are disguised, or in a language not listed.
PLAIN = 0.12
# So many messages, evenly spread, show the languages of a chat.
SAMPLE = 1000
# Messages whose words are counted at once.
BLOCK = 4096
# Languages so close that one's phrases are meant in the other too.
SISTERS = {"ur-Latn": "hi-Latn", "ms": "id"}
# Stands between two texts; decoded text holds no lone surrogates. It has a number as words have.
BETWEEN, ENDS, UNKNOWN = "\ud800", -1, -2
WORD = re.compile(rf"[^\W\d_]{{2,}}(?:'[^\W\d_]+)?|{BETWEEN}")
# Most texts are ASCII without an apostrophe: cut at all that is no letter, they need no expression.
CODED_END = b"\xff"
LETTERS = bytes(c | 0x20 if chr(c).isalpha() and c < 128 else c if c == 0xFF else 0x20 for c in range(256))
OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u2c00-\ud7ff]")


@dataclass(frozen=True, kw_only=True, eq=False)
class FunctionWords:
    """The function words of all languages by ``number``, ASCII ones by ``coded`` too; the languages that list number
    ``n`` are ``listing[first[n] : first[n + 1]]``, as places in ``languages``.
    """

    languages: tuple[str, ...]
    number: Mapping[str, int]
    coded: Mapping[bytes, int]
    first: NDArray[np.int64]
    listing: NDArray[np.int64]

    def count(self, texts: Sequence[bytes]) -> NDArray[np.float64]:
        """How much each UTF-8 text (row) speaks for each language (column); a word of several counts less for each."""
        counts = np.zeros((len(texts), len(self.languages)))
        data = np.frombuffer(b"".join(texts), dtype=np.uint8)
        odd = np.flatnonzero((data >= 128) | (data == ord("'")))
        is_plain = np.ones(len(texts), dtype=bool)
        is_plain[np.searchsorted(np.cumsum([len(text) for text in texts]), odd, "right")] = False
        for mask, numbers_of in ((is_plain, self._plain_numbers), (~is_plain, self._numbers)):
            rows = np.flatnonzero(mask)
            if len(rows):
                counts[rows] = self._counted(numbers_of([texts[row] for row in rows.tolist()]), len(rows))
        return counts

    def _plain_numbers(self, texts: Sequence[bytes]) -> NDArray[np.int64]:
        words = (b" %s " % CODED_END).join(texts).translate(LETTERS).split()
        return np.fromiter(map(self.coded.get, words, repeat(UNKNOWN)), dtype=np.int64, count=len(words))

    def _numbers(self, texts: Sequence[bytes]) -> NDArray[np.int64]:
        words = WORD.findall(BETWEEN.join(map(_decoded, texts)).lower())
        return np.fromiter(map(self.number.get, words, repeat(UNKNOWN)), dtype=np.int64, count=len(words))

    def _counted(self, numbers: NDArray[np.int64], texts: int) -> NDArray[np.float64]:
        """What the numbers of words, with ``ENDS`` between the texts, speak for."""
        known = np.flatnonzero(numbers >= 0)
        text, numbers = np.searchsorted(np.flatnonzero(numbers == ENDS), known), numbers[known]
        shared = self.first[numbers + 1] - self.first[numbers]
        place = np.arange(shared.sum()) + np.repeat(self.first[numbers] - (np.cumsum(shared) - shared), shared)
        cells = np.repeat(text, shared) * len(self.languages) + self.listing[place]
        size = texts * len(self.languages)
        counts = np.bincount(cells, weights=np.repeat(1.0 / shared, shared), minlength=size)
        return counts.astype(np.float64, copy=False).reshape(texts, len(self.languages))


def function_words(listed: Mapping[str, Iterable[str]]) -> FunctionWords:
    """The index of the lists of all languages, sisters taken together."""
    languages: dict[str, set[str]] = {}
    for language, words in listed.items():
        for word in words:
            languages.setdefault(word.lower(), set()).add(SISTERS.get(language, language))
    names = tuple(sorted(set().union(*languages.values())))
    place = {name: index for index, name in enumerate(names)}
    numbers = {word: number for number, word in enumerate(languages)}
    # The expression takes words of two letters and more.
    coded = {word.encode(): number for word, number in numbers.items() if word.isascii() and len(word) > 1}
    return FunctionWords(
        languages=names,
        number={BETWEEN: ENDS} | numbers,
        coded={CODED_END: ENDS} | coded,
        first=np.cumsum([0, *map(len, languages.values())], dtype=np.int64),
        listing=np.array([place[name] for found in languages.values() for name in sorted(found)], dtype=np.int64),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Tongues:
    """The languages that a chat is written in (``written``, by place in ``words.languages``).

    A phrase of another language counts where a message is in that language, or holds letters of its script.
    """

    words: FunctionWords
    written: NDArray[np.bool_]
    family: NDArray[np.int64]
    native: NDArray[np.bool_]

    def heard_in(self, texts: Sequence[bytes], rows: NDArray[np.int64]) -> Callable[[int], NDArray[np.bool_] | None]:
        """For a phrase: in which rows it could count, None for all of them; ``rows`` are places in ``texts``."""
        own = _own_languages(self.words, texts).T[:, rows]

        def heard(phrase: int) -> NDArray[np.bool_] | None:
            return None if self.written[self.family[phrase]] or self.native[phrase] else own[self.family[phrase]]

        return heard

    def kept(self, hits: Hits, lexicon: Lexicon, texts_of: Callable[[NDArray[np.int64]], list[bytes]]) -> Hits:
        """The hits that count; ``texts_of`` gives texts of messages in UTF-8."""
        family, native = self.family[hits.phrases], self.native[hits.phrases]
        keep = self.written[family] & ~native
        doubtful = np.flatnonzero(~keep)
        # Who says "invoice" in English says nothing more in the other languages that have the word.
        doubtful = doubtful[~_repeated(hits, lexicon, np.flatnonzero(keep), doubtful)]
        messages = hits.messages[doubtful]
        keep[doubtful] = _in_their_messages(messages, family[doubtful], native[doubtful], self.words, texts_of)
        return Hits(messages=hits.messages[keep], phrases=hits.phrases[keep], weights=hits.weights[keep])


def tongues_of(
    lexicon: Lexicon,
    words: FunctionWords,
    texts_of: Callable[[NDArray[np.int64]], list[bytes]],
    messages: NDArray[np.int64],
) -> Tongues | None:
    """The languages of a chat by some of its messages; None if these are too short, or disguised, to tell.

    ``texts_of`` gives texts of messages in UTF-8.
    """
    texts = texts_of(messages[:: max(1, len(messages) // SAMPLE)][:SAMPLE])
    here = words.count([b"\n".join(texts)])[0]
    most = here.max()
    if most < max(LEAST, PLAIN * sum(len(_decoded(text).split()) for text in texts)):
        return None
    written = np.append(here >= max(LEAST, COMMON * most), False)
    family, native = _traits(lexicon, words.languages)
    return Tongues(words=words, written=written, family=family, native=native)


def _repeated(hits: Hits, lexicon: Lexicon, kept: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the other hits mean what a kept one of at least their weight means in the same message?"""
    codes = lexicon.phrases.concept_codes
    meaning = hits.messages * len(codes) + codes[hits.phrases]
    kept = kept[np.argsort(meaning[kept], kind="stable")]
    first = np.flatnonzero(np.diff(meaning[kept], prepend=-1))
    if not len(first):
        return np.zeros(len(others), dtype=bool)
    known, most = meaning[kept[first]], np.maximum.reduceat(hits.weights[kept], first)
    at = np.minimum(np.searchsorted(known, meaning[others]), len(known) - 1)
    repeated: NDArray[np.bool_] = (known[at] == meaning[others]) & (most[at] >= hits.weights[others])
    return repeated


def _in_their_messages(
    messages: NDArray[np.int64],
    family: NDArray[np.int64],
    native: NDArray[np.bool_],
    words: FunctionWords,
    texts_of: Callable[[NDArray[np.int64]], list[bytes]],
) -> NDArray[np.bool_]:
    """Which hits (ascending by message) are in a language, or a script, of the message itself?"""
    keep = np.zeros(len(messages), dtype=bool)
    fresh = np.concatenate((np.flatnonzero(np.diff(messages, prepend=-1)), [len(messages)]))
    for block in range(0, len(fresh) - 1, BLOCK):
        bounds = fresh[block : block + BLOCK + 1]
        part = slice(int(bounds[0]), int(bounds[-1]))
        texts = texts_of(messages[bounds[:-1]])
        row = np.repeat(np.arange(len(texts)), np.diff(bounds))
        keep[part] = _own_languages(words, texts)[row, family[part]]
        foreign = part.start + np.flatnonzero(native[part])
        keep[foreign] = [
            OTHER_SCRIPT.search(_decoded(texts[at])) is not None for at in row[foreign - part.start].tolist()
        ]
    return keep


def _own_languages(words: FunctionWords, texts: Sequence[bytes]) -> NDArray[np.bool_]:
    """Which languages (and none, the last column) each text is in."""
    counts = words.count(texts)
    own = (counts >= OWN) & (counts >= OWN_SHARE * counts.max(axis=1, keepdims=True))
    return np.column_stack((own, np.zeros(len(texts), dtype=bool)))


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


@lru_cache(maxsize=4)
def _traits(lexicon: Lexicon, languages: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Of each phrase: its language (a place in ``languages``, or behind them; sisters taken together), and whether
    it stands in a script of its own.
    """
    place = {language: index for index, language in enumerate(languages)}
    family = [place.get(SISTERS.get(language, language), len(languages)) for language in lexicon.phrases.languages]
    return np.array(family, dtype=np.int64), lexicon.phrases.native
