"""Local times in a declared zone: UTC beside them, repeated and skipped hours found for whole columns."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from wa_forensics.clock import clock
from wa_forensics.errors import SettingsError


def times(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[s]")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "UTC"])
def test_a_column_of_times_becomes_the_same_instants_as_one_by_one(zone: str) -> None:
    local = np.datetime64("2023-01-01T00:00:00") + np.arange(0, 730 * 24 * 60, 37).astype("timedelta64[m]")
    found = clock(zone, "2023-01-01T00:00:00", "2024-12-31T00:00:00").utc(local)
    where = ZoneInfo(zone)
    expected = [
        str(np.datetime64(moment.replace(tzinfo=where).astimezone(UTC).replace(tzinfo=None), "s"))
        for moment in local.astype(datetime)
    ]
    assert found.astype(str).tolist() == expected


def test_the_hour_that_happens_twice_and_the_hour_that_does_not_happen_are_found() -> None:
    berlin = clock("Europe/Berlin", "2024-01-01T00:00:00", "2024-12-31T00:00:00")
    local = times("2024-10-27T01:59:59", "2024-10-27T02:00:00", "2024-10-27T02:59:59", "2024-10-27T03:00:00")
    assert berlin.repeated(local).tolist() == [False, True, True, False]
    local = times("2024-03-31T01:59:59", "2024-03-31T02:00:00", "2024-03-31T02:59:59", "2024-03-31T03:00:00")
    assert berlin.skipped(local).tolist() == [False, True, True, False]


def test_the_changes_between_two_times_are_listed_with_both_wall_times() -> None:
    berlin = clock("Europe/Berlin", "2024-01-01T00:00:00", "2024-12-31T00:00:00")
    changes = berlin.between("2024-02-01T00:00:00", "2024-12-01T00:00:00")
    assert [(change.utc, change.before, change.after, change.repeats) for change in changes] == [
        ("2024-03-31T01:00:00", "2024-03-31T02:00:00", "2024-03-31T03:00:00", False),
        ("2024-10-27T01:00:00", "2024-10-27T03:00:00", "2024-10-27T02:00:00", True),
    ]
    assert clock("Asia/Kolkata", "2024-01-01T00:00:00", "2024-12-31T00:00:00").between("2024-02-01", "2024-12-01") == ()


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd", "CEST+2"])
def test_an_unknown_zone_is_a_settings_error(zone: str) -> None:
    with pytest.raises(SettingsError, match="no time zone"):
        clock(zone, "2024-01-01T00:00:00", "2024-12-31T00:00:00")
