"""The laws of whole systems hold: for softql's sampler, replay targets and agent, and for the NumPy reference."""

from __future__ import annotations

import functools
import os

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import reference

import softql
from softql import checkpoint, tabular
from softql.agents import Hyper, Shape, agent
from softql.agents.learning import discount_of
from softql.agents.records import Transition
from softql.envs.probes import probe
from softql.laws import LAWS, parametrize
from softql.laws.implementation import OutOfDomain
from softql.mdp import MDP

EXAMPLES = int(os.environ.get("SOFTQL_LAW_EXAMPLES", "10"))
QUICK_TO_COMPILE = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
SYSTEMS = ("solver", "sampler", "continuous", "replay", "agent")


@parametrize(reference, SYSTEMS, examples=EXAMPLES)
def test_reference(check):
    check()


@functools.partial(jax.jit, static_argnums=(1,))
def draws(key, count, q, alpha, log_w):
    """As the agent acts: a categorical draw from the log policy."""
    logits = softql.boltzmann_log_policy(q, alpha, log_w)
    logits += 0 if log_w is None else jnp.broadcast_to(log_w, q.shape)
    return jax.random.categorical(key, logits, axis=-1, shape=(count, *q.shape[:-1]))


def replayed(reward, terminated, truncated, next_v, gamma):
    nothing = jnp.zeros(())
    path = Transition(nothing, nothing, nothing, reward, terminated, truncated, nothing)
    discount = discount_of(Hyper(gamma=gamma), path._replace(terminated=jnp.asarray(terminated)))
    return softql.soft_q_target(reward, discount, next_v)


SOFTQL = {
    "sample_actions": lambda seed, count, q, alpha, log_w=None: draws(
        jax.random.key(seed), int(count), q, alpha, log_w
    ),
    "replay_target": replayed,
    "autoreset_target": lambda r, terminated, truncated, final_v, reset_v, gamma: replayed(
        r, terminated, truncated, final_v, gamma
    ),
}


@parametrize(SOFTQL, ["sampler", "replay"], examples=EXAMPLES)
def test_softql(check):
    check()


SOLVERS = {
    "policy iteration": tabular.soft_policy_iteration,
    "value iteration": tabular.soft_value_iteration,
    "value iteration, stopped": functools.partial(tabular.soft_value_iteration, max_iterations=3),
    "policy iteration, loose": functools.partial(tabular.soft_policy_iteration, tolerance=0.1),
}


@pytest.mark.parametrize("solver", SOLVERS)
def test_softql_solvers_keep_their_bounds(solver):
    def certified_q(transition, reward, discount, alpha, log_w=None):
        if log_w is not None and np.any(log_w > 0):
            raise OutOfDomain("knows actions that exist or not, without weights")
        found = SOLVERS[solver](MDP(transition, reward, discount, None if log_w is None else log_w == 0), alpha)
        return found.q, found.error_bound

    report = softql.verify({"certified_q": certified_q}, ["solver"], examples=3 * EXAMPLES)
    assert report.ok, str(report)


@functools.cache
def softql_agent(mode):
    """softql's agent on a probe, under the laws' names."""
    if mode == "on_policy":
        shape = Shape(envs=4, rollout=4, minibatches=2, hidden=(4,))
    else:
        shape = Shape(mode="replay", envs=4, rollout=2, batch=8, buffer=32, warmup=8, hidden=(4,))
    init, step = agent(*probe("Endless"), shape)
    hyper = Hyper(alpha=0.5, gamma=0.8)
    quick = functools.partial(jax.jit, compiler_options=QUICK_TO_COMPILE)
    start, advance = quick(lambda key: init(key, hyper)), quick(lambda state: step(hyper, state)[0])
    starts, advances = (
        quick(jax.vmap(lambda key: init(key, hyper))),
        quick(jax.vmap(lambda state: step(hyper, state)[0])),
    )

    def lanes(seeds, steps):
        state = starts(jnp.stack([jax.random.key(seed) for seed in seeds]))
        for _ in range(steps):
            state = advances(state)
        return state.params

    return {
        "agent_init": lambda seed: start(jax.random.key(seed)),
        "agent_step": advance,
        "agent_params": lambda state: state.params,
        "agent_lanes": lanes,
    }


@pytest.mark.parametrize("mode", ["on_policy", "replay"])
def test_softql_agent(mode, tmp_path):
    functions = softql_agent(mode)

    def restore(state):
        checkpoint.save(tmp_path / "state.npz", state)
        return checkpoint.load(tmp_path / "state.npz", state)

    report = softql.verify({**functions, "agent_restore": restore}, ["agent"], examples=2)
    assert report.ok, str(report)
    assert report.counts["skipped"] == 0


def test_the_laws_of_systems_are_known_by_their_stems():
    counts = {stem: sum(law.stem == stem for law in LAWS) for stem in SYSTEMS}
    assert counts == {"solver": 2, "sampler": 6, "continuous": 3, "replay": 5, "agent": 8}
    assert all(law.false_alarm == 1e-9 for law in LAWS if "independent" in law.name or "follow" in law.name)


def test_statistical_laws_do_not_cry_wolf():
    """Chernoff's bound is sharp enough to be tested: at a false-alarm rate of 0.2 it is met, and less often."""
    from softql.laws import sampler

    rng, chance = np.random.default_rng(0), np.array([0.5, 0.3, 0.2])
    shares = rng.multinomial(sampler.COUNT, chance, size=2000) / sampler.COUNT
    far = sampler.COUNT * sampler.divergence(shares, chance)
    assert 0 < np.mean(np.any(far > np.log(2 * 3 / 0.2), axis=-1)) < 0.2
    assert not np.any(far > np.log(2 * 3 / sampler.FALSE_ALARM))
