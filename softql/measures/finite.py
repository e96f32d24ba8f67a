"""Finite actions: all of them, the allowed ones, or a prior over them. Imports: equations; jax."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import ArrayLike, Bool, Float

from softql.equations import _door as door
from softql.measures.boxes import Measure
from softql.measures.uniforms import positive_count

__all__ = ["finite", "masked", "prior"]


def finite(actions: int) -> Measure:
    r"""Counting measure: w = 1 for each of n actions.  [H17 Eq. 5]

    Args:
      actions: n >= 1.

    Returns:
      Measure(points [n], log_w [n]): the indices and zeros.

    Raises:
      ValueError: when n is no positive integer.

    Example:
      >>> print(finite(2).log_w)
      [0. 0.]
    """
    positive_count("actions", actions)
    return Measure(jnp.arange(actions), jnp.zeros(actions))


def masked(allowed: Bool[ArrayLike, "*b n"]) -> Measure:
    r"""Counting measure of the allowed actions: log w = 0 where allowed, else -inf.  [H17 Eq. 5]

    Args:
      allowed: True for an action that exists [*b, n].

    Returns:
      Measure(points [n], log_w [*b, n]).

    Raises:
      ValueError: when allowed is not boolean, or has no last axis.

    Example:
      >>> print(masked(jnp.array([True, False])).log_w)
      [  0. -inf]
    """
    allowed = jnp.asarray(allowed)
    if allowed.dtype != bool or allowed.ndim == 0:
        raise ValueError(f"allowed has dtype {allowed.dtype} and shape {allowed.shape}: pass booleans [*b, n]")
    return Measure(jnp.arange(allowed.shape[-1]), jnp.where(allowed, 0.0, -jnp.inf))


def prior(log_rho: Float[ArrayLike, "*b n"]) -> Measure:
    r"""A prior: w = ρ(a), so that V = α log E_ρ[exp(Q/α)] and π is regularised towards ρ.  [H17 Eq. 5]

    The uniform prior gives mellowmax.

    Args:
      log_rho: log probabilities [*b, n]; each row adds up to 1.

    Returns:
      Measure(points [n], log_w [*b, n]).

    Raises:
      ValueError: on integer input, or when a concrete row is no distribution.

    Example:
      >>> print(prior(jnp.log(jnp.array([0.25, 0.75]))).log_w.round(4))
      [-1.3863 -0.2877]
    """
    log_rho = door.action_values(log_rho, "log_rho")
    if not isinstance(log_rho, jax.core.Tracer):
        total = np.exp(np.asarray(log_rho, np.float64)).sum(-1)
        slack = 64 * float(jnp.finfo(log_rho.dtype).eps) * (1 + log_rho.shape[-1])
        if not (np.abs(total - 1) <= slack).all():
            worst = total.flat[np.abs(total - 1).argmax()]
            raise ValueError(f"log_rho adds up to {worst:g}, not 1: a prior has mass 1")
    return Measure(jnp.arange(log_rho.shape[-1]), log_rho)
