"""imitation's mce_partition_fh (maximum causal entropy IRL) under the laws: V, Q and pi of a two-step world.

Its rewards belong to states and its temperature is 1: alpha is folded into the reward, and Q(s_0, a) is the reward of
the state that a leads to. The last step adds log n, for its n actions that do nothing.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from conventions import EXAMPLES

mce = pytest.importorskip("imitation.algorithms.mce_irl", reason="imitation is not installed")

from softql import laws
from softql.laws import adapters


def solved(q):
    """V, Q and pi of s_0, whose actions lead to states that pay q."""
    n = q.shape[-1]
    goes_to = np.zeros((n + 1, n, n + 1))
    goes_to[0, np.arange(n), 1 + np.arange(n)] = 1
    for state in range(1, n + 1):
        goes_to[state, :, state] = 1
    world = SimpleNamespace(
        horizon=2,
        state_dim=n + 1,
        action_dim=n,
        transition_matrix=goes_to,
        reward_matrix=np.concatenate([[0.0], q]),
    )
    value, action_value, policy = mce.mce_partition_fh(world)
    return value[0, 0] - np.log(n), action_value[0, 0] - np.log(n), policy[0, 0]


def soft_advantage(q):
    value, action_value, _ = solved(q)
    return action_value - value


IMITATION = {
    "soft_value": lambda q: solved(q)[0],
    "boltzmann_policy": lambda q: solved(q)[2],
    "soft_advantage": soft_advantage,
}
ARGUMENTS = dict.fromkeys(IMITATION, "q")


@laws.parametrize(
    laws.adapt(IMITATION, adapters.alpha_in_reward, adapters.single_state_only, arguments=ARGUMENTS),
    laws.of(IMITATION),
    examples=EXAMPLES,
)
def test_imitation(check):
    check()
