"""The commands, put together."""

from __future__ import annotations

__all__ = ["main", "make_app"]

import gc
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer

import findry.kernels
from findry import __version__
from findry.cli.commands import COMMANDS
from findry.cli.guard import INTERRUPTED, guarded

EPILOG = """\b
Examples:
  findry demo
  findry index notes/ -o kb
  findry search kb "how do leases expire"
  findry eval kb --queries queries.tsv --qrels qrels.txt

\b
Exit codes: 0 good, 2 bad arguments, 3 something needed is missing, 4 resource (locked, damaged, disk),
5 input that does not hold, 6 provider or runtime, 7 done but rows were skipped.
Environment: FINDRY_CACHE (folder), FINDRY_ENCODINGS (bytes of kept vectors, or off), FINDRY_PROGRESS=0 (no bars),
FINDRY_DATA (folder of data sets), FINDRY_DEBUG=1 (tracebacks)."""


def make_app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with some of the commands; their modules are imported here."""
    app = typer.Typer(
        name="findry",
        epilog=EPILOG,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_findry)
    for name in names:
        place, examples = COMMANDS[name]
        module, function = place.split(":")
        command = getattr(import_module(f"findry.cli.{module}"), function)
        app.command(name, epilog=examples)(guarded(command))
    return app


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"findry {__version__}")
        raise typer.Exit


def _findry(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Index documents, search them, and measure how good the search is."""


def main() -> None:
    """Run the command line with the arguments of the process; leaves by `sys.exit` with the exit code.

    Where the first argument is a command, the others are not made, and their modules not imported.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    findry.kernels.ALONE = True
    gc.set_threshold(100_000)  # what imports and one command make stays to the end; looking for cycles took 0.1 s
    asked = sys.argv[1:2]
    try:
        make_app(asked if asked and asked[0] in COMMANDS else COMMANDS)()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
