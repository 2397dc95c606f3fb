"""Pictures in the report: only on request, only from the scanned file, decoded and encoded anew, never SVG."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import PIL.Image
import pytest
from report_case import build_case

from wa_forensics.errors import SettingsError
from wa_forensics.evidence import read_texts
from wa_forensics.model import ChatFacts
from wa_forensics.parsing import parse_text
from wa_forensics.report import render_case
from wa_forensics.report.media import Thumbnails

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>window.pwned=1</script></svg>"


def _picture(kind: str = "PNG", size: tuple[int, int] = (900, 600)) -> bytes:
    out = BytesIO()
    PIL.Image.new("RGB", size, (200, 30, 30)).save(out, kind)
    return out.getvalue()


def _zip(path: Path) -> Path:
    lines = [
        "[12/03/25, 14:00:00] Anitha: \u200e<attached: 00000001-PHOTO-2025-03-12-14-00-00.png>",
        "[12/03/25, 14:01:00] Anitha: \u200e<attached: 00000002-PHOTO-2025-03-12-14-01-00.svg>",
        "[12/03/25, 14:02:00] Anitha: \u200e<attached: 00000003-PHOTO-2025-03-12-14-02-00.jpg>",
        "[13/03/25, 14:02:00] Prakash: thanks",
    ]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", "\r\n".join(lines) + "\r\n")
        archive.writestr("00000001-PHOTO-2025-03-12-14-00-00.png", _picture())
        archive.writestr("00000002-PHOTO-2025-03-12-14-01-00.svg", SVG)
        archive.writestr("00000003-PHOTO-2025-03-12-14-02-00.jpg", b"\xff\xd8\xff\xe0 no picture")
    return path


def _facts(path: Path) -> ChatFacts:
    return parse_text(next(read_texts(path)), date_order="DMY").facts


def test_a_picture_becomes_a_small_jpeg(tmp_path: Path) -> None:
    facts = _facts(_zip(tmp_path / "chat.zip"))
    made = Thumbnails([facts]).of(facts.source.name, "00000001-PHOTO-2025-03-12-14-00-00.png")
    assert made is not None
    assert re.fullmatch(r"data:image/jpeg;base64,[A-Za-z0-9+/]+=*", made)
    assert len(made) < 10_000


@pytest.mark.parametrize(
    "name", ["00000002-PHOTO-2025-03-12-14-01-00.svg", "00000003-PHOTO-2025-03-12-14-02-00.jpg", "missing.png"]
)
def test_svg_and_damaged_pictures_are_left_out(tmp_path: Path, name: str) -> None:
    facts = _facts(_zip(tmp_path / "chat.zip"))
    assert Thumbnails([facts]).of(facts.source.name, name) is None


def test_a_changed_zip_is_not_opened(tmp_path: Path) -> None:
    path = _zip(tmp_path / "chat.zip")
    facts = _facts(path)
    path.write_bytes(path.read_bytes() + b"x")
    thumbnails = Thumbnails([facts])
    assert thumbnails.of(facts.source.name, "00000001-PHOTO-2025-03-12-14-00-00.png") is None
    assert "not the file that was scanned" in thumbnails.problems[0]


def test_the_report_shows_pictures_on_request_only(tmp_path: Path) -> None:
    chat = parse_text(next(read_texts(_zip(tmp_path / "chat.zip"))), date_order="DMY")
    case = replace(
        build_case(),
        inputs=(chat.facts,),
        findings=(),
        incidents=(),
        profiles=(),
        indicators=(),
        tables={chat.source.name: chat.arrow},
    )
    out = tmp_path / "report.html"
    without = render_case(case, out, full_chat=True).read_text(encoding="utf-8")
    with_pictures = render_case(case, out, full_chat=True, embed_media=True).read_text(encoding="utf-8")
    assert "data:image" not in without
    assert "img-src" not in without
    assert with_pictures.count('src="data:image/jpeg;base64,') == 1
    assert "<svg xmlns" not in with_pictures


def test_pictures_and_pseudonyms_do_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be redacted"):
        render_case(build_case(), tmp_path / "r.html", embed_media=True, redactions=("names",))


def test_a_logo_stands_at_the_top(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(_picture(size=(60, 20)))
    page = render_case(build_case(), tmp_path / "r.html", logo=logo).read_text(encoding="utf-8")
    assert page.index('<img class="logo" src="data:image/png;base64,') < page.index("<h1>")
    assert page.count("<img") == 1
    assert "img-src data:" in page


@pytest.mark.parametrize(
    ("content", "problem"),
    [(SVG, "neither PNG nor JPEG"), (b"\xff\xd8\xff" + b"x" * 300_000, "at most"), (None, "cannot be read")],
    ids=["svg", "large", "missing"],
)
def test_a_logo_that_is_no_small_picture_is_refused(tmp_path: Path, content: bytes | None, problem: str) -> None:
    logo = tmp_path / "logo.png"
    if content is not None:
        logo.write_bytes(content)
    with pytest.raises(SettingsError, match=problem):
        render_case(build_case(), tmp_path / "r.html", logo=logo)
