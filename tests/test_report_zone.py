"""UTC stands beside local time only where the examiner declared a zone; clock changes are explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from wa_forensics.batch import scan
from wa_forensics.model import Settings
from wa_forensics.report.zone import utc_teller

TEXT = "".join(
    f"{day}, {time} - +44 7700 900123: Dear customer, your account will be blocked today, verify your card now at "
    f"https://pay-secure-login.example/verify{n} and send the code\n"
    for n, (day, time) in enumerate(
        [
            ("28/03/2026", "09:00"),
            ("29/03/2026", "02:30"),
            ("29/03/2026", "09:00"),
            ("25/10/2026", "02:30"),
            ("25/10/2026", "23:30"),
        ]
    )
)


@pytest.mark.parametrize(
    ("local", "told"),
    [
        ("2026-03-28T09:00:00", "08:00 UTC"),
        ("2026-03-28T09:00:07", "08:00:07 UTC"),
        ("2026-03-28T00:30:00", "2026-03-27 23:30 UTC"),
        ("2026-03-29T02:30:00", "UTC: none"),
        ("2026-10-25T02:30:00", "00:30 / 01:30 UTC"),
        ("soon", ""),
    ],
)
def test_local_times_are_told_in_utc(local: str, told: str) -> None:
    assert utc_teller("Europe/Berlin", "none")(local) == told
    assert utc_teller("", "none")(local) == ""


def test_a_declared_zone_shows_utc_and_explains_clock_changes(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text(TEXT, "utf-8")
    case = scan([tmp_path / "chat.txt"], tmp_path / "case", Settings(timezone="Europe/Berlin", compare="none"))
    page = (case.path / "report.html").read_text("utf-8")
    for told in ("08:00 UTC", "no such time in this zone", "00:30 / 01:30 UTC", "was set forward", "was set back"):
        assert told in page, told


def test_without_a_zone_nothing_is_called_utc(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text(TEXT, "utf-8")
    case = scan([tmp_path / "chat.txt"], tmp_path / "case")
    assert "UTC" not in (case.path / "report.html").read_text("utf-8")
