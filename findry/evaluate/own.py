"""Measures that ir-measures lacks: what a list gives a reader when nobody knows how many relevant items exist."""

from __future__ import annotations

__all__ = ["FORMULAS", "Formula", "OwnMeasure", "measure"]

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from findry.errors import SyntaxProblem

RECALL_FREE = "arXiv 2512.20854"
Value = Callable[[NDArray[np.float64], int, Mapping[str, float]], float]


@dataclass(frozen=True)
class Formula:
    """A measure as it is declared: its name, formula, source, and the parameters that it needs."""

    name: str
    formula: str
    source: str
    needs: tuple[str, ...]
    value: Value


@dataclass(frozen=True)
class OwnMeasure:
    """A formula with its parameters; it stands beside the measures of ir_measures.

    >>> T = measure("T", {"a": 0.5, "@": 5})
    >>> T, T.value([1, 1, 0, 1, 0], n_relevant=9)  # 0.5 * 3 - 0.5 * 2 / 5
    (T(a=0.5)@5, 1.3)
    >>> measure("F", {"a": 0.5, "@": 5}).value([1, 1, 0, 1, 0], n_relevant=9)  # 3 / (0.5 * 5 + 0.5 * 9)
    0.42857142857142855
    >>> measure("E", {"a": 0.5, "x": 2, "@": 2}).value([1, 0, 1, 1], n_relevant=9)  # 1 / (0.5 * 2 + 0.5 * 3)
    0.4
    >>> round(measure("nDCGfound", {"@": 2}).value([0, 1], n_relevant=9), 4)  # 1 / log2(3)
    0.6309
    """

    DEFAULT: ClassVar[float] = 0.0
    of: Formula
    given: tuple[tuple[str, float], ...]

    @property
    def reads(self) -> int:
        """The last rank that it looks at."""
        given = dict(self.given)
        return int(given["cutoff"] * given.get("x", 1))

    @property
    def params(self) -> dict[str, Any]:
        """The name that ir_measures has for the last rank that is read."""
        return {"cutoff": self.reads}

    def value(self, grades: ArrayLike, n_relevant: int) -> float:
        """The measure of one list: the grades of its hits in order (0: not relevant, or unjudged)."""
        gains = np.maximum(np.asarray(grades, np.float64)[: self.reads], 0)
        return float(self.of.value(gains, n_relevant, dict(self.given)))

    def values(self, lists: Mapping[str, Iterable[str]], judged: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
        """{query: value} of the queries that have a list and judgments."""
        return {
            query: self.value([row.get(id, 0) for id in lists[query]], sum(grade > 0 for grade in row.values()))
            for query, row in judged.items()
            if query in lists
        }

    def __repr__(self) -> str:
        inside = ",".join(f"{name}={value}" for name, value in self.given if name != "cutoff")
        return f"{self.of.name}{f'({inside})' if inside else ''}@{dict(self.given)['cutoff']}"


def measure(name: str, params: Mapping[str, Any]) -> OwnMeasure:
    """The measure of this name; the cut-off is called "@" or "cutoff".  A wrong or missing parameter is refused."""
    of = FORMULAS[name]
    given = {("cutoff" if key == "@" else key): value for key, value in params.items()}
    if given.keys() != set(of.needs) or not all(_fits(key, value) for key, value in given.items()):
        told = {"a": "a (from 0 to 1)", "x": "x (a whole number from 1)", "cutoff": "cutoff (a whole number from 1)"}
        example = ",".join(f"{key}={value}" for key, value in (("a", 0.5), ("x", 2)) if key in of.needs)
        raise SyntaxProblem(
            f"measure {name!r} with parameters that do not fit",
            expected=f"parameters {', '.join(told[key] for key in of.needs)}; all are needed",
            received=", ".join(f"{key}={value!r}" for key, value in given.items()) or "none",
            hint=f"write {name}{f'({example})' if example else ''}@10",
        )
    return OwnMeasure(of, tuple((key, given[key]) for key in of.needs))


def _fits(key: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return 0 <= value <= 1 if key == "a" else isinstance(value, int) and value >= 1


def _share(found: float, of: float) -> float:
    return found / of if of else 0.0


def _f(gains: NDArray[np.float64], n_relevant: int, p: Mapping[str, float]) -> float:
    found = int(np.count_nonzero(gains[: int(p["cutoff"])]))
    return _share(found, p["a"] * p["cutoff"] + (1 - p["a"]) * n_relevant)


def _e(gains: NDArray[np.float64], n_relevant: int, p: Mapping[str, float]) -> float:  # noqa: ARG001
    return _f(gains, int(np.count_nonzero(gains)), p)


def _t(gains: NDArray[np.float64], n_relevant: int, p: Mapping[str, float]) -> float:  # noqa: ARG001
    first = gains[: int(p["cutoff"])]
    found = int(np.count_nonzero(first))
    return (1 - p["a"]) * found - p["a"] * _share(len(first) - found, len(first))


def _ndcg_found(gains: NDArray[np.float64], n_relevant: int, p: Mapping[str, float]) -> float:  # noqa: ARG001
    first = gains[: int(p["cutoff"])]
    discounts = 1 / np.log2(np.arange(2, len(first) + 2))
    return _share(float(first @ discounts), float(np.sort(first)[::-1] @ discounts))


FORMULAS = {
    of.name: of
    for of in (
        Formula("F", "n+ / (a K + (1 - a) N): n+ of the first K relevant, N in all", RECALL_FREE, ("a", "cutoff"), _f),
        Formula("E", "F with N = relevant hits among the first x K", RECALL_FREE, ("a", "x", "cutoff"), _e),
        Formula("T", "(1 - a) n+ - a n- / (n+ + n-): n- other hits of K", RECALL_FREE, ("a", "cutoff"), _t),
        Formula("nDCGfound", "nDCG whose ideal list holds only what was found", RECALL_FREE, ("cutoff",), _ndcg_found),
    )
}
