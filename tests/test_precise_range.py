"""softql.precise in float32 far from 0: wide weights and gaps, distant policies, and what one of two policies lacks.

All cases have the shape of `test_precise`, so that each operator is compiled once for both.
"""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
from rounding import assert_correctly_rounded, every_pair, wide

import softql.precise as precise
from softql.precise import rules

ROWS, ACTIONS = 482, 6
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


RISING, OTHER = [1, 2, 3], [3, -2, 1]
# q1, alpha1, q2, alpha2 -> KL
PAIRS = [
    (RISING, 1e-3, [3, 2, 1], 1e-9, 2.0000001e9),
    (RISING, 1e-9, [0, -200, -300], 1e-8, 3e10),
    (RISING, 1.0, [1e10, 0, 0], 1.0, 9.0996942e9),
    ([-INF, 1, 2], 1.0, OTHER, 1.0, 2.3574666),
    (RISING, 0.0, OTHER, 1.0, 2.1328452),
    ([-1e30, 1, 2], 1.0, OTHER, 1.0, 2.3574666),
    (RISING, 1e-3, OTHER, 1.0, 2.1328452),
    (RISING, 1.0, [-INF, -INF, -INF], 1.0, INF),
    (RISING, 1.0, [1, -INF, 3], 1.0, INF),
    ([-INF, -INF, -INF], 1.0, RISING, 1.0, 0),
    (RISING, 1e-8, RISING, 0.0, INF),  # exp(-1e8) is more than 0
    (RISING, 0.0, RISING, 0.0, 0),
]


def pairs():
    q1, q2 = (padded([r[k] for r in PAIRS], 0) for k in (0, 2))
    a1, a2 = np.ones((2, ROWS), np.float32)
    a1[: len(PAIRS)], a2[: len(PAIRS)] = [r[1] for r in PAIRS], [r[3] for r in PAIRS]
    return tuple(map(jnp.asarray, (q1, a1, q2, a2, padded(np.zeros((len(PAIRS), 3)), -INF))))


def test_divergences_of_distant_policies_and_of_none():
    assert len(every_pair(50)[0].q) == ROWS
    found = np.asarray(precise.boltzmann_kl(*pairs()))[: len(PAIRS)]
    np.testing.assert_allclose(found, [r[4] for r in PAIRS], rtol=2e-7)


def test_slopes_of_divergences_of_distant_policies():
    """dK/dQ' = (p' - p)/alpha', dK/d(alpha') = sum (p' - p) (Q* - Q')/alpha'^2, where the first has no mass too."""
    slopes = jax.vjp(lambda *x: precise.boltzmann_kl(*x, pairs()[4]), *pairs()[:4])[1](jnp.ones(ROWS))
    by_q1, by_a1, by_q2, by_a2 = (np.asarray(x) for x in slopes)
    for i, (q1, a1, q2, a2, _) in enumerate(PAIRS[:7]):
        p, other = distribution(q1, a1), distribution(q2, a2)
        np.testing.assert_allclose(by_q2[i, :3], (other - p) / a2, rtol=1e-6, atol=1e-30)
        gap = np.array(q2, float) - max(q2)
        np.testing.assert_allclose(by_a2[i], -((other - p) * gap).sum() / a2**2, rtol=1e-6)
    assert all(np.isfinite(x[: len(PAIRS)]).all() for x in slopes)
    infinite = np.isinf([r[4] for r in PAIRS])
    assert (by_q1[: len(PAIRS)][infinite] == 0).all()
    assert (by_a1[: len(PAIRS)][infinite] == 0).all()
    assert (by_q2[9] == 0).all()  # a policy without actions diverges from none
    assert by_a2[9] == 0


def distribution(q, alpha):
    q = np.array(q, float)
    e = np.exp((q - q.max()) / alpha) if alpha else (q == q.max()) * 1.0
    return e / e.sum()
