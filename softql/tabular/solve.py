"""Solving an MDP, with a certificate: value iteration, policy iteration, evaluation, finite horizon.

Each works on one `softql.mdp.MDP`, and on many under vmap. alpha may be 0 here: the hard maximum, ties shared. Values
in reward units, entropy in nats. Imports: equations, mdp.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from softql.equations import boltzmann_log_policy, entropy, policy_value, soft_value
from softql.equations._door import real
from softql.mdp.records import MDP, Successors
from softql.tabular import checks
from softql.tabular import operators as op

__all__ = [
    "Horizon",
    "Returns",
    "Solution",
    "evaluate_policy",
    "optimal_policy",
    "returns_of",
    "soft_horizon",
    "soft_policy_iteration",
    "soft_value_iteration",
]


class Solution(NamedTuple):
    """Action values, state values, how many iterations they took, and how far q is from the truth at most.

    `error_bound` bounds |q - Q*| (or |q - Q^π|) in every allowed action, in reward units: what the residual says of a
    contraction, with the rounding of the residual itself added to first order. That is the worst case, (n + 9)/2 ulp of
    the largest value over 1 - γ with n next states: of 1,000 states in float64 with values of 146 and γ = 0.99 it
    is 1.7e-9, where 80 bits find the residual of an error of 1.4e-11. A tolerance below it ends at that.
    """

    q: Float[Array, "s a"]
    v: Float[Array, " s"]
    iterations: Int[Array, ""]
    error_bound: Float[Array, ""]


class Horizon(NamedTuple):
    """Action values q [T, S, A] and state values v [T, S] of each step of a finite horizon."""

    q: Float[Array, "t s a"]
    v: Float[Array, "t s"]


class Returns(NamedTuple):
    """The mean return from the first state, in reward units: what the rewards give and what α times entropy gives."""

    reward: Float[Array, ""]
    entropy: Float[Array, ""]

    @property
    def total(self) -> Array:
        """Their sum, the objective of soft control."""
        return self.reward + self.entropy


def soft_value_iteration(
    mdp: MDP,
    alpha: Float[ArrayLike, ""],
    tolerance: float = 1e-6,
    max_iterations: int = 100_000,
    q: Float[ArrayLike, "s a"] | None = None,
) -> Solution:
    r"""Q <- T*Q until ||Q - Q*|| <= ||T*Q' - Q'|| γ/(1 - γ) is below the tolerance.  [Note L67] [Note L76]

    It also ends when the residual is lost in rounding: `error_bound` then says what was reached.

    Args:
      mdp: the process, with discounts below 1.
      alpha: temperature >= 0, reward units; 0 is the hard maximum.
      tolerance: of the error bound, reward units.
      max_iterations: sweeps at most.
      q: where to start; None means 0.

    Returns:
      Solution(q, v, iterations, error_bound).

    Raises:
      ValueError: when alpha is no finite number of at least 0, q has another shape than the reward or is not finite
        where an action is allowed, the MDP is a stack of several, or a concrete process does not contract.

    Example:
      >>> import jax
      >>> from softql.mdp import random_mdp
      >>> found = soft_value_iteration(random_mdp(jax.random.key(0), 4, 2, gamma=0.5), alpha=0.1, tolerance=1e-5)
      >>> bool(found.error_bound <= 1e-5)
      True
    """
    mdp, alpha = _ready(mdp, alpha)
    q = jnp.zeros_like(mdp.reward) if q is None else _table(mdp, "q", q)
    return _value_iteration(mdp, alpha, tolerance, max_iterations, q)


@jax.jit
def _value_iteration(mdp: MDP, alpha: Array, tolerance: float, most: int, q: Array) -> Solution:
    weight = op.weigh(mdp.transition, mdp.discount)
    modulus = _modulus(mdp)

    def going(carry: Any) -> Array:
        _, iterations, residual, before, rounding = carry
        done = _bound(residual, rounding, modulus) <= tolerance
        stalled = (iterations > 0) & (residual <= 0.25 * rounding) & (residual >= before)
        return (iterations < most) & ~done & ~stalled

    def sweep(carry: Any) -> Any:
        q, iterations, before, _, _ = carry
        v = soft_value(q, alpha, mdp.log_w)
        then = mdp.reward + op.expect(weight, v)
        return then, iterations + 1, _distance(mdp, then, q), before, _rounding(mdp, v)

    far = jnp.asarray(jnp.inf, q.dtype)
    q, iterations, residual, _, rounding = jax.lax.while_loop(going, sweep, (q, jnp.int32(0), far, far, far))
    return Solution(q, soft_value(q, alpha, mdp.log_w), iterations, _bound(residual, rounding, modulus))


def soft_policy_iteration(
    mdp: MDP, alpha: Float[ArrayLike, ""], tolerance: float = 1e-6, max_iterations: int = 100
) -> Solution:
    r"""Evaluate π exactly, take the Boltzmann policy of Q^π, and again: Newton's method on T*Q = Q.  [Note L76]

    Quadratic near the solution; from the first step on Q^π only rises [Note L74], and it ends where rounding lets it
    rise no more. Evaluation is a linear solve for a table, an iteration for Successors.

    Args:
      mdp, alpha, tolerance: as for `soft_value_iteration`.
      max_iterations: evaluations at most.

    Returns:
      Solution(q, v, iterations, error_bound); iterations counts evaluations.

    Raises:
      ValueError: as `soft_value_iteration` does.

    Example:
      >>> import jax
      >>> from softql.mdp import random_mdp
      >>> found = soft_policy_iteration(random_mdp(jax.random.key(0), 50, 4, gamma=0.99), alpha=0.1)
      >>> bool(found.iterations < 10)
      True
    """
    return _policy_iteration(*_ready(mdp, alpha), tolerance, max_iterations)


@jax.jit
def _policy_iteration(mdp: MDP, alpha: Array, tolerance: float, most: int) -> Solution:
    weight = op.weigh(mdp.transition, mdp.discount)
    modulus = _modulus(mdp)

    def look(q: Array) -> tuple[Array, Array, Array]:
        """T*q, its distance from q, and the rounding of both."""
        v = soft_value(q, alpha, mdp.log_w)
        then = mdp.reward + op.expect(weight, v)
        return then, _distance(mdp, then, q), _rounding(mdp, v)

    def going(carry: Any) -> Array:
        _, iterations, residual, rise, rounding = carry
        done = _bound(residual, rounding, modulus) <= tolerance
        return (iterations < most) & ~done & ((rise > rounding) | (iterations < 2))

    def step(carry: Any) -> Any:
        before, iterations, _, _, _ = carry
        q = op.improve(weight, mdp.reward, before, alpha, mdp.log_w)
        then, residual, rounding = look(q)
        rise = jnp.max(q - before if mdp.allowed is None else jnp.where(mdp.allowed, q - before, 0.0))
        return then, iterations + 1, residual, rise, rounding

    far = jnp.asarray(jnp.inf, mdp.reward.dtype)
    start = (jnp.zeros_like(mdp.reward), jnp.int32(0), far, far, far)
    q, iterations, residual, _, rounding = jax.lax.while_loop(going, step, start)
    return Solution(q, soft_value(q, alpha, mdp.log_w), iterations, _bound(residual, rounding, modulus))


def evaluate_policy(mdp: MDP, log_pi: Float[ArrayLike, "s a"], alpha: Float[ArrayLike, ""]) -> Solution:
    r"""Q^π and V^π of any policy, entropy included, by a linear solve.  [Note L25] [Note L52]

    Args:
      mdp: the process, with discounts below 1.
      log_pi: log π(a|s) [S, A], nats; -inf where an action is never taken.
      alpha: temperature >= 0, reward units; 0 counts no entropy.

    Returns:
      Solution(q, v, iterations, error_bound); iterations is 1.

    Raises:
      ValueError: as `soft_value_iteration` does, when log_pi has another shape than the reward, and when a row of a
        concrete one is no distribution over the allowed actions, naming the state: probabilities for their logarithms,
        say. A traced log_pi (under jit, vmap or grad) can't be checked.

    Example:
      >>> from softql.mdp import MDP
      >>> one = MDP(jnp.ones((1, 2, 1)), jnp.zeros((1, 2)), 0.5)
      >>> print(evaluate_policy(one, jnp.log(jnp.full((1, 2), 0.5)), alpha=1.0).v)
      [1.3862944]
    """
    mdp, alpha, log_pi = _with_policy(mdp, alpha, log_pi)
    return _evaluate(mdp, log_pi, alpha)


@jax.jit
def _evaluate(mdp: MDP, log_pi: Array, alpha: Array) -> Solution:
    weight, modulus = op.weigh(mdp.transition, mdp.discount), _modulus(mdp)
    q = op.policy_q(mdp.transition, mdp.reward, mdp.discount, log_pi, alpha, mdp.log_w)
    v = policy_value(log_pi, q, alpha, mdp.log_w)
    then = mdp.reward + op.expect(weight, v)
    bound = _bound(_distance(mdp, then, q), _rounding(mdp, v), modulus)
    return Solution(then, policy_value(log_pi, then, alpha, mdp.log_w), jnp.int32(1), bound)


def returns_of(mdp: MDP, log_pi: Float[ArrayLike, "s a"], alpha: Float[ArrayLike, ""]) -> Returns:
    r"""E Σ_t γ^t r_t and α E Σ_t γ^t H_t from `mdp.start`: the objective, split.  [Note L13]

    By the occupancy measure: Σ d(s,a) r(s,a) and α Σ d(s,a) H(π(.|s)).

    Args:
      mdp, log_pi, alpha: as for `evaluate_policy`.

    Returns:
      Returns(reward, entropy), reward units; `total` is their sum, Σ_s start(s) V^π(s).

    Raises:
      ValueError: as `evaluate_policy` does; a traced log_pi can't be checked.

    Example:
      >>> from softql.mdp import MDP
      >>> one = MDP(jnp.ones((1, 2, 1)), jnp.ones((1, 2)), 0.5)
      >>> split = returns_of(one, jnp.log(jnp.full((1, 2), 0.5)), alpha=1.0)
      >>> float(split.reward), round(float(split.entropy), 4)
      (2.0, 1.3863)
    """
    mdp, alpha, log_pi = _with_policy(mdp, alpha, log_pi)
    met = op.occupancy(mdp.transition, mdp.discount, log_pi, mdp.first, mdp.log_w)
    return Returns(jnp.sum(met * mdp.reward), alpha * jnp.sum(met.sum(-1) * entropy(log_pi, mdp.log_w)))


def optimal_policy(mdp: MDP, q: Float[ArrayLike, "s a"], alpha: Float[ArrayLike, ""]) -> Float[Array, "s a"]:
    r"""log π(a|s) = (Q(s,a) - V(s))/α over the allowed actions; at α = 0 the best ones, shared.  [H17 Eq. 6]

    Args:
      mdp: the process, for which actions are allowed.
      q: action values [S, A], reward units.
      alpha: temperature >= 0, reward units.

    Returns:
      log π [S, A], nats; -inf where the action is not allowed.

    Raises:
      ValueError: when alpha is no finite number of at least 0, or q has another shape than the reward.

    Example:
      >>> from softql.mdp import MDP
      >>> one = MDP(jnp.ones((1, 3, 1)), jnp.zeros((1, 3)), 0.5)
      >>> print(jnp.exp(optimal_policy(one, jnp.array([[1.0, 1.0, 0.0]]), alpha=0.0)))
      [[0.5 0.5 0. ]]
    """
    if jnp.shape(q) != mdp.reward.shape:
        raise ValueError(f"q has shape {jnp.shape(q)} but there are {mdp.states} states, {mdp.actions} actions")
    q = real(q, "q")
    return _policy(q, checks.temperature(alpha, jnp.promote_types(q.dtype, jnp.float32)), mdp.log_w)


@jax.jit
def _policy(q: Array, alpha: Array, log_w: Array | None) -> Array:
    return boltzmann_log_policy(q, alpha, log_w)


def soft_horizon(mdp: MDP, alpha: Float[ArrayLike, ""], steps: int) -> Horizon:
    r"""Q_t and V_t of control that ends after `steps` steps, t = 0 first.  [Note L13] [Note L21]

    Args:
      mdp: the process; γ = 1 is allowed.
      alpha: temperature >= 0, reward units.
      steps: how many actions are taken, at least 1.

    Returns:
      Horizon(q [T, S, A], v [T, S]).

    Raises:
      ValueError: when alpha is no finite number of at least 0, the MDP is a stack of several, or steps below 1.

    Example:
      >>> from softql.mdp import MDP
      >>> one = MDP(jnp.ones((1, 2, 1)), jnp.ones((1, 2)), 1.0)
      >>> print(soft_horizon(one, alpha=0.0, steps=3).v[:, 0])
      [3. 2. 1.]
    """
    if steps < 1:
        raise ValueError(f"steps = {steps}: it must be at least 1")
    mdp = checks.one_process(mdp)
    return _horizon(mdp, checks.temperature(alpha, mdp.reward.dtype), steps)


@partial(jax.jit, static_argnums=2)
def _horizon(mdp: MDP, alpha: Array, steps: int) -> Horizon:
    reward = jnp.broadcast_to(mdp.reward, (steps, *mdp.reward.shape))
    q = op.horizon_q(mdp.transition, reward, mdp.discount, alpha, mdp.log_w)
    return Horizon(q, jax.vmap(lambda x: soft_value(x, alpha, mdp.log_w))(q))


# Certificates


def _modulus(mdp: MDP) -> Array:
    """By how much T* contracts: the largest discounted mass that leaves a state and action."""
    leaving = checks.leaving(mdp.transition, mdp.discount)
    return jnp.max(leaving if mdp.allowed is None else jnp.where(mdp.allowed, leaving, 0.0))


def _distance(mdp: MDP, q: Array, other: Array) -> Array:
    """The largest difference over allowed actions."""
    gap = jnp.abs(q - other)
    return jnp.max(gap if mdp.allowed is None else jnp.where(mdp.allowed, gap, 0.0))


def _rounding(mdp: MDP, v: Array) -> Array:
    """How far a computed backup of v may be from the true one: each term rounded once for every addition.

    A sum of n products of which the chances add up to 1 is right to (n + 1) half ulp of the largest; 8 more are for V,
    whose own error is 2, for the reward, and for chances that add up to 1 only to rounding.
    """
    chance = mdp.transition.chance if isinstance(mdp.transition, Successors) else mdp.transition
    reward = jnp.abs(mdp.reward)
    size = jnp.max(reward if mdp.allowed is None else jnp.where(mdp.allowed, reward, 0.0)) + jnp.max(jnp.abs(v))
    return (chance.shape[-1] + 9) * 0.5 * float(jnp.finfo(mdp.reward.dtype).eps) * size


def _bound(residual: Array, rounding: Array, modulus: Array) -> Array:
    """(modulus residual + rounding)/(1 - modulus); infinite where nothing contracts, or nothing was done yet."""
    room = 1 - modulus
    known = (room > 0) & (residual < jnp.inf)
    left = modulus * jnp.where(known, residual, 0.0) + rounding
    return jnp.where(jnp.isnan(residual), jnp.nan, jnp.where(known, left / jnp.where(room > 0, room, 1.0), jnp.inf))


def _ready(mdp: MDP, alpha: Any) -> tuple[MDP, Array]:
    """The process and alpha in one dtype; a concrete process that does not contract is refused."""
    mdp = checks.one_process(mdp, contracts=True)
    return mdp, checks.temperature(alpha, mdp.reward.dtype)


def _with_policy(mdp: MDP, alpha: Any, log_pi: ArrayLike) -> tuple[MDP, Array, Array]:
    """The same with a policy, whose rows are distributions."""
    mdp, alpha = _ready(mdp, alpha)
    if jnp.shape(log_pi) != mdp.reward.shape:
        raise ValueError(
            f"log_pi has shape {jnp.shape(log_pi)} but there are {mdp.states} states, {mdp.actions} actions"
        )
    if checks.seen(mdp, log_pi):
        checks.distributions(log_pi, None if mdp.allowed is None else np.where(mdp.allowed, 0.0, -np.inf))
    return mdp, alpha, real(log_pi, "log_pi").astype(mdp.reward.dtype)


def _table(mdp: MDP, name: str, x: ArrayLike) -> Array:
    """A table of the shape of the reward, finite where an action is allowed."""
    table = real(x, name)
    if table.shape != mdp.reward.shape:
        raise ValueError(f"{name} has shape {table.shape} but there are {mdp.states} states, {mdp.actions} actions")
    if checks.seen(mdp, x):
        wrong = ~np.isfinite(np.asarray(x)) & (True if mdp.allowed is None else np.asarray(mdp.allowed))
        if wrong.any():
            state, action = np.argwhere(wrong)[0]
            raise ValueError(f"{name} of state {state}, action {action} is {np.asarray(x)[state, action]}")
    return table.astype(mdp.reward.dtype)
