"""blackjax's samplers behind softql's pair. Needs the extra `samplers`: pip install "softql[samplers]".

Imports: records; blackjax and the optax that it brings inside the functions.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from softql.measures.uniforms import positive_count
from softql.samplers.records import Move, Sampler, State, Target, at, checked_step

__all__ = ["blackjax_hmc", "blackjax_mala", "blackjax_svgd"]


def blackjax_mala(target: Target, step_size: Float[ArrayLike, ""]) -> Sampler:
    r"""`softql.samplers.mala` as blackjax computes it.  [Note L69]

    Args:
      target: of `boltzmann_target`.
      step_size: ε > 0, squared units of z.

    Returns:
      Sampler(init, step).

    Raises:
      ValueError: for a concrete step size that is not positive.
      ImportError: where blackjax is not installed.

    Source: Cabezas et al. 2024, arXiv 2402.10797.

    Example:
      >>> from softql.samplers import boltzmann_target
      >>> target = boltzmann_target(lambda a: -0.5 * a @ a, 1.0)
      >>> try:
      ...     init, step = blackjax_mala(target, 0.5)
      ...     print(step(jax.random.key(0), init(jnp.zeros((3, 2))))[1].action.shape)
      ... except ImportError:
      ...     print((3, 2))
      (3, 2)
    """
    return _behind_the_pair(_blackjax().mala(target.log_density, checked_step(step_size)), target)


def blackjax_hmc(target: Target, step_size: Float[ArrayLike, ""], leaps: int) -> Sampler:
    r"""`softql.samplers.hmc` as blackjax computes it, with the identity as mass.  [H17 Eq. 6]

    Args:
      target: of `boltzmann_target`.
      step_size: of one leap, > 0, units of z.
      leaps: how many, >= 1.

    Returns:
      Sampler(init, step): init takes z [n, d] and needs d to make the mass.

    Raises:
      ValueError: for a concrete step size that is not positive, or leaps < 1.
      ImportError: where blackjax is not installed.

    Source: Cabezas et al. 2024, arXiv 2402.10797.

    Example:
      >>> from softql.samplers import boltzmann_target
      >>> target = boltzmann_target(lambda a: -0.5 * a @ a, 1.0)
      >>> try:
      ...     init, step = blackjax_hmc(target, 0.5, leaps=3)
      ...     print(step(jax.random.key(0), init(jnp.zeros((3, 2))))[1].action.shape)
      ... except ImportError:
      ...     print((3, 2))
      (3, 2)
    """
    size = checked_step(step_size)
    positive_count("leaps", leaps)
    blackjax = _blackjax()

    def step(key: Array, state: State) -> tuple[State, Move]:
        mass = jnp.ones(state.z.shape[-1])
        return _behind_the_pair(blackjax.hmc(target.log_density, size, mass, leaps), target).step(key, state)

    return Sampler(lambda z: at(target, z), step)


def blackjax_svgd(target: Target, step_size: Float[ArrayLike, ""]) -> Sampler:
    r"""Stein variational gradient descent as blackjax computes it: z_i <- z_i + ε φ(z_i).  [H17 Eq. 13]

    `softql.samplers.svgd` but for the kernel's width: here 2 h² = med²/log n, there med²/log(n + 1).

    Args:
      target: of `boltzmann_target`.
      step_size: ε > 0.

    Returns:
      Sampler(init, step); the key is not used.

    Raises:
      ValueError: for a concrete step size that is not positive, or (from `step`) fewer than 2 particles.
      ImportError: where blackjax is not installed.

    Source: Liu & Wang 2016, arXiv 1608.04471; Cabezas et al. 2024, arXiv 2402.10797.

    Example:
      >>> from softql.samplers import boltzmann_target
      >>> target = boltzmann_target(lambda a: -0.5 * a @ a, 1.0)
      >>> try:
      ...     init, step = blackjax_svgd(target, 0.5)
      ...     print(step(jax.random.key(0), init(jnp.eye(3)[:, :2]))[1].action.shape)
      ... except ImportError:
      ...     print((3, 2))
      (3, 2)
    """
    size = checked_step(step_size)
    blackjax = _blackjax()

    def step(key: Array, state: State) -> tuple[State, Move]:
        del key
        if len(state.z) < 2:
            raise ValueError("one particle has no median distance: blackjax's kernel needs at least 2")
        from blackjax.vi.svgd import update_median_heuristic
        from optax import sgd

        method = blackjax.svgd(jax.grad(target.log_density), sgd(size))
        begin = update_median_heuristic(method.init(state.z, {}))
        then = at(target, method.step(begin).particles)
        return then, Move(target.action(then.z), jnp.ones(len(then.z)))

    return Sampler(lambda z: at(target, z), step)


def _blackjax() -> Any:
    try:
        import blackjax
    except ImportError as error:
        raise ImportError(f'{error}: install it with pip install "softql[samplers]"') from error
    return blackjax


def _behind_the_pair(algorithm: Any, target: Target) -> Sampler:
    """One chain of blackjax for each row; softql's State on both sides."""

    def step(key: Array, state: State) -> tuple[State, Move]:
        keys = jax.random.split(key, len(state.z))
        inside, info = jax.vmap(algorithm.step)(keys, jax.vmap(algorithm.init)(state.z))
        then = State(inside.position, inside.logdensity, inside.logdensity_grad)
        return then, Move(target.action(then.z), info.acceptance_rate)

    return Sampler(lambda z: at(target, z), step)
