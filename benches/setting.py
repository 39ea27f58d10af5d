"""What a run of the benches is asked for."""

from __future__ import annotations

__all__ = ["ROOT", "Setting"]

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).absolute().parent.parent


@dataclass(frozen=True)
class Setting:
    """Where corpora and built indexes are kept, and how much is asked.

    small: sizes that run in seconds and say nothing about speed.  peers: names of the peers wanted, findry's own
    ways of searching aside; None for all.
    """

    folder: Path
    small: bool = False
    peers: tuple[str, ...] | None = None

    def wants(self, name: str) -> bool:
        """Whether a peer is to be measured; variants have the name of their library before a blank."""
        return self.peers is None or name.split()[0] in self.peers
