"""The one search door: text folded once, every phrase of every language found in one scan."""

from __future__ import annotations

from wa_forensics.search.fold import Folded, fold, fold_rows
from wa_forensics.search.languages import in_written_languages
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
    "compile_phrase",
    "fold",
    "fold_messages",
    "fold_rows",
    "in_written_languages",
    "known_words",
    "languages_without",
    "lexicon",
    "phrases_of",
    "scan_messages",
    "words_of_languages",
]
