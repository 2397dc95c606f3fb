"""Chats in the header forms of CLDR locales: read rightly, undecided or refused by name, never wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

from header_forms import CHATS, outcome
from header_patterns import calendar_forms, cldr_forms, mixed_forms

# "MD" is AM in Mara (a language that the app does not have) and PM in Albanian (which it has).
COLLIDES = "mrh"


def sample(forms: Callable[[], Iterator[Any]], every: int) -> list[Any]:
    distinct = list({form.key: form for form in forms()}.values())
    return distinct[every // 2 :: every]


@pytest.mark.parametrize(
    ("forms", "every", "least"), [(cldr_forms, 41, 0.9), (mixed_forms, 397, 0.9), (calendar_forms, 29, 0.7)]
)
def test_no_form_of_any_locale_is_read_wrongly(forms: Callable[[], Iterator[Any]], every: int, least: float) -> None:
    chosen = sample(forms, every)
    results = [(form.name, name, outcome(form, CHATS[name])) for form in chosen for name in ("months", "one night")]
    wrong = [result for result in results if result[2].startswith("wrong") and not result[0].startswith(COLLIDES)]
    assert not wrong
    read = [result for result in results if result[2] in ("right", "undecided")]
    assert len(read) >= least * len(results), [result for result in results if result[2].startswith("refused")]
    assert len(chosen) >= 20


def test_the_comparison_can_fail() -> None:
    form = next(iter(cldr_forms()))
    moments = CHATS["months"]
    lying = type(form)(**{**form.__dict__, "numbers": lambda moment: (moment.year + 1, moment.month, moment.day, "")})
    assert outcome(form, moments) == "right"
    assert outcome(lying, moments).startswith("wrong")
