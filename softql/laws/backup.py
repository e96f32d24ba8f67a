"""Laws of the one-step backups: the note's (1), which evaluates a policy, and (2), which improves it as well.

`discount` is gamma (1 - terminated), so termination is a discount of 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import tables
from .core import Sides, law
from .oracle import boltzmann, exact, policy_value
from .scales import at_boltzmann_scale, policy_value_scale, product, value_scale
from .strategies import (
    BATCHED,
    COUNTING,
    COUNTING_DEFINING,
    DEFINING,
    OWN_MEASURE,
    Field,
    action_values,
    actions,
    cases,
    constants,
    discounts,
    factors,
    increments,
    log_policies,
    measures,
    rewards,
    state_values,
    states,
    steps,
    temperatures,
)

Array = np.ndarray
Measure = Array | None
STEP: dict[str, Field] = {"reward": rewards, "discount": discounts}
NEXT: dict[str, Field] = {"next_q": action_values, "alpha": temperatures, "log_w": measures}
NEXT_POLICY: dict[str, Field] = {**NEXT, "next_log_pi": log_policies}

# Targets from a value


@law("[Note L67]", needs=("soft_q_target",), inputs=cases(DEFINING, **STEP, next_v=state_values))
def target_is_reward_plus_discounted_value(impl: Any, reward: Array, discount: Array, next_v: Array) -> Sides:
    """Q̂ = r + γ V(s')."""
    step = exact(discount) * exact(next_v)
    scale = np.abs(exact(reward)) + np.abs(step)
    return Sides(impl.soft_q_target(reward, discount, next_v), exact(reward) + step, scale)


@law("[Note L67]", needs=("soft_q_target",), inputs=cases(reward=rewards, next_v=state_values))
def terminal_target_is_reward(impl: Any, reward: Array, next_v: Array) -> Sides:
    """Q̂ = r where γ (1 - terminated) = 0, also where V(s') = -∞ because s' has no action."""
    reward_only = np.stack([exact(reward)] * 2)
    ends = np.zeros_like(reward)
    targets = [impl.soft_q_target(reward, ends, v) for v in (next_v, np.full_like(next_v, -np.inf))]
    return Sides(np.stack(targets), reward_only, np.abs(reward_only))


# The optimality backup, (2)


@law("[Note L67]", needs=("optimality_target",), inputs=cases(DEFINING, **STEP, **NEXT))
def optimality_target_is_backup(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure
) -> Sides:
    """Q̂ = r + γ α log Σ_a w_a exp(Q(s', a) / α)."""
    truth = reward + exact(discount) * boltzmann(next_q, alpha, log_w).value
    scale = optimality_scale(reward, discount, next_q, alpha, log_w)
    return Sides(impl.optimality_target(reward, discount, next_q, alpha, log_w), truth, scale)


@law("[Note L67]", needs=("optimality_target", "soft_q_target", "soft_value"), inputs=cases(**STEP, **NEXT))
def optimality_target_meets_value(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure
) -> Sides:
    """(2) is r + γ V(s') with V the soft value of Q(s', ·)."""
    right = impl.soft_q_target(reward, discount, impl.soft_value(next_q, alpha, log_w))
    scale = optimality_scale(reward, discount, next_q, alpha, log_w)
    return Sides(impl.optimality_target(reward, discount, next_q, alpha, log_w), right, scale)


@law(
    "[Note L67]",
    needs=("optimality_target",),
    inputs=cases(OWN_MEASURE, reward=rewards, **NEXT, state=states),
)
def terminal_optimality_target(
    impl: Any, reward: Array, next_q: Array, alpha: Array, log_w: Array, state: tuple[int, ...]
) -> Sides:
    """(2) is r where γ (1 - terminated) = 0, also where s' has no action."""
    target = impl.optimality_target(reward, np.zeros_like(reward), next_q, alpha, tables.close(log_w, state))
    return Sides(target, reward, np.abs(reward))


@law(
    "[Note L67]",
    needs=("optimality_target",),
    inputs=cases(**STEP, **NEXT, rise=increments),
    relation="<=",
)
def optimality_target_monotone(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure, rise: Array
) -> Sides:
    """Q ≤ Q' implies T*Q ≤ T*Q'."""
    low = impl.optimality_target(reward, discount, next_q, alpha, log_w)
    high = impl.optimality_target(reward, discount, next_q + rise, alpha, log_w)
    scale = optimality_scale(reward, discount, next_q, alpha, log_w)
    return Sides(low, high, scale + optimality_scale(reward, discount, next_q + rise, alpha, log_w))


@law(
    "[Note L67]",
    needs=("optimality_target",),
    inputs=cases(**STEP, **NEXT, step=steps),
    relation="<=",
)
def optimality_target_contracts(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure, step: Array
) -> Sides:
    """|T*Q - T*Q'| ≤ γ max_a |Q_a - Q'_a|."""
    other = next_q + step
    one = impl.optimality_target(reward, discount, next_q, alpha, log_w)
    two = impl.optimality_target(reward, discount, other, alpha, log_w)
    scale = optimality_scale(reward, discount, next_q, alpha, log_w)
    scale = scale + optimality_scale(reward, discount, other, alpha, log_w)
    return Sides(np.abs(one - two), exact(discount) * tables.distance(next_q, other, log_w), scale)


@law("[Note L67]", needs=("optimality_target",), inputs=cases(**STEP, **NEXT, c=constants))
def optimality_target_shift(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure, c: Any
) -> Sides:
    """T*(Q + c) = T*Q + γ c."""
    shifted = impl.optimality_target(reward, discount, next_q + c, alpha, log_w)
    right = impl.optimality_target(reward, discount, next_q, alpha, log_w)
    scale = optimality_scale(reward, discount, next_q, alpha, log_w)
    scale = scale + optimality_scale(reward, discount, next_q + c, alpha, log_w)
    return Sides(shifted, right + exact(discount) * float(c), scale)


@law("[Note L67]", needs=("optimality_target",), inputs=cases(**STEP, **NEXT, k=factors))
def optimality_target_scaling(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure, k: Any
) -> Sides:
    """T*(k r, k Q, k α) = k T*(r, Q, α) for k > 0: the unit of reward does not matter."""
    scaled = impl.optimality_target(k * reward, discount, k * next_q, k * alpha, log_w)
    right = float(k) * impl.optimality_target(reward, discount, next_q, alpha, log_w)
    return Sides(scaled, right, float(k) * optimality_scale(reward, discount, next_q, alpha, log_w))


@law("[Note L67]", needs=("optimality_target",), inputs=cases(BATCHED, **STEP, **NEXT, state=states))
def optimality_target_by_state(
    impl: Any,
    reward: Array,
    discount: Array,
    next_q: Array,
    alpha: Array,
    log_w: Measure,
    state: tuple[int, ...],
) -> Sides:
    """(2) of one transition is its entry in the batch's."""
    single = impl.optimality_target(
        reward[state], discount[state], *tables.one_state(state, next_q, alpha, log_w)
    )
    scale = optimality_scale(reward, discount, next_q, alpha, log_w)
    return Sides(single, impl.optimality_target(reward, discount, next_q, alpha, log_w)[state], scale[state])


# The evaluation backup, (1)


@law("[Note L67]", "[Note L52]", needs=("evaluation_target",), inputs=cases(DEFINING, **STEP, **NEXT_POLICY))
def evaluation_target_is_backup(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure, next_log_pi: Array
) -> Sides:
    """Q̂ = r + γ E_π[Q(s', a') - α log π(a'|s')]."""
    truth = reward + exact(discount) * policy_value(next_log_pi, next_q, alpha, log_w)
    scale = evaluation_scale(reward, discount, next_log_pi, next_q, alpha, log_w)
    return Sides(impl.evaluation_target(reward, discount, next_log_pi, next_q, alpha, log_w), truth, scale)


@law(
    "[Note L67]",
    needs=("evaluation_target", "soft_q_target", "policy_value"),
    inputs=cases(**STEP, **NEXT_POLICY),
)
def evaluation_target_meets_policy_value(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure, next_log_pi: Array
) -> Sides:
    """(1) is r + γ V^π(s')."""
    right = impl.soft_q_target(reward, discount, impl.policy_value(next_log_pi, next_q, alpha, log_w))
    scale = evaluation_scale(reward, discount, next_log_pi, next_q, alpha, log_w)
    return Sides(impl.evaluation_target(reward, discount, next_log_pi, next_q, alpha, log_w), right, scale)


@law("[Note L67]", needs=("evaluation_target",), inputs=cases(reward=rewards, **NEXT_POLICY))
def terminal_evaluation_target(
    impl: Any, reward: Array, next_q: Array, alpha: Array, log_w: Measure, next_log_pi: Array
) -> Sides:
    """(1) is r where γ (1 - terminated) = 0."""
    target = impl.evaluation_target(reward, np.zeros_like(reward), next_log_pi, next_q, alpha, log_w)
    return Sides(target, reward, np.abs(reward))


@law(
    "[Note L67]",
    "[Note L74]",
    needs=("evaluation_target", "optimality_target"),
    inputs=cases(**STEP, **NEXT_POLICY),
    relation="<=",
)
def evaluation_at_most_optimality(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure, next_log_pi: Array
) -> Sides:
    """(1) ≤ (2) for every policy: T^π Q ≤ T*Q."""
    left = impl.evaluation_target(reward, discount, next_log_pi, next_q, alpha, log_w)
    right = impl.optimality_target(reward, discount, next_q, alpha, log_w)
    return Sides(left, right, evaluation_scale(reward, discount, next_log_pi, next_q, alpha, log_w))


@law(
    "[Note L74]",
    "[Note L76]",
    needs=("evaluation_target", "optimality_target", "boltzmann_log_policy"),
    inputs=cases(**STEP, **NEXT),
)
def evaluation_is_optimality_at_boltzmann(
    impl: Any, reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure
) -> Sides:
    """(1) = (2) at the Boltzmann policy of Q(s', ·): T^{π_Q} Q = T*Q."""
    log_pi = impl.boltzmann_log_policy(next_q, alpha, log_w)
    left = impl.evaluation_target(reward, discount, log_pi, next_q, alpha, log_w)
    scale = np.abs(reward) + product(exact(discount), at_boltzmann_scale(next_q, alpha, log_w))
    return Sides(left, impl.optimality_target(reward, discount, next_q, alpha, log_w), scale)


@law(
    "[Note L67]",
    needs=("evaluation_target",),
    inputs=cases(**STEP, **NEXT_POLICY, rise=increments),
    relation="<=",
)
def evaluation_target_monotone(
    impl: Any,
    reward: Array,
    discount: Array,
    next_q: Array,
    alpha: Array,
    log_w: Measure,
    next_log_pi: Array,
    rise: Array,
) -> Sides:
    """Q ≤ Q' implies T^π Q ≤ T^π Q'."""
    low = impl.evaluation_target(reward, discount, next_log_pi, next_q, alpha, log_w)
    high = impl.evaluation_target(reward, discount, next_log_pi, next_q + rise, alpha, log_w)
    scale = evaluation_scale(reward, discount, next_log_pi, next_q, alpha, log_w)
    return Sides(
        low, high, scale + evaluation_scale(reward, discount, next_log_pi, next_q + rise, alpha, log_w)
    )


@law(
    "[Note L67]",
    needs=("evaluation_target",),
    inputs=cases(**STEP, **NEXT_POLICY, step=steps),
    relation="<=",
)
def evaluation_target_contracts(
    impl: Any,
    reward: Array,
    discount: Array,
    next_q: Array,
    alpha: Array,
    log_w: Measure,
    next_log_pi: Array,
    step: Array,
) -> Sides:
    """|T^π Q - T^π Q'| ≤ γ max_a |Q_a - Q'_a|."""
    other = next_q + step
    one = impl.evaluation_target(reward, discount, next_log_pi, next_q, alpha, log_w)
    two = impl.evaluation_target(reward, discount, next_log_pi, other, alpha, log_w)
    scale = evaluation_scale(reward, discount, next_log_pi, next_q, alpha, log_w)
    scale = scale + evaluation_scale(reward, discount, next_log_pi, other, alpha, log_w)
    return Sides(np.abs(one - two), exact(discount) * tables.distance(next_q, other, log_w), scale)


@law("[Note L67]", needs=("evaluation_target",), inputs=cases(**STEP, **NEXT_POLICY, c=constants))
def evaluation_target_shift(
    impl: Any,
    reward: Array,
    discount: Array,
    next_q: Array,
    alpha: Array,
    log_w: Measure,
    next_log_pi: Array,
    c: Any,
) -> Sides:
    """T^π(Q + c) = T^π Q + γ c."""
    shifted = impl.evaluation_target(reward, discount, next_log_pi, next_q + c, alpha, log_w)
    right = impl.evaluation_target(reward, discount, next_log_pi, next_q, alpha, log_w)
    scale = evaluation_scale(reward, discount, next_log_pi, next_q, alpha, log_w)
    scale = scale + evaluation_scale(reward, discount, next_log_pi, next_q + c, alpha, log_w)
    return Sides(shifted, right + exact(discount) * float(c), scale)


# The loss


@law(
    "[H17 Eq. 11]",
    needs=("q_loss",),
    inputs=cases(COUNTING_DEFINING, q=action_values, action=actions, target=state_values),
)
def loss_is_half_square(impl: Any, q: Array, action: Array, target: Array) -> Sides:
    """J = ½ (Q(s, a) - Q̂)²."""
    chosen = np.take_along_axis(q, np.asarray(action)[..., None], axis=-1)[..., 0]
    error = exact(chosen) - exact(target)
    return Sides(
        impl.q_loss(q, action, target),
        error**2 / 2,
        np.abs(error) * (np.abs(exact(chosen)) + np.abs(exact(target))),
    )


@law(
    "[H17 Eq. 11]",
    needs=("q_loss",),
    inputs=cases(COUNTING, q=action_values, action=actions, target=state_values, other=action_values),
)
def loss_sees_taken_action(impl: Any, q: Array, action: Array, target: Array, other: Array) -> Sides:
    """J depends on Q(s, ·) through Q(s, a) alone."""
    taken = np.arange(q.shape[-1]) == np.asarray(action)[..., None]
    loss = impl.q_loss(q, action, target)
    return Sides(impl.q_loss(np.where(taken, q, other), action, target), loss, np.abs(loss))


def optimality_scale(reward: Array, discount: Array, next_q: Array, alpha: Array, log_w: Measure) -> Array:
    """r and γ V, each rounded."""
    return np.abs(exact(reward)) + exact(discount) * value_scale(next_q, alpha, log_w)


def evaluation_scale(
    reward: Array, discount: Array, next_log_pi: Array, next_q: Array, alpha: Array, log_w: Measure
) -> Array:
    """r and γ V^π, each rounded."""
    size = policy_value_scale(next_log_pi, next_q, alpha, log_w)
    return np.abs(exact(reward)) + exact(discount) * size
