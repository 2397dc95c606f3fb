"""Look-alikes of known names are told from the names' own addresses and from honest ones that hold a like word.

The look-alikes are made here, on suffixes that exist; none is opened, and nothing says that any of them is registered.
"""

from __future__ import annotations

import pytest

from wa_forensics.entities.brands import _brands, imitated
from wa_forensics.entities.links import describe_host, links_in

# A letter of another script, or a digit, for one of these passes at a glance.
CYRILLIC = str.maketrans("aceopxy", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443")
DIGITS = str.maketrans("oleast", "013457")


def seen(host: str) -> str | None:
    described = describe_host(host)
    assert described is not None, host
    return described[2]


def names(least: int) -> list[str]:
    brands = _brands()
    return [name for name in sorted(brands.own) if name not in brands.common and len(name) >= least]


FORMS = {
    "a word behind": (3, lambda n: f"{n}-secure.top"),
    "a word before": (3, lambda n: f"login-{n}.info"),
    "joined with a word": (4, lambda n: f"{n}account.site"),
    "own address in front": (3, lambda n: f"{n}.com.verify.co"),
    "under another's name": (3, lambda n: f"{n}.parcel-desk.club"),
    "on free hosting": (3, lambda n: f"{n}-track.web.app"),
    "country's suffix that anybody gets": (3, lambda n: f"{n}.su"),
    "letters of another script": (6, lambda n: f"{n.translate(CYRILLIC)}-help.online"),
    "digits for letters": (6, lambda n: f"{n.translate(DIGITS)}.xyz"),
    "a hyphen inside": (8, lambda n: f"{n[:4]}-{n[4:]}-pay.top"),
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_look_alikes_of_every_name_are_seen(form: str) -> None:
    least, make = FORMS[form]
    missed = [name for name in names(least) if seen(make(name)) is None]
    assert len(missed) <= 0.02 * len(names(least)), missed


def test_one_letter_more_or_other_is_seen_in_long_names_that_are_no_plain_words() -> None:
    generic = ("bank", "post", "cloud", "mobile")
    long = [name for name in names(9) if not name.endswith(generic)]
    for change in (lambda n: n[:3] + n[4:], lambda n: n[:4] + n[3:], lambda n: n[:3] + n[4] + n[3] + n[5:]):
        missed = [name for name in long if seen(f"{change(name)}.online") is None]
        assert len(missed) <= 0.05 * len(long), missed


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("onlinesbi-kyc.top", "onlinesbi"),
        ("sbi-verify.online", "sbi"),
        ("upsparcel.info", "ups"),
        ("wise-account.click", "wise"),
        ("arnazon.shop", "amazon"),
        ("my-correos-aduana.com", "correos"),
        ("sparkasse-konto.info", "sparkasse"),
        ("m-pesa-reward.co.ke.claim.live", "mpesa"),
    ],
)
def test_what_is_pretended_is_named(host: str, name: str) -> None:
    assert seen(host) == name


def test_own_addresses_of_every_name_stay_silent() -> None:
    brands = _brands()
    wrong = []
    for name, own in sorted(brands.own.items()):
        for domain in sorted(own):
            for host in (domain, f"www.{domain}", f"secure.login.{domain}", f"{name}.{domain}"):
                if (found := imitated(host, domain)) is not None and domain not in brands.own[found]:
                    wrong.append((host, found))
    assert not wrong


@pytest.mark.parametrize(
    "host",
    [
        "startups.example", "start-ups.org", "infinity-tracking.net", "delivery-service.de", "visitamazonas.com",
        "amazonas.am.gov.br", "revolutionparts.com", "fortuneteller.app", "papaparazzi.it", "huaweicloud.cn",
        "boostmobile.com", "sterling-motors.co.uk", "christianpost.com", "netbank.de", "oberbank.at", "manubank.com",
        "garantie.de", "garantia.com.br", "turkiyegazetesi.com.tr", "hermesmagazin.de", "halifaxtoday.ca",
        "otherwise.org", "citizen.co.za", "haystack.tv", "lacoste.com", "correo.gob.mx", "wise-owl-books.co.uk",
        "dhl.nl", "amazon.eg", "hsbc.com.tr", "vodafone.ro", "t-mobile.at", "blick.ch", "finance-ministry.gov.in",
        "ueber-uns.at", "star-telegram.com", "applied-optics.org", "horizon-hotels.com", "parcels-by-ana.pt",
    ],
)  # fmt: skip
def test_honest_addresses_that_hold_a_like_word_stay_silent(host: str) -> None:
    assert seen(host) is None


def test_a_name_before_the_at_sign_is_no_host() -> None:
    (link,) = links_in(0, "https://paypal.com@quiet-harbor.top/x")
    assert (link.host, link.imitates, "userinfo" in link.traits) == ("quiet-harbor.top", None, True)
