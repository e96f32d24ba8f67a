"""Two skills trained apart and composed by averaging Q. Draws docs/composition.png, writes composition.csv and .md.

    python -m benchmarks.composition [--seeds 2]

Trains the agent on each skill of Lines-softql, composes the two critics, follows paths of all, and holds them against
the exact solution of the same world on a grid, where the bounds of composed skills can be computed.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import gymnax
import jax
import jax.numpy as jnp
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from softql.agents import composed, continuous_agent, defaults_for
from softql.agents.continuous import actor_of
from softql.agents.critics import Critic, action_box, critic
from softql.agents.records import ContinuousShape, Parts
from softql.envs.lines import EDGE, LINES, SKILLS, Discretised, LinesParams, discretised
from softql.equations import boltzmann_log_policy, policy_value, soft_value
from softql.measures import quadrature
from softql.runs import write_table
from softql.showing import Seen, walk
from softql.tabular import composed_q, composition_cost, disagreement, optimal_q, policy_q
from softql.train import seeds, train

DOCS = Path(__file__).resolve().parents[1] / "docs"
INK, BLUE, ORANGE = "#808890", "#2f8fe0", "#e8743b"
PATHS, DRAWN = 500, 60
POINTS, NODES = 29, 10  # of the grid and of the actions there, a side
NEAR = 1.0  # a constraint is met within this of its line
TASKS = (*SKILLS, LinesParams())
LEVEL = LinesParams().level
FIRST, SECOND, MEAN = "the first skill", "the second skill", "trained on the mean reward"
BY_QUADRATURE, BY_LANGEVIN = "composed, by quadrature", "composed, by Langevin chains"


class Met(NamedTuple):
    """Of all paths, those that end near a line x = ±4, near a line y = ±4, near both, and near each corner."""

    first: float
    second: float
    both: float
    corners: np.ndarray  # [4]


class Exact(NamedTuple):
    """The grid's answers."""

    world: Discretised
    qs: jax.Array  # Q* of the skills and of their mean reward [3, s, a]
    composed: jax.Array  # Q_Σ [s, a]
    cost: jax.Array  # C* [s, a]
    of_policy: jax.Array  # V of the composed policy, paid the mean reward [s]
    met: dict[str, Met]


def near(places: np.ndarray, weights: np.ndarray) -> Met:
    """What share of the weight of these places [n, 2] meets the constraints."""
    ok = np.abs(np.abs(places) - LEVEL) < NEAR
    both = ok.all(-1)
    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    corners = np.array([(weights * (both & (places * np.array(sign) > 0).all(-1))).sum() for sign in signs])
    return Met(*(float((weights * x).sum()) for x in (ok[:, 0], ok[:, 1], both)), corners)


def exact(alpha: float, gamma: float) -> Exact:
    """Q* of each task, the composed skill and its cost on the grid, and where its paths end."""
    worlds = [discretised(task, gamma, POINTS, NODES) for task in TASKS]
    world = worlds[-1]
    (transition, reward, discount), log_w = (world.mdp.transition, world.mdp.reward, world.mdp.discount), world.log_w
    qs = jnp.stack([optimal_q(transition, other.mdp.reward, discount, alpha, log_w) for other in worlds])
    mean = composed_q(qs[:2])
    log_pi = boltzmann_log_policy(mean, alpha, log_w)
    q_pi = policy_q(transition, reward, discount, log_pi, alpha, log_w)
    cost = composition_cost(transition, discount, qs[:2], alpha, log_w)
    met = {name: ends(world, q, alpha) for name, q in zip((FIRST, SECOND, MEAN), qs, strict=True)}
    met[BY_QUADRATURE] = ends(world, mean, alpha)
    return Exact(world, qs, mean, cost, policy_value(log_pi, q_pi, alpha, log_w), met)


def ends(world: Discretised, q: jax.Array, alpha: float) -> Met:
    """Where the paths of the policy of q end on the grid, from the origin: each step is a sum, nothing is drawn."""
    mass = jnp.exp(boltzmann_log_policy(q, alpha, world.log_w) + world.log_w)
    state, chance = world.mdp.transition

    def step(here: jax.Array, _: None) -> tuple[jax.Array, None]:
        return jnp.zeros_like(here).at[state].add(here[:, None, None] * mass[..., None] * chance), None

    start = jnp.zeros(len(q)).at[len(q) // 2].set(1.0)
    last = jax.lax.scan(step, start, length=LinesParams().max_steps_in_episode)[0]
    return near(np.asarray(world.positions), np.asarray(last))


def trained(task: LinesParams, shape: ContinuousShape, count: int) -> list[Parts]:
    """What each seed learned of one task, by the recipe."""
    recipe = defaults_for(LINES, shape.mode)
    steps = (recipe.env_steps - shape.warmup) // shape.env_steps
    env, _ = gymnax.make(LINES)
    ((state, _),) = train(continuous_agent(env, task, shape), recipe.hyper, seeds(0, count), steps, steps)
    return [jax.tree.map(lambda x, k=k: x[k], state.params) for k in range(count)]


class Learned(NamedTuple):
    """One policy: what share of each seed's paths meets the constraints, V at the origin, and a seed's paths."""

    met: list[Met]
    value: np.ndarray
    trails: Seen


def followed(network: Critic, shape: ContinuousShape, each: list[Parts]) -> Learned:
    """Follow paths of every seed from starts around the origin."""
    env, params = gymnax.make(LINES)
    act = actor_of(network, None, action_box(env, params), shape)
    walks = [walk(env, params, act, parts, jax.random.key(1_000 + k), PATHS) for k, parts in enumerate(each)]
    met = []
    for seen in walks:
        places = np.clip(seen.obs[:, -1] + seen.action[:, -1], -EDGE, EDGE)
        met.append(near(places, np.full(len(places), 1 / len(places))))
    return Learned(met, np.array([at_origin(network, parts) for parts in each]), walks[0])


def at_origin(network: Critic, parts: Parts) -> float:
    """V there, by quadrature."""
    nodes, log_w = quadrature(-jnp.ones(2), jnp.ones(2), 32)
    return float(soft_value(network.apply(parts.q, jnp.zeros((1, 2)), nodes[None])[0], jnp.exp(parts.log_alpha), log_w))


def inside(answer: Exact, network: Critic, each: list[Parts]) -> np.ndarray:
    """Of the pairs of the grid, those at which the learned Q_Σ lies between Q*_C and Q*_C + C*, each seed."""
    positions, actions = answer.world.positions, answer.world.actions
    asked = jnp.broadcast_to(actions[None], (len(positions), *actions.shape))
    over = [network.apply(parts.q, positions, asked) - answer.qs[2] for parts in each]
    return np.array([float(((x >= 0) & (x <= answer.cost)).mean()) for x in over])


def drawn(found: dict[str, Learned]) -> dict[str, np.ndarray]:
    """The paths in the picture [path, time, 2]: of the two skills, of the two composed, and of the agent trained on the
    mean reward."""
    paths = {}
    for name in (FIRST, SECOND, BY_QUADRATURE, MEAN):
        obs, action = (x[:DRAWN] for x in found[name].trails[:2])
        paths[name] = np.concatenate([obs, obs[:, -1:] + action[:, -1:]], 1)
    return paths


def picture(paths: dict[str, np.ndarray]) -> None:
    """A panel a policy."""
    plt.rcParams.update({"font.size": 9, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK})
    figure, axes = plt.subplots(1, len(paths), figsize=(3.1 * len(paths), 3.3), layout="constrained")
    for axis, (name, each) in zip(axes, paths.items(), strict=True):
        for line in (-LEVEL, LEVEL):
            if name != SECOND:
                axis.axvline(line, color=ORANGE, linewidth=1, alpha=0.7)
            if name != FIRST:
                axis.axhline(line, color=ORANGE, linewidth=1, alpha=0.7)
        for path in each:
            axis.plot(path[:, 0], path[:, 1], color=BLUE, linewidth=0.6, alpha=0.45)
            axis.plot(*path[-1], ".", color=BLUE, markersize=4)
        axis.set(xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), aspect="equal", xticks=(-4, 0, 4), yticks=(-4, 0, 4))
        axis.set_title(name, color=INK)
        axis.tick_params(colors=INK)
    figure.savefig(DOCS / "composition.png", dpi=110, transparent=True)


def numbers(paths: dict[str, np.ndarray]) -> list[list[object]]:
    """What the picture is drawn from: a line a place."""
    return [
        [name, k, t, *(round(float(x), 4) for x in place)]
        for name, each in paths.items()
        for k, path in enumerate(each)
        for t, place in enumerate(path)
    ]


def span(x: np.ndarray, form: str) -> str:
    """The lowest and the highest, or the one that all are."""
    low, high = (f"{y:{form}}" for y in (x.min(), x.max()))
    return low if low == high else f"{low} to {high}"


def page(found: dict[str, Learned], answer: Exact, alpha: float, gamma: float, held: np.ndarray) -> str:
    """docs/composition.md."""
    rows = ["| policy | near x = ±4 | near y = ±4 | near both | each corner | near both, exact |"]
    rows.append("|---|---|---|---|---|---|")
    for name, one in found.items():
        parts = [np.array([getattr(met, field) for met in one.met]) for field in ("first", "second", "both", "corners")]
        same = BY_QUADRATURE if name == BY_LANGEVIN else name
        rows.append(f"| {name} | {' | '.join(span(x, '.0%') for x in parts)} | {answer.met[same].both:.0%} |")
    log_w, origin = answer.world.log_w, len(answer.composed) // 2
    values = [float(soft_value(q, alpha, log_w)[origin]) for q in (answer.composed, answer.qs[2])]
    over = answer.composed - answer.qs[2]
    loss = soft_value(answer.qs[2], alpha, log_w) - answer.of_policy
    apart = disagreement(answer.qs[:2], alpha, log_w)
    holds = float(((over >= 0) & (over <= answer.cost)).mean())
    return TEXT.format(
        alpha=alpha,
        gamma=gamma,
        seeds=len(held),
        paths=PATHS,
        table="\n".join(rows),
        points=POINTS,
        pairs=f"{answer.composed.size:,}",
        v_sum=values[0],
        v_c=values[1],
        v_pi=float(answer.of_policy[origin]),
        over=span(np.asarray(over), ".1f"),
        cost=span(np.asarray(answer.cost), ".1f"),
        apart=span(np.asarray(apart), ".2f"),
        holds=f"{holds:.0%}",
        loss=span(np.asarray(loss), ".2f"),
        learned=span(found[BY_QUADRATURE].value, ".1f"),
        alone=span(found[MEAN].value, ".1f"),
        held=span(held, ".1%"),
    )


TEXT = """# Two skills, composed

`Lines-softql`: a point mass in the plane. One skill wants x = ±4 and does not care about y, the other wants y = ±4 and
does not care about x. Each is trained by itself; then their action values are averaged (`softql.agents.composed`), and
the agent's own actors draw from exp(Q_Σ/α), without more training. α = {alpha:g}, γ = {gamma:g}.

![Paths: the first skill, the second, the two composed, the agent trained on the mean reward](composition.png)

{table}

Share of the paths of 30 steps from the origin that end within 1 of a line; lowest and highest of {seeds} seeds, {paths}
paths a seed ("each corner": of all seeds and corners). "Exact" is the same for the exact soft solution on a grid of
{points} x {points} places, whose moves land on the four places around their end and so are blurred.

## What the mean costs

Q_Σ >= Q*_C >= Q_Σ - C*, with Q*_C the exact values of the mean reward [H18]; `softql.tabular.composition_cost` is C*.
On the grid, {pairs} pairs of state and action, in reward units:

| | |
|---|---|
| V at the origin: of Q_Σ | {v_sum:.1f} |
| of Q*_C, the optimum of the mean reward | {v_c:.1f} |
| what the composed policy earns of the mean reward, entropy included | {v_pi:.1f} |
| Q_Σ - Q*_C, lowest and highest | {over} |
| the bound on it, C* | {cost} |
| pairs at which 0 <= Q_Σ - Q*_C <= C* | {holds} |
| disagreement of the skills in a state | {apart} |
| what the composed policy loses in a state against the optimum | {loss} |

The bound holds and is wide: C* adds up the worst disagreement ahead for ever, while the composed policy itself loses
far less. Learned, V of Q_Σ at the origin is {learned} and V of the agent trained on the mean reward is
{alone}; the learned Q_Σ lies between Q*_C and Q*_C + C* at {held} of the pairs.

Made by `python -m benchmarks.composition`, seeds fixed; the paths of the picture are in
[composition.csv](composition.csv).
"""


def main() -> None:
    """Train, compose, measure, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2)
    count = parser.parse_args().seeds
    recipe = defaults_for(LINES, "quadrature")
    shape = recipe.shape
    assert isinstance(shape, ContinuousShape)
    alpha, gamma = float(recipe.hyper.alpha), float(recipe.hyper.gamma)
    answer = exact(alpha, gamma)
    one, two, mean = (trained(task, shape, count) for task in TASKS)
    network = critic(*gymnax.make(LINES), shape.hidden, shape.scale)
    pair = composed([network, network])
    both = [a._replace(q=(a.q, b.q)) for a, b in zip(one, two, strict=True)]
    found = {
        FIRST: followed(network, shape, one),
        SECOND: followed(network, shape, two),
        BY_QUADRATURE: followed(pair, shape, both),
        BY_LANGEVIN: followed(pair, replace(shape, mode="langevin"), both),
        MEAN: followed(network, shape, mean),
    }
    paths = drawn(found)
    picture(paths)
    write_table(DOCS / "composition.csv", ["policy", "path", "step", "x", "y"], numbers(paths))
    (DOCS / "composition.md").write_text(page(found, answer, alpha, gamma, inside(answer, pair, both)))
    print((DOCS / "composition.md").read_text())


if __name__ == "__main__":
    main()
