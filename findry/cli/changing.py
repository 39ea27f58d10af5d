"""``findry add``, ``findry delete`` and ``findry sync``: changes of an index, one commit each."""

from __future__ import annotations

__all__ = ["add_command", "delete_command", "sync_command"]

from pathlib import Path
from typing import Annotated, Any

import typer

from findry.cli.options import Fields, Format, Kb, Keep, OnBad, OnBadRows, OutputFormat, Quiet


def add_command(
    kb: Kb,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="As for findry index.")],
    fields: Fields = None,
    on_error: OnBadRows = OnBad.REFUSE,
    keep: Keep = 2,
    quiet: Quiet = False,
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """Add documents; one whose id is known replaces the one before."""
    from findry.cli.progress import counted, shown
    from findry.cli.sources import left_out, open_index, open_source, told_left_out
    from findry.formats import Problems

    index, left = open_index(kb), Problems()
    before = len(index)
    corpus = open_source(source, fields, on_error.value, left)
    taken = index.add(counted(corpus, "read", total=corpus.size, show=shown(quiet)), keep=keep, progress=shown(quiet))
    replaced = before + taken - len(index)
    told_left_out(left)
    _report({"added": taken - replaced, "replaced": replaced, "documents": len(index), **left_out(left)}, output)
    return 7 if left.skipped else 0


def delete_command(
    kb: Kb,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids of documents.")] = None,
    listed: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="A file with one id a line; - reads standard input.")
    ] = None,
    keep: Keep = 2,
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """Delete documents by id."""
    from findry.cli.output import notes
    from findry.cli.sources import open_index
    from findry.errors import InputError

    index = open_index(kb)
    wanted = list(dict.fromkeys([*(ids or []), *(_lines(listed) if listed is not None else [])]))
    if not wanted:
        raise InputError("no id to delete", expected="ids, or --from FILE", hint="findry delete KB ID...")
    unknown = [id for id in wanted if id not in index]
    deleted = index.delete(wanted, keep=keep)
    if unknown:
        notes(f"not in the index: {len(unknown):,}", unknown)
    _report({"deleted": deleted, "unknown": len(unknown), "documents": len(index)}, output)
    return 0


def sync_command(
    kb: Kb,
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The folder of files that the index is to follow.")],
    on_error: OnBadRows = OnBad.REFUSE,
    keep: Keep = 2,
    quiet: Quiet = False,
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """Make an index follow a folder.

    New files come in, changed ones are replaced, vanished ones go; documents that came from elsewhere stay.
    """
    from findry.cli.progress import shown
    from findry.cli.sources import left_out, open_index, told_left_out
    from findry.engine import sync
    from findry.formats import Problems

    index, left = open_index(kb), Problems()
    path, bars = Path(folder).expanduser(), shown(quiet)
    done = sync(index, path, on_error=on_error.value, problems=left, keep=keep, progress=bars)
    told_left_out(left)
    counts = {"added": done.added, "replaced": done.replaced, "dropped": done.dropped, "unchanged": done.unchanged}
    _report({**counts, "documents": len(index), **left_out(left)}, output)
    return 7 if left.skipped else 0


def _lines(file: str) -> list[str]:
    """The ids of a file, one a line; blank lines are passed over."""
    import sys

    from findry.errors import FormatError, MissingResource

    try:
        text = sys.stdin.read() if file == "-" else Path(file).expanduser().read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise MissingResource("no file of ids here", where=file) from error
    except UnicodeDecodeError as error:
        raise FormatError("the file of ids is not UTF-8 text", where=file) from error
    return [line.removesuffix("\r") for line in text.split("\n") if line.strip()]


def _report(counts: dict[str, Any], output: Format) -> None:
    from findry.cli.output import emit, pairs

    if output is Format.JSON:
        emit(counts)
    else:
        shown = ("added", "replaced", "dropped", "unchanged", "deleted", "documents")
        pairs((name, f"{counts[name]:,}") for name in shown if name in counts)
