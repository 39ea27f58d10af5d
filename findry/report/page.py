"""From a document to one HTML file that loads nothing."""

from __future__ import annotations

__all__ = ["page", "write_page"]

import json
import math
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

# One script, in this order: what follows uses what stands before.
_SCRIPTS = ("elements", "tables", "plot", "browser", "rankings", "funnel", "page")
# In a script element these could end it, open a comment, or be line ends of older JavaScript.
_ESCAPED = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def page(document: Mapping[str, Any]) -> str:
    """The HTML of a report: the document as JSON, a style and a script, and a policy that lets nothing else in.

    The script builds everything from text nodes, so what stands in a document or a query is never read as HTML.
    """
    style, frame = _template("page.css"), _template("page.html")
    script = "\n".join(_template(f"{name}.js") for name in _SCRIPTS)
    allowed = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'"
    parts = {
        "title": escape(str(document["title"])),
        "policy": f"{allowed}; form-action 'none'",
        "style": style,
        "data": json.dumps(_finite(document), ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED),
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], frame)


def write_page(document: Mapping[str, Any], path: Path) -> None:
    """Write the report; a file that is there is replaced."""
    path.write_text(page(document), encoding="utf-8", errors="replace", newline="\n")


def _template(name: str) -> str:
    return (files("findry.report") / "template" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _finite(value: Any) -> Any:
    """The same document; what is not a number is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
