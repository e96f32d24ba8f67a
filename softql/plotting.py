"""`softql plot RUN`: figures of a run or a sweep, and the numbers behind each as CSV.

Nothing heavy is imported before the command runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from softql import finding, opening
from softql.mistakes import Mistake

if TYPE_CHECKING:
    from softql.figures import Curves, Glimpse, Trace
    from softql.watching import Episode, Learned

__all__ = ["FIGURES", "add_to"]

FIGURES = "figures"  # the folder in the run's folder
GLIMPSES = 6  # states at which the policy is drawn
SHOWN = 6  # combinations of a sweep


def add_to(commands: Any) -> None:
    """The command."""
    plot = commands.add_parser(
        "plot",
        help="draw a run: learning curves, entropy, V along an episode, the policy at states",
        description="Draw a run of softql train or softql sweep, also one that has not ended: learning curves and "
        "entropy (interquartile mean over seeds, 95 % bootstrap interval), V along a greedy and a sampled episode, and "
        "the policy at states of the sampled one. Each figure is a PNG for a light page, one for a dark page, and a "
        "CSV of the numbers behind it.",
    )
    plot.set_defaults(run=_plot)
    opening.add_look(plot, "RUN/figures")


def _plot(arguments: argparse.Namespace) -> int:
    try:
        from softql import figures, runs  # noqa: F401
    except ImportError as error:
        raise Mistake(f'{error}: plotting needs the extra packages, pip install "softql[cli]"') from error
    folder: Path = arguments.folder
    config = opening.config_of(folder, arguments.env)
    groups = _groups(folder, config)
    out = opening.folder_of(arguments.out or folder / FIGURES)
    styles = opening.styles_of(arguments.style)
    try:
        drawn = _curves(out, config, groups, styles)
        for path in drawn:
            print(path)
        one = opening.network_of(folder, config, arguments.lane)
        for path in _episodes(out, one, arguments, styles):
            print(path)
    except BrokenPipeError:  # who reads what is printed has gone
        raise
    except OSError as error:
        raise Mistake(f"can't draw in {out}: {error.strerror or error}") from error
    return 0


def _groups(folder: Path, config: Mapping[str, Any]) -> list[Curves]:
    """The metrics of the run; of a sweep those of its best combinations."""
    import numpy as np

    from softql import runs
    from softql.figures import NAMES, Curves
    from softql.grids import combinations

    try:
        seeds = int(config["seeds"])
        if config["command"] == "train":
            read = runs.read_metrics(folder)
            chosen: list[tuple[str, Any]] = [("", slice(0, seeds))]
        else:
            read = runs.read_lanes(folder)
            axes = {name: tuple(values) for name, values in config["sweep"].items()}
            varied = [name for name in axes if len(axes[name]) > 1]
            places = {int(lane): row for row, lane in enumerate(read["lane"][:, 0])}
            whole: list[tuple[str, Any]] = []
            for c, setting in enumerate(combinations(axes)):
                rows: Any = [places[k] for k in range(c * seeds, (c + 1) * seeds) if k in places]
                if len(rows) == seeds:
                    whole.append((", ".join(f"{k.rstrip('_')} {setting[k]:.4g}" for k in varied), rows))
            if not whole:
                raise ValueError("no combination has begun with all its seeds")
            last = [np.nan_to_num(read["episode_return"][rows][:, -5:], nan=-np.inf).mean() for _, rows in whole]
            chosen = [whole[i] for i in sorted(np.argsort(last, kind="stable")[::-1][:SHOWN])]
        quantities = [name for name in NAMES if name in read]
        return [
            Curves(name, read["env_steps"][rows][0], {q: read[q][rows] for q in quantities}) for name, rows in chosen
        ]
    except FileNotFoundError as error:
        raise Mistake(f"{folder} has no {runs.METRICS}: there is nothing to draw yet") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Mistake(f"can't read the metrics in {folder}: {error}") from error


def _curves(out: Path, config: Mapping[str, Any], groups: list[Curves], styles: Mapping[str, Any]) -> list[Path]:
    import numpy as np

    from softql import figures

    env, env_params = finding.environment(config["environment"])
    title = _title(config)
    first = [q for q in figures.NAMES if q in groups[0].of and q != "entropy"]
    actions = getattr(env.action_space(env_params), "n", 0)
    line = float(np.log(int(actions))) if actions else 0.0
    drawn = []
    for name, quantities, at in (("learning_curves", first, 0.0), ("entropy", ["entropy"], line)):
        drawn += figures.save(out, name, lambda p, q=quantities, at=at: figures.curves(groups, q, title, p, at), styles)
        drawn.append(figures.table(out / f"{name}.csv", *figures.curve_rows(groups, quantities)))
    return drawn


def _title(config: Mapping[str, Any]) -> str:
    words = f"{finding.label(config['environment'])}, soft Q-learning ({config['mode']})"
    swept = config["command"] == "sweep" and len(config["sweep"].get("alpha", [])) > 1
    return words if swept else f"{words}, α = {config['hyper']['alpha']:.4g}"


def _episodes(out: Path, one: Learned, arguments: argparse.Namespace, styles: Mapping[str, Any]) -> list[Path]:
    """What one network thinks along a greedy and a sampled episode."""
    from softql import figures, watching

    greedy, sampled = (es[0] for es in watching.watch(one, arguments.seed, ("greedy", "sampled"), 1, arguments.steps))
    both = {"greedy": greedy, "sampled": sampled}
    seen = [_trace(name, episode, one) for name, episode in both.items()]
    title = f"{one.plan.label}, {one.name}, α = {one.alpha:.4g}, γ = {one.gamma:.4g}"
    name = "value_along_episode"
    drawn = figures.save(out, name, lambda p: figures.traces(seen, title, p), styles)
    heading = ["policy", "step", "v", "entropy", "to_go", "reward"]
    rows = [
        [trace.name, t, float(trace.v[t]), float(trace.entropy[t]), float(trace.to_go[t]), paid]
        for trace in seen
        for t, paid in enumerate([*map(float, trace.reward), float("nan")])
    ]
    drawn.append(figures.table(out / f"{name}.csv", heading, rows))
    return drawn + _policies(out, one, sampled, title, styles)


def _trace(name: str, episode: Episode, one: Learned) -> Trace:
    """With what came of each state: rewards, and α times the entropy where actions were sampled; V where it was cut."""
    import numpy as np

    from softql.figures import Trace

    bonus = one.alpha * episode.entropy if name == "sampled" else np.zeros(len(episode.v))
    to_go = np.zeros(len(episode.v))
    to_go[-1] = 0.0 if episode.end == "terminated" else episode.v[-1]
    for t in range(episode.steps)[::-1]:
        to_go[t] = episode.reward[t] + bonus[t] + one.gamma * to_go[t + 1]
    words = "Σ γᵏ (r + α H) from here" if name == "sampled" else "Σ γᵏ r from here"
    return Trace(name, episode.v, episode.entropy, episode.reward, to_go, words, episode.end)


def _policies(out: Path, one: Learned, episode: Episode, title: str, styles: Mapping[str, Any]) -> list[Path]:
    """The policy at states of an episode."""
    import numpy as np

    from softql import figures
    from softql.drawing import scene
    from softql.figures import Glimpse
    from softql.watching import mind

    thinks, drawing = mind(one), scene(one.plan.env, one.plan.env_params)
    if thinks.points is None:
        print("actions have more than two dimensions: the policy at states is not drawn")
        return []
    chosen = np.unique(np.linspace(0, max(episode.steps - 1, 0), GLIMPSES).astype(int))
    points = thinks.points
    density = np.exp(episode.log_pi[chosen])

    def glimpses(palette: Any) -> list[Glimpse]:
        return [
            Glimpse(
                drawing.draw(episode.at(t), episode.obs[t], palette),
                f"step {t}, V = {episode.v[t]:.4g}",
                row,
                points,
                drawing.actions,
            )
            for t, row in zip(chosen, density, strict=True)
        ]

    name = "policy_at_states"
    whole = f"{title}: states of the sampled episode"
    drawn = figures.save(out, name, lambda p: figures.policies(glimpses(p), whole, p), styles)
    columns = points.reshape(len(points), -1)
    heading = ["step", "v", *(f"action_{i}" for i in range(columns.shape[1])), "pi"]
    rows = [
        [int(t), float(episode.v[t]), *a.tolist(), float(p)]
        for t, row in zip(chosen, density, strict=True)
        for a, p in zip(columns, row, strict=True)
    ]
    drawn.append(figures.table(out / f"{name}.csv", heading, rows))
    if drawing.said:
        print(drawing.said)
    return drawn
