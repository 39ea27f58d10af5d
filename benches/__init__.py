"""Benches: findry and its peers, operation by operation, in one run on one machine.

One file per operation, each with a title, the number of threads it is run with, and ``run(setting)``, which gives
tables, targets with a verdict, and figures.  ``python -m benches`` (``make bench``) runs them, each in a process of
its own, and writes docs/benchmarks.md.  Peers are in `peers/`; one that is not installed is left out, and said so.
Nothing in `findry/` imports from here."""

from __future__ import annotations
