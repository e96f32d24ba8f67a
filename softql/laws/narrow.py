"""A counterexample with fewer actions. Tables have a few fixed sizes, and Hypothesis may end at a large one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from .core import Case
from .report import Counterexample

ENOUGH = 3
"""So many actions can be read at a glance."""
SECONDS = 2.0
"""So long it may take."""
FREE = ("q", "alpha", "log_w", "rise", "other", "c", "k", "growth", "t", "noise")
"""Inputs of which any action may go and the rest is still an input: no policies, which sum to one, and no indices."""


def narrowed(found: Counterexample, again: Callable[[Case], Counterexample | None]) -> Counterexample:
    """The failure with actions left out one by one, as long as it fails; `again` tries one input."""
    if found.reason or not set(found.inputs) <= set(FREE) or "q" not in found.inputs:
        return found
    if found.inputs["q"].shape[-1] <= ENOUGH:
        return found
    tried = True
    while tried:
        tried = False
        for case in _without_one(found.inputs):
            smaller = again(case)
            if smaller is not None and not smaller.reason:
                found, tried = smaller, True
                break
    return found


def _without_one(case: Case) -> Iterator[Case]:
    """The input without one of its actions, for each of them."""
    q = case["q"]
    for action in range(q.shape[-1] if q.shape[-1] > 1 else 0):
        smaller = {name: np.delete(x, action, -1) if _has_actions(name, x, q) else x for name, x in case.items()}
        if _empty(smaller) == _empty(case):
            yield smaller


def _empty(case: Case) -> int:
    """In how many states no action exists."""
    log_w = case.get("log_w")
    return 0 if log_w is None else int(np.sum(np.all(log_w == -np.inf, axis=-1)))


def _has_actions(name: str, x: object, q: np.ndarray) -> bool:
    return isinstance(x, np.ndarray) and (name == "log_w" or x.ndim == q.ndim) and x.shape[-1:] == q.shape[-1:]
