"""Estimates where the integral over actions has no closed form: importance sampling for V, one Langevin step for
draws.

Shapes: `q, log_proposal [*b, n]`, samples last. Units: reward units for Q, V, alpha. Imports: jax.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from softql.equations import _door as door
from softql.equations._kernels import across
from softql.equations._words import hidden, kept
from softql.equations.value import soft_value


def importance_value(
    q: Float[ArrayLike, "*b n"], alpha: Float[ArrayLike, "*#b"], log_proposal: Float[ArrayLike, "*#b n"]
) -> Float[Array, "*b"]:
    r"""V̂(s) = α log (1/N) Σ_n exp(Q(s,a_n)/α) / q(a_n), with a_n ~ q.  [H17 Eq. 10] [Note L69]

    `soft_value` with log_w = -log q(a_n) - log N. Unbiased for Z, so biased low for V = α log Z (Jensen); the bias
    vanishes as N grows, and for any N when q is the Boltzmann policy itself.

    Erratum: the note gives no formula, and says that "the sampling distribution is the EBM": any q > 0 serves here.
    Drawing actions from π_Q is another sampling.

    Args:
      q: Q at the N sampled actions, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_proposal: log density log q(a_n) of the proposal at each of its own samples, in the shape of q or `[n]`.

    Returns:
      The estimate of V in reward units.

    Raises:
      ValueError: on integer q, no samples, shapes that do not match, a concrete alpha that is negative or NaN, or a
        concrete log_proposal of -inf.

    Example: uniform proposals on [-1, 1], whose density is 1/2, and a constant Q.
      >>> print(importance_value([3.0, 3.0, 3.0], alpha=1.0, log_proposal=jnp.log(jnp.full(3, 0.5))))
      3.6931472
    """
    samples, log_proposal = door.action_values(q, "q"), door.action_values(log_proposal, "log_proposal")
    if log_proposal.shape not in (samples.shape, samples.shape[-1:]):
        raise ValueError(
            f"log_proposal has shape {log_proposal.shape} but q has shape {samples.shape}: one density a sample"
        )
    door.without(log_proposal, -math.inf, "log_proposal has an entry of -inf: a sample has a density above 0")
    (samples, alpha, log_density), cast = door.lift(samples, alpha, log_proposal)
    return cast(soft_value(samples, alpha, -log_density - math.log(samples.shape[-1])))


def langevin_step(
    action: Float[ArrayLike, "*b d"],
    q_gradient: Float[ArrayLike, "*b d"],
    alpha: Float[ArrayLike, "*#b"],
    step_size: Float[ArrayLike, ""],
    noise: Float[ArrayLike, "*b d"],
) -> Float[Array, "*b d"]:
    r"""a' = a + ε ∇_a Q(s,a)/α + √(2ε) ξ, ξ ~ N(0, 1): overdamped Langevin towards π_Q ∝ exp(Q/α).  [Note L69]

    Unadjusted: its stationary law differs from π_Q by O(ε). Actions are unbounded here; a bounded action needs its
    own change of variables first, never a clip. Langevin draws actions and says nothing of log Z.

    Erratum: the note's name for the method has a slip of the pen, and no formula.

    Args:
      action: a, in action units.
      q_gradient: ∇_a Q at a, reward units per action unit.
      alpha: temperature > 0, reward units; a scalar or one a row.
      step_size: ε > 0, action units squared.
      noise: standard normal, in the shape of action.

    Returns:
      The next action.

    Raises:
      ValueError: on integer input, shapes that differ, or a concrete alpha that is not positive.

    Example: without noise it climbs Q.
      >>> print(langevin_step([1.0], [-1.0], alpha=0.5, step_size=0.1, noise=[0.0]))
      [0.8]
    """
    action = door.action_values(action, "action")
    q_gradient, noise = door.action_values(q_gradient, "q_gradient"), door.action_values(noise, "noise")
    door.same_shape(q_gradient, action, "q_gradient", "action")
    door.same_shape(noise, action, "noise", "action")
    step_size = door.real(step_size, "step_size")
    if step_size.shape != ():
        raise ValueError(f"step_size has shape {step_size.shape}: pass one number")
    work, cast = door.common_dtype(action, q_gradient, noise)
    alpha = door.temperature(alpha, divides=True).astype(work)
    alpha = door.rows(alpha, action.shape[:-1], "alpha", "action")
    return cast(_compiled_step(*(x.astype(work) for x in (action, q_gradient, alpha, step_size, noise))))


def _langevin_step(
    action: jax.Array, q_gradient: jax.Array, alpha: jax.Array, step_size: jax.Array, noise: jax.Array
) -> jax.Array:
    drift = q_gradient / across(alpha, q_gradient)
    return action + kept(step_size * drift) + kept(jnp.sqrt(2 * step_size) * noise)


_compiled_step = hidden(_langevin_step)

__all__ = ["importance_value", "langevin_step"]
