"""Figures from metrics. matplotlib is imported inside, and draws without a display. Imports: runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

COLOUR, FAINT = "#1f5fa8", "#8a8f98"


def learning_curve(path: str | Path, metrics: Mapping[str, np.ndarray], title: str, alpha: Any = None) -> None:
    """Return, entropy and loss against environment steps: each seed thin, the mean thick, one deviation shaded.

    Args:
      path: the PNG to write.
      metrics: arrays [seed, chunk], as `softql.runs.read_metrics` gives them; NaN where no episode ended.
      title: the figure's title.
      alpha: the temperature, for the caption.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 7.2), layout="constrained")
    FigureCanvasAgg(figure)
    upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=(2.2, 1, 1))
    steps = metrics["env_steps"][0]
    panels = (
        (upper, "episode_return", "return of episodes\nwhile exploring"),
        (middle, "entropy", "policy entropy (nats)"),
        (lower, "loss", "loss"),
    )
    positive = np.nanmin(metrics["loss"], initial=np.inf) > 0
    for axes, name, label in panels:
        _band(axes, steps, metrics[name], logarithmic=name == "loss" and positive)
        axes.set_ylabel(label)
        axes.grid(alpha=0.25, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.01)
    lower.set_xlabel("environment steps, each seed")
    lower.xaxis.set_major_formatter(_thousands)
    seeds = len(metrics["env_steps"])
    caption = f"{seeds} seed" + "s: mean, one standard deviation, each seed" * (seeds > 1)
    upper.set_title(title + (f", α = {alpha}" if alpha is not None else "") + f"  ({caption})", fontsize=10, loc="left")
    figure.savefig(path, dpi=120)


def _band(axes: Any, steps: np.ndarray, curves: np.ndarray, logarithmic: bool = False) -> None:
    """Each seed thin; mean and one standard deviation over the seeds that have a value, of the logarithm if asked."""
    if logarithmic:
        axes.set_yscale("log")
    for curve in curves:
        seen = np.isfinite(curve)
        axes.plot(steps[seen], curve[seen], color=FAINT, linewidth=0.6, alpha=0.7)
    seen = np.isfinite(curves).any(0)
    if not seen.any():
        axes.text(0.5, 0.5, "nothing to show yet", transform=axes.transAxes, ha="center", color=FAINT)
        return
    values = np.log(curves[:, seen]) if logarithmic else curves[:, seen]
    mean, spread = np.nanmean(values, 0), np.nanstd(values, 0)
    low, middle, high = (np.exp(x) if logarithmic else x for x in (mean - spread, mean, mean + spread))
    axes.fill_between(steps[seen], low, high, color=COLOUR, alpha=0.18, linewidth=0)
    axes.plot(steps[seen], middle, color=COLOUR, linewidth=2)


def _thousands(x: float, _: int) -> str:
    """12,000 as 12k, 1,200,000 as 1.2M."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(x) >= size:
            return f"{x / size:g}{unit}"
    return f"{x:g}"


__all__ = ["learning_curve"]
