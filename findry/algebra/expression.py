"""Pipelines as expressions: nodes, operators, binding, and naming."""

from __future__ import annotations

__all__ = ["Both", "Pipe", "Then", "joined_trace", "joins"]

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, NoReturn, TypeVar, cast

from findry.errors import PipelineError
from findry.records import Batch, Branches, Trace

_JOINS: dict[str, Callable[[Any, Any], Any]] = {}
J = TypeVar("J", bound=Callable[[Any, Any], Any])


def joins(sign: str) -> Callable[[J], J]:
    """Declare what an operator builds from its two sides; the nodes stand in their own files."""

    def declare(build: J) -> J:
        _JOINS[sign] = build
        return build

    return declare


class Pipe(ABC):
    """A callable from `Batch` to `Batch` that can be composed.

    ``a >> b`` then, ``a | b`` branches, ``a % k`` cut, ``a * w`` and ``a + b`` linear mix, ``a & b``
    intersection, ``a ^ b`` concatenation, ``a ** b`` features.  Python binds ``**`` first, then ``*`` and
    ``%``, ``+``, ``>>``, ``&``, ``^``, ``|``: put branches in parentheses.
    """

    @abstractmethod
    def __call__(self, batch: Batch) -> Batch:
        """Run on a batch, plainly: nothing shared, nothing cached."""

    @property
    @abstractmethod
    def parts(self) -> tuple[Pipe, ...]:
        """The pipes that this one is made of."""

    @abstractmethod
    def rebuilt(self, parts: tuple[Pipe, ...]) -> Pipe:
        """The same node over other parts."""

    @abstractmethod
    def key(self) -> str:
        """What decides the behaviour: equal keys on equal input give equal output."""

    def __rshift__(self, other: Pipe) -> Pipe:
        if isinstance(other, Then):  # so that chains lean to the left, however they were typed
            return (self >> other.first) >> other.second
        return Then(self, _pipe(other, ">>"))

    def __or__(self, other: Pipe) -> Pipe:
        return Both((*_flat(self), *_flat(_pipe(other, "|"))))

    def __mod__(self, k: int) -> Pipe:
        return self._join("%", k)

    def __mul__(self, weight: float) -> Pipe:
        return self._join("*", weight)

    __rmul__ = __mul__

    def __add__(self, other: Pipe) -> Pipe:
        return self._join("+", _pipe(other, "+"))

    def __and__(self, other: Pipe) -> Pipe:
        return self._join("&", _pipe(other, "&"))

    def __xor__(self, other: Pipe) -> Pipe:
        return self._join("^", _pipe(other, "^"))

    def __pow__(self, other: Pipe) -> Pipe:
        return self._join("**", _pipe(other, "**"))

    def _join(self, sign: str, other: object) -> Pipe:
        return cast(Pipe, _JOINS[sign](self, other))

    def __bool__(self) -> NoReturn:
        raise PipelineError("a pipeline has no truth value", hint="use `|`, `&` and `>>`, not `or` and `and`")

    def _compare(self, _other: object) -> NoReturn:
        raise PipelineError(
            "pipelines cannot be compared with operators",
            hint="equivalent(p, q) compares behaviour; `a >> b > c` needs `>>` twice",
        )

    __lt__ = __le__ = __gt__ = __ge__ = _compare
    __eq__ = cast("Callable[[object, object], bool]", _compare)
    __hash__ = object.__hash__

    def walk(self) -> Iterator[Pipe]:
        """This node and all below it, left to right."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def bind(self, **resources: Any) -> Pipe:
        """The same pipeline with named resources replaced by live objects.

        An object with a `reader` (an index) is bound by the reader of its newest commit.
        """
        return self.rebuilt(tuple(part.bind(**resources) for part in self.parts))

    def named(self, label: str) -> Pipe:
        """The same stage under a label of its own."""
        del label
        raise PipelineError("only a stage can be named", received=repr(self), hint="name the stages it is made of")

    def without(self, label: str) -> Pipe:
        """The pipeline with the stage called `label` replaced by its null.

        A dropped retriever drops its branch, a dropped fuser leaves its first branch, any other stage
        passes on what it takes.
        """
        return self._join("without", label)

    @property
    def finds(self) -> str | None:
        """The label under which this node brings hits in; None for one that does not."""
        return None

    def finders(self) -> Iterator[str]:
        """The labels under which this pipe brings hits in."""
        for part in self.parts:
            yield from part.finders()

    def written_after(self, first: str) -> str:
        """How ``first >> self`` is written."""
        return f"({first} >> {self!r})"


def _pipe(value: object, operator: str) -> Pipe:
    if not isinstance(value, Pipe):
        raise PipelineError(f"`{operator}` needs a pipeline on both sides", received=repr(value))
    return value


def _flat(pipe: Pipe) -> tuple[Pipe, ...]:
    return pipe.parts if isinstance(pipe, Both) else (pipe,)


@dataclass(frozen=True, eq=False, repr=False)
class Then(Pipe):
    """First one pipe, then another on its output."""

    first: Pipe
    second: Pipe

    def __call__(self, batch: Batch) -> Batch:
        return self.second(self.first(batch))

    @property
    def parts(self) -> tuple[Pipe, ...]:
        return self.first, self.second

    def rebuilt(self, parts: tuple[Pipe, ...]) -> Pipe:
        return Then(*parts)

    def key(self) -> str:
        return f"({self.first.key()} >> {self.second.key()})"

    def __repr__(self) -> str:
        return self.second.written_after(repr(self.first))


@dataclass(frozen=True, eq=False, repr=False)
class Both(Pipe):
    """Several pipes on the same input, side by side: the branches of a fuser."""

    parts: tuple[Pipe, ...] = ()

    def __call__(self, batch: Batch) -> Batch:
        return self.join(batch, [part(batch) for part in self.parts])

    def join(self, batch: Batch, outputs: list[Batch]) -> Batch:
        """What follows from the outputs of the parts: named branches over the queries that came in."""
        runs = {}
        for name, part, out in zip(self.names(), self.parts, outputs, strict=True):
            runs[name] = out.need_run(f"branch {part!r}").named(name)
        return batch.with_(run=None, branches=Branches(runs), trace=joined_trace(batch.trace, outputs))

    def names(self) -> list[str]:
        """A distinct name for each branch: the label of its retriever, numbered where two agree."""
        names: list[str] = []
        for part in self.parts:
            name = "+".join(part.finders()) or f"branch{len(names) + 1}"
            again = (f"{name}.{number}" for number in count(2))
            names.append(name if name not in names else next(other for other in again if other not in names))
        return names

    def rebuilt(self, parts: tuple[Pipe, ...]) -> Pipe:
        return Both(parts)

    def key(self) -> str:
        return f"({' | '.join(part.key() for part in self.parts)})"

    def __repr__(self) -> str:
        return f"({' | '.join(map(repr, self.parts))})"


def joined_trace(before: Trace, outputs: list[Batch]) -> Trace:
    """The trace of parallel parts: what they added, shared stages once."""
    seen = {id(stage) for stage in before}
    added = []
    for out in outputs:
        for stage in out.trace:
            if id(stage) not in seen:
                seen.add(id(stage))
                added.append(stage)
    return before.then(*added)
