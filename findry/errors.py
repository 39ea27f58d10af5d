"""What can go wrong, as one tree.

::

    FindryError
    ├── InputError            a row, query, id or argument that cannot be used
    │   ├── FormatError       a file that breaks its format; says which line
    │   └── SyntaxProblem     a query, filter or measure that does not parse
    ├── PipelineError         stages that do not fit, unknown keys, unbound names
    ├── SpaceMismatch         ids of one space used as ids of another
    ├── IdentityMismatch      an artifact opened with another encoder or analyser
    ├── CapabilityError       a back end asked for what it cannot do
    ├── MissingResource       an index, model, data set or file that is not there
    ├── MissingExtra          an optional dependency that is not installed
    ├── IndexLocked           a second writer on one index
    ├── IndexDamaged          stored bytes that are not what was written
    ├── WriteFailed           a write that the system refused; the last commit stands
    └── ProviderError         a remote model or service that failed

A message has up to four parts: what happened, what was expected, what was received (with where),
and the next thing to do.  Each class carries the exit code that the command line returns for it.
"""

from __future__ import annotations

__all__ = [
    "CapabilityError",
    "FindryError",
    "FormatError",
    "IdentityMismatch",
    "IndexDamaged",
    "IndexLocked",
    "InputError",
    "MissingExtra",
    "MissingResource",
    "PipelineError",
    "ProviderError",
    "SpaceMismatch",
    "SyntaxProblem",
    "WriteFailed",
    "nearest",
]

from collections.abc import Iterable
from typing import Any


class FindryError(Exception):
    """Base of every error that findry raises on purpose.

    >>> print(FindryError("no index here", where="kb", hint="run `findry index SOURCE -o kb`"))
    no index here
      where: kb
      next: run `findry index SOURCE -o kb`
    """

    exit_code = 6

    def __init__(
        self,
        what: str,
        *,
        expected: str | None = None,
        received: str | None = None,
        where: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.what = what
        self.expected = expected
        self.received = received
        self.where = where
        self.hint = hint
        parts = [("expected", expected), ("received", received), ("where", where), ("next", hint)]
        super().__init__("\n".join([what, *(f"  {label}: {text}" for label, text in parts if text is not None)]))

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.what, self.expected, self.received, self.where, self.hint), self.__dict__


class InputError(FindryError, ValueError):
    """A row, query, id or argument cannot be used as given."""

    exit_code = 2


class FormatError(InputError):
    """A file breaks its format; `where` is ``path:line``."""

    exit_code = 5


class SyntaxProblem(InputError):
    """A query, filter, measure or pipeline text does not parse."""


class PipelineError(FindryError):
    """Stages do not fit, a key is unknown, or a name is not bound to a resource."""

    exit_code = 5


class SpaceMismatch(FindryError):
    """Ids of one space were used as ids of another (chunk hits against document judgments)."""

    exit_code = 5


class IdentityMismatch(FindryError):
    """An artifact was opened with another encoder, prompt, pooling or analyser than built it."""

    exit_code = 5


class CapabilityError(FindryError):
    """A back end was asked for something that it does not offer."""

    exit_code = 5


class MissingResource(FindryError, FileNotFoundError):
    """An index, a model, a data set or a file is not where it was looked for."""

    exit_code = 3


class MissingExtra(FindryError, ImportError):
    """An optional dependency is not installed; the original ImportError is chained."""

    exit_code = 3

    def __init__(self, extra: str, *, purpose: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs the extra '{extra}'", hint=f"pip install 'findry[{extra}]'")


class IndexLocked(FindryError):
    """Another writer holds the index."""

    exit_code = 4


class IndexDamaged(FindryError):
    """Stored bytes are not the bytes that were written."""

    exit_code = 4


class WriteFailed(FindryError):
    """The system refused to write, flush or rename; what was committed before stands."""

    exit_code = 4


class ProviderError(FindryError):
    """A remote model or service failed or gave an unusable answer."""


def _again(
    kind: type[FindryError],
    what: str,
    expected: str | None,
    received: str | None,
    where: str | None,
    hint: str | None,
) -> FindryError:
    """An error as another process raised it."""
    error = kind.__new__(kind)
    FindryError.__init__(error, what, expected=expected, received=received, where=where, hint=hint)
    return error


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, for "did you mean" hints; None when none is near.

    >>> nearest("titel", ["title", "text"])
    'title'
    """
    import difflib

    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
