"""`softql plot RUN`: figures of a run or a sweep, and the numbers behind each as CSV.

Nothing heavy is imported before the command runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from softql import finding, opening, options
from softql.mistakes import Mistake, packages_for

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
    with packages_for("plotting"):
        from softql import figures, runs  # noqa: F401
    folder: Path = arguments.folder
    config = opening.config_of(folder, arguments.env)
    groups = _groups(folder, config)
    out, styles = arguments.out or folder / FIGURES, options.styles_of(arguments.style)
    with opening.drawing_in(out):
        for path in _curves(out, config, groups, styles):
            print(path)
        one = opening.network_of(folder, config, arguments.lane)
        for path in (*_episodes(out, one, arguments, styles), *_map(out, one, styles)):
            print(path)
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

    from softql import figures, runs

    env, env_params = finding.environment(config["environment"])
    title = _title(config)
    first = [q for q in figures.NAMES if q in groups[0].of and q != "entropy"]
    actions = getattr(env.action_space(env_params), "n", 0)
    line = float(np.log(int(actions))) if actions else 0.0
    drawn = []
    for name, quantities, at in (("learning_curves", first, 0.0), ("entropy", ["entropy"], line)):
        drawn += figures.save(out, name, lambda p, q=quantities, at=at: figures.curves(groups, q, title, p, at), styles)
        drawn.append(runs.write_table(out / f"{name}.csv", *figures.curve_rows(groups, quantities)))
    return drawn


def _title(config: Mapping[str, Any]) -> str:
    words = f"{finding.label(config['environment'])}, soft Q-learning ({config['mode']})"
    swept = config["command"] == "sweep" and len(config["sweep"].get("alpha", [])) > 1
    return words if swept else f"{words}, α = {config['hyper']['alpha']:.4g}"


def _episodes(out: Path, one: Learned, arguments: argparse.Namespace, styles: Mapping[str, Any]) -> list[Path]:
    """What one network thinks along a greedy and a sampled episode."""
    from softql import figures, runs, watching

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
    drawn.append(runs.write_table(out / f"{name}.csv", heading, rows))
    return drawn + _policies(out, one, sampled, title, styles)


def _trace(name: str, episode: Episode, one: Learned) -> Trace:
    """With what came of each state: rewards, and α times the entropy where actions were sampled; V where it was cut."""
    import numpy as np

    from softql.figures import Trace
    from softql.returns import soft_lambda_returns

    entropy = episode.entropy[:-1] * (name == "sampled")
    ends = (np.arange(1, len(episode.v)) == episode.steps) & (episode.end == "terminated")
    discount = np.where(ends, 0.0, one.gamma).astype(np.float32)
    of_action = soft_lambda_returns(episode.reward, discount, episode.v[1:], -entropy, one.alpha, lambda_=1.0)
    last = 0.0 if episode.end == "terminated" else episode.v[-1]
    to_go = np.append(np.asarray(of_action) + one.alpha * entropy, last)  # of a state: its own entropy is in it too
    words = "Σ γᵏ (r + α H) from here" if name == "sampled" else "Σ γᵏ r from here"
    return Trace(name, episode.v, episode.entropy, episode.reward, to_go, words, episode.end)


def _map(out: Path, one: Learned, styles: Mapping[str, Any]) -> list[Path]:
    """V and the policy on the map of a small MDP whose states are places, beside the exact ones; else nothing."""
    import numpy as np

    from softql import figures, maps, runs, session, solving
    from softql.watching import at_states

    env, env_params = one.plan.env, one.plan.env_params
    if getattr(env.action_space(env_params), "n", None) is None:
        return []
    world = session.enumerated(env, env_params, one.gamma)
    cells = None if world is None else solving.cells_of(env, world)
    if world is None or cells is None:
        return []
    try:
        exact = solving.answer(env, env_params, one.plan.label, one.alpha, one.gamma, world=world)
    except ValueError as error:
        print(f"no map: {error}")
        return []
    v, policy = at_states(one, world.observations)
    best = maps.Side("exact", np.asarray(exact.solution.v), exact.policy)
    sides = [maps.Side(f"learned, {one.name}", v, policy), best]
    place = maps.Place(cells, solving.directions(exact), np.asarray(world.terminal))
    name, title = "value_map", f"{one.plan.label}, α = {one.alpha:.4g}, γ = {one.gamma:.4g}"
    drawn = figures.save(out, name, lambda p: maps.value_map(place, sides, title, p), styles)
    return [*drawn, runs.write_table(out / f"{name}.csv", *maps.rows(place, sides))]


def _policies(out: Path, one: Learned, episode: Episode, title: str, styles: Mapping[str, Any]) -> list[Path]:
    """The policy at states of an episode."""
    import numpy as np

    from softql import figures, runs
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
    drawn.append(runs.write_table(out / f"{name}.csv", heading, rows))
    if drawing.said:
        print(drawing.said)
    return drawn
