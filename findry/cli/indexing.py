"""``findry index``: a new index from a source."""

from __future__ import annotations

__all__ = ["index_command", "open_encoder", "parse_weights"]

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from findry.cli.options import Fields, Format, OnBad, OnBadRows, OutputFormat, Quiet

if TYPE_CHECKING:
    from findry.models import Encoder
    from findry.records import Document

FILE_TOKENS = 200


def index_command(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A folder of files, a BEIR folder, a file of rows (.jsonl .json .csv .tsv .parquet, also .gz), "
            "an id of ir_datasets, or python-docs.",
        ),
    ],
    kb: Annotated[str, typer.Option("--out", "-o", metavar="KB", help="Folder of the new index.")],
    fields: Fields = None,
    encoder: Annotated[
        str,
        typer.Option(
            metavar="ENCODER",
            help="minilm, none (search by words only), a model NAME or FOLDER, torch:NAME, http:URL#MODEL.",
        ),
    ] = "minilm",
    language: Annotated[str, typer.Option(metavar="LANGUAGE", help="Language of the text, for stemming.")] = "english",
    weights: Annotated[
        str | None,
        typer.Option(metavar="WEIGHTS", help='One field of words each, with its weight: "title=2,text=1".'),
    ] = None,
    chunk: Annotated[
        str,
        typer.Option(
            metavar="auto|none|N",
            help=f"Cut texts into chunks of at most N words; auto: {FILE_TOKENS} for a folder of files, else none.",
        ),
    ] = "auto",
    on_error: OnBadRows = OnBad.REFUSE,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the index that is there, once the new one is whole.")
    ] = (False),
    quiet: Quiet = False,
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """Make an index of files, of rows or of a data set."""
    from findry.cli.building import building, check_target
    from findry.cli.output import emit, note, pairs, show_bytes
    from findry.cli.progress import counted, shown
    from findry.cli.sources import left_out, open_index, open_source, told_left_out
    from findry.engine import create
    from findry.errors import FormatError
    from findry.formats import Problems

    started = time.perf_counter()
    target = Path(kb).expanduser()
    check_target(target, force=force)
    weighted = parse_weights(weights) if weights is not None else None
    size = parse_chunk(chunk, source)
    left = Problems()
    corpus = open_source(source, fields, on_error.value, left)
    opened = open_encoder(encoder)
    bars = shown(quiet)
    seen: set[str] = set()
    with building(target, force=force) as place:
        index = create(place, encoder=opened, language=language, fields=weighted, chunk=size)
        rows = counted(corpus, "read", total=corpus.size, show=bars)
        if not index.add(_watched(rows, seen), progress=bars):
            told_left_out(left)
            raise FormatError("no document in the source", where=source, hint="findry index --help lists what is read")
        for line in check_weights(weighted, seen):
            note(line)
    info = open_index(kb).info()
    seconds = time.perf_counter() - started
    report: dict[str, Any] = {
        "index": str(target),
        **{key: info[key] for key in ("documents", "rows", "unit", "bytes", "commit", "columns")},
        "encoder": opened.card["model"] if opened else None,
        "seconds": round(seconds, 3),
        **left_out(left),
    }
    told_left_out(left)
    if output is Format.JSON:
        emit(report)
    else:
        rows_told = "" if info["unit"] == "document" else f" in {info['rows']:,} {info['unit']}s"
        pairs(
            [
                ("indexed", f"{info['documents']:,} documents{rows_told}"),
                ("index", f"{target} ({show_bytes(info['bytes'])})"),
                ("encoder", report["encoder"] or "none: search by words only"),
                ("values", ", ".join(f"{name} {kind}" for name, kind in info["columns"].items()) or "none"),
                ("seconds", f"{seconds:.1f}"),
                ("next", f'findry search {kb} "your words"'),
            ]
        )
    return 7 if left.skipped else 0


def open_encoder(name: str) -> Encoder | None:
    """The encoder that an option names; None for "none"."""
    from findry.errors import MissingResource
    from findry.models import encoder

    if name == "none":
        return None
    try:
        return encoder(name)
    except MissingResource as error:
        hint = "search by words only: --encoder none"
        hint = f"{error.hint}\n    or {hint}" if error.hint else hint
        raise MissingResource(error.what, expected=error.expected, where=error.where, hint=hint) from error


def parse_weights(text: str) -> dict[str, float]:
    """Fields with their weights.

    >>> parse_weights("title=2, text=1")
    {'title': 2.0, 'text': 1.0}
    """
    from findry.errors import SyntaxProblem

    found: dict[str, float] = {}
    for part in text.split(","):
        name, mark, number = (piece.strip() for piece in part.partition("="))
        try:
            weight = float(number)
        except ValueError:
            weight = math.nan
        if not mark or not name or name in found or not (math.isfinite(weight) and weight > 0):
            raise SyntaxProblem(
                "weights that do not parse",
                expected="each field once, with a number above 0: title=2,text=1",
                received=part.strip(),
            )
        found[name] = weight
    return found


def parse_chunk(text: str, source: str) -> int | None:
    """The token budget that ``--chunk`` asks for; None keeps documents whole."""
    from findry.cli.sources import is_folder_of_files
    from findry.errors import SyntaxProblem

    if text == "auto":
        return FILE_TOKENS if is_folder_of_files(source) else None
    if text == "none":
        return None
    if not text.isdecimal() or not int(text):
        raise SyntaxProblem("--chunk that does not parse", expected="auto, none, or a number of words", received=text)
    return int(text)


def check_weights(weights: Mapping[str, float] | None, seen: Iterable[str]) -> list[str]:
    """Refuse a weight for a field that no document has; a line for each text field without a weight."""
    from findry.errors import InputError, nearest

    if weights is None:
        return []
    known = sorted(seen)
    for name in weights:
        if name not in known:
            guess = nearest(name, known)
            raise InputError(
                "a weight for a text field that no document has",
                expected=", ".join(known),
                received=name,
                hint=f"did you mean {guess!r}?" if guess else None,
            )
    return [f"note: text field {name!r} has no weight: words do not find it" for name in known if name not in weights]


def _watched(documents: Iterable[Document], seen: set[str]) -> Iterator[Document]:
    for document in documents:
        seen.update(document.text)
        yield document
