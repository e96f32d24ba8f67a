"""The edge table of docs/accuracy.md holds for softql: eagerly, under jit, under vmap, and its gradients are finite."""

from __future__ import annotations

import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import softql
from benchmarks.accuracy.edges import EDGES, TERMINAL
from softql import precise

OPERATORS = {
    "value": softql.soft_value,
    "policy": softql.boltzmann_policy,
    "entropy": softql.boltzmann_entropy,
    "advantage": softql.soft_advantage,
    "mellowmax": lambda q, alpha, log_w: softql.mellowmax(q, alpha),
    "d_value_dq": jax.grad(softql.soft_value),
    "d_value_dalpha": jax.grad(softql.soft_value, 1),
}
MOST = 3  # actions; missing ones are masked, but for mellowmax, which has no masks


def arguments(edge):
    q, alpha = jnp.asarray(edge.q, jnp.float32), jnp.asarray(edge.alpha, jnp.float32)
    return q, alpha, jnp.zeros_like(q) if edge.log_w is None else jnp.asarray(edge.log_w, jnp.float32)


def check(edge, name, found):
    wanted = np.asarray(np.asarray(edge.answers[name], np.float32), np.float64)
    np.testing.assert_allclose(np.asarray(found, np.float64), wanted, rtol=1e-6, err_msg=f"{edge.what}: {name}")


@pytest.mark.parametrize("edge", EDGES, ids=lambda e: e.what)
def test_edges_eagerly(edge):
    """A concrete temperature that is negative or NaN is refused."""
    q, alpha, log_w = arguments(edge)
    weights = None if edge.log_w is None else log_w
    for name in edge.answers:
        if edge.alpha >= 0 or name.startswith("d_"):
            check(edge, name, OPERATORS[name](q, alpha, weights))
        else:
            with pytest.raises(ValueError, match="alpha"):
                OPERATORS[name](q, alpha, weights)


@pytest.mark.parametrize("name", OPERATORS)
def test_edges_under_jit_and_vmap(name):
    """All rows of the table as one batch, whose rows must not disturb each other."""
    edges = [e for e in EDGES if name in e.answers]
    n = MOST if name != "mellowmax" else len(edges[0].q)
    edges = [e for e in edges if name != "mellowmax" or len(e.q) == n]
    q, log_w = np.zeros((len(edges), n), np.float32), np.full((len(edges), n), -np.inf, np.float32)
    for i, edge in enumerate(edges):
        q[i, : len(edge.q)], log_w[i, : len(edge.q)] = edge.q, arguments(edge)[2]
    alpha = np.array([e.alpha for e in edges], np.float32)
    for f in (jax.jit(jax.vmap(OPERATORS[name])), jax.vmap(OPERATORS[name])):
        found = np.asarray(f(q, alpha, log_w))
        for i, edge in enumerate(edges):
            check(edge, name, found[i, : len(edge.q)] if found.ndim == 2 else found[i])


def test_gradients_at_the_edges_are_finite():
    edges = [e for e in EDGES if e.slopes]
    q, log_w = np.zeros((len(edges), MOST), np.float32), np.full((len(edges), MOST), -np.inf, np.float32)
    for i, edge in enumerate(edges):
        q[i, : len(edge.q)], log_w[i, : len(edge.q)] = edge.q, arguments(edge)[2]
    alpha = np.array([e.alpha for e in edges], np.float32)
    for f in (softql.soft_value, softql.boltzmann_entropy, lambda *x: softql.boltzmann_policy(*x)[..., 0]):
        slopes = jax.jit(jax.grad(lambda *x, f=f: f(*x).sum(), argnums=(0, 1)))(q, alpha, log_w)
        assert all(np.isfinite(x).all() for x in slopes)


def test_a_terminal_state_adds_nothing_whatever_its_value():
    reward, discount, value, target = TERMINAL
    assert softql.soft_q_target(np.float32(reward), np.float32(discount), np.float32(value)) == target


@pytest.mark.parametrize("q", [[-np.inf, 5.0], [-np.inf] * 11 + [5.0], [1.0, -np.inf, 2.0], [-np.inf] * 2, [3.0, 3.0]])
@pytest.mark.parametrize("alpha", [0.0, 1.0, 1e6, np.inf])
def test_mellowmax_counts_an_action_of_value_minus_infinity(q, alpha):
    """The mean is over all n actions, whatever their values: as `precise` has it, with its slope H - log n."""
    q, alpha = np.array(q, np.float32), np.float32(alpha)
    found, exact = softql.mellowmax(q, alpha), precise.mellowmax(q, alpha)
    np.testing.assert_array_equal(np.asarray(found), np.asarray(exact))
    for i in (0, 1):
        if i == 0 or alpha > 0:
            slopes = [jax.grad(f, i)(q, alpha) for f in (softql.mellowmax, precise.mellowmax)]
            np.testing.assert_allclose(*map(np.asarray, slopes), rtol=4e-7)


INF, NAN, BIG = np.inf, np.nan, 3e38
#: what -> (call, its arguments as float32, the answer)
CORNERS = {
    "log pi at alpha = 0 of Q that differ by less than the normal numbers": (
        softql.boltzmann_log_policy, ([1e-32, np.nextafter(np.float32(1e-32), np.float32(0))], 0.0), [0, -INF]),
    "log pi at alpha = 0 of the smallest Q": (softql.boltzmann_log_policy, ([1.1754944e-38, 0], 0.0), [0, -INF]),
    "log pi at alpha = 0 of the largest Q": (softql.boltzmann_log_policy, ([BIG, 2.9e38, -BIG], 0.0), [0, -INF, -INF]),
    "pi of the smallest Q at the smallest alpha": (
        softql.boltzmann_policy, ([1.1754944e-38, 0, -1.1754944e-38], 1.1754944e-38),
        [0.66524096, 0.24472847, 0.09003057]),
    "log pi of the largest Q at the smallest alpha": (
        softql.boltzmann_log_policy, ([BIG, 2.9e38, -BIG], 1.2e-38), [0, -INF, -INF]),
    "V without actions at alpha = infinity": (softql.soft_value, ([-INF, -INF], INF), -INF),
    "V without actions at a huge alpha": (softql.soft_value, ([-INF, -INF], 3.4e38), -INF),
    "log Z without actions at a huge alpha": (softql.log_partition, ([-INF, -INF], 3.4e38), -INF),
    "V whose terms overflow": (softql.soft_value, ([-BIG] * 3, 3.3e38), 6.2542053e37),
    "V of one action at a huge alpha": (softql.soft_value, ([1e-37], 3.3e38), 1e-37),
    "a target that nothing follows": (softql.optimality_target, (1.0, 0.0, [-INF, -INF], INF), 1),
    "mellowmax of infinity at alpha = infinity": (softql.mellowmax, ([INF, 1], INF), INF),
    "V of a sure policy at alpha = infinity": (softql.policy_value, ([0, -INF], [1, 2], INF), 1),
    "V of a policy that hardly takes an action of value -inf": (softql.policy_value, ([0, -200], [1, -INF], 1.0), 1),
    "a divergence from what is not known": (softql.kl_divergence, ([NAN, 0], [-INF, -INF]), NAN),
    "a divergence of no actions": (softql.boltzmann_kl, ([-INF] * 3, 1.0, [1, 2, 3], 1.0), 0),
    "a divergence from no actions": (softql.boltzmann_kl, ([1, 2, 3], 1.0, [-INF] * 3, 1.0), INF),
    "pi at alpha = 0 of what is not known, weighted": (softql.boltzmann_policy, ([NAN, 1, 2], 0.0, [0] * 3), [NAN] * 3),
    "log pi at alpha = 0 of what is not known, weighted": (
        softql.boltzmann_log_policy, ([NAN, 1, 2], 0.0, [0] * 3), [NAN] * 3),
}  # fmt: skip


@pytest.mark.parametrize("what", CORNERS)
def test_corners(what):
    call, given, wanted = CORNERS[what]
    given = [np.asarray(x, np.float32) for x in given]
    rows = [x[None] for x in given]
    for found in (call(*given), jax.jit(call)(*given), jax.vmap(call)(*rows)[0], jax.jit(jax.vmap(call))(*rows)[0]):
        np.testing.assert_allclose(found, wanted, rtol=2e-7)


def test_a_divergence_of_no_actions_has_no_slope():
    nothing, some, one = jnp.full(3, -INF), jnp.arange(3.0), jnp.float32(1)
    for slope in jax.grad(softql.boltzmann_kl, (0, 1, 2, 3))(nothing, one, some, one):
        assert np.all(np.asarray(slope) == 0)


def test_energy_has_derivatives_at_small_temperatures():
    q, alpha = jnp.asarray([0.0, 1.0]), jnp.float32(1e-30)
    moved = jax.jvp(softql.energy, (q, alpha), (jnp.ones(2), jnp.float32(0)))[1]
    np.testing.assert_allclose(moved, [-1e30, -1e30], rtol=1e-6)
    assert jax.grad(lambda a: softql.energy(q, a)[0])(alpha) == 0


def test_a_temperature_that_divides_is_a_normal_number():
    with pytest.raises(ValueError, match="alpha must be positive"):
        softql.energy(jnp.zeros(2), np.float32(1e-40))
