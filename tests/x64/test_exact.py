"""What holds to the last digits: solved MDPs, targets without bias and equivalences, with 64-bit floats."""

import itertools
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import softql
from softql.mdp import MDP, from_gymnax, random_mdp
from softql.tabular import evaluate_policy, soft_horizon, soft_policy_iteration, soft_value_iteration

ALPHA = 0.3


def world(seed, states=15, actions=3, gamma=0.95, kind="dense"):
    return random_mdp(jax.random.key(seed), states, actions, kind, gamma)


def test_newton_is_quadratic():
    """The error of each step is at most a constant times the square of the last, down to rounding."""
    mdp = world(0, 40, 4, 0.99, "deterministic")
    truth = np.asarray(soft_policy_iteration(mdp, ALPHA, 0.0).q)
    errors = [np.abs(np.asarray(soft_policy_iteration(mdp, ALPHA, 0.0, n).q) - truth).max() for n in range(1, 7)]
    steep = [later / earlier**2 for earlier, later in itertools.pairwise(errors) if earlier < 1 and later > 1e-11]
    assert len(steep) >= 2
    assert max(steep) < 10
    assert errors[-1] < 1e-11


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_solvers_agree_to_twelve_digits(kind):
    mdp = world(1, kind=kind)
    one, other = soft_value_iteration(mdp, ALPHA, 1e-11), soft_policy_iteration(mdp, ALPHA, 1e-11)
    assert max(one.error_bound, other.error_bound) <= 1e-11
    assert np.abs(one.q - other.q).max() <= one.error_bound + other.error_bound
    assert other.iterations < 10 < one.iterations


def test_rewards_of_32_bits_are_solved_too():
    """Every mixture of floats is solved in the widest of them, as the same numbers in 64 bits are."""
    mdp = world(8)
    few = jax.tree.map(lambda x: x.astype(np.float32), mdp)
    for narrow in (few, MDP(few.transition, few.reward, mdp.discount), MDP(mdp.transition, few.reward, mdp.discount)):
        wide = jax.tree.map(lambda x: x.astype(np.float64), narrow)
        for alpha in (ALPHA, np.float64(ALPHA)):
            for solve in (soft_value_iteration, soft_policy_iteration):
                found, truth = solve(narrow, alpha), solve(wide, alpha)
                assert np.abs(found.q - truth.q).max() <= found.error_bound + truth.error_bound
            assert np.isfinite(soft_horizon(narrow, alpha, 3).q).all()
            given = narrow.transition, narrow.reward, narrow.discount
            np.testing.assert_allclose(softql.optimal_q(*given, alpha), truth.q, rtol=1e-4)
            log_pi = np.full(narrow.reward.shape, -np.log(3))
            assert np.isfinite(softql.policy_q(*given, log_pi, alpha)).all()
        assert np.isfinite(softql.hard_q(*given)).all()


def test_a_world_of_gymnax_has_the_default_float():
    import gymnax

    mdp = from_gymnax(*gymnax.make("FrozenLake-misc"), gamma=0.9).mdp
    assert {x.dtype for x in (mdp.transition, mdp.reward, mdp.start)} == {np.dtype(np.float64)}
    found = soft_policy_iteration(mdp, 0.1)
    assert found.error_bound < 1e-10
    np.testing.assert_allclose(np.asarray(mdp.transition).sum(-1), 1, atol=1e-15)


def test_the_command_line_solves(tmp_path, capsys):
    from softql import cli

    assert cli.main(["solve", "FrozenLake-misc", "--learn", "1000", "--out", str(tmp_path)]) == 0
    assert "return from the first state 2.4710" in capsys.readouterr().out


def test_the_fixed_points_are_fixed():
    mdp = world(2)
    q = softql.optimal_q(mdp.transition, mdp.reward, mdp.discount, ALPHA)
    again = softql.optimality_backup(mdp.transition, mdp.reward, mdp.discount, q, ALPHA)
    np.testing.assert_allclose(again, q, rtol=1e-14)
    log_pi = softql.boltzmann_log_policy(q, ALPHA)
    np.testing.assert_allclose(evaluate_policy(mdp, log_pi, ALPHA).q, q, rtol=1e-13)


# Targets without bias: the mean over every trajectory, not over a sample

STEPS = 4


def exact_mean(target, mdp, behaviour, policy, q):
    """E[target for Q(s_0, a_0)] for each start [S, A], over every path of STEPS steps drawn from `behaviour`."""
    table, reward = np.asarray(mdp.transition), np.asarray(mdp.reward)
    v = np.asarray(softql.policy_value(np.log(policy), q, ALPHA))
    states, actions = reward.shape
    at = np.array(list(itertools.product(*[range(states), range(actions)] * STEPS, range(states))))
    s, a, chance = at[:, 0::2], at[:, 1::2], np.ones(len(at))
    for t in range(STEPS):
        chance *= table[s[:, t], a[:, t], s[:, t + 1]] * (behaviour[s[:, t], a[:, t]] if t else 1.0)
    path = s[:, :STEPS], a
    fields = {
        "reward": reward[path],
        "discount": np.full(path[0].shape, float(mdp.discount)),
        "next_v": v[s[:, 1:]],
        "log_pi": np.log(policy)[path],
        "q": np.asarray(q)[path],
        "log_ratio": np.log(policy / behaviour)[path],
    }
    mean = np.zeros((states, actions))
    np.add.at(mean, (s[:, 0], a[:, 0]), chance * np.asarray(target(**fields))[:, 0])
    return mean


def of(function, *names, **more):
    return lambda **fields: function(*(fields[name] for name in names), **more)


PATH = ("reward", "discount", "next_v", "log_pi")
TARGETS = {
    **{f"{n}-step": of(softql.soft_n_step_returns, *PATH, alpha=ALPHA, n=n) for n in (1, 2, STEPS)},
    **{f"lambda {x}": of(softql.soft_lambda_returns, *PATH, alpha=ALPHA, lambda_=x) for x in (0.0, 0.6, 1.0)},
    **{
        f"retrace {x}": of(softql.soft_retrace_returns, *PATH[:3], "q", "log_ratio", lambda_=x) for x in (0.0, 0.6, 1.0)
    },
}


def pair():
    """A world of two states, and two policies for it."""
    rng = np.random.default_rng(0)
    return world(3, 2, 2, 0.9), *(rng.dirichlet(np.ones(2), size=2) for _ in range(2))


@pytest.mark.parametrize("name", TARGETS)
def test_on_policy_targets_have_no_bias(name):
    mdp, policy, _ = pair()
    q = evaluate_policy(mdp, np.log(policy), ALPHA).q
    assert np.abs(exact_mean(TARGETS[name], mdp, policy, policy, q) - q).max() < 1e-12


@pytest.mark.parametrize("name", [name for name in TARGETS if name.startswith("retrace")])
def test_retrace_has_no_bias_whoever_acts(name):
    mdp, policy, behaviour = pair()
    q = evaluate_policy(mdp, np.log(policy), ALPHA).q
    assert np.abs(exact_mean(TARGETS[name], mdp, behaviour, policy, q) - q).max() < 1e-12
    if name != "retrace 0.0":  # ... where a plain lambda-return has
        lambda_ = TARGETS[name.replace("retrace", "lambda")]
        assert np.abs(exact_mean(lambda_, mdp, behaviour, policy, q) - q).max() > 1e-3


def test_retrace_contracts_towards_the_policy():
    """From any Q the mean is nearer Q^π than Q was, by γ at least."""
    mdp, policy, behaviour = pair()
    truth = np.asarray(evaluate_policy(mdp, np.log(policy), ALPHA).q)
    q = truth + np.random.default_rng(1).normal(size=truth.shape)
    mean = exact_mean(TARGETS["retrace 1.0"], mdp, behaviour, policy, q)
    assert np.abs(mean - truth).max() <= 0.9 * np.abs(q - truth).max()


def reward_only(n):
    """The negative control: the n-step return that forgets the entropy on its way."""

    def target(reward, discount, next_v, log_pi, **_):
        return softql.soft_n_step_returns(reward, discount, next_v, 0 * log_pi, alpha=ALPHA, n=n)

    return target


@pytest.mark.parametrize("n", [2, STEPS])
def test_reward_only_targets_have_the_known_bias(n):
    """What is missing is α Σ_{k=1}^{n-1} γ^k E[H(π(.|s_k))], to the last digits."""
    mdp, policy, _ = pair()
    q = np.asarray(evaluate_policy(mdp, np.log(policy), ALPHA).q)
    entropy, table = -(policy * np.log(policy)).sum(-1), np.asarray(mdp.transition)
    chain = np.einsum("sa,saj->sj", policy, table)
    missing = sum(0.9**k * table @ np.linalg.matrix_power(chain, k - 1) @ entropy for k in range(1, n))
    bias = exact_mean(reward_only(n), mdp, policy, policy, q) - q
    np.testing.assert_allclose(bias, -ALPHA * missing, atol=1e-12)
    assert np.abs(bias).min() > 0.05


def test_every_target_agrees_at_the_optimum_of_a_deterministic_world():
    """Any path, any behaviour, any n or λ: Q*(s_t, a_t), and V*(s_t) for the path-consistency target."""
    mdp = world(4, 5, 3, 0.9, "deterministic")
    q = np.asarray(soft_policy_iteration(mdp, ALPHA, 0.0).q)
    v, log_pi = np.asarray(softql.soft_value(q, ALPHA)), np.asarray(softql.boltzmann_log_policy(q, ALPHA))
    rng = np.random.default_rng(2)
    actions, states = rng.integers(0, 3, size=9), [0]
    for a in actions:
        states.append(int(mdp.transition.state[states[-1], a, 0]))
    at, after = np.array(states[:-1]), np.array(states[1:])
    fields = {
        "reward": np.asarray(mdp.reward)[at, actions],
        "discount": np.full(9, 0.9),
        "next_v": v[after],
        "log_pi": log_pi[at, actions],
        "q": q[at, actions],
        "log_ratio": log_pi[at, actions] + np.log(3.0),
    }
    for name, target in TARGETS.items():
        np.testing.assert_allclose(target(**fields), q[at, actions], atol=1e-12, err_msg=name)
    for n in (1, 3, 9):
        value = of(softql.soft_value_returns, *PATH, alpha=ALPHA, n=n)(**fields)
        np.testing.assert_allclose(value, v[at], atol=1e-12)
        loss = softql.path_consistency_loss(v[at], *(fields[name] for name in PATH), alpha=ALPHA, n=n)
        assert np.abs(loss).max() < 1e-24


def test_path_consistency_at_every_action_is_optimality():
    """The converse: build the rewards that make a random V and π consistent; their world's optimum is that V and π."""
    mdp, policy, _ = pair()
    v = np.random.default_rng(3).normal(size=2)
    log_pi = np.log(policy)
    reward = v[:, None] + ALPHA * log_pi - np.asarray(softql.expected_next(mdp.transition, mdp.discount, v))
    q = softql.optimal_q(mdp.transition, reward, mdp.discount, ALPHA)
    np.testing.assert_allclose(softql.soft_value(q, ALPHA), v, atol=1e-12)
    np.testing.assert_allclose(softql.boltzmann_log_policy(q, ALPHA), log_pi, atol=1e-12)
    # ... and with one reward off, some action is inconsistent and the optimum is another
    reward[1, 0] += 0.1
    other = softql.optimal_q(mdp.transition, reward, mdp.discount, ALPHA)
    assert np.abs(softql.soft_value(other, ALPHA) - v).max() > 1e-3


# Equivalences


def test_soft_q_learning_is_policy_gradient_to_twelve_digits():
    """[S17] by automatic differentiation of both sides, through a table and through a map of parameters."""
    rng = np.random.default_rng(0)
    for alpha in (0.05, 1.0, 20.0):
        q, target = rng.normal(size=(2, 6, 4))
        given = (q, target, alpha)
        left = np.asarray(softql.soft_q_gradient(*given))
        right = -alpha * softql.policy_gradient(*given) + softql.value_gradient(*given)
        assert np.abs(left - right).max() < 1e-12
        assert np.abs(left).max() > 1e-3
        features = rng.normal(size=(24, 7))  # Q = features θ: the chain rule keeps the equation
        assert np.abs(features.T @ (left - np.asarray(right)).ravel()).max() < 1e-11


def test_munchausen_is_kl_regularised_to_twelve_digits():
    mdp, m = world(6), 0.9
    q, prior = np.zeros((15, 3)), np.full((15, 3), -np.log(3))
    near = q - m * ALPHA * prior
    for _ in range(50):
        given = (mdp.transition, mdp.reward, mdp.discount)
        near = softql.kl_regularised_backup(*given, near, prior, ALPHA, m)
        q, prior = softql.munchausen_backup(*given, q, ALPHA, m), np.asarray(softql.boltzmann_log_policy(q, ALPHA))
        assert np.abs(q - m * ALPHA * prior - near).max() < 1e-12 * (1 + np.abs(near).max())
    hard = np.asarray(softql.optimal_q(*given, (1 - m) * ALPHA))  # ... and converges to control at (1 - m) α
    for _ in range(1500):
        q = softql.munchausen_backup(*given, q, ALPHA, m)
    assert np.abs(softql.soft_value(q, ALPHA) - softql.soft_value(hard, (1 - m) * ALPHA)).max() < 1e-9


def test_a_newton_step_by_differentiation():
    """Q^π solves (I - J) (Q' - Q) = T*Q - Q, with J the Jacobian of T* that JAX finds."""
    mdp = world(7, 6, 2)
    given = (mdp.transition, mdp.reward, mdp.discount)
    q = np.random.default_rng(1).normal(size=12)

    def backup(x):
        return softql.optimality_backup(*given, x.reshape(6, 2), ALPHA).ravel()

    slope = np.asarray(jax.jacobian(backup)(q))
    step = q + np.linalg.solve(np.eye(12) - slope, np.asarray(backup(q)) - q)
    log_pi = softql.boltzmann_log_policy(q.reshape(6, 2), ALPHA)
    np.testing.assert_allclose(softql.policy_q(*given, log_pi, ALPHA).ravel(), step, rtol=1e-11)
