"""Figures from metrics, for a light or a dark page. matplotlib is imported inside, and draws without a display.

Each function takes numbers and a palette and gives a matplotlib figure; `save` draws it once a style. Imports: drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from softql.drawing import Palette


def page(palette: Palette) -> Any:
    """matplotlib's settings for a page of these colours."""
    ink = ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color", "legend.labelcolor")
    ground = ("figure.facecolor", "axes.facecolor", "savefig.facecolor", "legend.facecolor")
    return (
        dict.fromkeys(ink, palette.ink)
        | dict.fromkeys(ground, palette.ground)
        | {"axes.edgecolor": palette.faint, "grid.color": palette.faint, "legend.edgecolor": palette.panel}
    )


def save(folder: Path, name: str, draw: Any, styles: Mapping[str, Palette]) -> list[Path]:
    """Draw a figure, palette -> figure, once a style: NAME.png, and NAME-dark.png for style "dark"."""
    import matplotlib

    found = []
    for style, palette in styles.items():
        path = folder / f"{name}{'' if style == 'light' else '-' + style}.png"
        with matplotlib.rc_context(page(palette)):
            draw(palette).savefig(path, dpi=120)
        found.append(path)
    return found


def learning_curve(metrics: Mapping[str, np.ndarray], title: str, alpha: Any, palette: Palette) -> Any:
    """Return, entropy and loss against environment steps: each seed thin, the mean thick, one deviation shaded.

    Where the metrics hold it, the exact sub-optimality too, on a logarithmic axis while it is positive.

    Args:
      metrics: arrays [seed, chunk], as `softql.runs.read_metrics` gives them; NaN where no episode ended.
      title: the figure's title.
      alpha: the temperature, for the caption.
      palette: of the page.
    """
    figure = empty_figure((8, 7.2 + 1.8 * ("suboptimality" in metrics)))
    steps = metrics["env_steps"][0]
    panels = [
        ("episode_return", "return of episodes\nwhile exploring"),
        ("entropy", "policy entropy (nats)"),
        ("loss", "loss"),
    ]
    if "suboptimality" in metrics:
        panels[1:1] = [("suboptimality", "below V*, exactly\n(reward units)")]
    below = figure.subplots(len(panels), 1, sharex=True, height_ratios=(2.2, *[1] * (len(panels) - 1)))
    upper, lower = below[0], below[-1]
    for axes, (name, label) in zip(below, panels, strict=True):
        positive = name in ("loss", "suboptimality") and np.nanmin(metrics[name], initial=np.inf) > 0
        _band(axes, steps, metrics[name], palette, logarithmic=positive)
        axes.set_ylabel(label)
        axes.grid(alpha=0.25, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.01)
    lower.set_xlabel("environment steps, each seed")
    lower.xaxis.set_major_formatter(thousands)
    seeds = len(metrics["env_steps"])
    caption = f"{seeds} seed" + "s: mean, one standard deviation, each seed" * (seeds > 1)
    upper.set_title(title + (f", α = {alpha}" if alpha is not None else "") + f"\n{caption}", fontsize=10, loc="left")
    return figure


def value_list(v: np.ndarray, policy: np.ndarray, title: str, palette: Palette) -> Any:
    """V* and π* state by state, the states in order of V*, for worlds without a map.

    Args:
      v: V*(s) [S], reward units.
      policy: π*(a|s) [S, A].
      title: the figure's title.
      palette: of the page.
    """
    figure = empty_figure((9, 4.6))
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.4, 1))
    order = np.argsort(v, kind="stable")
    upper.plot(v[order], color=palette.main, linewidth=1.6)
    upper.set_ylabel("V*(s), reward units")
    upper.grid(alpha=0.25, linewidth=0.6)
    upper.spines[["top", "right"]].set_visible(False)
    image = lower.imshow(policy[order].T, aspect="auto", cmap=shades(palette), vmin=0, vmax=1, interpolation="nearest")
    lower.set_yticks(range(policy.shape[1]))
    lower.set_ylabel("action")
    lower.set_xlabel("states, by V*")
    figure.colorbar(image, ax=lower, label="π*(a|s)")
    upper.set_title(f"{title}\nV* and π* of every state", fontsize=10, loc="left")
    return figure


def error_curve(transitions: np.ndarray, error: np.ndarray, title: str, palette: Palette) -> Any:
    """max |Q - Q*| of learning from samples against transitions, both logarithmic.

    Args:
      transitions: how many were learned from [n].
      error: the error after them [n], reward units.
      title: the figure's title.
      palette: of the page.
    """
    figure = empty_figure((8, 4.2))
    axes = figure.subplots()
    axes.loglog(transitions, error, color=palette.main, linewidth=1.6)
    axes.set_xlabel("transitions")
    axes.set_ylabel("max |Q - Q*|, reward units")
    axes.grid(alpha=0.25, linewidth=0.6, which="both")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(f"{title}\nstochastic soft Q-learning against the exact table", fontsize=10, loc="left")
    return figure


def density_along_path(
    actions: np.ndarray, log_pi: np.ndarray, taken: np.ndarray, reward: np.ndarray, title: str, palette: Palette
) -> Any:
    """π(a|s_t) along a path as colours, the action taken as a line, the reward below.

    Args:
      actions: the grid of actions [n].
      log_pi: log π(a|s_t) [t, n], nats.
      taken: the actions taken [t].
      reward: what each paid [t].
      title: the figure's title.
      palette: of the page.
    """
    figure = empty_figure((9, 5.2))
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2.4, 1))
    half = (actions[1] - actions[0]) / 2
    extent = (-0.5, len(taken) - 0.5, actions[0] - half, actions[-1] + half)
    image = upper.imshow(np.exp(log_pi).T, origin="lower", aspect="auto", extent=extent, cmap=shades(palette))
    upper.plot(taken, color=palette.accent, linewidth=0.9, label="action taken")
    upper.set_ylabel("action")
    upper.legend(loc="upper right", fontsize=8)
    figure.colorbar(image, ax=upper, label="π(a|s), per action unit")
    lower.plot(reward, color=palette.main, linewidth=1.4)
    lower.set_ylabel("reward")
    lower.set_xlabel("step of one path")
    lower.grid(alpha=0.25, linewidth=0.6)
    upper.set_title(f"{title}\nthe policy of seed 0 along one of its paths", fontsize=10, loc="left")
    return figure


def densities(
    actions: np.ndarray,
    log_pi: np.ndarray,
    names: list[str],
    title: str,
    palette: Palette,
    trails: list[np.ndarray] | None = None,
    goals: np.ndarray | None = None,
) -> Any:
    """π(.|s) of a few states over two-dimensional actions, and paths through the plane where there are any.

    Args:
      actions: a square grid of actions [n², 2], the second coordinate fastest.
      log_pi: log π [s, n²], nats.
      names: what each state is called [s].
      title: the figure's title.
      palette: of the page.
      trails: positions [t, 2] of each path.
      goals: what they run to [g, 2].
    """
    panels = len(names) + (trails is not None)
    figure = empty_figure((1.2 + 3.4 * panels, 3.9))
    axes = figure.subplots(1, panels, squeeze=False)[0]
    n = round(len(actions) ** 0.5)
    low, high = actions.min(0), actions.max(0)
    half = (high - low) / (n - 1) / 2
    extent = (low[0] - half[0], high[0] + half[0], low[1] - half[1], high[1] + half[1])
    for axis, row, name in zip(axes, log_pi, names, strict=False):
        table = np.exp(row).reshape(n, n).T
        image = axis.imshow(table, origin="lower", extent=extent, cmap=shades(palette), vmin=0, aspect="auto")
        figure.colorbar(image, ax=axis, shrink=0.8)
        axis.set_title(f"π(a|s), {name}", fontsize=9, loc="left")
        axis.set_xlabel("first coordinate of the action")
    axes[0].set_ylabel("second coordinate")
    if trails is not None:
        _trails(axes[-1], trails, goals, palette)
    figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    return figure


def _trails(axis: Any, trails: list[np.ndarray], goals: np.ndarray | None, palette: Palette) -> None:
    """Paths through the plane, and their goals."""
    for trail in trails:
        axis.plot(trail[:, 0], trail[:, 1], color=palette.main, linewidth=0.7, alpha=0.6)
    if goals is not None:
        axis.scatter(goals[:, 0], goals[:, 1], s=60, color=palette.accent, zorder=3)
    axis.set_aspect("equal")
    axis.set_xlim(-7, 7)
    axis.set_ylim(-7, 7)
    axis.set_title(f"{len(trails)} paths", fontsize=9, loc="left")


def empty_figure(size: tuple[float, float]) -> Any:
    """An empty figure that needs no display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _band(axes: Any, steps: np.ndarray, curves: np.ndarray, palette: Palette, logarithmic: bool = False) -> None:
    """Each seed thin; mean and one standard deviation over the seeds that have a value, of the logarithm if asked."""
    if logarithmic:
        axes.set_yscale("log")
    for curve in curves:
        seen = np.isfinite(curve)
        axes.plot(steps[seen], curve[seen], color=palette.faint, linewidth=0.6, alpha=0.7)
    seen = np.isfinite(curves).any(0)
    if not seen.any():
        axes.text(0.5, 0.5, "nothing to show yet", transform=axes.transAxes, ha="center", color=palette.faint)
        return
    values = np.log(curves[:, seen]) if logarithmic else curves[:, seen]
    mean, spread = np.nanmean(values, 0), np.nanstd(values, 0)
    low, middle, high = (np.exp(x) if logarithmic else x for x in (mean - spread, mean, mean + spread))
    axes.fill_between(steps[seen], low, high, color=palette.main, alpha=0.18, linewidth=0)
    axes.plot(steps[seen], middle, color=palette.main, linewidth=2)


def shades(palette: Palette) -> Any:
    """Colours from little to much."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("page", [palette.panel, palette.main])


def thousands(x: float, _: int) -> str:
    """12,000 as 12k, 1,200,000 as 1.2M."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(x) >= size:
            return f"{x / size:g}{unit}"
    return f"{x:g}"


__all__ = [
    *("densities", "density_along_path", "empty_figure", "error_curve", "learning_curve", "page", "save", "shades"),
    *("thousands", "value_list"),
]
