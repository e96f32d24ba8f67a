"""A law as data, and the decorator that makes one out of a function.

A law is an equation (or an inequality) between functions of an implementation, with everything a runner
needs: the functions it calls, its inputs, how both sides are computed, and how far they may differ.

    @law("[H17 Eq. 5]", needs=("soft_value",), inputs=cases(**STATE, c=constants))
    def value_shift(impl, q, alpha, log_w, c):
        '''V(Q + c) = V(Q) + c.'''
        return Sides(left, right, scale)

The name of the function is the name of the law and the first line of its docstring is the equation.
Imports: numpy and hypothesis (a type) only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, NamedTuple

import numpy as np
from hypothesis.strategies import SearchStrategy

Relation = Literal["=", "<="]
Case = dict[str, Any]
Inputs = Callable[[np.dtype], SearchStrategy[Case]]

LIMIT = 8.0
"""How many ulp of its scale a law may be off: some eight roundings, half an ulp each, on either side."""


class Finding(Exception):
    """A law is broken in a way that words say better than two numbers; the message is the finding."""


class Sides(NamedTuple):
    """Both sides of a law on one input, and the size against which their difference counts."""

    left: Any
    right: Any
    scale: Any
    """First-order: a difference of eps * scale is what perturbing each input by an ulp or so explains.
    0 asks for equality, inf claims nothing."""


@dataclass(frozen=True)
class Law:
    """One equation, with its tags, inputs and tolerance."""

    name: str
    equation: str
    tags: tuple[str, ...]
    needs: tuple[str, ...]
    inputs: Inputs
    check: Callable[..., Sides]
    relation: Relation
    limit: float
    false_alarm: float = 0.0
    """How often, at most, a law on random draws fails on one input for an implementation that is right."""
    most: int | None = None
    """Where one input costs much: how many are enough."""
    whole: bool = False
    """Whether the functions are called as they are, with objects of their own, instead of with arrays."""

    @property
    def stem(self) -> str:
        """The part of the library that the law speaks about: value, policy, backup, sampler, agent, ..."""
        return self.check.__module__.removeprefix(f"{__package__}.").partition(".")[0]


def law(
    *tags: str,
    needs: tuple[str, ...],
    inputs: Inputs,
    relation: Relation = "=",
    limit: float = LIMIT,
    false_alarm: float = 0.0,
    most: int | None = None,
    whole: bool = False,
) -> Callable[[Callable[..., Sides]], Law]:
    """Turn `check(impl, **inputs) -> Sides` into a Law; its docstring is the equation."""

    def state(check: Callable[..., Sides]) -> Law:
        equation = (check.__doc__ or "").strip().partition("\n")[0]
        return Law(
            check.__name__, equation, tags, needs, inputs, check, relation, limit, false_alarm, most, whole
        )

    return state


def laws_of(*modules: ModuleType) -> tuple[Law, ...]:
    """The laws that modules state, in the order in which they state them."""
    return tuple(item for module in modules for item in vars(module).values() if isinstance(item, Law))
