"""Two Boltzmann distributions against one measure: how far their log densities differ, and their divergence.

With k the action of most mass under the first, and primes for the second,

    tilt_i  = x_i - x'_i,   x_i = (Q_i - Q_k)/alpha        log w, and most of a common Q, cancel before any rounding
    shift   = log p_k - log p'_k = log sum_i p_i exp(-tilt_i)
    d_i     = log pi_i - log pi'_i = tilt_i + shift
    KL      = sum_i p_i (exp(-d_i) - 1 + d_i)

An error in `shift` is of second order in KL, since both masses sum to one; one in a tilt is not, so tilts are taken
over the common denominator, `((Q'_k - Q'_i) alpha - (Q_k - Q_i) alpha') / (alpha alpha')`, with an exact numerator.

Shapes: as in `boltzmann`. Imports: jax.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from softql.precise import boltzmann as bz
from softql.precise import elementary as el
from softql.precise import fixedpoint as fp
from softql.precise import floats as fl
from softql.precise.fixedpoint import Fixed, Format, Scaled

WIDE = 1  # limbs more for the numerator of a tilt
SMALL = 8  # a row whose tilts are all below 2^-8 is near


class Pair(NamedTuple):
    """Two Boltzmann policies against one measure."""

    one: bz.Inputs
    two: bz.Inputs
    d: Scaled  # log pi - log pi', [*b, a]
    divergence: Scaled  # sum_i p_i d_i - p_i + p'_i, [*b, 1]


def pair(q1: jax.Array, alpha1: jax.Array, q2: jax.Array, alpha2: jax.Array, log_w: jax.Array | None) -> Pair:
    """Both distributions, the differences of their log densities, and the divergence."""
    weights = None if log_w is None else jnp.stack([log_w, log_w])
    both = bz.inputs(jnp.stack([q1, q2]), jnp.stack([alpha1, alpha2]), weights)  # stacked, they are compiled once
    rows = bz.row(both)
    mass = fp.hold(masses(rows, both))
    (one, first, p), (two, second, q) = (_half((both, rows, mass), k) for k in (0, 1))
    at = _modal(first.mode, one, two)
    x = fp.hold(tilt(jnp.stack([first.mode.key, _pick(two.keys, at)]), both))
    shift = fp.hold(_shift(x, p, q, at, first, second, one.fmt))
    d = fp.hold(fp.add_scaled(x, shift, one.fmt))
    term = fp.hold(divergence_term(p, q, d, one.fmt))
    return Pair(one, two, d, bz.sum_scaled(term, one.alive | two.alive, one.fmt))


def _half(stacked: Any, k: int) -> Any:
    """The arrays of one of two distributions."""
    return jax.tree.map(
        lambda x: x[k] if isinstance(x, jax.Array) else x, stacked, is_leaf=lambda x: isinstance(x, Format)
    )


def masses(r: bz.Row, z: bz.Inputs) -> Scaled:
    """p_i = exp(-(t_i + lz)), and 0 where there is no mass."""
    t = bz.exponent(r.depth, z)
    e, minus_k = el.exp_of_minus(fp.add(t, bz.plain(r.log_rest, z.fmt), z.fmt), z.fmt)
    return tuple(jnp.where(z.alive, limb, 0) for limb in e), minus_k


# The action that both are measured from ------------------------------------------------------------------------------


def _modal(k: bz.Mode, one: bz.Inputs, two: bz.Inputs) -> jax.Array:
    """Where the first distribution has its mode; of ties, those of greatest Q in the second."""
    at = one.alive & (one.keys == k.key)
    if one.log_w is not None:
        at = at & (one.log_w == k.log_w)
    return at & (two.keys == _pick(two.keys, at))


def _pick(x: jax.Array, at: jax.Array) -> jax.Array:
    """The greatest number among the actions chosen, `[*b, 1]`."""
    return jnp.max(jnp.where(at, x, jnp.iinfo(x.dtype).min), -1, keepdims=True)


# Differences ---------------------------------------------------------------------------------------------------------


def tilt(keys: jax.Array, both: bz.Inputs) -> Scaled:
    """(Q_i - Q_k)/alpha - (Q'_i - Q'_k)/alpha' from the stacked keys of Q_k and Q'_k, to the last bits of its size."""
    fmt = both.fmt
    negative, (d, e) = bz.difference(keys, both.keys, fmt, WIDE)
    d = tuple(jnp.where(both.level, 0, limb) for limb in d)
    alpha, exponent = _denominator(both)
    factor = tuple(limb[::-1] for limb in alpha[:3]) + (0,) * (fp.FRACTION - 2 + WIDE)  # the other's alpha, exactly
    product = fp.multiply(d, factor, fmt), e + exponent[::-1]
    drop, other = (_half((fp.negate_where(negative, product[0], fmt), product[1]), k) for k in (0, 1))
    numerator, e = fp.hold(fp.add_scaled(other, _minus(drop, fmt), fmt))
    below, size = fp.magnitude(numerator, fmt)
    y, e = fp.normalise((size, e), fmt)
    for k in (0, 1):
        y = fp.multiply(y[: fp.FRACTION + 1], _half(both.reciprocal, k), fmt)
    return fp.negate_where(below, y, fmt), e - exponent[0] - exponent[1]


def _denominator(z: bz.Inputs) -> Scaled:
    """alpha as significand and exponent; 1 where it is 0 or infinite."""
    size = fl.significand(z.alpha, z.fmt)
    none = fp.is_zero(size)
    return (jnp.where(none, 1, size[0]), *size[1:]), jnp.where(none, 0, z.alpha.exponent)


def _shift(x: Scaled, p: Scaled, q: Scaled, at: jax.Array, first: bz.Row, second: bz.Row, fmt: Format) -> Scaled:
    """log p_k - log p'_k: by the sum where every tilt is small, else from the two rows."""
    none_p, none_q = fp.is_zero(p[0]), fp.is_zero(q[0])
    small = (x[1] < -SMALL - 1) | fp.is_zero(x[0])
    near = jnp.all(none_q & none_p | small & (none_q | ~none_p), -1, keepdims=True)
    close = _log1p(_mean_change(x, p, near, fmt), near, fmt)
    rows = fp.add_scaled(second.log_rest, _minus(first.log_rest, fmt), fmt)
    away, e = second.depth.t
    apart = fp.add_scaled(rows, (tuple(_pick(limb, at) for limb in away), _pick(e, at)), fmt)
    return fp.where(near, close[0], apart[0]), jnp.where(near, close[1], apart[1])


def _mean_change(x: Scaled, p: Scaled, near: jax.Array, fmt: Format) -> Scaled:
    """sum_i p_i (exp(-x_i) - 1) of near rows."""
    series = [Fraction(1, factorial(j + 1)) for j in range(_degree(fmt))]
    slope = fp.horner(series, _held_down(x, near, fmt), SMALL, fmt)
    change = fp.hold((fp.multiply(p[0], fp.multiply(x[0], slope, fmt), fmt), p[1] + x[1]))
    total, e = bz.sum_scaled(change, near & ~fp.is_zero(p[0]), fmt)
    extra = fp.bit_length(jnp.abs(total[0]), fmt)  # of many actions
    return _minus((fp.shift_right(total, extra, fmt), e + extra), fmt)


def _log1p(s: Scaled, near: jax.Array, fmt: Format) -> Scaled:
    """log(1 + s) of near rows, for s of either sign."""
    series = [Fraction(1, j + 1) for j in range(_degree(fmt))]
    return fp.multiply(s[0], fp.horner_loop(series, _held_down(s, near, fmt), fmt), fmt), s[1]


def _held_down(x: Scaled, near: jax.Array, fmt: Format) -> Fixed:
    """x in plain fixed point in near rows, where it is small; 0 in others."""
    return tuple(jnp.where(near, limb, 0) for limb in bz.plain(x, fmt))


def _degree(fmt: Format) -> int:
    """Terms of a series in a number below 2^-7."""
    return fmt.precision // (SMALL - 1) + 1


def _minus(x: Scaled, fmt: Format) -> Scaled:
    return fp.settle([-limb for limb in x[0]], fmt), x[1]


# Divergence ----------------------------------------------------------------------------------------------------------


def divergence_term(p: Scaled, q: Scaled, d: Scaled, fmt: Format) -> Scaled:
    """p d - p + q >= 0 for d = log(p/q): near 0 as p d^2 (1/2 - d/6 + d^2/24 - ...), which cancels nothing."""
    negative, size = fp.magnitude(d[0], fmt)
    y, f = fp.hold(fp.normalise((size, d[1]), fmt))
    near = ((f < -2) | fp.is_zero(y)) & ~fp.is_zero(p[0])
    u = fp.shift_right(y, jnp.where(near, jnp.maximum(-f, 0), 0), fmt)
    u = fp.hold(fp.negate_where(negative, tuple(jnp.where(near, limb, 0) for limb in u), fmt))
    series = [Fraction(1, factorial(j + 2)) for j in range(14 if fmt is fp.SINGLE else 19)]
    bend = fp.hold(fp.multiply(fp.square(y, fmt), fp.horner(series, u, 2, fmt), fmt))
    away = fp.add_scaled((fp.negate_where(negative, y, fmt), f), (fp.constant(-1, fmt), jnp.zeros_like(f)), fmt)
    apart = fp.add_scaled((fp.multiply(p[0], away[0], fmt), p[1] + away[1]), q, fmt)
    close = fp.multiply(p[0], bend, fmt)
    return fp.where(near, close, apart[0]), jnp.where(near, p[1] + 2 * f, apart[1])
