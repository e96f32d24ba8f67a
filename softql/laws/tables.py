"""Small operations on tables of action values that several laws share. Shapes as in `oracle.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from .oracle import exact, weights

Measure = np.ndarray | None


def extend(
    q: np.ndarray, log_w: Measure, column: np.ndarray, log_weight: Any
) -> tuple[np.ndarray, np.ndarray]:
    """q and log_w with one more action in the last place."""
    weight = plain(q) if log_w is None else log_w
    last = np.broadcast_to(np.asarray(log_weight, q.dtype), (*weight.shape[:-1], 1))
    return np.concatenate([q, column], axis=-1), np.concatenate([weight, last], axis=-1)


def plain(q: np.ndarray) -> np.ndarray:
    """Counting measure, written out: log_w = 0 for each action."""
    return np.zeros(q.shape[-1:], q.dtype)


def close(log_w: np.ndarray, state: tuple[int, ...]) -> np.ndarray:
    """log_w with every action of one state masked."""
    closed = log_w.copy()
    closed[state] = -np.inf
    return closed


def masked(q: np.ndarray, log_w: Measure) -> np.ndarray:
    """Where an action does not exist."""
    return weights(q, log_w) == -np.inf


def one_state(state: tuple[int, ...], q: np.ndarray, alpha: Any, log_w: Measure) -> tuple[Any, ...]:
    """q, alpha and log_w of one state; an alpha or a measure that all states share stays as it is."""
    measure = log_w[state] if log_w is not None and log_w.ndim == q.ndim else log_w
    return q[state], alpha[state] if np.ndim(alpha) else alpha, measure


def best(q: np.ndarray, log_w: Measure) -> np.ndarray:
    """max Q over the actions that exist."""
    return np.max(np.where(masked(q, log_w), -np.inf, q), axis=-1)


def distance(q: np.ndarray, other: np.ndarray, log_w: Measure) -> np.ndarray:
    """max_a |Q_a - Q'_a| over the actions that exist."""
    gap = np.abs(exact(q) - exact(other))
    return np.max(np.where(masked(q, log_w), 0.0, gap), axis=-1)
