"""Floor 8: published systems, one file each: a recipe over the shared stages, its source, what the paper claims, and a
check of the claim on real data with its controls.  A file here holds no method of its own: what it needs and the
stages lack is added to the stages."""

from __future__ import annotations

__all__ = ["Bench", "Claim", "Finding", "Published", "World", "published", "systems"]

from findry.systems.bench import Bench, World
from findry.systems.catalog import published, systems
from findry.systems.declare import Published
from findry.systems.finding import Claim, Finding
