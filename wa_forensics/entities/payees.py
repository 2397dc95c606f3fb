"""Reads where money would go: bank accounts, payment handles, cards, mobile money, wallets; checksums verified."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from wa_forensics.entities.text import PAYEE_WORDS
from wa_forensics.model import Payee

# Words that introduce an account number, as stems: a digit group of 6 to 18 after one of them is an account.
ACCOUNT = re.compile(
    r"(?i)(?:\b(?:a/?c\b|acc(?:oun)?t?s?\b|acct\b|cuenta\b|cta\b|conta\b|conto\b|compte\b|konto\w*|rekening\w*|"
    r"hesa[bp]\w*|сч[её]т\w*|kont[ou]\b|rek\b|norek\b|rekeningnummer\b|khata\b)|खाता|खाते|اکاؤنٹ|حساب|الحساب)"
    r"[^\d\n]{0,25}((?:\d[ -]?){5,17}\d)(?!\d)"
)
IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}\b")
IFSC = re.compile(r"\b[A-Za-z]{4}0[A-Za-z0-9]{6}\b")
SORT_CODE = re.compile(
    r"(?<![\d-])(\d{2}-\d{2}-\d{2})(?![\d-])|(?i:sort ?code)\D{0,5}(\d{2}[- ]?\d{2}[- ]?\d{2})(?!\d)"
)
BSB = re.compile(r"(?i)\bbsb\D{0,5}(\d{3}[ -]?\d{3})(?!\d)")
ROUTING = re.compile(r"(?i)\b(?:routing|aba)\D{0,12}(\d{9})(?!\d)")
SWIFT = re.compile(r"(?i:\b(?:swift|bic)\b)\W{0,3}(?:code\W{0,3})?([A-Za-z]{6}[A-Za-z0-9]{2}(?:[A-Za-z0-9]{3})?)\b")
HANDLE = re.compile(r"(?<![\w.@/-])([A-Za-z0-9][\w.\-]{1,60}@[A-Za-z]{2,20})(?![\w@-]|\.\w)")
# A handle of an unknown provider, or a cashtag, counts only beside words of payment: people are addressed with "@",
# and "$path" stands in many a manual.
PROVIDERS = frozenset(
    [
        "upi",
        "paytm",
        "ybl",
        "ibl",
        "axl",
        "apl",
        "yapl",
        "sbi",
        "icici",
        "hdfcbank",
        "axisbank",
        "kotak",
        "barodampay",
        "pnb",
        "cnrb",
        "idfcbank",
        "rbl",
        "indus",
        "federal",
        "airtel",
        "freecharge",
        "jio",
        "postbank",
        "waicici",
        "wahdfcbank",
        "waaxis",
        "wasbi",
        "ptaxis",
        "pthdfc",
        "ptsbi",
        "ptyes",
        "fam",
        "slice",
        "yescred",
        "axisb",
        "superyes",
        "naviaxis",
    ]
)
PAYING = re.compile(
    r"(?i)\b(?:upi|g ?pay|google pay|phone ?pe|paytm|bhim|vpa|pay|paid|payments?|transfer|send|sent|deposit|bhej\w*|qr|"
    r"a/c|cash ?app|cash ?tag|venmo|zelle|donate|donation|rent|fees?|refund)\b|"
    r"[\u20b9$]\s?\d|\brs\.? ?\d|\bpaise\b|\u092d\u0947\u091c|\u0930\u0941\u092a"
)
DIGITS_22 = re.compile(r"(?<!\d)(\d{22})(?!\d)")
DIGITS_18 = re.compile(r"(?<!\d)(\d{18})(?!\d)")
CARD = re.compile(r"(?<!\d)(\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4})(?!\d)")
CPF = re.compile(r"(?<!\d)(\d{3}\.\d{3}\.\d{3}-\d{2})(?!\d)")
BOLETO = re.compile(r"(?<!\d)(\d{5}[. ]?\d{5} ?\d{5}[. ]?\d{6} ?\d{5}[. ]?\d{6} ?\d ?\d{14})(?!\d)")
MULTIBANCO = re.compile(r"(?i)\bentidade\D{0,6}(\d{5})\D{0,30}?refer[eê]ncia\D{0,6}(\d{3} ?\d{3} ?\d{3})(?!\d)")
TILL = re.compile(r"(?i)\b(?:till|pay ?bill|buy ?goods|lipa na m-?pesa)\b\D{0,20}(\d{5,7})(?!\d)")
# Services that pay to a phone number; the number may stand in the same or the next line.
MOBILE = re.compile(
    r"(?i)\b(nequi|daviplata|yape|plin|bizum|mb ?way|pix|momo|gcash|maya|dana|ovo|gopay|shopeepay|paytm|phone ?pe|"
    r"g(?:oogle)? ?pay|easy ?paisa|jazz ?cash|opay|palmpay|kuda|paynow|pay ?id|m-?pesa|airtel money|blik|swish|vipps|"
    r"mobilepay|twint|zelle|venmo|cash ?app|satispay|postepay|bkash|nagad|stc ?pay|touch ?n ?go|tng|duitnow|promptpay|"
    r"сбп|сбер\w*|тинькофф\w*|e-?wallet|ewallet|upi)\b[^\d\n]{0,40}\n?[^\d\n]{0,12}(\+?\d(?:[ -]?\d){7,13})(?!\d)"
)
ETH = re.compile(r"\b0x[0-9a-fA-F]{40}\b")
BTC = re.compile(r"\b(?:bc1[02-9ac-hj-np-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b")
TRON = re.compile(r"\bT[1-9A-HJ-NP-Za-km-z]{33}\b")
LITECOIN = re.compile(r"\b(?:ltc1[02-9ac-hj-np-z]{11,71}|[LM][1-9A-HJ-NP-Za-km-z]{26,33})\b")
PAY_LINK = re.compile(
    r"(?i)\b(paypal\.me/[\w.-]+|cash\.app/\$?\w+|venmo\.com/(?:u/)?[\w-]+|revolut\.me/\w+|wise\.com/pay/\S+|monzo\.me/\S+|"
    r"upi://pay\?\S+|bunq\.me/\S+|tikkie\.me/\S+|paytm\.me/\S+|rzp\.io/\S+|buy\.stripe\.com/\S+|link\.mercadopago\.\S+|mpago\.la/\S+)"
)
CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z][A-Za-z0-9_]{2,19}\b")
ALIAS = re.compile(r"(?i)\balias\b[^\w\n]{0,3}(?:es |: ?|mp )?([a-z0-9]+(?:\.[a-z0-9]+){1,4})\b")
# One of these, or of ``PAYEE_WORDS``, stands in every text with a payee; they spare the other texts two dozen
# expressions.
NUMBER = re.compile(r"\d(?:[ .-]?\d){4}")
FORM = re.compile(r"(?i)\w@[a-z]|(?<!\w)\$[a-z]|\b[a-z]{4}0|\b[13LMT][1-9A-HJ-NP-Za-km-z]{25}")
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def payees_in(message: int, text: str) -> Iterator[Payee]:
    """Every payee of one text, strongest kinds first; a stretch of text is read once."""
    has_number = NUMBER.search(text) is not None
    if not (has_number or _is_worth_reading(text)):
        return
    taken: list[tuple[int, int]] = []
    for kind, pattern, group, value_of in READERS:
        if kind in NUMBERED and not has_number:
            continue
        for match in pattern.finditer(text):
            begin, end = match.span(group)
            if begin < 0 or any(begin < b and a < end for a, b in taken):
                continue
            read = value_of(match.group(group))
            if read is None or (kind in ("handle", "cashtag") and not _is_for_money(read[0], text)):
                continue
            taken.append((begin, end))
            value, checked = read
            yield Payee(message=message, type=kind, value=value, text=match.group(group), checked=checked)


def _is_worth_reading(text: str) -> bool:
    lower = text.lower()
    return any(word in lower for word in PAYEE_WORDS) or FORM.search(text) is not None


def _is_for_money(value: str, text: str) -> bool:
    """Does a handle or cashtag name a known provider, stand alone, or stand beside words of payment?"""
    provider = value.rpartition("@")[2].lower()
    alone = text.strip().lower() == value.lower()
    return alone or provider in PROVIDERS or provider.startswith("ok") or PAYING.search(text) is not None


def _iban(text: str) -> tuple[str, bool] | None:
    """An IBAN, or the longest beginning that is one; with a wrong checksum only if it is written like one."""
    from stdnum import iban

    parts = text.upper().replace("-", " ").split(" ")
    for count in range(len(parts), 0, -1):
        value = "".join(parts[:count])
        if iban.is_valid(value):
            return value, True
    value = "".join(parts)
    shaped = len(parts) >= 4 and all(len(part) == 4 for part in parts[:4]) and sum(c.isdigit() for c in value) >= 10
    return (value, False) if shaped and 15 <= len(value) <= 34 else None


def _digits(text: str) -> tuple[str, bool]:
    return re.sub(r"\D", "", text), False


def _phone(text: str) -> tuple[str, bool] | None:
    digits = re.sub(r"\D", "", text)
    return (digits, False) if 8 <= len(digits) <= 14 else None


def _lower(text: str) -> tuple[str, bool]:
    return text.lower(), False


def _ifsc(text: str) -> tuple[str, bool] | None:
    # Words of eleven letters do not have digits in them.
    return (text.upper(), False) if sum(c.isdigit() for c in text) >= 3 and text[:4].isalpha() else None


def _swift(text: str) -> tuple[str, bool] | None:
    return (text.upper(), False) if text.upper() == text else None


def _card(text: str) -> tuple[str, bool] | None:
    from stdnum import luhn

    digits = re.sub(r"\D", "", text)
    return (digits, True) if luhn.is_valid(digits) and len(set(digits)) > 2 else None


def _cbu(text: str) -> tuple[str, bool] | None:
    from stdnum.ar import cbu

    return (re.sub(r"\D", "", text), True) if cbu.is_valid(text) else None


def _cpf(text: str) -> tuple[str, bool] | None:
    from stdnum.br import cpf

    return (re.sub(r"\D", "", text), True) if cpf.is_valid(text) else None


def _clabe(digits: str) -> tuple[str, bool] | None:
    # Banco de Mexico: weights 3, 7, 1; the last digit brings the sum of the products' last digits to a ten.
    total = sum(int(d) * (3, 7, 1)[i % 3] % 10 for i, d in enumerate(digits[:17]))
    return (digits, True) if (10 - total % 10) % 10 == int(digits[17]) else None


def _bitcoin(text: str) -> tuple[str, bool] | None:
    from stdnum import bitcoin

    return (text, True) if bitcoin.is_valid(text) else None


def _tron(text: str) -> tuple[str, bool] | None:
    return (text, _base58_checked(text)) if any(c.isdigit() for c in text) else None


def _litecoin(text: str) -> tuple[str, bool] | None:
    return (text, True) if text.startswith("ltc1") or _base58_checked(text) else None


def _base58_checked(text: str) -> bool:
    import hashlib

    number = 0
    for character in text:
        number = number * 58 + BASE58.index(character)
    raw = number.to_bytes(25, "big") if number < 1 << 200 else b""
    return bool(raw) and hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def _handle(text: str) -> tuple[str, bool] | None:
    return (text.lower(), False) if not text.lower().endswith(("@gmail", "@yahoo", "@hotmail")) else None


READERS: tuple[tuple[str, re.Pattern[str], int, Callable[[str], tuple[str, bool] | None]], ...] = (
    ("link", PAY_LINK, 1, _lower),
    ("boleto", BOLETO, 1, _digits),
    ("btc", BTC, 0, _bitcoin),
    ("eth", ETH, 0, _lower),
    ("tron", TRON, 0, _tron),
    ("ltc", LITECOIN, 0, _litecoin),
    ("iban", IBAN, 0, _iban),
    ("cbu", DIGITS_22, 1, _cbu),
    ("clabe", DIGITS_18, 1, _clabe),
    ("card", CARD, 1, _card),
    ("cpf", CPF, 1, _cpf),
    ("multibanco", MULTIBANCO, 2, _digits),
    ("till", TILL, 1, _digits),
    ("mobile", MOBILE, 2, _phone),
    ("account", ACCOUNT, 1, _digits),
    ("ifsc", IFSC, 0, _ifsc),
    ("sort code", SORT_CODE, 0, _digits),
    ("bsb", BSB, 1, _digits),
    ("routing", ROUTING, 1, _digits),
    ("swift", SWIFT, 1, _swift),
    ("handle", HANDLE, 1, _handle),
    ("alias", ALIAS, 1, _lower),
    ("cashtag", CASHTAG, 0, _lower),
)
# What cannot be read where no five digits stand together.
NUMBERED = frozenset(
    ("boleto", "cbu", "clabe", "card", "cpf", "multibanco", "till", "mobile", "account", "sort code", "bsb", "routing")
)
