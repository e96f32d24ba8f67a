"""Things of one's own, as a stranger would write them: a corridor without gymnax, and a linear network."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

CELLS = 5


class Params(NamedTuple):
    max_steps_in_episode: int = 12


class State(NamedTuple):
    at: jax.Array
    time: jax.Array


class Space(NamedTuple):
    shape: tuple = ()
    n: int = 2


class Box(NamedTuple):
    shape: tuple = (CELLS,)


class Corridor:
    """Walk right: 1 at the end, -0.1 for every other step."""

    name = "Corridor"
    default_params = Params()

    def action_space(self, params):
        return Space()

    def observation_space(self, params):
        return Box()

    def reset(self, key, params):
        return seen(jnp.int32(0)), State(jnp.int32(0), jnp.int32(0))

    def step(self, key, state, action, params):
        then = State(jnp.clip(state.at + 2 * action - 1, 0, CELLS - 1), state.time + 1)
        terminated, truncated = then.at == CELLS - 1, then.time >= params.max_steps_in_episode
        fresh = self.reset(key, params)[1]
        after = jax.tree.map(lambda a, b: jnp.where(terminated | truncated, a, b), fresh, then)
        reward = jnp.where(terminated, 1.0, -0.1)
        return seen(after.at), after, reward, terminated, truncated, {"final_observation": seen(then.at)}


def seen(at):
    return jax.nn.one_hot(at, CELLS)


def linear(env, env_params):
    """A table: one row of Q a cell."""

    def init(key):
        return {"q": 0.01 * jax.random.normal(key, (CELLS, 2))}

    def apply(params, obs):
        return obs @ params["q"]

    return init, apply


INSTANCE = Corridor()
PAIR = linear(None, None)


def factory():
    return Corridor(), Params(max_steps_in_episode=20)


class Old(Corridor):
    """As before gymnax 1.0."""

    def step(self, key, state, action, params):
        obs, state, reward, terminated, _, info = super().step(key, state, action, params)
        return obs, state, reward, terminated, info


class Forgetful(Corridor):
    """Does not say what came before a reset."""

    def step(self, key, state, action, params):
        return (*super().step(key, state, action, params)[:5], {})


class Moody(Corridor):
    """Its state is another after a step."""

    def step(self, key, state, action, params):
        obs, state, *rest = super().step(key, state, action, params)
        return obs, State(state.at, state.time.astype(jnp.float32)), *rest


def wide(env, env_params):
    """One action too many."""
    return PAIR[0], lambda params, obs: jnp.concatenate([PAIR[1](params, obs)] * 2, -1)
