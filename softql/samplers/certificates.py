"""What comes with every draw: how often moves were accepted, how many independent draws they are worth, how far they
are from the target. Imports: records, measures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from softql.measures.uniforms import positive_count
from softql.samplers.records import Sampler, Target, at

__all__ = ["Certificate", "Draws", "chain_sample_size", "draw", "kernel_stein_discrepancy"]

MOST = 2_048  # points of a discrepancy: it takes their square


class Certificate(NamedTuple):
    """How far the draws can be trusted.

    Fields:
      acceptance: mean chance with which moves were accepted; 1 for unadjusted samplers.
      effective_sample_size: how many independent draws the kept ones are worth, for the mean of the worst coordinate.
      stein_discrepancy: kernel Stein discrepancy of the last draw of every chain.
      stein_noise: what independent draws of the target would have on average: well above it, the draws are wrong.
    """

    acceptance: Float[Array, ""]
    effective_sample_size: Float[Array, ""]
    stein_discrepancy: Float[Array, ""]
    stein_noise: Float[Array, ""]


class Draws(NamedTuple):
    """actions [steps, n, d], their certificate, and the state to go on from."""

    actions: Float[Array, "t n d"]
    certificate: Certificate
    state: Any


def draw(
    sampler: Sampler,
    target: Target,
    key: Array,
    state: Any,
    steps: int,
    warmup: int = 0,
    coordinates: Callable[[Array], Array] = lambda z: z,
) -> Draws:
    r"""Run a sampler: `warmup` steps that are thrown away, then `steps` that are kept.  [Note L69]

    Args:
      sampler: made from target, for chains.
      target: what it draws from.
      key: one key.
      state: of sampler.init, or of earlier Draws.
      steps: how many to keep, >= 4.
      warmup: how many to forget.
      coordinates: the sampler's z -> the target's. `reflected_langevin`, whose z are actions, takes box.unsquash beside
        boltzmann_target(q, alpha, box): Stein's identity needs a density that vanishes at the limits, in z it does.

    Returns:
      Draws(actions, certificate, state).

    Raises:
      ValueError: when steps is no integer of at least 4 or warmup < 0, or state is none of the sampler's.

    Example:
      >>> from softql.samplers import boltzmann_target, mala
      >>> target = boltzmann_target(lambda a: -0.5 * a @ a, 1.0)
      >>> sampler = mala(target, 0.8)
      >>> found = draw(sampler, target, jax.random.key(0), sampler.init(jnp.zeros((200, 2))), steps=50, warmup=20)
      >>> found.actions.shape, bool(found.certificate.stein_discrepancy < 2 * found.certificate.stein_noise)
      ((50, 200, 2), True)
    """
    positive_count("steps", steps)
    if steps < 4 or warmup < 0:
        raise ValueError(f"steps = {steps} and warmup = {warmup}: keep at least 4, forget at least 0")
    if not hasattr(state, "z"):
        raise ValueError(f"state is of type {type(state).__name__}: begin with sampler.init(z)")
    k_warm, k_keep = jax.random.split(key)
    state, _ = jax.lax.scan(lambda s, k: (sampler.step(k, s)[0], None), state, jax.random.split(k_warm, warmup))
    state, moves = jax.lax.scan(lambda s, k: sampler.step(k, s), state, jax.random.split(k_keep, steps))
    z = coordinates(state.z[:MOST])
    discrepancy, noise = kernel_stein_discrepancy(z, at(target, z).score)
    size = chain_sample_size(moves.action)
    return Draws(moves.action, Certificate(moves.acceptance.mean(), size, discrepancy, noise), state)


def chain_sample_size(actions: Float[Array, "t n d"]) -> Float[Array, ""]:
    r"""N_eff = t n / (1 + 2 Σ_k ρ_k) of the mean of each coordinate, the smallest of them.  [Note L69]

    ρ_k is the autocorrelation at lag k against the variance over all chains together, so chains stuck in different
    places count for little; the sum ends where pairs of neighbouring ρ turn negative (Geyer).

    Args:
      actions: t >= 4 kept steps of n chains.

    Returns:
      The effective sample size, between 1 and t n; NaN where nothing moves.

    Raises:
      ValueError: when t < 4.

    Source: Geyer 1992; Vehtari et al. 2021, arXiv 1903.08008.

    Example:
      >>> independent = jax.random.normal(jax.random.key(0), (100, 20, 1))
      >>> bool(abs(chain_sample_size(independent) / 2000 - 1) < 0.25)
      True
    """
    t, n, _ = actions.shape
    if t < 4:
        raise ValueError(f"actions has {t} steps: at least 4 are needed")
    centred = actions - actions.mean(0, keepdims=True)
    spectrum = jnp.fft.rfft(centred, n=2 * t, axis=0)
    covariance = jnp.fft.irfft(jnp.square(jnp.abs(spectrum)), n=2 * t, axis=0)[:t].mean(1) / t  # [t, d], over chains
    within = covariance[0] * t / (t - 1)
    between = jnp.var(actions.mean(0), axis=0, ddof=1) if n > 1 else jnp.zeros_like(within)
    whole = within * (t - 1) / t + between
    rho = 1 - (within[None] - covariance) / whole[None]
    rho = rho.at[0].set(1.0)
    pairs = rho[: t // 2 * 2].reshape(t // 2, 2, -1).sum(1)
    pairs = jnp.where(jnp.cumprod(pairs > 0, axis=0) > 0, pairs, 0.0)
    pairs = jax.lax.associative_scan(jnp.minimum, pairs)
    time = jnp.maximum(2 * pairs.sum(0) - 1, 1.0)
    return jnp.min(t * n / time)


def kernel_stein_discrepancy(
    points: Float[Array, "n d"], scores: Float[Array, "n d"]
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    r"""KSD² = (1/n²) Σ_ij k_π(z_i, z_j), zero only for a sample that π can't be told from.

    k_π(x, y) = s_x·s_y k + s_x·∇_y k + s_y·∇_x k + ∇_x·∇_y k, k = (1 + |x - y|²)^(-1/2), s the score: no normaliser is
    needed; it rests on the identity that `stein_direction` does [H17 Eq. 13]. The other number is
    √((1/n²) Σ_i k_π(z_i, z_i)), what independent draws of π have on average.

    Args:
      points: z [n, d], where π vanishes at the limits: not the actions of a box, but their `Box.unsquash`.
      scores: ∇ log π at each [n, d].

    Returns:
      (discrepancy, noise), without unit.

    Raises:
      ValueError: when the shapes differ.

    Source: Gorham & Mackey 2017, arXiv 1703.01717 (this kernel); Liu, Lee & Jordan 2016; Chwialkowski et al. 2016.

    Example:
      >>> z = jax.random.normal(jax.random.key(0), (500, 1))
      >>> right, noise = kernel_stein_discrepancy(z, -z)
      >>> wrong, _ = kernel_stein_discrepancy(z + 1.0, -(z + 1.0))
      >>> bool(right < 2 * noise), bool(wrong > 5 * noise)
      (True, True)
    """
    if points.shape != scores.shape or points.ndim != 2:
        raise ValueError(f"scores has shape {scores.shape} but points {points.shape}: one score a point, [n, d]")
    n, d = points.shape
    apart = points[:, None] - points[None]  # x - y
    base = 1 + jnp.sum(jnp.square(apart), -1)
    k = base**-0.5
    slope = base**-1.5  # ∇_y k = (x - y) slope, ∇_x k = -(x - y) slope
    gap = jnp.sum((scores[:, None] - scores[None]) * apart, -1)
    trace = d * slope - 3 * (base - 1) * base**-2.5
    stein = (scores @ scores.T) * k + gap * slope + trace
    return jnp.sqrt(jnp.maximum(jnp.mean(stein), 0.0)), jnp.sqrt(jnp.trace(stein) / n**2)
