"""The four goals: what was learned against the exact solution. Draws docs/multigoal.png, writes docs/multigoal.md.

    python -m benchmarks.goals [--seeds 4]

Trains the Langevin agent by its recipe on MultiGoal-softql, several seeds, follows paths of it, and compares the policy
at the origin with the exact one on a grid. SVGD draws from the same Q.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any, NamedTuple

import gymnax
import jax
import jax.numpy as jnp
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from softql.agents import continuous_agent, defaults_for
from softql.agents.critics import critic
from softql.agents.records import ContinuousShape, Parts
from softql.envs import soft_solution
from softql.envs.multigoal import GOALS, NAME, Grid
from softql.equations import boltzmann_entropy, boltzmann_log_policy, soft_value
from softql.measures import Box, quadrature
from softql.samplers import boltzmann_target, gumbel_max, svgd
from softql.samplers.chains import fold
from softql.showing import Seen, acting, goal_shares, walk
from softql.train import seeds, train

DOCS = Path(__file__).resolve().parents[1] / "docs"
INK, BLUE, ORANGE = "#808890", "#2f8fe0", "#e8743b"
PATHS, FEWER, DRAWN = 500, 200, 60
CELLS = 61
PARTICLES, PUSHES, PUSH = 24, 100, 0.2  # of SVGD in every state


class Found(NamedTuple):
    """One policy at the origin and on its way: numbers for each seed, pictures of the first."""

    name: str
    value: np.ndarray
    entropy: np.ndarray
    shares: np.ndarray  # [seed, 4]
    table: np.ndarray  # what to draw: density [n, n], or drawn actions [m, 2]
    trails: Seen


def exact(grid: Grid) -> Found:
    """The solution itself; its paths are drawn from it."""
    middles = -1 + (2 * np.arange(CELLS) + 1) / CELLS
    actions = jnp.asarray(np.stack(np.meshgrid(middles, middles, indexing="ij"), -1).reshape(-1, 2), jnp.float32)
    q = grid.q(jnp.zeros((len(actions), 2)), actions)
    log_pi = boltzmann_log_policy(q, grid.alpha, jnp.full(len(actions), math.log(4 / len(actions))))
    table = np.exp(np.asarray(log_pi)).reshape(CELLS, CELLS)
    origin = jnp.zeros(2)
    value, entropy = np.array([float(grid.value(origin))]), np.array([float(grid.entropy(origin))])
    part = np.asarray(grid.goal_shares(origin))[None]
    return Found("exact, on a grid", value, entropy, part, table, paths(by_grid(grid), None, 0))


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

    seen = paths(act, None, 0)
    drawn = np.asarray(act(jax.random.key(5), None, jnp.zeros((4_000, 2))))
    spread = np.cov(drawn.T)
    entropy = np.array([0.5 * np.log(np.linalg.det(2 * np.pi * np.e * spread))])
    return Found("a Gaussian, moments matched", np.array([np.nan]), entropy, goal_shares(seen)[None], drawn, seen)


def paths(act: Any, parts: Any, seed: int, count: int = PATHS) -> Seen:
    """So many paths."""
    return walk(*gymnax.make(NAME), act, parts, jax.random.key(1_000 + seed), count)


def learned(count: int) -> list[Found]:
    """Train by the recipe, every seed, and draw from Q by Langevin chains and by SVGD."""
    env, env_params = gymnax.make(NAME)
    recipe = defaults_for(NAME, "langevin")
    shape = recipe.shape
    steps = recipe.env_steps // shape.env_steps - shape.warmup // shape.env_steps
    agent = continuous_agent(env, env_params, shape)
    ((state, _),) = train(agent, recipe.hyper, seeds(0, count), steps, steps)
    each = [jax.tree.map(lambda x, k=k: x[k], state.params) for k in range(count)]
    values, entropies = zip(*(at_origin(env, env_params, shape, parts) for parts in each), strict=True)
    found = []
    langevin = acting(env, env_params, shape)
    ways = [("Langevin on the learned Q", langevin, PATHS), ("SVGD on the learned Q", by_svgd(shape), FEWER)]
    for name, act, many in ways:
        walks = [paths(act, parts, k, many) for k, parts in enumerate(each)]
        drawn = np.asarray(jax.jit(act)(jax.random.key(5), each[0], jnp.zeros((4_000, 2))))
        part = np.stack([goal_shares(seen) for seen in walks])
        found.append(Found(name, np.array(values), np.array(entropies), part, drawn, walks[0]))
    return found


def by_svgd(shape: ContinuousShape) -> Any:
    """One of the particles that SVGD moves in each state, from uniform starts."""
    network, box = critic(*gymnax.make(NAME), shape.hidden, shape.scale), Box(-jnp.ones(2), jnp.ones(2))

    def act(key: jax.Array, parts: Parts, obs: jax.Array) -> jax.Array:
        def one(key: jax.Array, obs: jax.Array) -> jax.Array:
            alpha = jnp.exp(parts.log_alpha)
            target = boltzmann_target(lambda a: network.apply(parts.q, obs[None], a[None, None])[0, 0], alpha, box)
            init, step = svgd(target, PUSH)
            z = box.unsquash(jax.random.uniform(key, (PARTICLES, 2), minval=-0.99, maxval=0.99))
            state = jax.lax.fori_loop(0, PUSHES, lambda _, s: step(key, s)[0], init(z))
            return box.squash(state.z[0])  # starts are exchangeable, so the first is as good as any

        return jax.vmap(one)(jax.random.split(key, len(obs)), obs)

    return act


def at_origin(env: Any, env_params: Any, shape: ContinuousShape, parts: Parts) -> tuple[float, float]:
    """V and H of the learned Q at the origin."""
    nodes, log_w = quadrature(-jnp.ones(2), jnp.ones(2), 32)
    q = critic(env, env_params, shape.hidden, shape.scale).apply(parts.q, jnp.zeros((1, 2)), nodes[None])[0]
    alpha = jnp.exp(parts.log_alpha)
    return float(soft_value(q, alpha, log_w)), float(boltzmann_entropy(q, alpha, log_w))


def picture(found: list[Found]) -> None:
    """Densities at the origin above, paths below."""
    plt.rcParams.update({"font.size": 9, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK})
    figure, rows = plt.subplots(2, len(found), figsize=(3.1 * len(found), 6.4), layout="constrained")
    edges = np.linspace(-1, 1, 42)
    for (above, below), one in zip(rows.T, found, strict=True):
        table = one.table
        if table.shape[-1] == 2:
            table = np.histogram2d(*table.T, bins=(edges, edges), density=True)[0]
        above.imshow(table.T, origin="lower", extent=(-1, 1, -1, 1), cmap="Blues", vmin=0)
        above.set_title(one.name, color=INK)
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
    rows[0, 0].set_ylabel("actions at the origin")
    rows[1, 0].set_ylabel(f"{DRAWN} paths")
    figure.savefig(DOCS / "multigoal.png", dpi=130, metadata={"Software": None})
    plt.close(figure)


def page(found: list[Found], alpha: float, count: int) -> str:
    """docs/multigoal.md."""

    def span(x: np.ndarray, digits: int) -> str:
        low, high = (f"{y:.{digits}f}" for y in (x.min(), x.max()))
        return "-" if np.isnan(x).any() else low if low == high else f"{low} to {high}"

    lines = ["| policy | V at the origin | H there, nats | share of a goal: lowest, highest |", "|---|---|---|---|"]
    for one in found:
        part = f"{one.shares.min():.1%}, {one.shares.max():.1%}"
        lines.append(f"| {one.name} | {span(one.value, 1)} | {span(one.entropy, 2)} | {part} |")
    return TEXT.format(alpha=alpha, paths=PATHS, fewer=FEWER, seeds=count, table="\n".join(lines))


TEXT = """# Four goals

`MultiGoal-softql`, the point mass of Haarnoja et al. 2017: from the origin four goals are as good as each other, so the
best policy has four peaks. α = {alpha:g}, which is the authors' reward scale of 0.1; γ = 0.99, rewards of H17.

![Densities at the origin and paths: exact, Langevin, SVGD, a Gaussian](multigoal.png)

{table}

Of {seeds} seeds of the agent that acts by Langevin chains, {paths} paths a seed ({fewer} by SVGD); a path that runs out
of time ends at no goal. V and H are those of the learned Q, by quadrature. The exact solution is soft value iteration
on a grid with quadrature over actions (`softql.envs.soft_solution`). The Gaussian has in every state the exact policy's
mean and covariance, what leaves the box folded back: with one peak it can't follow it. SVGD with 24 particles a state
keeps the goals, but a wide kernel leaves its particles in a ring near the limits: its density is the least like Q's.

Made by `python -m benchmarks.goals`, seeds fixed.
"""


def main() -> None:
    """Train, measure, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    count = parser.parse_args().seeds
    alpha = float(defaults_for(NAME, "langevin").hyper.alpha)
    grid = soft_solution(alpha, points=71, nodes=20, sweeps=60)
    found = [exact(grid), *learned(count), gaussian(grid)]
    picture(found)
    (DOCS / "multigoal.md").write_text(page(found, alpha, count))
    print((DOCS / "multigoal.md").read_text())


if __name__ == "__main__":
    main()
