"""Recorded inputs at which one way of computing gives way to another: the ends of exp, of alpha and of a float.

Room: jax, numpy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

NAMES = ("soft_value", "boltzmann_policy", "boltzmann_log_policy", "soft_advantage", "boltzmann_entropy")


def corners(e: Any, dtype: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    q, alpha = (jnp.asarray(x) for x in rows(dtype))
    light = jnp.asarray((np.arange(q.size).reshape(q.shape) % 5 - 2).astype(dtype))
    for name in NAMES:
        yield f"corners: {name}", partial(getattr(e, name), q, alpha)
        yield f"corners, weighted: {name}", partial(getattr(e, name), q, alpha, light)
    for name in ("boltzmann_entropy", "boltzmann_log_policy", "soft_advantage", "soft_value"):
        f = getattr(e, name)
        slopes = jax.grad(lambda *x, f=f: finite(f(*x)).sum(), (0, 1))
        yield f"gradients of {name} at the corners", partial(slopes, q, alpha)
    yield "integer alpha of 1", lambda: e.soft_value(q, 1)
    wide = jnp.asarray((np.arange(72).reshape(2, 3, 12) * 7 % 32 / 8).astype(dtype))
    yield "soft_value of two axes and 12 actions", lambda: e.soft_value(wide, jnp.ones((2, 3), dtype))


def finite(x: Any) -> Any:
    return jnp.where(jnp.isfinite(x), x, 0)


def rows(dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    """33 rows of 5 actions, a shape that is compiled already: 12 where weights vanish, 9 hot ones, 12 cold ones."""
    info = np.finfo(dtype)
    digits, bias = info.nmant, info.maxexp - 1
    last = (bias - 1) * math.log(2)  # the gap of the last weight that is a normal number
    steps = np.arange(24) - 12
    gaps = np.concatenate([last + steps / 8, last + steps * 2.0 ** (5 - digits)]).reshape(12, 4)
    warmth = 2.0 ** -np.arange(12)
    fading = np.concatenate([np.zeros((12, 1)), -gaps * warmth[:, None]], axis=-1)
    most = float(info.max)
    heat = most / np.array([17, 16.5, 16, 15.5, 12, 8, 3, 1.5, 1])
    hot = (np.arange(45).reshape(9, 5) * 7 % 32 - 28) / 32 * most
    hot[::2] *= 2.0**-20
    small = 2.0 ** (digits + 4 - bias)
    chill = small * 2.0 ** np.array([-digits, -9, -7, -1, -0.5, 0, 0.5, 1, -2, -2, -2, -2])
    cold = (np.arange(60).reshape(12, 5) * 5 % 19 / 4 - 2) * small
    cold[8:] = np.array([0.5, 0.75, 1.5, 3])[:, None] / small * (1 - np.arange(5) * 2.0**-digits)
    q, alpha = np.concatenate([fading, hot, cold]), np.concatenate([warmth, heat, chill])
    return q.astype(dtype), alpha.astype(dtype)
