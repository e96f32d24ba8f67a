"""Seconds of two programs side by side. Imports: the standard library."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

Row = dict[str, Any]
SPAN = 0.004  # seconds that one timing takes, at least


def per_call(f: Callable[[], Any], times: int = 1) -> float:
    """Seconds of one call; f waits for its own result."""
    start = time.perf_counter()
    for _ in range(times):
        f()
    return (time.perf_counter() - start) / times


def in_turn(pairs: Sequence[tuple[Callable[[], float], ...]], rounds: int) -> list[list[float]]:
    """Each of the timings in every round, the first of them alternating: [contestant][round]."""
    found: list[list[float]] = [[] for _ in pairs]
    for i in range(rounds):
        order = range(len(pairs)) if i % 2 == 0 else reversed(range(len(pairs)))
        for k in order:
            found[k].append(pairs[k]())
    return found


def compared(ours: Sequence[float], theirs: Sequence[float]) -> Row:
    """How many times as fast ours is, from seconds of the same rounds."""
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    return {
        "ratio": median(ratios),
        "least": min(ratios),
        "most": max(ratios),
        "seconds": median(ours),
        "their_seconds": median(theirs),
    }


def pair(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int, span: float = SPAN) -> Row:
    """Both timed in each round, for `span` seconds at least, the first of them alternating; the seconds are medians."""

    def timing(f: Callable[[], Any]) -> Callable[[], float]:
        f()
        times = max(1, round(span / per_call(f, 2)))
        return lambda: per_call(f, times)

    return compared(*in_turn([timing(ours), timing(theirs)], rounds))
