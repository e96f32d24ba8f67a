"""The derivatives of softql.precise in float32: those of V correctly rounded, the others within a few ulp."""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
from rounding import LEAST, assert_correctly_rounded, every_regime, jacobians, same_bits

import softql.precise as precise

CASE = every_regime(60, weighted=True)
OPERATORS = {
    "log_policy": precise.boltzmann_log_policy,
    "policy": precise.boltzmann_policy,
    "advantage": precise.soft_advantage,
    "entropy": precise.boltzmann_entropy,
}
ARGUMENTS = ("q", "alpha", "log_w")


@cache
def truth():
    return oracle.derivatives(*CASE)


@cache
def slopes():
    return dict(zip(ARGUMENTS, jacobians(precise.soft_value, *CASE)))


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_derivatives_of_the_value_are_correctly_rounded(argument):
    """dV/dQ = w pi, dV/d(alpha) = H, dV/dlog_w = alpha w pi; 0 at masked actions, whose Q is NaN here."""
    assert_correctly_rounded(slopes()[argument], truth()[f"d_value_d{argument}"])


@pytest.mark.parametrize("name", OPERATORS)
def test_other_first_derivatives_are_within_five_ulp(name):
    for argument, found in zip(ARGUMENTS, jacobians(OPERATORS[name], *CASE)):
        true = truth()[f"d_{name}_d{argument}"]
        assert oracle.err_ulp(found, true, "float32")[oracle.in_range(true, LEAST["float32"])].max() <= 5


def test_mellowmax():
    """dM/dQ = pi, dM/d(alpha) = H - log n <= 0, which vanishes with the gaps."""
    case = every_regime(60)
    true = oracle.derivatives(*case)
    for argument, found in zip(("q", "alpha"), jacobians(precise.mellowmax, *case[:2])):
        assert_correctly_rounded(found, true[f"d_mellowmax_d{argument}"])


def test_forward_mode_gives_the_same_bits():
    q, alpha, log_w = map(jnp.asarray, CASE)
    one = jnp.zeros_like(q).at[:, 2].set(1)
    found = [
        jax.jvp(lambda x: precise.soft_value(x, alpha, log_w), (q,), (one,))[1],
        jax.jvp(lambda x: precise.soft_value(q, x, log_w), (alpha,), (jnp.ones_like(alpha),))[1],
        jax.jvp(lambda x: precise.soft_value(q, alpha, x), (log_w,), (one,))[1],
    ]
    wanted = [slopes()["q"][:, 2], slopes()["alpha"], slopes()["log_w"][:, 2]]
    assert all(same_bits(a, b) for a, b in zip(found, wanted))


def test_under_jit_and_vmap_they_have_the_same_bits():
    rows = slice(200, 217)
    gradient = jax.jit(jax.vmap(jax.grad(precise.soft_value)))
    assert same_bits(gradient(*(jnp.asarray(x)[rows] for x in CASE)), slopes()["q"][rows])


def test_limits_of_the_temperature():
    """At 0 the hard maximum, ties shared by weight; at infinity the measure itself; finite, masked and all-masked."""
    q, alpha, log_w = (np.array(x) for x in CASE)
    ln2 = np.float32(np.log(2))
    q[:5, :3], q[:5, 3:] = [1, 2, 2], np.nan
    log_w[:5] = -np.inf
    log_w[0, :3], log_w[1, :3], log_w[2, :3], log_w[3, 1:3] = [0, 0, 0], [0, 0, ln2], [0, 0, ln2], [0, 0]
    alpha[:5] = [0, 0, np.inf, 0, 0]
    by_q, by_alpha, by_w = jacobians(precise.soft_value, q, alpha, log_w)
    third = np.float32(1) / 3
    mass = np.array([[0, 0.5, 0.5], [0, third, 2 * third], [0.25, 0.25, 0.5], [0, 0.5, 0.5], [0, 0, 0]], np.float32)
    np.testing.assert_allclose(by_q[:5, :3], mass, rtol=1e-7)
    assert (by_q[:5, 3:] == 0).all()
    np.testing.assert_allclose(by_alpha[:5], [ln2, np.log(3), np.log(4), ln2, 0], rtol=1e-7)
    np.testing.assert_array_equal(by_w[:5, :3], np.where(mass > 0, [[0], [0], [np.inf], [0], [0]], 0))
    for name in ("policy", "entropy"):
        assert all(np.isfinite(d[:5]).all() for d in jacobians(OPERATORS[name], q, alpha, log_w))
        assert (jacobians(OPERATORS[name], q, alpha, log_w)[0][:2] == 0).all()
