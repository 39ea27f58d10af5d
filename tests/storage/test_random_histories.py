"""Whatever is done to an index in whatever order, it answers like a plain model of what was committed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import trials
from history_machine import EVENTS, HistoryMachine
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

import findry.index.retire
import findry.index.writer
from findry.errors import FindryError
from findry.index.commit import Commit
from findry.index.segment import Segment

FAST, STEPS = 40, 40
ROUNDS, A_ROUND = 60, 100
MUST_HAPPEN = (
    *("commits", "merges", "failed adds", "given up with changes", "died with changes", "rankings with hits"),
    *("second writers refused", "readers of older commits asked", "older commits opened", "unknown columns"),
)


def live(examples: int, number: int, *, shrink: bool = True) -> None:
    """Some random histories, from a seed."""
    machine = seed(number)(type("Histories", (HistoryMachine,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, *[Phase.shrink] * shrink],
            report_multiple_bugs=False,
            print_blob=False,
        ),
    )


def test_random_histories_answer_like_the_model() -> None:
    EVENTS.clear()
    live(FAST, 1)
    assert all(EVENTS[event] for event in MUST_HAPPEN), EVENTS


@pytest.mark.slow
def test_an_hour_of_random_histories_answers_like_the_model() -> None:
    EVENTS.clear()
    failures: list[str] = []
    for number in range(ROUNDS):
        try:
            live(A_ROUND, 1000 + number)
        except Exception as error:
            failures.append(f"seed {1000 + number}: {type(error).__name__}: {error}")
    note = ", ".join(f"{what} {n:,}" for what, n in sorted(EVENTS.items()) if what != "steps")
    what = "steps of random histories, each compared with a plain model"
    trials.record("random-histories", what, trials=EVENTS["steps"], lost=0, crashed=len(failures), note=note)
    assert not failures, "\n".join(failures)
    assert all(EVENTS[event] for event in MUST_HAPPEN), EVENTS


def _keeps_one(root: Path, newest: Commit, keep: int, *more: Any) -> None:
    _retire(root, newest, min(keep, 1), *more)


_retire: Callable[..., None] = findry.index.retire.retire


@pytest.mark.parametrize(
    "bug",
    [
        lambda: patch.object(Segment, "live_rows", property(lambda _: None)),
        lambda: patch.object(findry.index.writer, "retire", _keeps_one),
    ],
    ids=["deletes that searches do not see", "kept commits removed too early"],
)
def test_the_machine_finds_a_bug_that_is_put_in(bug: Callable[[], Any]) -> None:
    with bug(), pytest.raises((AssertionError, FindryError)):
        live(40, 1, shrink=False)
