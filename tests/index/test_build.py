"""A segment that two threads make is the one that one makes."""

from __future__ import annotations

import numpy as np
import pytest

from findry.index.build import build_segment
from findry.index.draft import Draft
from findry.index.schema import LexicalField, Schema, VectorField
from findry.models import HashEncoder
from findry.records import Document
from findry.text import Chunker

ENCODER = HashEncoder(8)


def draft(chunker: Chunker | None) -> Draft:
    fields = (LexicalField("title", ("title",)), LexicalField("text", ("text",)))
    made = Draft(Schema(fields, (VectorField(ENCODER.card, name="dense"),), chunker))
    for number in range(40):
        text = " ".join(f"word{number * place % 17}" for place in range(number))
        made.take(Document(f"d{number % 30}", {"title": f"ant {number}", "text": text}, {"year": number}), len(text))
    made.settle()
    return made


@pytest.mark.parametrize("chunker", [None, Chunker(max_tokens=5)])
def test_both_ways_give_the_same_arrays_and_meta(chunker: Chunker | None) -> None:
    kinds, encoders = {"year": "int"}, {"dense": ENCODER}
    (one, of_one), (two, of_two) = (
        build_segment(draft(chunker), encoders, kinds, beside=beside) for beside in (False, True)
    )
    assert of_one == of_two
    assert of_one["rows"] == len(one["rows.span"]) > 0
    assert list(one) == list(two)
    assert all(np.array_equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("broken", ["arrays", "texts"])
def test_an_error_in_either_thread_is_told(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ZeroDivisionError

    made = draft(None)
    monkeypatch.setattr(Draft, broken, refuse)
    with pytest.raises(ZeroDivisionError):
        build_segment(made, {"dense": ENCODER}, {"year": "int"}, beside=True)
