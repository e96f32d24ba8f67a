"""How far apart the two sides of a law are, in ulp of the law's scale. Comparison is in float64.

A difference below the floor is none: hardware may flush subnormal numbers to zero.
"""

from __future__ import annotations

import functools

import numpy as np

from .core import Relation, Sides

FLOOR = 2.0**26
"""Differences below this many smallest normal numbers count as none."""


@functools.cache
def epsilon(dtype: np.dtype) -> float:
    """The distance from 1 to the next number of a dtype; float64's for integers."""
    if dtype.kind in "biu":
        return epsilon(np.dtype(np.float64))
    one, step = dtype.type(1), 1.0
    while one + dtype.type(step / 2) != one:
        step /= 2
    return step


@functools.cache
def smallest(dtype: np.dtype) -> float:
    """The smallest normal number of a dtype; float32's for formats that NumPy does not know (bfloat16)."""
    try:
        return float(np.finfo(dtype).tiny)
    except ValueError:
        return float(np.finfo(np.float32).tiny)


def ulps(sides: Sides, relation: Relation, eps: float, floor: float) -> np.ndarray:
    """Elementwise distance from the truth of `left relation right`, in units of eps * scale."""
    left, right, scale = (np.asarray(side, np.float64) for side in sides)
    if left.shape != right.shape:
        raise ValueError(f"the left side has shape {left.shape} but the right side has shape {right.shape}")
    if np.isnan(scale).any():
        raise FloatingPointError("the law's own scale is NaN: a fault of the law, not of the implementation")
    with np.errstate(all="ignore"):
        gap = np.where(left == right, 0.0, left - right)
        gap = np.abs(gap) if relation == "=" else np.maximum(gap, 0.0)
        gap = np.where(np.isnan(gap), np.inf, gap)
        distance = np.where(gap <= floor, 0.0, gap / (eps * scale))
        return np.where(np.isinf(gap), np.inf, distance)
