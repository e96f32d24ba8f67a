"""The arguments of the functions that the laws need, in the order in which the laws pass them.

`table` is [*b, a], `state` is [*b], `alpha` a scalar or [*b], `measure` None, [a] or [*b, a]; `any` is one number, and
`integer` one that stays an int. Functions in WHOLE take a whole MDP, a batch or one number, and have no leading axes.
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
    "path_truncated": "table", "path_value": "table", "path_q": "table", "path_log_ratio": "table", "n": "integer",
    "target_q": "table", "entropy_target": "state", "entropy": "any", "rate": "any", "share": "any",
    "transition": "table", "v": "state", "qs": "table", "start": "state", "log_prior": "table",
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
        "soft_n_step_returns": "path_reward path_discount path_next_v path_log_pi alpha n path_truncated",
        "soft_value_returns": "path_reward path_discount path_next_v path_log_pi alpha n path_truncated",
        "path_consistency_error": "path_value path_reward path_discount path_next_v path_log_pi alpha n path_truncated",
        "path_consistency_loss": "path_value path_reward path_discount path_next_v path_log_pi alpha n path_truncated",
        "soft_retrace_returns": "path_reward path_discount path_next_v path_q path_log_ratio lambda_ path_truncated",
        "soft_q_gradient": "q target_q alpha log_w",
        "policy_gradient": "q target_q alpha log_w",
        "value_gradient": "q target_q alpha log_w",
        "state_temperature": "q entropy_target log_w",
        "batch_temperature": "q entropy_target log_w",
        "temperature_dual": "q alpha entropy_target log_w",
        "dual_gradient": "q alpha entropy_target log_w",
        "dual_step": "alpha entropy entropy_target rate",
        "linear_dual_step": "alpha entropy entropy_target rate",
        "expected_next": "transition discount v",
        "optimality_backup": "transition reward discount q alpha log_w",
        "evaluation_backup": "transition reward discount log_pi q alpha log_w",
        "policy_q": "transition reward discount log_pi alpha log_w",
        "optimal_q": "transition reward discount alpha log_w",
        "hard_q": "transition reward discount log_w",
        "certified_q": "transition reward discount alpha log_w",
        "horizon_q": "transition reward discount alpha log_w",
        "occupancy": "transition discount log_pi start log_w",
        "composed_q": "qs",
        "disagreement": "qs alpha log_w",
        "composition_cost": "transition discount qs alpha log_w",
        "munchausen_backup": "transition reward discount q alpha share log_w",
        "kl_regularised_backup": "transition reward discount q log_prior alpha share log_w",
        "logit_choice_q": "transition reward discount alpha",
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
    "soft_n_step_returns",
    "soft_value_returns",
    "soft_retrace_returns",
    "path_consistency_error",
    "path_consistency_loss",
    "soft_q_gradient",
    "policy_gradient",
    "value_gradient",
)
"""Functions that answer with a table; the others answer with one number a state."""

WHOLE = (
    "expected_next", "optimality_backup", "evaluation_backup", "policy_q", "optimal_q", "hard_q", "horizon_q",
    "occupancy", "composed_q", "disagreement", "composition_cost", "munchausen_backup", "kl_regularised_backup",
    "logit_choice_q", "certified_q", "batch_temperature", "dual_step", "linear_dual_step",
)  # fmt: skip
"""Functions of a whole MDP, a batch or a temperature: there are no leading axes to take away."""

IN_REWARD_UNITS = (
    "soft_value", "mellowmax", "soft_advantage", "policy_value", "evaluation_target", "optimality_target",
    "importance_value", "soft_return", "soft_q_return", "soft_lambda_returns", "soft_n_step_returns",
    "soft_value_returns", "path_consistency_error", "path_consistency_loss", "soft_q_gradient", "value_gradient",
    "temperature_dual", "optimality_backup", "evaluation_backup", "policy_q", "optimal_q", "horizon_q", "disagreement",
    "composition_cost", "munchausen_backup", "kl_regularised_backup", "logit_choice_q", "certified_q",
)  # fmt: skip
"""Functions that take alpha and answer in reward units, or, the loss, in their square."""

OF_TEMPERATURE = ("dual_step", "linear_dual_step")
"""Functions whose subject is alpha itself."""

REWARDS = (
    "q", "next_q", "reward", "gradient", "path_reward", "path_next_v", "path_value", "target_q", "qs",
)  # fmt: skip
"""Arguments in reward units."""

LOG_POLICIES = ("log_pi", "log_p", "log_q", "next_log_pi", "path_log_pi", "log_prior")
"""Arguments that are log densities of policies."""
