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
@pytest.mark.parametrize("letter", ["T", "D", "U", "O", "E", "N", "Z"])
def test_goals(letter, weights):
    case = regimes.regime(letter, 40, np.float64)
    case = {"": lambda x: x, "weighted": regimes.weighted, "masked": regimes.masked}[weights](case)
    found = goals.errors(case)
    assert {name: error for name, error in found.items() if error > goals.GOALS[name]} == {}
    assert goals.kl_error(case, same_alpha=True) <= goals.GOALS["boltzmann_kl"]


def test_gradients_in_float64():
    q, alpha, _ = regimes.regime("T", 10, np.float64)
    slope = jax.grad(lambda a: softql.soft_value(q, a).sum())(jnp.asarray(alpha))
    np.testing.assert_allclose(slope, softql.boltzmann_entropy(q, alpha), rtol=1e-14)
    hessian = jax.hessian(lambda x: softql.soft_value(x, alpha[0]))(jnp.asarray(q[0]))
    p = np.asarray(softql.boltzmann_policy(q[0], alpha[0]))
    np.testing.assert_allclose(hessian, (np.diag(p) - np.outer(p, p)) / alpha[0], rtol=1e-12, atol=1e-15)
