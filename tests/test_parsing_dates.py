"""Header forms and dates: right or undecided, never silently wrong."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from parsing_texts import parsed, raw_text

from wa_forensics.errors import AmbiguousClock, AmbiguousDateOrder, ParseError
from wa_forensics.model import Confidence, Platform, ZipFacts, ZipMember
from wa_forensics.parsing import parse_text

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "header_vectors.json").read_text(encoding="utf-8")
)["vectors"]
# A 12-hour pattern that names no half of the day (one entry of the locale tables): no reader can tell 4:05 from 16:05,
# so these two are undecided by their clock.
HALFLESS = {"03/02/2024 à 4:05 - ", "03/02/2024, 4:05 - "}


def alone(header: str) -> str:
    return f"{header}Asha: hello\n"


def in_a_file(header: str) -> str:
    return (
        f"{header}Asha: hello\n{header}Ravi K: again\n\n3/2 second line: 10:30 - ok\n"
        f"{header}Asha: - 10:30 fine: ok\n{header}Messages and calls are end-to-end encrypted.\n"
    )


def wanted(vector: dict[str, Any]) -> str:
    instant: str = vector["instant"]
    return instant if instant.count(":") == 2 else instant + ":00"


def outcome(text: str, vector: dict[str, Any], messages: int) -> str:
    """``right``, ``undecided`` (the right reading is among those named), or what went wrong."""
    try:
        chat = parsed(text)
    except AmbiguousClock:
        return "undecided" if vector["header"] in HALFLESS else "the clock is in doubt"
    except AmbiguousDateOrder as error:
        if vector["header"] in HALFLESS:
            return "undecided"
        read = {parsed(text, date_order=order).time(0) for order in error.readings}
        return "undecided" if wanted(vector) in read else f"right reading not named: {read}"
    except ParseError as error:
        return f"not read: {error}"
    got = (len(chat), chat.time(0), chat.sender(0), chat.text(0))
    return "right" if got == (messages, wanted(vector), "Asha", "hello") else f"wrong: {got}"


@pytest.mark.parametrize(("build", "messages"), [(alone, 1), (in_a_file, 4)])
def test_every_header_of_the_specification_is_right_or_undecided(build: Callable[[str], str], messages: int) -> None:
    outcomes: Counter[str] = Counter()
    for vector in VECTORS:
        if vector["instant"].startswith("????"):
            continue
        result = outcome(build(vector["header"]), vector, messages)
        assert result in ("right", "undecided"), (vector["header"], result)
        outcomes[result] += 1
    assert sum(outcomes.values()) == len(VECTORS) - 2


def test_given_the_order_every_header_is_right() -> None:
    for vector in VECTORS:
        for order in vector.get("date_order", ()):
            if vector["header"] in HALFLESS or len(vector["date_order"]) > 1:
                continue
            chat = parsed(in_a_file(vector["header"]), date_order=order)
            assert chat.time(0) == wanted(vector), vector["header"]


@pytest.mark.parametrize("header", ["Mar 12, 9:05 PM - ", "12 Aug 18:05 - "])
def test_a_header_without_a_year_asks_for_it(header: str) -> None:
    with pytest.raises(ParseError, match="no year"):
        parsed(alone(header))
    assert parsed(alone(header), date_order="auto@2014").time(0).startswith("2014-")


# the order, decided from each kind of evidence


def chat_of(moments: list[datetime], style: str, texts: list[str] | None = None) -> str:
    lines = []
    for number, moment in enumerate(moments):
        text = texts[number] if texts else f"text {number}"
        lines.append(f"{moment:{style}} - {('Asha', 'Ravi')[number % 2]}: {text}\n")
    return "".join(lines)


DMY, MDY = "%d/%m/%Y, %H:%M", "%m/%d/%Y, %H:%M"


def days(*dates: str, each: int = 1) -> list[datetime]:
    return [datetime.fromisoformat(day) + timedelta(hours=9, minutes=5 * i) for day in dates for i in range(each)]


@pytest.mark.parametrize(("style", "order"), [(DMY, "DMY"), (MDY, "MDY")])
def test_values_decide_with_their_proof(style: str, order: str) -> None:
    found = parsed(chat_of(days("2024-02-03", "2024-02-25"), style)).date_order
    assert (found.order, found.decided_by, found.confidence) == (order, "values", Confidence.HIGH)
    assert "reaches 25" in found.proof[0]
    assert found.contradictions == ()


@pytest.mark.parametrize(("style", "order"), [(DMY, "DMY"), (MDY, "MDY")])
def test_line_order_decides(style: str, order: str) -> None:
    moments = days("2024-01-10", "2024-02-03", "2024-03-02", "2024-04-11", "2024-05-01")
    found = parsed(chat_of(moments, style)).date_order
    assert (found.order, found.decided_by) == (order, "line order")


@pytest.mark.parametrize(("style", "order"), [(DMY, "DMY"), (MDY, "MDY")])
@pytest.mark.parametrize(
    "name", ["IMG-20240203-WA0001.jpg (file attached)", "<attached: 00000001-PHOTO-2024-02-03-09-00-00.jpg>"]
)
def test_names_of_attachments_decide(style: str, order: str, name: str) -> None:
    found = parsed(chat_of(days("2024-02-03", each=2), style, ["hi", name])).date_order
    assert (found.order, found.decided_by) == (order, "attachment names")


@pytest.mark.parametrize(("style", "order"), [(DMY, "DMY"), (MDY, "MDY")])
def test_following_days_of_a_dense_chat_decide(style: str, order: str) -> None:
    moments = days("2024-02-03", "2024-02-04", "2024-02-05", "2024-02-07", "2024-02-08", each=6)
    found = parsed(chat_of(moments, style)).date_order
    assert (found.order, found.decided_by, found.confidence) == (order, "repeated days", Confidence.MEDIUM)


def test_a_monthly_reminder_is_left_undecided() -> None:
    moments = days(*(f"2024-{month:02d}-05" for month in range(1, 9)))
    with pytest.raises(AmbiguousDateOrder):
        parsed(chat_of(moments, DMY))


@pytest.mark.parametrize(("style", "order"), [(DMY, "DMY"), (MDY, "MDY")])
def test_the_time_of_the_zip_entry_decides(style: str, order: str) -> None:
    member = ZipMember(
        name="chat.txt",
        size=1,
        compressed=1,
        crc32=0,
        modified="2024-03-02T10:00:00",
        create_system=0,
        create_version=20,
        extract_version=20,
        flag_bits=8,
        compression=8,
        external_attr=0,
        extra_length=0,
        header_offset=0,
    )
    moment = days("2024-02-11")
    zip_facts = ZipFacts(members=(member,), prepended_bytes=0, comment="")
    raw = raw_text(chat_of(moment, style), path="chat.zip", member="chat.txt", zip_facts=zip_facts)
    found = parse_text(raw).date_order
    assert (found.order, found.decided_by) == (order, "zip entry time")


@pytest.mark.parametrize("written", ["07.12.17, 22:35 - ", "17.07.12, 22:35 - ", "07.12.2017, 22:35 - "])
def test_dots_alone_are_no_proof_that_the_day_comes_first(written: str) -> None:
    # Other parsers' tests write 07.13.2017 and 17.07.12 so, and older phones let their owner choose the order.
    with pytest.raises(AmbiguousDateOrder) as caught:
        parsed(f"{written}Asha: <Media omitted>\n{written}Ravi: ok\n")
    assert {"DMY", "MDY"} & set(caught.value.readings)


def test_dots_mean_day_first_where_the_app_speaks_a_language_that_writes_so() -> None:
    chat = parsed("07.12.17, 22:35 - Asha: <Medien ausgeschlossen>\n07.12.17, 22:36 - Ravi: ok\n")
    assert (chat.date_order.order, chat.date_order.decided_by) == ("DMY", "header form")
    assert chat.time(0) == "2017-12-07T22:35:00"


def test_an_undecided_order_stops_names_both_readings_or_goes_on_when_allowed() -> None:
    text = chat_of(days("2024-02-03"), DMY)
    with pytest.raises(AmbiguousDateOrder) as caught:
        parsed(text)
    assert caught.value.readings == ("DMY", "MDY")
    chat = parsed(text, allow_undecided=True)
    assert (chat.date_order.decided_by, chat.date_order.readings) == ("undecided", ("DMY", "MDY"))
    assert chat.time(0) == "2024-02-03T09:00:00"
    asked = parsed(text, date_order="MDY")
    assert (asked.date_order.decided_by, asked.time(0)) == ("caller", "2024-03-02T09:00:00")


def test_lines_that_fit_no_common_order_are_named_as_contradictions() -> None:
    moments = days(*(f"2024-02-{day}" for day in range(13, 27)))
    found = parsed(chat_of(moments, DMY) + "02/28/2024, 10:00 - Asha: late\n")
    assert found.date_order.order == "DMY"
    assert found.date_order.contradictions
    assert found.time(len(found) - 1) == "2024-02-28T10:00:00"


def test_no_random_chat_is_read_in_a_wrong_order() -> None:
    chance = random.Random(5)
    decided = 0
    for _ in range(400):
        start = datetime(2012 + chance.randrange(13), chance.randrange(1, 13), chance.randrange(1, 28), 8)
        span = chance.choice([0.2, 2, 6, 20, 90]) * 86_400
        moments = sorted(start + timedelta(minutes=int(chance.random() * span / 60)) for _ in range(24))
        style = chance.choice([DMY, MDY, "%d/%m/%y, %H:%M", "%m/%d/%y, %H:%M", "%y/%m/%d, %H:%M", "%Y-%m-%d %H:%M"])
        try:
            chat = parsed(chat_of(moments, style))
        except AmbiguousDateOrder:
            continue
        decided += 1
        assert [chat.time(i) for i in range(len(chat))] == [f"{moment:%Y-%m-%dT%H:%M:00}" for moment in moments], style
    assert decided > 200


# clocks and calendars


@pytest.mark.parametrize("header", sorted(HALFLESS))
def test_a_clock_that_may_have_twelve_hours_is_undecided_until_the_caller_or_an_hour_settles_it(header: str) -> None:
    with pytest.raises(AmbiguousClock) as caught:
        parsed(alone(header), date_order="DMY")
    assert caught.value.readings == ("DMY@24h",)
    assert parsed(alone(header), date_order="DMY@24h").time(0) == "2024-02-03T04:05:00"
    assert parsed(alone(header) + alone(header.replace("4:05", "16:05")), date_order="DMY").time(1)[11:] == "16:05:00"
    going_on = parsed(alone(header), date_order="DMY", allow_undecided=True)
    assert any("times of day are uncertain" in note for note in going_on.notes)


def test_time_that_falls_back_past_noon_shows_a_clock_of_twelve_hours() -> None:
    clock = ("11:50", "12:05", "1:10", "2:20")
    text = "".join(f"{day}/2/2024, {time} - Asha: hi\n" for day in (13, 14) for time in clock)
    with pytest.raises(AmbiguousClock):
        parsed(text)
    morning = "".join(f"{day}/2/2024, {time} - Asha: hi\n" for day in (13, 14) for time in ("8:50", "9:05", "11:10"))
    assert parsed(morning).time(0) == "2024-02-13T08:50:00"


def test_many_messages_of_the_small_hours_and_none_of_the_afternoon_show_a_clock_of_twelve_hours() -> None:
    text = "".join(f"{day}/2/2024, {day % 12 + 1}:05 - Asha: hi\n" for day in range(1, 29))
    with pytest.raises(AmbiguousClock):
        parsed(text)


@pytest.mark.parametrize(("hour", "told"), [("09", True), ("9", True), ("13", False), ("00", False)])
def test_a_clock_that_no_hour_shows_is_named(hour: str, told: bool) -> None:
    chat = parsed(f"13.2.2024, {hour}:05 - Asha: hello\n13.2.2024, {hour}:06 - Ravi: hello\n")
    assert any("does not show that its clock has 24 hours" in note for note in chat.notes) == told
    given = parsed(f"13.2.2024, {hour}:05 - Asha: hello\n", date_order="DMY@24h")
    assert not given.notes


def test_a_chat_of_one_night_with_padded_hours_is_of_a_24_hour_clock() -> None:
    night = "".join(f"13/02/2024, {hour:02}:{minute} - Asha: hi\n" for hour in range(1, 5) for minute in (10, 28, 46))
    assert parsed(night).time(0) == "2024-02-13T01:10:00"
    late = f"{night}13/02/2024, 02:00 - Ravi: delivered late\n"
    assert parsed(late).time(len(parsed(late)) - 1) == "2024-02-13T02:00:00"
    noons = "".join(f"{day}/02/2024, {time} - Asha: hi\n" for day in (13, 14) for time in ("11:50", "12:05", "01:10"))
    with pytest.raises(AmbiguousClock):
        parsed(noons)


def test_a_word_that_no_table_knows_is_named_even_when_other_lines_are_clear() -> None:
    lines = [f"{day}/2/2024, 4:05 {'PM' if day % 2 else 'xyzzy'} - Asha: hi\n" for day in range(1, 29)]
    with pytest.raises(ParseError, match="xyzzy"):
        parsed("".join(lines))


@pytest.mark.parametrize(("others", "number"), [(("sty", "lut"), 11), (("sij", "velj"), 10)])
def test_a_month_name_of_two_meanings_is_read_in_the_language_of_the_file(others: tuple[str, ...], number: int) -> None:
    names = (*others, "lis")
    chat = parsed("".join(f"3 {name} 2014 16:05 - Asha: hi\n" for name in names))
    assert chat.time(2) == f"2014-{number}-03T16:05:00"
    with pytest.raises(ParseError, match="different month"):
        parsed("3 lis 2014 16:05 - Asha: hi\n")


@pytest.mark.parametrize(("other", "hour"), [("ZD", 0), ("PD", 12)])
def test_a_clock_word_of_two_meanings_is_read_with_the_others_of_the_file(other: str, hour: int) -> None:
    """ "MD" is the afternoon in Albanian and, beside "ZD", the morning in Mara."""
    chat = parsed(f"23/2/2024, 12:05 MD - Asha: hi\n24/2/2024, 4:05 {other} - Ravi: ok\n")
    assert chat.time(0) == f"2024-02-23T{hour:02}:05:00"
    assert parsed(alone("23/2/2024, 12:05 MD - ")).time(0) == "2024-02-23T12:05:00"


def test_a_clock_word_that_only_others_explain_is_named_when_it_stands_alone() -> None:
    """ "UT" is the afternoon beside "KI" in Embu, the morning beside "UK" in Greenlandic, and nothing at 16:05."""
    for other, hour in (("KI", 16), ("UK", 4)):
        chat = parsed(f"23/2/2024, 4:05 UT - Asha: hi\n24/2/2024, 4:05 {other} - Ravi: ok\n")
        assert chat.time(0) == f"2024-02-23T{hour:02}:05:00"
    with pytest.raises(ParseError, match="'ut'"):
        parsed(alone("23/2/2024, 4:05 UT - "))
    chat = parsed("23/2/2024, 4:05 UT - Asha: hi\n24/2/2024, 16:05 UT - Ravi: ok\n")
    assert [chat.time(row)[11:16] for row in range(2)] == ["04:05", "16:05"]


@pytest.mark.parametrize("header", ["[23/2, 16:05] ", "[23.02., 16:05] ", "[2-23, 4:05 pm] "])
def test_what_a_phone_copies_names_no_year(header: str) -> None:
    with pytest.raises(ParseError, match="no year"):
        parsed(alone(header))
    chat = parsed(alone(header), date_order="auto@2024")
    assert (chat.time(0), chat.platform, chat.sender(0)) == ("2024-02-23T16:05:00", Platform.WEB_COPY, "Asha")


def test_months_of_small_hours_and_no_afternoon_doubt_a_clock_that_pads_its_hours() -> None:
    days = [(month, day) for month in (1, 3) for day in range(1, 32)]
    text = "".join(f"[{day:02}/{month:02}/24, {day % 12 + 1:02}:05:06] Asha: hi\n" for month, day in days)
    with pytest.raises(AmbiguousClock):
        parsed(text)
    assert len(parsed(text, date_order="auto@24h")) == 62


def test_a_month_that_no_language_knows_is_named() -> None:
    with pytest.raises(ParseError, match="xyzzy"):
        parsed("3 Oct 2014 16:05 - Asha: hi\n3 Xyzzy 2014 16:06 - Asha: hi\n")


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("2024/2/23 凌晨1:05 - ", "2024-02-23T01:05:00"),
        ("2024/2/23 中午12:30 - ", "2024-02-23T12:30:00"),
        ("2024/2/23 晚上11:05 - ", "2024-02-23T23:05:00"),
        ("2024/2/23 上午12:05 - ", "2024-02-23T00:05:00"),
        ("2024/02/23 午後0:05 - ", "2024-02-23T12:05:00"),
        ("2024. 2. 23. 오전 12:05 - ", "2024-02-23T00:05:00"),
        ("2/23/24, 12:05\u202fPM - ", "2024-02-23T12:05:00"),
        ("2/23/24, 12:05 AM - ", "2024-02-23T00:05:00"),
        ("23/2/2024 12:05 in the afternoon - ", "2024-02-23T12:05:00"),
        ("23/2/2024, 16:05 PM - ", "2024-02-23T16:05:00"),
        ("23.02.2024, 16:05 Uhr - ", "2024-02-23T16:05:00"),
        ("23 févr. 2024 à 16:05 - ", "2024-02-23T16:05:00"),
        ("23 de fev de 2024 16:05 - ", "2024-02-23T16:05:00"),
        ("2024年2月23日 16:05 - ", "2024-02-23T16:05:00"),
        ("[23/2/2567 BE, 14:56:01] ", "2024-02-23T14:56:01"),
        ("[23/2/67, 14:56:01] ", "2024-02-23T14:56:01"),
        ("[2/23/R6, 14:56:01] ", "2024-02-23T14:56:01"),
        ("[令和6/2/23 14:56:01] ", "2024-02-23T14:56:01"),
        ("[2/23/H31, 14:56:01] ", "2019-02-23T14:56:01"),
        ("[113/2/23 14:56:01] ", "2024-02-23T14:56:01"),
        ("[民國113/2/23 14:56:01] ", "2024-02-23T14:56:01"),
        ("۱۴۰۲/۱۱/۱۴،\u200f ۱۶:۰۵ - ", "2024-02-03T16:05:00"),
        ("[24/5/5784, 14:56:01] ", "2024-02-03T14:56:01"),
        ("3.02.24 г., 12:05 ч. am - ", "2024-02-03T00:05:00"),
        ("[23.02.2024 г., 12:05:06 ч. на обяд] ", "2024-02-23T12:05:06"),
        ("[2024. 02. 23. de. 12:05:06] ", "2024-02-23T00:05:06"),
        ("[23/2/2024 12:05:06\u202fsubaka] ", "2024-02-23T00:05:06"),
        ("ଫେବୃଆରୀ 23, 2024, 00:05 - ", "2024-02-23T00:05:00"),
        ("২ সেপ্টেঃ, ২০২৪ ২৩:০৫ - ", "2024-09-02T23:05:00"),
        ("2024 كانون التاني 23 00:05 - ", "2024-01-23T00:05:00"),
        ("[16/7/1445 AH, 14:56:01] ", "2024-01-28T14:56:01"),
        ("23 ก.พ. 2567 16:05 น. - ", "2024-02-23T16:05:00"),
        ("16:05 23 thg 2, 2024 - ", "2024-02-23T16:05:00"),
        ("23 בפבר׳ 2024, 16:05 - ", "2024-02-23T16:05:00"),
        ("23 فروری، 2024 16:05 - ", "2024-02-23T16:05:00"),
        ("2024. gada 23. febr. 16:05 - ", "2024-02-23T16:05:00"),
        ("2024 оны 2-р сарын 23 16:05 - ", "2024-02-23T16:05:00"),
        ("2024-ж., 23-фев. 16:05 - ", "2024-02-23T16:05:00"),
        ("2024(e)ko urt. 23(a) (16:05) - ", "2024-01-23T16:05:00"),
        ("23 M02 2024 16:05 - ", "2024-02-23T16:05:00"),
        ("2024 Kol 23 16:05 - ", "2024-02-23T16:05:00"),
        ("23. kol 2024. 16:05 - ", "2024-08-23T16:05:00"),
        ("12 Aug 14 18:05 - ", "2014-08-12T18:05:00"),
        ("23 2 2024, 16:05 - ", "2024-02-23T16:05:00"),
        ("[23/02 2024 16:05:06] ", "2024-02-23T16:05:06"),
        ("[23/2/2024 16:5:6] ", "2024-02-23T16:05:06"),
        ("[2024/23/02, 16:05:06] ", "2024-02-23T16:05:06"),
        ("[26.04.2024\u202fг. de.\u202f6:58:01] ", "2024-04-26T06:58:01"),
        ("> [23/02/2024, 16:05:06] ", "2024-02-23T16:05:06"),
        ("\t[23/02/2024, 16:05:06] ", "2024-02-23T16:05:06"),
        ("[23/02/2024, 24:05:06] ", "2024-02-23T00:05:06"),
        ("23/02/2024, 24:05 - ", "2024-02-23T00:05:00"),
    ],
)
def test_clock_words_months_and_calendars(header: str, moment: str) -> None:
    assert parsed(alone(header)).time(0) == moment


@pytest.mark.parametrize(("pattern", "shapes"), [
    ("{d}/{m}/24, 09:05 - ", ["0/0/24"]),
])  # fmt: skip
def test_widths_of_one_form_are_one_shape(pattern: str, shapes: list[str]) -> None:
    text = "".join(pattern.format(d=d, m=m) + "Asha: hi\n" for d, m in [(3, 2), (13, 2), (3, 11), (30, 11)])
    (shape,) = parsed(text).shapes
    assert (shape.pattern, shape.count, shape.first_line) == ("0/0/00, 00:00 - ", 4, 1)


def test_padded_and_unpadded_writing_are_two_shapes() -> None:
    text = "3/2/24, 09:05 - Asha: hi\n13/2/24, 09:05 - Asha: hi\n03/2/24, 09:05 - Ravi: odd\n"
    assert [shape.pattern for shape in parsed(text, date_order="DMY").shapes] == [
        "0/0/00, 00:00 - ",
        "00/0/00, 00:00 - ",
    ]


def test_spaces_and_case_of_am_and_pm_tell_shapes_apart() -> None:
    text = "23/2/2024, 9:05\u202fam - Asha: hi\n23/2/2024, 9:06\u202fpm - Asha: hi\n23/2/2024, 9:07 pm - Ravi: odd\n"
    assert [shape.pattern for shape in parsed(text).shapes] == ["00/0/0000, 0:00\u202fam - ", "00/0/0000, 0:00 am - "]


@pytest.mark.parametrize(
    "form",
    [
        "{d}. {m}. {y}, {H}:{M:02} - ",
        "{d}. {m}. {y} v {H}:{M:02} - ",
        "[{d}. {m:02}. {y}, {H:02}.{M:02}] ",
        "{d:02} / {m:02} / {y} {H:02}:{M:02} - ",
        "[{d} . {m} . {y}, {H}:{M:02}] ",
        "{d}.\u00a0{m}.\u00a0{y} {H}:{M:02} - ",
        "{y}. {m:02}. {d:02}. {H}:{M:02} - ",
        "[{y}. {m}. {d}., {H}:{M:02}] ",
        "{y}년 {m}월 {d}일 {H}:{M:02} - ",
        "{y} 年 {m} 月 {d} 日 {H:02}:{M:02} - ",
        "[{y}／{m:02}／{d:02} {H:02}：{M:02}] ",
        "{d:02}-Jan-{y} {H:02}:{M:02} - ",
    ],
)
def test_dates_with_spaces_wide_signs_and_hyphens_are_read(form: str) -> None:
    days = [(1 + 3 * i, (5 * i) % 15) for i in range(10)]
    lines = [form.format(d=d, m=1, y=2024, H=hour, M=7) + f"Asha: {d}" for d, hour in days]
    chat = parsed("\n".join(lines), allow_undecided=True)
    assert [chat.time(i) for i in range(len(chat))] == [f"2024-01-{d:02}T{hour:02}:07:00" for d, hour in days]


def test_a_weekday_before_the_date_is_refused_as_a_whole() -> None:
    # "Do" and "Di" join words elsewhere: read, the other days of the week would become text.
    names = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
    lines = [f"{names[i % 7]}., {i + 1:02}.01.2024, 19:40 - Asha: hi" for i in range(28)]
    with pytest.raises(ParseError):
        parsed("\n".join(lines))
