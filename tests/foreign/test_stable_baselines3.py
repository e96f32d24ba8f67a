"""stable-baselines3's CategoricalDistribution under the laws, and the SAC target formed from it."""

import pytest
from conventions import check_failure, fails, holds, known

pytest.importorskip("stable_baselines3", reason="stable-baselines3 is not installed")
import torch
from stable_baselines3.common.distributions import CategoricalDistribution

from softql import laws
from softql.laws import adapters


def policy(logits):
    return CategoricalDistribution(logits.shape[-1]).proba_distribution(logits)


def every_action(logits):
    """log pi of each action, by the library's log_prob."""
    distribution = policy(logits)
    shape = logits.shape[:-1]
    actions = (torch.full(shape, a) for a in range(logits.shape[-1]))
    return torch.stack([distribution.log_prob(action) for action in actions], dim=-1)


SB3 = {
    "boltzmann_log_policy": lambda q, alpha: every_action(q / alpha[..., None]),
    "boltzmann_policy": lambda q, alpha: policy(q / alpha[..., None]).distribution.probs,
    "boltzmann_entropy": lambda q, alpha: policy(q / alpha[..., None]).entropy(),
    "entropy": lambda log_pi: policy(log_pi).entropy(),
}
ADAPTED = laws.adapt(SB3, adapters.arrays(torch.as_tensor))
KNOWN = known("stable-baselines3")


@holds(ADAPTED, SB3, KNOWN)
def test_stable_baselines3(check):
    check()


@fails(KNOWN)
def test_stable_baselines3_fails(failure):
    check_failure(ADAPTED, failure)
