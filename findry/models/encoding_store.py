"""One file of vectors an encoder, found by the content of their texts."""

from __future__ import annotations

__all__ = ["EncodingStore"]

import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from findry.models.encoding_room import encodings_folder, give_back, has_tables, is_damage, make_room, opened, removed

if TYPE_CHECKING:
    from sqlite3 import Connection

log = logging.getLogger("findry.models")
_CHUNK, _CHECK = 500, 8
_TABLES = (
    "CREATE TABLE IF NOT EXISTS texts (key BLOB PRIMARY KEY, used INTEGER, row INTEGER) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS vectors (row INTEGER PRIMARY KEY, content BLOB)",
)


class EncodingStore:
    """The stored vectors of one encoder, for the length of one call; keys are 16 bytes each.

    Each vector carries a checksum over its key, its bytes and `owner`, the hash of what decides the vectors; an
    entry that does not fit is not found.  A file that SQLite cannot read is removed and begun anew.  Where the
    file cannot be used (locked for a second, full, no permission) nothing is found or kept any more in this
    object, and a warning says so once a process; no error leaves it.

    When all files together would exceed `limit` bytes, a sixteenth of the limit is made free first: from the file
    that was used longest ago, and there from the entries used longest ago (by day, then by age).

    Cost, processor time of a vector of 384 components among 200,000: 17 us to find, 8 us more once a day to note its
    use, 24 us to keep, 30 us to drop; 1.6 kB on disk.
    """

    def __init__(self, name: str, owner: bytes, dimension: int, limit: int) -> None:
        self.path = encodings_folder() / f"{name}.sqlite"
        self._owner = owner
        self._bytes = 4 * dimension
        self._dimension = dimension
        self._limit = limit
        self.usable = True

    def find(self, keys: Sequence[bytes], into: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Fill row i of `into` with the vector of keys[i]; bool[n] says which were found.  Keys are distinct."""
        found = np.zeros(len(keys), np.bool_)
        if not self.usable or not self.path.is_file():
            return found
        stale: list[bytes] = []
        today = _today()
        with self._giving_up(), opened(self.path, "rw") as db:
            if not has_tables(db):
                return found
            seen = np.zeros(len(keys), np.bool_)
            for start in range(0, len(keys), _CHUNK):
                places = {key: start + n for n, key in enumerate(keys[start : start + _CHUNK])}
                asked = f"SELECT key, used, content FROM texts JOIN vectors USING (row) WHERE key IN ({_marks(places)})"
                sound = [entry for entry in db.execute(asked, list(places)) if self._sound(entry[0], entry[2])]
                rows = [places[key] for key, _, _ in sound]
                joined = b"".join(content[_CHECK:] for _, _, content in sound)
                into[rows] = np.frombuffer(joined, "<f4").reshape(len(rows), self._dimension)
                seen[rows] = True
                stale += [key for key, used, _ in sound if not isinstance(used, int) or used < today]
            found = seen
            self._touch(db, stale, today)
        return found

    def _sound(self, key: bytes, content: object) -> bool:
        if not isinstance(content, bytes) or len(content) != _CHECK + self._bytes:
            return False
        return content[:_CHECK] == self._check(key, content[_CHECK:])

    def _check(self, key: bytes, vector: bytes) -> bytes:
        return hashlib.blake2b(key + vector, digest_size=_CHECK, key=self._owner).digest()

    def _touch(self, db: Connection, keys: Sequence[bytes], today: int) -> None:
        """Note the day of use; where the file cannot be written, the entries only look older than they are."""
        import sqlite3

        with contextlib.suppress(OSError, sqlite3.OperationalError):
            os.utime(self.path)
            if keys:
                db.execute("BEGIN IMMEDIATE")
                db.executemany("UPDATE texts SET used = ? WHERE key = ?", ((today, key) for key in keys))
                db.execute("COMMIT")

    def add(self, keys: Sequence[bytes], vectors: NDArray[np.float32], *, used: int | None = None) -> None:
        """Keep the vectors of distinct keys in one transaction; those that are not finite are left out.

        `used` is the day that counts for dropping, today by default.
        """
        finite = np.logical_and.reduce(np.isfinite(vectors), axis=1)
        fit = max(0, int(self._limit * 0.9) - self._needed(0)) // (self._needed(1) - self._needed(0))
        kept = [(key, vectors[n].astype("<f4").tobytes()) for n, key in enumerate(keys) if finite[n]][:fit]
        if not self.usable or not kept:
            return
        with self._giving_up():
            make_room(self.path, self._needed(len(kept)), self._limit)
            self._insert(kept, _today() if used is None else used)

    def _insert(self, kept: Sequence[tuple[bytes, bytes]], day: int) -> None:
        with opened(self.path, "rwc") as db:
            db.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                db.execute(table)
            db.executemany(
                "DELETE FROM vectors WHERE row = (SELECT row FROM texts WHERE key = ?)", ((key,) for key, _ in kept)
            )
            first = db.execute("SELECT coalesce(max(row), 0) + 1 FROM vectors").fetchone()[0]
            contents = ((first + n, self._check(key, vector) + vector) for n, (key, vector) in enumerate(kept))
            db.executemany("INSERT INTO vectors VALUES (?, ?)", contents)
            entries = sorted((key, day, first + n) for n, (key, _) in enumerate(kept))
            db.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", entries)
            db.execute("COMMIT")

    def _needed(self, entries: int) -> int:
        """Bytes on disk, on the safe side: what pages leave empty, the index, and the first pages of a file."""
        return entries * (self._bytes + 80) * 11 // 10 + 200_000

    def clear(self) -> None:
        """Forget every vector of this encoder."""
        if self.usable and self.path.exists():
            with self._giving_up(), opened(self.path, "rw") as db:
                db.execute("BEGIN IMMEDIATE")
                for table in ("texts", "vectors"):
                    db.execute(f"DROP TABLE IF EXISTS {table}")
                db.execute("COMMIT")
                give_back(db)

    @contextlib.contextmanager
    def _giving_up(self) -> Iterator[None]:
        """Turn an error of the system or of SQLite into a warning; remove a file that is no such database."""
        import sqlite3

        try:
            yield
        except (OSError, sqlite3.Error) as error:
            self.usable = False
            if is_damage(error) and removed(self.path):
                self.usable = True
                log.warning("the damaged encoding cache %s was removed: %s", self.path, error)
            else:
                _tell(str(self.path), str(error))


@lru_cache(maxsize=64)
def _tell(path: str, reason: str) -> None:
    log.warning("the encoding cache %s is not used in this call: %s", path, reason)


def _marks(values: dict[bytes, int]) -> str:
    return ",".join("?" * len(values))


def _today() -> int:
    return int(time.time() // 86_400)
