"""How far off an estimate of V is. Imports: equations."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from softql.equations import _door as door
from softql.equations import boltzmann_log_policy, soft_value

__all__ = ["Estimate", "value_estimate"]


class Estimate(NamedTuple):
    """V with what is known of its error; each [*b].

    Fields:
      value: V̂ = α log Σ w exp(Q/α), reward units; biased low (Jensen).
      corrected: V̂ without the 1/N term of its bias (jackknife), reward units.
      standard_error: of V̂, reward units.
      effective_sample_size: 1 / Σ p², p the share of each sample in Z: N at best, 1 where one sample holds all.
    """

    value: Float[Array, "*b"]
    corrected: Float[Array, "*b"]
    standard_error: Float[Array, "*b"]
    effective_sample_size: Float[Array, "*b"]


def value_estimate(
    q: Float[ArrayLike, "*b n"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b n"]
) -> Estimate:
    r"""V̂ of N independent samples, its standard error, effective sample size and jackknife correction.  [H17 Eq. 10]

    With p_n = w_n exp((Q_n - V̂)/α): N_eff = 1/Σ p², error = α √((N/N_eff - 1)/(N - 1)) by the delta method, and the
    jackknife, whose N leave-one-out values are V̂ + α (log(N/(N-1)) + log(1 - p_n)), gives
    V̂ - α (N - 1) (log(N/(N-1)) + mean log(1 - p_n)). All of it trusts the samples: where they have missed a peak, the
    error bar has too.

    Two kinds of samples are not independent. The shares of a `mixture` are dealt out, not drawn: there the error is
    rather too large. Of Sobol nets put the V̂ of R of them through this function, with log_w = -log R.

    Args:
      q: Q at the samples [*b, n], reward units.
      alpha: temperature > 0, reward units; a scalar or one a row.
      log_w: of independent samples: from `uniform`, `weighted`, `importance`, `mixture`.

    Returns:
      Estimate(value, corrected, standard_error, effective_sample_size); corrected is inf where one sample holds all.

    Raises:
      ValueError: as `soft_value` does, for a concrete alpha of 0, and for fewer than 2 samples.

    Source: Kong 1992 (effective sample size); Quenouille 1956, Miller 1974 (jackknife).

    Example: equal weights are as good as their number.
      >>> print(value_estimate(jnp.zeros(4), 1.0, jnp.full(4, -jnp.log(4.0))).effective_sample_size)
      4.0
    """
    q, alpha, weights, cast = door.gibbs_arguments(q, alpha, log_w, divides=True)
    n = q.shape[-1]
    if n < 2 or weights is None:
        raise ValueError(f"q has {n} samples: an error bar needs two, and the log_w of their measure")
    value = soft_value(q, alpha, weights)
    exists = weights != -jnp.inf
    log_share = boltzmann_log_policy(q, alpha, weights) + jnp.where(exists, weights, 0.0)
    p = jnp.where(exists, jnp.exp(log_share), 0.0)
    squares = jnp.sum(jnp.square(p), -1)
    known = squares != 0
    size = jnp.where(known, 1 / jnp.where(known, squares, 1.0), 0.0)
    error = alpha * jnp.sqrt(jnp.maximum(n * squares - 1, 0.0) / (n - 1))
    largest = _first(p)
    rest = jnp.sum(jnp.where(largest, 0.0, p), -1, keepdims=True)  # 1 - p of the largest, with all its digits
    left_out = jnp.where(largest, jnp.log(jnp.broadcast_to(rest, p.shape)), jnp.log1p(jnp.where(largest, 0.0, -p)))
    excess = math.log1p(1 / (n - 1)) + jnp.mean(left_out, -1)
    corrected = jnp.where(known, value - alpha * (n - 1) * jnp.where(known, excess, 0.0), value)
    return Estimate(*(cast(x) for x in (value, corrected, error, size)))


def _first(p: Array) -> Array:
    """True at the largest entry of each row, the first of equals."""
    best = jnp.argmax(p, -1, keepdims=True)
    return jax.lax.broadcasted_iota(best.dtype, p.shape, p.ndim - 1) == jnp.broadcast_to(best, p.shape)
