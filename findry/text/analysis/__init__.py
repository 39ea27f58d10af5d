"""From text to terms; knows characters and languages, nothing of indexes."""

from __future__ import annotations

__all__ = ["SEPARATOR", "Analyzer", "Occurrence", "Token", "TokenBatch"]

from findry.text.analysis.analyzer import Analyzer
from findry.text.analysis.batch import Token, TokenBatch
from findry.text.analysis.characters import SEPARATOR
from findry.text.analysis.surfaces import Occurrence
