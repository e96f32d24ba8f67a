"""V and the policy on a map: worlds whose states are places, such as FrozenLake and FourRooms.

matplotlib is imported inside, and draws without a display. Imports: drawing, plots.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from softql.drawing import Palette
from softql.plots import empty_figure, shades

__all__ = ["Place", "Side", "rows", "value_map"]

WIDEST, LARGEST = 6.4, 0.75  # inches of a map and of a cell, at most
DRAWN = 0.02  # the least chance that gets an arrow


class Place(NamedTuple):
    """Where states lie: row and column of each [S, 2], -1 for nowhere; where each action leads [S, A, 2] as (row,
    column); and [S], True where the episode is over: no colour and no arrows there."""

    cells: np.ndarray
    directions: np.ndarray
    ended: np.ndarray


class Side(NamedTuple):
    """What is drawn on one map: its name, V(s) [S] in reward units, and π(a|s) [S, A]."""

    name: str
    v: np.ndarray
    policy: np.ndarray


def value_map(place: Place, sides: Sequence[Side], title: str, palette: Palette) -> Any:
    """V as colours and numbers, and the policy as arrows whose length is the chance of the action; a map a side, all on
    one scale.

    Args:
        place: where the states lie.
        sides: what to draw, at least one.
        title: the figure's title.
        palette: of the page.

    Returns:
        matplotlib's figure.
    """
    from matplotlib.colors import Normalize

    height, width = place.cells.max(0) + 1
    size = min(LARGEST, WIDEST / width)
    figure = empty_figure((1.2 + (size * width + 0.3) * len(sides), 1.2 + size * height))
    panels = figure.subplots(1, len(sides), squeeze=False)[0]
    going = (place.cells[:, 0] >= 0) & ~place.ended  # the 0 of an end would stretch the scale
    shown = np.concatenate([side.v[going] for side in sides])
    scale = Normalize(shown.min(), shown.max())
    for axes, side in zip(panels, sides, strict=True):
        table = np.full((height, width), np.nan)
        table[tuple(place.cells[going].T)] = side.v[going]
        image = axes.imshow(table, cmap=shades(palette), norm=scale)
        for s in np.flatnonzero(place.cells[:, 0] >= 0):
            _cell(axes, place, side, int(s), size, palette, scale(side.v[s]) > 0.5)
        axes.set_xticks(range(width))
        axes.set_yticks(range(height))
        axes.tick_params(length=0, labelsize=7)
        axes.spines[:].set_edgecolor(palette.panel)
        axes.set_title(side.name, fontsize=9, loc="left")
    figure.colorbar(image, ax=panels, label="V(s), reward units", shrink=0.8)
    words = f"{title}\nV (colour, number) and π (arrows, as long as they are likely)"
    figure.suptitle(words, fontsize=9.5, x=0.01, ha="left")
    return figure


def _cell(axes: Any, place: Place, side: Side, s: int, size: float, palette: Palette, strong: bool) -> None:
    """The number and the arrows of one state; `strong` where the ground is."""
    row, column = place.cells[s]
    ended = place.ended[s]
    ink = palette.ground if strong and not ended else palette.ink
    words = {"ha": "right", "va": "top", "fontsize": 9 * size, "color": palette.faint if ended else ink}
    axes.text(column + 0.46, row - 0.46, "end" if ended else _short(float(side.v[s])), **words)
    if ended:
        return
    reach = 0.4 * side.policy[s][:, None] * place.directions[s]
    head = {"arrowstyle": f"-|>,head_width={0.16 * size:.3g},head_length={0.26 * size:.3g}", "shrinkA": 0, "shrinkB": 0}
    for step in reach[side.policy[s] > DRAWN]:
        arrow = head | {"color": ink, "lw": 1.4 * size}
        axes.annotate("", (column + step[1], row + step[0]), (column, row), arrowprops=arrow)


def _short(v: float) -> str:
    return f"{v:z.2f}" if abs(v) < 100 else f"{v:.3g}"


def rows(place: Place, sides: Sequence[Side]) -> tuple[list[str], list[list[Any]]]:
    """The numbers of `value_map`: a line a side and state."""
    actions = range(sides[0].policy.shape[1])
    found = [
        [side.name, int(row), int(column), bool(place.ended[s]), float(side.v[s]), *map(float, side.policy[s])]
        for side in sides
        for s, (row, column) in enumerate(place.cells)
        if row >= 0
    ]
    return ["map", "row", "column", "ended", "v", *(f"pi_{a}" for a in actions)], found
