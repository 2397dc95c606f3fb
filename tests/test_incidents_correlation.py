"""Incidents within and across chats, the same text in several chats, levels by fusion, and the graph."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from incident_chats import (
    MARA,
    NIGHT,
    OWEN,
    analyzed,
    chat_of,
    finding,
    hijack_findings,
    hijacked,
    ordinary,
    renamed,
)

from wa_forensics import incidents
from wa_forensics.incidents.sketch import groups, sketches
from wa_forensics.model import Analysis, Confidence, Correlation, Severity, Stage, Threat

TEXT = (
    "Dear {name}, I am stuck at the {place} hospital with my cousin and my card is blocked. Could you send "
    "{amount} to this account today, I will return it tomorrow morning before noon. Please tell nobody else."
)


def one(analysis: Analysis) -> Correlation:
    return incidents.correlate([analysis])


def hijack(name: str = "WhatsApp Chat with Mara.txt") -> Analysis:
    chat = hijacked()
    return renamed(analyzed(chat, hijack_findings(chat)), name)


def test_findings_of_a_takeover_are_one_critical_incident_with_its_window() -> None:
    result = one(hijack())
    [incident] = result.incidents
    assert incident.severity is Severity.CRITICAL
    assert incident.confidence is Confidence.HIGH
    assert incident.accounts == (MARA,)
    assert [w.account for w in incident.windows] == [MARA]
    assert {f.incident for f in result.findings} == {incident.id}


def test_the_summary_says_what_was_seen_before_what_it_may_mean() -> None:
    [incident] = one(hijack()).incidents
    seen, meant = incident.summary.split("What it may mean:")
    assert seen.startswith("What was seen:")
    assert "lines" in seen and "may have written" in meant
    for word in ("all ", "proves", "always", "certainly"):
        assert word not in incident.summary


def test_a_change_of_habits_alone_is_at_most_medium() -> None:
    chat = hijacked(recovery=False, notice=False)
    style = finding(chat, "Good morning Owen", Threat.BEHAVIOUR_CHANGE, Severity.HIGH)
    [incident] = one(analyzed(chat, [style])).incidents
    assert incident.severity is Severity.MEDIUM


def test_low_findings_alone_make_no_incident() -> None:
    chat = hijacked()
    low = finding(chat, "transfer 450", Threat.PAYMENT_REQUEST, Severity.LOW)
    assert one(replace(analyzed(chat, [low]), windows=())).incidents == ()


def test_two_stories_a_year_apart_are_two_incidents() -> None:
    lines = ordinary(NIGHT, 3)
    lines.append((NIGHT + timedelta(days=4), OWEN, "send the code 482913 you got to me please"))
    lines += ordinary(NIGHT + timedelta(days=400), 3)
    lines.append((NIGHT + timedelta(days=405), MARA, "pay 900 to the new account today"))
    chat = chat_of(lines)
    found = [
        finding(chat, "send the code", Threat.OTP_REQUEST),
        finding(chat, "pay 900", Threat.BANK_DETAILS_CHANGED),
    ]
    result = one(replace(analyzed(chat, found), windows=()))
    assert len(result.incidents) == 2
    assert len({f.incident for f in result.findings}) == 2


def test_one_account_taken_over_in_two_chats_is_one_incident() -> None:
    result = incidents.correlate([hijack("one.txt"), hijack("two.txt")])
    [incident] = result.incidents
    assert {w.source for w in incident.windows} == {"one.txt", "two.txt"}
    assert any("26 hours" in sentence for sentence in incident.basis)


def test_two_exports_of_one_conversation_are_no_mass_message() -> None:
    result = incidents.correlate([hijack("one.txt"), hijack("two.txt")])
    assert not [f for f in result.findings if f.threat is Threat.MASS_MESSAGE]


def letter(number: int, name: str, place: str, amount: str, flagged: bool = True) -> Analysis:
    """A chat of its own in which a friend sends the letter; only some of them are flagged by a detector."""
    rng = random.Random(number)
    friend, other = f"Friend {number}", f"Contact {number}"
    start = NIGHT - timedelta(days=9)
    lines = [
        (start + timedelta(hours=7 * turn), rng.choice((friend, other)), f"note {rng.randrange(10**6)} " * 3)
        for turn in range(12)
    ]
    text = TEXT.format(name=name, place=place, amount=amount)
    lines.append((NIGHT + timedelta(minutes=number), friend, text))
    chat = chat_of(lines, f"chat-{number:04d}.txt")
    level = Severity.HIGH if flagged else Severity.LOW
    return replace(analyzed(chat, [finding(chat, "stuck at the", Threat.PAYMENT_REQUEST, level)]), windows=())


def test_the_same_letter_with_other_names_and_amounts_is_one_incident() -> None:
    sent = [
        letter(1, "Owen", "city", "450"),
        letter(2, "Aunt Lucia", "harbour", "1,200 euros"),
        letter(3, "Tomasz", "northern general", "300", flagged=False),
    ]
    result = incidents.correlate(sent)
    [incident] = result.incidents
    assert len(incident.chats) == 3
    assert Stage.PROPAGATION in incident.stages
    mass = [f for f in result.findings if f.threat is Threat.MASS_MESSAGE]
    assert [f.source for f in mass] == ["chat-0001.txt", "chat-0002.txt", "chat-0003.txt"]
    assert {f.severity for f in mass} == {Severity.HIGH}
    assert all(e.quote.startswith("Dear ") and e.byte_length > 100 for f in mass for e in f.evidence)


def harmless(number: int, text: str) -> Analysis:
    """A chat with a text that a detector found worth a low finding."""
    lines = [(NIGHT + timedelta(hours=turn), f"Friend {number}", f"note {number} {turn}") for turn in range(9)]
    chat = chat_of([*lines, (NIGHT + timedelta(days=1), f"Friend {number}", text)], f"chat-{number:04d}.txt")
    low = finding(chat, text[:20], Threat.PAYMENT_REQUEST, Severity.LOW)
    return replace(analyzed(chat, [low]), windows=())


def test_a_harmless_text_in_several_chats_stays_low_and_makes_no_incident() -> None:
    text = "You are all invited to our wedding at the old mill, please tell us until May whether you can come."
    result = incidents.correlate([harmless(n, text) for n in (1, 2, 3)])
    assert result.incidents == ()
    assert {f.severity for f in result.findings} == {Severity.LOW}


def test_a_payee_in_two_chats_ties_them() -> None:
    analyses = []
    for number, text in enumerate(("please pay the rest to 5550118822 now", "new account for invoices: 5550118822")):
        chat = chat_of([*ordinary(NIGHT, 2), (NIGHT + timedelta(days=3), f"Seller {number}", text)], f"{number}.txt")
        found = [finding(chat, "5550118822", Threat.BANK_DETAILS_CHANGED)]
        seen = [("payee", "5550118822", len(chat) - 1)]
        base = replace(analyzed(chat, found), windows=())
        analyses.append(
            replace(
                base,
                traces=incidents.traces(chat, found, seen),
                indicators=incidents.indicators(chat, found, seen),
            )
        )
    [incident] = incidents.correlate(analyses).incidents
    assert [(i.value, i.count, len(i.sources)) for i in incident.indicators] == [("5550118822", 2, 2)]
    assert any("same payee" in sentence for sentence in incident.basis)


def test_the_same_findings_in_any_order_of_chats_give_the_same_incidents() -> None:
    sent = [letter(n, name, "city", str(n * 50)) for n, name in enumerate(("Owen", "Lucia", "Tomasz", "Ines"))]
    forward = incidents.correlate(sent).incidents
    backward = incidents.correlate(sent[::-1]).incidents
    assert [(i.id, i.findings, i.summary) for i in forward] == [(i.id, i.findings, i.summary) for i in backward]


def test_words_changed_in_a_text_keep_it_near_and_another_text_stays_apart() -> None:
    texts = [
        TEXT.format(name="Owen", place="city", amount="450"),
        TEXT.format(name="Lucia", place="old harbour", amount="90"),
        "We meet at the station at nine and take the early train to the lake with the children and the dog.",
        "short text",
    ]
    assert groups(sketches(texts)).tolist() == [0, 0, 2, -1]


def test_a_sketch_is_the_same_in_any_company() -> None:
    texts = [TEXT.format(name=str(n), place="x", amount="1") for n in range(5)]
    assert sketches(texts)[3] == sketches(texts[3:4])[0]


def test_the_graph_ties_account_chat_and_window() -> None:
    result = one(hijack())
    drawn = incidents.graph(result.incidents, result.findings)
    kinds = {(edge.source, edge.kind, edge.target) for edge in drawn.edges}
    chat = result.findings[0].chat
    assert (f"account:{MARA}", "taken over in", f"chat:{chat}") in kinds
    assert (f"account:{MARA}", "attacked in", f"chat:{chat}") in kinds
    assert [node.id for node in drawn.nodes] == sorted(node.id for node in drawn.nodes)


def test_a_chat_that_only_notes_the_new_code_joins_the_incident_of_the_account() -> None:
    chat = chat_of(
        [
            *ordinary(NIGHT - timedelta(days=4), 4),
            (NIGHT - timedelta(minutes=15), "", f"Your security code with {MARA} changed. Tap to learn more."),
            (NIGHT + timedelta(hours=3), OWEN, "somebody writes to all of us as her, do not pay anything"),
        ],
        "group.txt",
    )
    found = [
        finding(chat, "security code", Threat.SECURITY_NOTICE, Severity.MEDIUM),
        finding(chat, "do not pay", Threat.WARNING_FROM_OTHERS, Severity.MEDIUM),
    ]
    group = analyzed(chat, found)
    assert group.windows == ()
    [incident] = incidents.correlate([hijack("one.txt"), group]).incidents
    assert len(incident.chats) == 2
    assert [w.source for w in incident.windows] == ["one.txt"]


def test_a_letter_planted_in_forty_of_two_hundred_chats_is_one_incident_of_those_forty() -> None:
    places = ("city", "harbour", "northern", "west")
    planted = {5 * number for number in range(40)}
    sent = []
    for number in range(200):
        if number in planted:
            name, place = f"Name{number}", places[number % 4]
            sent.append(letter(number, name, place, str(90 + number), flagged=number % 3 > 0))
        else:
            lines = ordinary(NIGHT - timedelta(days=2), 2)
            rng = random.Random(number)
            words = " ".join("".join(rng.choices("aeioklmnrst", k=5)) for _ in range(9))
            lines.append((NIGHT, MARA, f"usual account 5550{number:04d}: {words}"))
            chat = chat_of(lines, f"chat-{number:04d}.txt")
            false_alarm = [finding(chat, "usual account", Threat.PAYMENT_REQUEST)] if number % 7 == 1 else []
            sent.append(replace(analyzed(chat, false_alarm), windows=()))
    found = [i for i in incidents.correlate(sent).incidents if Stage.PROPAGATION in i.stages]
    assert [len(i.chats) for i in found] == [40]
    assert set(found[0].chats) == {f"chat-{number:04d}" for number in planted}


def requested(number: int, text: str, replies: tuple[str, ...] = (), minutes: int | None = None) -> Analysis:
    """A chat with a known contact in which one text asks for something; no detector fires on it alone."""
    rng = random.Random(number)
    friend, other = f"Friend {number}", f"Contact {number}"
    start = NIGHT - timedelta(days=9)
    lines = [
        (start + timedelta(hours=3 * turn), rng.choice((friend, other)), f"note {rng.randrange(10**6)} " * 3)
        for turn in range(70)
    ]
    at = NIGHT + timedelta(minutes=number if minutes is None else minutes)
    lines.append((at, friend, text))
    lines += [(at + timedelta(minutes=9 * turn), other, reply) for turn, reply in enumerate(replies, 1)]
    return replace(analyzed(chat_of(lines, f"chat-{number:04d}.txt"), []), windows=())


def test_a_request_that_is_nothing_alone_is_an_incident_in_several_chats() -> None:
    sent = [requested(n, TEXT.format(name=f"N{n}", place="city", amount=f"{n * 50} euros")) for n in range(1, 8)]
    assert one(sent[0]).incidents == ()
    [incident] = incidents.correlate(sent).incidents
    assert len(incident.chats) == 7
    assert incident.severity is Severity.HIGH
    few = incidents.correlate(sent[:2])
    assert few.incidents == (), "two copies may be a coincidence"


def test_a_notice_that_asks_for_little_is_no_incident_in_however_many_chats() -> None:
    notice = (
        "Hello {n}, the invoice for this month is attached, please pay {n} euros until the end of next week, thank you."
    )
    sent = [requested(n, notice.format(n=n)) for n in range(1, 30)]
    assert incidents.correlate(sent).incidents == ()


def test_a_request_spread_over_weeks_is_a_template() -> None:
    sent = [
        requested(n, TEXT.format(name=f"N{n}", place="city", amount=f"{n} euros"), minutes=n * 40 * 60)
        for n in range(1, 12)
    ]
    assert incidents.correlate(sent).incidents == ()


def test_an_incident_says_who_was_asked_answered_paid_and_warned() -> None:
    text = TEXT.format(name="you", place="city", amount="450 euros")
    sent = [
        requested(1, text, ("oh no what happened", "i have just sent you 450 euros, check please")),
        requested(2, text, ("is this really you? call me first",)),
        requested(3, text, ("this is a scam, do not pay anything to this person",)),
        requested(4, text),
    ]
    [incident] = incidents.correlate(sent).incidents
    did = {(role.did, role.who) for role in incident.people}
    assert {("asked", f"Contact {n}") for n in (1, 2, 3, 4)} <= did
    assert {who for what, who in did if what == "answered"} == {"Contact 1", "Contact 2", "Contact 3"}
    assert [(role.who, role.amounts) for role in incident.people if role.did == "wrote of a payment"] == [
        ("Contact 1", ("450 euros",))
    ]
    assert ("doubted", "Contact 2") in did and ("warned", "Contact 3") in did
    assert "4 were written to, 3 answered, 1 wrote of a payment (450 euros), 2 doubted or warned" in incident.summary
    drawn = incidents.graph([incident], incidents.correlate(sent).findings)
    assert ("account:Contact 1", "wrote of a payment in") in {(edge.source, edge.kind) for edge in drawn.edges}
