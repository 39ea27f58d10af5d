"""The terms of a field as a segment stores them: sorted by bytes, packed, and found by hash."""

from __future__ import annotations

__all__ = ["Dictionary", "dictionary", "encoded", "joined_terms", "sorted_terms"]

from collections.abc import Sequence
from itertools import pairwise
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
    order = np.argsort(prefixes)
    same = np.concatenate(([False], np.diff(prefixes[order]) == 0, [False]))
    raw = terms.data.tobytes()
    firsts, lasts = np.flatnonzero(same[1:] & ~same[:-1]), np.flatnonzero(same[:-1] & ~same[1:])
    for first, last in zip(firsts.tolist(), (lasts + 1).tolist(), strict=True):
        order[first:last] = sorted(order[first:last].tolist(), key=lambda term: raw[starts[term] : ends[term]])
    return order, _taken(terms, order)


def _taken(terms: Dictionary, places: NDArray[np.int64]) -> Dictionary:
    """Some of the terms."""
    starts, lengths = terms.offsets[:-1][places], np.diff(terms.offsets)[places]
    offsets = ragged.counts_to_offsets(lengths)
    data = terms.data[np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])]
    return Dictionary(offsets, data, terms.hashes[places])


def joined_terms(
    parts: Sequence[
        tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]
    ],
) -> tuple[Dictionary, list[NDArray[np.int64]]]:
    """The distinct terms of several dictionaries, sorted, and where each part's terms are among them.

    A part: hashes, rising, the term of each hash, the offsets and bytes of the terms, and which of them count.
    Terms are the same when their hashes and their bytes are.
    """
    from findry.kernels.joining import same_texts

    taken = []
    for hashes, of_hash, offsets, data, used in parts:
        by_term = np.empty(len(hashes), np.uint64)
        by_term[of_hash] = hashes
        taken.append(_taken(Dictionary(offsets, data, by_term), used))
    all_terms = _together(taken)
    _, firsts, groups = np.unique(all_terms.hashes, return_index=True, return_inverse=True)
    if not same_texts(all_terms.offsets, all_terms.data, np.arange(len(groups)), firsts[groups]):
        firsts, groups = _by_bytes(all_terms)
    order, terms = sorted_terms(_taken(all_terms, firsts))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ends = np.cumsum([len(part.hashes) for part in taken]).tolist()
    return terms, [rank[groups[start:end]] for start, end in pairwise([0, *ends])]


def _together(parts: Sequence[Dictionary]) -> Dictionary:
    lengths = np.concatenate([np.zeros(0, np.int64), *(np.diff(part.offsets) for part in parts)])
    data = np.concatenate([np.zeros(0, np.uint8), *(part.data for part in parts)])
    hashes = np.concatenate([np.zeros(0, np.uint64), *(part.hashes for part in parts)])
    return Dictionary(ragged.counts_to_offsets(lengths), data, hashes)


def _by_bytes(terms: Dictionary) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first place of each distinct term and the group of each term, where different terms have one hash."""
    raw, at = terms.data.tobytes(), terms.offsets.tolist()
    groups: dict[bytes, int] = {}
    firsts: list[int] = []
    of_terms = []
    for place, (start, end) in enumerate(pairwise(at)):
        group = groups.setdefault(raw[start:end], len(groups))
        if group == len(firsts):
            firsts.append(place)
        of_terms.append(group)
    return np.array(firsts, np.int64), np.array(of_terms, np.int64)
