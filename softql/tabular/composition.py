"""Skills composed by averaging their action values: what that costs against the optimum of the averaged reward.

Skills share transition, discount and temperature and differ in reward: `qs [I, S, A]` are their Q*, reward units.
Imports: equations, the operators.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from softql.equations import soft_value
from softql.tabular.operators import Discount, Measure, Transition, _fits, expected_next, hard_q

__all__ = ["composed_q", "composition_cost", "disagreement"]


def composed_q(qs: Float[ArrayLike, "i s a"]) -> Float[Array, "s a"]:
    r"""Q_Σ = mean_i Q*_i, the composed skill; Q_Σ >= Q*_C >= Q_Σ - C*, with Q*_C of the mean reward.  [H18]

    Args:
      qs: Q* of each skill [I, S, A], reward units.

    Returns:
      Q_Σ [S, A], reward units.

    Raises:
      ValueError: when qs is not [I, S, A] with at least one skill.

    Example:
      >>> print(composed_q([[[0.0, 2.0]], [[4.0, 2.0]]]))
      [[2. 2.]]
    """
    return jnp.mean(_skills(qs), 0)


def disagreement(
    qs: Float[ArrayLike, "i s a"], alpha: Float[ArrayLike, ""], log_w: Measure = None
) -> Float[Array, " s"]:
    r"""mean_i V(Q_i) - V(mean_i Q_i) >= 0: what averaging loses in one state.  [H18]

    For two skills it is -α log Σ_a w √(π_1 π_2), α/2 times the Rényi divergence of order 1/2 of their policies; 0
    where they agree.

    Args:
      qs: Q* of each skill [I, S, A], reward units.
      alpha: temperature > 0, reward units.
      log_w: log weight of each action, [A] or [S, A]; None is counting measure, -inf masks.

    Returns:
      One number a state, reward units.

    Raises:
      ValueError: as `soft_value` does, and when qs is not [I, S, A].

    Example:
      >>> print(disagreement([[[0.0, 2.0]], [[1.0, 3.0]]], alpha=0.5))
      [0.]
    """
    qs = _skills(qs)
    mean = jnp.mean(qs, 0)
    each = jax.vmap(lambda q: soft_value(q, alpha, log_w))(qs)
    return jnp.maximum(jnp.mean(each, 0) - soft_value(mean, alpha, log_w), 0.0)


def composition_cost(
    transition: Transition,
    discount: Discount,
    qs: Float[ArrayLike, "i s a"],
    alpha: Float[ArrayLike, ""],
    log_w: Measure = None,
) -> Float[Array, "s a"]:
    r"""C*(s,a) = E_s'[ γ ( D(s') + max_a' C*(s',a') ) ], with D the disagreement: Q*_C >= Q_Σ - C*.  [H18]

    The worst of the losses that lie ahead, by hard dynamic programming.

    Args:
      transition, discount: as for `softql.tabular.expected_next`; discounts below 1.
      qs, alpha, log_w: as for `disagreement`.

    Returns:
      C* [S, A], reward units, at least 0.

    Raises:
      ValueError: as `disagreement` does, and when shapes do not match.

    Example:
      >>> same = jnp.array([[[0.0, 2.0]], [[1.0, 3.0]]])
      >>> print(composition_cost(jnp.ones((1, 2, 1)), 0.5, same, alpha=0.5))
      [[0. 0.]]
    """
    qs = _skills(qs)
    _fits(transition, qs[0])
    loss = expected_next(transition, discount, disagreement(qs, alpha, log_w))
    return hard_q(transition, loss, discount, log_w)


def _skills(qs: ArrayLike) -> Array:
    qs = jnp.asarray(qs)
    if qs.ndim != 3 or 0 in qs.shape:
        raise ValueError(f"qs has shape {qs.shape}: pass the Q* of each skill, [I, S, A]")
    return qs
