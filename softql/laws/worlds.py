"""Small MDPs as inputs of laws, and their answers in plain float64: sweeps until nothing moves, no linear algebra.

A room's batch is its states here, so a table [S, A] is an array [*b, a]. Transitions are tables P(s'|s,a), discounts
are scalars up to 0.9 or one number a transition, temperatures scalars. Imports: numpy, hypothesis.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .oracle import exact, expectation, policy_value, weights
from .strategies import Field, Room, array

Array = np.ndarray
WORLDS = (Room((3,), 2, "counting", False), Room((2,), 3, "states", False))
FREE = WORLDS[:1]
SWEEPS = 500  # 0.9^500 is below 1e-22


@functools.cache
def transitions(room: Room) -> SearchStrategy[Array]:
    """P(s'|s,a) [S, A, S]: certain, even or anything."""
    (states,) = room.batch
    shape = (states, room.actions, states)
    certain = array(room, shape[:2], st.integers(0, states - 1)).map(
        lambda s: (np.arange(states) == np.asarray(s)[..., None]).astype(room.dtype)
    )
    mixed = array(room, shape, st.integers(0, 4)).map(lambda x: _rows(np.asarray(x) + 0.25, room.dtype))
    return st.one_of(certain, mixed)


@functools.cache
def certain_transitions(room: Room) -> SearchStrategy[Array]:
    """P(s'|s,a) of a deterministic world."""
    (states,) = room.batch
    choice = array(room, (states, room.actions), st.integers(0, states - 1))
    return choice.map(lambda s: (np.arange(states) == np.asarray(s)[..., None]).astype(room.dtype))


def _rows(x: Array, dtype: np.dtype) -> Array:
    return (x / x.sum(-1, keepdims=True)).astype(dtype)


@functools.cache
def gammas(room: Room) -> SearchStrategy[Any]:
    """A scalar discount."""
    return array(room, (), st.sampled_from([0.5, 0.0, 0.75, 0.9]))


@functools.cache
def tables(room: Room) -> SearchStrategy[Array]:
    """Rewards or action values of every state and action."""
    return st.one_of(array(room, room.table, st.integers(-2, 2)), array(room, room.table, st.floats(-4.0, 4.0)))


@functools.cache
def skills(room: Room) -> SearchStrategy[Array]:
    """Rewards of two skills [I, S, A]."""
    return array(room, (2, *room.table), st.floats(-3.0, 3.0))


@functools.cache
def plans(room: Room) -> SearchStrategy[Array]:
    """Rewards of three steps [T, S, A]."""
    return array(room, (3, *room.table), st.floats(-3.0, 3.0))


@functools.cache
def values(room: Room) -> SearchStrategy[Array]:
    """One number a state."""
    return array(room, room.batch, st.one_of(st.integers(-3, 3), st.floats(-5.0, 5.0)))


@functools.cache
def mild_temperatures(room: Room) -> SearchStrategy[Any]:
    """alpha, within a few powers of two of 1."""
    return array(room, (), st.one_of(st.sampled_from([1.0, 0.5, 2.0]), st.floats(0.25, 4.0)))


@functools.cache
def low_temperatures(room: Room) -> SearchStrategy[Any]:
    """alpha on the way to 0."""
    return array(room, (), st.sampled_from([0.5, 0.25, 0.125, 2.0**-5]))


@functools.cache
def starts(room: Room) -> SearchStrategy[Array]:
    """A distribution of the first state."""
    weights = array(room, room.batch, st.integers(0, 4)).map(np.asarray)
    return weights.map(lambda x: _rows(x + 0.25, room.dtype))


@functools.cache
def open_measures(room: Room) -> SearchStrategy[Any]:
    """log w: None for counting measure, else 0, log 2 or -inf, with an action in every state."""
    if room.measure == "counting":
        return st.none()
    kept = array(room, room.batch, st.integers(0, room.actions - 1)).map(np.asarray)
    kinds = array(room, room.table, st.sampled_from([0.0, np.log(2.0), -1e9]))
    return st.builds(_open, kinds, kept)


def _open(kinds: Array, kept: Array) -> Array:
    first = np.arange(kinds.shape[-1]) == kept[..., None]
    return np.where(kinds < -1e8, np.where(first, 0.0, -np.inf), kinds).astype(kinds.dtype)


WORLD: dict[str, Field] = {"transition": transitions, "reward": tables, "discount": gammas}
SOFT: dict[str, Field] = {**WORLD, "alpha": mild_temperatures, "log_w": open_measures}


# Answers


def soft_maximum(q: Array, alpha: Any, log_w: Array | None = None) -> Array:
    """α log Σ w exp(q/α); the maximum over actions that exist at α = 0."""
    score = np.where(weights(q, log_w) == -np.inf, -np.inf, exact(q))
    if alpha == 0:
        return np.max(score, axis=-1)
    x = score / exact(alpha) + np.where(weights(q, log_w) == -np.inf, 0.0, weights(q, log_w))
    top = np.max(x, axis=-1)
    return exact(alpha) * (top + np.log(np.sum(np.exp(x - top[..., None]), axis=-1)))


def backup(transition: Array, reward: Array, discount: Any, v: Array) -> Array:
    """r + γ Σ P v."""
    return exact(reward) + expected(transition, discount, v)


def expected(transition: Array, discount: Any, v: Array) -> Array:
    """γ Σ P v, discount a scalar or one number a transition."""
    return np.sum(exact(transition) * exact(discount) * exact(v), axis=-1)


def best_q(transition: Array, reward: Array, discount: Any, alpha: Any, log_w: Array | None = None) -> Array:
    """Q*, by sweeps."""
    q = np.zeros(reward.shape)
    for _ in range(SWEEPS):
        then = backup(transition, reward, discount, soft_maximum(q, alpha, log_w))
        if np.array_equal(then, q):
            break
        q = then
    return q


def q_of(transition: Array, reward: Array, discount: Any, log_pi: Array, alpha: Any, log_w: Array | None) -> Array:
    """Q^π, by sweeps."""
    q = np.zeros(reward.shape)
    for _ in range(SWEEPS):
        then = backup(transition, reward, discount, policy_value(log_pi, q, alpha, log_w))
        if np.array_equal(then, q):
            break
        q = then
    return q


def reach(reward: Array, discount: Any, alpha: Any, actions: int) -> Any:
    """The size of values: the largest reward, and the entropy bonus with weights up to 2, over 1 - γ."""
    largest = np.max(np.abs(exact(reward)), initial=0.0) + exact(alpha) * (1 + np.log(2 * actions))
    return largest / (1 - np.max(exact(discount)))


def solve_scale(reward: Array, discount: Any, alpha: Any, shape: tuple[int, ...]) -> Array:
    """What rounding may do to the solution of a linear or soft Bellman equation: each term once, over 1 - γ."""
    size = reach(reward, discount, alpha, shape[-1]) * (4 + shape[0]) / (1 - np.max(exact(discount)))
    return np.full(shape, size)


def paths(states: int, actions: int, steps: int) -> Any:
    """Every sequence of actions and of the states between them."""
    for taken in itertools.product(range(actions), repeat=steps):
        for met in itertools.product(range(states), repeat=steps - 1):
            yield taken, met


def path_mean(table: Array, gain: Array, discount: float, policy: Array, first: int) -> float:
    """E of Σ_t γ^t gain_t(s_t, a_t) over all paths from one state; gain and policy [T, S, A]."""
    steps, states, actions = gain.shape
    total = 0.0
    for taken, met in paths(states, actions, steps):
        at = (first, *met)
        chance = np.prod([policy[t, at[t], taken[t]] for t in range(steps)])
        chance *= np.prod([table[at[t], taken[t], at[t + 1]] for t in range(steps - 1)])
        total += chance * sum(discount**t * gain[t, at[t], taken[t]] for t in range(steps))
    return float(total)


__all__ = ["SOFT", "WORLD", "WORLDS", "best_q", "expectation", "expected", "path_mean", "q_of", "soft_maximum"]
