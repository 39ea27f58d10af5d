"""Words of many texts: found, brought to one spelling and numbered, in one pass over their UTF-8 bytes."""

from __future__ import annotations

__all__ = ["enlarge", "number_words", "place_terms", "put_rows"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined

# What a byte is: the end of every word, part of a word only among others, a connector, a digit, a letter.
ENDS, INNER, CONNECTOR, DIGIT, LETTER = 0, 1, 2, 3, 4
# What becomes of inner apostrophes: they end the word, are closed up, closed up after a final 's is cut, end its use.
SPLIT, CLOSE, CUT_S, CUT = 0, 1, 2, 3
# What comes after some ASCII text: its end, something that is no part of a word, a raw word.
NOTHING, PASSED, RAW = 0, 1, 2

_STOP, _APOSTROPHE, _S, _NEWLINE = 0x2E, 0x27, 0x73, 0x0A
_0, _1, _2, _3, _6, _8, _12, _32 = (np.uint64(number) for number in (0, 1, 2, 3, 6, 8, 12, 32))
_LOW4, _LOW5, _LOW6, _TOP = np.uint64(0x0F), np.uint64(0x1F), np.uint64(0x3F), np.uint64(1 << 63)


@inlined
def _key(spelled: NDArray[np.uint8], start: np.uint64, stop: np.uint64, factor: np.uint64) -> np.uint64:
    """The bytes themselves where they are eight of ASCII or fewer, else their hash, told apart by the top bit."""
    key, beyond, at = _0, np.uint8(0), start
    while stop - start <= _8 and at < stop:
        key = (key << _8) | np.uint64(spelled[at])
        beyond |= spelled[at]
        at += _1
    if stop - start > _8 or beyond >= 0x80:
        key, at = stop - start, start
        while at < stop:
            key = (key ^ np.uint64(spelled[at])) * factor
            key ^= key >> _32
            at += _1
        key |= _TOP
    return key


@inlined
def _ends(data: NDArray[np.uint8], kinds: NDArray[np.uint8], gaps: NDArray[np.bool_], at: np.uint64) -> bool:
    """Whether the character that begins at a byte ends every word."""
    byte = np.uint64(data[at])
    if byte < 0x80:
        return bool(kinds[byte] == ENDS)
    if byte >= 0xF0:
        return False
    second = np.uint64(data[at + _1]) & _LOW6
    if byte < 0xE0:
        return bool(gaps[((byte & _LOW5) << _6) | second])
    return bool(gaps[((byte & _LOW4) << _12) | (second << _6) | (np.uint64(data[at + _2]) & _LOW6)])


@inlined
def _ahead(
    data: NDArray[np.uint8], kinds: NDArray[np.uint8], gaps: NDArray[np.bool_], at: np.uint64, stop: np.uint64
) -> tuple[np.uint64, np.uint64, int]:
    """How far the text is ASCII from a place between words on, what comes then, and how many bytes it is."""
    limit = at
    while limit < stop and data[limit] < 0x80:
        limit += _1
    if limit >= stop:
        return stop, _0, NOTHING
    if _ends(data, kinds, gaps, limit):
        return limit, _2 if data[limit] < 0xE0 else _3, PASSED
    while limit > at and kinds[data[limit - _1]] != ENDS:
        limit -= _1
    return limit, _0, RAW


@compiled
def number_words(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    plain: bool,
    letters: NDArray[np.uint8],
    kinds: NDArray[np.uint8],
    gaps: NDArray[np.bool_],
    apostrophes: int,
    factor: np.uint64,
    shift: np.uint64,
    table: NDArray[np.uint64],
    ends: NDArray[np.int64],
    spelled: NDArray[np.uint8],
    known: int,
    out: NDArray[np.int32],
    counts: NDArray[np.int64],
    row: int,
    filled: int,
) -> tuple[int, int, int]:
    """Number the words of texts, from text `row` on; equal words have equal numbers, new ones the next.

    data: the UTF-8 of all texts, a newline before, between and after them; text i is the lengths[i] bytes from
    starts[i].  `plain` says that all are ASCII; otherwise what stands between two characters that end words is one
    raw word, byte for byte, if it has a character beyond ASCII.  letters uint8[256]: what is written for a byte of a
    word, 0 for others; kinds uint8[256]; gaps bool[65536]: the code points that end every word.
    table uint64[2 x slots]: key and number, open addressing, a power of two of slots, at most two thirds used, `shift`
    64 less its exponent, `factor` odd.  Word i is spelled[ends[i] : ends[i + 1] - 1]; ends[0] is 0.
    out and counts receive the number of each word and how many each text has.

    Returns the next text, the filled part of out, and the known words: less than all texts are done where the table
    (then `enlarge` it and go on with these numbers) is full.
    """
    room = len(table) // 3
    mask = np.uint64(len(table) // 2 - 1)
    tail = np.uint64(ends[known])
    while row < len(starts):
        at = np.uint64(starts[row])
        stop = at + np.uint64(lengths[row])
        limit, width, ahead = (stop, _0, NOTHING) if plain else (at, _0, PASSED)
        begin = filled
        while True:
            while at < limit and letters[data[at]] == 0:
                at += _1
            if at >= limit:
                if ahead == NOTHING:
                    break
                if ahead == PASSED:
                    at = limit + width
                    limit, width, ahead = _ahead(data, kinds, gaps, at, stop)
                    continue

            put, key = tail, _0
            if at >= limit:
                while at < stop and not _ends(data, kinds, gaps, at):
                    spelled[put] = data[at]
                    put += _1
                    at += _1
                    while at < stop and 0x80 <= data[at] < 0xC0:
                        spelled[put] = data[at]
                        put += _1
                        at += _1
                key = _key(spelled, tail, put, factor)
                limit, width, ahead = at, _0, PASSED
            else:
                start = at
                letter = letters[data[at]]
                while letter != 0:
                    key = (key << _8) | np.uint64(letter)
                    spelled[put] = letter
                    put += _1
                    at += _1
                    letter = letters[data[at]]
                special = False
                if data[at] == _STOP:
                    if put == tail + _1 and kinds[data[start]] == LETTER and data[start - _1] != _STOP:
                        after = at  # a letter that stands alone, and a full stop: an acronym?
                        while data[after] == _STOP and kinds[data[after + _1]] == LETTER:
                            spelled[put] = letters[data[after + _1]]
                            put += _1
                            after += _2
                        if after > at and kinds[data[after]] < DIGIT:
                            at, special = after, True
                        else:
                            put = tail + _1
                elif data[at] == _APOSTROPHE and apostrophes != SPLIT:
                    first = last = put
                    while data[at] == _APOSTROPHE and letters[data[at + _1]] != 0:
                        special = True
                        last = put
                        at += _1
                        while letters[data[at]] != 0:
                            spelled[put] = letters[data[at]]
                            put += _1
                            at += _1
                    if apostrophes == CUT:
                        put = first
                    elif apostrophes == CUT_S and special and put == last + _1 and spelled[last] == _S:
                        put = last
                if special or put - tail > _8:
                    key = _key(spelled, tail, put, factor)

            slot = (key * factor) >> shift
            while True:
                held = table[slot << _1]
                if held == key:
                    word = table[(slot << _1) | _1]
                    if key < _TOP:
                        break
                    here, there = np.uint64(ends[word]), tail
                    same = np.uint64(ends[word + _1]) - here == put + _1 - tail
                    while same and there < put:
                        same = spelled[here] == spelled[there]
                        here += _1
                        there += _1
                    if same:
                        break
                elif held == _0:
                    if known == room:
                        return row, begin, known
                    word = np.uint64(known)
                    table[slot << _1] = key
                    table[(slot << _1) | _1] = word
                    spelled[put] = _NEWLINE
                    tail = put + _1
                    known += 1
                    ends[known] = tail
                    break
                slot = (slot + _1) & mask
            out[filled] = word
            filled += 1
        counts[row] = filled - begin
        row += 1
    return row, filled, known


@compiled
def enlarge(table: NDArray[np.uint64], larger: NDArray[np.uint64], factor: np.uint64, shift: np.uint64) -> None:
    """Put the entries of a table of words into a larger one of zeros, whose shift is given."""
    mask = np.uint64(len(larger) // 2 - 1)
    for entry in range(0, len(table), 2):
        key = table[entry]
        if key != _0:
            slot = (key * factor) >> shift
            while larger[slot << _1] != _0:
                slot = (slot + _1) & mask
            larger[slot << _1] = key
            larger[(slot << _1) | _1] = table[entry + 1]


@compiled
def place_terms(
    words: NDArray[np.int32],
    counts: NDArray[np.int64],
    terms: NDArray[np.int32],
    begins: NDArray[np.int64],
    pieces: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """The terms of texts from their words: terms, positions and the number of terms of each text.

    words: the numbers of the words, counts[i] of text i.  terms[word] is the term of the word, -1 where it is
    dropped, or -2 - r for the r-th of the words that stand for several or none: pieces[begins[r] : begins[r + 1]],
    -1 where one is dropped.  Each takes one position, dropped or not.  The first two arrays have room for more than
    the sum of the last.
    """
    size = len(words)
    if len(begins) > 1:
        for word in words:
            if terms[np.uint32(word)] < -1:
                size += begins[-1 - terms[word]] - begins[-2 - terms[word]]
    out = np.empty(size + 1, np.int32)  # one is written and not kept where the last word is dropped
    positions = np.empty(size + 1, np.int32)
    lengths = np.empty(len(counts), np.int64)
    token, filled = _0, _0
    for row in range(len(counts)):
        begin, position = filled, np.int32(0)
        last = token + np.uint64(counts[row])
        while token < last:
            term = terms[np.uint32(words[token])]
            token += _1
            piece, final = 0, 0
            if term < -1:
                piece, final = begins[-2 - term], begins[-1 - term]
                if piece == final:
                    continue
                term = pieces[piece]
            while True:
                out[filled] = term
                positions[filled] = position
                filled += np.uint64(term >= 0)
                position += np.int32(1)
                piece += 1
                if piece >= final:
                    break
                term = pieces[piece]
        lengths[row] = filled - begin
    return out, positions, lengths


@compiled
def put_rows(
    values: NDArray[np.int32], rows: NDArray[np.int64], offsets: NDArray[np.int64], out: NDArray[np.int32]
) -> None:
    """Copy the values of some rows, one after another, to where offsets[row] says."""
    at = _0
    for row in rows:
        place, end = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        while place < end:
            out[place] = values[at]
            place += _1
            at += _1
