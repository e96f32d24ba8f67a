"""Laws of the entropy H(pi) = -E_pi[log pi], relative to w, of any policy and of the Boltzmann policy."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import tables
from ..core import Sides, law
from ..oracle import boltzmann, exact, expectation, weights
from ..scales import boltzmann_entropy_scale, entropy_scale, normalisation_scale, product, value_scale
from ..strategies import (
    BATCHED,
    DEFINING,
    MASKED,
    OWN_MEASURE,
    POLICY,
    STATE,
    WEIGHTED,
    cases,
    growths,
    log_policies,
    masks,
    small_constants,
    states,
)

Array = np.ndarray
Measure = Array | None


@law("[Note L23]", needs=("entropy",), inputs=cases(DEFINING, **POLICY))
def entropy_is_expected_surprise(impl: Any, log_w: Measure, log_pi: Array) -> Sides:
    """H(π) = -Σ_a w_a π_a log π_a, with 0 log 0 = 0."""
    truth = -expectation(log_pi, log_pi, log_w)
    return Sides(impl.entropy(log_pi, log_w), truth, entropy_scale(log_pi, log_w))


@law("[Note L23]", needs=("entropy",), inputs=cases(log_w=masks, log_pi=log_policies), relation="<=")
def entropy_nonnegative(impl: Any, log_w: Measure, log_pi: Array) -> Sides:
    """0 ≤ H(π) for counting measure, masked or not."""
    return Sides(np.zeros(log_pi.shape[:-1]), impl.entropy(log_pi, log_w), entropy_scale(log_pi, log_w))


@law("[Note L23]", needs=("entropy",), inputs=cases(**POLICY), relation="<=")
def entropy_at_most_log_count(impl: Any, log_w: Measure, log_pi: Array) -> Sides:
    """H(π) ≤ log Σ_a w_a; for counting measure H(π) ≤ log |A|."""
    bound = np.log(np.sum(np.exp(weights(log_pi, log_w)), axis=-1))
    scale = entropy_scale(log_pi, log_w) + (1 + np.abs(bound)) * normalisation_scale(log_pi, log_w)
    return Sides(impl.entropy(log_pi, log_w), bound, scale)


@law("[Note L23]", needs=("entropy",), inputs=cases(WEIGHTED, **POLICY, c=small_constants))
def entropy_of_another_unit(impl: Any, log_w: Array, log_pi: Array, c: Any) -> Sides:
    """H(π e^-c; e^c w) = H(π; w) + c: entropy is relative to the measure."""
    scale = entropy_scale(log_pi - c, log_w + c) + entropy_scale(log_pi, log_w)
    return Sides(impl.entropy(log_pi - c, log_w + c), impl.entropy(log_pi, log_w) + float(c), scale)


@law("[Note L23]", needs=("entropy",), inputs=cases(BATCHED, **POLICY, state=states))
def entropy_by_state(impl: Any, log_w: Measure, log_pi: Array, state: tuple[int, ...]) -> Sides:
    """H of one state is its entry in H of the batch."""
    row, _, measure = tables.one_state(state, log_pi, None, log_w)
    scale = entropy_scale(log_pi, log_w)
    return Sides(impl.entropy(row, measure), impl.entropy(log_pi, log_w)[state], scale[state])


@law("[Note L23]", "[Note L60]", needs=("boltzmann_entropy",), inputs=cases(DEFINING, **STATE))
def boltzmann_entropy_is_entropy(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """H = -Σ_a w_a π_a log π_a of the Boltzmann policy."""
    truth = boltzmann(q, alpha, log_w).entropy
    return Sides(impl.boltzmann_entropy(q, alpha, log_w), truth, boltzmann_entropy_scale(q, alpha, log_w))


@law("[Note L23]", needs=("boltzmann_entropy", "entropy", "boltzmann_log_policy"), inputs=cases(**STATE))
def boltzmann_entropy_meets_entropy(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """The entropy of the Boltzmann policy is the entropy of exp(log π)."""
    log_pi = impl.boltzmann_log_policy(q, alpha, log_w)
    scale = boltzmann_entropy_scale(q, alpha, log_w)
    return Sides(impl.boltzmann_entropy(q, alpha, log_w), impl.entropy(log_pi, log_w), scale)


@law(
    "[Note L23]",
    needs=("boltzmann_entropy",),
    inputs=cases(**MASKED),
    relation="<=",
)
def boltzmann_entropy_bounds(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """0 ≤ H ≤ log |A| for counting measure, masked or not."""
    entropy = impl.boltzmann_entropy(q, alpha, log_w)
    count = np.log(np.sum(~tables.masked(q, log_w), axis=-1))
    left, scale = np.stack([np.zeros(entropy.shape), entropy]), boltzmann_entropy_scale(q, alpha, log_w)
    return Sides(left, np.stack([entropy, count]), np.stack([scale, scale]))


@law("[Note L23]", needs=("boltzmann_entropy",), inputs=cases(OWN_MEASURE, **STATE, state=states))
def entropy_of_no_action(impl: Any, q: Array, alpha: Array, log_w: Array, state: tuple[int, ...]) -> Sides:
    """H = 0 in a state without actions, and the other states do not notice."""
    right = impl.boltzmann_entropy(q, alpha, log_w)
    right[state] = 0.0
    return Sides(impl.boltzmann_entropy(q, alpha, tables.close(log_w, state)), right, np.abs(right))


@law(
    "[Note L60]",
    needs=("boltzmann_entropy", "soft_value"),
    inputs=cases(**STATE, growth=growths),
    relation="<=",
)
def entropy_is_slope_of_value(impl: Any, q: Array, alpha: Array, log_w: Measure, growth: Any) -> Sides:
    """H(α) (α' - α) ≤ V(α') - V(α) ≤ H(α') (α' - α) for α ≤ α': dV/dα = H."""
    warmer = alpha * growth
    step = exact(warmer) - exact(alpha)
    rise = impl.soft_value(q, warmer, log_w) - impl.soft_value(q, alpha, log_w)
    cold, warm = impl.boltzmann_entropy(q, alpha, log_w), impl.boltzmann_entropy(q, warmer, log_w)
    slopes = boltzmann_entropy_scale(q, alpha, log_w) + boltzmann_entropy_scale(q, warmer, log_w)
    scale = value_scale(q, alpha, log_w) + value_scale(q, warmer, log_w) + product(step, slopes)
    return Sides(np.stack([cold * step, rise]), np.stack([rise, warm * step]), np.stack([scale, scale]))
