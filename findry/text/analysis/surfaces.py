"""From a surface, as it stands in the text, to its terms; each distinct surface is worked out once."""

from __future__ import annotations

__all__ = ["Occurrence", "Piece", "Surfaces"]

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias

from findry.text.analysis.characters import SEPARATOR, chunk_table, cluster_pattern, word_pattern
from findry.text.analysis.languages import CUT_AT_APOSTROPHE, ELISION, stem_words
from findry.text.analysis.normalise import apply_apostrophes, fold_accents, fold_case

_MAX_CACHED = 1 << 16


class Piece(NamedTuple):
    """One term of a surface: its place in words and in characters, both from the surface's start."""

    term: str
    position: int
    start: int
    end: int


class Occurrence(NamedTuple):
    """A term in a text: from the character `start` to that before `end`."""

    term: str
    start: int
    end: int


Pieces: TypeAlias = tuple[tuple[Piece, ...], int]
"""The terms of a surface that are kept, and the number of word positions that it takes."""


class Seen(NamedTuple):
    """The surfaces worked out lately: the pieces of each, and which of them have a term."""

    pieces: dict[str, Pieces]
    of_term: dict[str, list[str]]


_Draft: TypeAlias = tuple[str, int, int, bool]  # word, start, end, whether it is a word that can be stemmed


class Surfaces:
    """The terms of surfaces under one setting; a bounded cache keeps the ones seen lately."""

    def __init__(
        self,
        *,
        language: str,
        stem: bool,
        stop: frozenset[str],
        accents: bool,
        bigrams: bool,
        min_length: int,
        underscore: bool = False,
    ) -> None:
        self.language = language
        self.stem = stem
        self.accents = accents
        self.bigrams = bigrams
        self.min_length = min_length
        self.turkish = language in CUT_AT_APOSTROPHE
        self.joined = language not in ELISION
        self.underscore = underscore
        self.ascii_pattern = word_pattern(joined=self.joined, underscore=underscore, ascii_only=True)
        self.table = chunk_table(lower=not self.turkish, underscore=underscore)
        self.stop = frozenset(word for entry in stop for word, *_ in self._drafts(entry))
        self._seen = Seen({}, {})
        self._words: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {}

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The words of any text; made when a text is not ASCII, for it takes a tenth of a second."""
        return word_pattern(joined=self.joined, underscore=self.underscore)

    @cached_property
    def cluster(self) -> re.Pattern[str]:
        """One letter of an unspaced script."""
        return cluster_pattern()

    def find(self, text: str) -> list[re.Match[str]]:
        """The surfaces of one text, with their places in it."""
        pattern = self.ascii_pattern if text.isascii() else self.pattern
        return [match for match in pattern.finditer(text) if match.group() != SEPARATOR]

    def occurrences(self, text: str, terms: Set[str]) -> list[Occurrence]:
        """Where some terms stand in a text.  Cost: about a quarter of a microsecond a word that was seen lately."""
        pattern = self.ascii_pattern if text.isascii() else self.pattern
        surfaces = {*pattern.findall(text)} - {SEPARATOR}
        wanted: dict[str, list[Piece]] = {}
        for surface, (pieces, _) in self._with_any(surfaces, terms):
            if kept := [piece for piece in pieces if piece.term in terms]:
                wanted[surface] = kept
        return [
            Occurrence(piece.term, match.start() + piece.start, match.start() + piece.end)
            for begin, end in _chunks_with(text, wanted)
            for match in pattern.finditer(text, begin, end)
            for piece in wanted.get(match.group(), ())
        ]

    def _with_any(self, surfaces: set[str], terms: Set[str]) -> list[tuple[str, Pieces]]:
        """Those of some surfaces that may have one of the terms: all that are new, and of the others those that do."""
        pieces, of_term = self._seen
        fresh = surfaces.difference(pieces)
        known = {surface for term in terms for surface in of_term.get(term, ())} & surfaces - fresh
        made = zip(fresh, self.pieces(fresh), strict=True) if fresh else ()
        return [*((surface, pieces[surface]) for surface in known), *made]

    def split(self, texts: Sequence[str]) -> list[str]:
        """The surfaces of many texts, and a SEPARATOR after each text, at C speed.

        ASCII texts are cut into chunks, surfaces that may hold several words or none; the terms are the same.
        """
        block = f" {SEPARATOR} ".join([text.replace(SEPARATOR, " ") for text in texts] + [""])
        return self._chunks(block)

    def _chunks(self, text: str) -> list[str]:
        """The surfaces of a text that ends with a space, and its SEPARATORs."""
        if text.isascii():
            return text.replace(". ", " ").translate(self.table).split()
        return self.pattern.findall(text)

    def pieces(self, surfaces: Iterable[str]) -> list[Pieces]:
        """The terms of each surface, in order.  Cost: a few microseconds a surface that is not cached."""
        surfaces = list(surfaces)
        cache, of_term = self._seen  # replaced when full, never emptied: another thread may be reading it
        fresh = [surface for surface in dict.fromkeys(surfaces) if surface not in cache]
        made = dict(zip(fresh, self._make(fresh), strict=True))
        found = [made.get(surface) or cache[surface] for surface in surfaces]
        if len(cache) + len(made) > _MAX_CACHED:
            self._seen = cache, of_term = Seen({}, {})
        if len(made) <= _MAX_CACHED:
            for surface, (kept, _) in made.items():
                for piece in kept:
                    of_term.setdefault(piece.term, []).append(surface)
            cache.update(made)  # last: a surface that is known here is known to its terms
        return found

    def cut(self, text: str) -> list[str]:
        """The surfaces of one text, cut as in `split`.  Cost: about a seventh of a microsecond a word of ASCII text."""
        return self._chunks(f"{text.replace(SEPARATOR, ' ') if SEPARATOR in text else text} ")

    def cut_each(self, texts: Sequence[str]) -> list[str]:
        """The surfaces of some texts, cut as in `cut`, and a SEPARATOR after each text."""
        if len(texts) > 1 and all(map(str.isascii, texts)):
            return self.split(texts)
        found: list[str] = []
        for text in texts:
            found += self.cut(text)
            found.append(SEPARATOR)
        return found

    def terms(self, text: str) -> list[str]:
        """The terms of one text.  Cost: about a third of a microsecond a word that was seen lately."""
        found = self.cut(text)
        cache = self._seen.pieces
        try:
            return [piece.term for surface in found for piece in cache[surface][0]]
        except KeyError:
            return [piece.term for pieces, _ in self.pieces(found) for piece in pieces]

    def terms_of_words(self, words: list[str]) -> list[str]:
        """The term of each distinct ASCII word (see `WordNumbers` for its spelling), "" where the word is dropped."""
        if not (self.stem or self.stop or self.turkish or self.min_length > 1):
            return words
        cache = self._words
        terms = list(map(cache.get, words))
        fresh = [word for word, term in zip(words, terms, strict=True) if term is None]
        made = self._terms_of_new(fresh)
        if len(cache) + len(fresh) <= _MAX_CACHED:  # frequent words come first, so that they are the ones kept
            cache.update(zip(fresh, made, strict=True))
        if len(fresh) == len(words):
            return made
        new = iter(made)
        return [next(new) if term is None else term for term in terms]

    def _terms_of_new(self, words: list[str]) -> list[str]:
        if self.turkish:
            words = [fold_case(word, turkish=True) for word in words]
        stems = self._stemmed(words)
        if self.min_length == 1 and not self.stop.intersection(words):
            return stems
        return [stem if self._kept(word) else "" for word, stem in zip(words, stems, strict=True)]

    def terms_of_chunks(self, chunks: list[str]) -> Iterator[list[str]]:
        """The terms of each text that is not ASCII, one for each position, "" where it is dropped."""
        found = self.split(chunks)
        cache = self._lists
        fresh = [surface for surface in dict.fromkeys(found) if surface not in cache]
        terms_of = dict(zip(fresh, self._terms([self._drafts(surface) for surface in fresh]), strict=True))
        if len(cache) + len(fresh) <= _MAX_CACHED:  # long runs seldom come again
            cache.update((surface, terms) for surface, terms in terms_of.items() if len(terms) <= 2)
        terms: list[str] = []
        for surface in found:
            if surface == SEPARATOR:
                yield terms
                terms = []
            else:
                terms += terms_of[surface] if surface in terms_of else cache[surface]

    def _make(self, surfaces: list[str]) -> list[Pieces]:
        drafts = [self._drafts(surface) for surface in surfaces]
        made: list[Pieces] = []
        for group, terms in zip(drafts, self._terms(drafts), strict=True):
            places = zip(terms, group, strict=True)
            pieces = [Piece(term, at, start, end) for at, (term, (_, start, end, _)) in enumerate(places) if term]
            made.append((tuple(pieces), len(group)))
        return made

    def _terms(self, drafts: list[list[_Draft]]) -> list[list[str]]:
        words = {word: "" for group in drafts for word, _, _, spaced in group if spaced}
        kept = [word for word in words if self._kept(word)]
        words.update(zip(kept, self._stemmed(kept), strict=True))
        return [[words[word] if spaced else word for word, _, _, spaced in group] for group in drafts]

    def _kept(self, word: str) -> bool:
        return len(word) >= self.min_length and word not in self.stop

    def _stemmed(self, words: list[str]) -> list[str]:
        stems = stem_words(self.language, words) if self.stem else words
        if self.accents and not "".join(stems).isascii():
            stems = [fold_accents(stem) for stem in stems]
        return stems

    def _drafts(self, surface: str) -> list[_Draft]:
        """The words of a surface before stop words and stemming; each takes one position."""
        end = len(surface)
        if surface.isascii():
            if surface.isalnum():
                return [(fold_case(surface, turkish=self.turkish), 0, end, True)]
            return [(self._word(m.group()), *m.span(), True) for m in self.ascii_pattern.finditer(surface)]
        if self.cluster.match(surface):
            return self._run(surface)
        drafts: list[_Draft] = []
        for part in self.pattern.findall(fold_case(surface, turkish=self.turkish)):
            if self.cluster.match(part):
                drafts.extend((word, 0, end, False) for word, *_ in self._run(part))
            else:  # a compatibility form may hide several words: ½ is 1 and 2
                drafts.append((self._word(part), 0, end, True))
        return drafts

    def _word(self, surface: str) -> str:
        folded = fold_case(surface.replace(".", ""), turkish=self.turkish)
        return apply_apostrophes(folded, self.language)

    def _run(self, surface: str) -> list[_Draft]:
        letters = list(map(_fold_letter, self.cluster.findall(surface)))
        places = [match.span() for match in self.cluster.finditer(surface)]
        if not self.bigrams or len(letters) == 1:
            return [(letter, start, end, False) for letter, (start, end) in zip(letters, places, strict=True)]
        pairs = zip(letters, letters[1:], places, places[1:], strict=False)
        return [(first + second, start, end, False) for first, second, (start, _), (_, end) in pairs]


_fold_letter = lru_cache(maxsize=1 << 14)(fold_case)


def _chunks_with(text: str, surfaces: Iterable[str]) -> list[tuple[int, int]]:
    """The parts of a text between two spaces, the second included, that hold some surfaces, in order.

    A space ends every word, so that they have the surfaces that they have in the text.
    """
    chunks: dict[int, int] = {}
    for surface in surfaces:
        at = text.find(surface)
        while at >= 0:
            begin = text.rfind(" ", 0, at) + 1
            end = chunks[begin] = text.find(" ", at) + 1 or len(text)
            at = text.find(surface, end)
    return sorted(chunks.items())
