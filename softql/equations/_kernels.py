"""The gap form: how a Boltzmann distribution is computed without losing digits.

Every operator of one state needs the same few quantities. They are written in the gaps
`g = (max Q - Q) / alpha >= 0` and never in `Q / alpha`, which overflows, and whose differences cancel:

    L      = log sum_a w_a exp(-g_a)        so V     = max Q + alpha L
    log pi = -(g + L)                          A     = -((max Q - Q) + alpha L)
    p      = w pi                              H     = L + sum_a p_a g_a

For counting measure L >= 0, so V >= max Q, A <= 0, log pi <= 0 and H >= 0 hold to the last bit, not up to a
tolerance.
The gap is carried as two words, since exp turns an absolute error in g into a relative one. Sums run in one fixed
order, so that a row gives the same bits alone, in a batch and under `vmap`.

Shapes, after the door (`_checks.py`): `q [*b, a]`, `alpha [*b]`, `log_w [*b, a]` or None; one float dtype.
A row with no valid action has `V = -inf`, `pi = 0`, `H = 0`, `A = -inf`. Derivatives are closed forms (`_rules.py`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

LOG_2 = {"float32": (0.693145751953125, 1.428606820309417e-6), "float64": (0.6931471803691238, 1.9082149292705877e-10)}
UNROLL = 32  # up to this many actions a reduction runs over columns, which XLA vectorises over rows


class Gibbs(NamedTuple):
    """One Boltzmann distribution in gap form, and the words its operators are made of."""

    top: jax.Array  # [*b]    max of Q over the valid actions; -inf without any
    drop: jax.Array  # [*b, a] (top - Q) shrink, rounded; 0 where invalid
    drop_rest: jax.Array  # [*b, a] what that rounding lost
    shrink: jax.Array  # [*b]    1, or 1/4 where top - Q would overflow
    gap: jax.Array  # [*b, a] (top - Q) / alpha, rounded; 0 where invalid
    gap_rest: jax.Array  # [*b, a] what that rounding lost
    peak: jax.Array  # [*b]    log w - gap of the actions of largest mass; 0 for counting measure
    peak_rest: jax.Array  # [*b]    what its rounding lost
    log_rest: jax.Array  # [*b]    log Z without the factor exp(top / alpha + peak): L = peak + log_rest
    mass: jax.Array  # [*b, a] p = w pi; 0 where invalid
    norm: jax.Array  # [*b]    exp(log_rest) >= 1
    valid: jax.Array  # [*b, a] bool: w > 0 and Q > -inf
    modal: jax.Array  # [*b, a] bool: the actions of largest mass, ties included


def gibbs(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> Gibbs:
    """The Boltzmann distribution of q at temperature alpha against the weights exp(log_w), in gap form."""
    alpha = lax.optimization_barrier(alpha)  # a constant alpha would let XLA reassociate the exact products
    poison = jnp.where(alpha >= 0, 0, jnp.nan).astype(q.dtype)  # a traced alpha that is negative or NaN
    valid = q != -jnp.inf if log_w is None else (q != -jnp.inf) & (log_w != -jnp.inf)
    top = fold_max(jnp.where(valid, q, -jnp.inf)) + poison
    drop, drop_rest, shrink = _drop(q, top, valid)
    gap, gap_rest = _divide(drop, drop_rest, shrink, alpha)
    depth, depth_rest, peak, peak_rest = gap, gap_rest, jnp.zeros_like(top), jnp.zeros_like(top)
    if log_w is not None:
        depth, depth_rest, peak, peak_rest = _weigh(gap, gap_rest, log_w, valid)
    modal = valid & (depth == 0) & (depth_rest == 0)
    e = jnp.where(valid, _exp_of_minus(depth, depth_rest), 0)
    ties = tree_sum(modal.astype(q.dtype))
    others = tree_sum(jnp.where(modal, 0, e)) + jnp.maximum(ties - 1, 0)  # norm - 1, without a subtraction
    norm = 1 + others
    return Gibbs(
        top,
        drop,
        drop_rest,
        shrink,
        gap,
        gap_rest,
        peak,
        peak_rest,
        log1p(others),
        e / norm[..., None],
        norm,
        valid,
        modal,
    )


def value(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """V = top + alpha L."""
    z = gibbs(q, alpha, log_w)
    if log_w is None:
        return z.top + _times(alpha, z.log_rest)
    bonus, lost = _bonus(z, alpha)
    total, rest = two_sum(z.top, bonus)
    return jnp.where(jnp.isfinite(total), total + (rest + lost), total)


def advantage(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """A = Q - V = -(drop + alpha L); -inf where invalid."""
    z = gibbs(q, alpha, log_w)
    shrink = z.shrink[..., None]
    if log_w is None:
        below = z.drop + (z.drop_rest + _times(alpha, z.log_rest)[..., None] * shrink)
    else:
        bonus, lost = _bonus(z, alpha)
        total, rest = two_sum(z.drop, jnp.broadcast_to(bonus[..., None] * shrink, z.drop.shape))
        below = jnp.where(jnp.isfinite(total), total + (rest + (z.drop_rest + lost[..., None] * shrink)), total)
    return jnp.where(z.valid, _minus(below / shrink), -jnp.inf)


def log_policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """log pi = -(gap + L); -inf where invalid."""
    z = gibbs(q, alpha, log_w)
    if log_w is None:
        return jnp.where(z.valid, _minus(z.gap + (z.gap_rest + z.log_rest[..., None])), -jnp.inf)
    total, rest = _gap_plus_peak(z)
    return jnp.where(z.valid, _minus(total + (rest + z.log_rest[..., None])), -jnp.inf)


def policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """pi, the density against w: the mass itself for counting measure; 0 where invalid."""
    z = gibbs(q, alpha, log_w)
    if log_w is None:
        return z.mass
    return jnp.where(z.valid, _exp_of_minus(*_gap_plus_peak(z)) / z.norm[..., None], 0)


def mass(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """p = w pi, the probability of each action point; 0 where invalid."""
    return gibbs(q, alpha, log_w).mass


def entropy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """H = L + E[gap]; 0 without valid actions."""
    z = gibbs(q, alpha, log_w)
    if log_w is None:
        return z.log_rest + _mean_gap(z)
    return z.peak + (z.peak_rest + (z.log_rest + _mean_gap(z)))


def surprise(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """-log pi - H = gap - E[gap]: how much less expected an action is than the average one; 0 where its mass is."""
    z = gibbs(q, alpha, log_w)
    return jnp.where(z.mass == 0, 0, z.gap - _mean_gap(z)[..., None])


def centre(x: jax.Array, p: jax.Array, modal: jax.Array, valid: jax.Array) -> jax.Array:
    """x - E_p[x], taken about the modal action: near a one-hot policy 1 - p is then a sum of small masses, no
    difference."""
    anchor = tree_sum(jnp.where(modal, x, 0)) / jnp.maximum(tree_sum(modal.astype(x.dtype)), 1)
    away = jnp.where(valid, x - anchor[..., None], 0)
    return jnp.where(valid, away - tree_sum(p * away)[..., None], 0)


def mellow(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """alpha log mean exp(Q / alpha) = top + alpha log mean exp(-gap); mean Q where every gap is below rounding."""
    z = gibbs(q, alpha, None)
    mean = z.top - tree_sum(z.drop / q.shape[-1]) / z.shrink
    flat = fold_max(z.gap) < jnp.finfo(q.dtype).eps / 64  # the variance of Q over 2 alpha is then below half an ulp
    return jnp.where(flat, mean, z.top + _times(alpha, _log_mean_exp(z)))


def mellow_slope(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """d mellowmax / d alpha = H - log n = -KL(p || uniform), as a sum of terms of one sign."""
    z = gibbs(q, alpha, None)
    log_ratio = -(z.gap + _log_mean_exp(z)[..., None])  # log(n p)
    return -tree_sum(divergence_term(log_ratio)) / q.shape[-1]


def _log_mean_exp(z: Gibbs) -> jax.Array:
    """log mean exp(-gap) <= 0: log1p of the mean of expm1 while the gaps are small, so that nothing cancels."""
    n = z.gap.shape[-1]
    shift = tree_sum(jnp.where(z.valid, jnp.expm1(-z.gap) - jnp.exp(-z.gap) * z.gap_rest, -1)) / n
    near = -log1p(-shift / (1 + shift))
    return jnp.where(shift > -0.5, near, z.log_rest - jnp.log(jnp.asarray(n, z.gap.dtype)))


def divergence_term(t: jax.Array) -> jax.Array:
    """exp(t) t - exp(t) + 1 >= 0: what a point with log ratio t = log(p / q) adds to KL(p || q), per unit of q."""
    small = jnp.abs(t) < 1
    near = jnp.exp(t) * _expm1_less_x(-jnp.where(small, t, 0))
    far = jnp.where(t == -jnp.inf, 1, jnp.exp(t) * (jnp.where(t == -jnp.inf, 0, t) - 1) + 1)
    return jnp.where(small, near, far)


def _expm1_less_x(x: jax.Array) -> jax.Array:
    """expm1(x) - x >= 0 for |x| <= 1, by its series."""
    terms = 13 if x.dtype == jnp.float32 else 20
    tail = jnp.full_like(x, 1 / math.factorial(terms))
    for k in range(terms - 1, 1, -1):
        tail = tail * x + 1 / math.factorial(k)
    return x * x * tail


def masses(log_pi: jax.Array, log_w: jax.Array | None) -> tuple[jax.Array, jax.Array]:
    """p = w pi of a log density, and where it is not 0 by construction (log pi or log w of -inf)."""
    taken = log_pi != -jnp.inf if log_w is None else (log_pi != -jnp.inf) & (log_w != -jnp.inf)
    if log_w is None:
        return jnp.where(taken, jnp.exp(jnp.where(taken, log_pi, 0)), 0), taken
    total, rest = two_sum(jnp.where(taken, log_pi, 0), jnp.where(taken, log_w, 0))
    return jnp.where(taken, _exp_of_minus(-total, -rest), 0), taken


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
    near = p * _expm1_less_x(-jnp.where(small, t, 0))
    far = jnp.where(p == 0, q, p * t + (q - p))
    return jnp.where(both, jnp.where(small, near, far), jnp.where(in_p & (p != 0), jnp.inf, q))


def _mean_gap(z: Gibbs) -> jax.Array:
    """E[gap], with 0 times infinity read as 0."""
    return tree_sum(jnp.where(z.mass == 0, z.mass, z.mass * z.gap))


def _gap_plus_peak(z: Gibbs) -> tuple[jax.Array, jax.Array]:
    """gap + peak = -log pi - log_rest, in two words."""
    total, rest = two_sum(z.gap, jnp.broadcast_to(z.peak[..., None], z.gap.shape))
    return total, jnp.where(jnp.isinf(total), 0, rest + (z.gap_rest + z.peak_rest[..., None]))


def _bonus(z: Gibbs, alpha: jax.Array) -> tuple[jax.Array, jax.Array]:
    """alpha L = alpha (peak + log_rest), in two words."""
    bonus, lost = two_product(alpha, z.peak)
    exact = jnp.isfinite(lost) & jnp.isfinite(alpha)
    rest = jnp.where(exact, lost + alpha * (z.peak_rest + z.log_rest), 0)
    return jnp.where(exact, bonus, _times(alpha, z.peak + (z.peak_rest + z.log_rest))), rest


def _exp_of_minus(x: jax.Array, rest: jax.Array) -> jax.Array:
    """exp(-(x + rest)) for a rest of at most an ulp or so of x: 2^k exp(r) with |r| <= log(2) / 2, good to 0.6 ulp.

    Our own, since a platform's exp may be off by several ulp. Below the normal numbers it is 0.
    """
    single = x.dtype == jnp.float32
    integer, digits, bias = (jnp.int32, 23, 127) if single else (jnp.int64, 52, 1023)
    high, low = LOG_2[x.dtype.name]
    one = lax.optimization_barrier(jnp.ones((), x.dtype))  # or XLA makes (1 + r) - 1 into r
    k = jnp.round(jnp.clip(x, -(bias + 1) * high, (bias + 1) * high) * -(1 / high))
    r, r_rest = two_sum(-x - k * high, -(k * low) - rest)  # k * high is exact
    terms = 7 if single else 13
    tail = jnp.full_like(r, 1 / math.factorial(terms))
    for n in range(terms - 1, 1, -1):
        tail = tail * r + 1 / math.factorial(n)
    first = one + r
    e = first + ((r - (first - one)) + (r * r * tail + r_rest * first))
    exponent = k.astype(integer)
    half = exponent >> 1
    for part in (half, exponent - half):  # 2^k in two factors, since 2^128 is no number
        e = e * lax.bitcast_convert_type((part + bias) << digits, x.dtype)
    return jnp.where(x > (bias - 0.5) * high, 0, jnp.where(x < -(bias + 1) * high, jnp.inf, e))


# Two words ----------------------------------------------------------------------------------------------------------


def two_sum(a: jax.Array, b: jax.Array) -> tuple[jax.Array, jax.Array]:
    """a + b, rounded, and exactly what the rounding lost."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def two_product(a: jax.Array, b: jax.Array) -> tuple[jax.Array, jax.Array]:
    """a b, rounded, and exactly what the rounding lost. No fused multiply-add is assumed; one does no harm."""
    p = a * b
    a1, a2 = _split(a)
    b1, b2 = _split(b)
    return p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2


def _split(a: jax.Array) -> tuple[jax.Array, jax.Array]:
    """a as two halves of its digits, whose products are exact."""
    c = jnp.asarray(4097.0 if a.dtype == jnp.float32 else 134217729.0, a.dtype) * a
    high = c - (c - a)
    return high, a - high


def _drop(q: jax.Array, top: jax.Array, valid: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """top - Q in two words, scaled by 1/4 where it would overflow."""
    huge = jnp.finfo(q.dtype).max / 8
    span = jnp.maximum(jnp.abs(top), fold_max(jnp.where(valid, jnp.abs(q), 0)))
    shrink = jnp.where((span > huge) & (span < jnp.inf), 0.25, 1).astype(q.dtype)
    level = top[..., None]
    at_top = ~valid | (q == level)  # equal infinities are ties
    drop, rest = two_sum(jnp.broadcast_to(level, q.shape) * shrink[..., None], -q * shrink[..., None])
    drop = jnp.where(at_top & (top == top)[..., None], 0, drop)
    return drop, jnp.where(at_top | jnp.isinf(drop), 0, rest), shrink


def _divide(drop: jax.Array, rest: jax.Array, shrink: jax.Array, alpha: jax.Array) -> tuple[jax.Array, jax.Array]:
    """(drop + rest) / alpha in two words; the second word also corrects XLA's x / a -> x * (1 / a)."""
    c = inverse_power_of_two(alpha)
    unit = (alpha * c)[..., None]  # in [1/2, 4): nothing below over- or underflows where the answer does not
    scale = (c / shrink)[..., None]
    x, x_rest = drop * scale, rest * scale
    x_rest = jnp.where(jnp.isinf(x), 0, x_rest)
    gap = x / unit
    limit = jnp.sqrt(jnp.asarray(jnp.finfo(drop.dtype).max, drop.dtype))
    small = (jnp.abs(gap) < limit) & jnp.isfinite(unit)
    product, lost = two_product(jnp.where(small, gap, 0), jnp.broadcast_to(unit, gap.shape))
    gap_rest = jnp.where(small, (((x - product) - lost) + x_rest) / unit, 0)
    hard = (alpha == 0)[..., None]
    gap = jnp.where(drop == 0, drop, jnp.where(hard, jnp.inf, gap))
    return gap, jnp.where(hard | (drop == 0), 0, gap_rest)


def inverse_power_of_two(alpha: jax.Array) -> jax.Array:
    """The power of two c with 1/2 <= alpha c < 1 (at most 4 for the largest alpha), by its exponent bits."""
    single = alpha.dtype == jnp.float32
    integer, digits, bias = (jnp.int32, 23, 127) if single else (jnp.int64, 52, 1023)
    bits = lax.bitcast_convert_type(alpha, integer)
    exponent = (bits >> digits) & (2 * bias + 1)
    return lax.bitcast_convert_type(
        jnp.clip(2 * bias - 1 - exponent, 1, 2 * bias).astype(integer) << digits, alpha.dtype
    )


def _weigh(
    gap: jax.Array, rest: jax.Array, log_w: jax.Array, valid: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """How far each action's log mass, log w - gap, lies below the largest, and that largest; each in two words."""
    level, level_rest = two_sum(-gap, jnp.where(valid, log_w, 0))
    level = jnp.where(valid, level, -jnp.inf)
    level_rest = jnp.where(jnp.isinf(level), 0, level_rest - rest)
    peak = fold_max(level)
    peak_rest = fold_max(jnp.where(level == peak[..., None], level_rest, -jnp.inf))
    peak_rest = jnp.where(jnp.isinf(peak), 0, peak_rest)
    peak = jnp.where(peak == -jnp.inf, 0, jnp.where(peak == jnp.inf, jnp.nan, peak))  # an infinite weight is no weight
    depth, depth_rest = two_sum(jnp.broadcast_to(peak[..., None], level.shape), -level)
    depth_rest = jnp.where(jnp.isinf(depth), 0, depth_rest + (peak_rest[..., None] - level_rest))
    return depth, depth_rest, peak, peak_rest


def _minus(x: jax.Array) -> jax.Array:
    """-x, and 0 for 0."""
    return jnp.where(x == 0, jnp.abs(x), -x)


def _times(alpha: jax.Array, log_z: jax.Array) -> jax.Array:
    """alpha L, with infinity times 0 read as 0."""
    return jnp.where(log_z == 0, log_z, alpha * log_z)


# Sums and logarithms ------------------------------------------------------------------------------------------------


def tree_sum(x: jax.Array) -> jax.Array:
    """Sum over the last axis, halves onto halves: one order whatever the batch, and an error that grows as log n."""
    n = x.shape[-1]
    width = 1 << max(0, (n - 1).bit_length())
    if width <= UNROLL:
        return _fold([x[..., i] for i in range(n)], width)
    x = jnp.concatenate([x, jnp.zeros((*x.shape[:-1], width - n), x.dtype)], axis=-1)
    while width > 1:
        width //= 2
        x = x[..., :width] + x[..., width:]
    return x[..., 0]


def _fold(columns: list[jax.Array], width: int) -> jax.Array:
    """The same tree over a list of columns; a missing column is a zero."""
    while width > 1:
        width //= 2
        columns = [c + columns[i + width] if i + width < len(columns) else c for i, c in enumerate(columns[:width])]
    return columns[0]


def fold_max(x: jax.Array) -> jax.Array:
    """Maximum over the last axis, NaN if any entry is."""
    if x.shape[-1] > UNROLL:
        return jnp.max(x, axis=-1)
    top = x[..., 0]
    for i in range(1, x.shape[-1]):
        top = jnp.maximum(top, x[..., i])
    return top


def log1p(s: jax.Array) -> jax.Array:
    """log(1 + s) for s >= 0: 2 atanh(s / (2 + s)) by its series below 1, the native logarithm with its argument
    corrected above."""
    t = s / (2 + s)
    t2 = t * t
    terms = 8 if s.dtype == jnp.float32 else 17
    tail = jnp.full_like(s, 1 / (2 * terms + 1))
    for k in range(terms - 1, 0, -1):
        tail = tail * t2 + 1 / (2 * k + 1)
    small = 2 * (t + t * (t2 * tail))
    z = 1 + s
    large = jnp.log(z) + (s - (z - 1)) / z
    return jnp.where(s < 1, small, jnp.where(jnp.isinf(s), s, large))
