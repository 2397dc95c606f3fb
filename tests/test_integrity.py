"""Each check says one of four words, names its lines, and stays quiet on what phones write."""

from __future__ import annotations

import random
import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from damaged_chats import cut, damages, is_noticed
from damaged_exports import DAMAGES, Damage, Export, checks_table, outcome_of, packed, untouched
from damaged_exports import checks as checks_of
from hypothesis import given
from hypothesis import strategies as st
from invented_chats import PHONES, Phone

from wa_forensics import integrity
from wa_forensics.evidence import raw_text
from wa_forensics.evidence.inputs import texts_in
from wa_forensics.integrity import CHECKS, check
from wa_forensics.integrity.headers import form_of
from wa_forensics.integrity.identities import skeleton
from wa_forensics.model import Check, Verdict
from wa_forensics.parsing import parse_text

OVERCLAIMS = ("proves", "always", "certainly", "tampered", "authentic", " all ")
BY_NAME = {phone.name: phone for phone in PHONES}


def checks(text: str | bytes, *, zone: str | None = None) -> dict[str, Check]:
    data = text.encode() if isinstance(text, str) else text
    raw = raw_text(Path("WhatsApp Chat with Depot.txt"), data)
    return {item.id: item for item in check(parse_text(raw, allow_undecided=True), raw, zone=zone)}


def android(*messages: tuple[str, str, str]) -> str:
    return "".join(f"{day}, {time} - {rest}\n" for day, time, rest in messages)


def minutes(count: int, start: int = 0) -> str:
    return "".join(
        f"25/02/2024, {(start + i) // 60:02}:{(start + i) % 60:02} - {('Asha', 'Ben')[i % 2]}: message {start + i}\n"
        for i in range(count)
    )


def test_the_checks_are_listed_in_the_order_of_their_ids_and_none_is_missing() -> None:
    ids = [about.id for about, _ in CHECKS]
    assert ids == [f"I{n:02}" for n in (*range(1, 19), 20)]
    modules = {path.stem for path in Path(str(integrity.__file__)).parent.glob("*.py")} - {"__init__", "export"}
    assert modules == {function.__module__.rsplit(".", 1)[1] for _, function in CHECKS}


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: phone.name)
@pytest.mark.parametrize("seed", [0, 4, 5, 7])
def test_nothing_is_inconsistent_in_what_a_phone_writes(phone: Phone, seed: int) -> None:
    for item in checks_of(packed(untouched(phone, seed))):
        assert item.verdict != Verdict.INCONSISTENT, item.statement


BREAKING = [
    pytest.param(damage, phone, id=f"{damage.name} on {phone.name}")
    for damage in DAMAGES
    for phone in PHONES
    if damage.breaks(phone) and phone.name in ("android-en-GB", "android-en-IN", "ios-en-US", "ios-de")
]


@pytest.mark.parametrize(("damage", "phone"), BREAKING)
def test_a_damage_that_breaks_an_invariant_is_noticed(damage: Damage, phone: Phone) -> None:
    export = untouched(phone, 1)
    assert outcome_of(damage, export, checks_of(packed(export)), f"{damage.name} 1")[0]


CHATS = sorted((Path(__file__).resolve().parent.parent / "benchmarks" / "labelled_chats").glob("*.txt"))


@pytest.mark.parametrize("path", CHATS, ids=lambda path: path.stem)
def test_nothing_is_inconsistent_in_the_labelled_chats_and_single_damages_are_noticed(path: Path) -> None:
    data = path.read_bytes()
    before = checks_of(raw_text(path, data))
    assert [item.statement for item in before if item.verdict == Verdict.INCONSISTENT] == []
    text = cut(data)
    if len(text.people) >= 30:
        for name, damaged in damages(text, random.Random(path.name)):
            assert is_noticed(before, damaged), name


def test_the_labelled_chats_are_there() -> None:
    assert len(CHATS) >= 30


def test_a_header_that_was_altered_into_none_is_named() -> None:
    text = "".join(f"13/03/2026, 09:{n:02} - {('Asha', 'Ben')[n % 2]}: message {n}\n" for n in range(10, 50))
    altered = text.replace("13/03/2026, 09:20 - Asha", "13/03/2026, 09:2 - Asha")
    found = checks(altered)["I09"]
    assert (found.verdict, found.lines) == (Verdict.NO_CONCLUSION, (11,))
    talk = text.replace("message 20", "message 20\n1/2/3 at the gate - and 9:20 for Ben: fine")
    assert checks(talk)["I09"].verdict == Verdict.CONSISTENT


@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"])
def test_an_altered_header_is_named_with_an_arabic_comma_and_in_other_digits(digits: str) -> None:
    lines = [f"13\u200f/3\u200f/2026\u060c 9:{n:02} \u0635 - {('Asha', 'Ben')[n % 2]}: message" for n in range(10, 50)]
    lines[10] = lines[10].replace("9:20", "9:2")
    table = str.maketrans("0123456789", digits)
    found = checks("".join(f"{line} {n}\n".translate(table) for n, line in enumerate(lines)))["I09"]
    assert (found.verdict, found.lines) == (Verdict.NO_CONCLUSION, (11,))


def test_time_order_is_tested_where_the_dates_can_be_read_in_two_ways() -> None:
    text = "".join(f"05/06/2026, 09:{n:02} - {('Asha', 'Ben')[n % 2]}: message {n}\n" for n in range(10, 50))
    lines = text.splitlines(keepends=True)
    whole = checks(text)["I10"]
    assert whole.verdict == Verdict.CONSISTENT
    moved = "".join([*lines[:5], lines[30], *lines[5:30], *lines[31:]])
    found = checks(moved)["I10"]
    assert (found.verdict, found.lines) == (Verdict.NO_CONCLUSION, (6,))


def test_small_steps_back_that_add_up_are_named() -> None:
    order = [10, 11, 12, 16, 15, 14, 13, 17, 18, 19]
    text = "".join(f"13/03/2026, 09:{n:02} - {('Asha', 'Ben')[n % 2]}: message {n}\n" for n in order)
    found = checks(text)["I10"]
    assert found.verdict == Verdict.NO_CONCLUSION and found.counts["longest_step_back_seconds"] == 180


def test_an_insertion_that_breaks_nothing_goes_unnoticed() -> None:
    damage = next(item for item in DAMAGES if item.name == "insert: everything in order")
    export = untouched(BY_NAME["android-en-GB"], 1)
    assert not outcome_of(damage, export, checks_of(packed(export)), "1")[0]


def test_statements_do_not_overclaim_and_every_check_but_the_hash_names_innocent_causes() -> None:
    export = untouched(BY_NAME["ios-en-GB"], 5)
    results = list(checks_of(packed(export)))
    for damage in DAMAGES:
        results += checks_of(damage.apply(export, random.Random(3)))
    for item in results:
        assert item.statement.endswith(".")
        assert not [word for word in OVERCLAIMS if word in f" {item.statement.lower()} "], item.statement
        assert item.innocent_causes or item.id == "I01"


def test_a_check_with_an_unproven_basis_needs_a_second_sign() -> None:
    unproven = {about.id for about, _ in CHECKS if not about.proven}
    assert unproven == {"I06", "I09"}
    export = untouched(BY_NAME["ios-en-GB"], 1)
    # Three messages taken out: only the ordinals show it.
    shorter = export.with_entries([*export.entries[:100], *export.entries[103:]])
    found = {item.id: item for item in checks_of(packed(shorter))}
    assert found["I06"].verdict == Verdict.NO_CONCLUSION
    assert found["I06"].counts["missing"] == 3


def test_a_file_left_behind_where_an_ordinal_is_missing_is_inconsistent() -> None:
    export = untouched(BY_NAME["ios-en-GB"], 1)
    photo = next(i for i, message in enumerate(export.said, 1) if message.kind == "photo" and i > 50)
    shorter = export.with_entries([*export.entries[:photo], *export.entries[photo + 1 :]])
    found = {item.id: item for item in checks_of(packed(shorter))}
    assert found["I15"].verdict == Verdict.INCONSISTENT
    assert found["I15"].counts["unreferenced"] == 1


def test_a_pasted_older_message_on_ios_is_no_conclusion_and_a_forged_next_one_is_inconsistent() -> None:
    start = "[03/02/2024, 16:05:0{}] Asha: {}\r\n"
    before = start.format(1, "the truck is late") + start.format(2, "ok")
    after = "[03/02/2024, 16:30:00] Ben: fine\r\n[13/02/2024, 16:30:00] Ben: bye\r\n"
    pasted = "[03/02/2024, 16:06:00] Ben: you wrote\n[03/02/2024, 16:05:01] Asha: the truck is late\r\n"
    forged = "[03/02/2024, 16:06:00] Ben: you wrote\n[03/02/2024, 16:07:00] Asha: pay to my new account\r\n"
    assert checks(before + pasted + after)["I09"].verdict == Verdict.NO_CONCLUSION
    found = checks(before + forged + after)["I09"]
    assert (found.verdict, found.lines) == (Verdict.INCONSISTENT, (4,))


@pytest.mark.parametrize(
    ("pattern", "other", "same"),
    [
        ("00/00/0000, 00:00 - ", "0/0/0000, 0:00 - ", True),
        ("0/0/00, 0:00\u202fAM - ", "0/0/00, 0:00\u202fPM - ", True),
        ("\u200e[00.00.00, 00:00:00] ", "[00.00.00, 00:00:00] ", True),
        ("0/0/00, 0:00 AM - ", "0/0/00, 0:00\u202fAM - ", False),
        ("0/0/00, 0:00 am - ", "0/0/00, 0:00 AM - ", False),
        ("00/00/0000, 00:00 - ", "00.00.0000, 00:00 - ", False),
    ],
)
def test_shapes_are_one_form_when_only_digits_marks_or_the_half_of_the_day_differ(
    pattern: str, other: str, same: bool
) -> None:
    assert (form_of(pattern) == form_of(other)) is same


@pytest.mark.parametrize(
    "times",
    [
        ("4:05 in the afternoon", "9:05 at night", "7:05 in the morning", "12:00 noon"),
        ("4:05 de la tarde", "9:05 de la noche", "7:05 de la mañana", "12:05 del mediodía"),
        ("4:05 soir", "10:05 mat.", "11:05 soir", "7:05 mat."),
        ("4:05 अपराह्न", "9:05 पूर्वाह्न", "7:05 पूर्वाह्न", "11:05 अपराह्न"),
        ("4:05 pm", "9:05 am", "10:05 pm", "12:05 am"),
    ],
)
def test_the_words_for_the_parts_of_the_day_are_one_form(times: tuple[str, ...]) -> None:
    text = "".join(f"{13 + day}/02/2024, {time} - Asha: hi\n" for day, time in enumerate(times))
    assert checks(text)["I05"].verdict == Verdict.CONSISTENT


def test_another_word_for_the_same_half_of_the_day_is_another_form() -> None:
    times = ("4:05 pm", "5:05 pm", "6:05 PM", "7:05 am")
    text = "".join(f"{13 + day}/02/2024, {time} - Asha: hi\n" for day, time in enumerate(times))
    assert checks(text)["I05"].lines == (3,)


def test_a_leading_zero_in_one_header_is_named() -> None:
    text = minutes(30, 300).replace("25/02/2024, 05:07", "25/02/2024, 5:07")
    found = checks(text)["I05"]
    assert found.verdict == Verdict.INCONSISTENT
    assert found.lines == (8,)


def test_steps_back_in_time_are_named_but_not_judged() -> None:
    lines = minutes(30).splitlines(keepends=True)
    lines.insert(20, "25/02/2024, 00:03 - Ben: late\n")
    found = checks("".join(lines))["I10"]
    assert (found.verdict, found.lines) == (Verdict.NO_CONCLUSION, (21,))


def test_a_message_delivered_a_moment_late_is_consistent() -> None:
    lines = minutes(30).splitlines(keepends=True)
    lines.insert(20, "25/02/2024, 00:18 - Ben: late\n")
    found = checks("".join(lines))["I10"]
    assert (found.verdict, found.counts["out_of_order"]) == (Verdict.CONSISTENT, 1)


def test_the_repeated_hour_of_a_declared_zone_explains_a_step_back() -> None:
    text = android(
        ("27/10/2024", "02:50", "Asha: before"),
        ("27/10/2024", "02:55", "Ben: still before"),
        ("27/10/2024", "02:05", "Asha: an hour again"),
        ("27/10/2024", "03:10", "Ben: after"),
    )
    assert checks(text)["I10"].verdict == Verdict.NO_CONCLUSION
    assert checks(text, zone="Europe/Berlin")["I10"].verdict == Verdict.CONSISTENT
    assert checks(text, zone="Asia/Kolkata")["I10"].verdict == Verdict.NO_CONCLUSION


def test_a_time_that_the_declared_zone_skips_is_inconsistent() -> None:
    text = android(("31/03/2024", "01:50", "Asha: hi"), ("31/03/2024", "02:30", "Ben: hm"))
    found = checks(text, zone="Europe/Berlin")["I10"]
    assert (found.verdict, found.lines) == (Verdict.INCONSISTENT, (2,))
    assert checks(text)["I10"].verdict == Verdict.CONSISTENT


def test_line_ends_of_two_kinds_are_inconsistent_and_of_the_other_kind_no_conclusion() -> None:
    text = minutes(20)
    assert checks(text)["I04"].verdict == Verdict.CONSISTENT
    assert checks(text.replace("\n", "\r\n"))["I04"].verdict == Verdict.NO_CONCLUSION
    mixed = checks(text.replace("message 4\n", "message 4\r\n"))["I04"]
    assert (mixed.verdict, mixed.lines) == (Verdict.INCONSISTENT, (5,))
    assert checks(text.rstrip("\n"))["I04"].verdict == Verdict.NO_CONCLUSION


def test_lost_bytes_and_doubly_encoded_text_are_inconsistent_and_one_odd_character_is_not() -> None:
    text = minutes(20).replace("message", "Grüße, schöne")
    assert checks(text)["I20"].verdict == Verdict.CONSISTENT
    assert checks(text.encode("cp1252"))["I20"].verdict == Verdict.INCONSISTENT
    assert checks(text.encode().decode("latin-1"))["I20"].verdict == Verdict.INCONSISTENT
    one = checks(text.replace("schöne 7", "sch\ufffdne 7"))["I20"]
    assert (one.verdict, one.lines) == (Verdict.NO_CONCLUSION, (8,))


def test_a_block_that_returns_with_its_times_is_inconsistent_and_people_repeating_themselves_are_not() -> None:
    text = minutes(40)
    block = "".join(text.splitlines(keepends=True)[10:20])
    found = checks(text + block + minutes(5, 60))["I17"]
    assert found.verdict == Verdict.INCONSISTENT
    assert (found.counts["messages_repeated"], found.lines[0]) == (10, 41)
    same_minute = "25/02/2024, 00:01 - Ben: ok\n25/02/2024, 00:01 - Asha: go\n25/02/2024, 00:01 - Ben: ha\n"
    assert checks(minutes(1) + same_minute * 2)["I17"].verdict == Verdict.CONSISTENT


def test_a_stranger_out_of_order_on_android_may_be_pasted_text() -> None:
    lines = minutes(120).splitlines(keepends=True)
    lines.insert(100, "25/02/2024, 00:20 - Head Office: pay at once\n")
    found = checks("".join(lines))["I09"]
    assert (found.verdict, found.lines) == (Verdict.NO_CONCLUSION, (101,))
    lines[100] = "25/02/2024, 00:20 - Ben: pay at once\n"
    assert checks("".join(lines))["I09"].verdict == Verdict.CONSISTENT


def test_files_of_several_chats_in_one_zip_are_not_called_unreferenced() -> None:
    photo = "25/02/2024, 09:00 - Asha: IMG-20240225-WA0001.jpg (file attached)\n"
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("WhatsApp Chat with A.txt", minutes(9))
        archive.writestr("WhatsApp Chat with B.txt", minutes(9) + photo)
        archive.writestr("IMG-20240225-WA0001.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 20)
    found = {item.id: item for item in checks_of(next(texts_in(Path("a.zip"), target.getvalue())))}
    assert (found["I15"].verdict, found["I15"].counts["unreferenced"]) == (Verdict.CONSISTENT, 0)


def test_a_silence_is_measured_against_the_chats_own_rhythm() -> None:
    later = minutes(60).replace("25/02/2024", "28/03/2024")
    found = checks(minutes(60) + later)["I11"]
    assert (found.verdict, found.lines) == (Verdict.NO_CONCLUSION, (61,))
    assert checks(minutes(120))["I11"].verdict == Verdict.CONSISTENT
    assert checks(minutes(50))["I11"].verdict == Verdict.NOT_TESTABLE


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("Asha Rao", "asha  rao", True),
        ("Asha Rao", "Ash\u0430 Rao", True),
        ("Asha Rao", "Asha\u200b Rao", True),
        ("Asha Rao", "\uff21sha Rao", True),
        ("Asha Rao", "Asha Roy", False),
        ("+44 7700 900123", "+44 7700 900124", False),
    ],
)
def test_names_are_alike_to_the_eye(name: str, other: str, alike: bool) -> None:
    assert (skeleton(name) == skeleton(other)) is alike


def test_look_alike_senders_are_named_with_the_rarer_ones_lines() -> None:
    text = minutes(20).replace("Asha: message 8", "Ash\u0430: message 8")
    found = checks(text)["I18"]
    assert (found.verdict, found.lines) == (Verdict.NO_CONCLUSION, (9,))


def test_a_text_packed_before_its_last_message_is_inconsistent() -> None:
    export = untouched(BY_NAME["android-en-GB"], 1)
    early = Export(said=export.said[:50], entries=export.entries, files=export.files, phone=export.phone)
    found = {item.id: item for item in checks_of(packed(early))}
    assert found["I03"].verdict == Verdict.INCONSISTENT


def test_programs_disguises_and_missing_files_are_facts_of_the_file_check() -> None:
    export = untouched(BY_NAME["ios-en-GB"], 1)
    names = sorted(export.files)
    files = {**export.files, names[0]: b"MZ" + b"\0" * 300, names[1]: b"", "run.bat": b"@echo off\r\n"}
    del files[names[2]]
    found = {item.id: item for item in checks_of(packed(replace(export, files=files)))}["I15"]
    assert found.verdict == Verdict.NO_CONCLUSION
    assert {key: found.counts[key] for key in ("programs", "other_type_than_name", "empty", "missing")} == {
        "programs": 2,
        "other_type_than_name": 1,
        "empty": 1,
        "missing": 1,
    }
    assert f"{names[0]!r} (Windows program), 'run.bat' (script)" in found.statement


def test_a_zip_packed_on_a_computer_is_told_from_one_packed_by_an_android_phone() -> None:
    export = untouched(BY_NAME["android-de"], 1)
    assert {i.id: i.verdict for i in checks_of(packed(export))}["I02"] == Verdict.CONSISTENT
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("WhatsApp Chat mit Lager.txt", export.text())
    raw = next(texts_in(Path("a.zip"), target.getvalue()))
    assert {i.id: i.verdict for i in checks_of(raw)}["I02"] == Verdict.INCONSISTENT


def test_an_export_of_notices_only_and_one_near_a_limit_are_pointed_out() -> None:
    notice = (
        "25/02/2024, 16:05 - Messages and calls are end-to-end encrypted. No one outside of this chat, not even "
        "WhatsApp, can read or listen to them. Tap to learn more.\n"
    )
    found = checks(notice + notice.replace("25/", "26/"))
    assert found["I14"].verdict == Verdict.NO_CONCLUSION
    assert found["I12"].verdict == Verdict.CONSISTENT
    many = "".join(f"{1 + i // 1440:02}/01/2024, {i // 60 % 24:02}:{i % 60:02} - Asha: x{i}\n" for i in range(10_001))
    assert checks(many)["I13"].verdict == Verdict.NO_CONCLUSION
    assert checks(notice.replace("25/02/2024", "01/01/2024") + many)["I13"].verdict == Verdict.CONSISTENT


def test_the_document_lists_the_checks_as_the_program_has_them() -> None:
    document = (Path(__file__).parents[1] / "docs" / "integrity.md").read_text("utf-8")
    for row in checks_table():
        assert row in document, f"{row}: run benchmarks/damaged_exports.py --write docs/integrity.md"
    assert f"{len(PHONES)} phones" in document
    for damage in DAMAGES:
        assert f"| {damage.name} |" in document


@given(st.lists(st.text("ab?? 1", max_size=12), min_size=3, max_size=20), st.sampled_from([2, 7, 1 << 20]))
def test_question_marks_inside_words_are_counted_as_an_expression_would(texts: list[str], block: int) -> None:
    chat = "".join(f"0{n % 9 + 1}/02/2024, 16:05 - Asha: {text} done?\n" for n, text in enumerate(texts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wa_forensics.integrity.octets.BLOCK", block)
        statement = checks(chat)["I20"].statement
    count = len(re.findall(r"[A-Za-z]\?+[A-Za-z]", chat))
    told = re.search(r"([\d,]+) question marks? inside", statement)
    assert (int(told[1]) if told else 0) == (count if count >= 3 else 0)
