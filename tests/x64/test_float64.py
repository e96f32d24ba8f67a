"""The equations with 64-bit floats: against the oracle, and under the laws."""

import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import oracle
import regimes

import softql

STATE = {
    "value": softql.soft_value,
    "log_policy": softql.boltzmann_log_policy,
    "policy": softql.boltzmann_policy,
    "advantage": softql.soft_advantage,
    "entropy": softql.boltzmann_entropy,
}


def test_sixty_four_bits_are_on():
    assert jax.config.jax_enable_x64
    assert softql.soft_value(np.zeros(3), 1.0).dtype == jnp.float64
    assert softql.soft_value(np.zeros(3, np.float32), 1.0).dtype == jnp.float32
    assert softql.soft_value(jnp.zeros(3, jnp.bfloat16), 0.5).dtype == jnp.bfloat16


@pytest.mark.parametrize("letter", ["T", "D", "U", "O", "E"])
@pytest.mark.parametrize("name", STATE)
def test_sixteen_digits(name, letter):
    case = regimes.regime(letter, 60, np.float64)
    exact = oracle.truth(*case)[name]
    got = np.asarray(STATE[name](*case))
    assert got.dtype == np.float64
    inside = oracle.in_range(exact, -1022 + 53)
    error = np.where(inside, oracle.err_ulp(got, exact, np.float64), 0)
    assert error.max() <= (50 if name == "value" else 6)  # V = max Q + αL may cancel; nothing else can


def test_gradients_in_float64():
    q, alpha, _ = regimes.regime("T", 10, np.float64)
    slope = jax.grad(lambda a: softql.soft_value(q, a).sum())(jnp.asarray(alpha))
    np.testing.assert_allclose(slope, softql.boltzmann_entropy(q, alpha), rtol=1e-14)
    hessian = jax.hessian(lambda x: softql.soft_value(x, alpha[0]))(jnp.asarray(q[0]))
    p = np.asarray(softql.boltzmann_policy(q[0], alpha[0]))
    np.testing.assert_allclose(hessian, (np.diag(p) - np.outer(p, p)) / alpha[0], rtol=1e-12, atol=1e-15)
