"""The discrete agent: probes with exact values, the faults they must show, lanes, keys, shapes, every environment."""

from __future__ import annotations

from functools import partial
from typing import Any

import gymnax
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import struct

from softql.agents import Hyper, Shape, agent, q_network
from softql.agents import learning as learning_module
from softql.agents.learning import norm
from softql.agents.networks import Dense, affine, centred, unit_variance
from softql.agents.replay import pack, replay, unpack
from softql.envs.probes import PROBES, Probe, ProbeParams, observations, probe, soft_q
from softql.lanes import lanes
from softql.returns import soft_lambda_returns

MODES = ("on_policy", "replay")
ALPHA, GAMMA = 0.5, 0.8

QUICK_TO_COMPILE = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}


def quick(f: Any, *args: Any) -> Any:
    """f(*args), jitted with XLA's costly passes off: for what is exact, or run for a few steps only."""
    return jax.jit(f).lower(*args).compile(QUICK_TO_COMPILE)(*args)


# Probes --------------------------------------------------------------------------------------------------------------

FAULTS = ("none", "truncation ends value", "bootstraps from the reset", "truncation wins")
CASES = [(name, "none") for name in PROBES] + list(zip(("Endless", "Arrives", "Both"), FAULTS[1:], strict=True))


@struct.dataclass
class MisreadParams(ProbeParams):
    fault: Any = 0


class Misread(Probe):
    """A probe that misreports one thing in the way that an agent's fault would misread it."""

    def step(self, key: Any, state: Any, action: Any, params: Any = None) -> Any:
        obs, state, reward, terminated, truncated, info = super().step(key, state, action, params)
        ends_value, from_reset, truncation_wins = (params.fault == i for i in (1, 2, 3))
        info = {**info, "final_observation": jnp.where(from_reset, obs, info["final_observation"])}
        terminated = (terminated | (ends_value & truncated)) & ~(truncation_wins & truncated)
        return obs, state, reward, terminated, truncated, info


def learned_q(mode: str, cases: list[tuple[str, str]]) -> dict[tuple[str, str], np.ndarray]:
    """The Q-tables that one agent learns on several probes side by side: (name, fault) -> [s, a]."""
    if mode == "on_policy":
        shape, steps = Shape(envs=16, rollout=8, minibatches=2, hidden=(16,)), 400
    else:
        shape, steps = Shape(mode="replay", envs=16, rollout=1, batch=64, buffer=1024, updates=2, hidden=(16,)), 1_000
    hyper = Hyper(ALPHA, GAMMA, learning_rate=1e-2, polyak=0.05, lambda_=0.8, anneal=steps * shape.env_steps)
    tables = [MisreadParams(**vars(probe(name)[1]), fault=jnp.int32(FAULTS.index(fault))) for name, fault in cases]

    def learn(env_params: Any) -> Any:
        init, step = agent(Misread(), env_params, shape)
        state = init(jax.random.key(0), hyper)
        return jax.lax.scan(lambda state, _: step(hyper, state), state, length=steps)[0].params

    params = jax.jit(jax.vmap(learn))(jax.tree.map(lambda *x: jnp.stack(x), *tables))
    apply = q_network(Misread(), tables[0], shape.hidden).apply
    return {
        (name, fault): np.asarray(apply(jax.tree.map(lambda x: x[i], params), observations(name)))  # noqa: B023
        for i, (name, fault) in enumerate(cases)
    }


def miss(q: np.ndarray, name: str) -> float:
    """How far the learned table is from the exact one, relative to its scale."""
    truth = soft_q(name, ALPHA, GAMMA)
    return abs(q - truth).max() / max(1.0, abs(truth).max())


@pytest.mark.parametrize("mode", MODES)
def test_the_agent_reaches_the_exact_soft_q_and_a_faulty_one_does_not(mode):
    """All in one run, side by side: compiling is what costs."""
    misses = {case: miss(q, case[0]) for case, q in learned_q(mode, CASES).items()}
    sound, faulty = CASES[: len(PROBES)], CASES[len(PROBES) :]
    assert len(faulty) == 3
    assert {case: misses[case] for case in sound if not misses[case] < 0.002} == {}
    assert {case: misses[case] for case in faulty if not misses[case] > 0.1} == {}


def test_reward_only_returns_fail_their_probe(monkeypatch):
    def reward_only(reward, discount, next_v, log_pi, alpha, lambda_, truncated):
        return soft_lambda_returns(reward, discount, next_v, jnp.zeros_like(log_pi), alpha, lambda_, truncated)

    monkeypatch.setattr(learning_module, "soft_lambda_returns", reward_only)
    assert miss(learned_q("on_policy", [("Waits", "none")])["Waits", "none"], "Waits") > 0.1


def test_a_trace_over_truncation_fails_its_probe(monkeypatch):
    def runs_on(reward, discount, next_v, log_pi, alpha, lambda_, truncated):
        return soft_lambda_returns(reward, discount, next_v, log_pi, alpha, lambda_)

    monkeypatch.setattr(learning_module, "soft_lambda_returns", runs_on)
    assert miss(learned_q("on_policy", [("Arrives", "none")])["Arrives", "none"], "Arrives") > 0.1


@pytest.mark.parametrize("name", PROBES)
def test_the_exact_q_of_a_probe_solves_its_equation(name):
    """The written-out answers of the probes, and the fixed point of the backup."""
    log2 = ALPHA * np.log(2)
    both = 1 / (1 - GAMMA) + log2 * GAMMA / (1 - GAMMA)
    rich = (1 + log2) / (1 - GAMMA)
    answers = {
        "Ends": [[1, 1]],
        "Prefers": [[1, -1]],
        "Observes": [[1, 1], [-1, -1]],
        "Matches": [[1, 0], [0, 1]],
        "Chooses": [[GAMMA * ALPHA * np.log(np.exp(1 / ALPHA) + 1)] * 2, [1, 0]],
        "Waits": [[GAMMA * log2 + GAMMA**2 * (1 + log2)] * 2, [GAMMA * (1 + log2)] * 2, [1, 1]],
        "Endless": [[both, both]],
        "Arrives": [[GAMMA * rich] * 2, [both, both]],
        "Both": [[1, 1]],
    }
    np.testing.assert_allclose(soft_q(name, ALPHA, GAMMA), answers[name], rtol=1e-12)


# Lanes and keys ------------------------------------------------------------------------------------------------------


def small(mode: str) -> Shape:
    if mode == "on_policy":
        return Shape(envs=4, rollout=4, minibatches=2, hidden=(8,))
    return Shape(mode="replay", envs=4, rollout=2, batch=8, buffer=32, warmup=8, updates=2, hidden=(8,))


def run(init: Any, step: Any, key: jax.Array, hyper: Hyper) -> Any:
    return jax.lax.scan(lambda state, _: step(hyper, state), init(key, hyper), length=6)


@pytest.mark.parametrize("mode", MODES)
def test_lane_k_of_a_vmapped_run_is_the_single_run(mode):
    """Over keys and over every leaf of Hyper at once. What is counted agrees exactly. Floats agree to 1e-4: XLA sums
    a batched matrix product in another order, a few units in the last place a step, which Adam's division magnifies."""
    init, step = agent(*gymnax.make("CartPole-v1"), small(mode))
    keys = jax.random.split(jax.random.key(3), 3)
    hyper = Hyper(
        alpha=jnp.array([0.2, 1.0, 3.0]),
        gamma=jnp.array([0.9, 0.99, 0.5]),
        learning_rate=jnp.array([1e-3, 3e-3, 1e-2]),
        polyak=jnp.array([0.01, 0.5, 1.0]),
        lambda_=jnp.array([0.0, 0.9, 1.0]),
        anneal=jnp.array([100.0, 1000.0, jnp.inf]),
    )
    state, metrics = jax.jit(jax.vmap(partial(run, init, step)))(keys, hyper)
    single = jax.jit(partial(run, init, step))
    for k in range(3):
        one = single(keys[k], jax.tree.map(lambda x: x[k], hyper))  # noqa: B023
        mine = jax.tree.map(lambda x: x[k], (state, metrics))  # noqa: B023
        for a, b in zip(jax.tree.leaves(mine), jax.tree.leaves(one), strict=True):
            if jnp.issubdtype(a.dtype, jax.dtypes.prng_key):
                np.testing.assert_array_equal(jax.random.key_data(a), jax.random.key_data(b))
            elif jnp.issubdtype(a.dtype, jnp.floating):
                np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
            else:
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("mode", MODES)
def test_every_leaf_of_hyper_matters_where_it_should(mode):
    """Lanes with one key that differ from the first in one leaf part from it, unless the mode has no use for it."""
    init, step = agent(*gymnax.make("CartPole-v1"), small(mode))
    base = Hyper(alpha=0.1, gamma=0.9, learning_rate=1e-3, polyak=0.5, lambda_=0.5, anneal=1e6)
    other = Hyper(alpha=5.0, gamma=0.5, learning_rate=1e-2, polyak=0.1, lambda_=1.0, anneal=60.0)
    rows = [base] + [base._replace(**{leaf: getattr(other, leaf)}) for leaf in Hyper._fields]
    hyper = jax.tree.map(lambda *x: jnp.array(x), *rows)
    state, _ = quick(jax.vmap(partial(run, init, step), (None, 0)), jax.random.key(0), hyper)
    weight = np.asarray(state.params[-1].weight)
    parted = {leaf: bool((weight[0] != weight[i]).any()) for i, leaf in enumerate(Hyper._fields, 1)}
    idle = "polyak" if mode == "on_policy" else "lambda_"
    assert parted == {leaf: leaf != idle for leaf in Hyper._fields}


@pytest.mark.parametrize("mode", MODES)
def test_seeds_share_nothing(mode):
    """Different keys give different networks, observations and actions: no key is used twice or shadowed."""
    init, step = agent(*gymnax.make("CartPole-v1"), small(mode))
    keys = jax.random.split(jax.random.key(0), 2)
    fresh = quick(jax.vmap(init, (0, None)), keys, Hyper())
    state, _ = quick(jax.vmap(lambda s: jax.lax.scan(lambda s, _: step(Hyper(), s), s, length=3)), fresh)
    for tree in (state.params, fresh.params, state.lanes.obs, fresh.lanes.obs):
        for leaf in jax.tree.leaves(tree):
            assert leaf[0].size == 0 or bool((leaf[0] != leaf[1]).any()) or not leaf.any()
    assert bool((fresh.params[0].weight[0] != fresh.params[0].weight[1]).all())


@pytest.mark.parametrize("mode", MODES)
def test_the_step_compiles_once(mode):
    """States and inputs are strongly typed from the start, Python numbers and arrays alike."""
    init, step = agent(*gymnax.make("CartPole-v1"), small(mode))
    stepping = jax.jit(step)
    state = jax.jit(init)(jax.random.key(0), Hyper())
    for _ in range(3):
        state, metrics = stepping(Hyper(), state)
    assert stepping._cache_size() == 1
    assert not any(jax.typeof(x).weak_type for x in jax.tree.leaves((state, metrics)))


# Metrics, memory, refusal --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_metrics_count_episodes_exactly(mode):
    """Waits ends after 3 steps with return 1: in every three steps of the agent each lane ends exactly once a 3."""
    shape = Shape(envs=4, rollout=2, minibatches=1, hidden=()) if mode == "on_policy" else small(mode)
    init, step = agent(*probe("Waits"), shape)
    state, metrics = quick(partial(run, init, step), jax.random.key(0), Hyper())
    warm = int(state.env_steps) - 6 * shape.env_steps
    assert warm == (0 if mode == "on_policy" else 8)
    steps_before = warm // 4 + 2 * np.arange(6)
    ends = 4 * ((steps_before + 2) // 3 - steps_before // 3)
    np.testing.assert_array_equal(metrics.env_steps, warm + 8 * np.arange(1, 7))
    np.testing.assert_array_equal(metrics.episodes, ends)
    np.testing.assert_array_equal(metrics.episode_return, np.where(ends > 0, 1.0, 0.0))
    np.testing.assert_array_equal(metrics.episode_length, np.where(ends > 0, 3.0, 0.0))
    assert float(metrics.entropy[0]) == pytest.approx(np.log(2), abs=1e-3)
    assert bool(metrics.finite.all())


def test_the_policy_acts_as_boltzmann():
    """Prefers learns Q = (1, -1): actions then come with log pi = (Q - V)/alpha, and as often as it says."""
    init, step = agent(*probe("Prefers"), Shape(envs=256, rollout=8, minibatches=2, hidden=(8,)))
    hyper = Hyper(alpha=1.0, learning_rate=1e-2)

    def learn(key: jax.Array) -> Any:
        state, _ = jax.lax.scan(lambda s, _: step(hyper, s), init(key, hyper), length=150)
        return jax.lax.scan(lambda s, _: step(hyper._replace(learning_rate=0.0), s), state, length=20)

    _, metrics = quick(learn, jax.random.key(0))
    p = 1 / (1 + np.exp(-2.0))
    n = int(metrics.episodes.sum())
    mean = float((metrics.episode_return * metrics.episodes).sum()) / n
    assert n == 20 * 256 * 8
    assert abs(mean - (2 * p - 1)) < 5 * 2 * np.sqrt(p * (1 - p) / n) + 1e-3
    assert float(metrics.entropy.mean()) == pytest.approx(-(p * np.log(p) + (1 - p) * np.log(1 - p)), abs=2e-3)


class Poisoned(Probe):
    """A probe whose reward is NaN."""

    def step(self, key: Any, state: Any, action: Any, params: Any = None) -> Any:
        obs, state, reward, terminated, truncated, info = super().step(key, state, action, params)
        return obs, state, reward * jnp.nan, terminated, truncated, info


@pytest.mark.parametrize("mode", MODES)
def test_an_update_that_is_not_finite_is_refused(mode):
    init, step = agent(Poisoned(), probe("Waits")[1], small(mode))
    start = quick(init, jax.random.key(0), Hyper())
    state, metrics = quick(step, Hyper(), start)
    assert not bool(metrics.finite)
    assert bool(jnp.isnan(metrics.loss))
    jax.tree.map(np.testing.assert_array_equal, state.learner, start.learner)


def test_on_policy_keeps_neither_memory_nor_target_and_replay_both():
    env = gymnax.make("CartPole-v1")
    lean = agent(*env, small("on_policy")).init(jax.random.key(0), Hyper())
    assert lean.memory == ()
    assert lean.learner.target == ()
    full = agent(*env, small("replay")).init(jax.random.key(0), Hyper())
    assert full.memory.rows.shape == (32, 2 * 4 + 5)
    assert int(full.memory.size) == 8


def test_the_target_network_follows():
    """target <- target + polyak (params - target): equal at polyak = 1, part of the way at 0.5."""
    init, step = agent(*gymnax.make("CartPole-v1"), Shape(**{**vars(small("replay")), "updates": 1}))
    start = quick(init, jax.random.key(0), Hyper())
    stepping = jax.jit(step)
    for polyak in (0.5, 1.0):
        learner = stepping(Hyper(polyak=polyak), start)[0].learner
        truth = jax.tree.map(lambda t, p: t + polyak * (p - t), start.learner.target, learner.params)  # noqa: B023
        jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-6, atol=1e-7), learner.target, truth)
        assert float(norm(learner.params)) != float(norm(start.params))


# Rooms: replay, network, door ----------------------------------------------------------------------------------------


def test_the_ring_holds_the_newest_rows_and_gives_back_what_went_in():
    rows = {"i": jnp.arange(6), "x": jnp.arange(12.0).reshape(6, 2), "b": jnp.array([True, False] * 3)}
    row = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape[1:], x.dtype), rows)
    back = unpack(pack(rows), row)
    jax.tree.map(np.testing.assert_array_equal, back, rows)
    assert jax.tree.map(lambda x: x.dtype, back) == jax.tree.map(lambda x: x.dtype, rows)

    memory = replay(row, capacity=4, batch=4_000)
    buffer = memory.init()
    for start in range(0, 6, 2):
        buffer = memory.add(buffer, jax.tree.map(lambda x: x[start : start + 2], rows))  # noqa: B023
        drawn = np.asarray(memory.sample(jax.random.key(start), buffer)["i"])
        held = np.arange(max(0, start - 2), start + 2)
        counts = np.array([(drawn == i).sum() for i in held])
        assert counts.sum() == 4_000
        share = 1 / len(held)
        assert (abs(counts / 4_000 - share) < 5 * np.sqrt(share * (1 - share) / 4_000)).all()


def test_the_ring_refuses_what_would_wrap():
    memory = replay(jax.ShapeDtypeStruct((1,), jnp.float32), capacity=4, batch=1)
    with pytest.raises(ValueError, match="not a multiple of the 3 rows"):
        memory.add(memory.init(), jnp.zeros((3, 1)))
    with pytest.raises(ValueError, match="capacity = 0"):
        replay(jax.ShapeDtypeStruct((1,), jnp.float32), capacity=0, batch=1)


def test_a_hidden_layer_has_mean_zero_and_variance_one():
    """Layer norm in float64 NumPy of the layer's own outputs is what the centred layer gives, scaled."""
    weight, bias, x = (
        jax.random.normal(key, n)
        for key, n in zip(jax.random.split(jax.random.key(0), 3), [(9, 64), (64,), (5, 9)], strict=True)
    )
    layer = Dense(weight, 7 + 3 * bias)

    def normed(x: Any) -> Any:
        return unit_variance(affine(centred(layer), x))

    y = np.asarray(x, np.float64) @ np.asarray(weight, np.float64) + np.asarray(layer.bias, np.float64)
    expected = (y - y.mean(-1, keepdims=True)) / np.sqrt(y.var(-1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(normed(x), expected, atol=3e-6)
    assert np.isfinite(jax.grad(lambda x: unit_variance(x).sum())(jnp.zeros((2, 3)))).all()


@pytest.mark.parametrize(
    ("name", "leading"), [("CartPole-v1", ()), ("Breakout-MinAtar", (3,)), ("FrozenLake-misc", (2, 3))]
)
def test_the_network_takes_any_leading_axes(name, leading):
    env, env_params = gymnax.make(name)
    network = q_network(env, env_params, (8, 8))
    space = env.observation_space(env_params)
    obs = jnp.broadcast_to(jnp.asarray(space.sample(jax.random.key(1))), (*leading, *space.shape))
    params = network.init(jax.random.key(0))
    q = network.apply(params, obs)
    assert q.shape == (*leading, env.num_actions)
    one = network.apply(params, obs[(0,) * len(leading)])
    np.testing.assert_allclose(q.reshape(-1, q.shape[-1]), jnp.broadcast_to(one, (q.size // one.size, one.size)), 1e-5)


def test_the_first_policy_is_close_to_uniform():
    env, env_params = gymnax.make("Breakout-MinAtar")
    network = q_network(env, env_params, (64, 64))
    obs = jax.random.bernoulli(jax.random.key(1), 0.3, (32, 10, 10, 4))
    assert abs(network.apply(network.init(jax.random.key(0)), obs)).max() < 0.1


def test_the_door_agrees_with_gymnax_step_by_step():
    """Same keys, same transitions; the observation that a truncated episode led to is not the one after the reset."""
    env, env_params = gymnax.make("CartPole-v1")
    env_params = env_params.replace(max_steps_in_episode=3)
    door = lanes(env, env_params, 2)
    at = door.init(jax.random.key(0))
    for i in range(4):
        key, action = jax.random.key(i), jnp.array([i % 2, 1])
        raw = jax.vmap(env.step, (0, 0, 0, None))(jax.random.split(key, 2), at.env_state, action, env_params)
        at, got = door.step(key, at, action)
        np.testing.assert_allclose(at.obs, raw[0])
        np.testing.assert_allclose(got.final_obs, raw[5]["final_observation"])
        assert got.truncated.tolist() == [i == 2] * 2
        assert got.final_length.tolist() == [i % 3 + 1] * 2
        assert bool((at.obs != got.final_obs).any()) == (i == 2)


# Every environment ---------------------------------------------------------------------------------------------------

CONTINUOUS = {"Pendulum-v1", "MountainCarContinuous-v0", "PointRobot-misc", "Reacher-misc", "Swimmer-misc"}
CONTINUOUS |= {"Lines-softql", "MultiGoal-softql"}  # registered by softql.envs
DOWNLOADS = {"MNISTBandit-bsuite"}  # gymnax.make fetches its data set: tests use no network
DISCRETE = sorted(set(gymnax.registered_envs) - CONTINUOUS - DOWNLOADS)


def test_the_lists_are_complete():
    assert set(gymnax.registered_envs) >= CONTINUOUS | DOWNLOADS
    assert len(DISCRETE) == 20


@pytest.mark.parametrize("name", DISCRETE)
def test_every_discrete_environment_runs_in_both_modes(name):
    env, env_params = gymnax.make(name)
    shapes = [
        Shape(envs=2, rollout=2, epochs=1, minibatches=1, hidden=(4,)),
        Shape(mode="replay", envs=2, rollout=1, batch=3, buffer=8, warmup=2, hidden=(4,)),
    ]

    def both(key: jax.Array) -> Any:
        return [run(*agent(env, env_params, shape), key, Hyper()) for shape in shapes]

    for (state, metrics), env_steps in zip(quick(both, jax.random.key(0)), (6 * 4, 6 * 2 + 2), strict=True):
        assert int(state.env_steps) == env_steps
        assert bool(metrics.finite.all())
        assert state.lanes.obs.dtype in (jnp.float32, jnp.int32)
        assert not any(jax.typeof(x).weak_type for x in jax.tree.leaves(state))
        assert all(x.ndim == 1 for x in metrics)


@pytest.mark.parametrize("name", sorted(CONTINUOUS))
def test_continuous_actions_are_refused_with_a_way_out(name):
    with pytest.raises(ValueError, match=r"action space Box.*softql\.agents\.continuous_agent"):
        agent(*gymnax.make(name))


# Bad shapes and numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"mode": "offline"}, "mode = 'offline'"),
        ({"envs": 0}, "envs = 0"),
        ({"rollout": 2.0}, "rollout = 2.0"),
        ({"epochs": True}, "epochs = True"),
        ({"hidden": (64, 0)}, "hidden width = 0"),
        ({"hidden": 64}, "hidden = 64: it must be a tuple"),
        ({"max_grad_norm": 0.0}, "max_grad_norm = 0.0"),
        ({"max_grad_norm": float("nan")}, "max_grad_norm = nan"),
        ({"envs": 6, "rollout": 2, "minibatches": 4}, "minibatches = 4 does not divide envs = 6"),
        ({"mode": "replay", "envs": 3, "rollout": 1, "buffer": 100}, "buffer = 100 is not a multiple"),
        ({"mode": "replay", "envs": 4, "rollout": 1, "buffer": 8, "warmup": 9}, "warmup = 9 does not fit"),
    ],
)
def test_an_impossible_shape_is_named(fields, says):
    with pytest.raises(ValueError, match=says):
        Shape(**fields)


@pytest.mark.parametrize(
    ("leaf", "value"),
    [
        ("alpha", 0.0),
        ("gamma", 1.0),
        ("learning_rate", -1.0),
        ("polyak", 0.0),
        ("lambda_", 1.1),
        ("anneal", 0.0),
        ("alpha", float("nan")),
    ],
)
def test_an_impossible_hyper_is_named(leaf, value):
    init, _ = agent(*gymnax.make("CartPole-v1"), small("on_policy"))
    with pytest.raises(ValueError, match=f"{leaf} = {value}: it must be"):
        init(jax.random.key(0), Hyper(**{leaf: value}))
