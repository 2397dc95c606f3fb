"""Sentences that remember their template: plain text for everybody, told anew in another language."""

from __future__ import annotations

import json
import pickle

import pytest

from wa_forensics.case.records import compact, plain, record
from wa_forensics.model import Check, Said, Verdict, counted, joined, listed, say, tell
from wa_forensics.model.said import remembered

SENTENCE = say("%(who)s wrote %(count)s.", who="A", count=counted("%(num)s line", "%(num)s lines", 1200))


class _Loud:
    """A language that shouts its templates and brackets its values."""

    def template(self, text: str) -> str:
        return text.upper().replace("%(WHO)S", "%(who)s").replace("%(COUNT)S", "%(count)s")

    def plural(self, one: str, many: str, number: int) -> str:
        return "one %(num)s" if number == 1 else "many %(num)s"

    def number(self, value: int) -> str:
        return str(value)

    def value(self, text: str) -> str:
        return f"<{text}>"


def _check(statement: str) -> Check:
    return Check(
        id="I10",
        title="t",
        verdict=Verdict.CONSISTENT,
        statement=statement,
        innocent_causes=(),
        basis="b",
        source="s",
    )


def test_a_sentence_is_its_english_text() -> None:
    assert SENTENCE == "A wrote 1,200 lines."
    assert isinstance(SENTENCE, str)


def test_counts_choose_the_form_of_their_language() -> None:
    assert counted("%(num)s line", "%(num)s lines", 1) == "1 line"
    assert counted("%(num)s line", "%(num)s lines", 0) == "0 lines"
    assert tell(SENTENCE.form, _Loud()) == "<A> WROTE many 1200."


def test_lists_say_how_many_they_leave_out() -> None:
    assert listed("abcde", 3) == "a, b, c and 2 more"
    assert listed("ab", 3) == "a, b"
    assert joined(["a.", SENTENCE]) == "a. A wrote 1,200 lines."


def test_a_sentence_crosses_processes() -> None:
    again = pickle.loads(pickle.dumps(SENTENCE))
    assert (again, again.form) == (SENTENCE, SENTENCE.form)


def test_a_sentence_is_stored_as_text_with_its_form_beside() -> None:
    row = json.loads(compact(_check(SENTENCE)))
    assert row["statement"] == SENTENCE
    read = record(Check, row)
    assert isinstance(read.statement, Said)
    assert read.statement.form == SENTENCE.form


def test_plain_text_has_no_form() -> None:
    assert "said" not in plain(_check("Nothing."))


@pytest.mark.parametrize(
    "form",
    [
        {"say": "Something else."},
        {"say": "%(missing)s"},
        {"one": "a"},
        {"join": 3, "of": []},
        {"say": 7},
        {"of": [1]},
        {},
        [],
        "text",
        None,
    ],
)
def test_a_form_that_does_not_give_the_stored_text_is_left_out(form: object) -> None:
    assert type(remembered("The text.", form)) is str


def test_values_are_changed_and_templates_are_not() -> None:
    hidden = say("A wrote to %(who)s.", who="A").with_values(lambda text: text.replace("A", "Person 1"))
    assert hidden == "A wrote to Person 1."


def test_percent_signs_and_placeholders_in_the_evidence_stay() -> None:
    assert say("%(who)s is 100 % sure", who="%(who)s %s %(x)s") == "%(who)s %s %(x)s is 100 % sure"
