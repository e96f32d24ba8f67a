"""Both sides of the equivalences of entropy-regularised control, each computed its own way.

docs/equivalences.md states them; `softql.laws` holds the two sides together. Here is what the other rooms do not have:
gradients of both sides of [S17], Munchausen and KL-regularised backups, logit dynamic discrete choice. Reward units,
log-probabilities in nats, actions last. Imports: equations, tabular.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from softql.equations import _kernels as kernels
from softql.equations import boltzmann_log_policy, policy_value, soft_value
from softql.tabular.operators import Discount, Measure, Transition, expected_next, optimal_q

__all__ = [
    "kl_regularised_backup",
    "logit_choice_q",
    "munchausen_backup",
    "policy_gradient",
    "soft_q_gradient",
    "value_gradient",
]

EULER = 0.5772156649015329  # the mean of a standard Gumbel variable


def soft_q_gradient(
    q: Float[ArrayLike, "*b a"],
    target: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b a"]:
    r"""∂/∂Q of E_π[ (Q - Q̂)²/2 ], actions from π = exp((Q - V)/α) held fixed, Q̂ too.  [S17]

    The gradient of soft Q-learning. It is -α times `policy_gradient` plus `value_gradient`.

    Args:
      q, target: Q and Q̂ of every action, reward units.
      alpha: temperature > 0, reward units; a scalar or one a row.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      One number an action: the gradient in the table itself, reward units.

    Raises:
      ValueError: as `softql.soft_value` does.

    Example:
      >>> print(soft_q_gradient(jnp.array([0.0, 0.0]), jnp.array([1.0, -1.0]), alpha=1.0))
      [-0.5  0.5]
    """
    q, target = jnp.asarray(q), jax.lax.stop_gradient(jnp.asarray(target))
    log_pi = jax.lax.stop_gradient(boltzmann_log_policy(q, alpha, log_w))

    def loss(q: Array) -> Array:
        weight = None if log_w is None else jnp.broadcast_to(jnp.asarray(log_w), q.shape)
        chance, taken = kernels.masses(log_pi, weight)
        return jnp.sum(jnp.where(taken, chance * 0.5 * jnp.square(jnp.where(taken, q - target, 0.0)), 0.0))

    return jax.grad(loss)(q)


def policy_gradient(
    q: Float[ArrayLike, "*b a"],
    target: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b a"]:
    r"""∂/∂Q of E_π[Q̂] + α H(π) along π = exp((Q - V)/α): the entropy-regularised policy gradient.  [S17]

    Args:
      q, target, alpha, log_w: as for `soft_q_gradient`.

    Returns:
      One number an action, without unit.

    Raises:
      ValueError: as `softql.policy_value` does.

    Example:
      >>> print(policy_gradient(jnp.array([0.0, 0.0]), jnp.array([1.0, -1.0]), alpha=1.0))
      [ 0.5 -0.5]
    """
    target = jnp.asarray(target)

    def objective(q: Array) -> Array:
        return jnp.sum(policy_value(boltzmann_log_policy(q, alpha, log_w), target, alpha, log_w))

    return jax.grad(objective)(jnp.asarray(q))


def value_gradient(
    q: Float[ArrayLike, "*b a"],
    target: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b a"]:
    r"""∂/∂Q of (V(Q) - V̂)²/2 with V̂ = E_π[Q̂ - α log π] held fixed: the gradient of the value loss.  [S17]

    Args:
      q, target, alpha, log_w: as for `soft_q_gradient`.

    Returns:
      One number an action, reward units.

    Raises:
      ValueError: as `softql.policy_value` does.

    Example:
      >>> print(value_gradient(jnp.array([1.0, 1.0]), jnp.array([0.0, 0.0]), alpha=1.0))
      [0.5 0.5]
    """
    q = jnp.asarray(q)
    fixed = jax.lax.stop_gradient(
        policy_value(boltzmann_log_policy(q, alpha, log_w), jnp.asarray(target), alpha, log_w)
    )

    def loss(q: Array) -> Array:
        return jnp.sum(0.5 * jnp.square(soft_value(q, alpha, log_w) - fixed))

    return jax.grad(loss)(q)


def munchausen_backup(
    transition: Transition,
    reward: Float[ArrayLike, "s a"],
    discount: Discount,
    q: Float[ArrayLike, "s a"],
    alpha: Float[ArrayLike, ""],
    share: Float[ArrayLike, ""],
    log_w: Measure = None,
) -> Float[Array, "s a"]:
    r"""r + m α log π_Q(a|s) + Σ_s' P γ V(s'): the backup whose reward is bolstered by the policy's own surprise.  [V20]

    Args:
      transition, reward, discount, q, alpha, log_w: as for `softql.tabular.optimality_backup`.
      share: m in [0, 1]; 0 is the optimality backup.

    Returns:
      The next Q [S, A], reward units. At a masked action the bonus is left out.

    Raises:
      ValueError: as `optimality_backup` does.

    Example:
      >>> q = munchausen_backup(jnp.ones((1, 2, 1)), jnp.zeros((1, 2)), 0.5, jnp.zeros((1, 2)), alpha=1.0, share=0.5)
      >>> print(jnp.abs(q).max())
      0.0
    """
    log_pi = boltzmann_log_policy(jnp.asarray(q), alpha, log_w)
    bonus = jnp.where(jnp.isneginf(log_pi), 0.0, log_pi)
    value = soft_value(q, alpha, log_w)
    return jnp.asarray(reward) + share * alpha * bonus + expected_next(transition, discount, value)


def kl_regularised_backup(
    transition: Transition,
    reward: Float[ArrayLike, "s a"],
    discount: Discount,
    q: Float[ArrayLike, "s a"],
    log_prior: Float[ArrayLike, "s a"],
    alpha: Float[ArrayLike, ""],
    share: Float[ArrayLike, ""],
    log_w: Measure = None,
) -> Float[Array, "s a"]:
    r"""r + Σ_s' P γ max_p ( E_p[Q] - m α KL(p ‖ prior) + (1 - m) α H(p) ): control that stays near a prior.  [V20]

    The maximum is α log Σ w prior^m exp(Q/α), so the prior enters as a measure of the actions.

    Args:
      transition, reward, discount, q, alpha, log_w: as for `softql.tabular.optimality_backup`.
      log_prior: log density of the prior policy [S, A], nats.
      share: m in [0, 1], the share of the divergence; 0 is the optimality backup, 1 has no entropy left.

    Returns:
      The next Q [S, A], reward units.

    Raises:
      ValueError: as `optimality_backup` does.

    Example:
      >>> even = jnp.log(jnp.full((1, 2), 0.5))
      >>> print(kl_regularised_backup(jnp.ones((1, 2, 1)), jnp.ones((1, 2)), 0.5, jnp.zeros((1, 2)), even, 1.0, 1.0))
      [[1. 1.]]
    """
    prior = jnp.asarray(share) * jnp.asarray(log_prior)
    measure = prior if log_w is None else prior + jnp.broadcast_to(jnp.asarray(log_w), prior.shape)
    return jnp.asarray(reward) + expected_next(transition, discount, soft_value(q, alpha, measure))


def logit_choice_q(
    transition: Transition, reward: Float[ArrayLike, "s a"], discount: Discount, alpha: Float[ArrayLike, ""]
) -> Float[Array, "s a"]:
    r"""v = u + γ E[ E max_a' (v(s',a') + ε_a') ], ε Gumbel of scale α: logit dynamic discrete choice.  [H17 Eq. 5]

    Rust's (1987) model of somebody who maximises, with tastes that only they see. E max is α log Σ exp(v/α) + α times
    Euler's constant, so v is soft Q* of a reward that is larger by what Euler's constant is worth: for one γ, v = Q* +
    γ α 0.5772.../(1 - γ). Their choices follow the Boltzmann policy, and the shocks are the entropy bonus.

    Args:
      transition, reward, discount, alpha: as for `softql.tabular.optimal_q`; the reward is Rust's flow utility u.

    Returns:
      Choice-specific values v [S, A], without the shock of the choice at hand, reward units.

    Raises:
      ValueError: as `optimal_q` does.

    Example:
      >>> v = logit_choice_q(jnp.ones((1, 1, 1)), jnp.zeros((1, 1)), 0.5, alpha=1.0)
      >>> print(v.round(4))
      [[0.5772]]
    """
    reward = jnp.asarray(reward)
    leaving = expected_next(transition, discount, jnp.ones(reward.shape[0], reward.dtype))
    return optimal_q(transition, reward + EULER * jnp.asarray(alpha) * leaving, discount, alpha)
