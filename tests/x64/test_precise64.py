"""softql.precise in float64: correctly rounded against the oracle in every regime, weighted and masked."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import oracle
from rounding import assert_correctly_rounded, every_pair, every_regime, together, wide

import softql.precise as precise

OPERATORS = {
    "value": precise.soft_value,
    "log_policy": precise.boltzmann_log_policy,
    "policy": precise.boltzmann_policy,
    "advantage": precise.soft_advantage,
    "entropy": precise.boltzmann_entropy,
}
CASE = together([every_regime(60, np.float64, weighted=True), wide(100, 5, np.float64)], np.float64)


@cache
def answers():
    """Every operator, compiled at once; dV/dQ and dV/d(alpha) with them."""

    @jax.jit
    def together(q, alpha, log_w):
        slopes = jax.vjp(lambda x, y: precise.soft_value(x, y, log_w), q, alpha)[1](jnp.ones_like(alpha))
        found = {name: f(q, alpha, log_w) for name, f in OPERATORS.items()}
        return found | dict(zip(("d_value_dq", "d_value_dalpha"), slopes))

    return jax.tree.map(np.asarray, together(*map(jnp.asarray, CASE)))


@cache
def truth():
    true = oracle.truth(*CASE)
    return true | {"d_value_dq": true["mass"], "d_value_dalpha": true["entropy"]}


@pytest.mark.parametrize("name", [*OPERATORS, "d_value_dq", "d_value_dalpha"])
def test_operators_are_correctly_rounded(name):
    assert answers()[name].dtype == np.float64
    assert_correctly_rounded(answers()[name], truth()[name], "float64")


def test_divergence_is_correctly_rounded():
    near, one, two = every_pair(50, np.float64), wide(100, 6, np.float64), wide(100, 7, np.float64)
    one, two = (together(cases, np.float64) for cases in ((near[0], one), (near[1], two)))
    found = np.asarray(precise.boltzmann_kl(one.q, one.alpha, two.q, two.alpha, one.log_w))
    true = oracle.boltzmann_kl(one.q, one.alpha, two.q, two.alpha, one.log_w)
    assert_correctly_rounded(found, true, "float64")
    assert (found >= 0).all()
    same = precise.boltzmann_kl(one.q, one.alpha, 4 * one.q, 4 * one.alpha, one.log_w)
    assert (np.asarray(same) == 0).all()


def test_tiny_weights_at_an_infinite_temperature():
    q, log_w = np.array([1e30, -1e30, 1]), np.array([-1e-30, 1e-30, 0])
    for scale in (1, 1e20):
        found = precise.boltzmann_policy(q, np.inf, scale * log_w)
        np.testing.assert_allclose(np.asarray(found), np.full(3, 1 / 3), rtol=1e-9)


def test_mellowmax_is_correctly_rounded():
    case = every_regime(60, np.float64)
    found = np.asarray(precise.mellowmax(case.q, case.alpha))
    assert_correctly_rounded(found, oracle.truth(*case)["mellowmax"], "float64")
