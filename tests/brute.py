"""Brute force: every trajectory of a tiny MDP, one after another, in NumPy float64. No recursion on values here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np


def trajectories(table: np.ndarray, policy: np.ndarray, start: int, steps: int) -> Iterator[tuple[float, list, list]]:
    """(chance, states, actions) of each trajectory of `steps` actions; policy [T, S, A] or [S, A]."""
    states, actions = range(table.shape[0]), range(table.shape[1])
    policy = np.broadcast_to(policy, (steps, *policy.shape[-2:]))
    for taken in itertools.product(actions, repeat=steps):
        for met in itertools.product(states, repeat=steps - 1):
            path = [start, *met]
            chance = np.prod([policy[t, path[t], taken[t]] for t in range(steps)])
            chance *= np.prod([table[path[t], taken[t], path[t + 1]] for t in range(steps - 1)])
            if chance > 0:
                yield float(chance), path, list(taken)


def mean_return(table, reward, gamma, policy, alpha, start, steps) -> float:
    """E Σ_t γ^t (r_t - α log π(a_t|s_t)) over all trajectories: rewards [S, A] or [T, S, A]."""
    reward = np.broadcast_to(reward, (steps, *reward.shape[-2:]))
    policy = np.broadcast_to(policy, (steps, *policy.shape[-2:]))
    total = 0.0
    for chance, states, actions in trajectories(table, policy, start, steps):
        gains = [
            gamma**t * (reward[t, s, a] - alpha * np.log(policy[t, s, a]))
            for t, (s, a) in enumerate(zip(states, actions))
        ]
        total += chance * sum(gains)
    return total


def meetings(table, gamma, policy, start, steps) -> np.ndarray:
    """Σ_t γ^t P(s_t = s, a_t = a) over the first `steps` steps [S, A]."""
    met = np.zeros(policy.shape[-2:])
    for chance, states, actions in trajectories(table, policy, start, steps):
        for t, (s, a) in enumerate(zip(states, actions)):
            met[s, a] += gamma**t * chance
    return met


def deterministic_value(goes_to, reward, gamma, alpha, start, steps) -> float:
    """α log Σ over action sequences of exp(discounted return / α), for γ = 1: the free energy of the paths."""
    assert gamma == 1
    returns = []
    for taken in itertools.product(range(reward.shape[1]), repeat=steps):
        at, total = start, 0.0
        for a in taken:
            total += reward[at, a]
            at = goes_to[at, a]
        returns.append(total)
    return float(alpha * np.logaddexp.reduce(np.array(returns) / alpha))
