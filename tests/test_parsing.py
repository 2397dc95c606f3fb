"""The parser on small invented chats: who speaks, what a line is, which header-shaped lines are text."""

from __future__ import annotations

from pathlib import Path

import pytest
from parsing_texts import parsed, raw_text, table

from wa_forensics.errors import ParseError, SettingsError
from wa_forensics.model import Kind, Platform
from wa_forensics.parsing import parse_text, read_export
from wa_forensics.parsing.contents import judge
from wa_forensics.vocabulary import Event

A = "13/02/2024, 16:05 - "
I = "[13/02/2024, 16:05:06] "  # noqa: E741


# texts


def test_text_is_faithful_to_the_byte() -> None:
    text = "½ ™ ﬁ ① \U0001f468\u200d\U0001f469 a\u0301 \u202eabc\u202c \u00a0\u200b x"
    assert parsed(f"{A}Asha: {text}\n").text(0) == text


def test_line_breaks_inside_a_message_stay_as_they_are() -> None:
    chat = parsed(f"{I}Asha: one\n\n two\r\n{I}Ravi: three\r\n")
    assert table(chat) == [
        ("2024-02-13T16:05:06", "Asha", "one\n\n two"),
        ("2024-02-13T16:05:06", "Ravi", "three"),
    ]
    assert chat.columns.line.tolist() == [1, 4]
    assert chat.columns.line_end.tolist() == [3, 4]


def test_a_carriage_return_belongs_to_the_text_on_android_unless_the_file_was_converted() -> None:
    mixed = parsed(f"{A}Asha: one\r\n{A}Ravi: two\n{A}Asha: three\n")
    assert [mixed.text(i) for i in range(3)] == ["one\r", "two", "three"]
    converted = parsed(f"{A}Asha: one\r\n{A}Ravi: two\r\n")
    assert [converted.text(i) for i in range(2)] == ["one", "two"]


@pytest.mark.parametrize("body", ["", "\u200e", "\U0001f600", " ", "\ufe0f"])
def test_empty_mark_only_and_emoji_only_messages_are_kept(body: str) -> None:
    chat = parsed(f"{A}Asha: hi\n{A}Asha: {body}\n{A}Ravi: ok\n")
    assert len(chat) == 3
    assert (chat.sender(1), chat.text(1)) == ("Asha", body)


def test_a_name_whose_empty_text_was_stripped_is_still_a_name() -> None:
    chat = parsed(f"{A}Asha: hi\n{A}Asha:\n{A}Ravi: ok\n")
    assert (chat.sender(1), chat.text(1)) == ("Asha", "")


def test_byte_order_marks_at_line_starts_belong_to_the_message() -> None:
    chat = parsed(f"\ufeff{A}Asha: hi\n\ufeff{A}Ravi: ok\n")
    assert [chat.text(i) for i in range(2)] == ["hi", "ok"]
    assert chat.columns.byte_offset.tolist()[0] == 0
    assert int(chat.columns.byte_length.sum()) == len(chat.buffer)


def test_lines_may_end_in_carriage_returns_alone() -> None:
    chat = parsed(f"{A}Asha: hi\rmore\r{A}Ravi: ok\r")
    assert [(chat.sender(i), chat.text(i)) for i in range(len(chat))] == [("Asha", "hi\rmore"), ("Ravi", "ok")]
    assert chat.columns.line.tolist() == [1, 3]
    assert int(chat.columns.byte_length.sum()) == len(chat.buffer)


def test_lines_before_the_first_message_are_listed() -> None:
    chat = parsed(f"copied on Tuesday\n\n{A}Asha: hi\n")
    (span,) = chat.unparsed
    assert (span.line, span.line_end, span.byte_offset, span.byte_length) == (1, 2, 0, 19)
    assert span.reason == "before the first message"


def test_a_header_with_an_impossible_date_is_listed_with_its_text() -> None:
    chat = parsed(f"{A}Asha: hi\n45/02/2024, 16:05 - Ravi: pay\nmore\n{A}Asha: ok\n", date_order="DMY")
    assert [chat.text(i) for i in range(len(chat))] == ["hi", "ok"]
    (span,) = chat.unparsed
    assert (span.line, span.line_end) == (2, 3)
    assert "valid date" in span.reason


# who speaks


@pytest.mark.parametrize("name", ["Asha - Depot", "Asha [home]", "Asha]", "~\u202fMilo", "Dr. A. Rao", "12:30 crew"])
def test_odd_names_stay_whole(name: str) -> None:
    chat = parsed(f"{A}{name}: hi\n{A}Ravi: ok\n{A}{name}: 10:30 - fine: ok\n")
    assert chat.senders == (name, "Ravi")
    assert chat.text(2) == "10:30 - fine: ok"


@pytest.mark.parametrize("name", ["a", "p", "A"])
def test_a_name_of_one_letter_behind_an_old_header_is_no_half_of_the_day(name: str) -> None:
    chat = parsed(f"13. 6. 2018. 21:25:15 {name}: hi\n13. 6. 2018. 21:25:16 {name}: ok\n")
    assert [chat.sender(i) for i in range(2)] == [name, name]


@pytest.mark.parametrize("half", [" PM", "pm", " p.m.", " P. M.", "\u202fpm"])
def test_a_name_behind_a_space_does_not_begin_with_the_half_of_the_day(half: str) -> None:
    chat = parsed(f"13.6.2018, 9:25:15{half} Asha Verma: hi: you\n14.6.2018, 9:25:16{half} Pam: ok\n")
    assert table(chat) == [("2018-06-13T21:25:15", "Asha Verma", "hi: you"), ("2018-06-14T21:25:16", "Pam", "ok")]


def test_invisible_marks_of_a_name_stay_and_its_number_is_read() -> None:
    names = ("\u202a+44\u00a07700\u00a0900614\u202c", "+44 7700\u2011900615", "Asha")
    chat = parsed("".join(f"{I}{name}: hi\r\n" for name in names))
    assert chat.senders == names
    assert chat.sender_phones == ("+447700900614", "+447700900615", None)


def test_a_colon_in_a_name_is_settled_by_all_its_messages() -> None:
    lines = [f"{A}Ops: Night: hello {i}\n{A}Ravi: note: {i}\n{A}Ravi: fine {i}\n" for i in range(6)]
    chat = parsed("".join(lines))
    assert chat.senders == ("Ops: Night", "Ravi")
    assert (chat.text(0), chat.text(1)) == ("hello 0", "note: 0")


def test_a_mark_of_the_app_shows_where_a_name_with_a_colon_ends() -> None:
    chat = parsed(f"{I}Ops: Night: \u200eimage omitted\r\n{I}Ops: Night: hi\r\n{I}Ravi: ok\r\n")
    assert chat.senders == ("Ops: Night", "Ravi")


def test_a_colon_inside_a_line_of_the_app_makes_no_sender() -> None:
    chat = parsed(
        f'{A}Asha: hi\n{A}Asha changed the subject from "Trip: May" to "Trip: June"\n'
        f'{A}Asha changed the group name to "Plan: B"\n{A}Asha: ok\n'
    )
    assert chat.senders == ("Asha",)
    assert [chat.event(i) for i in (1, 2)] == [Event.GROUP_SUBJECT_CHANGED_FROM_TO, Event.GROUP_SUBJECT_CHANGED]
    assert chat.text(1) == 'Asha changed the subject from "Trip: May" to "Trip: June"'


def test_lines_of_the_app_have_no_sender_even_under_a_name() -> None:
    chat = parsed(
        f"{I}Crew: \u200eMessages and calls are end-to-end encrypted. Only people in this chat can read, "
        f"listen to, or share them.\r\n{I}Asha: \u200eAsha created this group\r\n{I}Asha: hi\r\n"
    )
    assert [chat.sender(i) for i in range(3)] == [None, None, "Asha"]
    assert [chat.kind(i) for i in range(3)] == [Kind.SYSTEM, Kind.SYSTEM, Kind.TEXT]
    assert [chat.event(i) for i in range(2)] == [Event.E2E_NOTICE, Event.GROUP_CREATED]
    assert chat.senders == ("Asha",)


def test_a_typed_line_of_the_app_is_no_line_of_the_app() -> None:
    notice = "Your security code with Ravi changed. Tap to learn more."
    chat = parsed(f"{I}Asha: {notice}\r\n{I}Ravi: \u200e{notice}\r\n")
    assert [(chat.sender(i), chat.event(i)) for i in range(2)] == [
        ("Asha", None),
        (None, Event.SECURITY_CODE_CHANGED),
    ]


def test_the_wording_of_the_encryption_notice_dates_the_export() -> None:
    notice = "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them."
    assert "2025" in parsed(f"{A}{notice} Learn more.\n{A}Asha: hi\n").notes[0]


# what a message is


@pytest.mark.parametrize(
    ("body", "kind", "event", "attachment"),
    [
        ("<Media omitted>", Kind.MEDIA, Event.MEDIA_OMITTED, None),
        ("\u200eIMG-20240213-WA0001.jpg (file attached)", Kind.MEDIA, Event.FILE_ATTACHED, "IMG-20240213-WA0001.jpg"),
        ("VID-20240213-WA01.mp4 (file attached)\nsee: it", Kind.MEDIA, Event.FILE_ATTACHED, "VID-20240213-WA01.mp4"),
        ("Ravi K.vcf (file attached)", Kind.CONTACT, Event.FILE_ATTACHED, "Ravi K.vcf"),
        ("Invoice 7 (final).pdf (Datei angehängt)", Kind.MEDIA, Event.FILE_ATTACHED, "Invoice 7 (final).pdf"),
        ("\u200e<attached: 00012-PHOTO.jpg>", Kind.MEDIA, Event.ATTACHED_IOS, "00012-PHOTO.jpg"),
        ("2016-06-27-PHOTO-00012.jpg <\u200eattached>", Kind.MEDIA, Event.ATTACHED_IOS, "2016-06-27-PHOTO-00012.jpg"),
        ("look\n\u200e<attached: a.jpg>", Kind.TEXT, None, None),
        ("\u200e<pièce jointe : plan.pdf>", Kind.MEDIA, Event.ATTACHED_IOS, "plan.pdf"),
        ("Plan.pdf • \u200e2 pages \u200edocument omitted", Kind.MEDIA, Event.DOCUMENT_OMITTED, "Plan.pdf"),
        ("\u200eimage omitted", Kind.MEDIA, Event.IMAGE_OMITTED, None),
        ("This message was deleted", Kind.DELETED, Event.DELETED_BY_SENDER, None),
        ("You deleted this message", Kind.DELETED, Event.DELETED_BY_ME, None),
        ("Diese Nachricht wurde gelöscht.", Kind.DELETED, Event.DELETED_BY_SENDER, None),
        ("Missed voice call", Kind.CALL, Event.MISSED_VOICE_CALL, None),
        ("\u200eVoice call. 3 min", Kind.CALL, Event.CALL_LOG, None),
        ("location: https://maps.google.com/?q=1.5,2.5", Kind.LOCATION, Event.LOCATION, None),
        ("live location shared", Kind.LOCATION, Event.LIVE_LOCATION, None),
        ("POLL:\nLunch?\nOPTION: Tea (1 vote)\nOPTION: Rice (0 votes)", Kind.POLL, Event.POLL_HEADER, None),
        ("Contact card omitted", Kind.CONTACT, Event.CONTACT_CARD_OMITTED, None),
        ("Waiting for this message. This may take a while.", Kind.MEDIA, Event.WAITING_FOR_MESSAGE, None),
        ("This message was deleted by him, I saw it", Kind.TEXT, None, None),
        ("null", Kind.TEXT, None, None),
        ("Asha added you", Kind.TEXT, None, None),
    ],
)  # fmt: skip
def test_kind_event_and_attachment(body: str, kind: Kind, event: Event | None, attachment: str | None) -> None:
    chat = parsed(f"{A}Asha: hi\n{A}Ravi: {body}\n{A}Asha: ok\n")
    assert len(chat) == 3
    assert (chat.kind(1), chat.event(1), chat.attachments.get(1)) == (kind, event, attachment)
    assert (chat.sender(1), chat.text(1)) == ("Ravi", body)


@pytest.mark.parametrize(
    "body", ["\u200e<attached: {}-PHOTO.jpg>", "\u200e<adjunto: {}.pdf>", "Location: https://maps.example/?q=1.{},2"]
)
def test_a_colon_of_the_app_is_none_of_the_name_of_one_who_sends_nothing_else(body: str) -> None:
    chat = parsed("".join(f"{I}Asha: {body.format(number)}\r\n{I}Ravi: ok\r\n" for number in range(6)))
    assert chat.senders == ("Asha", "Ravi")
    assert chat.text(0) == body.format(0)
    assert chat.kind(0) is not Kind.TEXT


def test_a_name_with_a_colon_stays_whole_where_it_sends_files() -> None:
    bodies = ["IMG-20240213-WA000{}.jpg (file attached)", "<Media omitted>", "on my way {}"]
    chat = parsed("".join(f"{A}Depot: Night: {body.format(n)}\n{A}Ravi: ok\n" for n in range(4) for body in bodies))
    assert chat.senders == ("Depot: Night", "Ravi")
    assert chat.attachments[0] == "IMG-20240213-WA0000.jpg"


def test_attachments_of_several_languages_are_read_many_at_once_as_each_alone() -> None:
    names = ["a-1.jpg", "b (2).VCF", "c_3.vcf", "d é.pdf", "e .opus", "x>y.jpg", ""]
    words = [
        "<attached: ",
        "<adjunto: ",
        "<Anhang: ",
        "<anexado: ",
        "<pièce jointe : ",
        "<bijgevoegd: ",
        "<неизвестно: ",
    ]
    bodies = [f"\u200e{word}{name}>" for word in words for name in names]
    behind = [" (file attached)", " (archivo adjunto)", " (Datei angehängt)", "  (file attached)", " (no words)"]
    bodies += [f"{mark}{name}{word}" for word in behind for name in names for mark in ("", "\u200e")]
    bodies += ["a  b.pdf (file attached)", " c.pdf (file attached)", "d (file attached)", "e.pdf \n(file attached)"]
    bodies += [
        "\u200e<attached: a.jpg> and more>",
        "\u200e<attached: ",
        "<attached: plain.jpg>",
        "a\u200e<attached: a.jpg>",
    ]
    whole = parsed("".join(f"{I}Asha: {body}\r\n" for body in bodies))
    for row, body in enumerate(bodies):
        alone = judge(body, True, Platform.IOS)
        assert whole.text(row) == body
        assert (whole.kind(row), whole.event(row)) == (alone.kind, alone.event), body
        assert whole.attachments.get(row) == alone.attachment, body
    assert list(whole.attachments) == sorted(whole.attachments)
    assert {Kind.MEDIA, Kind.CONTACT, Kind.TEXT} <= {whole.kind(row) for row in range(len(bodies))}


@pytest.mark.parametrize(
    "mark",
    ["<This message was edited>", "\u200e<Mensagem editada>", "<Se editó este mensaje.>", "<Сообщение изменено>"],
)
def test_edited_messages_are_marked_and_their_text_stays(mark: str) -> None:
    chat = parsed(f"{A}Asha: hi there {mark}\n{A}Asha: I edited it <b>\n")
    assert chat.columns.edited.tolist() == [True, False]
    assert chat.text(0) == f"hi there {mark}"
    assert chat.kind(0) is Kind.TEXT


def test_languages_of_the_app_are_named() -> None:
    assert parsed(f"{A}Asha hat dich hinzugefügt.\n{A}Asha: <Medien ausgeschlossen>\n").languages == ("de",)


# header-shaped lines that are text


def test_a_header_after_a_bare_line_feed_is_text_where_messages_end_in_crlf() -> None:
    chat = parsed(f"{I}Asha: he wrote\n{I}Bank: pay now\n{I}Bank: today\r\n" + f"{I}Ravi: no\r\n" * 5)
    assert len(chat) == 6
    assert chat.text(0) == f"he wrote\n{I}Bank: pay now\n{I}Bank: today"
    assert "Bank" not in chat.senders
    assert [line for line, _ in chat.possible_forgeries] == [2, 3]


def test_an_ios_file_with_bare_line_feeds_only_is_read_by_its_headers() -> None:
    chat = parsed(f"{I}Asha: hi\n{I}Ravi: ok\n")
    assert len(chat) == 2
    assert chat.possible_forgeries == ()


@pytest.mark.parametrize("pasted", [f"{I}Ravi: pay", "[16:05, 13/02/2024] Ravi: pay", "2/13/24, 4:05 PM - Ravi: pay"])
def test_a_pasted_header_of_another_form_is_text_and_reported(pasted: str) -> None:
    chat = parsed(f"{A}Asha: look\n" * 4 + f"{A}Asha: he wrote\n{pasted}\n" + f"{A}Ravi: no\n" * 4)
    assert len(chat) == 9
    assert chat.text(4) == f"he wrote\n{pasted}"
    assert [line for line, _ in chat.possible_forgeries] == [6]


def test_a_header_in_the_middle_of_a_line_is_text() -> None:
    chat = parsed(f"{A}Asha: he wrote {A}Ravi: pay\n{A}Ravi: no\n")
    assert len(chat) == 2


def test_a_block_that_steps_back_in_time_with_an_unknown_sender_is_reported_as_possible() -> None:
    lines = [
        f"13/02/2024, 16:{minute:02d} - {'Asha' if minute % 2 else 'Ravi'}: text {minute}\n" for minute in range(20)
    ]
    lines.insert(11, "he wrote me this\n10/02/2024, 08:00 - Bank Desk: pay now\n10/02/2024, 08:01 - Bank Desk: today\n")
    chat = parsed("".join(lines))
    assert [line for line, _ in chat.possible_forgeries] == [13, 14]
    assert all("possible" in reason for _, reason in chat.possible_forgeries)
    assert "Bank Desk" in chat.senders


def test_joined_exports_of_two_forms_are_both_read_and_noted() -> None:
    chat = parsed("".join(f"{A}Asha: {i}\n" for i in range(60)) + "".join(f"{I}Ravi: {i}\r\n" for i in range(60)))
    assert len(chat) == 120
    assert any("joined" in note for note in chat.notes)
    assert [shape.count for shape in chat.shapes] == [60, 60]


# files


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Shopping\n- milk\n- bread 3/2/2024\n",
        "2024-02-03 16:05:06 ERROR: disk full\n2024-02-03 16:05:07 INFO: ok\n",
        "2024-02-03 16:05:06,123 - root - INFO - started\n",
        "name,date\nAsha,13/02/2024\n",
        "a line of prose\n" * 60 + f"{A}Asha: quoted once\n",
    ],
)
def test_what_is_no_export_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        parsed(text)
    assert "Export" in str(caught.value)


def test_an_unknown_word_beside_the_time_is_refused_unless_an_hour_explains_it() -> None:
    with pytest.raises(ParseError, match="xyzzy"):
        parsed("13/02/2024, 4:05 xyzzy - Asha: hi\n13/02/2024, 4:06 xyzzy - Asha: hi\n")
    assert (
        parsed("13/02/2024, 4:05 xyzzy - Asha: hi\n13/02/2024, 16:06 xyzzy - Asha: hi\n").time(1).endswith("16:06:00")
    )


def test_a_wrong_date_order_is_refused() -> None:
    with pytest.raises(SettingsError):
        parsed(f"{A}Asha: hi\n", date_order="YDM")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("WhatsApp Chat with Ravi K.txt", "Ravi K"),
        ("in/WhatsApp Chat with Ravi K (1).txt", "Ravi K"),
        ("Chat de WhatsApp con Lucía.txt", "Lucía"),
        ("Чат WhatsApp с контактом\u00a0Аня.txt", "контактом\u00a0Аня"),
        ("Milo님과의 WhatsApp 대화.txt", "Milo"),
        ("d_01.txt", "d_01"),
    ],
)
def test_the_name_of_the_chat_comes_from_its_file(path: str, name: str) -> None:
    assert parsed(f"{A}Asha: hi\n", path=path).name == name


def test_an_ios_zip_names_its_chat() -> None:
    raw = raw_text(f"{I}Asha: hi\r\n", path="WhatsApp Chat - Dock Crew.zip", member="_chat.txt")
    assert parse_text(raw).name == "Dock Crew"


def test_a_sentence_with_a_date_and_a_time_is_no_header_even_in_a_short_chat() -> None:
    lines = [f"{day}/03/2026, 0{day - 12}:15 - Ana: on day {day}" for day in range(13, 20)]
    lines.insert(4, "12/03/2026 at 9:20 we met - Ben")
    chat = parsed("\n".join(lines) + "\n")
    assert len(chat) == 7
    assert chat.text(3) == "on day 16\n12/03/2026 at 9:20 we met - Ben"
    assert [line for line, _ in chat.possible_forgeries] == [5]


def test_platforms_are_told_by_the_header() -> None:
    assert parsed(f"{A}Asha: hi\n").platform is Platform.ANDROID
    assert parsed(f"{I}Asha: hi\r\n").platform is Platform.IOS
    assert parsed("[16:05, 13/02/2024] Asha: hi\n").platform is Platform.WEB_COPY
    assert parsed("13.2.24 16:05:06: Asha: hi\n", date_order="DMY").platform is Platform.LEGACY


def test_read_export_reads_a_file(tmp_path: object) -> None:
    path = tmp_path / "WhatsApp Chat with Ravi.txt"  # type: ignore[operator]
    path.write_text(f"{A}Asha: hi\n", encoding="utf-8")
    chat = read_export(path)
    assert (chat.name, len(chat), chat.source.text_size) == ("Ravi", 1, path.stat().st_size)


def test_a_line_without_a_year_inside_a_message_does_not_ask_for_a_year(tmp_path: Path) -> None:
    lines = [f"{day:02d}/03/2024, 09:{day:02d} - Asha: load {day} is ready\n" for day in range(1, 29)]
    lines.insert(5, "7 Aug 03:31:54 - [server] app crashed - waiting for changes\n")
    path = tmp_path / "WhatsApp Chat with Asha.txt"
    path.write_text("".join(lines), "utf-8")
    chat = read_export(path)
    assert len(chat) == 28
    assert "app crashed" in chat.text(4)
