"""The demo collection: the documentation of the running Python's standard library, with judged questions.

The entries are read from the interpreter at hand, so there is nothing to download and the text is the
reader's own.  The questions and the judgments travel with the package; how they were made is told in
``stdlib_questions/README.md``.
"""

from __future__ import annotations

__all__ = ["Entry", "Judgment", "Kind", "Part", "Question", "entries", "judgments", "missing", "questions"]

import functools
import json
import subprocess
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, NamedTuple

from findry.errors import FindryError, FormatError, InputError

Kind = Literal["module", "class", "function", "method"]
Part = Literal["dev", "test"]

READ_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Entry:
    """One documented name: `title` is the name with its argument names, `text` the cleaned docstring."""

    id: str
    title: str
    text: str
    kind: Kind
    module: str


class Question(NamedTuple):
    """What a programmer asks."""

    id: str
    text: str


class Judgment(NamedTuple):
    """How well an entry answers a question: 2 answers it, 1 is useful, 0 was read and is not relevant."""

    question_id: str
    name: str
    grade: int


def entries() -> Iterator[Entry]:
    """The modules, classes, functions and methods of the public standard library that have a docstring.

    Each text comes once, under its public name (`functools.reduce`, `str.split`, `os.path.join`), ordered by
    module and name.  Names with a leading underscore and modules that act when imported are left out.

    Cost: one isolated child process, about 3 s for 5,600 entries; later calls in this process are free.

    >>> next(entry for entry in entries() if entry.id == "textwrap.dedent").title
    'textwrap.dedent(text)'
    """
    yield from _read()


def questions(part: Part) -> list[Question]:
    """The questions of one half, ordered by id.

    >>> questions("dev")[0].id < questions("dev")[1].id
    True
    """
    wanted = {judgment.question_id for judgment in judgments(part)}
    rows = (json.loads(line) for line in _lines("queries.jsonl"))
    return [Question(row["_id"], row["text"]) for row in rows if row["_id"] in wanted]


def judgments(part: Part) -> list[Judgment]:
    """The graded judgments of one half; a name that stands in no row of a question is unjudged for it.

    >>> sorted({judgment.grade for judgment in judgments("dev")})
    [0, 1, 2]
    """
    if part not in ("dev", "test"):
        raise InputError("no such half of the questions", expected="'dev' or 'test'", received=repr(part))
    found = []
    for number, line in enumerate(_lines("qrels", f"{part}.tsv"), start=1):
        if number == 1:
            continue
        try:
            question_id, name, grade = line.split("\t")
            found.append(Judgment(question_id, name, int(grade)))
        except ValueError as error:
            raise FormatError(
                "a judgment that cannot be read",
                expected="question id, name and grade between tabs",
                received=line,
                where=f"stdlib_questions/qrels/{part}.tsv:{number}",
            ) from error
    return found


def missing(part: Part, ids: Container[str]) -> list[Judgment]:
    """The judgments whose name is not among `ids`: what another Python version no longer (or not yet) has.

    >>> missing("dev", {judgment.name for judgment in judgments("dev")})
    []
    """
    return [judgment for judgment in judgments(part) if judgment.name not in ids]


@functools.cache
def _read() -> tuple[Entry, ...]:
    script = Path(__file__).with_name("stdlib_introspect.py")
    command = [sys.executable, "-I", "-S", "-W", "ignore", str(script)]
    try:
        child = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=READ_LIMIT_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or b""
        raise FindryError(
            "the standard library's documentation could not be read",
            received=said.decode(errors="replace").strip()[-500:] or str(error),
            where=sys.executable,
        ) from error
    return tuple(Entry(**json.loads(line)) for line in child.stdout.splitlines())


def _lines(*path: str) -> list[str]:
    folder = resources.files("findry.datasets") / "stdlib_questions"
    return folder.joinpath(*path).read_text(encoding="utf-8").splitlines()
