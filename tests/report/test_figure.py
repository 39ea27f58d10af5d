from __future__ import annotations

import builtins
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from made_reports import made

from findry.errors import InputError, MissingExtra
from findry.report import require_figures, write_figure
from findry.report.labels import Box


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The figures that are saved in a test."""
    figures = pytest.importorskip("matplotlib.figure", reason="the extra 'figures' is not installed")
    saved, save = [], figures.Figure.savefig

    def keep(self: Any, *rest: Any, **options: Any) -> None:
        saved.append(self)
        save(self, *rest, **options)

    monkeypatch.setattr(figures.Figure, "savefig", keep)
    return saved


def test_names_of_systems_stand_apart_in_the_plane_of_quality_and_latency(tmp_path: Path, drawn: list[Any]) -> None:
    from matplotlib.text import Text

    found, _, _ = made(systems=8)
    same = [replace(outcome, latency=found.outcomes[0].latency) for outcome in found.outcomes]
    write_figure(replace(found, outcomes=tuple(same)), tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    texts = drawn[0].axes[0].texts
    assert [text.get_text() for text in texts] == [outcome.name for outcome in found.outcomes]
    boxes = [Box(*Text.get_window_extent(text).extents) for text in texts]
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))


def test_without_times_each_measure_has_a_panel_and_the_file_is_always_the_same(
    tmp_path: Path, drawn: list[Any]
) -> None:
    found, _, _ = made(timed=False)
    for name in ("one.svg", "two.svg"):
        write_figure(found, tmp_path / name)
    assert [axes.get_xlabel() for axes in drawn[0].axes] == ["nDCG@10", "RR@10"]
    assert [label.get_text() for label in drawn[0].axes[0].get_yticklabels()] == [o.name for o in found.outcomes]
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be drawn"):
        require_figures(Path("out.docx"))


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name == "matplotlib":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingExtra, match=r"findry\[figures\]"):
        require_figures(Path("out.svg"))
