"""What samplers are made of: the target density, the state of the chains, what a move says. Imports: measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from softql.measures import Box
from softql.measures.boxes import sides

__all__ = ["Move", "Sampler", "State", "Target", "at", "boltzmann_target", "checked_step"]


class Target(NamedTuple):
    """A density in coordinates z, and the way from z to actions.

    Fields:
      log_density: z [d] -> log π(z) [], up to a constant, nats.
      action: z [*b, d] -> a [*b, d].
    """

    log_density: Callable[[Array], Array]
    action: Callable[[Array], Array]


class State(NamedTuple):
    """Where n chains stand: z [n, d], the log density there [n] and its gradient [n, d], the score."""

    z: Float[Array, "n d"]
    log_density: Float[Array, " n"]
    score: Float[Array, "n d"]


class Move(NamedTuple):
    """What one step did: the actions [n, d] after it, and the chance with which each was accepted [n], 1 unadjusted."""

    action: Float[Array, "n d"]
    acceptance: Float[Array, " n"]


class Sampler(NamedTuple):
    """init: z [n, d] -> State; step: (key, State) -> (State, Move). Both pure: jit, vmap and scan them."""

    init: Callable[[Array], Any]
    step: Callable[[Array, Any], tuple[Any, Move]]


def boltzmann_target(
    q: Callable[[Array], Array], alpha: Float[ArrayLike, ""], box: Box | None = None
) -> Target:
    r"""log π(z) = Q(a(z))/α + log |da/dz|, the Boltzmann policy in coordinates without limits.  [H17 Eq. 6] [Note L69]

    Args:
      q: an action [d] -> Q [], reward units, differentiable.
      alpha: temperature > 0, reward units.
      box: the limits of the actions; None means that they have none and a = z.

    Returns:
      Target(log_density, action).

    Raises:
      ValueError: for a concrete alpha that is not positive, or a concrete box without volume.

    Example: Q = 0 on [-1, 1] is a uniform action, whose density in z is sech²(z).
      >>> target = boltzmann_target(lambda a: 0.0 * a[0], 1.0, Box(-jnp.ones(1), jnp.ones(1)))
      >>> print(f"{jnp.exp(target.log_density(jnp.array([0.5]))):.4f} {1 / jnp.cosh(0.5) ** 2:.4f}")
      0.7864 0.7864
    """
    if not isinstance(alpha, jax.core.Tracer) and not (np.asarray(alpha) > 0).all():
        raise ValueError(f"alpha = {alpha}: it must be positive; at 0 the policy is a maximum, not a density")
    if box is None:
        return Target(lambda z: q(z) / alpha, lambda z: z)
    sides(box.low, box.high)
    return Target(lambda z: q(box.squash(z)) / alpha + box.log_jacobian(z), box.squash)


def at(target: Target, z: Float[Array, "n d"]) -> State:
    """The state of chains that stand at z."""
    if jnp.ndim(z) != 2:
        raise ValueError(f"z has shape {jnp.shape(z)}: one row a chain, [n, d]")
    z = jnp.asarray(z)
    return State(z, *jax.vmap(jax.value_and_grad(target.log_density))(z))


def checked_step(step_size: ArrayLike, name: str = "step_size") -> Array:
    """The step size, refused where it can be seen not to be positive."""
    if not isinstance(step_size, jax.core.Tracer) and not (np.asarray(step_size) > 0).all():
        raise ValueError(f"{name} = {step_size}: it must be positive")
    return jnp.asarray(step_size, float)
