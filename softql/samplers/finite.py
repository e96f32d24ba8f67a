"""Exact draws among finitely many actions. Imports: equations, measures."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from softql.equations import boltzmann_log_policy
from softql.measures.uniforms import positive_count

__all__ = ["gumbel_max"]


def gumbel_max(
    key: Array,
    q: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
    count: int | None = None,
) -> Int[Array, "..."]:
    r"""argmax_a log π(a|s) + log w_a + G_a with G_a of Gumbel's distribution: a draw with chance w π.  [H17 Eq. 6]

    Also a draw among the points of a quadrature or an importance sample, for continuous actions.

    Args:
      key: one key; every row and every draw has its own noise.
      q: action values [*b, a], reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 draws among the best.
      log_w: log weight of each action point; None is counting measure, -inf masks.
      count: how many draws of each row; None is one, without an axis.

    Returns:
      Indices [*b], or [count, *b]. In a row without valid actions the index means nothing.

    Raises:
      ValueError: as `boltzmann_log_policy` does, or when count is no positive integer.

    Example:
      >>> print(gumbel_max(jax.random.key(0), [0.0, 50.0, 90.0], 1.0, log_w=[0.0, 0.0, -jnp.inf]))
      1
    """
    if count is not None:
        positive_count("count", count)
    log_chance = boltzmann_log_policy(q, alpha, log_w)
    if log_w is not None:
        log_chance = log_chance + jnp.broadcast_to(jnp.asarray(log_w), log_chance.shape)
    shape = log_chance.shape if count is None else (count, *log_chance.shape)
    noise = jax.random.gumbel(key, shape, log_chance.dtype)
    return jnp.argmax(jnp.broadcast_to(log_chance, shape) + noise, -1)
