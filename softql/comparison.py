"""Figures that hold settings or runs against each other: interquartile means over seeds, with bootstrap intervals.

matplotlib is imported inside. Imports: drawing, plots, intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from softql.drawing import Palette
from softql.grids import combinations
from softql.intervals import interval
from softql.plots import empty_figure, thousands

__all__ = ["Entry", "carried", "comparison_picture", "rows", "sweep_picture"]

COLOURED = 8  # lines of a comparison; what is below the best is faint
SHOWN = 6  # learning curves of a sweep
LABELLED = 10  # values of a leaf that are written out on its axis
RESAMPLES = 400  # of a curve's band: one for each chunk


class Entry(NamedTuple):
    """One line of a comparison: a name, the score of each seed, and its returns while exploring [seed, chunk]."""

    name: str
    scores: np.ndarray
    env_steps: np.ndarray
    returns: np.ndarray


def sweep_picture(
    axes: Mapping[str, tuple[float, ...]],
    scores: np.ndarray,
    curves: tuple[np.ndarray, np.ndarray],
    title: str,
    palette: Palette,
) -> Any:
    """Scores against the leaf with most values, a line for each combination of the others; the best learning curves.

    Args:
      axes: the values of each leaf; combinations have the last leaf fastest.
      scores: greedy returns [combination, seed], NaN where there is none yet.
      curves: environment steps [chunk], and returns while exploring [combination, seed, chunk].
      title: the figure's title.
      palette: of the page.
    """
    settings = combinations(axes)
    main = max(axes, key=lambda name: len(axes[name]))
    others = [name for name in axes if name != main and len(axes[name]) > 1]
    figure = empty_figure((11, 4.6))
    left, right = figure.subplots(1, 2)
    lines = combinations({name: axes[name] for name in others})
    xs = np.array(axes[main])
    logarithmic = xs.min() > 0 and xs.max() / xs.min() >= 8
    for at, line in enumerate(lines):
        chosen = [c for c, setting in enumerate(settings) if all(setting[name] == line[name] for name in others)]
        at_values, colour = _apart(xs, at, len(lines), logarithmic), palette.marks[at % len(palette.marks)]
        _by_value(left, at_values, scores[chosen], colour, _named(line))
    if logarithmic:
        left.set_xscale("log")
    if len(xs) <= LABELLED:
        left.set_xticks(xs, [f"{x:.3g}" for x in xs])
        left.minorticks_off()
    left.set_xlabel(main.rstrip("_"))
    left.set_ylabel("greedy return: IQM over seeds, 95 %")
    if others:
        left.legend(fontsize=7.5, title=None)
    order = [c for c in np.argsort(-np.array([interval(row[:, None]).iqm for row in scores])) if _whole(scores[c])]
    steps, table = curves
    for at, c in enumerate(order[:SHOWN]):
        varied = {name: x for name, x in settings[c].items() if len(axes[name]) > 1}
        _curve(right, steps, table[c], palette.marks[at % len(palette.marks)], _named(varied))
    few = len(order) <= SHOWN
    right.set_title("learning curves" if few else f"learning curves of the best {SHOWN}", fontsize=9, loc="left")
    right.set_xlabel("environment steps, each seed")
    right.set_ylabel("return while exploring: IQM, 95 %")
    right.xaxis.set_major_formatter(thousands)
    if order:
        right.legend(fontsize=7.5)
    _tidy(figure, (left, right), f"{title}; {scores.shape[1]} seed{'s' * (scores.shape[1] != 1)}")
    return figure


def comparison_picture(entries: Sequence[Entry], title: str, palette: Palette) -> Any:
    """The interval of each entry, and its learning curve.

    Args:
      entries: what to compare, at least one.
      title: the figure's title.
      palette: of the page.
    """
    figure = empty_figure((11, max(3.6, 1.6 + 0.32 * len(entries))))
    left, right = figure.subplots(1, 2)
    estimates = [interval(entry.scores[:, None]) for entry in entries]
    best = sorted(range(len(entries)), key=lambda at: -estimates[at].iqm)[:COLOURED]
    colours = dict(zip(sorted(best), palette.marks, strict=False))
    for at, (entry, found) in enumerate(zip(entries, estimates, strict=True)):
        colour = colours.get(at, palette.faint)
        low, high = (x if np.isfinite(x) else found.iqm for x in (found.low, found.high))
        left.barh(at, high - low, left=low, height=0.55, color=colour, alpha=0.35, linewidth=0)
        left.plot([found.iqm] * 2, [at - 0.3, at + 0.3], color=colour, linewidth=2)
        left.scatter(entry.scores, np.full(len(entry.scores), at), s=10, color=colour, zorder=3, linewidths=0)
        _curve(right, entry.env_steps, entry.returns, colour, None, band=at in colours)
    left.set_yticks(range(len(entries)), [entry.name for entry in entries], fontsize=8)
    left.invert_yaxis()
    left.use_sticky_edges = False
    left.margins(x=0.05)
    left.set_xlabel("greedy return: IQM and 95 % over seeds, each seed")
    right.set_xlabel("environment steps, each seed")
    right.set_ylabel("return while exploring: IQM, 95 %")
    right.xaxis.set_major_formatter(thousands)
    _tidy(figure, (left, right), title)
    return figure


def rows(entries: Sequence[Entry]) -> tuple[list[str], list[list[Any]]]:
    """The numbers of the intervals: a line an entry, with the score of each seed."""
    seeds = max(len(entry.scores) for entry in entries)
    found = []
    for entry in entries:
        e = interval(entry.scores[:, None])
        scores = [*map(float, entry.scores), *[float("nan")] * (seeds - len(entry.scores))]
        found.append([entry.name, float(e.iqm), float(e.low), float(e.high), float(entry.scores.mean()), *scores])
    return ["run", "iqm", "low", "high", "mean", *(f"seed_{i}" for i in range(seeds))], found


def _by_value(axis: Any, xs: np.ndarray, scores: np.ndarray, colour: str, name: str | None) -> None:
    """Points with intervals over the values of a leaf, each seed faint; scores [value, seed]."""
    rows = [x for x in range(len(xs)) if _whole(scores[x])]
    found = [interval(scores[x][:, None]) for x in rows]
    for x, row in zip(xs[rows], scores[rows], strict=True):
        axis.scatter(np.full(len(row), x), row, s=6, color=colour, alpha=0.35, linewidths=0)
    middle, low, high = (np.array([getattr(e, name) for e in found]) for name in ("iqm", "low", "high"))
    ends = (np.nan_to_num(middle - low), np.nan_to_num(high - middle))
    axis.errorbar(
        xs[rows], middle, ends, color=colour, linewidth=1.6, marker="o", markersize=4, capsize=2.5, label=name
    )


def _apart(xs: np.ndarray, at: int, of: int, logarithmic: bool) -> np.ndarray:
    """The values, moved a little so that the intervals of several lines do not lie on one another."""
    if of == 1 or len(xs) < 2:
        return xs
    share = 0.06 * (at / (of - 1) - 0.5)
    if logarithmic:
        return np.exp(np.log(xs) + share * np.abs(np.diff(np.log(xs))).min())
    return xs + share * np.abs(np.diff(xs)).min()


def _curve(axis: Any, steps: np.ndarray, returns: np.ndarray, colour: str, name: str | None, band: bool = True) -> None:
    """The interquartile mean over seeds [seed, chunk] once every seed has ended an episode, and its interval."""
    filled = carried(returns)
    seen = np.isfinite(filled).all(0)
    if not seen.any():
        return
    found = interval(filled[:, None, seen], resamples=RESAMPLES)
    axis.plot(steps[seen], found.iqm, color=colour, linewidth=1.6, label=name)
    if band and np.isfinite(found.low).all():
        axis.fill_between(steps[seen], found.low, found.high, color=colour, alpha=0.16, linewidth=0)


def carried(returns: np.ndarray) -> np.ndarray:
    """Where no episode ended in a chunk, what the last one was."""
    at = np.where(np.isfinite(returns), np.arange(returns.shape[1]), 0)
    return np.take_along_axis(returns, np.maximum.accumulate(at, 1), 1)


def _whole(row: np.ndarray) -> bool:
    return bool(np.isfinite(row).all())


def _named(setting: Mapping[str, float]) -> str:
    return ", ".join(f"{name.rstrip('_')} {value:.4g}" for name, value in setting.items())


def _tidy(figure: Any, axes: Sequence[Any], title: str) -> None:
    for axis in axes:
        axis.grid(alpha=0.25, linewidth=0.6)
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, fontsize=10, x=0.01, ha="left")
