"""Floating-point arithmetic below the equations: numbers in two words, sums of one fixed order, exp and log.

A *pair* is an unevaluated sum of two floats, high and low: twice the digits. Nothing here assumes a fused
multiply-add, and one does no harm. Functions work in float32 and float64 and take their constants from `words_of`.

Two habits of XLA on CPU shape this file. It simplifies `(c + x) - c` to x for a constant c: so no constant meets a
two-sum, and what a program has for a constant is `hidden` from it. And it repeats cheap work for every reader, by
fusion, which for an exponential made of multiplications is dear; a division it does once. So what many read ends in a
division (`kept`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.polynomial import chebyshev, polynomial

COLUMNS = 32  # up to this many actions a reduction runs over columns, which XLA vectorises over rows

Pair = tuple[jax.Array, jax.Array]


class Words(NamedTuple):
    """What a float format is made of."""

    integer: Any  # the integer dtype of the same width
    digits: int  # stored digits of the significand
    bias: int  # of the exponent
    head: int  # mask of a float's leading half: the product of two heads is exact
    log2: tuple[float, float, float]  # log 2 in three words; k times one of the first two is exact
    exp_tail: tuple[float, ...]  # (exp(-r) - 1 + r) / r^2 for |r| <= log(2)/2, highest power first
    log_tail: tuple[float, ...]  # (log(1 + m) - m) / m^2 for |m| <= 1/3, highest power first


@cache
def words_of(dtype: Any) -> Words:
    """The constants of float32 or float64."""
    if dtype == jnp.float32:
        log2 = (0.693145751953125, 1.4285906217992306e-06, 1.619851018665656e-11)
        return Words(jnp.int32, 23, 127, -(1 << 12), log2, _exp_tail(4), _log_tail(9))
    log2 = (0.6931471804855391, 7.440617109802979e-11, 2.0941744292700725e-21)
    return Words(jnp.int64, 52, 1023, -(1 << 27), log2, _exp_tail(10), _log_tail(21))


def _exp_tail(degree: int) -> tuple[float, ...]:
    return _economised([(-1) ** j / math.factorial(j + 2) for j in range(degree + 12)], math.log(2) / 2, degree)


def _log_tail(degree: int) -> tuple[float, ...]:
    return _economised([(-1) ** (j + 1) / (j + 2) for j in range(3 * degree + 12)], 1 / 3, degree)


def _economised(taylor: list[float], reach: float, degree: int) -> tuple[float, ...]:
    """A power series cut to a polynomial of this degree on [-reach, reach], by way of its Chebyshev series."""
    series = chebyshev.poly2cheb(np.array(taylor) * reach ** np.arange(len(taylor)))[: degree + 1]
    powers = chebyshev.cheb2poly(series) / reach ** np.arange(degree + 1)
    return tuple(float(c) for c in polynomial.polytrim(powers)[::-1])


# Bits -----------------------------------------------------------------------------------------------------------------


def bits(x: jax.Array) -> jax.Array:
    """The bits of a float, as an integer."""
    return lax.bitcast_convert_type(x, words_of(x.dtype).integer)


def float_of(b: jax.Array) -> jax.Array:
    """The float with these bits."""
    return lax.bitcast_convert_type(b, jnp.float32 if b.dtype == jnp.int32 else jnp.float64)


def head(x: jax.Array) -> jax.Array:
    """The leading half of the digits of x."""
    return float_of(bits(x) & words_of(x.dtype).head)


def power_of_two(k: jax.Array, dtype: Any) -> jax.Array:
    """2^k for an integer k within the normal numbers."""
    words = words_of(dtype)
    return float_of((k + words.bias) << words.digits)


def hidden(kernel: Callable[..., jax.Array]) -> Any:
    """The kernel, compiled, its arguments unknown to XLA until it has simplified."""
    return jax.jit(lambda *arguments: kernel(*lax.optimization_barrier(arguments)))


def kept(x: jax.Array) -> jax.Array:
    """x, computed once for all its readers. Without it, XLA on CPU repeats what is made of cheap steps at each reader,
    and what those read at each of theirs: minutes for a small array."""
    return x / jnp.where(x == x, 1, x)


def kept_pair(x: Pair) -> Pair:
    """A pair, computed once for all its readers."""
    return kept(x[0]), kept(x[1])


# Two words ------------------------------------------------------------------------------------------------------------


def two_sum(a: jax.Array, b: jax.Array) -> Pair:
    """a + b, rounded, and exactly what the rounding lost."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def renormed(a: jax.Array, b: jax.Array) -> Pair:
    """The pair a + b for |a| >= |b|."""
    s = a + b
    return s, b - (s - a)


def two_product(a: jax.Array, b: jax.Array) -> Pair:
    """a b, rounded, and exactly what the rounding lost."""
    p = a * b
    a1, a2 = _split(a)
    b1, b2 = _split(b)
    return p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2


def _split(a: jax.Array) -> Pair:
    """a as two halves of its digits, whose products are exact."""
    high = head(a)
    return high, a - high


def add(a: Pair, b: Pair) -> Pair:
    """The sum of two pairs; an infinity stays one."""
    s, lost = two_sum(a[0], b[0])
    t, missed = two_sum(a[1], b[1])
    high, low = renormed(s, lost + t)
    high, low = renormed(high, low + missed)
    wild = ~jnp.isfinite(s)
    return jnp.where(wild, s, high), jnp.where(wild, 0, low)


def multiply(a: Pair, b: Pair) -> Pair:
    """The product of two pairs whose product does not overflow."""
    p, lost = two_product(a[0], b[0])
    return renormed(p, lost + (a[0] * b[1] + a[1] * b[0]))


def divide(a: Pair, b: Pair) -> Pair:
    """The quotient of two pairs of moderate size."""
    first = a[0] / b[0]
    back = multiply(b, (first, jnp.zeros_like(first)))
    rest = add(a, (-back[0], -back[1]))
    return renormed(first, (rest[0] + rest[1]) / b[0])


def minus(a: Pair) -> Pair:
    """-a."""
    return -a[0], -a[1]


# Sums -----------------------------------------------------------------------------------------------------------------


def tree_sum(x: jax.Array) -> jax.Array:
    """Sum over the last axis, halves onto halves: one order whatever the batch, and an error that grows as log n."""
    return fold(lambda a, b: a + b, x)


def pair_sum(x: Pair) -> Pair:
    """The sum over the last axis of pairs, as a pair."""
    return fold(add, kept_pair(x))


def exact_sum(terms: list[jax.Array]) -> Pair:
    """The sum of a few floats as a pair, right though all but the last of four words cancel."""
    terms = list(terms)
    for _ in range(3):
        for i in range(1, len(terms)):
            terms[i], terms[i - 1] = two_sum(terms[i], terms[i - 1])
    rest = terms[0]
    for term in terms[1:-1]:
        rest = rest + term
    return renormed(terms[-1], rest)


def fold(combine: Any, x: Any) -> Any:
    """Combine over the last axis, halves onto halves; the slot that an odd length leaves over joins at the end."""
    n = jax.tree.leaves(x)[0].shape[-1]
    left = []
    while n > COLUMNS // 2:
        half = n // 2
        left += [_column(x, n - 1)] if n % 2 else []
        x = combine(_slice(x, 0, half), _slice(x, half, 2 * half))
        n = half
    return fold_columns(combine, [_column(x, i) for i in range(n)] + left)


def _slice(x: Any, start: int, end: int) -> Any:
    return jax.tree.map(lambda a: a[..., start:end], x)


def _column(x: Any, i: int) -> Any:
    return jax.tree.map(lambda a: a[..., i], x)


def fold_columns(combine: Any, columns: list[Any]) -> Any:
    """The same tree over a list of columns."""
    width = 1 << (len(columns) - 1).bit_length()
    while width > 1:
        width //= 2
        paired = [combine(c, columns[i + width]) for i, c in enumerate(columns[:width]) if i + width < len(columns)]
        columns = paired + columns[len(paired) : width]
    return columns[0]


def fold_max(x: jax.Array) -> jax.Array:
    """Maximum over the last axis, NaN if any entry is."""
    if x.shape[-1] > 8:
        return jnp.max(x, axis=-1)
    return fold_columns(jnp.maximum, [x[..., i] for i in range(x.shape[-1])])


# Exponentials and logarithms ------------------------------------------------------------------------------------------


def horner(coefficients: tuple[float, ...], x: jax.Array) -> jax.Array:
    """A polynomial, its coefficients from the highest power down."""
    value = jnp.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        value = value * x + c
    return value


def exp_of_minus(x: jax.Array, rest: jax.Array) -> jax.Array:
    """exp(-(x + rest)) for a rest of at most an ulp or so of x: 2^-k exp(-r), |r| <= log(2)/2, good to 0.9 ulp.

    Our own, since a platform's exp may be off by several ulp. Below the normal numbers it is 0.
    """
    words = words_of(x.dtype)
    high, low, lowest = words.log2
    most = (words.bias - 0.5) * math.log(2)
    k = jnp.round(jnp.clip(x, -most - 1, most + 1) * (1 / math.log(2)))
    r = x - k * high  # exact
    r_rest = rest - k * (low + lowest)
    z = r + r_rest
    e = 1 - (r + (r_rest - z * z * horner(words.exp_tail, z)))
    whole = k.astype(words.integer)
    half = whole >> 1
    for part in (half, whole - half):  # 2^-k in two factors, since 2^128 is no number
        e = e * power_of_two(-part, x.dtype)
    return jnp.where(x > most, 0, jnp.where(x < -most - math.log(2), jnp.inf, e))


def log1p_pair(s: jax.Array) -> Pair:
    """log(1 + s) for s >= 0 as a pair, good to a few hundredths of an ulp: k log 2 + log(1 + m), |m| <= 1/3."""
    words = words_of(s.dtype)
    high, low, lowest = words.log2
    z = 1 + s
    third = np.asarray(2 / 3, s.dtype).view(words.integer)
    k = (bits(z) - third) >> words.digits
    down = power_of_two(-k, s.dtype)
    whole, part = s * down, down - 1  # 1 + m = (1 + s) / 2^k
    m, m_rest = two_sum(whole, part)
    k = k.astype(s.dtype)
    rest = (m_rest * (1 - m) + k * (low + lowest)) + m * m * horner(words.log_tail, m)
    log, lost = two_sum(k * high, m)
    log, rest = renormed(log, lost + rest)
    infinite = jnp.isinf(s)
    return jnp.where(infinite, s, log), jnp.where(infinite, 0, rest)


def log1p(s: jax.Array) -> jax.Array:
    """log(1 + s) for s >= 0."""
    log, rest = log1p_pair(s)
    return log + rest


def exp_pair(x: Pair, one: jax.Array) -> tuple[Pair, Pair]:
    """exp(-x) and exp(-x) - 1 as pairs, each to its own last digits. `one` is a 1 that the compiler cannot see."""
    words = words_of(x[0].dtype)
    high, low, lowest = words.log2
    most = (words.bias - 1) * math.log(2)
    k = jnp.round(jnp.clip(x[0], -most, most) * (1 / math.log(2)))
    r = two_sum(x[0] - k * high, -k * low)
    y = minus(renormed(r[0], r[1] + (x[1] - k * lowest)))
    whole = k.astype(words.integer)
    start = 6 if words.digits == 23 else 14  # from here on y^n / n! needs no second word
    tail = horner(tuple(1 / math.factorial(n) for n in range(2 * start + 1, start, -1)), y[0])
    series = (tail, jnp.zeros_like(tail))
    for n in range(start, 0, -1):
        up, lost = multiply(series, y)
        c, c_rest = _reciprocal_factorial(n, x[0].dtype)
        total, missed = renormed(c * one, up)
        series = renormed(total, missed + (lost + c_rest))
    m = multiply(series, y)  # exp(y) - 1
    down = power_of_two(-whole, x[0].dtype)
    total, missed = renormed(one + jnp.zeros_like(m[0]), m[0])
    e = (total * down, (missed + m[1]) * down)
    gone = x[0] > most
    e = (jnp.where(gone, 0, e[0]), jnp.where(gone, 0, e[1]))
    less = add(e, (-one + jnp.zeros_like(m[0]), jnp.zeros_like(m[0])))
    here = k == 0
    return e, (jnp.where(here, m[0], less[0]), jnp.where(here, m[1], less[1]))


@cache
def _reciprocal_factorial(n: int, dtype: Any) -> tuple[float, float]:
    exact = Fraction(1, math.factorial(n))
    first = float(np.asarray(float(exact), dtype))
    return first, float(exact - Fraction(first))


def log1p_long(s: Pair, one: jax.Array) -> Pair:
    """log(1 + s) for s > -1 as a pair, good to its last digits: by series near 0, else by one Newton step."""
    zero = jnp.zeros_like(s[0])
    guess, _ = log1p_pair(s[0])
    back, _ = exp_pair((jnp.where(jnp.isfinite(guess), guess, 0), zero), one)
    step = add(multiply(add((one + zero, zero), s), back), (-one + zero, zero))
    newton = add((guess, zero), step)
    near = jnp.abs(s[0]) < 1 / 64
    t = (jnp.where(near, s[0], 0), jnp.where(near, s[1], 0))
    square = multiply(t, t)
    terms = tuple((-1) ** (n + 1) / n for n in range(8 if s[0].dtype == jnp.float32 else 16, 2, -1))
    first = add(t, (-square[0] / 2, -square[1] / 2))
    series = add(first, (t[0] * square[0] * horner(terms, t[0]), zero))
    return jnp.where(near, series[0], newton[0]), jnp.where(near, series[1], newton[1])
