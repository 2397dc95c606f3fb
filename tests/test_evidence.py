"""Evidence is read-only, hashed, decoded with a stated loss, and hostile zips are refused with a reason."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import stat
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wa_forensics.errors import EvidenceError, ParseError
from wa_forensics.evidence import RawText, find_inputs, read_texts, verify_unchanged
from wa_forensics.evidence.text import _is_utf8, _is_valid_in_arrow

CHAT = "03/02/2024, 16:05 - Asha Rao: hello there\n03/02/2024, 16:06 - Ben: ça va 👍\n"
OTHER = "04/02/2024, 09:00 - Carla: another chat\n"

APK = b"PK\x03\x04" + b"\0" * 22 + b"\x13\0\0\0" + b"AndroidManifest.xml"


def make_zip(path: Path, members: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def only(path: Path) -> RawText:
    (raw,) = read_texts(path)
    return raw


def refusal(path: Path) -> str:
    with pytest.raises(EvidenceError) as caught:
        list(read_texts(path))
    assert str(path) in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return str(caught.value)


def test_a_plain_text_is_passed_on_byte_for_byte_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(CHAT.encode())
    raw = only(path)
    assert raw.buffer == CHAT.encode()
    assert raw.source.sha256 == raw.source.text_sha256 == hashlib.sha256(CHAT.encode()).hexdigest()
    assert (raw.source.name, raw.source.member, raw.source.zip) == (str(path), None, None)
    assert (raw.source.encoding, raw.source.decode_errors) == ("utf-8", 0)
    positions = np.array([0, 5, 70], dtype=np.int64)
    assert raw.member_offsets(positions) is positions


def test_a_byte_order_mark_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"\xef\xbb\xbf" + CHAT.encode())
    raw = only(path)
    assert raw.source.encoding == "utf-8-sig"
    assert raw.buffer == path.read_bytes()


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [True, False])
def test_utf16_positions_map_back_to_the_bytes_of_the_file(tmp_path: Path, codec: str, mark: bool) -> None:
    path = tmp_path / "chat.txt"
    text = ("\ufeff" if mark else "") + CHAT
    path.write_bytes(text.encode(codec))
    raw = only(path)
    assert raw.source.encoding == (codec if mark else f"{codec}-no-bom")
    assert raw.buffer.decode() == text
    starts = [len(text[:i].encode()) for i in range(len(text) + 1)]
    expected = [len(text[:i].encode(codec)) for i in range(len(text) + 1)]
    shuffled = np.random.default_rng(1).permutation(len(starts))
    found = raw.member_offsets(np.array(starts, dtype=np.int64)[shuffled])
    assert found.tolist() == np.array(expected)[shuffled].tolist()


def test_a_lone_surrogate_in_utf16_is_replaced_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"\xff\xfe" + "a".encode("utf-16-le") + b"\x00\xd8" + (CHAT * 3).encode("utf-16-le"))
    raw = only(path)
    assert raw.source.decode_errors == 2
    assert raw.buffer.decode().startswith("\ufeffa\ufffd03/02")
    assert raw.member_offsets(np.array([raw.buffer.index(b"03/02")])).tolist() == [6]


@pytest.mark.parametrize("bad", [b"\xe7", b"\xed\xa0\x80", b"\xff", b"\xf0\x9f\x91"])
def test_bytes_that_are_no_utf8_are_replaced_one_for_one_and_counted(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "chat.txt"
    data = CHAT.encode() + bad + b"x" + CHAT.encode() + bad
    path.write_bytes(data)
    raw = only(path)
    assert raw.source.decode_errors == 2 * len(bad)
    assert raw.buffer.decode().count("\ufffd") == 2 * len(bad)
    second = raw.buffer.index(b"x03/02")
    assert raw.member_offsets(np.array([0, second])).tolist() == [0, data.index(b"x03/02")]


def test_a_split_character_at_a_block_border_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(CHAT.encode() + b"a" * ((4 << 20) - len(CHAT.encode()) - 1) + "👍".encode() * 3)
    assert only(path).source.decode_errors == 0


SCALARS = ("a", "\x7f", "\x80", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\U0010ffff")


@settings(deadline=None)
@given(st.lists(st.sampled_from(SCALARS)), st.data())
def test_large_texts_are_validated_like_small_ones(pieces: list[str], data: st.DataObject) -> None:
    text = bytearray("".join(pieces).encode())
    for place in data.draw(st.lists(st.integers(0, max(len(text) - 1, 0)), max_size=3 if text else 0)):
        text[place] = data.draw(st.sampled_from([0x80, 0xBF, 0xA0, 0xC0, 0xE0, 0xED, 0xF0, 0xF4, 0xF5, 0x41]))
    try:
        text.decode()
        valid = True
    except UnicodeDecodeError:
        valid = False
    assert _is_utf8(bytes(text)) == _is_valid_in_arrow(bytes(text)) == valid


def test_nul_bytes_in_a_text_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(CHAT.encode() + b"05/02/2024, 10:00 - Ben: a\x00b\n")
    assert b"a\x00b" in only(path).buffer


def test_the_chat_in_a_zip_is_found_under_any_name_and_its_neighbours_are_attachments(tmp_path: Path) -> None:
    jpeg = b"\xff\xd8\xff\xe0" + b"\0" * 200
    path = make_zip(
        tmp_path / "Чат WhatsApp.zip",
        {
            "export/Чат WhatsApp с Ольгой.txt": CHAT,
            "export/IMG-20240203-WA0001.jpg": jpeg,
            "export/notes.txt": "shopping list\n",
            "export/DOC-20240203-WA0002.txt": OTHER,
            "__MACOSX/export/._Чат WhatsApp с Ольгой.txt": b"\0\5\26\7",
            "export/._IMG-20240203-WA0001.jpg": b"\0\5\26\7",
        },
    )
    raw = only(path)
    assert raw.source.name == f"{path}!export/Чат WhatsApp с Ольгой.txt"
    assert raw.source.text_sha256 == hashlib.sha256(CHAT.encode()).hexdigest()
    assert raw.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    beside = {item.name: item for item in raw.source.attachments}
    assert sorted(beside) == [
        "export/DOC-20240203-WA0002.txt",
        "export/IMG-20240203-WA0001.jpg",
        "export/notes.txt",
    ]
    assert beside["export/IMG-20240203-WA0001.jpg"].sha256 == hashlib.sha256(jpeg).hexdigest()
    assert beside["export/IMG-20240203-WA0001.jpg"].detected == "image/jpeg"
    assert raw.source.zip is not None and len(raw.source.zip.members) == 6


def test_several_chats_in_one_zip_give_several_texts(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "all.zip", {"WhatsApp Chat with A.txt": CHAT, "WhatsApp Chat with B.txt": OTHER})
    assert [raw.source.member for raw in read_texts(path)] == [
        "WhatsApp Chat with A.txt",
        "WhatsApp Chat with B.txt",
    ]
    assert [raw.buffer for raw in read_texts(path, "WhatsApp Chat with B.txt")] == [OTHER.encode()]


def test_a_chat_that_was_sent_as_a_file_is_an_attachment(tmp_path: Path) -> None:
    path = make_zip(
        tmp_path / "a.zip",
        {
            "WhatsApp Chat with A.txt": CHAT + "03/02/2024, 16:07 - Ben: WhatsApp Chat with B.txt (file attached)\n",
            "WhatsApp Chat with B.txt": OTHER,
        },
    )
    raw = only(path)
    assert raw.source.member == "WhatsApp Chat with A.txt"
    assert [item.name for item in raw.source.attachments] == ["WhatsApp Chat with B.txt"]


def test_member_names_in_unmarked_utf8_are_read(tmp_path: Path) -> None:
    data = io.BytesIO()
    name = "Discussion WhatsApp avec Zoé.txt"
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, CHAT)
    raw_zip = bytearray(data.getvalue())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw_zip.index(signature) + place
        struct.pack_into("<H", raw_zip, at, struct.unpack_from("<H", raw_zip, at)[0] & ~0x800)
    path = tmp_path / "a.zip"
    path.write_bytes(raw_zip)
    assert only(path).source.member == name


def test_a_folder_gives_its_exports_in_order_without_attachments_and_mac_files(tmp_path: Path) -> None:
    for name in (
        "b/chat.txt",
        "a/x.ZIP",
        "a/DOC-20240203-WA0002.txt",
        "a/._x.txt",
        "__MACOSX/y.txt",
        "a/z.jpg",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = find_inputs([tmp_path, tmp_path / "b" / "chat.txt", tmp_path / "missing.txt"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a/x.ZIP", "b/chat.txt", "missing.txt"]


def test_files_that_an_unpacked_text_names_are_its_attachments(tmp_path: Path) -> None:
    path = tmp_path / "_chat.txt"
    path.write_text(CHAT + "03/02/2024, 16:08 - Ben: Update.apk (file attached)\n")
    (tmp_path / "Update.apk").write_bytes(APK)
    (tmp_path / "diary.pdf").write_bytes(b"%PDF-1.4")
    (item,) = only(path).source.attachments
    assert (item.name, item.detected) == ("Update.apk", "application/vnd.android.package-archive")


def test_a_changed_or_removed_file_is_noticed_after_the_run(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("same.txt", "changed.txt", "gone.txt")]
    for path in paths:
        path.write_text(CHAT)
    sources = [only(path).source for path in paths]
    assert verify_unchanged(sources) == ()
    paths[1].write_text(CHAT + " ")
    paths[2].unlink()
    assert [failure.source for failure in verify_unchanged(sources)] == [str(paths[1]), str(paths[2])]


def test_reading_leaves_no_trace_beside_the_evidence(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"_chat.txt": CHAT, "00000002-PHOTO-2024-02-03-16-06-00.jpg": b"x"})
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    list(read_texts(path))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "notes.apk",
            APK,
            "application/vnd.android.package-archive",
        ),
        ("invoice.pdf", b"MZ" + b"\0" * 300, "application/x-msdownload"),
        ("run", b"\x7fELF" + b"\0" * 300, "application/x-executable"),
        ("photo.jpg", b"#!/bin/sh\necho hi\n", "text/x-script"),
        ("invoice.vbs", b"MsgBox 1\n", "text/x-script"),
        ("bill.html", b"\n<!DOCTYPE html><html>", "text/html"),
        ("Rechnung.lnk", b"\x4c\x00\x00\x00\x01\x14\x02\x00" + b"\0" * 90, "application/x-ms-shortcut"),
        ("a.pdf", b"%PDF-1.4 xxxxxxxxxxxxxx", "application/pdf"),
        ("A.vcf", b"BEGIN:VCARD\nEND:VCARD\n", "text/vcard"),
        ("empty.jpg", b"", None),
    ],
)
def test_attachments_are_typed_by_their_content(
    tmp_path: Path, name: str, content: bytes, expected: str | None
) -> None:
    path = make_zip(tmp_path / "a.zip", {"_chat.txt": CHAT, name: content})
    assert [(item.name, item.detected) for item in only(path).source.attachments] == [(name, expected)]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (["res/icon.png", "AndroidManifest.xml", "lib/x.so"], "application/vnd.android.package-archive"),
        (["word/document.xml", "word/vbaProject.bin"], "application/vnd.ms-office.vba"),
        (
            ["[Content_Types].xml", "xl/workbook.xml"],
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (["folder/Update.APK"], "application/x-zip-with-android-app"),
        (["setup.exe", "readme.txt"], "application/x-zip-with-windows-program"),
        (["photos/1.jpg"], "application/zip"),
    ],
)
@pytest.mark.parametrize("padding", [0, 1 << 20, (1 << 20) - 60])
def test_a_zip_is_typed_by_the_names_inside_wherever_they_stand(
    tmp_path: Path, members: list[str], expected: str, padding: int
) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.bin", b"x" * padding)
        for name in members:
            archive.writestr(name, b"content")
    path = make_zip(tmp_path / "a.zip", {"_chat.txt": CHAT, "file.zip": inner.getvalue()})
    assert [item.detected for item in only(path).source.attachments] == [expected]


def test_a_name_that_points_outside_is_refused(tmp_path: Path) -> None:
    for name in ("../evil.txt", "/etc/evil.txt", "C:\\evil.txt", "a\\..\\..\\evil.txt"):
        assert "points outside the zip" in refusal(make_zip(tmp_path / "a.zip", {"_chat.txt": CHAT, name: "x"}))


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = make_zip(tmp_path / "a.zip", {"_chat.txt": CHAT})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "symbolic link" in refusal(path)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"_chat.txt": CHAT})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in refusal(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"_chat.txt": CHAT})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("_chat.txt", OTHER)
    assert "same name" in refusal(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    assert "zip bomb" in refusal(make_zip(tmp_path / "a.zip", {"_chat.txt": b"\0" * (20 << 20)}))


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"_chat.txt": CHAT, "b.txt": CHAT})
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)
    path.write_bytes(data)
    assert "overlap" in refusal(path)


def test_a_truncated_zip_and_a_damaged_member_are_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"_chat.txt": CHAT * 50})
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert "cut short" in refusal(path)
    spoiled = bytearray(whole)
    spoiled[60] ^= 0xFF
    path.write_bytes(spoiled)
    assert "cannot be unpacked" in refusal(path)


def test_a_zip_without_a_text_names_what_it_holds(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"1.jpg": b"x", "2.jpg": b"x", "3.pdf": b"x"})
    assert "no chat text inside (it holds 2 jpg, 1 pdf)" in refusal(path)


def test_what_is_no_file_or_no_text_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    assert "empty" in refusal(empty)
    picture = tmp_path / "picture.txt"
    picture.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(32)) * 100)
    assert "image/jpeg" in refusal(picture)
    assert "cannot be read" in refusal(tmp_path / "missing.txt")
    assert "folder" in refusal(tmp_path)


def test_an_unreadable_input_counts_as_a_parse_error() -> None:
    assert issubclass(EvidenceError, ParseError)


@pytest.fixture
def ordinary_folder() -> Iterator[Path]:
    """A folder that everybody can reach, and a process that has no rights of the superuser, who may read everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(was)


@pytest.mark.skipif(os.name == "nt", reason="permissions work otherwise there")
def test_a_folder_and_a_file_without_permission_are_named(ordinary_folder: Path) -> None:
    closed, locked = ordinary_folder / "closed", ordinary_folder / "locked.txt"
    closed.mkdir(mode=0o000)
    locked.write_text(CHAT)
    locked.chmod(0o000)
    with pytest.raises(PermissionError):
        locked.read_bytes()
    assert find_inputs([ordinary_folder]) == (closed, locked)
    assert "cannot be read" in refusal(closed)
    assert "cannot be read" in refusal(locked) or "denied" in refusal(locked)


def test_a_folder_that_cannot_be_listed_is_part_of_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(CHAT)
    closed = tmp_path / "closed"
    closed.mkdir()
    listing = os.scandir

    def refuse(folder: str) -> object:
        if Path(folder) == closed:
            raise PermissionError(13, "Permission denied", str(folder))
        return listing(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert find_inputs([tmp_path]) == (tmp_path / "a.txt", closed)


def test_a_zip_of_zips_says_what_to_do(tmp_path: Path) -> None:
    assert "Unpack the zips inside" in refusal(make_zip(tmp_path / "a.zip", {"1.zip": b"x", "2.zip": b"x"}))


def test_of_many_files_beside_a_text_those_it_names_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wa_forensics.evidence.inputs.NAME_BLOCK", 16)
    named = ["IMG-20240203-WA0001.jpg", "AUD 1.opus", "a", "é.webp"]
    for name in [*named, "IMG-20240203-WA0002.jpg", "AUD 2.opus", "z"]:
        (tmp_path / name).write_bytes(b"x")
    line = "03/02/2024, 16:05 - Asha: "
    text = f"{line}IMG-20240203-WA0001.jpg (file attached)\n{line}AUD 1.opus\n{line}é.webp\n"
    (tmp_path / "chat.txt").write_text(text, "utf-8")
    assert [item.name for item in only(tmp_path / "chat.txt").source.attachments] == sorted(named)
