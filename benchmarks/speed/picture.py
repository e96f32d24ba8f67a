"""docs/performance-light.png and -dark.png: seconds to 475, and how much faster softql's step is.  Imports: page."""

from __future__ import annotations

from typing import Any

from benchmarks.speed.page import ROOT, Row

INK = {"light": ("white", "#222222", "#1f5fa8", "#9aa3ad"), "dark": ("#131416", "#dddddd", "#7fb2ee", "#6b737c")}


def draw(found: Row) -> None:
    """Bars for whatever of it has been measured."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    of = {name: [x for x in w["rows"] if not x.get("missing")] for name, w in found["workloads"].items()}
    times = [(x["what"], x["seconds"], x["solved"]) for x in of.get("solve", [])]
    faster = [
        (f"{x['what']} ({name.replace('_', '-')})", x["ratio"])
        for name in ("replay", "on_policy")
        for x in of.get(name, [])
        if "ratio" in x and not x["what"].startswith("softql")
    ]
    if not times or not faster:
        return  # the page has no picture then
    for page, (paper, ink, own, other) in INK.items():
        style: dict[str, Any] = dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), ink)
        style |= {"figure.facecolor": paper, "axes.facecolor": paper, "axes.edgecolor": ink, "font.size": 9}
        with plt.rc_context(style):
            figure, (left, right) = plt.subplots(
                2, 1, figsize=(7, 1.2 + 0.3 * (len(times) + len(faster))), layout="constrained"
            )
            colours = [own if name.startswith("softql") else other for name, _, _ in times]
            bars = left.barh([name for name, _, _ in times], [s for _, s, _ in times], color=colours)
            left.bar_label(bars, [f" {s:.0f} s" + ("" if done else ", not solved") for _, s, done in times])
            left.set_title("CartPole-v1: seconds to 475, 4 seeds", loc="left", fontsize=9)
            bars = right.barh([name for name, _ in faster], [x for _, x in faster], color=own)
            right.bar_label(bars, [f" {x:.2f}" for _, x in faster])
            right.axvline(1.0, color=ink, linewidth=0.8)
            right.set_title("softql, times as fast at the same work", loc="left", fontsize=9)
            for axes in (left, right):
                axes.invert_yaxis()
                axes.spines[["top", "right"]].set_visible(False)
                axes.set_xscale("log")
                axes.margins(x=0.15)
            figure.savefig(ROOT / "docs" / f"performance-{page}.png", dpi=150)
            plt.close(figure)
