"""Laws of the Boltzmann policy pi = exp((Q - V) / alpha), of log pi and of the advantage A = alpha log pi."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import tables
from ..core import Sides, law
from ..oracle import boltzmann, chances, exact, expectation, per_action
from ..scales import log_policy_scale, policy_scale, product, spread, value_scale
from ..strategies import (
    BATCHED,
    COUNTED,
    COUNTING_BATCHED,
    DEFINING,
    FEW,
    HIDING,
    OWN_MEASURE,
    STATE,
    WEIGHTED,
    action,
    action_values,
    cases,
    constants,
    factors,
    junk,
    orders,
    small_constants,
    states,
)

Array = np.ndarray
Measure = Array | None


@law("[H17 Eq. 6]", "[Note L44]", needs=("boltzmann_log_policy",), inputs=cases(DEFINING, **STATE))
def log_policy_is_boltzmann(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """log π = (Q - V) / α, and -∞ where w = 0."""
    truth = boltzmann(q, alpha, log_w).log_policy
    return Sides(
        impl.boltzmann_log_policy(q, alpha, log_w), truth, spread(log_policy_scale(q, alpha, log_w), q)
    )


@law("[H17 Eq. 6]", "[Note L44]", needs=("boltzmann_policy",), inputs=cases(DEFINING, **STATE))
def policy_is_boltzmann(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """π = exp((Q - V) / α), and 0 where w = 0."""
    truth = boltzmann(q, alpha, log_w).policy
    scale = product(truth, policy_scale(q, alpha, log_w)[..., None])
    return Sides(impl.boltzmann_policy(q, alpha, log_w), truth, scale)


@law("[H17 Eq. 6]", needs=("boltzmann_policy",), inputs=cases(**STATE))
def policy_normalised(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """Σ_a w_a π_a = 1."""
    mass = chances(impl.boltzmann_policy(q, alpha, log_w), log_w)
    return Sides(np.sum(mass, axis=-1), np.ones(q.shape[:-1]), policy_scale(q, alpha, log_w))


@law("[H17 Eq. 6]", needs=("boltzmann_policy",), inputs=cases(**STATE), relation="<=")
def policy_nonnegative(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """0 ≤ π."""
    return Sides(np.zeros(q.shape), impl.boltzmann_policy(q, alpha, log_w), np.zeros(q.shape))


@law("[H17 Eq. 6]", needs=("boltzmann_log_policy",), inputs=cases(**STATE))
def log_policy_finite(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """π > 0 wherever w > 0, so log π > -∞ there, however confident the policy is."""
    finite = np.isfinite(impl.boltzmann_log_policy(q, alpha, log_w))
    return Sides(finite, ~tables.masked(q, log_w), np.zeros(q.shape))


@law("[H17 Eq. 6]", needs=("boltzmann_policy", "boltzmann_log_policy"), inputs=cases(**STATE))
def policy_is_exp_of_log_policy(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """π = exp(log π)."""
    policy = np.exp(impl.boltzmann_log_policy(q, alpha, log_w))
    scale = product(boltzmann(q, alpha, log_w).policy, policy_scale(q, alpha, log_w)[..., None])
    return Sides(impl.boltzmann_policy(q, alpha, log_w), policy, scale)


@law("[H17 Eq. 6]", "[Note L44]", needs=("boltzmann_log_policy", "soft_value"), inputs=cases(**STATE))
def log_policy_meets_value(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """α log π = Q - V wherever w > 0."""
    hidden = tables.masked(q, log_w)
    left = per_action(alpha) * impl.boltzmann_log_policy(q, alpha, log_w)
    right = q - impl.soft_value(q, alpha, log_w)[..., None]
    return Sides(
        np.where(hidden, 0.0, left), np.where(hidden, 0.0, right), spread(value_scale(q, alpha, log_w), q)
    )


@law("[H17 Eq. 6]", needs=("soft_advantage",), inputs=cases(DEFINING, **STATE))
def advantage_is_q_minus_value(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """A = Q - α log Z, and -∞ where w = 0."""
    truth = boltzmann(q, alpha, log_w).advantage
    return Sides(impl.soft_advantage(q, alpha, log_w), truth, spread(value_scale(q, alpha, log_w), q))


@law("[H17 Eq. 6]", needs=("soft_advantage", "boltzmann_log_policy"), inputs=cases(**STATE))
def advantage_is_scaled_log_policy(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """A = α log π."""
    right = per_action(alpha) * impl.boltzmann_log_policy(q, alpha, log_w)
    return Sides(impl.soft_advantage(q, alpha, log_w), right, spread(value_scale(q, alpha, log_w), q))


@law("[H17 Eq. 6]", needs=("boltzmann_log_policy",), inputs=cases(**STATE, c=constants))
def log_policy_shift(impl: Any, q: Array, alpha: Array, log_w: Measure, c: Any) -> Sides:
    """log π(Q + c) = log π(Q)."""
    scale = log_policy_scale(q, alpha, log_w) + log_policy_scale(q + c, alpha, log_w)
    shifted = impl.boltzmann_log_policy(q + c, alpha, log_w)
    return Sides(shifted, impl.boltzmann_log_policy(q, alpha, log_w), spread(scale, q))


@law("[H17 Eq. 6]", needs=("boltzmann_log_policy",), inputs=cases(**STATE, k=factors))
def log_policy_scaling(impl: Any, q: Array, alpha: Array, log_w: Measure, k: Any) -> Sides:
    """log π(kQ; kα) = log π(Q; α) for k > 0."""
    scaled = impl.boltzmann_log_policy(k * q, k * alpha, log_w)
    right = impl.boltzmann_log_policy(q, alpha, log_w)
    return Sides(scaled, right, spread(log_policy_scale(q, alpha, log_w), q))


@law("[H17 Eq. 6]", needs=("boltzmann_log_policy",), inputs=cases(WEIGHTED, **STATE, c=small_constants))
def log_policy_weight_shift(impl: Any, q: Array, alpha: Array, log_w: Array, c: Any) -> Sides:
    """log π(Q; e^c w) = log π(Q; w) - c: a density, so w π stays."""
    shifted = impl.boltzmann_log_policy(q, alpha, log_w + c)
    scale = log_policy_scale(q, alpha, log_w) + log_policy_scale(q, alpha, log_w + c)
    return Sides(shifted, impl.boltzmann_log_policy(q, alpha, log_w) - float(c), spread(scale, q))


@law("[H17 Eq. 6]", needs=("boltzmann_log_policy",), inputs=cases(**STATE, order=orders))
def log_policy_permutation(impl: Any, q: Array, alpha: Array, log_w: Measure, order: Array) -> Sides:
    """π(Q∘σ; w∘σ) = π(Q; w)∘σ for every permutation σ of the actions."""
    shuffled = impl.boltzmann_log_policy(q[..., order], alpha, None if log_w is None else log_w[..., order])
    right = impl.boltzmann_log_policy(q, alpha, log_w)[..., order]
    return Sides(shuffled, right, spread(log_policy_scale(q, alpha, log_w), q))


@law("[H17 Eq. 6]", needs=("boltzmann_log_policy",), inputs=cases(FEW, **STATE, a=action))
def log_policy_duplicate(impl: Any, q: Array, alpha: Array, log_w: Measure, a: int) -> Sides:
    """An action listed twice gets, at each copy, the density of one action of twice the weight."""
    weight = tables.plain(q) if log_w is None else log_w
    twice, twice_w = tables.extend(q, weight, q[..., a : a + 1], weight[..., a : a + 1])
    double = weight + np.log(2).astype(q.dtype) * (np.arange(q.shape[-1]) == a).astype(q.dtype)
    once = impl.boltzmann_log_policy(q, alpha, double)
    right = np.concatenate([once, once[..., a : a + 1]], axis=-1)
    scale = spread(log_policy_scale(q, alpha, double), twice)
    return Sides(impl.boltzmann_log_policy(twice, alpha, twice_w), right, scale)


@law("[H17 Eq. 6]", needs=("boltzmann_log_policy",), inputs=cases(WEIGHTED, **HIDING, noise=junk))
def log_policy_ignores_masked(impl: Any, q: Array, alpha: Array, log_w: Array, noise: Array) -> Sides:
    """log π does not see Q_a where w_a = 0, not even a NaN, and is -∞ there."""
    hidden = tables.masked(q, log_w)
    noisy = impl.boltzmann_log_policy(np.where(hidden, noise, q), alpha, log_w)
    right = np.where(hidden, -np.inf, impl.boltzmann_log_policy(q, alpha, log_w))
    return Sides(noisy, right, spread(log_policy_scale(q, alpha, log_w), q))


@law("[H17 Eq. 6]", needs=("soft_advantage",), inputs=cases(WEIGHTED, **HIDING, noise=junk))
def advantage_ignores_masked(impl: Any, q: Array, alpha: Array, log_w: Array, noise: Array) -> Sides:
    """A does not see Q_a where w_a = 0, not even a NaN, and is -∞ there."""
    hidden = tables.masked(q, log_w)
    noisy = impl.soft_advantage(np.where(hidden, noise, q), alpha, log_w)
    right = np.where(hidden, -np.inf, impl.soft_advantage(q, alpha, log_w))
    return Sides(noisy, right, spread(value_scale(q, alpha, log_w), q))


@law("[H17 Eq. 6]", needs=("boltzmann_policy",), inputs=cases(OWN_MEASURE, **STATE, state=states))
def policy_of_no_action(impl: Any, q: Array, alpha: Array, log_w: Array, state: tuple[int, ...]) -> Sides:
    """π = 0 in a state without actions, and the other states do not notice."""
    right = impl.boltzmann_policy(q, alpha, log_w)
    right[state] = 0.0
    return Sides(impl.boltzmann_policy(q, alpha, tables.close(log_w, state)), right, size(right))


@law("[H17 Eq. 6]", needs=("boltzmann_log_policy",), inputs=cases(OWN_MEASURE, **STATE, state=states))
def log_policy_of_no_action(impl: Any, q: Array, alpha: Array, log_w: Array, state: tuple[int, ...]) -> Sides:
    """log π = -∞ in a state without actions, and the other states do not notice."""
    right = impl.boltzmann_log_policy(q, alpha, log_w)
    right[state] = -np.inf
    return Sides(impl.boltzmann_log_policy(q, alpha, tables.close(log_w, state)), right, size(right))


@law("[H17 Eq. 6]", needs=("soft_advantage",), inputs=cases(OWN_MEASURE, **STATE, state=states))
def advantage_of_no_action(impl: Any, q: Array, alpha: Array, log_w: Array, state: tuple[int, ...]) -> Sides:
    """A = -∞ in a state without actions, and the other states do not notice."""
    right = impl.soft_advantage(q, alpha, log_w)
    right[state] = -np.inf
    return Sides(impl.soft_advantage(q, alpha, tables.close(log_w, state)), right, size(right))


@law("[H17 Eq. 6]", needs=("boltzmann_log_policy",), inputs=cases(BATCHED, **STATE, state=states))
def log_policy_by_state(impl: Any, q: Array, alpha: Array, log_w: Measure, state: tuple[int, ...]) -> Sides:
    """π of one state is its row in π of the batch."""
    single = impl.boltzmann_log_policy(*tables.one_state(state, q, alpha, log_w))
    scale = spread(log_policy_scale(q, alpha, log_w), q)
    return Sides(single, impl.boltzmann_log_policy(q, alpha, log_w)[state], scale[state])


@law(
    "[H17 Eq. 6]",
    needs=("boltzmann_log_policy",),
    inputs=cases(COUNTING_BATCHED, **COUNTED, state=states, a=action),
)
def log_policy_of_nan(impl: Any, q: Array, alpha: Array, state: tuple[int, ...], a: int) -> Sides:
    """A NaN in Q(s, ·) makes all of log π(·|s) NaN and nothing else."""
    poisoned, hit = q.copy(), np.zeros(q.shape, bool)
    poisoned[(*state, a)], hit[state] = np.nan, True
    answer, clean = impl.boltzmann_log_policy(poisoned, alpha), impl.boltzmann_log_policy(q, alpha)
    left = np.stack([np.isnan(answer), np.where(hit, 0.0, answer)])
    right = np.stack([hit, np.where(hit, 0.0, clean)])
    return Sides(left, right, np.broadcast_to(spread(log_policy_scale(q, alpha), q), (2, *q.shape)))


@law(
    "[Note L60]",
    needs=("boltzmann_policy", "soft_value"),
    inputs=cases(**STATE, other=action_values),
    relation="<=",
)
def policy_is_slope_of_value(impl: Any, q: Array, alpha: Array, log_w: Measure, other: Array) -> Sides:
    """Σ_a w_a π_a (Q'_a - Q_a) ≤ V(Q') - V(Q) for every Q': dV/dQ = w π."""
    step = exact(other) - exact(q)
    mass = chances(impl.boltzmann_policy(q, alpha, log_w), log_w)
    rise = np.sum(np.where(tables.masked(q, log_w), 0.0, mass * step), axis=-1)
    size = expectation(boltzmann(q, alpha, log_w).log_policy, np.abs(step), log_w)
    scale = value_scale(q, alpha, log_w) + value_scale(other, alpha, log_w)
    scale = scale + product(size, policy_scale(q, alpha, log_w))
    return Sides(rise, impl.soft_value(other, alpha, log_w) - impl.soft_value(q, alpha, log_w), scale)


def size(x: Array) -> Array:
    """|x|, 0 where it is infinite."""
    return np.abs(np.where(np.isfinite(x), x, 0.0))
