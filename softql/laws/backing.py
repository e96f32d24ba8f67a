"""Which machine-checked theorem stands behind each law, and what stands behind each tag.

`catalogue.json` is written from the proofs and the docstrings (`python proofs/check.py write-catalogue`; a test fails
when it is stale). A law that is not listed in THEOREMS is backed by the theorems that carry one of its tags.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from .core import Law

CATALOGUE: dict[str, Any] = json.loads(resources.files(__package__).joinpath("catalogue.json").read_text("utf-8"))
"""theorems: name -> statement. tags: tag -> formula, functions, theorems."""

THEOREMS: dict[str, tuple[str, ...]] = {
    law: tuple(names.split())
    for law, names in {
        "value_is_log_partition": "value.soft_value_shifted",
        "log_partition_is_log_sum": "value.partition_gt0",
        "value_is_scaled_log_partition": "policy.gibbs_identity",
        "value_at_least_max": "value.soft_value_ge value.soft_value_ge_max",
        "value_at_most_max": "value.soft_value_le_max",
        "value_shift": "value.soft_value_translation",
        "value_scaling": "value.soft_value_homogeneous",
        "value_monotone": "value.soft_value_monotone",
        "value_convex": "policy.soft_value_convex",
        "value_lipschitz": "value.soft_value_lipschitz",
        "value_grows_with_temperature": "temperature.soft_value_monotone_alpha",
        "value_cold_limit": "value.soft_value_counting temperature.soft_value_limit_zero",
        "value_permutation": "",
        "value_masked_is_removed": "value.soft_value_mask",
        "value_ignores_masked": "value.soft_value_masked",
        "value_of_no_action": "",
        "value_duplicate": "",
        "value_weight_shift": "value.soft_value_weight_scale",
        "value_by_state": "",
        "value_of_nan": "",
        "mellowmax_is_log_mean": "value.mellowmax_uniform_prior",
        "mellowmax_is_value_minus_log_count": "value.mellowmax_counting",
        "mellowmax_at_least_mean": "policy.soft_value_ge_mean",
        "mellowmax_hot_limit": "temperature.soft_value_limit_infinity",
        "mellowmax_at_most_max": "value.mellowmax_le_max",
        "mellowmax_falls_with_temperature": "temperature.mellow_value_antitone_alpha",
        "mellowmax_nonexpansion": "value.soft_value_lipschitz",
        "energy_is_minus_q": "policy.boltzmann_policy_energy",
        "energy_gives_value": "policy.boltzmann_policy_energy",
        "log_policy_is_boltzmann": "policy.log_boltzmann_policy",
        "policy_is_boltzmann": "policy.boltzmann_policy_exp",
        "policy_normalised": "policy.boltzmann_policy_density",
        "policy_nonnegative": "policy.boltzmann_policy_gt0",
        "log_policy_finite": "policy.boltzmann_policy_gt0",
        "policy_is_exp_of_log_policy": "policy.boltzmann_policy_exp",
        "log_policy_meets_value": "policy.log_boltzmann_policy",
        "advantage_is_q_minus_value": "policy.log_boltzmann_policy",
        "advantage_is_scaled_log_policy": "policy.log_boltzmann_policy",
        "log_policy_shift": "policy.boltzmann_policy_translation",
        "log_policy_scaling": "value.soft_value_homogeneous",
        "log_policy_weight_shift": "value.soft_value_weight_scale",
        "log_policy_permutation": "",
        "log_policy_duplicate": "",
        "log_policy_ignores_masked": "value.soft_value_masked",
        "advantage_ignores_masked": "value.soft_value_masked",
        "policy_of_no_action": "",
        "log_policy_of_no_action": "",
        "advantage_of_no_action": "",
        "log_policy_by_state": "",
        "log_policy_of_nan": "",
        "policy_is_slope_of_value": "policy.soft_value_subgradient gradient.soft_value_partial_derivative",
        "entropy_is_expected_surprise": "policy.policy_value_entropy",
        "entropy_nonnegative": "policy.entropy_ge0",
        "entropy_at_most_log_count": "policy.entropy_le_log_total policy.entropy_uniform",
        "entropy_of_another_unit": "",
        "entropy_by_state": "",
        "boltzmann_entropy_is_entropy": "policy.boltzmann_entropy_value",
        "boltzmann_entropy_meets_entropy": "policy.boltzmann_entropy_value",
        "boltzmann_entropy_bounds": "policy.entropy_ge0 policy.entropy_le_log_total",
        "entropy_of_no_action": "",
        "entropy_is_slope_of_value": "temperature.soft_value_temperature_derivative"
        " temperature.soft_value_convex_alpha",
        "divergence_is_expected_log_ratio": "",
        "divergence_outside_support": "",
        "divergence_nonnegative": "policy.kl_divergence_ge0",
        "divergence_from_itself": "policy.kl_divergence_self",
        "divergence_of_another_unit": "",
        "divergence_from_uniform": "policy.entropy_uniform",
        "divergence_to_boltzmann": "policy.gibbs_identity",
        "divergence_to_boltzmann_meets_divergence": "policy.gibbs_identity",
        "divergence_to_boltzmann_nonnegative": "policy.kl_divergence_ge0",
        "divergence_at_boltzmann": "policy.kl_divergence_self policy.gibbs_unique",
        "policy_value_is_expectation": "policy.policy_value_entropy",
        "value_is_policy_value_at_boltzmann": "policy.gibbs_attained",
        "variational_identity": "policy.gibbs_identity",
        "policy_value_at_most_value": "policy.gibbs_le",
        "policy_value_splits": "policy.policy_value_entropy",
        "value_splits": "policy.boltzmann_average",
        "policy_value_ignores_masked": "",
        "policy_value_by_state": "",
        "target_is_reward_plus_discounted_value": "backup.optimality_fused",
        "terminal_target_is_reward": "backup.soft_q_target_terminated",
        "optimality_target_is_backup": "backup.optimality_fused",
        "optimality_target_meets_value": "backup.optimality_fused backup.value_greedy",
        "terminal_optimality_target": "backup.soft_q_target_terminated",
        "optimality_target_monotone": "backup.optimality_monotone",
        "optimality_target_contracts": "backup.optimality_contraction",
        "optimality_target_shift": "backup.optimality_translation",
        "optimality_target_scaling": "backup.Qstar_homogeneous",
        "optimality_target_by_state": "",
        "evaluation_target_is_backup": "backup.optimality_fused",
        "evaluation_target_meets_policy_value": "backup.optimality_fused",
        "terminal_evaluation_target": "backup.soft_q_target_terminated",
        "evaluation_at_most_optimality": "backup.evaluation_le_optimality",
        "evaluation_is_optimality_at_boltzmann": "backup.optimality_fused",
        "evaluation_target_monotone": "backup.evaluation_monotone",
        "evaluation_target_contracts": "backup.evaluation_contraction",
        "evaluation_target_shift": "",
        "loss_is_half_square": "agent.q_loss_derivative",
        "loss_sees_taken_action": "",
        "return_is_discounted_sum": "returns.objective_limit",
        "q_return_is_discounted_sum": "returns.objective_unrolled",
        "q_return_lacks_first_bonus": "returns.value_of_bellman",
        "lambda_return_is_mixture": "returns.lambda_return_mixture returns.trace_sums_to_one",
        "lambda_return_of_one_step": "returns.lambda_return_zero",
        "lambda_return_of_whole_path": "returns.n_step_return_expected",
        "path_consistency": "returns.path_consistency returns.multi_step_path_consistency",
        "lambda_return_ends_at_truncation": "returns.lambda_return_truncated",
        "lambda_return_ends_at_termination": "returns.lambda_return_terminated",
        "importance_value_is_log_mean": "estimator.importance_value_is_soft_value",
        "uniform_proposal_over_all_actions": "estimator.importance_weight_unbiased",
        "importance_value_is_weighted_value": "estimator.importance_value_is_soft_value",
        "boltzmann_proposal_has_no_variance": "estimator.importance_weight_boltzmann",
        "importance_value_proposal_shift": "",
        "importance_value_shift": "value.soft_value_translation",
        "importance_estimates_partition": "estimator.partition_estimate_unbiased",
        "importance_value_biased_low": "estimator.importance_value_biased_low",
        "langevin_step_is_drift_and_noise": "sampler.langevin_zero_flux",
        "langevin_step_scaling": "",
        "draws_follow_boltzmann": "sampler.gumbel_max_probability",
        "draws_exist": "sampler.gumbel_max_probability",
        "draws_repeat": "",
        "seeds_draw_independently": "",
        "draws_are_independent": "",
        "states_draw_independently": "",
        "replay_target_is_backup": "backup.optimality_fused",
        "truncation_keeps_value": "",
        "termination_ends_value": "backup.soft_q_target_terminated",
        "autoreset_target_is_backup": "backup.optimality_fused",
        "reset_does_not_matter": "",
    }.items()
}
"""Law -> the theorems that say the same; none for a property of code: batches, NaN, a state without actions."""


def theorems_of(law: Law) -> tuple[str, ...]:
    """The theorems behind a law.

    Example:
        >>> from softql.laws import select
        >>> theorems_of(select("value_shift")[0])
        ('value.soft_value_translation',)
    """
    if law.name in THEOREMS:
        return THEOREMS[law.name]
    tagged = (CATALOGUE["tags"].get(tag.strip("[]"), {"theorems": []})["theorems"] for tag in law.tags)
    return tuple(dict.fromkeys(name for names in tagged for name in names))
