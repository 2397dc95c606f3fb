"""What kind of payee a value is: the case says "payee", a reader wants to know whether it is an account or a UPI id."""

from __future__ import annotations

from wa_forensics.entities.payees import payees_in
from wa_forensics.model import Indicator


def kind_of(indicator: Indicator) -> str:
    """A key of ``wording.INDICATOR``; the indicator's own type where the value alone does not tell more."""
    if indicator.type != "payee":
        return indicator.type
    # Digits are read as an account only behind a word that says so.
    told = {payee.type for payee in payees_in(0, f"a/c {indicator.value}")}
    return told.pop() if len(told) == 1 else indicator.type
