"""Random draws as enumerated choices: what `from_gymnax` puts in place of jax.random while it traces an environment.

A draw with finitely many outcomes becomes an index into them, given from outside (the script), and a chance. A uniform
number becomes two outcomes at the moment it is compared with a threshold. A normal number becomes three Gauss-Hermite
nodes, exact for what is polynomial in it up to the fifth degree, a reward say. A draw with too many outcomes is made
by the real sampler; the caller has to show that it changes nothing. Anything else raises when it is used. Imports: jax.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

__all__ = ["MANY", "Draws", "Unlisted", "enumerated"]

MANY = 4096  # outcomes of one draw above which it is not enumerated
NODES, CHANCES = (-(3.0**0.5), 0.0, 3.0**0.5), (1 / 6, 2 / 3, 1 / 6)
REFUSED = [
    "ball",
    "beta",
    "binomial",
    "bits",
    "cauchy",
    "chisquare",
    "dirichlet",
    "double_sided_maxwell",
    "exponential",
    "f",
    "gamma",
    "generalized_normal",
    "geometric",
    "gumbel",
    "laplace",
    "loggamma",
    "logistic",
    "lognormal",
    "maxwell",
    "multinomial",
    "multivariate_normal",
    "orthogonal",
    "pareto",
    "permutation",
    "poisson",
    "rademacher",
    "rayleigh",
    "t",
    "triangular",
    "truncated_normal",
    "wald",
    "weibull_min",
]


class Unlisted(ValueError):
    """The environment draws what has no list of outcomes."""


class Draws:
    """The draws of one pass over the environment's code.

    `outcomes` is how many each has, in order; `chances` are traced, for the script that was followed.
    """

    def __init__(self, script: Array | None = None, salt: Any = 0) -> None:
        self.script, self.salt = script, salt
        self.outcomes: list[int] = []
        self.chances: list[Array] = []
        self.normal: list[int] = []  # which draws are Gauss-Hermite nodes
        self.unlisted = 0  # how many had too many outcomes

    def index(self, outcomes: int) -> Array:
        """The outcome that the script has for the next draw; the first while the draws are still being counted."""
        place = len(self.outcomes)
        self.outcomes.append(outcomes)
        return jnp.int32(0) if self.script is None else self.script[place]

    def took(self, chance: Any) -> None:
        """The chance of that outcome."""
        self.chances.append(jnp.asarray(chance, float))


class Never:
    """A value that may be drawn but not looked at."""

    def __init__(self, what: str) -> None:
        self._what = what

    def _refuse(self, *_: Any) -> Any:
        raise Unlisted(f"it draws from jax.random.{self._what}, whose outcomes can't be listed")

    __jax_array__ = __array__ = __getitem__ = __iter__ = __bool__ = __float__ = __int__ = __neg__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __lt__ = __gt__ = __le__ = __ge__ = __getattr__ = _refuse


class Uniform(Never):
    """A uniform number on [low, high), until it is compared: then one of two outcomes."""

    def __init__(self, draws: Draws, low: Any, high: Any) -> None:
        super().__init__("uniform")
        self._draws, self._low, self._high, self._compared = draws, low, high, False

    def _below(self, threshold: Any) -> Array:
        if self._compared or jnp.ndim(threshold):
            raise Unlisted("it compares one draw of jax.random.uniform with several thresholds")
        self._compared = True
        share = jnp.clip((jnp.asarray(threshold, float) - self._low) / (self._high - self._low), 0.0, 1.0)
        below = self._draws.index(2) == 0
        self._draws.took(jnp.where(below, share, 1 - share))
        return below

    def __lt__(self, threshold: Any) -> Array:
        return self._below(threshold)

    def __gt__(self, threshold: Any) -> Array:
        return ~self._below(threshold)

    __le__, __ge__ = __lt__, __gt__


@contextmanager
def enumerated(draws: Draws) -> Iterator[None]:
    """While inside, jax.random's samplers follow the script of `draws`; keys and splits are as ever.

    Trace inside, with jit off so that nothing compiled remembers it, and compute outside.
    """
    samplers = _samplers(draws)
    before = {name: getattr(jax.random, name) for name in samplers if hasattr(jax.random, name)}
    try:
        for name in before:
            setattr(jax.random, name, samplers[name])
        with jax.disable_jit():
            yield
    finally:
        for name, sampler in before.items():
            setattr(jax.random, name, sampler)


def _samplers(draws: Draws) -> dict[str, Callable[..., Any]]:
    """One replacement for each sampler of jax.random."""

    def refused(name: str) -> Callable[..., Any]:
        return lambda *_, **__: Never(name)

    real = {name: getattr(jax.random, name) for name in ("randint", "bernoulli", "choice")}

    def digits(outcomes: int, shape: tuple[int, ...]) -> Array | None:
        """An index [shape] below `outcomes` in each place; None if they are too many together."""
        size = int(np.prod(shape))
        if outcomes ** min(size, 64) > MANY:
            draws.unlisted += 1
            return None
        index = draws.index(outcomes**size)
        return (index // outcomes ** np.arange(size, dtype=np.int32) % outcomes).reshape(shape)

    def salted(name: str, *arguments: Any, **named: Any) -> Any:
        return real[name](jax.random.fold_in(jax.random.key(17), draws.salt), *arguments, **named)

    def randint(key: Any, shape: Any, minval: Any, maxval: Any, dtype: Any = int) -> Any:
        low, high = (_whole(x, "randint") for x in (minval, maxval))
        at = digits(high - low, tuple(shape))
        if at is None:
            return salted("randint", shape, low, high, dtype)
        draws.took((high - low) ** -float(at.size))
        return (low + at).astype(dtype)

    def bernoulli(key: Any, p: Any = 0.5, shape: Any = None, **_: Any) -> Any:
        shape = jnp.shape(p) if shape is None else tuple(shape)
        at = digits(2, shape)
        if at is None:
            return salted("bernoulli", p, shape)
        draws.took(jnp.prod(jnp.where(at == 0, jnp.asarray(p, float), 1 - jnp.asarray(p, float))))
        return at == 0

    def choice(key: Any, a: Any, shape: Any = (), replace: bool = True, p: Any = None, axis: int = 0, **_: Any) -> Any:
        shape, items = tuple(shape), jnp.arange(a) if jnp.ndim(a) == 0 else jnp.asarray(a)
        count = items.shape[axis]
        at = digits(count, shape) if replace or shape == () else None
        if at is None:
            return salted("choice", items, shape, replace, p, axis)
        draws.took(count ** -float(at.size) if p is None else jnp.prod(jnp.asarray(p)[at]))
        return jnp.take(items, at, axis=axis)

    def categorical(key: Any, logits: Any, axis: int = -1, shape: Any = None, **_: Any) -> Any:
        if jnp.ndim(logits) != 1 or shape not in (None, ()):
            return Never("categorical")
        at = digits(jnp.shape(logits)[0], ())
        if at is None:
            return Never("categorical")
        draws.took(jax.nn.softmax(jnp.asarray(logits))[at])
        return at

    def uniform(key: Any, shape: Any = (), dtype: Any = float, minval: Any = 0.0, maxval: Any = 1.0, **_: Any) -> Any:
        return Never("uniform") if tuple(shape) else Uniform(draws, minval, maxval)

    def normal(key: Any, shape: Any = (), dtype: Any = float, **_: Any) -> Any:
        if tuple(shape):
            return Never("normal")
        draws.normal.append(len(draws.outcomes))
        at = draws.index(len(NODES))
        draws.took(jnp.asarray(CHANCES)[at])
        return jnp.asarray(NODES, dtype)[at]

    own = {f.__name__: f for f in (randint, bernoulli, choice, categorical, uniform, normal)}
    return {**{name: refused(name) for name in REFUSED}, **own}


def _whole(x: Any, sampler: str) -> int:
    if isinstance(x, jax.core.Tracer):
        raise Unlisted(f"the bounds of its jax.random.{sampler} change from state to state")
    return int(x)
