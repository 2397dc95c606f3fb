"""What a batch costs, as ratios within one process; figures in seconds stand in docs/scale.md."""

from __future__ import annotations

import gc
import json
import time
import weakref
from pathlib import Path

import pytest
from correlation import chat_lines

from wa_forensics import incidents
from wa_forensics.analysis import analyze
from wa_forensics.case.kept import FileResult, lean
from wa_forensics.case.messages import merge_messages, read_messages, tables_of, write_messages
from wa_forensics.case.records import compact, record
from wa_forensics.evidence import raw_text
from wa_forensics.model import Settings


def exports(count: int, messages: int) -> list[bytes]:
    return [
        "".join(
            f"{at:%d/%m/%Y, %H:%M} - {who}: {text}\n" for at, who, text in chat_lines(n, messages, n % 3 == 0)
        ).encode()
        for n in range(count)
    ]


def test_correlation_takes_less_than_a_tenth_of_a_run() -> None:
    analyses = []
    begin = time.process_time()
    for number, data in enumerate(exports(12, 500)):
        analyses.append(analyze(raw_text(Path(f"{number}.txt"), data), Settings())[1])
    run = time.process_time() - begin
    begin = time.process_time()
    correlation = incidents.correlate(analyses)
    incidents.graph(correlation.incidents, correlation.findings)
    incidents.shared([item.indicators for item in analyses])
    assert time.process_time() - begin < 0.1 * run


def test_a_chat_that_is_done_stays_in_nobodys_memory() -> None:
    gone = []
    for number, data in enumerate(exports(3, 500)):
        chat, _ = analyze(raw_text(Path(f"{number}.txt"), data), Settings())
        gone.append(weakref.ref(chat))
    del chat
    gc.collect()
    assert [chat() for chat in gone] == [None] * 3


def test_message_tables_are_packed_by_kind_of_column(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    chat, _ = analyze(raw_text(Path("a.txt"), exports(1, 3000)[0]), Settings())
    [table] = tables_of(chat)
    write_messages(tmp_path / "ours.parquet", [table])
    pq.write_table(table, tmp_path / "plain.parquet", compression="zstd", compression_level=1)
    assert pq.read_table(tmp_path / "ours.parquet").equals(pq.read_table(tmp_path / "plain.parquet"))
    sizes = [(tmp_path / name).stat().st_size for name in ("ours.parquet", "plain.parquet")]
    # Measured: 0.58 for a chat of 5,000 messages.
    assert sizes[0] < 0.8 * sizes[1]


def test_a_table_written_in_pieces_is_the_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat, _ = analyze(raw_text(Path("a.txt"), exports(1, 1000)[0]), Settings())
    [whole] = tables_of(chat)
    monkeypatch.setattr("wa_forensics.case.messages.ROW_GROUP", 300)
    write_messages(tmp_path / "pieces.parquet", tables_of(chat))
    assert merge_messages(tmp_path / "moved.parquet", [tmp_path / "pieces.parquet"]) == (4,)
    assert read_messages(tmp_path / "moved.parquet").to_pylist() == whole.to_pylist()
    assert merge_messages(tmp_path / "both.parquet", [tmp_path / "moved.parquet"] * 1) == (4,)
    write_messages(tmp_path / "other.parquet", tables_of(chat))
    assert merge_messages(tmp_path / "two.parquet", [tmp_path / "both.parquet", tmp_path / "other.parquet"]) == (4, 4)
    assert read_messages(tmp_path / "two.parquet", 4, 4).to_pylist() == whole.to_pylist()


def test_texts_that_all_results_share_are_kept_once() -> None:
    results = []
    for number, data in enumerate(exports(2, 200)):
        _, analysis = analyze(raw_text(Path(f"{number}.txt"), data), Settings())
        made = FileResult(number=number, path=f"{number}.txt", sha256=None, size=None, analyses=(analysis,))
        # As a worker's answer arrives: every text is an object of its own.
        results.append(record(FileResult, json.loads(compact(made))))
        assert lean(made) == made
    first, second = (lean(result).analyses[0].checks for result in results)
    assert [a.title is b.title and a.basis is b.basis for a, b in zip(first, second, strict=True)] == [True] * len(
        first
    )
