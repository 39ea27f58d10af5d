"""Floor 7: the command line.  Each command reads its arguments, calls the engine and shows what came of it;
nothing is computed here that Python users could not have."""

from __future__ import annotations

__all__ = ["main", "make_app"]

from findry.cli.app import main, make_app
