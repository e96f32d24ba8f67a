"""What a mutant is: the reference with one function written wrongly, and the laws that must notice."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import reference

FUNCTIONS = {name: f for name, f in vars(reference).items() if callable(f) and not isinstance(f, type)}


class Mutant(NamedTuple):
    """One bug."""

    name: str
    story: str
    function: str
    bug: Callable[..., Any]
    caught_by: tuple[str, ...]

    @property
    def implementation(self) -> dict[str, Callable[..., Any]]:
        """The reference with this bug in it."""
        return {**FUNCTIONS, self.function: self.bug}


def mutant(function: str, *caught_by: str) -> Callable[[Callable[..., Any]], Mutant]:
    """Turn a wrong version of a reference function into a Mutant; its docstring says what went wrong."""

    def state(bug: Callable[..., Any]) -> Mutant:
        return Mutant(bug.__name__, (bug.__doc__ or "").strip(), function, bug, caught_by)

    return state


def mutants_of(*modules: ModuleType) -> tuple[Mutant, ...]:
    """The mutants that modules hold."""
    return tuple(x for module in modules for x in vars(module).values() if isinstance(x, Mutant))
