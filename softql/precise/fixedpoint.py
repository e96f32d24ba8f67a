"""Real numbers as integers: fixed point in a handful of limbs, with no floating-point arithmetic at all.

A `Fixed` is a tuple of integer arrays `x_0 ... x_5` that stands for `sum_k x_k 2^(-k B)`: a signed integer part and
five limbs of B bits, 70 bits after the point for float32 (int32 words, B = 14) and 145 for float64 (int64, B = 29).
Integers are why the module exists: their sums are exact in any order, and no compiler fuses, reassociates or flushes
them, so that results have the same bits under jit, vmap, any batch and any permutation of the actions.

A limb that is known to be 0 is the Python integer 0; products with it are not written down. Every function here
leaves its result settled: limbs 1 to 5 in [0, 2^B), so that a negative number is a negative integer part and a
positive fraction. Truncation is towards minus infinity. A product must keep |x_0| 2^B below half a word.
Imports: jax. The doors to and from floats are in `floats.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

Limb = Any  # an integer array, or the Python integer 0
Fixed = tuple[Limb, ...]

FRACTION = 5  # limbs after the point


class Format(NamedTuple):
    """The integer word of a float format, the bits of a limb, and what the algorithms need to know about both."""

    word: Any  # int32 or int64
    width: int  # bits of the word
    limb: int  # B
    digits: int  # significant bits of the float
    bias: int  # exponent bias of the float
    range_bits: int  # exp(-2^range_bits) underflows, whatever a subnormal can hold

    @property
    def mask(self) -> int:
        return (1 << self.limb) - 1

    @property
    def precision(self) -> int:
        """Bits after the point."""
        return self.limb * FRACTION


SINGLE = Format(jnp.int32, 32, 14, 24, 127, 8)
DOUBLE = Format(jnp.int64, 64, 29, 53, 1023, 11)


def format_of(dtype: Any) -> Format:
    """The format that a float dtype is computed in: 16-bit floats in that of float32."""
    return DOUBLE if jnp.dtype(dtype) == jnp.float64 else SINGLE


# Making and settling -------------------------------------------------------------------------------------------------


def constant(value: Fraction | int, fmt: Format) -> tuple[int, ...]:
    """The limbs of a rational number, truncated."""
    scaled = (Fraction(value) * 2**fmt.precision).__floor__()
    low = [(scaled >> (fmt.limb * k)) & fmt.mask for k in range(FRACTION)]
    return (scaled >> fmt.precision, *reversed(low))


def settle(columns: Sequence[Limb], fmt: Format) -> Fixed:
    """Limbs of any size and sign, carried from the last to the first."""
    out = list(columns)
    for k in range(len(out) - 1, 0, -1):
        if not _zero(out[k]):
            out[k - 1] = out[k - 1] + (out[k] >> fmt.limb)
            out[k] = out[k] & fmt.mask
    return tuple(out)


def _zero(x: Limb) -> bool:
    return isinstance(x, int) and x == 0


def where(condition: jax.Array, x: Fixed, y: Fixed) -> Fixed:
    """Limb by limb."""
    return tuple(0 if _zero(a) and _zero(b) else jnp.where(condition, a, b) for a, b in zip(x, y, strict=True))


def is_zero(x: Fixed) -> jax.Array:
    """Whether every limb is 0."""
    total = x[0]
    for limb in x[1:]:
        total = total | limb
    return total == 0


# Sums and products ---------------------------------------------------------------------------------------------------


def add(x: Fixed, y: Fixed, fmt: Format) -> Fixed:
    """x + y."""
    return settle([a + b for a, b in zip(x, y, strict=True)], fmt)


def subtract(x: Fixed, y: Fixed, fmt: Format) -> Fixed:
    """x - y."""
    return settle([a - b for a, b in zip(x, y, strict=True)], fmt)


def negate_where(condition: jax.Array, x: Fixed, fmt: Format) -> Fixed:
    """-x where the condition holds."""
    return settle([0 if _zero(a) else jnp.where(condition, -a, a) for a in x], fmt)


def magnitude(x: Fixed, fmt: Format) -> tuple[jax.Array, Fixed]:
    """Whether x is negative, and |x|."""
    negative = x[0] < 0
    return negative, negate_where(negative, x, fmt)


def times_small(x: Fixed, factor: Any, fmt: Format) -> Fixed:
    """x times an integer of so few bits that a limb times it fits a word."""
    return settle([0 if _zero(a) else a * factor for a in x], fmt)


def multiply(x: Fixed, y: Fixed, fmt: Format) -> Fixed:
    """x y, to the length of the shorter operand. One column beyond the last limb is kept for its carry."""
    last = min(len(x), len(y)) - 1
    columns = [_column(x, y, k, last) for k in range(last + 2)]
    return settle(columns, fmt)[: last + 1]


def _column(x: Fixed, y: Fixed, k: int, last: int) -> Limb:
    total: Limb = 0
    for i in range(max(0, k - last), min(k, last) + 1):
        if not (_zero(x[i]) or _zero(y[k - i])):
            total = total + x[i] * y[k - i]
    return total


def square(x: Fixed, fmt: Format) -> Fixed:
    """x x, each mixed product once."""
    last = len(x) - 1
    columns = []
    for k in range(last + 2):
        mixed: Limb = 0
        for i in range(max(0, k - last), (k + 1) // 2):
            mixed = mixed + x[i] * x[k - i]
        columns.append(2 * mixed + (x[k // 2] * x[k // 2] if k % 2 == 0 else 0))
    return settle(columns, fmt)[: last + 1]


def horner(coefficients: Sequence[Fraction], x: Fixed, small: float, fmt: Format) -> Fixed:
    """sum_j c_j (-x)^j for |x| <= 2^-small: later terms weigh less, and are computed in fewer limbs."""
    lengths = [_limbs_for(j * small, fmt) for j in range(len(coefficients))]
    total: Fixed = constant(coefficients[-1], fmt)[: lengths[-1]]
    for j in range(len(coefficients) - 2, -1, -1):
        term = multiply(x[: lengths[j + 1]], total, fmt)
        term = term + (0,) * (lengths[j] - len(term))
        total = settle([c - t for c, t in zip(constant(coefficients[j], fmt), term, strict=False)], fmt)
    return total


def horner_loop(coefficients: Sequence[Fraction], x: Fixed, fmt: Format) -> Fixed:
    """The same sum in full length and as a loop: less to compile, for numbers of which there is one a row."""
    table = jnp.asarray([constant(c, fmt) for c in reversed(coefficients)], fmt.word)
    x = tuple(jnp.asarray(limb, fmt.word) for limb in x)

    def step(j: jax.Array, total: Fixed) -> Fixed:
        c = lax.dynamic_index_in_dim(table, j, keepdims=False)
        return hold(settle([c[k] - t for k, t in enumerate(multiply(x, total, fmt))], fmt))

    start = tuple(jnp.zeros_like(limb) for limb in x)
    return lax.fori_loop(0, len(coefficients), step, start)


def _limbs_for(weight: float, fmt: Format) -> int:
    """Limbs of a number that will be multiplied by 2^-weight."""
    bits = fmt.precision - weight + 2
    return min(FRACTION, max(1, -int(-bits // fmt.limb))) + 1


# Shifts --------------------------------------------------------------------------------------------------------------


def halve(x: Fixed, count: int, fmt: Format) -> Fixed:
    """x / 2^count for a static count below the bits of a limb."""
    out, low = [x[0] >> count], x[0] & ((1 << count) - 1)
    for limb in x[1:]:
        out.append((limb >> count) | (low << (fmt.limb - count)))
        low = limb & ((1 << count) - 1)
    return tuple(out)


def shift_right(x: Fixed, count: jax.Array, fmt: Format) -> Fixed:
    """x / 2^count, truncated, for an array of counts >= 0; the integer part may be as wide as its word."""
    limbs, bits = _whole_limbs(count, fmt)
    low_mask = (jnp.ones_like(bits) << bits) - 1
    out, low = [x[0] >> bits], x[0] & low_mask
    for limb in x[1:]:
        out.append((low << (fmt.limb - bits)) if _zero(limb) else (limb >> bits) | (low << (fmt.limb - bits)))
        low = 0 if _zero(limb) else limb & low_mask
    for stage in (1, 2, 4):
        out = [jnp.where(limbs & stage, b, a) for a, b in zip(out, _lower(out, stage, fmt), strict=True)]
    return tuple(out)


def _whole_limbs(count: jax.Array, fmt: Format) -> tuple[jax.Array, jax.Array]:
    """How many whole limbs a shift is, at most 7, and the bits that are left."""
    count = jnp.minimum(count, 7 * fmt.limb)
    limbs = jnp.zeros_like(count)
    for k in range(1, 8):
        limbs = limbs + (count >= fmt.limb * k).astype(fmt.word)
    return limbs, count - fmt.limb * limbs


def _lower(x: Sequence[Limb], places: int, fmt: Format) -> list[Limb]:
    """The limbs moved down by whole places, the integer part split over those that it leaves."""
    head = [x[0] >> min(fmt.limb * places, fmt.width - 1)]
    for k in range(1, min(places, len(x) - 1) + 1):
        head.append((x[0] >> min(fmt.limb * (places - k), fmt.width - 1)) & fmt.mask)
    return (head + list(x[1:]))[: len(x)]


def shift_left(x: Fixed, count: jax.Array, fmt: Format) -> Fixed:
    """x 2^count for counts of 0 to two limbs, where the integer part has room."""
    far = count >= fmt.limb
    up = (*((x[0] << fmt.limb) | x[1], *x[2:]), 0)
    x = tuple(jnp.where(far, b, a) for a, b in zip(x, up, strict=True))
    count = jnp.where(far, count - fmt.limb, count)
    after = (*x[1:], 0)
    moved = [(a << count) & fmt.mask | (b >> (fmt.limb - count)) for a, b in zip(x[1:], after[1:], strict=True)]
    return ((x[0] << count) + (x[1] >> (fmt.limb - count)), *moved)


def normalise(x: Scaled, fmt: Format) -> Scaled:
    """x 2^e >= 0 with an integer part below 2^B, as y 2^f with 1 <= y < 2; 0 stays 0."""
    value, e = x
    for places in (4, 2, 1):
        low = value[0] == 0
        for limb in value[1:places]:
            low = low & (limb == 0)
        e = jnp.where(low, e - places * fmt.limb, e)
        value = where(low, (*value[places:], *(0,) * places), value)
    down = jnp.maximum(bit_length(value[0], fmt) - 1, 0)
    return shift_right(value, down, fmt), e + down


def divide_small(x: Fixed, n: int, fmt: Format) -> Fixed:
    """x / n, truncated, limb by limb, for a static n of so few bits that a limb and a remainder fit a word."""
    out, rest = [], jnp.zeros_like(x[0])
    for limb in x:
        digit = (rest << fmt.limb) + limb
        out.append(digit // n)
        rest = digit - out[-1] * n
    return tuple(out)


def bit_length(x: jax.Array, fmt: Format) -> jax.Array:
    """The number of bits of a word >= 0; 0 for 0."""
    return fmt.width - lax.clz(x)


# Floating fixed point: (x, e) is x 2^e -------------------------------------------------------------------------------

Scaled = tuple[Fixed, jax.Array]


def add_scaled(x: Scaled, y: Scaled, fmt: Format) -> Scaled:
    """(x + y) at the larger exponent. An exact 0 yields to the other's exponent, and nothing else vanishes: what is
    too small to be seen becomes a unit of the last limb, so that ties are broken the right way."""
    (a, ea), (b, eb) = x, y
    ea, eb = _exponent(a, ea, fmt), _exponent(b, eb, fmt)
    e = jnp.maximum(ea, eb)
    return add(_align(a, e - ea, fmt), _align(b, e - eb, fmt), fmt), e


def _align(x: Fixed, count: jax.Array, fmt: Format) -> Fixed:
    moved = shift_right(x, count, fmt)
    return (*moved[:-1], jnp.where(is_zero(moved) & ~is_zero(x), 1, moved[-1]))


def _exponent(x: Fixed, e: jax.Array, fmt: Format) -> jax.Array:
    return jnp.where(is_zero(x), -(1 << 20), e)


def hold(values: Any) -> Any:
    """The same integer arrays, of one shape, computed once: without it XLA computes a row's numbers anew for each
    action that reads them, and everything anew for each array that is read. It is a maximum over two copies."""
    leaves, tree = jax.tree.flatten(values)
    shape = jnp.broadcast_shapes(*(jnp.shape(x) for x in leaves))
    word = next(x.dtype for x in leaves if isinstance(x, jax.Array))
    copies = tuple(jnp.broadcast_to(jnp.asarray(x, word)[..., None], (*shape, 2)) for x in leaves)
    least = (jnp.asarray(jnp.iinfo(word).min, word),) * len(copies)
    held = lax.reduce(copies, least, lambda a, b: tuple(map(jnp.maximum, a, b)), (len(shape),))
    return jax.tree.unflatten(tree, held)
