"""2,000 made-up studies of each kind: how often the interval holds the truth, and how often the test sees nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from findry.evaluate import difference_interval, sign_flip

STUDIES, MANY = 2000, 8000  # with 2,000 a share of 0.05 is measured to 0.005
Numbers = NDArray[np.float64]
JUMPS = np.array([-1.0, -0.5, -0.33, -0.17, 0.17, 0.33, 0.5, 1.0])  # of a reciprocal rank
TILTED = np.array([0.02, 0.05, 0.08, 0.10, 0.15, 0.2, 0.25, 0.15])
EVEN = np.full(8, 1 / 8)
SHAPES = {
    "jumps of a reciprocal rank": (lambda random, n: random.choice(JUMPS, n, p=TILTED), float(JUMPS @ TILTED)),
    "changes of nDCG": (lambda random, n: random.normal(0.04, 0.15, n), 0.04),
    "small gains, rare large losses": (
        lambda random, n: np.where(random.random(n) < 0.15, -0.5, 0.12),
        0.85 * 0.12 - 0.075,
    ),
}
CASES = [(n, share) for n, share in ((50, 0.4), (100, 0.25), (100, 0.6), (300, 0.1), (300, 0.5))]


def studies(shape: str, n: int, share: float) -> tuple[NDArray[np.float64], float]:
    """Differences of many studies, of which a share of the queries changed; and their true mean."""
    draw, mean = SHAPES[shape]
    random = np.random.default_rng([n, int(100 * share), len(shape)])
    changed = random.random((STUDIES, n)) < share
    return np.where(changed, draw(random, STUDIES * n).reshape(STUDIES, n), 0.0), share * mean  # type: ignore[no-untyped-call]


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("n", "share"), CASES)
def test_the_interval_of_a_difference_covers_the_truth_as_often_as_it_says(shape: str, n: int, share: float) -> None:
    drawn, truth = studies(shape, n, share)
    intervals = [difference_interval(row, resamples=2000) for row in drawn]
    given = [interval for interval in intervals if interval.low is not None]
    covered = float(np.mean([truth in interval for interval in given]))
    print(f"{shape}, n = {n}, {share:.0%} changed: {covered:.3f} of {len(given)} studies with an interval")
    assert len(given) >= 0.97 * STUDIES
    assert 0.93 <= covered <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("n", "share"), CASES)
@pytest.mark.parametrize("shape", ["jumps of a reciprocal rank", "changes of nDCG"])
def test_the_paired_test_sees_a_difference_that_is_not_there_in_at_most_six_of_a_hundred(
    shape: str, n: int, share: float
) -> None:
    random = np.random.default_rng([n, int(100 * share)])
    changed = random.random((MANY, n)) < share
    values = random.choice(JUMPS, (MANY, n), p=EVEN) if "jumps" in shape else random.normal(0, 0.15, (MANY, n))
    found = float(np.mean([sign_flip(row, flips=2000) < 0.05 for row in np.where(changed, values, 0.0)]))
    print(f"{shape}, n = {n}, {share:.0%} changed: type I error {found:.3f}")
    assert found <= 0.06
