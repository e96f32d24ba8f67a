"""d3rlpy's DiscreteSAC under the laws: its own target method, with stubs for the networks."""

from types import SimpleNamespace

import pytest
from conventions import EXAMPLES, check_failure, fails, holds, known

pytest.importorskip("d3rlpy", reason="d3rlpy is not installed")
import torch
from d3rlpy.algos.qlearning.torch.sac_impl import DiscreteSACImpl
from d3rlpy.models.torch.parameters import Parameter
from torch.distributions import Categorical

from softql import laws
from softql.laws import adapters


def policy_value(log_pi, q, alpha):
    """What the critics bootstrap from: sum pi (Q - alpha log pi); alpha is a learned log, one for the batch."""
    temperature = Parameter(torch.log(alpha).reshape(-1, 1))
    sac = SimpleNamespace(
        _modules=SimpleNamespace(policy=lambda obs: Categorical(logits=log_pi), log_temp=temperature),
        _targ_q_func_forwarder=SimpleNamespace(compute_target=lambda obs: q),
    )
    return DiscreteSACImpl.compute_target(sac, SimpleNamespace(next_observations=None))[:, 0]


def evaluation_target(reward, discount, next_log_pi, next_q, alpha):
    return reward + discount * policy_value(next_log_pi, next_q, alpha)


D3RLPY = {"policy_value": policy_value, "evaluation_target": evaluation_target}
ADAPTED = laws.adapt(D3RLPY, adapters.batched_only, adapters.arrays(torch.as_tensor))
KNOWN = known("d3rlpy")


@holds(ADAPTED, D3RLPY, KNOWN)
def test_d3rlpy(check):
    check()


@fails(KNOWN)
def test_d3rlpy_fails(failure):
    check_failure(ADAPTED, failure)


def clamped(log_pi, q, alpha):
    """The same with exp(-80) as the smallest chance."""
    return policy_value(log_pi.clamp(min=-80.0), q, alpha)


@laws.parametrize(
    laws.adapt({"policy_value": clamped}, adapters.batched_only, adapters.arrays(torch.as_tensor)),
    laws.of(["policy_value"]),
    examples=EXAMPLES,
)
def test_d3rlpy_where_every_action_has_a_chance(check):
    check()
