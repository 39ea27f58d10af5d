"""Test collections of the ir_datasets package, and objects of the same shape; needs the extra "datasets"."""

from __future__ import annotations

__all__ = ["corpus_of", "load", "qrels_of", "queries_of"]

from collections.abc import Iterator
from typing import Any

from findry.errors import MissingExtra, MissingResource
from findry.formats.problems import OnError, Problems, bad_rows
from findry.formats.rows import FieldMap, documents
from findry.records import Corpus, Document, Qrels, Queries

TEXTS = ("title", "text", "body", "abstract")


def load(name: str) -> Any:
    """The data set that ir_datasets knows by an id such as ``beir/scifact/test``."""
    try:
        import ir_datasets
    except ImportError as error:
        raise MissingExtra("datasets", purpose=f"the data set {name!r}") from error
    try:
        return ir_datasets.load(name)
    except KeyError as error:
        hint = "see https://ir-datasets.com for the ids"
        raise MissingResource(f"ir_datasets knows no data set {name!r}", hint=hint) from error


def corpus_of(
    dataset: Any,
    name: str,
    *,
    fields: FieldMap | None = None,
    on_error: OnError = "refuse",
    problems: Problems | None = None,
) -> Corpus:
    """The documents of an object with ``docs_iter()`` that gives named tuples with ``doc_id``.

    Text fields are those of title, text, body and abstract that the tuples have; a tuple with none of them is
    read with its ``default_text()``.  Other fields become values.
    """
    bad = bad_rows(on_error, problems)

    def rows() -> Iterator[tuple[int, str, dict[str, Any]]]:
        for number, document in enumerate(dataset.docs_iter(), 1):
            row = document._asdict()
            if not any(isinstance(row.get(text), str) for text in (fields.text if fields else TEXTS)):
                row["text"] = document.default_text()
            yield number, f"{name}:document {number}", row

    def source() -> Iterator[Document]:
        return documents(rows(), fields or FieldMap("doc_id", TEXTS), bad)

    # docs_count() would download and index the collection before the first document is asked for
    return Corpus(name, source)


def queries_of(dataset: Any) -> Queries:
    """The queries of an object with ``queries_iter()``: the field text, else title, else ``default_text()``."""
    texts = {}
    for query in dataset.queries_iter():
        text = getattr(query, "text", None) or getattr(query, "title", None)
        texts[query.query_id] = text if isinstance(text, str) else query.default_text()
    return Queries.of(texts)


def qrels_of(dataset: Any, *, name: str = "qrels") -> Qrels:
    """The judgments of an object with ``qrels_iter()``; iterations and subtopics are kept as columns."""
    found = list(dataset.qrels_iter())
    judgments = [(row.query_id, row.doc_id, int(row.relevance)) for row in found]
    columns = {}
    if found and hasattr(found[0], "iteration"):
        columns["iteration"] = [str(row.iteration) for row in found]
    if found and hasattr(found[0], "subtopic_id"):
        columns["subtopic"] = [str(row.subtopic_id) for row in found]
    return Qrels.of(judgments, name=name, columns=columns)
