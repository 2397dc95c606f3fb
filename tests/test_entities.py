"""Links, payees, phones, amounts and codes are read out of texts, and nothing else is taken for them."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from wa_forensics.entities import (
    AccountNames,
    NameIndex,
    Texts,
    amounts_in,
    clean,
    codes_in,
    links_in,
    numbers,
    payees_in,
    phones_in,
    similar_names,
)


def links(text: str) -> list[tuple[str, str]]:
    return [(link.host, link.domain) for link in links_in(0, clean(text))]


def payees(text: str) -> list[tuple[str, str]]:
    return [(payee.type, payee.value) for payee in payees_in(0, clean(text))]


@pytest.mark.parametrize(
    ("text", "host", "domain"),
    [
        ("see https://shop.harbor-books.co.uk/sale.", "shop.harbor-books.co.uk", "harbor-books.co.uk"),
        ("www.harbor.example", "www.harbor.example", "harbor.example"),
        ("hxxps://pay[.]harbor[.]test/x", "pay.harbor.test", "harbor.test"),
        ("https://har\u200bbor.example/x", "harbor.example", "harbor.example"),
        ("http://192.0.2.7/login", "192.0.2.7", "192.0.2.7"),
        ("https://bomgrao-2via.com.test/b", "bomgrao-2via.com.test", "bomgrao-2via.com.test"),
    ],
)
def test_links_are_found_with_host_and_domain(text: str, host: str, domain: str) -> None:
    assert links(text) == [(host, domain)]


@pytest.mark.parametrize(
    "text", ["ok.thanks", "see you later.in", "12.50 eur", "report.pdf", "me@harbor.example", "v1.2.3"]
)
def test_missing_spaces_prices_files_and_addresses_are_no_links(text: str) -> None:
    assert links(text) == []


@pytest.mark.parametrize(
    ("text", "trait"),
    [
        ("http://192.0.2.7/login", "ip"),
        ("https://xn--80ak6aa92e.com", "punycode"),
        ("https://p\u0430yments.example", "mixed scripts"),
        ("https://bank@evil.example/", "userinfo"),
        ("https://bit.ly/abc", "shortener"),
        ("https://prize.netlify.app", "free hosting"),
        ("https://claim.top/x", "cheap tld"),
        ("https://files.example/kyc.apk", "file"),
    ],
)
def test_what_is_unusual_about_a_link_is_named(text: str, trait: str) -> None:
    (link,) = links_in(0, text)
    assert trait in link.traits


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("https://whatsapp-support.xyz/x", "whatsapp"),
        ("http://paypa1.com/x", "paypal"),
        ("https://www.paypal.com/x", None),
        ("https://harbor.example", None),
    ],
)
def test_imitated_brands_are_named_and_genuine_ones_are_not(text: str, brand: str | None) -> None:
    (link,) = links_in(0, text)
    assert link.imitates == brand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IBAN: GB29 NWBK 6016 1331 9268 19 thanks", [("iban", "GB29NWBK60161331926819")]),
        ("BSB 999 062 acc 5550 0142", [("account", "55500142"), ("bsb", "999062")]),
        ("a/c 123456789012 IFSC HDFC0001234", [("account", "123456789012"), ("ifsc", "HDFC0001234")]),
        ("Sort code 00-00-44 account 55501142", [("account", "55501142"), ("sort code", "000044")]),
        ("upi ravi.k@okexample", [("handle", "ravi.k@okexample")]),
        ("till number 555012", [("till", "555012")]),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", [("btc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")]),
        ("write to ana@harbor.example", []),
        ("card 4111 1111 1111 1112", []),
        ("see you at 10:30 on 12/05/2024", []),
    ],
)
def test_payees_are_read_and_checked(text: str, expected: list[tuple[str, str]]) -> None:
    assert payees(text) == expected


def test_texts_that_are_passed_over_hold_no_payee_and_no_amount() -> None:
    draw = random.Random(3)
    named = (
        *("swift NOBKDEFF", "my alias is mi.casa.azul", "HDFC0001234 ifsc", "ravi@okexample upi", "$asha pay me"),
        *("BIC NOBKDEFF", "paypal.me/asha", "upi://pay?pa=x@y", "0x52908400098527886E0F7030069857D2E4169EE7"),
        *("till 555012", "cash.app/$ben", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb"),
        *("50 euros", "Rs. 500", "$5", "12 k usd"),
    )
    plain = ("hello", "see", "www.harbor.example", "foo.bar", "@ben", "$x", "12", "0x", "abcd0", "हमारा", "5 hours")
    texts = []
    for _ in range(3000):
        text = " ".join(draw.choice(named if draw.random() < 0.4 else plain) for _ in range(draw.randrange(1, 5)))
        cut = draw.randrange(len(text))
        text = text[:cut] + draw.choice(("", "", "\u200b", "\u00a0", "_", "@", "$", "0", ".", "é")) + text[cut:]
        texts.append(text.upper() if draw.random() < 0.2 else text)
    data = [text.encode() for text in texts]
    size = np.array([len(item) for item in data])
    start = np.cumsum(size + 4) - size
    buffer = b"".join(b"- A:" + item for item in data) + b"\n"
    read = Texts(buffer=buffer, start=start, end=start + size, written=np.ones(len(data), dtype=bool))
    marks = read.marks
    known = (marks.digits >= 5) | marks.sign | marks.dot
    named_payees = [p for row in np.flatnonzero(known).tolist() for p in payees_in(row, clean(texts[row]))]
    assert list(read.payees()) == named_payees
    every = [match.group() for text in texts for match in numbers.AMOUNT.finditer(clean(text))]
    assert [amount.text for amount in read.amounts()] == every
    assert len(read.payees()) > 500 and len(every) > 500


def test_a_wallet_with_a_wrong_checksum_is_no_wallet() -> None:
    assert payees("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5") == []


def test_phone_numbers_with_a_country_become_e164() -> None:
    assert [p.value for p in phones_in(0, "call +44 7700 900123 or 0131 496 0000")] == ["+447700900123", "01314960000"]


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("Rs 1,200.50", 1200.5, "INR"),
        ("500 naira", 500.0, "NGN"),
        ("\u20ac30", 30.0, "EUR"),
        ("\u20b945k", 45000.0, "INR"),
        ("1.942,50 reais", 1942.5, "BRL"),
    ],
)
def test_amounts_have_value_and_currency(text: str, value: float, currency: str) -> None:
    (amount,) = amounts_in(0, text)
    assert (amount.value, amount.currency) == (value, currency)


def test_codes_stand_alone_and_are_no_years_or_prices() -> None:
    assert [c.value for c in codes_in(0, "482 913")] == ["482913"]
    assert [c.value for c in codes_in(0, "it says 7710")] == ["7710"]
    assert not list(codes_in(0, "since 2019, for 4500,00 or \u20ac4500"))


@pytest.mark.parametrize(
    ("first", "second", "similar"),
    [
        ("harborbooks.example", "harbor-books.test", True),
        ("harborbooks.example", "harborbook.example", True),
        ("harborbooks.example", "harborb00ks.example", True),
        ("harborbooks.example", "harborbooks-pay.example", True),
        ("harborbooks.example", "harborbooks.example", False),
        ("harborbooks.example", "cityflowers.example", False),
    ],
)
def test_look_alike_domains(first: str, second: str, similar: bool) -> None:
    assert similar_names(first, second) == similar
    index = NameIndex()
    index.add(first)
    index.add(second)
    assert index.resembled(second) == similar


def test_many_domains_do_not_take_quadratic_time() -> None:
    index = NameIndex()
    begin = time.process_time()
    for number in range(8000):
        name = f"shop{number:06d}books.example"
        index.add(name)
        index.resembled(name)
    assert time.process_time() - begin < 20


@pytest.mark.parametrize(
    "text",
    ["thanks to@rosamaria for that", "hi@ben look at this", "run it in $HOME or $path", "see you, well@carla said so"],
)
def test_people_addressed_and_variables_are_no_payees(text: str) -> None:
    assert [payee for payee in payees_in(0, text) if payee.type in ("handle", "cashtag")] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("maintenance Rs 3,250 to ashirwad.b@okexample", "ashirwad.b@okexample"),
        ("ravi55@ybl", "ravi55@ybl"),
        ("send it to ravi@newbank please", "ravi@newbank"),
        ("my cash app is $RosaBakes", "$rosabakes"),
    ],
)
def test_handles_and_cashtags_beside_words_of_payment_are_payees(text: str, value: str) -> None:
    assert value in [payee.value for payee in payees_in(0, text)]


@pytest.mark.parametrize(
    "text", ["call element.click() first", "I do the tests.You see it then", "driver.findelement.press(a)"]
)
def test_method_calls_and_missing_spaces_are_no_links(text: str) -> None:
    assert list(links_in(0, text)) == []


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (["Ana", "Susana"], "Your security code with Susana changed.", {1: 24}),
        (["Ann", "Anna", "Ben"], "Anna removed Ben", {1: 0, 2: 13}),
        (["Ana", "Ana Paula"], "Ana Paula removed Ana", {1: 0, 0: 18}),
        (["Ana", "Ana Paula"], "\u2068ana paula\u2069 was added", {1: 0}),
        (["~ Ravi"], "~\u00a0Ravi changed the group name", {0: 0}),
        (["राम", "रामा"], "रामा ने ग्रुप छोड़ा", {1: 0}),
        (["राम"], "रामा ने ग्रुप छोड़ा", {}),
        (["田中", "田中実"], "田中実さんが田中さんを削除しました", {1: 0, 0: 6}),
        (["민수"], "민수님이 나갔습니다", {0: 0}),
        (["+91 98000 00001"], "Security code for +91\u00a098000\u00a000001 changed", {0: 18}),
        (["+91 98000 00001"], "Security code for +91 98000 000012 changed", {}),
        (["Ayşe"], "Ayşe'nin güvenlik kodu değişti", {0: 0}),
        (["", "~"], "nobody ~ is named", {}),
    ],
)
def test_accounts_are_named_by_their_whole_name(names: list[str], text: str, expected: dict[int, int]) -> None:
    assert AccountNames(names).found(text) == expected
