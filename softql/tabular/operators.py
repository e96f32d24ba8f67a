"""The operators of an MDP on whole tables: backups, exact evaluation, the fixed point. Arrays in, arrays out.

`transition` is P(s'|s,a) [S, A, S] or `softql.mdp.Successors`; `discount` is gamma, or gamma (1 - terminated) for each
transition. `log_w` is the measure of the actions, [A] or [S, A]. The last axis of q is actions. Rewards, values and
alpha are in reward units, log-probabilities in nats. With Successors linear equations are solved by iteration
(BiCGSTAB), so what is exact for a table is then good to rounding times 1/(1 - gamma). Imports: equations, mdp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.sparse.linalg import bicgstab
from jaxtyping import Array, ArrayLike, Float

from softql.equations import _door as door
from softql.equations import _kernels as kernels
from softql.equations import boltzmann_log_policy, policy_value, soft_value
from softql.mdp.records import Successors, check_transition
from softql.tabular import checks

__all__ = [
    "evaluation_backup",
    "expected_next",
    "hard_q",
    "horizon_q",
    "occupancy",
    "optimal_q",
    "optimality_backup",
    "policy_q",
]

NEWTON = 64  # steps of optimal_q at most; it stops much earlier
ROUNDS, SWEEPS = 1_000, 64  # of an iterative solve: rounds at most, and sweeps in one

Transition = Float[Array, "s a s"] | Successors
Discount = Float[ArrayLike, ""] | Float[Array, "s a _"]
Measure = Float[ArrayLike, "*s a"] | None


def expected_next(transition: Transition, discount: Discount, v: Float[ArrayLike, " s"]) -> Float[Array, "s a"]:
    r"""Σ_s' P(s'|s,a) γ(1 - terminated) V(s'): what the future is worth before the reward.  [Note L67]

    Erratum: the expectation over s' and γ are what the note's updates leave out.

    Args:
      transition: P(s'|s,a) [S, A, S], or Successors.
      discount: γ, or one number a transition.
      v: value of each state, reward units; finite.

    Returns:
      One number a state and action, reward units.

    Raises:
      ValueError: when shapes do not match.

    Example:
      >>> print(expected_next(jnp.array([[[0.25, 0.75]], [[0.0, 1.0]]]), 0.5, jnp.array([0.0, 8.0])))
      [[3.]
       [4.]]
    """
    return expect(weigh(transition, discount), jnp.asarray(v))


def optimality_backup(
    transition: Transition,
    reward: Float[ArrayLike, "s a"],
    discount: Discount,
    q: Float[ArrayLike, "s a"],
    alpha: Float[ArrayLike, ""],
    log_w: Measure = None,
) -> Float[Array, "s a"]:
    r"""(T*Q)(s,a) = r(s,a) + Σ_s' P(s'|s,a) γ(1 - terminated) α log Σ_a' w exp(Q(s',a')/α).  [Note L67] [Note L76]

    The expectation of `softql.optimality_target` over the next state. A monotone contraction by γ whose fixed point is
    Q* (cf. H17 Theorem 3).

    Args:
      transition, discount: as for `expected_next`.
      reward: r(s,a), reward units.
      q: action values, reward units.
      alpha: temperature > 0, reward units.
      log_w: log weight of each action; None is counting measure, -inf masks.

    Returns:
      T*Q [S, A], reward units.

    Raises:
      ValueError: as `soft_value` does, and when shapes do not match.

    Example:
      >>> one = jnp.ones((1, 2, 1))
      >>> print(optimality_backup(one, jnp.array([[0.0, 1.0]]), 0.5, jnp.zeros((1, 2)), alpha=1.0))
      [[0.3465736 1.3465736]]
    """
    _fits(transition, reward, q=q)
    return jnp.asarray(reward) + expected_next(transition, discount, soft_value(q, alpha, log_w))


def evaluation_backup(
    transition: Transition,
    reward: Float[ArrayLike, "s a"],
    discount: Discount,
    log_pi: Float[ArrayLike, "s a"],
    q: Float[ArrayLike, "s a"],
    alpha: Float[ArrayLike, ""],
    log_w: Measure = None,
) -> Float[Array, "s a"]:
    r"""(T^πQ)(s,a) = r(s,a) + Σ_s' P(s'|s,a) γ(1 - terminated) E_π[Q(s',a') - α log π(a'|s')].  [Note L67] [Note L74]

    The expectation of `softql.evaluation_target` over the next state; its fixed point is Q^π.

    Args:
      transition, reward, discount, q, alpha, log_w: as for `optimality_backup`.
      log_pi: log density of the policy [S, A], nats.

    Returns:
      T^πQ [S, A], reward units.

    Raises:
      ValueError: as `policy_value` does, and when shapes do not match.

    Example:
      >>> one, even = jnp.ones((1, 2, 1)), jnp.log(jnp.full((1, 2), 0.5))
      >>> print(evaluation_backup(one, jnp.array([[0.0, 1.0]]), 0.5, even, jnp.zeros((1, 2)), alpha=1.0))
      [[0.3465736 1.3465736]]
    """
    _fits(transition, reward, log_pi=log_pi, q=q)
    return jnp.asarray(reward) + expected_next(transition, discount, policy_value(log_pi, q, alpha, log_w))


def policy_q(
    transition: Transition,
    reward: Float[ArrayLike, "s a"],
    discount: Discount,
    log_pi: Float[ArrayLike, "s a"],
    alpha: Float[ArrayLike, ""],
    log_w: Measure = None,
) -> Float[Array, "s a"]:
    r"""Q^π, exactly: V^π = (I - P_π)^-1 (E_π[r] + α H(π)), then one backup.  [Note L25] [Note L52]

    P_π(s,s') = Σ_a π(a|s) P(s'|s,a) γ(1 - terminated).

    Args:
      transition, reward, discount, log_pi, alpha, log_w: as for `evaluation_backup`; discounts below 1, or a policy
        that is sure to terminate.

    Returns:
      Q^π [S, A], reward units.

    Raises:
      ValueError: as `evaluation_backup` does, and when a concrete row of transition or of exp(log_pi) is no
        distribution or the policy goes on for ever. Traced numbers (under jit, vmap or grad) can't be checked.

    Example:
      >>> one, even = jnp.ones((1, 2, 1)), jnp.log(jnp.full((1, 2), 0.5))
      >>> print(policy_q(one, jnp.array([[0.0, 0.0]]), 0.5, even, alpha=1.0))
      [[0.6931472 0.6931472]]
    """
    _fits(transition, reward, log_pi=log_pi)
    _ends(transition, discount, log_pi, log_w)
    door.temperature(alpha)
    transition, reward, discount, log_pi, alpha, log_w = checks.one_dtype(
        transition, reward, discount, log_pi, alpha, log_w
    )
    reward, weight = jnp.asarray(reward), weigh(transition, discount)
    gain = policy_value(log_pi, reward, alpha, log_w)
    return reward + expect(weight, solve(weight, policy(log_pi, log_w), gain))


def occupancy(
    transition: Transition,
    discount: Discount,
    log_pi: Float[ArrayLike, "s a"],
    start: Float[ArrayLike, " s"],
    log_w: Measure = None,
) -> Float[Array, "s a"]:
    r"""d(s,a) = Σ_t γ^t P(s_t = s, a_t = a): how often each pair is met, discounted.  [Note L13]

    The objective is linear in it: Σ_s,a d(s,a) (r(s,a) - α log π(a|s)) is E Σ_t γ^t (r_t + α H_t) from `start`.
    Solved from the flow equation d(s') = start(s') + Σ_s,a d(s,a) P(s'|s,a) γ(1 - terminated).

    Args:
      transition, discount, log_pi, log_w: as for `policy_q`.
      start: distribution of the first state.

    Returns:
      d [S, A], in steps; it sums to 1/(1 - γ) for a scalar γ.

    Raises:
      ValueError: when shapes do not match, and as `policy_q` does for concrete numbers; traced ones can't be checked.

    Example:
      >>> print(occupancy(jnp.ones((1, 2, 1)), 0.5, jnp.log(jnp.array([[0.25, 0.75]])), jnp.ones(1)))
      [[0.5 1.5]]
    """
    _fits(transition, log_pi)
    if jnp.shape(start) != jnp.shape(log_pi)[:1]:
        raise ValueError(f"start has shape {jnp.shape(start)} but log_pi has {jnp.shape(log_pi)}: one chance a state")
    _ends(transition, discount, log_pi, log_w)
    transition, start, discount, log_pi, log_w = checks.one_dtype(transition, start, discount, log_pi, log_w)
    start, weight, chance = jnp.asarray(start), weigh(transition, discount), policy(log_pi, log_w)
    few = weight.of
    if not isinstance(few, Successors):
        among = chain(weight, chance)
        return jnp.linalg.solve(jnp.eye(len(start), dtype=among.dtype) - among.T, start)[:, None] * chance

    def flow(d: Array) -> Array:
        mass = (weight.factor * d[:, None] * chance)[:, :, None] * few.chance
        return d - jnp.zeros_like(d).at[few.state].add(mass)

    return _iterate(flow, start, lambda d: jnp.sum(jnp.abs(d)))[:, None] * chance


def optimal_q(
    transition: Transition,
    reward: Float[ArrayLike, "s a"],
    discount: Discount,
    alpha: Float[ArrayLike, ""],
    log_w: Measure = None,
) -> Float[Array, "s a"]:
    r"""Q*, the fixed point of T*: Q* = r + γ E α log Σ w exp(Q*/α), by Newton's method.  [Note L21] [Note L76]

    Each step evaluates the Boltzmann policy of the last Q exactly, which is a Newton step on T*Q = Q. It ends where
    rounding lets a step raise Q no more. `soft_policy_iteration` is the same with a certificate. JAX can't
    differentiate through the loop backwards, only forwards (jax.jvp).

    Args:
      transition, reward, discount, alpha, log_w: as for `optimality_backup`; discounts below 1, finite rewards and an
        action in every state (else NaN).

    Returns:
      Q* [S, A], reward units.

    Raises:
      ValueError: as `optimality_backup` does, and when a concrete process does not contract or a row of its transition
        is no distribution.

    Example:
      >>> one = jnp.ones((1, 2, 1))
      >>> print(optimal_q(one, jnp.array([[0.0, 0.0]]), 0.5, alpha=1.0))
      [[0.6931472 0.6931472]]
    """
    _fits(transition, reward)
    door.temperature(alpha)
    return newton(*_contracting(transition, reward, discount, alpha, log_w))


def hard_q(
    transition: Transition, reward: Float[ArrayLike, "s a"], discount: Discount, log_w: Measure = None
) -> Float[Array, "s a"]:
    r"""Q*_0 = r + γ E max_a' Q*_0(s',a'): the limit α -> 0, ordinary dynamic programming.  [Note L76]

    Howard's policy iteration; where several actions are best the policy shares them. 0 <= Q*_α - Q*_0 <= γ α log|A| /
    (1 - γ), so soft values fall to it with α. JAX differentiates through the loop forwards only, as in `optimal_q`.

    Args:
      transition, reward, discount, log_w: as for `optimal_q`; of log_w only -inf matters.

    Returns:
      Q*_0 [S, A], reward units.

    Raises:
      ValueError: when shapes do not match, and as `optimal_q` does for a concrete process.

    Example:
      >>> print(hard_q(jnp.ones((1, 2, 1)), jnp.array([[0.0, 1.0]]), 0.5))
      [[1. 2.]]
    """
    _fits(transition, reward)
    return newton(*_contracting(transition, reward, discount, 0.0, log_w))


@jax.jit
def newton(transition: Transition, reward: Array, discount: Array, alpha: Array, log_w: Array | None) -> Array:
    """Newton's method on T*Q = Q until no value rises any more. Traced, so that alpha may be 0.

    A step may make the residual larger far from the solution, but from the first on it only raises Q, and by at least
    the residual; so a step that raises nothing beyond rounding leaves no residual beyond it.
    """
    weight = weigh(transition, discount)

    def going(carry: Any) -> Array:
        steps, q, before = carry
        lost = 8 * float(jnp.finfo(q.dtype).eps) * (jnp.max(jnp.abs(q)) + jnp.max(jnp.abs(reward)))
        return (steps < NEWTON) & ((steps < 2) | (jnp.max(q - before) > lost))

    def step(carry: Any) -> Any:
        steps, q, _ = carry
        return steps + 1, improve(weight, reward, q, alpha, log_w), q

    start = jnp.zeros_like(reward)
    q = jax.lax.while_loop(going, step, (jnp.int32(0), start, start))[1]
    return reward + expect(weight, soft_value(q, alpha, log_w))


def improve(weight: Weight, reward: Array, q: Array, alpha: Array, log_w: Array | None) -> Array:
    """One step of soft policy iteration, which is one Newton step: Q^π of π = exp((Q - V)/α)."""
    log_pi = boltzmann_log_policy(q, alpha, log_w)
    gain = policy_value(log_pi, reward, alpha, log_w)
    near = soft_value(q, alpha, log_w)
    return reward + expect(weight, solve(weight, policy(log_pi, log_w), gain, near))


def horizon_q(
    transition: Transition,
    reward: Float[ArrayLike, "t s a"],
    discount: Discount,
    alpha: Float[ArrayLike, ""],
    log_w: Measure = None,
) -> Float[Array, "t s a"]:
    r"""Q_t = r_t + γ E α log Σ w exp(Q_{t+1}/α), Q after the last step 0: the finite horizon.  [Note L13] [Note L21]

    The Boltzmann policies of Q_t maximise the sum of the rewards and of α times the causal entropy. γ = 1 is allowed.

    Args:
      transition, discount, alpha, log_w: as for `optimality_backup`.
      reward: r_t(s,a) for each of T steps [T, S, A].

    Returns:
      Q_t [T, S, A], reward units. At the last step Q = r: no entropy bonus for the action that is given.

    Raises:
      ValueError: as `optimality_backup` does.

    Example:
      >>> print(horizon_q(jnp.ones((1, 2, 1)), jnp.zeros((3, 1, 2)), 1.0, alpha=1.0)[:, 0, 0])
      [1.3862944 0.6931472 0.       ]
    """
    reward = jnp.asarray(reward)
    if reward.ndim != 3 or reward.shape[0] == 0:
        raise ValueError(f"reward has shape {reward.shape}: pass [T, S, A], one table for each of the T steps")
    _fits(transition, reward[0])
    door.temperature(alpha)
    transition, reward, discount, alpha, log_w = checks.one_dtype(transition, reward, discount, alpha, log_w)
    reward = jnp.asarray(reward)

    def back(next_v: Array, r: Array) -> tuple[Array, Array]:
        q = r + expected_next(transition, discount, next_v)
        return soft_value(q, alpha, log_w), q

    return jax.lax.scan(back, jnp.zeros(reward.shape[1], reward.dtype), reward, reverse=True)[1]


# What they are made of


class Weight(NamedTuple):
    """P(s'|s,a) times the discount of that transition, the one thing every operator needs: `factor` times `of`."""

    of: Transition
    factor: Array  # γ, or 1 where `of` holds the discounts


def weigh(transition: Transition, discount: Discount) -> Weight:
    """A γ for all stays beside the transition: a second table of a thousand states took longer than twenty backups."""
    discount = jnp.asarray(float(discount) if isinstance(discount, int) else discount)
    factor = jnp.ones((), discount.dtype) if discount.ndim else discount
    own = discount if discount.ndim else None
    if isinstance(transition, Successors):
        return Weight(Successors(jnp.asarray(transition.state), _times(transition.chance, own)), factor)
    return Weight(_times(transition, own), factor)


def _times(chance: ArrayLike, discount: Array | None) -> Array:
    return jnp.asarray(chance) if discount is None else jnp.asarray(chance) * discount


def expect(weight: Weight, v: Array) -> Array:
    """Σ_s' weight(s'|s,a) v(s')."""
    v = weight.factor * v
    if isinstance(weight.of, Successors):
        return jnp.sum(weight.of.chance * v[weight.of.state], -1)
    return jnp.einsum("saj,j->sa", weight.of, v, precision="highest")


def chain(weight: Weight, chance: Array) -> Array:
    """Σ_a π(a|s) weight(s'|s,a) of a table [S, S]."""
    return weight.factor * jnp.einsum("sa,saj->sj", chance, weight.of, precision="highest")


def policy(log_pi: ArrayLike, log_w: Measure) -> Array:
    """w π, the probability of each action."""
    (log_pi,), log_w, _ = door.density_arguments(log_w, log_pi=log_pi)
    return kernels.masses(log_pi, log_w)[0]


def solve(weight: Weight, chance: Array, gain: Array, near: Array | None = None) -> Array:
    """v = gain + P_π v; by iteration it sets out from `near`."""
    few = weight.of
    if not isinstance(few, Successors):
        among = chain(weight, chance)
        return jnp.linalg.solve(jnp.eye(len(gain), dtype=among.dtype) - among, gain)
    each = weight.factor * chance[:, :, None] * few.chance
    among, state = (x.reshape(len(gain), -1) for x in (each, few.state.astype(jnp.int32)))
    return _iterate(lambda v: v - jnp.sum(among * v[state], -1), gain, lambda v: jnp.max(jnp.abs(v)), near)


def _iterate(
    matvec: Callable[[Array], Array], right: Array, size: Callable[[Array], Array], near: Array | None = None
) -> Array:
    """matvec(x) = right, where x - matvec(x) contracts in `size`: BiCGSTAB in short rounds on what is left over.

    Where a round does not halve the rest (a world of long cycles, say) it is left to sweeps of the contraction, which
    always get there. It ends where rounding lets nothing be gained. It sets out from `near`, or from 0. Numbers
    that are not finite give NaN, as a factorisation of the table does.
    """

    def going(carry: Any) -> Array:
        rounds, x, left, before, _ = carry
        lost = 4 * float(jnp.finfo(right.dtype).eps) * size(x)  # what computing the rest itself may be off
        return (rounds < ROUNDS) & (size(left) < before) & (size(left) > lost)

    def sweeps(x: Array) -> Array:
        return jax.lax.fori_loop(0, SWEEPS, lambda _, y: y + (right - matvec(y)), x)

    def krylov(x: Array, left: Array) -> Array:
        return x + bicgstab(matvec, left / size(left), tol=1e-3, maxiter=100)[0] * size(left)

    def again(carry: Any) -> Any:
        rounds, x, left, _, slow = carry
        now = size(left)
        near = jax.lax.cond(slow, lambda: sweeps(x), lambda: krylov(x, left))
        after = right - matvec(near)
        good = size(after) < 0.5 * now
        slow = slow | ~good
        x, left = (jnp.where(slow & ~(size(after) < now), old, new) for old, new in ((x, near), (left, after)))
        return rounds + 1, x, left, jnp.where(slow & ~carry[4], jnp.inf, now), slow

    far = jnp.asarray(jnp.inf, right.dtype)
    x, left = (jnp.zeros_like(right), right) if near is None else (near, right - matvec(near))
    _, x, left, _, _ = jax.lax.while_loop(going, again, (jnp.int32(0), x, left, far, jnp.asarray(False)))
    return jnp.where(jnp.isfinite(size(left)), x, jnp.nan)


def _contracting(
    transition: Transition, reward: ArrayLike, discount: Discount, alpha: ArrayLike, log_w: Measure
) -> list[Any]:
    """The arguments of `newton` in one dtype; a concrete process that does not contract is refused."""
    if checks.seen(log_w):
        checks.contraction(transition, discount, _valid(log_w, reward))
    return checks.one_dtype(transition, reward, discount, alpha, log_w)


def _valid(log_w: Measure, table: ArrayLike) -> np.ndarray | None:
    """Which actions a concrete measure counts [S, A]; None for all."""
    return None if log_w is None else np.broadcast_to(~np.isneginf(np.asarray(log_w)), jnp.shape(table))


def _ends(transition: Transition, discount: Discount, log_pi: ArrayLike, log_w: Measure) -> None:
    """Refuse concrete rows that are no distributions, and a policy that goes on for ever without a discount.

    Where nothing is discounted n = 1 + P_π n, the mean number of steps to the end, says whether there is one.
    """
    if not checks.seen(transition, discount, log_pi, log_w):
        return
    check_transition(transition, _valid(log_w, log_pi))
    checks.distributions(log_pi, log_w)
    with jax.ensure_compile_time_eval():
        if bool(jnp.all(checks.leaving(transition, discount) < 1)):
            return
        transition, discount, log_pi, log_w = checks.one_dtype(transition, discount, log_pi, log_w)
        weight, chance = weigh(transition, discount), policy(log_pi, log_w)
        one = jnp.ones(len(chance), chance.dtype)
        steps = solve(weight, chance, one)
        left = np.asarray(one + jnp.sum(chance * expect(weight, steps), -1) - steps)
    n, most = np.asarray(steps), 0.01 / float(jnp.finfo(steps.dtype).eps)
    wrong = np.flatnonzero(~((n >= 0.5) & (n < most) & (np.abs(left) <= 0.01 * np.maximum(n, 1))))
    if wrong.size:
        raise ValueError(
            f"from state {wrong[0]} the policy goes on for ever without a discount: values and visits need discounts "
            "below 1 or an end"
        )


def _fits(transition: Transition, reward: ArrayLike, **tables: ArrayLike) -> None:
    """Tables of one shape, and a transition for them."""
    shape = jnp.shape(reward)
    for name, x in tables.items():
        if jnp.shape(x) != shape:
            raise ValueError(f"{name} has shape {jnp.shape(x)} but reward has {shape}: one number a state and action")
    found = jnp.shape(transition.chance if isinstance(transition, Successors) else transition)
    wanted = (*shape, found[-1] if isinstance(transition, Successors) and found else shape[0] if shape else 0)
    if len(shape) != 2 or found != wanted:
        raise ValueError(f"transition has shape {found} but the tables have {shape}: pass [S, A, S] and [S, A]")
