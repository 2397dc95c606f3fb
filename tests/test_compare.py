"""Two exports of one conversation: what one lacks is found, whatever the clock, names, language and platform."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from compare_exports import make_pair, parsed, score
from invented_chats import NAMES, OTHER_NAMES, PHONES, Phone, Said, conversation, entries

from wa_forensics.chat import Chat
from wa_forensics.compare import (
    RULES,
    Comparison,
    compare_chats,
    compared,
    comparison_check,
    comparison_findings,
    comparison_from,
    contents,
    is_one_conversation,
    same_conversations,
    sketch,
)
from wa_forensics.evidence import raw_text
from wa_forensics.model import Analysis, Severity, Verdict
from wa_forensics.parsing import parse_text

BY_NAME = {phone.name: phone for phone in PHONES}


def written(
    said: Sequence[Said],
    phone: str = "android-en-GB",
    *,
    names: Sequence[str] = NAMES,
    offset: timedelta = timedelta(0),
    name: str = "a.txt",
) -> Chat:
    text = "".join(entries(said, BY_NAME[phone], names=names, offset=offset)[0])
    return parse_text(raw_text(Path(name), text.encode()), allow_undecided=True)


def counts(found: Comparison) -> tuple[int, int, int, int]:
    return len(found.missing_in_a), len(found.missing_in_b), len(found.changed), len(found.moved)


@pytest.mark.parametrize(
    ("phones", "hours"),
    [
        (("android-en-GB", "android-en-US"), 0.0),
        (("ios-en-GB", "android-en-IN"), 5.5),
        (("android-en-GB", "ios-de"), -9.0),
        (("ios-en-US", "ios-fr"), 14.0),
        (("android-pt-BR", "ios-en-GB"), -13.75),
    ],
)
@pytest.mark.parametrize("changes", [0, 1, 30])
def test_deletions_and_edits_are_found_between_any_two_phones(
    phones: tuple[str, str], hours: float, changes: int
) -> None:
    pair = make_pair(1500, changes, 11, phones=(BY_NAME[phones[0]], BY_NAME[phones[1]]), offset=timedelta(hours=hours))
    found = compare_chats(*parsed(pair))
    hit, false, missed = score(pair, found)
    assert (false, missed) == (0, 0) or (hit / (hit + missed) >= 0.98 and hit / (hit + false) >= 0.98)
    assert found.clock_offset_seconds == int(hours * 3600)
    assert found.names == {NAMES[i]: OTHER_NAMES[i] for i in range(3)}
    assert found.verdict == (Verdict.INCONSISTENT if changes else Verdict.CONSISTENT)


@pytest.mark.parametrize("special", ["bursts", "rewritten", "summer"])
@pytest.mark.parametrize("phones", [("ios-en-GB", "ios-de"), ("android-en-GB", "ios-fr")])
def test_hard_pairs_lose_next_to_nothing(phones: tuple[str, str], special: str) -> None:
    first, second = phones
    pair = make_pair(
        2000, 5, 21, phones=(BY_NAME[first], BY_NAME[second]), offset=timedelta(hours=-11), special=special
    )
    hit, false, missed = score(pair, compare_chats(*parsed(pair)))
    assert hit >= 14 and false <= 1, (hit, false, missed)


def test_of_equal_short_messages_the_one_of_that_second_is_missing() -> None:
    said = conversation(300, 13)
    start = said[149].moment.replace(second=0) + timedelta(minutes=1)
    burst = [Said(moment=start + timedelta(seconds=7 * n), who=1, text="ok") for n in range(1, 5)]
    full = said[:150] + burst + [replace(m, moment=m.moment + timedelta(minutes=2)) for m in said[150:]]
    other = full[:151] + full[152:]
    a, b = written(full, "ios-en-GB"), written(other, "ios-de", names=OTHER_NAMES, name="b.txt")
    (message,) = compare_chats(a, b).missing_in_b
    assert message.timestamp == burst[1].moment.isoformat()
    assert not any("cannot be told" in reason for reason in message.reasons)
    a, b = written(full), written(other, "android-de", name="b.txt")
    (message,) = compare_chats(a, b).missing_in_b
    assert message.text == "ok" and any("cannot be told" in reason for reason in message.reasons)


def test_a_text_of_which_nothing_is_left_may_be_two_messages() -> None:
    said = conversation(300, 14)
    place = next(i for i, m in enumerate(said) if i > 100 and m.kind == "text" and len(m.text) > 40)
    other = [replace(m, text="Kindly use the new IBAN") if i == place else m for i, m in enumerate(said)]
    (pair,) = compare_chats(written(said), written(other, name="b.txt")).changed
    assert pair.similarity < 0.2 and "two messages" in pair.reasons[-1]


def test_an_export_agrees_with_itself() -> None:
    said = conversation(300, 2)
    found = compare_chats(written(said), written(said))
    assert counts(found) == (0, 0, 0, 0)
    assert (found.matched, found.clock_offset_seconds, found.clock_changes) == (300, 0, ())
    assert found.verdict == Verdict.CONSISTENT


def test_swapping_the_sides_swaps_the_result() -> None:
    said = conversation(400, 3)
    a, b = written(said[:100] + said[103:]), written(said[:200] + said[201:], offset=timedelta(hours=2), name="b.txt")
    one, other = compare_chats(a, b), compare_chats(b, a)
    assert (
        [m.line for m in one.missing_in_a] == [m.line for m in other.missing_in_b] == [m.line for m in one.missing_in_a]
    )
    assert (len(one.missing_in_a), len(one.missing_in_b)) == (3, 1)
    assert one.clock_offset_seconds == 7200 and other.clock_offset_seconds == -7200


def test_what_lies_outside_the_common_span_is_not_missing() -> None:
    said = conversation(400, 4)
    found = compare_chats(written(said[:300]), written(said[120:], name="b.txt"))
    assert counts(found) == (0, 0, 0, 0)
    assert found.matched == 180
    assert found.outside == {"a_before": 120, "a_after": 0, "b_before": 0, "b_after": 100}
    assert found.overlap_start is not None and found.overlap_start >= str(said[119].moment.isoformat())[:16]


def test_a_step_of_the_clock_is_found_where_it_happens() -> None:
    said = conversation(600, 5)
    later = [replace(m, moment=m.moment + timedelta(hours=1)) if i >= 250 else m for i, m in enumerate(said)]
    found = compare_chats(written(said), written(later, name="b.txt"))
    (change,) = found.clock_changes
    assert (change.kind, change.before_seconds, change.after_seconds) == ("step", 0, 3600)
    at = [i for i, m in enumerate(said) if m.moment.isoformat()[:16] == change.at[:16]]
    assert any(abs(i - 250) <= 8 for i in at)
    assert counts(found) == (0, 0, 0, 0)


def test_a_drifting_clock_is_found_and_costs_no_match() -> None:
    said = conversation(600, 6)
    first = said[0].moment
    drifting = [replace(m, moment=m.moment + (m.moment - first) / 2000) for m in said]
    found = compare_chats(written(said, "ios-en-GB"), written(drifting, "ios-en-GB", name="b.txt"))
    assert [change.kind for change in found.clock_changes] == ["drift"]
    assert counts(found) == (0, 0, 0, 0)


def test_messages_that_arrive_in_another_order_are_not_missing() -> None:
    said = conversation(300, 7)
    other = list(said)
    for place in range(20, 280, 20):
        other[place], other[place + 1] = other[place + 1], other[place]
    found = compare_chats(written(said), written(other, name="b.txt"))
    assert (len(found.missing_in_a), len(found.missing_in_b)) == (0, 0)
    assert found.verdict != Verdict.INCONSISTENT


def test_a_message_shown_as_deleted_on_one_side_is_a_change_and_no_accusation() -> None:
    said = conversation(300, 8)
    place = next(i for i, m in enumerate(said) if i > 50 and m.kind == "text")
    deleted = [replace(m, kind="deleted") if i == place else m for i, m in enumerate(said)]
    found = compare_chats(written(said), written(deleted, "ios-de", names=OTHER_NAMES, name="b.txt"))
    (pair,) = found.changed
    assert "deleted for everyone" in pair.reasons[0]
    assert counts(found) == (0, 0, 1, 0)
    assert found.verdict == Verdict.NO_CONCLUSION


def test_another_sender_or_time_of_one_message_is_a_change() -> None:
    said = conversation(300, 9)
    places = [i for i, m in enumerate(said) if 50 < i < 250 and m.kind == "text" and len(m.text) > 30][:2]
    other = list(said)
    other[places[0]] = replace(said[places[0]], who=(said[places[0]].who + 1) % 3)
    found = compare_chats(written(said, "ios-en-GB"), written(other, "ios-en-GB", name="b.txt"))
    (pair,) = found.changed
    assert pair.similarity == 1.0 and "sender differs" in pair.reasons[0]
    other = list(said)
    other[places[1]] = replace(said[places[1]], moment=said[places[1]].moment + timedelta(hours=3))
    found = compare_chats(written(said, "ios-en-GB"), written(other, "ios-en-GB", name="b.txt"))
    (pair,) = found.changed
    assert "time differs" in pair.reasons[0]


def test_mentions_that_each_phone_writes_with_its_own_names_are_no_change() -> None:
    said = conversation(200, 10)
    a = [replace(m, text="@\u2068Asha\u2069 " + m.text) if i % 9 == 0 else m for i, m in enumerate(said)]
    b = [replace(m, text="@447700900123 " + m.text) if i % 9 == 0 else m for i, m in enumerate(said)]
    assert counts(compare_chats(written(a), written(b, name="b.txt"))) == (0, 0, 0, 0)


def test_two_conversations_and_too_short_ones_are_not_testable() -> None:
    found = compare_chats(written(conversation(300, 20)), written(conversation(300, 21), name="b.txt"))
    assert (found.verdict, found.clock_offset_seconds) == (Verdict.NOT_TESTABLE, None)
    found = compare_chats(written(conversation(2, 20)), written(conversation(2, 20), name="b.txt"))
    assert found.verdict == Verdict.NOT_TESTABLE


def test_a_chat_of_nothing_but_short_words_can_be_compared() -> None:
    said = [replace(m, text=("ok", "no", "yes")[i % 3], kind="text") for i, m in enumerate(conversation(200, 12))]
    found = compare_chats(
        written(said, "ios-en-GB"), written(said[:80] + said[81:], "ios-de", offset=timedelta(hours=3), name="b.txt")
    )
    assert found.clock_offset_seconds == 3 * 3600
    assert [m.text for m in found.missing_in_b] == [said[80].text]


def test_the_json_object_has_the_keys_of_the_contract() -> None:
    said = conversation(300, 13)
    found = compare_chats(written(said), written(said[:100] + said[101:], name="b.txt"))
    written_out = json.loads(json.dumps(found.as_dict()))
    assert list(written_out) == [
        "sources",
        "clock_offset_seconds",
        "clock_changes",
        "names",
        "matched",
        "missing_in_a",
        "missing_in_b",
        "changed",
        "moved",
        "overlap",
        "verdict",
        "statement",
        "outside",
        "matched_by",
    ]
    assert comparison_from(written_out) == found
    (missing,) = written_out["missing_in_b"]
    assert list(missing) == ["source", "message", "line", "timestamp", "sender", "text", "reasons"]
    assert (missing["source"], missing["text"]) == ("a.txt", said[100].text)
    assert list(written_out["overlap"]) == ["start", "end"]


def test_missing_messages_become_findings_in_the_export_that_holds_them() -> None:
    said = conversation(300, 14)
    a, b = written(said), written(said[:100] + said[105:200] + said[201:], "ios-de", names=OTHER_NAMES, name="b.txt")
    comparison = compare_chats(a, b)
    findings = comparison_findings(comparison, a, b)
    assert [len(finding.evidence) for finding in findings] == [5, 1]
    assert {finding.rule for finding in findings} == {"missing-in-one-export"}
    assert all(finding.source == "a.txt" and "b.txt" in finding.observation for finding in findings)
    assert {item.quote for finding in findings for item in finding.evidence} <= {m.text for m in said} | {
        "<Media omitted>",
        "This message was deleted",
    }
    assert len({finding.id for finding in findings}) == 2
    check = comparison_check(comparison, "a.txt")
    assert (check.id, check.verdict, len(check.lines)) == ("I19", Verdict.INCONSISTENT, 6)


def test_the_rules_of_a_comparison_name_innocent_explanations() -> None:
    for rule in RULES:
        assert rule.alternatives and rule.next_steps
        assert rule.severity <= Severity.MEDIUM


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: phone.name)
def test_placeholders_of_each_language_match_those_of_another(phone: Phone) -> None:
    said = conversation(200, 15)
    found = compare_chats(written(said), written(said, phone.name, names=OTHER_NAMES, name="b.txt"))
    assert counts(found) == (0, 0, 0, 0)


def test_exports_of_one_conversation_are_found_among_others() -> None:
    said = conversation(900, 30)
    chats = [
        written(said),
        written(conversation(900, 31), name="x.txt"),
        written(said[700:], "ios-de", names=OTHER_NAMES, offset=timedelta(hours=3), name="b.txt"),
        written(conversation(900, 32, language="de"), "android-de", name="y.txt"),
        written(said[:150], "android-en-US", name="c.txt"),
    ]
    assert same_conversations([sketch(chat) for chat in chats]) == ((0, 2), (0, 4))


def test_texts_sent_around_do_not_make_one_conversation() -> None:
    spam = [replace(m, text=f"forwarded to many: {m.text}", kind="text") for m in conversation(30, 40)]
    chats = [written([*conversation(200, seed), *spam], name=f"{seed}.txt") for seed in range(41, 53)]
    assert same_conversations([sketch(chat) for chat in chats]) == ()


def test_a_comparison_adds_its_check_and_the_findings_of_each_side() -> None:
    said = conversation(300, 14)
    a, b = written(said[:50] + said[51:]), written(said[:100] + said[105:], name="b.txt")
    empty = {"findings": (), "checks": (), "indicators": (), "failures": (), "rules_run": ()}
    analyses = Analysis(facts=a.facts, **empty), Analysis(facts=b.facts, **empty)
    one, other = compared(*analyses, compare_chats(a, b), (a, b))
    assert [check.source for check in (*one.checks, *other.checks)] == ["a.txt", "b.txt"]
    assert [len(finding.evidence) for finding in one.findings] == [5]
    assert [len(finding.evidence) for finding in other.findings] == [1]


def test_what_one_account_sent_to_two_people_does_not_make_one_conversation() -> None:
    """The texts of one account stand in both chats; the other person's do not."""
    sent = [replace(m, who=0, kind="text", text=f"{m.text} and so on") for m in conversation(14, 60)]
    replies = [conversation(6, 61), conversation(6, 62)]
    chats = []
    for number, own in enumerate(replies):
        said = sorted([*sent, *(replace(m, who=1) for m in own)], key=lambda m: m.moment)
        chats.append(written(said, name=f"{number}.txt"))
    assert not is_one_conversation(compare_chats(*chats))


def test_two_exports_of_a_short_conversation_are_found() -> None:
    said = conversation(24, 63, people=2)
    a, b = written(said), written(said[:10] + said[12:], "ios-de", names=OTHER_NAMES, name="b.txt")
    assert same_conversations([sketch(a), sketch(b)]) == ((0, 1),)
    assert is_one_conversation(compare_chats(a, b))


def test_a_whole_sample_can_be_held_against_a_quarter() -> None:
    said = conversation(12_000, 64)
    a, b = written(said), written(said[9_000:], "ios-de", names=OTHER_NAMES, name="b.txt")
    assert same_conversations([sketch(a), sketch(b)]) == ((0, 1),)


def test_texts_hashed_in_pieces_have_the_same_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    blanks = "a b \u20ac\u200e\u00a0"
    lines = [f"13/02/2024, 16:{i:02} - Asha: {blanks * i} message number {i}\n" for i in range(40)]
    chat = parse_text(raw_text(Path("chat.txt"), "".join(lines).encode()))
    whole = contents.sampled_keys(chat)
    assert len(whole) == 40
    for size in (16, 50, 333):
        monkeypatch.setattr(contents, "PIECE", size)
        assert contents.sampled_keys(chat).tolist() == whole.tolist()
    monkeypatch.setattr(contents, "LONG_TEXT", 0)
    assert contents.sampled_keys(chat).tolist() == whole.tolist()
