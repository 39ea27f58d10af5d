"""What is gathered of documents is what reading them one by one gives, whatever fields they have."""

from __future__ import annotations

import json
import pickle
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from findry.index.draft import Draft
from findry.index.schema import EVERY_FIELD, LexicalField, Schema, joined
from findry.index.strings import Strings
from findry.records import Document, DocumentBatch, tie_keys
from findry.text import Chunker

NAMES = ["text", "title", 'quo"ted', "\n", ""]
SOURCES = (EVERY_FIELD, ("text",), ("title", "text"), ("unknown",), ('quo"ted', "text"))
FIELDS = tuple(LexicalField(f"field{place}", sources) for place, sources in enumerate(SOURCES))
texts = st.one_of(st.text(st.characters(), max_size=9), st.text('\\"\x00\x1f\x7f\n\t\x08é\ud800', max_size=9))
values = st.dictionaries(st.text(max_size=4), st.one_of(texts, st.integers(), st.booleans(), st.floats()), max_size=2)
documents = st.lists(
    st.builds(
        Document,
        st.one_of(st.sampled_from("ab"), st.text(st.characters(), min_size=1, max_size=5)),
        st.dictionaries(st.sampled_from(NAMES), texts, max_size=3),
        values,
    ),
    max_size=8,
)


def gathered(schema: Schema, taken: list[Document]) -> Draft:
    draft = Draft(schema)
    for document in taken:
        draft.take(document, len(document.contents()))
    draft.settle()
    return draft


def last_of(taken: list[Document]) -> list[Document]:
    """The last of the documents with each id, in the order in which they came."""
    return [one for place, one in enumerate(taken) if one.id not in {later.id for later in taken[place + 1 :]}]


@pytest.mark.parametrize("chunker", [None, Chunker(max_tokens=2, min_tokens=1)])
@given(taken=documents)
@example(taken=[Document("a", {"text": "first"}), Document("b", {}), Document("a", {"title": "x", "text": "last"})])
def test_a_draft_holds_what_its_documents_say(chunker: Chunker | None, taken: list[Document]) -> None:
    schema = Schema(FIELDS, chunker=chunker)
    draft, kept = gathered(schema, taken), last_of(taken)
    arrays = draft.arrays()
    lines, ids = (Strings(arrays[f"{name}.offsets"], arrays[f"{name}.data"]) for name in ("docs", "ids"))
    written = [json.dumps([one.id, one.text, one.values], ensure_ascii=False, separators=(",", ":")) for one in kept]
    assert list(lines) == written
    assert list(ids) == draft.ids == [one.id for one in kept]
    assert arrays["ids.ties"].tolist() == tie_keys(draft.ids).tolist()
    assert draft.values == [one.values or None for one in kept]
    rows = [(place, one, span) for place, one in enumerate(kept) for span in schema.rows(one)]
    assert arrays["rows.span"].tolist() == [list(span) for _, _, span in rows]
    assert arrays["rows.doc"].tolist() == [place for place, _, _ in rows]
    assert arrays["rows.first"].tolist() == [sum(at < n for at, _, _ in rows) for n in range(len(kept) + 1)]
    for sources in SOURCES:
        assert draft.texts(sources) == [joined(schema.row_text(one, span), sources) for _, one, span in rows]


@pytest.mark.parametrize("chunker", [None, Chunker(max_tokens=2, min_tokens=1)])
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.text("xy ", min_size=1, max_size=9), values), min_size=1, max_size=9
    ),
    st.data(),
)
def test_documents_taken_together_are_those_taken_one_by_one(
    chunker: Chunker | None, rows: list[tuple[str, str, dict[str, object]]], data: st.DataObject
) -> None:
    ids, bodies, of_them = zip(*rows, strict=True)
    batch = DocumentBatch(ids, ("text",), [bodies], [one or None for one in of_them])
    cut = data.draw(st.integers(0, len(batch)))
    draft = Draft(Schema(FIELDS, chunker=chunker))
    for part in (batch.part(0, cut), batch.part(cut, len(batch))):
        draft.take_batch(part, 3 * len(part))
    draft.settle()
    alone = gathered(draft.schema, list(batch))
    assert draft.characters == 3 * len(batch)
    assert draft.ids == alone.ids
    assert repr(draft.values) == repr(alone.values)
    assert all(draft.texts(sources) == alone.texts(sources) for sources in SOURCES)
    assert {name: array.tolist() for name, array in draft.arrays().items()} == {
        name: array.tolist() for name, array in alone.arrays().items()
    }


def test_a_draft_counts_the_characters_of_all_that_came() -> None:
    draft = gathered(Schema(), [Document("a", {"text": "four"}), Document("a", {"text": "ant"})])
    assert (len(draft), draft.characters) == (1, 7)


def test_a_draft_keeps_plain_texts_and_values_of_its_own() -> None:
    values = {"year": (1999,)}
    draft = gathered(Schema(), [Document(np.str_("a"), {"text": np.str_("ant")}, MappingProxyType(values))])
    values["year"] = (2000,)
    assert [type(text) for text in (*draft.ids, *draft.texts(EVERY_FIELD))] == [str, str]
    assert draft.values == [{"year": [1999]}]
    assert pickle.loads(pickle.dumps(draft)).ids == ["a"]
