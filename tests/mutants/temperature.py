"""Wrong temperatures: a turned sign, a forgotten mask, the state for the batch."""

from __future__ import annotations

import numpy as np
import reference as right

from .core import mutant


@mutant("state_temperature", "state_temperature_gives_the_entropy")
def temperature_of_all_actions(q, target, log_w=None):
    """The mask forgotten."""
    return right.state_temperature(q, target)


@mutant("state_temperature", "state_temperature_gives_the_entropy")
def bracket_too_narrow(q, target, log_w=None):
    """Bisection that starts at 10 and only goes down."""
    return np.minimum(right.state_temperature(q, target, log_w), 10)


@mutant("state_temperature", "state_temperature_gives_the_entropy")
def precision_for_temperature(q, target, log_w=None):
    """1/α returned."""
    return 1 / right.state_temperature(q, target, log_w)


@mutant("batch_temperature", "batch_temperature_gives_the_mean_entropy")
def mean_of_state_temperatures(q, target, log_w=None):
    """The mean of the temperatures of each state."""
    return right.state_temperature(q, target, log_w).mean()


@mutant("temperature_dual", "dual_is_value_less_the_entropy_bonus", "dual_is_convex")
def dual_with_a_turned_sign(q, alpha, target, log_w=None):
    """V + αH̄."""
    return right.temperature_dual(q, alpha, -np.asarray(target, q.dtype), log_w)


@mutant("temperature_dual", "dual_is_value_less_the_entropy_bonus")
def dual_without_alpha(q, alpha, target, log_w=None):
    """V - H̄."""
    return right.soft_value(q, alpha, log_w) - np.asarray(target, q.dtype)


@mutant("dual_gradient", "dual_gradient_is_the_excess_of_entropy", "dual_is_convex")
def gradient_with_a_turned_sign(q, alpha, target, log_w=None):
    """H̄ - H."""
    return -right.dual_gradient(q, alpha, target, log_w)


@mutant("dual_step", "dual_step_descends_in_the_logarithm")
def step_uphill(alpha, entropy, target, rate):
    """α grows where there is too much entropy."""
    return right.dual_step(alpha, target, entropy, rate)


@mutant("dual_step", "dual_step_descends_in_the_logarithm")
def step_in_alpha_itself(alpha, entropy, target, rate):
    """A step in α where one in log α was asked for."""
    return np.maximum(alpha - rate * (entropy - target), 1e-6)


@mutant("linear_dual_step", "linear_dual_step_stays_at_zero")
def step_below_zero(alpha, entropy, target, rate):
    """A negative temperature."""
    return alpha - rate * (entropy - target)


@mutant("state_temperature", "state_temperature_gives_the_entropy")
def temperature_of_the_batch_for_each_state(q, target, log_w=None):
    """One α for all states, from the mean of their targets: right wherever they happen to share it."""
    return np.broadcast_to(right.batch_temperature(q, np.mean(target), log_w), q.shape[:-1]).astype(q.dtype)
