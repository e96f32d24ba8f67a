"""Stein variational gradients: particles that climb and repel, and a network that learns to draw like them.

The kernel is κ(x, y) = exp(-|x - y|²/(2 h²)) with 2 h² = med²/log(n + 1), med the median distance of the particles.
Score, kernel and update are all in z: to take the score of the squashed density and move something else is the
mistake that samples exp(Q/α) times a power of the Jacobian. Imports: records, measures.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from softql.measures.uniforms import positive_count
from softql.samplers.records import Move, Sampler, State, Target, at, checked_step

__all__ = ["Amortised", "amortised_stein", "stein_direction", "svgd"]


def stein_direction(
    particles: Float[Array, "n d"],
    scores: Float[Array, "n d"],
    moving: Float[Array, "m d"] | None = None,
    place: Callable[[Array], Array] = lambda z: z,
    width: Float[ArrayLike, ""] = 1.0,
) -> Float[Array, "m d"]:
    r"""φ(y) = (1/n) Σ_j κ(z_j, y) ∇ log π(z_j) + ∇_{z_j} κ(z_j, y).  [H17 Eq. 13]

    H17 writes α φ with ∇Q for α ∇ log π. The first term climbs, the second pushes particles apart; zero on average
    where the particles follow π (Stein's identity).

    Args:
      particles: z_j [n, d], the sample that stands for the current density.
      scores: ∇ log π at each [n, d], nats per unit of z.
      moving: y [m, d], what shall move; None means the particles themselves.
      place: where the kernel measures distance, [*b, d] -> [*b, k], smooth and one-to-one: κ(place(x), place(y)) is a
        kernel of z too, so Stein's identity holds as before. For bounded actions their squash: in z the limits are
        infinitely far away, and a kernel that spans that is too wide to tell the peaks inside apart.
      width: the share of the median heuristic's 2 h² to take; less tells peaks apart that are nearer.

    Returns:
      The direction of each [m, d], in z.

    Raises:
      ValueError: when the shapes of particles and scores differ.

    Source: Liu & Wang 2016, arXiv 1608.04471 (SVGD, the median heuristic).

    Example: two particles on a flat density push each other away.
      >>> print(jnp.sign(stein_direction(jnp.array([[0.0], [1.0]]), jnp.zeros((2, 1))))[:, 0])
      [-1.  1.]
    """
    if scores.shape != particles.shape:
        raise ValueError(f"scores has shape {scores.shape} but particles {particles.shape}: one score a particle")
    moving = particles if moving is None else moving
    places, back = jax.vjp(place, particles)
    apart = place(moving)[:, None] - places[None]  # [m, n, k]
    square = jnp.sum(jnp.square(apart), -1)
    wide = jax.lax.stop_gradient(width * two_h_squared(places))
    kernel = jnp.exp(-square / wide)
    climb = kernel @ scores
    (push,) = jax.vmap(back)(2 * kernel[..., None] * apart / wide)  # [m, n, d]: of κ along each particle's z
    return (climb + jnp.sum(push, 1)) / len(particles)


def two_h_squared(particles: Float[Array, "n d"]) -> Float[Array, ""]:
    """2 h² = med²/log(n + 1), the median over pairs of different particles; 1 where they all coincide."""
    n = len(particles)
    if n == 1:
        return jnp.ones(())
    i, j = jnp.triu_indices(n, 1)
    median = jnp.median(jnp.sum(jnp.square(particles[i] - particles[j]), -1))
    return jnp.where(median > 0, median / math.log(n + 1), 1.0)


def svgd(
    target: Target,
    step_size: Float[ArrayLike, ""],
    place: Callable[[Array], Array] = lambda z: z,
    width: Float[ArrayLike, ""] = 1.0,
) -> Sampler:
    r"""Stein variational gradient descent: z_i <- z_i + ε φ(z_i), all particles at once.  [H17 Eq. 13]

    Deterministic: the key is not used. For few particles they spread more evenly than independent draws; in many
    dimensions their spread is too small.

    Args:
      target: of `boltzmann_target`.
      step_size: ε > 0.
      place, width: of the kernel, as for `stein_direction`; for bounded actions place = target.action.

    Returns:
      Sampler(init, step); a State holds the particles.

    Raises:
      ValueError: for a concrete step size or width that is not positive.

    Source: Liu & Wang 2016, arXiv 1608.04471.

    Example:
      >>> from softql.samplers import boltzmann_target
      >>> init, step = svgd(boltzmann_target(lambda a: -0.5 * a @ a, 1.0), 0.5)
      >>> keys = jax.random.split(jax.random.key(0), 200)
      >>> state, _ = jax.lax.scan(lambda s, k: step(k, s), init(jnp.linspace(2, 3, 50)[:, None]), keys)
      >>> bool(abs(state.z.mean()) < 0.05), bool(abs(state.z.std() - 1) < 0.1)
      (True, True)
    """
    step_size, width = checked_step(step_size), checked_step(width, "width")

    def step(key: Array, state: State) -> tuple[State, Move]:
        del key
        then = at(target, state.z + step_size * stein_direction(state.z, state.score, place=place, width=width))
        return then, Move(target.action(then.z), jnp.ones(len(then.z)))

    return Sampler(lambda z: at(target, z), step)


class Amortised(NamedTuple):
    """A network on its way to draw from π: its parameters, the moments of their optimiser, its latest draws [n, d]."""

    params: Any
    moments: Any
    z: Float[Array, "n d"]


def amortised_stein(
    apply: Callable[[Any, Array], Array], noise: int, target: Target, optimiser: Any, particles: int
) -> Sampler:
    r"""z = f_φ(ξ), ξ ~ N(0, 1), moved along Stein's direction: ∂J/∂φ ∝ -E_ξ[φ(f(ξ)) ∂f/∂φ].  [H17 Eq. 13]

    With H17 Eq. 14 the chain rule carries the direction to the parameters. Two independent samples of the network
    make it: one stands for the density, the other moves.

    Args:
      apply: (params, ξ [n, noise]) -> z [n, d].
      noise: dimensions of ξ, >= d for a density.
      target: of `boltzmann_target`.
      optimiser: an optax gradient transformation, its learning rate included.
      particles: n of each sample, >= 2.

    Returns:
      Sampler(init, step); `init(params)` gives Amortised, `step` learns once and hands over n fresh actions, so `draw`
      learns on, and its certificate says how near the network has come.

    Raises:
      ValueError: when particles or noise is no integer, or particles < 2 or noise < 1.

    Example:
      >>> import optax
      >>> from softql.samplers import boltzmann_target
      >>> target = boltzmann_target(lambda a: -0.5 * (a - 3.0) @ (a - 3.0), 1.0)
      >>> f = lambda params, xi: params["scale"] * xi + params["mean"]
      >>> init, step = amortised_stein(f, 1, target, optax.adam(0.05), particles=64)
      >>> state = init({"scale": jnp.array(0.1), "mean": jnp.array(0.0)})
      >>> state, _ = jax.lax.scan(lambda s, k: step(k, s), state, jax.random.split(jax.random.key(0), 600))
      >>> bool(abs(state.params["mean"] - 3) < 0.3), bool(abs(state.params["scale"] - 1) < 0.2)
      (True, True)
    """
    positive_count("particles", particles)
    positive_count("noise", noise)
    if particles < 2:
        raise ValueError(f"particles = {particles}: Stein's direction needs two")

    def init(params: Any) -> Amortised:
        drawn = apply(params, jax.random.normal(jax.random.key(0), (particles, noise)))
        return Amortised(params, optimiser.init(params), drawn)

    def step(key: Array, state: Amortised) -> tuple[Amortised, Move]:
        k_density, k_moving, k_action = jax.random.split(key, 3)

        def loss(params: Any) -> Array:
            standing = at(target, apply(state.params, jax.random.normal(k_density, (particles, noise))))
            moving = apply(params, jax.random.normal(k_moving, (particles, noise)))
            direction = stein_direction(standing.z, standing.score, jax.lax.stop_gradient(moving))
            return -jnp.sum(jax.lax.stop_gradient(direction) * moving) / particles

        grads = jax.grad(loss)(state.params)
        updates, moments = optimiser.update(grads, state.moments, state.params)
        params = jax.tree.map(lambda p, u: p + u, state.params, updates)
        z = apply(params, jax.random.normal(k_action, (particles, noise)))
        return Amortised(params, moments, z), Move(target.action(z), jnp.ones(particles))

    return Sampler(init, step)
