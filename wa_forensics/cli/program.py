"""The ``wa-forensics`` command: finds its subcommands by name and turns errors into one sentence and an exit code."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from wa_forensics._version import __version__
from wa_forensics.cli.terminal import complain, write_escapes_for_the_unprintable
from wa_forensics.errors import CaseError, NothingReadError, SettingsError, WaForensicsError

EXIT_USAGE = 2
EXIT_PARTIAL = 3

# Written out, so that help loads no command but the one asked for.
COMMANDS = {
    "scan": "Look for signs of account takeover and fraud in exports.",
    "parse": "Write the messages of an export as JSONL, CSV or Parquet.",
    "integrity": "Check whether exports are what they claim to be.",
    "compare": "Compare two exports of the same conversation.",
    "report": "Render the report of a case again.",
    "export": "Write a case in the format of another tool.",
    "rules": "List, explain and test what is looked for.",
    "label": "Record an examiner's verdict on a finding.",
    "verify": "Check hashes, custody chain, signature and statements of a case.",
}


class Program(click.Group):
    """A group that imports a subcommand's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"wa_forensics.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="wa-forensics %(version)s")
def program() -> None:
    """Finds signs of account takeover and fraud in WhatsApp chat exports.

    \b
    wa-forensics scan "WhatsApp Chat with Anna.zip" -o case

    Nothing leaves this computer, and the exports are only read. Exit codes: 0 done, 1 internal error, 2 usage,
    3 some input failed, 4 verification failed; with --fail-on: 11 info, 12 low, 13 medium, 14 high,
    15 critical.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    write_escapes_for_the_unprintable()
    # Nearly all that a run makes is in use until its end: the collector would look through it again and again, and
    # once more at the exit, for a sixth of the time of a short scan. Batches collect after each file themselves.
    gc.disable()
    try:
        program.main(args=arguments, prog_name="wa-forensics")
    except NothingReadError as error:
        for sentence in error.sentences:
            complain(sentence)
        sys.exit(EXIT_PARTIAL)
    except WaForensicsError as error:
        complain(str(error))
        sys.exit(EXIT_USAGE if isinstance(error, SettingsError | CaseError) else EXIT_PARTIAL)
    finally:
        gc.freeze()
