"""From what a command raises to a line on standard error and an exit code."""

from __future__ import annotations

__all__ = ["INTERRUPTED", "guarded"]

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from findry.errors import FindryError

RESOURCE, RUNTIME, INTERRUPTED = 4, 6, 130


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """The command as typer calls it: its return value is the exit code, its errors are told in words.

    Errors of findry carry their exit code; the system's (no space, no permission) give 4, an interrupt 130,
    a reader that went away 0, anything else 6.  With FINDRY_DEBUG=1 the traceback is shown first.
    """

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            code = command(*args, **kwargs) or 0
            sys.stdout.flush()
        except typer.Exit:
            raise
        except KeyboardInterrupt:
            code = _told("interrupted", INTERRUPTED)
        except BrokenPipeError:
            code = _silenced()
        except FindryError as error:
            code = _told(str(error), error.exit_code)
        except OSError as error:
            code = _told(f"{error.strerror or error}{_place(error)}", RESOURCE)
        except MemoryError:
            code = _told("out of memory", RESOURCE)
        except Exception as error:
            code = _told(f"unexpected {type(error).__name__}: {error}", RUNTIME)
            if not _debugging():
                print("  next: run it again with FINDRY_DEBUG=1 for the traceback, and report it", file=sys.stderr)
        if code:
            raise typer.Exit(code)

    return run


def _told(message: str, code: int) -> int:
    if _debugging():
        import traceback

        traceback.print_exc()
    print(f"error: {message}", file=sys.stderr)
    return code


def _debugging() -> bool:
    return os.environ.get("FINDRY_DEBUG", "") not in ("", "0")


def _place(error: OSError) -> str:
    return f"\n  where: {error.filename}" if error.filename else ""


def _silenced() -> int:
    """Nobody reads standard output any more: what is still buffered must not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
