"""Soft values: the log-partition V of a state, the value of any policy, and their relatives.

Shapes: `q [*b, a]`, actions last; results `[*b]`. Units: Q, V and alpha in reward units, log w in nats. Imports: jax.
"""

from __future__ import annotations

from jaxtyping import Array, ArrayLike, Float

from softql.equations import _door as door
from softql.equations import _rules as rules


def soft_value(
    q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b"]:
    r"""V(s) = α log Σ_a w_a exp(Q(s,a)/α), the soft maximum of Q.  [H17 Eq. 5] [Note L58]

    Erratum: the note integrates over B and drops `da`; the domain is the action space A. It drops α log Z as a
    constant [Note L42], though that is the optimum itself. "Softmax" [Note L60] is a slip of naming: this is a
    log-sum-exp; softmax is its gradient, dV/dQ = w π and dV/dα = H, exact to every order here.

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point, `[a]` or the shape of q; None is counting measure, -inf masks an action
        (whose q may then be anything, NaN too).

    Returns:
      V in reward units; max Q <= V <= max Q + α log|A| for counting measure; -inf in a row without valid actions.

    Raises:
      ValueError: on integer q, an empty action axis, shapes that do not match, a concrete alpha that is negative or
        NaN, or a concrete log_w of +inf. Where these are traced, the result is NaN.

    Example:
      >>> print(soft_value([0.0, 0.0], alpha=1.0))
      0.6931472
    """
    q, alpha, log_w, cast = door.gibbs_arguments(q, alpha, log_w)
    return cast(rules.value(q, alpha, log_w))


def log_partition(
    q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b"]:
    r"""log Z(s) = log Σ_a w_a exp(Q(s,a)/α) = V(s)/α.  [Note L40]

    Erratum: in the note's minimisation α and Z change places; the density is exp(Q/α)/Z. It writes both Z_S and Z_s.
    The note drops log Z because no policy changes it [Note L42]; times α it is the optimum itself, V.

    Args:
      q: action values, reward units.
      alpha: temperature > 0, reward units; a scalar or one a row.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      log Z in nats; -inf in a row without valid actions.

    Raises:
      ValueError: as `soft_value` does, and for a concrete alpha of 0, where log Z has no limit.

    Example:
      >>> print(log_partition([0.0, 0.0], alpha=0.5))
      0.6931472
    """
    q, alpha, log_w, cast = door.gibbs_arguments(q, alpha, log_w, divides=True)
    return cast(rules.log_partition(q, alpha, log_w))


def policy_value(
    log_pi: Float[ArrayLike, "*b a"],
    q: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b"]:
    r"""V^π(s) = E_π[ Q(s,a) - α log π(a|s) ] = Σ_a w_a π_a (Q_a - α log π_a).  [Note L52] [Note L38]

    Erratum: the note writes Q for Q^π, and in words [Note L54] "next step" for this step's Q, and leaves out the α of
    the entropy. In the greedy problem [Note L38] it drops `max` on the right, and sums where two lines on it
    integrates. It is that problem's objective: maximal at the Boltzmann policy, where it is V; elsewhere V^π[Q] =
    V[Q] - α KL(π ‖ π_Q).

    Args:
      log_pi: log density of the policy against the measure, nats; -inf for an action never taken.
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      V^π in reward units; -inf in a row whose policy takes no action at all (the policy of a fully masked row).

    Raises:
      ValueError: as `soft_value` does, and when log_pi and q differ in shape.

    Example:
      >>> print(policy_value([-0.6931472, -0.6931472], [1.0, 3.0], alpha=1.0))
      2.6931472
    """
    alpha = door.temperature(alpha)
    (log_pi, q), log_w, cast = door.density_arguments(log_w, log_pi=log_pi, q=q)
    alpha = door.rows(alpha.astype(q.dtype), q.shape[:-1], "alpha", "q")
    return cast(rules.policy_value(log_pi, q, alpha, log_w))


def energy(q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"]) -> Float[Array, "*b a"]:
    r"""E(s,a) = -Q(s,a)/α, so that π(a|s) ∝ exp(-E(s,a)).  [Note L15] [H17 Eq. 4]

    The note names the energy-based model and gives no formula; this is it.

    Args:
      q: action values, reward units.
      alpha: temperature > 0, reward units; a scalar or one a row.

    Returns:
      The energy in nats, in the shape of q.

    Raises:
      ValueError: as `soft_value` does, and for a concrete alpha of 0, where the energy has no limit.

    Example:
      >>> print(energy([1.0, 2.0], alpha=0.5))
      [-2. -4.]
    """
    q, alpha, _, cast = door.gibbs_arguments(q, alpha, None, divides=True)
    return cast(rules.energy(q, alpha))


def mellowmax(q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"]) -> Float[Array, "*b"]:
    r"""α log mean_a exp(Q(s,a)/α) = V(s) - α log|A|.  [AL17] [Note L60]

    The mean in place of the sum: it lies between mean Q and max Q, which V does not. With ω = 1/α it is the operator
    of Asadi & Littman.

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 gives max Q, inf mean Q.

    Returns:
      The mellowmax in reward units.

    Raises:
      ValueError: as `soft_value` does.

    Example:
      >>> print(mellowmax([1.0, 1.0, 1.0], alpha=0.1))
      1.0
    """
    q, alpha, _, cast = door.gibbs_arguments(q, alpha, None)
    return cast(rules.mellow(q, alpha))


__all__ = ["energy", "log_partition", "mellowmax", "policy_value", "soft_value"]
