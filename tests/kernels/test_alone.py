"""In a process that is findry's alone numba leaves its linear algebra out; elsewhere it stays as it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import findry.kernels
findry.kernels.ALONE = {alone}
import findry.kernels.planning, numba.np.arraymath, numba.np.linalg
print("scipy.linalg" in sys.modules, numba.np.linalg.ensure_blas.__module__)
"""


@pytest.mark.parametrize("alone", [True, False])
def test_linear_algebra_is_left_out_only_where_findry_is_alone(alone: bool) -> None:
    command = [sys.executable, "-c", PROGRAM.format(alone=alone)]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert found == [str(not alone), "numba.np.linalg"]
