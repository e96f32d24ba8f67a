"""Wrong importance-sampling estimates and Langevin steps."""

from __future__ import annotations

import numpy as np
import reference as right
from reference import log_sum_exp, temperature

from .core import mutant


@mutant("importance_value", "boltzmann_proposal_has_no_variance", "importance_value_biased_low")
def estimate_sums(q, alpha, log_proposal):
    """Sum over the samples where the mean is meant."""
    return right.soft_value(q, alpha, -log_proposal)


@mutant("importance_value", "importance_value_is_log_mean", "importance_value_proposal_shift")
def proposal_forgotten(q, alpha, log_proposal):
    """log mean exp(Q / alpha), whatever the samples were drawn from."""
    return right.mellowmax(q, alpha)


@mutant("importance_value", "importance_value_is_log_mean", "uniform_proposal_over_all_actions")
def temperature_on_the_proposal(q, alpha, log_proposal):
    """(Q - log q) / alpha where Q / alpha - log q is meant."""
    return right.mellowmax(q - log_proposal, alpha)


@mutant("importance_value", "importance_value_is_log_mean", "importance_value_proposal_shift")
def proposal_sign(q, alpha, log_proposal):
    """Multiplied by the proposal instead of divided."""
    return right.importance_value(q, alpha, -log_proposal)


@mutant(
    "importance_value",
    "importance_value_is_log_mean",
    "uniform_proposal_over_all_actions",
    "importance_value_is_weighted_value",
    "importance_estimates_partition",
)
def mean_of_logarithms(q, alpha, log_proposal):
    """mean log where log mean is meant."""
    return np.asarray(alpha, q.dtype) * np.mean(q / temperature(alpha, q) - log_proposal, axis=-1)


@mutant("importance_value", "importance_value_is_log_mean", "importance_value_shift")
def self_normalised_average(q, alpha, log_proposal):
    """sum w Q / sum w: a Boltzmann average of the samples."""
    score = q / temperature(alpha, q) - log_proposal
    return np.sum(np.exp(score - log_sum_exp(score)[..., None]) * q, axis=-1)


@mutant(
    "importance_value",
    "importance_value_is_log_mean",
    "uniform_proposal_over_all_actions",
    "importance_value_is_weighted_value",
    "importance_estimates_partition",
    "importance_value_biased_low",
)
def best_sample(q, alpha, log_proposal):
    """The largest term instead of the mean."""
    return np.asarray(alpha, q.dtype) * np.max(q / temperature(alpha, q) - log_proposal, axis=-1)


@mutant(
    "importance_value",
    "importance_value_is_log_mean",
    "uniform_proposal_over_all_actions",
    "importance_value_is_weighted_value",
    "boltzmann_proposal_has_no_variance",
    "importance_value_biased_low",
)
def corrected_count(q, alpha, log_proposal):
    """N - 1 for N, as in a sample variance."""
    n = q.shape[-1]
    return right.importance_value(q, alpha, log_proposal) + np.asarray(alpha, q.dtype) * np.log(
        n / max(n - 1, 1)
    )


@mutant("importance_value", "importance_value_is_log_mean", "importance_value_shift")
def estimate_without_alpha(q, alpha, log_proposal):
    """alpha forgotten in front."""
    return right.importance_value(q, alpha, log_proposal) / np.asarray(alpha, q.dtype)


@mutant(
    "importance_value",
    "boltzmann_proposal_has_no_variance",
    "importance_value_proposal_shift",
    "importance_estimates_partition",
)
def weights_clipped(q, alpha, log_proposal):
    """Importance weights 1/q clipped to at most 10."""
    return right.importance_value(q, alpha, np.maximum(log_proposal, -np.log(10)).astype(q.dtype))


@mutant("langevin_step", "langevin_step_is_drift_and_noise", "langevin_step_scaling")
def langevin_without_alpha(action, gradient, alpha, step, noise):
    """The drift of Q instead of Q / alpha."""
    return right.langevin_step(action, gradient, np.ones_like(alpha), step, noise)


@mutant("langevin_step", "langevin_step_is_drift_and_noise")
def langevin_noise_too_small(action, gradient, alpha, step, noise):
    """sqrt(eps) where sqrt(2 eps) is meant."""
    return right.langevin_step(action, gradient, alpha, step, noise / np.sqrt(2).astype(noise.dtype))


@mutant("langevin_step", "langevin_step_is_drift_and_noise")
def langevin_descends(action, gradient, alpha, step, noise):
    """Down the gradient of Q: towards the worst action."""
    return right.langevin_step(action, -gradient, alpha, step, noise)
