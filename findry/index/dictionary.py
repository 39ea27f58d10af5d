"""The terms of a field as a segment stores them: sorted by bytes, packed, and found by hash."""

from __future__ import annotations

__all__ = ["Dictionary", "dictionary", "encoded", "sorted_terms"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from findry.index.strings import pack
from findry.records import ragged

PREFIX = 8


class Dictionary(NamedTuple):
    """Terms side by side: where each begins int64[n + 1], their bytes uint8[total], and their hashes uint64[n]."""

    offsets: NDArray[np.int64]
    data: NDArray[np.uint8]
    hashes: NDArray[np.uint64]


def dictionary(terms: Sequence[bytes]) -> Dictionary:
    """The dictionary of some terms, in the order they have.

    >>> found = dictionary([b"ant", b"bee"])
    >>> found.offsets.tolist(), found.data.tobytes(), len(found.hashes)
    ([0, 3, 6], b'antbee', 2)
    """
    return Dictionary(*pack(terms), np.fromiter(map(xxh3_64_intdigest, terms), np.uint64, len(terms)))


def encoded(terms: Sequence[str]) -> list[bytes]:
    """The terms in UTF-8.

    >>> encoded(["ant", "bee"]), encoded(["née"])
    ([b'ant', b'bee'], [b'n\xc3\xa9e'])
    """
    joined = "\n".join(terms)
    if joined.isascii() and joined.count("\n") == len(terms) - 1:
        return joined.encode().split(b"\n")
    return [term.encode("utf-8", "surrogatepass") for term in terms]


def sorted_terms(terms: Dictionary) -> tuple[NDArray[np.int64], Dictionary]:
    """The order of distinct terms by their bytes, and their dictionary in that order.

    By the first eight bytes as one number, and by all of them where those are the same.

    >>> order, found = sorted_terms(dictionary([b"bee", b"ant", b"beetle"]))
    >>> order.tolist(), found.data.tobytes()
    ([1, 0, 2], b'antbeebeetle')
    """
    starts, ends = terms.offsets[:-1], terms.offsets[1:]
    places = starts[:, None] + np.arange(PREFIX)
    padded = np.concatenate((terms.data, np.zeros(PREFIX, np.uint8)))
    prefixes = (
        np.where(places < ends[:, None], padded[places], 0).astype(np.uint8).view(">u8").ravel().astype(np.uint64)
    )
    order = np.argsort(prefixes, kind="stable")
    same = np.concatenate(([False], np.diff(prefixes[order]) == 0, [False]))
    raw = terms.data.tobytes()
    firsts, lasts = np.flatnonzero(same[1:] & ~same[:-1]), np.flatnonzero(same[:-1] & ~same[1:])
    for first, last in zip(firsts.tolist(), (lasts + 1).tolist(), strict=True):
        order[first:last] = sorted(order[first:last].tolist(), key=lambda term: raw[starts[term] : ends[term]])
    lengths = (ends - starts)[order]
    offsets = ragged.counts_to_offsets(lengths)
    data = terms.data[np.repeat(starts[order] - offsets[:-1], lengths) + np.arange(offsets[-1])]
    return order, Dictionary(offsets, data, terms.hashes[order])
