"""Random histories of one index, each step compared with a plain model of what it should hold."""

from __future__ import annotations

__all__ = ["EVENTS", "HistoryMachine"]

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import history_choices as draw
import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from plain_model import PlainField, PlainIndex, merged_kinds, require_ranking
from small_worlds import CHUNKED, ONE_FIELD, TWO_FIELDS, Unflushed, asked, lists, reader_of
from writer_ways import MERGES, abandon, eager_merges, open_commit, open_writer

from findry.engine.facets import count_facet
from findry.errors import IndexLocked, InputError
from findry.index import Snapshot, Writer, create
from findry.index.commit import commit_numbers
from findry.records import Document
from findry.records.where import Where, keys
from findry.search import Reader
from findry.stages import group

EVENTS: Counter[str] = Counter()
"""What happened in all histories so far, so that a run that tried nothing can be told."""
KEEP, HELD = 3, 3
FIELDS = {
    "one": (ONE_FIELD, (PlainField("contents"),)),
    "two": (TWO_FIELDS, (PlainField("title", ("title",), 2.0), PlainField("text", ("text",)))),
    "chunked": (CHUNKED, (PlainField("contents"),)),
}


def exact(document: Document) -> str:
    """A document with the types of its values, to compare."""
    return json.dumps([document.id, dict(document.text), dict(document.values)])


class HistoryMachine(RuleBasedStateMachine):
    """Writers that come and go on one index, readers that stay, and the model of every commit."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._stack.enter_context(eager_merges())
        self.root = Path(self._stack.enter_context(tempfile.TemporaryDirectory())) / "index"
        self.writer: Writer | None = None
        self.merge = "off"
        self.held: dict[str, Document] = {}
        self.held_kinds: dict[str, str] = {}
        self.dirty = False
        self.models: dict[int, PlainIndex] = {}
        self.newest = 1
        self.readers: list[tuple[int, Reader]] = []
        self.checked: object = None

    @initialize(schema=st.sampled_from(sorted(FIELDS)), documents=draw.documents, merge=st.sampled_from(MERGES))
    def begin(self, schema: str, documents: list[Document], merge: str) -> None:
        self.schema, self.fields = FIELDS[schema]
        create(self.root, self.schema, Unflushed())
        self.models[1], self.states = self._model(), {1: 0}
        self._open(merge)
        self.add(documents, "commit")
        self.keep_a_reader(0)

    def _model(self) -> PlainIndex:
        return PlainIndex(self.held, self.held_kinds, self.fields, self.schema.chunker)

    @property
    def open(self) -> Writer:
        assert self.writer is not None
        return self.writer

    def _open(self, merge: str) -> None:
        self.writer, self.merge = open_writer(self.root, merge, keep=KEEP), merge

    # Writing.  A step may end in a commit, so that commits are common whatever steps a history is made of.

    @rule(documents=draw.documents, then=draw.endings)
    def add(self, documents: list[Document], then: str) -> None:
        assert self.open.add(iter(documents)) == len(documents)
        self.held |= {document.id: document for document in documents}
        self.held_kinds = merged_kinds(self.held_kinds, documents)
        self.dirty = self.dirty or bool(documents)
        self.commit(then)

    @rule(documents=draw.documents, at=st.integers(0, 9), bad=st.sampled_from(draw.BAD), then=draw.endings)
    def add_what_fails_midway(self, documents: list[Document], at: int, bad: Any, then: str) -> None:
        def source() -> Iterator[Document]:
            yield from documents[:at]
            yield from [Document("known", {}, {"lang": "en"})] * isinstance(bad, dict)
            if bad is None:
                raise draw.SourceBrokeError
            yield Document("bad", {"text": "ant"}, bad) if isinstance(bad, dict) else bad
            yield from documents[at:]

        try:
            self.open.add(source())
        except (InputError, draw.SourceBrokeError):
            EVENTS["failed adds"] += 1
        else:
            raise AssertionError(f"a bad document was taken: {bad!r}")
        self.commit(then)

    @rule(ids=st.lists(draw.ids, max_size=3), then=draw.endings)
    def delete(self, ids: list[str], then: str) -> None:
        there = {id for id in ids if id in self.held}
        assert self.open.delete(ids) == len(there)
        self.held = {id: document for id, document in self.held.items() if id not in there}
        self.dirty = self.dirty or bool(there)
        self.commit(then)

    @rule(how=st.sampled_from(["commit", "optimize"]))
    def commit(self, how: str) -> None:
        if how == "":
            return
        before = {s.name for s in Snapshot(self.root, files=Unflushed()).segments if s.live_docs.any()}
        made = self.open.optimize() if how == "optimize" else self.open.commit()
        assert made.number == self.newest + 1 if self.dirty else made.number in (self.newest, self.newest + 1)
        EVENTS["commits"] += made.number > self.newest
        EVENTS["merges"] += bool(before - {entry.name for entry in made.segments} and self.held)
        if made.number > self.newest:
            self.models[made.number] = self._model()
            self.states[made.number] = self.states[self.newest] + self.dirty
        self.newest, self.dirty = made.number, False

    @rule(how=st.sampled_from(["given up", "died"]), documents=draw.documents, merge=st.sampled_from(MERGES))
    def leave_and_open_again(self, how: str, documents: list[Document], merge: str) -> None:
        self.add(documents, "")
        self._open_a_second_writer()
        if how == "died" and self.merge != "background":
            abandon(self.open)
        else:
            self.open.close()
        EVENTS[f"{how} with changes"] += self.dirty
        model = self.models[self.newest]
        self.held, self.held_kinds, self.dirty = dict(model.documents), dict(model.kinds), False
        self._open(merge)

    def _open_a_second_writer(self) -> None:
        try:
            open_writer(self.root).close()
        except IndexLocked:
            EVENTS["second writers refused"] += 1
        else:
            raise AssertionError("two writers on one index")

    # Reading.

    @rule(which=st.integers(0, HELD - 1))
    def keep_a_reader(self, which: int) -> None:
        self.readers[which : which + 1] = [(self.newest, reader_of(Snapshot(self.root, files=Unflushed())))]

    @rule(which=st.integers(0, HELD), queries=draw.queries, k=draw.ks, where=draw.filters, out=draw.excluded)
    def search(self, which: int, queries: list[str], k: int, where: Where | None, out: list[str]) -> None:
        number, reader = self._reader(which)
        model = self.models[number]
        unknown = where is not None and not keys(where) <= model.kinds.keys()
        for operators in (False, True):
            for by, searcher in (("lexical", reader.lexical()), ("dense", reader.dense())):
                batch = asked(queries, "operators" if operators else "plain")
                try:
                    run = searcher.search(batch, k, where=where, exclude=[out] * len(queries))
                except InputError:
                    assert unknown
                    EVENTS["unknown columns"] += 1
                    continue
                for query, (_, found) in zip(queries, lists(run), strict=True):
                    assert not (unknown and k and model.ranking(by, query, operators)), "an unknown column was passed"
                    require_ranking(found, {} if unknown else model.ranking(by, query, operators, where, out), k)
                    EVENTS["rankings"] += 1
                    EVENTS["rankings with hits"] += bool(found)

    def _reader(self, which: int) -> tuple[int, Reader]:
        if which < len(self.readers):
            return self.readers[which]
        return self.newest, reader_of(Snapshot(self.root, files=Unflushed()))

    @rule(back=st.integers(0, KEEP - 1))
    def open_a_kept_commit(self, back: int) -> None:
        number = self._kept()[-1 - back :][0]
        EVENTS["older commits opened"] += number < self.newest
        self._agrees(reader_of(open_commit(self.root, number)), self.models[number])

    @invariant()
    def a_new_reader_sees_the_newest_commit(self) -> None:
        EVENTS["steps"] += 1
        if not self.models:
            return
        model, reader = self.models[self.newest], reader_of(Snapshot(self.root, files=Unflushed()))
        self._holds(reader, model)
        if (self.newest, self.readers) != self.checked or EVENTS["steps"] % 5 == 0:
            self._ranks(reader, model)
            for number, held in self.readers:
                EVENTS["readers of older commits asked"] += number < self.newest
                self._agrees(held, self.models[number])
        self.checked = self.newest, list(self.readers)
        assert commit_numbers(self.root) == self._kept()

    def _kept(self) -> list[int]:
        """The newest commit of each of the last states."""
        newest = {state: number for number, state in sorted(self.states.items())}
        return sorted(newest.values())[-KEEP:]

    def _agrees(self, reader: Reader, model: PlainIndex) -> None:
        self._holds(reader, model)
        self._ranks(reader, model)

    def _holds(self, reader: Reader, model: PlainIndex) -> None:
        """A reader holds the documents and counts of a model."""
        snapshot = reader.snapshot
        documents = list(snapshot)
        assert sorted(map(exact, documents)) == model.once("all", lambda: sorted(map(exact, model.documents.values())))
        assert len(documents) == snapshot.live_documents == len(model.documents)
        assert snapshot.live_rows == len(model.rows)
        assert dict(snapshot.commit.columns) == model.kinds
        found = snapshot.documents.ids.find([*draw.IDS])
        assert {id for id, row in zip(draw.IDS, found.tolist(), strict=True) if row >= 0} == model.documents.keys()

    def _ranks(self, reader: Reader, model: PlainIndex) -> None:
        """A reader ranks, cuts, groups and counts facets as a model does."""
        snapshot = reader.snapshot
        live = np.concatenate([np.zeros(0, np.bool_), *(segment.live_docs for segment in snapshot.segments)])
        for key in model.kinds:
            counted = list(count_facet(snapshot, np.flatnonzero(live), key).items())
            assert counted == model.once(("facet", key), lambda key=key: model.facet(key))
        standing = asked(draw.STANDING, "operators")
        for by, searcher in (("lexical", reader.lexical()), ("dense", reader.dense())):
            run = searcher.search(standing, 1000)
            for query, (_, hits) in zip(draw.STANDING, lists(run), strict=True):
                require_ranking(hits, model.ranking(by, query, True), 1000)
            assert lists(searcher.search(standing, 3)) == lists(run.cut(3))
            if model.chunked:
                require_ranking(lists(group(index=reader).apply(run))[0][1], self._best(model, by), 1000)

    def _best(self, model: PlainIndex, by: str) -> dict[str, float]:
        """The best chunk of each document for the first standing query."""
        scores = model.ranking(by, draw.STANDING[0], True)
        best: dict[str, float] = {}
        for row in model.rows:
            if row.id in scores:
                best[row.document] = max(scores[row.id], best.get(row.document, -9.0))
        return best

    def teardown(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.readers.clear()
        self._stack.close()
