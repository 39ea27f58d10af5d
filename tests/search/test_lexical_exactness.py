"""BM25 as computed equals the formula, written out in float64, and an independent library."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import CHUNKED, ONE_FIELD, TWO_FIELDS, asked, build, documents, lists, plain_queries, reader_of

from findry.index import Schema, Snapshot
from findry.index.schema import joined
from findry.records import Document, tie_key
from findry.text import Analyzer

parameters = st.tuples(st.sampled_from([0.0, 0.9, 2.0]), st.sampled_from([0.0, 0.4, 1.0]))
layouts = st.lists(st.integers(0, 3), max_size=2)


def formula(terms: dict[str, list[str]], query: list[str], k1: float, b: float) -> dict[str, float]:
    """BM25 of each text that has a word of the query, in float64."""
    average = sum(map(len, terms.values())) / len(terms) if terms else 0.0
    scores: dict[str, float] = {}
    for id, words in terms.items():
        for word, times in Counter(query).items():
            tf = words.count(word)
            df = sum(word in others for others in terms.values())
            if tf:
                idf = math.log(1 + (len(terms) - df + 0.5) / (df + 0.5))
                weight = tf / (tf + k1 * (1 - b + b * len(words) / average))
                scores[id] = scores.get(id, 0.0) + times * idf * weight
    return scores


def fields_of(snapshot: Snapshot) -> dict[str, dict[str, list[str]]]:
    """The terms of every row, by field."""
    schema, analyzer = snapshot.schema, Analyzer()
    return {
        field.name: {
            (document.id if schema.chunker is None else f"{document.id}#{number}"): analyzer.terms(
                joined(schema.row_text(document, span), field.sources)
            )
            for document in snapshot
            for number, span in enumerate(schema.rows(document))
        }
        for field in schema.lexical
    }


def assert_ranks_like(found: list[tuple[str, float]], expected: dict[str, float], k: int) -> None:
    """The same scores to 1e-5, the same best k up to ties, equal scores in the order of the ids' hashes."""
    assert len(found) == min(k, len(expected))
    best = sorted(expected.values(), reverse=True)[:k]
    np.testing.assert_allclose([score for _, score in found], best, rtol=1e-5, atol=1e-5)
    for id, score in found:
        assert math.isclose(score, expected[id], rel_tol=1e-5, abs_tol=1e-5)
    keys = [(-score, tie_key(id)) for id, score in found]
    assert keys == sorted(keys)


@settings(max_examples=40)
@given(documents(), plain_queries, parameters, layouts, st.sampled_from([ONE_FIELD, TWO_FIELDS, CHUNKED]))
def test_scores_are_those_of_the_formula(
    held: list[Document], queries: list[str], k1_b: tuple[float, float], layout: list[int], schema: Schema
) -> None:
    with build(held, schema, layout=layout) as snapshot:
        terms = fields_of(snapshot)
        runs = [lists(reader_of(snapshot).lexical(*k1_b).search(asked(queries), k)) for k in (1000, 2)]
        for text, (_, every), (_, two) in zip(queries, *runs, strict=True):
            assert two == every[:2]  # of equal scores, the same are left out
            for found, k in ((every, 1000), (two, 2)):
                expected: Counter[str] = Counter()
                for field in schema.lexical:
                    for id, score in formula(terms[field.name], Analyzer().terms(text), *k1_b).items():
                        expected[id] += field.weight * score
                assert_ranks_like(found, dict(expected), k)


@settings(max_examples=15)
@given(documents(), plain_queries, st.floats(0.25, 4))
def test_field_weights_given_to_a_search_multiply_the_scores_of_their_fields(
    held: list[Document], queries: list[str], weight: float
) -> None:
    with build(held, TWO_FIELDS) as snapshot:
        searcher = reader_of(snapshot).lexical(fields={"text": weight})
        terms = fields_of(snapshot)["text"]
        for text, (_, found) in zip(queries, lists(searcher.search(asked(queries), 100)), strict=True):
            expected = formula(terms, Analyzer().terms(text), 0.9, 0.4)
            assert_ranks_like(found, {id: weight * score for id, score in expected.items()}, 100)


@settings(max_examples=15)
@given(documents(), plain_queries, parameters)
def test_scores_agree_with_bm25s(held: list[Document], queries: list[str], k1_b: tuple[float, float]) -> None:
    import bm25s

    with build(held) as snapshot:
        terms = fields_of(snapshot)["contents"]
        if not any(terms.values()):
            return
        other = bm25s.BM25(method="lucene", k1=k1_b[0], b=k1_b[1])
        other.index(list(terms.values()), show_progress=False)
        known = {word for words in terms.values() for word in words}
        run = reader_of(snapshot).lexical(*k1_b).search(asked(queries), 1000)
        for text, (_, found) in zip(queries, lists(run), strict=True):
            words = [word for word in Analyzer().terms(text) if word in known]
            scores = other.get_scores(words) if words else np.zeros(len(terms))
            expected = {id: score for id, score in zip(terms, scores.tolist(), strict=True) if score > 0}
            np.testing.assert_allclose([dict(found)[id] for id in expected], list(expected.values()), atol=1e-5)
            assert dict(found).keys() == expected.keys()


@settings(max_examples=15)
@given(documents(), plain_queries, layouts)
def test_scoring_candidates_gives_the_scores_of_the_search(
    held: list[Document], queries: list[str], layout: list[int]
) -> None:
    with build(held, layout=layout) as snapshot:
        for searcher in (reader_of(snapshot).lexical(), reader_of(snapshot).dense()):
            run = searcher.search(asked(queries), 1000)
            assert lists(searcher.score(asked(queries), run)) == lists(run)
            everything = reader_of(snapshot).dense().search(asked(["ant"] * len(queries)), 1000)
            found = [dict(hits) for _, hits in lists(searcher.search(asked(queries), 1000))]
            for (_, scored), there in zip(lists(searcher.score(asked(queries), everything)), found, strict=True):
                assert {id: score for id, score in scored if id in there} == there
                assert all(score == 0 for id, score in scored if id not in there)
