"""The Boltzmann policy in single words: the platform's exp and log, one rounding a step. What `fast=True` buys.

A gap `g = (max Q - Q) / alpha` is rounded twice, and the exponential turns that into some g ulp of the policy, besides
a few of its own: at most 2 (g + |log w| + 4) were seen. The likeliest action's log pi keeps no digits of its own where
the policy is nearly sure, though none was seen off by more than 2 ulp of the largest of 1, itself and |log w|.

What a row must be spared (no valid action, alpha of 0 or infinity) is settled by bounds, never by a choice: a maximum
that starts from the lowest number, a sum of at least its largest term, 1. XLA then runs the row as it runs a softmax;
a choice between two values of a row, after the maximum, doubled the time. Up to `FEW` actions maximum and sum run over
columns instead, which XLA on CPU vectorises over rows: with 2 actions that takes a ninth of the time, with 8 less than
a third, with 12 four fifths (docs/accuracy.md has the ratios to a softmax).

Shapes: `q [*b, a]`, `alpha [*b]`, `log_w [*b, a]` or None; one float dtype.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from softql.equations import _words as words

FEW = 14


def policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """pi = exp(l) / sum w exp(l); 0 where invalid and in a row without valid actions."""
    below, weighted = logits(q, alpha, log_w)
    return jnp.exp(below) / total(weighted)


def log_policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """log pi = l - log sum w exp(l); -inf where invalid and in a row without valid actions."""
    below, weighted = logits(q, alpha, log_w)
    return below - jnp.log(total(weighted))


def logits(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> tuple[jax.Array, jax.Array]:
    """log pi and the log of the mass, both up to one constant a row that makes the largest mass 1."""
    limits = jnp.finfo(q.dtype)
    stretch = jnp.where(alpha == 0, limits.max, 1).astype(q.dtype)[..., None]  # any gap over 0 is to be infinite
    within = jnp.clip(alpha, limits.tiny, limits.max / 4)  # so that 1 / alpha, which XLA may take, is no subnormal
    alpha = jnp.where(alpha >= 0, within, jnp.nan)[..., None]
    usable = q if log_w is None else jnp.where(log_w == -jnp.inf, -jnp.inf, q)
    below = (usable - top(usable)) * stretch / alpha
    if log_w is None:
        return below, below
    weighted = jnp.where(usable == -jnp.inf, -jnp.inf, below + log_w)
    most = top(weighted)
    return below - most, weighted - most


def total(logits: jax.Array) -> jax.Array:
    """sum exp(l) where the largest term is 1, and 1 where there is none."""
    terms = jnp.exp(logits)
    few = terms.shape[-1] <= FEW
    whole = words.tree_sum(terms)[..., None] if few else jnp.sum(terms, axis=-1, keepdims=True)
    return jnp.maximum(whole, 1)


def top(x: jax.Array) -> jax.Array:
    """max x, or the lowest number of a row that has nothing but -inf."""
    least = jnp.finfo(x.dtype).min
    if x.shape[-1] > FEW:
        return jnp.max(x, axis=-1, keepdims=True, initial=least)
    most = jnp.maximum(words.fold_max(x), least)[..., None]
    return words.kept(most) if x.shape[-1] > 8 else most  # of up to 8 it is quicker to take it again at each reader
