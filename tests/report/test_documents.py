from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from made_reports import ABOUT, hostile_texts, made
from small_worlds import ONE_FIELD, build, reader_of

from findry.pipeline import from_text
from findry.records import Document, Qrels, Queries
from findry.report import comparison_document, funnel_document, index_texts, marginal_document
from findry.report.rankings import query_rows
from findry.report.texts import MOST_TEXTS, WIDTH, Shown
from findry.search import Reader
from findry.study import funnel, marginal

TEXTS = {"a": "ant ant ant", "b": "ant ant bee", "c": "ant bee bee", "d": "bee cow", "e": "cow", "f": "dog"}
ASKED = Queries.of({"ants": "ant", "cows": "cow"})
JUDGED = Qrels.from_dict({"ants": {"a": 1, "c": 2, "d": 1, "gone": 1, "e": 0}, "cows": {"e": 1}})


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    documents = [Document(id, {"title": id.upper(), "text": text}) for id, text in TEXTS.items()]
    with build(documents, ONE_FIELD) as snapshot:
        yield reader_of(snapshot)


def test_a_comparison_is_told_whole() -> None:
    found, queries, qrels = made()
    document = comparison_document(found, queries, qrels, ABOUT, texts=hostile_texts)
    assert [one["measures"][0]["mean"] for one in document["systems"]] == [
        outcome.evaluation.mean("nDCG@10") for outcome in found.outcomes
    ]
    assert len(document["differences"]) == 4
    assert all(one["p50"]["low"] <= one["p50"]["mean"] <= one["p50"]["high"] for one in document["systems"])
    assert document["queries"]["total"] == len(document["queries"]["rows"]) == 12
    assert document["about"]["commit"] == "3"
    json.dumps(document)


def test_a_query_has_the_values_and_the_tops_of_every_system() -> None:
    found, queries, qrels = made()
    shown = Shown()
    row = query_rows(found, queries, qrels, shown)["rows"][5]
    names = [id for id, *_ in shown.documents(None)]
    values = found.outcomes[2].evaluation.per_query()["q5"]
    assert row["values"][2] == pytest.approx([values["nDCG@10"], values["RR@10"]], abs=1e-5)
    for at, outcome in enumerate(found.outcomes):
        top = sorted((item[2][at], names[item[0]]) for item in row["items"] if 0 < item[2][at] <= 10)
        assert [id for _, id in top] == [*outcome.run.to_dict()["q5"]][:10]
    grades = {names[at]: grade for at, grade, _ in row["items"]}
    assert (grades["d5"], grades["gone"], grades.get("d5-2")) == (2, 1, None)
    assert row["relevant"] == 2


def test_only_so_many_queries_are_told_and_they_have_the_largest_differences() -> None:
    found, queries, qrels = made(30)
    rows = query_rows(found, queries, qrels, Shown(), most=7)["rows"]
    values = np.stack([outcome.evaluation.values for outcome in found.outcomes], axis=1)
    gaps = np.abs(values - values[:, :1]).max(axis=(1, 2))
    assert len(rows) == 7
    assert {row["id"] for row in rows} == {f"q{at}" for at in np.argsort(-gaps, kind="stable")[:7]}


def test_texts_are_short_and_only_so_many() -> None:
    shown = Shown()
    for n in range(MOST_TEXTS + 3):
        shown(str(n))
    rows = shown.documents(lambda ids: [("title " * 100, "text " * 1000)] * len(ids))
    assert max(len(part) for row in rows for part in row) <= WIDTH
    assert [len(row) for row in rows[-4:]] == [3, 1, 1, 1]


def test_a_system_alone_is_told_without_differences() -> None:
    found, queries, qrels = made(systems=1, timed=False)
    document = comparison_document(found, queries, qrels, ABOUT)
    assert (document["differences"], document["chosen"], document["systems"][0]["p50"]) == ([], [0, -1], None)


def test_stages_are_told_with_their_verdicts(reader: Reader) -> None:
    pipe = from_text("bm25 % 2").bind(index=reader)
    found = marginal(pipe, ASKED, JUDGED, timed=0)
    document = marginal_document(found, ASKED, JUDGED, ABOUT, texts=index_texts(reader.snapshot))
    assert [stage["told"] for stage in document["stages"]] == [str(stage) for stage in found.stages]
    assert document["systems"][0]["name"] == "whole"
    assert ["a", "A", "ant ant ant"] in document["documents"]


def test_the_funnel_is_told_document_by_document(reader: Reader) -> None:
    found = funnel(from_text("bm25 % 2").bind(index=reader), ASKED, JUDGED, k=1, deep=5)
    document = funnel_document(found, "bm25 % 2", ASKED, ABOUT, texts=index_texts(reader.snapshot), chosen="cows")
    assert document["total"] == 5
    assert [step["left"] for step in document["steps"]] == [left for *_, left in found.left()]
    assert sum(number for _, number in document["fates"]) == 5
    assert document["opened"]
    first, second = document["queries"]["rows"]
    assert (first["id"], second["id"], second["lost"], second["total"]) == ("cows", "ants", 3, 4)
    assert {document["documents"][item[0]][0] for item in second["items"]} == {"a", "c", "d", "gone"}
    assert len(funnel_document(found, "", ASKED, ABOUT, most=1)["queries"]["rows"]) == 1
