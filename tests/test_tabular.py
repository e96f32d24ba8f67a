"""Solved MDPs: against every trajectory, against other solvers, against each other, with honest error bounds."""

import gymnax
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from brute import deterministic_value, mean_return, meetings

import softql
from softql.mdp import MDP, Successors, dense, from_gymnax, random_mdp
from softql.tabular import (
    TabularHyper,
    evaluate_policy,
    learner,
    optimal_policy,
    returns_of,
    soft_horizon,
    soft_policy_iteration,
    soft_value_iteration,
)

ALPHA, GAMMA = 0.5, 0.8


def world(seed=0, states=2, actions=2, kind="dense", gamma=GAMMA):
    """As random_mdp, drawn by NumPy: nothing to compile."""
    rng = np.random.default_rng(seed)
    reward = rng.normal(size=(states, actions))
    if kind == "dense":
        return MDP(rng.dirichlet(np.ones(states), size=(states, actions)), reward, gamma)
    k = 4 if kind == "sparse" else 1
    chance = rng.dirichlet(np.ones(k), size=(states, actions))
    return MDP(Successors(rng.integers(0, states, size=(states, actions, k)), chance), reward, gamma)


def exact_q(mdp, alpha, sweeps=3000):
    """Value iteration in float64 NumPy, until nothing moves."""
    mdp = dense(mdp)
    table, reward = (np.asarray(x, np.float64) for x in (mdp.transition, mdp.reward))
    allowed = np.ones(reward.shape, bool) if mdp.allowed is None else np.asarray(mdp.allowed)
    weight, q = table * np.asarray(mdp.discount, np.float64), np.zeros(reward.shape)
    for _ in range(sweeps):
        best = np.where(allowed, q, -np.inf)
        v = best.max(-1) if alpha == 0 else alpha * np.logaddexp.reduce(best / alpha, -1)
        q = reward + weight @ v
    return q


def policy_of(seed, mdp):
    return np.random.default_rng(seed).dirichlet(np.ones(mdp.actions), size=mdp.states)


# Against every trajectory


def test_the_value_of_a_policy_is_the_mean_over_trajectories():
    """Six steps of a world of two states: 2^11 trajectories for each start. γ^6 of the rest is added by T^π V."""
    mdp = world()
    pi = policy_of(1, mdp)
    v = np.asarray(evaluate_policy(mdp, np.log(pi), ALPHA).v, np.float64)
    steps = 6
    for s in range(2):
        brute = mean_return(np.asarray(mdp.transition), np.asarray(mdp.reward), GAMMA, pi, ALPHA, s, steps)
        chain = np.einsum("sa,saj->sj", pi, np.asarray(mdp.transition))
        after = np.linalg.matrix_power(chain, steps)[s]
        assert v[s] == pytest.approx(brute + GAMMA**steps * after @ v, abs=2e-5)


@pytest.mark.parametrize("gamma", [0.8, 1.0])
def test_the_finite_horizon_is_the_best_over_trajectories(gamma):
    """Its policy earns V_0 over all trajectories, entropy counted, and no other policy earns more."""
    mdp = world(2, gamma=gamma)
    steps = 4
    found = soft_horizon(mdp, ALPHA, steps)
    pi = np.exp(np.asarray(softql.boltzmann_log_policy(found.q, ALPHA), np.float64))
    table, reward = np.asarray(mdp.transition, np.float64), np.asarray(mdp.reward, np.float64)
    rng = np.random.default_rng(0)
    for s in range(2):
        best = float(found.v[0, s])
        assert mean_return(table, reward, gamma, pi, ALPHA, s, steps) == pytest.approx(best, abs=1e-5)
        for _ in range(5):
            other = rng.dirichlet(np.ones(2), size=(steps, 2))
            assert mean_return(table, reward, gamma, other, ALPHA, s, steps) < best
        near = pi * np.exp(0.05 * rng.normal(size=pi.shape))
        near /= near.sum(-1, keepdims=True)
        assert mean_return(table, reward, gamma, near, ALPHA, s, steps) < best


def test_the_finite_horizon_of_a_deterministic_world_is_the_free_energy_of_its_paths():
    mdp = world(3, 3, 2, "deterministic", gamma=1.0)
    goes_to, reward = np.asarray(mdp.transition.state)[..., 0], np.asarray(mdp.reward, np.float64)
    v = soft_horizon(mdp, ALPHA, 7).v
    for s in range(3):
        assert float(v[0, s]) == pytest.approx(deterministic_value(goes_to, reward, 1, ALPHA, s, 7), abs=1e-5)


def test_occupancy_counts_meetings():
    mdp = world(4)
    pi, start = policy_of(5, mdp), np.array([1.0, 0.0])
    met = np.asarray(softql.occupancy(mdp.transition, mdp.discount, np.log(pi), start))
    brute = meetings(np.asarray(mdp.transition), GAMMA, pi, 0, 6)
    rest = GAMMA**6 / (1 - GAMMA)
    assert (met >= brute - 1e-5).all()
    assert (met - brute).sum() == pytest.approx(rest, abs=1e-4)
    assert met.sum() == pytest.approx(1 / (1 - GAMMA), rel=1e-5)


# Solvers


@pytest.mark.parametrize("alpha", [0.0, 0.5, 10.0])
@pytest.mark.parametrize("kind", ["dense", "sparse", "deterministic"])
def test_solvers_meet_the_truth_within_their_bound(kind, alpha):
    mdp = world(6, 12, 3, kind, 0.95)
    truth = exact_q(mdp, alpha)
    for solver in (soft_value_iteration, soft_policy_iteration):
        found = solver(mdp, alpha)
        error = np.abs(np.asarray(found.q, np.float64) - truth).max()
        assert error <= found.error_bound, solver.__name__
        assert found.error_bound < 1e-3 * (1 + np.abs(truth).max())
        v = np.asarray(found.v)
        best = truth.max(-1) if alpha == 0 else alpha * np.logaddexp.reduce(truth / alpha, -1)
        np.testing.assert_allclose(v, best, atol=float(found.error_bound) + 1e-6)


def test_the_bound_is_honest_when_stopped_early():
    """At every number of sweeps the bound covers the error, and it is no more than ten times the error at first."""
    mdp = world(7, 12, 3, gamma=0.9)
    truth = exact_q(mdp, ALPHA)
    for sweeps in (1, 2, 5, 20, 60):
        found = soft_value_iteration(mdp, ALPHA, 0.0, max_iterations=sweeps)
        error = np.abs(np.asarray(found.q) - truth).max()
        assert int(found.iterations) == sweeps
        assert error <= found.error_bound
        if sweeps < 60:
            assert found.error_bound < 10 * error


def test_newton_needs_a_few_steps_where_value_iteration_needs_hundreds():
    mdp = world(8, 100, 4, gamma=0.99)
    slow, fast = soft_value_iteration(mdp, 0.1, 0.1), soft_policy_iteration(mdp, 0.1, 0.1)
    assert int(fast.iterations) < 10
    assert int(slow.iterations) > 300
    assert max(float(slow.error_bound), float(fast.error_bound)) <= 0.1


def test_a_start_near_the_solution_saves_sweeps():
    mdp = world(9, 12, 3, gamma=0.95)
    q = soft_policy_iteration(mdp, ALPHA).q
    near, far = soft_value_iteration(mdp, ALPHA, 0.01, q=q), soft_value_iteration(mdp, ALPHA, 0.01)
    assert near.iterations < 5 < far.iterations


def test_masked_actions_count_for_nothing():
    """A world with a masked action is the world without it, whatever reward stands in its slot."""
    mdp = world(10, 6, 2)
    wider = MDP(
        np.concatenate([np.asarray(mdp.transition), np.asarray(mdp.transition)[:, :1]], 1),
        np.concatenate([np.asarray(mdp.reward), np.full((6, 1), 1e3, np.float32)], 1),
        GAMMA,
        np.broadcast_to(np.array([True, True, False]), (6, 3)),
    )
    found = soft_policy_iteration(wider, ALPHA)
    np.testing.assert_allclose(found.v, soft_policy_iteration(mdp, ALPHA).v, atol=1e-5)
    np.testing.assert_allclose(soft_value_iteration(wider, ALPHA).v, found.v, atol=1e-5)
    assert np.isneginf(np.asarray(optimal_policy(wider, found.q, ALPHA))[:, 2]).all()


def test_a_batch_of_worlds_is_solved_at_once():
    keys = jax.random.split(jax.random.key(11), 3)
    worlds = jax.vmap(lambda key: random_mdp(key, 6, 2))(keys)
    for solver in (soft_value_iteration, soft_policy_iteration):
        together = jax.vmap(lambda m, solver=solver: solver(m, ALPHA, 1e-4))(worlds)
        for i in range(3):
            alone = solver(jax.tree.map(lambda x, i=i: x[i], worlds), ALPHA, 1e-4)
            np.testing.assert_allclose(together.q[i], alone.q, atol=1e-4)
            assert together.iterations[i] == alone.iterations
    first = jax.tree.map(lambda x: x[0], worlds)
    by_alpha = jax.vmap(lambda alpha: soft_policy_iteration(first, alpha).v)(jnp.array([0.0, 1.0]))
    assert (by_alpha[1] > by_alpha[0]).all()


def test_a_discount_for_each_transition():
    """Leaving by one transition ends value: the same as an absorbing state of value 0."""
    table = np.array([[[0.5, 0.5], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]])
    reward = np.array([[1.0, 0.5], [0.0, 0.0]])
    ends = np.broadcast_to(np.array([0.9, 0.0]), (2, 2, 2))
    absorbing = MDP(table, reward, 0.9, np.array([[True, True], [True, False]]))
    one, other = (soft_policy_iteration(m, ALPHA) for m in (MDP(table, reward, ends), absorbing))
    np.testing.assert_allclose(one.q[0], other.q[0], rtol=1e-5)


def test_what_does_not_contract_is_refused():
    mdp = world(12, gamma=1.0)
    for solver in (soft_value_iteration, soft_policy_iteration):
        with pytest.raises(ValueError, match=r"state 0, action 0 leaves with discounts that average 1: .* one step"):
            solver(mdp, ALPHA)
    assert soft_horizon(mdp, ALPHA, 3).q.shape == (3, 2, 2)


@pytest.mark.parametrize("alpha", [-0.1, float("nan")])
def test_a_temperature_below_zero_is_refused(alpha):
    with pytest.raises(ValueError, match=r"alpha = .*: it must be at least 0"):
        soft_value_iteration(world(), alpha)


@pytest.mark.parametrize(
    "call",
    [
        lambda m: softql.optimality_backup(m.transition, m.reward, 0.9, jnp.zeros((3, 2)), 1.0),
        lambda m: softql.policy_q(m.transition[:1], m.reward, 0.9, m.reward, 1.0),
        lambda m: softql.occupancy(m.transition, 0.9, m.reward, jnp.ones(3)),
        lambda m: softql.horizon_q(m.transition, m.reward, 0.9, 1.0),
        lambda m: evaluate_policy(m, jnp.zeros((3, 2)), 1.0),
        lambda m: learner(m, exact=jnp.zeros((3, 2))),
        lambda m: softql.composed_q(m.reward),
    ],
)
def test_tables_that_do_not_fit_are_refused(call):
    with pytest.raises(ValueError, match="has shape"):
        call(world())


def ends():
    """Three cells in a row, the last absorbing: an episode whose end comes later, or never if one walks left."""
    right = np.array([[1, 0], [2, 0], [2, 2]])
    return np.eye(3)[right], np.array([[-1.0, -1.0], [-1.0, -1.0], [0.0, 0.0]]), np.array([1.0, 1.0, 0.0])


@pytest.mark.parametrize(
    "call",
    [
        lambda p, r: softql.optimal_q(p, r, 1.0, ALPHA),
        lambda p, r: softql.hard_q(p, r, 1.0),
        lambda p, r: softql.logit_choice_q(p, r, 1.0, ALPHA),
        lambda p, r: softql.composition_cost(p, 1.0, np.stack([r, r]), ALPHA),
        lambda p, r: softql.optimal_q(p, r, np.where(np.arange(3) == 2, 1.0, 0.9) * np.ones(p.shape), ALPHA),
        lambda p, r: softql.policy_q(p, r, 1.0, np.log(np.full(r.shape, 0.5)), ALPHA),
        lambda p, r: softql.occupancy(p, 1.0, np.log(np.full(r.shape, 0.5)), np.ones(3) / 3),
    ],
)
def test_operators_refuse_what_goes_on_for_ever(call):
    table, reward, _ = ends()
    with pytest.raises(ValueError, match=r"(discounts that average 1|goes on for ever)"):
        call(table, reward)
    with pytest.raises(ValueError, match=r"transition of state 1, action 0 sums to 0.5"):
        call(table * np.array([1, 0.5, 1])[:, None, None] ** np.array([1, 0])[:, None], reward)


@pytest.mark.parametrize("few", [False, True])
def test_an_episode_without_discount_is_evaluated_where_it_ends(few):
    """To the right: two steps to the end. To the left: never, which is refused."""
    table, reward, lasts = ends()
    discount = np.broadcast_to(lasts, table.shape)
    transition = table
    if few:
        transition = Successors(table.argmax(-1)[..., None], np.ones((3, 2, 1)))
        discount = lasts[np.asarray(transition.state)]
    with np.errstate(divide="ignore"):
        right, left = np.log(np.tile([1.0, 0.0], (3, 1))), np.log(np.tile([0.0, 1.0], (3, 1)))
    np.testing.assert_allclose(softql.policy_q(transition, reward, discount, right, 0.0)[:2, 0], [-2, -1], rtol=1e-5)
    met = softql.occupancy(transition, discount, right, np.array([1.0, 0.0, 0.0]))
    np.testing.assert_allclose(met[:, 0], [1, 1, 0], atol=1e-5)
    for call in (
        lambda: softql.policy_q(transition, reward, discount, left, 0.0),
        lambda: softql.occupancy(transition, discount, left, np.array([1.0, 0.0, 0.0])),
    ):
        with pytest.raises(ValueError, match="from state 0 the policy goes on for ever"):
            call()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ([0.5, 0.5, 0.0], "log_pi of state 1 adds up to 3.29744 over the allowed actions"),  # not logarithms
        ([-0.7, -0.7, -np.inf], "log_pi of state 1 adds up to 0.99317"),
        ([np.nan, 0.0, -np.inf], "log_pi of state 1 adds up to nan"),
        ([np.inf, 0.0, -np.inf], "log_pi of state 1 adds up to inf"),
        (np.log([0.5, 0.5, 0.25]), "log_pi of state 1 gives 0.25 to actions that are not allowed"),
    ],
)
def test_what_is_no_policy_is_refused(row, says):
    mdp = world(20, 3, 3)
    allowed = np.broadcast_to(np.array([True, True, False]), (3, 3))
    mdp = MDP(mdp.transition, mdp.reward, GAMMA, allowed)
    log_pi = np.tile(np.array([np.log(0.5), np.log(0.5), -np.inf]), (3, 1))
    given = mdp.transition, mdp.discount
    calls = [
        lambda pi: evaluate_policy(mdp, pi, ALPHA),
        lambda pi: returns_of(mdp, pi, ALPHA),
        lambda pi: softql.policy_q(given[0], mdp.reward, given[1], pi, ALPHA, mdp.log_w),
        lambda pi: softql.occupancy(*given, pi, np.ones(3) / 3, mdp.log_w),
    ]
    for call in calls:
        call(log_pi)
        wrong = log_pi.copy()
        wrong[1] = row
        with pytest.raises(ValueError, match=says):
            call(wrong)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda m: soft_value_iteration(m, 1.0, q=jnp.zeros(2)), r"q has shape \(2,\) but there are 2 states"),
        (lambda m: soft_value_iteration(m, 1.0, q=jnp.full((2, 2), jnp.nan)), "q of state 0, action 0 is nan"),
        (
            lambda m: optimal_policy(m, jnp.zeros((2, 3)), 1.0),
            r"q has shape \(2, 3\) but there are 2 states, 2 actions",
        ),
        (lambda m: soft_policy_iteration(m, jnp.ones(2)), r"alpha has shape \(2,\): a process has one temperature"),
        (lambda m: soft_policy_iteration(m, None), "alpha is no array of numbers"),
        (lambda m: soft_value_iteration(m, "a"), "alpha = 'a' is no number"),
        (lambda m: soft_horizon(m, 1e39, 2), r"alpha = 1e\+39: it must be finite in float32"),
        (lambda m: optimal_policy(m, m.reward, float("inf")), "alpha = inf: it must be finite in float32"),
        (lambda m: soft_policy_iteration(jax.tree.map(lambda x: x[None], m), 1.0), "wrap the call in jax.vmap"),
        (lambda m: learner(jax.tree.map(lambda x: x[None], m)), "wrap the call in jax.vmap"),
    ],
)
def test_mistakes_are_named(call, says):
    with pytest.raises(ValueError, match=says):
        call(world())


@pytest.mark.parametrize("gamma", [0.0, 0.8])
def test_nothing_done_bounds_nothing(gamma):
    for solver in (soft_value_iteration, soft_policy_iteration):
        assert solver(world(gamma=gamma), ALPHA, max_iterations=0).error_bound == np.inf


def test_what_does_not_exist_may_hold_anything():
    """A reward of -inf and an empty row of the transition at a masked action."""
    mdp = world(21, 6, 2)
    empty, worst = np.zeros((6, 1, 6)), np.full((6, 1), -np.inf)
    wider = MDP(
        np.concatenate([np.asarray(mdp.transition), empty], 1),
        np.concatenate([np.asarray(mdp.reward), worst], 1),
        GAMMA,
        np.broadcast_to(np.array([True, True, False]), (6, 3)),
    )
    for solver in (soft_value_iteration, soft_policy_iteration):
        np.testing.assert_allclose(solver(wider, ALPHA).v, solver(mdp, ALPHA).v, atol=1e-5)


def test_sixteen_bits_are_solved_in_thirty_two():
    even = MDP(np.full((2, 2, 2), 0.5), world(22).reward, GAMMA)
    mdp = jax.tree.map(lambda x: x.astype(jnp.bfloat16), even)
    wide = jax.tree.map(lambda x: x.astype(jnp.float32), mdp)
    for solver in (soft_value_iteration, soft_policy_iteration):
        np.testing.assert_array_equal(solver(mdp, 0.5).q, solver(wide, 0.5).q)
    assert softql.optimal_q(*jax.tree.leaves(mdp), ALPHA).dtype == jnp.float32
    assert softql.hard_q(*jax.tree.leaves(mdp)).dtype == jnp.float32
    assert soft_horizon(mdp, 0.5, 3).q.dtype == jnp.float32


# Evaluation and the split of the return


def test_the_return_splits_into_reward_and_entropy():
    mdp = world(13, 12, 3)
    log_pi = np.log(policy_of(14, mdp))
    split = returns_of(mdp, log_pi, ALPHA)
    assert float(split.total) == pytest.approx(float(evaluate_policy(mdp, log_pi, ALPHA).v.mean()), rel=1e-5)
    assert float(split.reward) == pytest.approx(float(evaluate_policy(mdp, log_pi, 0.0).v.mean()), rel=1e-4)
    assert float(split.entropy) > 0


def test_evaluating_the_best_policy_gives_the_optimum():
    mdp = world(15, 12, 3)
    found = soft_policy_iteration(mdp, ALPHA)
    again = evaluate_policy(mdp, optimal_policy(mdp, found.q, ALPHA), ALPHA)
    np.testing.assert_allclose(again.q, found.q, atol=float(found.error_bound + again.error_bound))


# Size


def test_sparse_worlds_agree_with_their_tables():
    mdp = world(16, 12, 3, "sparse", 0.9)
    one, other = soft_policy_iteration(mdp, ALPHA), soft_policy_iteration(dense(mdp), ALPHA)
    np.testing.assert_allclose(one.q, other.q, atol=float(one.error_bound + other.error_bound))
    log_pi, start = np.log(policy_of(0, mdp)), np.full(12, 1 / 12)
    few = softql.occupancy(mdp.transition, mdp.discount, log_pi, start)
    np.testing.assert_allclose(few, softql.occupancy(dense(mdp).transition, mdp.discount, log_pi, start), rtol=1e-4)


def test_a_hundred_thousand_states():
    """A ring of 10^5 states whose value is known: a step to the right earns 1, everywhere."""
    states = 100_000
    at = np.arange(states)
    successors = Successors(np.stack([(at + 1) % states, at], -1)[..., None], np.ones((states, 2, 1)))
    ring = MDP(successors, np.broadcast_to(np.array([1.0, 0.0]), (states, 2)), 0.9)
    v = soft_policy_iteration(ring, ALPHA).v
    truth = ALPHA * np.logaddexp(1 / ALPHA, 0) / (1 - 0.9)
    np.testing.assert_allclose(v, truth, rtol=1e-5)


@pytest.mark.parametrize("kind", ["deterministic", "sparse"])
def test_long_cycles_are_solved_too(kind):
    """Worlds of 2,000 states at γ = 0.99, on whose cycles BiCGSTAB makes no headway."""
    mdp = world(19, 2_000, 3, kind, 0.99)
    found = soft_policy_iteration(mdp, 0.0)
    assert found.error_bound < 0.05
    slow = soft_value_iteration(mdp, 0.0)
    np.testing.assert_allclose(found.q, slow.q, atol=float(found.error_bound + slow.error_bound))
    met = softql.occupancy(mdp.transition, mdp.discount, np.log(policy_of(0, mdp)), np.full(2_000, 1 / 2_000))
    assert float(met.sum()) == pytest.approx(100, rel=1e-4)


# Foreign truth


def test_the_hard_limit_of_frozen_lake_is_value_iteration_on_gymnasiums_table():
    import gymnasium

    def worth(outcomes, v):
        return sum(p * (r + 0.95 * v[to] * (not done)) for p, to, r, done in outcomes)

    theirs, v = gymnasium.make("FrozenLake-v1").unwrapped.P, np.zeros(16)
    for _ in range(3000):
        v = np.array([max(worth(o, v) for o in theirs[s].values()) for s in theirs])
    lake = from_gymnax(*gymnax.make("FrozenLake-misc"), gamma=0.95)
    ours = np.asarray(soft_policy_iteration(lake.mdp, 0.0).v)
    np.testing.assert_allclose(ours, v[np.asarray(lake.observations)], atol=1e-5)


def test_the_hard_limit_is_a_linear_program():
    """SciPy's HiGHS: the least v with v >= r + γ P v is V*, and soft values come down to it."""
    from scipy.optimize import linprog

    mdp = world(17, 30, 4, gamma=0.9)
    table, reward = np.asarray(mdp.transition, float), np.asarray(mdp.reward, float)
    above = (0.9 * table - np.eye(30)[:, None]).reshape(-1, 30)
    v = linprog(np.ones(30), above, -reward.ravel(), bounds=(None, None)).x
    np.testing.assert_allclose(soft_policy_iteration(mdp, 0.0).v, v, atol=1e-4)
    for alpha in (0.1, 0.01, 0.001):
        soft = np.asarray(soft_policy_iteration(mdp, alpha).v)
        assert (soft >= v - 1e-4).all()
        assert (soft <= v + alpha * np.log(4) / (1 - 0.9) + 1e-4).all()


def test_the_hard_limit_is_quantecons():
    """QuantEcon.py's DiscreteDP, where it is installed: it brings numba, and a sympy that wants an older mpmath."""
    quantecon = pytest.importorskip("quantecon", reason="QuantEcon.py is not installed")
    mdp = world(17, 30, 4, gamma=0.9)
    theirs = quantecon.markov.DiscreteDP(np.asarray(mdp.reward, float), np.asarray(mdp.transition, float), 0.9)
    v = theirs.solve(method="policy_iteration").v
    np.testing.assert_allclose(soft_policy_iteration(mdp, 0.0).v, v, atol=1e-4)


# Learning


def test_learning_from_samples_reaches_the_exact_table():
    mdp = world(18, 6, 2)
    q = soft_policy_iteration(mdp, ALPHA).q
    init, step = learner(mdp, 16, q)

    def run(state, steps):
        return jax.lax.scan(lambda s, _: step(TabularHyper(ALPHA), s), state, length=steps)

    state, metrics = jax.jit(run, static_argnums=1)(init(jax.random.key(0)), 10_000)
    error = np.asarray(metrics.error)
    assert error[-1] == pytest.approx(float(jnp.abs(state.q - q).max()), rel=1e-5)
    assert error[-1] < 0.1 < 1 < error[0]
    assert error[4000:].max() < 0.5 * error[300:600].mean()
    assert int(state.visits.sum()) == 10_000 * 16


def test_learning_skips_masked_actions_and_takes_successors():
    successors = Successors(np.zeros((2, 2, 1), int), np.ones((2, 2, 1)))
    mdp = MDP(successors, np.ones((2, 2)), 0.5, np.array([[True, False], [True, True]]))
    init, step = learner(mdp, 4)
    jitted = jax.jit(step)
    state = init(jax.random.key(0))
    for _ in range(300):
        state, metrics = jitted(TabularHyper(), state)
    assert int(state.visits[0, 1]) == 0
    assert bool(jnp.isnan(metrics.error))
    assert float(state.q[0, 0]) == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("what", ["reward", "rewards", "actions", "nan"])
def test_what_is_not_finite_makes_nan_of_sparse_worlds_too(what):
    """A table's factorisation says NaN; what iterates must not stop at a number instead."""
    mdp = world(3, 6, 3, "sparse")
    reward, log_w = np.array(mdp.reward), np.zeros((6, 3))
    if what == "actions":
        log_w[2] = -np.inf
    else:
        reward[2, 1 if what != "rewards" else slice(None)] = np.nan if what == "nan" else -np.inf
    for transition in (mdp.transition, dense(mdp).transition):
        assert np.isfinite(softql.optimal_q(transition, mdp.reward, GAMMA, ALPHA)).all()
        assert np.isnan(softql.optimal_q(transition, reward, GAMMA, ALPHA, log_w)).all()
        assert np.isnan(softql.hard_q(transition, reward, GAMMA, log_w)).all()
