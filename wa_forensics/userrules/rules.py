"""Rules from a TOML file: the fields of any rule, phrases instead of code, and examples that must hold."""

from __future__ import annotations

import re
from typing import Any

from wa_forensics.errors import SettingsError
from wa_forensics.model import Confidence, OwnRule, Severity, Stage, Threat
from wa_forensics.search import PhraseError, compile_phrase
from wa_forensics.userrules.fields import Fields, tables

MOST_RULES = 500
LONGEST_PHRASE = 400
# Each gap of a phrase may be 40 characters wide: many of them in one phrase would be slow on a hostile text.
MOST_GAPS, MOST_OPTIONAL = 3, 8
FIELDS = (
    *("id", "title", "threat", "stage", "severity", "confidence", "why", "alternatives", "next_steps", "references"),
    *("phrases", "with_phrases", "without_phrases", "fires_on", "quiet_on"),
)
# What a message may hold besides words; each may stand alone in with_phrases and without_phrases.
CONTENTS = ("<link>", "<money>", "<payee>", "<phone>", "<code>")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,9}")
_GRAMMAR = (
    "Grammar: words, a|b, (two words|other), (optional)?, word*, _ for one word, ... for a gap, "
    "<code> <number> <money> <link> <phone> <starcode>; see docs/rules.md."
)


def rules_of(text: str, where: str) -> tuple[OwnRule, ...]:
    """The rules of a TOML text; SettingsError for the first thing that is wrong."""
    found: list[OwnRule] = []
    entries = tables(text, "rule", where)
    if len(entries) > MOST_RULES:
        raise SettingsError(where, f"the file has more than {MOST_RULES} rules", "Split it.")
    for number, entry in enumerate(entries, 1):
        told = entry.get("id") if isinstance(entry.get("id"), str) else number
        rule = _rule(Fields(entry, f"{where}, rule {told}"))
        if any(rule.id == other.id for other in found):
            raise SettingsError(where, f"two rules are called {rule.id}", "Give each its own id.")
        found.append(rule)
    return tuple(found)


def _rule(fields: Fields) -> OwnRule:
    fields.refuse_unknown(FIELDS)
    name = fields.text("id", most=60)
    if not _ID.fullmatch(name):
        raise SettingsError(fields.where, f"the id {name!r} has other characters", "Write lower-case-words-and-digits.")
    return OwnRule(
        id=name,
        title=fields.text("title", most=120),
        threat=fields.choice("threat", {threat.value: threat for threat in Threat}),
        stage=fields.choice("stage", {stage.name.lower(): stage for stage in Stage}),
        severity=fields.choice("severity", {level.name.lower(): level for level in Severity}),
        confidence=fields.choice("confidence", {level.name.lower(): level for level in Confidence}, "medium"),
        why=fields.text("why"),
        alternatives=fields.texts("alternatives", needed=True),
        next_steps=fields.texts("next_steps", needed=True),
        references=fields.texts("references", needed=False),
        phrases=_phrases(fields, "phrases", needed=True),
        with_phrases=_phrases(fields, "with_phrases", needed=False),
        without_phrases=_phrases(fields, "without_phrases", needed=False),
        fires_on=_examples(fields, "fires_on"),
        quiet_on=_examples(fields, "quiet_on"),
    )


def _phrases(fields: Fields, name: str, *, needed: bool) -> tuple[str, ...]:
    found = fields.texts(name, needed=needed)
    for phrase in found:
        if name != "phrases" and phrase in CONTENTS:
            continue
        gaps, optional = phrase.count("...") + phrase.count("\u2026"), phrase.count("?")
        if len(phrase) > LONGEST_PHRASE or gaps > MOST_GAPS or optional > MOST_OPTIONAL:
            problem = f"{name}: {phrase[:60]!r} is too long or has too many gaps or optional parts"
            advice = f"At most {LONGEST_PHRASE} characters, {MOST_GAPS} gaps and {MOST_OPTIONAL} optional parts."
            raise SettingsError(fields.where, problem, advice)
        try:
            compile_phrase(phrase)
        except PhraseError as error:
            advice = "Put at least one whole word into it. " if "literal" in str(error) else ""
            raise SettingsError(fields.where, f"{name}: {error}", advice + _GRAMMAR) from error
    return found


def _examples(fields: Fields, name: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Each example is a text, or a list of [sender, text] pairs."""
    value = fields.values.get(name)
    advice = f'Write {name} = ["a message", [["Ana", "hello"], ["Ben", "a message"]]].'
    if not isinstance(value, list) or not value:
        raise SettingsError(fields.where, f"{name} has no example", advice)
    return tuple(_example(item, fields.where, name, advice) for item in value)


def _example(item: Any, where: str, name: str, advice: str) -> tuple[tuple[str, str], ...]:
    said = [["Writer", item]] if isinstance(item, str) else item
    if not isinstance(said, list) or not said:
        raise SettingsError(where, f"{name} holds something that is no example", advice)
    for pair in said:
        good = isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
        if not good or not pair[1].strip():
            raise SettingsError(where, f"{name} holds a message that is no [sender, text] pair", advice)
        if any(sign in pair[0] for sign in ":\n\r"):
            raise SettingsError(where, f"{name}: the sender {pair[0]!r} holds a colon or a line break", advice)
    return tuple((str(pair[0]), str(pair[1])) for pair in said)
