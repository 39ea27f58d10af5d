"""The engines, each behind the same small interface; a module here needs its library when it is imported."""

from __future__ import annotations

__all__ = ["DENSE", "LEXICAL", "find", "get"]

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from benches.setting import Setting

LEXICAL = {
    "findry": "findry_words:FindryWords",
    "findry writer": "findry_words:FindryWriter",
    "findry english": "findry_words:FindryEnglish",
    "tantivy": "tantivy:Tantivy",
    "tantivy two-threads": "tantivy:TantivyTwoThreads",
    "tantivy storing-text": "tantivy:TantivyStoring",
    "bm25s": "bm25s:BM25s",
    "lancedb": "lancedb:LanceDB",
    "sqlite": "fts5:FTS5",
    "tantivy english": "tantivy:TantivyEnglish",
}
DENSE = {
    "findry": "findry_vectors:FindryVectors",
    "faiss flat": "faiss:Flat",
    "faiss binary": "faiss:Binary",
    "faiss HNSW": "faiss:HNSW",
    "faiss IVF-PQ": "faiss:FastScan",
    "usearch": "usearch:USearch",
    "qdrant": "qdrant:Qdrant",
}
KINDS = {"lexical": LEXICAL, "dense": DENSE}


def get(kind: str, name: str) -> Any:
    """The class of a peer; ImportError where its library is not installed."""
    module, _, made = KINDS[kind][name].partition(":")
    return getattr(import_module(f"benches.peers.{module}"), made)


def find(kind: str, names: Iterable[str], setting: Setting) -> tuple[dict[str, Any], list[str]]:
    """The classes of the peers that are wanted and installed, and a line for each that is not there."""
    found: dict[str, Any] = {}
    left_out: list[str] = []
    for name in names:
        if not name.startswith("findry") and not setting.wants(name):
            left_out.append(f"{name}: not asked for")
            continue
        try:
            found[name] = get(kind, name)
        except ImportError as error:
            if name.startswith("findry"):
                raise
            left_out.append(f"{name}: not installed ({error})")
    return found, left_out
