"""The Boltzmann policy in single words: the platform's exp and log, one rounding a step. What `fast=True` buys.

A gap `g = (max Q - Q) / alpha` is rounded twice, and the exponential turns that into some g ulp of the policy, besides
a few of its own: at most 2 (g + |log w| + 4) were seen. The likeliest action's log pi keeps no digits of its own where
the policy is nearly sure, though none was seen off by more than 2 ulp of the largest of 1, itself and |log w|. What a
row must be spared (no valid action, alpha of 0 or infinity) is settled a row at a time; even so XLA fuses this well for
hundreds of actions only (docs/accuracy.md).

Shapes: `q [*b, a]`, `alpha [*b]`, `log_w [*b, a]` or None; one float dtype.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp


def policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """pi = exp(l) / sum w exp(l); 0 where invalid and in a row without valid actions."""
    below, weighted = logits(q, alpha, log_w)
    total = jnp.sum(jnp.exp(weighted), axis=-1, keepdims=True)
    return jnp.exp(below) / jnp.where(total == 0, 1, total)


def log_policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """log pi = l - log sum w exp(l); -inf where invalid and in a row without valid actions."""
    below, weighted = logits(q, alpha, log_w)
    total = jnp.sum(jnp.exp(weighted), axis=-1, keepdims=True)
    return below - jnp.log(jnp.where(total == 0, 1, total))


def logits(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> tuple[jax.Array, jax.Array]:
    """log pi and the log of the mass, both up to one constant a row that keeps every mass at most 1."""
    limits = jnp.finfo(q.dtype)
    stretch = jnp.where(alpha == 0, limits.max, 1).astype(q.dtype)[..., None]  # any gap over 0 is to be infinite
    within = jnp.clip(alpha, limits.tiny, limits.max / 4)  # so that 1 / alpha, which XLA may take, is no subnormal
    alpha = jnp.where(alpha >= 0, within, jnp.nan)[..., None]
    usable = q if log_w is None else jnp.where(log_w == -jnp.inf, -jnp.inf, q)
    below = (usable - _finite_top(usable)) * stretch / alpha
    if log_w is None:
        return below, below
    weighted = jnp.where(usable == -jnp.inf, -jnp.inf, below + log_w)
    most = _finite_top(weighted)
    return below - most, weighted - most


def _finite_top(x: jax.Array) -> jax.Array:
    top = jnp.max(x, axis=-1, keepdims=True)
    return jnp.where(top == -jnp.inf, 0, top)
