"""A fresh process that opens an index and asks it; it tells what was resident after each step.

Arguments: the index, a file of questions, how many of them to ask by vectors too.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from resident import mapped, resident

K = 10


def main(root: str, questions: str, dense: int) -> dict[str, Any]:
    """Figures after each step, in bytes, and the questions that were answered wrongly."""
    told: dict[str, Any] = {}

    def tell(step: str) -> None:
        size, inside = mapped("/arrays.bin")
        faults = resource.getrusage(resource.RUSAGE_SELF)
        counts = {"mapped": size, "of the map": inside, "minor": faults.ru_minflt, "major": faults.ru_majflt}
        told[step] = {**resident(), **counts}

    tell("start")
    import findry
    from findry import bm25
    from findry import dense as by_vectors
    from findry import open as open_index

    tell("import")
    index = open_index(root)
    tell("open")
    from large_world import right

    wrong: list[str] = []
    asked = json.loads(Path(questions).read_text("utf-8"))
    tell("ready")
    for number, question in enumerate(asked):
        found = index.search(question["text"], K, where=question["where"], pipeline=bm25())
        if not right(question, [hit.to_dict() for hit in found], K):
            wrong.append(f"by words: {question}: {found!r}"[:500])
        if number == 0:
            tell("first")
    tell("words")
    for question in asked[:dense]:
        found = index.search(question["text"], K, where=question["where"], pipeline=by_vectors())
        if len(found) != K:
            wrong.append(f"by vectors: {question}: {found!r}"[:500])
    tell("vectors")
    return {**told, "wrong": wrong, "documents": len(index), "version": findry.__version__}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
