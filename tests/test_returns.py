"""Soft lambda-returns: against the sum over n-step returns, against exact values, and with what must fail."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import softql
from softql.returns import soft_lambda_returns

ALPHA, GAMMA = 0.7, 0.9


def paths(seed: int, *shape: int) -> dict[str, np.ndarray]:
    """Random rewards, values and log-probabilities, with ends of both kinds."""
    rng = np.random.default_rng(seed)
    terminated = rng.random(shape) < 0.15
    return {
        "reward": rng.normal(size=shape),
        "discount": GAMMA * (1.0 - terminated),
        "next_v": 3 * rng.normal(size=shape),
        "log_pi": -rng.exponential(size=shape),
        "truncated": (rng.random(shape) < 0.15) & ~terminated,
    }


def by_mixture(reward, discount, next_v, log_pi, truncated, alpha, lambda_) -> np.ndarray:
    """G_t as (1 - lambda) sum_n lambda^(n-1) G^(n) with the n-step returns written out, up to the first end after t."""
    total = len(reward)
    out = np.zeros(total)
    for t in range(total):
        ends = [k for k in range(t, total) if truncated[k] or discount[k] == 0 or k == total - 1]
        last = ends[0] - t + 1
        n_step = []
        for n in range(1, last + 1):
            weight, g = 1.0, 0.0
            for k in range(t, t + n):
                bonus = -alpha * log_pi[k] if k > t else 0.0
                g += weight * (reward[k] + bonus)
                weight *= discount[k]
            n_step.append(g + weight * next_v[t + n - 1])
        shares = [(1 - lambda_) * lambda_ ** (n - 1) for n in range(1, last)] + [lambda_ ** (last - 1)]
        out[t] = np.dot(shares, n_step)
    return out


@pytest.mark.parametrize("lambda_", [0.0, 0.3, 0.9, 1.0])
def test_it_is_the_mixture_of_n_step_returns(lambda_):
    p = paths(0, 6, 12)
    ours = soft_lambda_returns(**p, alpha=ALPHA, lambda_=lambda_)
    truth = [by_mixture(**{k: x[i] for k, x in p.items()}, alpha=ALPHA, lambda_=lambda_) for i in range(6)]
    np.testing.assert_allclose(ours, truth, rtol=1e-5, atol=1e-5)


def test_the_mixture_tells_apart_what_must_fail():
    """Reward-only returns, and a trace that runs on over truncation, are far outside the tolerance above."""
    p = paths(0, 6, 12)
    truth = np.array([by_mixture(**{k: x[i] for k, x in p.items()}, alpha=ALPHA, lambda_=0.9) for i in range(6)])
    reward_only = soft_lambda_returns(**(p | {"log_pi": 0 * p["log_pi"]}), alpha=ALPHA, lambda_=0.9)
    runs_on = soft_lambda_returns(**(p | {"truncated": None}), alpha=ALPHA, lambda_=0.9)
    assert abs(reward_only - truth).max() > 0.1
    assert abs(runs_on - truth).max() > 0.1


def test_lambda_zero_is_the_one_step_target():
    p = paths(1, 4, 7)
    one_step = p["reward"] + p["discount"] * p["next_v"]
    np.testing.assert_allclose(soft_lambda_returns(**p, alpha=ALPHA, lambda_=0.0), one_step, rtol=1e-6, atol=1e-6)


def test_the_first_log_pi_is_never_used_and_every_later_one_is():
    p = {k: jnp.asarray(x) for k, x in paths(2, 8).items()} | {"discount": jnp.full(8, GAMMA), "truncated": None}
    slope = jax.jacobian(lambda log_pi: soft_lambda_returns(**(p | {"log_pi": log_pi}), alpha=ALPHA, lambda_=1.0))
    after = np.arange(8)[None, :] - np.arange(8)[:, None]
    truth = np.where(after > 0, -ALPHA * GAMMA ** np.maximum(after, 0), 0.0)
    np.testing.assert_allclose(slope(p["log_pi"]), truth, rtol=1e-5, atol=1e-7)


def world() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A random MDP's reward, transition, policy and exact soft Q^pi, float64."""
    rng = np.random.default_rng(5)
    reward, goes = rng.normal(size=(3, 2)), rng.dirichlet(np.ones(3), size=(3, 2))
    policy = rng.dirichlet(np.ones(2), size=3)
    q = np.zeros((3, 2))
    for _ in range(400):
        q = reward + GAMMA * goes @ (policy * (q - ALPHA * np.log(policy))).sum(-1)
    return reward, goes, policy, q


@pytest.mark.parametrize("lambda_", [0.0, 0.5, 1.0])
def test_it_estimates_the_soft_q_without_bias(lambda_):
    """The mean over paths from pi is Q^pi within five standard errors; that of reward-only returns is not."""
    reward, goes, policy, q = world()
    rng = np.random.default_rng(11)
    n, steps = 20_000, 6
    v = (policy * (q - ALPHA * np.log(policy))).sum(-1)
    at, action = np.zeros(n, int), np.zeros(n, int)
    record = []
    for _ in range(steps):
        after = (rng.random((n, 1)) > goes[at, action].cumsum(-1)).sum(-1).clip(max=2)
        record.append((reward[at, action], v[after], np.log(policy[at, action])))
        at = after
        action = (rng.random(n) > policy[at, 0]).astype(int)
    rewards, next_v, log_pi = (np.stack(x, -1) for x in zip(*record, strict=True))

    def error(log_pi: np.ndarray) -> float:
        g = np.asarray(soft_lambda_returns(rewards, np.full((n, steps), GAMMA), next_v, log_pi, ALPHA, lambda_))[:, 0]
        return abs(g.mean() - q[0, 0]) / (g.std() / np.sqrt(n))

    assert error(log_pi) < 5
    if lambda_ > 0:  # with lambda = 0 no log_pi enters
        assert error(0 * log_pi) > 10


def test_at_the_optimum_of_a_deterministic_world_every_path_agrees():
    """Path consistency: with Q*, V*, pi* the return is Q*(s, a) for every path and lambda.  [N17]"""
    rng = np.random.default_rng(7)
    reward, goes = rng.normal(size=(4, 3)), rng.integers(0, 4, size=(4, 3))
    q = np.zeros((4, 3))
    for _ in range(400):
        q = reward + GAMMA * (ALPHA * np.logaddexp.reduce(q / ALPHA, -1))[goes]
    v = ALPHA * np.logaddexp.reduce(q / ALPHA, -1)
    at, seen = 0, []
    for action in rng.integers(0, 3, size=10):
        seen.append((reward[at, action], v[goes[at, action]], (q[at, action] - v[at]) / ALPHA, q[at, action]))
        at = goes[at, action]
    rewards, next_v, log_pi, truth = (np.array(x) for x in zip(*seen, strict=True))
    for lambda_ in (0.0, 0.6, 1.0):
        ours = soft_lambda_returns(rewards, np.full(10, GAMMA), next_v, log_pi, ALPHA, lambda_)
        np.testing.assert_allclose(ours, truth, rtol=1e-5, atol=1e-5)


def test_nothing_leaks_back_over_an_end():
    nan = jnp.nan
    g = soft_lambda_returns(
        jnp.array([1.0, 2.0, nan]),
        jnp.array([0.9, 0.0, 0.9]),
        jnp.array([5.0, -jnp.inf, nan]),
        jnp.array([nan, -0.5, nan]),
        1.0,
        1.0,
    )
    np.testing.assert_allclose(g, [1 + 0.9 * (2 + 0.5), 2.0, nan], rtol=1e-6)
    cut = soft_lambda_returns(
        jnp.array([1.0, nan]),
        jnp.array([0.9, 0.9]),
        jnp.array([5.0, nan]),
        jnp.array([nan, nan]),
        1.0,
        0.5,
        jnp.array([True, False]),
    )
    assert float(cut[0]) == pytest.approx(5.5)


def test_leading_axes_vmap_and_jit_agree():
    p = paths(3, 2, 3, 5)
    whole = soft_lambda_returns(**p, alpha=ALPHA, lambda_=0.8)
    each = [[soft_lambda_returns(**{k: x[i, j] for k, x in p.items()}, alpha=ALPHA, lambda_=0.8) for j in range(3)]
            for i in range(2)]  # fmt: skip
    np.testing.assert_array_equal(whole, np.array(each))
    as_jax = {k: jnp.asarray(x) for k, x in p.items()}
    mapped = jax.jit(jax.vmap(lambda p: soft_lambda_returns(**p, alpha=ALPHA, lambda_=0.8)))(as_jax)
    np.testing.assert_allclose(whole, mapped, rtol=1e-6, atol=1e-6)


def test_alpha_and_lambda_may_differ_by_path():
    p = paths(4, 3, 6)
    alpha, lambda_ = np.array([0.1, 1.0, 2.0], np.float32), np.array([0.0, 0.5, 1.0], np.float32)
    ours = soft_lambda_returns(**p, alpha=alpha, lambda_=lambda_)
    for i in range(3):
        one = soft_lambda_returns(**{k: x[i] for k, x in p.items()}, alpha=float(alpha[i]), lambda_=float(lambda_[i]))
        np.testing.assert_allclose(ours[i], one, rtol=1e-6)


def test_dtypes():
    p = {k: jnp.asarray(x, jnp.bfloat16) if k != "truncated" else x for k, x in paths(6, 4).items()}
    assert soft_lambda_returns(**p, alpha=ALPHA, lambda_=0.5).dtype == jnp.bfloat16
    assert soft_lambda_returns(jnp.ones(2), jnp.ones(2), jnp.ones(2), -jnp.ones(2), 1, 1).dtype == jnp.float32


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"next_v": np.zeros(3)}, r"next_v has shape \(3,\) but reward has \(4,\)"),
        ({"truncated": np.zeros(3, bool)}, r"truncated has shape \(3,\)"),
        ({k: np.zeros((2, 0)) for k in ("reward", "discount", "next_v", "log_pi", "truncated")}, "at least one step"),
        ({"alpha": 0.0}, "alpha = 0.0"),
        ({"lambda_": 1.5}, "lambda_ = 1.5"),
        ({"alpha": np.ones(4)}, r"alpha has shape \(4,\): give a scalar, or one per path \(\)"),
    ],
)
def test_impossible_input_is_named(change, says):
    with pytest.raises(ValueError, match=says):
        soft_lambda_returns(**({**paths(8, 4), "alpha": ALPHA, "lambda_": 0.5} | change))


def test_what_follows_the_end_is_nothing_in_gradients_too():
    reward, discount, next_v = jnp.ones(3), jnp.array([0.9, 0.0, 0.9]), jnp.array([1.0, -jnp.inf, 1.0])
    slope = jax.grad(lambda x: softql.soft_lambda_returns(reward, discount, next_v, jnp.zeros(3), 0.5, x).sum())(0.5)
    assert jnp.isfinite(slope)
    after = softql.soft_return(jnp.array([1.0, jnp.inf]), jnp.array([0.0, 0.5]), jnp.zeros(2), 0.5)
    assert float(after) == 1.0


def test_integer_rewards_and_flags_that_are_no_booleans_are_refused():
    ones = jnp.ones(2)
    with pytest.raises(ValueError, match="reward has dtype int32"):
        softql.soft_return(jnp.ones(2, int), ones, ones, 0.5)
    with pytest.raises(ValueError, match="truncated has dtype float32: pass booleans"):
        softql.soft_lambda_returns(ones, ones, ones, ones, 0.5, 0.5, jnp.array([0.5, 0.0]))


@pytest.mark.parametrize("n", [0, 2.5, np.array([1, 2])])
def test_steps_are_counted_in_whole_numbers(n):
    ones = jnp.ones(2)
    with pytest.raises(ValueError, match="it must be a whole number, at least 1"):
        softql.soft_n_step_returns(ones, ones, ones, ones, 0.5, n)


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
def test_sixteen_bits_are_rounded_once(dtype):
    """A long path in 16-bit floats is the float32 result, rounded at the end."""
    rng = np.random.default_rng(0)
    r, v, log_pi = (jnp.asarray(rng.normal(size=(3, 200)), dtype) for _ in range(3))
    d = jnp.full((3, 200), 0.9375, dtype)
    wide = [x.astype(jnp.float32) for x in (r, d, v, log_pi)]
    for call in (
        lambda r, d, v, p: softql.soft_lambda_returns(r, d, v, p, 0.5, lambda_=0.75),
        lambda r, d, v, p: softql.soft_n_step_returns(r, d, v, p, alpha=0.5, n=7),
        lambda r, d, v, p: softql.soft_return(r, d, p, 0.5),
        lambda r, d, v, p: softql.path_consistency_error(v, r, d, v, p, 0.5, n=5),
    ):
        found = call(r, d, v, log_pi)
        assert found.dtype == dtype
        assert found.tolist() == call(*wide).astype(dtype).tolist()
