"""Records as tables: pandas, Arrow, text and HTML."""

from __future__ import annotations

__all__ = ["html_rows", "text_rows", "to_arrow", "to_frame"]

from collections.abc import Iterable, Mapping
from html import escape
from itertools import islice
from typing import Any

from findry.errors import MissingExtra

Lists = Iterable[tuple[str, list[tuple[str, float]]]]
SHOWN_QUERIES, SHOWN_HITS = 5, 3


def to_frame(table: Mapping[str, Any]) -> Any:
    """A pandas DataFrame of named columns; needs pandas."""
    try:
        import pandas
    except ImportError as error:
        raise MissingExtra("pandas", purpose="a data frame") from error
    return pandas.DataFrame(dict(table))


def to_arrow(table: Mapping[str, Any]) -> Any:
    """A pyarrow Table of named columns; needs pyarrow."""
    try:
        import pyarrow
    except ImportError as error:
        raise MissingExtra("arrow", purpose="an Arrow table") from error
    return pyarrow.table(dict(table))


def text_rows(lists: Lists) -> list[str]:
    """A few lines for `repr`: the first queries with their first hits.

    >>> text_rows([("q1", [("a", 2.0), ("b", 1.0)])])
    ['  q1  a 2  b 1']
    """
    lines, rest = [], iter(lists)
    for query, hits in islice(rest, SHOWN_QUERIES):
        shown = "  ".join(f"{id} {score:.4g}" for id, score in hits[:SHOWN_HITS])
        more = f"  ... {len(hits) - SHOWN_HITS} more" if len(hits) > SHOWN_HITS else ""
        lines.append(f"  {query}  {shown or '(no hits)'}{more}")
    if next(rest, None) is not None:
        lines.append("  ...")
    return lines


def html_rows(caption: str, lists: Lists) -> str:
    """An HTML table of the first queries, one row a hit, for notebooks."""
    body = []
    for query, hits in islice(lists, SHOWN_QUERIES):
        for rank, (id, score) in enumerate(hits[:SHOWN_HITS], 1):
            cells = (escape(query) if rank == 1 else "", str(rank), escape(id), f"{score:.4g}")
            body.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "<tr><th>query</th><th>rank</th><th>item</th><th>score</th></tr>"
    return f"<table><caption>{escape(caption)}</caption><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"
