"""Evidence text as markup: what is escaped, marked, defanged, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wa_forensics.report.quoting import defang, evidence, plain


def test_markup_is_escaped() -> None:
    assert evidence("<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a\u202eb", "RLO"),
        ("a\u200bb", "ZWSP"),
        ("a\u00a0b", "NBSP"),
        ("a\x07b", "U+0007"),
        ("a\rb", "U+000D"),
    ],
)
def test_invisible_characters_become_marks(text: str, mark: str) -> None:
    shown = str(evidence(text))
    assert f">{mark}</span>" in shown
    assert text[1] not in shown


def test_a_lone_surrogate_can_be_written() -> None:
    assert "U+D800" in evidence("x\ud800y")
    evidence("x\ud800y").encode("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family emoji
        "\u0915\u094d\u200d\u0937",  # Hindi with a joiner
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian with a non-joiner
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
        "line one\nline two\ttab",
    ],
)
def test_joiners_that_belong_to_the_writing_stay(text: str) -> None:
    assert evidence(text) == text


def test_a_joiner_between_latin_letters_is_marked() -> None:
    assert "ZWJ" in evidence("pay\u200dpal")


def test_line_ends_of_ios_are_no_marks() -> None:
    assert evidence("one\r\ntwo") == "one\ntwo"


@pytest.mark.parametrize(
    ("link", "harmless"),
    [
        ("https://a.example/x.y", "hxxps[:]//a[.]example/x.y"),
        ("HTTP://A.EXAMPLE", "HXXP[:]//A[.]EXAMPLE"),
        ("ftp://a.example", "fxp[:]//a[.]example"),
        ("www.", "www[.]"),
    ],
)
def test_links_are_defanged(link: str, harmless: str) -> None:
    assert defang(link) == harmless


def test_links_inside_text_are_defanged_and_escaped() -> None:
    assert evidence("see https://a.example/?q=<b> now") == "see hxxps[:]//a[.]example/?q=&lt;b&gt; now"
    assert evidence("pay at bit.example/abc") == "pay at bit[.]example/abc"


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=60))
def test_any_text_gives_markup_without_raw_signs(text: str) -> None:
    shown = str(evidence(text))
    without_marks = shown.replace('<span class="mk" title="', "").replace("</span>", "").replace('">', "")
    assert "<" not in without_marks
    shown.encode("utf-8")
    plain(text).encode("utf-8")
