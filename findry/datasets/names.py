"""Data sets by path or name."""

from __future__ import annotations

__all__ = ["dataset"]

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from findry.datasets.dataset import Dataset
from findry.errors import InputError, MissingResource, nearest
from findry.formats import beir, irds
from findry.formats.problems import OnError, Problems
from findry.records import Corpus, Document, Qrels, Queries

BUILT_IN = ("python-docs",)
PARTS: tuple[Literal["dev", "test"], ...] = ("dev", "test")


def dataset(
    path_or_name: str | os.PathLike[str], *, on_error: OnError = "refuse", problems: Problems | None = None
) -> Dataset:
    """A judged collection: a BEIR folder, "python-docs", or an id of ir_datasets such as ``beir/scifact/test``.

    A bare name is also looked for in the folder that the environment variable FINDRY_DATA names.
    python-docs is the documentation of the running Python with judged questions in the splits dev and test;
    judgments of names that this Python does not have are left out and noted in `problems`.
    An id of ir_datasets has one split, called as the last part of its id.
    """
    name, path = str(path_or_name), Path(path_or_name).expanduser()
    if path.is_dir():
        return _beir(path, on_error, problems)
    if name == "python-docs":
        return _python_docs(problems)
    if (known := _in_data_folder(name)) is not None:
        return _beir(known, on_error, problems)
    if "/" in name and not path.is_absolute() and not path.parent.is_dir():
        return _irds(name)
    near = [entry.name for entry in path.parent.iterdir() if entry.is_dir()] if path.parent.is_dir() else []
    guess = nearest(name, BUILT_IN) or nearest(path.name, near)
    raise MissingResource(
        f"no data set {name!r}",
        expected=f"a BEIR folder, {', '.join(BUILT_IN)}, or an id of ir_datasets",
        hint=f"did you mean {guess!r}?" if guess else None,
    )


def _in_data_folder(name: str) -> Path | None:
    folder = os.environ.get("FINDRY_DATA")
    found = Path(folder).expanduser() / name if folder and Path(name).name == name else None
    return found if found is not None and found.is_dir() else None


def _beir(folder: Path, on_error: OnError, problems: Problems | None) -> Dataset:
    if not beir.is_beir(folder):
        inside = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and beir.is_beir(entry))
        raise InputError(
            "a folder that is no BEIR data set",
            expected="corpus.jsonl, queries.jsonl and qrels/<split>.tsv, each plain or .gz",
            where=str(folder),
            hint=f"data sets inside it: {', '.join(inside)}" if inside else None,
        )
    return Dataset(
        folder.resolve().name,
        beir.read_corpus(folder, on_error=on_error, problems=problems),
        beir.read_queries(folder, on_error=on_error, problems=problems),
        {s: beir.read_qrels(folder, s, on_error=on_error, problems=problems) for s in beir.splits(folder)},
    )


def _python_docs(problems: Problems | None) -> Dataset:
    from findry.datasets import stdlib

    def source() -> Iterator[Document]:
        for entry in stdlib.entries():
            values = {"kind": entry.kind, "module": entry.module}
            yield Document(entry.id, {"title": entry.title, "text": entry.text}, values)

    ids = {entry.id for entry in stdlib.entries()}
    texts: dict[str, str] = {}
    qrels: dict[str, Qrels] = {}
    for part in PARTS:
        texts.update(stdlib.questions(part))
        missing = {(judgment.question_id, judgment.name) for judgment in stdlib.missing(part, ids)}
        for question, entry_name in sorted(missing):
            if problems is not None:
                problems.add(f"python-docs {part} {question}", f"this Python has no {entry_name!r}")
        rows = [(j.question_id, j.name, j.grade) for j in stdlib.judgments(part)]
        qrels[part] = Qrels.of([row for row in rows if row[:2] not in missing], name=part)
    return Dataset("python-docs", Corpus("python-docs", source, size=len(ids)), Queries.of(texts), qrels)


def _irds(name: str) -> Dataset:
    found = irds.load(name)
    split = name.rpartition("/")[2]
    has = {kind: getattr(found, f"has_{kind}", lambda: True)() for kind in ("queries", "qrels")}
    try:
        queries = irds.queries_of(found) if has["queries"] else Queries.of({})
        qrels = {split: irds.qrels_of(found, name=split)} if has["qrels"] else {}
    except OSError as error:  # errors of the connection too
        raise MissingResource(
            f"ir_datasets could not fetch {name!r}",
            received=f"{type(error).__name__}: {str(error)[:200]}",
            hint="see what it printed; some collections must be requested and put in place by hand",
        ) from error
    return Dataset(name, irds.corpus_of(found, name), queries, qrels)
