"""Floor 5: pipelines as wholes: checked before they run, run so that shared prefixes run once, kept in
TOML files."""

from __future__ import annotations

__all__ = ["KeptRuns", "Plan", "check", "equivalent", "execute", "from_text", "from_toml", "load", "save", "to_toml"]

from findry.pipeline.checking import check
from findry.pipeline.kept import KeptRuns
from findry.pipeline.plan import Plan, equivalent, execute
from findry.pipeline.text import from_text
from findry.pipeline.toml import from_toml, load, save, to_toml
