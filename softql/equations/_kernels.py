"""The operators of one state, past the door: under counting measure the fast form, against weights the long one.

`_counting.py` and `_weighted.py` say how each is computed, `_rules.py` gives them their derivatives. Here stands which
form is used, and what is computed from given log densities instead of from Q.

Shapes: `q [*b, a]`, `alpha [*b]`, `log_w [*b, a]` or None; one float dtype.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from softql.equations import _counting as counting
from softql.equations import _weighted as weighted
from softql.equations._words import exp_of_minus, fold_max, kept, two_sum
from softql.equations._words import tree_sum as tree_sum

Operator = Callable[[jax.Array, jax.Array, jax.Array | None], jax.Array]


def _either(short: Callable[[jax.Array, jax.Array], jax.Array], long: Operator) -> Operator:
    """The fast form without weights, the long one with them."""

    def operator(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
        return short(q, alpha) if log_w is None else long(q, alpha, log_w)

    operator.__name__, operator.__doc__ = long.__name__, long.__doc__
    return operator


value = _either(counting.value, weighted.value)
advantage = _either(counting.advantage, weighted.advantage)
log_policy = _either(counting.log_policy, weighted.log_policy)
policy = _either(counting.policy, weighted.policy)
mass = _either(counting.policy, weighted.mass)
entropy = _either(counting.entropy, weighted.entropy)
surprise = _either(counting.surprise, weighted.surprise)
fine_mass = weighted.mass
mellow = weighted.mellow
mellow_slope = weighted.mellow_slope
boltzmann_kl = weighted.kl
contrast = weighted.contrast
spread = weighted.spread


def log_partition(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """log Z = V / alpha."""
    v = value(q, alpha, log_w)
    return jnp.where(jnp.isinf(v), v, v / alpha)


def policy_value(log_pi: jax.Array, q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """V of a given policy, E[Q - alpha log pi]; -inf where it takes no action."""
    p, taken = masses(log_pi, log_w)
    unknown = jnp.isnan(q) if log_w is None else jnp.isnan(q) & (log_w != -jnp.inf)
    gain = gains(log_pi, q, alpha, taken)
    total = tree_sum(kept(jnp.where(taken & (p != 0), p * gain, jnp.where(unknown, q, 0))))
    return jnp.where(jnp.any(taken, axis=-1), total, -jnp.inf)


def gains(log_pi: jax.Array, q: jax.Array, alpha: jax.Array, taken: jax.Array) -> jax.Array:
    """Q - alpha log pi where it is taken, with infinity times 0 read as 0."""
    log_pi, heat = jnp.where(taken, log_pi, 0), alpha[..., None]
    return jnp.where(taken, q, 0) - jnp.where((log_pi == 0) & (heat == jnp.inf), 0, heat) * log_pi


def entropy_of(log_pi: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """H of a given policy, E[-log pi]."""
    p, taken = masses(log_pi, log_w)
    h = tree_sum(kept(jnp.where(taken, p * -jnp.where(taken, log_pi, 0), 0)))
    return jnp.where(h == 0, jnp.abs(h), h)  # never -0


def energy(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """-Q / alpha, and infinite where Q is."""
    return jnp.where(jnp.isinf(q), -q, -q / across(alpha, q))


def valid(q: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """The actions that have a density: Q and log w above -inf."""
    return q != -jnp.inf if log_w is None else (q != -jnp.inf) & (log_w != -jnp.inf)


def across(alpha: jax.Array, x: jax.Array) -> jax.Array:
    """alpha at each entry of x, in a form that XLA on CPU divides by: a plain broadcast it would multiply by
    1 / alpha."""
    return jnp.where(x == x, alpha[..., None], x)


def centre(x: jax.Array, p: jax.Array, usable: jax.Array) -> jax.Array:
    """x - E_p[x], taken about the likeliest actions: near a one-hot policy 1 - p is then a sum of small masses, no
    difference."""
    modal = usable & (p == fold_max(p)[..., None])
    anchor = tree_sum(jnp.where(modal, x, 0)) / jnp.maximum(tree_sum(modal.astype(x.dtype)), 1)
    away = jnp.where(usable, x - anchor[..., None], 0)
    return jnp.where(usable, away - tree_sum(jnp.where(p == 0, 0, p * away))[..., None], 0)


def masses(log_pi: jax.Array, log_w: jax.Array | None) -> tuple[jax.Array, jax.Array]:
    """p = w pi of a log density, and where it is not 0 by construction (log pi or log w of -inf)."""
    taken = log_pi != -jnp.inf if log_w is None else (log_pi != -jnp.inf) & (log_w != -jnp.inf)
    safe = jnp.where(taken, log_pi, 0)
    total, rest = (safe, jnp.zeros_like(safe)) if log_w is None else two_sum(safe, jnp.where(taken, log_w, 0))
    return jnp.where(taken, exp_of_minus(-total, -rest), 0), taken


def given_mass(log_pi: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """p = w pi of a log density."""
    return masses(log_pi, log_w)[0]


def divergence(log_p: jax.Array, log_q: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """KL(p || q) = sum w (p log(p / q) - p + q)."""
    return tree_sum(divergence_terms(log_p, log_q, log_w))


def divergence_terms(log_p: jax.Array, log_q: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """w (p t - p + q) with t = log(p / q), each >= 0: p (expm1(-t) + t), by its series while t is small."""
    p, in_p = masses(log_p, log_w)
    q, in_q = masses(log_q, log_w)
    both = in_p & in_q
    t = jnp.where(both, log_p, 0) - jnp.where(both, log_q, 0)
    small = jnp.abs(t) < 1
    near = p * weighted.expm1_less_x(-jnp.where(small, t, 0))
    far = jnp.where(p == 0, q, p * t + (q - p))
    return jnp.where(both, jnp.where(small, near, far), jnp.where(in_p & (p != 0), p * jnp.inf, q))
