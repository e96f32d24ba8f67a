"""Wrong soft values, mellowmaxes, energies and partition functions."""

from __future__ import annotations

import numpy as np
import reference as right
from reference import expected, log_masses, log_sum_exp, log_weights, probabilities, temperature

from .core import mutant


@mutant("soft_value", "value_at_least_max", "value_grows_with_temperature", "value_masked_is_removed")
def mean_for_sum(q, alpha, log_w=None):
    """log mean exp: mellowmax under the name of V."""
    return right.soft_value(q, alpha, log_w) - np.asarray(alpha, q.dtype) * np.log(q.shape[-1])


@mutant("soft_value", "value_is_log_partition", "value_scaling")
def value_without_alpha(q, alpha, log_w=None):
    """log Z, alpha forgotten in front."""
    return log_sum_exp(log_masses(q, alpha, log_w))


@mutant("soft_value", "value_is_log_partition")
def batch_of_one_squeezed(q, alpha, log_w=None):
    """Every axis of length one squeezed away: a batch of one state is no batch."""
    return np.squeeze(right.soft_value(q, alpha, log_w))


@mutant("soft_value", "value_scaling", "value_grows_with_temperature")
def alpha_is_beta(q, alpha, log_w=None):
    """The temperature used as its inverse."""
    return right.soft_value(q, 1 / np.asarray(alpha, q.dtype), log_w)


@mutant("soft_value", "value_is_log_partition", "value_weight_shift")
def hard_maximum(q, alpha, log_w=None):
    """max Q: ordinary Q-learning."""
    return np.max(np.where(log_weights(q, log_w) == -np.inf, -np.inf, q), axis=-1)


@mutant("soft_value", "value_is_log_partition", "value_monotone")
def boltzmann_average(q, alpha, log_w=None):
    """sum pi Q, the other thing called softmax: V less alpha H."""
    return expected(probabilities(right.boltzmann_log_policy(q, alpha, log_w), log_w), q)


@mutant("soft_value", "value_masked_is_removed", "value_ignores_masked")
def value_without_measure(q, alpha, log_w=None):
    """log_w accepted and ignored."""
    return right.soft_value(q, alpha)


@mutant("soft_value", "value_is_log_partition", "value_weight_shift")
def weights_as_rewards(q, alpha, log_w=None):
    """log_w added to Q rather than to Q / alpha."""
    return right.soft_value(
        np.where(log_weights(q, log_w) == -np.inf, -np.inf, q + log_weights(q, log_w)), alpha
    )


@mutant("soft_value", "value_at_least_max", "value_grows_with_temperature", "value_weight_shift")
def weights_normalised(q, alpha, log_w=None):
    """The measure silently made a probability."""
    weight = log_weights(q, log_w)
    return right.soft_value(q, alpha, weight - log_sum_exp(weight)[..., None])


@mutant("soft_value", "value_masked_is_removed", "value_of_no_action")
def mask_is_minus_ten_thousand(q, alpha, log_w=None):
    """Masked actions given Q = -1e4 instead of no weight."""
    weight = log_weights(q, log_w)
    return right.soft_value(
        np.where(weight == -np.inf, -1e4, q), alpha, np.where(weight == -np.inf, 0, weight)
    )


@mutant("soft_value", "value_cold_limit", "value_ignores_masked")
def maximum_sees_masked(q, alpha, log_w=None):
    """The shift is the maximum over every slot, masked ones too."""
    x = q / temperature(alpha, q)
    top = np.max(x, axis=-1)
    total = np.sum(np.exp(log_weights(q, log_w)) * np.exp(x - top[..., None]), axis=-1)
    return np.asarray(alpha, q.dtype) * (top + np.log(total))


@mutant("soft_value", "value_shift", "value_lipschitz")
def no_maximum_shift(q, alpha, log_w=None):
    """log(sum(exp(Q / alpha))) as it stands, which overflows."""
    return np.asarray(alpha, q.dtype) * np.log(np.sum(np.exp(log_masses(q, alpha, log_w)), axis=-1))


@mutant("soft_value", "value_is_log_partition", "value_at_most_max", "value_cold_limit", "value_duplicate")
def safe_logarithm(q, alpha, log_w=None):
    """log(Z + 1e-6)."""
    x = log_masses(q, alpha, log_w)
    top = np.max(x, axis=-1)
    return np.asarray(alpha, q.dtype) * (top + np.log(np.sum(np.exp(x - top[..., None]), axis=-1) + 1e-6))


@mutant("soft_value", "value_cold_limit", "value_of_nan")
def one_maximum_for_the_batch(q, alpha, log_w=None):
    """The shift is the maximum over the batch, so poor states underflow."""
    x = log_masses(q, alpha, log_w)
    return np.asarray(alpha, q.dtype) * (np.max(x) + np.log(np.sum(np.exp(x - np.max(x)), axis=-1)))


@mutant("soft_value", "value_lipschitz", "energy_gives_value")
def keeps_the_action_axis(q, alpha, log_w=None):
    """keepdims left on."""
    return right.soft_value(q, alpha, log_w)[..., None]


@mutant("soft_value", "value_of_no_action")
def no_action_is_nan(q, alpha, log_w=None):
    """-inf - (-inf) where nothing is allowed."""
    x = log_masses(q, alpha, log_w)
    top = np.max(x, axis=-1)
    return np.asarray(alpha, q.dtype) * (top + np.log(np.sum(np.exp(x - top[..., None]), axis=-1)))


@mutant("soft_value", "value_of_no_action", "value_of_nan")
def no_action_is_zero(q, alpha, log_w=None):
    """nan_to_num: a state without actions is worth 0."""
    return np.nan_to_num(no_action_is_nan.bug(q, alpha, log_w), neginf=0.0)


@mutant("soft_value", "value_weight_shift", "value_by_state")
def one_temperature_for_the_batch(q, alpha, log_w=None):
    """The mean alpha used in every state."""
    return right.soft_value(q, np.mean(alpha, dtype=q.dtype), log_w)


@mutant("soft_value", "value_of_nan")
def nan_skipped(q, alpha, log_w=None):
    """nansum: a diverged action counts as absent."""
    return right.soft_value(np.where(np.isnan(q), -np.inf, q), alpha, log_w)


@mutant("soft_value", "value_shift", "value_convex")
def exponent_clipped(q, alpha, log_w=None):
    """Q / alpha clipped to [-20, 20] against overflow."""
    return right.soft_value(temperature(alpha, q) * np.clip(q / temperature(alpha, q), -20, 20), alpha, log_w)


@mutant("soft_value", "value_at_most_max", "value_permutation", "value_duplicate")
def streaming_forgets_to_rescale(q, alpha, log_w=None):
    """A running log-sum-exp that keeps the old sum when the maximum rises."""
    x = log_masses(q, alpha, log_w)
    top, total = x[..., 0], np.ones(x.shape[:-1], x.dtype)
    for a in range(1, x.shape[-1]):
        new = np.maximum(top, x[..., a])
        total = total + np.exp(x[..., a] - np.where(np.isneginf(new), 0, new))
        top = new
    return np.asarray(alpha, q.dtype) * (top + np.log(total))


@mutant(
    "soft_value",
    "value_is_log_partition",
    "value_is_scaled_log_partition",
    "value_duplicate",
    "policy_value_at_most_value",
)
def two_best_actions(q, alpha, log_w=None):
    """Only the two best actions counted."""
    x = np.sort(log_masses(q, alpha, log_w), axis=-1)[..., -2:]
    return np.asarray(alpha, q.dtype) * log_sum_exp(x)


@mutant("soft_value", "value_is_log_partition", "value_is_scaled_log_partition")
def equal_actions_merged(q, alpha, log_w=None):
    """Actions of equal Q counted once."""
    x = np.sort(log_masses(q, alpha, log_w), axis=-1)
    x[..., 1:] = np.where(x[..., 1:] == x[..., :-1], -np.inf, x[..., 1:])
    return np.asarray(alpha, q.dtype) * log_sum_exp(x)


@mutant("soft_value", "value_cold_limit", "optimality_target_meets_value")
def temperature_floor(q, alpha, log_w=None):
    """alpha clamped to at least 0.01."""
    return right.soft_value(q, np.maximum(alpha, 0.01).astype(q.dtype), log_w)


@mutant("soft_value", "value_scaling", "value_convex", "value_by_state")
def half_precision(q, alpha, log_w=None):
    """Computed in float16 on the way."""
    return right.soft_value(q.astype(np.float16).astype(q.dtype), alpha, log_w)


@mutant("soft_value", "value_at_most_max", "value_shift")
def padding_action(q, alpha, log_w=None):
    """A padding slot of Q = 0 counted as an action."""
    x = log_masses(q, alpha, log_w)
    return np.asarray(alpha, q.dtype) * log_sum_exp(np.concatenate([x, np.zeros_like(x[..., :1])], axis=-1))


@mutant("soft_value", "value_permutation", "value_masked_is_removed")
def last_action_lost(q, alpha, log_w=None):
    """A range that stops one action early."""
    x = log_masses(q, alpha, log_w)
    return np.asarray(alpha, q.dtype) * log_sum_exp(x[..., :-1] if x.shape[-1] > 1 else x)


@mutant("soft_value", "value_at_least_max", "value_cold_limit")
def taylor_value(q, alpha, log_w=None):
    """mean Q + alpha log n: the expansion at high temperature used everywhere."""
    chance = probabilities(np.zeros_like(q), log_w)
    return np.sum(chance * np.where(chance > 0, q, 0), axis=-1) / np.sum(chance, axis=-1) + np.asarray(
        alpha, q.dtype
    ) * np.log(np.sum(chance, axis=-1))


@mutant("soft_value", "value_monotone", "value_convex", "value_lipschitz")
def bonus_subtracted(q, alpha, log_w=None):
    """E[Q] - alpha H: the bonus subtracted."""
    entropy = right.boltzmann_entropy(q, alpha, log_w)
    return right.soft_value(q, alpha, log_w) - 2 * np.asarray(alpha, q.dtype) * entropy


@mutant("log_partition", "log_partition_is_log_sum", "value_is_scaled_log_partition")
def partition_in_reward_units(q, alpha, log_w=None):
    """V returned for log Z."""
    return right.soft_value(q, alpha, log_w)


@mutant("log_partition", "log_partition_is_log_sum", "value_is_scaled_log_partition")
def alpha_and_partition_swapped(q, alpha, log_w=None):
    """The note's slip: exp(Q / Z) / alpha where exp(Q / alpha) / Z is meant."""
    return log_sum_exp(log_masses(q, np.ones_like(alpha), log_w)) - np.log(np.asarray(alpha, q.dtype))


@mutant(
    "mellowmax",
    "mellowmax_at_least_mean",
    "mellowmax_hot_limit",
    "mellowmax_at_most_max",
    "mellowmax_nonexpansion",
)
def mellowmax_without_alpha(q, alpha):
    """log mean exp(Q / alpha), alpha forgotten in front."""
    return right.mellowmax(q, alpha) / np.asarray(alpha, q.dtype)


@mutant(
    "mellowmax",
    "mellowmax_is_log_mean",
    "mellowmax_is_value_minus_log_count",
    "mellowmax_hot_limit",
    "mellowmax_at_most_max",
    "mellowmax_falls_with_temperature",
)
def mellowmax_sums(q, alpha):
    """log-sum-exp under the name of mellowmax."""
    return right.soft_value(q, alpha)


@mutant("mellowmax", "mellowmax_at_least_mean", "mellowmax_at_most_max", "mellowmax_falls_with_temperature")
def mellowmax_count_without_alpha(q, alpha):
    """V - log n."""
    return right.soft_value(q, alpha) - np.log(q.shape[-1]).astype(q.dtype)


@mutant(
    "mellowmax",
    "mellowmax_is_log_mean",
    "mellowmax_is_value_minus_log_count",
    "mellowmax_hot_limit",
    "mellowmax_falls_with_temperature",
)
def mellowmax_of_omega(q, alpha):
    """omega, an inverse temperature, taken for alpha."""
    return right.mellowmax(q, 1 / np.asarray(alpha, q.dtype))


@mutant("mellowmax", "mellowmax_is_log_mean", "mellowmax_is_value_minus_log_count")
def mellowmax_is_average(q, alpha):
    """The Boltzmann average, which is no non-expansion."""
    return expected(right.boltzmann_policy(q, alpha), q)


@mutant("mellowmax", "mellowmax_is_log_mean", "mellowmax_is_value_minus_log_count")
def mellowmax_is_mean(q, alpha):
    """The limit of high temperature used everywhere."""
    return np.mean(q, axis=-1)


@mutant("energy", "energy_is_minus_q", "energy_gives_value")
def energy_sign(q, alpha):
    """E = Q / alpha: the best action has the highest energy."""
    return q / temperature(alpha, q)


@mutant("energy", "energy_is_minus_q", "energy_gives_value")
def energy_without_alpha(q, alpha):
    """E = -Q."""
    return -q
