"""What a continuous policy looks like: densities along a path, and where many paths go.

Imports: agents, drawing, lanes, equations, measures, plots; envs for the goals of MultiGoal-softql.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from softql import plots
from softql.agents.continuous import Actor, actor_of, greedy_actor
from softql.agents.critics import Critic, Drawer, action_box, critic, drawer
from softql.agents.records import ContinuousShape, Parts
from softql.drawing import Palette
from softql.equations import boltzmann_log_policy
from softql.lanes import Lanes, lanes
from softql.measures import Box

__all__ = ["Seen", "acting", "density", "goal_shares", "greedy", "grid", "policy_picture", "walk", "walker"]

CELLS = {1: 101, 2: 41}  # of a drawn density, a side
PATHS = 64
PANELS = 6  # densities along a path, in two dimensions


class Seen(NamedTuple):
    """Paths [envs, time, ...]: what was seen, done and paid, and whether the first episode was still going on."""

    obs: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    going: np.ndarray


def greedy(env: Any, env_params: Any, shape: ContinuousShape, network: Critic | None = None) -> Actor:
    """(key, parts, obs [b, ...]) -> the best action in Q [b, d], as the agent of this shape finds it.

    Example:
        >>> import gymnax
        >>> act = greedy(*gymnax.make("Pendulum-v1"), ContinuousShape(hidden=(4,)))
        >>> parts = Parts(critic(*gymnax.make("Pendulum-v1"), (4,)).init(jax.random.key(0)), (), jnp.zeros(()))
        >>> act(jax.random.key(1), parts, jnp.zeros((5, 3))).shape
        (5, 1)
    """
    network, draws, box = _made(env, env_params, shape, network)
    return greedy_actor(network, draws, box, shape)


def acting(env: Any, env_params: Any, shape: ContinuousShape, network: Critic | None = None) -> Actor:
    """(key, parts, obs [b, ...]) -> an action drawn from exp(Q/α) [b, d], as the agent of this shape draws.

    Example:
        >>> import gymnax
        >>> act = acting(*gymnax.make("Pendulum-v1"), ContinuousShape(hidden=(4,)))
        >>> parts = Parts(critic(*gymnax.make("Pendulum-v1"), (4,)).init(jax.random.key(0)), (), jnp.zeros(()))
        >>> act(jax.random.key(1), parts, jnp.zeros((5, 3))).shape
        (5, 1)
    """
    network, draws, box = _made(env, env_params, shape, network)
    return actor_of(network, draws, box, shape)


def _made(
    env: Any, env_params: Any, shape: ContinuousShape, network: Critic | None
) -> tuple[Critic, Drawer | None, Box]:
    network = critic(env, env_params, shape.hidden, shape.scale) if network is None else network
    draws = drawer(env, env_params, shape.noise, shape.hidden) if shape.mode == "stein" else None
    return network, draws, action_box(env, env_params)


def walk(env: Any, env_params: Any, act: Actor, parts: Parts, key: jax.Array, paths: int) -> Seen:
    """Paths of one episode each, side by side, for at most env_params.max_steps_in_episode steps.

    Example:
        >>> import gymnax
        >>> env = gymnax.make("Pendulum-v1")
        >>> seen = walk(*env, lambda key, parts, obs: jnp.zeros((len(obs), 1)), None, jax.random.key(0), 3)
        >>> seen.obs.shape, seen.going.all()
        ((3, 200, 3), np.True_)
    """
    return walker(env, env_params, act, paths)(parts, key)


def walker(env: Any, env_params: Any, act: Actor, paths: int) -> Callable[[Parts, jax.Array], Seen]:
    """(parts, key) -> what `walk` sees, compiled once for all seeds.

    Example:
        >>> import gymnax
        >>> go = walker(*gymnax.make("Pendulum-v1"), lambda key, parts, obs: parts * jnp.ones((len(obs), 1)), 3)
        >>> [float(go(push, jax.random.key(0)).action.max()) for push in (0.5, -0.5)]
        [0.5, -0.5]
    """
    door = lanes(env, env_params, paths)

    @jax.jit
    def run(parts: Parts, key: jax.Array) -> Any:
        def step(carry: tuple[Lanes, jax.Array], key: jax.Array) -> Any:
            (at, over), (k_action, k_env) = carry, jax.random.split(key)
            action = act(k_action, parts, at.obs)
            then, got = door.step(k_env, at, action)
            return (then, over | got.ended), (at.obs, action, got.reward, ~over)

        k_start, k_steps = jax.random.split(key)
        keys = jax.random.split(k_steps, int(env_params.max_steps_in_episode))
        return jax.lax.scan(step, (door.init(k_start), jnp.zeros(paths, bool)), keys)[1]

    return lambda parts, key: Seen(*(np.swapaxes(np.asarray(x), 0, 1) for x in run(parts, key)))


def goal_shares(seen: Seen) -> np.ndarray:
    """Of all paths on MultiGoal-softql, the shares that end at each of its goals [4]; the rest ran out of time.

    Example: one path to the right, and one that goes nowhere.
        >>> at = np.array([[[3.5, 0], [4.2, 0]], [[0, 0], [0, 0]]])
        >>> steps = np.array([[[0.7, 0], [0.7, 0]], [[0, 0], [0, 0]]])
        >>> print(goal_shares(Seen(at, steps, np.zeros((2, 2)), np.ones((2, 2), bool))))
        [0.5 0.  0.  0. ]
    """
    from softql.envs.multigoal import GOALS

    rows = zip(seen.obs, seen.action, seen.going, strict=True)
    ends = np.array([obs[going][-1] + action[going][-1] for obs, action, going in rows])
    far = np.linalg.norm(ends[:, None] - np.array(GOALS), axis=-1)
    return ((far < 1) & (far == far.min(-1, keepdims=True))).mean(0)


def density(
    env: Any, env_params: Any, shape: ContinuousShape, parts: Parts, obs: Any, network: Critic | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """log π(a|s) = (Q - V)/α at the middles of a grid of actions: (actions [n, d], log π [s, n]), D <= 2.

    Example:
        >>> import gymnax
        >>> env = gymnax.make("Pendulum-v1")
        >>> parts = Parts(critic(*env, (4,)).init(jax.random.key(0)), (), jnp.zeros(()))
        >>> actions, log_pi = density(*env, ContinuousShape(hidden=(4,)), parts, jnp.zeros((5, 3)))
        >>> print(log_pi.shape, (np.exp(log_pi) * 4 / 101).sum(-1).round(4))
        (5, 101) [1. 1. 1. 1. 1.]
    """
    network, _, box = _made(env, env_params, shape, network)
    actions, log_w = grid(box)
    obs = jnp.asarray(obs)
    q = network.apply(parts.q, obs, jnp.broadcast_to(jnp.asarray(actions)[None], (len(obs), *actions.shape)))
    return actions, np.asarray(boltzmann_log_policy(q, jnp.exp(parts.log_alpha), log_w))


def grid(box: Box) -> tuple[np.ndarray, jax.Array]:
    """The middles of equal cells of a box [n, d], D <= 2, the last coordinate fastest, and the log of a cell's size."""
    d = len(box.low)
    n = CELLS[d]
    middles = [low + (high - low) * (np.arange(n) + 0.5) / n for low, high in zip(*map(np.asarray, box), strict=True)]
    actions = np.stack(np.meshgrid(*middles, indexing="ij"), -1).reshape(-1, d).astype(np.float32)
    return actions, jnp.full(len(actions), box.log_volume() - np.log(len(actions)))


def policy_picture(plan: Any, parts: Parts) -> Callable[[Palette], Any] | None:
    """The policy of one seed as a figure of a palette; None in more than two dimensions.

    Args:
        plan: with env, env_params, env_name, label, network, shape and seed, as softql.session has it.
        parts: the parameters of one seed.
    """
    env, env_params, shape = plan.env, plan.env_params, plan.shape
    d = len(action_box(env, env_params).low)
    if d > 2:
        return None
    goals = None
    paths = 1
    if plan.env_name == "MultiGoal-softql":
        from softql.envs.multigoal import GOALS

        goals, paths = np.array(GOALS), PATHS
    key = jax.random.fold_in(jax.random.key(plan.seed), 2**31 - 2)
    seen = walk(env, env_params, acting(env, env_params, shape, plan.network), parts, key, paths)
    steps = int(seen.going[0].sum())
    title = f"{plan.label}, {shape.mode}, α = {float(np.exp(parts.log_alpha)):.3g}"
    if d == 1:
        actions, log_pi = density(env, env_params, shape, parts, seen.obs[0, :steps], plan.network)
        along = (actions[:, 0], log_pi, seen.action[0, :steps, 0], seen.reward[0, :steps])
        return lambda palette: plots.density_along_path(*along, title, palette)
    chosen = np.unique(np.linspace(0, steps - 1, PANELS).astype(int))
    obs = seen.obs[0, chosen]
    if goals is not None:
        chosen, obs = np.array([0]), np.zeros((1, 2), np.float32)
    actions, log_pi = density(env, env_params, shape, parts, obs, plan.network)
    trails = None if goals is None else [o[g] for o, g in zip(seen.obs, seen.going, strict=True)]
    names = [f"step {t}" for t in chosen]
    return lambda palette: plots.densities(actions, log_pi, names, title, palette, trails, goals)
