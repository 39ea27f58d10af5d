"""A writer that is killed at any instant loses nothing that it acknowledged, and stands in nobody's way."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import trials
from after_kills import Outcome, Run, kill_one, require_commit
from killed_writer import Trial, helper, write_on
from small_worlds import CHUNKED, Unflushed, folder, writer_of

from findry.errors import IndexDamaged, MissingResource
from findry.index import Snapshot, create

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills and forks, as POSIX has them")


@pytest.fixture(scope="module")
def killer() -> Iterator[Run]:
    """The process that starts writers and kills them."""
    with helper() as run:
        yield run


def measured(run: Run, seed: int, last: int) -> dict[str, Any]:
    """A history that nobody ends before commit `last`: how long it takes, and what it tells."""
    with folder() as root:
        create(root, CHUNKED, Unflushed())
        answer = run(Trial(str(root), seed, last))
        assert answer["status"] == 0, answer
        return answer


def at_random_instants(run: Run, seed: int, kills: int) -> list[Outcome]:
    """One index that goes through many kills in a row."""
    chance = random.Random(seed)
    span: float = min(measured(run, seed, 5)["seconds"] for _ in range(2))
    with folder() as root:
        create(root, CHUNKED, Unflushed())
        return [kill_one(run, Trial(str(root), seed, seconds=chance.random() * span)) for _ in range(kills)]


def at_calls(run: Run, seed: int, calls: list[tuple[int, bool]]) -> list[Outcome]:
    """A new index for each call of the file layer; killed before it or within it."""
    outcomes = []
    for call, within in calls:
        with folder() as root:
            create(root, CHUNKED, Unflushed())
            outcomes.append(kill_one(run, Trial(str(root), seed, call=call, within=within)))
    return outcomes


def all_calls(run: Run, seed: int, last: int) -> list[tuple[int, bool]]:
    told = measured(run, seed, last)["told"]
    count = sum(line.startswith("call ") for line in told)
    assert count > 20 * last, f"{count} calls for {last} commits"
    return [(call, within) for call in range(1, count + 1) for within in (False, True)]


def require_good(outcomes: list[Outcome]) -> None:
    """Nothing was lost, nothing was wrong, and a good share of the kills hit writers at work."""
    assert [str(outcome) for outcome in outcomes if outcome.problem or outcome.lost] == []
    phases = Counter(outcome.phase for outcome in outcomes)
    at_work = len(outcomes) - phases["starting"] - phases["between commits"]
    assert 2 * at_work > len(outcomes), phases
    assert 4 * sum(outcome.rubbish for outcome in outcomes) > len(outcomes), "dead writers left hardly anything"


def calls_to_make(run: Run) -> int:
    """How many calls of the file layer make an empty index."""
    with folder() as root:
        told: list[str] = run(Trial(str(root), 1, last=2))["told"]
    return sum(line.startswith("call ") for line in told[: told.index("acknowledged 1")])


def made_in_part(run: Run, calls: Iterable[tuple[int, bool]]) -> Counter[str]:
    """What a writer leaves that is killed while it makes an index: an index or a clear error; then all begins anew."""
    found: Counter[str] = Counter()
    for call, within in calls:
        with folder() as root:
            answer = run(Trial(str(root), 1, call=call, within=within))
            assert answer["status"] == -signal.SIGKILL, (call, within, answer)
            try:
                found[f"commit {Snapshot(root).commit.number}"] += 1
            except (IndexDamaged, MissingResource) as error:
                assert "acknowledged 1" not in answer["told"], (call, within)
                found[type(error).__name__] += 1
                shutil.rmtree(root, ignore_errors=True)
                create(root, CHUNKED, Unflushed())
            with writer_of(root) as writer:
                write_on(writer, 1, 2)
            require_commit(Snapshot(root), 1)
    return found


def test_a_writer_killed_at_any_instant_loses_nothing_acknowledged(killer: Run) -> None:
    require_good(at_random_instants(killer, 1, 20))


def test_a_writer_killed_at_any_call_of_the_file_layer_loses_nothing_acknowledged(killer: Run) -> None:
    chosen = random.Random(2).sample(all_calls(killer, 2, 5), 12)
    require_good(at_calls(killer, 2, chosen))


def test_an_index_killed_in_the_making_is_an_index_or_a_clear_error(killer: Run) -> None:
    chosen = random.Random(3).sample(range(2, calls_to_make(killer)), 3)
    found = made_in_part(killer, [(call, True) for call in (1, *chosen, calls_to_make(killer))])
    assert {"commit 1", "MissingResource"} <= found.keys() <= {"commit 1", "MissingResource", "IndexDamaged"}


@pytest.mark.slow
def test_a_thousand_killed_writers_lose_nothing_acknowledged(killer: Run) -> None:
    outcomes = [outcome for seed in range(50) for outcome in at_random_instants(killer, seed, 20)]
    instants = len(outcomes)
    outcomes += [outcome for seed in (100, 101) for outcome in at_calls(killer, seed, all_calls(killer, seed, 8))]
    phases = Counter(outcome.phase for outcome in outcomes)
    trials.record(
        "killed-writer",
        "A writer killed by SIGKILL: the index opens at the last acknowledged commit or the one after it, holds "
        "exactly its documents, answers like a rebuild, and takes a new writer",
        trials=len(outcomes),
        lost=sum(outcome.lost for outcome in outcomes),
        crashed=sum(bool(outcome.problem) and not outcome.lost for outcome in outcomes),
        note=f"{instants} at random instants (20 in a row on each index), {len(outcomes) - instants} before and within "
        f"every call of the file layer; {sum(outcome.rubbish for outcome in outcomes)} left files behind; killed while "
        + ", ".join(f"{name} {count}" for name, count in phases.most_common()),
    )
    require_good(outcomes)
    assert {"building", "writing a segment", "merging", "placing", "publishing", "retiring"} <= phases.keys(), phases


@pytest.mark.slow
def test_an_index_killed_at_every_call_of_its_making_is_an_index_or_a_clear_error(killer: Run) -> None:
    calls = range(1, 1 + calls_to_make(killer))
    found = made_in_part(killer, [(call, within) for call in calls for within in (False, True)])
    assert found.total() == 2 * len(calls)
    assert {"commit 1", "MissingResource"} <= found.keys() <= {"commit 1", "MissingResource", "IndexDamaged"}
