from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

from findry.errors import InputError
from findry.records.where import And, Compare, Contains, Exists, Member, Not, Or, from_dict, keys, to_dict


def test_the_json_is_that_of_openai_vector_stores() -> None:
    where = And((Compare("gte", "year", 2020), Or((Member("in", "lang", ("en",)), Compare("eq", "open", True)))))
    assert to_dict(where) == {
        "type": "and",
        "filters": [
            {"type": "gte", "key": "year", "value": 2020},
            {
                "type": "or",
                "filters": [
                    {"type": "in", "key": "lang", "value": ["en"]},
                    {"type": "eq", "key": "open", "value": True},
                ],
            },
        ],
    }
    assert from_dict(to_dict(where)) == where


def test_dates_become_iso_text_and_numpy_values_plain_ones() -> None:
    assert Compare("lt", "day", datetime.date(2024, 5, 31)).value == "2024-05-31"  # type: ignore[arg-type]
    assert Compare("lt", "at", datetime.datetime(2024, 5, 31, 12)).value == "2024-05-31T12:00:00"  # type: ignore[arg-type]
    assert type(Contains("tags", np.int64(3)).value) is int  # type: ignore[arg-type]
    assert Member("in", "tags", [np.str_("a")]).values == ("a",)  # type: ignore[arg-type]


def test_lists_of_parts_become_tuples_so_that_a_filter_can_be_hashed() -> None:
    parts = [Exists("a"), Not(Exists("b"))]
    assert hash(And(parts)) == hash(And(tuple(parts)))  # type: ignore[arg-type]


def test_all_columns_that_are_read_are_known() -> None:
    assert keys(Or((Contains("a", 1), And((Exists("b"), Not(Member("nin", "c", ()))))))) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({"type": "eqq", "key": "a", "value": 1}, "'eq'"),
        ({"type": "EQ", "key": "a", "value": 1}, "'eq'"),
        ({"type": "conatins", "key": "a", "value": 1}, "'contains'"),
        ({"type": "eq", "kye": "a", "value": 1}, "'key'"),
        ({"type": "eq", "key": "a"}, "value"),
        ({"type": ["eq"], "key": "a", "value": 1}, "type"),
        ({"key": "a", "value": 1}, "type"),
        ({"type": "and", "filters": {"type": "exists", "key": "a"}}, "list"),
        ({"type": "in", "key": "a", "value": "en"}, "list"),
        ({"type": "eq", "key": "a", "value": None}, "Exists"),
        ({"type": "eq", "key": "a", "value": float("nan")}, "finite"),
        ({"type": "exists", "key": ""}, "column"),
        (["eq"], "object"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_and_says_what_was_meant(data: Any, word: str) -> None:
    with pytest.raises(InputError) as caught:
        from_dict(data)
    assert word in str(caught.value)


def test_a_part_that_is_no_filter_is_refused() -> None:
    with pytest.raises(InputError):
        And(({"type": "exists", "key": "a"},))  # type: ignore[arg-type]
