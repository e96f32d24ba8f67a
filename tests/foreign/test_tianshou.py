"""tianshou's DiscreteSAC under the laws: its own target method, with stubs for the networks."""

from types import SimpleNamespace

import pytest
from conventions import EXAMPLES

pytest.importorskip("tianshou", reason="tianshou is not installed")
import torch
from tianshou.algorithm import DiscreteSAC
from torch.distributions import Categorical

from softql import laws
from softql.laws import adapters


def policy_value(log_pi, q, alpha):
    """What the critics bootstrap from: E_pi[Q] + alpha H(pi)."""
    sac = SimpleNamespace(critic_old=lambda obs: q, critic2_old=lambda obs: q, alpha=SimpleNamespace(value=alpha))
    chosen = SimpleNamespace(dist=Categorical(logits=log_pi))
    return DiscreteSAC._target_q_compute_value(sac, SimpleNamespace(obs=None), chosen)


def evaluation_target(reward, discount, next_log_pi, next_q, alpha):
    return reward + discount * policy_value(next_log_pi, next_q, alpha)


TIANSHOU = {"policy_value": policy_value, "evaluation_target": evaluation_target}


@laws.parametrize(
    laws.adapt(TIANSHOU, adapters.arrays(torch.as_tensor)),
    laws.of(TIANSHOU),
    examples=EXAMPLES,
)
def test_tianshou(check):
    check()
