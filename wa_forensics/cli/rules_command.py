"""``rules``: what is looked for, how often it was right, and whether the rules do right on their own examples."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wa_forensics.cli.brought import brought, rule_options
from wa_forensics.cli.terminal import visible
from wa_forensics.errors import SettingsError

if TYPE_CHECKING:
    from wa_forensics.case.verdicts import Judged
    from wa_forensics.model import Own, Rule

EXIT_FAILED = 4
_CASE = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("rules")
def command() -> None:
    """List, explain and test what is looked for."""


@command.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--case", "cases", type=_CASE, multiple=True, help="Count the examiners' verdicts in this case, too.")
@rule_options
def list_rules(form: str, cases: tuple[Path, ...], rules: tuple[Path, ...], iocs: tuple[Path, ...]) -> None:
    """Every rule with what it is about and how bad it is if true.

    With --case: findings, and how many of them examiners confirmed or dismissed (the label command).
    """
    found = _known(brought(rules, iocs))
    counts = _judged(cases)
    known = {rule.id for rule in found}
    if form == "json":
        click.echo(json.dumps([_row(rule, counts if cases else None) for rule in found], ensure_ascii=False, indent=1))
        return
    width = max(map(len, (*known, *counts)), default=0)
    for rule in found:
        told = f"{rule.id:<{width}}  {rule.severity.name.lower():<8}  {rule.threat:<24}  {rule.title}"
        click.echo(visible(told if not cases else f"{_counted(counts.get(rule.id)):<58}  {told}"))
    for name in sorted(set(counts) - known):
        click.echo(visible(f"{_counted(counts[name]):<58}  {name:<{width}}  (not known here; pass --rules)"))


@command.command("explain")
@click.argument("what", metavar="RULE|TEXT")
@rule_options
def explain(what: str, rules: tuple[Path, ...], iocs: tuple[Path, ...]) -> None:
    """What RULE looks for, or why a message with this TEXT matches or does not."""
    from wa_forensics.cli.explaining import explained

    own = brought(rules, iocs)
    known = {rule.id: rule for rule in _known(own)}
    if what in known:
        _explain_rule(known[what], own)
    else:
        for line in explained(what, own, tuple(known.values())):
            click.echo(visible(line))


@command.command("test")
@click.argument("names", nargs=-1, metavar="[RULE...]")
@rule_options
def test(names: tuple[str, ...], rules: tuple[Path, ...], iocs: tuple[Path, ...]) -> None:
    """Run the rules' own examples: each must fire where it should and be quiet where it should."""
    from wa_forensics.analysis import broken_examples

    own = brought(rules, iocs)
    known = {rule.id: rule for rule in _known(own)}
    for name in names:
        if name not in known:
            raise SettingsError(name, "there is no such rule", "wa-forensics rules list names them.")
    chosen = [known[name] for name in names] if names else list(known.values())
    wrong = [sentence for rule in chosen for sentence in broken_examples(rule, own)]
    for sentence in wrong:
        click.echo(visible(sentence))
    examples = sum(len(rule.fires_on) + len(rule.quiet_on) for rule in chosen)
    click.echo(f"{len(chosen)} rules, {examples} examples, {len(wrong)} wrong")
    sys.exit(EXIT_FAILED if wrong else 0)


def _known(own: Own) -> tuple[Rule, ...]:
    from wa_forensics.analysis import rules

    return rules(own=own)


def _judged(cases: tuple[Path, ...]) -> dict[str, Judged]:
    from wa_forensics.case import Case
    from wa_forensics.case.verdicts import judged

    opened = [Case.open(path) for path in cases]
    return judged((case.findings, case.labels) for case in opened)


def _row(rule: Rule, counts: dict[str, Judged] | None) -> dict[str, Any]:
    from wa_forensics.case.records import plain
    from wa_forensics.case.verdicts import Judged

    row: dict[str, Any] = plain(rule)
    if counts is not None:
        found = counts.get(rule.id, Judged(rule=rule.id, findings=0))
        row["judged"] = plain(found) | {"precision": found.precision}
    return row


def _counted(found: Judged | None) -> str:
    if found is None:
        return "0 findings"
    told = f"{found.findings} findings, {found.confirmed} confirmed, {found.dismissed} dismissed"
    return told + ("" if found.precision is None else f", precision {found.precision:.2f}")


def _explain_rule(rule: Rule, own: Own) -> None:
    click.echo(visible(f"{rule.id}: {rule.title}"))
    click.echo(f"threat {rule.threat}, stage {rule.stage.name.lower()}, severity {rule.severity.name.lower()}")
    click.echo(visible(rule.why))
    mine = next((one for one in own.rules if one.id == rule.id), None)
    for title, lines in (
        ("Phrases", mine.phrases if mine else ()),
        ("Together with one of", mine.with_phrases if mine else ()),
        ("But none of", mine.without_phrases if mine else ()),
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
