"""Small real indexes of every shape, and everything that can be asked of one."""

from __future__ import annotations

__all__ = ["ROOTS", "World", "answers", "build_worlds", "probes", "shown"]

import json
import random
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from unittest.mock import patch

import numpy as np
from memory_disk import MemoryDisk, contents
from small_worlds import CHUNKED, ENCODER, ONE_FIELD, TWO_FIELDS, Unflushed, asked, lists, reader_of

from findry.engine.facets import count_facet
from findry.index import Schema, Snapshot, Writer, create
from findry.records import Document
from findry.stages import group
from findry.text import parse_filter

ROOTS = ("one field", "two fields", "chunked", "columns", "history", "many rows")
PLAIN = ["ant", "bee bee cow the", "dog ants beetle", ""]
OPERATORS = ['"ant bee" be*', '+be* -"bee ant" title:ant dog']
COLUMNS = {
    "n": ["n >= 2", "n in (1, 5)", "n != 3"],
    "x": ["x < 2.5", "not x = 0.5"],
    "flag": ["flag = true", "flag != true"],
    "lang": ["lang >= 'en'", "lang in ('fr', 'é')", "lang != 'en'"],
    "ns": ["ns contains 3"],
    "xs": ["xs contains 2.5", "exists xs"],
    "flags": ["flags contains true"],
    "tags": ["tags contains 'x'", "not tags contains 'y'"],
    "year": ["year >= 2 and exists year"],
}
TEXTS = ("ant bee cow", "bee bee ant", "the ant bee", "cow of dog", "", "beetle ants bee cow dog", "ants", "cow bee")


@dataclass(frozen=True)
class World:
    """A real index in memory: its files, what CURRENT held after each commit, and what each commit answers."""

    name: str
    root: Path
    files: Mapping[str, bytes]
    pointers: Mapping[int, bytes]
    ids: tuple[str, ...]

    @property
    def newest(self) -> int:
        return max(self.pointers)


def shown(value: object) -> str:
    """A value with its exact types and bits, as text to compare."""
    if isinstance(value, Document):
        return json.dumps([value.id, dict(value.text), dict(value.values)])
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    return repr(value)


def probes(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, Callable[[], object]]:
    """Everything that can be asked of an index, by name; each call does the work anew."""
    reader = reader_of(snapshot)
    documents, rows = snapshot.documents.ids, snapshot.rows.ids
    plain, typed = asked(PLAIN), asked(OPERATORS, "operators")
    everything = np.arange(sum(segment.docs for segment in snapshot.segments))
    known = sorted(snapshot.commit.columns)
    wheres = [parse_filter(text) for key in known for text in COLUMNS.get(key, [])]

    def filtered() -> object:
        every = reader.dense().search(asked(["ant"] * len(wheres)), 99, where=wheres)
        return lists(every), lists(
            reader.lexical().search(asked(["bee"] * 2), 99, where=(wheres * 2 or [None] * 2)[:2])
        )

    def by_id() -> object:
        found = documents.find([*ids, "unknown"]).tolist()
        return [None if row < 0 else shown(snapshot.document(row)) for row in found]

    def facets() -> object:
        live = np.concatenate([np.zeros(0, np.bool_), *(s.live_docs for s in snapshot.segments)])
        return [count_facet(snapshot, np.flatnonzero(live), key) for key in known]

    def counted() -> object:
        commit, sizes = snapshot.commit, [(s.docs, s.rows, len(s.deleted)) for s in snapshot.segments]
        columns = dict(sorted(commit.columns.items()))
        size = sum(stamp.length for entry in commit.segments for stamp in entry.files.values())
        return snapshot.live_documents, snapshot.live_rows, sizes, commit.origin, columns, size, snapshot.schema.card()

    def every_row() -> object:
        number = sum(segment.rows for segment in snapshot.segments)
        of_rows = np.arange(0, number, max(1, number // 50))
        spans = [snapshot.span(row) for row in of_rows.tolist()]
        return rows.take(of_rows), shown(rows.ties(of_rows)), shown(snapshot.links.targets()), spans

    def grouped() -> object:
        run = reader.lexical().search(asked(PLAIN[:2]), 99)
        return [lists(group(by=by, index=reader).apply(run)) for by in ("max", "sum", "first")]  # type: ignore[arg-type]

    return {
        "documents": lambda: [shown(document) for document in snapshot],
        "by id": by_id,
        "ids and ties": lambda: (documents.take(everything), shown(documents.ties(everything))),
        "rows": every_row,
        "bm25": lambda: lists(reader.lexical().search(plain, 3)),
        "operators": lambda: lists(reader.lexical().search(typed, 99)),
        "dense": lambda: lists(reader.dense().search(plain, 3)),
        "dense operators": lambda: lists(reader.dense().search(typed, 99, exclude=[ids[:1], ids[1:2]])),
        "frequencies": lambda: reader.lexical().df(["ant", "bee", "cow", "dog"]),
        "facets": facets,
        "counts": counted,
        "groups": grouped,
        "filters": filtered,
    }


def _documents(texts: Sequence[str], columns: bool) -> list[Document]:
    made = []
    for number, text in enumerate(texts):
        values = {
            "n": number,
            "x": number / 2,
            "flag": number % 3 == 0,
            "lang": ("en", "fr", "é", "")[number % 4],
            "ns": [number, 3],
            "xs": [2.5, number / 4] if number % 2 else [],
            "flags": [number % 2 == 0],
            "tags": [["x", "y"], ["z"], ["y", "x", "x"]][number % 3],
        }
        used = {key: value for at, (key, value) in enumerate(values.items()) if (at + number) % 4} if columns else {}
        made.append(Document(f"{'abcdefgh'[number]}", {"title": text[:3], "text": text}, used))
    return made


def _long() -> list[Document]:
    """Two documents of many chunks each, so that arrays are far longer than what is checked at once."""
    rng = random.Random(7)
    return [
        Document(id, {"text": " ".join(rng.choices(("ant", "bee", "beetle", "cow", "dog", "ox"), k=2_500))})
        for id in "ab"
    ]


def _history(open_writer: Callable[[], Writer]) -> Iterable[None]:
    """Three segments, two of one size; two of them with two delete files each; three kept commits."""
    first = [Document(id, {"text": f"ant bee {id}"}, {"year": n}) for n, id in enumerate("abcd")]
    second = [Document(id, {"text": f"cow ant {id}"}, {"year": n}) for n, id in enumerate("efgh")]
    for add, delete in ((first, ""), (second, ""), ([Document("e", {"text": "dog ant"})], "a"), ([], "fc")):
        with open_writer() as writer:
            writer.add(add)
            writer.delete(list(delete))
        yield


def _steps(name: str, open_writer: Callable[[], Writer]) -> Iterable[None]:
    if name == "history":
        yield from _history(open_writer)
        return
    made = _documents(TEXTS, columns=name == "columns")
    with open_writer() as writer:
        writer.add(_long() if name == "many rows" else made)
    yield


def build_worlds(folder: Path) -> list[World]:
    """The indexes on disk in `folder`, and in memory; the same bytes every time."""
    numbers = count(1)
    schemas: dict[str, Schema] = {"two fields": TWO_FIELDS, "chunked": CHUNKED, "many rows": CHUNKED}
    worlds = []
    with patch.object(uuid, "uuid4", lambda: uuid.UUID(int=next(numbers))):
        for name in ROOTS:
            root = folder / name.replace(" ", "-")
            create(root, schemas.get(name, ONE_FIELD), Unflushed())
            pointers = {1: (root / "CURRENT").read_bytes()}
            for number, _ in enumerate(
                _steps(name, lambda root=root: Writer(root, {"vectors": ENCODER}, keep=3, files=Unflushed())), 2
            ):
                pointers[number] = (root / "CURRENT").read_bytes()
            held = contents(root)
            assert f"commits/{max(pointers):06d}.json" in held, sorted(held)
            worlds.append(World(name, root, held, pointers, tuple("abcdefgh")))
    return worlds


def answers(world: World, files: Mapping[str, bytes]) -> dict[str, str]:
    """What an index answers to every probe, as text."""
    snapshot = Snapshot(world.root, files=MemoryDisk(world.root, files))
    return {name: shown(ask()) for name, ask in probes(snapshot, world.ids).items()}
