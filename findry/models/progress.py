"""A progress bar on standard error, only where it was asked for."""

from __future__ import annotations

__all__ = ["steps"]

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def steps(label: str, total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A function that says how many more are done; it draws nothing unless `shown`."""
    if not shown:
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)


def _nothing(done: int) -> None:
    """Draw no bar."""
    del done
