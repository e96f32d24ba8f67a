"""Where soft operators go wrong: seeded generators of `(q, alpha, log_w)`, one per regime.

Room: NumPy only. A `Case` holds a batch `q [rows, A]`, `alpha [rows]` and `log_w [rows, A]` or None, in the
dtype asked for. The letters are the columns of the accuracy table; A is the default number of actions.

| letter | what | A |
|---|---|---|
| T | typical: Q of order 1, alpha 0.05 to 20 | 6 |
| D | near-deterministic: the best action leads by 3 to 80 alpha (600 in float64) | 6 |
| U | near-uniform: gaps of 1e-7 to 1e-2 alpha | 6 |
| O | a common offset of 1e3 to 1e7 (1e12 in float64) | 6 |
| E | extremes: Q of order 1e-8 to 1e30, alpha 1e-8 to 1e8 | 6 |
| N | near ties: the actions differ by a few units in the last place | 6 |
| 4k | 4,096 actions | 4096 |
| Z | V crosses 0: Q is shifted until V is a rounding error | 6 |
| S | the maximum is shared by 2 to A actions; the others' masses reach below the smallest number | 6 |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

#: ln 1e30: weights from 1e-30 to 1e30
SPAN = 69.0


class Case(NamedTuple):
    """One batch of rows: `q [rows, A]`, `alpha [rows]`, `log_w [rows, A]` or None."""

    q: np.ndarray
    alpha: np.ndarray
    log_w: np.ndarray | None = None


def _log_uniform(rng, low: float, high: float, size) -> np.ndarray:
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


def _shuffle(rng, q: np.ndarray) -> np.ndarray:
    return rng.permuted(q, axis=-1)


def _typical(rng, rows, actions, dtype):
    return rng.normal(size=(rows, actions)), _log_uniform(rng, 0.05, 20, rows)


def _deterministic(rng, rows, actions, dtype):
    alpha = _log_uniform(rng, 0.01, 10, rows)
    gap = _log_uniform(rng, 3, 80 if dtype == np.float32 else 600, (rows, actions))
    gap[:, 0] = 0
    return _shuffle(rng, rng.normal(size=(rows, 1)) - gap * alpha[:, None]), alpha


def _uniform(rng, rows, actions, dtype):
    alpha = _log_uniform(rng, 0.1, 1e4, rows)
    spread = _log_uniform(rng, 1e-7, 1e-2, (rows, 1))
    return rng.normal(size=(rows, actions)) * spread * alpha[:, None], alpha


def _offset(rng, rows, actions, dtype):
    offset = _log_uniform(rng, 1e3, 1e7 if dtype == np.float32 else 1e12, (rows, 1)) * rng.choice(
        [-1, 1], (rows, 1)
    )
    return offset + rng.normal(size=(rows, actions)) * 3, _log_uniform(rng, 0.1, 10, rows)


def _extreme(rng, rows, actions, dtype):
    scale = _log_uniform(rng, 1e-8, 1e30, (rows, 1))
    return rng.normal(size=(rows, actions)) * scale, _log_uniform(rng, 1e-8, 1e8, rows)


def _near_ties(rng, rows, actions, dtype):
    base = (rng.normal(size=(rows, 1)) * _log_uniform(rng, 1e-2, 1e4, (rows, 1))).astype(dtype)
    steps = rng.integers(-4, 5, (rows, actions))
    return base.astype(np.float64) + steps * np.spacing(np.abs(base)), _log_uniform(rng, 1e-3, 1e2, rows)


def _zero_crossing(rng, rows, actions, dtype):
    q, alpha = _typical(rng, rows, actions, dtype)
    alpha = alpha.astype(dtype).astype(np.float64)
    x = q / alpha[:, None]
    top = x.max(-1, keepdims=True)
    value = alpha * (top[:, 0] + np.log(np.exp(x - top).sum(-1)))
    return q - value[:, None], alpha


def _shared(rng, rows, actions, dtype):
    alpha = _log_uniform(rng, 2e-8, 10, rows)
    gap = _log_uniform(rng, 0.1, 120 if dtype == np.float32 else 900, (rows, actions))
    gap[np.arange(actions) < rng.integers(2, max(actions, 2) + 1, (rows, 1))] = 0
    return _shuffle(rng, (3 * rng.normal(size=(rows, 1)) - gap) * alpha[:, None]), alpha


#: letter -> (generator, default number of actions)
REGIMES: dict[str, tuple[Callable, int]] = {
    "T": (_typical, 6),
    "D": (_deterministic, 6),
    "U": (_uniform, 6),
    "O": (_offset, 6),
    "E": (_extreme, 6),
    "N": (_near_ties, 6),
    "4k": (_typical, 4096),
    "Z": (_zero_crossing, 6),
    "S": (_shared, 6),
}


def regime(letter: str, rows: int, dtype=np.float32, actions: int | None = None, seed: int = 0) -> Case:
    """A batch of one regime, the same for the same arguments.

    >>> regime("O", 3).q.shape
    (3, 6)
    """
    make, default = REGIMES[letter]
    rng = np.random.default_rng([seed, *letter.encode()])
    q, alpha = make(rng, rows, actions or default, np.dtype(dtype))
    with np.errstate(over="ignore"):
        q = np.clip(q, -np.finfo(dtype).max, np.finfo(dtype).max)
    return Case(q.astype(dtype), alpha.astype(dtype))


def weighted(case: Case, seed: int = 0, span: float = SPAN) -> Case:
    """The case with weights of 1e-30 to 1e30 (log_w uniform in [-span, span])."""
    rng = np.random.default_rng([seed, 1])
    return case._replace(log_w=rng.uniform(-span, span, case.q.shape).astype(case.q.dtype))


def free(case: Case, seed: int = 0) -> Case:
    """Weights of 1, 1e-13 and 1e13: what has nearly all mass often has weight 1, and log pi and H are nearly 0."""
    rng = np.random.default_rng([seed, 2])
    steps = rng.choice([0, 0, -30, 30], case.q.shape)
    steps[: len(steps) // 2] = np.minimum(steps[: len(steps) // 2], 0)
    return case._replace(log_w=steps.astype(case.q.dtype))


def masked(case: Case, seed: int = 0, poison: float = np.nan) -> Case:
    """The case with a third of the slots masked, at least one left per row, `poison` in the masked Q."""
    rng = np.random.default_rng([seed, 2])
    off = rng.random(case.q.shape) < 1 / 3
    off[np.arange(len(off)), rng.integers(0, off.shape[-1], len(off))] = False
    log_w = np.zeros_like(case.q) if case.log_w is None else case.log_w
    return Case(
        np.where(off, np.asarray(poison, case.q.dtype), case.q),
        case.alpha,
        np.where(off, -np.inf, log_w).astype(case.q.dtype),
    )


def near_pair(case: Case, seed: int = 0, same_alpha: bool = True) -> tuple[Case, Case]:
    """Two cases whose policies nearly agree: Q moved by 1e-6 to 1e-2 alpha, alpha by as much (if asked)."""
    rng = np.random.default_rng([seed, 3])
    size = _log_uniform(rng, 1e-6, 1e-2, len(case.q))
    alpha = case.alpha.astype(np.float64)
    q = case.q + rng.normal(size=case.q.shape) * (size * alpha)[:, None]
    other = alpha if same_alpha else alpha * (1 + size * rng.normal(size=len(alpha)))
    return case, case._replace(q=q.astype(case.q.dtype), alpha=other.astype(case.alpha.dtype))


def neighbour_pair(case: Case, seed: int = 0) -> tuple[Case, Case]:
    """Two cases a digit apart: some Q moved by one or two units in the last place, half of the alphas by one."""
    rng = np.random.default_rng([seed, 5])
    steps = rng.integers(-2, 3, case.q.shape) * (rng.random(case.q.shape) < rng.uniform(0.02, 1, (len(case.q), 1)))
    q = case.q
    for _ in range(2):
        q = np.where(steps == 0, q, np.nextafter(q, np.where(steps > 0, np.inf, -np.inf).astype(q.dtype)))
        steps = steps - np.sign(steps)
    alpha = np.where(rng.random(len(q)) < 0.5, case.alpha, np.nextafter(case.alpha, np.inf))
    return case, case._replace(q=q.astype(case.q.dtype), alpha=alpha.astype(case.q.dtype))


def scaled_pair(case: Case, seed: int = 0) -> tuple[Case, Case]:
    """Two cases that are one policy but for rounding: Q and alpha of the second times a number from 0.3 to 3."""
    factor = np.random.default_rng([seed, 6]).uniform(0.3, 3, len(case.q))
    q, alpha = case.q * factor[:, None], case.alpha * factor
    return case, case._replace(q=q.astype(case.q.dtype), alpha=alpha.astype(case.q.dtype))
