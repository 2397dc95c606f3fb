"""Accounts that write in several chats of a scan, judged over all of them from the stored messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from wa_forensics import behaviour
from wa_forensics.analysis import BUGS, crash, without_allowed
from wa_forensics.chat import Chat
from wa_forensics.incidents import account_key, phones_of
from wa_forensics.model import Analysis, Failure, Finding, Limit, Own, Severity, counted

# An account over its chats takes a fifth of a second; which are left out is said in the coverage.
MOST_ACCOUNTS = 12
MOST_CHATS = 12
# Messages of the chats that are read back for it: what half a dozen CPU seconds and 200 MB can hold.
MOST_READ = 200_000


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What one chat, by its position, says of an account: its name there and how strange its strongest stretch is."""

    place: int
    name: str
    messages: int
    testable: bool
    score: float


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account with the chats it writes in, ascending; ``numbered`` if it is known by a number."""

    numbered: bool
    holdings: tuple[Holding, ...]
    suspected: bool

    @property
    def urgency(self) -> tuple[bool, float, int]:
        return self.suspected, max(h.score for h in self.holdings), sum(h.messages for h in self.holdings)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The analyses with what was found, what was left out, and what crashed."""

    analyses: tuple[Analysis, ...]
    limits: tuple[Limit, ...] = ()
    failures: tuple[Failure, ...] = ()


def accounts_of(analyses: Sequence[Analysis], same: Sequence[tuple[int, int]]) -> tuple[Account, ...]:
    """Accounts with messages in two chats or more, most urgent first: suspected ones, then the strangest.

    ``same`` are pairs of exports of one conversation: the one that holds more of the account counts.
    """
    if len(analyses) < 2:
        return ()
    holdings: dict[tuple[str, str], list[Holding]] = {}
    suspected: set[tuple[str, str]] = set()
    for place, analysis in enumerate(analyses):
        phones = phones_of(analysis)
        accused = {name for f in analysis.findings if f.severity >= Severity.MEDIUM for name in f.actors}
        for profile in analysis.profiles:
            if profile.messages == 0:
                continue
            key = account_key(profile.sender, phones.get(profile.sender))
            if profile.sender in accused:
                suspected.add(key)
            holdings.setdefault(key, []).append(
                Holding(
                    place=place,
                    name=profile.sender,
                    messages=profile.messages,
                    testable=profile.testable,
                    score=float("-inf") if profile.score is None else profile.score,
                )
            )
    alike: dict[int, set[int]] = {}
    for pair in same:
        for place in pair:
            alike.setdefault(place, set()).update(pair)
    found = []
    for key in sorted(holdings):
        kept = _once(holdings[key], alike)
        if len(kept) > 1:
            found.append(Account(numbered=key[0] == "phone", holdings=kept, suspected=key in suspected))
    return tuple(sorted(found, key=lambda account: account.urgency, reverse=True))


def _once(holdings: Sequence[Holding], alike: Mapping[int, set[int]]) -> tuple[Holding, ...]:
    """One holding a conversation, and the strangest and largest if there are many.

    ``alike`` names the exports of one conversation by the place of each.
    """
    order = sorted(holdings, key=lambda h: (-h.score, -h.messages, h.place))
    fullest = sorted(holdings, key=lambda h: (-h.messages, h.place))
    shown: set[int] = set()
    for holding in fullest:
        if shown.isdisjoint(alike.get(holding.place, ())):
            shown.add(holding.place)
    kept = [h for h in order if h.place in shown][:MOST_CHATS]
    return tuple(sorted(kept, key=lambda h: h.place))


def judge_accounts(
    analyses: Sequence[Analysis], same: Sequence[tuple[int, int]], chat: Callable[[int], Chat], own: Own
) -> Judged:
    """The analyses with a finding for each chat that carries a strange stretch.

    ``chat`` reads the chat of a position.
    """
    every = accounts_of(analyses, same)
    chosen = _affordable(every, [analysis.facts.message_count for analysis in analyses])
    left = len(every) - len(chosen)
    extra: dict[int, list[Finding]] = {}
    try:
        shares = _shares(chosen, chat)
        for number, account in enumerate(chosen):
            for place, finding in _found(account, shares[number], chat):
                extra.setdefault(place, []).append(finding)
    except BUGS as error:
        source = analyses[chosen[0].holdings[0].place].facts.source.name
        return Judged(analyses=tuple(analyses), failures=(crash(behaviour.ACROSS_RULE.id, source, error),))
    seen = {holding.place for account in chosen for holding in account.holdings}
    grown = [_ran(analysis) if place in seen else analysis for place, analysis in enumerate(analyses)]
    for place in sorted(extra):
        with_them = replace(grown[place], findings=(*grown[place].findings, *extra[place]))
        grown[place] = without_allowed(chat(place), with_them, own)
    said = counted(
        "%(num)s more account that writes in several chats was judged in each chat alone",
        "%(num)s more accounts that write in several chats were judged in each chat alone",
        left,
    )
    return Judged(
        analyses=tuple(grown),
        limits=(Limit(source="behaviour", limit=said),) if left > 0 else (),
    )


def _affordable(every: Sequence[Account], sizes: Sequence[int]) -> tuple[Account, ...]:
    """The most urgent accounts whose chats, each read once, hold no more messages than can be read."""
    chosen: list[Account] = []
    read: set[int] = set()
    for account in every:
        wanted = read | {holding.place for holding in account.holdings}
        if len(chosen) < MOST_ACCOUNTS and sum(sizes[place] for place in wanted) <= MOST_READ:
            chosen.append(account)
            read = wanted
    return tuple(chosen)


def _shares(chosen: Sequence[Account], chat: Callable[[int], Chat]) -> list[list[behaviour.Texts]]:
    """What the chats hold of each account; each chat is read once."""
    wanted = sorted({holding.place for account in chosen for holding in account.holdings})
    found: list[list[behaviour.Texts]] = [[] for _ in chosen]
    for place in wanted:
        one = chat(place)
        for number, account in enumerate(chosen):
            for holding in account.holdings:
                if holding.place == place:
                    most = behaviour.OTHERS // len(account.holdings)
                    found[number].append(behaviour.share(one, one.sender_code(holding.name), most))
    return found


def _found(
    account: Account, shares: Sequence[behaviour.Texts], chat: Callable[[int], Chat]
) -> list[tuple[int, Finding]]:
    joined = behaviour.join(shares)
    testable = [holding.testable for holding in account.holdings]
    if joined is None or not behaviour.carried(joined, testable, numbered=account.numbered):
        return []
    chats = [chat(holding.place) for holding in account.holdings]
    names = [holding.name for holding in account.holdings]
    made = behaviour.findings_across(chats, names, testable, joined, numbered=account.numbered)
    return [(account.holdings[place].place, finding) for place, finding in made]


def _ran(analysis: Analysis) -> Analysis:
    return replace(analysis, rules_run=(*analysis.rules_run, behaviour.ACROSS_RULE.id))
