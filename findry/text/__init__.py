"""Floor 1: what text is made of.  Terms for search, spans for chunking, the syntax of queries and
filters, and the passage that shows why a document was found; no model, no index, no file."""

from __future__ import annotations

__all__ = [
    "SEPARATOR",
    "Analyzer",
    "Chunker",
    "Clause",
    "ParsedQuery",
    "Passage",
    "Span",
    "Token",
    "TokenBatch",
    "count_words",
    "format_filter",
    "marked",
    "parse_filter",
    "parse_query",
    "passage",
    "sentences",
]

from findry.text.analysis import SEPARATOR, Analyzer, Token, TokenBatch
from findry.text.chunk import Chunker, Span, count_words, sentences
from findry.text.filter_syntax import format_filter, parse_filter
from findry.text.passage import Passage, marked, passage
from findry.text.query_syntax import Clause, ParsedQuery, parse_query
