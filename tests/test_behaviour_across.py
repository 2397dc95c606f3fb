"""One account over several exports: its history is pooled, a stretch that runs through them counts as one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.test_behaviour import CASUAL, FORMAL, PLAIN, _parsed, _say
from wa_forensics import behaviour
from wa_forensics.batch import Run, accounts, scan
from wa_forensics.batch.accounts import accounts_of
from wa_forensics.behaviour.across import FEWEST_CARRIED
from wa_forensics.case import Case
from wa_forensics.case.kept import kept_results
from wa_forensics.model import Severity

RULE = "behaviour-change-across-chats"
PARTNERS = ("Tobias", "Ines", "Oskar", "Lale", "Runa", "Pavel")


def _export(partner: str, own: int, strange: int, seed: int, *, account: str = "Mira", late: int = 0) -> str:
    """A chat of ``own`` messages of the account over weeks; on one afternoon somebody else writes ``strange`` more."""
    draw = random.Random(seed)
    moment = datetime(2024, 3, 14, 9, 0)
    said: list[tuple[datetime, str, str]] = []
    for _ in range(own):
        moment += timedelta(minutes=draw.randrange(200, 600))
        said.append((moment, account, _say(CASUAL, draw)))
        said.append((moment + timedelta(minutes=2), partner, _say(PLAIN, draw)))
    attack = datetime(2024, 3, 29, 14, 0) + timedelta(minutes=late)
    for i in range(strange):
        said.append((attack + timedelta(minutes=3 * i), account, _say(FORMAL, draw)))
    return "".join(f"{at:%d/%m/%Y, %H:%M} - {name}: {text}\n" for at, name, text in sorted(said))


def _scan(exports: Sequence[str], folder: Path) -> Case:
    paths = []
    for number, text in enumerate(exports):
        path = folder / f"chat_{number}.txt"
        path.write_text(text, "utf-8")
        paths.append(path)
    return scan(paths, folder / "case", run=Run(reproducible=True, jobs=1))


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Case:
    exports = [_export(partner, 70, 5, seed) for seed, partner in enumerate(PARTNERS[:4])]
    return _scan(exports, tmp_path_factory.mktemp("attacked"))


def test_a_few_strange_messages_in_each_of_four_chats_are_found_together(attacked: Case) -> None:
    found = [finding for finding in attacked.findings if finding.rule == RULE]
    assert [Path(finding.source).name for finding in found] == [f"chat_{n}.txt" for n in range(4)]
    for finding in found:
        texts = [item.quote for item in finding.evidence]
        strange = [text for text in texts if set(text.split()) <= set(FORMAL)]
        assert len(strange) >= 4
        assert len(texts) - len(strange) <= 1
        assert finding.actors == ("Mira",)


def test_the_report_says_which_chats_carry_the_stretch(attacked: Case) -> None:
    found = next(finding for finding in attacked.findings if finding.rule == RULE)
    for number in range(4):
        assert f"chat_{number}.txt (5)" in found.observation
    assert "known by its name alone" in found.inference
    assert found.severity <= Severity.MEDIUM


def test_the_chats_of_one_stretch_are_one_incident(attacked: Case) -> None:
    found = [finding for finding in attacked.findings if finding.rule == RULE]
    assert {finding.severity for finding in found} == {Severity.MEDIUM}
    homes = {finding.incident for finding in found}
    assert len(homes) == 1
    assert homes != {None}


def test_clocks_of_exports_may_be_hours_apart(tmp_path: Path) -> None:
    case = _scan(
        [_export(partner, 70, 5, seed, late=180 * (seed % 2)) for seed, partner in enumerate(PARTNERS[:4])], tmp_path
    )
    found = [finding for finding in case.findings if finding.rule == RULE]
    assert [Path(finding.source).name for finding in found] == [f"chat_{n}.txt" for n in range(4)]


def test_a_quiet_account_in_several_chats_gives_nothing(tmp_path: Path) -> None:
    case = _scan([_export(partner, 70, 0, seed) for seed, partner in enumerate(PARTNERS[:4])], tmp_path)
    assert [finding for finding in case.findings if finding.rule == RULE] == []


def test_the_result_does_not_depend_on_the_number_of_workers(attacked: Case, tmp_path: Path) -> None:
    paths = sorted(attacked.path.parent.glob("chat_*.txt"))
    scan(paths, tmp_path / "case", run=Run(reproducible=True, jobs=2))
    for name in ("findings.jsonl", "incidents.json", "report.html"):
        assert (tmp_path / "case" / name).read_bytes() == (attacked.path / name).read_bytes(), name


def test_history_of_other_chats_makes_a_short_chat_testable(tmp_path: Path) -> None:
    account = "+49 151 55500042"
    long = [_export(partner, 90, 0, seed, account=account) for seed, partner in enumerate(PARTNERS[:3])]
    case = _scan([*long, _export("Lale", 3, 16, 9, account=account)], tmp_path)
    assert [p.testable for p in case.profiles if p.sender == account] == [True, True, True, False]
    (found,) = (finding for finding in case.findings if finding.rule == RULE)
    assert Path(found.source).name == "chat_3.txt"
    assert "known by its number" in found.inference
    assert found.severity == Severity.LOW


def test_a_namesake_in_another_chat_is_no_other_hand(tmp_path: Path) -> None:
    long = [_export(partner, 90, 0, seed) for seed, partner in enumerate(PARTNERS[:3])]
    case = _scan([*long, _export("Lale", 3, 16, 9)], tmp_path)
    assert [finding for finding in case.findings if finding.rule == RULE] == []


def test_another_account_of_another_number_is_not_pooled(tmp_path: Path) -> None:
    exports = [
        _export(partner, 70, 5, seed, account=f"+49 151 555000{seed}") for seed, partner in enumerate(PARTNERS[:2])
    ]
    case = _scan(exports, tmp_path)
    assert [finding for finding in case.findings if finding.rule == RULE] == []


def test_two_exports_of_one_conversation_count_once(attacked: Case) -> None:
    analyses = [item for result in kept_results(attacked.path) for item in result.analyses]
    mira = next(account for account in accounts_of(analyses, ()) if account.holdings[0].name == "Mira")
    assert [holding.place for holding in mira.holdings] == [0, 1, 2, 3]
    (mira,) = accounts_of(analyses, ((0, 1), (2, 3)))
    assert [holding.place for holding in mira.holdings] == [0, 2]
    assert accounts_of(analyses[:2], ((0, 1),)) == ()


def test_messages_are_put_in_order_by_time_and_nothing_is_lost() -> None:
    chats = [_parsed(_export(partner, 40, 4, seed)) for seed, partner in enumerate(PARTNERS[:2])]
    found = behaviour.join([behaviour.share(chat, chat.sender_code("Mira"), 500) for chat in chats])
    assert found is not None
    times = [
        chats[place].columns.timestamp[message]
        for place, message in zip(found.place.tolist(), found.message.tolist(), strict=True)
    ]
    assert all(a <= b for a, b in pairwise(times))
    assert len(found.message) + found.measured.left_out == 88
    assert all(chats[p].sender(m) == "Mira" for p, m in zip(found.place.tolist(), found.message.tolist(), strict=True))


def test_a_stretch_of_one_testable_chat_is_left_to_that_chat() -> None:
    chats = [_parsed(_export("Tobias", 120, 20, 5)), _parsed(_export("Ines", 120, 0, 6))]
    found = behaviour.join([behaviour.share(chat, chat.sender_code("Mira"), 500) for chat in chats])
    assert found is not None
    strongest = found.stretches[0]
    counts = np.bincount(found.place[strongest.first : strongest.last + 1], minlength=2)
    assert counts[1] < FEWEST_CARRIED
    assert behaviour.carried(found, [True, True], numbered=True) == ()
    assert behaviour.carried(found, [False, True], numbered=False) == ()
    assert len(behaviour.carried(found, [False, True], numbered=True)) == 1


def test_a_crash_is_named_and_stops_nothing(attacked: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(shares: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(behaviour, "join", broken)
    case = scan(sorted(attacked.path.parent.glob("chat_*.txt")), tmp_path / "case", run=Run(reproducible=True, jobs=1))
    assert RULE in str(case.coverage["failures"])
    assert case.findings != ()
    assert RULE not in {finding.rule for finding in case.findings}


def test_what_is_too_much_to_read_back_is_said(attacked: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_READ", 100)
    case = scan(sorted(attacked.path.parent.glob("chat_*.txt")), tmp_path / "case", run=Run(reproducible=True, jobs=1))
    assert "1 more account that writes in several chats was judged in each chat alone" in str(case.coverage)
    assert RULE not in {finding.rule for finding in case.findings}
