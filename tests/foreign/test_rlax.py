"""rlax under the laws: its softmax policies, its loss, its lambda-returns."""

import pytest
from conventions import check_failure, fails, holds, known, near

rlax = pytest.importorskip("rlax", reason="rlax is not installed")
import jax
import jax.numpy as jnp

from softql import laws
from softql.laws import adapters


def lambda_returns(reward, discount, next_v, log_pi, alpha, lambda_):
    """Reward-only, as rlax documents: log_pi and alpha have no place to go."""
    return rlax.lambda_returns(reward, discount, next_v, lambda_)


RLAX = {
    "boltzmann_policy": lambda q, alpha: rlax.softmax(alpha).probs(q),
    "boltzmann_entropy": lambda q, alpha: rlax.softmax(alpha).entropy(q),
    "kl_divergence": lambda log_p, log_q: rlax.softmax().kl(log_p, log_q),
    "entropy": lambda log_pi: rlax.softmax().entropy(log_pi),
    "q_loss": lambda q, action, target: rlax.l2_loss(q[action], target),
    "soft_lambda_returns": lambda_returns,
}
ADAPTED = laws.adapt(
    {name: jax.jit(function) for name, function in RLAX.items()},
    adapters.single_state_only,
    adapters.arrays(jnp.asarray),
)
KNOWN = known("rlax")


@holds(near(ADAPTED), RLAX, KNOWN)
def test_rlax(check):
    check()


@fails(KNOWN)
def test_rlax_fails(failure):
    check_failure(ADAPTED, failure)
