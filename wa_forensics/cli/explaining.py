"""Why a text matches or does not: what stands in it, which rules fire on it and by what, and why others are silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wa_forensics.chat import Chat
    from wa_forensics.model import Finding, Own, Rule

PHRASE_WIDTH = 120
STRANGER = "+44 7700 900123"
TALK = 30
NAMED = 12


def explained(text: str, own: Own, rules: Sequence[Rule]) -> Iterator[str]:
    """Lines for the terminal; the text is judged as the message of an unknown number and of an old contact."""
    stranger, contact = _as_first_message(text), _as_contact(text)
    stands = [*_phrases(stranger), *_entities(stranger)]
    yield from stands or [
        "nothing of it is known: no phrase, link, payee, phone number, amount or code of any language"
    ]
    fired = []
    for who, chat in (("an unknown number", stranger), ("a contact with a history", contact)):
        found = _findings(chat, own)
        fired += [finding.rule for finding in found]
        yield f"from     {who}:"
        for finding in found:
            yield from _fired(finding)
        if not found:
            yield f"  silent {_why_silent(chat)}"
    yield from _own_silent(stranger, own, fired)
    yield from _silent(stranger, rules, fired)


def _as_first_message(text: str) -> Chat:
    from wa_forensics.analysis import example_chat
    from wa_forensics.model import Example

    return example_chat(Example(messages=(("Reader", "hello"), (STRANGER, text))))


def _as_contact(text: str) -> Chat:
    from wa_forensics.analysis import example_chat
    from wa_forensics.model import Example

    talk = tuple((("Writer", "Reader")[n % 2], f"see you at {n % 9 + 9}", 300) for n in range(2 * TALK))
    return example_chat(Example(messages=(*talk, ("Writer", text, 300))))


def _findings(chat: Chat, own: Own) -> list[Finding]:
    """The findings that rest on the last message, which is the text."""
    from wa_forensics.analysis import findings_in

    last = len(chat) - 1
    return [f for f in findings_in(chat, own=own) if any(item.message == last for item in f.evidence)]


def _fired(finding: Finding) -> Iterator[str]:
    yield f"  fires  {finding.rule} ({finding.severity.name.lower()}): {finding.observation}"
    if finding.signals:
        score = f", together {finding.score:+.1f}" if finding.score is not None else ""
        yield "         by " + ", ".join(f"{s.name} {s.weight:+.1f}" for s in finding.signals) + score


def _why_silent(chat: Chat) -> str:
    """What the text shows of an attack, and that it does not suffice."""
    from wa_forensics.context import LOW, sightings

    seen = sightings(chat).by_message.get(len(chat) - 1, ())
    if not seen:
        return "no sign of an attack is in it"
    told = ", ".join(f"{sighting.kind.replace('_', ' ')} {sighting.weight:+.1f}" for sighting in seen)
    return (
        f"no rule fires on this message alone; signs: {told}. They do not lift a writer of this kind to {LOW:+.1f}, "
        "where findings begin: more signs, or what others say around it, would"
    )


def _own_silent(chat: Chat, own: Own, fired: Sequence[str]) -> Iterator[str]:
    """For each own rule that is silent: which of its parts is missing."""
    from wa_forensics.userrules import messages_with

    last = len(chat) - 1
    for rule in own.rules:
        if rule.id in fired:
            continue
        hit, beside, barred = (
            [phrase for phrase in phrases if last in messages_with(chat, phrase)]
            for phrases in (rule.phrases, rule.with_phrases, rule.without_phrases)
        )
        if not hit:
            why = "none of its phrases is said"
        elif rule.with_phrases and not beside:
            why = f"{hit[0]!r} is said, but none of its with_phrases"
        elif barred:
            why = f"{hit[0]!r} is said, but so is {barred[0]!r} of its without_phrases"
        else:
            why = "its phrases are said in another message"
        yield f"silent   {rule.id}: {why}"


def _silent(chat: Chat, rules: Sequence[Rule], fired: Sequence[str]) -> Iterator[str]:
    """The built-in rules that do not fire: those that listen for something said here, and the rest."""
    from wa_forensics.context import sightings
    from wa_forensics.detectors import DETECTORS

    said = {sighting.kind for sighting in sightings(chat).by_message.get(len(chat) - 1, ())}
    listening = {detector.RULE.id: frozenset(getattr(detector, "KINDS", ())) & said for detector in DETECTORS}
    for name, kinds in sorted(listening.items()):
        if kinds and name not in fired:
            told = ", ".join(sorted(kind.replace("_", " ") for kind in kinds))
            yield f"silent   {name}: it listens for {told}, which is not enough here"
    rest = [rule.id for rule in rules if rule.id in listening and not listening[rule.id] and rule.id not in fired]
    if rest:
        more = f" and {len(rest) - NAMED} more" if len(rest) > NAMED else ""
        yield f"silent   {', '.join(rest[:NAMED])}{more}: nothing that they listen for is said"


def _phrases(chat: Chat) -> list[str]:
    from wa_forensics.search import lexicon

    phrases = lexicon().phrases
    spoken = chat.spoken
    told = sorted({int(index) for index in spoken.phrases[spoken.messages == len(chat) - 1]})
    rows = [f"phrase   {phrases[i].concept} ({phrases[i].language}): {phrases[i].text}" for i in told]
    return [row if len(row) <= PHRASE_WIDTH else row[: PHRASE_WIDTH - 1] + "…" for row in rows]


def _entities(chat: Chat) -> list[str]:
    found = []
    for link in chat.links:
        traits = f" ({', '.join(link.traits)})" if link.traits else ""
        found.append(f"link     {link.host}{traits}{f', looks like {link.imitates}' if link.imitates else ''}")
    found += [f"payee    {payee.type} {payee.value}" for payee in chat.payees]
    found += [f"phone    {phone.value}" for phone in chat.phones]
    found += [f"amount   {amount.currency} {amount.value:g}" for amount in chat.amounts]
    found += [f"code     {code.value}" for code in chat.codes]
    return found
