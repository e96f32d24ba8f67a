"""Someone's functions, made callable by the laws: NumPy in, float64 NumPy out.

An implementation is a module, an object or a mapping that holds functions under the names the laws use.
Each call gets its own copies of the arrays, in the dtype under test, so a function that writes into its
input spoils no law. The coarsest dtype among the answers decides how large an ulp is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from .compare import epsilon


def find(implementation: Any, name: str) -> Callable[..., Any] | None:
    """The function of that name, or None."""
    if isinstance(implementation, Mapping):
        return implementation.get(name)
    return getattr(implementation, name, None)


class Precision:
    """The coarsest floating-point format seen so far."""

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype = dtype

    def see(self, dtype: np.dtype) -> None:
        """Take one more answer's dtype into account."""
        if epsilon(dtype) > epsilon(self.dtype):
            self.dtype = dtype


def bind(implementation: Any, names: Iterable[str], precision: Precision) -> SimpleNamespace:
    """The named functions of an implementation as the laws call them."""
    dtype = precision.dtype

    def wrap(name: str, function: Callable[..., Any]) -> Callable[..., np.ndarray]:
        def call(*arguments: Any) -> np.ndarray:
            while arguments and arguments[-1] is None:  # a missing measure is a missing argument
                arguments = arguments[:-1]
            answer = np.asarray(function(*(_copy(x, dtype) for x in arguments)))
            if answer.dtype.kind in "OUSMm":
                raise TypeError(f"{name} returned no array of numbers: {answer!r}")
            precision.see(answer.dtype)
            return np.array(answer, np.float64)

        return call

    return SimpleNamespace(**{name: wrap(name, _found(implementation, name)) for name in names})


def _found(implementation: Any, name: str) -> Callable[..., Any]:
    function = find(implementation, name)
    if function is None:
        raise AttributeError(f"the implementation has no function {name}")
    return function


def _copy(x: Any, dtype: np.dtype) -> Any:
    """A copy of an argument, floating-point numbers in the dtype under test."""
    x = np.array(x)
    return x.astype(dtype)[()] if x.dtype.kind == "f" else x[()]
