"""The truth that laws compare with: definitions, computed so that their own rounding does not matter.

`boltzmann` evaluates the textbook's formulas in 50 decimal digits, with no regrouping, no shift by the
maximum and no special case but the one for an action of weight zero, which does not exist. The sums over a
given policy are well conditioned against the scales in `scales.py` and are plain float64.

Shapes: `q [*b, a]`, `alpha [*b]` or scalar, `log_w` None, `[a]` or `[*b, a]`. Every answer is float64.
Imports: numpy and the standard library.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any, NamedTuple

import numpy as np

DIGITS = Context(prec=50, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
ZERO = Decimal(0)


class Boltzmann(NamedTuple):
    """What soft Q-learning asks about one state."""

    value: np.ndarray  # [*b]    alpha log sum_a w_a exp(Q_a / alpha)
    log_policy: np.ndarray  # [*b, a] (Q - V) / alpha
    policy: np.ndarray  # [*b, a] its exponential, a density against w
    advantage: np.ndarray  # [*b, a] Q - V
    entropy: np.ndarray  # [*b]    -sum_a w_a pi_a log pi_a


def boltzmann(q: np.ndarray, alpha: np.ndarray, log_w: np.ndarray | None = None) -> Boltzmann:
    """The Boltzmann distribution of q at temperature alpha against the measure w."""
    batch = q.shape[:-1]
    log_weights = weights(q, log_w)
    temperature = np.broadcast_to(exact(alpha), batch)
    answer = Boltzmann(*(np.empty(shape) for shape in (batch, q.shape, q.shape, q.shape, batch)))
    for row in np.ndindex(batch):
        numbers = _boltzmann_row(q[row].tolist(), float(temperature[row]), log_weights[row].tolist())
        for field, number in zip(answer, numbers, strict=True):
            field[row] = number
    return answer


def _boltzmann_row(q: list[float], alpha: float, log_w: list[float]) -> tuple[Any, ...]:
    """The five answers for one state, from the definitions."""
    n, t = len(q), Decimal(alpha)
    kept = [i for i in range(n) if log_w[i] != -np.inf]
    if not kept:
        return -np.inf, [-np.inf] * n, [0.0] * n, [-np.inf] * n, 0.0
    scores = {i: DIGITS.divide(Decimal(q[i]), t) for i in kept}
    mass = {i: DIGITS.exp(DIGITS.add(scores[i], Decimal(log_w[i]))) for i in kept}
    total = _total(mass.values())
    log_z = DIGITS.ln(total)
    log_policy = {i: DIGITS.subtract(scores[i], log_z) for i in kept}
    terms = [DIGITS.multiply(DIGITS.divide(mass[i], total), log_policy[i]) for i in kept]
    return (
        float(DIGITS.multiply(t, log_z)),
        [float(log_policy.get(i, -np.inf)) for i in range(n)],
        [float(DIGITS.exp(log_policy[i])) if i in log_policy else 0.0 for i in range(n)],
        [float(DIGITS.multiply(t, log_policy[i])) if i in log_policy else -np.inf for i in range(n)],
        -float(_total(terms)),
    )


def _total(terms: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for term in terms:
        total = DIGITS.add(total, term)
    return total


def exact(x: np.ndarray) -> np.ndarray:
    """The same numbers in float64, which holds every number of the formats under test."""
    return np.asarray(x, np.float64)


def per_action(x: np.ndarray) -> np.ndarray:
    """Numbers of a state, [*b], against its action axis, [*b, 1]."""
    return exact(x)[..., None]


def weights(q: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """The log weight of every action of every state; 0 for counting measure."""
    return np.zeros(q.shape) if log_w is None else np.broadcast_to(exact(log_w), q.shape)


def masses(log_pi: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """w pi: the probability of each action under the density exp(log_pi); 0 where w or pi is."""
    log_pi = exact(log_pi)
    log_weight = weights(log_pi, log_w)
    present = (log_weight != -np.inf) & (log_pi != -np.inf)
    return np.where(present, np.exp(np.where(present, log_pi + log_weight, 0.0)), 0.0)


def expectation(log_pi: np.ndarray, x: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """E_pi[x], where an action of probability zero counts for nothing, whatever x is there."""
    mass = masses(log_pi, log_w)
    return np.sum(np.where(mass > 0, mass * np.where(mass > 0, x, 0.0), 0.0), axis=-1)


def chances(policy: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """w pi from the density itself."""
    return np.exp(weights(policy, log_w)) * policy


def policy_value(
    log_pi: np.ndarray, q: np.ndarray, alpha: np.ndarray, log_w: np.ndarray | None
) -> np.ndarray:
    """E_pi[Q - alpha log pi]."""
    return expectation(log_pi, exact(q) - per_action(alpha) * exact(log_pi), log_w)


def normalise(logits: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """The log density proportional to exp(logits), with sum w pi = 1; -inf where w is 0."""
    logits = np.where(weights(logits, log_w) == -np.inf, -np.inf, exact(logits))
    top = np.max(logits, axis=-1, keepdims=True)
    return logits - top - np.log(np.sum(masses(logits - top, log_w), axis=-1, keepdims=True))


def discounted_sum(gain: np.ndarray, discount: np.ndarray) -> np.ndarray:
    """Sum over time of gain, each step weighed with the product of the discounts before it."""
    before = np.concatenate([np.ones_like(discount[..., :1]), discount[..., :-1]], axis=-1)
    return np.sum(exact(gain) * np.cumprod(exact(before), axis=-1), axis=-1)


def lambda_return(
    reward: np.ndarray,
    discount: np.ndarray,
    next_v: np.ndarray,
    bonus: np.ndarray,
    share: float,
    cut: np.ndarray,
) -> np.ndarray:
    """The forward view: (1 - lambda) sum_n lambda^(n-1) G^(n), what is left of the weights on the last n.

    The last n is that of the first step at which the path is cut, or of the end of the array.
    """
    answer, cut = np.empty(reward.shape), cut.copy()
    cut[..., -1] = True
    for *path, t in np.ndindex(reward.shape):
        row = tuple(path)
        steps = int(np.argmax(cut[row][t:])) + 1
        shares = [(1 - share) * share**n for n in range(steps - 1)] + [share ** (steps - 1)]
        window = (exact(x)[row][t : t + steps] for x in (reward, discount, next_v, bonus))
        answer[(*row, t)] = np.dot(shares, _n_step_returns(*window))
    return answer


def n_step_return(
    reward: np.ndarray, discount: np.ndarray, next_v: np.ndarray, bonus: np.ndarray, n: int, cut: np.ndarray
) -> np.ndarray:
    """G^(n) of every step, of fewer steps where the path is cut, ends, or the array is over."""
    answer, cut = np.empty(reward.shape), cut | (discount == 0)
    cut[..., -1] = True
    for *path, t in np.ndindex(reward.shape):
        row = tuple(path)
        steps = min(n, int(np.argmax(cut[row][t:])) + 1)
        window = (exact(x)[row][t : t + steps] for x in (reward, discount, next_v, bonus))
        answer[(*row, t)] = _n_step_returns(*window)[-1]
    return answer


def _n_step_returns(
    reward: np.ndarray, discount: np.ndarray, next_v: np.ndarray, bonus: np.ndarray
) -> list[float]:
    """G^(1), G^(2), ...: n rewards, the bonuses after the first, the value of where the n-th step ends."""
    returns, gathered, weight = [], 0.0, 1.0
    for n in range(len(reward)):
        gathered += weight * (reward[n] + (bonus[n] if n else 0.0))
        weight *= discount[n]
        returns.append(gathered + (weight * next_v[n] if weight else 0.0))
    return returns
