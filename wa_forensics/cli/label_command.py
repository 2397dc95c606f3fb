"""``label``: an examiner's verdict on a finding."""

from __future__ import annotations

from pathlib import Path

import click

from wa_forensics.case.verdicts import VERDICTS
from wa_forensics.cli.terminal import note


@click.command("label")
@click.argument("case", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("finding")
@click.argument("verdict", type=click.Choice(VERDICTS))
@click.option("--reason", required=True, help="Why, in a sentence; shown in the report.")
@click.option("--examiner", help="Who decides; by default the examiner declared for the case.")
@click.option("--reproducible", is_flag=True, help="No clock time in the records.")
@click.option("--sign", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Sign the case again.")
def command(
    case: Path, finding: str, verdict: str, reason: str, examiner: str | None, reproducible: bool, sign: Path | None
) -> None:
    """Record a verdict on FINDING (its id, or how it begins) and render the report again."""
    from wa_forensics.case import Case, custody
    from wa_forensics.case.change import change, find_finding, write_label
    from wa_forensics.cli.rendering import renew

    opened = Case.open(case)
    found = find_finding(opened, finding)
    who = examiner or opened.settings["examiner"]
    time = custody.moment(reproducible)
    key = None
    if sign is not None:
        from wa_forensics.case.signature import load_private_key

        key = load_private_key(sign)

    def write() -> None:
        write_label(opened, found, verdict, reason, who, time)
        renew(Case.open(case, with_clock=False), {})

    details = {"finding": found.id, "verdict": verdict, "reason": reason, "examiner": who}
    change(case, write, ("label", details), time=time, key=key)
    note(f"{found.id}  {verdict}")
