"""Laws of what continuous actions need: the importance-sampling estimate of V, and the Langevin step.

In the estimate the last axis holds samples, not actions; in the step it holds the coordinates of an action.
Expectations over samples are sums over every possible pair of them, so these laws have no statistical error.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .core import Sides, law
from .oracle import boltzmann, exact, per_action
from .scales import value_scale
from .strategies import (
    COUNTING,
    COUNTING_DEFINING,
    Field,
    action_values,
    cases,
    constants,
    draws,
    factors,
    fractions,
    interior_log_policies,
    log_proposals,
    small_constants,
    steps,
    temperatures,
)

Array = np.ndarray
SAMPLES: dict[str, Field] = {"q": action_values, "alpha": temperatures, "log_proposal": log_proposals}
PROPOSAL: dict[str, Field] = {
    "q": action_values,
    "alpha": temperatures,
    "log_proposal": interior_log_policies,
}


@law("[H17 Eq. 10]", "[Note L69]", needs=("importance_value",), inputs=cases(COUNTING_DEFINING, **SAMPLES))
def importance_value_is_log_mean(impl: Any, q: Array, alpha: Array, log_proposal: Array) -> Sides:
    """V̂ = α log( (1/N) Σ_n exp(Q_n / α) / q(a_n) )."""
    log_w = -exact(log_proposal) - np.log(q.shape[-1])
    truth = boltzmann(q, alpha, log_w).value
    return Sides(
        impl.importance_value(q, alpha, log_proposal), truth, importance_scale(q, alpha, log_proposal)
    )


@law(
    "[H17 Eq. 10]",
    needs=("importance_value", "soft_value"),
    inputs=cases(COUNTING, q=action_values, alpha=temperatures),
)
def uniform_proposal_over_all_actions(impl: Any, q: Array, alpha: Array) -> Sides:
    """Every action once under the uniform proposal: V̂ = V."""
    uniform = np.full(q.shape, -np.log(q.shape[-1]), q.dtype)
    return Sides(impl.importance_value(q, alpha, uniform), impl.soft_value(q, alpha), value_scale(q, alpha))


@law("[H17 Eq. 10]", needs=("importance_value", "soft_value"), inputs=cases(COUNTING, **SAMPLES))
def importance_value_is_weighted_value(impl: Any, q: Array, alpha: Array, log_proposal: Array) -> Sides:
    """V̂ = V(Q; w) with w_n = 1 / (N q(a_n))."""
    log_w = -log_proposal - np.log(q.shape[-1]).astype(q.dtype)
    right = impl.soft_value(q, alpha, log_w)
    return Sides(
        impl.importance_value(q, alpha, log_proposal), right, importance_scale(q, alpha, log_proposal)
    )


@law(
    "[Note L69]",
    needs=("importance_value",),
    inputs=cases(COUNTING, q=action_values, alpha=temperatures, draw=draws),
)
def boltzmann_proposal_has_no_variance(impl: Any, q: Array, alpha: Array, draw: Array) -> Sides:
    """With q = π_Q every sample gives V̂ = V."""
    exact = boltzmann(q, alpha)
    log_proposal = exact.log_policy.astype(q.dtype)[..., draw]
    scale = importance_scale(q[..., draw], alpha, log_proposal) + value_scale(q, alpha)
    return Sides(impl.importance_value(q[..., draw], alpha, log_proposal), exact.value, scale)


@law("[H17 Eq. 10]", needs=("importance_value",), inputs=cases(COUNTING, **SAMPLES, c=small_constants))
def importance_value_proposal_shift(impl: Any, q: Array, alpha: Array, log_proposal: Array, c: Any) -> Sides:
    """V̂(e^c q) = V̂(q) - α c."""
    shifted = impl.importance_value(q, alpha, log_proposal + c)
    scale = importance_scale(q, alpha, log_proposal) + importance_scale(q, alpha, log_proposal + c)
    right = impl.importance_value(q, alpha, log_proposal) - exact(alpha) * float(c)
    return Sides(shifted, right, scale)


@law("[H17 Eq. 10]", needs=("importance_value",), inputs=cases(COUNTING, **SAMPLES, c=constants))
def importance_value_shift(impl: Any, q: Array, alpha: Array, log_proposal: Array, c: Any) -> Sides:
    """V̂(Q + c) = V̂(Q) + c."""
    shifted = impl.importance_value(q + c, alpha, log_proposal)
    scale = importance_scale(q, alpha, log_proposal) + importance_scale(q + c, alpha, log_proposal)
    return Sides(shifted, impl.importance_value(q, alpha, log_proposal) + float(c), scale)


@law("[H17 Eq. 10]", needs=("importance_value",), inputs=cases(COUNTING, **PROPOSAL))
def importance_estimates_partition(impl: Any, q: Array, alpha: Array, log_proposal: Array) -> Sides:
    """E[exp(V̂ / α)] = Z: the estimate of Z is unbiased, over all pairs of samples from q."""
    estimate, log_chance = every_pair(impl, q, alpha, log_proposal)
    temperature = exact(alpha)
    left = temperature * _log_sum_exp(estimate / temperature[..., None] + log_chance)
    scale = importance_scale(q, alpha, log_proposal)
    return Sides(left, boltzmann(q, alpha).value, scale)


@law("[Note L69]", needs=("importance_value",), inputs=cases(COUNTING, **PROPOSAL), relation="<=")
def importance_value_biased_low(impl: Any, q: Array, alpha: Array, log_proposal: Array) -> Sides:
    """E[V̂] ≤ V (Jensen), over all pairs of samples from q."""
    estimate, log_chance = every_pair(impl, q, alpha, log_proposal)
    mean = np.sum(np.exp(log_chance) * estimate, axis=-1)
    return Sides(mean, boltzmann(q, alpha).value, importance_scale(q, alpha, log_proposal))


LANGEVIN: dict[str, Field] = {
    "action": action_values,
    "gradient": action_values,
    "alpha": temperatures,
    "step": fractions,
    "noise": steps,
}


@law("[Note L69]", needs=("langevin_step",), inputs=cases(COUNTING_DEFINING, **LANGEVIN))
def langevin_step_is_drift_and_noise(
    impl: Any, action: Array, gradient: Array, alpha: Array, step: Any, noise: Array
) -> Sides:
    """a' = a + ε ∇Q / α + √(2ε) ξ."""
    drift = exact(step) * gradient / per_action(alpha)
    kick = np.sqrt(2 * exact(step)) * noise
    scale = np.abs(action) + np.abs(drift) + np.abs(kick)
    return Sides(impl.langevin_step(action, gradient, alpha, step, noise), action + drift + kick, scale)


@law("[Note L69]", needs=("langevin_step",), inputs=cases(COUNTING, **LANGEVIN, k=factors))
def langevin_step_scaling(
    impl: Any, action: Array, gradient: Array, alpha: Array, step: Any, noise: Array, k: Any
) -> Sides:
    """A step for kQ at kα is a step for Q at α."""
    scaled = impl.langevin_step(action, k * gradient, k * alpha, step, noise)
    drift = exact(step) * gradient / per_action(alpha)
    scale = np.abs(action) + np.abs(drift) + np.sqrt(2 * exact(step)) * np.abs(noise)
    return Sides(scaled, impl.langevin_step(action, gradient, alpha, step, noise), scale)


def every_pair(impl: Any, q: Array, alpha: Array, log_proposal: Array) -> tuple[Array, Array]:
    """V̂ of every ordered pair of actions as two samples, and the log chance of that pair; both [*b, n²]."""
    n = q.shape[-1]
    pairs = np.stack(np.meshgrid(np.arange(n), np.arange(n), indexing="ij"), axis=-1).reshape(n * n, 2)
    shared = (
        np.broadcast_to(np.asarray(alpha)[..., None], (*q.shape[:-1], n * n)) if np.ndim(alpha) else alpha
    )
    estimate = impl.importance_value(q[..., pairs], shared, log_proposal[..., pairs])
    return estimate, np.sum(exact(log_proposal[..., pairs]), axis=-1)


def importance_scale(q: Array, alpha: Array, log_proposal: Array) -> Array:
    """V̂ as the value of samples with weights 1 / (N q)."""
    return value_scale(q, alpha, -log_proposal)


def _log_sum_exp(x: Array) -> Array:
    top = np.max(x, axis=-1, keepdims=True)
    return np.log(np.sum(np.exp(x - top), axis=-1)) + top[..., 0]
