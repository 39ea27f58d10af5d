from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from findry.errors import FormatError, InputError, MissingResource
from findry.formats.lines import locate, read_lines, writing
from findry.formats.problems import Problems, bad_rows

REFUSE = bad_rows("refuse", None)


def test_plain_and_gzip_files_give_the_same_lines(tmp_path: Path) -> None:
    for name in ("a.txt", "a.txt.gz"):
        with writing(tmp_path / name) as file:
            file.write("Ọdún\nzwei\n")
    assert (tmp_path / "a.txt.gz").read_bytes()[:2] == b"\x1f\x8b"
    assert list(read_lines(tmp_path / "a.txt", REFUSE)) == [(1, "Ọdún\n"), (2, "zwei\n")]
    assert list(read_lines(tmp_path / "a.txt.gz", REFUSE)) == [(1, "Ọdún\n"), (2, "zwei\n")]


def test_gzip_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(gzip.compress(b"one\n"))
    assert list(read_lines(tmp_path / "a.txt", REFUSE)) == [(1, "one\n")]


def test_a_byte_order_mark_is_dropped_and_an_odd_line_separator_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffone\u2028still\r\ntwo".encode())
    assert [line for _, line in read_lines(tmp_path / "a.txt", REFUSE)] == ["one\u2028still\r\n", "two"]


def test_a_line_that_is_not_utf8_is_named_and_can_be_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\ncaf\xe9\nthree\n")
    with pytest.raises(FormatError) as caught:
        list(read_lines(path, REFUSE))
    assert caught.value.where == f"{path}:2"
    problems = Problems()
    assert [number for number, _ in read_lines(path, bad_rows("skip", problems))] == [1, 3]
    assert [where for where, _ in problems] == [f"{path}:2"]


@pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b[:20] + b"\0\0\0\0" + b[24:]])
def test_a_damaged_gzip_stream_is_refused_with_its_place(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(damage(gzip.compress(bytes(range(256)).hex().encode() + b"\n" + b"two\n" * 50)))  # type: ignore[operator]
    with pytest.raises(FormatError) as caught:
        list(read_lines(path, bad_rows("skip", Problems())))
    assert str(caught.value.where).startswith(f"{path}:")


def test_a_file_that_is_not_written_to_its_end_does_not_appear(tmp_path: Path) -> None:
    def stop() -> None:
        with writing(tmp_path / "deep" / "a.txt") as file:
            file.write("half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop()
    assert list((tmp_path / "deep").iterdir()) == []


def test_the_bytes_of_a_written_gzip_depend_on_the_text_alone(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        with writing(tmp_path / name) as file:
            file.write("same")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_locate_finds_the_packed_file_and_names_near_ones(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl.gz").write_bytes(b"")
    assert locate(tmp_path / "corpus.jsonl").name == "corpus.jsonl.gz"
    with pytest.raises(MissingResource, match=r"corpus\.jsonl\.gz"):
        locate(tmp_path / "corpsu.jsonl")
    with pytest.raises(MissingResource, match="no such folder"):
        locate(tmp_path / "nowhere" / "a.txt")
    with pytest.raises(InputError, match="a folder where a file"):
        locate(tmp_path)


def test_problems_keep_the_first_twenty_and_count_all() -> None:
    problems = Problems()
    for number in range(25):
        problems.add(f"a:{number}", "bad")
    assert len(problems) == 25
    assert len(list(problems)) == 20
    assert repr(problems).endswith("... and 5 more")


def test_an_unknown_way_to_treat_bad_rows_is_refused() -> None:
    with pytest.raises(InputError, match="'refuse' or 'skip'"):
        bad_rows("ignore", None)  # type: ignore[arg-type]
