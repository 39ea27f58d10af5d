"""A folder of files as a corpus: one document a file."""

from __future__ import annotations

__all__ = ["files", "fingerprint", "read_file", "read_folder"]

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from findry.errors import FormatError, MissingResource
from findry.formats.filetext import EXTENSIONS, read_text
from findry.formats.problems import OnError, Problems, bad_rows
from findry.records import Corpus, Document, Value

Folder = str | os.PathLike[str]


def read_folder(folder: Folder, *, on_error: OnError = "refuse", problems: Problems | None = None) -> Corpus:
    """The .txt, .md, .html, .htm, .pdf and .docx files below a folder, in the order of their paths.

    Document: id is the path relative to the folder with ``/``; text fields ``title`` and ``text``; values path,
    extension, modified (UTC, ISO), bytes, sha256, and pages for PDF.  The title is the one the file gives
    (first heading, ``<title>``, PDF or Word properties), else the file name without its extension.

    Hidden, empty and other files are left out and noted in `problems` in both modes; a file that cannot be
    read is a bad row.  Memory: one file.
    """
    root, bad = _folder(folder), bad_rows(on_error, problems)

    def source() -> Iterator[Document]:
        for path in files(root, problems=problems):
            try:
                document = read_file(path, root)
            except FormatError as error:
                bad(error)
                continue
            if document.text["text"].strip():
                yield document
            elif problems is not None:
                problems.note(str(path), "no text in it")

    return Corpus(root.resolve().name or "files", source)


def files(folder: Folder, *, problems: Problems | None = None) -> Iterator[Path]:
    """The files below a folder that can be read as text, sorted by their relative POSIX path.

    Links to folders are not followed.
    """
    noted = Problems() if problems is None else problems
    found = []
    for place, folders, names in os.walk(
        _folder(folder), onerror=lambda e: noted.note(str(e.filename), str(e.strerror))
    ):
        for name in [name for name in folders if name.startswith(".")]:
            folders.remove(name)
            noted.note(str(Path(place, name)), "hidden")
        for name in names:
            path = Path(place, name)
            if name.startswith("."):
                noted.note(str(path), "hidden")
            elif path.suffix.lower() not in EXTENSIONS:
                noted.note(str(path), f"not one of {' '.join(EXTENSIONS)}")
            else:
                found.append(path)
    root = _folder(folder)
    yield from sorted(found, key=lambda path: path.relative_to(root).as_posix())


def read_file(path: Path, root: Path) -> Document:
    """One file below a root as a document; `FormatError` where it cannot be read."""
    try:
        data, modified = path.read_bytes(), path.stat().st_mtime
    except OSError as error:
        raise FormatError("a file that cannot be read", received=str(error.strerror), where=str(path)) from error
    found = read_text(data, path.suffix.lower(), str(path))
    id = path.relative_to(root).as_posix()
    values: dict[str, Value] = {
        "path": id,
        "extension": path.suffix.lower(),
        "modified": datetime.fromtimestamp(modified, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
        **found.values,
    }
    return Document(id, {"title": found.title or path.stem, "text": found.text}, values)


def fingerprint(path: str | os.PathLike[str]) -> str:
    """The SHA-256 of a file's bytes in hex: equal to the value `sha256` of its document.  Memory: 1 MiB."""
    digest = sha256()
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _folder(folder: Folder) -> Path:
    root = Path(folder)
    if not root.is_dir():
        raise MissingResource(f"no folder {str(root)!r}", hint="check the path")
    return root
