"""Draw the generic messages that stand beside the other participants of a small chat.

    python scripts/build_background.py uci_sms_spam_en_hi_de_fr.csv [COLLECTION.tsv.gz ...]

Source: UCI SMS Spam Collection (Almeida and Hidalgo, CC BY 4.0), ordinary messages only, and its machine translations
(lizfrey/comp-neuro-final-project, MIT). Texts that also stand in one of the collections are left out, so that these can
test the model. Writes wa_forensics/behaviour/background.npz: hashed features in no order and marks, no texts. Its data
card stands in docs/behaviour.md.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
import re
import sys
from pathlib import Path

import numpy as np

from wa_forensics.behaviour.grams import mask_foreign, read_grams, read_points
from wa_forensics.behaviour.marks import read_marks

TARGET = Path(__file__).parent.parent / "wa_forensics" / "behaviour" / "background.npz"
# Column of the table, language.
LANGUAGES = (("text", "en"), ("text_hi", "hi"), ("text_de", "de"), ("text_fr", "fr"))
MOST = 400
SHORTEST, LONGEST = 8, 200


def letters(text: str) -> str:
    """What tells two copies of one message: letters only, lower case."""
    return re.sub(r"[\W\d_]", "", text).lower()


def main() -> None:
    table = list(csv.DictReader(io.StringIO(Path(sys.argv[1]).read_text("utf-8", errors="replace"))))
    known: set[str] = set()
    for path in sys.argv[2:]:
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
            known |= {letters(line.rstrip("\n").split("\t", 2)[2]) for line in lines}
    rows = [row for row in table if row["labels"] == "ham" and letters(row["text"]) not in known]
    random.Random(1).shuffle(rows)  # noqa: S311 (a reproducible draw)
    arrays: dict[str, np.ndarray] = {}
    for column, language in LANGUAGES:
        texts: dict[str, str] = {}
        for row in rows:
            text = " ".join((row.get(column) or "").split())
            # Masks of the source are no style.
            if SHORTEST <= len(text) <= LONGEST and letters(text) and "<" not in text and "&lt;" not in text:
                texts.setdefault(letters(text), text)
        arrays.update({f"{language}_{name}": array for name, array in features(list(texts.values())[:MOST]).items()})
    np.savez_compressed(TARGET, **arrays)
    sys.stdout.write(f"{TARGET.stat().st_size} bytes\n")


def features(texts: list[str]) -> dict[str, np.ndarray]:
    """Hashed features and marks of texts; the order inside a text is lost, since nothing needs it."""
    data = [text.encode() for text in texts]
    end = np.cumsum([len(item) for item in data])
    buffer = np.frombuffer(b"".join(data) + b"\n", dtype=np.uint8)
    points, _ = mask_foreign(read_points(buffer, end - [len(item) for item in data], end))
    grams = read_grams(points)
    return {
        "chars": shuffled(grams.chars, grams.char_first),
        "char_first": grams.char_first,
        "words": shuffled(grams.words, grams.word_first),
        "word_first": grams.word_first,
        "marks": read_marks(points),
    }


def shuffled(ids: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Each column sorted inside each text."""
    row = np.repeat(np.arange(len(first) - 1), np.diff(first))
    return np.stack([column[np.lexsort((column, row))] for column in ids.T], axis=1)


if __name__ == "__main__":
    main()
