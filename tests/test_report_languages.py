"""The report in eight languages: nothing is left in English, nothing breaks, quotes stay as they were written."""

from __future__ import annotations

import gettext
import html
import re
import sys
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from report_case import build_case
from report_hostile import PAYLOADS, faults, poison, visible_text

from wa_forensics.batch import scan
from wa_forensics.case import Case
from wa_forensics.context import course
from wa_forensics.context.hearing import HEARD_WEIGHTS
from wa_forensics.context.reactions import GROUPS
from wa_forensics.context.signals import WEIGHTS
from wa_forensics.model import say
from wa_forensics.report import LANGUAGES, render_case, render_index, wording
from wa_forensics.report.words import Words
from wa_forensics.vocabulary import Concept
from wa_forensics.wording.facts import FACTS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import translations  # noqa: E402

OTHERS = [language for language in LANGUAGES if language != "en"]
_PLACE = re.compile(r"%\(\w+\)s")
# Chats of different crimes, and one in which nothing happened.
_CHATS = (
    "benchmarks/labelled_chats/d_01a_cafe_staff.txt",
    "benchmarks/labelled_chats/d_01b_cafe_customer.txt",
    "benchmarks/labelled_chats/d_07_michael_rig.txt",
    "benchmarks/labelled_chats/e_18_tr-TR_yeni_numara.txt",
    "sample_exports",
)


def _page(folder: Path, language: str) -> str:
    return render_case(build_case(), folder / "report.html", language=language).read_text(encoding="utf-8")


def test_every_language_on_disk_is_offered() -> None:
    assert translations.languages() == sorted(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
def test_each_word_of_the_report_is_translated(language: str) -> None:
    catalog = translations.load(language)
    for message in translations.extracted():
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        found = catalog.get(key)
        assert found is not None, key
        texts = [found.string] if isinstance(found.string, str) else list(found.string)
        assert all(texts), key


@pytest.mark.parametrize("language", OTHERS)
def test_each_sentence_of_the_rules_is_translated(language: str) -> None:
    catalog = translations.load(language)
    rules = translations.rule_texts()
    assert len(rules) > 150
    assert [text for text in rules if not (catalog.get(text) and catalog.get(text).string)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogues_are_whole(language: str) -> None:
    """Nothing missing, nothing fuzzy, nothing that no longer occurs, each form of a plural filled."""
    catalog = translations.load(language)
    wanted = {*(translations.key_of(m.id) for m in translations.template() if m.id)}
    assert {translations.key_of(m.id) for m in catalog if m.id} == wanted
    assert translations.untranslated(catalog) == []
    assert [m.id for m in catalog if m.id and m.fuzzy] == []
    assert not catalog.obsolete


def test_every_template_of_a_sentence_is_a_constant() -> None:
    """What is put together before it is said reaches no catalogue."""
    assert translations.unfixed() == []


def test_every_signal_has_a_name_in_the_catalogues() -> None:
    names = {str(concept).replace("_", " ") for concept in Concept} | {*WEIGHTS, *HEARD_WEIGHTS, *FACTS}
    names |= {*translations.signal_names(), *GROUPS.values(), course.NAME, *course.GROUPS.values()}
    assert {str(name).replace("_", " ") for name in names} - {*wording.SIGNALS} == set()


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return scan([ROOT / path for path in _CHATS], tmp_path_factory.mktemp("languages") / "case")


# Single words may be the same in two languages; sentences are not.
_SENTENCE = 25


def _bare_text(page: str) -> str:
    """What stands between the tags: quicker than a parser on pages of some megabytes."""
    return " ".join(html.unescape(re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)).split())


@cache
def _english_sentences() -> list[str]:
    """The fixed part of each sentence of the catalogues: the longest stretch between two placeholders."""
    found = {max(_PLACE.split(translations.key_of(m.id)), key=len).strip() for m in translations.template() if m.id}
    return sorted(part for part in found if len(part) >= _SENTENCE and " " in part)


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_in_english(language: str, scanned: Case, tmp_path: Path) -> None:
    pages = (
        render_case(scanned, tmp_path / "examiner.html", language=language),
        render_index(scanned, tmp_path / "index.html", language=language),
    )
    quoted = " ".join(item.quote for finding in scanned.findings for item in finding.evidence)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert 'lang="en"' not in text
        read = _bare_text(text)
        assert [part for part in _english_sentences() if part in read and part not in quoted] == []


def test_an_english_sentence_is_noticed(scanned: Case, tmp_path: Path) -> None:
    read = _bare_text(render_case(scanned, tmp_path / "r.html").read_text(encoding="utf-8"))
    assert sum(part in read for part in _english_sentences()) > 100


def test_a_sentence_of_another_version_is_told_in_english_and_says_so(tmp_path: Path) -> None:
    case = build_case()
    strange = replace(case.findings[0], observation=say("A <b>new</b> template about %(name)s.", name="Ana"))
    page = render_case(
        replace(case, findings=(strange, *case.findings[1:])), tmp_path / "report.html", language="de"
    ).read_text(encoding="utf-8")
    assert '<bdi dir="auto" lang="en">A &lt;b&gt;new&lt;/b&gt; template about Ana.</bdi>' in page


def test_names_in_translated_sentences_are_redacted(tmp_path: Path) -> None:
    page = render_case(build_case(), tmp_path / "r.html", language="de", redactions=("names",))
    read = visible_text(page.read_text(encoding="utf-8"))
    assert "Nachrichten von" in read
    assert "Lakshmi" not in read


class _Bracketed(gettext.NullTranslations):
    """Puts each text that a catalogue is asked for into brackets."""

    def gettext(self, message: str) -> str:
        return f"\u27e6{message}\u27e7"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


# What stands in no catalogue because it is the same in every language, and what is evidence or English by design:
# quotes, names, addresses, sentences of the rules and of the checks stand in these elements.
_NOT_OURS = frozenset({"bdi", "code", "script", "style"})
_SAME = re.compile(
    r"wa_forensics|\bRLO\b|WF-[0-9A-F]{8}|SHA-256|utf-8|android|ios|\b(?:DMY|MDY|YMD)\b|\b[a-z]{2}\b|\bmin\b"
)


class _Ours(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.depth = 0
        self.bare: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "img", "input", "br"}:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"aria-label", "alt", "placeholder"} and value and not _NOT_OURS & set(self.open):
                self.handle_data(value)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        outside = []
        for sign in data:
            self.depth += {"\u27e6": 1, "\u27e7": -1}.get(sign, 0)
            if not self.depth and not _NOT_OURS & set(self.open):
                outside.append(sign)
        if re.search(r"[A-Za-z]{3,}", _SAME.sub("", "".join(outside))):
            self.bare.append(data.strip())


def _words_outside_catalogues(
    folder: Path, monkeypatch: pytest.MonkeyPatch, templates: Path | None = None, **options: Any
) -> list[str]:
    class Bracketed(Words):
        def __init__(self, language: str) -> None:
            super().__init__(language)
            self.catalogue = _Bracketed()

    monkeypatch.setattr("wa_forensics.report.render.Words", Bracketed)
    case = build_case()
    page = render_case(case, folder / "report.html", language="de", template_folder=templates, **options)
    reader = _Ours()
    reader.feed(page.read_text(encoding="utf-8"))
    names = {
        case.name,
        *(name for facts in case.inputs for name in (*facts.senders, facts.name, facts.source.name)),
    }
    return [text for text in reader.bare if re.search(r"[A-Za-z]{3,}", _SAME.sub("", _without(text, names)))]


def _without(text: str, names: set[str]) -> str:
    text = re.sub("\u27e6[^\u27e7]*\u27e7", "", text)
    for name in names:
        text = text.replace(name, "")
    return text


@pytest.mark.parametrize("audience", ["victim", "examiner", "court"])
def test_no_word_of_the_page_is_outside_the_catalogues(
    audience: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _words_outside_catalogues(tmp_path, monkeypatch, audience=audience, full_chat=True) == []


def test_a_word_outside_the_catalogues_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own" / "report"
    own.mkdir(parents=True)
    (own / "limits.html").write_text("<section id='limits'><h2>Limits</h2>{{ _('known') }}</section>")
    assert _words_outside_catalogues(tmp_path, monkeypatch, tmp_path / "own") == ["Limits"]


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_those_of_the_english_text(language: str) -> None:
    for message in translations.load(language):
        if message.id:
            texts = [message.string] if isinstance(message.string, str) else list(message.string)
            wanted = [
                set(_PLACE.findall(text)) for text in ([*message.id] if isinstance(message.id, tuple) else [message.id])
            ]
            for text in texts:
                assert set(_PLACE.findall(text)) in wanted, text


@pytest.mark.parametrize("language", OTHERS)
def test_compiled_catalogues_are_in_step(language: str) -> None:
    with translations.path_of(language, "mo").open("rb") as file:
        kept = gettext.GNUTranslations(file)
    made = gettext.GNUTranslations(BytesIO(translations.compiled(translations.load(language))))
    assert _without_header(kept) == _without_header(made)


def _without_header(catalogue: gettext.GNUTranslations) -> dict[object, str]:
    # The header names the version of Babel that wrote it.
    return {key: text for key, text in vars(catalogue)["_catalog"].items() if key != ""}


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_never_overclaims(language: str) -> None:
    """The strong words of each language stay out of its catalogue."""
    strong = {
        "es": r"siempre|seguro que|sin duda|auténtic",
        "pt": r"sempre|com certeza que|sem dúvida|autêntic",
        "de": r"immer|sicherlich|zweifellos|authentisch",
        "fr": r"toujours|certainement|sans doute|authentique",
        "it": r"sempre|certamente|senza dubbio|autentic",
        "hi": r"हमेशा|निश्चित रूप से|निस्संदेह",
        "ar": r"دائمًا|بالتأكيد|بلا شك",
    }[language]
    for message in translations.load(language):
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        for text in texts:
            assert not re.search(rf"\b(?:{strong})\b", text, re.IGNORECASE), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language_and_direction(language: str, tmp_path: Path) -> None:
    page = _page(tmp_path, language)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}"' in page


@pytest.mark.parametrize("language", OTHERS)
def test_the_first_screen_holds_no_english(language: str, tmp_path: Path) -> None:
    page = _page(tmp_path, language)
    screen = visible_text(page[page.index("<header") : page.index("</header>")])
    for english in ("Do this first", "Asked for money", "How sure", "Strong signs", "finding", "the app"):
        assert english not in screen
    assert "Lakshmi Sundaram" in screen


@pytest.mark.parametrize("language", OTHERS)
def test_quotes_stay_as_they_were_written(language: str, tmp_path: Path) -> None:
    assert "Kindly settle the pending invoice of Rs 1,84,500" in visible_text(_page(tmp_path, language))


@pytest.mark.parametrize("language", ["ar", "hi"])
@pytest.mark.parametrize("payload", PAYLOADS[:12], ids=range(12))
def test_hostile_text_stays_text_in_other_scripts(language: str, payload: str, tmp_path: Path) -> None:
    page = render_case(poison(build_case(), payload), tmp_path / "report.html", language=language)
    assert faults(page.read_text(encoding="utf-8"), _page(tmp_path, language)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_index_is_translated_too(language: str, tmp_path: Path) -> None:
    page = render_index(build_case(), tmp_path / "index.html", language=language).read_text(encoding="utf-8")
    assert "worst first" not in page


def test_dates_and_numbers_follow_the_language() -> None:
    assert Words("en").moment("2025-03-12T14:06:00") == "12 March 2025, 14:06"
    assert Words("de").moment("2025-03-12T14:06:07") == "12. März 2025, 14:06:07"
    assert Words("es").day("2025-03-12T14:06:00") == "12 de marzo de 2025"
    assert Words("fr").number(1234567) == "1\u202f234\u202f567"
    assert Words("de").count("%(num)s message", "%(num)s messages", 1) == "1 Nachricht"
    assert Words("ar").count("%(num)s message", "%(num)s messages", 5) == "5 رسائل"


def test_a_span_repeats_the_day_only_when_it_differs() -> None:
    words = Words("en")
    assert words.span("2025-03-12T14:06:00", "2025-03-12T15:55:00") == "12 March 2025, 14:06 \u2013 15:55"
    assert words.span("2025-03-12T23:00:00", "2025-03-13T01:00:00").count("March") == 2
    assert words.duration("2025-03-12T14:06:00", "2025-03-12T15:55:00") == "1 h 49 min"


def test_arabic_lists_have_arabic_marks() -> None:
    assert Words("ar").between(", ") == "\u060c "
    assert Words("de").between(" and ") == " und "
    assert Words("de").between("; ") == "; "
