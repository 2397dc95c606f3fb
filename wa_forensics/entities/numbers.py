"""Reads phone numbers, amounts of money and one-time codes out of one text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wa_forensics.model import Amount, Code, PhoneNumber

PHONE = re.compile(r"(?<![\w+.,/-])(?:\+|00)?\(?\d(?:[ ().\u2011-]{0,2}\d){7,14}(?![\w])")
# No amount has more groups: a long row of numbers is read in bounded time.
NUMBER = r"\d{1,3}(?:[., '\u2019]\d{2,3}){1,8}(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
SIGNS = {
    "\u20b9": "INR",
    "\u20ac": "EUR",
    "\xa3": "GBP",
    "$": "$",
    "\u20a6": "NGN",
    "\u20ba": "TRY",
    "\u20bd": "RUB",
    "\u20b1": "PHP",
    "\u20ab": "VND",
    "\xa5": "JPY",
    "\u0e3f": "THB",
    "\u20bf": "BTC",
    "R$": "BRL",
}
# Currency code to the words that people write for it.
CURRENCY_WORDS = {
    "INR": "rs inr rupees rupaye rupay lakh lakhs crore \u0931\u0941\u092a\u092f\u0947",
    "PKR": "pkr",
    "USD": "usd dollars",
    "EUR": "eur euro euros",
    "GBP": "gbp pounds",
    "USDT": "usdt",
    "BTC": "btc",
    "ETH": "eth",
    "NGN": "ngn naira",
    "KES": "kes ksh kshs",
    "ZAR": "zar rand",
    "AUD": "aud",
    "SGD": "sgd",
    "MYR": "myr rm",
    "IDR": "rp idr ribu juta jt rb",
    "BRL": "brl reais",
    "peso": "pesos lucas",
    "MXN": "mxn",
    "COP": "cop",
    "ARS": "ars",
    "PEN": "soles",
    "PLN": "zl z\u0142 pln",
    "TRY": "tl lira",
    "RUB": "rub \u0440\u0443\u0431 \u0440\u0443\u0431\u043b\u0435\u0439",
    "AED": "aed dirham dirhams \u062f\u0631\u0647\u0645",
    "SAR": "sar riyal riyals \u0631\u064a\u0627\u0644",
    "CHF": "chf",
}
WORDS = {word: code for code, words in CURRENCY_WORDS.items() for word in words.split()}
_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=lambda sign: (-len(sign), sign)))
_WORD = "|".join(re.escape(word) for word in sorted(WORDS, key=lambda word: (-len(word), word)))
AMOUNT = re.compile(
    rf"(?i)(?:(?P<before>{_SIGN}|(?<!\w)(?:{_WORD})\.?)\s?(?P<a>{NUMBER})"
    rf"(?P<ak>\s?(?:k|mil|lakhs?|lacs?|crores?|million)\b)?"
    rf"|(?<![\w.,])(?P<b>{NUMBER})(?P<bk>\s?(?:k|mil|thousand|lakhs?|lacs?|crores?|million))?"
    rf"\s?(?P<after>{_SIGN}|(?:{_WORD})(?!\w)))"
)
# Both ways in which an amount begins or ends, tried beside digits alone: most numbers in a chat are no amounts.
_SIGN_BEFORE = re.compile(rf"(?i)(?:{_SIGN}|(?<!\w)(?:{_WORD})\.?)\s?\Z")
_SIGN_AFTER = re.compile(
    rf"(?i)\d(?:\s?(?:k|mil|thousand|lakhs?|lacs?|crores?|million))?\s?(?:{_SIGN}|(?:{_WORD})(?!\w))"
)
_LONGEST_SIGN = max(map(len, (*SIGNS, *WORDS))) + 2
_ENDINGS = tuple(sorted({*(sign.lower() for sign in SIGNS), *WORDS, *(f"{word}." for word in WORDS)}))
_DIGITS = re.compile(r"\d+")
SCALES = {"k": 1e3, "mil": 1e3, "thousand": 1e3, "lakh": 1e5, "lac": 1e5, "crore": 1e7, "million": 1e6}
CODE = re.compile(
    r"(?<![\w.,/:\u20b9$\u20ac\u00a3+-])(?<!\d )(?:\d{4,8}|\d{3}[ -]\d{3,4}|\d{4} \d{4}|\d{2}[ -]\d{2}[ -]\d{2})"
    r"(?![\w/%:]|[.,-]\d| \d{3})"
)


def phones_in(message: int, text: str) -> Iterator[PhoneNumber]:
    """Phone numbers with at least eight digits; E.164 where the number says its country and is possible."""
    import phonenumbers

    for match in PHONE.finditer(text):
        written = match.group().strip()
        digits = re.sub(r"\D", "", written)
        if not 8 <= len(digits) <= 15:
            continue
        value = digits
        if written.startswith(("+", "00")):
            international = "+" + digits.removeprefix("00") if written.startswith("00") else "+" + digits
            try:
                value = phonenumbers.format_number(
                    phonenumbers.parse(international, None), phonenumbers.PhoneNumberFormat.E164
                )
            except phonenumbers.NumberParseException:
                value = international
        yield PhoneNumber(message=message, value=value, text=written)


def amounts_in(message: int, text: str) -> Iterator[Amount]:
    """Amounts with a currency sign, code or word."""
    if not (_SIGN_AFTER.search(text) or _follows_sign(text)):
        return
    for match in AMOUNT.finditer(text):
        sign = (match.group("before") or match.group("after")).strip().rstrip(".")
        currency = SIGNS.get(sign) or SIGNS.get(sign.upper()) or WORDS.get(sign.casefold(), sign)
        scale = (match.group("ak") or match.group("bk") or "").strip().casefold().rstrip("s")
        value = number_of(match.group("a") or match.group("b")) * SCALES.get(scale, 1.0)
        yield Amount(message=message, value=value, currency=currency, text=match.group())


def _follows_sign(text: str) -> bool:
    for match in _DIGITS.finditer(text):
        begin = match.start()
        before = text[max(0, begin - _LONGEST_SIGN) : begin]
        if before.isascii():
            before = before.lower()
            if not before.endswith(_ENDINGS) and not (before[-1:].isspace() and before[:-1].endswith(_ENDINGS)):
                continue
        if _SIGN_BEFORE.search(text, max(0, begin - _LONGEST_SIGN), begin):
            return True
    return False


def number_of(text: str) -> float:
    """A written number; the last separator is a decimal one if one or two digits follow it."""
    decimals = re.search(r"[.,](\d{1,2})$", text)
    whole = text[: decimals.start()] if decimals else text
    digits = re.sub(r"\D", "", whole)
    return float(f"{digits or 0}.{decimals.group(1) if decimals else 0}")


def codes_in(message: int, text: str) -> Iterator[Code]:
    """Runs of 4 to 8 digits that stand alone, as one-time codes do; years are left out."""
    for match in CODE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) == 4 and digits[:2] in ("19", "20"):
            continue
        yield Code(message=message, value=digits)
