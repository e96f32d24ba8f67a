"""The public functions: softql's, with softql's names, arguments, checks and answers at the edges.

Shapes: `q [*b, a]`, actions last; `alpha` a scalar or `[*b]`; `log_w [a]` or `[*b, a]`, -inf masks. Units: Q, V and
alpha in reward units, log w in nats. float32 always, float64 where JAX's x64 is on; 16-bit floats are computed in
float32 and rounded once more. Imports: jax, softql.equations (for the door).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp  # noqa: F401  (for the examples)
from jaxtyping import Array, ArrayLike, Float

from softql.equations import _door as door
from softql.precise import boltzmann, rules
from softql.precise.selftest import warn_once


def _arguments(
    q: ArrayLike, alpha: ArrayLike, log_w: ArrayLike | None, name: str = "q"
) -> tuple[jax.Array, jax.Array, jax.Array | None, door.Cast]:
    """The door, a limit on the number of actions, and the self-test at first use."""
    warn_once()
    q, alpha, log_w, cast = door.gibbs_arguments(q, alpha, log_w, name)
    _check_size(q, name)
    return q, alpha, log_w, cast


def _check_size(q: jax.Array, name: str) -> None:
    if q.shape[-1] > boltzmann.MOST_ACTIONS:
        raise ValueError(f"{name} has {q.shape[-1]} actions: softql.precise sums at most {boltzmann.MOST_ACTIONS}")


def soft_value(
    q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b"]:
    r"""V = α log Σ_a w_a exp(Q_a/α), correctly rounded, also where it crosses 0.  [H17 Eq. 5]

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      V in reward units; -inf in a row without valid actions. Its derivative in q is the mass w π, in alpha the
      entropy, each correctly rounded.

    Raises:
      ValueError: as `softql.soft_value` does, and for more than 65,536 actions.

    Example: two actions whose values nearly cancel α log 2.
      >>> print(soft_value([-0.69314718, -0.69314718], alpha=1.0))
      -1.9046542e-09
    """
    q, alpha, log_w, cast = _arguments(q, alpha, log_w)
    return cast(rules.value(q, alpha, log_w))


def mellowmax(q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"]) -> Float[Array, "*b"]:
    r"""α log mean_a exp(Q_a/α), correctly rounded from the hard maximum (α → 0) to the mean (α → ∞).  [AL17]

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 gives max Q, inf mean Q.

    Returns:
      The mellowmax in reward units.

    Raises:
      ValueError: as `softql.mellowmax` does, and for more than 65,536 actions.

    Example:
      >>> print(mellowmax([1.0, 2.0], alpha=1e30))
      1.5
    """
    q, alpha, _, cast = _arguments(q, alpha, None)
    return cast(rules.mellow(q, alpha))


def boltzmann_log_policy(
    q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b a"]:
    r"""log π*_a = (Q_a - V)/α, a log density against w, correctly rounded.  [H17 Eq. 6]

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      log π in nats; -inf at masked actions.

    Raises:
      ValueError: as `softql.boltzmann_log_policy` does, and for more than 65,536 actions.

    Example: the likely action keeps its digits.
      >>> print(boltzmann_log_policy([0.0, -30.0], alpha=1.0))
      [-9.357623e-14 -3.000000e+01]
    """
    q, alpha, log_w, cast = _arguments(q, alpha, log_w)
    return cast(rules.log_policy(q, alpha, log_w))


def boltzmann_policy(
    q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b a"]:
    r"""π*_a = exp((Q_a - V)/α), a density against w, correctly rounded down to the subnormal numbers.  [H17 Eq. 6]

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      π against w: sum_a w_a π_a = 1; 0 at masked actions.

    Raises:
      ValueError: as `softql.boltzmann_policy` does, and for more than 65,536 actions.

    Example:
      >>> print(boltzmann_policy([0.0, 0.0], alpha=0.1, log_w=[0.0, -jnp.inf]))
      [1. 0.]
    """
    q, alpha, log_w, cast = _arguments(q, alpha, log_w)
    return cast(rules.policy(q, alpha, log_w))


def soft_advantage(
    q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b a"]:
    r"""A_a = Q_a - V = α log π*_a, correctly rounded.

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The advantage in reward units, <= 0 for counting measure; -inf at masked actions.

    Raises:
      ValueError: as `softql.soft_advantage` does, and for more than 65,536 actions.

    Example:
      >>> print(soft_advantage([3e38, -3e38], alpha=1e38))
      [-2.4756846e+35           -inf]
    """
    q, alpha, log_w, cast = _arguments(q, alpha, log_w)
    return cast(rules.advantage(q, alpha, log_w))


def boltzmann_entropy(
    q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b"]:
    r"""H = -Σ_a w_a π*_a log π*_a = dV/dα, correctly rounded.

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The entropy in nats, of any sign unless the measure is counting; 0 in a row without valid actions.

    Raises:
      ValueError: as `softql.boltzmann_entropy` does, and for more than 65,536 actions.

    Example:
      >>> print(boltzmann_entropy([1e8, 1e8 + 8], alpha=1.0))
      0.0030182074
    """
    q, alpha, log_w, cast = _arguments(q, alpha, log_w)
    return cast(rules.entropy(q, alpha, log_w))


def boltzmann_kl(
    q1: Float[ArrayLike, "*b a"],
    alpha1: Float[ArrayLike, "*#b"],
    q2: Float[ArrayLike, "*b a"],
    alpha2: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b"]:
    r"""KL(π_1 ‖ π_2) of the Boltzmann policies of (Q_1, α_1) and (Q_2, α_2) against one measure, correctly rounded.

    Args:
      q1: action values of the first policy, reward units.
      alpha1: its temperature >= 0; a scalar or one a row.
      q2: action values of the second, in the shape of q1.
      alpha2: its temperature >= 0; a scalar or one a row.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The divergence in nats, >= 0, and 0 where the policies agree or the first has no action; from 2^-54 (float64:
      2^-863) to the largest float. It is inf where the second excludes what the first does not: by Q = -inf, at
      α_2 = 0, where only the greatest Q_2 stay, or by +inf elsewhere. What counts is the policy as a real number: for
      α_1 > 0 it excludes no finite Q, also where its probability is too small for a float. Where the divergence is
      inf, its derivatives in Q_1 and α_1 are 0.

    Raises:
      ValueError: as `softql.boltzmann_policy` does, for q1 and q2 of different shapes, and for more than 65,536
        actions.

    Example:
      >>> print(boltzmann_kl([1.0, 2.0], 1.0, [1.0, 2.0000002], 1.0))
      5.588047e-15
    """
    warn_once()
    first, second = door.action_values(q1, "q1"), door.action_values(q2, "q2")
    door.same_shape(second, first, "q2", "q1")
    _check_size(first, "q1")
    work, cast = door.common_dtype(first, second, *(() if log_w is None else (door.real(log_w, "log_w"),)))
    a, alpha_a, weights, _ = door.gibbs_arguments(first.astype(work), alpha1, log_w, "q1")
    b, alpha_b, _, _ = door.gibbs_arguments(second.astype(work), alpha2, None, "q2")
    return cast(rules.boltzmann_kl(a, alpha_a, b, alpha_b, weights))


def kl_divergence(
    log_p: Float[ArrayLike, "*b a"], log_q: Float[ArrayLike, "*b a"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b"]:
    r"""KL(p ‖ q) = Σ_a w_a (p_a log(p_a/q_a) - p_a + q_a), correctly rounded, of two log densities.

    For densities that sum to one the last two terms add up to nothing. Rounded log densities do not quite, so for
    Boltzmann policies `boltzmann_kl` knows more.

    Args:
      log_p: log density of p against the measure, nats; -inf for an action never taken.
      log_q: log density of q, likewise.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The divergence in nats; inf where p takes an action that q never takes.

    Raises:
      ValueError: as `softql.kl_divergence` does, and for more than 65,536 actions.

    Example:
      >>> print(kl_divergence([0.0, -jnp.inf], jnp.log(jnp.array([0.5, 0.5]))))
      0.6931472
    """
    warn_once()
    (log_p, log_q), log_w, cast = door.density_arguments(log_w, log_p=log_p, log_q=log_q)
    _check_size(log_p, "log_p")
    return cast(rules.divergence(log_p, log_q, log_w))
