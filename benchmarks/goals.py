"""The four goals: what was learned against the exact solution. Draws docs/multigoal.png, writes multigoal.csv and .md.

    python -m benchmarks.goals [--seeds 4]

Trains the agent in every mode by its recipe on MultiGoal-softql, several seeds, follows paths of it, and compares the
policy at the origin with the exact one on a grid. SVGD draws from the Q that the Langevin agent learned.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gymnax
import jax
import jax.numpy as jnp
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from softql import runs
from softql.agents import continuous_agent, defaults_for
from softql.agents.critics import critic
from softql.agents.records import CONTINUOUS_MODES, ContinuousMode, ContinuousShape, Parts
from softql.envs import soft_solution
from softql.envs.multigoal import GOALS, NAME, Grid
from softql.equations import boltzmann_entropy, boltzmann_log_policy, soft_value
from softql.measures import Box, quadrature
from softql.samplers import boltzmann_target, gumbel_max, svgd
from softql.samplers.chains import fold
from softql.showing import Seen, acting, goal_shares, walker
from softql.train import seeds, train

DOCS = Path(__file__).resolve().parents[1] / "docs"
INK, BLUE, ORANGE = "#808890", "#2f8fe0", "#e8743b"
PATHS, FEWER, DRAWN = 500, 150, 60
CELLS, BLOCKS = 61, 31  # of a density known exactly, and of one that is counted, a side
DRAWS, AT_ONCE = 200_000, 10_000  # counted
PARTICLES, PUSHES, PUSH, WIDTH = 32, 50, 0.5, 0.5  # of SVGD in every state
WAYS = {
    "quadrature": "drawn among the nodes of a quadrature",
    "langevin": "by Langevin chains",
    "mala": "by Metropolis-adjusted Langevin chains",
    "stein": "by the amortised Stein network of H17",
    "svgd": "by SVGD, on the Q of the Langevin agent",
}


class Found(NamedTuple):
    """One policy at the origin and on its way: numbers for each seed, pictures of the first."""

    name: str
    value: np.ndarray
    entropy: np.ndarray
    quarters: np.ndarray  # of the actions at the origin, those nearest to each goal [seed, 4]
    shares: np.ndarray  # of paths [seed, 4]
    table: np.ndarray  # density at the origin [n, n], first coordinate first
    trails: Seen


def exact(grid: Grid) -> Found:
    """The solution itself; its paths are drawn from it."""
    places = middles(CELLS)
    actions = jnp.asarray(np.stack(np.meshgrid(places, places, indexing="ij"), -1).reshape(-1, 2), jnp.float32)
    q = grid.q(jnp.zeros((len(actions), 2)), actions)
    log_pi = boltzmann_log_policy(q, grid.alpha, jnp.full(len(actions), math.log(4 / len(actions))))
    table = np.exp(np.asarray(log_pi))
    quarters = quarters_of(np.asarray(actions), table)[None]
    origin = jnp.zeros(2)
    value, entropy = np.array([float(grid.value(origin))]), np.array([float(grid.entropy(origin))])
    part = np.asarray(grid.goal_shares(origin))[None]
    table = table.reshape(CELLS, CELLS)
    return Found("exact, on a grid", value, entropy, quarters, part, table, paths(by_grid(grid))[0])


def middles(cells: int) -> np.ndarray:
    """Of equal cells of [-1, 1]."""
    return -1 + (2 * np.arange(cells) + 1) / cells


def by_grid(grid: Grid) -> Any:
    """Draws from the exact policy: among the nodes of a quadrature."""
    nodes, log_w = quadrature(-jnp.ones(2), jnp.ones(2), 24)

    def act(key: jax.Array, parts: Any, obs: jax.Array) -> jax.Array:
        return nodes[gumbel_max(key, node_values(grid, nodes, obs), grid.alpha, log_w)]

    return act


def node_values(grid: Grid, nodes: jax.Array, obs: jax.Array) -> jax.Array:
    """Q* of each state at the nodes [b, n]."""
    shape = (len(obs), *nodes.shape)
    return grid.q(jnp.broadcast_to(obs[:, None], shape), jnp.broadcast_to(nodes[None], shape))


def gaussian(grid: Grid) -> Found:
    """In every state the Gaussian with the exact policy's own mean and covariance, folded into the box."""
    nodes, log_w = quadrature(-jnp.ones(2), jnp.ones(2), 24)

    def act(key: jax.Array, parts: Any, obs: jax.Array) -> jax.Array:
        q = node_values(grid, nodes, obs)
        mass = jnp.exp(boltzmann_log_policy(q, grid.alpha, log_w) + jnp.broadcast_to(log_w, q.shape))
        mean = mass @ nodes
        off = nodes[None] - mean[:, None]
        covariance = jnp.einsum("bn,bni,bnj->bij", mass, off, off) + 1e-6 * jnp.eye(2)[None]
        noise = jax.random.normal(key, obs.shape)
        drawn = mean + jnp.einsum("bij,bj->bi", jnp.linalg.cholesky(covariance), noise)
        return fold(Box(-jnp.ones(2), jnp.ones(2)), drawn)

    (seen,) = paths(act)
    drawn = draws(jax.jit(partial(at_origin, act, None)))
    table = counted(drawn)
    mass = table[table > 0] * (2 / BLOCKS) ** 2
    entropy = -np.sum(mass * np.log(table[table > 0]))
    parts = quarters_of(drawn)[None], goal_shares(seen)[None]
    return Found("a Gaussian, moments matched", np.array([np.nan]), np.array([entropy]), *parts, table, seen)


def draws(draw: Callable[[jax.Array], jax.Array], least: int = DRAWS) -> np.ndarray:
    """At least so many actions [n, 2] of a function that draws some."""
    found, key = [], jax.random.key(5)
    while sum(map(len, found)) < least:
        key, now = jax.random.split(key)
        found.append(np.asarray(draw(now)))
    return np.concatenate(found)


def quarters_of(action: np.ndarray, mass: np.ndarray | float = 1.0) -> np.ndarray:
    """The share of actions that go nearest to each goal's direction [4], all actions alike or by their mass."""
    towards = action @ np.array(GOALS).T
    nearest = np.isclose(towards, towards.max(-1, keepdims=True))  # on a diagonal: half to each
    each = (nearest / nearest.sum(-1, keepdims=True)) * np.broadcast_to(mass, len(action))[:, None]
    return each.sum(0) / each.sum()


def counted(drawn: np.ndarray) -> np.ndarray:
    """The density of drawn actions, by counting in BLOCKS x BLOCKS cells."""
    edges = np.linspace(-1, 1, BLOCKS + 1)
    return np.histogram2d(*drawn.T, bins=(edges, edges), density=True)[0]


def paths(act: Any, each: Sequence[Any] = (None,), count: int = PATHS) -> list[Seen]:
    """So many paths of every seed."""
    follow = walker(*gymnax.make(NAME), act, count)
    return [follow(parts, jax.random.key(1_000 + k)) for k, parts in enumerate(each)]


def learned(count: int) -> dict[str, Found]:
    """Train by the recipe, every mode and seed, and draw as the mode does; from the Q of one mode by SVGD too."""
    found = {}
    for mode in CONTINUOUS_MODES:
        shape, each = trained(mode, count)
        act = acting(*gymnax.make(NAME), shape)
        found[mode] = followed(WAYS[mode], act, partial(at_origin, act), shape, each, PATHS)
        print(mode, found[mode].shares.round(3).tolist(), flush=True)
        if mode == "langevin":
            particles = by_svgd(shape)
            here = partial(at_origin, particles, count=AT_ONCE // PARTICLES)
            found["svgd"] = followed(WAYS["svgd"], first_of(particles), here, shape, each, FEWER)
            print("svgd", found["svgd"].shares.round(3).tolist(), flush=True)
    return found


def at_origin(act: Any, parts: Any, key: jax.Array, count: int = AT_ONCE) -> jax.Array:
    """Actions at the origin [n, 2]."""
    return act(key, parts, jnp.zeros((count, 2))).reshape(-1, 2)


def trained(mode: ContinuousMode, count: int) -> tuple[ContinuousShape, list[Parts]]:
    """What each seed of a mode learned by its recipe."""
    recipe = defaults_for(NAME, mode)
    shape = recipe.shape
    assert isinstance(shape, ContinuousShape)
    steps = recipe.env_steps // shape.env_steps - shape.warmup // shape.env_steps
    agent = continuous_agent(*gymnax.make(NAME), shape)
    ((state, _),) = train(agent, recipe.hyper, seeds(0, count), steps, steps)
    return shape, [jax.tree.map(lambda x, k=k: x[k], state.params) for k in range(count)]


def followed(
    name: str, act: Any, here: Callable[..., jax.Array], shape: ContinuousShape, each: list[Parts], many: int
) -> Found:
    """V and H of every seed's Q, what is drawn at the origin, and where paths go."""
    values, entropies = zip(*(of_q(shape, parts) for parts in each), strict=True)
    here = jax.jit(here)
    drawn = [draws(partial(here, parts), DRAWS if k == 0 else AT_ONCE) for k, parts in enumerate(each)]
    walks = paths(act, each, many)
    shares = np.stack([goal_shares(seen) for seen in walks])
    quarters = np.stack([quarters_of(x) for x in drawn])
    return Found(name, np.array(values), np.array(entropies), quarters, shares, counted(drawn[0]), walks[0])


def by_svgd(shape: ContinuousShape) -> Any:
    """(key, parts, obs [b, 2]) -> the particles that SVGD moves in each state from uniform starts [b, n, 2]."""
    network, box = critic(*gymnax.make(NAME), shape.hidden, shape.scale), Box(-jnp.ones(2), jnp.ones(2))

    def act(key: jax.Array, parts: Parts, obs: jax.Array) -> jax.Array:
        def one(key: jax.Array, obs: jax.Array) -> jax.Array:
            alpha = jnp.exp(parts.log_alpha)
            target = boltzmann_target(lambda a: network.apply(parts.q, obs[None], a[None, None])[0, 0], alpha, box)
            init, step = svgd(target, PUSH, place=box.squash, width=WIDTH)
            z = box.unsquash(jax.random.uniform(key, (PARTICLES, 2), minval=-0.99, maxval=0.99))
            return box.squash(jax.lax.fori_loop(0, PUSHES, lambda _, s: step(key, s)[0], init(z)).z)

        return jax.vmap(one)(jax.random.split(key, len(obs)), obs)

    return act


def first_of(particles: Any) -> Any:
    """One particle of each state: starts are exchangeable, so the first is as good as any."""
    return lambda key, parts, obs: particles(key, parts, obs)[:, 0]


def of_q(shape: ContinuousShape, parts: Parts) -> tuple[float, float]:
    """V and H of the learned Q at the origin."""
    nodes, log_w = quadrature(-jnp.ones(2), jnp.ones(2), 32)
    q = critic(*gymnax.make(NAME), shape.hidden, shape.scale).apply(parts.q, jnp.zeros((1, 2)), nodes[None])[0]
    alpha = jnp.exp(parts.log_alpha)
    return float(soft_value(q, alpha, log_w)), float(boltzmann_entropy(q, alpha, log_w))


def picture(found: list[Found]) -> None:
    """Densities at the origin above, paths below."""
    plt.rcParams.update({"font.size": 9, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK})
    figure, rows = plt.subplots(2, len(found), figsize=(3.1 * len(found), 6.4), layout="constrained")
    most = 1.05 * found[0].table.max()  # one scale for all
    for (above, below), one in zip(rows.T, found, strict=True):
        above.imshow(one.table.T, origin="lower", extent=(-1, 1, -1, 1), cmap="Blues", vmin=0, vmax=most)
        above.set_xticks([-1, 0, 1])
        above.set_yticks([-1, 0, 1])
        above.set_title(TITLES[one.name], color=INK)
        for obs, going in zip(one.trails.obs[:DRAWN], one.trails.going[:DRAWN], strict=True):
            trail = obs[going]
            below.plot(trail[:, 0], trail[:, 1], color=BLUE, linewidth=0.6, alpha=0.6)
        below.scatter(*np.array(GOALS).T, s=70, color=ORANGE, zorder=3)
        below.set_xlim(-7, 7)
        below.set_ylim(-7, 7)
        below.set_aspect("equal")
        below.set_title("to a goal: " + " ".join(f"{x:.0%}" for x in one.shares.mean(0)), color=INK, fontsize=8)
        for axis in (above, below):
            axis.tick_params(colors=INK, labelsize=7)
    rows[0, 0].set_ylabel("density of the actions at the origin")
    rows[1, 0].set_ylabel(f"{DRAWN} paths")
    figure.savefig(DOCS / "multigoal.png", dpi=130, transparent=True, metadata={"Software": None})
    plt.close(figure)


def numbers(found: list[Found]) -> Iterator[list[Any]]:
    """What the picture shows: the density in each cell by its middle, and the paths step by step."""
    for one in found:
        places = middles(len(one.table))
        for (i, j), density in np.ndenumerate(one.table):
            yield [TITLES[one.name], "", "", *(round(float(places[k]), 4) for k in (i, j)), round(float(density), 4)]
        for k, (obs, going) in enumerate(zip(one.trails.obs[:DRAWN], one.trails.going[:DRAWN], strict=True)):
            for t, place in enumerate(obs[going]):
                yield [TITLES[one.name], k, t, *(round(float(x), 4) for x in place), ""]


TITLES = {
    "exact, on a grid": "exact, on a grid",
    WAYS["langevin"]: "Langevin on the learned Q",
    WAYS["svgd"]: "SVGD on the learned Q",
    "a Gaussian, moments matched": "a Gaussian, moments matched",
}


def page(found: list[Found], alpha: float, count: int) -> str:
    """docs/multigoal.md."""

    def span(x: np.ndarray, digits: int) -> str:
        low, high = (f"{y:.{digits}f}" for y in (x.min(), x.max()))
        return "-" if np.isnan(x).any() else low if low == high else f"{low} to {high}"

    lines = [
        "| policy | V at the origin | H there, nats | actions there towards a goal | paths that end at a goal |",
        "|---|---|---|---|---|",
    ]
    for one in found:
        towards, ends = (f"{x.min():.1%} to {x.max():.1%}" for x in (one.quarters, one.shares))
        lines.append(f"| {one.name} | {span(one.value, 1)} | {span(one.entropy, 2)} | {towards} | {ends} |")
    numbers = {"paths": PATHS, "fewer": FEWER, "draws": f"{DRAWS:,}", "blocks": BLOCKS, "particles": PARTICLES}
    return TEXT.format(alpha=alpha, seeds=count, table="\n".join(lines), **numbers)


TEXT = """# Four goals

`MultiGoal-softql`, the point mass of Haarnoja et al. 2017: from the origin four goals are as good as each other, so the
best policy has four peaks. α = {alpha:g}, which is the authors' reward scale of 0.1; γ = 0.99, rewards of H17.

![Densities at the origin and paths: exact, Langevin, SVGD, a Gaussian](multigoal.png)

{table}

Every mode of `softql train MultiGoal-softql --mode MODE`, {seeds} seeds each, {paths} paths a seed ({fewer} by SVGD);
the lowest and the highest share of the four goals and all seeds. An action counts for the goal whose direction is
nearest; a path that runs out of time ends at no goal. V and H are those of the learned Q, by quadrature. The exact
solution is soft value iteration on a grid with quadrature over actions (`softql.envs.soft_solution`). The Gaussian
has in every state the exact policy's mean and covariance, what leaves the box folded back: at the origin its one peak
stands in the middle, between the four of the exact policy. Where chance has taken a path nearer to one goal, one peak
is enough, so its paths arrive too.

In the picture the densities of Langevin and SVGD (seed 0) and of the Gaussian are {draws} draws counted in {blocks} x
{blocks} cells, all on the scale of the exact one. SVGD moves {particles} particles a state: they keep their distance
from each other and so stand in rings; with more of them its density comes nearer to Q's.

Made by `python -m benchmarks.goals`, seeds fixed; the picture's numbers, densities by cell and paths by step, are in
[multigoal.csv](multigoal.csv).
"""


def main() -> None:
    """Train, measure, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    count = parser.parse_args().seeds
    alpha = float(defaults_for(NAME, "langevin").hyper.alpha)
    grid = soft_solution(alpha, points=71, nodes=20, sweeps=60)
    true, normal, by_mode = exact(grid), gaussian(grid), learned(count)
    shown = [true, by_mode["langevin"], by_mode["svgd"], normal]
    picture(shown)
    runs.write_table(DOCS / "multigoal.csv", ["policy", "path", "step", "x", "y", "density"], numbers(shown))
    (DOCS / "multigoal.md").write_text(page([true, *by_mode.values(), normal], alpha, count))
    print((DOCS / "multigoal.md").read_text())


if __name__ == "__main__":
    main()
