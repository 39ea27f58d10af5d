"""Floor 2: judged collections.  A data set is a corpus, queries and judgments by split; nothing here downloads
but through ir_datasets."""

from __future__ import annotations

__all__ = ["Dataset", "dataset"]

from findry.datasets.dataset import Dataset
from findry.datasets.names import dataset
