"""The strings of the app: compiled in step with their source, and recognised in whole chats."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter, defaultdict
from pathlib import Path
from types import ModuleType

import pytest
from parsing_texts import parsed

from wa_forensics.chat import Chat
from wa_forensics.locales.app_words import AppString, app_strings, clock_words, month_names
from wa_forensics.parsing.events import KINDS_OF_EVENTS, PLACEHOLDERS
from wa_forensics.vocabulary import Event

ROOT = Path(__file__).resolve().parent.parent
PARTS = {
    "amount": "₹500",
    "business": "Brightleaf",
    "community": "Harbour",
    "company": "Acme",
    "date": "3/2/24",
    "duration": "3 min",
    "file": "report.pdf",
    "inviter": "Joana Pinto",
    "list": "Drivers",
    "n": "7",
    "name": "Asha Verma",
    "names": "Ravi K",
    "new_number": "+44 7700 900615",
    "old_number": "+44 7700 900614",
    "old_subject": "Old plan",
    "option": "Tea",
    "payee": "Milo",
    "payer": "Milo",
    "subject": "Dock: 4 plan",
    "text": "Yes",
    "time": "16:05",
    "title": "Party",
    "url": "https://maps.google.com/?q=1.0,2.0",
    "username": "asha.v",
}

# Names, numbers and files of other kinds: isolates around a number, other scripts, apostrophes, a comma, "~ name".
OTHER_PARTS = PARTS | {
    "date": "03.02.2024",
    "duration": "1 hr 5 min",
    "file": "تقرير نهائي.v2.pdf",
    "n": "1,024",
    "name": "\u2068+44 7700 900614\u2069",
    "names": "Zoë O’Neil 🌿, محمد علي, ~\u202fMilo",
    "old_subject": "A - B",
    "subject": 'Müll & "Kids"',
    "time": "4:05\u202fpm",
    "url": "https://maps.google.com/?q=-1.50,22.01",
}


def compiler() -> ModuleType:
    """The kept script that compiles the folder."""
    spec = importlib.util.spec_from_file_location("build", ROOT / "scripts" / "build_app_locales.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rendered(string: AppString, parts: dict[str, str] = PARTS) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], string.text)


def by_language() -> dict[str, list[AppString]]:
    strings = defaultdict(list)
    for string in app_strings():
        strings[string.language].append(string)
    return strings


def android(strings: list[AppString], parts: dict[str, str] = PARTS) -> Chat:
    lines = ["13/02/2024, 09:00 - Ravi K: hello\n"]
    for string in strings:
        under_name = string.event in PLACEHOLDERS or string.event is Event.EDITED_MARKER
        text = rendered(string, parts)
        if string.event is Event.EDITED_MARKER:
            text = "hello " + text
        lines.append(f"13/02/2024, 09:01 - {'Ravi K: ' if under_name else ''}{text}\n")
    return parsed("".join(lines))


def ios(strings: list[AppString], parts: dict[str, str] = PARTS) -> Chat:
    lines = ["[13/02/2024, 09:00:00] Ravi K: hello\r\n"]
    lines += [f"[13/02/2024, 09:01:00] Ravi K: \u200e{rendered(string, parts)}\r\n" for string in strings]
    return parsed("".join(lines))


@pytest.mark.parametrize("parts", [PARTS, OTHER_PARTS], ids=["plain", "other"])
@pytest.mark.parametrize("render", [android, ios])
def test_nearly_every_string_of_every_language_gets_its_event(render: object, parts: dict[str, str]) -> None:
    missed: Counter[tuple[str, str]] = Counter()
    total = 0
    for strings in by_language().values():
        chat = render(strings, parts)  # type: ignore[operator]
        assert len(chat) == len(strings) + 1
        for message, string in enumerate(strings, 1):
            total += 1
            right = chat.event(message) == string.event
            right |= string.event is Event.EDITED_MARKER and bool(chat.columns.edited[message])
            if not right:
                missed[string.event, str(chat.event(message))] += 1
    assert total > 14_000
    assert sum(missed.values()) <= 0.01 * total, missed.most_common(20)


@pytest.mark.parametrize("render", [android, ios])
def test_lines_of_the_app_have_no_sender_and_placeholders_keep_theirs(render: object) -> None:
    strings = by_language()["en"]
    chat = render(strings)  # type: ignore[operator]
    for message, string in enumerate(strings, 1):
        if chat.event(message) == string.event:
            named = string.event in PLACEHOLDERS or (render is ios and string.event in KINDS_OF_EVENTS)
            assert (chat.sender(message) is not None) == named, string.text


def test_compiled_words_are_in_step_with_the_folder() -> None:
    folder = ROOT / "wa_forensics" / "locales" / "app"
    compiled = compiler().compile_folder(folder)
    assert compiled == {name: (folder.parent / name).read_text(encoding="utf-8") for name in compiled}
    assert set(compiled) == {path.name for path in folder.parent.glob("app*.*") if path.suffix != ".py"}


def test_sixty_one_languages_carry_the_core_strings() -> None:
    core = {Event.E2E_NOTICE, Event.SECURITY_CODE_CHANGED, Event.DELETED_BY_SENDER, Event.MISSED_VOICE_CALL}
    full = [code for code, strings in by_language().items() if core <= {string.event for string in strings}]
    assert len(full) == 61


def test_no_clock_word_means_both_halves_of_the_day() -> None:
    words = clock_words()
    assert words["pm"] == words["下午"] == words["م"] == ((720, 1440),)
    assert words["am"] == words["上午"] == words["sa"] == ((0, 720),)
    assert words["凌晨"] == ((0, 300),)


def test_month_names_of_two_meanings_keep_their_languages() -> None:
    assert list(month_names()["oct"]) == ["10"]
    assert {"hr"} <= set(month_names()["listopad"]["10"]) and {"cs", "pl"} <= set(month_names()["listopad"]["11"])
