"""One thing damaged in the files of an index: which file, where in it, and how."""

from __future__ import annotations

__all__ = ["Damage", "damage", "kind_of_file", "regions"]

import json
import random
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

KINDS = ("CURRENT", "commits", "arrays.json", "arrays.bin", "deletes")
WEIGHTS = (1, 2, 1.5, 5, 1)
INSIDE = ("bits", "bytes", "zeros", "random", "0xff", "ranges swapped")
WHOLE = ("truncated", "extended", "removed", "emptied", "swapped", "older")
FOLDERS = ("folder removed", "segments swapped", "CURRENT and commits removed")


@dataclass(frozen=True)
class Damage:
    """What was done: the kind of file, the array that was hit (or the file's part), and how; the files after it."""

    kind: str
    place: str
    how: str
    where: str
    files: Mapping[str, bytes]

    def is_crash_of(self, pointers: Mapping[int, bytes]) -> bool:
        """Whether the files are, to the byte, what a crash before the last rename of the newest commit leaves."""
        return self.kind == "CURRENT" and self.files.get("CURRENT") == pointers.get(max(pointers) - 1)

    def __str__(self) -> str:
        return f"{self.how} in {self.where} ({self.place})"


def kind_of_file(name: str) -> str:
    """CURRENT, commits, arrays.json, arrays.bin or deletes.

    >>> kind_of_file("segments/000001/arrays.bin"), kind_of_file("commits/000001.json")
    ('arrays.bin', 'commits')
    """
    return name.rsplit("/", 1)[-1] if name.startswith("segments/") else name.split("/", 1)[0]


@lru_cache(maxsize=64)
def regions(directory: bytes) -> list[tuple[int, int, str]]:
    """Start, end and name of each array of a data file that holds anything, from its directory, by start."""
    found = []
    for name, entry in json.loads(directory)["arrays"].items():
        length = int(np.prod(entry["shape"], dtype=np.int64)) * np.dtype(entry["dtype"]).itemsize
        if length:
            found.append((entry["offset"], entry["offset"] + length, re.sub(r"^([a-z]+)\d+", r"\1", name)))
    return sorted(found)


def _place(files: Mapping[str, bytes], name: str, at: int) -> str:
    """Which array a byte of a file is in."""
    if kind_of_file(name) != "arrays.bin":
        return kind_of_file(name)
    arrays = regions(files[name.replace(".bin", ".json")])
    number = bisect_right(arrays, (at, 1 << 62, "")) - 1
    return arrays[number][2] if number >= 0 and at < arrays[number][1] else "(between arrays)"


def _span(files: Mapping[str, bytes], name: str, rng: random.Random) -> tuple[int, int]:
    """A range of bytes to work in: mostly one array of a data file (each as likely), else any part of the file."""
    if kind_of_file(name) == "arrays.bin" and rng.random() < 0.9:
        start, end, _ = rng.choice(regions(files[name.replace(".bin", ".json")]))
        return start, end
    return 0, len(files[name])


def _inside(raw: bytes, span: tuple[int, int], how: str, rng: random.Random) -> tuple[bytes, int]:
    """The bytes after damage within a range, and the first place that was hit."""
    out = bytearray(raw)
    start, end = span
    at = rng.randrange(start, end)
    if how == "bits":
        places = [at, *(rng.randrange(start, end) for _ in range(rng.randrange(3)))]
        for place in places:
            out[place] ^= 1 << rng.randrange(8)
    elif how == "bytes":
        for place in [at, *(rng.randrange(start, end) for _ in range(rng.randrange(3)))]:
            out[place] = rng.randrange(256)
    elif how == "ranges swapped":
        size = rng.randint(1, max(1, (end - start) // 2))
        first = rng.randint(start, max(start, end - 2 * size))
        second = rng.randint(min(first + size, end), max(end - size, min(first + size, end)))
        at, one, two = first, raw[first : first + size], raw[second : second + size]
        out[second : second + size], out[first : first + size] = one[: len(two)], two
    else:
        size = min(end - at, rng.choice((1, 2, 4, 8, 16, 64, end - at)))
        out[at : at + size] = {
            "zeros": bytes(size),
            "0xff": b"\xff" * size,
            "random": rng.randbytes(size),
        }[how]
    return bytes(out), at


def _whole(files: dict[str, bytes], name: str, how: str, rng: random.Random, pointers: Mapping[int, bytes]) -> None:
    """Damage to a file as a whole, done in `files`."""
    raw = files[name]
    others = sorted(other for other in files if kind_of_file(other) == kind_of_file(name) and other != name)
    if how == "truncated":
        files[name] = raw[: rng.choice((len(raw) - 1, rng.randrange(len(raw))))]
    elif how == "extended":
        files[name] = raw + rng.choice((b"\0", b"\n", rng.randbytes(rng.randint(1, 100)), raw))
    elif how == "removed":
        del files[name]
    elif how == "emptied":
        files[name] = b""
    elif name == "CURRENT":
        files[name] = pointers[rng.choice(sorted(pointers)[:-1])]
    elif others:
        other = rng.choice(others)
        files[name], files[other] = files[other], raw if how == "swapped" else files[other]


def _folders(files: dict[str, bytes], how: str, rng: random.Random) -> str:
    """Damage to whole folders, done in `files`; returns what was hit."""
    if how == "segments swapped":
        names = sorted({name.split("/")[1] for name in files if name.startswith("segments/")})
        one, two = rng.sample(names, 2) if len(names) > 1 else (names[0], names[0])
        for part in ("arrays.bin", "arrays.json"):
            a, b = f"segments/{one}/{part}", f"segments/{two}/{part}"
            files[a], files[b] = files[b], files[a]
        return f"segments/{one} and {two}"
    if how == "folder removed":
        gone = rng.choice(sorted({name.rsplit("/", 1)[0] for name in files if "/" in name} | {"segments"}))
        prefixes = (f"{gone}/",)
    else:
        gone, prefixes = "CURRENT and commits", ("CURRENT", "commits/")
    for name in [name for name in files if name.startswith(prefixes)]:
        del files[name]
    return gone


def damage(intact: Mapping[str, bytes], pointers: Mapping[int, bytes], rng: random.Random) -> Damage:
    """Damage one thing at random; the files after it differ from those before."""
    while True:
        files = dict(intact)
        if rng.random() < 0.03:
            how = rng.choice(FOLDERS)
            kind = place = "folders"
            name = _folders(files, how, rng)
        else:
            there = [kind for kind in KINDS if any(kind_of_file(name) == kind for name in files)]
            kind = rng.choices(there, [WEIGHTS[KINDS.index(kind)] for kind in there])[0]
            name = rng.choice(sorted(name for name in files if kind_of_file(name) == kind))
            how = rng.choice(INSIDE * (3 if kind == "arrays.bin" else 1) + WHOLE + ("older",) * (name == "CURRENT") * 6)
            place = kind
            if how in INSIDE:
                files[name], at = _inside(files[name], _span(intact, name, rng), how, rng)
                place = _place(intact, name, at)
            else:
                how = "older" if name == "CURRENT" and how == "swapped" else how
                _whole(files, name, how, rng, pointers)
        if files != intact:
            return Damage(kind, place if how in INSIDE else f"{kind}: {how}", how, name, files)
