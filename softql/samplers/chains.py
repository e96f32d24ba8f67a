"""Markov chains: Langevin dynamics, unadjusted, reflected and Metropolis-adjusted; Hamiltonian Monte Carlo.

Each takes a Target and gives a Sampler; all chains of a State move at once, each for itself. Imports: equations.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from softql.equations import langevin_step
from softql.measures import Box
from softql.measures.boxes import sides
from softql.measures.uniforms import positive_count
from softql.samplers.records import Move, Sampler, State, Target, at, boltzmann_target, checked_step

__all__ = ["hmc", "langevin", "mala", "reflected_langevin"]


def langevin(target: Target, step_size: Float[ArrayLike, ""]) -> Sampler:
    r"""Unadjusted: z' = z + ε ∇ log π(z) + √(2ε) ξ.  [Note L69]

    Its stationary law is not π: on a Gaussian of variance σ² it has variance σ² / (1 - ε/(2σ²)), and none for
    ε >= 2σ². A smaller step is less biased and slower.

    Args:
      target: of `boltzmann_target`.
      step_size: ε > 0, squared units of z.

    Returns:
      Sampler(init, step).

    Raises:
      ValueError: for a concrete step size that is not positive.

    Source: Roberts & Tweedie 1996.

    Example: stationary variance 1 / (1 - 0.5/2) instead of 1.
      >>> init, step = langevin(boltzmann_target(lambda a: -0.5 * a @ a, 1.0), 0.5)
      >>> state = init(jnp.zeros((50_000, 1)))
      >>> keys = jax.random.split(jax.random.key(0), 30)
      >>> print(f"{jax.lax.scan(lambda s, k: step(k, s), state, keys)[0].z.var():.1f}")
      1.3
    """
    step_size = checked_step(step_size)

    def step(key: Array, state: State) -> tuple[State, Move]:
        noise = jax.random.normal(key, state.z.shape, state.z.dtype)
        then = at(target, langevin_step(state.z, state.score, 1.0, step_size, noise))
        return then, Move(target.action(then.z), jnp.ones(len(then.z)))

    return Sampler(lambda z: at(target, z), step)


def reflected_langevin(
    q: Callable[[Array], Array], alpha: Float[ArrayLike, ""], box: Box, step_size: Float[ArrayLike, ""]
) -> Sampler:
    r"""Unadjusted, in the actions themselves: a step out of the box is folded back at the limit.  [Note L69]

    No squash, so no Jacobian: π ∝ exp(Q/α) on the box. Folding keeps the uniform law exactly (clipping would pile up
    mass at the limits); like `langevin` it is biased by its step elsewhere.

    Args:
      q: an action [d] -> Q [], reward units, differentiable in the box.
      alpha: temperature > 0, reward units.
      box: the limits.
      step_size: ε > 0, squared action units.

    Returns:
      Sampler(init, step); z are the actions: for a certificate see `draw`, coordinates.

    Raises:
      ValueError: for a concrete alpha or step size that is not positive, or a concrete box without volume.

    Source: Bubeck, Eldan & Lehec 2018, for the projected relative; folding as in reflected diffusions.

    Example:
      >>> init, step = reflected_langevin(lambda a: 0.0 * a[0], 1.0, Box(jnp.zeros(1), jnp.ones(1)), 0.1)
      >>> state, _ = step(jax.random.key(0), init(jnp.full((1000, 1), 0.99)))
      >>> bool((state.z >= 0).all() & (state.z <= 1).all())
      True
    """
    step_size, target = checked_step(step_size), boltzmann_target(q, alpha)
    sides(box.low, box.high)

    def step(key: Array, state: State) -> tuple[State, Move]:
        noise = jax.random.normal(key, state.z.shape, state.z.dtype)
        then = at(target, fold(box, langevin_step(state.z, state.score, 1.0, step_size, noise)))
        return then, Move(then.z, jnp.ones(len(then.z)))

    return Sampler(lambda z: at(target, z), step)


def mala(target: Target, step_size: Float[ArrayLike, ""]) -> Sampler:
    r"""Langevin's step, accepted with chance min(1, π(z') g(z|z') / (π(z) g(z'|z))), g its Gaussian.  [Note L69]

    π is stationary exactly, whatever the step; acceptance near 0.57 is best in many dimensions.

    Args:
      target: of `boltzmann_target`.
      step_size: ε > 0, squared units of z.

    Returns:
      Sampler(init, step).

    Raises:
      ValueError: for a concrete step size that is not positive.

    Source: Besag 1994; Roberts & Rosenthal 1998 (0.574).

    Example:
      >>> init, step = mala(boltzmann_target(lambda a: -0.5 * a @ a, 1.0), 0.5)
      >>> keys = jax.random.split(jax.random.key(0), 30)
      >>> state, _ = jax.lax.scan(lambda s, k: step(k, s), init(jnp.zeros((50_000, 1))), keys)
      >>> print(f"{state.z.var():.1f}")
      1.0
    """
    step_size = checked_step(step_size)

    def log_step(to: State, of: State) -> Array:
        """log g(to|of), up to a constant."""
        return -jnp.sum(jnp.square(to.z - of.z - step_size * of.score), -1) / (4 * step_size)

    def step(key: Array, state: State) -> tuple[State, Move]:
        k_noise, k_accept = jax.random.split(key)
        noise = jax.random.normal(k_noise, state.z.shape, state.z.dtype)
        then = at(target, langevin_step(state.z, state.score, 1.0, step_size, noise))
        gain = then.log_density - state.log_density + log_step(state, then) - log_step(then, state)
        return accepted(k_accept, target, state, then, gain)

    return Sampler(lambda z: at(target, z), step)


def hmc(target: Target, step_size: Float[ArrayLike, ""], leaps: int) -> Sampler:
    r"""Hamiltonian Monte Carlo: p ~ N(0, 1), `leaps` leapfrog steps, accepted with min(1, exp(-ΔH)).  [H17 Eq. 6]

    H = -log π(z) + |p|²/2. One leap is `mala` with ε = step_size²/2.

    Args:
      target: of `boltzmann_target`.
      step_size: of one leap, > 0, units of z.
      leaps: how many, >= 1.

    Returns:
      Sampler(init, step).

    Raises:
      ValueError: for a concrete step size that is not positive, or leaps < 1.

    Source: Duane et al. 1987; Neal 2011.

    Example:
      >>> init, step = hmc(boltzmann_target(lambda a: -0.5 * a @ a, 1.0), 0.5, leaps=4)
      >>> keys = jax.random.split(jax.random.key(0), 20)
      >>> state, _ = jax.lax.scan(lambda s, k: step(k, s), init(jnp.zeros((50_000, 1))), keys)
      >>> print(f"{state.z.var():.1f}")
      1.0
    """
    step_size = checked_step(step_size)
    positive_count("leaps", leaps)

    def leap(carry: tuple[State, Array], _: None) -> tuple[tuple[State, Array], None]:
        state, p = carry
        p = p + 0.5 * step_size * state.score
        then = at(target, state.z + step_size * p)
        return (then, p + 0.5 * step_size * then.score), None

    def step(key: Array, state: State) -> tuple[State, Move]:
        k_momentum, k_accept = jax.random.split(key)
        p = jax.random.normal(k_momentum, state.z.shape, state.z.dtype)
        (then, p_then), _ = jax.lax.scan(leap, (state, p), length=leaps)
        kinetic, kinetic_then = (0.5 * jnp.sum(jnp.square(x), -1) for x in (p, p_then))
        gain = then.log_density - kinetic_then - state.log_density + kinetic
        return accepted(k_accept, target, state, then, gain)

    return Sampler(lambda z: at(target, z), step)


def accepted(key: Array, target: Target, state: State, then: State, gain: Float[Array, " n"]) -> tuple[State, Move]:
    """Metropolis: each chain goes with chance min(1, e^gain), and stays where the gain is NaN."""
    chance = jnp.where(jnp.isnan(gain), 0.0, jnp.exp(jnp.minimum(gain, 0.0)))
    go = jax.random.uniform(key, chance.shape) < chance

    def either(new: Array, old: Array) -> Array:
        return jnp.where(go.reshape(-1, *[1] * (new.ndim - 1)), new, old)

    state = jax.tree.map(either, then, state)
    return state, Move(target.action(state.z), chance)


def fold(box: Box, action: Float[Array, "n d"]) -> Float[Array, "n d"]:
    """Reflection at the limits, as often as needed: a triangle wave of period 2 (high - low)."""
    low, high = (jnp.broadcast_to(x, action.shape) for x in box)
    size = high - low
    inside = size - jnp.abs(jnp.mod(action - low, 2 * size) - size)
    return jnp.clip(low + inside, low, high)  # of rounding only: folded actions are in the box
