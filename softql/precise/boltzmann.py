"""The Boltzmann distribution of one row in fixed point: gaps, the sum over actions, and what the operators need.

With k the action of most mass, g_i = (Q_k - Q_i)/alpha and t_i = g_i + log w_k - log w_i >= 0:

    s = sum over the others of exp(-t_i),    lz = log(1 + s),    L = log w_k + lz,
    V = Q_k + alpha L,    log pi_i = -(g_i + L),    A_i = -(Q_k - Q_i + alpha L),    H = L + E[g].

g, t and L are fixed point with an exponent (`Scaled`), whatever their size; only the argument of an exponential is
plain fixed point. k is the action of most mass to within 2^-B nats: t may be below 0 by that.
Differences of floats are taken exactly, and sums are sums of integers, so nothing depends on the order of actions.
The temperature 0 keeps only the actions of greatest Q, +inf in Q only the infinite ones, an infinite temperature
makes every gap 0; all three are selections, not arithmetic.

Shapes: `q [*b, a]`, `alpha [*b]` or `[]`, `log_w [*b, a]` or None, in float32 or float64. Imports: jax.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from softql.precise import elementary as el
from softql.precise import fixedpoint as fp
from softql.precise import floats as fl
from softql.precise.fixedpoint import Fixed, Format, Scaled
from softql.precise.floats import Decoded

MOST_ACTIONS = 1 << 16  # the sums of limbs stay within their words


class Inputs(NamedTuple):
    """Bits and masks: everything that is decided by comparing."""

    fmt: Format
    keys: jax.Array  # [*b, a] Q, as ordered integers
    log_w: jax.Array | None  # [*b, a] log w, as ordered integers
    valid: jax.Array  # [*b, a] bool: takes part
    alive: jax.Array  # [*b, a] bool: may have mass: not where alpha = 0 or inf in Q leaves it out
    alpha: Decoded  # [*b, 1] as is, 0 where alpha is infinite
    reciprocal: Fixed  # [*b, 1] 1 / significand of alpha
    level: jax.Array  # [*b, 1] bool: every gap is 0: alpha is infinite, or 0, or there is inf in Q
    infinite: jax.Array  # [*b] bool: inf in Q
    flat: jax.Array  # [*b] bool: alpha is infinite
    empty: jax.Array  # [*b] bool: no valid action
    bad: jax.Array  # [*b] bool: NaN, or alpha < 0


class Mode(NamedTuple):
    """The action k of most mass, one number a row `[*b, 1]`."""

    key: jax.Array  # Q_k
    log_w: jax.Array | None  # log w_k
    ties: jax.Array  # how many actions equal it, itself included
    scale: jax.Array  # K >= 0: the next action's exp(-t) is about 2^-K


class Depth(NamedTuple):
    """How far every action lies below the mode, `[*b, a]`."""

    t: Scaled  # log w_k - log w_i + g
    g: Scaled  # (Q_k - Q_i) / alpha


class Row(NamedTuple):
    """What a row's sums give, `[*b, 1]`."""

    mode: Mode
    log_rest: Scaled  # lz
    bonus: Scaled  # L
    norm: tuple[Fixed, jax.Array]  # 1 + s = m 2^z
    mean_gap: Scaled | None  # E[g]
    depth: Depth  # of every action


# Inputs --------------------------------------------------------------------------------------------------------------


def inputs(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> Inputs:
    """Decide the cases of a row by the bits of its numbers."""
    fmt = fp.format_of(q.dtype)
    most = fl.infinity_key(fmt)
    keys = fl.key_of(fl.bits_of(q, fmt), fmt)
    heat = fl.bits_of(alpha, fmt)[..., None]
    weights = None if log_w is None else fl.key_of(fl.bits_of(log_w, fmt), fmt)
    valid = keys != -most if weights is None else (keys != -most) & (weights != -most)
    nan = (keys > most) | (keys < -most)
    if weights is not None:
        nan = nan | (weights >= most) | (weights < -most)
    zero, flat = (heat << 1) == 0, heat == most
    bad = jnp.any(valid & nan, -1) | ((~zero & (heat < 0)) | (heat > most))[..., 0]
    top = jnp.max(jnp.where(valid & ~nan, keys, -most), -1, keepdims=True)
    level = zero | flat | (top == most)
    alive = valid & ~nan & (~(zero | (top == most)) | (keys == top))
    parts = fl.decode(jnp.where(flat, 0, heat), fmt)
    one = fl.decode(jnp.where(zero | flat, fmt.bias << (fmt.digits - 1), heat), fmt)
    recip = el.reciprocal(fl.significand(one, fmt), fmt)
    infinite, empty = (top == most)[..., 0], ~jnp.any(valid, -1)
    flat_row = jnp.broadcast_to(flat[..., 0], empty.shape)
    return Inputs(fmt, keys, weights, valid, alive, parts, recip, level, infinite, flat_row, empty, bad)


# Gaps ----------------------------------------------------------------------------------------------------------------


def difference(a: jax.Array, b: jax.Array, fmt: Format, more: int = 0) -> tuple[jax.Array, Scaled]:
    """The sign (whether negative) and the size of a - b, for keys; exact but below 2^-68 of the larger, or the bits
    of so many limbs more."""
    x, y = (fl.decode(fl.bits_of_key(k, fmt), fmt) for k in (a, b))
    y = y._replace(negative=~y.negative)
    first = x.exponent >= y.exponent
    high = Decoded(*(jnp.where(first, u, v) for u, v in zip(x, y, strict=True)))
    low = Decoded(*(jnp.where(first, v, u) for u, v in zip(x, y, strict=True)))
    tail = (0,) * more
    small = fp.shift_right(fl.significand(low, fmt) + tail, high.exponent - low.exponent, fmt)
    small = fp.negate_where(high.negative != low.negative, small, fmt)
    negative, size = fp.magnitude(fp.add(fl.significand(high, fmt) + tail, small, fmt), fmt)
    return negative != high.negative, _normal(size, high.exponent, fmt)


def _normal(x: Fixed, e: jax.Array, fmt: Format) -> Scaled:
    """x 2^e with 0 <= x < 4, as (y, f) with 1 <= y < 2, or y = 0 where the leading bit is below two limbs."""
    x = fp.halve(x, 1, fmt)
    lead = fp.bit_length((x[1] << fmt.limb) | x[2], fmt)
    up = jnp.where(x[0] > 0, 0, jnp.minimum(2 * fmt.limb + 1 - lead, 2 * fmt.limb))
    return fp.shift_left(x, up, fmt), e + 1 - up


def gap(size: Scaled, z: Inputs) -> Scaled:
    """|Q_k - Q_i| / alpha, never below the quotient, above it by 2^-67 at most; 0 where every gap is."""
    d, e = size
    g = fp.multiply(d, z.reciprocal, z.fmt)
    some = ~fp.is_zero(d) & ~z.level
    g = fp.settle((*g[:-1], g[-1] + 8), z.fmt)
    return tuple(jnp.where(some, limb, 0) for limb in g), e - z.alpha.exponent


def fixed(x: Scaled, fmt: Format) -> Fixed:
    """x 2^e for 0 <= x < 4 in plain fixed point, to be the argument of an exponential: a quarter of the word's range
    stands for what is beyond it."""
    value, e = x
    room = 2 * fmt.limb
    head = (value[0] << room) | (value[1] << fmt.limb) | value[2]
    out = fp.shift_right((head, *value[3:], 0, 0), jnp.maximum(room - e, 0), fmt)
    beyond = (e > room) & ~fp.is_zero(value)
    return (jnp.where(beyond, 1 << (fmt.width - 3), out[0]), *out[1:])


def fixed_signed(x: Scaled, fmt: Format) -> Fixed:
    """x 2^e of either sign likewise, for |x| < 2^B: a small number may be held at a large exponent."""
    negative, size = fp.magnitude(x[0], fmt)
    return fp.negate_where(negative, fixed(fp.normalise((size, x[1]), fmt), fmt), fmt)


def scaled_key(key: jax.Array, fmt: Format) -> Scaled:
    """A float, by its key, exactly."""
    return fl.signed(fl.decode(fl.bits_of_key(key, fmt), fmt), fmt)


def depth(key: jax.Array, log_w: jax.Array | None, z: Inputs) -> Depth:
    """t and g of every action, measured from an action of those keys."""
    negative, size = difference(key, z.keys, z.fmt)
    g = gap(size, z)
    if z.log_w is None or log_w is None:
        return Depth(g, g)
    g = fp.negate_where(negative, g[0], z.fmt), g[1]
    below, (lead, e) = difference(log_w, z.log_w, z.fmt)
    return Depth(fp.add_scaled(g, (fp.negate_where(below, lead, z.fmt), e), z.fmt), g)


# The mode ------------------------------------------------------------------------------------------------------------


def mode(z: Inputs) -> Mode:
    """The action of most mass. Equal ones are counted, near ones ordered by Q, then by log w."""
    best, count, runner_up = _best_keys(z)
    if z.log_w is None:
        away = depth(best, None, z._replace(keys=runner_up))
        return Mode(best, None, count, _scale(_coarse(fixed(away.t, z.fmt), z.fmt), count, z))
    return _heaviest(best, z)


def _best_keys(z: Inputs) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The greatest key, how often it occurs, and the greatest below it: `[*b, 1]` each."""
    least = _least(z.fmt)
    keys = jnp.where(z.alive, z.keys, least)
    best = jnp.max(keys, -1, keepdims=True)
    count = jnp.sum(keys == best, -1, keepdims=True, dtype=z.fmt.word)
    return best, count, jnp.max(jnp.where(keys == best, least, keys), -1, keepdims=True)


def _coarse(t: Fixed, fmt: Format) -> jax.Array:
    """The first bits of t, as an integer in units of 2^-B: enough to order actions by mass."""
    room = 1 << (fmt.width - 4 - fmt.limb)
    return (jnp.clip(t[0], -room, room - 1) << fmt.limb) | t[1]


def _scale(away: jax.Array, count: jax.Array, z: Inputs) -> jax.Array:
    """K: the whole halvings in a coarse t; 0 among ties."""
    limit = 1 << z.fmt.range_bits
    t = jnp.clip(away, 0, (limit << z.fmt.limb) - 1)
    k = el.whole_halvings((t >> z.fmt.limb, t & z.fmt.mask), z.fmt)
    return jnp.where((count > 1) | z.level, 0, k)


def _heaviest(reference: jax.Array, z: Inputs) -> Mode:
    """One pass over (t, Q, log w) relative to an action of about the most mass, keeping the best and the next best t.

    t is compared in units of 2^-B there, in a narrow range. The passes before it compare t rounded to a float, and so
    come from any distance to within a unit in its last place, twice.
    """
    assert z.log_w is not None
    at = jnp.max(jnp.where(z.alive & (z.keys == reference), z.log_w, _least(z.fmt)), -1, keepdims=True)

    def nearer(step: int, k: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        t, e = depth(*k, z).t
        quarter = fl.key_of(fl.bits_of(fl.encode(t, e - 2, z.fmt), z.fmt), z.fmt)
        _, key, log_w, _, _ = _best(quarter, z)
        return key, log_w

    start = jnp.broadcast_to(reference, at.shape), at
    reference, at = lax.fori_loop(0, 2, nearer, start)
    coarse = _coarse(fixed_signed(depth(reference, at, z).t, z.fmt), z.fmt)
    first, key, log_w, count, second = _best(coarse, z)
    away = jnp.where(second == _most(z.fmt), 0, second - first - 2)  # two truncated numbers: never above the distance
    return Mode(key, log_w, count, _scale(away, count, z))


def _best(t: jax.Array, z: Inputs) -> tuple[jax.Array, ...]:
    """The action of least t: t, Q, log w, how many equal it, and the next t; `[*b, 1]` each."""
    assert z.log_w is not None
    least, most = _least(z.fmt), _most(z.fmt)
    columns = (
        jnp.where(z.alive, t, most),
        jnp.where(z.alive, z.keys, least),
        jnp.where(z.alive, z.log_w, least),
        z.alive.astype(z.fmt.word),
        jnp.full_like(z.keys, most),
    )
    start = tuple(jnp.asarray(v, z.fmt.word) for v in (most, least, least, 0, most))
    return tuple(x[..., None] for x in lax.reduce(columns, start, _better, (z.keys.ndim - 1,)))


def _least(fmt: Format) -> int:
    return -(1 << (fmt.width - 1))


def _most(fmt: Format) -> int:
    return (1 << (fmt.width - 1)) - 1


def _better(x: Any, y: Any) -> tuple[jax.Array, ...]:
    """The better of two records (t, Q, log w, count, next t); equal ones become one."""
    (t, q, w, n, s), (t2, q2, w2, n2, s2) = x, y
    equal = (t == t2) & (q == q2) & (w == w2)
    wins = (t < t2) | ((t == t2) & ((q > q2) | ((q == q2) & (w > w2))))
    keep = wins | equal
    loser = jnp.where(wins, t2, t)
    far = (1 << (8 * t.dtype.itemsize - 1)) - 1
    following = jnp.minimum(jnp.minimum(s, s2), jnp.where(equal, far, loser))
    count = jnp.where(equal, n + n2, jnp.where(wins, n, n2))
    return jnp.where(keep, t, t2), jnp.where(keep, q, q2), jnp.where(keep, w, w2), count, following


# Sums over the actions -----------------------------------------------------------------------------------------------


def row(z: Inputs, with_gaps: bool = False) -> Row:
    """The mode, lz, L and, if asked for, E[g]."""
    k = fp.hold(mode(z))
    below = fp.hold(depth(k.key, k.log_w, z))
    same = z.keys == k.key if z.log_w is None else (z.keys == k.key) & (z.log_w == k.log_w)
    weight = el.exp_of_minus(exponent(below, z), z.fmt)
    (s,) = total([at_scale(weight, z.alive & ~same, k.scale, z.fmt)], z.fmt)
    s = (s[0] + jnp.maximum(k.ties - 1, 0), *s[1:])
    log_rest, norm = el.log1p((s, -k.scale), z.fmt)
    bonus = log_rest if k.log_w is None else fp.add_scaled(log_rest, scaled_key(k.log_w, z.fmt), z.fmt)
    mean = _mean_gap(weight, below.g, norm, z) if with_gaps else None
    log_rest, bonus, mean = fp.hold((log_rest, bonus, mean))
    return Row(k, log_rest, bonus, norm, mean, below)


def exponent(below: Depth, z: Inputs) -> Fixed:
    """t in plain fixed point."""
    return fixed(below.t, z.fmt) if z.log_w is None else fixed_signed(below.t, z.fmt)


def at_scale(weight: Scaled, use: jax.Array, scale: jax.Array, fmt: Format) -> Fixed:
    """exp(-t) 2^K, and 0 where not used. An action may have more mass than the mode by what the choice of the mode
    cannot see: t is a little below 0 then, and exp(-t) is half of it doubled."""
    e, minus_k = weight
    e = fp.times_small(e, jnp.where(minus_k > 0, 2, 1), fmt)
    e = fp.shift_right(e, jnp.maximum(-minus_k - scale, 0), fmt)
    return tuple(jnp.where(use, limb, 0) for limb in e)


def total(terms: list[Fixed], fmt: Format) -> list[Fixed]:
    """Sums over the last axis, kept as an axis of one; one pass over the actions, whatever their number."""
    limbs = [limb for term in terms for limb in term]
    zeros = (jnp.zeros((), fmt.word),) * len(limbs)
    sums = lax.reduce(tuple(limbs), zeros, lambda x, y: tuple(a + b for a, b in zip(x, y)), (limbs[0].ndim - 1,))  # noqa: B905
    flat = [x[..., None] for x in sums]
    width = len(terms[0])
    return [fp.settle(flat[i : i + width], fmt) for i in range(0, len(flat), width)]


def _mean_gap(weight: Scaled, g: Scaled, norm: tuple[Fixed, jax.Array], z: Inputs) -> Scaled:
    """E[g] = sum exp(-t) g / (m 2^z), at the scale of the greatest term: gaps are of any size where weights are."""
    terms = fp.hold((fp.multiply(weight[0], g[0], z.fmt), weight[1] + g[1]))
    x, e = sum_scaled(terms, z.alive & ~fp.is_zero(weight[0]), z.fmt)
    m, doublings = norm
    extra = fp.bit_length(jnp.abs(x[0]), z.fmt)
    return fp.multiply(fp.shift_right(x, extra, z.fmt), el.reciprocal(m, z.fmt), z.fmt), e + extra - doublings


def sum_scaled(x: Scaled, use: jax.Array, fmt: Format) -> Scaled:
    """The sum over actions of x 2^e where used, at the greatest exponent."""
    value, e = x
    use = use & ~fp.is_zero(value)
    most = fp.hold(jnp.max(jnp.where(use, e, fl.NOWHERE), -1, keepdims=True))
    value = fp.shift_right(value, jnp.where(use, most - e, 0), fmt)
    (out,) = total([tuple(jnp.where(use, limb, 0) for limb in value)], fmt)
    return out, most


def times_alpha(x: Scaled, z: Inputs) -> Scaled:
    """alpha x."""
    value, e = x
    return fp.multiply(fl.significand(z.alpha, z.fmt), value, z.fmt), e + z.alpha.exponent


def plain(x: Scaled, fmt: Format) -> Fixed:
    """x 2^e for e <= 0 in plain fixed point."""
    return fp.shift_right(x[0], jnp.maximum(-x[1], 0), fmt)
