"""docs/embed.md: each guide runs and ends at the exact soft Q* of its world; adapters keep episodes as they were."""

import importlib.util
import re
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import softql
from softql.envs.adapters import from_brax, from_jumanji, from_navix

PAGE = (Path(__file__).parent.parent / "docs" / "embed.md").read_text()
BLOCKS = dict(re.findall(r"^```python\n# (\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


def ran(*names, **given):
    """The names that blocks of the page define, one block after another."""
    space = {"__name__": "embed", **given}
    for name in names:
        exec(compile(BLOCKS[name], f"docs/embed.md, {name}", "exec"), space)
    return space


def needs(name):
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")


def off(space):
    """max |Q - (r + γ V(s'))| over all states and actions."""
    q = jnp.asarray(np.asarray(space["q"]))
    return float(jnp.abs(q - softql.optimality_target(space["REWARD"], space["GAMMA"], q[space["THEN"]], 0.5)).max())


def test_every_block_has_a_test():
    libraries = {"optax", "flax", "equinox", "torch", "jumanji", "navix", "brax"}
    assert {*BLOCKS} == {"world", "dqn", "loop", "continuous"} | libraries


@pytest.mark.parametrize("library", ["optax", "flax", "equinox", "torch"])
def test_a_guide_ends_at_the_exact_answer(library):
    """Within 0.05 reward units, of values that span more than 2."""
    needs(library)
    space = ran("world", *(["dqn"] if library == "optax" else []), library)
    assert np.ptp(np.asarray(space["q"])) > 2
    assert off(space) < 0.05
    if library == "torch":
        np.testing.assert_allclose(*space["slopes"], rtol=1e-5, atol=1e-7)


def test_the_dqn_acts_by_its_policy():
    space = ran("dqn")
    q, keys = jnp.array([0.0, 1.0, -1.0]), jax.random.split(jax.random.key(0), 4000)
    drawn = jax.vmap(lambda key: space["act"](key, lambda params, obs: q, None, None, 0.7))(keys)
    found, chance = np.bincount(drawn, minlength=3) / 4000, np.asarray(softql.boltzmann_policy(q, 0.7))
    assert (np.abs(found - chance) < 5 * np.sqrt(chance * (1 - chance) / 4000)).all()


@pytest.mark.parametrize("library", ["jumanji", "navix", "brax"])
@pytest.mark.filterwarnings("ignore")  # theirs
def test_the_real_library_goes_through_the_adapter(library):
    needs(library)
    with jax.numpy_rank_promotion("allow"):  # navix promotes
        space = ran(library, "continuous" if library == "brax" else "loop")
    assert bool(space["metrics"].finite)
    assert int(space["metrics"].env_steps) == (12 if library == "brax" else 16)


# The protocols, without the libraries --------------------------------------------------------------------------------


class Step(NamedTuple):
    """A timestep of jumanji's form, and of navix's."""

    step_type: Any
    reward: Any
    discount: Any
    observation: Any

    def last(self):
        return self.step_type == 2

    def is_termination(self):
        return self.step_type == 2

    def is_truncation(self):
        return self.step_type == 1


class Spec(NamedTuple):
    num_values: Any
    dtype: Any = np.int32


class Seen(NamedTuple):
    at: Any
    action_mask: Any


class Row(NamedTuple):
    at: Any
    time: Any


class Jumanji:
    """A row of cells from 0: two actions at once, the second one (of three) is the step. The cell 4 ends it; so does
    time, with discount 1."""

    action_spec = Spec(np.array([2, 3]))
    time_limit = 6

    def seen(self, state):
        return Seen(state.at.astype(jnp.float32), jnp.ones(3, bool))

    def reset(self, key):
        state = Row(jnp.int32(0), jnp.int32(0))
        return state, Step(jnp.int32(0), jnp.float32(0), jnp.float32(1), self.seen(state))

    def step(self, state, action):
        assert action.shape == (2,)
        then = Row(state.at + action[1], state.time + 1)
        over, late = then.at >= 4, then.time >= self.time_limit
        kind = jnp.where(over | late, 2, 1)
        return then, Step(kind, 10.0 * action[0] + action[1], jnp.where(over, 0.0, 1.0), self.seen(then))


class Navix:
    """The same row; its timestep is its state, and the cell is an image."""

    action_space = Spec(3)
    max_steps = 6

    def __init__(self):
        self.action_space = type("Discrete", (), {"maximum": np.int32(2)})()

    def seen(self, at):
        return jnp.full((2, 2, 1), at, jnp.uint8)

    def reset(self, key):
        return Step(jnp.int32(0), jnp.float32(0), jnp.int32(0), self.seen(0))

    def step(self, timestep, action):
        at, time = timestep.observation[0, 0, 0] + action, timestep.discount + 1
        kind = jnp.where(at >= 4, 2, jnp.where(time >= self.max_steps, 1, 0))
        return Step(kind, 1.0 * action, time, self.seen(at))


class Body(NamedTuple):
    """A state of brax's form."""

    obs: Any
    reward: Any
    done: Any
    info: Any


class Brax:
    """The same row, by vectors of two numbers; time is counted in the dictionary of the state, written in place."""

    action_size = 2

    def __init__(self, **info):
        self.info = info

    def reset(self, key):
        zero = jnp.float32(0)
        return Body({"at": zero, "image": jnp.zeros((2, 2))}, zero, zero, {"steps": zero, **self.info})

    def step(self, state, action):
        assert action.shape == (2,)
        state.info["steps"] = state.info["steps"] + 1
        at = state.obs["at"] + action[0]
        late = (state.info["steps"] >= 6).astype(jnp.float32)
        if "truncation" in state.info:
            state.info["truncation"] = late * (at < 4)
        obs = {"at": at, "image": state.obs["image"]}
        return Body(obs, action.sum(), jnp.maximum(late, at >= 4).astype(jnp.float32), state.info)


def walked(env, params, actions):
    """(obs, reward, terminated, truncated, final) of each step."""
    key = jax.random.key(0)
    step, path = jax.jit(env.step), []
    obs, state = env.reset(key, params)
    for action in actions:
        obs, state, reward, terminated, truncated, info = step(key, state, jnp.asarray(action), params)
        final = float(info["final_observation"].ravel()[0])
        path.append((float(obs.ravel()[0]), float(reward), bool(terminated), bool(truncated), final))
    return path


def test_jumanji_by_its_protocol():
    env, params = from_jumanji(Jumanji())
    assert params.max_steps_in_episode == 6
    assert env.action_space(params).n == 6
    assert env.observation_space(params).shape == (4,)  # the cell and the mask, one after the other
    path = walked(env, params, [5, 2, 0])  # (1, 2), (0, 2), (0, 0)
    assert path == [(2, 12, False, False, 2), (0, 2, True, False, 4), (0, 0, False, False, 0)]
    assert walked(env, params, [0] * 6)[-1] == (0, 0, False, True, 0)  # time: value goes on
    assert walked(*from_jumanji(Jumanji(), max_steps=2), [1, 1])[-1] == (0, 1, False, True, 2)
    only = from_jumanji(Jumanji(), observe=lambda seen: seen.at)[0]
    assert only.observation_space(params).shape == ()


def test_navix_by_its_protocol():
    env, params = from_navix(Navix())
    assert (params.max_steps_in_episode, env.action_space(params).n) == (6, 3)
    assert env.observation_space(params).shape == (2, 2, 1)
    assert walked(env, params, [2, 2, 1]) == [(2, 2, False, False, 2), (0, 2, True, False, 4), (1, 1, False, False, 1)]
    assert walked(env, params, [0] * 6)[-1] == (0, 0, False, True, 0)


def test_brax_by_its_protocol():
    env, params = from_brax(Brax(truncation=jnp.float32(0)))
    assert params.max_steps_in_episode == 1_000
    space = env.action_space(params)
    assert (float(space.low), float(space.high), space.shape) == (-1, 1, (2,))
    assert env.observation_space(params).shape == (5,)
    path = walked(env, params, [[1.0, 1.0]] * 5)
    assert path[2:] == [(3, 2, False, False, 3), (0, 2, True, False, 4), (1, 2, False, False, 1)]
    assert walked(env, params, [[0.5, -0.5]] * 6)[-1] == (0, 0, False, True, 3)  # time: value goes on
    assert walked(*from_brax(Brax()), [[0.5, -0.5]] * 6)[-1] == (0, 0, True, False, 3)  # done, and no word of time
    assert walked(*from_brax(Brax(), max_steps=2), [[1.0, 0.0]] * 2)[-1] == (0, 1, False, True, 2)
    state = env.reset(jax.random.key(0), params)[1]
    env.step(jax.random.key(0), state, jnp.ones(2), params)
    assert float(state.inner.info["steps"]) == 0  # nothing was written into the caller's state


def test_what_cannot_be_adapted_is_said():
    with pytest.raises(ValueError, match="Brax is one that resets by itself"):
        from_brax(Brax(first_obs=jnp.zeros(5)))
    many = Brax()
    many.reset = jax.vmap(Brax().reset)
    with pytest.raises(ValueError, match="Brax is many at once"):
        from_brax(type("Brax", (), {"reset": lambda self, key: many.reset(jax.random.split(key, 3))})())
    class Continuous(Jumanji):
        action_spec = "BoundedArray"

    with pytest.raises(ValueError, match="Continuous has the actions BoundedArray: only discrete ones"):
        from_jumanji(Continuous())
    with pytest.raises(ValueError, match="max_steps = 0"):
        from_navix(Navix(), max_steps=0)


def test_an_adapted_environment_trains():
    env, env_params = from_jumanji(Jumanji())
    assert int(ran("loop", env=env, env_params=env_params)["metrics"].episodes) > 0
