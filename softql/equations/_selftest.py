"""Does this machine compute as the promises assume? A handful of exact facts, checked once, at the first equation.

The operators carry sums and products in two words, which a compiler with fast-math is free to destroy.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from softql.equations import _words as words

SAMPLES = 64


def check_floats() -> list[str]:
    """What does not hold of the floating-point arithmetic that softql assumes, as sentences; empty if all holds.

    Checked under jit, on the default device: sums and products in two words are exact, division is correctly rounded,
    NaN and infinities are kept.

    Example:
      >>> check_floats()
      []
    """
    with jax.ensure_compile_time_eval():
        return list(_complaints(*samples()))


@cache
def warn_once() -> None:
    """Warn, the first time, of what `check_floats` finds."""
    for complaint in check_floats():
        warnings.warn(f"softql: {complaint}. Accuracy promises are void on this device.", RuntimeWarning, stacklevel=5)


def samples() -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of float32 numbers of different sizes."""
    rng = np.random.default_rng(0)
    a, b = (rng.uniform(1, 2, SAMPLES) * 2.0 ** rng.integers(-8, 9, SAMPLES) for _ in range(2))
    return a.astype(np.float32), b.astype(np.float32)


def _complaints(a: np.ndarray, b: np.ndarray) -> Iterator[str]:
    total, lost, product, missed, ratio = (np.asarray(x) for x in _floats(jnp.asarray(a), jnp.asarray(b)))
    if (_exactly(total) + _exactly(lost) != _exactly(a) + _exactly(b)).any():
        yield "a sum in two words is not exact (is fast-math or reassociation on?)"
    if (_exactly(product) + _exactly(missed) != _exactly(a) * _exactly(b)).any():
        yield "a product in two words is not exact (is fast-math or reassociation on?)"
    if not np.array_equal(ratio, a / b):
        yield "division is not correctly rounded (is it replaced by a reciprocal?)"
    if not np.array_equal(np.asarray(_specials(jnp.array([jnp.nan, jnp.inf, 1], jnp.float32))), [True, True, True]):
        yield "NaN or infinities are not kept (is fast-math on?)"


def _exactly(x: np.ndarray) -> np.ndarray:
    return np.array([Fraction(float(number)) for number in x])


@jax.jit
def _floats(a: jax.Array, b: jax.Array) -> tuple[jax.Array, ...]:
    return (*words.two_sum(a, b), *words.two_product(a, b), a / jax.lax.optimization_barrier(b))


@jax.jit
def _specials(x: jax.Array) -> jax.Array:
    nan, inf, one = x
    return jnp.stack([nan != nan, inf - inf != 0, (inf + one == inf) & ((nan > one) == (one > nan))])
