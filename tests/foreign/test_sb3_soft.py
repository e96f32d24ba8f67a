"""sb3-soft under the laws: the targets inside its SQL.train and SDSAC.train, its policies and its draws, with stubs for
the networks."""

from types import SimpleNamespace
from unittest import mock

import pytest
from conventions import EXAMPLES, check_failure, fails, holds, known

pytest.importorskip("sb3_soft", reason="sb3-soft is not installed")
import torch
from sb3_soft.sdsac import SDSAC
from sb3_soft.sdsac.policies import DiscreteActor
from sb3_soft.sql import SQL, sql
from sb3_soft.sql.policies import SoftQNetwork

from softql import laws
from softql.laws import adapters


class Reached(Exception):
    """training came to where its target is known"""


def target_of(algorithm, **parts):
    """Run train up to its loss, and take the target from there."""
    quiet = mock.Mock()
    agent = SimpleNamespace(
        policy=quiet,
        _update_learning_rate=quiet,
        _vec_normalize_env=None,
        ent_coef_optimizer=None,
        log_ent_coef=None,
        **parts,
    )
    try:
        with mock.patch.object(sql.F, "smooth_l1_loss", side_effect=Reached):
            algorithm.train(agent, gradient_steps=1)
    except Reached as reached:
        trace = reached.__traceback__
        while "target_q_values" not in trace.tb_frame.f_locals:
            trace = trace.tb_next
        return trace.tb_frame.f_locals["target_q_values"][:, 0]
    raise AssertionError("train came to no loss")


def transitions(reward, discount):
    """A batch; the discount says which of them ended."""
    column = reward[:, None]
    batch = SimpleNamespace(
        observations="now",
        next_observations="then",
        actions=torch.zeros(column.shape),
        rewards=column,
        dones=torch.zeros_like(column),
        discounts=discount[:, None],
    )
    return SimpleNamespace(sample=lambda batch_size, env: batch)


def optimality_target(reward, discount, next_q, alpha):
    return target_of(
        SQL,
        replay_buffer=transitions(reward, discount),
        q_net=lambda observation: torch.zeros_like(next_q),
        q_net_target=lambda observation: next_q,
        ent_coef_tensor=alpha,
        action_temperature=1.0,
        _temperature_follows_ent_coef=False,
    )


def soft_value(q, alpha):
    return optimality_target(torch.zeros_like(q[:, 0]), torch.ones_like(q[:, 0]), q, alpha)


def log_policy_of(logits):
    actor = SimpleNamespace(get_action_dist_params=lambda observation: logits)
    return DiscreteActor.get_action_probs(actor, "now")


def evaluation_target(reward, discount, next_log_pi, next_q, alpha):
    return target_of(
        SDSAC,
        actor=SimpleNamespace(optimizer=None, get_action_probs=lambda observation: log_policy_of(next_log_pi)),
        critic=mock.Mock(side_effect=Reached, optimizer=None),
        critic_target=lambda observation: (next_q, next_q),
        replay_buffer=transitions(reward, discount),
        ent_coef_tensor=alpha,
    )


def policy_value(log_pi, q, alpha):
    return evaluation_target(torch.zeros_like(q[:, 0]), torch.ones_like(q[:, 0]), log_pi, q, alpha)


SB3_SOFT = {
    "soft_value": soft_value,
    "optimality_target": optimality_target,
    "policy_value": policy_value,
    "evaluation_target": evaluation_target,
    "boltzmann_policy": lambda q, alpha: log_policy_of(q / alpha)[0],
    "boltzmann_log_policy": lambda q, alpha: log_policy_of(q / alpha)[1],
}
CHAIN = (adapters.batched_only, adapters.one_alpha, adapters.arrays(torch.as_tensor))
ADAPTED = laws.adapt(SB3_SOFT, *CHAIN)
KNOWN = known("sb3-soft")


@holds(ADAPTED, SB3_SOFT, KNOWN)
def test_sb3_soft(check):
    check()


@fails(KNOWN)
def test_sb3_soft_fails(failure):
    check_failure(ADAPTED, failure)


def sample_actions(seed, count, q, alpha):
    """One draw for each of count copies of the states."""
    torch.manual_seed(seed)
    network = mock.Mock(side_effect=lambda observation: observation, temperature=alpha)
    drawn = SoftQNetwork._predict(network, q.repeat(count, 1), deterministic=False)
    return drawn.reshape(count, -1)


@laws.parametrize(laws.adapt({"sample_actions": sample_actions}, *CHAIN), ["sampler"], examples=EXAMPLES)
def test_sample_actions(check):
    check()
