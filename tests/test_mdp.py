"""MDPs: what is refused, random ones, and those inside gymnax environments against other people's tables."""

import gymnasium
import gymnax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from softql.mdp import MDP, Successors, dense, from_gymnax, random_mdp
from softql.tabular import soft_policy_iteration

EVEN = np.full((2, 2, 2), 0.5)
ZERO = np.zeros((2, 2))


def changed(table, place, value):
    table = np.array(table, float)
    table[place] = value
    return table


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((changed(EVEN, (1, 0, 1), 0.4), ZERO, 0.9), "transition of state 1, action 0 sums to 0.9: each row must be"),
        ((changed(EVEN, (0, 1), [1.5, -0.5]), ZERO, 0.9), "transition of state 0, action 1 holds -0.5: chances are"),
        ((changed(EVEN, (0, 1, 0), np.nan), ZERO, 0.9), "transition of state 0, action 1 holds nan"),
        ((EVEN, changed(ZERO, (1, 1), np.inf), 0.9), "reward of state 1, action 1 is inf: it must be finite"),
        ((EVEN, ZERO, 1.5), "discount = 1.5: it must be in"),
        ((EVEN, ZERO, changed(EVEN, (1, 0, 0), -1)), "discount of state 1, action 0 reaches -1: it must be in"),
        ((EVEN, ZERO, np.ones(2)), r"discount has shape \(2,\): pass a scalar, or one a transition, \(2, 2, 2\)"),
        ((np.ones((2, 2, 3)) / 3, ZERO, 0.9), r"transition has shape \(2, 2, 3\) but reward has \(2, 2\): it must be"),
        ((EVEN, np.zeros(2), 0.9), r"reward has shape \(2,\): pass one number for each state and action"),
        ((EVEN, np.zeros((2, 2), int), 0.9), "reward has dtype"),
        ((EVEN, ZERO, 0.9, np.array([[True, True], [False, False]])), "allowed leaves state 1 without an action"),
        ((EVEN, ZERO, 0.9, np.ones((2, 2))), "allowed has shape .* and dtype float32: pass booleans"),
        ((EVEN, ZERO, 0.9, None, np.array([0.5, 0.6])), "start sums to 1.1: it must be a distribution"),
        ((EVEN, ZERO, 0.9, None, np.array([1.5, -0.5])), "start of state 1 is -0.5: chances are at least 0"),
        ((EVEN, ZERO, 0.9, None, np.ones(3) / 3), r"start has shape \(3,\) but there are 2 states"),
        ((Successors(np.full((2, 2, 1), 2), np.ones((2, 2, 1))), ZERO, 0.9), "leads to state 2, but there are 2"),
        ((Successors(np.zeros((2, 2, 1)), np.ones((2, 2, 1))), ZERO, 0.9), "transition.state has dtype float32"),
        ((Successors(np.zeros((2, 2, 3), int), np.ones((2, 2, 1))), ZERO, 0.9), r"both are \[S, A, K\]"),
    ],
)
def test_what_is_no_process_is_said(arguments, says):
    with pytest.raises(ValueError, match=says):
        MDP(*arguments)


def test_it_is_a_pytree():
    mdp = MDP(EVEN, ZERO, 0.9, start=np.array([1.0, 0.0]))
    leaves, structure = jax.tree.flatten(mdp)
    assert len(leaves) == 4
    again = jax.tree.unflatten(structure, leaves)
    assert again.states == again.actions == 2
    assert float(jax.jit(lambda m: m.discount)(mdp)) == pytest.approx(0.9)
    assert jax.grad(lambda m: m.reward.sum())(mdp).reward.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_traced_processes_are_checked_in_shape():
    with pytest.raises(ValueError, match="it must be \\[S, A, S\\]"):
        jax.jit(lambda p: MDP(p, ZERO, 0.9).reward)(np.ones((2, 2, 3)))


@pytest.mark.parametrize("kind", ["dense", "sparse", "deterministic"])
def test_random_processes_are_processes(kind):
    mdp = random_mdp(jax.random.key(3), 7, 3, kind)
    assert (mdp.states, mdp.actions) == (7, 3)
    table = np.asarray(dense(mdp).transition)
    np.testing.assert_allclose(table.sum(-1), 1, atol=1e-6)
    if kind == "deterministic":
        assert set(np.unique(table)) == {0.0, 1.0}
    if kind == "sparse":
        assert (np.count_nonzero(table, -1) <= 4).all()
    many = jax.vmap(lambda key: random_mdp(key, 7, 3, kind))(jax.random.split(jax.random.key(0), 4))
    assert many.reward.shape == (4, 7, 3)
    assert len(np.unique(np.asarray(many.reward))) == 84


def test_random_processes_are_refused_by_name():
    with pytest.raises(ValueError, match=r"kind = 'dens': choose"):
        random_mdp(jax.random.key(0), 3, 2, "dens")
    with pytest.raises(ValueError, match="states = 0: it must be at least 1"):
        random_mdp(jax.random.key(0), 0, 2)


def test_a_table_of_successors_keeps_discounts():
    """Two ways to one state, one of which ends: the mean discount of the pair is what counts."""
    successors = Successors(np.array([[[1, 1]], [[1, 1]]]), np.array([[[0.25, 0.75]], [[1.0, 0.0]]]))
    discount = np.array([[[0.0, 0.8]], [[0.5, 0.0]]])
    table = dense(MDP(successors, np.zeros((2, 1)), discount))
    assert float(table.transition[0, 0, 1]) == 1
    assert float(table.discount[0, 0, 1]) == pytest.approx(0.6)


# gymnax


@pytest.fixture(scope="module")
def lake():
    return from_gymnax(*gymnax.make("FrozenLake-misc"), gamma=0.9)


def by_observation(world):
    """The number of the state that shows each position."""
    return {int(x): s for s, x in enumerate(np.asarray(world.observations))}


def test_frozen_lake_is_gymnasiums_table(lake):
    theirs = gymnasium.make("FrozenLake-v1").unwrapped.P
    at = by_observation(lake)
    assert lake.mdp.states == len(theirs) == 16
    table, reward = np.asarray(lake.mdp.transition), np.asarray(lake.mdp.reward)
    for s, actions in theirs.items():
        ends = all(done and to == s for outcomes in actions.values() for _, to, _, done in outcomes)
        assert bool(lake.terminal[at[s]]) == ends
        for a, outcomes in actions.items():
            chance = np.zeros(16)
            for p, to, _, _ in outcomes:
                chance[at[to]] += p
            np.testing.assert_allclose(table[at[s], a], chance, atol=1e-7)
            assert reward[at[s], a] == pytest.approx(sum(p * r for p, _, r, _ in outcomes), abs=1e-7)
    assert float(lake.mdp.start[at[0]]) == 1


@pytest.mark.parametrize(
    ("name", "states", "terminals", "starts"),
    [("FourRooms-misc", 104, 1, 1), ("Catch-bsuite", 210, 15, 5), ("DeepSea-bsuite", 37, 1, 1)],
)
def test_worlds_have_their_size(name, states, terminals, starts):
    world = from_gymnax(*gymnax.make(name))
    assert world.mdp.states == len(world.observations) == states
    assert int(world.terminal.sum()) == terminals
    assert int((world.mdp.start > 0).sum()) == starts
    ends = np.flatnonzero(world.terminal)
    assert np.asarray(world.mdp.allowed)[ends].sum(-1).tolist() == [1] * terminals
    assert (np.asarray(world.mdp.transition)[ends, 0, ends] == 1).all()
    assert np.abs(np.asarray(world.mdp.reward)[ends]).max() == 0
    solved = soft_policy_iteration(world.mdp, 0.1)
    assert np.abs(np.asarray(solved.v)[ends]).max() <= solved.error_bound < 0.02  # absorbing, with value 0


def test_deep_sea_by_hand():
    """Down the diagonal costs 0.01/8 a step and ends in the treasure, 1; every other way is worth less at alpha = 0."""
    world = from_gymnax(*gymnax.make("DeepSea-bsuite"), gamma=1 - 1e-6)
    v = np.asarray(soft_policy_iteration(world.mdp, 0.0).v)
    assert v[np.argmax(world.mdp.start)] == pytest.approx(0.99, abs=1e-4)


def test_chances_are_those_of_the_steps():
    """20,000 sampled steps of FourRooms fall into the enumerated next states in their proportions."""
    env, params = gymnax.make("FourRooms-misc")
    world = from_gymnax(env, params)
    _, state = env.reset(jax.random.key(0), params)
    keys = jax.random.split(jax.random.key(1), 20_000)
    shape = np.asarray(world.observations)
    start = int(np.argmax(world.mdp.start))
    for action in range(2):
        info = jax.vmap(lambda key, a=action: env.step(key, state, a, params)[-1]["final_observation"])(keys)
        seen, counts = np.unique(np.asarray(info), axis=0, return_counts=True)
        for obs, count in zip(seen, counts, strict=True):
            p = float(world.mdp.transition[start, action, int((shape == obs).all(-1).argmax())])
            assert abs(count / 20_000 - p) < 5 * np.sqrt(p * (1 - p) / 20_000)


def test_successors_say_the_same_as_a_table(lake):
    sparse = from_gymnax(*gymnax.make("FrozenLake-misc"), gamma=0.9, sparse=True).mdp
    np.testing.assert_allclose(dense(sparse).transition, lake.mdp.transition, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("CartPole-v1", "CartPole-v1 can't be enumerated: it draws from jax.random.uniform"),
        ("MemoryChain-bsuite", "MemoryChain-bsuite has two states that look the same and go on differently"),
        ("Pendulum-v1", "it must be Discrete"),
        ("Catch-bsuite", r"too large: 101 states found, \d+ of them still to be expanded, and the limit is 100"),
    ],
)
def test_what_can_not_be_enumerated_is_said(name, says):
    with pytest.raises(ValueError, match=says):
        from_gymnax(*gymnax.make(name), limit=100)


def test_the_samplers_are_put_back():
    before = {name: getattr(jax.random, name) for name in ("uniform", "randint", "choice", "normal", "permutation")}
    with pytest.raises(ValueError, match="enumerated"):
        from_gymnax(*gymnax.make("CartPole-v1"))
    assert all(getattr(jax.random, name) is sampler for name, sampler in before.items())
    env, params = gymnax.make("FrozenLake-misc")
    from_gymnax(env, params)
    keys = jax.random.split(jax.random.key(0), 40)
    ends = {int(env.step(key, env.reset(key, params)[1], 1, params)[0]) for key in keys}
    assert ends == {0, 1, 4}  # its own steps are still random


class Thrice:
    """One draw compared with two thresholds."""

    name, default_params = "Thrice", None

    def action_space(self, _):
        return gymnax.environments.spaces.Discrete(2)

    def reset_env(self, key, _):
        u = jax.random.uniform(key)
        return jnp.float32(u < 0.5) + jnp.float32(u < 0.2), {"time": 0}


def test_one_draw_with_two_thresholds_is_refused():
    with pytest.raises(ValueError, match=r"compares one draw of jax.random.uniform with several thresholds"):
        from_gymnax(Thrice())
