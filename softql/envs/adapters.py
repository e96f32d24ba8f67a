"""Environments of jumanji, navix and brax as softql takes them: the protocol of gymnax 1.0, duck-typed.

`from_jumanji(env)`, `from_navix(env)` and `from_brax(env)` give (env, env_params), as gymnax.make does. No such library
is imported here: what is used of them is the methods of the environment that comes in. Imports: jax; gymnax's spaces,
in functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

__all__ = ["Adapted", "Limits", "Moved", "Within", "from_brax", "from_jumanji", "from_navix"]


class Limits(NamedTuple):
    """The parameters of an adapted environment: the most steps of an episode."""

    max_steps_in_episode: int


class Within(NamedTuple):
    """Vector actions [n], each number between `low` and `high`."""

    low: float
    high: float
    n: int


class Moved(NamedTuple):
    """What a step of a foreign environment brought; `state` may be any pytree."""

    state: Any
    obs: Array
    reward: Array
    terminated: Array
    truncated: Array


class Clocked(NamedTuple):
    """A foreign state, and the steps of its episode."""

    inner: Any
    time: Array


class Adapted:
    """A gymnax-style environment of two functions of a foreign one.

    Args:
        name: for messages.
        start: key -> (state, obs), obs one array.
        move: (state, action) -> Moved, without a reset.
        actions: how many there are, 0 to actions - 1; or Within(low, high, n), for vectors.

    Example:
        >>> def move(state, action):
        ...     return Moved(state + action, (state + action)[None], -1.0, state + action >= 3, jnp.bool_(False))
        >>> env = Adapted("Counter", lambda key: (jnp.float32(0), jnp.zeros(1)), move, actions=2)
        >>> obs, state = env.reset(jax.random.key(0), Limits(10))
        >>> for _ in range(3):
        ...     obs, state, reward, terminated, truncated, info = env.step(
        ...         jax.random.key(1), state, jnp.int32(1), Limits(10))
        >>> obs.item(), terminated.item(), info["final_observation"].item()
        (0.0, True, 3.0)
    """

    def __init__(
        self,
        name: str,
        start: Callable[[Array], tuple[Any, Array]],
        move: Callable[[Any, Array], Moved],
        actions: int | Within,
    ) -> None:
        self.name, self.start, self.move, self.actions = name, start, move, actions
        self.shape = jax.eval_shape(start, jax.random.key(0))[1].shape

    def action_space(self, params: Limits) -> Any:
        """Discrete(actions), or the box they are in."""
        from gymnax.environments.spaces import Box, Discrete

        if isinstance(self.actions, Within):
            return Box(self.actions.low, self.actions.high, (self.actions.n,), jnp.float32)
        return Discrete(self.actions)

    def observation_space(self, params: Limits) -> Any:
        """A box without limits."""
        from gymnax.environments.spaces import Box

        return Box(-jnp.inf, jnp.inf, self.shape, jnp.float32)

    def reset(self, key: Array, params: Limits) -> tuple[Array, Clocked]:
        """(obs, state) of a new episode."""
        inner, obs = self.start(key)
        return obs.astype(jnp.float32), Clocked(inner, jnp.int32(0))

    def step(self, key: Array, state: Clocked, action: Array, params: Limits) -> tuple[Any, ...]:
        """(obs, state, reward, terminated, truncated, info), as gymnax 1.0 has it."""
        moved, time = self.move(state.inner, action), state.time + 1
        terminated = jnp.asarray(moved.terminated, bool)
        truncated = (jnp.asarray(moved.truncated, bool) | (time >= params.max_steps_in_episode)) & ~terminated
        final = moved.obs.astype(jnp.float32)
        fresh = self.reset(key, params)
        obs, after = _either(terminated | truncated, fresh, (final, Clocked(moved.state, time)))
        reward = jnp.asarray(moved.reward, jnp.float32)
        return obs, after, reward, terminated, truncated, {"final_observation": final}


def _either(chosen: Array, one: Any, other: Any) -> Any:
    """one where chosen, else other, with other's dtypes; keys too."""

    def leaf(a: Any, b: Any) -> Any:
        if jnp.issubdtype(b.dtype, jax.dtypes.prng_key):
            return jax.random.wrap_key_data(leaf(jax.random.key_data(a), jax.random.key_data(b)))
        return jnp.where(chosen, a.astype(b.dtype), b)

    return jax.tree.map(leaf, one, other)


def flattened(observation: Any) -> Array:
    """Every number of an observation as one float32 vector, fields in their order; one array stays as it is.

    Example:
        >>> flattened({"grid": jnp.ones((2, 2), bool), "step": jnp.int32(3)}).tolist()
        [1.0, 1.0, 1.0, 1.0, 3.0]
    """
    leaves = jax.tree.leaves(observation)
    if len(leaves) == 1:
        return jnp.asarray(leaves[0], jnp.float32)
    return jnp.concatenate([jnp.ravel(leaf).astype(jnp.float32) for leaf in leaves])


def from_jumanji(
    env: Any, max_steps: int | None = None, observe: Callable[[Any], Array] = flattened
) -> tuple[Adapted, Limits]:
    """A jumanji environment with discrete actions.

    Args:
        env: with `reset(key) -> (state, timestep)`, `step(state, action) -> (state, timestep)`, `action_spec`.
        max_steps: the most steps of an episode; None takes `env.time_limit`, or 1,000 where it has none.
        observe: the observation as one array.

    Returns:
        (env, env_params). Several discrete actions are numbered as one, the last fastest. An episode whose last
        timestep has discount 0 has terminated, any other was cut by time.

    Raises:
        ValueError: if the actions are not discrete, or max_steps is not positive.
    """
    spec = env.action_spec() if callable(env.action_spec) else env.action_spec
    if not hasattr(spec, "num_values"):
        raise ValueError(f"{type(env).__name__} has the actions {spec}: only discrete ones can be adapted")
    counts = np.asarray(spec.num_values)

    def start(key: Array) -> tuple[Any, Array]:
        state, timestep = env.reset(key)
        return state, observe(timestep.observation)

    def move(state: Any, action: Array) -> Moved:
        if counts.ndim:
            parts = jnp.unravel_index(action, tuple(int(n) for n in counts.ravel()))
            action = jnp.stack(parts).reshape(counts.shape).astype(spec.dtype)
        state, timestep = env.step(state, action)
        ended = jnp.all(timestep.discount == 0)
        return Moved(
            state, observe(timestep.observation), timestep.reward, timestep.last() & ended, timestep.last() & ~ended
        )

    limit = getattr(env, "time_limit", 1_000) if max_steps is None else max_steps
    return _made(type(env).__name__, start, move, math.prod(int(n) for n in counts.ravel()), limit)


def from_navix(
    env: Any, max_steps: int | None = None, observe: Callable[[Any], Array] = flattened
) -> tuple[Adapted, Limits]:
    """A navix environment.

    Args:
        env: with `reset(key) -> timestep`, `step(timestep, action) -> timestep`, `action_space`.
        max_steps: the most steps of an episode; None takes `env.max_steps`.
        observe: the observation as one array.

    Returns:
        (env, env_params).

    Raises:
        ValueError: if max_steps is not positive.
    """

    def start(key: Array) -> tuple[Any, Array]:
        timestep = env.reset(key)
        return timestep, observe(timestep.observation)

    def move(state: Any, action: Array) -> Moved:
        then = env.step(state, action)
        return Moved(then, observe(then.observation), then.reward, then.is_termination(), then.is_truncation())

    space = env.action_space
    actions = int(space.n) if hasattr(space, "n") else int(space.maximum) + 1
    return _made(type(env).__name__, start, move, actions, env.max_steps if max_steps is None else max_steps)


def from_brax(
    env: Any, max_steps: int | None = None, observe: Callable[[Any], Array] = flattened
) -> tuple[Adapted, Limits]:
    """A brax environment, for the agents of continuous actions; an action is a vector between -1 and 1.

    Args:
        env: with `reset(key) -> state`, `step(state, action) -> state`, `action_size`; one environment, without brax's
            automatic reset: `brax.envs.get_environment(name)`, or `brax.envs.create(name, auto_reset=False)`.
        max_steps: the most steps of an episode; None takes `env.episode_length`, or 1,000 where it has none, as brax.
        observe: the observation as one array.

    Returns:
        (env, env_params). An episode that is done has terminated, unless `info["truncation"]` says that time ended it.

    Raises:
        ValueError: if env resets by itself or is many at once, or max_steps is not positive.
    """

    def start(key: Array) -> tuple[Any, Array]:
        state = env.reset(key)
        return state, observe(state.obs)

    def move(state: Any, action: Array) -> Moved:
        state = env.step(jax.tree.map(lambda x: x, state), action)  # a copy: wrappers write into its dictionaries
        late = jnp.asarray(state.info.get("truncation", 0)) > 0
        done = jnp.asarray(state.done) > 0
        return Moved(state, observe(state.obs), state.reward, done & ~late, late)

    made = jax.eval_shape(env.reset, jax.random.key(0))
    if "first_obs" in made.info or made.reward.shape:
        what = "many at once" if made.reward.shape else "one that resets by itself, and so hides how it ended"
        raise ValueError(f"{type(env).__name__} is {what}: use brax.envs.create(..., auto_reset=False), no batch_size")
    limit = getattr(env, "episode_length", 1_000) if max_steps is None else max_steps
    name = type(getattr(env, "unwrapped", env)).__name__
    return _made(name, start, move, Within(-1.0, 1.0, int(env.action_size)), limit)


def _made(name: str, start: Any, move: Any, actions: int | Within, limit: Any) -> tuple[Adapted, Limits]:
    if int(limit) < 1:
        raise ValueError(f"max_steps = {limit}: it must be at least 1")
    return Adapted(name, start, move, actions), Limits(int(limit))
