"""Small indexes over few words, so that ties, empty texts and repeated words are common; never flushed to a device."""

from __future__ import annotations

__all__ = [
    "CHUNKED",
    "ENCODER",
    "IDS",
    "ONE_FIELD",
    "TWO_FIELDS",
    "Unflushed",
    "asked",
    "build",
    "documents",
    "folder",
    "lists",
    "plain_queries",
    "reader_of",
    "schemas",
    "texts",
    "writer_of",
]

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import strategies as st

from findry.index import LexicalField, Schema, Snapshot, VectorField, Writer, create
from findry.index.files import Files
from findry.index.writer import MergeMode
from findry.models import HashEncoder
from findry.records import Document, Queries, Run
from findry.search import Reader
from findry.text import Chunker

ENCODER = HashEncoder(16)
WORDS = ("ant", "ants", "bee", "beetle", "cow", "the", "of")
IDS = tuple("abcdefgh")


class Unflushed(Files):
    """The file layer without waiting for the device."""

    def sync_folder(self, path: Path) -> None:
        del path

    @staticmethod
    def _flush_device(handle: int) -> None:
        del handle


texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
plain_queries = st.lists(st.lists(st.sampled_from((*WORDS, "dog")), max_size=4).map(" ".join), max_size=4)
values = st.fixed_dictionaries(
    {},
    optional={
        "year": st.sampled_from([1, 2, 3, 2.5]),
        "lang": st.sampled_from(["en", "fr", "", "é"]),
        "open": st.booleans(),
        "tags": st.lists(st.sampled_from(["x", "y", "z"]), max_size=3),
    },
)


@st.composite
def documents(draw: st.DrawFn, ids: tuple[str, ...] = IDS, most: int = 8) -> list[Document]:
    """Documents with distinct ids."""
    chosen = draw(st.lists(st.sampled_from(ids), unique=True, max_size=most))
    return [Document(id, {"title": draw(texts), "text": draw(texts)}, draw(values)) for id in chosen]


def _schemas() -> Iterator[Schema]:
    vectors = (VectorField(ENCODER.card),)
    two = (LexicalField("title", ("title",), 2.0), LexicalField("text", ("text",)))
    yield Schema(vectors=vectors)
    yield Schema(two, vectors)
    yield Schema(vectors=vectors, chunker=Chunker("tokens", max_tokens=2, min_tokens=0))


ONE_FIELD, TWO_FIELDS, CHUNKED = _schemas()
schemas = st.sampled_from([ONE_FIELD, TWO_FIELDS, CHUNKED])


def writer_of(root: Path, merge: MergeMode = "now") -> Writer:
    """A writer with the encoder of these worlds."""
    return Writer(root, {"vectors": ENCODER}, merge=merge, files=Unflushed())


@contextmanager
def folder() -> Iterator[Path]:
    """A place for an index that is not there yet."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "index"


@contextmanager
def build(held: Iterable[Document], schema: Schema = ONE_FIELD, *, layout: Iterable[int] = ()) -> Iterator[Snapshot]:
    """A snapshot of an index of some documents; `layout` gives the sizes of its first segments."""
    rest = list(held)
    with folder() as root:
        create(root, schema, Unflushed())
        with writer_of(root, "off") as writer:
            for size in layout:
                writer.add(rest[:size])
                del rest[:size]
            writer.add(rest)
        yield Snapshot(root, files=Unflushed())


def reader_of(snapshot: Snapshot) -> Reader:
    """What stages are bound to."""
    return Reader(snapshot, lambda _: ENCODER)


def lists(run: Run) -> list[tuple[str, list[tuple[str, float]]]]:
    """Query ids with (item id, score) in order; scores as they are, so that equality is to the bit."""
    return list(run.lists())


def asked(queries: list[str], syntax: str = "plain") -> Queries:
    """Queries numbered from 1."""
    return Queries.of(queries, syntax=syntax)  # type: ignore[arg-type]
