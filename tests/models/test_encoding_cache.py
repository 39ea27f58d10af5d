from __future__ import annotations

import hashlib
import logging
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from findry.cli import doctor
from findry.engine import create, open_index
from findry.errors import InputError
from findry.folders import cache_folder
from findry.models import Card, Encoder, HashEncoder, OnnxEncoder
from findry.models import encoding_room as room
from findry.models import encoding_store as store
from findry.models.card import make_card
from findry.models.encoding_cache import CachedEncoder, cached
from findry.models.encoding_room import clear_encodings, encodings_folder, encodings_limit, encodings_size

KERNELS = cache_folder() / "kernels"
TEXTS = ["red ants", "", "blue bees", "red ants", "no cats"]
CARD = make_card(kind="transformer", model="m", weights="9f", dimension=3, normalise=False, pooling="mean")


class Counting:
    """Vectors from a hash of the text, the side and `seed`; it keeps what it was asked for."""

    def __init__(self, card: Card | None = None, seed: str = "", dimension: int = 3) -> None:
        self.card: Card = card or CARD | {"dimension": dimension}
        self.dimension, self.seed = dimension, seed
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], side: str, *, progress: bool = False) -> NDArray[np.float32]:  # noqa: ARG002
        self.asked += texts
        return np.array([self.vector(text, side) for text in texts], np.float32).reshape(len(texts), self.dimension)

    def vector(self, text: str, side: str) -> NDArray[np.float32]:
        seed = hashlib.blake2b(f"{self.seed}|{side}|{text}".encode(), digest_size=8).digest()
        return np.random.default_rng(int.from_bytes(seed)).standard_normal(self.dimension, np.float32)

    def count_tokens(self, texts: Sequence[str], side: str) -> list[int]:  # noqa: ARG002
        return [len(text) for text in texts]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]


@pytest.fixture(autouse=True)
def switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FINDRY_ENCODINGS")
    store._tell.cache_clear()


def file() -> Path:
    (path,) = encodings_folder().glob("*.sqlite")
    return path


def check(texts: Sequence[str] = TEXTS, **options: Any) -> list[str]:
    """Encode through the cache, compare bit by bit with the encoder itself; what was encoded."""
    counting = Counting(**options)
    vectors = CachedEncoder(counting).encode(texts, "document")
    asked = list(counting.asked)
    expected = counting.encode(texts, "document")
    assert vectors.dtype == np.float32
    assert vectors.tobytes() == expected.tobytes()
    return asked


def test_it_keeps_the_port() -> None:
    encoder = CachedEncoder(Counting())
    assert isinstance(encoder, Encoder)
    assert (encoder.card, encoder.dimension) == (CARD, 3)
    assert encoder.count_tokens(["abc"], "document") == [3]
    assert encoder.token_spans("abc") == [(0, 3)]


def test_each_text_is_encoded_once_and_never_again() -> None:
    assert sorted(check()) == sorted(set(TEXTS))
    assert check() == []
    assert check([*TEXTS, "new"]) == ["new"]
    assert check([]) == []


def test_another_process_encodes_nothing_again() -> None:
    check()
    code = "import test_encoding_cache as t; print(t.check(t.TEXTS[:3]))"
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_queries_pass_through() -> None:
    counting = Counting()
    for _ in range(2):
        CachedEncoder(counting).encode(["ants"], "query")
    assert counting.asked == ["ants", "ants"]
    assert not encodings_folder().exists()


texts = st.lists(st.text("ab\0é😀", max_size=3), max_size=8)


@given(st.lists(texts, max_size=4), texts, st.integers(1, 3))
def test_after_any_history_the_vectors_are_those_of_the_encoder(
    earlier: list[list[str]], wanted: list[str], window: int
) -> None:
    clear_encodings()
    seen: set[str] = set()
    for part in [*earlier, wanted]:
        counting = Counting()
        vectors = CachedEncoder(counting, window=window).encode(part, "document")
        assert sorted(counting.asked) == sorted(set(part) - seen)
        assert vectors.tobytes() == Counting().encode(part, "document").tobytes()
        seen |= set(part)


OTHER_CARDS = [
    {"weights": "a0"},
    {"pooling": "cls"},
    {"max_tokens": 9},
    {"document_prompt": "passage: "},
    {"precision": "float16"},
    {"tokenizer": "77"},
    {"normalise": True},
    {"made_with": {"backend": "torch"}},
    {"made_with": {"base_url": "http://b"}},
]


@pytest.mark.parametrize("other", OTHER_CARDS, ids=str)
def test_another_card_shares_nothing(other: Card) -> None:
    check()
    assert len(check(card=CARD | other, seed="other")) == 4
    assert check() == []


def test_another_dimension_shares_nothing() -> None:
    check()
    assert len(check(dimension=4)) == 4


def test_a_folder_that_was_moved_shares_everything() -> None:
    check(card=CARD | {"model": "old", "made_with": {"folder": "a"}})
    assert check(card=CARD | {"model": "old", "made_with": {"folder": "b"}}) == []


def test_the_file_of_another_encoder_in_its_place_gives_nothing() -> None:
    check()
    taken = file()
    taken.rename(taken.with_name("aside"))
    check(card=CARD | {"weights": "a0"}, seed="other", texts=["one"])
    taken.with_name("aside").replace(file())
    assert len(check(card=CARD | {"weights": "a0"}, seed="other")) == 4


SERVICE = make_card(kind="http", model="m", dimension=3, normalise=False)


def test_a_service_that_changed_its_model_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    assert len(check(card=SERVICE)) == 5
    assert check(card=SERVICE) == ["A short text that tells one model from another."]
    assert len(check(card=SERVICE, seed="new model")) == 5
    assert "gives other vectors than before" in caplog.text
    assert len(check(card=SERVICE, seed="new model")) == 1


def test_a_service_that_changed_before_other_texts_came_is_noticed() -> None:
    check(["one"], card=SERVICE)
    check(["two"], card=SERVICE, seed="new model")
    assert len(check(["one", "two"], card=SERVICE, seed="new model")) == 2


def test_one_damaged_entry_is_encoded_anew_and_kept_again() -> None:
    check()
    for damage in (
        "zeroblob(20)",
        "CAST(substr(content, 1, 12) || zeroblob(8) AS BLOB)",
        "NULL",
        "'text'",
        "zeroblob(3)",
    ):
        with sqlite3.connect(file()) as db:
            db.execute(f"UPDATE vectors SET content = {damage} WHERE row = (SELECT max(row) FROM vectors)")
        db.close()
        assert len(check()) == 1
        assert check() == []


def test_vectors_under_the_wrong_text_are_not_given() -> None:
    check()
    with sqlite3.connect(file()) as db:
        db.execute("UPDATE texts SET row = 5 - row")
    db.close()
    assert len(check()) == 4


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\1" * 5000])
def test_a_damaged_file_is_begun_anew(content: bytes) -> None:
    check()
    file().write_bytes(content)
    assert len(check()) == 4
    assert check() == []


def test_other_tables_in_the_file_are_removed() -> None:
    check()
    path = file()
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE texts (a)")
        db.execute("CREATE TABLE vectors (b)")
    db.close()
    check()
    assert check() == []


@given(st.integers(0, 10**9), st.sampled_from([1, 40, 4000]), st.booleans())
def test_no_damage_of_the_file_changes_a_vector(seed: int, length: int, cut: bool) -> None:
    clear_encodings()
    many = [f"text {n}" for n in range(60)]
    check(many, dimension=100)
    content, place = bytearray(file().read_bytes()), random.Random(seed)
    start = place.randrange(len(content))
    content[start : start + length] = b"" if cut else place.randbytes(length)
    file().write_bytes(content)
    check(many, dimension=100)
    check(many, dimension=100)


def test_a_locked_file_is_given_up(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(room, "_TIMEOUT_S", 0.01)
    check()
    holder = sqlite3.connect(file(), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert len(check()) == 4
    assert len(check()) == 4
    assert caplog.text.count("not used in this call: database is locked") == 1
    holder.close()
    assert check() == []


def test_a_file_that_another_writes_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_TIMEOUT_S", 0.01)
    check()
    holder = sqlite3.connect(file(), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert check([*TEXTS, "new"]) == ["new"]
    assert check([*TEXTS, "new"]) == ["new"]
    holder.close()


def with_setting(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setattr(room, "_SETTINGS", (*room._SETTINGS, setting))


def test_a_file_that_cannot_be_written_is_still_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    check()
    with_setting(monkeypatch, "query_only = 1")
    monkeypatch.setattr(store, "_today", lambda: 10**6)
    assert check([*TEXTS, "new"]) == ["new"]
    assert check([*TEXTS, "new"]) == ["new"]
    assert "readonly" in caplog.text


def test_a_full_disk_costs_only_time(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    check()
    many = [f"text {n}" for n in range(2000)]
    with_setting(monkeypatch, "max_page_count = 5")
    for _ in range(2):
        assert len(check(many, dimension=100)) == 2000
    assert "full" in caplog.text
    assert check() == []


def test_a_folder_that_cannot_be_made_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FINDRY_CACHE", str(tmp_path / "file"))
    assert len(check()) == len(check()) == 4
    assert len(caplog.records) == 1
    assert encodings_size() == 0


def test_a_vector_that_is_not_finite_is_not_kept() -> None:
    class Broken(Counting):
        def vector(self, text: str, side: str) -> NDArray[np.float32]:  # noqa: ARG002
            return np.full(3, np.nan if text else 1, np.float32)

    CachedEncoder(Broken()).encode(["a", ""], "document")
    assert check(["a"]) == ["a"]


def test_an_interruption_loses_one_window_at_most() -> None:
    class Interrupted(Counting):
        def vector(self, text: str, side: str) -> NDArray[np.float32]:
            if text == "a":
                raise KeyboardInterrupt
            return super().vector(text, side)

    with pytest.raises(KeyboardInterrupt):
        CachedEncoder(Interrupted(), window=2).encode(["a", "bb", "ccc", "dddd", "eeeee"], "document")
    assert check(["a", "bb", "ccc", "dddd", "eeeee"]) == ["a"]


def test_texts_that_are_none_are_refused_by_their_place() -> None:
    CachedEncoder(Counting()).encode(["a", "b"], "document")
    with pytest.raises(InputError, match=r"texts\[2\]"):
        CachedEncoder(Counting()).encode(["a", "b", "\ud800"], "document")
    with pytest.raises(InputError, match="one string"):
        CachedEncoder(Counting()).encode("ab", "document")


def test_an_encoder_with_too_few_rows_is_refused() -> None:
    class Short(Counting):
        def encode(self, texts: Sequence[str], side: str, *, progress: bool = False) -> NDArray[np.float32]:
            return super().encode(texts[:1], side, progress=progress)

    with pytest.raises(InputError, match=r"received: \[1, 3\]"):
        CachedEncoder(Short()).encode(["a", "b"], "document")


def corpus(first: int, count: int = 300) -> list[str]:
    return [f"text {n}" for n in range(first, first + count)]


def test_the_bound_is_kept_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDRY_ENCODINGS", "2MB")
    for first in range(0, 3000, 300):
        check(corpus(first), dimension=384)
        assert encodings_size() <= 2_000_000
    assert encodings_size() > 1_200_000
    assert check(corpus(2700), dimension=384) == []
    assert check(corpus(0, 1), dimension=384) == ["text 0"]


def test_what_was_used_longest_ago_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDRY_ENCODINGS", "2MB")
    for day, first in enumerate([0, 300, 0, 600, 900]):  # the last does not fit
        monkeypatch.setattr(store, "_today", lambda day=day: day)
        check(corpus(first), dimension=384)
    assert check(corpus(0), dimension=384) == []
    assert check(corpus(300, 1), dimension=384) == ["text 300"]


def test_the_encoder_used_longest_ago_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDRY_ENCODINGS", "2MB")
    cards = {name: make_card(kind="t", model=name, weights=name, dimension=384, normalise=True) for name in "ab"}
    check(corpus(0), dimension=384, card=cards["a"])
    os.utime(file(), ns=(0, 0))
    check(corpus(0, 500), dimension=384, card=cards["b"])
    check(corpus(500, 400), dimension=384, card=cards["b"])
    assert check(corpus(0, 900), dimension=384, card=cards["b"]) == []
    assert check(corpus(0, 1), dimension=384, card=cards["a"]) == ["text 0"]


def test_a_lower_bound_shrinks_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    check(corpus(0, 2000), dimension=384)
    monkeypatch.setenv("FINDRY_ENCODINGS", "1MB")
    check(["new"], dimension=384)
    assert 500_000 < encodings_size() <= 1_000_000
    monkeypatch.setenv("FINDRY_ENCODINGS", "9")
    check(["newer"], dimension=384)


@pytest.mark.parametrize("value", ["off", "0", "OFF", "0GB"])
def test_it_can_be_switched_off(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDRY_ENCODINGS", value)
    assert check() == check() == TEXTS
    assert not encodings_folder().exists()


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", 2**31), ("1234", 1234), ("500MB", 500_000_000), ("1.5 GiB", 3 * 2**29), ("2k", 2000), ("7B", 7)],
)
def test_the_bound_is_read_from_the_environment(value: str, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDRY_ENCODINGS", value)
    assert encodings_limit() == expected


@pytest.mark.parametrize("value", ["much", "-1", "5 apples", "1e9", "²"])
def test_a_bound_that_is_no_size_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDRY_ENCODINGS", value)
    with pytest.raises(InputError, match="FINDRY_ENCODINGS"):
        encodings_limit()


def test_threads_may_share_it() -> None:
    encoder = CachedEncoder(Counting(), window=20)
    parts = [corpus(first, 100) for first in range(0, 200, 25)]
    with ThreadPoolExecutor(4) as threads:
        for part, vectors in zip(parts, threads.map(lambda p: encoder.encode(p, "document"), parts), strict=True):
            assert vectors.tobytes() == Counting().encode(part, "document").tobytes()
    assert check(corpus(0, 200)) == []


def test_two_processes_at_once_may_share_it() -> None:
    code = (
        "import test_encoding_cache as t\n"
        "for first in range(0, 400, 100): t.CachedEncoder(t.Counting(), window=25).encode(t.corpus(first), 'document')"
    )
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    command, environment = [sys.executable, "-W", "error", "-c", code], os.environ | {"PYTHONPATH": path}
    running = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[1] for process in running] == [b"", b""]
    assert check(corpus(0, 600)) == []
    with sqlite3.connect(file()) as db:
        assert db.execute("SELECT count(*), (SELECT count(*) FROM vectors) FROM texts").fetchone() == (600, 600)
    db.close()


def test_the_bar_shows_the_whole_work(monkeypatch: pytest.MonkeyPatch, tiny: Callable[..., Path]) -> None:
    import contextlib

    from findry.models import encoding_cache

    moved: list[int] = []

    @contextlib.contextmanager
    def steps(label: str, total: int, *, shown: bool) -> Any:  # noqa: ARG001
        assert shown
        moved.append(-total)
        yield moved.append

    monkeypatch.setattr(encoding_cache, "steps", steps)
    for encoder in (Counting(), OnnxEncoder(tiny("bert"), threads=1)):
        for wanted in (["red"], ["red", "cat", "dog", "cat"]):
            moved.clear()
            CachedEncoder(encoder).encode(wanted, "document", progress=True)
            assert sum(moved) == 0
            assert moved[0] == -len(wanted)
        assert moved[1] == 2


def test_only_encoders_that_run_a_model_are_cached(tiny: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    model = OnnxEncoder(tiny("bert"), threads=1)
    assert isinstance(cached(model), CachedEncoder)
    for encoder in (HashEncoder(8), Counting(), CachedEncoder(Counting())):
        assert cached(encoder) is encoder
    monkeypatch.setenv("FINDRY_ENCODINGS", "off")
    assert cached(model) is model


def test_indexing_the_same_texts_again_encodes_nothing(
    tiny: Callable[..., Path], cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KERNELS.mkdir(parents=True, exist_ok=True)
    (cache / "kernels").symlink_to(KERNELS)  # else they would be compiled anew
    folder = tiny("bert")
    asked: list[str] = []
    plain = OnnxEncoder.encode

    def encode(self: OnnxEncoder, texts: Sequence[str], side: Any, *, progress: bool = False) -> NDArray[np.float32]:
        asked.extend(texts)
        return plain(self, texts, side, progress=progress)

    monkeypatch.setattr(OnnxEncoder, "encode", encode)
    rows = [{"id": str(n), "text": text} for n, text in enumerate(["the cat sat", "a dog ran", "red", "red"])]
    found = []
    for name in ("first", "second"):
        index = create(tmp_path / name, encoder=OnnxEncoder(folder))
        index.add(rows)
        open_index(tmp_path / name).add([{"id": "9", "text": "the cat sat"}])
        found.append([(hit.id, hit.score) for hit in index.search("cat")])
    assert sorted(asked) == ["a dog ran", "cat", "cat", "red", "the cat sat"]
    assert found[0] == found[1]


def test_what_is_kept_is_for_its_owner_only_and_can_be_removed() -> None:
    check()
    assert encodings_folder().stat().st_mode & 0o077 == 0
    held = encodings_size()
    assert held == file().stat().st_size > 0
    assert clear_encodings() == held
    assert encodings_size() == 0
    assert len(check()) == 4


def test_the_doctor_says_how_much_is_kept_and_forgets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    check()
    assert "131.1 kB of at most 2.1 GB" in doctor._encodings(forget=False).detail
    assert "0 B, 131.1 kB forgotten" in doctor._encodings(forget=True).detail
    assert len(check()) == 4
    monkeypatch.setenv("FINDRY_ENCODINGS", "off")
    assert "switched off" in doctor._encodings(forget=False).detail
    monkeypatch.setenv("FINDRY_ENCODINGS", "much")
    assert not doctor._encodings(forget=False).good


def test_nothing_is_told_where_nothing_goes_wrong(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "findry"):
        check()
        check()
    assert not caplog.records
