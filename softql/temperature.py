"""The temperature: from a wanted entropy, by its dual, or by a schedule.

The entropy of the Boltzmann policy of Q grows with alpha, from log of the number of best actions to log of the number
of valid ones, so a wanted entropy in between has its own alpha. Entropy in nats, alpha and Q in reward units. Schedules
are pytrees: what they hold can be vmapped and traced. Imports: equations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from softql.equations import _door as door
from softql.equations import boltzmann_entropy, soft_value

__all__ = [
    "Constant",
    "Exponential",
    "Linear",
    "batch_temperature",
    "dual_gradient",
    "dual_step",
    "linear_dual_step",
    "state_temperature",
    "temperature_dual",
]

STEPS = 72  # of bisection: more than float64 can tell apart over its whole range


def state_temperature(
    q: Float[ArrayLike, "*b a"], target: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b"]:
    r"""The alpha of each state at which H(π(.|s)) is the target, π = exp((Q - V)/α), by bisection.  [H18]

    dH/dα = Var_π(Q)/α³ >= 0, so there is one, where there is any. It is looked for among all normal floats.

    Args:
      q: action values, reward units; finite where an action is valid.
      target: wanted entropy in nats; a scalar or one a row.
      log_w: log weight of each action, 0 or -inf; None is counting measure.

    Returns:
      alpha > 0 of each row, reward units. In a row whose valid actions are all worth the same every alpha gives
      log n; the row gets the value of alpha = 1 reward unit. NaN where a traced target can't be reached, or a traced q
      or log_w is out of its domain.

    Raises:
      ValueError: when a concrete target can't be reached by some row, giving the attainable range, or only by an alpha
        that is no normal float; when a concrete q is not finite or log_w neither 0 nor -inf; and as
        `boltzmann_entropy` does.

    Example:
      >>> alpha = state_temperature([0.0, 1.0], target=0.5)
      >>> print(alpha.round(4), boltzmann_entropy([0.0, 1.0], alpha).round(6))
      0.7204 0.5
    """
    q, target, log_w, _ = _wanted(q, target, log_w)
    _refuse(q, target, log_w, per_state=True)
    return _found(_of_states(q, target, log_w))


def batch_temperature(
    q: Float[ArrayLike, "*b a"], target: Float[ArrayLike, ""], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, ""]:
    r"""The one alpha at which the mean entropy of all rows is the target: mean_s H(π(.|s)) = H̄.  [H18]

    Args:
      q: action values, reward units; every leading axis is the batch.
      target: wanted mean entropy in nats, a scalar.
      log_w: log weight of each action, 0 or -inf; None is counting measure.

    Returns:
      alpha > 0, reward units; NaN where a traced target can't be reached.

    Raises:
      ValueError: as `state_temperature` does.

    Example:
      >>> q = jnp.array([[0.0, 1.0], [0.0, 3.0]])
      >>> alpha = batch_temperature(q, target=0.5)
      >>> print(boltzmann_entropy(q, alpha).mean().round(5))
      0.5
    """
    q, target, log_w, _ = _wanted(q, target, log_w)
    if target.ndim:
        raise ValueError(f"target has shape {target.shape}: one alpha for a batch has one target")
    _refuse(q, target, log_w, per_state=False)
    return _found(_of_batch(q, target, log_w))


def temperature_dual(
    q: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    target: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b"]:
    r"""g(α) = V(s; α) - α H̄: convex, and smallest where the policy has the wanted entropy.  [H18]

    The dual of: maximise E_π[Q] over policies with H(π) >= H̄. Its minimum over α >= 0 is that maximum.

    Args:
      q: action values, reward units.
      alpha: temperature > 0, reward units; a scalar or one a row.
      target: wanted entropy H̄ in nats; a scalar or one a row.
      log_w: log weight of each action; None is counting measure, -inf masks.

    Returns:
      The dual in reward units.

    Raises:
      ValueError: as `soft_value` does.

    Example:
      >>> print(temperature_dual([0.0, 0.0], alpha=2.0, target=0.5).round(3))
      0.386
    """
    value = soft_value(q, alpha, log_w)
    return value - jnp.asarray(alpha, value.dtype) * jnp.asarray(target, value.dtype)


def dual_gradient(
    q: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    target: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b"]:
    r"""dg/dα = H(π(.|s)) - H̄: the gradient of the temperature loss.  [H18]

    Args:
      q, alpha, target, log_w: as for `temperature_dual`.

    Returns:
      How much entropy there is above the target, in nats; α has to fall where it is positive.

    Raises:
      ValueError: as `boltzmann_entropy` does.

    Example:
      >>> print(dual_gradient([0.0, 0.0], alpha=2.0, target=0.5).round(5))
      0.19315
    """
    entropy = boltzmann_entropy(q, alpha, log_w)
    return entropy - jnp.asarray(target, entropy.dtype)


def dual_step(
    alpha: Float[ArrayLike, "*#b"],
    entropy: Float[ArrayLike, "*b"],
    target: Float[ArrayLike, "*#b"],
    rate: Float[ArrayLike, ""],
) -> Float[Array, "*b"]:
    r"""One descent step on the dual in log α: log α <- log α - rate (H - H̄).  [H18]

    The gradient of Soft Actor-Critic's temperature loss divided by α, so its size is in nats; α stays positive.

    Args:
      alpha: temperature, reward units, > 0 for the logarithmic step.
      entropy: H of the policy at hand in nats: exact, or -log π of a sample.
      target: wanted entropy in nats.
      rate: step size, without unit.

    Returns:
      The next alpha, reward units.

    Raises:
      ValueError: when a concrete target is NaN or a concrete alpha is not positive.

    Example:
      >>> print(dual_step(1.0, entropy=0.6, target=0.5, rate=0.1))
      0.99004984
    """
    if not isinstance(alpha, jax.core.Tracer) and not (np.asarray(alpha) > 0).all():
        raise ValueError(f"alpha = {alpha}: a step in its logarithm needs a positive one (linear_dual_step takes 0)")
    return jnp.asarray(alpha) * jnp.exp(-jnp.asarray(rate) * _excess(entropy, target))


def linear_dual_step(
    alpha: Float[ArrayLike, "*#b"],
    entropy: Float[ArrayLike, "*b"],
    target: Float[ArrayLike, "*#b"],
    rate: Float[ArrayLike, ""],
) -> Float[Array, "*b"]:
    r"""One descent step on the dual in α itself: α <- max(α - rate (H - H̄), 0).  [H18]

    Args:
      alpha, entropy, target: as for `dual_step`; alpha may be 0.
      rate: step size, in reward units a nat.

    Returns:
      The next alpha, reward units, at least 0.

    Raises:
      ValueError: when a concrete target is NaN.

    Example:
      >>> print(linear_dual_step(1.0, entropy=0.75, target=0.5, rate=1.0))
      0.75
    """
    return jnp.maximum(jnp.asarray(alpha) - jnp.asarray(rate) * _excess(entropy, target), 0.0)


def _excess(entropy: ArrayLike, target: ArrayLike) -> Array:
    """How much entropy there is above the target."""
    target = door.real(target, "target")
    if not isinstance(target, jax.core.Tracer) and np.isnan(np.asarray(target)).any():
        raise ValueError("target is NaN")
    return jnp.asarray(entropy) - target


# Schedules: step -> alpha, each a pytree


class Constant(NamedTuple):
    """alpha, always."""

    alpha: Any

    def __call__(self, step: ArrayLike) -> Array:
        """alpha at a step."""
        return jnp.asarray(self.alpha, float)


class Linear(NamedTuple):
    """From `first` to `last` over `steps` steps, a positive number, then `last`.

    Example:
      >>> print(Linear(1.0, 0.0, 10)(jnp.array([0, 5, 20])))
      [1.  0.5 0. ]
    """

    first: Any
    last: Any
    steps: Any

    def __call__(self, step: ArrayLike) -> Array:
        """alpha at a step."""
        _positive("steps", self.steps)
        share = jnp.clip(jnp.asarray(step) / self.steps, 0.0, 1.0)
        return self.first + (self.last - self.first) * share


class Exponential(NamedTuple):
    """From `first` towards `last`, the distance halved every `half_life` steps, a positive number.

    Example:
      >>> print(Exponential(1.0, 0.0, 10)(jnp.array([0, 10, 20])))
      [1.   0.5  0.25]
    """

    first: Any
    last: Any
    half_life: Any

    def __call__(self, step: ArrayLike) -> Array:
        """alpha at a step."""
        _positive("half_life", self.half_life)
        return self.last + (self.first - self.last) * 0.5 ** (jnp.asarray(step) / self.half_life)


def _positive(name: str, x: Any) -> None:
    if not isinstance(x, jax.core.Tracer) and not (np.asarray(x) > 0).all():
        raise ValueError(f"{name} = {x}: it must be positive (Constant is a schedule without steps)")


# What they are made of


@jax.jit
def _of_states(q: Array, target: Array, log_w: Array | None) -> Array:
    alpha = _bisect(lambda alpha: boltzmann_entropy(q, alpha, log_w) - target, _differ(q, log_w), q.dtype)
    fine = _reachable(target, *_range(q, log_w)) & ~_outside(q, log_w).any(-1)
    return jnp.where(fine, alpha, jnp.nan)


@jax.jit
def _of_batch(q: Array, target: Array, log_w: Array | None) -> Array:
    differ = jnp.any(_differ(q, log_w))
    alpha = _bisect(lambda alpha: jnp.mean(boltzmann_entropy(q, alpha, log_w)) - target, differ, q.dtype)
    fine = _reachable(target, *(jnp.mean(x) for x in _range(q, log_w))) & ~jnp.any(_outside(q, log_w))
    return jnp.where(fine, alpha, jnp.nan)


def _found(alpha: Array) -> Array:
    """alpha, where it is a normal float: what is concrete has been seen to be reachable."""
    if not isinstance(alpha, jax.core.Tracer) and np.isnan(np.asarray(alpha)).any():
        raise ValueError(f"alpha lies outside the normal floats of {alpha.dtype}: give q in another unit")
    return alpha


def _wanted(q: ArrayLike, target: ArrayLike, log_w: ArrayLike | None) -> tuple[Array, Array, Array | None, Any]:
    """q, target and log_w in one dtype."""
    target = door.real(float(target) if isinstance(target, int) else target, "target")
    q, over_rows, log_w, cast = door.gibbs_arguments(q, 1.0, log_w)
    if target.shape not in ((), over_rows.shape):
        raise ValueError(f"target has shape {target.shape} but the rows of q have shape {over_rows.shape}")
    return q, target.astype(q.dtype), log_w, cast


def _range(q: Array, log_w: Array | None) -> tuple[Array, Array]:
    """The entropies of α -> 0 and α -> infinity: log of how many actions are best, and of how many are valid."""
    valid = jnp.ones(q.shape, bool) if log_w is None else log_w != -jnp.inf
    best = jnp.max(jnp.where(valid, q, -jnp.inf), -1, keepdims=True)
    few, all_ = (jnp.log(jnp.maximum(x.sum(-1), 1)).astype(q.dtype) for x in (valid & (q == best), valid))
    return few, all_


def _differ(q: Array, log_w: Array | None) -> Array:
    """Whether the valid actions of each row are worth different amounts."""
    valid = jnp.ones(q.shape, bool) if log_w is None else log_w != -jnp.inf
    return jnp.where(valid, q, -jnp.inf).max(-1) > jnp.where(valid, q, jnp.inf).min(-1)


def _outside(q: Array, log_w: Array | None) -> Array:
    """Where a value of a valid action is not finite, or a weight neither 0 nor -inf."""
    if log_w is None:
        return ~jnp.isfinite(q)
    masked = log_w == -jnp.inf
    return ~masked & (~jnp.isfinite(q) | (log_w != 0))


def _reachable(target: Array, lowest: Array, highest: Array) -> Array:
    """Strictly between the limits, or at both when they are one."""
    inside = (target > lowest) & (target < highest)
    slack = 4 * float(jnp.finfo(lowest.dtype).eps) * (1 + highest)
    return inside | ((lowest == highest) & (jnp.abs(target - highest) <= slack))


def _refuse(q: Array, target: Array, log_w: Array | None, per_state: bool) -> None:
    """A concrete target outside the attainable range is an error that gives the range."""
    if any(isinstance(x, jax.core.Tracer) for x in (q, target, log_w)):
        return
    wrong = np.argwhere(np.asarray(_outside(q, log_w)))
    if wrong.size:
        at = tuple(int(i) for i in wrong[0])
        if not np.isfinite(np.asarray(q)[at]):
            raise ValueError(f"q at {at} is {np.asarray(q)[at]}: valid actions have finite values; log_w masks others")
        raise ValueError(f"log_w at {at} is {np.asarray(log_w)[at]:g}: an action counts, 0, or it is masked, -inf")
    lowest, highest = (np.asarray(x) for x in _range(q, log_w))
    if not per_state:
        lowest, highest = lowest.mean(), highest.mean()
    bad = ~np.asarray(_reachable(target, jnp.asarray(lowest), jnp.asarray(highest)))
    if bad.any():
        at = tuple(np.argwhere(bad)[0]) if bad.ndim else ()
        where = f" of row {at if len(at) > 1 else at[0]}" if at else ""
        wanted, low, high = (float(np.broadcast_to(np.asarray(x), bad.shape)[at]) for x in (target, lowest, highest))
        mean = "" if per_state else "mean "
        raise ValueError(
            f"target {mean}entropy {wanted:g}{where} can't be reached: with these values and valid actions the {mean}"
            f"entropy lies between {low:.6g} and {high:.6g} nats (log of the number of best and of valid actions), "
            "both limits excluded"
        )


def _bisect(excess: Callable[[Array], Array], differ: Array, dtype: Any) -> Array:
    """The root of an increasing function of alpha among the normal floats, by halving log alpha.

    1 where nothing depends on alpha; NaN where both ends lie on one side of the root.
    """
    first, last = (jnp.full(differ.shape, x, dtype) for x in (jnp.finfo(dtype).tiny, jnp.finfo(dtype).max))

    def halve(_: int, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends
        middle = jnp.sqrt(low) * jnp.sqrt(high)
        above = excess(middle) > 0
        return jnp.where(above, low, middle), jnp.where(above, middle, high)

    slack = 16 * float(jnp.finfo(dtype).eps)
    held = (excess(first) <= slack) & (excess(last) >= -slack)
    low, high = jax.lax.fori_loop(0, STEPS, halve, (first, last))
    return jnp.where(differ, jnp.where(held, jnp.sqrt(low) * jnp.sqrt(high), jnp.nan), 1.0)
