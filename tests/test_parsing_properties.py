"""Properties of the parser on any bytes: every byte is accounted for, the fast path equals the plain one."""

from __future__ import annotations

import itertools
import random
import string
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parsing_texts import raw_text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

from fuzz_parser import problem

from wa_forensics.chat import Chat
from wa_forensics.errors import ParseError
from wa_forensics.parsing.build import parse_buffer
from wa_forensics.parsing.headers import Header, read_header
from wa_forensics.parsing.reference import match_plainly, read_plainly
from wa_forensics.parsing.shapes import find_headers, line_starts
from wa_forensics.parsing.templates import Alike, Template, byte_shape, hour_table
from wa_forensics.parsing.words import has_other_digits, head_keys, words_at

HEADERS = (
    "03/02/2024, 16:05 - ",
    "3/2/24, 9:05 AM - ",
    "13/2/24, 12:05\u202fPM - ",
    "[03.02.24, 16:05:06] ",
    "\u200e[3/2/24, 4:05:06\u202fpm] ",
    "[\u200f٣\u200f/٢\u200f/٢٠٢٤، ٤:٠٥:٠٦ م] ",
    "2024. 02. 03. 16:05 - ",
    "24. 2. 3. 오후 4:05 - ",
    "16:05, 03/02/2024 - ",
    "[16:05, 3/2/2024] ",
    "12 Aug 2014 18:05 - ",
    "Mar 12, 9:05 PM - ",
    "၀၃-၀၂-၂၄ ၁၆:၀၅ - ",
    "99/99/2024, 99:99 - ",
    "\ufeff31/12/2023, 23:59 - ",
)
PIECES = (
    *HEADERS,
    "Asha: ",
    "Ravi: note: ",
    ": ",
    "hello",
    "\u200eimage omitted",
    "<Media omitted>",
    "IMG-20240203-WA0001.jpg (file attached)",
    "Asha added Ravi",
    'Asha changed the subject to "Plan: B"',
    "This message was deleted",
    "½ ™ ﬁ ① \U0001f468\u200d\U0001f469",
    "12",
    "] - ",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\x00",
    " ",
)
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join).map(str.encode)
anything = st.one_of(texts, st.binary(max_size=400), st.tuples(texts, st.binary(max_size=20), texts).map(b"".join))
thorough = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(data: bytes) -> Chat | None:
    """The chat, with undecided orders read as shown first."""
    try:
        return parse_buffer(raw_text(data), None, "auto", True)
    except ParseError:
        return None


@thorough
@given(anything)
def test_every_byte_belongs_to_one_message_or_one_unparsed_span(data: bytes) -> None:
    chat = read(data)
    if chat is None:
        return
    c = chat.columns
    pieces = [(int(o), int(n)) for o, n in zip(c.byte_offset, c.byte_length, strict=True)]
    pieces += [(span.byte_offset, span.byte_length) for span in chat.unparsed]
    position = 0
    for offset, length in sorted(pieces):
        assert offset == position
        assert length > 0
        position += length
    assert position == len(data)


def as_lines(data: bytes) -> bytes:
    """Without a line feed in it, a text has lines that end in carriage returns."""
    return data if b"\n" in data else data.replace(b"\r", b"\n")


@thorough
@given(anything)
def test_lines_are_counted_on_line_feeds_without_gap(data: bytes) -> None:
    chat = read(data)
    if chat is None:
        return
    c = chat.columns
    spans = [(int(a), int(b)) for a, b in zip(c.line, c.line_end, strict=True)]
    spans += [(span.line, span.line_end) for span in chat.unparsed]
    following = 1
    for first, last in sorted(spans):
        assert first == following
        assert last >= first
        following = last + 1
    lines = as_lines(data)
    assert following - 1 == lines.count(b"\n") + (not lines.endswith(b"\n"))
    assert all(lines[:o].count(b"\n") + 1 == line for o, line in zip(c.byte_offset, c.line, strict=True))


@thorough
@given(anything)
def test_columns_find_the_same_headers_and_numbers_as_lines(data: bytes) -> None:
    fast = find_headers(data, line_starts(np.frombuffer(data, dtype=np.uint8)))
    plain = match_plainly(data)
    for name in ("line", "a", "b", "c", "seconds"):
        assert getattr(fast, name).tolist() == getattr(plain, name).tolist(), name
    headers = [fast.templates[code].header for code in fast.template]
    assert headers == [plain.templates[code].header for code in plain.template]


@thorough
@given(anything)
def test_text_is_the_bytes_behind_header_and_sender(data: bytes) -> None:
    chat = read(data)
    if chat is None:
        return
    blocks = {message.line: message for message in read_plainly(as_lines(data))}
    c = chat.columns
    for i in range(len(chat)):
        message = blocks[int(c.line[i])]
        begin, end = int(c.byte_offset[i]), int(c.byte_offset[i] + c.byte_length[i])
        start, stop = int(c.text_start[i]), int(c.text_end[i])
        assert data[begin : begin + len(message.header)] == message.header
        assert data[stop:end] in (b"", b"\n", b"\r\n", b"\r")
        before = data[begin + len(message.header) : start]
        sender = chat.sender(i)
        if sender is not None:
            name = before.decode("utf-8", "replace")
            assert name.strip("\u200e\u200f").startswith(sender.strip("\u200e\u200f"))
            assert before.endswith((b": ", b":"))
        else:
            assert not before or before.endswith((b": ", b":"))


@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙"])
def test_many_shapes_in_one_file_are_found_like_one_by_one(digits: str) -> None:
    chance = random.Random(3)
    lines = []
    for _ in range(3000):
        a, b, hour, minute = (chance.randrange(1, most) for most in (29, 13, 13, 60))
        heads = ("[{}/{}/24, {}:{:02}:07 {}] ", "\u200e[{}/{}/24, {}:{:02}:07\u202f{}] ", "{}/{}/24, {}:{:02} {} - ")
        name = chance.choice(["Asha: 1/2/24, 3:04", "1st: hi", ": x", "12:30", "\n4/5/2", "note 1/2/24"])
        head = chance.choice(heads).format(a, b, hour, minute, chance.choice(["AM", "PM", "am"]))
        lines.append(head.translate(str.maketrans("0123456789", digits)) + name)
    data = "\n".join(lines).encode()
    fast = find_headers(data, line_starts(np.frombuffer(data, dtype=np.uint8)))
    plain = match_plainly(data)
    for name in ("line", "a", "b", "c", "seconds"):
        assert getattr(fast, name).tolist() == getattr(plain, name).tolist(), name
    assert len(fast.templates) > 30


def test_lines_keep_their_order_where_a_block_fits_two_templates_of_one_layout() -> None:
    # More templates than are held against each line in turn, then a block of lines that only AM and PM tell apart.
    widths = ("1/1/2024, 1:05", "1/11/2024, 1:05", "11/1/2024, 1:05", "11/11/2024, 1:05", "12/12/2024, 11:05")
    lines = [f"{widths[at % 5]} {'AM' if at % 2 else 'PM'} - Ana: {at}" for at in range(512)]
    lines += [f"12/13/2024, 10:{at % 60:02} {'AM' if at % 2 else 'PM'} - Ana: {at}" for at in range(512, 560)]
    data = "\n".join(lines).encode()
    fast = find_headers(data, line_starts(np.frombuffer(data, dtype=np.uint8)))
    assert fast.line.tolist() == [*range(560)] == match_plainly(data).line.tolist()
    assert fast.seconds.tolist() == match_plainly(data).seconds.tolist()


def test_shapes_beyond_those_of_any_export_are_text_and_are_named() -> None:
    words = ("".join(letters) for letters in itertools.product(string.ascii_lowercase, repeat=4))
    odd = [f"3/2/24, 16:05 {word} - Ravi: x\n" for word in itertools.islice(words, 40_000)]
    # More than 16-bit numbers count; the chat's own form is learned first.
    text = "".join(f"13/2/24, 16:{i % 60:02} - Asha: hi {i}\n" for i in range(60_000)) + "".join(odd)
    chat = parse_buffer(raw_text(text.encode()), None, "auto", True)
    assert chat.senders[0] == "Asha"
    assert int((chat.columns.sender == 0).sum()) == 60_000
    named = {line for line, _ in chat.possible_forgeries}
    assert len(named) + len(chat) >= len(text.splitlines())


@pytest.mark.parametrize(
    "line",
    [
        "3/2/24, 16:05 - x{} tel ha je ame har gru nam nom add rem " + "\u3002x" * 22,
        "[32:16:95de Th{}" + "a" * 60,
        "1/2/24, 4:05 {} de la a - x",
        "M ar {}4ab b9:95a b M c b b a c,c b a c a -",
    ],
)
def test_no_line_takes_more_than_ten_microseconds_a_byte(line: str) -> None:
    words = ["".join(letters) for letters in itertools.product("abcdefghij", repeat=3)]
    data = "\n".join(["3/2/24, 16:05 - Asha: hi", *(line.format(word) for word in words)]).encode()
    assert problem(data) == ""


def test_line_starts_are_the_places_behind_line_feeds() -> None:
    chance = np.random.default_rng(1)
    for size in (1, 7, 8, 9, 63, (1 << 20) - 1, (1 << 20) + 1):
        for share in (0.02, 0.5, 1.0):
            data = np.where(chance.random(size) < share, 10, 65).astype(np.uint8)
            expected = [0, *(np.flatnonzero(data[:-1] == 10) + 1).tolist()]
            assert line_starts(data).tolist() == expected


def test_the_same_bytes_give_the_same_chat() -> None:
    data = "".join(f"0{1 + i % 9}/02/2024, 16:0{i % 10} - Asha {i % 3}: hi {i}\n" for i in range(300)).encode()
    first, second = read(data), read(data)
    assert first is not None and second is not None
    assert first.facts == second.facts
    assert first.messages.equals(second.messages)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x00" * 1000, b"no export at all\n" * 50, b"\xff\xfe\x00"])
def test_what_is_no_export_raises_parse_error(data: bytes) -> None:
    with pytest.raises(ParseError):
        parse_buffer(raw_text(data), None, "auto", True)


def test_digits_of_every_script_pass_the_filter_of_the_fast_path() -> None:
    for code in range(0x80, 0x110000):
        if unicodedata.decimal(chr(code), -1) < 0:
            continue
        head = ("x" + chr(code)).encode().ljust(30, b" ")
        assert has_other_digits(np.frombuffer(head, dtype=np.uint8)[np.newaxis])[0], hex(code)


def test_digits_of_every_script_leave_the_key_of_the_fast_path_as_it_is() -> None:
    digits: dict[int, list[str]] = {}
    for code in range(0x110000):
        value = unicodedata.decimal(chr(code), -1)
        if value >= 0 and (code - value) & 0xF in (0, 6):
            digits.setdefault(code - value, []).append(chr(code))
    assert len(digits) > 50
    for ten in digits.values():
        heads = b"".join(f"[{digit}/".encode().ljust(16, b" ") for digit in ten)
        words = words_at(np.frombuffer(heads, dtype=np.uint8), np.arange(0, 160, 16), None, 2)
        assert len(set(head_keys(words, 16).tolist())) == 1, ten
    heads = b"".join(text.ljust(16) for text in (b"[1/2/24, 10:05", b"[1/12/24, 1:05", b"[1/2/24, 1:055"))
    words = words_at(np.frombuffer(heads, dtype=np.uint8), np.arange(0, 48, 16), None, 2)
    assert len(set(head_keys(words, 16).tolist())) == 3


def template_of(line: str) -> Template:
    header = read_header(line.encode())
    assert isinstance(header, Header)
    _, literals, digits = byte_shape(line.encode()[: header.width], header)
    return Template(header=header, literals=literals, digits=digits, hours=hour_table(header.spans))


@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"])
def test_templates_that_are_held_against_lines_together_find_what_each_alone_finds(digits: str) -> None:
    chance = random.Random(11)
    lines = [f"12/13/24, 10:05 {half} - Asha" for half in ("AM", "PM", "am", "pm")]
    lines = [line.translate(str.maketrans("0123456789", digits)) for line in lines]
    templates = tuple(template_of(line) for line in lines)
    alike = Alike(templates=templates, codes=np.arange(4, dtype=np.int16))
    texts = []
    for _ in range(3000):
        # One byte is another: a neighbour in value most often, so that borrows and carries occur.
        text = bytearray(chance.choice(lines).encode())
        place = chance.randrange(templates[0].header.width)
        text[place] = (text[place] + chance.choice((-128, -7, -6, -1, 0, 1, 6, 7, 127))) % 256
        texts.append(bytes(text))
    size = 8 * alike.words
    table = np.frombuffer(b"".join(text[:size].ljust(size, b" ") for text in texts), dtype=np.uint8)
    words = words_at(table, np.arange(0, len(table), size), None, alike.words)
    rows = alike.begin(words, np.ones(len(texts), dtype=bool))
    found = set(range(len(texts)) if rows is None else rows.tolist())

    def fits(text: bytes, shared: frozenset[tuple[int, int]]) -> bool:
        return all(text[place] == byte for place, byte in shared) and all(
            zero <= text[place] <= zero + 9 for place, zero in templates[0].digits
        )

    assert found == {row for row, text in enumerate(texts) if fits(text, alike.shared)}
    for template, checks in zip(templates, alike.own_checks, strict=True):
        own = {row for row in found if all((words[k][row] & mask) == value for k, mask, value in checks)}
        assert own == {row for row, text in enumerate(texts) if fits(text, frozenset(template.literals))}
        assert own


CRASHES = sorted((Path(__file__).parent / "data" / "parser_crashes").glob("*.txt"))


@pytest.mark.parametrize("path", CRASHES, ids=lambda path: path.stem)
def test_texts_that_once_failed_are_read_and_fast_enough(path: Path) -> None:
    assert problem(path.read_bytes()) == ""


def test_the_check_of_the_fuzzer_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz_parser.match_plainly", lambda buffer: match_plainly(buffer.replace(b"2024", b"2023")))
    assert "differ" in problem(b"03/02/2024, 16:05 - Asha: hi\n")
