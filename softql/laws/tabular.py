"""Laws of whole tables: backups of an MDP, evaluation, the fixed point, occupancy, the horizon, composed skills."""

from __future__ import annotations

from typing import Any

import numpy as np

from .core import Sides, law
from .oracle import chances, exact, normalise, policy_value
from .strategies import Field, cases, interior_log_policies, log_policies
from .worlds import (
    FREE,
    SOFT,
    WORLD,
    WORLDS,
    backup,
    best_q,
    expected,
    mild_temperatures,
    open_measures,
    plans,
    q_of,
    reach,
    skills,
    soft_maximum,
    solve_scale,
    starts,
    tables,
    values,
)

Array = np.ndarray
POLICY: dict[str, Field] = {**SOFT, "log_pi": log_policies}
PLANNED: dict[str, Field] = {**SOFT, "reward": plans}
PAIR: dict[str, Field] = {**WORLD, "alpha": mild_temperatures, "v": values, "log_pi": interior_log_policies}
TWO: dict[str, Field] = {
    "transition": WORLD["transition"],
    "discount": WORLD["discount"],
    "rewards": skills,
    "alpha": mild_temperatures,
    "log_w": open_measures,
}

# Operators


@law("[Note L67]", needs=("expected_next",), inputs=cases(WORLDS, **WORLD, v=values))
def expected_next_is_expectation(impl: Any, transition: Array, reward: Array, discount: Any, v: Array) -> Sides:
    """E = Σ_s' P(s'|s,a) γ V(s')."""
    size = expected(transition, discount, np.abs(v))
    return Sides(impl.expected_next(transition, discount, v), expected(transition, discount, v), 4 * size)


@law("[Note L67]", needs=("expected_next",), inputs=cases(WORLDS, **WORLD, v=values))
def expected_next_takes_discounts(impl: Any, transition: Array, reward: Array, discount: Any, v: Array) -> Sides:
    """E = Σ_s' P γ(s,a,s') V(s') where each transition has its own discount, 0 for one that ends."""
    own = np.broadcast_to(discount, transition.shape).astype(transition.dtype).copy()
    own[..., 0] = 0
    size = expected(transition, own, np.abs(v))
    return Sides(impl.expected_next(transition, own, v), expected(transition, own, v), 4 * size)


@law("[Note L67]", "[Note L76]", needs=("optimality_backup",), inputs=cases(WORLDS, **SOFT, q=tables))
def optimality_backup_is_definition(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, q: Array
) -> Sides:
    """T*Q = r + γ Σ_s' P α log Σ w exp(Q/α)."""
    right = backup(transition, reward, discount, soft_maximum(q, alpha, log_w))
    left = impl.optimality_backup(transition, reward, discount, q, alpha, log_w)
    return Sides(left, right, _size(reward, q, alpha))


@law("[Note L67]", "[Note L74]", needs=("evaluation_backup",), inputs=cases(WORLDS, **POLICY, q=tables))
def evaluation_backup_is_definition(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, log_pi: Array, q: Array
) -> Sides:
    """T^πQ = r + γ Σ_s' P E_π[Q - α log π]."""
    right = backup(transition, reward, discount, policy_value(log_pi, q, alpha, log_w))
    left = impl.evaluation_backup(transition, reward, discount, log_pi, q, alpha, log_w)
    return Sides(left, right, _surprised(reward, q, alpha, log_pi))


@law(
    "[Note L74]",
    needs=("evaluation_backup", "optimality_backup"),
    inputs=cases(WORLDS, **POLICY, q=tables),
    relation="<=",
)
def evaluation_backup_at_most_optimality_backup(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, log_pi: Array, q: Array
) -> Sides:
    """T^πQ <= T*Q for every π."""
    left = impl.evaluation_backup(transition, reward, discount, log_pi, q, alpha, log_w)
    right = impl.optimality_backup(transition, reward, discount, q, alpha, log_w)
    return Sides(left, right, _surprised(reward, q, alpha, log_pi))


@law("[Note L67]", needs=("optimality_backup",), inputs=cases(WORLDS, **SOFT, q=tables, other=tables), relation="<=")
def optimality_backup_contracts(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, q: Array, other: Array
) -> Sides:
    """max |T*Q - T*Q'| <= γ max |Q - Q'|, over the actions that exist."""
    one, two = (impl.optimality_backup(transition, reward, discount, x, alpha, log_w) for x in (q, other))
    size = _size(reward, q, alpha) + _size(reward, other, alpha)
    right = np.full(one.shape, exact(discount) * _apart(q, other, log_w))
    return Sides(np.abs(one - two), right, size)


@law("[Note L67]", needs=("evaluation_backup",), inputs=cases(WORLDS, **POLICY, q=tables, other=tables), relation="<=")
def evaluation_backup_contracts(
    impl: Any,
    transition: Array,
    reward: Array,
    discount: Any,
    alpha: Any,
    log_w: Any,
    log_pi: Array,
    q: Array,
    other: Array,
) -> Sides:
    """max |T^πQ - T^πQ'| <= γ max |Q - Q'|, over the actions that exist."""
    one, two = (impl.evaluation_backup(transition, reward, discount, log_pi, x, alpha, log_w) for x in (q, other))
    size = _surprised(reward, q, alpha, log_pi) + _surprised(reward, other, alpha, log_pi)
    right = np.full(one.shape, exact(discount) * _apart(q, other, log_w))
    return Sides(np.abs(one - two), right, size)


@law("[Note L67]", needs=("optimality_backup",), inputs=cases(WORLDS, **SOFT, q=tables, other=tables), relation="<=")
def optimality_backup_monotone(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, q: Array, other: Array
) -> Sides:
    """Q <= Q' implies T*Q <= T*Q'."""
    more = np.maximum(q, other)
    one, two = (impl.optimality_backup(transition, reward, discount, x, alpha, log_w) for x in (q, more))
    return Sides(one, two, _size(reward, q, alpha) + _size(reward, more, alpha))


# Solutions


@law("[Note L76]", needs=("optimal_q", "optimality_backup"), inputs=cases(WORLDS, **SOFT))
def optimal_q_is_a_fixed_point(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any
) -> Sides:
    """T*Q* = Q*."""
    right = impl.optimal_q(transition, reward, discount, alpha, log_w)
    left = impl.optimality_backup(transition, reward, discount, right.astype(reward.dtype), alpha, log_w)
    return Sides(left, right, 2 * solve_scale(reward, discount, alpha, reward.shape))


@law("[Note L67]", needs=("policy_q", "evaluation_backup"), inputs=cases(WORLDS, **POLICY))
def policy_q_is_a_fixed_point(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, log_pi: Array
) -> Sides:
    """T^πQ^π = Q^π."""
    right = impl.policy_q(transition, reward, discount, log_pi, alpha, log_w)
    left = impl.evaluation_backup(transition, reward, discount, log_pi, right.astype(reward.dtype), alpha, log_w)
    return Sides(left, right, 2 * _solved(reward, discount, alpha, log_pi))


@law("[Note L21]", needs=("optimal_q", "policy_q"), inputs=cases(WORLDS, **SOFT))
def optimal_q_is_that_of_its_policy(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any
) -> Sides:
    """Q* = Q^π* for π* = exp((Q* - V*)/α)."""
    right = impl.optimal_q(transition, reward, discount, alpha, log_w)
    log_pi = normalise(right / exact(alpha), log_w).astype(reward.dtype)
    left = impl.policy_q(transition, reward, discount, log_pi, alpha, log_w)
    return Sides(left, right, _solved(reward, discount, alpha, log_pi))


@law("[Note L25]", "[Note L52]", needs=("policy_q",), inputs=cases(WORLDS, **POLICY))
def policy_q_is_the_limit_of_sweeps(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, log_pi: Array
) -> Sides:
    """Q^π = lim (T^π)^n Q."""
    left = impl.policy_q(transition, reward, discount, log_pi, alpha, log_w)
    return Sides(
        left, q_of(transition, reward, discount, log_pi, alpha, log_w), _solved(reward, discount, alpha, log_pi)
    )


@law("[Note L21]", "[Note L76]", needs=("optimal_q",), inputs=cases(WORLDS, **SOFT))
def optimal_q_is_the_limit_of_sweeps(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any
) -> Sides:
    """Q* = lim (T*)^n Q."""
    left = impl.optimal_q(transition, reward, discount, alpha, log_w)
    right = best_q(transition, reward, discount, alpha, log_w)
    return Sides(left, right, solve_scale(reward, discount, alpha, reward.shape))


@law("[Note L21]", needs=("optimal_q", "policy_q"), inputs=cases(WORLDS, **POLICY), relation="<=")
def no_policy_beats_optimal_q(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, log_pi: Array
) -> Sides:
    """Q^π <= Q* for every π."""
    left = impl.policy_q(transition, reward, discount, log_pi, alpha, log_w)
    right = impl.optimal_q(transition, reward, discount, alpha, log_w)
    return Sides(left, right, _solved(reward, discount, alpha, log_pi))


@law("[Note L74]", needs=("policy_q",), inputs=cases(WORLDS, **POLICY), relation="<=")
def soft_policy_improvement(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any, log_pi: Array
) -> Sides:
    """Q^π <= Q^π' for π' = exp((Q^π - V)/α)."""
    left = impl.policy_q(transition, reward, discount, log_pi, alpha, log_w)
    better = normalise(left / exact(alpha), log_w).astype(log_pi.dtype)
    right = impl.policy_q(transition, reward, discount, better, alpha, log_w)
    return Sides(left, right, _solved(reward, discount, alpha, log_pi))


@law("[N17]", needs=("optimal_q",), inputs=cases(FREE, **PAIR))
def consistent_pair_is_optimal(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, v: Array, log_pi: Array
) -> Sides:
    """If V = r - α log π + γ E V(s') for every action, then Q* = V + α log π: V is V* and π is π*."""
    right = exact(v)[:, None] + exact(alpha) * exact(log_pi)
    consistent = (right - expected(transition, discount, v)).astype(reward.dtype)
    left = impl.optimal_q(transition, consistent, discount, alpha)
    return Sides(left, right, 2 * solve_scale(np.abs(right) + np.abs(consistent), discount, alpha, right.shape))


@law("[Note L76]", needs=("hard_q",), inputs=cases(WORLDS, **WORLD, log_w=open_measures))
def hard_q_is_the_limit_of_sweeps(impl: Any, transition: Array, reward: Array, discount: Any, log_w: Any) -> Sides:
    """Q*_0 = lim of Q <- r + γ E max Q."""
    right = best_q(transition, reward, discount, 0.0, log_w)
    left = impl.hard_q(transition, reward, discount, log_w)
    return Sides(left, right, solve_scale(reward, discount, 0.0, reward.shape))


@law("[Note L13]", "[Note L21]", needs=("horizon_q",), inputs=cases(WORLDS, **PLANNED))
def horizon_q_is_backward_induction(
    impl: Any, transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Any
) -> Sides:
    """Q_t = r_t + γ E V(Q_{t+1}), and Q = r at the last step."""
    v, right = np.zeros(reward.shape[1]), []
    for r in reward[::-1]:
        right.append(backup(transition, r, discount, v))
        v = soft_maximum(right[-1], alpha, log_w)
    size = 16 * len(reward) * reach(reward, 0.0, alpha, reward.shape[-1])
    left = impl.horizon_q(transition, reward, discount, alpha, log_w)
    return Sides(left, np.array(right[::-1]), np.full(reward.shape, size))


# Occupancy


@law(
    "[Note L13]",
    needs=("occupancy",),
    inputs=cases(WORLDS, **POLICY, start=starts),
)
def occupancy_conserves_flow(
    impl: Any,
    transition: Array,
    reward: Array,
    discount: Any,
    alpha: Any,
    log_w: Any,
    log_pi: Array,
    start: Array,
) -> Sides:
    """Σ_a d(s',a) = start(s') + γ Σ_s,a d(s,a) P(s'|s,a)."""
    met = impl.occupancy(transition, discount, log_pi, start, log_w)
    into = np.sum(met[..., None] * exact(transition) * exact(discount), axis=(0, 1))
    return Sides(met.sum(-1), exact(start) + into, np.full(start.shape, _many(discount, log_pi)))


@law(
    "[Note L13]",
    needs=("occupancy", "policy_q"),
    inputs=cases(WORLDS, **POLICY, start=starts),
)
def occupancy_prices_the_return(
    impl: Any,
    transition: Array,
    reward: Array,
    discount: Any,
    alpha: Any,
    log_w: Any,
    log_pi: Array,
    start: Array,
) -> Sides:
    """Σ d(s,a) (r - α log π) = Σ start(s) V^π(s)."""
    met = impl.occupancy(transition, discount, log_pi, start, log_w)
    surprise = np.where(met > 0, np.where(np.isneginf(log_pi), 0.0, -exact(log_pi)), 0.0)
    left = np.sum(met * (exact(reward) + exact(alpha) * surprise))
    q = impl.policy_q(transition, reward, discount, log_pi, alpha, log_w)
    right = np.sum(exact(start) * policy_value(log_pi, q, alpha, log_w))
    return Sides(left, right, np.max(_solved(reward, discount, alpha, log_pi)))


# Composed skills


@law("[H18]", needs=("composed_q",), inputs=cases(WORLDS, rewards=skills))
def composed_q_is_the_mean(impl: Any, rewards: Array) -> Sides:
    """Q_Σ = mean_i Q_i."""
    return Sides(impl.composed_q(rewards), exact(rewards).mean(0), 2 * np.abs(exact(rewards)).mean(0))


@law("[H18]", needs=("disagreement",), inputs=cases(WORLDS, **TWO))
def disagreement_is_a_renyi_divergence(
    impl: Any, transition: Array, discount: Any, rewards: Array, alpha: Any, log_w: Any
) -> Sides:
    """mean_i V(Q_i) - V(mean_i Q_i) = -α log Σ w √(π_1 π_2) for two skills."""
    one, other = (normalise(exact(q) / exact(alpha), log_w) for q in rewards)
    overlap = np.sum(chances(np.exp((one + other) / 2), log_w), axis=-1)
    size = np.full(rewards.shape[1], 8 * reach(rewards, 0.0, alpha, rewards.shape[-1]))
    return Sides(impl.disagreement(rewards, alpha, log_w), -exact(alpha) * np.log(overlap), size)


@law("[H18]", needs=("composition_cost",), inputs=cases(WORLDS, **TWO))
def composition_cost_is_the_worst_loss_ahead(
    impl: Any, transition: Array, discount: Any, rewards: Array, alpha: Any, log_w: Any
) -> Sides:
    """C* = γ E[ D + max C* ], D the disagreement."""
    loss = _disagreement(rewards, alpha, log_w)
    right = best_q(transition, expected(transition, discount, loss), discount, 0.0, log_w)
    size = solve_scale(rewards, discount, alpha, right.shape)
    return Sides(impl.composition_cost(transition, discount, rewards, alpha, log_w), right, size)


@law("[H18]", needs=("composed_q", "optimal_q"), inputs=cases(WORLDS, **TWO), relation="<=")
def composition_upper_bound(
    impl: Any, transition: Array, discount: Any, rewards: Array, alpha: Any, log_w: Any
) -> Sides:
    """Q*_C <= Q_Σ."""
    _, left, composed, scale = _composition(impl, transition, discount, rewards, alpha, log_w)
    return Sides(left, composed, scale)


@law("[H18]", needs=("composed_q", "composition_cost", "optimal_q"), inputs=cases(WORLDS, **TWO), relation="<=")
def composition_lower_bound(
    impl: Any, transition: Array, discount: Any, rewards: Array, alpha: Any, log_w: Any
) -> Sides:
    """Q_Σ - C* <= Q*_C."""
    qs, right, composed, scale = _composition(impl, transition, discount, rewards, alpha, log_w)
    return Sides(composed - impl.composition_cost(transition, discount, qs, alpha, log_w), right, scale)


def _composition(
    impl: Any, transition: Array, discount: Any, rewards: Array, alpha: Any, log_w: Any
) -> tuple[Array, Array, Array, Array]:
    """Q* of each skill, Q* of the mean reward, the composed Q, and how far they may be off."""
    given = (discount, alpha, log_w)
    qs = np.array([impl.optimal_q(transition, r, *given) for r in rewards]).astype(rewards.dtype)
    both = impl.optimal_q(transition, rewards.mean(0), *given)
    return qs, both, impl.composed_q(qs), 4 * solve_scale(rewards, discount, alpha, rewards.shape[1:])


def _disagreement(qs: Array, alpha: Any, log_w: Any) -> Array:
    each = np.array([soft_maximum(q, alpha, log_w) for q in qs])
    return each.mean(0) - soft_maximum(exact(qs).mean(0), alpha, log_w)


# Distances and scales


def _apart(q: Array, other: Array, log_w: Any) -> Any:
    """The largest distance of two tables in an action that exists."""
    gone = np.zeros(q.shape, bool) if log_w is None else log_w == -np.inf
    return np.max(np.where(gone, 0.0, np.abs(exact(q) - exact(other))))


def _size(reward: Array, q: Array, alpha: Any) -> Array:
    """Of one backup."""
    largest = np.max(np.abs(exact(q))) + exact(alpha) * (1 + np.log(2 * q.shape[-1]))
    return 4 * (np.abs(exact(reward)) + largest)


def _surprised(reward: Array, q: Array, alpha: Any, log_pi: Array) -> Array:
    """Of one backup of a policy: its logarithms are known to an ulp, so its chances to |log π| of them."""
    return _size(reward, q, alpha) * _loudness(log_pi) ** 2


def _solved(reward: Array, discount: Any, alpha: Any, log_pi: Array) -> Array:
    """Of Q^π: chances off by |log π| ulp change every later value by that much."""
    return solve_scale(reward, discount, alpha, reward.shape) * _loudness(log_pi) ** 2


def _many(discount: Any, log_pi: Array) -> Any:
    """Of an occupancy."""
    return 8 * len(log_pi) * _loudness(log_pi) / (1 - exact(discount)) ** 2


def _loudness(log_pi: Array) -> Any:
    """1 + the largest |log π| among chances that count."""
    heard = np.where(log_pi < -30, 0.0, np.abs(exact(log_pi)))
    return 1 + np.max(heard, initial=0.0)
