"""jax.nn and jax.scipy.special under the laws: what most JAX agents are made of."""

import pytest
from conventions import EXAMPLES, check_failure, fails, holds, known, near

pytest.importorskip("jax", reason="jax is not installed")
import jax
import jax.numpy as jnp
from jax.scipy.special import entr, logsumexp, rel_entr


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
ADAPTED = {name: jax.jit(function) for name, function in JAX.items()}
KNOWN = known("jax")
COMPILED = {failure for failure in KNOWN if failure.reason.startswith("jitted")}


@holds(near(ADAPTED), JAX, [failure for failure in KNOWN if failure not in COMPILED], 3 * EXAMPLES)
def test_jax(check):
    check()


@fails(KNOWN)
def test_jax_fails(failure):
    check_failure(ADAPTED, failure)
