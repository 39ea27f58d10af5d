"""Whatever its history of adds, deletes and merges, an index answers like one built at once from what is left."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import (
    CHUNKED,
    ENCODER,
    IDS,
    TWO_FIELDS,
    Unflushed,
    asked,
    build,
    documents,
    folder,
    lists,
    reader_of,
    schemas,
    texts,
    writer_of,
)

from findry.engine.facets import count_facet
from findry.index import Schema, Snapshot, Writer, create, merge
from findry.records import Document
from findry.stages import group
from findry.text import parse_filter

# It makes every column known, and matches no query.
ANCHOR = Document("anchor", {"text": "zebra"}, {"year": 9, "lang": "xx", "open": False, "tags": ["w"]})
QUERIES = [
    "ant",
    "ant bee bee",
    "",
    "the of",
    "dog",
    '"ant bee"',
    '"ants the bee"',
    "+ant -bee",
    "-ant",
    "be*",
    "+be* cow",
    "ants* -cow",
    "title:ant cow",
    '-"the ant" bee ant',
]
FILTERS = [
    "year >= 2",
    "not lang = 'en'",
    "exists tags",
    "tags contains 'x' or open = true",
    "lang != 'fr' and year in (1, 2.5)",
]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), documents(most=4)),
        st.tuples(st.just("delete"), st.lists(st.sampled_from((*IDS, "unknown")), max_size=3)),
        st.tuples(st.sampled_from(["commit", "optimize", "reopen", "give up"]), st.none()),
    ),
    max_size=12,
)


def replay(root: Path, history: list[tuple[str, object]]) -> dict[str, Document]:
    """Do a history on an index; returns what is left by a plain dictionary."""
    committed: dict[str, Document] = {}
    held: dict[str, Document] = {}
    writer: Writer = writer_of(root)
    for step, what in history:
        if step == "add":
            writer.add(what)  # type: ignore[arg-type]
            held |= {document.id: document for document in what}  # type: ignore[attr-defined]
        elif step == "delete":
            there = {id for id in what if id in held}  # type: ignore[attr-defined]
            assert writer.delete(what) == len(there)  # type: ignore[arg-type]
            held = {id: document for id, document in held.items() if id not in there}
        elif step in ("commit", "optimize"):
            getattr(writer, step)()
            committed = dict(held)
        else:
            if step == "reopen":
                writer.commit()
                committed = dict(held)
            writer.close()
            writer, held = writer_of(root), dict(committed)
    writer.add([ANCHOR])
    writer.commit()
    writer.close()
    return held | {ANCHOR.id: ANCHOR}


def answers(snapshot: Snapshot) -> dict[str, object]:
    """All that can be asked of an index, by ids."""
    reader = reader_of(snapshot)
    found: dict[str, object] = {}
    queries = asked(QUERIES, "operators")
    for name, searcher in (("lexical", reader.lexical()), ("dense", reader.dense())):
        for k in (3, 1000):
            found[f"{name} {k}"] = lists(searcher.search(queries, k))
        each = [parse_filter(FILTERS[n % len(FILTERS)]) for n in range(len(QUERIES))]
        found[f"{name} filtered"] = lists(searcher.search(queries, 5, where=each))
        for text in FILTERS:
            found[f"{name} where {text}"] = lists(searcher.search(asked(["ant bee"]), 9, where=parse_filter(text)))
    run = reader.lexical().search(asked(QUERIES), 1000)
    if snapshot.schema.chunker is not None:
        for by in ("max", "sum", "first"):
            found[f"group {by}"] = lists(group(by=by, index=reader).apply(run))  # type: ignore[arg-type]
    live = np.concatenate([np.zeros(0, np.bool_), *(s.live_docs for s in snapshot.segments)])
    for key in snapshot.commit.columns:
        found[f"facet {key}"] = count_facet(snapshot, np.flatnonzero(live), key)
    found["df"] = reader.lexical().df(["ant", "beetle", "the", "cow"])
    return found


@settings(max_examples=30)
@given(steps, schemas)
def test_any_history_answers_like_an_index_built_at_once(history: list[tuple[str, object]], schema: Schema) -> None:
    with ExitStack() as stack:
        stack.enter_context(patch.multiple(merge, MERGED_AT_ONCE=2))
        root = stack.enter_context(folder())
        create(root, schema, Unflushed())
        left = replay(root, history)
        lived = Snapshot(root, files=Unflushed())
        assert {document.id: document for document in lived} == left
        fresh = stack.enter_context(build(left.values(), schema))
        ours, theirs = answers(lived), answers(fresh)
        assert ours.keys() == theirs.keys()
        for asked_for, expected in theirs.items():
            assert ours[asked_for] == expected, asked_for


@settings(max_examples=12)
@given(documents(), st.lists(st.integers(0, 3), max_size=4), schemas)
def test_the_layout_of_segments_changes_no_answer(held: list[Document], layout: list[int], schema: Schema) -> None:
    with build([ANCHOR, *held], schema) as one, build([ANCHOR, *held], schema, layout=layout) as several:
        assert answers(one) == answers(several)


@settings(max_examples=8)
@given(documents(), st.lists(texts, max_size=3))
def test_adding_again_what_is_there_changes_nothing(held: list[Document], others: list[str]) -> None:
    more = [Document(id, {"title": "", "text": text}) for id, text in zip("xyz", others, strict=False)]
    with folder() as root:
        create(root, CHUNKED, Unflushed())
        for batch in ([ANCHOR, *held], more, held):
            with writer_of(root) as writer:
                writer.add(batch)
        with build([ANCHOR, *more, *held], CHUNKED) as fresh:
            assert answers(Snapshot(root)) == answers(fresh)


def test_an_index_emptied_by_deletes_finds_nothing_and_can_be_filled_again() -> None:
    with folder() as root:
        create(root, TWO_FIELDS, Unflushed())
        for _ in range(2):
            with writer_of(root) as writer:
                writer.add([Document("a", {"title": "ant"}), Document("b", {"text": "ant bee"})])
            before = lists(reader_of(Snapshot(root)).lexical().search(asked(["ant"]), 9))
            assert [id for id, _ in before[0][1]] == ["a", "b"]
            with writer_of(root) as writer:
                assert writer.delete(["a", "b", "c"]) == 2
                writer.optimize()
            empty = reader_of(Snapshot(root))
            for searcher in (empty.lexical(), empty.dense()):
                assert lists(searcher.search(asked(["ant", ""]), 9)) == [("1", []), ("2", [])]
            assert (empty.snapshot.live_documents, len(empty.snapshot.segments)) == (0, 0)
    assert ENCODER.dimension == 16
