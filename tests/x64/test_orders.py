"""Derivatives to the third order against those of the plain formulas, which float64 takes well at moderate numbers.

The third of V holds the second of the policy, and so on; with SOFTQL_THOROUGH=1 every operator is taken to the third.
They are traced whole and computed one operation at a time: a third order is a program of some 300,000 operations, on
which XLA's compiler takes twice as long.
"""

import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import jaxpr_as_fun

sys.path.insert(0, str(Path(__file__).parents[1]))

from thorough import THOROUGH

import softql

DIRECTIONS = 3
Q, ALPHA, LOG_W = jnp.array([1.0, 2.0, 3.0, 0.5]), jnp.array(0.8), jnp.array([0.3, -1.0, 0.5, 2.0])
DISTINCT_AND_TIED = jnp.stack([Q, jnp.full(4, 1.5)])


def value(q, alpha, log_w):
    return alpha * jax.nn.logsumexp(q / alpha + log_w)


def log_policy(q, alpha, log_w):
    return (q - value(q, alpha, log_w)) / alpha


def policy(q, alpha, log_w):
    return jnp.exp(log_policy(q, alpha, log_w))


def entropy(q, alpha, log_w):
    return -(policy(q, alpha, log_w) * jnp.exp(log_w) * log_policy(q, alpha, log_w)).sum()


PLAIN = {
    softql.soft_value: value,
    softql.log_partition: lambda q, alpha, log_w: value(q, alpha, log_w) / alpha,
    softql.boltzmann_log_policy: log_policy,
    softql.boltzmann_policy: policy,
    softql.soft_advantage: lambda *x: log_policy(*x) * x[1],
    softql.boltzmann_entropy: entropy,
}


def derivatives(f, order):
    """Those of that order, for each row of the first argument.

    The first reverse, in every argument, the others forward along random directions: a tensor of higher order that is
    wrong anywhere is wrong along such directions too, which mix all its entries.
    """

    def traced(*arguments):
        rng = np.random.default_rng(order)
        slopes = jax.jacrev(f, tuple(range(len(arguments))))
        for _ in range(1, order):
            slopes = along(slopes, [jnp.asarray(rng.normal(size=(DIRECTIONS, *x.shape))) for x in arguments])
        return jax.tree.leaves(slopes(*arguments))

    def found(*arguments):
        rows = jnp.ndim(arguments[0]) == 2
        call = jax.vmap(traced, (0, *[None] * (len(arguments) - 1))) if rows else traced
        program = jax.make_jaxpr(call)(*arguments)
        with jax.disable_jit():
            return jaxpr_as_fun(program)(*map(jnp.asarray, arguments))

    return found


def along(f, directions):
    """How f changes along each of them."""

    def change(*arguments):
        return jax.vmap(lambda *way: jax.jvp(f, arguments, way)[1])(*directions)

    return change


def orders(calls, third):
    """(call, order) to test: each call to the second order, those named to the third."""
    return [(call, order) for call in calls for order in (1, 2, 3) if order < 3 or THOROUGH or call in third]


def name(x):
    return str(x) if isinstance(x, int) else x.__name__


def assert_same(found, expected):
    for x, y in zip(found, expected, strict=True):
        assert jnp.abs(x - y).max() <= 1e-11 * max(1, jnp.abs(y).max())


@pytest.mark.parametrize(("call", "order"), orders(PLAIN, {softql.soft_value, softql.boltzmann_entropy}), ids=name)
def test_state_operators(call, order):
    """At distinct values and where all are tied, weighted."""
    found, expected = derivatives(call, order), derivatives(PLAIN[call], order)
    assert_same(found(DISTINCT_AND_TIED, ALPHA, LOG_W), expected(DISTINCT_AND_TIED, ALPHA, LOG_W))


@pytest.mark.parametrize(
    ("call", "order"),
    orders([softql.soft_value, softql.boltzmann_entropy, softql.boltzmann_policy], {softql.soft_value}),
    ids=name,
)
def test_masked_actions_take_no_part(call, order):
    few = derivatives(lambda q, alpha: call(q[:3], alpha).sum(), order)
    mask = jnp.array([0, 0, 0, -jnp.inf])
    assert_same(derivatives(lambda q, alpha: call(q, alpha, mask).sum(), order)(Q, ALPHA), few(Q, ALPHA))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_mellowmax(order):
    plain = lambda q, alpha: value(q, alpha, jnp.zeros(4)) - alpha * jnp.log(4.0)  # noqa: E731
    found, expected = derivatives(softql.mellowmax, order), derivatives(plain, order)
    assert_same(found(DISTINCT_AND_TIED, ALPHA), expected(DISTINCT_AND_TIED, ALPHA))


@pytest.mark.parametrize("order", [1, 2, *([3] if THOROUGH else [])])
def test_divergences(order):
    """Of two policies that differ, and of one from itself, where the Hessian is the Fisher matrix."""

    def plain(q1, alpha1, q2, alpha2, log_w):
        gap = log_policy(q1, alpha1, log_w) - log_policy(q2, alpha2, log_w)
        return (policy(q1, alpha1, log_w) * jnp.exp(log_w) * gap).sum()

    def by_densities(q1, alpha1, q2, alpha2, log_w):
        return softql.kl_divergence(log_policy(q1, alpha1, log_w), log_policy(q2, alpha2, log_w), log_w)

    exact, *found = [derivatives(f, order) for f in (plain, softql.boltzmann_kl, by_densities)]
    for q2, alpha2 in ((Q[::-1] * 0.7, jnp.array(0.9)), (Q, ALPHA)):
        arguments = (Q, ALPHA, q2, alpha2, LOG_W)
        expected = exact(*arguments)
        for f in found:
            assert_same(f(*arguments), expected)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_given_densities(order):
    """What is computed from a log density, normalised or not, with one action that has none."""
    few = (jnp.array([-1.0, 0.3, -2.0]), Q[:3], ALPHA, LOG_W[:3])

    def gain(log_pi, q, alpha, log_w):
        return (jnp.exp(log_pi + log_w) * (q - alpha * log_pi)).sum()

    for call, plain in (
        (softql.policy_value, gain),
        (lambda log_pi, q, alpha, log_w: softql.entropy(log_pi, log_w), lambda p, _, __, w: gain(p, 0.0, 1.0, w)),
    ):
        longer = lambda p, q, a, w, call=call: call(jnp.append(p, -jnp.inf), jnp.append(q, 0.5), a, jnp.append(w, 2.0))  # noqa: E731
        expected = derivatives(plain, order)(*few)
        assert_same(derivatives(call, order)(*few), expected)
        assert_same(derivatives(longer, order)(*few), expected)
