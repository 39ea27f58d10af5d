"""Dense search equals an inner product of every pair in float64, ties and the boundary at k included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import CHUNKED, ENCODER, ONE_FIELD, asked, build, documents, lists, plain_queries, reader_of

from findry.errors import InputError
from findry.index import Schema
from findry.index.schema import joined
from findry.records import ORIGINAL, Document, Variant, tie_key
from findry.search import DenseSearcher


@settings(max_examples=30)
@given(
    documents(),
    plain_queries,
    st.integers(0, 4),
    st.lists(st.integers(0, 3), max_size=2),
    st.sampled_from([ONE_FIELD, CHUNKED]),
)
def test_scores_and_order_are_those_of_brute_force(
    held: list[Document], queries: list[str], k: int, layout: list[int], schema: Schema
) -> None:
    with build(held, schema, layout=layout) as snapshot:
        rows = {
            document.id if schema.chunker is None else f"{document.id}#{number}": joined(
                schema.row_text(document, span), ("*",)
            )
            for document in held
            for number, span in enumerate(schema.rows(document))
        }
        matrix = ENCODER.encode(list(rows.values()), "document").astype(np.float64)
        run = reader_of(snapshot).dense().search(asked(queries), k)
        for text, (_, found) in zip(queries, lists(run), strict=True):
            vector = ENCODER.encode([text], "query")[0].astype(np.float64)
            scores = (matrix * vector).sum(axis=1).astype(np.float32).tolist() if text else []
            pairs = sorted(zip(rows, scores, strict=False), key=lambda pair: (-pair[1], tie_key(pair[0])))
            assert found == pairs[:k]


def test_variants_of_a_plan_are_a_weighted_sum_of_vectors() -> None:
    held = [Document("a", {"text": "ant"}), Document("b", {"text": "bee"})]
    with build(held) as snapshot:
        ant, bee = ENCODER.encode(["ant", "bee"], "query")
        plan = [[Variant(ORIGINAL, "ant", weight=3.0), Variant("vector", vector=bee)]]
        run = reader_of(snapshot).dense().search(asked(["ant"]).with_plan(plan), 2)
        mixed = 3 * ant.astype(np.float64) + bee
        mixed /= np.linalg.norm(mixed)
        np.testing.assert_allclose([dict(lists(run)[0][1])[id] for id in "ab"], [mixed @ ant, mixed @ bee], rtol=1e-6)


@pytest.mark.parametrize("vector", [np.full(16, np.nan, np.float32), np.zeros(3, np.float32)])
def test_an_unusable_query_vector_is_refused(vector: np.ndarray) -> None:
    with build([Document("a", {"text": "ant"}), Document("b", {"text": "bee"})]) as snapshot:
        queries = asked(["ant"]).with_plan([[Variant("vector", vector=vector)]])
        with pytest.raises(InputError, match="vector"):
            DenseSearcher(snapshot, ENCODER).search(queries, 1)
