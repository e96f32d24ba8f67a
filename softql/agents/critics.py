"""Networks for continuous actions: Q of a state at many action points, and a network that draws actions from noise.

Hidden layers are dense -> silu, smooth in the action, so that the gradient of Q is one that a sampler can follow.
Observations whose space is bounded are brought to [-1, 1], actions too. Imports: networks, measures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from softql.agents.networks import Dense, Params, affine, encoder
from softql.measures import Box

__all__ = ["Critic", "Drawer", "action_box", "critic", "drawer"]

SEEN = 1e4  # a bound of observations above this is none


class Critic(NamedTuple):
    """init: key -> params, any pytree; apply: (params, obs [*b, ...], action [*b, n, d]) -> q [*b, n], reward units."""

    init: Callable[[Array], Any]
    apply: Callable[[Any, Array, Array], Array]


class Drawer(NamedTuple):
    """init: key -> params; apply: (params, obs [*b, ...], noise [*b, n, m]) -> z [*b, n, d], see `Box.squash`."""

    init: Callable[[Array], Params]
    apply: Callable[[Params, Array, Array], Array]


def action_box(env: Any, env_params: Any) -> Box:
    """The limits of an environment's actions, one dimension each.

    Raises:
        ValueError: if the actions are no Box [d], or a limit is not finite.

    Example:
        >>> import gymnax
        >>> print(action_box(*gymnax.make("Pendulum-v1")))
        Box(low=Array([-2.], dtype=float32), high=Array([2.], dtype=float32))
    """
    space = env.action_space(env_params)
    if not (hasattr(space, "low") and hasattr(space, "high")) or len(space.shape) != 1:
        raise ValueError(
            f"{env.name} has the action space {type(space).__name__}{tuple(space.shape)}: softql.agents.continuous "
            "takes vectors with limits (Pendulum-v1, MountainCarContinuous-v0, Reacher-misc, ...)"
        )
    low, high = (np.broadcast_to(np.asarray(x, np.float32), space.shape) for x in (space.low, space.high))
    if not (np.isfinite(low) & np.isfinite(high) & (low < high)).all():
        raise ValueError(f"{env.name} has actions between {low} and {high}: both limits must be finite")
    return Box(jnp.asarray(low), jnp.asarray(high))


def critic(env: Any, env_params: Any, hidden: Sequence[int] = (64, 64), scale: float = 1.0) -> Critic:
    """An MLP from an observation and n actions to n values of Q; the state goes through its first layer once.

    Args:
        env: a gymnax environment with bounded vector actions.
        env_params: its parameters.
        hidden: widths of the hidden layers, at least one.
        scale: the size of Q in reward units; the network answers Q / scale, which should be about 1.

    Returns:
        Critic(init, apply).

    Raises:
        ValueError: if the actions are no bounded vectors, or hidden is empty or holds a width that is not positive.

    Example:
        >>> import gymnax
        >>> q = critic(*gymnax.make("Pendulum-v1"), hidden=(8,))
        >>> q.apply(q.init(jax.random.key(0)), jnp.zeros((5, 3)), jnp.zeros((5, 7, 1))).shape
        (5, 7)
    """
    box = action_box(env, env_params)
    features, encode = scaled_encoder(env, env_params)
    widths = layers(features + len(box.low), hidden, 1)

    def apply(params: Params, obs: Array, action: Array) -> Array:
        low, high = (jnp.broadcast_to(x, action.shape) for x in box)
        unit = (2 * action - low - high) / (high - low)
        first = params[0]
        of_state = affine(Dense(first.weight[:features], first.bias), encode(obs))[..., None, :]
        of_action = unit @ first.weight[features:]
        x = jnp.broadcast_to(of_state, of_action.shape) + of_action
        return scale * rest(params, x)[..., 0]

    return Critic(lambda key: dense_layers(key, widths, 0.1), apply)


def drawer(env: Any, env_params: Any, noise: int, hidden: Sequence[int] = (64, 64)) -> Drawer:
    """An MLP from an observation and noise to coordinates z of an action, a = squash(z): H17's f(ξ; s).

    Args:
        env, env_params, hidden: as for `critic`.
        noise: dimensions of ξ.

    Returns:
        Drawer(init, apply).

    Raises:
        ValueError: as `critic` does, or when noise is not positive.

    Example:
        >>> import gymnax
        >>> f = drawer(*gymnax.make("Pendulum-v1"), noise=2, hidden=(8,))
        >>> f.apply(f.init(jax.random.key(0)), jnp.zeros((5, 3)), jnp.zeros((5, 7, 2))).shape
        (5, 7, 1)
    """
    if noise < 1:
        raise ValueError(f"noise = {noise}: it must be at least 1")
    features, encode = scaled_encoder(env, env_params)
    widths = layers(features + noise, hidden, len(action_box(env, env_params).low))

    def apply(params: Params, obs: Array, xi: Array) -> Array:
        first = params[0]
        of_state = affine(Dense(first.weight[:features], first.bias), encode(obs))[..., None, :]
        of_noise = xi @ first.weight[features:]
        return rest(params, jnp.broadcast_to(of_state, of_noise.shape) + of_noise)

    return Drawer(lambda key: dense_layers(key, widths, 1.0), apply)


def scaled_encoder(env: Any, env_params: Any) -> tuple[int, Callable[[Array], Array]]:
    """`encoder`, with observations between finite bounds brought to [-1, 1]."""
    features, encode = encoder(env, env_params)
    space = env.observation_space(env_params)
    if not hasattr(space, "low"):
        return features, encode
    low, high = (np.broadcast_to(np.asarray(x, np.float64), space.shape).ravel() for x in (space.low, space.high))
    bounded = (np.abs(low) < SEEN) & (np.abs(high) < SEEN) & (low < high)
    low, high = np.where(bounded, low, -1.0), np.where(bounded, high, 1.0)
    middle, half = (jnp.asarray(x / 2, jnp.float32) for x in (low + high, high - low))

    def apply(obs: Array) -> Array:
        x = encode(obs)
        return (x - jnp.broadcast_to(middle, x.shape)) / jnp.broadcast_to(half, x.shape)

    return features, apply


def layers(inputs: int, hidden: Sequence[int], outputs: int) -> list[int]:
    """Every width in turn."""
    if not hidden or any(width < 1 for width in hidden):
        raise ValueError(f"hidden = {tuple(hidden)}: at least one layer, every width at least 1")
    return [inputs, *hidden, outputs]


def dense_layers(key: Array, widths: Sequence[int], last: float) -> Params:
    """Normal weights of variance 1/inputs, the last layer's smaller by `last`."""
    keys = jax.random.split(key, len(widths) - 1)
    gains = [1.0] * (len(widths) - 2) + [last]
    shapes = zip(keys, widths[:-1], widths[1:], gains, strict=True)
    return [Dense(g / math.sqrt(m) * jax.random.normal(k, (m, n)), jnp.zeros(n)) for k, m, n, g in shapes]


def rest(params: Params, x: Float[Array, "*b h"]) -> Float[Array, "*b o"]:
    """All that comes after the first affine map."""
    for layer in params[1:]:
        x = affine(layer, jax.nn.silu(x))
    return x
