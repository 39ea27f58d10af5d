"""What random histories are made of: documents, bad documents, queries and filters."""

from __future__ import annotations

__all__ = [
    "BAD",
    "IDS",
    "STANDING",
    "SourceBrokeError",
    "documents",
    "endings",
    "excluded",
    "filters",
    "ids",
    "ks",
    "queries",
]

from typing import Any

from hypothesis import strategies as st

from findry.records import Document
from findry.records.where import And, Compare, Contains, Exists, Member, Not, Or, Where

IDS = (*"abcdefg", "a#0", "é", "two words")
WORDS = ("ant", "ants", "bee", "beetle", "cow", "the", "of", "ant-bee", "naïve", "日本語", "don't")
STANDING = ("ant bee the 日本", '"ants bee" be*', "-cow +an* naive")


class SourceBrokeError(Exception):
    """A source of documents that fails while it is read."""


BAD: list[Any] = [
    None,
    "no document",
    {"lang": 7},
    {"tags": ["x", 1]},
    {"year": {"no": "value"}},
    {"big": 1 << 70},
    Document("bad", {"text": "ant \ud800"}),
]
ids = st.sampled_from((*IDS, "unknown"))
texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join), st.sampled_from(["", " ", "ant\0 bee\n\U0001f41c"])
)
_values = {
    "year": st.sampled_from([1, 2, 3, 2.5]),
    "lang": st.sampled_from(["en", "fr", "", "é"]),
    "open": st.booleans(),
    "tags": st.lists(st.sampled_from(["x", "y", "z"]), max_size=3),
    "marks": st.lists(st.sampled_from([1, 2, 0.5]), max_size=2),
}


def _document(name: str, title: str, text: str, values: dict[str, Any]) -> Document:
    return Document(name, {"title": title, "text": text} if title != " " else {}, values)


def _with_last_values(documents: list[Document]) -> list[Document]:
    """Documents of one id get the values of the last of them: what else they knew of columns is nobody's concern."""
    last = {document.id: document.values for document in documents}
    return [Document(document.id, document.text, last[document.id]) for document in documents]


_documents = st.builds(_document, st.sampled_from(IDS), texts, texts, st.fixed_dictionaries({}, optional=_values))
documents = st.lists(_documents, max_size=6).map(_with_last_values)

_parts = st.one_of(
    st.sampled_from((*WORDS, "dog")),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.sampled_from(["an*", "ants*", "be*", "b*", "x*", "title:ant", "contents:bee"]),
)
_typed = st.builds("{}{}".format, st.sampled_from(["", "", "", "+", "-"]), _parts)
queries = st.lists(st.lists(_typed, max_size=4).map(" ".join), max_size=3)
ks = st.sampled_from([0, 1, 2, 5, 1000])
endings = st.sampled_from(["", "", "commit", "optimize"])
excluded = st.lists(ids, max_size=3)

_single = {"year": st.sampled_from([0, 1, 2, 2.5, 3, -0.5]), "lang": st.sampled_from(["en", "fr", "", "é", "f", "zz"])}


def _leaves(key: str) -> st.SearchStrategy[Where]:
    if key in ("tags", "marks"):
        held = st.sampled_from(["x", "y", "none"] if key == "tags" else [1, 0.5, 2.0, 9])
        return st.builds(Contains, st.just(key), held) | st.just(Exists(key))
    value = _single.get(key, st.booleans())
    return st.one_of(
        st.builds(Compare, st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"]), st.just(key), value),
        st.builds(Member, st.sampled_from(["in", "nin"]), st.just(key), st.lists(value, max_size=3).map(tuple)),
        st.just(Exists(key)),
    )


_leaf = st.sampled_from(["year", "lang", "open", "tags", "marks"]).flatmap(_leaves)
_pairs = st.lists(_leaf, max_size=2).map(tuple)
filters = st.none() | _leaf | _leaf.map(Not) | _pairs.map(And) | _pairs.map(Or)
