"""The size of each answer's own rounding error: what a law's difference is measured in.

Every scale is the first-order effect, divided by eps, of perturbing each input and each intermediate of the
plainest formula by one relative ulp. So `alpha * logsumexp(q / alpha)` is right on these scales and so is
anything better; what a careful implementation gains on top is not asked for. float64; same shapes as
`oracle.py`.
"""

from __future__ import annotations

import numpy as np

from .compare import epsilon
from .oracle import boltzmann, exact, expectation, weights

RESOLVED = 2.0**-6
"""Up to here even eight such errors exponentiate to about themselves; beyond, nothing is claimed of exp."""


def value_scale(q: np.ndarray, alpha: np.ndarray, log_w: np.ndarray | None = None) -> np.ndarray:
    """[*b] of V: the largest |Q| + alpha |log w| among the actions that exist, and alpha (1 + log n)."""
    log_weight = weights(q, log_w)
    exists = log_weight != -np.inf
    reach = np.max(np.where(exists, np.abs(np.where(exists, q, 0.0)), 0.0), axis=-1)
    weight = np.max(np.where(exists, np.abs(log_weight), 0.0), axis=-1)
    return exact(reach) + exact(alpha) * (1 + np.log(q.shape[-1]) + weight)


def log_policy_scale(q: np.ndarray, alpha: np.ndarray, log_w: np.ndarray | None = None) -> np.ndarray:
    """[*b] of log pi = Q / alpha - V / alpha, each rounded: the scale of V over alpha."""
    return value_scale(q, alpha, log_w) / exact(alpha)


def policy_scale(q: np.ndarray, alpha: np.ndarray, log_w: np.ndarray | None = None) -> np.ndarray:
    """[*b] relative, of pi: that of log pi; inf where the dtype of q does not resolve the gaps."""
    scale = 1 + log_policy_scale(q, alpha, log_w)
    return np.where(scale * epsilon(q.dtype) > RESOLVED, np.inf, scale)


def product(weight: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """weight * scale where nothing times no claim is still no claim."""
    weight, scale = np.broadcast_arrays(weight, scale)
    return np.where(np.isinf(scale), np.inf, weight * np.where(np.isinf(scale), 0.0, scale))


def probability_error(log_pi: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """[*b, a] relative, of w pi = exp(log w + log pi) when both logarithms are given."""
    log_weight = weights(log_pi, log_w)
    log_weight = np.where(log_weight == -np.inf, 0.0, log_weight)
    return 1 + np.abs(np.where(log_pi == -np.inf, 0.0, exact(log_pi))) + np.abs(log_weight)


def normalisation_scale(log_pi: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """[*b] of sum w pi = 1, whose terms are known to rounding only."""
    return expectation(log_pi, probability_error(log_pi, log_w), log_w)


def expectation_scale(log_pi: np.ndarray, size: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """[*b] of E_pi[x] for terms x of a given size [*b, a]."""
    return expectation(log_pi, size * probability_error(log_pi, log_w), log_w)


def entropy_scale(log_pi: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """[*b] of H(pi) for a given pi; x -> x log x is flat enough that 1 + |log pi| bounds its slope."""
    return expectation_scale(log_pi, 1 + np.abs(exact(log_pi)), log_w)


def divergence_scale(log_p: np.ndarray, log_q: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """[*b] of KL(p || q) for given p and q; 1 where it is infinite."""
    size = 1 + np.abs(exact(log_p)) + np.abs(exact(log_q))
    scale = expectation_scale(log_p, size, log_w) + normalisation_scale(log_q, log_w)
    return np.where(np.isfinite(scale), scale, 1.0)


def policy_value_scale(
    log_pi: np.ndarray, q: np.ndarray, alpha: np.ndarray, log_w: np.ndarray | None
) -> np.ndarray:
    """[*b] of E_pi[Q - alpha log pi], and of the identities that trade it for V - alpha KL."""
    size = value_scale(q, alpha, log_w) * normalisation_scale(log_pi, log_w)
    return size + exact(alpha) * entropy_scale(log_pi, log_w)


def spread(scale: np.ndarray, q: np.ndarray) -> np.ndarray:
    """A scale of each state, for each of its actions."""
    return np.broadcast_to(exact(scale)[..., None], q.shape)


def boltzmann_entropy_scale(q: np.ndarray, alpha: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """[*b] of H of the Boltzmann policy, from probabilities with the error of exp((Q - V) / alpha)."""
    log_pi = boltzmann(q, alpha, log_w).log_policy
    return product(entropy_scale(log_pi, log_w), policy_scale(q, alpha, log_w))


def at_boltzmann_scale(q: np.ndarray, alpha: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """[*b] of V from a computed Boltzmann policy: what its relative error does to E_pi[Q - alpha log pi]."""
    log_pi = boltzmann(q, alpha, log_w).log_policy
    return product(policy_value_scale(log_pi, q, alpha, log_w), policy_scale(q, alpha, log_w))
