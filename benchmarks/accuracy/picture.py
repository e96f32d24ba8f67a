"""The picture, largest error against temperature, readable on light and on dark pages, and its numbers as CSV.

Imports: matplotlib, softql.figures.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from benchmarks.accuracy import cases, page
from softql.runs import write_table

INK = "#808890"  # on white and on black alike
LINES = {
    "jax.nn": ("#e8743b", "-"),
    "scipy.special": ("#b07be0", "-"),
    "torch": ("#d9a400", "--"),
    "distrax": ("#e05c9b", ":"),
    "softql": ("#2f8fe0", "-"),
    "softql.precise": ("#1fa971", "-"),
}
PANELS = {"log_policy": "log π", "entropy": "H", "advantage": "A = Q - V", "mellowmax": "mellowmax"}
WORST = 1e12


def write(path: Path, column: page.Column) -> None:
    """The picture, and beside it the CSV."""
    worst = {(name, who): by_temperature(column, name, who) for name in PANELS for who in LINES}
    heading = ["quantity", "library", *(f"alpha={alpha:.6g}" for alpha in cases.ALPHAS)]
    write_table(
        path.with_suffix(".csv"),
        heading,
        [[*key, *(float(f"{x:.6g}") for x in row)] for key, row in worst.items() if row is not None],
    )
    plt.rcParams.update({"font.size": 9, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK})
    figure, panels = plt.subplots(1, 4, figsize=(12, 3.6), sharey=True, layout="constrained")
    for axis, (name, title) in zip(panels, PANELS.items(), strict=True):
        for who, (colour, style) in LINES.items():
            row = worst[name, who]
            if row is not None:
                axis.loglog(cases.ALPHAS, row, color=colour, linestyle=style, label=who, linewidth=1.8)
        axis.axhline(0.5, color=INK, linewidth=0.6, linestyle=(0, (1, 3)))
        axis.set_title(title, color=INK)
        axis.set_xlabel("temperature α")
        axis.tick_params(colors=INK, which="both")
        axis.set_ylim(0.2, WORST * 2)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    panels[0].set_ylabel("largest error, ulp (float32)")
    handles, labels = panels[0].get_legend_handles_labels()
    order = [labels.index(who) for who in LINES if who in labels]
    figure.legend(
        [handles[i] for i in order],
        [labels[i] for i in order],
        loc="outside lower center",
        ncols=len(order),
        frameon=False,
        labelcolor=INK,
    )
    figure.savefig(path, dpi=160, transparent=True, metadata={"Software": None})
    plt.close(figure)


def by_temperature(column: page.Column, name: str, who: str) -> np.ndarray | None:
    """The largest error at each temperature, NaN and infinity as the worst."""
    found = column.result("grid", name, who)
    if found is None:
        return None
    true = column.truth["grid"][name]
    error = cases.oracle.err_ulp(found, true, column.dtype)
    error = np.where(cases.oracle.in_range(true, cases.LEAST[column.dtype]), np.minimum(error, WORST), 0)
    worst = error.reshape(len(cases.ALPHAS), -1).max(-1)
    return np.where(worst == 0, np.nan, worst)
