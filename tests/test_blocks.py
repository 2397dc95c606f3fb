"""Texts larger than memory: blocks of them are the messages of the whole."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wa_forensics import read_export
from wa_forensics.chat import Chat
from wa_forensics.errors import AmbiguousDateOrder, EvidenceError, ParseError
from wa_forensics.parsing import read_blocks

SIZES = (300, 1_000, 20_000, 1 << 20)


def written(path: Path, count: int, *, end: str = "\n", form: str = "%d/%m/%Y, %H:%M - ", bad: bytes = b"") -> Path:
    """A chat with texts of several lines, header-shaped lines in them and lines of the app."""
    chance = random.Random(4)
    moment = datetime(2024, 1, 13, 9, 5)
    lines = []
    for number in range(count):
        moment += timedelta(minutes=chance.choice((0, 1, 90, 900)))
        name = chance.choice(("Asha: ", "Ravi K: ", "+44 7700 900614: ", "Asha changed the group name\x00"))
        text = chance.choice(("ok", "one\ntwo €\n", "[1/2/24, 10:05:06] Milo: pasted", f"number {number}", "\u200e😀"))
        lines.append((moment.strftime(form) + name + text).split("\x00")[0].replace("\n", end) + end)
    path.write_bytes("".join(lines).encode() + bad)
    return path


def rows(chats: list[Chat]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for chat in chats:
        c = chat.columns
        for i in range(len(chat)):
            place = (c.line[i], c.line_end[i], c.byte_offset[i], c.byte_length[i])
            found.append((chat.time(i), chat.sender(i), chat.text(i), chat.kind(i), *map(int, place)))
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blocks_hold_the_messages_of_the_whole_text(tmp_path: Path, size: int, end: str) -> None:
    path = written(tmp_path / "chat.txt", 900, end=end, bad=b"13/12/2030, 09:05 - Asha: caf\xe9\n")
    chats = list(read_blocks(path, size=size))
    assert rows(chats) == rows([read_export(path)])
    assert len(chats) > 1 or size > 20_000
    assert {chat.source.sha256 for chat in chats} == {hashlib.sha256(path.read_bytes()).hexdigest()}
    assert sum(int(chat.columns.byte_length.sum()) for chat in chats) == path.stat().st_size


def test_the_date_order_is_decided_by_all_blocks(tmp_path: Path) -> None:
    low = "".join(f"0{day}/02/2024, 09:05 - Asha: hello number {day}\n" for day in (3, 4, 5) for _ in range(3))
    path = tmp_path / "chat.txt"
    path.write_text(low + "25/02/2024, 09:05 - Ravi: settles it\n")
    chats = list(read_blocks(path, size=120))
    assert len(chats) > 3
    assert chats[0].time(0) == "2024-02-03T09:05:00"
    path.write_text(low)
    with pytest.raises(AmbiguousDateOrder):
        list(read_blocks(path, size=120))
    assert next(read_blocks(path, size=120, date_order="MDY")).time(0) == "2024-03-02T09:05:00"
    path.write_text(low + "25/02/2024, 09:05 - Ravi: day first\n" * 9 + "02/25/2024, 09:05 - Ravi: month first\n" * 9)
    with pytest.raises(ParseError, match="different date orders"):
        list(read_blocks(path, size=120))


def test_what_is_no_chat_is_refused_in_blocks_too(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text("a novel\n" * 500)
    with pytest.raises(ParseError):
        list(read_blocks(path, size=100))
    path.write_text("13/02/2024, 09:05 - Asha: hi\n", encoding="utf-16")
    with pytest.raises(EvidenceError, match="UTF-8"):
        list(read_blocks(path, size=100))


SMALL = """
from wa_forensics.parsing import blocks
blocks.read_blocks.__kwdefaults__["size"] = 4000
"""
MEASURE = """
import sys
from wa_forensics.cli import main, parse_command
parse_command.LARGE = int(sys.argv.pop(1))
try:
    main(sys.argv[1:])
finally:
    print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_long_text_is_written_in_the_memory_of_a_block(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    written(path, 4_000)
    # The same days again, so that the days of the copies do not go back within a block more than once.
    path.write_bytes(path.read_bytes() * 400)
    assert path.stat().st_size > 70_000_000
    peaks = {}
    for large in (1 << 20, 1 << 40):
        out = tmp_path / f"{large}.parquet"
        arguments = ["parse", str(path), "-o", str(out), "--date-order", "dmy"]
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(large), *arguments], capture_output=True, text=True, check=True
        )
        peaks[large] = int(done.stdout) * 1024
    assert peaks[1 << 20] < 320e6 < peaks[1 << 40]
    blocks, whole = (pq.read_table(tmp_path / f"{large}.parquet") for large in peaks)
    assert blocks["message"].to_pylist() == list(range(len(whole)))
    for name in whole.column_names:
        kind = whole[name].type
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        assert blocks[name].cast(plain).equals(whole[name].cast(plain)), name


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_rows_are_numbered_through_all_blocks(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / "chat.txt", 300)
    found = []
    for large in (1000, 1 << 40):
        out = tmp_path / f"{large}.{suffix}"
        code = SMALL + MEASURE
        arguments = [str(large), "parse", str(path), "-o", str(out)]
        subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)
        found.append(out.read_text(encoding="utf-8"))
    if suffix == "jsonl":
        assert [json.loads(line)["message"] for line in found[0].splitlines()] == list(range(300))
    assert found[0] == found[1]
