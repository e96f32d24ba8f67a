"""Laws of the soft value V = alpha log sum_a w_a exp(Q_a / alpha), of mellowmax and of the energy.

Each holds for every finite Q, alpha > 0 and measure w, unless it says which. A masked action has weight 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import oracle, tables
from .core import Sides, law
from .oracle import exact, per_action
from .scales import log_policy_scale, value_scale
from .strategies import (
    BATCHED,
    COUNTED,
    COUNTING,
    COUNTING_BATCHED,
    COUNTING_DEFINING,
    DEFINING,
    FEW,
    HIDING,
    MASKED,
    OWN_MEASURE,
    STATE,
    WEIGHTED,
    action,
    action_values,
    cases,
    cold_temperatures,
    columns,
    constants,
    factors,
    fractions,
    growths,
    increments,
    junk,
    masks,
    orders,
    small_constants,
    states,
    steps,
)

Array = np.ndarray
Measure = Array | None


@law("[H17 Eq. 5]", "[Note L58]", "[Note L40]", needs=("soft_value",), inputs=cases(DEFINING, **STATE))
def value_is_log_partition(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """V = α log Z with Z = Σ_a w_a exp(Q_a / α)."""
    value = oracle.boltzmann(q, alpha, log_w).value
    return Sides(impl.soft_value(q, alpha, log_w), value, value_scale(q, alpha, log_w))


@law("[Note L40]", "[Note L42]", needs=("log_partition",), inputs=cases(DEFINING, **STATE))
def log_partition_is_log_sum(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """log Z = log Σ_a w_a exp(Q_a / α)."""
    truth = oracle.boltzmann(q, alpha, log_w).value / exact(alpha)
    return Sides(impl.log_partition(q, alpha, log_w), truth, log_policy_scale(q, alpha, log_w))


@law("[Note L42]", needs=("log_partition", "soft_value"), inputs=cases(**STATE))
def value_is_scaled_log_partition(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """V = α log Z: what the minimisation drops is the optimum."""
    value = exact(alpha) * impl.log_partition(q, alpha, log_w)
    return Sides(value, impl.soft_value(q, alpha, log_w), value_scale(q, alpha, log_w))


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(**STATE), relation="<=")
def value_at_least_max(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """max_a (Q_a + α log w_a) ≤ V; for counting measure max Q ≤ V."""
    log_weight = oracle.weights(q, log_w)
    best = np.max(q + per_action(alpha) * log_weight, axis=-1)
    return Sides(best, impl.soft_value(q, alpha, log_w), value_scale(q, alpha, log_w))


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(**STATE), relation="<=")
def value_at_most_max(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """V ≤ max Q + α log Σ_a w_a; for counting measure V ≤ max Q + α log |A|."""
    total = np.log(np.sum(np.exp(oracle.weights(q, log_w)), axis=-1))
    bound = tables.best(q, log_w) + exact(alpha) * total
    return Sides(impl.soft_value(q, alpha, log_w), bound, value_scale(q, alpha, log_w))


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(**STATE, c=constants))
def value_shift(impl: Any, q: Array, alpha: Array, log_w: Measure, c: Any) -> Sides:
    """V(Q + c) = V(Q) + c."""
    scale = value_scale(q, alpha, log_w) + value_scale(q + c, alpha, log_w)
    return Sides(impl.soft_value(q + c, alpha, log_w), impl.soft_value(q, alpha, log_w) + float(c), scale)


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(**STATE, k=factors))
def value_scaling(impl: Any, q: Array, alpha: Array, log_w: Measure, k: Any) -> Sides:
    """V(kQ; kα) = k V(Q; α) for k > 0."""
    scaled = impl.soft_value(k * q, k * alpha, log_w)
    return Sides(scaled, float(k) * impl.soft_value(q, alpha, log_w), float(k) * value_scale(q, alpha, log_w))


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(**STATE, rise=increments), relation="<=")
def value_monotone(impl: Any, q: Array, alpha: Array, log_w: Measure, rise: Array) -> Sides:
    """Q ≤ Q' implies V(Q) ≤ V(Q')."""
    scale = value_scale(q + rise, alpha, log_w) + value_scale(q, alpha, log_w)
    return Sides(impl.soft_value(q, alpha, log_w), impl.soft_value(q + rise, alpha, log_w), scale)


@law(
    "[H17 Eq. 5]",
    needs=("soft_value",),
    inputs=cases(**STATE, other=action_values, t=fractions),
    relation="<=",
)
def value_convex(impl: Any, q: Array, alpha: Array, log_w: Measure, other: Array, t: Any) -> Sides:
    """V(tQ + (1-t)Q') ≤ t V(Q) + (1-t) V(Q') for 0 ≤ t ≤ 1."""
    chord = float(t) * impl.soft_value(q, alpha, log_w) + (1 - float(t)) * impl.soft_value(
        other, alpha, log_w
    )
    scale = value_scale(q, alpha, log_w) + value_scale(other, alpha, log_w)
    return Sides(impl.soft_value(t * q + (1 - t) * other, alpha, log_w), chord, scale)


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(**STATE, step=steps), relation="<=")
def value_lipschitz(impl: Any, q: Array, alpha: Array, log_w: Measure, step: Array) -> Sides:
    """|V(Q) - V(Q')| ≤ max_a |Q_a - Q'_a|."""
    other = q + step
    difference = np.abs(impl.soft_value(q, alpha, log_w) - impl.soft_value(other, alpha, log_w))
    scale = value_scale(q, alpha, log_w) + value_scale(other, alpha, log_w)
    return Sides(difference, tables.distance(q, other, log_w), scale)


@law(
    "[H17 Eq. 5]",
    needs=("soft_value",),
    inputs=cases(**MASKED, growth=growths),
    relation="<=",
)
def value_grows_with_temperature(impl: Any, q: Array, alpha: Array, log_w: Measure, growth: Any) -> Sides:
    """α ≤ α' implies V(Q; α) ≤ V(Q; α'), for counting measure, masked or not."""
    warmer = alpha * growth
    scale = value_scale(q, alpha, log_w) + value_scale(q, warmer, log_w)
    return Sides(impl.soft_value(q, alpha, log_w), impl.soft_value(q, warmer, log_w), scale)


@law(
    "[H17 Eq. 5]",
    needs=("soft_value",),
    inputs=cases(q=action_values, alpha=cold_temperatures, log_w=masks),
    relation="<=",
)
def value_cold_limit(impl: Any, q: Array, alpha: Array, log_w: Measure) -> Sides:
    """|V - max Q| ≤ α log |A|, so V → max Q as α → 0, for counting measure, masked or not."""
    gap = np.abs(impl.soft_value(q, alpha, log_w) - tables.best(q, log_w))
    return Sides(
        gap, np.broadcast_to(exact(alpha) * np.log(q.shape[-1]), gap.shape), value_scale(q, alpha, log_w)
    )


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(**STATE, order=orders))
def value_permutation(impl: Any, q: Array, alpha: Array, log_w: Measure, order: Array) -> Sides:
    """V(Q∘σ; w∘σ) = V(Q; w) for every permutation σ of the actions."""
    shuffled = impl.soft_value(q[..., order], alpha, None if log_w is None else log_w[..., order])
    return Sides(shuffled, impl.soft_value(q, alpha, log_w), value_scale(q, alpha, log_w))


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(FEW, **STATE, extra=columns))
def value_masked_is_removed(impl: Any, q: Array, alpha: Array, log_w: Measure, extra: Array) -> Sides:
    """V over A ∪ {b} with w_b = 0 is V over A."""
    more, more_w = tables.extend(q, log_w, extra, -np.inf)
    return Sides(
        impl.soft_value(more, alpha, more_w), impl.soft_value(q, alpha, log_w), value_scale(q, alpha, log_w)
    )


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(WEIGHTED, **HIDING, noise=junk))
def value_ignores_masked(impl: Any, q: Array, alpha: Array, log_w: Array, noise: Array) -> Sides:
    """V does not see Q_a where w_a = 0, not even a NaN."""
    noisy = np.where(oracle.weights(q, log_w) == -np.inf, noise, q)
    return Sides(
        impl.soft_value(noisy, alpha, log_w), impl.soft_value(q, alpha, log_w), value_scale(q, alpha, log_w)
    )


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(OWN_MEASURE, **STATE, state=states))
def value_of_no_action(impl: Any, q: Array, alpha: Array, log_w: Array, state: tuple[int, ...]) -> Sides:
    """V = -∞ in a state without actions, and the other states do not notice."""
    value = impl.soft_value(q, alpha, log_w)
    value[state] = -np.inf
    return Sides(impl.soft_value(q, alpha, tables.close(log_w, state)), value, value_scale(q, alpha, log_w))


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(FEW, **STATE, a=action))
def value_duplicate(impl: Any, q: Array, alpha: Array, log_w: Measure, a: int) -> Sides:
    """An action listed twice counts as one action of twice the weight."""
    weight = np.zeros(q.shape[-1:], q.dtype) if log_w is None else log_w
    twice, twice_w = tables.extend(q, weight, q[..., a : a + 1], weight[..., a : a + 1])
    double = weight + np.log(2).astype(q.dtype) * (np.arange(q.shape[-1]) == a).astype(q.dtype)
    return Sides(
        impl.soft_value(twice, alpha, twice_w),
        impl.soft_value(q, alpha, double),
        value_scale(q, alpha, double),
    )


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(WEIGHTED, **STATE, c=small_constants))
def value_weight_shift(impl: Any, q: Array, alpha: Array, log_w: Array, c: Any) -> Sides:
    """V(Q; e^c w) = V(Q; w) + α c."""
    shifted = impl.soft_value(q, alpha, log_w + c)
    scale = value_scale(q, alpha, log_w) + value_scale(q, alpha, log_w + c)
    return Sides(shifted, impl.soft_value(q, alpha, log_w) + np.float64(c) * alpha, scale)


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(BATCHED, **STATE, state=states))
def value_by_state(impl: Any, q: Array, alpha: Array, log_w: Measure, state: tuple[int, ...]) -> Sides:
    """V of one state is its entry in V of the batch."""
    single = impl.soft_value(*tables.one_state(state, q, alpha, log_w))
    scale = value_scale(q, alpha, log_w)
    return Sides(single, impl.soft_value(q, alpha, log_w)[state], scale[state])


@law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(COUNTING_BATCHED, **COUNTED, state=states, a=action))
def value_of_nan(impl: Any, q: Array, alpha: Array, state: tuple[int, ...], a: int) -> Sides:
    """A NaN in Q(s, ·) makes V(s) NaN and no other value."""
    poisoned = q.copy()
    poisoned[(*state, a)] = np.nan
    value, clean = impl.soft_value(poisoned, alpha), impl.soft_value(q, alpha)
    hit = np.zeros(clean.shape, bool)
    hit[state] = True
    left = np.stack([np.isnan(value), np.where(hit, 0.0, value)])
    scale = np.broadcast_to(value_scale(q, alpha), left.shape)
    return Sides(left, np.stack([hit, np.where(hit, 0.0, clean)]), scale)


@law("[AL17]", "[Note L60]", needs=("mellowmax",), inputs=cases(COUNTING_DEFINING, **COUNTED))
def mellowmax_is_log_mean(impl: Any, q: Array, alpha: Array) -> Sides:
    """mm = α log( (1/|A|) Σ_a exp(Q_a / α) )."""
    uniform = np.full(q.shape[-1], -np.log(q.shape[-1]))
    return Sides(impl.mellowmax(q, alpha), oracle.boltzmann(q, alpha, uniform).value, value_scale(q, alpha))


@law("[AL17]", "[Note L60]", needs=("mellowmax", "soft_value"), inputs=cases(COUNTING, **COUNTED))
def mellowmax_is_value_minus_log_count(impl: Any, q: Array, alpha: Array) -> Sides:
    """mm = V - α log |A|."""
    count = exact(alpha) * np.log(q.shape[-1])
    return Sides(impl.mellowmax(q, alpha), impl.soft_value(q, alpha) - count, value_scale(q, alpha))


@law("[AL17]", needs=("mellowmax",), inputs=cases(COUNTING, **COUNTED), relation="<=")
def mellowmax_at_least_mean(impl: Any, q: Array, alpha: Array) -> Sides:
    """mean Q ≤ mm (Jensen)."""
    return Sides(np.mean(q, axis=-1, dtype=np.float64), impl.mellowmax(q, alpha), value_scale(q, alpha))


@law("[AL17]", needs=("mellowmax",), inputs=cases(COUNTING, **COUNTED), relation="<=")
def mellowmax_hot_limit(impl: Any, q: Array, alpha: Array) -> Sides:
    """mm ≤ mean Q + (max Q - min Q)² / 8α (Hoeffding), so mm → mean Q as α → ∞."""
    span = np.ptp(exact(q), axis=-1)
    bound = np.mean(q, axis=-1, dtype=np.float64) + span**2 / (8 * exact(alpha))
    return Sides(impl.mellowmax(q, alpha), bound, value_scale(q, alpha))


@law("[AL17]", needs=("mellowmax",), inputs=cases(COUNTING, **COUNTED), relation="<=")
def mellowmax_at_most_max(impl: Any, q: Array, alpha: Array) -> Sides:
    """mm ≤ max Q."""
    return Sides(impl.mellowmax(q, alpha), np.max(q, axis=-1), value_scale(q, alpha))


@law("[AL17]", needs=("mellowmax",), inputs=cases(COUNTING, **COUNTED, growth=growths), relation="<=")
def mellowmax_falls_with_temperature(impl: Any, q: Array, alpha: Array, growth: Any) -> Sides:
    """α ≤ α' implies mm(Q; α') ≤ mm(Q; α)."""
    scale = value_scale(q, alpha * growth) + value_scale(q, alpha)
    return Sides(impl.mellowmax(q, alpha * growth), impl.mellowmax(q, alpha), scale)


@law("[AL17]", needs=("mellowmax",), inputs=cases(COUNTING, **COUNTED, step=steps), relation="<=")
def mellowmax_nonexpansion(impl: Any, q: Array, alpha: Array, step: Array) -> Sides:
    """|mm(Q) - mm(Q')| ≤ max_a |Q_a - Q'_a|."""
    other = q + step
    difference = np.abs(impl.mellowmax(q, alpha) - impl.mellowmax(other, alpha))
    return Sides(
        difference, tables.distance(q, other, None), value_scale(q, alpha) + value_scale(other, alpha)
    )


@law("[H17 Eq. 4]", "[Note L15]", needs=("energy",), inputs=cases(COUNTING_DEFINING, **COUNTED))
def energy_is_minus_q(impl: Any, q: Array, alpha: Array) -> Sides:
    """E = -Q / α."""
    energy = -exact(q) / per_action(alpha)
    return Sides(impl.energy(q, alpha), energy, np.abs(energy))


@law("[Note L15]", "[Note L40]", needs=("energy", "soft_value"), inputs=cases(COUNTING, **COUNTED))
def energy_gives_value(impl: Any, q: Array, alpha: Array) -> Sides:
    """V / α = log Σ_a exp(-E_a)."""
    free = impl.soft_value(-impl.energy(q, alpha), np.ones_like(alpha))
    return Sides(free, impl.soft_value(q, alpha) / alpha, log_policy_scale(q, alpha))
