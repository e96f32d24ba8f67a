"""Stochastic soft Q-learning on a table: the update from single transitions, beside the exact answer.

    Q(s,a) <- Q(s,a) + rate (r + γ V(s') - Q(s,a)),   rate = (1 + visits(s,a))^-power

`learner(mdp) -> TabularLearner(init, step)`, both pure. Walkers act with the Boltzmann policy of Q and now and then
start anew in a random state, and always where a state leads to itself only, so that every pair is met; the rates obey
the conditions of Robbins and Monro for powers in (1/2, 1]. Reward units throughout. Imports: equations, mdp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from softql.equations import boltzmann_log_policy, optimality_target
from softql.mdp.records import MDP, Successors
from softql.tabular.checks import one_process

__all__ = ["TabularHyper", "TabularLearner", "TabularMetrics", "TabularState", "learner"]


class TabularHyper(NamedTuple):
    """What is data, so that any of it can be vmapped.

    Fields:
      alpha: temperature > 0, reward units.
      power: how fast the rates fall, in (1/2, 1].
      explore: the share of actions that are uniform over the allowed ones, in [0, 1].
      restart: the chance that a walker goes on from a random state, in [0, 1].
    """

    alpha: float | Array = 0.1
    power: float | Array = 0.7
    explore: float | Array = 0.2
    restart: float | Array = 0.1


class TabularState(NamedTuple):
    """All that the next step needs: the table, how often each pair was learned from, where the walkers stand."""

    key: Array
    q: Float[Array, "s a"]
    visits: Int[Array, "s a"]
    at: Int[Array, " walkers"]


class TabularMetrics(NamedTuple):
    """error: max |Q - Q*| over allowed actions (NaN without an exact table); td_error: mean |target - Q(s,a)|."""

    error: Float[Array, ""]
    td_error: Float[Array, ""]


class TabularLearner(NamedTuple):
    """init: key -> TabularState; step: (TabularHyper, TabularState) -> (TabularState, TabularMetrics)."""

    init: Callable[[Array], TabularState]
    step: Callable[[TabularHyper, TabularState], tuple[TabularState, TabularMetrics]]


def learner(mdp: MDP, walkers: int = 16, exact: Float[Array, "s a"] | None = None) -> TabularLearner:
    r"""Soft Q-learning from samples: each walker's transition moves Q(s,a) towards r + γ V(s').  [Note L67]

    Walkers that meet in one pair move it once, towards the mean of their targets.

    Args:
      mdp: the process that the transitions are drawn from.
      walkers: how many transitions a step draws.
      exact: Q* [S, A], against which the error is measured; None leaves it out.

    Returns:
      TabularLearner(init, step).

    Raises:
      ValueError: when walkers is below 1 or exact has another shape than the reward.

    Example:
      >>> from softql.mdp import random_mdp
      >>> world = random_mdp(jax.random.key(0), 4, 2)
      >>> init, step = learner(world, exact=jnp.zeros((4, 2)))
      >>> state, metrics = step(TabularHyper(alpha=0.5), init(jax.random.key(1)))
      >>> int(state.visits.sum())
      16
    """
    if walkers < 1:
        raise ValueError(f"walkers = {walkers}: it must be at least 1")
    mdp = one_process(mdp)
    if exact is not None and jnp.shape(exact) != mdp.reward.shape:
        raise ValueError(f"exact has shape {jnp.shape(exact)} but the reward has {mdp.reward.shape}")
    allowed = jnp.ones(mdp.reward.shape, bool) if mdp.allowed is None else mdp.allowed
    log_w = jnp.where(allowed, 0.0, -jnp.inf)
    closed = _closed(mdp, allowed)

    def init(key: Array) -> TabularState:
        key, k_at = jax.random.split(key)
        at = jax.random.randint(k_at, (walkers,), 0, mdp.states)
        return TabularState(key, jnp.zeros_like(mdp.reward), jnp.zeros(mdp.reward.shape, jnp.int32), at)

    def act(key: Array, hyper: TabularHyper, q: Array, at: Array) -> Array:
        k_which, k_greedy, k_uniform = jax.random.split(key, 3)
        greedy = jax.random.categorical(k_greedy, boltzmann_log_policy(q[at], hyper.alpha, log_w[at]))
        uniform = jax.random.categorical(k_uniform, log_w[at])
        return jnp.where(jax.random.uniform(k_which, at.shape) < hyper.explore, uniform, greedy)

    def step(hyper: TabularHyper, state: TabularState) -> tuple[TabularState, TabularMetrics]:
        key, k_act, k_next, k_restart, k_place = jax.random.split(state.key, 5)
        at, q = state.at, state.q
        action = act(k_act, hyper, q, at)
        then, discount = _follow(k_next, mdp, at, action)
        target = optimality_target(mdp.reward[at, action], discount, q[then], hyper.alpha, log_w[then])
        gap = target - q[at, action]
        met = jnp.zeros_like(state.visits).at[at, action].add(1)
        mean = jnp.zeros_like(q).at[at, action].add(gap) / jnp.maximum(met, 1)
        q = q + (1.0 + state.visits) ** -jnp.asarray(hyper.power, q.dtype) * mean
        place = jax.random.randint(k_place, at.shape, 0, mdp.states)
        leaves = closed[then] | (jax.random.uniform(k_restart, at.shape) < hyper.restart)
        at = jnp.where(leaves, place, then)
        error = jnp.nan if exact is None else jnp.max(jnp.where(allowed, jnp.abs(q - exact), 0.0))
        metrics = TabularMetrics(jnp.asarray(error, q.dtype), jnp.mean(jnp.abs(gap)))
        return TabularState(key, q, state.visits + met, at), metrics

    return TabularLearner(init, step)


def _closed(mdp: MDP, allowed: Array) -> Array:
    """States that lead to themselves only: nothing more is learned there, so walkers leave."""
    own = jnp.arange(mdp.states)[:, None, None]
    if isinstance(mdp.transition, Successors):
        stays = jnp.sum(jnp.where(mdp.transition.state == own, mdp.transition.chance, 0.0), -1)
    else:
        stays = jnp.take_along_axis(mdp.transition, own, -1)[..., 0]
    return jnp.all((stays >= 1) | ~allowed, -1)


def _follow(key: Array, mdp: MDP, at: Array, action: Array) -> tuple[Array, Array]:
    """A next state of each walker, and the discount of that transition."""
    chance = mdp.transition.chance if isinstance(mdp.transition, Successors) else mdp.transition
    place = jax.random.categorical(key, jnp.log(chance[at, action]))
    then = mdp.transition.state[at, action, place] if isinstance(mdp.transition, Successors) else place
    discount = jnp.asarray(mdp.discount)
    return then, jnp.broadcast_to(discount, at.shape) if discount.ndim == 0 else discount[at, action, place]
