"""Geometry of the picture of who wrote to whom: accounts on the left, those they wrote to on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wa_forensics.model import Threat
from wa_forensics.report.charts import WIDTH
from wa_forensics.report.wording import MONEY

ROW = 40
LEFT, RIGHT = 280, 700
MOST_ROWS = 14


@dataclass(frozen=True, kw_only=True)
class Node:
    """A name beside the lines; ``anchor`` is the end of the text that touches them."""

    name: str
    x: int
    y: float
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Tie:
    """One account and one chat it wrote to; ``money`` if a finding about money lies in it."""

    y1: float
    y2: float
    width: float
    findings: int
    money: bool


@dataclass(frozen=True, kw_only=True)
class Ties:
    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    height: int
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT
    middle: int = (LEFT + RIGHT) // 2


def ties(contacts: Sequence[tuple[str, str, Sequence[Threat], int]]) -> Ties | None:
    """From (account, other side, threats, number of findings); None when there are none or too many to read."""
    accounts = list(dict.fromkeys(contact[0] for contact in contacts))
    others = list(dict.fromkeys(contact[1] for contact in contacts))
    rows = max(len(accounts), len(others))
    if not contacts or rows > MOST_ROWS:
        return None
    height = rows * ROW + 16
    left = {name: _place(n, len(accounts), height) for n, name in enumerate(accounts)}
    right = {name: _place(n, len(others), height) for n, name in enumerate(others)}
    return Ties(
        nodes=tuple(
            [Node(name=name, x=LEFT - 10, y=y, anchor="end") for name, y in left.items()]
            + [Node(name=name, x=RIGHT + 10, y=y, anchor="start") for name, y in right.items()]
        ),
        ties=tuple(
            Tie(
                y1=left[account],
                y2=right[other],
                width=min(1.5 + findings * 0.25, 4.0),
                findings=findings,
                money=any(threat in MONEY for threat in threats),
            )
            for account, other, threats, findings in contacts
        ),
        height=height,
    )


def _place(number: int, of: int, height: int) -> float:
    return round(height * (number + 0.5) / of, 1)
