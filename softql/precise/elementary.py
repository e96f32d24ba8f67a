"""1/x, exp(-x) and log(1 + x) in fixed point, each to a few units of its last limb.

Every constant is a rational number, truncated from series in Python integers when it is first needed.
Imports: jax.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import factorial

import jax
import jax.numpy as jnp
from jax import lax

from softql.precise import fixedpoint as fp
from softql.precise.fixedpoint import Fixed, Format, Scaled

GUARD = 200  # bits after the point of the constants
TABLE = 6  # bits of the logarithm's table


@lru_cache
def log_of(ratio: Fraction) -> Fraction:
    """The natural logarithm of a rational number between 1/2 and 2, to GUARD bits: 2 atanh((x - 1)/(x + 1))."""
    t = (ratio - 1) / (ratio + 1)
    term, square = (t.numerator << 2 * GUARD) // t.denominator, t * t
    total, k = 0, 1
    while term not in (0, -1):
        total += term // k
        term = term * square.numerator // square.denominator
        k += 2
    return Fraction(2 * total, 1 << 2 * GUARD)


@lru_cache
def log_of_integer(n: int) -> Fraction:
    """The natural logarithm of n >= 1, to GUARD bits."""
    power = n.bit_length() - 1
    return -power * log_of(Fraction(1, 2)) + log_of(Fraction(n, 1 << power))


# Reciprocal ----------------------------------------------------------------------------------------------------------


def reciprocal(x: Fixed, fmt: Format) -> Fixed:
    """1/x for 1 <= x < 2, in (1/2, 1]: an integer quotient, then Newton's y + y (1 - x y); 1/1 is 1."""
    b = fmt.limb
    head = (x[0] << b) | x[1]
    y0 = (jnp.ones_like(head) << 2 * b) // head
    one = fp.constant(1, fmt)

    def newton(_: jax.Array, y: Fixed) -> Fixed:
        return fp.hold(fp.add(y, fp.multiply(y, fp.subtract(one, fp.multiply(x, y, fmt), fmt), fmt), fmt))

    return lax.fori_loop(0, 3, newton, (y0 >> b, y0 & fmt.mask, *(jnp.zeros_like(y0),) * (fp.FRACTION - 1)))


# Exponential ---------------------------------------------------------------------------------------------------------


def _plan(fmt: Format) -> tuple[int, int]:
    """How often the argument is halved, and the degree of the series that then suffices."""
    return (3, 12) if fmt is fp.SINGLE else (7, 14)


def exp_of_minus(x: Fixed, fmt: Format) -> Scaled:
    """exp(-x) as (y, -k): exp(-x) = y 2^-k with 0.49 < y <= 1. From |x| = 2^range_bits on, y is 0 or k is huge.

    x = k log 2 + r with 0 <= r < 0.71, the series at r/2^h, squared h times.
    """
    limit = 1 << fmt.range_bits
    gone, huge = x[0] >= limit, x[0] < -limit
    x = (jnp.where(gone | huge, 0, x[0]), *x[1:])
    k = whole_halvings(x, fmt)
    log2 = fp.constant(-log_of(Fraction(1, 2)), fmt)
    r = fp.settle([a - k * c for a, c in zip(x, log2, strict=True)], fmt)
    halvings, degree = _plan(fmt)
    series = [Fraction(1, factorial(j)) for j in range(degree + 1)]
    y = fp.horner(series, fp.halve(r, halvings, fmt), halvings + 0.5, fmt)
    for _ in range(halvings):
        y = fp.square(y, fmt)
    y = tuple(jnp.where(gone, 0, limb) for limb in y)
    return y, jnp.where(huge, 1 << (fmt.range_bits + 4), -k)


def whole_halvings(x: Fixed, fmt: Format) -> jax.Array:
    """k <= x / log 2, less than one and a hundredth below it, for |x| < 2^range_bits."""
    single = fmt is fp.SINGLE
    cut, scale = (7, 15) if single else (15, 37)
    factor = int(Fraction(1 << scale) / -log_of(Fraction(1, 2)))
    coarse = ((x[0] << fmt.limb) | x[1]) >> cut
    return (coarse * factor) >> (fmt.limb - cut + scale)


# Logarithm -----------------------------------------------------------------------------------------------------------


@lru_cache
def _log_table(fmt: Format) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """For each interval of [1, 2): a factor c/256 that brings it to about 1, and the limbs of -log(c/256)."""
    count = 1 << TABLE
    factors = [256] + [round(Fraction(256 * 2 * count, 2 * count + 2 * j + 1)) for j in range(1, count)]
    return tuple(factors), tuple(fp.constant(-log_of(Fraction(c, 256)), fmt) for c in factors)


def log1p(x: Scaled, fmt: Format) -> tuple[Scaled, Scaled]:
    """log(1 + s) for s = x 2^e >= 0, e <= 0, with full relative precision; and 1 + s as (m, z): m 2^z, 1 <= m < 2.

    1 + s = 2^z m, log m = log(m c) - log c from a table, log(1 + u) = u (1 - u/2 + ...). For small s: u = s.
    """
    size, e = x
    s = fp.shift_right(size, -e, fmt)
    one_more = (s[0] + 1, *s[1:])
    z = fp.bit_length(one_more[0], fmt) - 1
    m = fp.shift_right(one_more, z, fmt)
    u, base, near = _reduce(m, z, fmt)
    extra = jnp.maximum(fp.bit_length(size[0], fmt) - 1, 0)
    factor = fp.where(near, fp.shift_right(size, extra, fmt), u)
    base = tuple(jnp.where(near, 0, limb) for limb in base)
    e = jnp.where(near, e + extra, 0)
    u, factor, base, e, m, z = fp.hold((u, factor, base, e, m, z))
    slope = fp.horner_loop([Fraction(1, j + 1) for j in range(_log_degree(fmt) + 1)], u, fmt)
    return (fp.add(fp.multiply(factor, slope, fmt), base, fmt), e), (m, z)


def _reduce(m: Fixed, z: jax.Array, fmt: Format) -> tuple[Fixed, Fixed, jax.Array]:
    """m in [1, 2) as (1 + u)/c: u, the logarithm of 2^z/c, and whether that is log 1."""
    index = m[1] >> (fmt.limb - TABLE)
    factors, logs = _log_table(fmt)
    c = jnp.asarray(factors, fmt.word)[index]
    u = fp.halve(fp.times_small(m, c, fmt), 8, fmt)
    table = jnp.asarray(logs, fmt.word)
    log2 = fp.constant(-log_of(Fraction(1, 2)), fmt)
    base = fp.settle([z * a + table[:, k][index] for k, a in enumerate(log2)], fmt)
    return (u[0] - 1, *u[1:]), base, (index == 0) & (z == 0)


def _log_degree(fmt: Format) -> int:
    return 11 if fmt is fp.SINGLE else 24
