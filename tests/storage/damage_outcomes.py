"""What can come of a case of damage."""

from __future__ import annotations

__all__ = ["REFUSED", "RIGHT", "ROLLED_BACK", "WRONG", "Outcomes", "bad"]

from collections import Counter

RIGHT, REFUSED, ROLLED_BACK, WRONG = "right", "refused", "rolled back", "WRONG"
Outcomes = Counter[tuple[str, str]]
"""How many cases had (place that was damaged, outcome)."""


def bad(outcome: str) -> bool:
    """Whether an outcome is one that damage may not have: a wrong answer, or an error that is not of findry."""
    return outcome not in (RIGHT, REFUSED, ROLLED_BACK)
