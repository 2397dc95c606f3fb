"""Drops phrases of a language nobody seems to write here: ``warna`` is a threat in Urdu, a color in Indonesian."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.scan import Hits, Lexicon

# A language with fewer than this share of the hits of the chat's first language counts as not written there ...
COMMON = 0.3
# ... unless one sender's hits are to this share in it, and there are so many of them.
OWN = 0.5
OWN_LEAST = 2


def in_written_languages(hits: Hits, lexicon: Lexicon, senders: NDArray[np.int32]) -> Hits:
    """The hits whose language the chat or the message's sender writes; ``senders`` holds the code of each message.

    A phrase in another script than Latin cannot be mistaken and stays.
    """
    if not len(hits.messages):
        return hits
    names = sorted({phrase.language for phrase in lexicon.phrases})
    number = {name: code for code, name in enumerate(names)}
    code_of = np.array([number[phrase.language] for phrase in lexicon.phrases], dtype=np.int64)
    native = np.array([_native(phrase.anchors) for phrase in lexicon.phrases], dtype=bool)
    language = code_of[hits.phrases]
    in_chat = np.bincount(language, minlength=len(names))
    key = senders[hits.messages].astype(np.int64) * len(names) + language
    keys, place, count = np.unique(key, return_inverse=True, return_counts=True)
    heads = np.flatnonzero(np.concatenate(([True], np.diff(keys // len(names)) != 0)))
    most = np.repeat(np.maximum.reduceat(count, heads), np.diff(np.append(heads, len(keys))))
    own = (count >= OWN_LEAST) & (count >= OWN * most)
    keep = (in_chat >= COMMON * in_chat.max())[language] | own[place] | native[hits.phrases]
    return Hits(messages=hits.messages[keep], phrases=hits.phrases[keep], weights=hits.weights[keep])


def _native(anchors: tuple[tuple[bytes, ...], ...]) -> bool:
    return any(not literal.isascii() for literals in anchors for literal in literals)
