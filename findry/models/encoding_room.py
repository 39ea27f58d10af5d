"""The files of stored vectors: where they lie, how they are opened, and how they stay within their bound."""

from __future__ import annotations

__all__ = [
    "clear_encodings",
    "encodings_folder",
    "encodings_limit",
    "encodings_size",
    "give_back",
    "has_tables",
    "is_damage",
    "make_room",
    "opened",
    "removed",
]

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from findry.errors import InputError
from findry.folders import cache_folder

if TYPE_CHECKING:
    from sqlite3 import Connection

DEFAULT_LIMIT = 2 * 1024**3
_UNITS = {"": 1, "b": 1} | {letter + "b": 1000**n for n, letter in enumerate("kmgt", 1)}
_UNITS |= {letter + "ib": 1024**n for n, letter in enumerate("kmgt", 1)}
_TIMEOUT_S = 1.0
_PORTION, _PAGES = 5_000, 1_000
_DAMAGED = {1, 11, 20, 26}  # SQLite's result codes ERROR (other tables), CORRUPT, MISMATCH, NOTADB
_SETTINGS = ("synchronous = OFF", "temp_store = MEMORY")
_AT_BIRTH = ("page_size = 32768", "auto_vacuum = INCREMENTAL")  # the second takes the lock of a writer


def encodings_folder() -> Path:
    """Where the files lie; it may not exist yet.  Removing it is safe at any time."""
    return cache_folder() / "encodings"


def encodings_limit() -> int:
    """Bytes that all files together may take: FINDRY_ENCODINGS, else 2 GiB; 0 keeps and finds nothing.

    Errors: `InputError` for a value that is no size.
    """
    given = os.environ.get("FINDRY_ENCODINGS", "").strip().lower()
    if not given:
        return DEFAULT_LIMIT
    if given == "off":
        return 0
    parsed = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", given, re.ASCII)
    unit = parsed[2] if parsed else "?"
    unit = unit + "b" if unit in set("kmgt") else unit
    if parsed is None or unit not in _UNITS:
        raise InputError(
            "the bound of the encoding cache does not parse",
            expected="bytes, a size like 500MB or 2GiB, or off",
            received=repr(given),
            where="environment variable FINDRY_ENCODINGS",
        )
    return int(float(parsed[1]) * _UNITS[unit])


def encodings_size() -> int:
    """Bytes that the files of all encoders take."""
    return sum(_size(path) for path in encodings_folder().glob("*.sqlite*"))


def clear_encodings() -> int:
    """Remove the files of all encoders; returns the bytes freed."""
    before = encodings_size()
    for path in encodings_folder().glob("*.sqlite"):
        removed(path)
    return before - encodings_size()


@contextlib.contextmanager
def opened(path: Path, mode: str) -> Iterator[Connection]:
    """A connection without a transaction; what was begun and not committed is undone at the end."""
    import sqlite3

    if mode == "rwc":
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    address = f"{path.absolute().as_uri()}?mode={mode}"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=_TIMEOUT_S, isolation_level=None)) as db:
        for setting in (*_SETTINGS, *(() if _size(path) else _AT_BIRTH)):
            db.execute(f"PRAGMA {setting}")
        yield db


def make_room(own: Path, needed: int, limit: int) -> None:
    """Drop entries until so many bytes fit, or refuse by OSError; a sixteenth of the limit is made free with them.

    The file that was used longest ago is emptied first, `own` last.
    """
    files = sorted(own.parent.glob("*.sqlite"), key=lambda path: (path == own, _last_use(path)))
    over = sum(_size(path) for path in files) + needed - limit
    if over > 0:
        wanted = over + limit // 16
        for path in files:
            freed = _shrink(path, wanted) if over > 0 else 0
            over, wanted = over - freed, wanted - freed
        if over > 0:
            raise OSError(f"no room for {needed:,} bytes within {limit:,}")


def _shrink(path: Path, wanted: int) -> int:
    """Drop the entries used longest ago until the file is `wanted` bytes shorter or empty; returns what was freed."""
    import sqlite3

    before = _size(path)
    try:
        with opened(path, "rw") as db:
            while has_tables(db) and (missing := wanted - before + _size(path)) > 0:
                held = db.execute("SELECT count(*) FROM texts").fetchone()[0]
                if not held:
                    break
                share = -(-held * missing // max(1, _size(path)))
                victims = db.execute("SELECT key, row FROM texts ORDER BY used, row LIMIT ?", (share + 1,)).fetchall()
                for start in range(0, len(victims), _PORTION):
                    db.execute("BEGIN IMMEDIATE")
                    portion = victims[start : start + _PORTION]
                    db.executemany("DELETE FROM texts WHERE key = ? AND row = ?", portion)
                    db.executemany("DELETE FROM vectors WHERE row = ?", ((row,) for _, row in portion))
                    db.execute("COMMIT")
                give_back(db)
    except (OSError, sqlite3.Error) as error:
        if is_damage(error):
            removed(path)
    return before - _size(path)


def has_tables(db: Connection) -> bool:
    """Not yet, where another process is making the file."""
    return bool(db.execute("SELECT count(*) = 2 FROM sqlite_master WHERE name IN ('texts', 'vectors')").fetchone()[0])


def _last_use(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def give_back(db: Connection) -> None:
    """Give free pages back to the system, in short transactions."""
    while db.execute("PRAGMA freelist_count").fetchone()[0]:
        before = db.execute("PRAGMA page_count").fetchone()[0]
        db.executescript(f"PRAGMA incremental_vacuum({_PAGES})")  # which alone runs it to its end
        if db.execute("PRAGMA page_count").fetchone()[0] >= before:
            break


def is_damage(error: BaseException) -> bool:
    """Whether SQLite says that the file is not a database of ours."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in _DAMAGED


def removed(path: Path) -> bool:
    """Remove a file; False where the system refuses."""
    try:
        for part in (path, path.with_name(path.name + "-journal")):
            part.unlink(missing_ok=True)
    except OSError:
        return False
    return True
