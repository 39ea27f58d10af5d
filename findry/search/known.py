"""What a searcher has learnt of terms: their worth, where their postings lie in each segment, what each adds."""

from __future__ import annotations

__all__ = ["Known", "View"]

from collections.abc import Sequence
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from findry.index.bm25 import BM25
from findry.kernels.descriptors import CAPACITY, KNOWN, LISTS, ROOM, SEGMENTS, VIEW, WORTH
from findry.kernels.layout import COLUMNS, COUNT, KIND, SATURATIONS, WINDOW
from findry.search.held import Held
from findry.search.terms import Vocabulary
from findry.text import SEPARATOR

SMALLEST = 256
of_all = chain.from_iterable
MOST, LONGEST = 1 << 23, 1 << 18  # saturations kept, 32 MiB, and postings of the longest list that has them


class View(NamedTuple):
    """What `findry.kernels.answering` takes: numbers, and what keeps the arrays that they name."""

    numbers: NDArray[np.int64]
    kept: tuple[Any, ...]


class Known:
    """The terms that were asked for, each looked up once in a snapshot.

    worth float64[C]: field weight times rarity, 0 where no live row has the term; lists int64[S, C, COLUMNS]: its
    postings in each segment, as the search kernel takes them, the first number -1 where there are none; saturations: of
    the postings of lists that are not long, as far as there is room.  Lines are only ever added: readers need no lock,
    they take `view` once they have their lines, and keep it while they use what its numbers name.
    """

    def __init__(
        self,
        vocabularies: Sequence[Vocabulary],
        weights: Sequence[float],
        formula: BM25,
        held: Sequence[Held],
    ) -> None:
        self._vocabularies, self._weights, self._formula, self._held = vocabularies, weights, formula, held
        self._lock = Lock()
        self._size, self._used, self._most = 1, 0, 0  # line 0, of no worth, is what a surface without terms asks for
        most = sum(int(p.start[-1]) for vocabulary in vocabularies for p in vocabulary.postings)
        self.saturations = np.empty(min(MOST, most), np.float32)
        self._lines: list[dict[str, int]] = [{} for _ in vocabularies]
        self._surfaces: list[dict[str, int]] = [{SEPARATOR: -1} for _ in vocabularies]
        self._several: list[dict[str, list[int]]] = [{} for _ in vocabularies]
        analyzers = [vocabulary.field.analyzer for vocabulary in vocabularies]
        self._cuts, self._cut_each = [analyzer.cut for analyzer in analyzers], analyzers[0].cut_each
        self.worth = np.zeros(SMALLEST)
        self.lists = np.full((len(held), SMALLEST, COLUMNS), -1, np.int64)
        self.view = self._viewed()

    def __len__(self) -> int:
        """How much is held: terms, or surfaces where there are more of them."""
        return self._most

    def asked(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """The lines of what each text asks of all fields, and -1 behind each text.

        Cost: about a fifth of a microsecond a word seen before; less in batches over one field.
        """
        if len(self._cuts) == 1:
            surfaces = self._cut_each(texts)
            try:
                return np.fromiter(map(self._surfaces[0].__getitem__, surfaces), np.int64, len(surfaces))
            except KeyError:
                return np.array(self._lines_of(0, surfaces), np.int64)
        lines: list[int] = []
        for text in texts:
            for field, cut in enumerate(self._cuts):
                surfaces = cut(text)
                try:
                    lines += [*map(self._surfaces[field].__getitem__, surfaces)]
                except KeyError:
                    lines += self._lines_of(field, surfaces)
            lines.append(-1)
        return np.array(lines, np.int64)

    def _lines_of(self, field: int, surfaces: Sequence[str]) -> list[int]:
        """The lines of surfaces, those that were not asked for before, and those with several terms, among them."""
        one, several = self._surfaces[field], self._several[field]
        fresh = [surface for surface in {*surfaces}.difference(one) if surface not in several]
        if fresh:
            terms_of = self._vocabularies[field].field.analyzer.terms_of(fresh)
            self._learn(field, [term for terms in terms_of for term in terms])
            line_of = self._lines[field]
            for surface, terms in zip(fresh, terms_of, strict=True):
                if len(terms) > 1:
                    several[surface] = [line_of[term] for term in terms]
                else:
                    one[surface] = line_of[terms[0]] if terms else 0
            of_surfaces = (len(held) for kind in (self._surfaces, self._several) for held in kind)
            self._most = max(self._size, *of_surfaces) - 1  # SEPARATOR is none, and line 0
        return [*of_all(several.get(surface) or (one[surface],) for surface in surfaces)]

    def _learn(self, field: int, terms: Sequence[str]) -> None:
        """Look up terms of a field, and compare their postings with their checksums."""
        from findry.kernels.planning import describe

        with self._lock:
            lines, vocabulary = self._lines[field], self._vocabularies[field]
            new = [term for term in dict.fromkeys(terms) if term not in lines]
            if not new:
                return
            numbers, df = vocabulary.look_up(new)
            self._grow(len(new))
            span = slice(self._size, self._size + len(new))
            live = vocabulary.snapshot.live_rows
            self.worth[span] = np.where(df > 0, self._formula.idf_of(live, df) * self._weights[field], 0.0)
            every, of = np.arange(len(new)), np.full(len(new), field, np.int64)
            for number, (held, segment) in enumerate(zip(self._held, vocabulary.snapshot.segments, strict=True)):
                there, out = numbers[number], self.lists[number, span]
                vocabulary.postings[number].compare(there[there >= 0])
                windows = -(-segment.rows // WINDOW)
                describe(there, of, every, field, *held.laid[field].terms, windows, held.laid[field].places, out)
                for line in np.flatnonzero(out[:, KIND] >= 0).tolist():
                    out[line, SATURATIONS] = self._saturate(out[line], held)
            lines.update(zip(new, range(span.start, span.stop), strict=True))
            self._size = span.stop

    def _saturate(self, entry: NDArray[np.int64], held: Held) -> int:
        """Where the saturations of a list begin, computed once; -1 for a long one, and where there is no room."""
        from findry.kernels.reading import saturate

        first, count = self._used, int(entry[COUNT])
        if count > LONGEST or first + count > len(self.saturations):
            return -1
        out = self.saturations[first : first + count]
        saturate(entry, held.descriptor, out)
        self._used += count
        return first

    def _grow(self, by: int) -> None:
        size = len(self.worth)
        if self._size + by <= size:
            return
        more = max(size, self._size + by)
        self.worth = np.concatenate((self.worth, np.zeros(more)))
        self.lists = np.concatenate((self.lists, np.full((len(self.lists), more, COLUMNS), -1, np.int64)), axis=1)
        self.view = self._viewed()

    def _viewed(self) -> View:
        from findry.kernels.addresses import address

        head = np.empty(VIEW, np.int64)
        head[SEGMENTS], head[CAPACITY], head[ROOM] = len(self._held), len(self.worth), len(self.saturations)
        head[WORTH], head[LISTS], head[KNOWN] = address(self.worth), address(self.lists), address(self.saturations)
        numbers = np.concatenate([head, *(held.descriptor for held in self._held)])
        return View(numbers, (self.worth, self.lists, self.saturations, self._held))
