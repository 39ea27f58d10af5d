"""From texts to terms: the one analysis that indexing, querying and highlighting share."""

from __future__ import annotations

__all__ = ["Analyzer"]

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from findry.errors import IdentityMismatch, InputError
from findry.text.analysis.batch import Token, TokenBatch
from findry.text.analysis.bulk import BulkAnalysis
from findry.text.analysis.characters import SEPARATOR
from findry.text.analysis.languages import STOP_WORDS, language_name, snowball_version
from findry.text.analysis.surfaces import Occurrence, Surfaces

_VERSION = 1
_BLOCK_CHARS = 1 << 22
_COMPILED_FROM = 1 << 14


@dataclass(frozen=True)
class Analyzer:
    """Turns text into terms: words, lower case, without stop words, stemmed, without accents.

    language      a Snowball language or ISO 639-1 code; "none" keeps whole words of any language
    stem          Snowball stemming
    stopwords     True for the language's own list (English has one, Lucene's 33 words; the other languages
                  have none), False, or a list of words
    fold_accents  drop the accents of Latin, Greek and Cyrillic letters, after stemming (for Vietnamese,
                  where they are most of the word, say False)
    bigrams       runs of Han, Kana, Hangul, Thai, Lao, Khmer and Myanmar become overlapping pairs of
                  characters; a character that stands alone stays.  False: single characters
    min_length    shorter words are dropped (a character of those scripts never is)
    identifiers   "split": ``snake_case`` is two words; "whole": it is one, ``_`` counts as a letter

    A word is a run of letters, digits and marks; ``_``, ``.`` and ``-`` end it (``os.path`` is two words,
    ``snake_case`` two, ``camelCase`` one), but a dotted acronym is one (``U.S.`` is ``us``).  An inner
    apostrophe is closed up (``don't`` is ``dont``), after the English possessive is cut; French, Italian,
    Catalan and Irish split there (``l'avion``), Turkish cuts the ending off.

    Source: Porter, "Snowball", 2001 (stemming); Unicode annex 15 (NFKC) and the Unicode case folding.
    Cost: about 0.1 microseconds a token of ASCII text in bulk, plus one or two for each distinct word.

    >>> Analyzer().terms("The runners' U.S. visas, don't run!")
    ['runner', 'us', 'visa', 'dont', 'run']
    >>> Analyzer("none").terms("Crème 日本語")
    ['creme', '日本', '本語']
    """

    language: str = "english"
    stem: bool = True
    stopwords: bool | tuple[str, ...] = True
    fold_accents: bool = True
    bigrams: bool = True
    min_length: int = 1
    identifiers: Literal["split", "whole"] = "split"

    def __post_init__(self) -> None:
        language = language_name(self.language)
        stopwords = self.stopwords
        if isinstance(stopwords, str):
            raise InputError("stopwords is one text", expected="True, False or a list of words")
        if not isinstance(stopwords, bool):
            stopwords = tuple(sorted(set(stopwords)))
        if self.min_length < 1:
            raise InputError("min_length must be 1 or more", received=str(self.min_length))
        if self.identifiers not in ("split", "whole"):
            raise InputError(
                "unknown way to read identifiers", expected="split or whole", received=repr(self.identifiers)
            )
        # Settings that give the same terms are equal and have the same card.
        object.__setattr__(self, "language", language)
        object.__setattr__(self, "stem", self.stem and language != "none")
        object.__setattr__(
            self, "stopwords", stopwords and (language in STOP_WORDS or stopwords is not True) and stopwords
        )

    def analyze(self, texts: Sequence[str]) -> TokenBatch:
        """The terms of all texts as arrays; each text is analysed as if it stood alone.

        >>> batch = Analyzer().analyze(["the red fox", "", "red foxes"])
        >>> batch.vocabulary, batch.terms.tolist(), batch.positions.tolist(), batch.offsets.tolist()
        (['red', 'fox'], [0, 1, 0, 1], [1, 2, 0, 1], [0, 2, 2, 4])
        """
        if sum(map(len, texts)) >= _COMPILED_FROM:
            analysis = self.in_parts()
            analysis.take(texts)
            return analysis.finish()
        return self._by_patterns(texts)

    def in_parts(self) -> BulkAnalysis:
        """An analysis that takes texts part after part and gives the terms of all of them at the end.

        >>> analysis = Analyzer().in_parts()
        >>> analysis.take(["the red fox"])
        >>> analysis.take(["red foxes"])
        >>> batch = analysis.finish()
        >>> batch.vocabulary, batch.terms.tolist(), batch.offsets.tolist()
        (['red', 'fox'], [0, 1, 0, 1], [0, 2, 4])
        """
        return BulkAnalysis(_surfaces(self))

    def _by_patterns(self, texts: Sequence[str]) -> TokenBatch:
        """The same by regular expressions: faster for few short texts, which need no compiled code."""
        surfaces = _surfaces(self)
        table: defaultdict[str, int] = defaultdict(count(-1).__next__)
        table[SEPARATOR]  # is -1
        streams, rows, lengths = [np.empty(0, np.int32)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for block in _blocks(texts):
            found = surfaces.split([texts[row] for row in block])
            ids = np.fromiter(map(table.__getitem__, found), np.int32, len(found))
            streams.append(ids[ids >= 0])
            rows.append(np.array(block, np.int64))
            lengths.append(np.diff(np.flatnonzero(ids < 0), prepend=-1) - 1)
        stream, ends = _in_order(np.concatenate(streams), np.concatenate(rows), np.concatenate(lengths))
        return _expand(surfaces, list(table)[1:], stream, ends)

    def tokens(self, text: str) -> list[Token]:
        """The terms of one text with their characters in that text, in order of position.

        >>> Analyzer().tokens("The Foxes")
        [Token(term='fox', start=4, end=9, position=1)]
        """
        surfaces = _surfaces(self)
        matches = surfaces.find(text)
        tokens: list[Token] = []
        position = 0
        for match, (pieces, width) in zip(matches, surfaces.pieces(m.group() for m in matches), strict=True):
            at = match.start()
            tokens.extend(Token(p.term, at + p.start, at + p.end, position + p.position) for p in pieces)
            position += width
        return tokens

    def occurrences(self, text: str, terms: Set[str]) -> list[Occurrence]:
        """Where some terms stand in a text, in order: those of `tokens` that are wanted, without their positions.

        >>> Analyzer().occurrences("Foxes and a fox", {"fox"})
        [Occurrence(term='fox', start=0, end=5), Occurrence(term='fox', start=12, end=15)]
        """
        return _surfaces(self).occurrences(text, terms)

    def terms(self, text: str) -> list[str]:
        """The terms of one text, in order.

        >>> Analyzer("fr").terms("l'avion")
        ['l', 'avion']
        """
        return _surfaces(self).terms(text)

    @property
    def cut(self) -> Callable[[str], list[str]]:
        """Takes one text to its surfaces: what has terms of its own, whatever stands around it.

        >>> Analyzer().cut("Red foxes, U.S.")
        ['red', 'foxes', 'u.s']
        """
        return _surfaces(self).cut

    @property
    def cut_each(self) -> Callable[[Sequence[str]], list[str]]:
        """Takes texts to their surfaces, and `SEPARATOR` behind those of each text.

        >>> [surface.replace(SEPARATOR, "/") for surface in Analyzer().cut_each(["Red foxes", "", "U.S."])]
        ['red', 'foxes', '/', '/', 'u.s', '/']
        """
        return _surfaces(self).cut_each

    def terms_of(self, surfaces: Sequence[str]) -> list[list[str]]:
        """The terms of each of some surfaces that `cut` gave; one after another they are the `terms` of the text.

        >>> Analyzer().terms_of(["the", "foxes", "u.s"])
        [[], ['fox'], ['us']]
        """
        return [[piece.term for piece in pieces] for pieces, _ in _surfaces(self).pieces(surfaces)]

    def card(self) -> dict[str, Any]:
        """Everything that decides the terms, for an index to keep."""
        stopwords = "lucene-33" if self.stopwords is True else list(self.stopwords or ())
        return {
            "kind": "analyzer",
            "version": _VERSION,
            "language": self.language,
            "stem": self.stem,
            "stopwords": stopwords,
            "fold_accents": self.fold_accents,
            "bigrams": self.bigrams,
            "min_length": self.min_length,
            "identifiers": self.identifiers,
            "snowball": snowball_version() if self.stem else None,
            "unicode": unicodedata.unidata_version,
        }

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Analyzer:
        """The analyzer that wrote `card`; IdentityMismatch where this installation would give other terms.

        Another Unicode version is accepted: it changes only what newly assigned characters give.

        >>> Analyzer.from_card(Analyzer("de", min_length=2).card()) == Analyzer("de", min_length=2)
        True
        """
        stopwords = card["stopwords"]
        made = cls(
            card["language"],
            stem=card["stem"],
            stopwords=True if stopwords == "lucene-33" else tuple(stopwords) or False,
            fold_accents=card["fold_accents"],
            bigrams=card["bigrams"],
            min_length=card["min_length"],
            identifiers=card["identifiers"],
        )
        mine = made.card()
        for part, name in (("version", "analysis"), ("snowball", "the Snowball stemmers")):
            if card[part] != mine[part]:
                raise IdentityMismatch(
                    f"the terms were made by another version of {name}",
                    expected=f"{part} {card[part]}",
                    received=f"{part} {mine[part]}",
                    hint="build the index again, or install the version that built it",
                )
        return made


@lru_cache(maxsize=64)
def _surfaces(analyzer: Analyzer) -> Surfaces:
    stop = STOP_WORDS[analyzer.language] if analyzer.stopwords is True else frozenset(analyzer.stopwords or ())
    return Surfaces(
        language=analyzer.language,
        stem=analyzer.stem,
        stop=stop,
        accents=analyzer.fold_accents,
        bigrams=analyzer.bigrams,
        min_length=analyzer.min_length,
        underscore=analyzer.identifiers == "whole",
    )


def _blocks(texts: Sequence[str]) -> Iterator[list[int]]:
    """The rows of the texts in blocks of bounded size, ASCII texts apart because they are cut faster."""
    plain = [text.isascii() for text in texts]
    for kind in (True, False):
        block: list[int] = []
        size = 0
        for row, text in enumerate(texts):
            if plain[row] is kind:
                block.append(row)
                size += len(text)
                if size > _BLOCK_CHARS:
                    yield block
                    block, size = [], 0
        if block:
            yield block


def _in_order(
    stream: NDArray[np.int32], rows: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Put the ragged rows of a stream at their places; gives the stream and its offsets."""
    ends = np.zeros(len(rows) + 1, np.int64)
    ends[rows + 1] = lengths
    ends = np.cumsum(ends)
    if np.array_equal(rows, np.arange(len(rows))):
        return stream, ends
    shift = ends[rows] - (np.cumsum(lengths) - lengths)
    ordered = np.empty_like(stream)
    ordered[np.arange(len(stream)) + np.repeat(shift, lengths)] = stream
    return ordered, ends


def _expand(surfaces: Surfaces, names: list[str], stream: NDArray[np.int32], ends: NDArray[np.int64]) -> TokenBatch:
    """Replace the surfaces of the stream by their terms, for all texts at once."""
    made = surfaces.pieces(names)
    table: defaultdict[str, int] = defaultdict(count().__next__)
    flat = [(table[piece.term], piece.position) for pieces, _ in made for piece in pieces]
    term, step = np.array(flat, np.int32).reshape(-1, 2).T
    kept = np.array([len(pieces) for pieces, _ in made], np.int64)
    width = np.array([width for _, width in made], np.int64)
    first = np.cumsum(kept) - kept

    before = np.concatenate(([0], np.cumsum(width[stream])))
    lengths = np.diff(ends)
    position = before[:-1] - np.repeat(before[ends[:-1]], lengths)
    counts = kept[stream]
    after = np.concatenate(([0], np.cumsum(counts)))
    index = np.repeat(first[stream] - after[:-1], counts) + np.arange(after[-1])
    positions = np.repeat(position, counts) + step[index]
    return TokenBatch(list(table), term[index], positions.astype(np.int32), after[ends])
