"""distrax.Softmax and distrax.Categorical under the laws."""

import pytest
from conventions import EXAMPLES, near

distrax = pytest.importorskip("distrax", reason="distrax is not installed")
import jax
import jax.numpy as jnp

from softql import laws


def boltzmann(q, alpha):
    return distrax.Softmax(logits=q, temperature=jnp.asarray(alpha)[..., None])


def categorical(log_pi):
    return distrax.Categorical(logits=log_pi)


DISTRAX = {
    "boltzmann_policy": lambda q, alpha: boltzmann(q, alpha).probs,
    "boltzmann_log_policy": lambda q, alpha: boltzmann(q, alpha).logits,
    "boltzmann_entropy": lambda q, alpha: boltzmann(q, alpha).entropy(),
    "entropy": lambda log_pi: categorical(log_pi).entropy(),
    "kl_divergence": lambda log_p, log_q: categorical(log_p).kl_divergence(categorical(log_q)),
    "kl_to_boltzmann": lambda log_pi, q, alpha: categorical(log_pi).kl_divergence(boltzmann(q, alpha)),
}


def sample_actions(seed, count, q, alpha):
    return boltzmann(q, alpha).sample(seed=jax.random.key(seed), sample_shape=(int(count),))


@laws.parametrize(
    near({**{n: jax.jit(f) for n, f in DISTRAX.items()}, "sample_actions": sample_actions}),
    laws.of([*DISTRAX, "sample_actions"]),
    examples=EXAMPLES,
)
def test_distrax(check):
    check()
