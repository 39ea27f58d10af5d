"""Making an index follow a folder: new files in, changed ones replaced, vanished ones out."""

from __future__ import annotations

__all__ = ["SyncReport", "sync"]

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from findry.engine.index import Index
from findry.errors import FormatError
from findry.formats import Problems, fingerprint
from findry.formats.folder import files, read_file
from findry.formats.problems import OnError, bad_rows
from findry.records import Document


@dataclass(frozen=True)
class SyncReport:
    """How many documents a sync added, replaced, dropped and left alone."""

    added: int
    replaced: int
    dropped: int
    unchanged: int


def sync(
    index: Index,
    folder: str | PathLike[str],
    *,
    on_error: OnError = "refuse",
    problems: Problems | None = None,
    keep: int = 2,
    progress: bool = False,
) -> SyncReport:
    """Bring an index in line with a folder, in one commit; files are compared by their content.

    Only documents that came from files (with a value "sha256") are dropped when their file is gone.
    Files that cannot be read refuse the sync, or are skipped and keep the document they had.
    """
    root = Path(folder)
    bad = bad_rows(on_error, problems)
    known = {d.id: d.values.get("sha256") for d in index if "sha256" in d.values}
    paths = {path.relative_to(root).as_posix(): path for path in files(root, problems=problems)}
    changed = [id for id, path in paths.items() if known.get(id) != fingerprint(path)]
    emptied: list[str] = []

    def documents() -> Iterator[Document]:
        for id in changed:
            try:
                document = read_file(paths[id], root)
            except FormatError as error:
                bad(error)
                continue
            if document.text.get("text", "").strip():
                yield document
            else:
                emptied.append(id)

    gone = [id for id in known if id not in paths]
    with index.writer(merge="now", keep=keep) as writer:
        taken = list(documents())
        writer.add(taken, progress=progress)
        dropped = writer.delete([*gone, *(id for id in emptied if id in known)])
    replaced = sum(1 for document in taken if document.id in known)
    return SyncReport(len(taken) - replaced, replaced, dropped, len(paths) - len(changed))
