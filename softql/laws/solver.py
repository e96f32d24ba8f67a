"""Laws of solvers: an answer comes with a bound on its own error, and the bound is kept.

`certified_q(transition, reward, discount, alpha, log_w=None)` answers with a pair (q [S, A], error_bound): a solver
that stops early is as right as one that goes on, as long as it says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compare import epsilon
from .core import Finding, Sides, law
from .implementation import OutOfDomain, numbers, refuses_last
from .oracle import exact
from .strategies import cases
from .worlds import SOFT, WORLDS, Array, best_q, reach

NEEDS = ("certified_q",)


@law("[Note L76]", needs=NEEDS, inputs=cases(WORLDS, **SOFT), relation="<=", whole=True)
def certified_error_is_kept(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any
) -> Sides:
    """|Q - Q*| <= error_bound, in every action that exists."""
    q, bound, unit = _solve(impl, transition, reward, discount, alpha, log_w)
    gone = np.zeros(q.shape, bool) if log_w is None else log_w == -np.inf
    off = np.where(gone, 0.0, np.abs(q - best_q(transition, reward, discount, alpha, log_w)))
    size = reach(reward, discount, alpha, reward.shape[-1]) * unit / 8  # one rounding of the answer itself
    return Sides(off, np.full(q.shape, bound), np.full(q.shape, size))


@law("[Note L76]", needs=NEEDS, inputs=cases(WORLDS, **SOFT), relation="<=", whole=True)
def certified_error_says_something(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any
) -> Sides:
    """0 <= error_bound <= (max |r| + α (1 + log Σ w)) / (1 - γ): less than to have solved nothing."""
    _, bound, _ = _solve(impl, transition, reward, discount, alpha, log_w)
    most = reach(reward, discount, alpha, reward.shape[-1])
    return Sides(np.array([-bound, bound]), np.array([0.0, most]), np.full(2, most))


def _solve(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any
) -> tuple[Array, Any, float]:
    """Values, their bound, and an ulp of the answer in ulps of the input."""
    given = [transition, reward, discount, alpha] + ([] if log_w is None else [log_w])
    if log_w is not None and (refused := refuses_last("certified_q", impl.certified_q)):
        raise OutOfDomain(f"takes no {refused}")
    pair = impl.certified_q(*(np.array(x)[()] for x in given))
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise Finding(f"certified_q answers with a pair (q, error_bound), not with {type(pair).__name__}")
    q, bound = (numbers(x) for x in pair)
    if q.shape != reward.shape or bound.shape != ():
        raise Finding(f"q has shape {q.shape} and error_bound {bound.shape}, not {reward.shape} and ()")
    unit = max(epsilon(q.dtype) / epsilon(reward.dtype), 1.0)
    return exact(q), float(bound), unit
