"""The index as a user holds it: open, add, delete, search, measure."""

from __future__ import annotations

__all__ = ["Index", "create", "open_index"]

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from findry.algebra import Pipe
from findry.engine.bound import Bound
from findry.engine.defaults import DEPTH, default_pipeline, make_schema
from findry.engine.facets import count_facet
from findry.engine.results import Results, make_hits
from findry.errors import InputError
from findry.index import Schema, Snapshot, Writer
from findry.index import create as create_files
from findry.index.backup import BackedUp, backup
from findry.index.commit import commit_numbers, pointer, stored
from findry.index.current import Current
from findry.index.snapshot import newest
from findry.index.verify import Verified, verify
from findry.index.writer import MergeMode
from findry.models import Encoder, from_card, require_same_card
from findry.models import encoder as open_encoder
from findry.models.encoding_cache import cached
from findry.pipeline import execute
from findry.records import Batch, Document, Queries, Run
from findry.records.where import Where, from_dict
from findry.search import Reader
from findry.search.dense import told
from findry.search.reader import Encoders
from findry.text import Chunker, parse_filter

if TYPE_CHECKING:
    from findry.formats import FieldMap

Filterable = str | Mapping[str, Any] | Where | None


class Index:
    """One index on disk.  Searches see the newest commit at the time they start.

    `encoder` is only needed to use another one than that of the index's card; it is refused unless it
    would give the same vectors.  `commit` opens an older commit that is still kept, for reading.
    """

    def __init__(
        self, root: str | PathLike[str], *, encoder: str | Encoder | None = None, commit: int | None = None
    ) -> None:
        self.root = Path(root)
        self._given = open_encoder(encoder) if encoder is not None else None
        self._pinned = commit
        self._bound = Bound(self._open(None))
        if self._given is not None:
            for field in self.schema.vectors:
                require_same_card(dict(field.encoder), self._given.card, f"index {str(self.root)!r}")

    def _open(self, before: Snapshot | None) -> Reader:
        self._current = Current(self.root)
        if not self._current.content:
            pointer(self.root)
        if self._pinned is None:
            snapshot = newest(self.root, before=before)
        else:
            snapshot = Snapshot(self.root, stored(self.root, self._pinned))
        return Reader(snapshot, lambda name: self._encoder(snapshot, name))

    def _encoder(self, snapshot: Snapshot, field: str) -> Encoder:
        if self._given is not None:
            return self._given
        return from_card(dict(snapshot.vector_field(field).encoder), f"index {str(self.root)!r}")

    @property
    def reader(self) -> Reader:
        """Searchers over the newest commit; what pipelines are bound to."""
        return self._newest().reader

    def _newest(self) -> Bound:
        if self._pinned is None and not self._current.same():
            self._bound = Bound(self._open(self._bound.reader.snapshot))
        return self._bound

    @property
    def schema(self) -> Schema:
        """Fields, analysers, encoders and chunking of the index."""
        return self._bound.reader.snapshot.schema

    def encoder(self, field: str | None = None) -> Encoder:
        """The encoder of a vector field, as the card of the index describes it."""
        snapshot = self._bound.reader.snapshot
        return self._encoder(snapshot, snapshot.vector_field(field).name)

    def writer(self, *, merge: MergeMode = "background", keep: int = 2) -> Writer:
        """The one writer: ``with index.writer() as w: w.add(...); w.delete(...)`` commits at the end.

        `merge` and `keep` are those of `Writer`.
        """
        if self._pinned is not None:
            raise InputError("an older commit is only for reading", received=f"commit {self._pinned}")
        snapshot = self.reader.snapshot
        names = [field.name for field in snapshot.schema.vectors]
        encoders = Encoders(names, cache(lambda name: cached(self._encoder(snapshot, name))))
        return Writer(self.root, encoders, merge=merge, keep=keep, before=snapshot)

    def add(
        self,
        documents: Iterable[Document | Mapping[str, Any]],
        *,
        fields: FieldMap | None = None,
        keep: int = 2,
        progress: bool = False,
    ) -> int:
        """Add documents, or rows of named columns, and commit; a known id is replaced.

        All are taken or none: a bad row refuses the whole call.  A row without an id gets a hash of its content.
        """
        from findry.formats.alike import documents_of

        with self.writer(merge="now", keep=keep) as writer:
            return writer.add(documents_of(documents, fields), progress=progress)

    def delete(self, ids: Iterable[str] | str, *, keep: int = 2) -> int:
        """Delete documents by id and commit; returns how many were there."""
        with self.writer(merge="now", keep=keep) as writer:
            return writer.delete(ids)

    def optimize(self) -> None:
        """Merge all segments into one and drop what is deleted."""
        with self.writer(merge="off") as writer:
            writer.optimize()

    def backup(self, target: str | PathLike[str]) -> BackedUp:
        """Copy this commit to a new folder, or bring an older backup there up to it; see `findry.index.backup`."""
        return backup(self.root, Path(target), self._pinned)

    def verify(self) -> Verified:
        """Read every byte of every kept commit and compare it with its checksums; see `findry.index.verify`."""
        return verify(self.root)

    def __len__(self) -> int:
        return self.reader.snapshot.live_documents

    def __iter__(self) -> Iterator[Document]:
        return iter(self.reader.snapshot)

    def __contains__(self, id: str) -> bool:
        return bool(self.reader.snapshot.documents.ids.find([id])[0] >= 0)

    def get(self, id: str) -> Document | None:
        """A document by id, or None."""
        snapshot = self.reader.snapshot
        row = int(snapshot.documents.ids.find([id])[0])
        return snapshot.document(row) if row >= 0 else None

    def pipeline(self, depth: int = DEPTH) -> Pipe:
        """The default pipeline of this index, not bound."""
        return default_pipeline(self.schema, depth)

    def run(
        self,
        queries: Queries | Mapping[str, str] | Sequence[str] | str,
        pipeline: Pipe | None = None,
        *,
        where: Filterable | Sequence[Filterable] = None,
        exclude: Sequence[Sequence[str]] | None = None,
    ) -> Batch:
        """Run a pipeline over a batch of queries: its run and its trace.

        Plain texts are read as words without operators; `Queries` say themselves.  `where` is one filter
        for all queries, or a list with one each; `exclude` has a list of document ids for each query.
        """
        asked = queries if isinstance(queries, Queries) else Queries.of(queries)
        pipe = self._newest().pipe(pipeline if pipeline is not None else DEPTH)
        if isinstance(where, Sequence) and not isinstance(where, str):
            return execute(pipe, asked, where=[read_filter(one) for one in where], exclude=exclude)
        return execute(pipe, asked, where=read_filter(where), exclude=exclude)

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        where: Filterable = None,
        pipeline: Pipe | None = None,
        offset: int = 0,
        facets: Sequence[str] = (),
        width: int = 240,
    ) -> Results:
        """The k best documents after the first `offset`, with passages.

        The query may use ``+must``, ``-mustnot``, ``"a phrase"``, ``prefix*`` and ``field:word``.
        Facets count the values of columns over all hits of the pipeline, before the page is cut.
        Pages of one query join without gap or repetition up to `DEPTH` results (the depth of the default
        pipeline); a page past it is cut from a deeper run, whose normalised scores may order ties otherwise.
        """
        if k < 0 or offset < 0:
            raise InputError("k and offset must not be negative", received=f"k {k}, offset {offset}")
        if width < 1:
            raise InputError("width must be 1 or more", received=str(width))
        asked = Queries.of({"query": query}, syntax="operators")
        bound = self._newest()
        reader, pipe = bound.reader, bound.pipe(pipeline if pipeline is not None else max(DEPTH, offset + k))
        batch = execute(pipe, asked, where=read_filter(where))
        run = batch.need_run("search")
        counts = {key: count_facet(reader.snapshot, _documents_of(run, reader), key) for key in facets}
        page = run.skip(offset).cut(k)
        hits = make_hits(reader.snapshot, asked, page, offset, width)
        return Results(query, hits, offset, counts, batch.trace)

    def info(self) -> dict[str, Any]:
        """Counts, sizes and identity, JSON-able."""
        snapshot = self.reader.snapshot
        commit = snapshot.commit
        size = sum(stamp.length for entry in commit.segments for stamp in entry.files.values())
        return {
            "path": str(self.root),
            "index": commit.index_id,
            "commit": commit.number,
            "written": commit.created,
            "kept": commit_numbers(self.root),
            "documents": snapshot.live_documents,
            "deleted": sum(len(s.deleted) for s in snapshot.segments),
            "rows": snapshot.live_rows,
            "unit": snapshot.rows.unit,
            "segments": len(snapshot.segments),
            "bytes": size,
            "dense": {field.name: told(snapshot, field) for field in snapshot.schema.vectors},
            "columns": dict(sorted(commit.columns.items())),
            "schema": snapshot.schema.card(),
            "pipeline": repr(self.pipeline()),
        }

    def __repr__(self) -> str:
        snapshot = self._bound.reader.snapshot
        return f"Index({str(self.root)!r}: {snapshot.live_documents:,} documents, commit {snapshot.commit.number})"


def _documents_of(run: Run, reader: Reader) -> Any:
    return run.rows if run.items.unit == "document" else reader.snapshot.links.targets()[run.rows]


def read_filter(where: Filterable) -> Where | None:
    """A filter from text, from a dictionary in the vector-store shape, or as it is."""
    if where is None or where == "":
        return None
    if isinstance(where, str):
        return parse_filter(where)
    return from_dict(where) if isinstance(where, Mapping) else where


def create(
    root: str | PathLike[str],
    *,
    encoder: str | Encoder | None = "minilm",
    language: str = "english",
    fields: Mapping[str, float] | None = None,
    chunk: Chunker | Mapping[str, Any] | int | None = None,
) -> Index:
    """Make an empty index in a new folder.

    encoder: a name, folder or `Encoder`; None for search by words only.  language: of the analyser.
    fields: lexical fields with weights, as in ``{"title": 2.0, "text": 1.0}``; all text in one by default.
    chunk: a token budget to cut long texts by; None keeps documents whole.
    """
    opened = open_encoder(encoder) if encoder is not None else None
    create_files(Path(root), make_schema(encoder=opened, language=language, fields=fields, chunk=chunk))
    return Index(root, encoder=opened)


def open_index(root: str | PathLike[str], *, encoder: str | Encoder | None = None, commit: int | None = None) -> Index:
    """Open an index for searching and changing, or one of its older commits for searching.

    Errors: `MissingResource` when there is none, `IndexDamaged` when its files are not what was written.
    """
    return Index(root, encoder=encoder, commit=commit)
