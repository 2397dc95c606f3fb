"""Does the calibration hold in other scripts? The collections rewritten into them, judged by the shipped calibration.

    python -m benchmarks.behaviour_scripts COLLECTION.tsv.gz ...

No public collection here is in another script, so this is an invented check of the method, not of a language: letters
become Cyrillic one by one; Devanagari, which has no capitals; or each word becomes two Chinese characters drawn by its
letters, without spaces. Habits of writing survive, sounds and grammar do not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import numpy as np

from benchmarks.behaviour_calibration import FEWEST, SPLICES, collections, run, score_account
from benchmarks.splices import Account
from wa_forensics.behaviour.windows import read_calibration

ACCOUNTS = 12
RATES = (1, 5, 10)
_CYRILLIC = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "абцдефгхийклмнопярстувшзыжАБЦДЕФГХИЙКЛМНОПЯРСТУВШЗЫЖ",
)
_DEVANAGARI = str.maketrans("abcdefghijklmnopqrstuvwxyz", "अबचदएफगहइजकलमनओपखरसतउवटघयझ")
_MARKS = str.maketrans(".,!?:;()", "。，！？：；（）")
_WORD = re.compile(r"[^\W\d_]+")
FIRST_CHINESE, CHINESE = 0x4E00, 3000


def _chinese_word(match: re.Match[str]) -> str:
    drawn = int.from_bytes(blake2b(match[0].lower().encode(), digest_size=8).digest(), "big")
    return chr(FIRST_CHINESE + drawn % CHINESE) + chr(FIRST_CHINESE + drawn // CHINESE % CHINESE)


def chinese(text: str) -> str:
    """Two characters a word, full-width marks, no spaces."""
    return _WORD.sub(_chinese_word, text).replace(" ", "").translate(_MARKS)


SCRIPTS: dict[str, Callable[[str], str]] = {
    "as written": str,
    "Cyrillic": lambda text: text.translate(_CYRILLIC),
    "Devanagari": lambda text: text.lower().translate(_DEVANAGARI),
    "Chinese characters": chinese,
}


def rewritten(account: Account, write: Callable[[str], str]) -> Account:
    def all_of(groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(map(write, texts)) for texts in groups)

    return replace(
        account, own=tuple(map(write, account.own)), others=all_of(account.others), donors=all_of(account.donors)
    )


def main() -> None:
    sets = collections([Path(p) for p in sys.argv[1:]], fewest=FEWEST, most=ACCOUNTS)
    accounts = [account for made in sets.values() for account in made]
    shipped = read_calibration()
    print(f"Accounts: {len(accounts)}\n")
    print("| script | per 10,000 | reached | " + " | ".join(f"k = {k}" for k in SPLICES) + " |")
    print("|---|---|---|" + "---|" * len(SPLICES))
    for name, write in SCRIPTS.items():
        result = run([score_account(rewritten(account, write)) for account in accounts], shipped.tail)
        for rate in RATES:
            least = shipped.thresholds[rate]
            reached = 10_000 * float((result.alarms > least).sum()) / result.messages
            cells = " | ".join(f"{float(np.mean(result.splices[k] > least)):.2f}" for k in SPLICES)
            print(f"| {name} | {rate} | {reached:.1f} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
