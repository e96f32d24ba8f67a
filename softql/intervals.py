"""Aggregates over runs that say how sure they are: interquartile means with stratified bootstrap intervals.

As in Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice", arXiv 2108.13264. The
authors' library, rliable 1.2.0, does the same and gives the same numbers (tests), but its requirement arch 7.2.0 can't
be imported beside pandas 3, which comes with gymnax.
Imports: numpy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Interval", "interval", "iqm"]

RESAMPLES = 2_000
LEVEL = 0.95


class Interval(NamedTuple):
    """An interquartile mean, and the ends of its interval; NaN where one run alone says nothing of the spread."""

    iqm: np.ndarray
    low: np.ndarray
    high: np.ndarray


def iqm(scores: np.ndarray) -> np.ndarray:
    """The mean of the middle half of the last axis: a quarter, rounded down, is left out at either end.

    Robust as a median, but it wastes fewer runs. NaN where a score is NaN.

    Example:
        >>> iqm(np.array([0.0, 1.0, 2.0, 100.0])).item()
        1.5
    """
    scores = np.asarray(scores, np.float64)
    n = scores.shape[-1]
    return np.sort(scores, -1)[..., n // 4 : n - n // 4].mean(-1)


def interval(scores: np.ndarray, resamples: int = RESAMPLES, level: float = LEVEL, seed: int = 0) -> Interval:
    """The interquartile mean of all runs on all tasks, with a percentile bootstrap interval.

    Each resample draws as many runs with replacement as there are, from each task (stratum) for itself.

    Args:
        scores: [runs, tasks, ...]; each of the trailing entries, the points of a curve say, gets an interval of its
            own, and keeps the curve of a run together.
        resamples: how many.
        level: the share of resamples between low and high.
        seed: of the draws; the same scores and seed give the same interval.

    Returns:
        Interval(iqm, low, high), each [...].

    Raises:
        ValueError: if there is no run or no task, or level is not between 0 and 1.

    Example:
        >>> found = interval(np.arange(8.0)[:, None])
        >>> found.iqm.item(), bool(found.low < 3.5 < found.high)
        (3.5, True)
    """
    scores = np.asarray(scores, np.float64)
    if scores.ndim < 2 or 0 in scores.shape[:2]:
        raise ValueError(f"scores has shape {scores.shape}: give [runs, tasks], at least one of each")
    if not 0 < level < 1:
        raise ValueError(f"level = {level}: it must lie between 0 and 1")
    runs, tasks, *rest = scores.shape
    pool = np.moveaxis(scores.reshape(runs, tasks, -1), -1, 0)  # [rest, runs, tasks]
    point = iqm(pool.reshape(len(pool), -1))
    if runs == 1:
        low = high = np.full_like(point, np.nan)
    else:
        drawn = np.random.default_rng(seed).integers(0, runs, (resamples, runs, tasks))
        picked = (table[drawn, np.arange(tasks)] for table in pool)  # one at a time: a curve has many
        found = np.stack([iqm(x.reshape(resamples, -1)) for x in picked])
        low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2], axis=-1)
    return Interval(*(x.reshape(rest) for x in (point, low, high)))
