"""Boltzmann policies, and what is said about policies: advantage, entropy, divergence.

A policy is a density against the measure w: Σ_a w_a π_a = 1. For counting measure it is a probability; against other
weights the probability of a point is w_a π_a, and an entropy may be negative.
Shapes: `q, log_pi [*b, a]`, actions last. Units: nats for log π, H and KL; reward units for Q, A, alpha. Imports:
jax.
"""

from __future__ import annotations

from jaxtyping import Array, ArrayLike, Float

from softql.equations import _door as door
from softql.equations import _rules as rules


def boltzmann_log_policy(
    q: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
    *,
    fast: bool = False,
) -> Float[Array, "*b a"]:
    r"""log π*(a|s) = (Q(s,a) - V(s))/α.  [H17 Eq. 6] [Note L44]

    Erratum: the note writes π*(s,a); it is a conditional. It also runs two samplings together [Note L69]: actions are
    drawn from this policy, while the samples that estimate V may come from any proposal. Computed from gaps of Q,
    never as the logarithm of a softmax, so a policy sure of its action keeps its digits.

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.
      fast: in single words, for finite Q, at most about the time of a log_softmax (docs/accuracy.md has the
        ratios); off by up to 2 ulp of the largest of 1, |log π| and |log w|, so that log π of a nearly sure action
        has no digits. Derivatives stay exact.

    Returns:
      The log density in nats: <= 0 for counting measure; -inf at masked actions.

    Raises:
      ValueError: on integer q, an empty action axis, shapes that do not match, or a concrete alpha that is
        negative or NaN.

    Example:
      >>> print(boltzmann_log_policy([0.0, 0.0], alpha=1.0))
      [-0.6931472 -0.6931472]
    """
    q, alpha, log_w, cast = door.gibbs_arguments(q, alpha, log_w)
    return cast((rules.fast_log_policy if fast else rules.log_policy)(q, alpha, log_w))


def boltzmann_policy(
    q: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
    *,
    fast: bool = False,
) -> Float[Array, "*b a"]:
    r"""π*(a|s) = exp((Q(s,a) - V(s))/α) = exp(Q(s,a)/α)/Z(s), the unique maximiser of E_π[Q] + α H(π).  [Note L44]
    [H17 Eq. 6]

    Erratum: the note writes π*(s,a); it is a conditional, π*(a|s).

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.
      fast: in single words, for finite Q, about the time of a softmax, and less than half of it with up to 8 actions
        (docs/accuracy.md has the ratios); an action (max Q - Q)/α = g below the best is off by up to
        2 (g + |log w| + 4) ulp. Derivatives stay exact.

    Returns:
      The density, Σ_a w_a π_a = 1; 0 at masked actions and in rows without valid ones.

    Raises:
      ValueError: as `boltzmann_log_policy` does.

    Example:
      >>> print(boltzmann_policy([0.0, 0.0, 5.0], alpha=1.0, log_w=[0.0, 0.0, float("-inf")]))
      [0.5 0.5 0. ]
    """
    q, alpha, log_w, cast = door.gibbs_arguments(q, alpha, log_w)
    return cast((rules.fast_policy if fast else rules.policy)(q, alpha, log_w))


def soft_advantage(
    q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b a"]:
    r"""A(s,a) = Q(s,a) - V(s) = α log π*(a|s).  [H17 Eq. 6]

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The advantage in reward units: <= 0 for counting measure; -inf at masked actions.

    Raises:
      ValueError: as `boltzmann_log_policy` does.

    Example:
      >>> print(soft_advantage([3.0, 3.0], alpha=2.0))
      [-1.3862944 -1.3862944]
    """
    q, alpha, log_w, cast = door.gibbs_arguments(q, alpha, log_w)
    return cast(rules.advantage(q, alpha, log_w))


def boltzmann_entropy(
    q: Float[ArrayLike, "*b a"], alpha: Float[ArrayLike, "*#b"], log_w: Float[ArrayLike, "*#b a"] | None = None
) -> Float[Array, "*b"]:
    r"""H(π*(·|s)) = -Σ_a w_a π*_a log π*_a = dV/dα, the entropy of the Boltzmann policy of Q.  [Note L23]

    Keeps its digits, and its sign, where the policy is nearly deterministic: no term of the sum cancels another.

    Args:
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The entropy in nats: in [0, log|A|] for counting measure, of any sign otherwise; 0 in a row without valid
      actions.

    Raises:
      ValueError: as `boltzmann_log_policy` does.

    Example:
      >>> print(f"{boltzmann_entropy([0.0, -30.0], alpha=1.0):.5e}")
      2.90086e-12
    """
    q, alpha, log_w, cast = door.gibbs_arguments(q, alpha, log_w)
    return cast(rules.entropy(q, alpha, log_w))


def boltzmann_kl(
    q1: Float[ArrayLike, "*b a"],
    alpha1: Float[ArrayLike, "*#b"],
    q2: Float[ArrayLike, "*b a"],
    alpha2: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b"]:
    r"""KL(π_1 ‖ π_2) of the Boltzmann policies of (Q_1, α_1) and (Q_2, α_2) against one measure.  [Note L44]

    From differences of the values themselves, not of log π: two policies whose logits differ by 1e-6 have a divergence
    of about 1e-13, and its digits are right. With c the centred difference of the logits it is
    log E_1[exp(-c)] = log1p(E_1[exp(-c) - 1 + c]), terms of one sign.

    Args:
      q1: action values of the first policy, reward units.
      alpha1: its temperature >= 0; a scalar or one a row.
      q2: action values of the second, in the shape of q1.
      alpha2: its temperature >= 0; a scalar or one a row.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The divergence in nats, >= 0, and 0 where the policies agree; inf where the second excludes what the first does
      not. Within 4 ulp however near the policies are, down to 1e-30 (float32).

    Raises:
      ValueError: as `boltzmann_log_policy` does, and for q1 and q2 of different shapes.

    Example:
      >>> print(f"{boltzmann_kl([1.0, 2.0], 1.0, [1.0, 2.0000002], 1.0):.5e}")
      5.58805e-15
    """
    first, second = door.action_values(q1, "q1"), door.action_values(q2, "q2")
    door.same_shape(second, first, "q2", "q1")
    work, cast = door.common_dtype(first, second, *(() if log_w is None else (door.real(log_w, "log_w"),)))
    first, alpha1, weights, _ = door.gibbs_arguments(first.astype(work), alpha1, log_w, "q1")
    second, alpha2, _, _ = door.gibbs_arguments(second.astype(work), alpha2, None, "q2")
    return cast(rules.boltzmann_kl(first, alpha1, second, alpha2, weights))


def entropy(log_pi: Float[ArrayLike, "*b a"], log_w: Float[ArrayLike, "*#b a"] | None = None) -> Float[Array, "*b"]:
    r"""H(π(·|s)) = E_π[-log π(a|s)] = -Σ_a w_a π_a log π_a.  [Note L23]

    0 log 0 is 0, in value and in gradient. For the Boltzmann policy of a Q use `boltzmann_entropy`: log π near 0 has
    lost the digits that Q still has.

    Args:
      log_pi: log density of the policy against the measure, nats; -inf for an action never taken.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The entropy in nats, relative to the measure: it may be negative unless that is counting measure.

    Raises:
      ValueError: on integer log_pi, an empty action axis, or shapes that do not match.

    Example:
      >>> print(entropy([-0.6931472, -0.6931472, float("-inf")]))
      0.6931472
    """
    (log_pi,), log_w, cast = door.density_arguments(log_w, log_pi=log_pi)
    return cast(rules.entropy_of(log_pi, log_w))


def kl_divergence(
    log_p: Float[ArrayLike, "*b a"],
    log_q: Float[ArrayLike, "*b a"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b"]:
    r"""KL(p ‖ q) = Σ_a w_a p_a (log p_a - log q_a) >= 0, and 0 only where p = q.  [Note L44]

    Erratum: the note writes KL(p | q) with one bar. Summed as w (p log(p/q) - p + q), which is the same for densities
    that sum to one and whose terms are all >= 0: two nearly equal policies have a small divergence, not a negative
    one. On densities that do not sum to one this is the generalised divergence. Gradients are those of the formula
    along normalised policies.

    Args:
      log_p: log density of p against the measure, nats; -inf for an action never taken.
      log_q: log density of q, likewise.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The divergence in nats; inf where p takes an action that q never takes.

    Raises:
      ValueError: on integer input, an empty action axis, or shapes that do not match.

    Example:
      >>> print(kl_divergence([0.0, float("-inf")], [-0.6931472, -0.6931472]))
      0.6931472
    """
    (log_p, log_q), log_w, cast = door.density_arguments(log_w, log_p=log_p, log_q=log_q)
    return cast(rules.divergence(log_p, log_q, log_w))


def kl_to_boltzmann(
    log_pi: Float[ArrayLike, "*b a"],
    q: Float[ArrayLike, "*b a"],
    alpha: Float[ArrayLike, "*#b"],
    log_w: Float[ArrayLike, "*#b a"] | None = None,
) -> Float[Array, "*b"]:
    r"""KL(π ‖ π_Q) with π_Q = exp(Q/α)/Z: what the greedy problem minimises.  [Note L40] [Note L44]

    Erratum: the note swaps α and Z in the density, turns max into min without saying so, and drops α and log Z on the
    way [Note L42]: right for the minimiser, but α log Z is the optimum, J(π) = α log Z - α KL(π ‖ π_Q).

    Args:
      log_pi: log density of the policy against the measure, nats; -inf for an action never taken.
      q: action values, reward units.
      alpha: temperature >= 0, reward units; a scalar or one a row; 0 is the hard maximum.
      log_w: log weight of each action point; None is counting measure, -inf masks.

    Returns:
      The divergence in nats; 0 only at the Boltzmann policy of q.

    Raises:
      ValueError: as `boltzmann_log_policy` does, and when log_pi and q differ in shape.

    Example:
      >>> print(kl_to_boltzmann(boltzmann_log_policy([1.0, 2.0], 0.5), [1.0, 2.0], alpha=0.5))
      0.0
    """
    door.same_shape(door.action_values(log_pi, "log_pi"), door.action_values(q, "q"), "log_pi", "q")
    (log_pi, q, alpha, log_w), cast = door.lift(log_pi, q, alpha, log_w)
    return cast(kl_divergence(log_pi, boltzmann_log_policy(q, alpha, log_w), log_w))


__all__ = [
    "boltzmann_entropy",
    "boltzmann_kl",
    "boltzmann_log_policy",
    "boltzmann_policy",
    "entropy",
    "kl_divergence",
    "kl_to_boltzmann",
    "soft_advantage",
]
