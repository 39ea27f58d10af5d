"""Floor 8: figures that were measured, kept query by query, and measured again."""

from __future__ import annotations

__all__ = ["Moved", "Row", "read", "rows_of", "verify", "write"]

from findry.ledger.book import read, write
from findry.ledger.row import Row, rows_of
from findry.ledger.verify import Moved, verify
