"""Wrong Boltzmann policies, advantages, entropies, divergences and policy values."""

from __future__ import annotations

import numpy as np
import reference as right
from reference import expected, log_masses, log_sum_exp, log_weights, probabilities, temperature

from .core import mutant

# The Boltzmann policy


@mutant("boltzmann_log_policy", "log_policy_is_boltzmann", "log_policy_of_no_action")
def logarithm_of_softmax(q, alpha, log_w=None):
    """log(softmax(.)): -inf at confident policies."""
    x = log_masses(q, alpha, log_w)
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return np.log(e / np.sum(e, axis=-1, keepdims=True)) - np.where(np.isneginf(x), 0, log_weights(q, log_w))


@mutant("boltzmann_log_policy", "log_policy_finite", "log_policy_ignores_masked")
def logarithm_with_epsilon(q, alpha, log_w=None):
    """log(pi + 1e-8)."""
    return np.log(right.boltzmann_policy(q, alpha, log_w) + np.asarray(1e-8, q.dtype))


@mutant("boltzmann_log_policy", "log_policy_weight_shift", "log_policy_duplicate")
def mass_for_density(q, alpha, log_w=None):
    """log(w pi), a probability, where a density against w is asked for."""
    return right.boltzmann_log_policy(q, alpha, log_w) + log_weights(q, log_w)


@mutant("boltzmann_log_policy", "log_policy_is_boltzmann", "log_policy_meets_value", "log_policy_scaling")
def policy_at_temperature_one(q, alpha, log_w=None):
    """log_softmax(Q): alpha ignored."""
    return right.boltzmann_log_policy(q, np.ones_like(alpha), log_w)


@mutant("boltzmann_log_policy", "log_policy_meets_value", "log_policy_shift", "log_policy_scaling")
def policy_times_alpha(q, alpha, log_w=None):
    """log_softmax(alpha Q)."""
    return right.boltzmann_log_policy(q, 1 / np.asarray(alpha, q.dtype), log_w)


@mutant("boltzmann_log_policy", "log_policy_by_state", "log_policy_of_nan")
def normalised_over_the_batch(q, alpha, log_w=None):
    """One partition function for all states."""
    x = log_masses(q, alpha, log_w)
    return np.where(np.isneginf(x), -np.inf, q / temperature(alpha, q) - log_sum_exp(x.reshape(-1)))


@mutant(
    "boltzmann_log_policy",
    "log_policy_is_boltzmann",
    "log_policy_finite",
    "log_policy_weight_shift",
    "log_policy_ignores_masked",
    "log_policy_of_no_action",
)
def masked_is_unlikely(q, alpha, log_w=None):
    """Masked actions get log pi = -1e9 instead of -inf."""
    return np.maximum(right.boltzmann_log_policy(q, alpha, log_w), -1e9)


@mutant("boltzmann_log_policy", "log_policy_is_boltzmann", "log_policy_finite", "log_policy_ignores_masked")
def masked_keeps_its_value(q, alpha, log_w=None):
    """The mask enters the normaliser but not the answer."""
    return q / temperature(alpha, q) - log_sum_exp(log_masses(q, alpha, log_w))[..., None]


@mutant("boltzmann_log_policy", "log_policy_shift", "log_policy_of_nan")
def normaliser_forgotten(q, alpha, log_w=None):
    """Q / alpha."""
    return np.where(log_weights(q, log_w) == -np.inf, -np.inf, q / temperature(alpha, q))


@mutant("boltzmann_log_policy", "log_policy_weight_shift", "log_policy_duplicate")
def normaliser_without_weights(q, alpha, log_w=None):
    """(Q - V) / alpha with V over counting measure."""
    exists = log_weights(q, log_w) != -np.inf
    return np.where(exists, right.boltzmann_log_policy(np.where(exists, q, -np.inf), alpha), -np.inf)


@mutant("boltzmann_log_policy", "log_policy_is_boltzmann", "log_policy_permutation")
def sorted_and_not_put_back(q, alpha, log_w=None):
    """Probabilities in the order of Q, not of the actions."""
    return np.sort(right.boltzmann_log_policy(q, alpha, log_w), axis=-1)


@mutant("boltzmann_log_policy", "log_policy_scaling", "log_policy_duplicate")
def first_of_ties_preferred(q, alpha, log_w=None):
    """A nudge to the first greedy action."""
    nudge = np.arange(q.shape[-1]) == np.argmax(q, axis=-1)[..., None]
    return right.boltzmann_log_policy(q + np.where(nudge, 0.01, 0).astype(q.dtype), alpha, log_w)


@mutant("boltzmann_log_policy", "log_policy_of_nan")
def diverged_is_zero(q, alpha, log_w=None):
    """nan_to_num on Q."""
    return right.boltzmann_log_policy(np.where(np.isnan(q), 0, q), alpha, log_w)


@mutant("boltzmann_log_policy", "log_policy_of_no_action")
def log_policy_of_no_action_is_nan(q, alpha, log_w=None):
    """A state without actions divides 0 by 0."""
    return right.boltzmann_log_policy(q, alpha, log_w) + 0 * right.soft_value(q, alpha, log_w)[..., None]


@mutant("boltzmann_log_policy", "log_policy_by_state", "divergence_to_boltzmann_meets_divergence")
def one_policy_temperature_for_the_batch(q, alpha, log_w=None):
    """The first state's alpha used in every state."""
    return right.boltzmann_log_policy(q, np.ravel(alpha)[0], log_w)


@mutant("boltzmann_log_policy", "log_policy_meets_value", "log_policy_shift", "divergence_at_boltzmann")
def logits_clipped(q, alpha, log_w=None):
    """Logits clipped to [-10, 10]."""
    clipped = temperature(alpha, q) * np.clip(q / temperature(alpha, q), -10, 10)
    return right.boltzmann_log_policy(clipped, alpha, log_w)


@mutant(
    "boltzmann_policy",
    "policy_is_boltzmann",
    "policy_is_exp_of_log_policy",
    "policy_of_no_action",
    "policy_is_slope_of_value",
)
def greedy_policy(q, alpha, log_w=None):
    """One-hot at the maximum."""
    best = np.where(log_weights(q, log_w) == -np.inf, -np.inf, q)
    return (np.arange(q.shape[-1]) == np.argmax(best, axis=-1)[..., None]).astype(q.dtype)


@mutant("boltzmann_policy", "policy_is_boltzmann", "policy_nonnegative")
def proportional_to_value(q, alpha, log_w=None):
    """pi proportional to Q, not to exp Q: negative where Q is."""
    return q / np.sum(q, axis=-1, keepdims=True)


@mutant(
    "boltzmann_policy",
    "policy_is_boltzmann",
    "policy_normalised",
    "policy_is_exp_of_log_policy",
    "policy_of_no_action",
    "policy_is_slope_of_value",
)
def epsilon_greedy_floor(q, alpha, log_w=None):
    """One per cent of uniform mixed in."""
    return (0.99 * right.boltzmann_policy(q, alpha, log_w) + 0.01 / q.shape[-1]).astype(q.dtype)


@mutant("boltzmann_policy", "policy_is_boltzmann", "policy_normalised")
def probability_for_density(q, alpha, log_w=None):
    """w pi where pi is asked for."""
    return right.boltzmann_policy(q, alpha, log_w) * np.exp(log_weights(q, log_w))


@mutant(
    "boltzmann_policy",
    "policy_is_boltzmann",
    "policy_normalised",
    "policy_is_exp_of_log_policy",
    "policy_is_slope_of_value",
)
def weights_without_normaliser(q, alpha, log_w=None):
    """exp((Q - max Q) / alpha), not divided by its sum."""
    x = log_masses(q, alpha, log_w)
    return np.exp(x - np.max(x, axis=-1, keepdims=True))


@mutant("boltzmann_policy", "policy_is_boltzmann", "policy_normalised")
def policy_clipped(q, alpha, log_w=None):
    """Probabilities clipped to at least 1e-6."""
    return np.clip(right.boltzmann_policy(q, alpha, log_w), np.asarray(1e-6, q.dtype), None)


@mutant("boltzmann_policy", "policy_of_no_action")
def uniform_where_nothing_is_allowed(q, alpha, log_w=None):
    """A state without actions gets the uniform policy."""
    policy = right.boltzmann_policy(q, alpha, log_w)
    empty = np.all(policy == 0, axis=-1, keepdims=True)
    return np.where(empty, np.asarray(1 / q.shape[-1], q.dtype), policy)


# The advantage


@mutant(
    "soft_advantage", "advantage_is_q_minus_value", "advantage_is_scaled_log_policy", "advantage_of_no_action"
)
def advantage_over_maximum(q, alpha, log_w=None):
    """Q - max Q."""
    exists = log_weights(q, log_w) != -np.inf
    best = np.where(exists, q, -np.inf)
    return best - np.max(best, axis=-1, keepdims=True)


@mutant("soft_advantage", "advantage_ignores_masked", "advantage_of_no_action")
def advantage_over_mean(q, alpha, log_w=None):
    """Q - mean Q, as in a duelling network."""
    return q - np.mean(q, axis=-1, keepdims=True)


@mutant("soft_advantage", "advantage_is_q_minus_value", "advantage_is_scaled_log_policy")
def advantage_over_average(q, alpha, log_w=None):
    """Q - E_pi[Q]: the baseline without its entropy."""
    log_pi = right.boltzmann_log_policy(q, alpha, log_w)
    return np.where(np.isneginf(log_pi), -np.inf, q - expected(probabilities(log_pi, log_w), q)[..., None])


@mutant("soft_advantage", "advantage_is_q_minus_value", "advantage_is_scaled_log_policy")
def advantage_without_alpha(q, alpha, log_w=None):
    """log pi."""
    return right.boltzmann_log_policy(q, alpha, log_w)


@mutant("soft_advantage", "advantage_is_q_minus_value", "advantage_ignores_masked")
def masked_advantage_from_junk(q, alpha, log_w=None):
    """Q - V in masked slots too."""
    return q - right.soft_value(q, alpha, log_w)[..., None]


@mutant("soft_advantage", "advantage_of_no_action")
def advantage_of_no_action_is_zero(q, alpha, log_w=None):
    """nan_to_num where nothing is allowed."""
    advantage = right.soft_advantage(q, alpha, log_w)
    return np.where(np.all(np.isneginf(advantage), axis=-1, keepdims=True), 0, advantage)


# Entropy


@mutant(
    "boltzmann_entropy",
    "boltzmann_entropy_is_entropy",
    "boltzmann_entropy_meets_entropy",
    "boltzmann_entropy_bounds",
    "entropy_is_slope_of_value",
    "value_splits",
)
def entropy_with_epsilon(q, alpha, log_w=None):
    """-sum pi log(pi + 1e-3)."""
    policy = right.boltzmann_policy(q, alpha, log_w)
    return expected(probabilities(np.log(policy), log_w), -np.log(policy + np.asarray(1e-3, q.dtype)))


@mutant(
    "boltzmann_entropy",
    "boltzmann_entropy_is_entropy",
    "boltzmann_entropy_meets_entropy",
    "boltzmann_entropy_bounds",
    "entropy_is_slope_of_value",
    "value_splits",
)
def entropy_in_bits(q, alpha, log_w=None):
    """log2 for log."""
    return right.boltzmann_entropy(q, alpha, log_w) / np.log(2).astype(q.dtype)


@mutant("boltzmann_entropy", "boltzmann_entropy_is_entropy", "boltzmann_entropy_meets_entropy")
def entropy_times_alpha(q, alpha, log_w=None):
    """The bonus alpha H where H is asked for."""
    return np.asarray(alpha, q.dtype) * right.boltzmann_entropy(q, alpha, log_w)


@mutant("boltzmann_entropy", "boltzmann_entropy_is_entropy", "boltzmann_entropy_meets_entropy")
def entropy_of_masses(q, alpha, log_w=None):
    """-sum (w pi) log(w pi): the measure counted inside the logarithm."""
    chance = probabilities(right.boltzmann_log_policy(q, alpha, log_w), log_w)
    return expected(chance, -np.log(np.where(chance > 0, chance, 1)))


@mutant("boltzmann_entropy", "boltzmann_entropy_is_entropy", "entropy_of_no_action")
def entropy_from_its_own_softmax(q, alpha, log_w=None):
    """pi log pi from the probabilities: 0 log 0 is NaN where they underflow."""
    policy = right.boltzmann_policy(q, alpha, log_w)
    return -np.sum(np.exp(log_weights(q, log_w)) * policy * np.log(policy), axis=-1)


@mutant(
    "boltzmann_entropy",
    "boltzmann_entropy_is_entropy",
    "boltzmann_entropy_meets_entropy",
    "boltzmann_entropy_bounds",
    "entropy_is_slope_of_value",
    "value_splits",
)
def entropy_sign(q, alpha, log_w=None):
    """sum pi log pi."""
    return -right.boltzmann_entropy(q, alpha, log_w)


@mutant("boltzmann_entropy", "entropy_of_no_action")
def entropy_of_no_action_is_log_count(q, alpha, log_w=None):
    """A state without actions gets the entropy of the uniform policy."""
    empty = np.isneginf(right.soft_value(q, alpha, log_w))
    return np.where(empty, np.log(q.shape[-1]), right.boltzmann_entropy(q, alpha, log_w)).astype(q.dtype)


@mutant("entropy", "entropy_nonnegative", "entropy_at_most_log_count", "entropy_by_state")
def zero_log_zero(log_pi, log_w=None):
    """pi log pi as it stands: NaN where pi is 0."""
    return -np.sum(np.exp(log_weights(log_pi, log_w)) * np.exp(log_pi) * log_pi, axis=-1)


@mutant("entropy", "entropy_is_expected_surprise", "entropy_at_most_log_count", "entropy_of_another_unit")
def surprise_in_bits(log_pi, log_w=None):
    """log2 for log."""
    return right.entropy(log_pi, log_w) / np.log(2).astype(log_pi.dtype)


@mutant("entropy", "entropy_of_another_unit", "policy_value_splits")
def entropy_without_measure(log_pi, log_w=None):
    """-sum pi log pi over the points, not against w."""
    return right.entropy(log_pi)


@mutant("entropy", "entropy_is_expected_surprise", "entropy_of_another_unit")
def entropy_as_mean(log_pi, log_w=None):
    """Mean over the actions instead of the sum."""
    return right.entropy(log_pi, log_w) / np.asarray(log_pi.shape[-1], log_pi.dtype)


@mutant("entropy", "entropy_is_expected_surprise", "entropy_nonnegative")
def negative_entropy(log_pi, log_w=None):
    """sum pi log pi."""
    return -right.entropy(log_pi, log_w)


@mutant("entropy", "entropy_is_expected_surprise", "entropy_at_most_log_count")
def cross_entropy_with_uniform(log_pi, log_w=None):
    """-mean log pi: every action counted alike."""
    return -np.mean(np.where(np.isneginf(log_pi), 0, log_pi), axis=-1)


@mutant("entropy", "entropy_is_expected_surprise", "entropy_by_state")
def entropy_of_the_batch(log_pi, log_w=None):
    """The mean over states given to every state."""
    entropy = right.entropy(log_pi, log_w)
    return np.full_like(entropy, np.mean(entropy))


# Divergence


@mutant(
    "kl_divergence",
    "divergence_is_expected_log_ratio",
    "divergence_outside_support",
    "divergence_from_uniform",
)
def divergence_reversed(log_p, log_q, log_w=None):
    """KL(q || p)."""
    return right.kl_divergence(log_q, log_p, log_w)


@mutant("kl_divergence", "divergence_from_itself", "divergence_of_another_unit")
def cross_entropy(log_p, log_q, log_w=None):
    """-sum p log q: the entropy of p forgotten."""
    return expected(probabilities(log_p, log_w), -log_q)


@mutant("kl_divergence", "divergence_outside_support", "divergence_nonnegative")
def divergence_sign(log_p, log_q, log_w=None):
    """sum p (log q - log p)."""
    return -right.kl_divergence(log_p, log_q, log_w)


@mutant("kl_divergence", "divergence_nonnegative", "divergence_from_itself", "divergence_of_another_unit")
def divergence_zero_times_infinity(log_p, log_q, log_w=None):
    """p (log p - log q) as it stands: NaN where both are 0."""
    return np.sum(np.exp(log_weights(log_p, log_w) + log_p) * (log_p - log_q), axis=-1)


@mutant("kl_divergence", "divergence_outside_support")
def missing_support_forgiven(log_p, log_q, log_w=None):
    """Where q is 0 the term is dropped instead of infinite."""
    return right.kl_divergence(log_p, np.where(np.isneginf(log_q), log_p, log_q), log_w)


@mutant("kl_divergence", "divergence_nonnegative", "divergence_of_another_unit")
def divergence_without_measure(log_p, log_q, log_w=None):
    """Summed over the points, not against w."""
    return right.kl_divergence(log_p, log_q)


@mutant(
    "kl_divergence",
    "divergence_is_expected_log_ratio",
    "divergence_from_uniform",
    "divergence_to_boltzmann_meets_divergence",
)
def symmetric_divergence(log_p, log_q, log_w=None):
    """Half of KL both ways."""
    return (right.kl_divergence(log_p, log_q, log_w) + right.kl_divergence(log_q, log_p, log_w)) / 2


@mutant(
    "kl_divergence", "divergence_is_expected_log_ratio", "divergence_from_itself", "divergence_from_uniform"
)
def divergence_floor(log_p, log_q, log_w=None):
    """1e-3 added for stability."""
    return right.kl_divergence(log_p, log_q, log_w) + np.asarray(1e-3, log_p.dtype)


@mutant("kl_to_boltzmann", "divergence_to_boltzmann", "divergence_at_boltzmann", "variational_identity")
def alpha_lost_in_target(log_pi, q, alpha, log_w=None):
    """KL to softmax(Q), alpha lost as in the note."""
    return right.kl_to_boltzmann(log_pi, q, np.ones_like(alpha), log_w)


@mutant("kl_to_boltzmann", "divergence_to_boltzmann_nonnegative", "divergence_at_boltzmann")
def target_not_normalised(log_pi, q, alpha, log_w=None):
    """sum pi (log pi - Q / alpha): log Z ignored because it does not depend on pi."""
    return -right.policy_value(log_pi, q, alpha, log_w) / np.asarray(alpha, q.dtype)


@mutant(
    "kl_to_boltzmann",
    "divergence_to_boltzmann",
    "divergence_to_boltzmann_meets_divergence",
    "variational_identity",
)
def projection_reversed(log_pi, q, alpha, log_w=None):
    """KL(pi_Q || pi)."""
    return right.kl_divergence(right.boltzmann_log_policy(q, alpha, log_w), log_pi, log_w)


@mutant(
    "kl_to_boltzmann",
    "divergence_to_boltzmann",
    "divergence_to_boltzmann_meets_divergence",
    "variational_identity",
)
def divergence_in_reward_units(log_pi, q, alpha, log_w=None):
    """alpha KL."""
    return np.asarray(alpha, q.dtype) * right.kl_to_boltzmann(log_pi, q, alpha, log_w)


# V of a policy


@mutant(
    "policy_value", "policy_value_is_expectation", "value_is_policy_value_at_boltzmann", "policy_value_splits"
)
def bonus_forgotten(log_pi, q, alpha, log_w=None):
    """E_pi[Q]."""
    return expected(probabilities(log_pi, log_w), q)


@mutant("policy_value", "value_is_policy_value_at_boltzmann", "policy_value_at_most_value")
def bonus_without_alpha(log_pi, q, alpha, log_w=None):
    """E_pi[Q - log pi]."""
    return right.policy_value(log_pi, q, np.ones_like(alpha), log_w)


@mutant("policy_value", "policy_value_is_expectation", "value_is_policy_value_at_boltzmann")
def bonus_sign(log_pi, q, alpha, log_w=None):
    """E_pi[Q + alpha log pi]."""
    return right.policy_value(log_pi, q, -np.asarray(alpha, q.dtype), log_w)


@mutant("policy_value", "policy_value_is_expectation", "policy_value_splits")
def value_of_favourite_action(log_pi, q, alpha, log_w=None):
    """Q - alpha log pi at the likeliest action instead of its expectation."""
    best = np.argmax(log_pi, axis=-1)[..., None]
    soft = q - temperature(alpha, q) * log_pi
    return np.take_along_axis(soft, best, axis=-1)[..., 0]


@mutant("policy_value", "policy_value_is_expectation", "value_is_policy_value_at_boltzmann")
def policy_value_without_measure(log_pi, q, alpha, log_w=None):
    """Summed over the points, not against w."""
    exists = log_weights(q, log_w) != -np.inf
    return right.policy_value(np.where(exists, log_pi, -np.inf), q, alpha)


@mutant("policy_value", "policy_value_ignores_masked")
def expectation_meets_junk(log_pi, q, alpha, log_w=None):
    """pi Q as it stands: 0 times NaN in masked slots."""
    return np.sum(probabilities(log_pi, log_w) * q, axis=-1) + np.asarray(alpha, q.dtype) * right.entropy(
        log_pi, log_w
    )


@mutant("policy_value", "policy_value_at_most_value", "policy_value_ignores_masked", "policy_value_by_state")
def certain_policy_is_nan(log_pi, q, alpha, log_w=None):
    """pi (Q - alpha log pi) as it stands: NaN where pi is 0."""
    return np.sum(probabilities(log_pi, log_w) * (q - temperature(alpha, q) * log_pi), axis=-1)


@mutant("policy_value", "policy_value_is_expectation", "policy_value_by_state")
def one_bonus_for_the_batch(log_pi, q, alpha, log_w=None):
    """The mean alpha used in every state."""
    return right.policy_value(log_pi, q, np.mean(alpha, dtype=q.dtype), log_w)
