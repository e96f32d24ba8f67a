"""Wrong certificates: solvers whose answer is further from the truth than they say."""

from __future__ import annotations

import numpy as np
import reference as right

from .core import mutant

KEPT, SAYS = "certified_error_is_kept", "certified_error_says_something"


@mutant("certified_q", KEPT)
def residual_for_error(transition, reward, discount, alpha, log_w=None):
    """|T*Q - Q| given out as |Q - Q*|: the 1/(1 - γ) forgotten."""
    q, bound = right.certified_q(transition, reward, discount, alpha, log_w)
    return q, bound * (1 - np.max(discount))


@mutant("certified_q", KEPT)
def tolerance_for_error(transition, reward, discount, alpha, log_w=None):
    """Ends when a sweep moves less than 1e-2, and says that 1e-2 is how far it is off."""
    q = np.zeros_like(reward)
    for _ in range(right.SWEEPS):
        before, q = q, right.optimality_backup(transition, reward, discount, q, alpha, log_w)
        if np.max(np.abs(q - before)) < 1e-2:
            break
    return q, reward.dtype.type(1e-2)


@mutant("certified_q", KEPT)
def error_of_another_world(transition, reward, discount, alpha, log_w=None):
    """The hard optimum, with a bound for the hard optimum."""
    return right.hard_q(transition, reward, discount, log_w), np.asarray(1e-3, reward.dtype)


@mutant("certified_q", KEPT)
def certificate_of_the_masked(transition, reward, discount, alpha, log_w=None):
    """The mask forgotten in the sweeps."""
    return right.certified_q(transition, reward, discount, alpha)


@mutant("certified_q", SAYS)
def error_unknown(transition, reward, discount, alpha, log_w=None):
    """inf: always true, never of use."""
    return right.optimal_q(transition, reward, discount, alpha, log_w), np.inf


@mutant("certified_q", KEPT, SAYS)
def bound_below_zero(transition, reward, discount, alpha, log_w=None):
    """T*Q - Q without its absolute value."""
    q = 2 * np.ones_like(reward) * np.abs(reward).max() + 40
    then = right.optimality_backup(transition, reward, discount, q, alpha, log_w)
    return q, np.max(then - q) - 100
