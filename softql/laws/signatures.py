"""The arguments of the functions that the laws need, in the order in which the laws pass them.

`table` is [*b, a], `state` is [*b], `alpha` a scalar or [*b], `measure` None, [a] or [*b, a]; `any` is one number, and
`integer` one that stays an int.
"""

from __future__ import annotations

from typing import Literal

Shape = Literal["table", "state", "alpha", "measure", "any", "integer"]

SHAPES: dict[str, Shape] = {
    "q": "table", "log_pi": "table", "log_p": "table", "log_q": "table", "next_q": "table", "next_log_pi": "table",
    "log_proposal": "table", "action": "table", "gradient": "table", "noise": "table", "reward": "state",
    "discount": "state", "next_v": "state", "target": "state", "taken": "state", "alpha": "alpha", "log_w": "measure",
    "terminated": "state", "truncated": "state", "final_v": "state", "reset_v": "state", "gamma": "any",
    "seed": "integer", "count": "integer", "step": "any", "lambda_": "any", "path_reward": "table",
    "path_discount": "table", "path_next_v": "table", "path_entropy": "table", "path_log_pi": "table",
    "path_truncated": "table",
}  # fmt: skip
"""Every argument by its name in SIGNATURES."""

SIGNATURES: dict[str, tuple[str, ...]] = {
    name: tuple(arguments.split())
    for name, arguments in {
        "soft_value": "q alpha log_w",
        "log_partition": "q alpha log_w",
        "mellowmax": "q alpha",
        "energy": "q alpha",
        "boltzmann_log_policy": "q alpha log_w",
        "boltzmann_policy": "q alpha log_w",
        "soft_advantage": "q alpha log_w",
        "boltzmann_entropy": "q alpha log_w",
        "entropy": "log_pi log_w",
        "kl_divergence": "log_p log_q log_w",
        "kl_to_boltzmann": "log_pi q alpha log_w",
        "policy_value": "log_pi q alpha log_w",
        "soft_q_target": "reward discount next_v",
        "evaluation_target": "reward discount next_log_pi next_q alpha log_w",
        "optimality_target": "reward discount next_q alpha log_w",
        "q_loss": "q taken target",
        "importance_value": "q alpha log_proposal",
        "langevin_step": "action gradient alpha step noise",
        "soft_return": "path_reward path_discount path_entropy alpha",
        "soft_q_return": "path_reward path_discount path_entropy alpha",
        "soft_lambda_returns": "path_reward path_discount path_next_v path_log_pi alpha lambda_ path_truncated",
        "sample_actions": "seed count q alpha log_w",
        "replay_target": "reward terminated truncated next_v gamma",
        "autoreset_target": "reward terminated truncated final_v reset_v gamma",
    }.items()
}
"""Function -> its arguments. A function that is not here is called as it is, without adapters."""

TABLES = (
    "energy",
    "boltzmann_log_policy",
    "boltzmann_policy",
    "soft_advantage",
    "langevin_step",
    "soft_lambda_returns",
)
"""Functions that answer with a table; the others answer with one number a state."""

IN_REWARD_UNITS = (
    "soft_value", "mellowmax", "soft_advantage", "policy_value", "evaluation_target", "optimality_target",
    "importance_value", "soft_return", "soft_q_return", "soft_lambda_returns",
)  # fmt: skip
"""Functions that take alpha and answer in reward units."""

REWARDS = ("q", "next_q", "reward", "gradient", "path_reward", "path_next_v")
"""Arguments in reward units."""

LOG_POLICIES = ("log_pi", "log_p", "log_q", "next_log_pi", "path_log_pi")
"""Arguments that are log densities of policies."""
