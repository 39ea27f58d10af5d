"""qdrant-edge: Qdrant's engine without its server."""

from __future__ import annotations

__all__ = ["Qdrant"]

import numpy as np
import qdrant_edge as edge
from numpy.typing import NDArray

from benches.peers.dense import Dense
from benches.vectors import Vectors


class Qdrant(Dense):
    """A graph, m = 16, ef_construct = 100, the group as an indexed value; the effort is hnsw_ef."""

    efforts = (16, 32, 64, 128, 256, 512, 1024)
    largest = 200_000

    def build(self, vectors: Vectors) -> None:
        width = vectors.matrix.shape[1]
        graph = edge.HnswIndexConfig(m=16, ef_construct=100, full_scan_threshold=1000)
        config = edge.EdgeConfig(vectors={"v": edge.EdgeVectorParams(width, edge.Distance.Dot, hnsw_config=graph)})
        self.shard = edge.EdgeShard.create(str(self.folder), config)
        self.shard.update(edge.UpdateOperation.create_field_index("group", edge.PayloadSchemaType.Integer))
        for start in range(0, len(vectors), 1000):
            block = vectors.matrix[start : start + 1000].tolist()
            groups = vectors.groups[start : start + 1000].tolist()
            points = [
                edge.Point(start + place, {"v": vector}, {"group": group})
                for place, (vector, group) in enumerate(zip(block, groups, strict=True))
            ]
            self.shard.update(edge.UpdateOperation.upsert_points(points))
        self.shard.optimize()
        self.shard.flush()

    def open(self, vectors: Vectors) -> None:  # noqa: ARG002
        self.shard = edge.EdgeShard.load(str(self.folder))

    def search(self, vector: NDArray[np.float32], k: int, group: int | None = None) -> list[int]:
        nearest = edge.Query.Nearest(vector.tolist(), using="v")
        only = None
        if group is not None:
            only = edge.Filter(must=[edge.FieldCondition("group", match=edge.MatchValue(group))])
        asked = edge.QueryRequest(
            limit=k, query=nearest, filter=only, params=edge.SearchParams(hnsw_ef=self.effort), with_payload=False
        )
        return [point.id for point in self.shard.query(asked)]

    def close(self) -> None:
        self.shard.close()
