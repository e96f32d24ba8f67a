"""The equations with 64-bit floats: against the oracle, and under the laws."""

import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import goals
import regimes

import softql


def test_sixty_four_bits_are_on():
    assert jax.config.jax_enable_x64
    assert softql.soft_value(np.zeros(3), 1.0).dtype == jnp.float64
    assert softql.soft_value(np.zeros(3, np.float32), 1.0).dtype == jnp.float32
    assert softql.soft_value(jnp.zeros(3, jnp.bfloat16), 0.5).dtype == jnp.bfloat16


@pytest.mark.parametrize("weights", ["", "weighted", "masked"])
@pytest.mark.parametrize("letter", ["T", "D", "U", "O", "E", "N", "Z", "S"])
def test_goals(letter, weights):
    case = regimes.regime(letter, 40, np.float64)
    case = {"": lambda x: x, "weighted": regimes.weighted, "masked": regimes.masked}[weights](case)
    found = goals.errors(case)
    assert {name: error for name, error in found.items() if error > goals.GOALS[name]} == {}
    assert max(goals.kl_error(case, pair) for pair in goals.PAIRS) <= goals.GOALS["boltzmann_kl"]


def test_gradients_in_float64():
    q, alpha, _ = regimes.regime("T", 10, np.float64)
    slope = jax.grad(lambda a: softql.soft_value(q, a).sum())(jnp.asarray(alpha))
    np.testing.assert_allclose(slope, softql.boltzmann_entropy(q, alpha), rtol=1e-14)
    hessian = jax.hessian(lambda x: softql.soft_value(x, alpha[0]))(jnp.asarray(q[0]))
    p = np.asarray(softql.boltzmann_policy(q[0], alpha[0]))
    np.testing.assert_allclose(hessian, (np.diag(p) - np.outer(p, p)) / alpha[0], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("weighted", [False, True])
def test_derivatives_of_the_divergence(weighted):
    """dKL/dQ1 = p1 (log p1/p2 - KL)/α1, dKL/dQ2 = (p2 - p1)/α2, dKL/dα = that along -log π - H, in long doubles."""
    one, two = regimes.near_pair(regimes.regime("T", 60, np.float64), same_alpha=False)
    case = regimes.weighted(one, span=5.0) if weighted else one
    log_w = case.log_w
    q1, a1, q2, a2 = (x.astype(np.longdouble) for x in (one.q, one.alpha, two.q, two.alpha))
    w = 0 if log_w is None else log_w.astype(np.longdouble)

    def gibbs(q, alpha):
        x = q / alpha[:, None] + w
        x -= x.max(-1, keepdims=True)
        log_p = x - np.log(np.exp(x).sum(-1, keepdims=True))
        surprise = -(log_p - w)
        return np.exp(log_p), log_p, surprise - (np.exp(log_p) * surprise).sum(-1, keepdims=True)

    (p1, l1, t1), (p2, l2, t2) = gibbs(q1, a1), gibbs(q2, a2)
    kl = (p1 * (l1 - l2)).sum(-1, keepdims=True)
    pull, push = p1 * (l1 - l2 - kl), p2 - p1
    true = [pull / a1[:, None], (pull * t1).sum(-1) / a1, push / a2[:, None], (push * t2).sum(-1) / a2]
    found = jax.grad(lambda *x: softql.boltzmann_kl(*x, log_w).sum(), (0, 1, 2, 3))(one.q, one.alpha, two.q, two.alpha)
    for mine, exact in zip(found, true, strict=True):
        size = np.abs(exact).max(-1, keepdims=True) if exact.ndim == 2 else np.abs(exact)
        floor = 2.0**-56 / (one.alpha[:, None] if exact.ndim == 2 else one.alpha)  # a sixteenth of an ulp of 1
        assert np.all(np.abs(np.asarray(mine) - exact) <= 1e-11 * size + floor)
