from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import load_file, save_file

from findry.models.tensor_file import mapped_tensors

KINDS = st.sampled_from([np.float32, np.float16, np.float64, np.int8])
TENSORS = st.dictionaries(
    st.text("abc.", min_size=1, max_size=5),
    KINDS.flatmap(lambda kind: arrays.arrays(kind, arrays.array_shapes(max_dims=3, max_side=4))),
    min_size=1,
    max_size=6,
)


@given(TENSORS)
def test_mapped_tensors_are_those_that_the_library_reads(
    tmp_path_factory: object, tensors: dict[str, np.ndarray]
) -> None:
    path = Path(tmp_path_factory.mktemp("tensors")) / "model.safetensors"  # type: ignore[attr-defined]
    save_file(tensors, path, {"format": "np"})
    mapped, stored = mapped_tensors(path), load_file(path)
    for name, tensor in stored.items():
        if name in mapped:
            assert mapped[name].dtype == tensor.dtype
            assert mapped[name].tobytes() == tensor.tobytes()
            assert mapped[name].shape == tensor.shape
            assert not mapped[name].flags.writeable
    assert {name for name, tensor in tensors.items() if tensor.dtype == np.float32} >= mapped.keys()


def test_all_tensors_of_a_usual_file_are_mapped(tmp_path: Path) -> None:
    tensors = {f"layer.{number}": np.full((3, 5), number, np.float32) for number in range(9)}
    save_file(tensors, tmp_path / "model.safetensors")
    assert mapped_tensors(tmp_path / "model.safetensors").keys() == tensors.keys()
