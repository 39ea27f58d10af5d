"""A second writing process waits until the first has ended, however it ended."""

from __future__ import annotations

import os
import random
from contextlib import ExitStack

import pytest
import trials
from busy_reader import child, index, require_one_generation
from small_worlds import ENCODER, reader_of

from findry.errors import IndexLocked
from findry.index import Writer
from findry.index.snapshot import newest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills, as POSIX has them")


def take_turns(seed: int, turns: int, contenders: int) -> tuple[int, int, list[str]]:
    """Processes that want to write; how often one got in, how often one was refused, and what was not as it must be."""
    chance = random.Random(seed)
    entered, refused, wrong = 0, 0, []
    with index() as root, ExitStack() as stack:
        generation = 1

        waiting = [stack.enter_context(child("contender", root)) for _ in range(contenders)]
        assert [each.hear() for each in waiting] == ["ready"] * contenders
        for turn in range(turns):
            holder = waiting.pop(chance.randrange(len(waiting)))
            said = holder.ask("open")
            entered += said == "in"
            wrong += [f"seed {seed}, turn {turn}: {said}"] if said != "in" else []
            for _ in range(chance.randint(0, 2)):
                for other in chance.sample(waiting, chance.randint(1, len(waiting))):
                    said = other.ask("open")
                    refused += said.startswith("refused")
                    if f"pid {holder.process.pid} " not in said:
                        wrong.append(f"seed {seed}, turn {turn}: a second writer was told {said!r}")
                generation += 1
                if (said := holder.ask(f"commit {generation}")) != "committed":
                    wrong.append(f"seed {seed}, turn {turn}: the holder said {said!r}")
            with pytest.raises(IndexLocked):
                Writer(root, {"vectors": ENCODER})
            refused += 1
            if chance.random() < 0.5:
                holder.kill()
                waiting.append(stack.enter_context(child("contender", root)))
                assert waiting[-1].hear() == "ready"
            elif (said := holder.ask("close")) == "closed":
                waiting.append(holder)
            else:
                wrong.append(f"seed {seed}, turn {turn}: closing said {said!r}")
            if require_one_generation(reader_of(newest(root)))[0] != generation:
                wrong.append(f"seed {seed}, turn {turn}: not at generation {generation}")
    return entered, refused, wrong


def test_a_second_writing_process_is_refused_until_the_first_has_ended_or_was_killed() -> None:
    entered, refused, wrong = take_turns(1, 3, 2)
    assert wrong == []
    assert entered == 3
    assert refused > 3


@pytest.mark.slow
def test_of_many_writing_processes_one_at_a_time_gets_in() -> None:
    outcomes = [take_turns(seed, 50, 4) for seed in range(4)]
    entered, refused = sum(each[0] for each in outcomes), sum(each[1] for each in outcomes)
    wrong = [problem for each in outcomes for problem in each[2]]
    trials.record(
        "second-writer",
        "A second writing process is refused while the first lives, and gets in after it ended or was killed",
        trials=entered + refused,
        lost=0,
        crashed=len(wrong),
        note=f"{entered} let in, {refused} refused",
    )
    assert wrong == []
    assert entered == 200
    assert refused > entered
