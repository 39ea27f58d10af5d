"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
os.environ["FINDRY_ENCODINGS"] = "off"  # what a test encodes is encoded, and nothing of it is kept for a user

MEMORY = Path("/dev/shm")
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 4 << 30:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)  # no trial waits for a disk; workers and children inherit it

settings.register_profile(
    "findry",
    deadline=None,
    max_examples=int(os.environ.get("FINDRY_EXAMPLES", "50")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("findry")


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """The folder of a judged collection; skips with the reason where the collections are absent."""
    folder = Path(os.environ.get("FINDRY_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        if not (folder / name).is_dir():
            pytest.skip(f"the judged collection {name!r} is not in {folder} (set FINDRY_DATA)")
        return folder / name

    return find


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many of the tests that need the judged collections ran."""
    counts = {
        outcome: sum("data" in getattr(report, "keywords", ()) for report in terminalreporter.stats.get(outcome, []))
        for outcome in ("passed", "failed", "skipped")
    }
    if any(counts.values()):
        told = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
        terminalreporter.write_line(f"tests on judged collections: {told}")
