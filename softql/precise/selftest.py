"""Does this machine compute as the promises assume? A handful of exact facts, checked once.

`softql.precise` itself is integer arithmetic and depends on no floating-point flag. The default operators do; their
own check is part of this one. Imports: jax, numpy, softql.equations.
"""

from __future__ import annotations

import warnings
from functools import cache

import jax
import numpy as np

from softql.equations._selftest import check_floats, samples
from softql.precise import fixedpoint as fp
from softql.precise import floats as fl


def check_arithmetic() -> list[str]:
    """What does not hold of the arithmetic that softql assumes, as sentences; an empty list if all holds.

    Checked under jit, on the default device: sums and products in two words are exact, division is correctly
    rounded, NaN and infinities are kept (no fast-math), and integer shifts and fixed-point products are exact.

    Example:
      >>> check_arithmetic()
      []
    """
    return check_floats() + check_integers()


def check_integers() -> list[str]:
    """What does not hold of integer arithmetic, as sentences.

    Example:
      >>> check_integers()
      []
    """
    a, b = samples()
    with jax.ensure_compile_time_eval():
        if np.array_equal(np.asarray(_integers(a, b)), a * b):
            return []
    return ["fixed-point integer arithmetic is not exact"]


@cache
def warn_once() -> None:
    """Warn, the first time, of what `check_integers` finds."""
    for complaint in check_integers():
        message = f"softql.precise: {complaint}. Its promises are void on this device."
        warnings.warn(message, RuntimeWarning, stacklevel=4)


@jax.jit
def _integers(a: jax.Array, b: jax.Array) -> jax.Array:
    """a b through fixed point, rounded once."""
    x, y = (fl.decode(fl.bits_of(v, fp.SINGLE), fp.SINGLE) for v in (a, b))
    product = fp.multiply(fl.significand(x, fp.SINGLE), fl.significand(y, fp.SINGLE), fp.SINGLE)
    return fl.encode(product, x.exponent + y.exponent, fp.SINGLE)
