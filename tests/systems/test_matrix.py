"""A survey as a matrix: what says done runs, what says open has nothing, and a wrong direction is said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_worlds import ONE_FIELD, build, reader_of

from findry.algebra.declare import registry
from findry.systems import Bench, systems
from findry.systems.finding import Claim, at_least
from findry.systems.matrix import Capability, assessed, missing
from findry.systems.set_operations import set_world
from findry.systems.simulated_writer import ARMS, Arm, expanded
from findry.text import parse_filter

SURVEYS = {id: one for id, one in systems().items() if one.kind == "survey"}


@pytest.mark.parametrize("id", SURVEYS)
def test_every_row_that_is_done_names_what_runs_and_every_other_nothing(id: str) -> None:
    one = SURVEYS[id]
    assert one.matrix
    for row in one.matrix:
        assert row.done == bool(row.shown or row.probe)
        assert row.shown in ("", *one.recipe)
        assert set(row.over) <= set(one.recipe)
        assert bool(row.over) <= bool(row.shown)
    assert len({(row.axis, row.what) for row in one.matrix}) == len(one.matrix)
    assert one.status == f"{sum(row.done for row in one.matrix)} of {len(one.matrix)} rows"


@pytest.mark.parametrize("id", SURVEYS)
def test_a_row_is_not_open_when_a_stage_has_its_name(id: str) -> None:
    names = {name.replace("_", " ") for name in registry()}
    assert not [row.what for row in SURVEYS[id].matrix if not row.done and row.what.lower() in names]


@pytest.mark.data
def test_directions_controls_and_open_rows_come_back(shared_data: Callable[[str], Path], monkeypatch: object) -> None:
    monkeypatch.setenv("FINDRY_DATA", str(shared_data("med").parent))  # type: ignore[attr-defined]

    def probe(bench: Bench) -> Claim:
        return at_least("collections", float(len(bench.worlds)), 1.0)

    recipe = {"bm25": "bm25", "poor": "bm25(k1=0.0, b=0.0)", "again": "bm25(k1=0.9, b=0.4)"}
    matrix = (
        Capability("words", "weights help", "bm25", ("poor",)),
        Capability("words", "weights hurt", "poor", ("bm25",)),
        Capability("words", "there is something", probe=probe),
        *missing("words", "something else"),
    )
    bench = Bench(("med",), encoder=None)
    found = assessed("x", bench, matrix, recipe, controls={"again": "bm25"}, baseline="bm25")
    assert [claim.holds for claim in found.claims] == [True, False, True]
    assert found.claims[0].value == -found.claims[1].value > 0.01
    assert all(control.holds for control in found.controls)
    assert found.verdict == "does not hold"
    assert "open: words: something else" in found.notes
    assert "3 of 4 rows are done" in found.notes
    broken = assessed("x", bench, matrix, recipe, controls={"poor": "bm25"}, baseline="bm25")
    assert broken.verdict == "cannot tell"
    assert os.environ["FINDRY_DATA"]


def test_what_a_request_over_sets_asks_for_is_what_its_filter_finds() -> None:
    world = set_world(entities=300, requests=30)
    assert len(world.queries) == len(world.filters) == 30
    with build(world.documents, ONE_FIELD) as snapshot:
        where = [parse_filter(text) for text in world.filters]
        allowed = reader_of(snapshot).allowed(world.queries, where)
        for mask, row in zip(allowed, world.qrels.to_dict().values(), strict=True):
            assert row
            assert set(snapshot.rows.ids.take(np.flatnonzero(mask))) == set(row)


def test_the_simulated_writer_writes_what_it_is_told_to_and_the_same_again() -> None:
    world = set_world(entities=50, requests=9)
    documents = {document.id: document for document in world.documents}
    judged = world.qrels.to_dict()
    known = expanded(world.queries, judged, documents, Arm(20, 0.0))
    for before, after, row in zip(world.queries.texts, known.texts, judged.values(), strict=True):
        words = after.removeprefix(before).split()
        assert len(words) == 20
        assert any(set(words) <= set(documents[id].contents().split()) for id in row)
    for arm in ARMS.values():
        one, other = (expanded(world.queries, judged, documents, arm).texts for _ in range(2))
        assert one == other
    assert expanded(world.queries, judged, documents, Arm(0, 0.0)).texts == world.queries.texts
