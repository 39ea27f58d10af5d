"""A progress bar on standard error, only where it was asked for."""

from __future__ import annotations

__all__ = ["advancing", "steps"]

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_whole: ContextVar[Callable[[int], None] | None] = ContextVar("whole", default=None)


@contextmanager
def steps(label: str, total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A function that says how many more are done; it draws nothing unless `shown`.

    Within `advancing` it moves that bar and draws none of its own.
    """
    whole = _whole.get()
    if not shown or whole is not None:
        yield whole if shown and whole is not None else _nothing
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)


@contextmanager
def advancing(whole: Callable[[int], None]) -> Iterator[None]:
    """Let the steps inside move the bar of a larger whole."""
    before = _whole.set(whole)
    try:
        yield
    finally:
        _whole.reset(before)


def _nothing(done: int) -> None:
    """Draw no bar."""
    del done
