"""``findry info``: what an index is."""

from __future__ import annotations

__all__ = ["info_command"]

from typing import Any

from findry.cli.options import CommitNumber, Format, Kb, OutputFormat


def info_command(kb: Kb, commit: CommitNumber = None, output: OutputFormat = Format.TABLE) -> int | None:
    """Show what an index holds and what made it."""
    from findry.cli.output import emit, pairs, table
    from findry.cli.sources import open_index

    info = open_index(kb, commit).info()
    if output is Format.JSON:
        emit(info)
        return 0
    pairs(_facts(info))
    print()
    schema = info["schema"]
    words = [
        (f["name"], "words", _sources(f), f"weight {f['weight']:g}; {_flat(f['analyzer'])}") for f in schema["lexical"]
    ]
    vectors = [(f["name"], "vectors", _sources(f), _encoder(f["encoder"])) for f in schema["vectors"]]
    table(("field", "kind", "of", "made by"), [*words, *vectors])
    if info["columns"]:
        print()
        table(("column", "kind"), list(info["columns"].items()))
    return 0


def _facts(info: dict[str, Any]) -> list[tuple[str, str]]:
    from findry.cli.output import show_bytes

    chunker = info["schema"]["chunker"]
    return [
        ("index", f"{info['path']} ({info['index']})"),
        ("commit", f"{info['commit']} of {info['written'] or 'an unknown time'}, {info['segments']} segments"),
        ("kept", ", ".join(map(str, info["kept"]))),
        ("documents", f"{info['documents']:,} ({info['deleted']:,} deleted and not yet merged away)"),
        ("rows", f"{info['rows']:,} {info['unit']}s"),
        ("bytes", f"{info['bytes']:,} ({show_bytes(info['bytes'])})"),
        ("chunks", _flat(chunker) if chunker else "none: documents are whole"),
        *((f"search of {name}", _searched(how)) for name, how in info["dense"].items()),
        ("pipeline", info["pipeline"]),
    ]


def _searched(how: dict[str, Any]) -> str:
    if how["exactness"] == "exact":
        return "exact: all rows are compared"
    return f"by signs: {how['depth']:,} rows scored for the 10 best, recall {how['recall']:.3f} on a sample of its own"


def _sources(field: dict[str, Any]) -> str:
    return "all text" if field["sources"] == ["*"] else ", ".join(field["sources"])


def _encoder(card: dict[str, Any]) -> str:
    """The encoder's card without what is long: digests are shown by their first 12 digits."""
    kept = {k: v[:12] if k in ("weights", "tokenizer") else v for k, v in card.items() if k != "made_with" and v != ""}
    return _flat(kept)


def _flat(card: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in card.items() if value not in (None, "", [], {}))
