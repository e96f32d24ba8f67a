"""Laws of KL(p || q), and of the divergence to the Boltzmann policy, which the greedy problem minimises."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import tables
from ..core import Sides, law
from ..oracle import boltzmann, exact, expectation, masses
from ..scales import (
    at_boltzmann_scale,
    divergence_scale,
    entropy_scale,
    normalisation_scale,
    policy_value_scale,
)
from ..strategies import (
    COUNTING,
    DEFINING,
    POLICY,
    STATE,
    STATE_AND_POLICY,
    TWO_POLICIES,
    WEIGHTED,
    cases,
    interior_log_policies,
    log_policies,
    measures,
    small_constants,
)

Array = np.ndarray
Measure = Array | None


@law("[Note L44]", needs=("kl_divergence",), inputs=cases(DEFINING, **TWO_POLICIES))
def divergence_is_expected_log_ratio(impl: Any, log_w: Measure, log_p: Array, log_q: Array) -> Sides:
    """KL(p‖q) = Σ_a w_a p_a (log p_a - log q_a), with 0 log 0 = 0."""
    truth = expectation(log_p, exact(log_p) - exact(log_q), log_w)
    return Sides(impl.kl_divergence(log_p, log_q, log_w), truth, divergence_scale(log_p, log_q, log_w))


@law(
    "[Note L44]",
    needs=("kl_divergence",),
    inputs=cases(log_w=measures, log_p=interior_log_policies, log_q=log_policies),
)
def divergence_outside_support(impl: Any, log_w: Measure, log_p: Array, log_q: Array) -> Sides:
    """KL(p‖q) = ∞ exactly where q gives no chance to an action that p may take."""
    unreachable = np.any((masses(log_p, log_w) > 0) & (log_q == -np.inf), axis=-1)
    divergence = impl.kl_divergence(log_p, log_q, log_w)
    return Sides(divergence == np.inf, unreachable, np.zeros(unreachable.shape))


@law("[Note L44]", needs=("kl_divergence",), inputs=cases(**TWO_POLICIES), relation="<=")
def divergence_nonnegative(impl: Any, log_w: Measure, log_p: Array, log_q: Array) -> Sides:
    """0 ≤ KL(p‖q)."""
    zero = np.zeros(log_p.shape[:-1])
    return Sides(zero, impl.kl_divergence(log_p, log_q, log_w), divergence_scale(log_p, log_q, log_w))


@law("[Note L44]", needs=("kl_divergence",), inputs=cases(**POLICY))
def divergence_from_itself(impl: Any, log_w: Measure, log_pi: Array) -> Sides:
    """KL(π‖π) = 0, also where π gives an action no chance."""
    zero = np.zeros(log_pi.shape[:-1])
    return Sides(impl.kl_divergence(log_pi, log_pi, log_w), zero, divergence_scale(log_pi, log_pi, log_w))


@law("[Note L44]", needs=("kl_divergence",), inputs=cases(WEIGHTED, **TWO_POLICIES, c=small_constants))
def divergence_of_another_unit(impl: Any, log_w: Array, log_p: Array, log_q: Array, c: Any) -> Sides:
    """KL(p e^-c ‖ q e^-c; e^c w) = KL(p‖q; w): divergence does not depend on the measure."""
    shifted = impl.kl_divergence(log_p - c, log_q - c, log_w + c)
    scale = divergence_scale(log_p - c, log_q - c, log_w + c) + divergence_scale(log_p, log_q, log_w)
    return Sides(shifted, impl.kl_divergence(log_p, log_q, log_w), scale)


@law("[Note L44]", needs=("kl_divergence", "entropy"), inputs=cases(COUNTING, log_pi=log_policies))
def divergence_from_uniform(impl: Any, log_pi: Array) -> Sides:
    """KL(π‖uniform) = log |A| - H(π)."""
    count = np.log(log_pi.shape[-1])
    uniform = np.full(log_pi.shape, -count, log_pi.dtype)
    scale = divergence_scale(log_pi, uniform, None) + entropy_scale(log_pi, None)
    return Sides(impl.kl_divergence(log_pi, uniform), count - impl.entropy(log_pi), scale)


@law("[Note L44]", "[Note L40]", needs=("kl_to_boltzmann",), inputs=cases(DEFINING, **STATE_AND_POLICY))
def divergence_to_boltzmann(impl: Any, q: Array, alpha: Array, log_w: Measure, log_pi: Array) -> Sides:
    """KL(π‖π_Q) = Σ_a w_a π_a (log π_a - (Q_a - V) / α)."""
    target = boltzmann(q, alpha, log_w).log_policy
    hidden = tables.masked(q, log_w)
    ratio = np.where(hidden, 0.0, log_pi - np.where(hidden, 0.0, target))
    scale = policy_value_scale(log_pi, q, alpha, log_w) / alpha
    return Sides(impl.kl_to_boltzmann(log_pi, q, alpha, log_w), expectation(log_pi, ratio, log_w), scale)


@law(
    "[Note L44]",
    needs=("kl_to_boltzmann", "kl_divergence", "boltzmann_log_policy"),
    inputs=cases(**STATE_AND_POLICY),
)
def divergence_to_boltzmann_meets_divergence(
    impl: Any, q: Array, alpha: Array, log_w: Measure, log_pi: Array
) -> Sides:
    """KL(π‖π_Q) is the divergence from π to the Boltzmann policy of Q."""
    general = impl.kl_divergence(log_pi, impl.boltzmann_log_policy(q, alpha, log_w), log_w)
    scale = policy_value_scale(log_pi, q, alpha, log_w) / alpha
    scale = scale + normalisation_scale(boltzmann(q, alpha, log_w).log_policy, log_w)
    return Sides(impl.kl_to_boltzmann(log_pi, q, alpha, log_w), general, scale)


@law("[Note L44]", needs=("kl_to_boltzmann",), inputs=cases(**STATE_AND_POLICY), relation="<=")
def divergence_to_boltzmann_nonnegative(
    impl: Any, q: Array, alpha: Array, log_w: Measure, log_pi: Array
) -> Sides:
    """0 ≤ KL(π‖π_Q)."""
    scale = policy_value_scale(log_pi, q, alpha, log_w) / alpha
    return Sides(np.zeros(q.shape[:-1]), impl.kl_to_boltzmann(log_pi, q, alpha, log_w), scale)


@law("[Note L44]", needs=("kl_to_boltzmann", "boltzmann_log_policy"), inputs=cases(**STATE))
def divergence_at_boltzmann(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """KL(π_Q‖π_Q) = 0: the Boltzmann policy attains the minimum."""
    log_pi = impl.boltzmann_log_policy(q, alpha, log_w)
    scale = at_boltzmann_scale(q, alpha, log_w) / alpha
    return Sides(impl.kl_to_boltzmann(log_pi, q, alpha, log_w), np.zeros(q.shape[:-1]), scale)
