"""What a message may contain: links, payees, phone numbers, amounts, codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link as written; ``host`` lower case (punycode decoded), ``domain`` the registrable part or the address.

    ``traits`` are words for what is unusual about it (``ip``, ``punycode``, ``mixed scripts``, ``userinfo``,
    ``shortener``, ``free hosting``, ``dynamic dns``, ``risky tld``, ``file``, ``many labels`` ...), ``imitates``
    the name it looks like, ``popular`` whether its domain is among the most visited ones.
    """

    message: int
    text: str
    host: str
    domain: str
    path: str
    traits: tuple[str, ...] = ()
    imitates: str | None = None
    popular: bool = False


@dataclass(frozen=True, kw_only=True)
class Payee:
    """Where money would go: ``type`` (``iban``, ``upi``, ``account``, ``btc`` ...), ``value`` normalized."""

    message: int
    type: str
    value: str
    text: str
    checked: bool = False


@dataclass(frozen=True, kw_only=True)
class PhoneNumber:
    """A phone number written in a text; ``value`` is E.164 if the country is known, else its digits."""

    message: int
    value: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount of money; ``currency`` is an ISO code, or the sign or word as written."""

    message: int
    value: float
    currency: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Code:
    """A run of 4 to 8 digits that stands like a one-time code."""

    message: int
    value: str
