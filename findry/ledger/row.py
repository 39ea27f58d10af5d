"""One figure with all that it takes to measure it again."""

from __future__ import annotations

__all__ = ["Row", "environment", "rows_of"]

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from findry.errors import FormatError
from findry.study import Comparison
from findry.study.comparison import ELSEWHERE
from findry.systems import Finding

PACKAGES = ("findry", "numpy", "numba", "onnxruntime", "tokenizers", "PyStemmer", "ir-measures")
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Row:
    """The values of one measure for one named pipeline of a published system, on one data set.

    pipeline: empty where the check itself made the run; paper: the paper's own value on this data set, where there is
    one; values: by query; tolerance: how far a value may move when it is measured again (more for systems that are
    trained); encoder: of the index, None for words only; data: all collections that the check ran on.
    """

    system: str
    name: str
    pipeline: str
    dataset: str
    measure: str
    mean: float
    low: float | None
    high: float | None
    values: Mapping[str, float]
    command: str
    date: str
    environment: Mapping[str, str] = field(default_factory=dict)
    paper: float | None = None
    tolerance: float = TOLERANCE
    encoder: str | None = None
    data: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells rows apart: system, data set, name, measure."""
        return self.system, self.dataset, self.name, self.measure

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, values rounded to 6 digits."""
        told = {**self.__dict__, "environment": dict(self.environment)}
        told["values"] = {query: round(value, 6) for query, value in sorted(self.values.items())}
        return told

    @classmethod
    def from_dict(cls, told: Mapping[str, Any], where: str) -> Row:
        """The row that `to_dict` wrote."""
        try:
            row = cls(**{**told, "data": tuple(told.get("data", ()))})
        except TypeError as error:
            raise FormatError("this is no row of a ledger", received=str(error), where=where) from error
        if not row.values:
            raise FormatError("a row of the ledger without a value", where=where)
        return row


def rows_of(finding: Finding, command: str, encoder: str | None, data: Sequence[str] = ()) -> list[Row]:
    """The rows of a check on some collections: every pipeline, measure and data set that it compared."""
    date, made = datetime.now(UTC).date().isoformat(), environment()
    return [
        replace(
            _row(finding.id, dataset, comparison, name, measure, command, date, made), encoder=encoder, data=tuple(data)
        )
        for dataset, comparison in finding.tables.items()
        for name in (outcome.name for outcome in comparison.outcomes)
        for measure in comparison.measures
    ]


def _row(
    system: str,
    dataset: str,
    comparison: Comparison,
    name: str,
    measure: str,
    command: str,
    date: str,
    made: Mapping[str, str],
) -> Row:
    outcome = comparison[name]
    evaluation, interval = outcome.evaluation, outcome.evaluation.interval(measure)
    values = dict(zip(evaluation.queries, evaluation.of(measure).tolist(), strict=True))
    mean = evaluation.mean(measure)
    pipeline = "" if outcome.pipeline == ELSEWHERE else outcome.pipeline
    return Row(system, name, pipeline, dataset, measure, mean, interval.low, interval.high, values, command, date, made)


def environment() -> dict[str, str]:
    """The fingerprint of this installation: Python, machine, versions of what figures depend on."""
    found = {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
