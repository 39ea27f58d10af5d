"""Names beside the points of a figure that do not cover each other."""

from __future__ import annotations

__all__ = ["Box", "place_names"]

from itertools import product
from typing import Any, NamedTuple

SIDES = ((1, 1), (1, -1), (-1, 1), (-1, -1))
NEAR, FAR, STEP = 5, 101, 6  # distances from a point that are tried, in points of 1/72 inch


class Box(NamedTuple):
    """A rectangle on the paper, in pixels.

    >>> Box(0, 0, 2, 1).meets(Box(1, 0, 3, 1)), Box(0, 0, 2, 1).meets(Box(2, 0, 3, 1))
    (True, False)
    """

    left: float
    low: float
    right: float
    high: float

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return self.left < other.right and other.left < self.right and self.low < other.high and other.low < self.high

    def inside(self, frame: Any) -> bool:
        """Whether no part of it is outside of a frame of matplotlib."""
        return bool(self.left >= frame.x0 and self.right <= frame.x1 and self.low >= frame.y0 and self.high <= frame.y1)


def place_names(axes: Any, points: list[tuple[str, float, float]]) -> None:
    """Write each (name, x, y) at the nearest place where it covers no point, no other name and not the frame.

    A name that had to go far is tied to its point by a thin line.  The layout of the figure is fixed by this.
    """
    from matplotlib.patheffects import withStroke

    axes.figure.draw_without_rendering()
    axes.figure.set_layout_engine("none")
    half = 4 * axes.figure.dpi / 72
    taken = [Box(x - half, y - half, x + half, y + half) for x, y in (axes.transData.transform(p[1:]) for p in points)]
    for name, x, y in points:
        for far, (right, up) in product(range(NEAR, FAR, STEP), SIDES):
            text = _written(axes, name, (x, y), (right * min(far, 17), up * (far + 1)))
            box = _box(text)
            if box.inside(axes.bbox) and not any(box.meets(other) for other in taken):
                break
            text.remove()
        else:
            text = _written(axes, name, (x, y), (NEAR, NEAR))
            box = _box(text)
        text.set_path_effects([withStroke(linewidth=2, foreground="white")])
        taken.append(box)


def _written(axes: Any, name: str, point: tuple[float, float], at: tuple[float, float]) -> Any:
    line = {"arrowstyle": "-", "linewidth": 0.4, "shrinkA": 0, "shrinkB": 3} if abs(at[1]) > 2 * NEAR else None
    side = "left" if at[0] > 0 else "right"
    options: dict[str, Any] = {"fontsize": 8, "ha": side, "va": "center", "arrowprops": line}
    return axes.annotate(name, point, at, textcoords="offset points", **options)


def _box(text: Any) -> Box:
    """Where the words of a name stand, without its line."""
    from matplotlib.text import Text

    text.get_window_extent()  # moves the words to their place
    return Box(*Text.get_window_extent(text).extents)
