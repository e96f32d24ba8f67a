"""The door: what every equation checks about its arguments, and the one dtype that it computes in.

A mistake is named here, in the caller's words, when the function is traced; past the door nothing is checked again.
The first time through, the machine's arithmetic is checked too (`_selftest.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import ArrayLike

from softql.equations._selftest import warn_once

Cast = Callable[[jax.Array], jax.Array]


def gibbs_arguments(
    q: ArrayLike, alpha: ArrayLike, log_w: ArrayLike | None, name: str = "q", divides: bool = False
) -> tuple[jax.Array, jax.Array, jax.Array | None, Cast]:
    """q [*b, a], alpha [*b] and log_w [*b, a] in one dtype of at least 32 bits, and the cast back to the result's
    dtype."""
    warn_once()
    q = action_values(q, name)
    alpha = temperature(alpha, divides)
    log_w = None if log_w is None else real(log_w, "log_w")
    work, cast = common_dtype(q, alpha, log_w)
    over_rows = rows(alpha.astype(work), q.shape[:-1], "alpha", name)
    return q.astype(work), over_rows, measure(log_w, q, work, name), cast


def density_arguments(
    log_w: ArrayLike | None, **densities: ArrayLike
) -> tuple[list[jax.Array], jax.Array | None, Cast]:
    """Log densities of one shape [*b, a], log_w [*b, a], and the cast back to the result's dtype."""
    warn_once()
    arrays = {name: action_values(x, name) for name, x in densities.items()}
    first, *others = arrays
    for name in others:
        same_shape(arrays[name], arrays[first], name, first)
    log_w = None if log_w is None else real(log_w, "log_w")
    work, cast = common_dtype(*arrays.values(), log_w)
    return [x.astype(work) for x in arrays.values()], measure(log_w, arrays[first], work, first), cast


def numbers(x: Any, name: str) -> jax.Array:
    """x as an array of anything that JAX knows."""
    try:
        return jnp.asarray(x)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is no array of numbers: {error}") from error


def real(x: ArrayLike, name: str) -> jax.Array:
    """x as a floating-point array. Integers are refused: a Q-table of integers is nearly always a mistake."""
    x = numbers(x, name)
    if jnp.issubdtype(x.dtype, jnp.floating) and x.dtype.itemsize < 2:
        raise ValueError(f"{name} has dtype {x.dtype}: pass bfloat16 or a wider float")
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise ValueError(f"{name} has dtype {x.dtype}: pass floating-point values, for example {name}.astype(float)")
    return x


def action_values(x: ArrayLike, name: str) -> jax.Array:
    """x as a floating-point array with at least one action on its last axis."""
    x = real(x, name)
    if x.ndim == 0:
        raise ValueError(f"{name} is a scalar: its last axis must hold the actions")
    if x.shape[-1] == 0:
        raise ValueError(f"{name} has shape {x.shape}: its last axis, the actions, is empty")
    return x


def temperature(alpha: ArrayLike, divides: bool = False) -> jax.Array:
    """alpha as a number or array of numbers; refused when it can be seen to be negative or NaN, or 0 where the formula
    divides by it and no limit is meant."""
    array = numbers(alpha, "alpha")
    if not jnp.issubdtype(array.dtype, jnp.floating) and not jnp.issubdtype(array.dtype, jnp.integer):
        raise ValueError(f"alpha has dtype {array.dtype}: pass the temperature as a number")
    if not isinstance(alpha, jax.core.Tracer):
        values = np.asarray(alpha)
        least_number = jnp.finfo(array.dtype).tiny if jnp.issubdtype(array.dtype, jnp.floating) else 1
        fine = values >= least_number if divides else values >= 0  # what is below the normal numbers divides as 0 does
        if not np.all(fine):
            least = "positive" if divides else "at least 0 (0 is the hard maximum)"
            found = f"{values}" if values.ndim == 0 else f"{values[~fine].flat[0]} among {values.size} values"
            raise ValueError(f"alpha must be {least}, got {found}")
        return array
    return jnp.where(array >= 0, array, jnp.nan) if jnp.issubdtype(array.dtype, jnp.floating) else array


def common_dtype(*arrays: Any) -> tuple[Any, Cast]:
    """The dtype to compute in, and the cast to what JAX's promotion gives: 16-bit floats are rounded once, at last."""
    result = jnp.result_type(*(x for x in arrays if x is not None))
    work = jnp.promote_types(result, jnp.float32)
    return work, (lambda y: y) if work == result else (lambda y: y.astype(result))


def lift(*arguments: Any) -> tuple[list[Any], Cast]:
    """16-bit floats as float32, the rest as it is, and the cast of the result: for equations made of equations."""
    arguments = tuple(numbers(x, "input") if isinstance(x, (list, tuple)) else x for x in arguments)
    arrays = [x for x in arguments if x is not None and jnp.issubdtype(jnp.result_type(x), jnp.floating)]
    _, cast = common_dtype(*arrays)
    low = (jnp.bfloat16, jnp.float16)
    return [x.astype(jnp.float32) if getattr(x, "dtype", None) in low else x for x in arguments], cast


def rows(x: jax.Array, shape: tuple[int, ...], name: str, of: str) -> jax.Array:
    """x over the rows of an array: a scalar, or one number a row."""
    if x.shape not in ((), shape):
        raise ValueError(
            f"{name} has shape {x.shape} but the rows of {of} have shape {shape}: pass a scalar or one {name} a row"
        )
    return jnp.broadcast_to(x, shape)


def measure(log_w: jax.Array | None, q: jax.Array, dtype: Any, name: str) -> jax.Array | None:
    """log_w over the rows of q: one weight an action, for all rows or for each."""
    if log_w is None:
        return None
    if log_w.ndim == 0 or log_w.shape[-1] != q.shape[-1]:
        found = "is a scalar" if log_w.ndim == 0 else f"has {log_w.shape[-1]}"
        raise ValueError(f"{name} has {q.shape[-1]} actions but log_w {found}: build both from one measure")
    if log_w.shape not in (q.shape[-1:], q.shape):
        raise ValueError(
            f"log_w has shape {log_w.shape} but {name} has shape {q.shape}: pass {q.shape[-1:]} or {q.shape}"
        )
    without(log_w, np.inf, "log_w has an entry of +inf: weights are finite, and -inf masks an action")
    return jnp.broadcast_to(log_w.astype(dtype), q.shape)


def without(x: jax.Array, value: float, complaint: str) -> None:
    """Refuse what can be seen to have such an entry."""
    if not isinstance(x, jax.core.Tracer) and np.any(np.asarray(x) == value):
        raise ValueError(complaint)


def same_shape(x: jax.Array, other: jax.Array, name: str, other_name: str) -> None:
    """Refuse two arrays that should have one shape and have not."""
    if x.shape != other.shape:
        raise ValueError(f"{name} has shape {x.shape} but {other_name} has shape {other.shape}: they must be equal")


def row_shape(**arrays: jax.Array) -> tuple[int, ...]:
    """The one shape of several arrays, each a scalar or of that shape."""
    shapes = {name: x.shape for name, x in arrays.items() if x.shape != ()}
    if len(set(shapes.values())) > 1:
        found = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"shapes differ: {found}: pass scalars or arrays of one shape")
    return next(iter(shapes.values()), ())
