"""jax.nn and jax.scipy.special under the laws: what most JAX agents are made of."""

import pytest
from conventions import EXAMPLES, because

pytest.importorskip("jax", reason="jax is not installed")
import jax
import jax.numpy as jnp
from jax.scipy.special import entr, logsumexp, rel_entr

from softql import laws


def rows(x):
    return jnp.asarray(x)[..., None]


def soft_value(q, alpha, log_w=None):
    weight = None if log_w is None else jnp.broadcast_to(jnp.exp(log_w), q.shape)
    return alpha * logsumexp(q / rows(alpha), axis=-1, b=weight)


JAX = {
    "soft_value": soft_value,
    "log_partition": lambda q, alpha: logsumexp(q / rows(alpha), axis=-1),
    "mellowmax": lambda q, alpha: alpha * (logsumexp(q / rows(alpha), axis=-1) - jnp.log(q.shape[-1])),
    "boltzmann_log_policy": lambda q, alpha: jax.nn.log_softmax(q / rows(alpha)),
    "boltzmann_policy": lambda q, alpha: jax.nn.softmax(q / rows(alpha)),
    "entropy": lambda log_pi: entr(jnp.exp(log_pi)).sum(-1),
    "kl_divergence": lambda log_p, log_q: rel_entr(jnp.exp(log_p), jnp.exp(log_q)).sum(-1),
}
OVERFLOW = "jitted in float32, Q / alpha beyond 2^31 is rounded in two ways, and exp of the difference overflows"
EXPECTED = because({OVERFLOW: "value_cold_limit policy_is_slope_of_value"})


@laws.parametrize({n: jax.jit(f) for n, f in JAX.items()}, laws.of(JAX), examples=EXAMPLES, expected_failures=EXPECTED)
def test_jax(check):
    check()
