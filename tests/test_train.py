"""Training and evaluation: chunks, resuming, lanes, divergence, and the claim that the defaults learn CartPole."""

from __future__ import annotations

from typing import Any

import gymnax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from softql.agents import Hyper, Shape, agent, defaults_for, q_network
from softql.envs.probes import Probe, probe
from softql.evaluate import episode_returns, greedy_returns, sampled_returns
from softql.progress import ahead
from softql.train import Diverged, Metrics, seeds, summary, train

SHAPE = Shape(envs=4, rollout=4, minibatches=2, hidden=(8,))
REPLAY = Shape(mode="replay", envs=4, rollout=1, batch=8, buffer=32, warmup=8, hidden=(8,))


def same(a: Any, b: Any) -> None:
    """Bit for bit."""
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        if jnp.issubdtype(x.dtype, jax.dtypes.prng_key):
            x, y = jax.random.key_data(x), jax.random.key_data(y)
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("shape", [SHAPE, REPLAY], ids=["on_policy", "replay"])
def test_chunks_resuming_lanes_and_divergence(shape):
    """All with one agent, because compiling is what costs: train compiles once a chunk length."""
    cartpole = agent(*gymnax.make("CartPole-v1"), shape)
    keys = seeds(0, 2)
    states, parts = zip(*train(cartpole, Hyper(), keys, steps=4, chunk=3), strict=True)
    assert [m.loss.shape for m in parts] == [(2, 3), (2, 1)]  # the remainder is a shorter chunk

    # The same in two calls, the second going on from the state of the first: the same bits.
    ((first, metrics),) = train(cartpole, Hyper(), keys, steps=3, chunk=3)
    same((metrics, first.params), (parts[0], states[0].params))  # only memory was donated: states[0] stays readable
    ((second, after),) = train(cartpole, Hyper(), keys, steps=1, chunk=3, state=first)
    same((second, after), (states[1], parts[1]))

    # Lanes with their own alpha: lane 0 is what it was (counts exactly, floats to 1e-4, see test_agents), lane 1 parts.
    own = Hyper(alpha=jnp.array([Hyper().alpha, 4.0]))
    ((state, metrics),) = train(cartpole, own, keys, steps=3, chunk=3)
    np.testing.assert_array_equal(metrics.episodes[0], parts[0].episodes[0])
    np.testing.assert_allclose(metrics.loss[0], parts[0].loss[0], rtol=1e-4)
    was, now = states[0].params[0].weight, state.params[0].weight
    np.testing.assert_allclose(now[0], was[0], rtol=1e-4, atol=1e-5)
    assert not np.allclose(now[1], was[1], rtol=1e-4, atol=1e-5)

    # A learning rate that overflows: the update that follows is refused, and the parameters are finite.
    with pytest.raises(Diverged) as caught:
        list(train(cartpole, Hyper(learning_rate=3e38), keys, steps=3, chunk=3))
    assert all(bool(jnp.isfinite(x).all()) for x in jax.tree.leaves(caught.value.state.params))


def test_the_seed_of_a_lane_does_not_depend_on_how_many_there_are():
    np.testing.assert_array_equal(jax.random.key_data(seeds(5, 3)), jax.random.key_data(seeds(5, 8)[:3]))
    data = jax.random.key_data(jnp.concatenate([seeds(s, 4) for s in range(4)]))
    assert len(np.unique(np.asarray(data), axis=0)) == 16


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"steps": 0}, "steps = 0"),
        ({"chunk": 0}, "chunk = 0"),
        ({"keys": jax.random.key(0)}, "give one key per lane"),
        ({"hyper": Hyper(gamma=jnp.ones(3) / 2)}, r"gamma has shape \(3,\): give a scalar, or one for each of 2 lanes"),
        ({"hyper": Hyper(alpha=jnp.array([1.0, -1.0]))}, "alpha = .* it must be positive"),
    ],
)
def test_impossible_arguments_are_named_before_anything_runs(arguments, says):
    cartpole = agent(*gymnax.make("CartPole-v1"), SHAPE)
    with pytest.raises(ValueError, match=says):
        train(**({"agent": cartpole, "hyper": Hyper(), "keys": seeds(0, 2), "steps": 1, "chunk": 1} | arguments))


class Sours(Probe):
    """A probe whose reward is infinite from the tenth step of an episode on."""

    def step(self, key: Any, state: Any, action: Any, params: Any = None) -> Any:
        obs, state, reward, terminated, truncated, info = super().step(key, state, action, params)
        return obs, state, jnp.where(state.time > 9, jnp.inf, reward), terminated, truncated, info


@pytest.mark.parametrize("shape", [SHAPE, REPLAY], ids=["on_policy", "replay"])
def test_divergence_stops_with_the_last_good_parameters(shape):
    env_params = probe("Endless")[1].replace(max_steps_in_episode=1000)
    sour = agent(Sours(), env_params, shape)
    good = []

    def keep_going() -> None:
        for state, metrics in train(sour, Hyper(), seeds(0, 2), steps=200, chunk=1):
            good.append((state.params, metrics))

    with pytest.raises(Diverged, match="was not finite by environment step") as caught:
        keep_going()
    error = caught.value
    assert len(good) >= 1
    assert all(bool(metrics.finite.all()) for _, metrics in good)
    assert error.lanes == np.flatnonzero(~np.asarray(error.metrics.finite[:, 0])).tolist() != []
    assert all(bool(jnp.isfinite(x).all()) for x in jax.tree.leaves(error.state.learner))
    k = error.lanes[0]
    same(*(jax.tree.map(lambda x: x[k], params) for params in (error.state.params, good[-1][0])))


def test_the_next_chunk_begins_before_one_is_handed_over_unless_it_is_held():
    events = []

    def chunks():
        for i in range(5):
            events.append(f"begin {i}")
            yield i

    def ask(chunk):
        events.append(f"ask {chunk}")
        return 10 * chunk

    held = iter([False, True, False, False, True])
    for chunk, asked, hold in ahead(chunks(), ask, lambda: next(held)):
        events.append(f"read {chunk}" + " alone" * hold)
        assert asked == 10 * chunk
    assert events == [
        *("begin 0", "ask 0", "begin 1", "read 0", "ask 1", "read 1 alone", "begin 2", "ask 2", "begin 3", "read 2"),
        *("ask 3", "begin 4", "read 3", "ask 4", "read 4 alone"),
    ]


def test_the_summary_weighs_by_episodes():
    rng = np.random.default_rng(0)
    chunk = Metrics(*rng.normal(size=(len(Metrics._fields), 3, 5)).astype(np.float32))._replace(
        env_steps=jnp.arange(15).reshape(3, 5),
        episodes=jnp.array([[0, 2, 0, 1, 0], [0] * 5, [1] * 5]),
        finite=jnp.array([[True] * 5, [True, False, True, True, True], [True] * 5]),
    )
    s = summary(jax.tree.map(jnp.asarray, chunk))
    r = chunk.episode_return
    np.testing.assert_array_equal(s.env_steps, [4, 9, 14])
    np.testing.assert_array_equal(s.episodes, [3, 0, 5])
    np.testing.assert_allclose(s.episode_return, [(2 * r[0, 1] + r[0, 3]) / 3, np.nan, r[2].mean()], rtol=1e-5)
    np.testing.assert_allclose(s.entropy, chunk.entropy.mean(-1), rtol=1e-5)
    np.testing.assert_array_equal(s.finite, [True, False, True])


# Evaluation ----------------------------------------------------------------------------------------------------------


def table(q: Any) -> Any:
    """An apply whose Q does not depend on what is seen."""
    return lambda params, obs: jnp.broadcast_to(jnp.array(q), (*obs.shape[:-1], 2))


def test_greedy_takes_the_best_action_and_counts_the_first_episode_only():
    env, env_params = probe("Prefers")
    assert greedy_returns(env, env_params, table([1.0, 0.0]), None, jax.random.key(0), 3).tolist() == [1.0] * 3
    assert greedy_returns(env, env_params, table([0.0, 1.0]), None, jax.random.key(0), 3).tolist() == [-1.0] * 3
    env, env_params = probe("Endless")  # cut by time after 3 steps of reward 1
    assert greedy_returns(env, env_params, table([0.0, 1.0]), None, jax.random.key(0), 2).tolist() == [3.0] * 2


def test_sampled_returns_follow_the_boltzmann_policy():
    env, env_params = probe("Prefers")
    returns = sampled_returns(env, env_params, table([1.0, 0.0]), None, 2.0, jax.random.key(0), 20_000)
    p = 1 / (1 + np.exp(-0.5))
    assert abs(float(returns.mean()) - (2 * p - 1)) < 5 * 2 * np.sqrt(p * (1 - p) / 20_000)


def test_evaluation_vmaps_over_seeds():
    env, env_params = gymnax.make("CartPole-v1")
    network = q_network(env, env_params, (8,))
    params, keys = jax.vmap(network.init)(seeds(0, 3)), seeds(1, 3)
    many = jax.vmap(lambda p, k: greedy_returns(env, env_params, network.apply, p, k, 4))(params, keys)
    one = greedy_returns(env, env_params, network.apply, jax.tree.map(lambda x: x[1], params), keys[1], 4)
    assert many.shape == (3, 4)
    np.testing.assert_array_equal(many[1], one)


def test_evaluation_copes_with_a_time_limit_that_is_a_float_and_an_episode_that_never_ends():
    env, env_params = gymnax.make("BernoulliBandit-misc")
    assert isinstance(env_params.max_steps_in_episode, float)
    returns = episode_returns(env, env_params, lambda key, obs: jnp.zeros(2, int), jax.random.key(0), 2)
    assert ((returns >= 0) & (returns <= 100)).all()


def test_evaluation_refuses_what_it_cannot_do():
    env, env_params = probe("Prefers")
    with pytest.raises(ValueError, match="episodes = 0"):
        greedy_returns(env, env_params, table([1.0, 0.0]), None, jax.random.key(0), 0)
    with pytest.raises(ValueError, match=r"alpha = 0\.0"):
        sampled_returns(env, env_params, table([1.0, 0.0]), None, 0.0, jax.random.key(0), 1)


# The claim -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "n"), [("on_policy", 4), ("replay", 2)])
def test_the_defaults_learn_cartpole_on_every_seed(mode, n):
    """Mean greedy return of 475 or more over 32 episodes, on every seed; before training it is far below."""
    env, env_params = gymnax.make("CartPole-v1")
    shape, hyper, env_steps = defaults_for("CartPole-v1", mode)
    steps = env_steps // shape.env_steps
    network = q_network(env, env_params, shape.hidden)

    def scores(params: Any) -> Any:
        run = jax.vmap(lambda p, k: greedy_returns(env, env_params, network.apply, p, k, 32))
        return np.asarray(run(params, seeds(99, n)).mean(-1))

    assert (scores(jax.vmap(network.init)(seeds(0, n))) < 200).all()
    ((state, metrics),) = train(agent(env, env_params, shape), hyper, seeds(0, n), steps, chunk=steps)
    assert bool(metrics.finite.all())
    assert (scores(state.params) >= 475).all()
