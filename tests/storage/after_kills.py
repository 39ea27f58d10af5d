"""What is asked of an index after its writer was killed."""

from __future__ import annotations

__all__ = ["Outcome", "Run", "kill_one", "require_commit"]

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from killed_writer import Trial, left_by, state, write_on
from small_worlds import CHUNKED, asked, build, lists, reader_of, writer_of

from findry.errors import FindryError
from findry.index import Snapshot
from findry.index.commit import commit_numbers, current, stored
from findry.index.retire import kept_commits

Run = Callable[[Trial], dict[str, Any]]
QUERIES = ["ant bee", "beetle the", "cow", "commit"]
FOLDERS = ("CURRENT", "commits", "deletes", "segments", "staging")


@dataclass(frozen=True)
class Outcome:
    """What one trial came to; `problem` is empty when all was as it must be."""

    trial: Trial
    phase: str
    acknowledged: int
    lost: bool
    problem: str
    rubbish: bool

    def __str__(self) -> str:
        return f"{self.trial} killed while {self.phase}, after commit {self.acknowledged}: {self.problem}"


def phase(told: list[str]) -> str:
    """What a writer was at when it told its last line."""
    at, last = "", told[-1].split() if told else ["at", "start"]
    for line in told:
        at = line.split()[1] if line.startswith("at ") else "between" if line.startswith("ack") else at
    if at in ("", "start"):
        return "starting"
    if at == "between":
        return "between commits"
    if last[0] != "call":
        return "building" if at in ("add", "delete") else "merging"
    if at in ("add", "delete"):
        return "writing a segment"
    place = Path(last[2]).parts[:1]
    if last[1] == "remove":
        return "retiring"
    return {"staging": "merging", "segments": "placing", "deletes": "placing"}.get("".join(place), "publishing")


def stray(root: Path) -> list[str]:
    """What lies in the folder of an index and is named by the newest commit of none of the last two states."""
    newest = current(root).number
    commits = kept_commits([stored(root, number) for number in commit_numbers(root) if number <= newest], 2)
    used = {f"{commit.number:06d}.json" for commit in commits}
    used |= {entry.name for commit in commits for entry in commit.segments}
    used |= {name for commit in commits for entry in commit.segments for name in entry.deletes}
    there = [path for part in FOLDERS if (root / part).is_dir() for path in (root / part).iterdir()]
    there += [path for path in root.iterdir() if path.name not in (*FOLDERS, "write.lock")]
    return [str(path.relative_to(root)) for path in there if path.name not in used]


def require(true: bool, problem: str) -> None:
    if not true:
        raise AssertionError(problem)


def require_commit(snapshot: Snapshot, seed: int) -> None:
    """A snapshot holds exactly the documents of its commit."""
    number = state(snapshot.commit)
    held = list(snapshot)
    require({d.id: d for d in held} == left_by(seed, number), f"commit {number} holds other documents")
    require(len(held) == snapshot.live_documents == len({d.id for d in held}), f"commit {number}: documents twice")


def require_answers(snapshot: Snapshot, seed: int) -> None:
    """A snapshot answers like an index that was built at once, and its checksums are right."""
    for segment in snapshot.segments:
        segment.arrays.verify()
    with build(left_by(seed, state(snapshot.commit)).values(), CHUNKED) as fresh:
        ours, theirs = reader_of(snapshot), reader_of(fresh)
        for one, other in ((ours.lexical(), theirs.lexical()), (ours.dense(), theirs.dense())):
            found = lists(one.search(asked(QUERIES), 50))
            require(found == lists(other.search(asked(QUERIES), 50)), "an answer is not that of a rebuild")
            require(any(hits for _, hits in found) or not len(fresh.rows), "nothing was found")


def look_after(root: Path, trial: Trial, acknowledged: int) -> tuple[bool, str, bool]:
    """Open what a dead writer left, and write on: was a commit lost, what was wrong, did rubbish lie there?"""
    try:
        snapshot = Snapshot(root)
        number = state(snapshot.commit)
        if number not in (acknowledged, acknowledged + 1):
            return True, f"state {number} is open", False
        rubbish = bool(stray(root))
        require_commit(snapshot, trial.seed)
        require_answers(snapshot, trial.seed)
        for older in commit_numbers(root):
            if older < snapshot.commit.number:
                require_commit(Snapshot(root, stored(root, older)), trial.seed)
        with writer_of(root) as writer:
            left = [name for name in stray(root) if not name.endswith(".part")]
            require(left == [], f"a new writer left {left}")
            write_on(writer, trial.seed, number + 1)
        require(stray(root) == [], f"after a new commit there is {stray(root)}")
        require_commit(Snapshot(root), trial.seed)
    except (AssertionError, FindryError, OSError, ValueError, LookupError) as error:
        return isinstance(error, FindryError), f"{type(error).__name__}: {error}", False
    return False, "", rubbish


def kill_one(run: Run, trial: Trial) -> Outcome:
    """Do one trial on an index that is there."""
    root = Path(trial.root)
    began = state(current(root))
    answer = run(trial)
    told: list[str] = answer["told"]
    acknowledged = max([began, *(int(line.split()[1]) for line in told if line.startswith("acknowledged "))])
    if answer["status"] != -signal.SIGKILL:
        return Outcome(trial, "alive", acknowledged, False, f"ended with {answer['status']}: {told[-1:]}", False)
    return Outcome(trial, phase(told), acknowledged, *look_after(root, trial, acknowledged))
