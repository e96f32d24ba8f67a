"""docs/performance.png, -dark.png and .csv: seconds to 475, and how much faster softql's step is.  Imports: page."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.speed.page import ROOT, Row


def draw(found: Row) -> None:
    """Bars for whatever of it has been measured; no picture before both are."""
    from softql.drawing import DARK, LIGHT
    from softql.plots import save
    from softql.runs import write_table

    of = {name: [x for x in w["rows"] if not x.get("missing")] for name, w in found["workloads"].items()}
    times = [(x["what"], x["seconds"], x["solved"]) for x in of.get("solve", [])]
    faster = [
        (f"{x['what']} ({name.replace('_', '-')})", x["ratio"])
        for name in ("replay", "on_policy")
        for x in of.get(name, [])
        if "ratio" in x and not x["what"].startswith("softql")
    ]
    if times and faster:
        rows = [("seconds to 475", *x) for x in times] + [("times as fast", *x, "") for x in faster]
        write_table(ROOT / "docs" / "performance.csv", ["bars", "who", "value", "solved"], rows)
        save(ROOT / "docs", "performance", partial(bars, times, faster), {"light": LIGHT, "dark": DARK})


def bars(times: list[tuple[str, float, bool]], faster: list[tuple[str, float]], palette: Any) -> Any:
    """Who takes how long above, how many times as fast softql is below."""
    from softql.plots import empty_figure

    figure = empty_figure((10, 1.2 + 0.3 * (len(times) + len(faster))))
    above, below = figure.subplots(2, 1, height_ratios=(len(times), len(faster)))
    colours = [palette.main if name.startswith("softql") else palette.faint for name, _, _ in times]
    drawn = above.barh([name for name, _, _ in times], [s for _, s, _ in times], color=colours)
    above.bar_label(drawn, [f" {s:.0f} s" + ("" if done else ", not solved") for _, s, done in times])
    above.set_title("CartPole-v1: seconds to 475, 4 seeds", loc="left", fontsize=9)
    drawn = below.barh([name for name, _ in faster], [x for _, x in faster], color=palette.main)
    below.bar_label(drawn, [f" {x:.2f}" for _, x in faster])
    below.axvline(1.0, color=palette.ink, linewidth=0.8)
    below.set_title("softql, times as fast at the same work", loc="left", fontsize=9)
    for axes in (above, below):
        axes.invert_yaxis()
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter("")
        axes.margins(x=0.25)
    return figure
