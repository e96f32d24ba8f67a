"""The equivalences of entropy-regularised control, each as one law: docs/equivalences.md tells them in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from .core import Sides, law
from .oracle import exact, expectation, masses, normalise
from .scales import policy_scale, product, spread
from .strategies import Field, cases, fractions, interior_log_policies
from .worlds import (
    FREE,
    SOFT,
    WORLD,
    WORLDS,
    certain_transitions,
    expected,
    low_temperatures,
    mild_temperatures,
    open_measures,
    path_mean,
    plans,
    reach,
    soft_maximum,
    solve_scale,
    tables,
)

Array = np.ndarray
EULER = 0.5772156649015329
STATE: dict[str, Field] = {"q": tables, "target": tables, "alpha": mild_temperatures, "log_w": open_measures}
FREE_SOFT: dict[str, Field] = {**WORLD, "alpha": mild_temperatures}
COLD: dict[str, Field] = {**WORLD, "alpha": low_temperatures}
PLANNED: dict[str, Field] = {**FREE_SOFT, "reward": plans}
CHAIN: dict[str, Field] = {**FREE_SOFT, "share": fractions}


# Soft Q-learning is policy gradient


@law("[S17]", needs=("soft_q_gradient", "policy_gradient", "value_gradient"), inputs=cases(WORLDS, **STATE), limit=16)
def soft_q_gradient_is_policy_and_value_gradient(impl: Any, q: Array, target: Array, alpha: Any, log_w: Any) -> Sides:
    """∇E_π[(Q - Q̂)²/2] = -α ∇(E_π[Q̂] + αH) + ∇(V - V̂)²/2."""
    given = (q, target, alpha, log_w)
    right = -exact(alpha) * impl.policy_gradient(*given) + impl.value_gradient(*given)
    return Sides(impl.soft_q_gradient(*given), right, _gradient_scale(*given))


@law("[S17]", needs=("soft_q_gradient",), inputs=cases(WORLDS, **STATE))
def soft_q_gradient_is_weighted_error(impl: Any, q: Array, target: Array, alpha: Any, log_w: Any) -> Sides:
    """∇E_π[(Q - Q̂)²/2] = w π (Q - Q̂), π held fixed."""
    chance = masses(normalise(exact(q) / exact(alpha), log_w), log_w)
    right = chance * (exact(q) - exact(target))
    return Sides(impl.soft_q_gradient(q, target, alpha, log_w), right, _gradient_scale(q, target, alpha, log_w))


@law("[S17]", needs=("policy_gradient",), inputs=cases(WORLDS, **STATE), limit=16)
def policy_gradient_is_advantage(impl: Any, q: Array, target: Array, alpha: Any, log_w: Any) -> Sides:
    """∇(E_π[Q̂] + αH) = w π (Q̂ - α log π - V̂)/α."""
    log_pi = normalise(exact(q) / exact(alpha), log_w)
    gain = exact(target) - exact(alpha) * np.where(np.isneginf(log_pi), 0.0, log_pi)
    right = masses(log_pi, log_w) * (gain - expectation(log_pi, gain, log_w)[..., None]) / exact(alpha)
    scale = _gradient_scale(q, target, alpha, log_w) / exact(alpha)
    return Sides(impl.policy_gradient(q, target, alpha, log_w), right, scale)


@law("[S17]", needs=("value_gradient",), inputs=cases(WORLDS, **STATE), limit=16)
def value_gradient_is_value_error(impl: Any, q: Array, target: Array, alpha: Any, log_w: Any) -> Sides:
    """∇(V - V̂)²/2 = w π (V - V̂), V̂ = E_π[Q̂ - α log π]."""
    log_pi = normalise(exact(q) / exact(alpha), log_w)
    gain = exact(target) - exact(alpha) * np.where(np.isneginf(log_pi), 0.0, log_pi)
    error = soft_maximum(q, alpha, log_w) - expectation(log_pi, gain, log_w)
    right = masses(log_pi, log_w) * error[..., None]
    return Sides(impl.value_gradient(q, target, alpha, log_w), right, _gradient_scale(q, target, alpha, log_w))


def _gradient_scale(q: Array, target: Array, alpha: Any, log_w: Any) -> Array:
    """Chances off by the gaps over α, times errors of the size of both tables."""
    size = np.abs(exact(q)).max(-1) + np.abs(exact(target)).max(-1) + exact(alpha) * (3 + np.log(q.shape[-1]))
    return spread(product(8 * size, policy_scale(q, alpha, log_w)), q)


# Munchausen is KL-regularised


@law("[V20]", needs=("munchausen_backup", "kl_regularised_backup"), inputs=cases(FREE, **CHAIN, q=tables))
def munchausen_iteration_is_kl_regularised_iteration(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, share: Any, q: Array
) -> Sides:
    """Q'_k = Q_k - m α log π_k for every k: Munchausen iterates Q_k, KL-regularised ones Q'_k, π_{k+1} ∝ exp(Q_k/α)."""
    prior = np.full(q.shape, -np.log(q.shape[-1]))
    near = exact(q) - exact(share) * exact(alpha) * prior
    far = exact(q)
    for _ in range(3):
        following = normalise(far / exact(alpha), None)
        near = impl.kl_regularised_backup(
            transition, reward, discount, near.astype(q.dtype), prior.astype(q.dtype), alpha, share
        )
        far = impl.munchausen_backup(transition, reward, discount, far.astype(q.dtype), alpha, share)
        prior = following
    left = far - exact(share) * exact(alpha) * prior
    size = 64 * (np.abs(exact(q)).max() + reach(reward, 0.0, alpha, q.shape[-1])) * (1 + np.abs(prior).max())
    return Sides(left, near, np.full(q.shape, size))


@law("[V20]", needs=("munchausen_backup",), inputs=cases(FREE, **CHAIN, q=tables))
def munchausen_backup_is_definition(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, share: Any, q: Array
) -> Sides:
    """M = r + m α log π_Q + γ E V."""
    bonus = exact(share) * exact(alpha) * normalise(exact(q) / exact(alpha), None)
    right = exact(reward) + bonus + expected(transition, discount, soft_maximum(q, alpha))
    left = impl.munchausen_backup(transition, reward, discount, q, alpha, share)
    size = 8 * (np.abs(exact(q)).max() + reach(reward, 0.0, alpha, q.shape[-1]))
    return Sides(left, right, np.full(q.shape, size))


@law(
    "[V20]",
    needs=("kl_regularised_backup",),
    inputs=cases(FREE, **CHAIN, q=tables, log_p=interior_log_policies, log_q=interior_log_policies),
    relation="<=",
)
def kl_regularised_backup_is_a_maximum(
    impl: Any,
    transition: Array,
    reward: Array,
    discount: Any,
    alpha: Any,
    share: Any,
    q: Array,
    log_p: Array,
    log_q: Array,
) -> Sides:
    """r + γE[ E_p[Q] - mα KL(p ‖ prior) + (1-m)α H(p) ] <= K(Q, prior) for every p."""
    m, a = exact(share), exact(alpha)
    gain = exact(q) - m * a * (exact(log_p) - exact(log_q)) - (1 - m) * a * exact(log_p)
    left = exact(reward) + expected(transition, discount, expectation(log_p, gain, None))
    right = impl.kl_regularised_backup(transition, reward, discount, q, log_q, alpha, share)
    size = 16 * (np.abs(exact(q)).max() + reach(reward, 0.0, alpha, q.shape[-1])) * (1 + np.abs(log_q).max())
    return Sides(left, right, np.full(q.shape, size * (1 + np.abs(log_p).max())))


@law("[V20]", needs=("kl_regularised_backup",), inputs=cases(FREE, **CHAIN, q=tables, log_q=interior_log_policies))
def kl_regularised_maximum_is_attained(
    impl: Any,
    transition: Array,
    reward: Array,
    discount: Any,
    alpha: Any,
    share: Any,
    q: Array,
    log_q: Array,
) -> Sides:
    """K(Q, prior) = r + γE[ E_p[Q] - mα KL(p ‖ prior) + (1-m)α H(p) ] at p ∝ prior^m exp(Q/α)."""
    m, a = exact(share), exact(alpha)
    log_p = normalise(exact(q) / a + m * exact(log_q), None)
    gain = exact(q) - m * a * (log_p - exact(log_q)) - (1 - m) * a * log_p
    right = exact(reward) + expected(transition, discount, expectation(log_p, gain, None))
    left = impl.kl_regularised_backup(transition, reward, discount, q, log_q, alpha, share)
    size = 16 * (np.abs(exact(q)).max() + reach(reward, 0.0, alpha, q.shape[-1])) * (1 + np.abs(log_q).max())
    return Sides(left, right, np.full(q.shape, size))


# Policy iteration is Newton's method


@law("[Note L76]", needs=("policy_q", "optimality_backup"), inputs=cases(WORLDS, **SOFT, q=tables))
def policy_iteration_is_newton(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, q: Array
) -> Sides:
    """Q' = T*Q + (T*)'(Q)[Q' - Q] for Q' = Q^π, π = exp((Q - V)/α): one Newton step on T*Q = Q."""
    log_pi = normalise(exact(q) / exact(alpha), log_w).astype(q.dtype)
    after = impl.policy_q(transition, reward, discount, log_pi, alpha, log_w)
    along = expected(transition, discount, expectation(log_pi, after - exact(q), log_w))
    right = impl.optimality_backup(transition, reward, discount, q, alpha, log_w) + along
    reaches = 1 + np.max(np.where(np.isneginf(log_pi), 0.0, np.abs(exact(log_pi))))
    scale = solve_scale(np.abs(reward) + np.abs(q), discount, alpha, reward.shape)
    return Sides(after, right, scale * reaches**2)


# The hard limit


@law(
    "[Note L60]",
    needs=("optimal_q", "hard_q"),
    inputs=cases(FREE, **COLD),
    relation="<=",
)
def soft_values_lie_above_hard_ones(impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any) -> Sides:
    """Q*_0 <= Q*_α."""
    left, right = impl.hard_q(transition, reward, discount), impl.optimal_q(transition, reward, discount, alpha)
    return Sides(left, right, 2 * solve_scale(reward, discount, alpha, reward.shape))


@law(
    "[Note L60]",
    needs=("optimal_q", "hard_q"),
    inputs=cases(FREE, **COLD),
    relation="<=",
)
def soft_values_fall_to_hard_ones(impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any) -> Sides:
    """Q*_α <= Q*_0 + γ α log|A| / (1 - γ): alpha -> 0 is ordinary value iteration."""
    bonus = exact(discount) * exact(alpha) * np.log(reward.shape[-1]) / (1 - exact(discount))
    left, right = impl.optimal_q(transition, reward, discount, alpha), impl.hard_q(transition, reward, discount)
    return Sides(left, right + bonus, 2 * solve_scale(reward, discount, alpha, reward.shape))


# Deterministic worlds are linearly solvable


@law(
    "[Note L58]",
    needs=("horizon_q",),
    inputs=cases(FREE, transition=certain_transitions, reward=plans, alpha=mild_temperatures),
)
def deterministic_control_is_linear(impl: Any, transition: Array, reward: Array, alpha: Any) -> Sides:
    """exp(V_t/α) = M_t exp(V_{t+1}/α), M_t(s,s') = Σ_a exp(r_t/α) 1[a leads to s']: γ = 1, deterministic steps."""
    z, a = np.ones(reward.shape[1]), exact(alpha)
    for r in reward[::-1]:
        z = np.einsum("sa,saj,j->s", np.exp(exact(r) / a), exact(transition), z)
    q = impl.horizon_q(transition, reward, reward.dtype.type(1), alpha)
    size = 16 * len(reward) ** 2 * reach(reward, 0.0, alpha, reward.shape[-1])
    return Sides(soft_maximum(q[0], alpha), a * np.log(z), np.full(len(z), size))


@law(
    "[Note L44]",
    needs=("horizon_q",),
    inputs=cases(FREE, transition=certain_transitions, reward=plans, alpha=mild_temperatures),
)
def deterministic_paths_are_boltzmann(impl: Any, transition: Array, reward: Array, alpha: Any) -> Sides:
    """α Σ_t log π_t(a_t|s_t) = Σ_t r_t - V_0(s_0): a path's chance is proportional to exp(return/α)."""
    q, a = impl.horizon_q(transition, reward, reward.dtype.type(1), alpha), exact(alpha)
    goes_to, left, right = np.argmax(transition, axis=-1), [], []
    value = soft_maximum(q[0], alpha)
    for actions in np.ndindex(*[reward.shape[-1]] * len(reward)):
        at, log_chance, total = 0, 0.0, 0.0
        for t, action in enumerate(actions):
            log_chance += normalise(q[t] / a, None)[at, action]
            total += float(reward[t, at, action])
            at = goes_to[at, action]
        left.append(a * log_chance)
        right.append(total - value[0])
    size = 32 * len(reward) ** 2 * reach(reward, 0.0, alpha, reward.shape[-1])
    return Sides(np.array(left), np.array(right), np.full(len(left), size))


# Logit dynamic discrete choice


@law("[H17 Eq. 5]", needs=("logit_choice_q", "optimal_q"), inputs=cases(FREE, **FREE_SOFT))
def logit_choice_is_soft_control(impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any) -> Sides:
    """v = Q* + γ α c / (1 - γ), c Euler's constant: Rust's choice values are soft ones."""
    bonus = exact(discount) * exact(alpha) * EULER / (1 - exact(discount))
    left = impl.logit_choice_q(transition, reward, discount, alpha)
    right = impl.optimal_q(transition, reward, discount, alpha) + bonus
    return Sides(left, right, 2 * solve_scale(reward, discount, alpha, reward.shape))


@law("[H17 Eq. 5]", needs=("logit_choice_q",), inputs=cases(FREE, **FREE_SOFT))
def logit_choice_expects_the_best_of_shocks(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any
) -> Sides:
    """v = u + γ E[ ∫ x d Π_a F((x - v_a)/α) ], F(x) = exp(-exp(-x)): the mean of the best, shocks and all."""
    v = impl.logit_choice_q(transition, reward, discount, alpha)
    right = exact(reward) + expected(transition, discount, _mean_best(v, float(alpha)))
    return Sides(v, right, 4 * solve_scale(reward, discount, alpha, reward.shape))


def _mean_best(v: Array, alpha: float) -> Array:
    """E max_a (v_a + ε_a) for Gumbel shocks of scale α, by the trapezoid rule on the distribution of the maximum."""
    low, high, cells = float(v.min()) - 8 * alpha, float(v.max()) + 60 * alpha, 8000
    x, step = np.linspace(low, high, cells + 1), (high - low) / cells
    below = np.exp(-np.sum(np.exp(-(x[None, :, None] - v[:, None, :]) / alpha), axis=-1))
    return high - step * (below[:, 1:-1].sum(-1) + (below[:, 0] + below[:, -1]) / 2)


# Maximum causal entropy


@law("[Note L13]", needs=("horizon_q",), inputs=cases(FREE, **PLANNED))
def causal_entropy_is_attained(impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any) -> Sides:
    """E[ Σ_t γ^t (r_t - α log π_t) ] over all paths of π_t = exp((Q_t - V_t)/α) is V_0."""
    q, a = impl.horizon_q(transition, reward, discount, alpha), exact(alpha)
    log_pi = normalise(q / a, None)
    gain = exact(reward) - a * log_pi
    left = path_mean(exact(transition), gain, float(discount), np.exp(log_pi), 0)
    size = 32 * len(reward) ** 2 * reach(reward, 0.0, alpha, reward.shape[-1])
    return Sides(np.array(left), soft_maximum(q[0], alpha)[0], size)


@law(
    "[Note L13]",
    needs=("horizon_q",),
    inputs=cases(FREE, **PLANNED, log_p=interior_log_policies),
    relation="<=",
)
def causal_entropy_is_maximal(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_p: Array
) -> Sides:
    """E[ Σ_t γ^t (r_t - α log p_t) ] <= V_0 for every policy p: soft control is maximum causal entropy."""
    q, a = impl.horizon_q(transition, reward, discount, alpha), exact(alpha)
    policy = np.broadcast_to(exact(log_p), reward.shape)
    left = path_mean(exact(transition), exact(reward) - a * policy, float(discount), np.exp(policy), 0)
    size = 32 * len(reward) ** 2 * reach(reward, 0.0, alpha, reward.shape[-1]) * (1 + np.abs(log_p).max())
    return Sides(np.array(left), soft_maximum(q[0], alpha)[0], size)
