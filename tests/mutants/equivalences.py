"""Wrong sides of the equivalences: a missing α, a gradient that flows where it must not, half a regulariser."""

from __future__ import annotations

import numpy as np
import reference as right

from .core import mutant


@mutant("soft_q_gradient", "soft_q_gradient_is_policy_and_value_gradient", "soft_q_gradient_is_weighted_error")
def gradient_through_the_sampling(q, target, alpha, log_w=None):
    """π differentiated too, though actions are drawn from it."""
    chance = right.probabilities(right.boltzmann_log_policy(q, alpha, log_w), log_w)
    error = (q - target) ** 2 / 2
    mean = right.expected(chance, error)[..., None]
    return chance * (q - target) + chance * (error - mean) / right.temperature(alpha, q)


@mutant("soft_q_gradient", "soft_q_gradient_is_weighted_error")
def gradient_without_weights(q, target, alpha, log_w=None):
    """Every action as likely as every other."""
    return (q - target) / q.shape[-1]


@mutant("policy_gradient", "policy_gradient_is_advantage", "soft_q_gradient_is_policy_and_value_gradient")
def policy_gradient_without_entropy(q, target, alpha, log_w=None):
    """The gradient of E_π[Q̂] alone."""
    chance = right.probabilities(right.boltzmann_log_policy(q, alpha, log_w), log_w)
    return chance * (target - right.expected(chance, target)[..., None]) / right.temperature(alpha, q)


@mutant("policy_gradient", "policy_gradient_is_advantage", "soft_q_gradient_is_policy_and_value_gradient")
def policy_gradient_in_logits(q, target, alpha, log_w=None):
    """The gradient in Q/α, taken for that in Q."""
    return right.policy_gradient(q, target, alpha, log_w) * right.temperature(alpha, q)


@mutant("value_gradient", "value_gradient_is_value_error", "soft_q_gradient_is_policy_and_value_gradient")
def value_gradient_of_rewards(q, target, alpha, log_w=None):
    """V̂ without its entropy."""
    chance, _, _ = right.regularised(q, target, alpha, log_w)
    return chance * (right.soft_value(q, alpha, log_w) - right.expected(chance, target))[..., None]


@mutant("munchausen_backup", "munchausen_backup_is_definition", "munchausen_iteration_is_kl_regularised_iteration")
def munchausen_without_alpha(transition, reward, discount, q, alpha, share, log_w=None):
    """m log π where m α log π is meant."""
    bonus = share * right.boltzmann_log_policy(q, alpha, log_w)
    return right.optimality_backup(transition, reward, discount, q, alpha, log_w) + bonus


@mutant("munchausen_backup", "munchausen_backup_is_definition", "munchausen_iteration_is_kl_regularised_iteration")
def munchausen_of_mean_q(transition, reward, discount, q, alpha, share, log_w=None):
    """E_π[Q] at the next state: its entropy left out."""
    log_pi = right.boltzmann_log_policy(q, alpha, log_w)
    ahead = right.expected_next(transition, discount, right.policy_value(log_pi, q, 0 * alpha, log_w))
    return reward + share * right.temperature(alpha, q) * log_pi + ahead


@mutant(
    "kl_regularised_backup",
    "munchausen_iteration_is_kl_regularised_iteration",
    "kl_regularised_maximum_is_attained",
)
def entropy_in_full_beside_the_divergence(transition, reward, discount, q, log_prior, alpha, share, log_w=None):
    """α H where (1 - m) α H is meant."""
    hotter = np.asarray(alpha * (1 + share), q.dtype)
    tilted = q + share * right.temperature(alpha, q) * log_prior
    return right.optimality_backup(transition, reward, discount, tilted.astype(q.dtype), hotter, log_w)


@mutant("kl_regularised_backup", "kl_regularised_backup_is_a_maximum", "kl_regularised_maximum_is_attained")
def divergence_counted_twice(transition, reward, discount, q, log_prior, alpha, share, log_w=None):
    """2m for m."""
    return right.kl_regularised_backup(transition, reward, discount, q, 2 * log_prior, alpha, share, log_w)


@mutant("logit_choice_q", "logit_choice_is_soft_control", "logit_choice_expects_the_best_of_shocks")
def shocks_without_a_mean(transition, reward, discount, alpha):
    """Euler's constant forgotten."""
    return right.optimal_q(transition, reward, discount, alpha)


@mutant("logit_choice_q", "logit_choice_expects_the_best_of_shocks", "logit_choice_is_soft_control")
def shocks_of_unit_scale(transition, reward, discount, alpha):
    """Euler's constant without α."""
    more = right.EULER * right.expected_next(transition, discount, np.ones_like(reward[:, 0]))
    return right.optimal_q(transition, (reward + more).astype(reward.dtype), discount, alpha)
