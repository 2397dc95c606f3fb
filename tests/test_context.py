"""What the conversation around a sign decides: who plays along, who tells and who asks, and whose hand it is."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from incident_chats import chat_of

from wa_forensics.chat import Chat
from wa_forensics.context import HIGH, LOW, MEDIUM, episodes, sightings, silencers, writing
from wa_forensics.detectors import DETECTORS
from wa_forensics.model import Finding, Severity, Threat

START = datetime(2026, 2, 15, 15, 0)
NOTICE = "Messages and calls are end-to-end encrypted. No one outside of this chat can read or listen to them."


def chat(*lines: tuple[float, str, str]) -> Chat:
    """(hours after the start, sender, text) as an export; an empty sender makes a line of the app."""
    return chat_of((START + timedelta(hours=hours), sender, text) for hours, sender, text in ((0, "", NOTICE), *lines))


def found(given: Chat, *threats: Threat) -> list[Finding]:
    return [f for d in DETECTORS for f in d.detect(given) if not threats or f.threat in threats]


def named(findings: Iterable[Finding], least: Severity = Severity.LOW) -> set[int]:
    return {item.line for f in findings if f.severity >= least for item in f.evidence}


def small_talk(first: float, sender: str, lines: int) -> list[tuple[float, str, str]]:
    says = ("good morning", "how did the rehearsal go", "it rains here again", "soup tonight", "that made me laugh")
    return [(first + at / 10, sender if at % 2 else "Petra", says[at % 5]) for at in range(lines)]


COURTING = (
    *small_talk(1, "Captain Leo", 70),
    (400, "Captain Leo", "my card does not work on the ship, can you lend me 300 euro, I pay you back next week"),
    (401, "Petra", "ok, to whom"),
    (700, "Captain Leo", "my parcel for you is held at customs, they need a clearance fee of 900 euro within 24 hours"),
    (701, "Captain Leo", "please pay it today, track it here: https://ship-clearing.example/t/1"),
    (702, "Petra", "that is a lot"),
    (840, "Petra", "my sister says this is a scam, stop writing to me, I reported you to the police"),
    (841, "Captain Leo", "This message was deleted"),
    (841, "Captain Leo", "This message was deleted"),
    (841.1, "Petra", "you are a fraud, I am going to the police now"),
    (841.2, "", "You blocked this contact. Tap to unblock."),
)


def test_who_courts_for_weeks_is_judged_over_all_of_them() -> None:
    given = chat(*COURTING)
    strong = [e for e in episodes(given) if e.score >= HIGH]
    assert [given.senders[e.sender] for e in strong] == ["Captain Leo"]
    loan, fee = (given.columns.line[m] for m in (71, 73))
    assert {int(loan), int(fee)} <= named(found(given, Threat.PAYMENT_REQUEST, Threat.URGENT_MONEY))
    assert len(named(found(given, Threat.EVIDENCE_DELETION))) == 2


def test_a_friend_of_years_who_pays_back_is_not_judged_so() -> None:
    lines = [line for line in COURTING if "customs" not in line[2] and "ship-clearing" not in line[2]]
    given = chat(*lines[:-5], (402, "Petra", "sent"), (600, "Captain Leo", "here is your money back, thank you"))
    assert not named(found(given), Severity.MEDIUM)


GROUP = (
    (0.1, "", 'Alma Office created group "Wealth Class 4"'),
    (0.2, "Alma Office", "welcome all, say your name and town"),
    (0.3, "Walter", "walter from the lake, retired bus driver"),
    (0.4, "Tom", "tom, I drive a taxi"),
    (0.5, "Coach Ray", "tonight we speak about patience"),
    (48, "Alma Office", "registration is open: wealth-class-pro.example/join"),
    (72, "Walter", "I put in 500 and see 560, can I take it out"),
    (96, "Coach Ray", "our trading platform gives guaranteed profit of 3% per day, VIP members deposit 5000"),
    (97, "Walter", "I did"),
    (120, "Coach Ray", "to withdraw your profit you must pay 15% tax first, today, or the account will be blocked"),
    (120.1, "Tom", "Walter do not pay, this is a scam, I found it on the warning list"),
    (120.2, "", "Alma Office removed Tom"),
    (120.3, "Alma Office", "he was a competitor"),
    (120.4, "Alma Office", "This message was deleted"),
    (121, "Walter", "why was Tom removed"),
)


def test_who_puts_out_the_one_who_warns_plays_along() -> None:
    given = chat(*GROUP)
    assert [given.senders[code] for code in silencers(given)] == ["Alma Office"]
    line = {text: int(given.columns.line[m]) for m, (_, _, text) in enumerate(GROUP, start=1)}
    job = named(found(given, Threat.JOB_OR_INVESTMENT_SCAM))
    assert {line["registration is open: wealth-class-pro.example/join"], line["he was a competitor"]} <= job
    assert line["tonight we speak about patience"] in named(found(given))
    assert line["Alma Office removed Tom"] in named(found(given, Threat.INTRUDER_OTHER), Severity.MEDIUM)
    assert not {line["tom, I drive a taxi"], line["I did"]} & named(found(given), Severity.MEDIUM)


def test_who_puts_out_the_pitching_account_does_not() -> None:
    lines = [(h, s, t.replace("Alma Office removed Tom", "Alma Office removed Coach Ray")) for h, s, t in GROUP]
    assert not silencers(chat(*lines))


def test_who_tells_of_a_linked_device_asks_for_none() -> None:
    given = chat(
        (1, "Vera", "open linked devices, scan the qr code on this page with whatsapp to claim the voucher"),
        (2, "Vera", "it says the device was linked, chrome on windows, I logged it out"),
    )
    kinds = {m: {s.kind for s in seen} for m, seen in sightings(given).by_message.items()}
    assert "device_linking" in kinds[1]
    assert "device_linking" not in kinds.get(2, set())


def test_who_writes_a_code_out_does_not_ask_for_it() -> None:
    given = chat((1, "Vera", "shall I give the driver the code? sms came, the code is 447138"))
    asked = [s.weight for s in sightings(given).by_message.get(1, ()) if s.kind == "code_request"]
    assert all(weight < 1 for weight in asked)


def test_a_warning_speaks_of_what_was_just_written() -> None:
    given = chat(
        (0.1, "Dora", "the courier asks for a delivery code, should I send him the code by sms"),
        (0.2, "Dora", "the bank says the account will be blocked unless I verify, strange"),
        (26, "Carton Works", "our bank account has changed due to an audit, please pay all invoices to this account"),
        (26.1, "Carton Works", "IBAN DE89 3704 0044 0532 0130 00, pay before noon or the order is cancelled"),
        (26.5, "Emil", "do not pay, that is not them, I have them on the phone, their account was hacked"),
        (26.6, "Dora", "oh no"),
        (26.7, "Fanny", "their WhatsApp is in other hands, it was hacked, pay nothing"),
    )
    strong = {given.senders[e.sender] for e in episodes(given) if e.score >= MEDIUM}
    assert strong == {"Carton Works"}


QUIET = [(at / 4, "Fritz", f"jo passt, i kum um {5 + at % 3} vorbei") for at in range(24)]
TIDY = (
    "Guten Abend zusammen.",
    "Ich wollte kurz fragen, wer außer mir noch Zugriff auf die Kasse hat.",
    "Vielen Dank, das ist sehr freundlich.",
    "Bitte geben Sie die Rechnung über 740 Euro noch heute frei.",
    "Die Kontodaten lauten DE89 3704 0044 0532 0130 00.",
    "Das ist ein Missverständnis.",
)


def told(notice: bool, of: str = "Fritz") -> Chat:
    app = [(30, "", f"Your security code with {of} changed. Tap to learn more.")] if notice else []
    return chat(
        *QUIET,
        (8, "Hanna", "bis morgen"),
        (9, "Fritzi", "ich bin auch dabei"),
        *app,
        *((31 + at / 10, "Fritz", text) for at, text in enumerate(TIDY)),
        (32, "Hanna", "bist du das wirklich?"),
        (32.1, "", "Hanna removed Fritz"),
    )


def test_a_new_key_and_another_way_of_writing_count_as_seen_in_the_account_itself() -> None:
    given = told(notice=True)
    strong = [e for e in episodes(given) if e.score >= MEDIUM]
    assert {given.senders[e.sender] for e in strong} == {"Fritz"}
    line_of = next(m for m in range(len(given)) if "security code" in given.text(m))
    notices = named(found(given, Threat.SECURITY_NOTICE), Severity.MEDIUM)
    assert notices == {int(given.columns.line[line_of])}
    assert all(e.score >= LOW for e in strong)


def test_the_same_words_without_a_new_key_weigh_less() -> None:
    with_key = max(e.score for e in episodes(told(notice=True)))
    without = max((e.score for e in episodes(told(notice=False))), default=-9.0)
    assert with_key - without >= 1.0


def test_a_new_key_of_an_account_with_a_longer_name_says_nothing() -> None:
    other, none = told(notice=True, of="Fritzi"), told(notice=False)
    assert [e.score for e in episodes(other)] == [e.score for e in episodes(none)]


def tricked(answers: str) -> Chat:
    """A stranger asks for a code, Hanna or Fritz writes it, and a day later Fritz writes in another way."""
    return chat(
        *QUIET,
        (8, "Hanna", "bis morgen"),
        (9, "+49 1555 0100200", "Hallo, ich habe dir aus Versehen einen Code per SMS geschickt, schick ihn mir"),
        (9.1, answers, "482 913"),
        *((31 + at / 10, "Fritz", text) for at, text in enumerate(TIDY)),
        (32, "Hanna", "bist du das wirklich?"),
        (32.1, "", "Hanna removed Fritz"),
    )


def test_who_gave_a_code_away_may_be_in_other_hands_since() -> None:
    def score(given: Chat) -> float:
        return max((e.score for e in episodes(given) if given.senders[e.sender] == "Fritz"), default=-9.0)

    of_fritz, of_hanna = tricked("Fritz"), tricked("Hanna")
    assert score(of_fritz) - score(of_hanna) >= 1.0
    assert score(of_fritz) >= MEDIUM > score(of_hanna)


FIRM = "Tents of Umber Street"
SIGNED = [(at * 5.0, FIRM, f"we come on {day} at ten -S") for at, day in enumerate(("monday", "friday", "sunday") * 5)]
UNSIGNED = (
    "Kindly note that payments now go to the account below.",
    "Beneficiary: Umber Trading, account number 10555501877, sort code 20-00-55",
    "Please verify the statement on https://umber-street-tents-pay.example/s/1",
    "Please forward the proof of payment once done.",
)


def denied(*said: tuple[float, str, str]) -> Chat:
    """A firm that signs what it writes, four lines without a signature, a client who pays, and what is said then."""
    return chat(
        *SIGNED,
        (70.5, "Thea", "lovely"),
        *((100 + at / 4, FIRM, text) for at, text in enumerate(UNSIGNED)),
        (112, "Thea", "the bank asks me to confirm the new bank details, account number 10555501877"),
        *said,
    )


DENIALS = (
    (118, FIRM, "That is not us, we did not send that. -N"),
    (118.1, "Thea", "omg do not pay anything else, this is a scam"),
)


def test_a_signature_that_is_missing_is_another_way_of_writing() -> None:
    weight, facts = writing.change_of_habits(denied(), denied().sender_code(FIRM), 17, 20)
    assert weight > 0
    assert any("name or initial after a dash" in str(fact) for fact in facts)


def test_an_owners_denial_is_about_the_own_messages_and_not_about_those_of_the_victim() -> None:
    given = denied(*DENIALS)
    disowned = {
        given.senders[e.sender]: e.severity
        for e in episodes(given)
        if any(s.name == "disowned by the owner" for s in e.signals)
    }
    assert disowned == {FIRM: Severity.HIGH}
    of_thea = [e for e in episodes(given) if given.senders[e.sender] == "Thea"]
    assert not any("disowned" in signal.name for e in of_thea for signal in e.signals)


def test_a_denial_of_somebody_who_wrote_as_ever_is_about_others() -> None:
    given = chat(
        *SIGNED,
        (70.5, "Thea", "lovely"),
        *((100 + at / 4, FIRM, f"{text.lower().rstrip('.')} -S") for at, text in enumerate(UNSIGNED)),
        (112, "Thea", "the bank asks me to confirm the new bank details, account number 10555501877"),
        *DENIALS,
    )
    disowned = {given.senders[e.sender] for e in episodes(given) if any("disowned" in s.name for s in e.signals)}
    assert FIRM not in disowned


def test_without_a_denial_the_same_lines_stay_lower() -> None:
    assert all(e.score < HIGH for e in episodes(denied()))


DRAWN_OUT = re.compile(r"(.)\1\1|[!?]{2}|\.\.|(?:ja|ha|he|ah|kk|\u0939|\u0647|xd)(?:ja|ha|he|ah|k|\u0939|\u0647)", re.I)
EMOJI = re.compile(
    "[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]" r"|[:;=x]-?[)(dp]\b|[:;=]-?[)(]|<3|\^\^|\bxd+\b", re.I
)


@settings(max_examples=2000)
@given(st.text(alphabet="jJhHaAeEkKxXdDpP!?.)(:;=-<3^\n \u0939\u0647\u2600\U0001f600\u2b50\u2fff\u00e9", max_size=9))
def test_habits_seen_fast_are_those_of_the_plain_expressions(text: str) -> None:
    drawn_out = writing._DRAWN_OUT.search(text) or writing._TRIPLED.search(text)
    assert bool(drawn_out) == bool(DRAWN_OUT.search(text))
    assert bool(writing._EMOJI.search(text)) == bool(EMOJI.search(text))


ASKS_LITTLE = (
    *small_talk(1, "Captain Leo", 70),
    (200, "Captain Leo", "i need 300 in bitcoin from the machine at the mall"),
    (400, "Captain Leo", "please buy two steam gift cards and scratch them"),
    (600, "Captain Leo", "the boy is in hospital and i need 320 euro urgently"),
    (601, "Petra", "my daughter says this is a scam"),
    (602, "Captain Leo", "This message was deleted"),
)


def test_a_contact_who_is_blocked_in_the_end_is_judged_over_all_that_was_asked() -> None:
    blocked = chat(*ASKS_LITTLE, (603, "", "You blocked this contact. Tap to unblock."))
    strong = [e for e in episodes(blocked) if e.score >= HIGH]
    assert [blocked.senders[e.sender] for e in strong] == ["Captain Leo"]
    # A contact who asks now and then, and is not blocked, stays what he is.
    assert not [e for e in episodes(chat(*ASKS_LITTLE)) if e.score >= MEDIUM]


TASKS = (
    (1, "+44 7700 900141", "Hello, part time job from home: like hotels on the map and earn 40 pounds per task"),
    (2, "Ines", "ok how does it work"),
    (
        30,
        "+44 7700 900141",
        "deposit 500 USDT to unlock the next level, guaranteed return of 650, send it to my wallet",
    ),
    (31, "Ines", "done"),
    (60, "+44 7700 900141", "to withdraw your money you must pay a tax of 12% first"),
    (61, "Ines", "ok"),
)
STILL_THERE = tuple(
    (hours, "+44 7700 900141", text)
    for hours, text in (
        (150, "good morning dear"),
        (170, "yes still in process"),
        (171, "friday for sure"),
        (200, "hi"),
    )
)


def test_who_takes_money_for_a_job_is_not_trusted_for_staying() -> None:
    assert max(e.score for e in episodes(chat(*TASKS, *STILL_THERE))) >= HIGH
    # A landlord who asks for a deposit and is still there a week later is.
    rent = (1, "+44 7700 900141", "the deposit is 300, please pay today to sort code 00-00-44 account 55501142, urgent")
    names = [s.name for e in episodes(chat(rent, *STILL_THERE)) for s in e.signals]
    assert "goes on writing for days" in names or not names


def test_a_warning_is_not_given_to_what_was_said_long_before_and_after() -> None:
    given = chat(
        (1, "Ines", "morning"),
        (2, "+44 7700 900141", "I am in the hospital with grandma, she had an accident, I pay here"),
        (200, "Uwe", "careful, the text from the bank with the link is a scam, do not click"),
        (400, "+44 7700 900141", "buy a gift card for my nephew and send me the code please"),
    )
    assert not [s for e in episodes(given) for s in e.signals if s.name == "others warn"]


def test_a_payee_checked_in_person_stays_low_until_something_speaks_against_it() -> None:
    asks = (
        (1, "+44 7700 900141", "our bank details have changed, pay the rent of 900 to the new account 55501142 today"),
        (
            1.1,
            "+44 7700 900141",
            "urgent, the old account is blocked, sort code 00-00-44, this is my new number, save it",
        ),
        (2, "Ines", "I went down and met her, she confirmed the new account"),
    )
    assert not named(found(chat(*asks)), Severity.MEDIUM)
    later = (30, "Ines", "it was a scam, the landlord never wrote that, I reported it to the police")
    assert named(found(chat(*asks, later)), Severity.MEDIUM)


def test_the_owner_who_disowns_when_the_money_is_missed_is_named_though_it_is_more_than_a_week_later() -> None:
    taken = (
        (1, "Sven", "moin, komme später"),
        (20, "Sven", "Please send me the 6 digit code you received by SMS, I entered your number by mistake. Urgent."),
        (20.1, "Ines", "482913"),
        (20.3, "Sven", "Kindly transfer 900 GBP to my new account 55501142, sort code 00-00-44. Do not tell anyone."),
        (21, "Uwe", "this is a scam, do not pay, that is not Sven"),
        (20 + 24 * 9, "Sven", "I never wrote that, that was not me"),
    )
    given = chat(*taken)
    assert int(given.columns.line[6]) in named(found(given, Threat.WARNING_FROM_OTHERS))


def test_the_wages_of_a_pitch_are_the_pitch() -> None:
    wages = (16, "+44 7700 900141", "240 pounds for you today, well done")
    given = chat(*TASKS[:2], wages, *TASKS[2:])
    assert int(given.columns.line[3]) in named(found(given, Threat.JOB_OR_INVESTMENT_SCAM))


def test_advice_never_to_share_a_code_is_no_request_whoever_gives_it() -> None:
    advice = (1, "+44 7700 900141", "Police warning: never share the 6-digit code with anyone")
    assert not named(found(chat(advice, (1.1, "Ines", "ok"))), Severity.MEDIUM)
    asks = (2, "+44 7700 900141", "WhatsApp support here: send me the 6-digit code now or your account will be blocked")
    assert named(found(chat(asks, (2.1, "Ines", "ok")), Threat.OTP_REQUEST), Severity.MEDIUM)


def test_sums_make_a_pitch_dense_that_goes_on_for_weeks() -> None:
    words = ("morning dear", "well done", "yes", "of course", "the next one is ready", "have a nice day", "ok")
    sums = (
        "120 pounds for you",
        "today 240 pounds",
        "the set costs 650 pounds",
        "you get 900 pounds back",
        "ok",
        "yes",
    )
    wages = [(40 + at, "+44 7700 900141", sums[at % 6] if at % 2 else words[at % 7]) for at in range(36)]
    plain = [(40 + at, "+44 7700 900141", words[at % 7]) for at in range(36)]

    def score(talk: list[tuple[float, str, str]]) -> float:
        return max((e.score for e in episodes(chat(*TASKS[:2], *talk, *TASKS[-2:]))), default=-9.0)

    assert score(wages) > score(plain)


def test_an_unsaved_number_that_is_put_out_at_once_is_named_and_one_put_out_later_is_not() -> None:
    lines = (
        (1, "Wiesia", "selling a sewing machine, 320"),
        (
            1.1,
            "+44 7700 900141",
            "I take it without looking, the courier brings the form https://pick-up-here.example/w/3",
        ),
        (1.2, "Wiesia", "it asks for my card and my balance"),
        (1.3, "+44 7700 900141", "that is how it is, so that the money comes in"),
        (1.4, "Marek", "who is this? do not give any code, this is a scam"),
    )
    out = "Marek removed +44 7700 900141"
    assert {3, 5} <= named(found(chat(*lines, (1.5, "", out))))
    kinds = [s.name for e in episodes(chat(*lines, (30, "", out))) for s in e.signals]
    assert "put out soon after" not in kinds


def test_a_line_in_the_words_of_a_matter_is_named_low_and_only_in_a_suspicious_stretch() -> None:
    asks = (
        (1, "+44 7700 900141", "Hi mum it's me, I dropped my phone, this is my new number, delete the old one"),
        (
            1.1,
            "+44 7700 900141",
            "can you transfer 500 GBP for a bill? my bank app is not working, I pay back tomorrow",
        ),
        (1.2, "Ines", "which one"),
        (1.3, "+44 7700 900141", "there should be a verification on your screen now"),
    )
    of_codes = found(chat(*asks), Threat.OTP_REQUEST)
    assert 5 in named(of_codes) and 5 not in named(of_codes, Severity.MEDIUM)
    assert not named(found(chat((1, "Ana", "there is a verification on my screen")), Threat.OTP_REQUEST))


def test_who_quotes_a_message_is_not_said_to_have_claimed_what_stands_in_it() -> None:
    given = chat(
        (1, "+44 7700 900141", "Hi mum it's me, I dropped my phone, this is my new number, delete the old one"),
        (1.1, "+44 7700 900141", "can you transfer 500 GBP for a bill? my bank app fails, I pay back tomorrow"),
        (1.2, "+44 7700 900141", '"Hello dad, my phone fell in the bath, this is my new number, drop the old one"'),
    )
    said = {str(f.observation): named([f]) for f in found(given, Threat.IMPERSONATION_NEW_NUMBER)}
    assert [lines for words, lines in said.items() if "claimed to be" in words] == [{2}]
    assert [lines for words, lines in said.items() if "quoted messages of this kind" in words] == [{4}]


def _one_by_one(text: str) -> tuple[bool, ...] | None:
    """The habits of one text as their names say them, without columns."""
    letters = [c for c in text if re.match(r"[^\W\d_]", c)]
    if not letters:
        return None
    together = "".join(letters)
    upper = sum(map(str.isupper, letters))
    return (
        letters[0].isupper(),
        upper == 0 and together.islower(),
        upper >= 4 and upper > 0.8 * len(letters),
        text[-1] in ".\u0964\u3002" and not text.endswith(".."),
        text[-1] in ".!?\u061f\u0964\u3002\u2026",
        any(c in ",\u060c\uff0c" for c in text),
        bool(writing._ACCENT.search(text)),
        bool(writing._EMOJI.search(text)),
        bool(writing._DRAWN_OUT.search(text) or writing._TRIPLED.search(text)),
        len(text) < 12,
        len(text) > 60,
        bool(writing._SIGNED.search(text[-20:])),
    )


def test_habits_of_many_texts_at_once_are_those_of_each() -> None:
    chance = random.Random(5)
    signs = "aAbBhHjJkKxXdDeE!?.,:;=)(-\u2013\u2014~^< 3\n\u0130\u0131\u00df\u01c5\u0420\u0440\u061f\u0964\u2026\u00e9"
    signs += "\u00bf\u0939\u0647\U0001f600\u2600\u200e\t0_\u00b2\u2167\u00aa\x00\r\u060c"
    texts = ["".join(chance.choices(signs, k=chance.randint(0, 14))) for _ in range(4000)]
    texts += ["hahaha ok", "AAaa", "see you -S", "paid \u2013 Neha", "no...", "x" * 70]
    texts += ["-Ravi", "<3", "xD", "\u00c9\u00e9\u00c9", ""]
    plain = [writing._plain(text) for text in texts]
    seen, usable = writing._habits_of(plain)
    for text, row, has_letter in zip(plain, seen.tolist(), usable.tolist(), strict=True):
        known = _one_by_one(text)
        assert has_letter == (known is not None), text
        assert tuple(row) == (known or (False,) * 12), text
