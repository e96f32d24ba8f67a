"""Laws of multi-step targets. The last axis is time, the leading axes are paths; any numbers make a path.

`discount` is gamma (1 - terminated), so nothing after a termination counts. Where a path was truncated the
return takes the value of its final observation and nothing of what follows in the array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .core import Sides, law
from .oracle import discounted_sum, exact, lambda_return, per_action
from .strategies import (
    PATHS,
    Field,
    cases,
    cuts,
    fractions,
    log_chances,
    moments,
    path_discounts,
    path_numbers,
    temperatures,
)

Array = np.ndarray
PATH: dict[str, Field] = {
    "reward": path_numbers,
    "discount": path_discounts,
    "entropy": path_numbers,
    "alpha": temperatures,
}
TRACE: dict[str, Field] = {
    "reward": path_numbers,
    "discount": path_discounts,
    "next_v": path_numbers,
    "log_pi": log_chances,
    "alpha": temperatures,
    "lambda_": fractions,
}

# Whole paths


@law("[Note L13]", needs=("soft_return",), inputs=cases(PATHS, **PATH))
def return_is_discounted_sum(
    impl: Any, reward: Array, discount: Array, entropy: Array, alpha: Array
) -> Sides:
    """G = Σ_t γ^t (r_t + α H_t), with γ^t the product of the discounts before t."""
    truth = discounted_sum(reward + per_action(alpha) * entropy, discount)
    scale = path_scale(reward, discount, entropy, alpha)
    return Sides(impl.soft_return(reward, discount, entropy, alpha), truth, scale)


@law("[Note L21]", "[Note L25]", needs=("soft_q_return",), inputs=cases(PATHS, **PATH))
def q_return_is_discounted_sum(
    impl: Any, reward: Array, discount: Array, entropy: Array, alpha: Array
) -> Sides:
    """Q = r_0 + Σ_{t≥1} γ^t (r_t + α H_t): no bonus for the action that is given."""
    later = np.where(np.arange(reward.shape[-1]) == 0, 0, entropy)
    truth = discounted_sum(reward + per_action(alpha) * later, discount)
    scale = path_scale(reward, discount, later, alpha)
    return Sides(impl.soft_q_return(reward, discount, entropy, alpha), truth, scale)


@law("[Note L21]", "[Note L13]", needs=("soft_q_return", "soft_return"), inputs=cases(PATHS, **PATH))
def q_return_lacks_first_bonus(
    impl: Any, reward: Array, discount: Array, entropy: Array, alpha: Array
) -> Sides:
    """G = Q + α H_0."""
    right = impl.soft_q_return(reward, discount, entropy, alpha) + exact(alpha) * entropy[..., 0]
    scale = path_scale(reward, discount, entropy, alpha)
    return Sides(impl.soft_return(reward, discount, entropy, alpha), right, scale)


# lambda-returns


@law("[N17]", "[Note L25]", needs=("soft_lambda_returns",), inputs=cases(PATHS, **TRACE, truncated=cuts))
def lambda_return_is_mixture(impl: Any, truncated: Array, **trace: Any) -> Sides:
    """G_t mixes the n-step returns with weights (1-λ) λ^(n-1), each with -α log π after its first step."""
    bonus = -per_action(trace["alpha"]) * trace["log_pi"]
    truth = lambda_return(
        trace["reward"], trace["discount"], trace["next_v"], bonus, float(trace["lambda_"]), truncated
    )
    return Sides(lambda_returns(impl, trace, truncated), truth, trace_scale(trace, truncated))


@law("[Note L67]", needs=("soft_lambda_returns",), inputs=cases(PATHS, **TRACE))
def lambda_return_of_one_step(impl: Any, **trace: Any) -> Sides:
    """G_t = r_t + γ V(s_{t+1}) at λ = 0."""
    reward, step = trace["reward"], exact(trace["discount"]) * trace["next_v"]
    left = lambda_returns(impl, {**trace, "lambda_": 0 * trace["lambda_"]})
    return Sides(left, reward + step, np.abs(reward) + np.abs(step))


@law("[Note L25]", needs=("soft_lambda_returns", "soft_q_return"), inputs=cases(PATHS, **TRACE))
def lambda_return_of_whole_path(impl: Any, **trace: Any) -> Sides:
    """G_0 = r_0 + Σ_{t≥1} γ^t (r_t - α log π_t) at λ = 1 on a path that terminates."""
    ends = trace["discount"].copy()
    ends[..., -1] = 0
    whole = {**trace, "discount": ends, "lambda_": 0 * trace["lambda_"] + 1}
    right = impl.soft_q_return(trace["reward"], ends, -trace["log_pi"], trace["alpha"])
    return Sides(lambda_returns(impl, whole)[..., 0], right, trace_scale(whole)[..., 0])


@law(
    "[N17]", needs=("soft_lambda_returns",), inputs=cases(PATHS, **TRACE, value=path_numbers, truncated=cuts)
)
def path_consistency(impl: Any, value: Array, truncated: Array, **trace: Any) -> Sides:
    """If V(s_t) = r_t - α log π_t + γ V(s_{t+1}) along a path, G_t = V(s_t) + α log π_t for every λ."""
    ahead = np.concatenate([value[..., 1:], trace["next_v"][..., -1:]], axis=-1)
    surprise = per_action(trace["alpha"]).astype(value.dtype) * trace["log_pi"]
    reward = value + surprise - trace["discount"] * ahead
    size = np.abs(value) + np.abs(surprise) + np.abs(trace["discount"] * ahead)
    left = lambda_returns(impl, {**trace, "reward": reward, "next_v": ahead}, truncated)
    right = exact(value) + per_action(trace["alpha"]) * trace["log_pi"]
    return Sides(left, right, trace_scale({**trace, "reward": size, "next_v": ahead}, truncated))


@law(
    "[Note L25]",
    needs=("soft_lambda_returns",),
    inputs=cases(PATHS, **TRACE, noise=path_numbers, last=moments),
)
def lambda_return_ends_at_truncation(impl: Any, noise: Array, last: int, **trace: Any) -> Sides:
    """Up to a truncation the returns are those of the path that stops there, whatever follows."""
    time, kept = np.arange(noise.shape[-1]), np.s_[..., : last + 1]
    replaced = {name: np.where(time > last, noise, trace[name]) for name in ("reward", "next_v", "log_pi")}
    left = lambda_returns(impl, {**trace, **replaced}, np.broadcast_to(time == last, noise.shape))
    stopped = {name: x[kept] if np.shape(x) == noise.shape else x for name, x in trace.items()}
    return Sides(left[kept], lambda_returns(impl, stopped), trace_scale(stopped))


@law(
    "[Note L25]",
    needs=("soft_lambda_returns",),
    inputs=cases(PATHS, **TRACE, noise=path_numbers, last=moments),
)
def lambda_return_ends_at_termination(impl: Any, noise: Array, last: int, **trace: Any) -> Sides:
    """Up to a termination the returns do not see what follows, nor V = -∞ where it ends."""
    time, kept = np.arange(noise.shape[-1]), np.s_[..., : last + 1]
    ended = {**trace, "discount": np.where(time == last, 0, trace["discount"]).astype(noise.dtype)}
    replaced = {name: np.where(time > last, noise, trace[name]) for name in ("reward", "next_v", "log_pi")}
    replaced["next_v"] = np.where(time == last, -np.inf, replaced["next_v"]).astype(noise.dtype)
    left, right = lambda_returns(impl, {**ended, **replaced}), lambda_returns(impl, ended)
    return Sides(left[kept], right[kept], trace_scale(ended)[kept])


def lambda_returns(impl: Any, trace: dict[str, Any], truncated: Array | None = None) -> Array:
    """The implementation's returns of a trace."""
    given = (trace[name] for name in TRACE)
    cut = None if truncated is None or not np.any(truncated) else truncated  # no truncation is a missing argument
    answer: Array = impl.soft_lambda_returns(*given, cut)
    return answer


def path_scale(reward: Array, discount: Array, entropy: Array, alpha: Array) -> Array:
    """Every term of the sum, rounded once for every step before it."""
    size = np.abs(reward) + per_action(alpha) * np.abs(entropy)
    return reward.shape[-1] * discounted_sum(size, discount)


def trace_scale(trace: dict[str, Any], truncated: Array | None = None) -> Array:
    """Every term of the mixture, rounded once for every step before it."""
    reward, discount, next_v = trace["reward"], trace["discount"], trace["next_v"]
    bonus = per_action(trace["alpha"]) * np.abs(trace["log_pi"])
    cut = np.zeros(reward.shape, bool) if truncated is None else truncated
    share = float(trace["lambda_"])
    return reward.shape[-1] * lambda_return(np.abs(reward), discount, np.abs(next_v), bonus, share, cut)
