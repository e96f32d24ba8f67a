"""The door to gymnax: many copies (lanes) of one environment behind a pair of pure functions, with the casts.

Observations come out as float32 (or int32 for a Discrete observation space), rewards as float32, ends as bool, states
strongly typed, whatever the environment says. An episode ends by `terminated` (its value ends) or by `truncated` (time
is up, its value goes on); both at once is terminated. gymnax resets on its own, so `Arrival.final_obs`, not
`Lanes.obs`, is where the transition led. Imports: jax.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

__all__ = ["Arrival", "Door", "Lanes", "lanes"]


class Lanes(NamedTuple):
    """Where every lane stands: environment states, observations, and the running return and length of its episode."""

    env_state: Any
    obs: Array
    episode_return: Float[Array, " envs"]
    episode_length: Int[Array, " envs"]


class Arrival(NamedTuple):
    """What one step brought, per lane. `final_return` and `final_length` count only where `ended`."""

    reward: Float[Array, " envs"]
    terminated: Bool[Array, " envs"]
    truncated: Bool[Array, " envs"]
    final_obs: Array
    final_return: Float[Array, " envs"]
    final_length: Int[Array, " envs"]

    @property
    def ended(self) -> Bool[Array, " envs"]:
        """True where the episode is over, in either way."""
        return self.terminated | self.truncated


class Door(NamedTuple):
    """init: key -> Lanes; step: (key, Lanes, action[envs]) -> (Lanes, Arrival)."""

    init: Callable[[Array], Lanes]
    step: Callable[[Array, Lanes, Array], tuple[Lanes, Arrival]]


def lanes(env: Any, env_params: Any, envs: int) -> Door:
    """`envs` copies of a gymnax 1.0 environment as Door(init, step), each with its own key.

    Example:
        >>> import gymnax, jax, jax.numpy as jnp
        >>> door = lanes(*gymnax.make("CartPole-v1"), envs=3)
        >>> state, arrival = door.step(jax.random.key(1), door.init(jax.random.key(0)), jnp.array([0, 1, 0]))
        >>> state.obs.shape, arrival.reward.tolist(), arrival.ended.tolist()
        ((3, 4), [1.0, 1.0, 1.0], [False, False, False])
    """

    def init(key: Array) -> Lanes:
        obs, env_state = jax.vmap(env.reset, (0, None))(jax.random.split(key, envs), env_params)
        return Lanes(strong(env_state), observed(obs), jnp.zeros(envs, jnp.float32), jnp.zeros(envs, jnp.int32))

    def step(key: Array, at: Lanes, action: Array) -> tuple[Lanes, Arrival]:
        keys = jax.random.split(key, envs)
        moved = jax.vmap(env.step, (0, 0, 0, None))(keys, at.env_state, action, env_params)
        obs, env_state, reward, terminated, truncated, info = moved
        reward, terminated = reward.astype(jnp.float32), terminated.astype(bool)
        total, length = at.episode_return + reward, at.episode_length + 1
        arrival = Arrival(
            reward,
            terminated,
            truncated.astype(bool) & ~terminated,
            observed(info["final_observation"]),  # auto-reset has already replaced obs
            total,
            length,
        )
        going = ~arrival.ended
        total, length = jnp.where(going, total, 0.0), jnp.where(going, length, 0)
        return Lanes(strong(env_state), observed(obs), total, length), arrival

    return Door(init, step)


def observed(obs: Array) -> Array:
    """float32, or int32 for the integers of a Discrete space (a scalar per lane)."""
    integer = jnp.issubdtype(obs.dtype, jnp.integer) and obs.ndim == 1
    return obs.astype(jnp.int32 if integer else jnp.float32)


def strong(tree: Any) -> Any:
    """The same values without weak types: gymnax resets are weakly typed in places, and a second trace follows."""
    return jax.tree.map(lambda x: jnp.asarray(x, dtype=x.dtype), tree)
