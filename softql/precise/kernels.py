"""The operators on checked arrays: a row's sums, one expression, one rounding."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from softql.precise import boltzmann as bz
from softql.precise import elementary as el
from softql.precise import fixedpoint as fp
from softql.precise import floats as fl
from softql.precise import pairs
from softql.precise.fixedpoint import Scaled


def value(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """V = Q_k + alpha L."""
    z = bz.inputs(q, alpha, log_w)
    r = bz.row(z)
    v = fp.add_scaled(bz.scaled_key(r.mode.key, z.fmt), bz.times_alpha(r.bonus, z), z.fmt)
    out = fl.encode(*v, z.fmt)[..., 0]
    bonus = tuple(limb[..., 0] for limb in r.bonus[0])
    out = jnp.where(z.flat & ~fp.is_zero(bonus), _signed_infinity(bonus[0]).astype(q.dtype), out)
    return _finish(out, z, jnp.inf, -jnp.inf)


def _signed_infinity(x: jax.Array) -> jax.Array:
    return jnp.where(x < 0, -jnp.inf, jnp.inf)


def _finish(x: jax.Array, z: bz.Inputs, infinite: float | None, empty: float) -> jax.Array:
    """The answers of rows with inf in Q (None: as computed), without a valid action, with NaN."""
    if infinite is not None:
        x = jnp.where(z.infinite, infinite, x)
    x = jnp.where(z.empty, empty, x)
    return jnp.where(z.bad, jnp.nan, x)


def _finish_actions(x: jax.Array, z: bz.Inputs, keep: jax.Array, other: float) -> jax.Array:
    """The answers of actions that take no part, and of rows with NaN."""
    return jnp.where(z.bad[..., None], jnp.nan, jnp.where(keep, x, other))


def log_policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """log pi_i = -(g_i + L)."""
    z = bz.inputs(q, alpha, log_w)
    r = bz.row(z)
    out = fl.encode(*_negative(fp.add_scaled(r.depth.g, r.bonus, z.fmt), z), z.fmt)
    return _finish_actions(out, z, z.alive, -jnp.inf)


def _negative(x: Scaled, z: bz.Inputs) -> Scaled:
    return fp.settle([-limb for limb in x[0]], z.fmt), x[1]


def policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """pi_i = exp(-(g_i + L)), the density against w."""
    z = bz.inputs(q, alpha, log_w)
    r = bz.row(z)
    x = bz.fixed_signed(fp.add_scaled(r.depth.g, r.bonus, z.fmt), z.fmt)
    out = fl.encode(*el.exp_of_minus(x, z.fmt), z.fmt)
    return _finish_actions(out, z, z.alive, 0)


def mass(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """p_i = w_i pi_i = exp(-(t_i + lz)), the probability of each action point."""
    z = bz.inputs(q, alpha, log_w)
    out = fl.encode(*pairs.masses(bz.row(z), z), z.fmt)
    return _finish_actions(out, z, z.alive, 0)


def stake(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """alpha p_i, the derivative of V in log w_i."""
    z = bz.inputs(q, alpha, log_w)
    p = pairs.masses(bz.row(z), z)
    out = fl.encode(*bz.times_alpha(p, z), z.fmt)
    out = jnp.where(z.flat[..., None] & ~fp.is_zero(p[0]), jnp.inf, out)
    return _finish_actions(out, z, z.alive, 0)


def advantage(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """A_i = -(Q_k - Q_i + alpha L)."""
    z = bz.inputs(q, alpha, log_w)
    r = bz.row(z)
    negative, (d, e) = bz.difference(r.mode.key, z.keys, z.fmt)
    drop = fp.negate_where(negative, d, z.fmt), e
    out = fl.encode(*_negative(fp.add_scaled(drop, bz.times_alpha(r.bonus, z), z.fmt), z), z.fmt)
    bonus = r.bonus[0]
    out = jnp.where(z.flat[..., None] & ~fp.is_zero(bonus), -_signed_infinity(bonus[0]).astype(q.dtype), out)
    keep = z.valid & (z.alive | ~z.infinite[..., None])
    return _finish_actions(out, z, keep, -jnp.inf)


def entropy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """H = L + E[g]."""
    z = bz.inputs(q, alpha, log_w)
    r = bz.row(z, with_gaps=True)
    assert r.mean_gap is not None
    return _finish(fl.encode(*fp.add_scaled(r.bonus, r.mean_gap, z.fmt), z.fmt)[..., 0], z, None, 0)


def surprise(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """-log pi_i - H = g_i - E[g]."""
    return _surprise(q, alpha, log_w, 0)


def surprise_and_one(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """1 + g_i - E[g]."""
    return _surprise(q, alpha, log_w, 1)


def _surprise(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None, more: int) -> jax.Array:
    """g_i - E[g] and an integer more, the mean at the scale of its greatest term: near ties cancel little."""
    z = bz.inputs(q, alpha, log_w)
    r = bz.row(z)
    p, (g, e) = fp.hold((pairs.masses(r, z), r.depth.g))
    mean = bz.sum_scaled((fp.multiply(p[0], g, z.fmt), p[1] + e), z.alive & ~fp.is_zero(p[0]), z.fmt)
    out = fp.add_scaled((g, e), _negative(fp.hold(mean), z), z.fmt)
    if more:
        out = fp.add_scaled(out, (fp.constant(more, z.fmt), jnp.zeros_like(e)), z.fmt)
    return _finish_actions(fl.encode(*out, z.fmt), z, z.alive, 0)


# Mellowmax -----------------------------------------------------------------------------------------------------------


def mellow(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """Q_k + alpha (lz - log n); by the moments of the drops where they are far smaller than alpha."""
    z = bz.inputs(q, alpha, None)
    r = bz.row(z)
    wide, change = _by_moments(r, z)
    wide = wide & jnp.all(z.valid, -1, keepdims=True) & ~z.infinite[..., None]
    direct = bz.times_alpha(_less_log_n(r, z), z)
    change = fp.where(wide, change[0], direct[0]), jnp.where(wide, change[1], direct[1])
    out = fl.encode(*fp.add_scaled(bz.scaled_key(r.mode.key, z.fmt), change, z.fmt), z.fmt)[..., 0]
    out = jnp.where(z.flat & jnp.any(~z.valid, -1), -jnp.inf, out)
    return _finish(out, z, jnp.inf, -jnp.inf)


def _less_log_n(r: bz.Row, z: bz.Inputs) -> Scaled:
    """lz - log n."""
    less = fp.constant(-el.log_of_integer(z.keys.shape[-1]), z.fmt)
    return fp.add_scaled(r.log_rest, (less, jnp.zeros_like(r.log_rest[1])), z.fmt)


def _by_moments(r: bz.Row, z: bz.Inputs) -> tuple[jax.Array, Scaled]:
    """Whether every drop d = Q_k - Q_i is far below alpha, and then -mean d + var d / (2 alpha) - skew d / (6 alpha^2).

    skew is the third central moment; the fourth is below rounding for drops below 2^-17 alpha (2^-36 in float64).
    Where alpha is infinite, -mean d.
    """
    fmt, n = z.fmt, z.keys.shape[-1]
    _, (d, e) = bz.difference(r.mode.key, z.keys, fmt)
    unit = fp.hold(jnp.max(jnp.where(fp.is_zero(d), fl.NOWHERE, e), -1, keepdims=True))
    far = z.alpha.exponent - unit
    wide = (far > fmt.precision // 4) | z.flat[..., None]
    d = fp.shift_right(d, jnp.maximum(unit - e, 0), fmt)
    mean = fp.hold(fp.divide_small(bz.total([d], fmt)[0], n, fmt))
    away = fp.subtract(d, mean, fmt)
    second = fp.square(away, fmt)
    seconds, thirds = bz.total([second, fp.multiply(second, away, fmt)], fmt)
    ratio = fp.shift_right(z.reciprocal, jnp.where(wide, jnp.maximum(far, 0), 0), fmt)
    ratio = tuple(jnp.where(z.flat[..., None], 0, limb) for limb in ratio)
    spread = fp.multiply(fp.divide_small(seconds, 2 * n, fmt), ratio, fmt)
    twist = fp.multiply(fp.multiply(fp.divide_small(thirds, 6 * n, fmt), ratio, fmt), ratio, fmt)
    some = (~z.flat[..., None] & ~fp.is_zero(mean)).astype(fmt.word)  # the spread, however small, breaks ties
    less = fp.subtract(fp.subtract(mean, spread, fmt), (*(0 * some,) * fp.FRACTION, some), fmt)
    return wide, _negative((fp.add(less, twist, fmt), unit), z)


def mellow_slope(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """d mellowmax / d alpha = H - log n = -KL(p || uniform): the uniform policy is that of equal values."""
    equal, hot = lax.optimization_barrier((jnp.zeros_like(q), jnp.full_like(alpha, jnp.inf)))  # folded, they stall XLA
    x = pairs.pair(q, alpha, equal, hot, None)
    out = fl.encode(*_negative(x.divergence, x.one), x.one.fmt)[..., 0]
    return _finish(out, x.one, None, 0)


# Divergences ---------------------------------------------------------------------------------------------------------


def boltzmann_kl(
    q1: jax.Array, alpha1: jax.Array, q2: jax.Array, alpha2: jax.Array, log_w: jax.Array | None
) -> jax.Array:
    """KL of two Boltzmann policies."""
    x = pairs.pair(q1, alpha1, q2, alpha2, log_w)
    out = fl.encode(*x.divergence, x.one.fmt)[..., 0]
    out = jnp.where(_excluded(x), jnp.inf, out)
    return jnp.where(x.two.bad, jnp.nan, _finish(out, x.one, None, 0))


def _excluded(x: pairs.Pair) -> jax.Array:
    """Whether the second policy excludes an action that the first may take: by a mask, at alpha = 0, or by inf in Q."""
    return jnp.any(x.one.alive & ~x.two.alive, -1)


def log_ratios(
    q1: jax.Array, alpha1: jax.Array, q2: jax.Array, alpha2: jax.Array, log_w: jax.Array | None
) -> tuple[jax.Array, jax.Array]:
    """d = log pi - log pi' of two Boltzmann policies, and d - KL; 0 where either excludes the action, d - KL also where
    KL is infinite."""
    x = pairs.pair(q1, alpha1, q2, alpha2, log_w)
    excess = fp.add_scaled(x.d, _negative(x.divergence, x.one), x.one.fmt)
    above = jnp.where(_excluded(x)[..., None], 0, fl.encode(*excess, x.one.fmt))
    return _finish_pair(fl.encode(*x.d, x.one.fmt), x), _finish_pair(above, x)


def _finish_pair(out: jax.Array, x: pairs.Pair) -> jax.Array:
    return _finish_actions(_finish_actions(out, x.one, x.one.alive, 0), x.two, x.two.alive, 0)


def divergence(log_p: jax.Array, log_q: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """sum w (p (log p - log q) - p + q) of two log densities."""
    fmt = fp.format_of(log_p.dtype)
    most = fl.infinity_key(fmt)
    a, b = (fl.key_of(fl.bits_of(x, fmt), fmt) for x in (log_p, log_q))
    w = jnp.zeros_like(a) if log_w is None else fl.key_of(fl.bits_of(log_w, fmt), fmt)
    used = w != -most
    in_p, in_q = used & (a != -most), used & (b != -most)
    bad = jnp.any((in_p & _beyond(a, most)) | (in_q & _beyond(b, most)) | (used & _beyond(w, most)), -1)
    p, q = fp.hold((_mass_of(a, w, in_p, fmt), _mass_of(b, w, in_q, fmt)))
    negative, size = bz.difference(a, b, fmt)
    d = fp.negate_where(negative, tuple(jnp.where(in_p & in_q, limb, 0) for limb in size[0]), fmt), size[1]
    d = fp.hold(d)
    value, e = pairs.divergence_term(p, q, d, fmt)
    both = in_p & in_q
    term = fp.hold((fp.where(both, value, q[0]), jnp.where(both, e, q[1])))
    out = fl.encode(*bz.sum_scaled(term, in_p | in_q, fmt), fmt)[..., 0]
    out = jnp.where(jnp.any(in_p & ~in_q & ~fp.is_zero(p[0]), -1), jnp.inf, out)
    return jnp.where(bad, jnp.nan, out)


def _beyond(key: jax.Array, most: int) -> jax.Array:
    """NaN or +inf, by its key."""
    return (key >= most) | (key < -most)


def _mass_of(log_p: jax.Array, log_w: jax.Array, use: jax.Array, fmt: fp.Format) -> Scaled:
    """exp(log p + log w), and 0 where not used."""
    x = bz.fixed_signed(fp.add_scaled(bz.scaled_key(log_p, fmt), bz.scaled_key(log_w, fmt), fmt), fmt)
    e, minus_k = el.exp_of_minus(fp.settle([-limb for limb in x], fmt), fmt)
    return tuple(jnp.where(use, limb, 0) for limb in e), minus_k
