"""softql.precise in float32 far from 0: wide weights and gaps, distant policies, and what one of two policies lacks.

All cases have the shape of `test_precise`, so that each operator is compiled once for both.
"""

from __future__ import annotations

from functools import cache

import jax.numpy as jnp
import numpy as np
import oracle
import pytest
from rounding import assert_correctly_rounded, wide

import softql.precise as precise
from softql.precise import rules

ROWS, ACTIONS = 422, 6
INF = np.inf

OPERATORS = {
    "value": precise.soft_value,
    "log_policy": precise.boltzmann_log_policy,
    "policy": precise.boltzmann_policy,
    "advantage": precise.soft_advantage,
    "entropy": precise.boltzmann_entropy,
}


@cache
def truth():
    return oracle.truth(*wide(ROWS, 5))


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_are_correctly_rounded_for_wide_weights_and_near_ties_of_mass(name):
    assert_correctly_rounded(OPERATORS[name](*wide(ROWS, 5)), truth()[name])


def test_divergences_to_1e14_are_correctly_rounded():
    one, two = wide(ROWS, 6), wide(ROWS, 7)
    hot = np.where(np.arange(ROWS) % 2 == 0, two.alpha, two.alpha / 1e6).astype(np.float32)
    log_w = np.where(np.arange(ROWS)[:, None] % 3 == 0, 0, wide(ROWS, 8).log_w)
    found = np.asarray(precise.boltzmann_kl(one.q, one.alpha, two.q, hot, log_w))
    assert_correctly_rounded(found, oracle.boltzmann_kl(one.q, one.alpha, two.q, hot, log_w))
    assert (found >= 0).all()
    assert found.max() > 1e14


def test_divergence_of_log_densities_against_wide_weights():
    """log w + log p is what has to be moderate."""
    rng = np.random.default_rng(9)
    log_p = rng.uniform(-1e9, 1e9, (ROWS, ACTIONS)).astype(np.float32)
    log_w = -log_p
    log_q = np.nextafter(log_p, np.float32(-INF))
    found = precise.kl_divergence(log_p, log_q, log_w)
    wanted = oracle.kl_divergence(log_p, log_q, log_w, generalised=True)
    assert_correctly_rounded(found, wanted)


# Edges: padded with masked actions ------------------------------------------------------------------------------------


def padded(rows, fill):
    out = np.full((ROWS, ACTIONS), fill, np.float32)
    out[: len(rows), :3] = rows
    return out


POLICIES = [
    # q, alpha, log_w -> w pi, V
    ([1, 2, 3], 1, [6e4, 0, -6e4], [1, 0, 0], 60001),
    ([1, 2, 3], 1, [1e9, 0, -1e9], [1, 0, 0], 1e9),
    ([1, 2, 3], 1, [-3e38, 3e38, 0], [0, 1, 0], 3e38),
    ([1e9, 0, 0], 1, [-1e9, -1, -INF], [0.7310586, 0.26894143, 0], 0.31326168),
    ([1e30, -1e30, 1], INF, [-1e-30, 1e-30, 0], [1 / 3] * 3, INF),
    ([1e30, -1e30, 1], INF, [-1e-10, 1e-10, 0], [1 / 3] * 3, INF),
    ([1, 0.99999, 0.99998], 1, [0, 2e-5, 4e-5], [0.33333, 0.333333, 0.333337], 2.0986223),
]


def test_masses_and_values_under_extreme_weights():
    q, log_w = padded([r[0] for r in POLICIES], 0), padded([r[2] for r in POLICIES], -INF)
    alpha = np.ones(ROWS, np.float32)
    alpha[: len(POLICIES)] = [r[1] for r in POLICIES]
    mass = np.asarray(rules.mass(*map(jnp.asarray, (q, alpha, log_w))))
    np.testing.assert_allclose(mass[: len(POLICIES), :3], [r[3] for r in POLICIES], atol=1e-6)
    np.testing.assert_allclose(
        precise.soft_value(q, alpha, log_w)[: len(POLICIES)], [r[4] for r in POLICIES], rtol=1e-7
    )
