"""Laws of multi-step targets. The last axis is time, the leading axes are paths; any numbers make a path.

`discount` is gamma (1 - terminated), so nothing after a termination counts. Where a path was truncated the
return takes the value of its final observation and nothing of what follows in the array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .core import Sides, law
from .oracle import discounted_sum, exact, lambda_return, n_step_return, per_action
from .strategies import (
    COUNTING_DEFINING,
    PATHS,
    Field,
    cases,
    cuts,
    fractions,
    lengths,
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

PATH_STEPS = ("reward", "discount", "next_v", "log_pi", "alpha")
STEPS: dict[str, Field] = {**{name: TRACE[name] for name in PATH_STEPS}, "n": lengths}
RETRACE: dict[str, Field] = {
    **{name: TRACE[name] for name in ("reward", "discount", "next_v")},
    "q": path_numbers,
    "log_ratio": path_numbers,
    "lambda_": fractions,
}

# Whole paths


@law("[Note L13]", needs=("soft_return",), inputs=cases(COUNTING_DEFINING, **PATH))
def return_is_discounted_sum(impl: Any, reward: Array, discount: Array, entropy: Array, alpha: Array) -> Sides:
    """G = Σ_t γ^t (r_t + α H_t), with γ^t the product of the discounts before t."""
    truth = discounted_sum(reward + per_action(alpha) * entropy, discount)
    scale = path_scale(reward, discount, entropy, alpha)
    return Sides(impl.soft_return(reward, discount, entropy, alpha), truth, scale)


@law("[Note L21]", "[Note L25]", needs=("soft_q_return",), inputs=cases(COUNTING_DEFINING, **PATH))
def q_return_is_discounted_sum(impl: Any, reward: Array, discount: Array, entropy: Array, alpha: Array) -> Sides:
    """Q = r_0 + Σ_{t≥1} γ^t (r_t + α H_t): no bonus for the action that is given."""
    later = np.where(np.arange(reward.shape[-1]) == 0, 0, entropy)
    truth = discounted_sum(reward + per_action(alpha) * later, discount)
    scale = path_scale(reward, discount, later, alpha)
    return Sides(impl.soft_q_return(reward, discount, entropy, alpha), truth, scale)


@law("[Note L21]", "[Note L13]", needs=("soft_q_return", "soft_return"), inputs=cases(PATHS, **PATH))
def q_return_lacks_first_bonus(impl: Any, reward: Array, discount: Array, entropy: Array, alpha: Array) -> Sides:
    """G = Q + α H_0."""
    right = impl.soft_q_return(reward, discount, entropy, alpha) + exact(alpha) * entropy[..., 0]
    scale = path_scale(reward, discount, entropy, alpha)
    return Sides(impl.soft_return(reward, discount, entropy, alpha), right, scale)


# lambda-returns


@law("[N17]", "[Note L25]", needs=("soft_lambda_returns",), inputs=cases(COUNTING_DEFINING, **TRACE, truncated=cuts))
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


@law("[N17]", needs=("soft_lambda_returns",), inputs=cases(PATHS, **TRACE, value=path_numbers, truncated=cuts))
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


# n-step returns


@law("[Note L25]", needs=("soft_n_step_returns",), inputs=cases(COUNTING_DEFINING, **STEPS, truncated=cuts))
def n_step_return_is_definition(impl: Any, n: int, truncated: Array, **trace: Any) -> Sides:
    """G_t = r_t + Σ_{0<k<n} γ^k (r_{t+k} - α log π_{t+k}) + γ^n V(s_{t+n}), fewer steps where the path ends."""
    bonus = -per_action(trace["alpha"]) * trace["log_pi"]
    truth = n_step_return(trace["reward"], trace["discount"], trace["next_v"], bonus, n, truncated)
    left = impl.soft_n_step_returns(*(trace[name] for name in PATH_STEPS), n, if_any(truncated))
    return Sides(left, truth, _step_scale(trace, truncated))


@law("[Note L25]", needs=("soft_n_step_returns", "soft_lambda_returns"), inputs=cases(PATHS, **STEPS, truncated=cuts))
def n_step_return_of_the_whole_window(impl: Any, n: int, truncated: Array, **trace: Any) -> Sides:
    """G of as many steps as there are is the return at λ = 1."""
    given = [trace[name] for name in PATH_STEPS]
    steps, one = trace["reward"].shape[-1], trace["reward"].dtype.type(1)
    left = impl.soft_n_step_returns(*given, steps, if_any(truncated))
    return Sides(left, impl.soft_lambda_returns(*given, one, if_any(truncated)), _step_scale(trace, truncated))


@law(
    "[N17]",
    needs=("soft_value_returns", "soft_n_step_returns"),
    inputs=cases(COUNTING_DEFINING, **STEPS, truncated=cuts),
)
def value_return_counts_the_first_action(impl: Any, n: int, truncated: Array, **trace: Any) -> Sides:
    """G^V_t = G_t - α log π_t: a target for V pays for the first action too."""
    given = [trace[name] for name in PATH_STEPS]
    surprise = per_action(trace["alpha"]) * trace["log_pi"]
    right = impl.soft_n_step_returns(*given, n, if_any(truncated)) - surprise
    left = impl.soft_value_returns(*given, n, if_any(truncated))
    return Sides(left, right, _step_scale(trace, truncated) + 2 * np.abs(surprise))


# Path consistency


@law("[N17]", needs=("path_consistency_error",), inputs=cases(COUNTING_DEFINING, **STEPS, value=path_numbers))
def path_error_adds_up(impl: Any, n: int, value: Array, **trace: Any) -> Sides:
    """C^(n)_t = Σ_{k<n} γ^k C^(1)_{t+k} where V(s_{t+1}) is one number at both of its places."""
    trace["next_v"] = np.concatenate([value[..., 1:], trace["next_v"][..., -1:]], axis=-1)
    given = [trace[name] for name in PATH_STEPS]
    single = impl.path_consistency_error(value, *given, 1)
    right = np.zeros(single.shape)
    for *path, t in np.ndindex(single.shape):
        row, weight = tuple(path), 1.0
        for k in range(t, min(t + n, single.shape[-1])):
            right[(*row, t)] += weight * single[(*row, k)]
            weight *= float(trace["discount"][(*row, k)])
    scale = 2 * _step_scale(trace, np.zeros(value.shape, bool)) + 8 * np.abs(value).max(-1, keepdims=True)
    surprise = 8 * np.abs(per_action(trace["alpha"]) * trace["log_pi"]).max(-1, keepdims=True)
    left = impl.path_consistency_error(value, *given, n)
    return Sides(left, right, (scale + surprise) * value.shape[-1])


@law("[N17]", needs=("path_consistency_error", "soft_value_returns"), inputs=cases(PATHS, **STEPS, value=path_numbers))
def path_error_is_target_minus_value(impl: Any, n: int, value: Array, **trace: Any) -> Sides:
    """C_t = G^V_t - V(s_t)."""
    given = [trace[name] for name in PATH_STEPS]
    right = impl.soft_value_returns(*given, n) - value
    scale = _step_scale(trace, np.zeros(value.shape, bool)) + np.abs(value) + np.abs(right)
    return Sides(impl.path_consistency_error(value, *given, n), right, 2 * scale)


@law(
    "[N17]",
    needs=("path_consistency_loss", "path_consistency_error"),
    inputs=cases(COUNTING_DEFINING, **STEPS, value=path_numbers),
)
def path_loss_is_half_square(impl: Any, n: int, value: Array, **trace: Any) -> Sides:
    """L = C²/2."""
    given = [value, *(trace[name] for name in PATH_STEPS), n]
    error = impl.path_consistency_error(*given)
    return Sides(impl.path_consistency_loss(*given), error**2 / 2, error**2)


# Retrace


@law("[Note L25]", needs=("soft_retrace_returns",), inputs=cases(COUNTING_DEFINING, **RETRACE, truncated=cuts))
def retrace_is_a_sum_of_errors(impl: Any, truncated: Array, **trace: Any) -> Sides:
    """G_t = Q_t + Σ_k γ^k Π c δ_k, δ = r + γ V(s') - Q and c = λ min(1, π/μ), up to where the path ends."""
    reward, discount = exact(trace["reward"]), exact(trace["discount"])
    error = reward + discount * exact(trace["next_v"]) - exact(trace["q"])
    share = float(trace["lambda_"]) * np.exp(np.minimum(exact(trace["log_ratio"]), 0))
    size = np.abs(reward) + discount * np.abs(exact(trace["next_v"])) + 2 * np.abs(exact(trace["q"]))
    right, scale = np.array(exact(trace["q"])), np.array(np.abs(exact(trace["q"])))
    for *path, t in np.ndindex(reward.shape):
        row, weight = tuple(path), 1.0
        for k in range(t, reward.shape[-1]):
            right[(*row, t)] += weight * error[(*row, k)]
            scale[(*row, t)] += weight * size[(*row, k)] * (k - t + 2)
            if truncated[(*row, k)] or discount[(*row, k)] == 0 or k + 1 == reward.shape[-1]:
                break
            weight *= discount[(*row, k)] * share[(*row, k + 1)]
    return Sides(impl.soft_retrace_returns(*(trace[name] for name in RETRACE), if_any(truncated)), right, 2 * scale)


def _step_scale(trace: dict[str, Any], truncated: Array) -> Array:
    """Every term of the longest return, rounded once for every step before it."""
    reward = np.abs(trace["reward"])
    bonus = per_action(trace["alpha"]) * np.abs(trace["log_pi"])
    size = lambda_return(reward, trace["discount"], np.abs(trace["next_v"]), bonus, 1.0, truncated)
    one = reward + trace["discount"] * np.abs(trace["next_v"])
    return reward.shape[-1] * (size + one + np.max(one + bonus, axis=-1, keepdims=True))


def lambda_returns(impl: Any, trace: dict[str, Any], truncated: Array | None = None) -> Array:
    """The implementation's returns of a trace."""
    given = (trace[name] for name in TRACE)
    answer: Array = impl.soft_lambda_returns(*given, if_any(truncated))
    return answer


def if_any(truncated: Array | None) -> Array | None:
    """The truncations; where there is none the argument is missing, which functions without it can answer."""
    return None if truncated is None or not np.any(truncated) else truncated


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
