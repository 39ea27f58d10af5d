"""The commands, put together."""

from __future__ import annotations

__all__ = ["app", "main"]

import gc
import sys
from collections.abc import Callable
from typing import Annotated

import typer

import findry.kernels
from findry import __version__
from findry.cli.changing import add_command, delete_command, sync_command
from findry.cli.comparing import compare_command, marginal_command
from findry.cli.demo import demo_command
from findry.cli.doctor import doctor_command
from findry.cli.evaluating import eval_command
from findry.cli.following import explain_command, funnel_command
from findry.cli.guard import INTERRUPTED, guarded
from findry.cli.indexing import index_command
from findry.cli.info import info_command
from findry.cli.keeping import backup_command, migrate_command, optimize_command, verify_command
from findry.cli.ledger import ledger_command
from findry.cli.searching import search_command
from findry.cli.trying import systems_command, try_command

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

COMMANDS: dict[str, tuple[Callable[..., int | None], str]] = {
    "index": (
        index_command,
        """\b
Examples:
  findry index notes/ -o kb
  findry index papers.csv -o kb --fields "id=doi title=name text=abstract values=year,lang"
  findry index rows.jsonl -o kb --encoder none --weights "title=2,text=1" --on-error skip
  findry index python-docs -o kb --force""",
    ),
    "add": (add_command, """\b\nExample:\n  findry add kb more.jsonl --fields "id=key text=body" """),
    "delete": (delete_command, "\b\nExamples:\n  findry delete kb doc-17 doc-18\n  findry delete kb --from gone.txt"),
    "sync": (sync_command, "\b\nExample:\n  findry sync kb notes/"),
    "search": (
        search_command,
        """\b
Operators: +must  -mustnot  "a phrase"  prefix*  field:word
After `--` words may begin with a sign:  findry search kb -- ants -leaves
Filters:   year >= 2020 and lang = 'en'
\b
Examples:
  findry search kb "red ants"
  findry search kb '+ants "carry leaves"' --filter "year >= 2020" --facet lang
  findry search kb red ants -k 5 --explain --output json""",
    ),
    "eval": (
        eval_command,
        """\b
Examples:
  findry eval kb --queries queries.tsv --qrels qrels.txt
  findry eval kb --on scifact/ --split test --pipeline bm25 --pipeline mine.toml
  findry eval kb --on python-docs --measures "nDCG@10 AP" --baseline bm25 --output json""",
    ),
    "compare": (
        compare_command,
        """\b
Examples:
  findry compare kb bm25 dense hybrid --on scifact/
  findry compare kb bm25 "wide=bm25(k1=1.2, b=0.75)" --queries queries.tsv --qrels qrels.txt
  findry compare kb hybrid --run theirs=theirs.run --on scifact/ --output latex""",
    ),
    "marginal": (
        marginal_command,
        """\b
Examples:
  findry marginal kb --on scifact/
  findry marginal kb "(bm25 % 100 | dense % 100) >> rrf" --on scifact/ --effect 0.02""",
    ),
    "funnel": (
        funnel_command,
        """\b
Examples:
  findry funnel kb --on scifact/
  findry funnel kb "bm25 % 100" --on scifact/ --query 12""",
    ),
    "explain": (explain_command, """\b\nExample:\n  findry explain kb "red ants" --doc doc-17"""),
    "systems": (systems_command, "\b\nExamples:\n  findry systems\n  findry systems show prf-interpolation"),
    "try": (
        try_command,
        """\b
Examples:
  findry try prf-interpolation
  findry try prf-interpolation --on cranfield/ --json""",
    ),
    "ledger": (
        ledger_command,
        """\b
Examples:
  findry try prf-interpolation --record ledger
  findry ledger
  findry ledger verify --only prf-interpolation""",
    ),
    "info": (info_command, "\b\nExample:\n  findry info kb --output json"),
    "verify": (verify_command, "\b\nExample:\n  findry verify kb"),
    "backup": (backup_command, "\b\nExamples:\n  findry backup kb /mnt/kb\n  findry backup kb old-kb --commit 3"),
    "optimize": (optimize_command, "\b\nExample:\n  findry optimize kb"),
    "migrate": (migrate_command, "\b\nExample:\n  findry migrate kb"),
    "doctor": (doctor_command, "\b\nExample:\n  findry doctor --warm"),
    "demo": (demo_command, "\b\nExamples:\n  findry demo\n  findry demo --quick\n  findry demo -o demo-kb --split dev"),
}

app = typer.Typer(
    name="findry",
    epilog=EPILOG,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"findry {__version__}")
        raise typer.Exit


@app.callback()
def _findry(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Index documents, search them, and measure how good the search is."""


for _name, (_command, _epilog) in COMMANDS.items():
    app.command(_name, epilog=_epilog)(guarded(_command))


def main() -> None:
    """Run the command line with the arguments of the process; leaves by `sys.exit` with the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    findry.kernels.ALONE = True
    gc.set_threshold(100_000)  # what imports and one command make stays to the end; looking for cycles took 0.1 s
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
