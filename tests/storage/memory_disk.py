"""A file layer over a dictionary of bytes, so that a damaged index costs no disk."""

from __future__ import annotations

__all__ = ["MemoryDisk", "contents"]

from collections.abc import Iterable, Mapping
from pathlib import Path

from findry.errors import IndexDamaged
from findry.index.files import Files


def contents(root: Path) -> dict[str, bytes]:
    """Every file under a folder by its name within it, the writer's lock left out."""
    found = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return {name: raw for name, raw in found.items() if name != "write.lock"}


class MemoryDisk(Files):
    """Files held in memory under the names that they have in `root`; nothing is read from the real disk.

    The lock of a writer stays a real file, so readers only are the plain use; writing works too.
    """

    def __init__(self, root: Path, held: Mapping[str, bytes]) -> None:
        self.root = root
        self.held = dict(held)
        self._cut = len(str(root)) + 1

    def _name(self, path: Path) -> str:
        return str(path)[self._cut :]

    def write(self, path: Path, pieces: Iterable[bytes | memoryview]) -> int:
        self.held[self._name(path)] = raw = b"".join(bytes(piece) for piece in pieces)
        return len(raw)

    def make_folder(self, path: Path, *, flush: bool = True) -> None:
        """Folders are there as soon as something is in them."""

    def sync_folder(self, path: Path) -> None:
        """Nothing is kept back."""

    def replace(self, source: Path, target: Path) -> None:
        old, new = self._name(source), self._name(target)
        for name in self._under(old):
            self.held[new + name[len(old) :]] = self.held.pop(name)

    def remove(self, path: Path) -> None:
        for name in self._under(self._name(path)):
            del self.held[name]

    def _under(self, name: str) -> list[str]:
        return [held for held in self.held if not name or held == name or held.startswith(f"{name}/")]

    def exists(self, path: Path) -> bool:
        return bool(self._under(self._name(path)))

    def names(self, path: Path) -> list[str]:
        name = self._name(path)
        start = len(name) + 1 if name else 0
        inside = {held[start:].split("/", 1)[0] for held in self._under(name) if held != name}
        return sorted(inside)

    def read(self, path: Path) -> bytes:
        raw = self.held.get(self._name(path))
        if raw is None:
            raise IndexDamaged("a file of the index is missing", where=str(path))
        return raw

    def map(self, path: Path) -> memoryview:
        return memoryview(self.read(path))
