"""One backup: the targets (1) and (2) of the note, and the loss that fits Q to them.

`discount` is γ(1 - terminated), made once by the caller: termination ends value, truncation does not.
Shapes: `reward, discount, next_v [*b]`, each may be a scalar; `next_q [*b, a]`. Units: reward units. Imports: jax.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from softql.equations import _door as door
from softql.equations._words import hidden, kept
from softql.equations.value import policy_value, soft_value


def soft_q_target(
    reward: Float[ArrayLike, "*#b"], discount: Float[ArrayLike, "*#b"], next_v: Float[ArrayLike, "*#b"]
) -> Float[Array, "*b"]:
    r"""Q̂(s,a) = r(s,a) + γ(1 - terminated) V(s').  [Note L67] (cf. H17 Eq. 7)

    Erratum: the note's update leaves out γ, the expectation over s' and the end of an episode.

    Args:
      reward: r(s,a), reward units.
      discount: γ(1 - terminated), in [0, 1].
      next_v: soft value of the next state, reward units; it may be -inf where discount is 0, and then counts as
      nothing.

    Returns:
      The target in reward units.

    Raises:
      ValueError: on integer rewards or values, or when shapes other than scalars differ.

    Example:
      >>> print(soft_q_target(1.0, 0.9, 10.0))
      10.0
    """
    reward, discount, next_v = (
        door.real(x, name) for x, name in ((reward, "reward"), (_number(discount), "discount"), (next_v, "next_v"))
    )
    shape = door.row_shape(reward=reward, discount=discount, next_v=next_v)
    work, cast = door.common_dtype(reward, discount, next_v)
    reward, discount, next_v = (jnp.broadcast_to(x.astype(work), shape) for x in (reward, discount, next_v))
    return cast(_compiled_target(reward, discount, next_v))


def _soft_q_target(reward: jax.Array, discount: jax.Array, next_v: jax.Array) -> jax.Array:
    infinite = jnp.isinf(next_v)  # of a state without actions; 0 times it is NaN, in the value or in the gradient
    beyond = jnp.where(discount == 0, 0, jax.lax.stop_gradient(discount * next_v))
    return reward + kept(jnp.where(infinite, beyond, discount * jnp.where(infinite, 0, next_v)))


_compiled_target = hidden(_soft_q_target)


def evaluation_target(
    reward: Float[ArrayLike, "*#b"],
    discount: Float[ArrayLike, "*#b"],
    next_log_pi: Float[ArrayLike, "*b a"],
    next_q: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b"]:
    r"""Policy evaluation, the note's (1): (T^π Q)(s,a) = r + γ(1 - terminated) E_{s'}[ V^π(s') ].  [Note L67]
    [Note L74]

    Erratum: the note leaves out γ, E_{s'} and the end of an episode, and equates (1) with (2); that holds only at π =
    π_Q, elsewhere (1) < (2). That (1) evaluates [Note L74] is true once its V is V^π of a fixed π.

    Args:
      reward: r(s,a), reward units.
      discount: γ(1 - terminated), in [0, 1].
      next_log_pi: log density of the policy at s', nats.
      next_q: action values at s', reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      A sample of (T^π Q)(s,a) from one s', in reward units.

    Raises:
      ValueError: as `policy_value` and `soft_q_target` do.

    Example:
      >>> print(evaluation_target(1.0, 0.5, jnp.log(jnp.array([0.5, 0.5])), [2.0, 4.0], alpha=1.0))
      2.8465736
    """
    _check_next(next_q, alpha, log_w, reward=reward, discount=discount)
    door.same_shape(jnp.asarray(next_log_pi), jnp.asarray(next_q), "next_log_pi", "next_q")
    (reward, discount, next_log_pi, next_q, alpha, log_w), cast = door.lift(
        reward, discount, next_log_pi, next_q, alpha, log_w
    )
    return cast(soft_q_target(reward, discount, policy_value(next_log_pi, next_q, alpha, log_w)))


def optimality_target(
    reward: Float[ArrayLike, "*#b"],
    discount: Float[ArrayLike, "*#b"],
    next_q: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b"]:
    r"""Optimality, the note's (2): (T*Q)(s,a) = r + γ(1 - terminated) E_{s'}[ α log Σ_{a'} w exp(Q(s',a')/α) ].

    Evaluation and improvement fused.  [Note L67] [Note L74] [Note L76]

    Erratum: besides γ, E_{s'} and termination, the note's integral binds a, the action that the left side names. That
    it evaluates and improves at once [Note L76] is exact for finite A; with continuous actions the sampler must still
    be fitted. T*Q = T^{π_Q}Q >= T^πQ for every π. Iterated, it converges to Q* as a contraction by γ (cf. H17 Theorem
    3).

    Args:
      reward: r(s,a), reward units.
      discount: γ(1 - terminated), in [0, 1].
      next_q: action values at s', reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      A sample of (T*Q)(s,a) from one s', in reward units.

    Raises:
      ValueError: as `soft_value` and `soft_q_target` do.

    Example:
      >>> print(optimality_target(1.0, 0.5, [2.0, 2.0], alpha=1.0))
      2.3465736
    """
    _check_next(next_q, alpha, log_w, reward=reward, discount=discount)
    (reward, discount, next_q, alpha, log_w), cast = door.lift(reward, discount, next_q, alpha, log_w)
    return cast(soft_q_target(reward, discount, soft_value(next_q, alpha, log_w)))


def q_loss(
    q: Float[ArrayLike, "*b a"], action: Int[ArrayLike, "*b"], target: Float[ArrayLike, "*b"]
) -> Float[Array, "*b"]:
    r"""J_Q = ½ (Q(s,a) - Q̂)², the soft Bellman error of the action taken; Q̂ is held constant.  [H17 Eq. 11]

    Args:
      q: action values, reward units.
      action: index of the action taken.
      target: Q̂, reward units. No gradient flows into it.

    Returns:
      One loss a row, reward units squared: the caller averages.

    Raises:
      ValueError: on integer q or target, an action that is no integer or (when concrete) not in [0, a), or shapes
      that differ.

    Example:
      >>> print(q_loss([1.0, 5.0], 1, 3.0))
      2.0
    """
    q, target = door.action_values(q, "q"), door.real(target, "target")
    rows = q.shape[:-1]
    action = _index(action, q.shape[-1])
    for name, x in (("action", action), ("target", target)):
        if x.shape != rows:
            raise ValueError(f"{name} has shape {x.shape} but the rows of q have shape {rows}")
    work, cast = door.common_dtype(q, target)
    taken = jnp.take_along_axis(q.astype(work), action[..., None], axis=-1)[..., 0]
    return cast(0.5 * jnp.square(taken - jax.lax.stop_gradient(target.astype(work))))


def _number(x: ArrayLike) -> ArrayLike:
    """A discount may be the integer 0 or 1."""
    return float(x) if isinstance(x, int) else x


def _index(action: ArrayLike, n: int) -> jax.Array:
    index = jnp.asarray(action)
    if not jnp.issubdtype(index.dtype, jnp.integer):
        raise ValueError(f"action has dtype {index.dtype}: pass the index of the action taken")
    if not isinstance(action, jax.core.Tracer):
        values = np.asarray(action)
        if values.size and not (values.min() >= 0 and values.max() < n):
            raise ValueError(f"action lies in [{values.min()}, {values.max()}] but q has {n} actions")
    return index


def _check_next(next_q: ArrayLike, alpha: ArrayLike, log_w: ArrayLike | None, **arrays: ArrayLike) -> None:
    """The arguments of the next state fit each other, and each array is a scalar or has one number a row of
    next_q."""
    rows = door.gibbs_arguments(next_q, alpha, log_w, "next_q")[0].shape[:-1]
    for name, x in arrays.items():
        if np.shape(x) not in ((), rows):
            raise ValueError(f"{name} has shape {np.shape(x)} but the rows of next_q have shape {rows}")


__all__ = ["evaluation_target", "optimality_target", "q_loss", "soft_q_target"]
