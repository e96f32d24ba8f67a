"""Wrong tables: γ, the expectation, the end of an episode or the entropy lost on the way to Q*."""

from __future__ import annotations

import numpy as np
import reference as right

from .core import mutant


@mutant("expected_next", "expected_next_is_expectation", "expected_next_takes_discounts")
def undiscounted_future(transition, discount, v):
    """γ forgotten."""
    return right.expected_next(transition, np.ones_like(discount), v)


@mutant("expected_next", "expected_next_is_expectation")
def likeliest_future(transition, discount, v):
    """The most likely next state in place of the mean over all."""
    kept = np.argmax(transition, -1)[..., None] == np.arange(transition.shape[-1])
    return right.expected_next(kept.astype(transition.dtype), discount, v)


@mutant("expected_next", "expected_next_takes_discounts")
def largest_discount_for_all(transition, discount, v):
    """One discount for every transition: value goes on past the end."""
    return right.expected_next(transition, np.max(discount), v)


@mutant("expected_next", "expected_next_is_expectation")
def future_of_the_transpose(transition, discount, v):
    """P(s|s',a): the matrix on the wrong side."""
    return right.expected_next(transition.swapaxes(0, 2), discount, v)


@mutant("optimality_backup", "optimality_backup_is_definition", "policy_iteration_is_newton")
def hard_table_backup(transition, reward, discount, q, alpha, log_w=None):
    """max Q in place of the soft maximum."""
    best = np.where(right.log_weights(q, log_w) == -np.inf, -np.inf, q).max(-1)
    return reward + right.expected_next(transition, discount, best)


@mutant("optimality_backup", "optimality_backup_is_definition", "evaluation_backup_at_most_optimality_backup")
def mellow_backup(transition, reward, discount, q, alpha, log_w=None):
    """The mean of the exponentials in place of their sum."""
    less = np.asarray(alpha * np.log(q.shape[-1]), q.dtype)
    return reward + right.expected_next(transition, discount, right.soft_value(q, alpha, log_w) - less)


@mutant("optimality_backup", "optimality_backup_is_definition")
def backup_of_masked_actions(transition, reward, discount, q, alpha, log_w=None):
    """The mask forgotten."""
    return right.optimality_backup(transition, reward, discount, q, alpha)


@mutant("optimality_backup", "optimality_backup_monotone", "optimality_backup_contracts", "optimal_q_is_a_fixed_point")
def advantage_learning(transition, reward, discount, q, alpha, log_w=None):
    """T*Q - (V - Q)/2, an operator that widens the gaps, under the name of T*."""
    gap = right.soft_value(q, alpha, log_w)[:, None] - np.where(right.log_weights(q, log_w) == -np.inf, 0, q)
    return right.optimality_backup(transition, reward, discount, q, alpha, log_w) - gap / 2


@mutant("optimality_backup", "optimality_backup_contracts")
def reward_added_to_the_old_value(transition, reward, discount, q, alpha, log_w=None):
    """Q + T*Q - r: the increment added to the table that it was to replace."""
    return q + right.optimality_backup(transition, reward, discount, q, alpha, log_w) - reward


@mutant("evaluation_backup", "evaluation_backup_contracts", "policy_q_is_a_fixed_point")
def sum_over_actions_for_their_mean(transition, reward, discount, log_pi, q, alpha, log_w=None):
    """Σ_a Q(s',a) in place of E_π Q(s',a)."""
    value = np.sum(np.where(right.log_weights(q, log_w) == -np.inf, 0, q), axis=-1)
    return reward + right.expected_next(transition, discount, value)


@mutant("evaluation_backup", "evaluation_backup_is_definition")
def evaluation_without_entropy(transition, reward, discount, log_pi, q, alpha, log_w=None):
    """E[Q] only."""
    return right.evaluation_backup(transition, reward, discount, log_pi, q, 0 * alpha, log_w)


@mutant("evaluation_backup", "evaluation_backup_is_definition", "evaluation_backup_at_most_optimality_backup")
def evaluation_of_the_best(transition, reward, discount, log_pi, q, alpha, log_w=None):
    """The Boltzmann policy's value twice over, whatever policy was given."""
    bonus = np.asarray(alpha, q.dtype)
    return right.optimality_backup(transition, reward + bonus, discount, q, alpha, log_w)


@mutant("policy_q", "policy_q_is_the_limit_of_sweeps", "policy_iteration_is_newton")
def q_of_rewards_only(transition, reward, discount, log_pi, alpha, log_w=None):
    """The entropy left out of the value of a policy."""
    return right.policy_q(transition, reward, discount, log_pi, 0 * alpha, log_w)


@mutant("policy_q", "policy_q_is_the_limit_of_sweeps", "occupancy_prices_the_return")
def q_with_a_bonus_for_the_given_action(transition, reward, discount, log_pi, alpha, log_w=None):
    """The entropy of time t added to Q_t."""
    q = right.policy_q(transition, reward, discount, log_pi, alpha, log_w)
    return q + np.asarray(alpha, q.dtype) * right.entropy(log_pi, log_w)[:, None]


@mutant("policy_q", "soft_policy_improvement", "no_policy_beats_optimal_q")
def q_with_actions_renumbered(transition, reward, discount, log_pi, alpha, log_w=None):
    """The actions numbered from the other end in the answer."""
    return right.policy_q(transition, reward, discount, log_pi, alpha, log_w)[..., ::-1]


@mutant("policy_q", "policy_q_is_the_limit_of_sweeps")
def q_after_few_sweeps(transition, reward, discount, log_pi, alpha, log_w=None):
    """Ten sweeps taken for the limit."""
    q = np.zeros_like(reward)
    for _ in range(10):
        q = right.evaluation_backup(transition, reward, discount, log_pi, q, alpha, log_w)
    return q


@mutant(
    "optimal_q", "optimal_q_is_the_limit_of_sweeps", "optimal_q_is_a_fixed_point", "optimal_q_is_that_of_its_policy"
)
def optimum_after_few_sweeps(transition, reward, discount, alpha, log_w=None):
    """Five sweeps taken for the limit."""
    q = np.zeros_like(reward)
    for _ in range(5):
        q = right.optimality_backup(transition, reward, discount, q, alpha, log_w)
    return q


@mutant("optimal_q", "optimal_q_is_the_limit_of_sweeps", "soft_values_fall_to_hard_ones", "consistent_pair_is_optimal")
def optimum_with_a_bonus_now(transition, reward, discount, alpha, log_w=None):
    """α log|A| added to every reward: the bonus of the action at hand."""
    more = np.asarray(alpha * np.log(reward.shape[-1]), reward.dtype)
    return right.optimal_q(transition, reward + more, discount, alpha, log_w)


@mutant("optimal_q", "optimal_q_is_the_limit_of_sweeps", "no_policy_beats_optimal_q", "composition_lower_bound")
def optimum_of_the_colder_world(transition, reward, discount, alpha, log_w=None):
    """A quarter of the temperature."""
    return right.optimal_q(transition, reward, discount, np.asarray(alpha / 4, reward.dtype), log_w)


@mutant("optimal_q", "soft_values_lie_above_hard_ones", "logit_choice_is_soft_control")
def mellow_optimum(transition, reward, discount, alpha, log_w=None):
    """Mellowmax at every state: the entropy bonus taken back."""
    q, less = np.zeros_like(reward), np.asarray(alpha * np.log(reward.shape[-1]), reward.dtype)
    for _ in range(right.SWEEPS):
        q = reward + right.expected_next(transition, discount, right.soft_value(q, alpha, log_w) - less)
    return q


@mutant("hard_q", "hard_q_is_the_limit_of_sweeps", "soft_values_lie_above_hard_ones")
def hard_optimum_of_masked_actions(transition, reward, discount, log_w=None):
    """Rewards in place of their best, twice: the largest of everything."""
    q = np.zeros_like(reward)
    for _ in range(right.SWEEPS):
        q = np.full_like(q, reward.max()) + right.expected_next(transition, discount, q.max(-1))
    return q


@mutant("hard_q", "hard_q_is_the_limit_of_sweeps", "soft_values_fall_to_hard_ones")
def hard_value_of_the_worst(transition, reward, discount, log_w=None):
    """min where max is meant."""
    return -right.hard_q(transition, -reward, discount, log_w)


@mutant("horizon_q", "horizon_q_is_backward_induction", "causal_entropy_is_attained", "deterministic_control_is_linear")
def bonus_after_the_last_step(transition, reward, discount, alpha, log_w=None):
    """A value of α log|A| after the end of the horizon."""
    q, v = np.empty_like(reward), np.full_like(reward[0, :, 0], alpha * np.log(reward.shape[-1]))
    for t in reversed(range(len(reward))):
        q[t] = reward[t] + right.expected_next(transition, discount, v)
        v = right.soft_value(q[t], alpha, log_w)
    return q


@mutant(
    "horizon_q", "horizon_q_is_backward_induction", "causal_entropy_is_maximal", "deterministic_paths_are_boltzmann"
)
def hard_horizon(transition, reward, discount, alpha, log_w=None):
    """max in place of the soft maximum."""
    q, v = np.empty_like(reward), np.zeros_like(reward[0, :, 0])
    for t in reversed(range(len(reward))):
        q[t] = reward[t] + right.expected_next(transition, discount, v)
        v = q[t].max(-1)
    return q


@mutant("horizon_q", "horizon_q_is_backward_induction")
def horizon_in_reverse(transition, reward, discount, alpha, log_w=None):
    """The first step's reward taken last."""
    return right.horizon_q(transition, reward[::-1], discount, alpha, log_w)


@mutant("occupancy", "occupancy_conserves_flow")
def occupancy_against_the_current(transition, discount, log_pi, start, log_w=None):
    """P_π where its transpose is meant."""
    move = right.chain(transition, discount, log_pi, log_w)
    met = np.linalg.solve(np.eye(len(start), dtype=start.dtype) - move, start)
    return met[:, None] * right.probabilities(log_pi, log_w)


@mutant("occupancy", "occupancy_conserves_flow", "occupancy_prices_the_return")
def normalised_occupancy(transition, discount, log_pi, start, log_w=None):
    """Times 1 - γ, without a word."""
    return (1 - np.max(discount)) * right.occupancy(transition, discount, log_pi, start, log_w)


@mutant("composed_q", "composed_q_is_the_mean", "composition_upper_bound")
def smaller_skill(qs):
    """The minimum of the skills."""
    return np.min(qs, axis=0) - 1


@mutant("composed_q", "composed_q_is_the_mean", "composition_lower_bound")
def sum_of_skills(qs):
    """The largest of the skills and 5 more."""
    return np.max(qs, axis=0) + 5


@mutant("disagreement", "disagreement_is_a_renyi_divergence")
def disagreement_without_a_mean(qs, alpha, log_w=None):
    """The sum of the values in place of their mean."""
    return np.sum([right.soft_value(q, alpha, log_w) for q in qs], 0) - right.soft_value(qs.mean(0), alpha, log_w)


@mutant("composition_cost", "composition_cost_is_the_worst_loss_ahead")
def cost_of_one_step(transition, discount, qs, alpha, log_w=None):
    """The loss of the next state only."""
    return right.expected_next(transition, discount, right.disagreement(qs, alpha, log_w))


@mutant("composition_cost", "composition_lower_bound", "composition_cost_is_the_worst_loss_ahead")
def cost_turned_into_gain(transition, discount, qs, alpha, log_w=None):
    """-C*."""
    return -right.composition_cost(transition, discount, qs, alpha, log_w)
