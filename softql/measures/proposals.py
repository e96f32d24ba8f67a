"""Importance sampling: densities that uniform numbers are pushed to, alone and mixed.

A proposal lives in coordinates z in R^D, a = z or a = box.squash(z), and takes its density at z, where a saturated
action still has its digits. Imports: equations; boxes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from softql.equations import _door as door
from softql.measures.boxes import Box, Measure, sides

__all__ = ["Proposal", "flat_proposal", "gaussian_proposal", "importance", "mixture", "weighted"]

HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


class Proposal(NamedTuple):
    """Where importance samples come from: uniform numbers pushed to coordinates z, with their density.

    Fields:
      push: u [*b, n, d] in (0, 1) -> z [*b, n, d].
      log_density: z [*b, n, d] -> log q(a(z)) [*b, n], against Lebesgue's measure of the actions a.
      box: a = box.squash(z); None means a = z.
    """

    push: Callable[[Array], Array]
    log_density: Callable[[Array], Array]
    box: Box | None


def weighted(points: Float[ArrayLike, "*b n d"], log_proposal: Float[ArrayLike, "*b n"]) -> Measure:
    r"""Samples that somebody else drew, a_n ~ q: log w = -log q(a_n) - log N.  [H17 Eq. 10]

    Args:
      points: the samples [*b, n, d].
      log_proposal: log q of each [*b, n], nats.

    Returns:
      Measure(points, log_w [*b, n]).

    Raises:
      ValueError: on integer input, or when the shapes do not match.

    Example:
      >>> print(weighted(jnp.zeros((2, 1)), jnp.log(jnp.array([0.5, 0.25]))).log_w.round(4))
      [0.     0.6931]
    """
    points, log_proposal = door.real(points, "points"), door.action_values(log_proposal, "log_proposal")
    if points.shape[:-1] != log_proposal.shape:
        raise ValueError(f"points has shape {points.shape} but log_proposal {log_proposal.shape}: one density a point")
    return Measure(points, -log_proposal - math.log(log_proposal.shape[-1]))


def gaussian_proposal(
    mean: Float[ArrayLike, "*b d"], scale: Float[ArrayLike, "*b d"], box: Box | None = None
) -> Proposal:
    r"""z ~ N(mean, scale²) and a = squash(z): log q(a) = log N(z) - log |da/dz|; a = z without a box.  [H17 Eq. 10]

    The tanh-squashed Gaussian of Soft Actor-Critic [H18]. The density is taken at z: at a limit, where tanh(z) rounds
    to 1 and log(1 - tanh²) is lost, it is still right.

    Args:
      mean, scale: of z [*b, d]; scale > 0.
      box: the limits of the actions; None for all of R^D.

    Returns:
      A Proposal for `importance` and `mixture`.

    Raises:
      ValueError: when shapes differ, a concrete scale is not positive, or a concrete box has no volume; from
        `importance` and `mixture`, when the uniform numbers have another last axis than the mean.

    Example:
      >>> q = gaussian_proposal(jnp.zeros(1), jnp.ones(1), Box(-jnp.ones(1), jnp.ones(1)))
      >>> print(q.log_density(jnp.array([[9.0]])).round(3))  # tanh(9) is 1 in float32
      [-24.805]
    """
    mean, scale = door.action_values(mean, "mean"), door.action_values(scale, "scale")
    door.same_shape(scale, mean, "scale", "mean")
    if not isinstance(scale, jax.core.Tracer) and not (np.asarray(scale) > 0).all():
        raise ValueError(f"scale = {scale}: it must be positive")
    if box is not None:
        sides(box.low, box.high)

    def push(u: Array) -> Array:
        if u.shape[-1] != mean.shape[-1]:  # one number for all coordinates would pass for independent ones
            raise ValueError(f"uniforms have {u.shape[-1]} numbers a sample, the Gaussian {mean.shape[-1]} dimensions")
        m, s = (_over_samples(x, u.ndim) for x in (mean, scale))
        shape = jnp.broadcast_shapes(u.shape, m.shape)
        noise = jnp.broadcast_to(jax.scipy.special.ndtri(u), shape)
        return jnp.broadcast_to(m, shape) + jnp.broadcast_to(s, shape) * noise

    def log_density(z: Array) -> Array:
        m, s = (jnp.broadcast_to(_over_samples(x, z.ndim), z.shape) for x in (mean, scale))
        inner = jnp.sum(-0.5 * jnp.square((z - m) / s) - jnp.log(s) - HALF_LOG_TAU, -1)
        return inner if box is None else inner - box.log_jacobian(z)

    return Proposal(push, log_density, box)


def flat_proposal(box: Box) -> Proposal:
    r"""Actions anywhere in a box: q(a) = 1 / volume; the safe share of a defensive mixture.  [H17 Eq. 10]

    Args:
      box: the limits of the actions.

    Returns:
      A Proposal for `importance` and `mixture`.

    Raises:
      ValueError: when the box has no volume.

    Example:
      >>> print(flat_proposal(Box(jnp.zeros(1), 2 * jnp.ones(1))).log_density(jnp.zeros((1, 1))).round(4))
      [-0.6931]
    """
    sides(box.low, box.high)

    def log_density(z: Array) -> Array:
        return jnp.broadcast_to(-box.log_volume(), z.shape[:-1])

    return Proposal(lambda u: 0.5 * (jnp.log(u) - jnp.log1p(-u)), log_density, box)


def importance(proposal: Proposal, uniforms: Float[Array, "*b n d"]) -> Measure:
    r"""N samples of a proposal: log w = -log q(a_n) - log N.  [H17 Eq. 10]

    Args:
      proposal: `gaussian_proposal`, `flat_proposal`, or one of your own.
      uniforms: what drives it: `random_uniforms` or `sobol_uniforms` [*b, n, d].

    Returns:
      Measure(points [*b, n, d], log_w [*b, n]).

    Raises:
      ValueError: when a concrete uniform number is not inside (0, 1).

    Example: a proposal equal to the policy has no variance at all.
      >>> from softql.equations import soft_value
      >>> from softql.measures import random_uniforms
      >>> q = gaussian_proposal(jnp.zeros(2), jnp.ones(2))
      >>> points, log_w = importance(q, random_uniforms(jax.random.key(0), (3, 2)))
      >>> print(f"{soft_value(-0.5 * jnp.square(points).sum(-1), 1.0, log_w):.4f}")  # log(2 pi)
      1.8379
    """
    return mixture([proposal], [uniforms])


def mixture(proposals: Sequence[Proposal], uniforms: Sequence[Float[Array, "*b n d"]]) -> Measure:
    r"""N_k samples of each proposal, all weighted by the mixture: w = 1 / Σ_k N_k q_k(a).  [H17 Eq. 10]

    Shares are dealt out, not drawn, and each sample counts against the whole mixture (the balance heuristic). With a
    `flat_proposal` among them it is defensive: a weight is at most volume / N_flat, whatever the others miss.

    Args:
      proposals: with one box, or none, in common.
      uniforms: what drives each [*b, N_k, d].

    Returns:
      Measure(points [*b, Σ N_k, d], log_w [*b, Σ N_k]), in the order of the proposals.

    Raises:
      ValueError: when there is none, their numbers differ, concrete boxes differ, or a concrete uniform number is not
        inside (0, 1).

    Source: Veach & Guibas 1995 (balance heuristic); Hesterberg 1995, Owen & Zhou 2000 (defensive mixtures).

    Example:
      >>> from softql.measures import random_uniforms
      >>> box = Box(-jnp.ones(1), jnp.ones(1))
      >>> us = [random_uniforms(jax.random.key(k), (4, 1)) for k in range(2)]
      >>> _, log_w = mixture([gaussian_proposal(jnp.zeros(1), jnp.ones(1), box), flat_proposal(box)], us)
      >>> bool(jnp.exp(log_w).max() <= 2 / 4)
      True
    """
    if not proposals or len(proposals) != len(uniforms):
        raise ValueError(f"{len(proposals)} proposals, {len(uniforms)} arrays of uniforms: one for each, at least one")
    box = proposals[0].box
    if not all(_same_box(box, other.box) for other in proposals[1:]):
        raise ValueError("the proposals have different boxes: a mixture needs one coordinate for all")
    for u in uniforms:
        if not isinstance(u, jax.core.Tracer) and not ((np.asarray(u) > 0) & (np.asarray(u) < 1)).all():
            raise ValueError("uniforms reach 0 or 1: take them from random_uniforms or sobol_uniforms")
    drawn = [proposal.push(u) for proposal, u in zip(proposals, uniforms, strict=True)]
    rows = jnp.broadcast_shapes(*(z.shape[:-2] for z in drawn))
    z = jnp.concatenate([jnp.broadcast_to(x, (*rows, *x.shape[-2:])) for x in drawn], -2)
    counted = [math.log(x.shape[-2]) + p.log_density(z) for p, x in zip(proposals, drawn, strict=True)]
    log_w = -jax.nn.logsumexp(jnp.stack(counted), axis=0) if len(counted) > 1 else -counted[0]
    return Measure(z if box is None else box.squash(z), log_w)


def _same_box(one: Box | None, other: Box | None) -> bool:
    """One box, or none in both; of traced limits only the shape can be seen."""
    if one is None or other is None:
        return one is other
    if any(isinstance(x, jax.core.Tracer) for x in (*one, *other)):
        return jnp.shape(one.low) == jnp.shape(other.low)
    return all(np.array_equal(np.asarray(x), np.asarray(y)) for x, y in zip(one, other, strict=True))


def _over_samples(x: Array, ndim: int) -> Array:
    """[*b, d] as [*b, 1, d], with leading axes up to ndim."""
    x = x[..., None, :]
    return x.reshape((1,) * (ndim - x.ndim) + x.shape) if x.ndim < ndim else x
