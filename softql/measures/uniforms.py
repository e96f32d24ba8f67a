"""Uniform numbers in (0, 1) that drive a proposal: random ones, or a scrambled Sobol net. Imports: jax, scipy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

__all__ = ["positive_count", "random_uniforms", "sobol_uniforms"]

BITS = 23  # of a uniform number (2k + 1) / 2^24: float32 holds each of them, and none is 0 or 1
WORD = 32  # bits of the Sobol sequence


def random_uniforms(key: Array, shape: tuple[int, ...]) -> Float[Array, "..."]:
    """Independent numbers (2k + 1)/2^24 in (0, 1): never 0 or 1, so that every proposal can push them.

    Args:
      key: one key.
      shape: of the result, [*b, n, d].

    Returns:
      The numbers, float32.

    Raises:
      ValueError: when a length is not positive.

    Example:
      >>> u = random_uniforms(jax.random.key(0), (1000, 2))
      >>> bool((u > 0).all() & (u < 1).all())
      True
    """
    for n in shape:
        positive_count("each length of shape", n)
    return _inside(jax.random.bits(key, shape, jnp.uint32))


def sobol_uniforms(key: Array, count: int, dimensions: int) -> Float[Array, "n d"]:
    """The first N points of Sobol's sequence in (0, 1)^D, scrambled: a random linear map of the bits, then a shift.

    Each point is uniform alone; together they are a (t, m, D) net: in one dimension, one in each N-th part.

    Args:
      key: of the scrambling; vmap over keys for replicates, whose spread is the error bar.
      count: N, a power of 2, at most 2^20.
      dimensions: D >= 1.

    Returns:
      The numbers [N, D], float32.

    Raises:
      ValueError: when count is no such power of 2, or dimensions not positive.

    Source: direction numbers of Joe & Kuo 2008 by way of scipy.stats.qmc; scrambling of Matoušek 1998.

    Example:
      >>> u = sobol_uniforms(jax.random.key(0), 8, 2)
      >>> print(jnp.sort(jnp.floor(8 * u), axis=0).T)
      [[0. 1. 2. 3. 4. 5. 6. 7.]
       [0. 1. 2. 3. 4. 5. 6. 7.]]
    """
    positive_count("dimensions", dimensions)
    if not isinstance(count, (int, np.integer)) or count < 1 or count & (count - 1) or count > 2**20:
        raise ValueError(f"count = {count}: a Sobol net has 2^m points, at most 2^20")
    from scipy.stats import qmc  # jax brings scipy; it costs time to import

    net = qmc.Sobol(dimensions, scramble=False, bits=WORD).random_base2(count.bit_length() - 1)
    bits = jnp.asarray((net * 2.0**WORD).astype(np.uint32))
    k_map, k_shift = jax.random.split(key)
    place = jnp.arange(WORD, dtype=jnp.uint32)  # output bit `place`, counted from the most significant
    own = jnp.uint32(1) << (WORD - 1 - place)
    above = ~((own << 1) - 1)  # the bits before it
    rows = (jax.random.bits(k_map, (dimensions, WORD), jnp.uint32) & above[None]) | own[None]
    parity = jax.lax.population_count(bits[:, :, None] & rows[None]) & 1
    mapped = jnp.sum(parity << (WORD - 1 - place)[None, None], -1, dtype=jnp.uint32)
    return _inside(mapped ^ jax.random.bits(k_shift, (1, dimensions), jnp.uint32))


def positive_count(name: str, n: int) -> None:
    """Refuse anything but an integer of at least 1, by name."""
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(f"{name} = {n!r}: it must be an integer of at least 1")


def _inside(bits: Array) -> Array:
    """32 random bits as (2k + 1)/2^24."""
    k = (bits >> (32 - BITS)).astype(jnp.float32)
    return (2 * k + 1) * 2.0 ** -(BITS + 1)
