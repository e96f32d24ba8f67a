"""The doors between floats and fixed point: decoding is exact, encoding rounds once, to nearest, ties to even.

Both work on the bits, so that subnormal numbers, which XLA flushes to zero in arithmetic, pass like any other.
Imports: jax.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from softql.precise import fixedpoint as fp
from softql.precise.fixedpoint import Fixed, Format

NOWHERE = -(1 << 20)  # the exponent of 0


class Decoded(NamedTuple):
    """A finite float, (-1)^negative mantissa 2^(exponent + 1 - digits), the mantissa's leading bit set unless it
    is 0."""

    negative: jax.Array
    mantissa: jax.Array
    exponent: jax.Array


def decode(bits: jax.Array, fmt: Format) -> Decoded:
    """The parts of a number, from its bits; of infinities and NaN, nothing meaningful."""
    stored = fmt.digits - 1
    field = (bits >> stored) & (2 * fmt.bias + 1)
    fraction = bits & ((1 << stored) - 1)
    mantissa = jnp.where(field > 0, fraction | (1 << stored), fraction)
    lift = fmt.digits - fp.bit_length(mantissa, fmt)
    exponent = jnp.maximum(field, 1) - fmt.bias - lift
    return Decoded(bits < 0, mantissa << lift, jnp.where(mantissa == 0, NOWHERE, exponent))


def bits_of(x: jax.Array, fmt: Format) -> jax.Array:
    """The bits of float32 or float64 numbers."""
    return lax.bitcast_convert_type(x, fmt.word)


def key_of(bits: jax.Array, fmt: Format) -> jax.Array:
    """Integers in the order of the numbers, both zeros at 0; NaN lies beyond the infinities."""
    flipped = bits ^ ((1 << (fmt.width - 1)) - 1)
    return jnp.where(bits >= 0, bits, flipped + 1)


def bits_of_key(key: jax.Array, fmt: Format) -> jax.Array:
    """The inverse of `key_of`."""
    return jnp.where(key >= 0, key, (key - 1) ^ ((1 << (fmt.width - 1)) - 1))


def infinity_key(fmt: Format) -> int:
    """The key of +inf; that of -inf is its negative."""
    return (2 * fmt.bias + 1) << (fmt.digits - 1)


def significand(x: Decoded, fmt: Format) -> Fixed:
    """mantissa / 2^(digits - 1), in [1, 2) or 0: three limbs suffice for it."""
    last = fmt.digits - 1 - fmt.limb
    m = x.mantissa
    return (m >> (fmt.digits - 1), (m >> last) & fmt.mask, (m << (fmt.limb - last)) & fmt.mask, 0, 0, 0)


def signed(x: Decoded, fmt: Format) -> fp.Scaled:
    """The number as fixed point and exponent."""
    return fp.negate_where(x.negative, significand(x, fmt), fmt), x.exponent


def encode(x: Fixed, exponent: jax.Array, fmt: Format) -> jax.Array:
    """x 2^exponent as a float, correctly rounded but for what x itself has lost; zero has no sign."""
    negative, size = fp.magnitude(x, fmt)
    head, sticky, top = _leading(size, fmt)
    least = 1 - fmt.bias
    place = exponent + top
    drop = jnp.minimum(2 * fmt.limb + 1 - fmt.digits + jnp.maximum(least - place, 0), 2 * fmt.limb + 2)
    mantissa = _round(head, drop, sticky, fmt)
    field = jnp.clip(place - least, 0, 2 * fmt.bias - 1).astype(fmt.word)
    bits = (field << (fmt.digits - 1)) + mantissa  # a mantissa that rounds up carries into the exponent
    bits = jnp.where(place - least >= 2 * fmt.bias, infinity_key(fmt), jnp.where(head == 0, 0, bits))
    bits = jnp.where(negative & (bits != 0), bits | jnp.iinfo(fmt.word).min, bits)
    return lax.bitcast_convert_type(bits, jnp.float32 if fmt is fp.SINGLE else jnp.float64)


def _leading(x: Fixed, fmt: Format) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The first 2 B + 1 bits from the leading one on, whether anything follows, and the leading bit's exponent."""
    b = fmt.limb
    limbs = [x[0] >> b, x[0] & fmt.mask, *x[1:]]
    lead = jnp.full_like(limbs[0], b)  # exponent of the first limb's unit bit
    for places in (4, 2, 1):
        empty = limbs[0] == 0
        for k in range(1, places):
            empty = empty & (limbs[k] == 0)
        moved = (limbs[places:] + [0] * places)[: len(limbs)]
        limbs = [jnp.where(empty, m, v) for m, v in zip(moved, limbs, strict=True)]
        lead = jnp.where(empty, lead - places * b, lead)
    n = fp.bit_length(limbs[0], fmt)
    up = b + 1 - n
    head = (((limbs[0] << b) | limbs[1]) << up) | (limbs[2] >> (b - up))
    rest = limbs[2] & ((jnp.ones_like(up) << (b - up)) - 1)
    for limb in limbs[3:]:
        rest = rest | limb
    return head, rest != 0, lead + n - 1


def _round(head: jax.Array, drop: jax.Array, sticky: jax.Array, fmt: Format) -> jax.Array:
    """head / 2^drop to nearest, ties to even; `sticky`: something nonzero was cut off before."""
    one = jnp.ones_like(head)
    kept = head >> drop
    rest = head & ((one << drop) - 1)
    half = one << (drop - 1)
    up = (rest > half) | ((rest == half) & (sticky | ((kept & 1) == 1)))
    return kept + up.astype(fmt.word)
