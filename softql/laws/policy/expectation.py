"""Laws of V_pi = E_pi[Q - alpha log pi], the value of any policy, and of V as the greatest of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import tables
from ..core import Sides, law
from ..oracle import chances, exact, expectation, policy_value
from ..scales import at_boltzmann_scale, policy_value_scale
from ..strategies import (
    BATCHED,
    DEFINING,
    HIDING,
    STATE,
    STATE_AND_POLICY,
    WEIGHTED,
    cases,
    junk,
    log_policies,
    states,
)

Array = np.ndarray
Measure = Array | None


@law("[Note L52]", "[Note L38]", needs=("policy_value",), inputs=cases(DEFINING, **STATE_AND_POLICY))
def policy_value_is_expectation(impl: Any, q: Array, alpha: Array, log_w: Measure, log_pi: Array) -> Sides:
    """V_π = E_π[Q - α log π]."""
    scale = policy_value_scale(log_pi, q, alpha, log_w)
    truth = policy_value(log_pi, q, alpha, log_w)
    return Sides(impl.policy_value(log_pi, q, alpha, log_w), truth, scale)


@law(
    "[Note L58]",
    "[Note L52]",
    needs=("soft_value", "policy_value", "boltzmann_log_policy"),
    inputs=cases(**STATE),
)
def value_is_policy_value_at_boltzmann(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """V = E_π[Q - α log π] at the Boltzmann policy π of Q."""
    log_pi = impl.boltzmann_log_policy(q, alpha, log_w)
    left = impl.policy_value(log_pi, q, alpha, log_w)
    return Sides(left, impl.soft_value(q, alpha, log_w), at_boltzmann_scale(q, alpha, log_w))


@law(
    "[Note L44]",
    "[Note L52]",
    needs=("policy_value", "soft_value", "kl_to_boltzmann"),
    inputs=cases(**STATE_AND_POLICY),
)
def variational_identity(impl: Any, q: Array, alpha: Array, log_w: Measure, log_pi: Array) -> Sides:
    """E_π[Q - α log π] = V - α KL(π‖π_Q) for every policy π."""
    loss = exact(alpha) * impl.kl_to_boltzmann(log_pi, q, alpha, log_w)
    left = impl.policy_value(log_pi, q, alpha, log_w)
    return Sides(left, impl.soft_value(q, alpha, log_w) - loss, policy_value_scale(log_pi, q, alpha, log_w))


@law(
    "[Note L38]",
    "[Note L42]",
    needs=("policy_value", "soft_value"),
    inputs=cases(**STATE_AND_POLICY),
    relation="<=",
)
def policy_value_at_most_value(impl: Any, q: Array, alpha: Array, log_w: Measure, log_pi: Array) -> Sides:
    """E_π[Q - α log π] ≤ V for every policy π."""
    left = impl.policy_value(log_pi, q, alpha, log_w)
    return Sides(left, impl.soft_value(q, alpha, log_w), policy_value_scale(log_pi, q, alpha, log_w))


@law("[Note L54]", needs=("policy_value", "entropy"), inputs=cases(**STATE_AND_POLICY))
def policy_value_splits(impl: Any, q: Array, alpha: Array, log_w: Measure, log_pi: Array) -> Sides:
    """E_π[Q - α log π] = E_π[Q] + α H(π)."""
    bonus = exact(alpha) * impl.entropy(log_pi, log_w)
    left = impl.policy_value(log_pi, q, alpha, log_w)
    return Sides(left, expectation(log_pi, q, log_w) + bonus, policy_value_scale(log_pi, q, alpha, log_w))


@law(
    "[Note L54]",
    "[Note L60]",
    needs=("soft_value", "boltzmann_policy", "boltzmann_entropy"),
    inputs=cases(**STATE),
)
def value_splits(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """V = Σ_a w_a π_a Q_a + α H(π): it exceeds the Boltzmann average by α H."""
    mass = chances(impl.boltzmann_policy(q, alpha, log_w), log_w)
    mean = np.sum(np.where(tables.masked(q, log_w), 0.0, mass * q), axis=-1)
    bonus = exact(alpha) * impl.boltzmann_entropy(q, alpha, log_w)
    return Sides(mean + bonus, impl.soft_value(q, alpha, log_w), at_boltzmann_scale(q, alpha, log_w))


@law("[Note L52]", needs=("policy_value",), inputs=cases(WEIGHTED, **HIDING, log_pi=log_policies, noise=junk))
def policy_value_ignores_masked(
    impl: Any, q: Array, alpha: Array, log_w: Array, log_pi: Array, noise: Array
) -> Sides:
    """E_π[Q - α log π] does not see Q_a where w_a = 0, not even a NaN."""
    noisy = impl.policy_value(log_pi, np.where(tables.masked(q, log_w), noise, q), alpha, log_w)
    scale = policy_value_scale(log_pi, q, alpha, log_w)
    return Sides(noisy, impl.policy_value(log_pi, q, alpha, log_w), scale)


@law("[Note L52]", needs=("policy_value",), inputs=cases(BATCHED, **STATE_AND_POLICY, state=states))
def policy_value_by_state(
    impl: Any, q: Array, alpha: Array, log_w: Measure, log_pi: Array, state: tuple[int, ...]
) -> Sides:
    """E_π[Q - α log π] of one state is its entry in the batch's."""
    single = impl.policy_value(log_pi[state], *tables.one_state(state, q, alpha, log_w))
    scale = policy_value_scale(log_pi, q, alpha, log_w)
    return Sides(single, impl.policy_value(log_pi, q, alpha, log_w)[state], scale[state])
