"""Q-networks: a pair of pure functions, parameters as a list of layers.

`q_network(env, env_params, hidden)` gives `Network(init, apply)`; `apply` takes the environment's own observations with
any leading axes. Vectors and images are flattened, an integer observation of a Discrete space becomes one-hot.
Every hidden layer is dense -> layer norm -> relu (the norm is what lets on-policy Q-learning do without a target
network); the last layer is dense and starts small, so that the first policy is close to uniform. Imports: jax.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

__all__ = ["Dense", "Network", "Params", "q_network"]


class Dense(NamedTuple):
    """One affine layer: x -> x @ weight + bias."""

    weight: Float[Array, "inputs outputs"]
    bias: Float[Array, " outputs"]


Params = list[Dense]


class Network(NamedTuple):
    """init: key -> params; apply: (params, obs[*b, ...]) -> q[*b, A] in reward units."""

    init: Callable[[Array], Params]
    apply: Callable[[Params, Array], Array]


def q_network(env: Any, env_params: Any, hidden: Sequence[int] = (64, 64)) -> Network:
    """A layer-norm MLP from an environment's observations to one Q per action, in reward units.

    Args:
        env: a gymnax environment with a Discrete action space.
        env_params: its parameters.
        hidden: widths of the hidden layers, each at least 1; () gives a linear network.

    Returns:
        Network(init, apply): `init(key)` gives float32 parameters, `apply(params, obs)` takes obs[*b, *shape] of any
        real dtype and gives q[*b, A] in float32.

    Raises:
        ValueError: if the actions are not Discrete, a width is not positive, or observations are not one array.

    Source: layer norm before each activation as in PQN, Gallici et al. 2024, arXiv 2407.04811.

    Example:
        >>> import gymnax, jax
        >>> env, env_params = gymnax.make("FrozenLake-misc")
        >>> network = q_network(env, env_params, hidden=(8,))
        >>> network.apply(network.init(jax.random.key(0)), jax.numpy.arange(16)).shape
        (16, 4)
    """
    actions = action_count(env, env_params)
    if any(width < 1 for width in hidden):
        raise ValueError(f"hidden = {tuple(hidden)}: every width must be at least 1")
    features, encode = encoder(env, env_params)
    widths = [features, *hidden, actions]

    def init(key: Array) -> Params:
        keys = jax.random.split(key, len(widths) - 1)
        gains = [math.sqrt(2.0)] * (len(widths) - 2) + [0.01]
        return [_dense(*layer) for layer in zip(keys, widths[:-1], widths[1:], gains, strict=True)]

    def apply(params: Params, obs: Array) -> Array:
        x = encode(obs)
        for layer in params[:-1]:
            x = jax.nn.relu(unit_variance(affine(centred(layer), x)))
        return affine(params[-1], x)

    return Network(init, apply)


def affine(layer: Dense, x: Float[Array, "*b inputs"]) -> Float[Array, "*b outputs"]:
    """x @ weight + bias."""
    y = x @ layer.weight
    return y + jnp.broadcast_to(layer.bias, y.shape)


def centred(layer: Dense) -> Dense:
    """The layer whose outputs are those of `layer` less their mean: centring few weights is quicker than many rows."""
    weight, bias = layer
    return Dense(weight - weight.mean(-1, keepdims=True), bias - bias.mean())


def unit_variance(x: Float[Array, "*b n"]) -> Float[Array, "*b n"]:
    """x / sqrt(mean of x^2 + 1e-5) over the last axis; with centred x layer norm, which the next layer scales.

    The mean is a product with a column of ones: a CPU sums rows of a product several terms at a time.
    """
    ones = jnp.ones((x.shape[-1], 1), x.dtype)
    variance = jnp.matmul(jnp.square(x), ones, precision="highest") / x.shape[-1]
    return x * jnp.matmul(jax.lax.rsqrt(variance + 1e-5), ones.T, precision="highest")


def action_count(env: Any, env_params: Any) -> int:
    """The number of actions, or a ValueError for an action space that is not Discrete."""
    space = env.action_space(env_params)
    if not _is_discrete(space):
        raise ValueError(
            f"{env.name} has the action space {type(space).__name__}{tuple(space.shape)}: softql.agents.discrete takes "
            "Discrete actions only (CartPole-v1, Acrobot-v1, MinAtar, bsuite, ...); for vectors there is "
            "softql.agents.continuous_agent"
        )
    return int(space.n)


def encoder(env: Any, env_params: Any) -> tuple[int, Callable[[Array], Array]]:
    """How many features an observation has, and obs[*b, *shape] -> features[*b, n] in float32."""
    space = env.observation_space(env_params)
    if _is_discrete(space):
        return int(space.n), lambda obs: jax.nn.one_hot(obs, space.n, dtype=jnp.float32)
    if not hasattr(space, "shape") or hasattr(space, "spaces"):
        raise ValueError(f"{env.name} observes a {type(space).__name__}: softql takes one array (Box) or Discrete")
    shape = tuple(space.shape)
    n = math.prod(shape)

    def flatten(obs: Array) -> Array:
        obs = jnp.asarray(obs, jnp.float32)
        return obs.reshape(*obs.shape[: obs.ndim - len(shape)], n)

    return n, flatten


def _is_discrete(space: Any) -> bool:
    return hasattr(space, "n") and not hasattr(space, "spaces")


def _dense(key: Array, inputs: int, outputs: int, gain: float) -> Dense:
    weight = gain / math.sqrt(inputs) * jax.random.normal(key, (inputs, outputs), jnp.float32)
    return Dense(weight, jnp.zeros((outputs,), jnp.float32))
