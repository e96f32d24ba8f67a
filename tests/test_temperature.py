"""Temperatures from entropies: found, refused with the range, and agreeing with the dual."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import softql
from softql.temperature import (
    Constant,
    Exponential,
    Linear,
    batch_temperature,
    dual_gradient,
    dual_step,
    linear_dual_step,
    state_temperature,
    temperature_dual,
)

RNG = np.random.default_rng(0)
Q = RNG.normal(size=(5, 4)).astype(np.float32)
MASK = np.array([0.0, 0.0, 0.0, -np.inf], np.float32)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize("target", [0.01, 0.7, 1.38])
def test_each_state_gets_its_temperature(size, target):
    alpha = state_temperature(size * Q, target)
    assert alpha.shape == (5,)
    np.testing.assert_allclose(softql.boltzmann_entropy(size * Q, alpha), target, rtol=1e-4)
    np.testing.assert_allclose(alpha, size * state_temperature(Q, target), rtol=2e-3)


@pytest.mark.parametrize("far", [-1e3, -1e10, -1e20, -1e30, -1e38])
def test_one_action_far_below_changes_nothing(far):
    """[0, 1, 2, M] is [0, 1, 2] for any very small M."""
    alone = float(state_temperature([0.0, 1.0, 2.0], 0.5))
    assert float(state_temperature([0.0, 1.0, 2.0, far], 0.5)) == pytest.approx(alone, rel=1e-5)
    assert float(batch_temperature([[0.0, 1.0, 2.0, far]], 0.5)) == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("size", [1e-30, 1e-25, 1e-20, 1e20, 3e29, 1e36])
def test_the_unit_of_reward_may_be_anything(size):
    q = np.array([0.0, 1.0, 2.0], np.float32)
    expected = size * float(state_temperature(q, 0.5))
    assert float(state_temperature(np.float32(size) * q, 0.5)) == pytest.approx(expected, rel=1e-5, abs=0)


def test_traced_values_out_of_their_domain_are_nan():
    q = jnp.array([[0.0, 1.0, 2.0], [0.0, jnp.nan, 2.0], [0.0, 1.0, jnp.inf], [0.0, 1.0, 2.0]])
    assert np.isnan(jax.jit(state_temperature)(q, 0.5)).tolist() == [False, True, True, False]
    assert np.isnan(jax.jit(state_temperature)(q[0], 0.5, jnp.array([0.0, 0.5, 0.0])))


def test_masked_actions_have_no_part_in_it():
    q = Q.copy()
    q[:, 3] = 1e9
    np.testing.assert_allclose(state_temperature(q, 0.9, MASK), state_temperature(Q[:, :3], 0.9), rtol=1e-5)


def test_a_batch_shares_one_temperature():
    alpha = batch_temperature(Q, 0.8)
    assert alpha.shape == ()
    assert float(softql.boltzmann_entropy(Q, alpha).mean()) == pytest.approx(0.8, abs=1e-5)
    each = np.asarray(softql.boltzmann_entropy(Q, alpha))
    assert each.std() > 0.01  # the mean is met, not each state


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: state_temperature(Q, 1.5),
            "target entropy 1.5 of row 0 can't be reached: .* between 0 and 1.38629 nats",
        ),
        (lambda: state_temperature(Q, 1.2, MASK), "between 0 and 1.09861 nats"),
        (lambda: state_temperature(Q, np.array([1.0, 1.0, -0.1, 1.0, 1.0])), "target entropy -0.1 of row 2 can't be"),
        (lambda: state_temperature([1.0, 1.0, 0.0], 0.5), "between 0.693147 and 1.09861 nats"),
        (lambda: batch_temperature(Q, 1.4), "target mean entropy 1.4 can't be reached: .* between 0 and 1.38629 nats"),
        (lambda: batch_temperature(Q, np.ones(5)), r"target has shape \(5,\): one alpha for a batch has one target"),
        (lambda: state_temperature(Q, np.ones(4)), r"target has shape \(4,\) but the rows of q have shape \(5,\)"),
        (lambda: dual_step(1.0, 0.5, float("nan"), 0.1), "target is NaN"),
        (lambda: dual_step(-1.0, 0.5, 0.5, 0.1), "alpha = -1.0: a step in its logarithm needs a positive one"),
        (lambda: Linear(1.0, 0.1, 0)(0), "steps = 0: it must be positive"),
        (lambda: Exponential(1.0, 0.0, 0)(0), "half_life = 0: it must be positive"),
        (lambda: state_temperature([0.0, np.nan, 1.0], 0.5), r"q at \(1,\) is nan: valid actions have finite values"),
        (lambda: state_temperature([0.0, -np.inf, 1.0], 0.5), r"q at \(1,\) is -inf: .* log_w masks others"),
        (lambda: batch_temperature([[0.0, np.inf]], 0.5), r"q at \(0, 1\) is inf"),
        (lambda: state_temperature([0.0, 1.0, 2.0], 0.5, [0.0, 0.3, 0.0]), r"log_w at \(1,\) is 0.3: an action counts"),
        (lambda: state_temperature([0.0, 3e38], 0.69314), "alpha lies outside the normal floats of float32"),
    ],
)
def test_what_can_not_be_reached_is_said_with_the_range(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_where_all_are_equal_only_one_entropy_exists():
    assert float(state_temperature([2.0, 2.0], float(np.log(2)))) == 1.0
    with pytest.raises(ValueError, match=r"between 0.693147 and 0.693147 nats"):
        state_temperature([2.0, 2.0], 0.5)


def test_traced_targets_out_of_reach_are_nan():
    alpha = jax.jit(state_temperature)(Q, jnp.array([0.5, 1.5, 0.5, -1.0, 0.5]))
    assert np.isnan(np.asarray(alpha)).tolist() == [False, True, False, True, False]


def test_the_dual_is_smallest_at_the_temperature():
    """Strong duality by brute force: the minimum is the largest E_π[Q] among policies with that entropy."""
    q, target = np.array([0.3, -0.2, 1.0]), 0.6
    alpha = state_temperature(q, target)
    grid = float(alpha) * np.linspace(0.5, 2, 301)
    dual = np.asarray(temperature_dual(np.broadcast_to(q, (301, 3)), grid, target))
    assert grid[dual.argmin()] == pytest.approx(float(alpha), rel=0.01)
    simplex = np.random.default_rng(1).dirichlet(np.ones(3) * 0.7, size=400_000)
    entropies = -(simplex * np.log(np.maximum(simplex, 1e-300))).sum(-1)
    best = (simplex @ q)[entropies >= target].max()
    assert dual.min() == pytest.approx(best, abs=0.01)
    assert dual.min() >= best - 1e-6


def test_the_gradient_of_the_dual():
    slope = jax.vmap(jax.grad(lambda a, q: temperature_dual(q, a, 0.7)))(jnp.full(5, 0.4), Q)
    np.testing.assert_allclose(dual_gradient(Q, 0.4, 0.7), slope, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("step", [dual_step, linear_dual_step])
def test_descending_the_dual_arrives(step):
    alpha = jnp.ones(5)
    for _ in range(400):
        alpha = step(alpha, softql.boltzmann_entropy(Q, alpha), 0.7, 0.2)
    np.testing.assert_allclose(alpha, state_temperature(Q, 0.7), rtol=1e-3)


def test_schedules_are_data():
    many = Linear(jnp.array([1.0, 2.0]), 0.0, 10)
    halfway = jax.vmap(lambda schedule: schedule(5), (Linear(0, None, None),))(many)
    assert halfway.tolist() == [0.5, 1.0]
    assert [float(Linear(1.0, 0.5, 10)(t)) for t in (-3, 0, 10, 99)] == [1.0, 1.0, 0.5, 0.5]
    assert [float(Exponential(1.0, 0.2, 5)(t)) for t in (0, 5, 1e9)] == pytest.approx([1.0, 0.6, 0.2])
    assert float(jax.jit(lambda s, t: s(t))(Constant(0.3), 7)) == pytest.approx(0.3)
    assert len(jax.tree.leaves(Exponential(1.0, 0.2, 5))) == 3
