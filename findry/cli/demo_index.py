"""The index of the demo, made once and kept while the collection and the encoder stay the same."""

from __future__ import annotations

__all__ = ["demo_index"]

import json
import time
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from findry.errors import InputError

if TYPE_CHECKING:
    from findry.datasets import Dataset
    from findry.engine import Index
    from findry.models import Encoder

STAMP = "demo.json"


def demo_index(
    docs: Dataset, encoder: Encoder | None, place: Path, *, own: bool, quiet: bool
) -> tuple[Index, dict[str, Any]]:
    """The index and what was built: documents, rows, bytes, seconds, whether it was there already.

    `own`: the folder is the demo's own, so that whatever is in it may be replaced; another folder is replaced
    only where it holds a demo index that nothing was added to.
    """
    from findry.cli.building import building, check_target
    from findry.cli.output import note
    from findry.cli.progress import counted, shown
    from findry.engine import create, open_index
    from findry.text import Analyzer

    wanted = {"collection": _digest(docs), "encoder": _card(encoder), "analyzer": Analyzer().card()}
    started = time.perf_counter()
    stamp = _stamp(place)
    reused = stamp is not None and all(stamp.get(key) == value for key, value in wanted.items())
    if not reused:
        if stamp is None and not own:
            check_target(place, force=False)
        if stamp is not None and stamp.get("changed") and not own:
            raise InputError(
                "the demo's index in this folder was changed", where=str(place), hint="name another folder by -o"
            )
        bars = shown(quiet)
        note(f"indexing {docs.corpus.size or 0:,} entries" + (": some minutes on few cores ..." if encoder else " ..."))
        with building(place, force=True) as new:
            index = create(new, encoder=encoder)
            index.add(counted(docs.corpus, "read", total=docs.corpus.size, show=bars), progress=bars)
            made = {**wanted, "commit": index.info()["commit"], "seconds": round(time.perf_counter() - started, 1)}
            (new / STAMP).write_text(json.dumps(made), "utf-8")
        stamp = made
    index = open_index(place, encoder=encoder)
    info = index.info()
    kept = {key: info[key] for key in ("documents", "rows", "bytes")}
    name = encoder.card["model"] if encoder else None
    return index, {**kept, "encoder": name, "seconds": stamp["seconds"] if stamp else 0.0, "reused": reused}


def _stamp(place: Path) -> dict[str, Any] | None:
    """What the index in a folder was made of; None where there is none, or one that the demo did not make.

    An index that was changed since has the key "changed" and fits nothing.
    """
    from findry.engine import open_index
    from findry.errors import FindryError

    try:
        stamp = json.loads((place / STAMP).read_text("utf-8"))
        if open_index(place).info()["commit"] == stamp["commit"]:
            return dict(stamp)
        return {"changed": True}
    except (OSError, ValueError, KeyError, TypeError, FindryError):
        return None


def _digest(docs: Dataset) -> str:
    """A hash of ids and texts, in order."""
    digest = blake2b(digest_size=16)
    for document in docs.corpus:
        digest.update(json.dumps([document.id, dict(document.text), dict(document.values)]).encode())
    return digest.hexdigest()


def _card(encoder: Encoder | None) -> str | None:
    from findry.models import card_hash

    return card_hash(encoder.card) if encoder else None
