"""Whatever is damaged in the files of an index: it is reported, or nothing that is answered or kept is wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import trials
from damage_kinds import KINDS
from damage_outcomes import REFUSED, RIGHT, WRONG, Outcomes, bad
from damage_trials import run_cases
from damage_worlds import answers, build_worlds, probes
from damage_worlds import shown as shown_as
from memory_disk import MemoryDisk, contents
from small_worlds import Unflushed

from findry.index import Snapshot

MUST_BE_HIT = ("CURRENT", "commits", "arrays.json", "deletes", "docs.", "ids.", "rows.", "lex.", "col.", "vec")
AT_ONCE = 2_500


def by_outcome(outcomes: Outcomes) -> Counter[str]:
    """How often each outcome came, wherever the damage was."""
    found: Counter[str] = Counter()
    for (_, outcome), n in outcomes.items():
        found[outcome] += n
    return found


def by_kind(outcomes: Outcomes) -> str:
    """One line: for each kind of file, what came of its damage."""
    found: Counter[str] = Counter()
    for (place, outcome), n in outcomes.items():
        kind = next((kind for kind in (*KINDS, "folders") if place.startswith(kind)), "arrays.bin")
        found[f"{kind} {outcome}"] += n
    return ", ".join(f"{what} {n:,}" for what, n in sorted(found.items()))


def report(outcomes: Outcomes, examples: dict[str, str]) -> str:
    """What to read when a case went wrong: outcomes by what was hit, and for each bad one a case to repeat."""
    lines = []
    for place in sorted({place for place, _ in outcomes}):
        there = Counter({outcome: n for (at, outcome), n in outcomes.items() if at == place})
        lines.append(f"{place:28} " + ", ".join(f"{outcome} {n}" for outcome, n in there.most_common()))
    return "\n".join([*lines, *sorted(examples.values())])


def require_reach(outcomes: Outcomes) -> None:
    """Every kind of file was damaged, and enough of the damage was seen."""
    for start in MUST_BE_HIT:
        assert any(place.startswith(start) for place, _ in outcomes), f"nothing was damaged in {start}"
    found = by_outcome(outcomes)
    assert found[REFUSED] > outcomes.total() / 4, found
    assert found[RIGHT] > 0, found


def test_files_in_memory_are_what_the_folder_holds(tmp_path: Path) -> None:
    for world in build_worlds(tmp_path):
        memory, real = MemoryDisk(world.root, contents(world.root)), Unflushed()
        for name in ("", "commits", "segments", "segments/000001", "absent"):
            shown = [found for found in real.names(world.root / name) if found not in ("staging", "write.lock")]
            held = memory.names(world.root / name)
            assert held == [found for found in shown if found in held or (world.root / name / found).is_file()]
        on_disk = probes(Snapshot(world.root, files=real), world.ids)
        assert {name: shown_as(ask()) for name, ask in on_disk.items()} == answers(world, world.files)


@pytest.mark.parametrize("part", range(2))
def test_a_reader_reports_damage_or_answers_as_if_nothing_were(part: int) -> None:
    outcomes, examples = run_cases("read", 1_500 * part, 1_500 * (part + 1))
    assert not any(map(bad, by_outcome(outcomes))), report(outcomes, examples)
    assert outcomes.total() == 1_500
    require_reach(outcomes)


def test_a_writer_reports_damage_or_works_and_keeps_what_intact_commits_need() -> None:
    outcomes, examples = run_cases("write", 0, 200)
    assert not any(map(bad, by_outcome(outcomes))), report(outcomes, examples)
    assert outcomes.total() == 200
    assert by_outcome(outcomes)[REFUSED] > 50


def test_without_checksums_the_same_cases_give_wrong_answers_and_stray_errors() -> None:
    found = by_outcome(run_cases("blind", 0, 150)[0])
    assert found[WRONG] > 15, found
    assert sum(n for outcome, n in found.items() if bad(outcome) and outcome != WRONG) > 5, found


def _recorded(name: str, what: str, mode: str, first: int, number: int) -> tuple[Outcomes, dict[str, str]]:
    outcomes: Outcomes = Counter()
    examples: dict[str, str] = {}
    for start in range(first, first + number, AT_ONCE):
        found, cases = run_cases(mode, start, min(start + AT_ONCE, first + number))
        outcomes += found
        examples = cases | examples
    wrong = {outcome: n for outcome, n in by_outcome(outcomes).items() if bad(outcome)}
    lost = sum(n for outcome, n in wrong.items() if "LOST" in outcome or "OLDER" in outcome)
    crashed = sum(wrong.values()) - lost
    trials.record(name, what, trials=outcomes.total(), lost=lost, crashed=crashed, note=by_kind(outcomes))
    return outcomes, examples


@pytest.mark.slow
def test_a_hundred_thousand_damages_are_reported_or_change_no_answer() -> None:
    what = "bytes and files of an index damaged, then opened and asked everything"
    outcomes, examples = _recorded("damage", what, "read", 1_000_000, 100_000)
    assert not any(map(bad, by_outcome(outcomes))), report(outcomes, examples)
    require_reach(outcomes)


@pytest.mark.slow
def test_five_thousand_damages_under_a_writer_are_reported_or_do_no_harm() -> None:
    what = "bytes and files of an index damaged, then added to, deleted from, merged and read"
    outcomes, examples = _recorded("damage-writers", what, "write", 2_000_000, 5_000)
    assert not any(map(bad, by_outcome(outcomes))), report(outcomes, examples)
    require_reach(outcomes)
