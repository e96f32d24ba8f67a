"""Multi-step soft targets: what a whole path says about Q.

Time is the last axis, leading axes are anything (environments, seeds). Rewards, values and alpha are in reward units,
log-probabilities in nats. `discount` carries gamma *and* termination: gamma (1 - terminated). Imports: equations only.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Bool, Float

from softql.equations import soft_q_target
from softql.equations._door import lift, real

__all__ = [
    "path_consistency_error",
    "path_consistency_loss",
    "soft_lambda_returns",
    "soft_n_step_returns",
    "soft_q_return",
    "soft_retrace_returns",
    "soft_return",
    "soft_value_returns",
]

P = ParamSpec("P")


def _rounded_once(function: Callable[P, Array]) -> Callable[P, Array]:
    """The function with 16-bit floats computed in float32 and rounded at the end: a path adds up many steps."""

    @functools.wraps(function)
    def lifted(*args: P.args, **kwargs: P.kwargs) -> Array:
        given = (*args, *kwargs.values())
        if not any(getattr(x, "dtype", None) in (jnp.bfloat16, jnp.float16) for x in given):
            return function(*args, **kwargs)
        wide, cast = lift(*given)
        return cast(function(*wide[: len(args)], **dict(zip(kwargs, wide[len(args) :], strict=True))))

    return lifted


@_rounded_once
def soft_lambda_returns(
    reward: Float[ArrayLike, "*b t"],
    discount: Float[ArrayLike, "*b t"],
    next_v: Float[ArrayLike, "*b t"],
    log_pi: Float[ArrayLike, "*b t"],
    alpha: Float[ArrayLike, "*#b"] | float,
    lambda_: Float[ArrayLike, "*#b"] | float,
    truncated: Bool[ArrayLike, "*b t"] | None = None,
) -> Float[Array, "*b t"]:
    """Soft lambda-returns, targets for Q(s_t, a_t) along paths drawn from pi.  [N17] [Note L25]

        G_t = r_t + discount_t ( (1 - lambda) V(s_{t+1}) + lambda ( G_{t+1} - alpha log pi(a_{t+1}|s_{t+1}) ) )

    The entropy term -alpha log pi stands at every step after the first and before the bootstrap: log_pi at the first
    step of a path is never used, and V holds the entropy of the state it is taken at. Leaving it out gives
    reward-only returns, which are biased. With lambda = 0 this is the one-step target r + discount V(s').
    On paths drawn from pi, E_pi[Q - alpha log pi] = V_pi makes the whole estimate unbiased for Q^pi when V = V^pi.

    The trace is cut, G_t = r_t + discount_t V(s_{t+1}), where the path was `truncated` and at its last step: there
    `next_v[t]` is the value of the final observation, not of the one that auto-reset put in its place. Where the
    episode terminated, discount_t = 0 and G_t = r_t; next_v may then be -inf.

    Args:
        reward: r_t, in reward units.
        discount: gamma (1 - terminated_t); truncation does not enter here.
        next_v: V(s_{t+1}) in reward units, of the final observation where the episode ended.
        log_pi: log pi(a_t|s_t) of the actions taken, in nats, against the measure V is taken in.
        alpha: temperature > 0 in reward units; a scalar, or one per path.
        lambda_: the share of the trace, in [0, 1]; a scalar, or one per path.
        truncated: True where the episode was cut by time; None means nowhere.

    Returns:
        G, of reward's shape.

    Raises:
        ValueError: if shapes differ, the time axis is empty, or a concrete lambda_ or alpha is out of its domain.

    Example:
        >>> import jax.numpy as jnp
        >>> reward, v, log_pi = jnp.array([1.0, 2.0]), jnp.array([5.0, 7.0]), jnp.array([-9.0, -0.5])
        >>> discount = jnp.array([0.5, 0.5])
        >>> soft_lambda_returns(reward, discount, v, log_pi, alpha=2.0, lambda_=1.0).tolist()
        [4.25, 5.5]
        >>> soft_lambda_returns(reward, discount, v, log_pi, alpha=2.0, lambda_=0.0).tolist()
        [3.5, 5.5]
    """
    reward, discount, next_v, log_pi = _same_shape(reward=reward, discount=discount, next_v=next_v, log_pi=log_pi)
    alpha = _per_path("alpha", alpha, reward)
    lambda_ = _per_path("lambda_", lambda_, reward)
    cut = _cut(discount, truncated)
    entropic = -alpha[..., None] * log_pi

    def backward(tail: Array, step: tuple[Array, ...]) -> tuple[Array, Array]:
        r, d, v, c, bonus = step
        v = jnp.where((d == 0) & jnp.isinf(v), 0.0, v)  # after the end: nothing, in the gradient too
        mixed = (1.0 - lambda_) * v + lambda_ * tail
        g = soft_q_target(r, d, jnp.where(c | (lambda_ == 0.0), v, mixed))
        return g + bonus, g

    steps = (reward, discount, next_v, cut, entropic)
    time_first = jax.tree.map(lambda x: jnp.moveaxis(x, -1, 0), steps)
    _, returns = jax.lax.scan(backward, next_v[..., -1], time_first, reverse=True)
    return jnp.moveaxis(returns, 0, -1)


@_rounded_once
def soft_return(
    reward: Float[ArrayLike, "*b t"],
    discount: Float[ArrayLike, "*b t"],
    entropy: Float[ArrayLike, "*b t"],
    alpha: Float[ArrayLike, "*#b"] | float,
) -> Float[Array, "*b"]:
    """Sum_t gamma^t (r_t + alpha H_t), the entropy-regularised return: what soft control maximises.  [Note L13]

    The note never writes its objective; this is it. `discount` carries gamma and termination, so the weight of step t
    is the product of the discounts before it.

    Args:
        reward: r_t along paths, in reward units.
        discount: gamma (1 - terminated_t).
        entropy: H(pi(.|s_t)) in nats, or its one-sample estimate -log pi(a_t|s_t).
        alpha: temperature > 0 in reward units; a scalar, or one per path.

    Returns:
        One return per path, in reward units.

    Raises:
        ValueError: if shapes differ, the time axis is empty, or a concrete alpha is not positive.

    Example:
        >>> import jax.numpy as jnp
        >>> print(soft_return(jnp.array([1.0, 2.0]), jnp.array([0.5, 0.5]), jnp.array([0.1, 0.2]), alpha=10.0))
        4.0
    """
    reward, discount, entropy = _same_shape(reward=reward, discount=discount, entropy=entropy)
    alpha = _per_path("alpha", alpha, reward)
    gain = reward + alpha[..., None] * entropy

    def backward(tail: Array, step: tuple[Array, Array]) -> tuple[Array, None]:
        g, d = step
        return g + d * jnp.where((d == 0) & ~jnp.isfinite(tail), 0.0, tail), None

    steps = (jnp.moveaxis(gain, -1, 0), jnp.moveaxis(discount, -1, 0))
    return jax.lax.scan(backward, jnp.zeros(reward.shape[:-1], reward.dtype), steps, reverse=True)[0]


@_rounded_once
def soft_q_return(
    reward: Float[ArrayLike, "*b t"],
    discount: Float[ArrayLike, "*b t"],
    entropy: Float[ArrayLike, "*b t"],
    alpha: Float[ArrayLike, "*#b"] | float,
) -> Float[Array, "*b"]:
    """r_0 + sum_{t>=1} gamma^t (r_t + alpha H_t): a sample of Q(s_0, a_0).  [Note L21] [Note L25]

    No entropy bonus at time 0 itself: the first action is given. With entropy = -log pi(a_t|s_t) it is the note's Q^pi.
    Erratum: the note writes Q* without arguments (and `infin`, which is no command of TeX), and calls the two lines
    equivalent; Q* and Q^pi are equal only along pi*.

    Args:
        reward, discount, entropy, alpha: as for `soft_return`; entropy at time 0 is not used.

    Returns:
        One return per path, in reward units.

    Raises:
        ValueError: as `soft_return` does.

    Example:
        >>> import jax.numpy as jnp
        >>> print(soft_q_return(jnp.array([1.0, 2.0]), jnp.array([0.5, 0.5]), jnp.array([0.1, 0.2]), alpha=10.0))
        3.0
    """
    entropy = jnp.asarray(entropy)
    if entropy.ndim:
        entropy = jnp.where(jnp.arange(entropy.shape[-1]) == 0, 0, entropy)
    return soft_return(reward, discount, entropy, alpha)


@_rounded_once
def soft_n_step_returns(
    reward: Float[ArrayLike, "*b t"],
    discount: Float[ArrayLike, "*b t"],
    next_v: Float[ArrayLike, "*b t"],
    log_pi: Float[ArrayLike, "*b t"],
    alpha: Float[ArrayLike, "*#b"] | float,
    n: int | Array,
    truncated: Bool[ArrayLike, "*b t"] | None = None,
) -> Float[Array, "*b t"]:
    """r_t + sum_{k=1}^{n-1} gamma^k (r_{t+k} - alpha log pi_{t+k}) + gamma^n V(s_{t+n}).  [Note L25]

    The soft n-step return: the entropy term stands at every step after the first and before the bootstrap. Where the
    path ends, is truncated, or the array is over before n steps, fewer are taken. n = 1 is the one-step target.

    Args:
        reward, discount, next_v, log_pi, alpha, truncated: as for `soft_lambda_returns`.
        n: steps, at least 1; may be traced (then only forward derivatives exist).

    Returns:
        One target for Q(s_t, a_t) a step, of reward's shape.

    Raises:
        ValueError: as `soft_lambda_returns` does, and when a concrete n is no whole number of at least 1.

    Example:
        >>> import jax.numpy as jnp
        >>> reward, v, log_pi = jnp.array([1.0, 2.0, 4.0]), jnp.array([0.0, 8.0, 0.0]), jnp.array([-9.0, -2.0, -9.0])
        >>> soft_n_step_returns(reward, jnp.full(3, 0.5), v, log_pi, alpha=1.0, n=2).tolist()
        [5.0, 8.5, 4.0]
    """
    reward, discount, next_v, log_pi = _same_shape(reward=reward, discount=discount, next_v=next_v, log_pi=log_pi)
    alpha = _per_path("alpha", alpha, reward)
    if not isinstance(n, jax.core.Tracer) and not (jnp.ndim(n) == 0 and n >= 1 and n == int(n)):
        raise ValueError(f"n = {n}: it must be a whole number, at least 1")
    cut, bonus = _cut(discount, truncated), -alpha[..., None] * log_pi
    one = soft_q_target(reward, discount, next_v)

    def longer(_: int, g: Array) -> Array:
        ahead = jnp.roll(g + bonus, -1, axis=-1)
        return jnp.where(cut, one, soft_q_target(reward, discount, jnp.where(cut, 0.0, ahead)))

    return jax.lax.fori_loop(1, n, longer, one)


@_rounded_once
def soft_retrace_returns(
    reward: Float[ArrayLike, "*b t"],
    discount: Float[ArrayLike, "*b t"],
    next_v: Float[ArrayLike, "*b t"],
    q: Float[ArrayLike, "*b t"],
    log_ratio: Float[ArrayLike, "*b t"],
    lambda_: Float[ArrayLike, "*#b"] | float,
    truncated: Bool[ArrayLike, "*b t"] | None = None,
) -> Float[Array, "*b t"]:
    """Retrace-style targets for Q(s_t, a_t) along paths drawn from any policy mu.  [Note L25]

        G_t = r_t + discount_t ( V(s_{t+1}) + c_{t+1} (G_{t+1} - Q(s_{t+1}, a_{t+1})) ),  c = lambda min(1, pi/mu)

    V is the soft value of pi, entropy included, so the correction carries none: it compares two estimates of the same
    Q(s', a'). Given Q and V = E_pi[Q - alpha log pi] the mean over paths is T^pi Q plus a contraction of Q - Q^pi, and
    is Q^pi at Q = Q^pi, whatever mu is.

    Args:
        reward, discount, next_v, lambda_, truncated: as for `soft_lambda_returns`; next_v is V of pi.
        q: Q(s_t, a_t) of the actions taken, in reward units; the first of a path is never used.
        log_ratio: log pi(a_t|s_t) - log mu(a_t|s_t), in nats; likewise.

    Returns:
        G, of reward's shape.

    Raises:
        ValueError: as `soft_lambda_returns` does.

    Example:
        >>> import jax.numpy as jnp
        >>> reward, v, q = jnp.array([1.0, 2.0]), jnp.array([5.0, 7.0]), jnp.array([0.0, 4.0])
        >>> g = soft_retrace_returns(reward, jnp.full(2, 0.5), v, q, log_ratio=jnp.zeros(2), lambda_=1.0)
        >>> g.tolist()
        [4.25, 5.5]
    """
    arrays = _same_shape(reward=reward, discount=discount, next_v=next_v, q=q, log_ratio=log_ratio)
    reward, discount, next_v, q, log_ratio = arrays
    lambda_ = _per_path("lambda_", lambda_, reward)
    cut, share = _cut(discount, truncated), lambda_[..., None] * jnp.exp(jnp.minimum(log_ratio, 0.0))

    def backward(surplus: Array, step: tuple[Array, ...]) -> tuple[Array, Array]:
        r, d, v, c, own, weight = step
        v = jnp.where((d == 0) & jnp.isinf(v), 0.0, v)
        g = soft_q_target(r, d, v + jnp.where(c, 0.0, surplus))
        return weight * (g - own), g

    steps = jax.tree.map(lambda x: jnp.moveaxis(x, -1, 0), (reward, discount, next_v, cut, q, share))
    _, returns = jax.lax.scan(backward, jnp.zeros(reward.shape[:-1], reward.dtype), steps, reverse=True)
    return jnp.moveaxis(returns, 0, -1)


@_rounded_once
def soft_value_returns(
    reward: Float[ArrayLike, "*b t"],
    discount: Float[ArrayLike, "*b t"],
    next_v: Float[ArrayLike, "*b t"],
    log_pi: Float[ArrayLike, "*b t"],
    alpha: Float[ArrayLike, "*#b"] | float,
    n: int | Array,
    truncated: Bool[ArrayLike, "*b t"] | None = None,
) -> Float[Array, "*b t"]:
    """sum_{k=0}^{n-1} gamma^k (r_{t+k} - alpha log pi_{t+k}) + gamma^n V(s_{t+n}): a target for V(s_t).  [N17]

    The path-consistency target: at V*, pi* of a deterministic world it is V*(s_t) on every path, whoever acted. Here
    the entropy term of the first step counts too, for the action is part of the path.

    Args:
        reward, discount, next_v, log_pi, alpha, n, truncated: as for `soft_n_step_returns`.

    Returns:
        One target for V(s_t) a step, of reward's shape.

    Raises:
        ValueError: as `soft_n_step_returns` does.

    Example:
        >>> import jax.numpy as jnp
        >>> reward, v, log_pi = jnp.array([1.0, 2.0]), jnp.array([0.0, 8.0]), jnp.array([-1.0, -2.0])
        >>> soft_value_returns(reward, jnp.full(2, 0.5), v, log_pi, alpha=1.0, n=2).tolist()
        [6.0, 8.0]
    """
    g = soft_n_step_returns(reward, discount, next_v, log_pi, alpha, n, truncated)
    return g - _per_path("alpha", alpha, g)[..., None] * jnp.asarray(log_pi, g.dtype)


@_rounded_once
def path_consistency_error(
    value: Float[ArrayLike, "*b t"],
    reward: Float[ArrayLike, "*b t"],
    discount: Float[ArrayLike, "*b t"],
    next_v: Float[ArrayLike, "*b t"],
    log_pi: Float[ArrayLike, "*b t"],
    alpha: Float[ArrayLike, "*#b"] | float,
    n: int | Array,
    truncated: Bool[ArrayLike, "*b t"] | None = None,
) -> Float[Array, "*b t"]:
    """C = -V(s_t) + sum_k gamma^k (r_{t+k} - alpha log pi_{t+k}) + gamma^n V(s_{t+n}).  [N17]

    0 on every path of a deterministic world at (V*, pi*); conversely, a V and a policy for which it is 0 at every
    action of every state are V* and pi*. In other worlds both hold in the mean over next states.

    Args:
        value: V(s_t), in reward units.
        reward, discount, next_v, log_pi, alpha, n, truncated: as for `soft_value_returns`.

    Returns:
        One error a step, in reward units.

    Raises:
        ValueError: as `soft_value_returns` does, and when value has another shape than reward.

    Example:
        >>> import jax.numpy as jnp
        >>> v = 2 * jnp.log(2.0)  # of one state with two free actions, gamma = 1/2
        >>> path = jnp.zeros(3), jnp.full(3, 0.5), jnp.full(3, v), jnp.log(jnp.full(3, 0.5))
        >>> path_consistency_error(jnp.full(3, v), *path, alpha=1.0, n=2).tolist()
        [0.0, 0.0, 0.0]
    """
    value, _ = _same_shape(value=value, reward=reward)
    return soft_value_returns(reward, discount, next_v, log_pi, alpha, n, truncated) - value


@_rounded_once
def path_consistency_loss(
    value: Float[ArrayLike, "*b t"],
    reward: Float[ArrayLike, "*b t"],
    discount: Float[ArrayLike, "*b t"],
    next_v: Float[ArrayLike, "*b t"],
    log_pi: Float[ArrayLike, "*b t"],
    alpha: Float[ArrayLike, "*#b"] | float,
    n: int | Array,
    truncated: Bool[ArrayLike, "*b t"] | None = None,
) -> Float[Array, "*b t"]:
    """1/2 C^2, the path consistency loss; its gradient flows into V at both ends and into log pi.  [N17]

    Args:
        value, reward, discount, next_v, log_pi, alpha, n, truncated: as for `path_consistency_error`.

    Returns:
        One loss a step, in reward units squared: the caller averages.

    Raises:
        ValueError: as `path_consistency_error` does.

    Example:
        >>> import jax.numpy as jnp
        >>> one = jnp.ones(1)
        >>> path_consistency_loss(3 * one, one, 0 * one, one, 0 * one, alpha=1.0, n=1).tolist()
        [2.0]
    """
    return 0.5 * jnp.square(path_consistency_error(value, reward, discount, next_v, log_pi, alpha, n, truncated))


def _cut(discount: Array, truncated: ArrayLike | None) -> Array:
    """Where the trace stops: at a truncation, at an end, at the last step."""
    cut = jnp.zeros(discount.shape, bool) if truncated is None else jnp.asarray(truncated)
    if cut.dtype != bool:
        raise ValueError(f"truncated has dtype {cut.dtype}: pass booleans")
    if cut.shape != discount.shape:
        raise ValueError(f"truncated has shape {cut.shape} but reward has {discount.shape}: one flag per step")
    return (cut | (discount == 0.0)).at[..., -1].set(True)  # nothing of the next episode, a NaN neither, comes back


def _same_shape(**named: ArrayLike) -> list[Array]:
    """The arrays in one floating dtype, or a ValueError that names the one that differs."""
    shapes = {name: jnp.shape(x) for name, x in named.items()}
    first, *rest = shapes
    if not shapes[first] or shapes[first][-1] == 0:
        raise ValueError(f"{first} has shape {shapes[first]}: the last axis is time and needs at least one step")
    for name in rest:
        if shapes[name] != shapes[first]:
            raise ValueError(f"{name} has shape {shapes[name]} but {first} has {shapes[first]}: one value per step")
    arrays = [real(x, name) for name, x in named.items()]
    dtype = jnp.result_type(*arrays)
    return [x.astype(dtype) for x in arrays]


def _per_path(name: str, x: ArrayLike, reward: Array) -> Array:
    """alpha or lambda_ broadcast to one per path; its domain is checked when it is concrete."""
    if jnp.shape(x) not in ((), reward.shape[:-1]):
        raise ValueError(f"{name} has shape {jnp.shape(x)}: give a scalar, or one per path {reward.shape[:-1]}")
    if not isinstance(x, jax.core.Tracer):
        concrete = np.asarray(x)
        if not np.all(concrete > 0 if name == "alpha" else (concrete >= 0) & (concrete <= 1)):
            raise ValueError(f"{name} = {x} is outside its domain: alpha > 0 and 0 <= lambda_ <= 1")
    return jnp.broadcast_to(jnp.asarray(x, reward.dtype), reward.shape[:-1])
