"""The one search door: text folded once, every phrase of every language found in one scan."""

from __future__ import annotations

from wa_forensics.search.fold import Folded, fold, fold_rows
from wa_forensics.search.languages import Tongues, tongues_of
from wa_forensics.search.lexicon import known_words, languages_without, lexicon, phrases_of, words_of_languages
from wa_forensics.search.phrases import Phrase, PhraseError, compile_phrase
from wa_forensics.search.rows import fold_messages, scan_messages
from wa_forensics.search.scan import Hits, Lexicon

__all__ = [
    "Folded",
    "Hits",
    "Lexicon",
    "Phrase",
    "PhraseError",
    "Tongues",
    "compile_phrase",
    "fold",
    "fold_messages",
    "fold_rows",
    "known_words",
    "languages_without",
    "lexicon",
    "phrases_of",
    "scan_messages",
    "tongues_of",
    "words_of_languages",
]
