"""`softql solve` as a person sees it: the exact answer of a small environment, printed and drawn.

Where the states lie on a grid (a position on a map, a picture with one mark) values and policy are shown on it;
otherwise state by state. Imports: tabular, drawing, maps, plots.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from rich.console import Console

from softql import maps, plots
from softql.drawing import Palette
from softql.equations import entropy
from softql.mdp import World, dense, from_gymnax
from softql.tabular import (
    Returns,
    Solution,
    TabularHyper,
    learner,
    optimal_policy,
    returns_of,
    soft_policy_iteration,
    soft_value_iteration,
)

ARROWS = "→↘↓↙←↖↑↗"  # clockwise from the right, rows growing downwards
LISTED = 24  # states that are printed where there is no map
METHODS = {"newton": soft_policy_iteration, "value": soft_value_iteration}


class Answer(NamedTuple):
    """A solved environment.

    Fields:
      name: of the environment.
      world: its MDP.
      alpha: the temperature, reward units.
      solution: Q*, V*, iterations and error bound.
      policy: π* [S, A].
      returns: the mean return from the first state, split.
      cells: row and column of each state [S, 2], or None without a map.
    """

    name: str
    world: World
    alpha: float
    solution: Solution
    policy: np.ndarray
    returns: Returns
    cells: np.ndarray | None


def answer(
    env: Any,
    env_params: Any,
    name: str,
    alpha: float,
    gamma: float,
    method: str = "newton",
    world: World | None = None,
) -> Answer:
    """Enumerate and solve an environment; `world` is what it enumerates to at this gamma, where that is known.

    Raises:
      ValueError: when it can't be enumerated, alpha is negative or so large that values overflow, or gamma is not in
        [0, 1).
    """
    if not 0 <= gamma < 1:
        raise ValueError(f"gamma = {gamma}: it must be in [0, 1)")
    if not 0 <= alpha < np.inf:
        raise ValueError(f"alpha = {alpha}: it must be at least 0 and finite (0 is the hard maximum)")
    try:
        world = from_gymnax(env, env_params, gamma) if world is None else world
    except ValueError as error:  # some environments call themselves otherwise
        raise ValueError(str(error).replace(str(env.name), name, 1)) from error
    solution = METHODS[method](world.mdp, alpha)
    if not np.isfinite(np.asarray(solution.v)).all():
        raise ValueError(f"alpha = {alpha:g}: values overflow {solution.v.dtype}; pass a smaller one")
    log_pi = optimal_policy(world.mdp, solution.q, alpha)
    split = returns_of(world.mdp, log_pi, alpha)
    return Answer(name, world, alpha, solution, np.exp(np.asarray(log_pi)), split, cells_of(env, world))


def cells_of(env: Any, world: World) -> np.ndarray | None:
    """Where each state lies on the map [S, 2]; None when its observations are no positions.

    Known are a number on a map of env.nrow by env.ncol, a vector that begins with the cell of env.env_map, and a
    picture with exactly one mark; states with an empty picture (what follows the end) lie nowhere: -1.
    """
    seen = np.asarray(world.observations)
    if seen.ndim == 1 and hasattr(env, "nrow") and hasattr(env, "ncol"):
        return np.stack(np.divmod(seen.astype(int), env.ncol), -1)
    if seen.ndim == 2 and seen.shape[1] >= 2 and hasattr(env, "env_map"):
        return seen[:, :2].astype(int)
    if seen.ndim == 3 and (np.count_nonzero(seen, axis=(1, 2)) <= 1).all():
        at = np.argwhere(seen != 0)
        cells = np.full((len(seen), 2), -1)
        cells[at[:, 0]] = at[:, 1:]
        return cells
    return None


def directions(found: Answer) -> np.ndarray:
    """Where each action leads on the map on average, [S, A, 2] as (row, column): one of eight unit vectors, or 0.

    An action that leads the same way everywhere keeps that direction at a wall too. It does where no part of its
    mean step that matters (as large as 0.8 of the largest) is now one way and now the other; slips at walls, where
    nothing but slips moves, are no other way.
    """
    cells, mdp = _placed(found), found.world.mdp
    on_map = cells[:, 0] >= 0
    off = np.where((on_map[:, None] & on_map)[..., None], cells[None] - cells[:, None], 0)
    mean = np.einsum("saj,sjk->sak", np.asarray(dense(mdp).transition), off)
    moving = mean[~np.asarray(found.world.terminal)]
    size, net = np.abs(moving).sum(0), np.abs(moving.sum(0))
    matters = size >= 0.8 * size.max(-1, keepdims=True)
    same = (~matters | (net > 0.8 * size)).all(-1)
    mean = np.where(same[None, :, None], moving.mean(0)[None], mean)
    angle = np.round(np.arctan2(mean[..., 0], mean[..., 1]) / (np.pi / 4)) * (np.pi / 4)
    still = np.abs(mean).sum(-1, keepdims=True) < 1e-6
    return np.where(still, 0.0, np.stack([np.sin(angle), np.cos(angle)], -1))


def show(found: Answer, console: Console) -> None:
    """Print what was solved, and values and policy."""
    mdp, solution = found.world.mdp, found.solution
    console.print(
        f"{found.name}: {mdp.states} states ({int(found.world.terminal.sum())} terminal), {mdp.actions} actions, "
        f"gamma {float(mdp.discount):g}, alpha {found.alpha:g}"
    )
    console.print(
        f"solved in {int(solution.iterations)} iterations; |Q - Q*| is at most {float(solution.error_bound):.2g}"
    )
    split = found.returns
    console.print(
        f"return from the first state {float(split.total):.4f} = reward {float(split.reward):.4f} "
        f"+ entropy bonus {float(split.entropy):.4f}"
    )
    lines = _map(found) if found.cells is not None else _list(found)
    for line in lines:
        console.print(line)


def _map(found: Answer) -> list[str]:
    """V* and the likeliest action on the map: a row a line."""
    cells, lead = _placed(found), directions(found)
    rows, columns = cells.max(0) + 1
    values = [f"{v:z.2f}" if abs(v) < 1e4 else f"{v:.4g}" for v in np.asarray(found.solution.v).tolist()]
    wide = max(5, *(len(values[s]) for s in np.flatnonzero(cells[:, 0] >= 0)))
    text = [[" " * wide + "."] * columns for _ in range(rows)]
    for s, (row, column) in enumerate(cells):
        if row >= 0:
            mark = " " if found.world.terminal[s] else _arrow(lead[s, int(found.policy[s].argmax())])
            text[row][column] = f"{values[s]:>{wide}}{mark}"
    return ["V* and the likeliest action:", *("  ".join(line) for line in text)]


def _arrow(step: np.ndarray) -> str:
    row, column = step
    if abs(row) + abs(column) < 1e-6:
        return "·"
    return ARROWS[round(float(np.arctan2(row, column)) / (np.pi / 4)) % 8]


def _short(v: float) -> str:
    return f"{v:6.3f}" if abs(v) < 1e3 else f"{v:6.4g}"


def _list(found: Answer) -> list[str]:
    """The first states in the order of discovery: V* and the policy."""
    lines = ["state     V*    H   policy"]
    uncertain = np.asarray(entropy(jnp.log(jnp.maximum(found.policy, 1e-38))))
    for s in range(min(LISTED, found.world.mdp.states)):
        chances = " ".join(f"{p:.2f}" for p in found.policy[s])
        lines.append(f"{s:5d} {_short(float(found.solution.v[s]))} {uncertain[s]:4.2f}  {chances}")
    left = found.world.mdp.states - LISTED
    return [*lines, f"... and {left} more"] if left > 0 else lines


def draw(found: Answer, palette: Palette) -> Any:
    """Values and policy as a figure."""
    title = f"{found.name}, α = {found.alpha:g}, γ = {float(found.world.mdp.discount):g}"
    v, ended = np.asarray(found.solution.v), np.asarray(found.world.terminal)
    if found.cells is None:
        return plots.value_list(v, found.policy, title, palette)
    place = maps.Place(found.cells, directions(found), ended)
    return maps.value_map(place, [maps.Side("exact", v, found.policy)], title, palette)


def learn(found: Answer, steps: int, seed: int, walkers: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Stochastic soft Q-learning on the same MDP: how many transitions, and the error max |Q - Q*| after them."""
    init, step = learner(found.world.mdp, walkers, found.solution.q)
    count = max(1, steps // walkers)
    hyper = TabularHyper(alpha=found.alpha)
    run = jax.jit(lambda state: jax.lax.scan(lambda s, _: step(hyper, s), state, length=count))
    _, metrics = run(init(jax.random.key(seed)))
    error = np.asarray(metrics.error)
    kept = np.unique(np.geomspace(1, count, 400).astype(int)) - 1
    return (kept + 1) * walkers, error[kept]


def _placed(found: Answer) -> np.ndarray:
    assert found.cells is not None
    return found.cells


__all__ = ["Answer", "answer", "draw", "learn", "show"]
