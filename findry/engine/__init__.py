"""Floor 6: the engine as a user holds it: an index that is opened, filled, searched and kept in step
with its source.  It binds the floors below together and is what every door opens."""

from __future__ import annotations

__all__ = ["Hit", "Index", "Results", "SyncReport", "create", "open_index", "sync"]

from findry.engine.index import Index, create, open_index
from findry.engine.results import Hit, Results
from findry.engine.syncing import SyncReport, sync
