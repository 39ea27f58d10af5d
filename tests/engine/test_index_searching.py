"""The index as a user holds it: passages, pages, facets, filters."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import findry
from findry.errors import IdentityMismatch, InputError, MissingResource, PipelineError, SyntaxProblem
from findry.models import HashEncoder
from findry.records import Document, Queries
from findry.records.where import Compare
from findry.stages import bm25, dense, rrf

ROWS = [
    {"id": f"d{n:02}", "title": f"Number {n}", "text": text, "year": 2000 + n % 5, "tags": [f"t{n % 3}", "all"]}
    for n, text in enumerate(["Ants carry leaves.", "Bees make honey.", "Ants and bees <work> & work."] * 8)
]


@pytest.fixture(autouse=True)
def _unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda handle: None)  # noqa: ARG005


@pytest.fixture
def index(tmp_path: Path) -> findry.Index:
    made = findry.create(tmp_path / "kb", encoder="hash:16")
    assert made.add(ROWS) == len(ROWS)
    return made


def test_a_hit_shows_its_title_and_the_passage_with_the_words_marked(index: findry.Index) -> None:
    (hit,) = index.search('+"make honey" "number 1"', k=1)
    assert (hit.id, hit.rank, hit.title) == ("d01", 1, "Number 1")
    assert [hit.passage.text[start:end] for start, end in hit.passage.marks] == ["make", "honey"]
    assert dict(hit.values) == {"year": 2001, "tags": ["t1", "all"]}
    assert set(hit.via) == {"bm25", "dense"}
    assert hit.to_dict()["marks"] == [[5, 9], [10, 15]]


def test_a_passage_comes_from_the_chunk_that_was_found(tmp_path: Path) -> None:
    index = findry.create(tmp_path / "kb", encoder=None, chunk={"by": "sentences", "max_tokens": 5, "min_tokens": 0})
    index.add([{"id": "a", "title": "T", "text": "Ants carry leaves. Bees make honey. Cows give milk."}])
    for query, text in (
        ("ants", "Ants carry leaves."),
        ("cows", "Cows give milk."),
        ("milk bees honey", "Bees make honey."),
    ):
        assert [(hit.id, hit.passage.text) for hit in index.search(query)] == [("a", text)]


def test_a_prefix_marks_the_words_that_begin_so(index: findry.Index) -> None:
    shown = index.search("hon*", k=1, pipeline=bm25())[0].passage
    assert [shown.text[start:end] for start, end in shown.marks] == ["honey"]


@pytest.mark.parametrize("size", [1, 4, 7, 50])
def test_pages_join_up(index: findry.Index, size: int) -> None:
    for pipeline in (None, bm25(), (bm25() | dense()) >> rrf()):
        whole = index.search("ants honey", k=1000, pipeline=pipeline)
        pages = [
            index.search("ants honey", k=size, offset=at, pipeline=pipeline) for at in range(0, len(ROWS) + size, size)
        ]
        hits = [hit for page in pages for hit in page]
        assert [(h.id, h.score, h.rank) for h in hits] == [(h.id, h.score, h.rank) for h in whole]
    assert [hit.rank for hit in whole] == list(range(1, len(whole) + 1))


def test_facets_count_every_hit_of_the_pipeline(index: findry.Index) -> None:
    index.delete("d00")
    index.add([{"id": "x", "text": "ants", "year": 2001.5}, {"id": "y", "text": "ants", "year": 2001.0, "tags": []}])
    found = index.search("ants", k=1, facets=("year", "tags"), pipeline=bm25())
    ids = index.search("ants", k=1000, pipeline=bm25()).ids
    documents = {document.id: document.values for document in index}
    years = Counter(str(documents[id]["year"]).removesuffix(".0") for id in ids)
    tags = Counter(tag for id in ids for tag in documents[id].get("tags", []))
    assert found.facets["year"] == dict(sorted(years.items(), key=lambda item: (-item[1], item[0])))
    assert found.facets["tags"] == dict(sorted(tags.items(), key=lambda item: (-item[1], item[0])))
    with pytest.raises(InputError, match="did you mean 'year'"):
        index.search("ants", facets=("yaer",))


def test_facets_tell_large_numbers_apart(tmp_path: Path) -> None:
    index = findry.create(tmp_path / "kb", encoder=None)
    index.add([{"id": str(n), "text": "ant", "number": 2**53 + n, "open": n > 0} for n in range(3)])
    facets = index.search("ant", facets=("number", "open")).facets
    assert facets["number"] == {str(2**53 + n): 1 for n in range(3)}
    assert facets["open"] == {"true": 2, "false": 1}


def test_a_filter_may_be_text_a_dictionary_or_a_tree(index: findry.Index) -> None:
    given = ["year >= 2003", {"type": "gte", "key": "year", "value": 2003}, Compare("gte", "year", 2003)]
    found = [index.search("ants", k=50, where=where).ids for where in given]
    assert found[0] == found[1] == found[2]
    assert {index.get(id).values["year"] for id in found[0]} == {2003, 2004}  # type: ignore[union-attr]
    assert index.search("ants", k=50, where="").ids == index.search("ants", k=50).ids
    with pytest.raises(SyntaxProblem):
        index.search("ants", where="year >=")


def test_a_batch_may_have_a_filter_and_exclusions_for_each_query(index: findry.Index) -> None:
    run = index.run({"a": "ants", "b": "ants"}, bm25(), where="year = 2003", exclude=[["d03"], []]).need_run("test")
    found = run.to_dict()
    assert "d03" not in found["a"]
    assert "d03" in found["b"]
    each = [Compare("eq", "year", 2000), None]
    found = index.run(Queries.of({"a": "ants", "b": "ants"}), bm25(), where=each).need_run("test").to_dict()  # type: ignore[arg-type]
    assert set(found["a"]) < set(found["b"])
    found = index.run({"a": "ants", "b": "ants"}, bm25(), where=["year = 2000", None]).need_run("test").to_dict()  # type: ignore[arg-type]
    assert set(found["a"]) < set(found["b"])


def test_an_unfit_pipeline_or_page_is_refused(index: findry.Index) -> None:
    with pytest.raises(PipelineError, match="fuse"):
        index.search("ants", pipeline=bm25() | dense())
    for arguments in ({"k": -1}, {"offset": -1}, {"width": 0}):
        with pytest.raises(InputError):
            index.search("ants", **arguments)
    assert len(index.search("ants", k=0)) == 0
    assert len(index.search("")) == 0


def test_results_and_runs_escape_html(tmp_path: Path) -> None:
    index = findry.create(tmp_path / "kb", encoder=None)
    index.add([{"id": "<i>", "title": "<b>T</b>", "text": "<script>ants</script> & ants"}])
    results = index.search("ants <script>")
    run = index.run({"<q>": "ants"}).need_run("test")
    for html in (results._repr_html_(), run._repr_html_()):
        for bare in ("<script>", "<b>T", "<i>", "<q>"):
            assert bare not in html
    assert "<mark>ants</mark>" in results._repr_html_()
    assert "&lt;script&gt;" in results._repr_html_()
    assert repr(results).splitlines()[0] == "Results('ants <script>': 1 hits)"
    assert "**ants**" in repr(results)


def test_an_index_opens_with_the_encoder_of_its_card_only(index: findry.Index, tmp_path: Path) -> None:
    again = findry.open(tmp_path / "kb")
    assert again.encoder().card == HashEncoder(16).card
    assert again.search("ants honey", k=50).to_dict()["hits"] == index.search("ants honey", k=50).to_dict()["hits"]
    with pytest.raises(IdentityMismatch, match="dimension: index has 16, this encoder has 8"):
        findry.open(tmp_path / "kb", encoder="hash:8")
    with pytest.raises(MissingResource, match="findry index"):
        findry.open(tmp_path / "absent")


def test_the_default_pipeline_leaves_out_what_the_index_lacks(tmp_path: Path) -> None:
    words = findry.create(tmp_path / "words", encoder=None)
    chunks = findry.create(tmp_path / "chunks", encoder="hash:16", chunk=50, fields={"title": 2.0, "text": 1.0})
    assert repr(words.pipeline()) == "(bm25() % 1000)"
    assert repr(chunks.pipeline()).endswith(">> group())")
    for index in (words, chunks):
        findry.check(index.pipeline())
        assert index.search("ants").ids == []
        index.add([Document("a", {"title": "ants", "text": "bees"})])
        assert index.search("title:ants bees").ids == ["a"]
    with pytest.raises(findry.FindryError, match="no vectors"):
        words.search("ants", pipeline=dense())
