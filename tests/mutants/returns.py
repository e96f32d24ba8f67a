"""Wrong multi-step targets: entropy forgotten or misplaced, truncation and termination confused."""

from __future__ import annotations

import numpy as np
import reference as right

from .core import mutant


@mutant("soft_return", "return_is_discounted_sum", "q_return_lacks_first_bonus")
def return_of_rewards(reward, discount, entropy, alpha):
    """The plain return: no entropy in it."""
    return right.soft_return(reward, discount, 0 * entropy, alpha)


@mutant("soft_return", "return_is_discounted_sum", "q_return_lacks_first_bonus")
def return_without_alpha(reward, discount, entropy, alpha):
    """r + H."""
    return right.soft_return(reward, discount, entropy, np.ones_like(alpha))


@mutant("soft_return", "return_is_discounted_sum", "q_return_lacks_first_bonus")
def return_discounted_once(reward, discount, entropy, alpha):
    """gamma where gamma^t is meant."""
    gain = reward + np.asarray(alpha, reward.dtype)[..., None] * entropy
    return gain[..., 0] + np.sum(discount[..., :-1] * gain[..., 1:], axis=-1)


@mutant("soft_return", "return_is_discounted_sum", "q_return_lacks_first_bonus")
def return_of_q(reward, discount, entropy, alpha):
    """Q where V is asked for: no bonus at the first step."""
    return right.soft_q_return(reward, discount, entropy, alpha)


@mutant("soft_q_return", "q_return_is_discounted_sum", "lambda_return_of_whole_path")
def bonus_for_the_given_action(reward, discount, entropy, alpha):
    """The entropy of time t added to Q_t: the given action is paid for being random."""
    return right.soft_return(reward, discount, entropy, alpha)


@mutant("soft_q_return", "q_return_is_discounted_sum", "q_return_lacks_first_bonus")
def q_return_of_rewards(reward, discount, entropy, alpha):
    """Rewards only."""
    return right.soft_return(reward, discount, 0 * entropy, alpha)


@mutant("soft_q_return", "q_return_is_discounted_sum", "lambda_return_of_whole_path")
def bonus_without_temperature(reward, discount, entropy, alpha):
    """H added without alpha."""
    return right.soft_q_return(reward, discount, entropy, np.ones_like(alpha))


@mutant("soft_q_return", "q_return_is_discounted_sum", "lambda_return_of_whole_path")
def discounted_one_step_early(reward, discount, entropy, alpha):
    """Each step weighted by the discount that follows it too."""
    return discount[..., 0] * right.soft_q_return(reward, discount, entropy, alpha)


@mutant("soft_lambda_returns", "lambda_return_is_mixture", "path_consistency")
def reward_only_trace(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """No -alpha log pi between the rewards: the classic bias of multi-step targets."""
    return right.soft_lambda_returns(reward, discount, next_v, 0 * log_pi, alpha, lambda_, truncated)


@mutant("soft_lambda_returns", "lambda_return_is_mixture", "lambda_return_of_whole_path")
def trace_without_alpha(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """-log pi added without alpha."""
    return right.soft_lambda_returns(
        reward, discount, next_v, log_pi, np.ones_like(alpha), lambda_, truncated
    )


@mutant("soft_lambda_returns", "lambda_return_is_mixture", "lambda_return_of_one_step")
def trace_bonus_at_time_t(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """The bonus of time t added to G_t."""
    trace = right.soft_lambda_returns(reward, discount, next_v, log_pi, alpha, lambda_, truncated)
    return trace - np.asarray(alpha, reward.dtype)[..., None] * log_pi


@mutant("soft_lambda_returns", "lambda_return_is_mixture", "path_consistency")
def trace_bonus_of_the_step_before(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """log pi of the action itself in place of the next one's."""
    late = np.concatenate([log_pi[..., :1], log_pi[..., :-1]], axis=-1)
    return right.soft_lambda_returns(reward, discount, next_v, late, alpha, lambda_, truncated)


@mutant("soft_lambda_returns", "lambda_return_is_mixture", "lambda_return_of_one_step")
def lambda_reversed(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """lambda and 1 - lambda exchanged."""
    return right.soft_lambda_returns(reward, discount, next_v, log_pi, alpha, 1 - lambda_, truncated)


@mutant("soft_lambda_returns", "lambda_return_is_mixture", "lambda_return_ends_at_truncation")
def truncation_forgotten(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """The trace runs on into the next episode."""
    return right.soft_lambda_returns(reward, discount, next_v, log_pi, alpha, lambda_)


@mutant(
    "soft_lambda_returns", "lambda_return_is_mixture", "path_consistency", "lambda_return_ends_at_truncation"
)
def truncation_ends_value(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """The bootstrap zeroed on truncation."""
    ends = discount if truncated is None else np.where(truncated, 0, discount).astype(discount.dtype)
    return right.soft_lambda_returns(reward, ends, next_v, log_pi, alpha, lambda_)


@mutant("soft_lambda_returns", "lambda_return_of_one_step", "lambda_return_ends_at_truncation")
def last_step_ends_value(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """The last step of a rollout treated as the end of its episode."""
    value = next_v.copy()
    value[..., -1] = 0
    return right.soft_lambda_returns(reward, discount, value, log_pi, alpha, lambda_, truncated)


@mutant("soft_lambda_returns", "lambda_return_ends_at_termination")
def termination_times_infinity(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """0 * V as it stands: NaN where the final state has no action."""
    trace = right.soft_lambda_returns(reward, discount, next_v, log_pi, alpha, lambda_, truncated)
    return trace + 0 * next_v


@mutant("soft_lambda_returns", "lambda_return_is_mixture", "lambda_return_ends_at_termination")
def termination_forgotten_in_trace(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """The discount is gamma whatever happens: the trace runs on into the next episode."""
    gamma = np.where(discount == 0, 0.9, discount).astype(discount.dtype)
    value = np.where(np.isneginf(next_v), 0, next_v)
    return right.soft_lambda_returns(reward, gamma, value, log_pi, alpha, lambda_, truncated)


@mutant("soft_lambda_returns", "lambda_return_is_mixture")
def whole_trace_shares_one_lambda(reward, discount, next_v, log_pi, alpha, lambda_, truncated=None):
    """lambda between the one-step target and the whole path: no powers of it."""
    given = (reward, discount, next_v, log_pi, alpha)
    whole = right.soft_lambda_returns(*given, lambda_ * 0 + 1, truncated)
    short = right.soft_lambda_returns(*given, lambda_ * 0, truncated)
    return lambda_ * whole + (1 - lambda_) * short


@mutant("soft_n_step_returns", "n_step_return_is_definition", "n_step_return_of_the_whole_window")
def reward_only_n_step(reward, discount, next_v, log_pi, alpha, n, truncated=None):
    """No -alpha log pi between the rewards."""
    return right.soft_n_step_returns(reward, discount, next_v, 0 * log_pi, alpha, n, truncated)


@mutant("soft_n_step_returns", "n_step_return_is_definition", "value_return_counts_the_first_action")
def one_step_more(reward, discount, next_v, log_pi, alpha, n, truncated=None):
    """n + 1 steps."""
    return right.soft_n_step_returns(reward, discount, next_v, log_pi, alpha, n + 1, truncated)


@mutant("soft_n_step_returns", "n_step_return_is_definition", "n_step_return_of_the_whole_window")
def n_step_runs_over_truncation(reward, discount, next_v, log_pi, alpha, n, truncated=None):
    """Steps of the next episode counted."""
    return right.soft_n_step_returns(reward, discount, next_v, log_pi, alpha, n)


@mutant("soft_value_returns", "value_return_counts_the_first_action", "path_error_is_target_minus_value")
def value_return_of_the_given_action(reward, discount, next_v, log_pi, alpha, n, truncated=None):
    """A target for Q where one for V is meant."""
    return right.soft_n_step_returns(reward, discount, next_v, log_pi, alpha, n, truncated)


@mutant("path_consistency_error", "path_error_is_target_minus_value", "path_loss_is_half_square", "path_error_adds_up")
def path_error_with_v_added(value, reward, discount, next_v, log_pi, alpha, n, truncated=None):
    """V(s_t) added where it is taken away."""
    return right.path_consistency_error(-value, reward, discount, next_v, log_pi, alpha, n, truncated)


@mutant("path_consistency_loss", "path_loss_is_half_square")
def whole_square(value, reward, discount, next_v, log_pi, alpha, n, truncated=None):
    """The half forgotten."""
    return 2 * right.path_consistency_loss(value, reward, discount, next_v, log_pi, alpha, n, truncated)


@mutant("soft_retrace_returns", "retrace_is_a_sum_of_errors")
def unclipped_retrace(reward, discount, next_v, q, log_ratio, lambda_, truncated=None):
    """pi/mu without the minimum with 1."""
    answer, ratio = np.empty_like(reward), np.exp(log_ratio)
    for t in reversed(range(reward.shape[-1])):
        value = next_v[..., t]
        if t + 1 < reward.shape[-1]:
            more = lambda_ * ratio[..., t + 1] * (answer[..., t + 1] - q[..., t + 1])
            value = value + (more if truncated is None else np.where(truncated[..., t], 0, more))
        answer[..., t] = reward[..., t] + discount[..., t] * value
    return answer


@mutant("soft_retrace_returns", "retrace_is_a_sum_of_errors")
def retrace_without_q(reward, discount, next_v, q, log_ratio, lambda_, truncated=None):
    """G added to V where its difference from Q is meant."""
    return right.soft_retrace_returns(reward, discount, next_v, 0 * q, log_ratio, lambda_, truncated)
