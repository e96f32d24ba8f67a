"""The Boltzmann distribution under counting measure, one exponential an action: the form that training runs.

Everything is written in the gaps `g = (max Q - Q) / alpha >= 0`:

    L = log(1 + sum over the others of exp(-g))     V = max Q + alpha L     log pi = -(g + L)
    A = -((max Q - Q) + alpha L)                    pi = exp(-g) / Z        H = L + sum pi g

Of the actions that share the maximum one is "the" maximum and the others count 1 each. A gap enters the exponential as
two words times the two words of 1 / alpha, all products exact, so that no digit of Q is lost before it.

Shapes: `q [*b, a]`, `alpha [*b]`; one dtype. A row with no valid action has `V = -inf`, `pi = 0`, `H = 0`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from softql.equations import _words as words


class Row(NamedTuple):
    """What the actions of a row share."""

    top: jax.Array  # max Q
    level: jax.Array  # top scaled
    scale: jax.Array  # 1/2: no difference overflows; 2^-60 for a huge alpha: 1/alpha is a number; 2^24 for a tiny one
    inverse: jax.Array  # 1 / (alpha scale)
    leading: jax.Array  # its leading digits
    trailing: jax.Array  # and the rest of them
    one: jax.Array  # 1, and NaN where the row is to be NaN

    def over_actions(self) -> Row:
        """The same, to meet an array with actions; the top is not to be looked for again at each."""
        top = words.kept(self.top)
        one = jnp.where(jnp.isnan(top), top, 1)
        return Row(*(x[..., None] for x in self._replace(top=top, level=top * self.scale, one=one)))


class Gap(NamedTuple):
    """How far an action lies below the top, scaled: leading digits exactly, the rest rounded, both together rounded."""

    leading: jax.Array
    trailing: jax.Array
    whole: jax.Array


def row_of(q: jax.Array, alpha: jax.Array) -> Row:
    """The row quantities of q at temperature alpha."""
    top = words.fold_max(q)
    form = words.words_of(q.dtype)
    small = 2.0 ** (form.digits + 4 - form.bias)  # below, 1/alpha and differences of Q of that size overflow and vanish
    tiny = (alpha < small) & (jnp.abs(top) < 1 / small)
    scale = jnp.where(alpha >= 2.0**60, 2.0**-60, jnp.where(tiny, 2.0 ** (form.digits + 1), 0.5)).astype(q.dtype)
    unit = alpha * scale
    inverse = jnp.maximum(1 / unit, jnp.finfo(q.dtype).tiny)  # alpha = inf: every finite gap is as good as 0
    leading, unit_head = words.head(inverse), words.head(unit)
    trailing = ((1 - unit_head * leading) - (unit - unit_head) * leading) * inverse
    trailing = jnp.where(jnp.isfinite(inverse) & (unit < jnp.inf), trailing, 0)
    one = jnp.where((alpha >= 0) & ~jnp.isnan(top), 1, jnp.nan).astype(q.dtype)
    return Row(top, top * scale, scale, inverse, leading, trailing, one)


def gap_of(q: jax.Array, row: Row) -> Gap:
    """(top - Q) scale, without loss: the leading digits of the difference come off the larger of the two exactly."""
    down = -q * row.scale
    up = row.level > down
    large, small = jnp.where(up, row.level, down), jnp.where(up, down, row.level)
    whole = large + small
    leading = words.head(whole)
    return Gap(leading, (large - leading) + small, whole)


def weight(q: jax.Array, row: Row, dear: bool = False) -> jax.Array:
    """exp(-g) of an action, to 0.9 ulp; -0 for an action at the top. `dear`: computed once for all readers."""
    form = words.words_of(q.dtype)
    high, low, lowest = form.log2
    gap = gap_of(q, row)
    size = gap.whole * row.inverse
    magic = row.one * (1.5 * 2**form.digits)  # added, it rounds to an integer, which then stands in the last bits
    shifted = size * (1 / math.log(2)) + magic
    k = shifted - magic
    near = gap.leading * row.leading - k * high  # exact
    far = (gap.leading * row.trailing + gap.trailing * row.inverse) - k * (low + lowest)
    r = near + far
    e = 1 - (near + (far - r * r * words.horner(form.exp_tail, r)))
    e = words.float_of(words.bits(e) - (words.bits(shifted) << form.digits))  # 2^-k e
    e = jnp.where(size <= (form.bias - 1) * math.log(2), e, 0)
    e = jnp.where(q == row.top, -0.0, e)
    return words.kept(e) if dear else e


def join(x: jax.Array, y: jax.Array) -> jax.Array:
    """The sum of two weights. The sign says that the top is among them; a second top counts 1."""
    bx, by = words.bits(x), words.bits(y)
    both, sign = (bx & by) < 0, jnp.asarray(np.array(-0.0, x.dtype).view(bx.dtype))
    total = (jnp.abs(x) + jnp.abs(y)) + jnp.where(both, 1, 0).astype(x.dtype)
    return words.float_of(words.bits(total) | ((bx | by) & sign))


def others(q: jax.Array, row: Row) -> jax.Array:
    """Z exp(-top / alpha) - 1, the sum over the actions other than the top, without a subtraction."""
    if q.shape[-1] > words.COLUMNS:
        return jnp.abs(words.fold(join, weight(q, row.over_actions())))
    return jnp.abs(words.fold_columns(join, [weight(q[..., i], row) for i in range(q.shape[-1])]))


def log_rest(q: jax.Array, row: Row) -> jax.Array:
    """L = log Z - top / alpha >= 0, computed once; inf without valid actions, so that each log pi is -inf."""
    rest = jnp.where(row.top == -jnp.inf, jnp.inf, words.log1p(others(q, row)))
    return words.kept(rest * row.one)


def gaps(q: jax.Array, row: Row) -> jax.Array:
    """g, to 1 ulp; 0 at the top, infinite where invalid."""
    row = row.over_actions()
    gap = gap_of(q, row)
    size = gap.whole * row.inverse
    fine = gap.leading * row.leading + (gap.leading * row.trailing + gap.trailing * row.inverse)
    return jnp.where(q == row.top, 0, jnp.where(jnp.isfinite(size), fine, size))


def value(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """V = top + alpha L, the product and the sum in two words and rounded once."""
    row = row_of(q, alpha)
    log, rest = words.log1p_pair(others(q, row))
    nothing = (log == 0) | (row.top == -jnp.inf)
    down = jnp.where(alpha >= jnp.finfo(q.dtype).max / 16, 1 / 16, 1).astype(q.dtype)  # terms may overflow, not the sum
    bonus, lost = words.two_product(alpha * down, log)
    total, missed = words.two_sum(row.top * down, jnp.where(nothing, 0, bonus))
    fine = total + (missed + (lost + alpha * down * rest))
    return jnp.where(nothing, row.top, jnp.where(jnp.isfinite(fine), fine, total) / down) * row.one


def advantage(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """A = -((top - Q) + alpha L); -inf where invalid."""
    row = row_of(q, alpha)
    bonus = words.kept(times(alpha, log_rest(q, row)))
    row = row.over_actions()
    drop = jnp.where(q == row.top, 0, gap_of(q, row).whole / row.scale)
    return negative(drop + bonus[..., None])


def log_policy(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """log pi = -(g + L); -inf where invalid."""
    row = row_of(q, alpha)
    return negative(gaps(q, row) + log_rest(q, row)[..., None])


def policy(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """pi = exp(-g) / (1 + others); 0 where invalid."""
    row = row_of(q, alpha)
    again = 8 < q.shape[-1] <= words.COLUMNS  # here computing the weights twice is quicker than reading them back
    e = weight(q, row.over_actions(), dear=not again)
    apart = others(q, row) if again else jnp.abs(words.fold(join, e))
    share = jnp.where(row.top == -jnp.inf, 0, row.one) / (1 + apart)
    return jnp.where(words.bits(e) < 0, 1, e) * share[..., None]


def entropy(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """H = L + sum pi g; 0 without valid actions."""
    row = row_of(q, alpha)
    rest = log_rest(q, row)
    return jnp.where(row.top == -jnp.inf, 0, rest + mean_gap(q, row)) * row.one


def mean_gap(q: jax.Array, row: Row) -> jax.Array:
    """sum pi g, computed once."""
    e = jnp.abs(weight(q, row.over_actions()))
    moment = words.tree_sum(words.kept(jnp.where(e == 0, 0, e * gaps(q, row))))
    return moment / ((1 + others(q, row)) * row.one)


def surprise(q: jax.Array, alpha: jax.Array) -> jax.Array:
    """-log pi - H = g - E[g]; 0 where log pi is -inf."""
    row = row_of(q, alpha)
    gap, mean = gaps(q, row), mean_gap(q, row)[..., None]
    there = (gap < jnp.inf) & (q > -jnp.inf)
    return jnp.where(there | jnp.isnan(mean), jnp.where(there, gap, 0) - mean, 0)


def times(alpha: jax.Array, log_z: jax.Array) -> jax.Array:
    """alpha L, with infinity times 0 read as 0 and 0 times infinity as infinity."""
    return jnp.where((log_z == 0) | jnp.isinf(log_z), log_z, alpha * log_z)


def negative(x: jax.Array) -> jax.Array:
    """-x, and 0 for 0."""
    return jnp.where(x == 0, jnp.abs(x), -x)
