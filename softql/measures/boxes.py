"""Actions with limits: the box, its coordinates in R^D, and points spread over it. Imports: uniforms; jax."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from softql.measures.uniforms import positive_count, random_uniforms, sobol_uniforms

__all__ = ["Box", "Measure", "quadrature", "sobol", "uniform"]

MOST = 10_000_000  # points of a tensor grid


class Measure(NamedTuple):
    """points [*b, n, d] ([n] for finite actions) and the log weight of each: Σ_n w_n f(a_n) stands for ∫ f da."""

    points: Array
    log_w: Float[Array, "*b n"]


class Box(NamedTuple):
    r"""Actions with limits, and R^D as their coordinates: a = low + (high - low) σ(2z), which is middle + half tanh(z).

    Each half is computed from its own limit: a never leaves the box, and nothing is clipped.

    Fields:
      low, high: the limits [d], finite, in action units; vmap for boxes that differ.

    Raises:
      ValueError: from its functions, when the last axis of what they are given is not [d].

    Example:
      >>> box = Box(jnp.array([-2.0]), jnp.array([2.0]))
      >>> print(box.squash(jnp.array([0.0])), box.squash(jnp.array([50.0])), box.log_volume().round(4))
      [0.] [2.] 1.3863
    """

    low: Float[Array, " d"]
    high: Float[Array, " d"]

    def squash(self, z: Float[ArrayLike, "*b d"]) -> Float[Array, "*b d"]:
        """a = low + (high - low) σ(2z)."""
        z = jnp.asarray(z)
        low, high = self._over(z)
        size = high - low
        return jnp.where(z > 0, high - size * jax.nn.sigmoid(-2 * z), low + size * jax.nn.sigmoid(2 * z))

    def unsquash(self, action: Float[ArrayLike, "*b d"]) -> Float[Array, "*b d"]:
        """z = log((a - low)/(high - a))/2; infinite at a limit."""
        action = jnp.asarray(action)
        low, high = self._over(action)
        return 0.5 * (jnp.log(action - low) - jnp.log(high - action))

    def log_jacobian(self, z: Float[ArrayLike, "*b d"]) -> Float[Array, "*b"]:
        """log |da/dz| = Σ_i log(half_i) + 2 (log 2 - |z_i| - log(1 + exp(-2|z_i|))), right at saturation too."""
        z = jnp.asarray(z)
        low, high = self._over(z)
        size = jnp.abs(z)
        return jnp.sum(jnp.log(0.5 * (high - low)) + 2 * (math.log(2) - size - jnp.log1p(jnp.exp(-2 * size))), -1)

    def log_volume(self) -> Float[Array, ""]:
        """Σ_i log(high_i - low_i)."""
        return jnp.sum(jnp.log(jnp.asarray(self.high) - jnp.asarray(self.low)))

    def _over(self, x: Array) -> tuple[Array, Array]:
        """The limits in the shape of x, whose last axis must be theirs."""
        if x.ndim == 0 or x.shape[-1:] != jnp.shape(self.low):
            raise ValueError(f"a point of shape {x.shape} is none of a box of {jnp.size(self.low)} dimensions")
        return jnp.broadcast_to(self.low, x.shape), jnp.broadcast_to(self.high, x.shape)


def quadrature(low: Float[ArrayLike, " d"], high: Float[ArrayLike, " d"], nodes: int | Sequence[int]) -> Measure:
    r"""Gauss-Legendre nodes on a box, a tensor grid for D > 1: Σ w f is ∫ f da for polynomials of degree 2n - 1.
    [H17 Eq. 5]

    Args:
      low, high: the box [d], action units.
      nodes: n of every dimension, or one number for each.

    Returns:
      Measure(points [n^D, d], log_w [n^D]), the last dimension fastest.

    Raises:
      ValueError: when the box has no volume, low and high are not [d], or the grid has more than 10^7 points.

    Source: nodes and weights from numpy.polynomial.legendre.leggauss, in float64.

    Example:
      >>> points, log_w = quadrature([0.0], [2.0], nodes=2)
      >>> print(points[:, 0].round(4), jnp.exp(log_w))  # ∫_0^2 da = 2
      [0.4226 1.5774] [1. 1.]
    """
    low, high = sides(low, high)
    d = low.shape[0]
    counts = tuple(nodes) if isinstance(nodes, (Sequence, np.ndarray)) else (nodes,) * d
    for n in counts:
        positive_count("nodes", n)
    if len(counts) != d or math.prod(counts) > MOST:
        raise ValueError(f"nodes = {nodes} on a box of {d} dimensions: give one number for each, at most {MOST} in all")
    rules = [np.polynomial.legendre.leggauss(n) for n in counts]
    grid = np.stack(np.meshgrid(*(0.5 * (1 + x) for x, _ in rules), indexing="ij"), -1).reshape(-1, d)
    weights = np.meshgrid(*(np.log(0.5 * w) for _, w in rules), indexing="ij")
    log_share = jnp.asarray(np.sum(weights, axis=0).reshape(-1), low.dtype)
    return Measure(_into(jnp.asarray(grid, low.dtype), low, high), log_share + Box(low, high).log_volume())


def uniform(key: Array, low: Float[ArrayLike, " d"], high: Float[ArrayLike, " d"], count: int) -> Measure:
    r"""N points anywhere in a box: w = volume / N.  [H17 Eq. 10]

    Args:
      key: one key.
      low, high: the box [d], action units.
      count: N >= 1.

    Returns:
      Measure(points [N, d], log_w [N]).

    Raises:
      ValueError: when the box has no volume, or count is not positive.

    Example:
      >>> print(jnp.exp(uniform(jax.random.key(0), [-1.0], [1.0], 4).log_w))
      [0.5 0.5 0.5 0.5]
    """
    low, high = sides(low, high)
    return _even(random_uniforms(key, (count, low.shape[0])), low, high)


def sobol(key: Array, low: Float[ArrayLike, " d"], high: Float[ArrayLike, " d"], count: int) -> Measure:
    r"""N points of a scrambled Sobol sequence in a box: w = volume / N.  [H17 Eq. 10]

    Each point alone is uniform, so Z is estimated without bias; together they fill the box evenly, and the error falls
    nearly as 1/N for smooth Q. Points of one key are not independent: take the spread over keys for an error bar.

    Args:
      key, low, high: as for `uniform`.
      count: N, a power of 2.

    Returns:
      Measure(points [N, d], log_w [N]).

    Raises:
      ValueError: when the box has no volume, or count is no power of 2.

    Example:
      >>> points, _ = sobol(jax.random.key(0), [0.0], [1.0], 4)  # one in each quarter
      >>> print(jnp.sort(jnp.floor(4 * points[:, 0])))
      [0. 1. 2. 3.]
    """
    low, high = sides(low, high)
    return _even(sobol_uniforms(key, count, low.shape[0]), low, high)


def sides(low: ArrayLike, high: ArrayLike) -> tuple[Array, Array]:
    """low and high [d] as floats, with a volume between them where that can be seen."""
    low, high = jnp.asarray(low, float), jnp.asarray(high, float)
    if low.ndim != 1 or low.shape != high.shape or not low.size:
        raise ValueError(f"low has shape {low.shape} and high {high.shape}: a box is two arrays [d]")
    if not isinstance(low, jax.core.Tracer) and not isinstance(high, jax.core.Tracer):
        size = np.asarray(high) - np.asarray(low)
        if not ((size > 0) & np.isfinite(size)).all():
            raise ValueError(f"low = {low} and high = {high}: each side of the box must have a finite length")
    return low, high


def _into(share: Array, low: Array, high: Array) -> Array:
    """[n, d] in the unit cube as points of the box."""
    low, high = (jnp.broadcast_to(x, share.shape) for x in (low, high))
    return low + (high - low) * share


def _even(share: Array, low: Array, high: Array) -> Measure:
    """Points that each stand for the same volume."""
    n = share.shape[0]
    return Measure(_into(share, low, high), jnp.broadcast_to(Box(low, high).log_volume() - math.log(n), (n,)))
