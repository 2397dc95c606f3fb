"""Fills the invented message templates of ``scripts/stranger_messages``: choices and slots drawn from a seed."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent / "stranger_messages"
CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
SLOT = re.compile(r"\{(\w+)\}")
SIGNS = ("$", "£", "€", "Rs ", "Rs.", "₹", "R$", "₦", "KSh ", "USD ", "EUR ", "RM", "R")
AFTER = {
    "de": " Euro", "fr": " euros", "it": " euro", "es": " euros", "nl": " euro", "pl": " zł", "ru": " рублей",
    "tr": " TL", "id": "", "ar": " ريال", "pt": " reais", "hi": " रुपये", "ur": " روپے", "hi-Latn": " rupaye",
}  # fmt: skip
NAMES = [
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Elena",
    "Farid",
    "Grace",
    "Hannah",
    "Ivan",
    "Julia",
    "Kumar",
    "Lena",
    "Maria",
    "Nadia",
    "Omar",
    "Priya",
    "Rosa",
    "Sam",
    "Tariq",
    "Uma",
]
BANKS = [
    "Northbank",
    "Unibank",
    "HarborBank",
    "First Valley Bank",
    "SBK",
    "Banco Azul",
    "Postbank24",
    "CityTrust",
    "MetroBank",
    "KKB Bank",
    "NetBank",
]
COURIERS = "USPX|RoyalPost|ParcelOne|DHX|SwiftParcel|EasyShip|PostNord24|Speedy|Delivery|Courier|Post"
SHOPS = "Megamart|Streamflix|Shopzone|PayFriend|Bigbuy|Coinbox|Freshmart|Walstore|StreamPlus|Appstore"
CITIES = "Austin|Leeds|Pune|Lagos|Nairobi|Madrid|Berlin|Milano"
WORDS = [
    "secure",
    "login",
    "verify",
    "parcel",
    "post",
    "pay",
    "update",
    "claim",
    "my",
    "help",
    "track",
    "refund",
    "bonus",
    "info",
    "account",
    "id",
    "fee",
    "delivery",
]
PAGES = [
    "youtube.com",
    "youtu.be",
    "github.com",
    "en.wikipedia.org",
    "medium.com",
    "facebook.com",
    "docs.google.com",
    "stackoverflow.com",
    "twitter.com",
    "reddit.com",
    "imgur.com",
    "instagram.com",
    "bbc.co.uk",
    "amazon.com",
    "goo.gl",
    "bit.ly",
    "maps.google.com",
    "nytimes.com",
]
PLACES = [
    "garden",
    "recipes",
    "chess",
    "city",
    "music",
    "bikes",
    "school",
    "photo",
    "travel",
    "maths",
    "camera",
    "football",
    "club",
    "library",
    "film",
    "notes",
]
HOMES = [
    "com",
    "org",
    "net",
    "io",
    "de",
    "co.uk",
    "in",
    "fr",
    "it",
    "es",
    "pl",
    "info",
    "me",
    "github.io",
    "herokuapp.com",
    "wordpress.com",
    "blogspot.com",
]
ENDINGS = [
    "com",
    "top",
    "xyz",
    "info",
    "online",
    "site",
    "net",
    "shop",
    "live",
    "cc",
    "co.in",
    "me",
    "app",
    "club",
    "icu",
    "click",
    "org",
]
SHORTENERS = ["bit.ly", "cutt.ly", "tinyurl.com", "is.gd", "t.ly", "rb.gy", "shorturl.at", "wa.me", "t.me", "s.id"]


def templates() -> dict[str, dict[str, list[str]]]:
    """Language to its ``scam`` and ``plain`` templates."""
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


def invented(kind: str, each: int, seed: int = 11) -> list[tuple[str, str, str]]:
    """(language, template, text) triples: every template filled ``each`` times."""
    draw = random.Random(seed)  # noqa: S311
    return [
        (language, template, filled(template, language, draw))
        for language, kinds in templates().items()
        for template in kinds[kind]
        for _ in range(each)
    ]


def filled(template: str, language: str, draw: random.Random) -> str:
    """One message of a template."""
    while CHOICE.search(template):
        template = CHOICE.sub(lambda match: draw.choice(match.group(1).split("|")), template, count=1)
    text = SLOT.sub(lambda match: SLOTS[match.group(1)](draw, language), template)
    text = re.sub(r" +", " ", text).strip()
    style = draw.random()
    if style < 0.08:
        return text.lower()
    return text.upper() if style < 0.1 and "http" not in text else text


def _money(draw: random.Random, language: str, low: int, high: int) -> str:
    value = draw.choice([draw.randrange(low, high), draw.randrange(low, high) * 10, draw.randrange(1, 9) * 100])
    number = draw.choice([f"{value}", f"{value:,}", f"{value}.00" if value < 1000 else f"{value:,}"])
    if language in AFTER and draw.random() < 0.7:
        return number.replace(",", ".") + AFTER[language]
    return draw.choice(SIGNS) + number


def _small(draw: random.Random, language: str) -> str:
    number = f"{draw.randrange(1, 40)}{draw.choice(['.', ','])}{draw.choice(['99', '50', '45', '00', '90'])}"
    if language in AFTER and draw.random() < 0.7:
        return number + AFTER[language]
    return draw.choice(SIGNS) + number


def _host(draw: random.Random) -> str:
    name = "-".join(draw.sample(WORDS, draw.choice([1, 2, 2, 3]))) + draw.choice(["", "", str(draw.randrange(99))])
    return f"{name}.{draw.choice(ENDINGS)}"


def _link(draw: random.Random, _: str) -> str:
    host = draw.choice(SHORTENERS) if draw.random() < 0.35 else _host(draw)
    path = "".join(draw.choice("abcdefghkmnprstuvwxyz23456789ABCDEFG") for _ in range(draw.randrange(3, 8)))
    scheme = draw.choice(["https://", "https://", "http://", "", "www."])
    bare = draw.random() < 0.3 and host not in SHORTENERS
    return f"{scheme}{host}" if bare else f"{'' if scheme == 'www.' else scheme}{host}/{path}"


def _page(draw: random.Random, _: str) -> str:
    """An ordinary page, often of a well-known host, with a speaking path."""
    known = draw.random() < 0.6
    host = draw.choice(PAGES) if known else f"{''.join(draw.sample(PLACES, draw.choice([1, 2])))}.{draw.choice(HOMES)}"
    path = "/".join(draw.choice(PLACES + WORDS) for _ in range(draw.randrange(0, 4)))
    ending = draw.choice(["", "", ".html", f"?id={draw.randrange(10**6)}", f"-{draw.randrange(2000)}", ".png"])
    return f"{draw.choice(['https://', 'https://', 'http://', 'www.', ''])}{host}/{path}{ending}"


def _phone(draw: random.Random, _: str) -> str:
    digits = "".join(str(draw.randrange(10)) for _ in range(10))
    return draw.choice(
        [digits, "0" + digits, f"+1 ({digits[:3]}) {digits[3:6]}-{digits[6:]}", f"+{draw.randrange(20, 98)}{digits}",
         f"wa.me/{draw.randrange(20, 98)}{digits}", f"{digits[:3]}-{digits[3:6]}-{digits[6:]}",
         f"0{digits[:4]} {digits[4:]}"]
    )  # fmt: skip


def _code(draw: random.Random, _: str) -> str:
    return draw.choice(
        [str(draw.randrange(1000, 999999)), "".join(draw.choice("ABCDEFGHKLMNPRSTUVWXYZ23456789") for _ in range(6))]
    )


SLOTS: dict[str, Callable[[random.Random, str], str]] = {
    "name": lambda draw, _: draw.choice(NAMES),
    "bank": lambda draw, _: draw.choice(BANKS),
    "courier": lambda draw, _: draw.choice(COURIERS.split("|")),
    "shop": lambda draw, _: draw.choice(SHOPS.split("|")),
    "city": lambda draw, _: draw.choice(CITIES.split("|")),
    "money": lambda draw, language: _money(draw, language, 50, 5000),
    "small": _small,
    "percent": lambda draw, _: f"{draw.randrange(5, 300)}%",
    "link": _link,
    "page": _page,
    "applink": lambda draw, _: f"https://{_host(draw)}/{draw.choice(['app', 'card', 'kyc', 'bill', 'view'])}.apk",
    "phone": _phone,
    "short": lambda draw, _: str(draw.randrange(30000, 89999)),
    "code": _code,
    "four": lambda draw, _: f"{draw.randrange(1000, 9999)}",
    "number": lambda draw, _: str(draw.choice([draw.randrange(2, 100), draw.randrange(1000, 99999999)])),
    "age": lambda draw, _: str(draw.randrange(19, 35)),
    "hours": lambda draw, _: draw.choice(["12", "24", "48", "72"]),
    "time": lambda draw, _: draw.choice(["9:30", "21.30", "8 PM", "9:30 pm", "11", "18:00"]),
    "date": lambda draw, _: draw.choice(["12/05", "3rd June", "30.04.", "Nov 14", "02-09-2024", "Monday"]),
    "wallet": lambda draw, _: "0x" + "".join(draw.choice("0123456789abcdef") for _ in range(40)),
    "iban": lambda draw, _: (
        f"{draw.choice(['DE', 'GB', 'ES'])}{draw.randrange(10, 99)} {draw.randrange(10**15, 10**16)}"
    ),
}
