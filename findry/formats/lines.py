"""Text files, plain or gzip, as numbered lines; files that appear whole or not at all."""

from __future__ import annotations

__all__ = ["locate", "read_lines", "stored", "writing"]

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import IO, TextIO, cast

from findry.errors import FormatError, InputError, MissingResource
from findry.formats.problems import Bad

GZIP = b"\x1f\x8b"
BUFFER = 1 << 20


def locate(path: str | os.PathLike[str]) -> Path:
    """The path of a file, or of the same file with ``.gz``; an error that names near files if neither is there."""
    asked = Path(path)
    zipped = asked.with_name(asked.name + ".gz") if asked.name else asked
    for found in (asked, zipped):
        if found.is_file():
            return found
    if asked.is_dir():
        raise InputError("a folder where a file was expected", received=str(asked))
    folder = asked.parent
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    near = get_close_matches(asked.name, names, n=3, cutoff=0.5) or names[:3]
    raise MissingResource(
        f"no file {asked.name!r}",
        where=str(folder) if folder.is_dir() else f"{folder} (no such folder)",
        hint=f"files there: {', '.join(near)}" if near else None,
    )


def stored(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked when they start as gzip does, whatever the file is called."""
    plain = path.open("rb", buffering=BUFFER)
    if plain.read(2) != GZIP:
        plain.seek(0)
        return plain
    plain.seek(0)
    unpacked = gzip.GzipFile(fileobj=plain, mode="rb")
    return io.BufferedReader(_Closing(unpacked, plain), BUFFER)


def read_lines(path: Path, bad: Bad) -> Iterator[tuple[int, str]]:
    r"""Each line with its number from 1 and its line end; UTF-8, a byte order mark is dropped.

    Only ``\n`` ends a line.  A line that is not UTF-8 is a bad row; a gzip stream that is cut short or
    damaged raises `FormatError` in either mode, for nothing behind it can be read.
    """
    number = 0
    with stored(path) as stream:
        try:
            for number, raw in enumerate(stream, 1):
                if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
                    raw = raw[3:]
                try:
                    line = raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    what = f"byte {error.start + 1} of the line is not UTF-8"
                    bad(FormatError(what, received=repr(raw[error.start : error.end]), where=f"{path}:{number}"))
                    continue
                yield number, line
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise FormatError(
                "the gzip stream is cut short or damaged",
                received=str(error),
                where=f"{path}:{number + 1}",
                hint="fetch or write the file again",
            ) from error


@contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """A UTF-8 text file to write, gzip when its name ends so; it appears under its name when all is written.

    Parent folders are made.  The bytes depend on the text alone (no time stamp in the gzip header).
    """
    final = Path(path)
    final.parent.mkdir(parents=True, exist_ok=True)
    part = final.with_name(final.name + ".part")
    try:
        with part.open("wb") as plain:
            packed = final.suffix == ".gz"
            file = gzip.GzipFile("", "wb", 6, plain, mtime=0) if packed else plain
            with io.TextIOWrapper(cast(IO[bytes], file), "utf-8", newline="\n") as text:
                yield text
        os.replace(part, final)
    finally:
        part.unlink(missing_ok=True)


class _Closing(io.RawIOBase):
    """A gzip file that closes the file below it too."""

    def __init__(self, unpacked: gzip.GzipFile, below: IO[bytes]) -> None:
        self._unpacked, self._below = unpacked, below

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._unpacked.readinto(buffer)

    def close(self) -> None:
        self._unpacked.close()
        self._below.close()
        super().close()
