"""``scan``: the main job."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wa_forensics.cli.brought import allow_options, brought, rule_options
from wa_forensics.cli.dates import date_order_option, parser_order
from wa_forensics.cli.declared import case_options, declared
from wa_forensics.cli.program import EXIT_PARTIAL
from wa_forensics.cli.terminal import note, visible
from wa_forensics.model import CaseData, Own, Settings, Severity

if TYPE_CHECKING:
    from wa_forensics.batch import Run
    from wa_forensics.case import Case

EXIT_LEVEL = 11
FAILURES_SHOWN = 10


@click.command("scan")
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(exists=True))
@click.option("-o", "--out", default="case", show_default=True, help="Case folder to write.", metavar="CASE")
@click.option(
    "--case",
    "grown",
    type=click.Path(exists=True, file_okay=False),
    help="Add the exports to this case; what it holds is not read again.",
)
@click.option("--rescan", is_flag=True, help="With --case: run the rules over its stored messages again.")
@click.option("--force", is_flag=True, help="Replace an older case folder of that name.")
@date_order_option("auto")
@click.option("--timezone", metavar="IANA", help="The exporting phone's zone, e.g. Asia/Kolkata.")
@click.option(
    "--compare",
    type=click.Choice(["auto", "all", "none"]),
    default="auto",
    show_default=True,
    help="Exports to hold against each other: those of one conversation, each pair, none.",
)
@rule_options
@allow_options
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes; by default as many as pay off.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Let the workers of this Dask cluster do the files, e.g. tcp://host:8786; workers that do not see the files "
    "are sent their bytes.",
)
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds for one file.")
@click.option("--resume", is_flag=True, help="Go on where a stopped scan into the same -o ended.")
@click.option("--dry-run", is_flag=True, help="List the files that would be read, and stop.")
@click.option(
    "--fail-on",
    type=click.Choice([level.name.lower() for level in Severity], case_sensitive=False),
    help="Exit with 11 (info) to 15 (critical) when a finding or incident of this level or above exists.",
)
@click.option("--reproducible", is_flag=True, help="No clock times in the case: the same bytes everywhere.")
@click.option(
    "--sign",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sign the case with this Ed25519 private key (PEM).",
)
@click.option("--json", "as_json", is_flag=True, help="Summary as JSON on stdout.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
@case_options
def command(paths: tuple[str, ...], out: str, **options: Any) -> None:
    """Look for signs of account takeover and fraud in exports and write a case folder with report.html.

    PATH is a .txt or .zip that WhatsApp's "Export chat" wrote, or a folder of them. They are only read.
    """
    case_data = options.pop("case_data")
    given = {name: options.pop(name) for name in list(options) if name.startswith("case_")}
    grown, again = options.pop("grown"), options.pop("rescan")
    if again and (paths or not grown):
        raise click.UsageError("--rescan goes with --case CASE and without PATH.")
    if not again and not paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    if options["scheduler"] and options["jobs"]:
        raise click.UsageError("--scheduler uses the workers of the cluster, so -j does not go with it.")
    if options["dry_run"]:
        _list_inputs(paths)
        return
    case = _grow(grown, paths, options) if grown else _scan(paths, out, options, declared(case_data, given))
    _tell(case, options)
    sys.exit(_exit_code(case, options["fail_on"]))


def _scan(paths: tuple[str, ...], out: str, options: dict[str, Any], data: CaseData) -> Case:
    from wa_forensics.batch import scan
    from wa_forensics.cli.watching import watching

    order, undecided = parser_order(options["date_order"])
    settings = Settings(
        date_order=order,
        allow_undecided=undecided,
        timezone=options["timezone"],
        compare=options["compare"],
        own=_own(options),
    )
    run = _run(options)
    with watching(quiet=options["quiet"] or options["as_json"]) as watch:
        return scan(paths, out, settings, declared=data, run=run, watch=watch)


def _own(options: dict[str, Any]) -> Own:
    """What the examiner brings. Allow-list entries expire by today, unless the run must not depend on a clock."""
    as_of = options["as_of"]
    if options["allow"] and as_of is None:
        from wa_forensics.case import custody

        moment = custody.moment(options["reproducible"])
        as_of = moment[:10] if moment else None
    return brought(options["rules"], options["iocs"], options["allow"], as_of)


def _grow(path: str, paths: tuple[str, ...], options: dict[str, Any]) -> Case:
    from wa_forensics.batch import add, rescan
    from wa_forensics.cli.watching import watching

    run = _run(options)
    brings = any(options[name] for name in ("rules", "iocs", "allow"))
    if not paths:
        return rescan(path, run=run, own=_own(options) if brings else None)
    if brings:
        raise click.UsageError("--rules, --iocs and --allow go with a new scan or with --rescan.")
    with watching(quiet=options["quiet"] or options["as_json"]) as watch:
        return add(path, paths, run=run, watch=watch)


def _run(options: dict[str, Any]) -> Run:
    from wa_forensics.batch import Run

    key = None
    if options["sign"]:
        from wa_forensics.case.signature import load_private_key

        key = load_private_key(options["sign"])
    return Run(
        jobs=options["jobs"],
        scheduler=options["scheduler"],
        timeout=options["timeout"],
        resume=options["resume"],
        force=options["force"],
        reproducible=options["reproducible"],
        key=key,
    )


def _list_inputs(paths: tuple[str, ...]) -> None:
    from wa_forensics.batch import plan

    found = plan(paths)
    for path, size in zip(found.files, found.sizes, strict=True):
        click.echo(f"{size}\t{visible(path)}")
    note(f"{len(found.files)} files, {sum(found.sizes)} bytes; nothing was read or written")


def _tell(case: Case, options: dict[str, Any]) -> None:
    from wa_forensics.cli.summary import summary_json, summary_lines

    failures = case.coverage["failures"]
    for failure in failures[:FAILURES_SHOWN]:
        note(f"{failure.source}: {failure.problem}. {failure.advice}".strip())
    if len(failures) > FAILURES_SHOWN:
        note(f"and {len(failures) - FAILURES_SHOWN} more; coverage.json names each")
    if options["as_json"]:
        click.echo(summary_json(case))
    elif not options["quiet"]:
        for line, style in summary_lines(case):
            click.secho(line, err=True, color=False if os.environ.get("NO_COLOR") else None, **style)


def _exit_code(case: Case, fail_on: str | None) -> int:
    """The level code wins over "partial": whoever asks for it wants to know of the worst result first."""
    if fail_on:
        # Together findings may weigh more than each alone.
        levels = [finding.severity for finding in case.findings] + [incident.severity for incident in case.incidents]
        worst = max(levels, default=None)
        if worst is not None and worst >= Severity[fail_on.upper()]:
            return EXIT_LEVEL + int(worst)
    changed = any(failure.where == "evidence" for failure in case.coverage["failures"])
    failed = changed or any(item.failure for item in case.files)
    return EXIT_PARTIAL if failed else 0
