"""How good a policy is: returns of whole episodes, without learning. Returns are undiscounted, in reward units.

Imports: equations, envs.lanes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from softql.envs.lanes import Lanes, lanes
from softql.equations import boltzmann_log_policy

__all__ = ["episode_returns", "greedy_returns", "sampled_returns"]


def greedy_returns(
    env: Any, env_params: Any, apply: Callable[[Any, Array], Array], params: Any, key: Array, episodes: int
) -> Float[Array, " episodes"]:
    """The return of each of `episodes` episodes under argmax_a Q(s, a), ties to the first action.

    Args:
        env, env_params: a gymnax environment and its parameters.
        apply: (params, obs[*b, ...]) -> q[*b, A], as of `q_network`.
        params: the parameters; to evaluate many, vmap over params and key.
        key: one key.
        episodes: how many episodes, run side by side, each for at most env_params.max_steps_in_episode steps.

    Returns:
        Sums of rewards [episodes], undiscounted, without entropy.

    Raises:
        ValueError: if episodes is not positive.

    Example:
        >>> import gymnax, jax, jax.numpy as jnp
        >>> env, env_params = gymnax.make("CartPole-v1")
        >>> def lean(params, obs):  # push to the side the pole falls to
        ...     fall = obs[..., 2] + obs[..., 3]
        ...     return jnp.stack([-fall, fall], -1)
        >>> greedy_returns(env, env_params, lean, None, jax.random.key(0), 2).tolist()
        [500.0, 500.0]
    """
    return _returns(env, env_params, apply, episodes, params, None, key)


def sampled_returns(
    env: Any,
    env_params: Any,
    apply: Callable[[Any, Array], Array],
    params: Any,
    alpha: Float[Array, ""] | float,
    key: Array,
    episodes: int,
) -> Float[Array, " episodes"]:
    """The same under actions drawn from pi = exp((Q - V)/alpha), alpha > 0 in reward units.  [H17 Eq. 6]

    Example:
        >>> import gymnax, jax, jax.numpy as jnp
        >>> env, env_params = gymnax.make("Catch-bsuite")
        >>> sampled_returns(env, env_params, lambda p, obs: p, jnp.zeros((5, 3)), 1.0, jax.random.key(0), 5).shape
        (5,)
    """
    if not isinstance(alpha, jax.core.Tracer) and not alpha > 0:
        raise ValueError(f"alpha = {alpha}: it must be positive; for the greedy policy call greedy_returns")
    return _returns(env, env_params, apply, episodes, params, alpha, key)


@partial(jax.jit, static_argnums=(0, 2, 3))
def _returns(
    env: Any, env_params: Any, apply: Callable[[Any, Array], Array], episodes: int, params: Any, alpha: Any, key: Array
) -> Float[Array, " episodes"]:
    def act(k_action: Array, obs: Array) -> Array:
        q = apply(params, obs)
        return jnp.argmax(q, -1) if alpha is None else jax.random.categorical(k_action, boltzmann_log_policy(q, alpha))

    return episode_returns(env, env_params, act, key, episodes)


def episode_returns(
    env: Any, env_params: Any, act: Callable[[Array, Array], Array], key: Array, episodes: int
) -> Float[Array, " episodes"]:
    """The return of each of `episodes` episodes under `act(key, obs[episodes, ...]) -> action[episodes]`.

    Stops when every episode has ended, or after env_params.max_steps_in_episode steps.

    Example:
        >>> import gymnax, jax, jax.numpy as jnp
        >>> env, env_params = gymnax.make("DeepSea-bsuite")
        >>> episode_returns(env, env_params, lambda k, obs: jnp.zeros(3, int), jax.random.key(0), 3).shape
        (3,)
    """
    if episodes < 1:
        raise ValueError(f"episodes = {episodes}: it must be at least 1")
    door = lanes(env, env_params, episodes)
    key, k_reset = jax.random.split(key)

    def going(carry: tuple[Array, Array, Lanes, Array, Array]) -> Array:
        _, time, _, over, _ = carry
        return ~over.all() & (time < env_params.max_steps_in_episode)

    def step(carry: tuple[Array, Array, Lanes, Array, Array]) -> tuple[Array, Array, Lanes, Array, Array]:
        key, time, at, over, total = carry
        key, k_action, k_env = jax.random.split(key, 3)
        at, got = door.step(k_env, at, act(k_action, at.obs))
        return key, time + 1, at, over | got.ended, total + jnp.where(over, 0.0, got.reward)

    start = (key, jnp.int32(0), door.init(k_reset), jnp.zeros(episodes, bool), jnp.zeros(episodes, jnp.float32))
    return jax.lax.while_loop(going, step, start)[-1]
