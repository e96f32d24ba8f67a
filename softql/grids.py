"""The values that a sweep takes: `1e-4,3e-4` in a list, `0:1:5` evenly, `0.01:1:8log` evenly in the logarithm.

Imports: numpy.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np

__all__ = ["combinations", "values"]

MOST = 10_000  # values of one range


def values(text: str) -> tuple[float, ...]:
    """Read numbers and ranges, with commas between.

    Args:
        text: each part a number, `lo:hi:n` (n values from lo to hi, evenly) or `lo:hi:nlog` (evenly in the logarithm).

    Raises:
        ValueError: for what is none of these, an empty range, a logarithmic one that is not positive, or a value
            that comes twice.

    Example:
        >>> values("1e-4,3e-4"), values("0:1:3"), values("0.01:1:3log")
        ((0.0001, 0.0003), (0.0, 0.5, 1.0), (0.01, 0.1, 1.0))
    """
    found = tuple(itertools.chain.from_iterable(_part(part.strip()) for part in text.split(",")))
    for i, value in enumerate(found):
        if value in found[:i]:
            raise ValueError(f"{text}: {value:g} comes twice")
    return found


def combinations(axes: Mapping[str, tuple[float, ...]]) -> list[dict[str, float]]:
    """Every combination, the last axis fastest.

    Example:
        >>> combinations({"alpha": (0.1, 1.0), "gamma": (0.9,)})
        [{'alpha': 0.1, 'gamma': 0.9}, {'alpha': 1.0, 'gamma': 0.9}]
    """
    return [dict(zip(axes, chosen, strict=True)) for chosen in itertools.product(*axes.values())]


def _part(text: str) -> tuple[float, ...]:
    ends = text.split(":")
    if len(ends) == 1:
        return (_number(text, text),)
    if len(ends) != 3:
        raise ValueError(f"{text}: a range is lo:hi:n or lo:hi:nlog")
    low, high = (_number(end, text) for end in ends[:2])
    logarithmic, size = ends[2].endswith("log"), ends[2].removesuffix("log")
    if not size.isdecimal():
        raise ValueError(f"{text}: {ends[2]!r} is no number of values; a range is lo:hi:n or lo:hi:nlog")
    n = int(size)
    if not low < high or n < 1:
        raise ValueError(f"{text}: the range is empty")
    if n == 1 or n > MOST:
        raise ValueError(f"{text}: a range has 2 to {MOST:,} values, its ends among them")
    if logarithmic and low <= 0:
        raise ValueError(f"{text}: a logarithmic range starts above 0")
    inner = np.geomspace(low, high, n) if logarithmic else np.linspace(low, high, n)
    return (low, *(float(f"{x:.6g}") for x in inner[1:-1]), high)


def _number(text: str, whole: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{whole}: {text!r} is not a finite number")
    return value
