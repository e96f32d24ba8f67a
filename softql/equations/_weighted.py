"""The Boltzmann distribution against any weights, in pairs of floats.

With weights the terms of a sum may have both signs: `log pi = -(g + log Z')` crosses 0 where the density crosses 1, the
entropy where it is as concentrated as the measure. What is left after the cancellation is right only if the terms
carry more digits than the answer, so gaps, exponentials, sums and logarithms are pairs here. The mellowmax and the
divergence of two near policies need the same, and come from the same place, with `log_w` None for counting measure.

    g = (max Q - Q) / alpha      depth = peak - (log w - g) >= 0      p = exp(-depth) / sum exp(-depth)
    -log p = depth + R           -log pi = depth + log w + R          R = log sum exp(-depth)
    H = E[depth + log w] + R     V = Q_k + alpha (log w_k + R)        k an action of largest mass: depth_k = 0

No gap enters what may be small: where one action has nearly all mass and a weight near 1, V - Q_k, its log pi and H
are differences of gaps that would leave nothing.

Shapes: `q, log_w [*b, a]`, `alpha [*b]`; one dtype. A row with no valid action has `V = -inf`, `pi = 0`, `H = 0`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp

from softql.equations import _words as words
from softql.equations._words import Pair


class Gibbs(NamedTuple):
    """One Boltzmann distribution, and the words that its operators are made of."""

    top: jax.Array  # [*b]    max of Q over the valid actions; -inf without any
    one: jax.Array  # [*b]    1, and NaN where the row is to be NaN
    drop: Pair  # [*b, a] (top - Q) shrink; 0 where invalid
    shrink: jax.Array  # [*b]    1, or 1/4 where top - Q would overflow
    gap: Pair  # [*b, a] (top - Q) / alpha; 0 where invalid
    peak: Pair  # [*b]    log w - gap of the actions of largest mass; 0 for counting measure
    depth: Pair  # [*b, a] peak - (log w - gap): how far log p lies below the largest
    log_w: jax.Array  # [*b, a] 0 where invalid, and for counting measure
    mode: jax.Array  # [*b]    Q of an action of largest mass; -inf without any, max Q at alpha = infinity
    lift: jax.Array  # [*b]    its log w
    valid: jax.Array  # [*b, a] bool: w > 0 and Q > -inf
    modal: jax.Array  # [*b, a] bool: the actions of largest mass, ties included
    weight: Pair  # [*b, a] exp(-depth); 0 where invalid
    less: Pair  # [*b, a] exp(-depth) - 1; -1 where invalid
    others: Pair  # [*b]    sum of the weights, less 1 for one of the largest
    log_rest: Pair  # [*b]    log(1 + others)


def gibbs(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> Gibbs:
    """The Boltzmann distribution of q at temperature alpha against the weights exp(log_w)."""
    valid = q != -jnp.inf if log_w is None else (q != -jnp.inf) & (log_w != -jnp.inf)
    top = words.kept(words.fold_max(words.kept(jnp.where(valid, q, -jnp.inf))))
    one = jnp.where(alpha >= 0, _one(top), jnp.nan)
    across, zero = _one(top)[..., None], jnp.zeros_like(top)
    drop, shrink = _drop(q, top, valid)
    gap = words.kept_pair(_divide(drop, shrink, alpha))
    depth, peak = gap, (zero, zero)
    if log_w is not None:
        depth, peak = _weigh(gap, log_w, valid)
    modal = words.kept(jnp.where(valid & (depth[0] == 0) & (depth[1] == 0), 1, 0).astype(q.dtype)) > 0
    weight, less = words.exp_pair(depth, across)
    finite = valid & ~jnp.isinf(depth[0])
    weight = words.kept_pair((jnp.where(finite, weight[0], 0), jnp.where(finite, weight[1], 0)))
    less = words.kept_pair((jnp.where(finite, less[0], -1), jnp.where(finite, less[1], 0)))
    apart = words.pair_sum((jnp.where(modal, 0, weight[0]), jnp.where(modal, 0, weight[1])))
    ties = words.tree_sum(modal.astype(q.dtype))
    others = words.kept_pair(words.add(apart, (jnp.maximum(ties - 1, 0), zero)))
    log_rest = words.kept_pair(words.log1p_long(others, one))
    log_w = jnp.zeros_like(q) if log_w is None else jnp.where(valid, log_w, 0)
    mode = words.kept(words.fold_max(words.kept(jnp.where(modal, q, -jnp.inf))))
    lift = words.fold_max(words.kept(jnp.where(modal & (q == mode[..., None]), log_w, -jnp.inf)))
    lift = words.kept(jnp.where(jnp.isinf(lift), 0, lift))
    mode = jnp.where(alpha == jnp.inf, top, mode)
    row = (top, one, drop, shrink, gap, peak, depth, log_w, mode, lift)
    return Gibbs(*row, valid, modal, weight, less, others, log_rest)


def _one(x: jax.Array) -> jax.Array:
    """1, and NaN where x is: known to nobody before x is."""
    return jnp.where(jnp.isnan(x), x, 1)


def value(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """V = Q_k + alpha (log w_k + R)."""
    z = gibbs(q, alpha, log_w)
    bonus = _times(alpha, _lifted(z))
    return _sum(words.add((z.mode, jnp.zeros_like(z.mode)), bonus)) * z.one


def advantage(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """A = Q - V = -((Q_k - Q) + alpha (log w_k + R)); -inf where invalid."""
    z = gibbs(q, alpha, log_w)
    drop, shrink = _drop(q, z.mode, z.valid)
    shrink = shrink[..., None]
    bonus = words.kept_pair(_times(alpha, _lifted(z)))
    below = words.add(drop, (bonus[0][..., None] * shrink, bonus[1][..., None] * shrink))
    return jnp.where(z.valid, negative(_sum(below) / shrink), -jnp.inf) * z.one[..., None]


def log_policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """log pi = -(depth + log w + R); -inf where invalid."""
    z = gibbs(q, alpha, log_w)
    return jnp.where(z.valid, negative(_sum(_below(z))), -jnp.inf) * z.one[..., None]


def policy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """pi = exp(-(depth + log w)) / norm, the density against w; 0 where invalid."""
    z = gibbs(q, alpha, log_w)
    norm = words.kept(1 + z.others[0])[..., None]
    return jnp.where(z.valid, words.exp_of_minus(*_steps(z)), 0) / norm * z.one[..., None]


def mass(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """p = w pi, the probability of each action point; 0 where invalid."""
    z = gibbs(q, alpha, log_w)
    return _mass(z)


def entropy(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """H = E[depth + log w] + R; 0 without valid actions."""
    z = gibbs(q, alpha, log_w)
    moved, (high, low) = z.weight[0] > 0, _steps(z)
    moment = words.pair_sum(words.multiply(z.weight, (jnp.where(moved, high, 0), jnp.where(moved, low, 0))))
    norm = words.add((z.one, jnp.zeros_like(z.one)), z.others)
    h = _sum(words.add(z.log_rest, words.divide(moment, norm)))
    return jnp.where(z.top == -jnp.inf, 0, jnp.where(h == 0, 0, h)) * z.one


def surprise(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """-log pi - H = gap - E[gap]: how much less expected an action is than the average one; 0 where log pi is -inf."""
    z = gibbs(q, alpha, log_w)
    p, inside = _mass(z), z.valid & jnp.isfinite(z.gap[0])
    away = _sum(_from_mode(z.gap, z.modal, inside))
    mean = words.kept(words.tree_sum(words.kept(p * away)))
    return jnp.where(inside | jnp.isnan(p), away - mean[..., None], 0)


def spread(q: jax.Array, alpha: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """E[t t] / alpha = Var[Q] / alpha^3, t the surprise; 0 at alpha = 0 and without valid actions.

    Masses are scaled up by 2^k, which makes the largest of an action of another Q than the likeliest's about 1: all of
    them might vanish below the normal numbers. It is at most 1/2, so k >= 1.
    """
    z = gibbs(q, alpha, log_w)
    inside = z.valid & jnp.isfinite(z.gap[0])
    away, lost = _from_mode(z.gap, z.modal, inside)
    mean = words.kept(words.tree_sum(words.kept(_mass(z) * away)))[..., None]
    t, t_rest = words.add((away, lost), (jnp.where(inside, -mean, 0), jnp.zeros_like(lost)))
    rest, rest_low = words.kept_pair(z.log_rest)
    depth = words.kept_pair(words.add(z.depth, (rest[..., None], rest_low[..., None])))  # -log p
    form = words.words_of(q.dtype)
    apart = (away != 0) | (lost != 0)
    next_best = -words.fold_max(jnp.where(apart, -depth[0], -jnp.inf))
    k = jnp.floor(jnp.minimum(next_best / math.log(2), form.bias - 1))
    high, low, lowest = form.log2
    up = (-(k * high)[..., None], -(k * (low + lowest))[..., None])
    p = words.kept(jnp.where(inside, words.exp_of_minus(*words.add(depth, up)), 0))
    square = words.multiply(*[(jnp.where(p == 0, 0, t), jnp.where(p == 0, 0, t_rest))] * 2)
    moment = _sum(words.pair_sum(words.multiply((p, jnp.zeros_like(p)), square))) * z.one
    inverse = inverse_power_of_two(alpha)
    lift = (words.bits(inverse) >> form.digits) - form.bias - k.astype(form.integer)
    half = lift >> 1  # in two steps: neither is beyond the larger or below the smaller of moment and result
    ratio = moment / jnp.where(alpha == 0, jnp.inf, alpha * inverse)
    return ratio * words.power_of_two(half, q.dtype) * words.power_of_two(lift - half, q.dtype)


def mellow(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """alpha log mean exp(Q / alpha) = top + alpha log mean exp(-gap); mean Q where every gap is below rounding."""
    z = gibbs(q, alpha, None)
    count = _count(z)
    fall = words.divide(words.pair_sum(z.drop), count)
    mean = words.add((z.top, jnp.zeros_like(z.top)), (-fall[0] / z.shrink, -fall[1] / z.shrink))
    curved = words.add((z.top, jnp.zeros_like(z.top)), _times(alpha, _log_mean(z)))
    flat = words.fold_max(z.gap[0]) < jnp.finfo(q.dtype).eps ** 2  # the variance of Q over alpha is then nothing
    flat &= jnp.all(z.valid, axis=-1)  # an action of value -inf counts among the n, and is far from the top
    return jnp.where(z.top == jnp.inf, jnp.inf, jnp.where(flat, _sum(mean), _sum(curved))) * z.one


def mellow_slope(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """d mellowmax / d alpha = H - log n = -KL(p || uniform), as a sum of terms of one sign."""
    z = gibbs(q, alpha, None)
    mean = words.kept_pair(_log_mean(z))
    log_ratio = negative(_sum(words.add(z.gap, (mean[0][..., None], mean[1][..., None]))))  # log(n p)
    log_ratio = jnp.where(z.valid, log_ratio, -jnp.inf)
    slope = -words.tree_sum(words.kept(divergence_term(log_ratio))) / q.shape[-1]
    return jnp.where(z.top == -jnp.inf, 0, slope)


class Contrast(NamedTuple):
    """Two Boltzmann policies p and p' beside each other, of gaps g and g' in two words.

    The contrast of an action is c = g' - g - origin, with the origin that makes E_p[c] = 0: log(p / p') - KL(p || p').
    """

    first: Gibbs
    second: Gibbs
    mass: jax.Array  # p
    both: jax.Array  # taken by p, and possible under p'
    origin: Pair
    c: Pair  # 0 where not both


def _contrast(q1: jax.Array, alpha1: jax.Array, q2: jax.Array, alpha2: jax.Array, log_w: jax.Array | None) -> Contrast:
    first, second = gibbs(q1, alpha1, log_w), gibbs(q2, alpha2, log_w)
    p = _mass(first)
    both = (p > 0) & second.valid
    k = jnp.argmax(first.modal & both, axis=-1)[..., None]  # differences are taken from an action of largest mass
    change = words.add(second.gap, words.minus(first.gap))
    start, start_rest = (jnp.take_along_axis(jnp.where(both, x, 0), k, axis=-1) for x in change)
    away, lost = words.add(change, (-start, -start_rest))
    fine, fine_rest = _change((q1, alpha1, first.shrink), (q2, alpha2, second.shrink), k)
    known = jnp.isfinite(fine) & jnp.isfinite(fine_rest)
    away = words.kept(jnp.where(both, jnp.where(known, fine, away), 0))
    lost = words.kept(jnp.where(both, jnp.where(known, fine_rest, lost), 0))
    mean = words.kept(words.tree_sum(words.kept(p * away)))[..., None]
    c = words.add((away, lost), (jnp.where(both, -mean, 0), jnp.zeros_like(lost)))
    origin = words.add((start, start_rest), (mean, jnp.zeros_like(mean)))
    return Contrast(first, second, p, both, origin, c)


def contrast(q1: jax.Array, alpha1: jax.Array, q2: jax.Array, alpha2: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """log(p / p') - KL(p || p') of two Boltzmann policies; 0 where p has no mass."""
    return _sum(_contrast(q1, alpha1, q2, alpha2, log_w).c)


def kl(q1: jax.Array, alpha1: jax.Array, q2: jax.Array, alpha2: jax.Array, log_w: jax.Array | None) -> jax.Array:
    """KL(p || p') of two Boltzmann policies, from the differences of their gaps.

    With their contrast c, KL = log E_p[exp(-c)] = log1p(E_p[exp(-c) - 1 + c]): terms of one sign, small where the
    policies are near. Actions that p never takes add what p' has there. Far apart, it is E_p[log(p / p')].
    """
    first, second, p, both, origin, (c, c_rest) = _contrast(q1, alpha1, q2, alpha2, log_w)
    inside = p > 0
    # exp(-c) p for actions that p hardly takes: w exp(-g') up to the row's constant, in one exponential
    total, total_rest = log_total(first)
    shift = words.kept_pair(words.add(origin, (-total[..., None], -total_rest[..., None])))
    gap = (jnp.where(second.valid, second.gap[0], 0), jnp.where(second.valid, second.gap[1], 0))
    steps = words.add(gap, words.minus(shift))
    if log_w is not None:
        steps = words.add(steps, (-jnp.where(second.valid, log_w, 0), jnp.zeros_like(steps[0])))
    ratio = jnp.where(second.valid, words.exp_of_minus(*steps), 0)
    near = (c > -2) & (c < 1)  # outside, exp(-c) - 1 + c is no small difference
    x = jnp.where(near, c, 0)
    curve = p * ((x * x + 2 * x * c_rest) * expm1_tail(-x))
    term = jnp.where(both & near, curve, ratio + p * (c - 1))
    term = jnp.where(inside, term, ratio)
    excess = words.tree_sum(words.kept(term))
    far = words.tree_sum(words.kept(jnp.where(both, p * _log_ratio(first, second), 0)))
    small = words.log1p(jnp.where(excess < 4, excess, 0))
    result = jnp.where(excess < 4, small, far)
    impossible = jnp.any(inside & ~second.valid, axis=-1)
    result = jnp.where(first.top == -jnp.inf, 0, jnp.where(impossible, jnp.inf, result))  # no action, nothing to tell
    return result * first.one * second.one


def _log_ratio(first: Gibbs, second: Gibbs) -> jax.Array:
    rest = words.add(second.log_rest, words.minus(first.log_rest))
    difference = words.add(second.depth, words.minus(first.depth))
    return _sum(words.add(difference, (rest[0][..., None], rest[1][..., None])))


def log_total(z: Gibbs) -> Pair:
    """peak + R = log Z - top / alpha."""
    return words.add(z.peak, z.log_rest)


def _lifted(z: Gibbs) -> Pair:
    """log w_k + R = log Z - Q_k / alpha."""
    return words.add((z.lift, jnp.zeros_like(z.lift)), z.log_rest)


def _steps(z: Gibbs) -> Pair:
    """depth + log w: -log pi, less R."""
    return words.add(z.depth, (z.log_w, jnp.zeros_like(z.log_w)))


def _below(z: Gibbs) -> Pair:
    """-log pi = depth + log w + R."""
    rest, low = words.kept_pair(z.log_rest)
    return words.add(_steps(z), (rest[..., None], low[..., None]))


def _mass(z: Gibbs) -> jax.Array:
    """p, to half an ulp."""
    norm, rest = words.kept_pair(words.add((z.one, jnp.zeros_like(z.one)), z.others))
    p = _sum(words.divide(z.weight, (norm[..., None], rest[..., None])))
    return words.kept(jnp.where(z.valid, p, 0))


def _count(z: Gibbs) -> Pair:
    n = jnp.full_like(z.top, z.valid.shape[-1])
    return n, jnp.zeros_like(n)


def _log_mean(z: Gibbs) -> Pair:
    """log mean exp(-gap) <= 0, from the mean of expm1, so that nothing cancels."""
    mean = words.divide(words.pair_sum(z.less), _count(z))
    return words.log1p_long(mean, z.one)


def _from_mode(x: Pair, modal: jax.Array, use: jax.Array) -> Pair:
    """x less its value at an action of largest mass; 0 where not used."""
    start, rest = words.kept_pair(_at_mode(x, modal))
    away, lost = words.add(x, (-start[..., None], -rest[..., None]))
    return words.kept_pair((jnp.where(use, away, 0), jnp.where(use, lost, 0)))


def _at_mode(x: Pair, modal: jax.Array) -> Pair:
    start = words.fold_max(jnp.where(modal, x[0], -jnp.inf))
    rest = words.fold_max(jnp.where(modal & (x[0] == start[..., None]), x[1], -jnp.inf))
    return jnp.where(jnp.isinf(start), 0, start), jnp.where(jnp.isinf(start), 0, rest)


def _sum(x: Pair) -> jax.Array:
    return x[0] + x[1]


def _times(alpha: jax.Array, log_z: Pair) -> Pair:
    """alpha L, with infinity times 0 read as 0."""
    high, low = words.multiply((alpha, jnp.zeros_like(alpha)), log_z)
    plain = jnp.where(log_z[0] == 0, 0, alpha * log_z[0])
    fine = jnp.isfinite(high) & jnp.isfinite(low) & (log_z[0] != 0)
    return jnp.where(fine, high, plain), jnp.where(fine, low, 0)


def negative(x: jax.Array) -> jax.Array:
    """-x, and 0 for 0."""
    return jnp.where(x == 0, jnp.abs(x), -x)


def divergence_term(t: jax.Array) -> jax.Array:
    """exp(t) t - exp(t) + 1 >= 0: what a point with log ratio t = log(p / q) adds to KL(p || q), per unit of q."""
    small = jnp.abs(t) < 1
    near = jnp.exp(t) * expm1_less_x(-jnp.where(small, t, 0))
    far = jnp.where(t == -jnp.inf, 1, jnp.exp(t) * (jnp.where(t == -jnp.inf, 0, t) - 1) + 1)
    return jnp.where(small, near, far)


def expm1_less_x(x: jax.Array) -> jax.Array:
    """expm1(x) - x >= 0 for |x| <= 1, by its series."""
    return x * x * expm1_tail(x)


def expm1_tail(x: jax.Array) -> jax.Array:
    """(expm1(x) - x) / x^2 for -1 <= x <= 2."""
    terms = 15 if x.dtype == jnp.float32 else 24
    return words.horner(tuple(1 / math.factorial(k) for k in range(terms, 1, -1)), x)


# Gaps in two words ----------------------------------------------------------------------------------------------------


def _drop(q: jax.Array, top: jax.Array, valid: jax.Array) -> tuple[Pair, jax.Array]:
    """top - Q, scaled by 1/4 where it would overflow."""
    huge = jnp.finfo(q.dtype).max / 8
    span = jnp.maximum(jnp.abs(top), words.fold_max(jnp.where(valid, jnp.abs(q), 0)))
    shrink = jnp.where((span > huge) & (span < jnp.inf), 0.25, 1).astype(q.dtype)
    level = top[..., None]
    at_top = ~valid | (q == level)  # equal infinities are ties
    drop, rest = words.two_sum(jnp.broadcast_to(level, q.shape) * shrink[..., None], -q * shrink[..., None])
    drop = jnp.where(at_top & (top == top)[..., None], 0, drop)
    return (drop, jnp.where(at_top | jnp.isinf(drop), 0, rest)), shrink


def _divide(drop: Pair, shrink: jax.Array, alpha: jax.Array) -> Pair:
    """drop / alpha; the second word also corrects XLA's x / a -> x * (1 / a)."""
    dtype = drop[0].dtype
    unit, scale = _unit(alpha, shrink)
    x, x_rest = drop[0] * scale, drop[1] * scale
    x_rest = jnp.where(jnp.isinf(x), 0, x_rest)
    gap = x / unit
    limit = jnp.sqrt(jnp.asarray(jnp.finfo(dtype).max, dtype))
    small = (jnp.abs(gap) < limit) & jnp.isfinite(unit)
    product, lost = words.two_product(jnp.where(small, gap, 0), jnp.broadcast_to(unit, gap.shape))
    rest = jnp.where(small, (((x - product) - lost) + x_rest) / unit, 0)
    hard = (alpha == 0)[..., None]
    edge = hard | jnp.isinf(drop[0])
    gap = jnp.where(drop[0] == 0, drop[0], jnp.where(edge, jnp.inf, gap))
    rest = jnp.where(edge | (drop[0] == 0), 0, rest)
    return gap, rest


def _unit(alpha: jax.Array, shrink: jax.Array) -> Pair:
    """alpha c in [1/2, 4), and c / shrink for a scaled drop: nothing below over- or underflows where the answer does
    not."""
    c = inverse_power_of_two(alpha)
    return (alpha * c)[..., None], (c / shrink)[..., None]


def _change(first: tuple[jax.Array, ...], second: tuple[jax.Array, ...], k: jax.Array) -> Pair:
    """(Q'_k - Q') / alpha' - (Q_k - Q) / alpha of two (Q, alpha, shrink), over one denominator in exact products: of
    near policies hardly a digit of either quotient is left. Not finite where a word over- or underflows."""

    def parts(q: jax.Array, alpha: jax.Array, shrink: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        unit, scale = _unit(alpha, shrink)
        drop, rest = words.two_sum(jnp.take_along_axis(q, k, axis=-1) * shrink[..., None], -q * shrink[..., None])
        return drop * scale, rest * scale, jnp.broadcast_to(unit, q.shape)

    (x1, rest1, unit1), (x2, rest2, unit2) = parts(*first), parts(*second)
    products = (words.two_product(x, u) for x, u in ((x2, unit1), (-x1, unit2), (rest2, unit1), (-rest1, unit2)))
    high, low = words.exact_sum([word for product in products for word in product])
    return words.divide((high, low), words.two_product(unit1, unit2))


def inverse_power_of_two(alpha: jax.Array) -> jax.Array:
    """The power of two c with 1/2 <= alpha c < 1 (at most 4 for the largest alpha), by its exponent bits."""
    form = words.words_of(alpha.dtype)
    exponent = (words.bits(alpha) >> form.digits) & (2 * form.bias + 1)
    return words.float_of(jnp.clip(2 * form.bias - 1 - exponent, 1, 2 * form.bias).astype(form.integer) << form.digits)


def _weigh(gap: Pair, log_w: jax.Array, valid: jax.Array) -> tuple[Pair, Pair]:
    """How far each action's log mass, log w - gap, lies below the largest, and that largest."""
    level, rest = words.two_sum(-gap[0], jnp.where(valid, log_w, 0))
    level, rest = words.renormed(level, jnp.where(jnp.isfinite(level), rest - gap[1], 0))
    level = jnp.where(valid, level, -jnp.inf)
    level, rest = words.kept(level), words.kept(jnp.where(jnp.isfinite(level), rest, 0))
    peak = words.fold_max(level)
    peak = words.kept(peak)
    peak_rest = words.fold_max(jnp.where(level == peak[..., None], rest, -jnp.inf))
    peak_rest = words.kept(jnp.where(jnp.isinf(peak), 0, peak_rest))
    peak = jnp.where(peak == -jnp.inf, 0, jnp.where(peak == jnp.inf, jnp.nan, peak))  # an infinite weight is no weight
    depth = words.add((peak[..., None], peak_rest[..., None]), (-level, -rest))
    return words.kept_pair(depth), (peak, peak_rest)
