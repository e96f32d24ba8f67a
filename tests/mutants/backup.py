"""Wrong targets and losses: the traps of one-step backups."""

from __future__ import annotations

import numpy as np
import reference as right
from reference import expected, probabilities

from .core import mutant


@mutant(
    "soft_q_target",
    "target_is_reward_plus_discounted_value",
    "terminal_target_is_reward",
    "optimality_target_meets_value",
)
def discount_forgotten(reward, discount, next_v):
    """r + V(s'): the note's (1) as printed."""
    return reward + next_v


@mutant("soft_q_target", "target_is_reward_plus_discounted_value", "terminal_target_is_reward")
def reward_discounted(reward, discount, next_v):
    """gamma (r + V)."""
    return discount * (reward + next_v)


@mutant("soft_q_target", "target_is_reward_plus_discounted_value", "terminal_target_is_reward")
def discount_is_termination(reward, discount, next_v):
    """A flag that is 1 where the episode ends taken for one that is 1 where it goes on."""
    return reward + (1 - discount) * next_v


@mutant("soft_q_target", "terminal_target_is_reward")
def zero_times_minus_infinity(reward, discount, next_v):
    """r + 0 * V as it stands: NaN where V = -inf."""
    return reward + discount * next_v


@mutant("soft_q_target", "target_is_reward_plus_discounted_value", "terminal_target_is_reward")
def reward_clipped(reward, discount, next_v):
    """Rewards clipped to [-1, 1]."""
    return right.soft_q_target(np.clip(reward, -1, 1), discount, next_v)


@mutant(
    "optimality_target",
    "optimality_target_is_backup",
    "optimality_target_meets_value",
    "evaluation_at_most_optimality",
)
def hard_backup(reward, discount, next_q, alpha, log_w=None):
    """r + gamma max Q."""
    best = np.max(next_q if log_w is None else np.where(log_w == -np.inf, -np.inf, next_q), axis=-1)
    return right.soft_q_target(reward, discount, best)


@mutant("optimality_target", "optimality_target_is_backup", "optimality_target_shift")
def backup_of_boltzmann_average(reward, discount, next_q, alpha, log_w=None):
    """r + gamma sum pi Q: no entropy in the target, and no contraction."""
    log_pi = right.boltzmann_log_policy(next_q, alpha, log_w)
    return right.soft_q_target(reward, discount, expected(probabilities(log_pi, log_w), next_q))


@mutant(
    "optimality_target",
    "optimality_target_is_backup",
    "optimality_target_meets_value",
    "evaluation_at_most_optimality",
    "evaluation_is_optimality_at_boltzmann",
)
def backup_of_mellowmax(reward, discount, next_q, alpha, log_w=None):
    """A mean over actions where a sum is meant."""
    count = np.asarray(alpha, next_q.dtype) * np.log(next_q.shape[-1]).astype(next_q.dtype)
    return right.soft_q_target(reward, discount, right.soft_value(next_q, alpha, log_w) - count)


@mutant("optimality_target", "optimality_target_is_backup", "optimality_target_contracts")
def optimality_without_discount(reward, discount, next_q, alpha, log_w=None):
    """r + V(s'): gamma and the terminal mask missing."""
    return reward + right.soft_value(next_q, alpha, log_w)


@mutant("optimality_target", "optimality_target_is_backup", "optimality_target_contracts")
def termination_forgotten(reward, discount, next_q, alpha, log_w=None):
    """gamma = 0.99 in the code; the end of the episode never reaches it."""
    return reward + np.asarray(0.99, next_q.dtype) * right.soft_value(next_q, alpha, log_w)


@mutant("optimality_target", "optimality_target_shift", "optimality_target_scaling")
def alpha_missing_from_target(reward, discount, next_q, alpha, log_w=None):
    """r + gamma log sum exp(Q / alpha)."""
    return right.soft_q_target(reward, discount, right.log_partition(next_q, alpha, log_w))


@mutant("optimality_target", "optimality_target_is_backup", "optimality_target_meets_value")
def mask_missing_from_target(reward, discount, next_q, alpha, log_w=None):
    """The actions of the next state unmasked."""
    return right.optimality_target(reward, discount, next_q, alpha)


@mutant("optimality_target", "terminal_optimality_target")
def terminal_state_without_actions(reward, discount, next_q, alpha, log_w=None):
    """r + 0 * V as it stands: NaN where the final state has no action."""
    return reward + discount * right.soft_value(next_q, alpha, log_w)


@mutant(
    "optimality_target",
    "terminal_optimality_target",
    "optimality_target_monotone",
    "optimality_target_contracts",
)
def bonus_at_time_t(reward, discount, next_q, alpha, log_w=None):
    """The entropy bonus added to Q_t: alpha H outside the discount."""
    bonus = np.asarray(alpha, next_q.dtype) * right.boltzmann_entropy(next_q, alpha, log_w)
    value = right.soft_value(next_q, alpha, log_w) - bonus
    return reward + bonus + discount * value


@mutant("optimality_target", "optimality_target_is_backup", "optimality_target_by_state")
def best_state_of_the_batch(reward, discount, next_q, alpha, log_w=None):
    """The values of the batch mixed up: each target takes the largest."""
    value = right.soft_value(next_q, alpha, log_w)
    return right.soft_q_target(reward, discount, np.full_like(value, np.max(value)))


@mutant("optimality_target", "optimality_target_is_backup", "optimality_target_scaling")
def target_clipped(reward, discount, next_q, alpha, log_w=None):
    """Targets clipped to [-10, 10]."""
    return np.clip(right.optimality_target(reward, discount, next_q, alpha, log_w), -10, 10)


@mutant("optimality_target", "terminal_optimality_target", "optimality_target_scaling")
def reward_divided_by_alpha(reward, discount, next_q, alpha, log_w=None):
    """Reward scaling half done: r / alpha, Q as it is."""
    return right.optimality_target(reward / alpha, discount, next_q, alpha, log_w)


@mutant("optimality_target", "optimality_target_monotone", "optimality_target_shift")
def next_value_subtracted(reward, discount, next_q, alpha, log_w=None):
    """r - gamma V: a sign lost in a refactoring."""
    return right.optimality_target(reward, -discount, next_q, alpha, log_w)


@mutant(
    "evaluation_target",
    "evaluation_target_is_backup",
    "evaluation_target_meets_policy_value",
    "evaluation_is_optimality_at_boltzmann",
)
def evaluation_without_bonus(reward, discount, next_log_pi, next_q, alpha, log_w=None):
    """r + gamma E_pi[Q]: expected Sarsa, reward-only."""
    return right.soft_q_target(reward, discount, expected(probabilities(next_log_pi, log_w), next_q))


@mutant("evaluation_target", "terminal_evaluation_target", "evaluation_at_most_optimality")
def evaluation_bonus_at_time_t(reward, discount, next_log_pi, next_q, alpha, log_w=None):
    """r + alpha H + gamma E_pi[Q]: the bonus of the next state not discounted."""
    bonus = np.asarray(alpha, next_q.dtype) * right.entropy(next_log_pi, log_w)
    return reward + bonus + discount * expected(probabilities(next_log_pi, log_w), next_q)


@mutant("evaluation_target", "evaluation_target_is_backup", "evaluation_target_meets_policy_value")
def evaluation_improves(reward, discount, next_log_pi, next_q, alpha, log_w=None):
    """(2) where (1) is asked for, as the note's second "=" has it."""
    return right.optimality_target(reward, discount, next_q, alpha, log_w)


@mutant("evaluation_target", "evaluation_target_is_backup", "evaluation_target_meets_policy_value")
def evaluation_without_alpha(reward, discount, next_log_pi, next_q, alpha, log_w=None):
    """r + gamma E_pi[Q - log pi]."""
    return right.evaluation_target(reward, discount, next_log_pi, next_q, np.ones_like(alpha), log_w)


@mutant("evaluation_target", "evaluation_target_is_backup", "evaluation_target_shift")
def evaluation_of_its_own_policy(reward, discount, next_log_pi, next_q, alpha, log_w=None):
    """The policy recomputed from Q, without its bonus: not monotone, no contraction."""
    return backup_of_boltzmann_average.bug(reward, discount, next_q, alpha, log_w)


@mutant(
    "evaluation_target",
    "terminal_evaluation_target",
    "evaluation_target_contracts",
    "evaluation_target_shift",
)
def evaluation_without_discount(reward, discount, next_log_pi, next_q, alpha, log_w=None):
    """r + V(s'): gamma and the terminal mask missing."""
    return reward + right.policy_value(next_log_pi, next_q, alpha, log_w)


@mutant(
    "evaluation_target",
    "evaluation_target_is_backup",
    "evaluation_target_meets_policy_value",
    "evaluation_is_optimality_at_boltzmann",
)
def evaluation_subtracts_bonus(reward, discount, next_log_pi, next_q, alpha, log_w=None):
    """r + gamma E_pi[Q + alpha log pi]."""
    return right.evaluation_target(reward, discount, next_log_pi, next_q, -np.asarray(alpha), log_w)


@mutant("q_loss", "loss_is_half_square")
def loss_without_half(q, action, target):
    """(Q - target)^2."""
    return 2 * right.q_loss(q, action, target)


@mutant("q_loss", "loss_is_half_square")
def absolute_loss(q, action, target):
    """|Q - target|."""
    return np.sqrt(2 * right.q_loss(q, action, target))


@mutant("q_loss", "loss_is_half_square", "loss_sees_taken_action")
def loss_of_greedy_action(q, action, target):
    """max Q where the action taken is meant."""
    return right.q_loss(q, np.argmax(q, axis=-1), target)


@mutant("q_loss", "loss_is_half_square", "loss_sees_taken_action")
def loss_over_all_actions(q, action, target):
    """Every action pulled to the target of one."""
    return np.mean((q - target[..., None]) ** 2 / 2, axis=-1)


@mutant("q_loss", "loss_is_half_square")
def loss_of_one_squeezed(q, action, target):
    """gather, then squeeze: the loss of a batch of one has no axis."""
    return np.squeeze(right.q_loss(q, action, target))


@mutant("q_loss", "loss_is_half_square")
def loss_reduced(q, action, target):
    """The mean taken inside."""
    return np.mean(right.q_loss(q, action, target))


@mutant("evaluation_target", "evaluation_target_is_backup", "evaluation_target_monotone")
def policy_value_subtracted(reward, discount, next_log_pi, next_q, alpha, log_w=None):
    """r - gamma V(s'): a sign lost in a refactoring."""
    return right.evaluation_target(reward, -discount, next_log_pi, next_q, alpha, log_w)
