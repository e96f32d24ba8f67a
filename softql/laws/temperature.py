"""Laws of the temperature: that of a wanted entropy, its dual, and steps on the dual."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .core import Sides, law
from .oracle import boltzmann, exact
from .scales import value_scale
from .strategies import FEW, ONE_STATE, ROOMS, Field, Room, array, cases, fractions, masks
from .worlds import Array, mild_temperatures, tables


def own_temperatures(room: Room) -> SearchStrategy[Any]:
    """One alpha a state: with one for all, a temperature of the whole batch would answer for each."""
    return array(room, room.batch, st.one_of(st.sampled_from([1.0, 0.5, 2.0, 16.0]), st.floats(0.25, 4.0)))


BATCHES = (*(room for room in FEW if room.actions > 1), ROOMS[3])
STATE: dict[str, Field] = {"q": tables, "alpha": mild_temperatures, "log_w": masks}
STEP: dict[str, Field] = {"alpha": mild_temperatures, "entropy": fractions, "target": fractions, "rate": fractions}
ONE = (Room((), 2, "counting", False),)


@law(
    "[H18]",
    needs=("state_temperature",),
    inputs=cases((*BATCHES, ONE_STATE), **(STATE | {"alpha": own_temperatures})),
)
def state_temperature_gives_the_entropy(impl: Any, q: Array, alpha: Any, log_w: Any) -> Sides:
    """H(exp((Q - V)/α)) = H̄ at α = α(H̄)."""
    q, target, size = _attainable(q, alpha, log_w)
    found = impl.state_temperature(q, target.astype(q.dtype), log_w)
    return Sides(boltzmann(q, np.maximum(found, 1e-30), log_w).entropy, target, size)


@law("[H18]", needs=("batch_temperature",), inputs=cases(BATCHES, **STATE))
def batch_temperature_gives_the_mean_entropy(impl: Any, q: Array, alpha: Any, log_w: Any) -> Sides:
    """mean_s H(exp((Q - V)/α)) = H̄ at α = α(H̄)."""
    q, target, size = _attainable(q, alpha, log_w)
    found = impl.batch_temperature(q, np.mean(target).astype(q.dtype)[()], log_w)
    return Sides(np.mean(boltzmann(q, np.maximum(found, 1e-30), log_w).entropy), np.mean(target), np.max(size))


@law("[H18]", needs=("temperature_dual",), inputs=cases((*BATCHES, ONE_STATE), **STATE, target=fractions))
def dual_is_value_less_the_entropy_bonus(impl: Any, q: Array, alpha: Any, log_w: Any, target: Any) -> Sides:
    """g(α) = V - α H̄."""
    right = boltzmann(q, alpha, log_w).value - exact(alpha) * exact(target)
    scale = value_scale(q, alpha, log_w) + 2 * exact(alpha)
    return Sides(impl.temperature_dual(q, alpha, target, log_w), right, scale)


@law("[H18]", needs=("dual_gradient",), inputs=cases((*BATCHES, ONE_STATE), **STATE, target=fractions))
def dual_gradient_is_the_excess_of_entropy(impl: Any, q: Array, alpha: Any, log_w: Any, target: Any) -> Sides:
    """dg/dα = H(π) - H̄."""
    right = boltzmann(q, alpha, log_w).entropy - exact(target)
    return Sides(impl.dual_gradient(q, alpha, target, log_w), right, _entropy_size(q, alpha))


@law(
    "[H18]",
    needs=("temperature_dual", "dual_gradient"),
    inputs=cases(BATCHES, **STATE, target=fractions, other=mild_temperatures),
    relation="<=",
)
def dual_is_convex(impl: Any, q: Array, alpha: Any, log_w: Any, target: Any, other: Any) -> Sides:
    """g(α) + g'(α) (β - α) <= g(β)."""
    step = exact(other) - exact(alpha)
    left = impl.temperature_dual(q, alpha, target, log_w) + impl.dual_gradient(q, alpha, target, log_w) * step
    scale = value_scale(q, alpha, log_w) + value_scale(q, other, log_w) + np.abs(step) * _entropy_size(q, alpha)
    return Sides(left, impl.temperature_dual(q, other, target, log_w), 2 * scale + 8)


@law("[H18]", needs=("dual_step",), inputs=cases(ONE, **STEP))
def dual_step_descends_in_the_logarithm(impl: Any, alpha: Any, entropy: Any, target: Any, rate: Any) -> Sides:
    """log α' = log α - rate (H - H̄)."""
    right = np.log(exact(alpha)) - exact(rate) * (exact(entropy) - exact(target))
    left = np.log(impl.dual_step(alpha, entropy, target, rate))
    return Sides(left, right, 4 + np.abs(right))


@law("[H18]", needs=("linear_dual_step",), inputs=cases(ONE, **STEP))
def linear_dual_step_stays_at_zero(impl: Any, alpha: Any, entropy: Any, target: Any, rate: Any) -> Sides:
    """α' = max(α - rate (H - H̄), 0), at a rate that overshoots."""
    far = np.asarray(8 * rate, np.asarray(rate).dtype)[()]
    right = np.maximum(exact(alpha) - exact(far) * (exact(entropy) - exact(target)), 0)
    return Sides(impl.linear_dual_step(alpha, entropy, target, far), right, exact(alpha) + 16)


def _attainable(q: Array, alpha: Any, log_w: Any) -> tuple[Array, Array, Array]:
    """Values with a clear order, an entropy that some temperature gives, and the rounding of that entropy."""
    q = (np.round(q) + np.arange(q.shape[-1]) / 4).astype(q.dtype)
    return q, boltzmann(q, alpha, log_w).entropy, _entropy_size(q, alpha)


def _entropy_size(q: Array, alpha: Any) -> Array:
    """Chances off by the gaps over α, in an entropy of at most log n and 1 more."""
    gaps = (np.max(q, axis=-1) - np.min(q, axis=-1)) / exact(alpha)
    return 4 * (1 + gaps) ** 2 * (1 + np.log(q.shape[-1]))
