"""The pipeline and the schema that a user gets without asking."""

from __future__ import annotations

__all__ = ["DEPTH", "default_pipeline", "make_schema"]

from collections.abc import Mapping, Sequence
from typing import Any

from findry.algebra import Pipe
from findry.index import LexicalField, Schema, VectorField
from findry.models import Encoder
from findry.stages import bm25, dense, group, linear
from findry.text import Analyzer, Chunker

DEPTH = 1000


def default_pipeline(schema: Schema, depth: int = DEPTH) -> Pipe:
    """BM25 and dense side by side, mixed by z-scores 3 : 7, chunks grouped to documents.

    What the index lacks is left out.  The mix was chosen on development queries only;
    `docs/design.md` tells how.

    >>> default_pipeline(Schema())
    (bm25() % 1000)
    """
    branches: list[Pipe] = []
    if schema.lexical:
        branches.append(bm25(k=depth) % depth if depth != DEPTH else bm25() % depth)
    if schema.vectors:
        branches.append(dense(k=depth) % depth if depth != DEPTH else dense() % depth)
    pipe = (
        branches[0]
        if len(branches) == 1
        else (branches[0] | branches[1]) >> linear(weights=(0.3, 0.7), normalise="z-score")
    )
    return pipe >> group() if schema.chunker is not None else pipe


def make_schema(
    *,
    encoder: Encoder | None,
    language: str = "english",
    fields: Mapping[str, float] | None = None,
    chunk: Chunker | Mapping[str, Any] | int | None = None,
) -> Schema:
    """The schema of a new index from what users say.

    Without `fields`, one lexical field holds all text; `fields` asks for one lexical field each with
    its weight.  `chunk` is a token budget, settings of a `Chunker`, or None for whole documents.
    """
    analyzer = Analyzer(language)
    lexical: Sequence[LexicalField] = [LexicalField(analyzer=analyzer)]
    if fields:
        lexical = [LexicalField(name, (name,), weight, analyzer) for name, weight in fields.items()]
    if isinstance(chunk, int):
        chunk = Chunker(max_tokens=chunk)
    elif chunk is not None and not isinstance(chunk, Chunker):
        chunk = Chunker(**chunk)
    vectors = (VectorField(encoder.card),) if encoder is not None else ()
    return Schema(tuple(lexical), vectors, chunk)
