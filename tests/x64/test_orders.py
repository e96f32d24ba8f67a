"""Derivatives to the third order against those of the plain formulas, which float64 takes well at moderate numbers."""

import jax
import jax.numpy as jnp
import pytest

import softql

Q, ALPHA, LOG_W = jnp.array([1.0, 2.0, 3.0, 0.5]), 0.8, jnp.array([0.3, -1.0, 0.5, 2.0])


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


def derivatives(f, order, arguments):
    """All of that order, the first reverse and the others forward."""
    places = tuple(range(len(arguments)))
    for i in range(order):
        f = (jax.jacfwd if i else jax.jacrev)(f, places)
    return jax.tree.leaves(f(*arguments))


def assert_same(found, expected):
    for x, y in zip(found, expected, strict=True):
        assert jnp.abs(x - y).max() <= 1e-11 * max(1, jnp.abs(y).max())


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("call", PLAIN, ids=lambda call: call.__name__)
def test_state_operators(call, order):
    """At distinct values and where all are tied, weighted."""
    for q in (Q, jnp.full(4, 1.5)):
        arguments = (q, ALPHA, LOG_W)
        assert_same(derivatives(call, order, arguments), derivatives(PLAIN[call], order, arguments))


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("call", [softql.soft_value, softql.boltzmann_entropy, softql.boltzmann_policy])
def test_masked_actions_take_no_part(call, order):
    few = derivatives(lambda q, alpha: call(q[:3], alpha).sum(), order, (Q, ALPHA))
    mask = jnp.array([0, 0, 0, -jnp.inf])
    assert_same(derivatives(lambda q, alpha: call(q, alpha, mask).sum(), order, (Q, ALPHA)), few)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_mellowmax(order):
    plain = lambda q, alpha: value(q, alpha, jnp.zeros(4)) - alpha * jnp.log(4.0)  # noqa: E731
    for q in (Q, jnp.full(4, 1.5)):
        assert_same(derivatives(softql.mellowmax, order, (q, ALPHA)), derivatives(plain, order, (q, ALPHA)))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_divergences(order):
    """Of two policies that differ, and of one from itself, where the Hessian is the Fisher matrix."""

    def plain(q1, alpha1, q2, alpha2, log_w):
        gap = log_policy(q1, alpha1, log_w) - log_policy(q2, alpha2, log_w)
        return (policy(q1, alpha1, log_w) * jnp.exp(log_w) * gap).sum()

    def by_densities(q1, alpha1, q2, alpha2, log_w):
        return softql.kl_divergence(log_policy(q1, alpha1, log_w), log_policy(q2, alpha2, log_w), log_w)

    for q2, alpha2 in ((Q[::-1] * 0.7, 0.9), (Q, ALPHA)):
        arguments = (Q, ALPHA, q2, alpha2, LOG_W)
        expected = derivatives(plain, order, arguments)
        assert_same(derivatives(softql.boltzmann_kl, order, arguments), expected)
        assert_same(derivatives(by_densities, order, arguments), expected)


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
        expected = derivatives(plain, order, few)
        assert_same(derivatives(call, order, few), expected)
        assert_same(derivatives(longer, order, few), expected)
