"""The frame has the columns of the contract, byte-faithful texts and missing values that are missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from parsing_texts import parsed

from wa_forensics.frame import text_array

TEXT = (
    '13/02/2024, 16:04 - Asha created group "Crew"\n'
    "13/02/2024, 16:05 - +44 7700 900614: hello\nsecond ½ line\n"
    "13/02/2024, 16:06 - Asha: IMG-20240213-WA0001.jpg (file attached)\n"
    "13/02/2024, 16:07 - Asha: \n"
    "13/02/2024, 16:08 - Asha: late <This message was edited>\n"
)


def test_columns_and_types_are_those_of_the_contract() -> None:
    frame = parsed(TEXT).messages
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "timestamp": "datetime64[s]",
        "sender": "category",
        "sender_phone": "string",
        "kind": "category",
        "event": "category",
        "text": "string",
        "attachment": "string",
        "edited": "bool",
        "line": "int64",
        "line_end": "int64",
        "byte_offset": "int64",
        "byte_length": "int64",
        "shape": "category",
    }
    assert frame.index.name == "message"
    assert list(frame.index) == [0, 1, 2, 3, 4]


def test_missing_is_missing_and_empty_is_empty() -> None:
    frame = parsed(TEXT).messages
    assert frame["sender"].isna().tolist() == [True, False, False, False, False]
    assert frame["sender_phone"].tolist()[1] == "+447700900614"
    assert frame["sender_phone"].isna().tolist() == [True, False, True, True, True]
    assert frame["event"].astype(object).where(frame["event"].notna(), None).tolist() == [
        "group_created",
        None,
        "file_attached",
        None,
        None,
    ]
    assert frame["attachment"].tolist()[2] == "IMG-20240213-WA0001.jpg"
    assert frame["attachment"].isna().sum() == 4
    assert frame["text"].tolist()[1] == "hello\nsecond ½ line"
    assert frame["text"].tolist()[3] == ""
    assert frame["edited"].tolist() == [False, False, False, False, True]


def test_table_and_frame_say_the_same() -> None:
    chat = parsed(TEXT)
    table, frame = chat.arrow, chat.messages
    assert table.column_names == list(frame.columns)
    for name in frame.columns:
        left = [None if pd.isna(value) else value for value in frame[name].astype(object)]
        assert left == [value if name != "timestamp" else pd.Timestamp(value) for value in table[name].to_pylist()]


def test_texts_are_cut_in_chunks_without_loss() -> None:
    pieces = [f"text {i} ½" for i in range(70_000)]
    buffer = "".join(f"head{piece}\n" for piece in pieces).encode()
    ends = np.flatnonzero(np.frombuffer(buffer, dtype=np.uint8) == 10)
    starts = np.concatenate([[0], ends[:-1] + 1]) + 4
    assert text_array(buffer, starts, ends).to_pylist() == pieces
    assert text_array(b"", starts[:0], ends[:0]).to_pylist() == []


def test_offsets_lead_back_to_the_bytes() -> None:
    chat = parsed(TEXT)
    for row in chat.messages.itertuples():
        block = chat.buffer[row.byte_offset : row.byte_offset + row.byte_length].decode()
        assert row.text in block
        assert chat.buffer[: row.byte_offset].count(b"\n") + 1 == row.line


def test_parsing_loads_neither_pandas_nor_pyarrow_nor_phonenumbers(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text("13/02/2024, 16:05 - Asha: hi\n" * 2, encoding="utf-8")
    code = (
        "import sys; from wa_forensics.parsing import read_export\n"
        "assert len(read_export(sys.argv[1])) == 2\n"
        "print(sorted({'pandas', 'pyarrow', 'phonenumbers', 'convertdate'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "[]", result.stderr


@pytest.mark.parametrize("chunk", [1, 3, 1 << 16])
def test_few_and_many_messages_make_the_same_table(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = parsed(TEXT)
    whole = chat.arrow
    monkeypatch.setattr("wa_forensics.frame._CHUNK", chunk)
    table = chat.arrow_rows(0, len(chat))
    table.validate(full=True)
    assert table.equals(whole)
    assert table["sender_phone"].null_count == whole["sender_phone"].null_count == 4
    assert table["text"].to_pylist() == [chat.text(message) for message in range(len(chat))]
