"""Whole episodes of what was learned, state by state, with V and the policy at each; and runs opened to be watched.

Imports: agents, equations, finding, lanes, runs, session, showing, sweep.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from softql import finding, runs, session, showing, sweep
from softql.agents import ContinuousShape
from softql.agents.critics import action_box
from softql.equations import boltzmann_entropy, boltzmann_log_policy, soft_value
from softql.lanes import observed
from softql.measures import uniform

__all__ = ["Episode", "Learned", "Mind", "at_states", "learned", "mind", "watch"]

Policy = Literal["greedy", "sampled"]
SAMPLES = 256  # uniform actions that V is estimated from in more than two dimensions


class Learned(NamedTuple):
    """One network of a run.

    Fields:
        plan: of the run, or what a sweep is based on.
        params: of one seed, or of one lane of a sweep.
        alpha: temperature, reward units.
        gamma: discount.
        name: which of the run's networks it is, for titles.
    """

    plan: session.Plan
    params: Any
    alpha: float
    gamma: float
    name: str


class Mind(NamedTuple):
    """What a network thinks of a state and does there.

    Fields:
        act: (key, obs [...], greedy) -> action.
        think: obs [...] -> (V, entropy in nats, log π [n]).
        points: the actions that log π is of: [n], or [n, d] for continuous ones with d <= 2; None in more dimensions.
        mass: what a point stands for: 1, or its share of the volume of the actions.
    """

    act: Callable[[Any, Any, Any], Any]
    think: Callable[[Any], tuple[Any, Any, Any]]
    points: np.ndarray | None
    mass: float


class Episode(NamedTuple):
    """One episode of n steps: n + 1 states, the last one where it ended or was left.

    Fields:
        state: a pytree with a leading [n + 1]; None for environments that can't step without a reset.
        obs: [n + 1, ...].
        v, entropy: of every state [n + 1], reward units and nats.
        log_pi: [n + 1, points].
        action, reward: [n, ...].
        end: "terminated", "truncated", or "left" where it was not watched to its end.
    """

    state: Any
    obs: np.ndarray
    v: np.ndarray
    entropy: np.ndarray
    log_pi: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    end: str

    @property
    def steps(self) -> int:
        """How many there are."""
        return len(self.reward)

    def at(self, t: int) -> Any:
        """The state before step t, on the host."""
        return jax.tree.map(lambda x: np.asarray(x)[t], self.state)


def learned(folder: Path, config: Mapping[str, Any], lane: int | None = None) -> Learned:
    """One network of the run or sweep in a folder.

    Args:
        folder: the run folder.
        config: its config.json, as `runs` writes it; "environment" may have been moved.
        lane: which seed, or which lane of a sweep; None is seed 0, of a sweep that of the combination with the best
            mean greedy return.

    Raises:
        OSError: if there are no parameters.
        ValueError: if there is no such lane, or the run is not one of this version.
    """
    env, env_params = finding.environment(config["environment"])
    if config.get("command") == "sweep":
        whole = sweep.resumed(config, env, env_params)
        params, total, seeds = sweep.learned(whole, folder), whole.total, whole.base.seeds
        lane = best_of(folder, seeds) if lane is None else lane
        plan, word = whole.base, "lane"
    else:
        whole, plan = None, session.resumed(config, env, env_params, exact=False)
        params, total, word = session.learned(plan, folder), plan.seeds, "seed"
        lane = 0 if lane is None else lane
    if not 0 <= lane < total:
        raise ValueError(f"there is no {word} {lane}: it has {word}s 0 to {total - 1}")
    hyper = jax.tree.map(lambda x: float(np.asarray(x)[lane]), whole.hyper) if whole else plan.hyper
    params = jax.tree.map(lambda x: x[lane], params)
    alpha = float(np.exp(params.log_alpha)) if isinstance(plan.shape, ContinuousShape) else float(hyper.alpha)
    name = f"{word} {lane}"
    if whole:
        setting = whole.settings[lane // plan.seeds].items()
        name += "".join(f", {key.rstrip('_')} {x:.4g}" for key, x in setting if len(whole.axes[key]) > 1)
    return Learned(plan, params, alpha, float(hyper.gamma), name)


def best_of(folder: Path, seeds: int) -> int:
    """The first lane of the combination with the best mean greedy return; 0 where none is known."""
    result = json.loads((folder / runs.RESULT).read_text())
    scores = np.array([np.nan if x is None else x for x in result["greedy_returns"]], float).reshape(-1, seeds)
    return int(np.nan_to_num(scores.mean(-1), nan=-np.inf).argmax()) * seeds


def mind(one: Learned) -> Mind:
    """How a network acts and what it thinks of states; all of it pure, for jit, vmap and scan."""
    plan, params = one.plan, one.params
    if not isinstance(plan.shape, ContinuousShape):

        def q_of(obs: Any) -> Any:
            return plan.network.apply(params, observed(obs[None]))[0]

        def think(obs: Any) -> tuple[Any, Any, Any]:
            q = q_of(obs)
            return soft_value(q, one.alpha), boltzmann_entropy(q, one.alpha), boltzmann_log_policy(q, one.alpha)

        def act(key: Any, obs: Any, greedy: Any) -> Any:
            q = q_of(obs)
            drawn = jax.random.categorical(key, boltzmann_log_policy(q, one.alpha))
            return jnp.where(greedy, jnp.argmax(q), drawn)

        return Mind(act, think, np.arange(int(plan.env.action_space(plan.env_params).n)), 1.0)
    return _continuous(one)


def _continuous(one: Learned) -> Mind:
    plan, parts = one.plan, one.params
    env, env_params, shape = plan.env, plan.env_params, plan.shape
    assert isinstance(shape, ContinuousShape)
    box = action_box(env, env_params)
    points: Any
    best, drawn = (f(env, env_params, shape, plan.network) for f in (showing.greedy, showing.acting))
    if len(box.low) <= 2:
        points, log_w = showing.grid(box)
    else:
        points, log_w = uniform(jax.random.key(0), box.low, box.high, SAMPLES)

    def think(obs: Any) -> tuple[Any, Any, Any]:
        q = plan.network.apply(parts.q, observed(obs[None]), jnp.asarray(points)[None])[0]
        facts = (soft_value(q, one.alpha, log_w), boltzmann_entropy(q, one.alpha, log_w))
        return *facts, boltzmann_log_policy(q, one.alpha, log_w)

    def act(key: Any, obs: Any, greedy: Any) -> Any:
        seen = observed(obs[None])
        return jnp.where(greedy, best(key, parts, seen)[0], drawn(key, parts, seen)[0])

    shown = np.asarray(points) if len(box.low) <= 2 else None
    return Mind(act, think, shown, float(jnp.exp(box.log_volume())) / len(points))


def at_states(one: Learned, obs: Any) -> tuple[np.ndarray, np.ndarray]:
    """V and the policy over Discrete actions in many states at once.

    Args:
        one: who thinks.
        obs: of the states [S, ...].

    Returns:
        V [S], reward units, and π(a|s) [S, A], on the host.
    """
    v, _, log_pi = jax.device_get(jax.jit(jax.vmap(mind(one).think))(jnp.asarray(obs)))
    return v, np.exp(log_pi)


def watch(
    one: Learned, seed: int, policies: tuple[Policy, ...], episodes: int = 1, limit: int | None = None
) -> list[list[Episode]]:
    """Episodes [policy][episode], decided by `seed`; the k-th of every policy begins in the same state.

    Args:
        one: who acts.
        seed: of the episodes.
        policies: "greedy", "sampled".
        episodes: of each policy.
        limit: steps after which an episode is left; None is the environment's own limit.

    Returns:
        The episodes, on the host.
    """
    env, env_params = one.plan.env, one.plan.env_params
    most = int(env_params.max_steps_in_episode)
    steps = most if limit is None else min(limit, most)
    own, thinks = hasattr(env, "step_env") and hasattr(env, "reset_env"), mind(one)

    def step(greedy: Any, carry: Any, key: Any) -> Any:
        state, obs = carry
        k_act, k_env = jax.random.split(key)
        action = thinks.act(k_act, obs, greedy)
        if own:
            then, after, reward, terminated, _ = env.step_env(k_env, state, action, env_params)
            truncated, final = env.is_truncated(after, env_params), then
        else:
            then, after, reward, terminated, truncated, info = env.step(k_env, state, action, env_params)
            final = info["final_observation"]
        after = jax.tree.map(lambda x, like: jnp.asarray(x, like.dtype), after, state)
        then, final = then.astype(obs.dtype), final.astype(obs.dtype)
        left = (after if own else (), final, action, jnp.float32(reward), terminated, truncated & ~terminated)
        return (after, then), left

    @jax.jit
    def run(key: Any, greedy: Any) -> Any:
        k_reset, k_steps = jax.random.split(key)
        obs, state = (env.reset_env if own else env.reset)(k_reset, env_params)
        state = jax.tree.map(lambda x: jnp.asarray(x, getattr(x, "dtype", None)), state)
        first = (state if own else (), obs)
        _, path = jax.lax.scan(lambda c, k: step(greedy, c, k), (state, obs), jax.random.split(k_steps, steps))
        seen = jax.tree.map(lambda x, xs: jnp.concatenate([x[None], xs]), first, path[:2])
        return seen, jax.lax.map(thinks.think, seen[1]), path[2:]

    keys = jax.random.split(jax.random.key(seed), episodes)
    greedy = (jnp.bool_(policy == "greedy") for policy in policies)
    return [[_cut(own, *jax.device_get(run(key, g))) for key in keys] for g in greedy]


def _cut(own: bool, seen: Any, thought: Any, path: Any) -> Episode:
    """What there is up to the first end."""
    action, reward, terminated, truncated = path
    over = np.flatnonzero(terminated | truncated)
    n = int(over[0]) + 1 if over.size else len(reward)
    end = "left" if not over.size else "terminated" if terminated[n - 1] else "truncated"
    state, obs, v, entropy, log_pi = jax.tree.map(lambda x: x[: n + 1], (*seen, *thought))
    return Episode(state if own else None, obs, v, entropy, log_pi, action[:n], reward[:n], end)
