"""Figures of a run, each with the numbers behind it: learning curves, entropy, V along an episode, policy at states.

Each function takes numbers and a palette and gives a matplotlib figure, drawn for a light or a dark page, as those of
`plots` do. matplotlib is imported inside. Imports: comparison, drawing, intervals, plots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from softql.comparison import RESAMPLES, carried
from softql.drawing import Palette
from softql.intervals import interval
from softql.plots import empty_figure, save, shades, thousands

__all__ = ["Curves", "Glimpse", "Trace", "curve_rows", "curves", "policies", "save", "traces"]

NAMES = {
    "episode_return": "return of episodes\nwhile exploring",
    "suboptimality": "below V*, exactly\n(reward units)",
    "entropy": "policy entropy\n(nats)",
    "loss": "loss\n(reward units²)",
    "v": "mean V(s')\n(reward units)",
}
"""What metrics.csv has, and how it is called on an axis."""


class Curves(NamedTuple):
    """Seeds that share their settings: name, environment steps [chunk], and each quantity [seed, chunk]."""

    name: str
    env_steps: np.ndarray
    of: Mapping[str, np.ndarray]


class Trace(NamedTuple):
    """One episode of n steps in numbers: v, entropy [n + 1]; reward [n]; to_go [n + 1], the discounted rewards (with
    α H, where actions were sampled) from each state on; what to_go is called; how it ended."""

    name: str
    v: np.ndarray
    entropy: np.ndarray
    reward: np.ndarray
    to_go: np.ndarray
    to_go_name: str
    end: str


class Glimpse(NamedTuple):
    """One state: its picture, title, and the policy there over `points`: chances [n] of n actions, or a density over
    [n] or [n, d] actions."""

    picture: np.ndarray
    title: str
    chances: np.ndarray
    points: np.ndarray
    labels: tuple[str, ...] | None


def curves(groups: Sequence[Curves], quantities: Sequence[str], title: str, palette: Palette, line: float = 0) -> Any:
    """Quantities against environment steps: interquartile mean and 95 % bootstrap interval over seeds.

    Args:
        groups: one, whose seeds are drawn too, or several to compare.
        quantities: names of NAMES; a panel each, the first the largest.
        title: the figure's title.
        palette: of the page.
        line: where to draw a dashed line in the last panel, 0 for none.
    """
    figure = empty_figure((8, 2.2 + 1.9 * len(quantities)))
    panels = figure.subplots(len(quantities), 1, sharex=True, squeeze=False)[:, 0]
    for axes, quantity in zip(panels, quantities, strict=True):
        shown = [group for group in groups if np.isfinite(group.of[quantity]).any()]
        low = min((float(np.nanmin(group.of[quantity])) for group in shown), default=0.0)
        if quantity in ("loss", "suboptimality") and low > 0:
            axes.set_yscale("log")
        for at, group in enumerate(groups):
            colour = palette.main if len(groups) == 1 else palette.marks[at % len(palette.marks)]
            if group in shown:
                _curve(axes, group, quantity, colour, palette if len(groups) == 1 else None)
        if not shown:
            axes.text(0.5, 0.5, "nothing to show yet", transform=axes.transAxes, ha="center", color=palette.faint)
        axes.set_ylabel(NAMES[quantity])
        _tidy(axes)
    if line:
        panels[-1].axhline(line, color=palette.faint, linewidth=1, linestyle="--")
        words = {"fontsize": 8, "color": palette.faint, "va": "bottom", "ha": "right"}
        panels[-1].annotate("all actions alike", (1, line), xycoords=("axes fraction", "data"), **words)
    panels[-1].set_xlabel("environment steps, each seed")
    panels[-1].xaxis.set_major_formatter(thousands)
    if len(groups) > 1:
        panels[0].legend(fontsize=7.5)
    seeds = len(groups[0].of[quantities[0]])
    means = "interquartile mean and 95 % bootstrap interval" + (", each seed thin" if len(groups) == 1 else "")
    means = f"{seeds} seeds: {means}" if seeds > 1 else "1 seed"
    panels[0].set_title(f"{title}\n{means}", fontsize=10, loc="left")
    return figure


def _curve(axes: Any, group: Curves, quantity: str, colour: str, palette: Palette | None) -> None:
    table = group.of[quantity]
    for row in table if len(table) > 1 else ():
        if palette is None:  # seeds are drawn where there is one group only
            break
        seen = np.isfinite(row)
        axes.plot(group.env_steps[seen], row[seen], color=palette.faint, linewidth=0.6, alpha=0.7)
    steps, found = _estimates(group, quantity)
    axes.plot(steps, found.iqm, color=colour, linewidth=1.8, label=group.name)
    if np.isfinite(found.low).all():
        axes.fill_between(steps, found.low, found.high, color=colour, alpha=0.22, linewidth=0)


def _estimates(group: Curves, quantity: str) -> tuple[np.ndarray, Any]:
    """Once every seed has a value: steps [n], Interval of [n]."""
    filled = carried(group.of[quantity])
    seen = np.isfinite(filled).all(0)
    if not seen.any():
        return np.zeros(0), interval(np.zeros((1, 1, 0)))
    return group.env_steps[seen], interval(filled[:, None, seen], resamples=RESAMPLES)


def curve_rows(groups: Sequence[Curves], quantities: Sequence[str]) -> tuple[list[str], list[list[Any]]]:
    """The numbers of `curves`: a line a group, quantity and chunk, with the value of each seed."""
    rows: list[list[Any]] = []
    for group in groups:
        for quantity in quantities:
            steps, found = _estimates(group, quantity)
            at = {float(s): i for i, s in enumerate(steps)}
            for chunk, step in enumerate(group.env_steps):
                i = at.get(float(step))
                ends = (found.iqm, found.low, found.high)
                three = [float("nan")] * 3 if i is None else [float(x[i]) for x in ends]
                rows.append([group.name, quantity, int(step), *three, *map(float, group.of[quantity][:, chunk])])
    seeds = len(groups[0].of[quantities[0]])
    return ["run", "quantity", "env_steps", "iqm", "low", "high", *(f"seed_{i}" for i in range(seeds))], rows


def traces(found: Sequence[Trace], title: str, palette: Palette) -> Any:
    """V, reward and entropy along episodes side by side."""
    figure = empty_figure((2 + 4.2 * len(found), 6.0))
    panels = figure.subplots(3, len(found), squeeze=False, sharex="col", sharey="row", height_ratios=(2, 1, 1))
    for column, trace in zip(panels.T, found, strict=True):
        value, paid, spread = column
        value.plot(trace.v, color=palette.main, linewidth=1.8, label="V(s)")
        value.plot(trace.to_go, color=palette.accent, linewidth=1, label=trace.to_go_name)
        paid.plot(trace.reward, color=palette.main, linewidth=1.2, drawstyle="steps-post")
        spread.plot(trace.entropy, color=palette.main, linewidth=1.2)
        value.set_title(f"{trace.name}, {trace.end} after {len(trace.reward)} steps", fontsize=9, loc="left")
        value.legend(fontsize=7.5)
        spread.set_xlabel("step of the episode")
        spread.xaxis.get_major_locator().set_params(integer=True)
        for axes in column:
            _tidy(axes)
    for axes, words in zip(panels[:, 0], ("V(s), reward units", "reward", "entropy (nats)"), strict=True):
        axes.set_ylabel(words)
    figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    return figure


def policies(found: Sequence[Glimpse], title: str, palette: Palette) -> Any:
    """Pictures of states in a row, and the policy at each below."""
    height, width, _ = found[0].picture.shape
    tall = 1.9 * height / width
    figure = empty_figure((0.8 + 2.0 * len(found), tall + 2.3))
    panels = figure.subplots(2, len(found), squeeze=False, sharey="row", height_ratios=(tall, 1.4))
    plane = found[0].points.ndim == 2 and found[0].points.shape[1] == 2
    for (above, below), one in zip(panels.T, found, strict=True):
        above.imshow(one.picture)
        above.set_xticks([])
        above.set_yticks([])
        for spine in above.spines.values():
            spine.set_edgecolor(palette.panel)
        above.set_title(one.title, fontsize=8, loc="left")
        (_density_map if plane else _density if one.points.ndim == 2 else _bars)(below, one, palette)
    words = "π(a|s)" if found[0].points.ndim == 1 else "second coordinate" if plane else "density π(a|s)"
    figure.get_layout_engine().set(rect=(0.012, 0, 0.988, 1))  # pictures keep their shape, and labels stay on the page
    panels[1, 0].set_ylabel(words, fontsize=9)
    figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    return figure


def _bars(axes: Any, one: Glimpse, palette: Palette) -> None:
    names = one.labels or tuple(str(x) for x in one.points)
    axes.bar(range(len(names)), one.chances, color=palette.main)
    axes.set_ylim(0, 1)
    axes.set_xticks(range(len(names)), names, fontsize=7, rotation=0 if len(names) <= 3 else 90)
    axes.spines[["top", "right"]].set_visible(False)


def _density(axes: Any, one: Glimpse, palette: Palette) -> None:
    xs = one.points[:, 0]
    axes.fill_between(xs, one.chances, color=palette.main, alpha=0.25, linewidth=0)
    axes.plot(xs, one.chances, color=palette.main, linewidth=1.4)
    axes.set_ylim(0, None)
    axes.set_xlabel("action", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _density_map(axes: Any, one: Glimpse, palette: Palette) -> None:
    n = round(len(one.points) ** 0.5)
    low, high = one.points.min(0), one.points.max(0)
    extent = (low[0], high[0], low[1], high[1])
    axes.imshow(one.chances.reshape(n, n).T, origin="lower", extent=extent, cmap=shades(palette), vmin=0, aspect="auto")
    axes.set_xlabel("first coordinate", fontsize=8)


def _tidy(axes: Any) -> None:
    axes.grid(alpha=0.25, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.01)
