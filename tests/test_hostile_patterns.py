"""No regular expression of the package takes long on the worst text for it, 100 kB of what it repeats."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

from hostile_patterns import patterns, slowest

from wa_forensics.search import lexicon
from wa_forensics.search.scan import MONEY

SIZE = 100_000
SECONDS = 1.0
# Expressions that are held against a text as a whole or at its start: they are not tried at every place of it.
ANCHORED = {
    "wa_forensics.parsing.contents._PLAIN_NAME[0]": "fullmatch",
    "wa_forensics.parsing.headers._QUICK[0]": "match",
    "wa_forensics.userrules.refang._HOST[0]": "fullmatch",
}
FOUND = patterns()
UNIQUE = {(pattern.pattern, pattern.flags): name for name, pattern in FOUND.items()}


@pytest.mark.parametrize("name", sorted(UNIQUE.values()))
def test_no_expression_takes_long_on_its_worst_text(name: str) -> None:
    seconds, text = slowest(FOUND[name], SIZE, SECONDS, ANCHORED.get(name, "finditer"))
    assert seconds < SECONDS, text[:80]


def test_every_phrase_is_matched_in_bounded_time() -> None:
    phrases = lexicon()
    expressions: dict[str, re.Pattern[Any]] = {}
    for number in range(len(phrases.phrases)):
        expression = re.compile(phrases.expression(number))
        # Phrases differ in their letters; what they repeat makes the difference here.
        expressions.setdefault(re.sub(r"[^\W_]+", "a", str(expression.pattern)), expression)
    chosen = sorted(expressions)[:: max(len(expressions) // 25, 1)]
    assert len(chosen) >= 20
    for shape in chosen:
        seconds, text = slowest(expressions[shape], SIZE, SECONDS)
        assert seconds < SECONDS, (expressions[shape].pattern, text[:80])


def test_an_amount_is_looked_for_once_in_a_number() -> None:
    assert MONEY.search(b"pay 77777777777 rs now")

    def cost(text: bytes) -> float:
        start = time.process_time()
        assert MONEY.search(text) is None
        return time.process_time() - start

    # Looked for from every digit anew, a number costs nearly three times what digits that stand alone cost.
    assert cost(b"7" * SIZE * 5) < cost(b"7 " * (SIZE * 5 // 2))


def test_the_walk_finds_expressions_wherever_they_stand() -> None:
    assert len(UNIQUE) > 90
    for name in ("wa_forensics.entities.numbers.AMOUNT[0]", "wa_forensics.parsing.headers._QUICK[0]"):
        assert name in FOUND


@pytest.mark.parametrize("source", [r"(a+)+b", r"\s+x", r"(?:\d+ ?)+y", r"(.*)*z", rb"[\w.() -]+>"])
def test_the_check_can_fail(source: Any) -> None:
    assert slowest(re.compile(source), SIZE, 0.1)[0] == 0.1
