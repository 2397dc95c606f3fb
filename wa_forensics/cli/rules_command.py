"""``rules``: what is looked for, why one text matches, and whether the rules do right on their own examples."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from wa_forensics.cli.terminal import visible
from wa_forensics.errors import SettingsError

if TYPE_CHECKING:
    from wa_forensics.chat import Chat
    from wa_forensics.model import Rule

EXIT_FAILED = 4
PHRASE_WIDTH = 120


@click.group("rules")
def command() -> None:
    """List, explain and test what is looked for."""


@command.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_rules(form: str) -> None:
    """Every rule with what it is about and how bad it is if true."""
    from wa_forensics.analysis import rules
    from wa_forensics.case.records import plain

    found = rules()
    if form == "json":
        click.echo(json.dumps([plain(rule) for rule in found], ensure_ascii=False, indent=1))
        return
    width = max((len(rule.id) for rule in found), default=0)
    for rule in found:
        click.echo(f"{rule.id:<{width}}  {rule.severity.name.lower():<8}  {rule.threat:<24}  {rule.title}")


@command.command("explain")
@click.argument("what", metavar="RULE|TEXT")
def explain(what: str) -> None:
    """What RULE looks for, or why a message with this TEXT matches."""
    from wa_forensics.analysis import rules

    known = {rule.id: rule for rule in rules()}
    if what in known:
        _explain_rule(known[what])
    else:
        _explain_text(what)


@command.command("test")
@click.argument("names", nargs=-1, metavar="[RULE...]")
def test(names: tuple[str, ...]) -> None:
    """Run the rules' own examples: each must fire where it should and be quiet where it should."""
    from wa_forensics.analysis import broken_examples, rules

    known = {rule.id: rule for rule in rules()}
    for name in names:
        if name not in known:
            raise SettingsError(name, "there is no such rule", "wa-forensics rules list names them.")
    chosen = [known[name] for name in names] if names else list(known.values())
    wrong = [sentence for rule in chosen for sentence in broken_examples(rule)]
    for sentence in wrong:
        click.echo(visible(sentence))
    examples = sum(len(rule.fires_on) + len(rule.quiet_on) for rule in chosen)
    click.echo(f"{len(chosen)} rules, {examples} examples, {len(wrong)} wrong")
    sys.exit(EXIT_FAILED if wrong else 0)


def _explain_rule(rule: Rule) -> None:
    click.echo(f"{rule.id}: {rule.title}")
    click.echo(f"threat {rule.threat}, stage {rule.stage.name.lower()}, severity {rule.severity.name.lower()}")
    click.echo(rule.why)
    for title, lines in (
        ("It may also be", rule.alternatives),
        ("Next", rule.next_steps),
        ("Sources", rule.references),
        ("Fires on", tuple(" / ".join(said[1] for said in example.messages) for example in rule.fires_on)),
        ("Quiet on", tuple(" / ".join(said[1] for said in example.messages) for example in rule.quiet_on)),
    ):
        if lines:
            click.echo(f"{title}:")
            for line in lines:
                click.echo(f"  {visible(line)}")


def _explain_text(text: str) -> None:
    from wa_forensics.analysis import example_chat, findings_in
    from wa_forensics.model import Example

    chat = example_chat(Example(messages=(("Reader", "hello"), ("Writer", text))))
    lines = [*_phrases(chat), *_entities(chat)]
    for line in lines or ["no phrase, link, payee, phone number, amount or code of any language"]:
        click.echo(visible(line))
    found = findings_in(chat)
    for finding in found:
        click.echo(visible(f"rule     {finding.rule} ({finding.severity.name.lower()}): {finding.observation}"))
    if not found:
        click.echo("rule     none fires on this text alone; rules look at what stands around it too")


def _phrases(chat: Chat) -> list[str]:
    from wa_forensics.search import lexicon

    phrases = lexicon().phrases
    told = sorted({int(index) for index in chat.spoken.phrases})
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
