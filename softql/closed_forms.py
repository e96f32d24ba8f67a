"""Continuous actions with everything known: quadratic Q, the same in a box, and the soft linear-quadratic regulator.

Oracles: what a sampler, a quadrature or a continuous agent has to find, in closed form. Actions have the last axis,
the reference measure is Lebesgue's, so an entropy may be negative. Q, V, reward and alpha in reward units, entropy in
nats. Imports: jax.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr
from jax.scipy.stats import norm
from jaxtyping import Array, ArrayLike, Float

__all__ = ["BoxQ", "QuadraticQ", "SoftLQR", "soft_lqr"]

LOG_TAU = float(np.log(2 * np.pi))
SWEEPS = 20_000  # of the Riccati recursion at most


class QuadraticQ(NamedTuple):
    r"""Q(a) = peak - (a - mean)ᵀ K (a - mean)/2: the policy is Gaussian, N(mean, α K^-1).  [H17 Eq. 5] [H17 Eq. 6]

    Fields:
      peak: the largest Q [*b], reward units.
      mean: where it is [*b, D].
      curvature: K, symmetric and positive definite [*b, D, D], reward units per squared action unit.

    Example:
      >>> q = QuadraticQ(jnp.array(1.0), jnp.zeros(1), 2 * jnp.pi * jnp.eye(1))
      >>> print(q.value(alpha=1.0), q.entropy(alpha=1.0))
      1.0 0.5
    """

    peak: Float[Array, "*b"]
    mean: Float[Array, "*b d"]
    curvature: Float[Array, "*b d d"]

    def q(self, action: Float[ArrayLike, "*b d"]) -> Float[Array, "*b"]:
        """Q(a), reward units."""
        action = jnp.asarray(action)
        off = action - jnp.broadcast_to(self.mean, action.shape)
        bowl = jnp.einsum("...i,...ij,...j->...", off, self.curvature, off)
        return jnp.broadcast_to(self.peak, bowl.shape) - 0.5 * bowl

    def value(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b"]:
        """V = α log ∫ exp(Q/α) da = peak + α (D log(2πα) - log det K)/2, reward units."""
        return self.peak + 0.5 * alpha * self._log_width(alpha)

    def entropy(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b"]:
        """H = (D + D log(2πα) - log det K)/2 = dV/dα, nats."""
        return 0.5 * (self.mean.shape[-1] + self._log_width(alpha))

    def covariance(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b d d"]:
        """α K^-1, of the policy."""
        return alpha * jnp.linalg.inv(self.curvature)

    def log_policy(self, action: Float[ArrayLike, "*b d"], alpha: Float[ArrayLike, ""]) -> Float[Array, "*b"]:
        """log π(a) = (Q(a) - V)/α, the log density, nats."""
        q = self.q(action)
        return (q - jnp.broadcast_to(self.value(alpha), q.shape)) / alpha

    def _log_width(self, alpha: Any) -> Array:
        """D log(2πα) - log det K."""
        return self.mean.shape[-1] * (LOG_TAU + jnp.log(alpha)) - jnp.linalg.slogdet(self.curvature)[1]


class BoxQ(NamedTuple):
    r"""Q(a) = peak - Σ_i k_i (a_i - mean_i)²/2 in a box: a truncated Gaussian.  [H17 Eq. 5] [H17 Eq. 6]

    The mean need not lie in the box.

    Fields:
      peak: Q at the mean [*b], reward units.
      mean, curvature: of each coordinate [*b, D]; k_i > 0.
      low, high: the box [*b, D] or [D].

    Example:
      >>> flat = BoxQ(jnp.array(0.0), jnp.zeros(2), jnp.full(2, 1e-6), -jnp.ones(2), jnp.ones(2))
      >>> print(flat.value(alpha=1.0).round(3), flat.mean_action(alpha=1.0).round(3))  # log 4, the log volume
      1.386 [0. 0.]
    """

    peak: Float[Array, "*b"]
    mean: Float[Array, "*b d"]
    curvature: Float[Array, "*b d"]
    low: Float[Array, "*#b d"]
    high: Float[Array, "*#b d"]

    def q(self, action: Float[ArrayLike, "*b d"]) -> Float[Array, "*b"]:
        """Q(a), reward units; -inf outside the box."""
        action = jnp.asarray(action)
        mean, k, low, high = (jnp.broadcast_to(x, action.shape) for x in self[1:])
        bowl = jnp.sum(k * jnp.square(action - mean), -1)
        inside = jnp.all((action >= low) & (action <= high), -1)
        return jnp.where(inside, jnp.broadcast_to(self.peak, bowl.shape) - 0.5 * bowl, -jnp.inf)

    def value(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b"]:
        """V = peak + α Σ_i log( √(2πα/k_i) (Φ(β_i) - Φ(α_i)) ), Φ of the standardised sides, reward units."""
        width, low, high = self._standard(alpha)
        return self.peak + alpha * jnp.sum(0.5 * LOG_TAU + jnp.log(width) + _log_between(low, high), -1)

    def mean_action(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b d"]:
        """E_π[a] = mean + σ (φ(α) - φ(β))/(Φ(β) - Φ(α))."""
        width, low, high = self._standard(alpha)
        return self.mean + width * self._edge(low, high, 0)

    def variance(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b d"]:
        """Var_π[a] = σ² (1 + (α φ(α) - β φ(β))/Z - ((φ(α) - φ(β))/Z)²), Z = Φ(β) - Φ(α)."""
        width, low, high = self._standard(alpha)
        return jnp.square(width) * (1 + self._edge(low, high, 1) - jnp.square(self._edge(low, high, 0)))

    def entropy(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b"]:
        """H = Σ_i log(σ_i Z_i) + log(2πe)/2 + (α φ(α) - β φ(β))/(2Z), nats."""
        width, low, high = self._standard(alpha)
        parts = 0.5 * (1 + LOG_TAU) + jnp.log(width) + _log_between(low, high) + 0.5 * self._edge(low, high, 1)
        return jnp.sum(parts, -1)

    def log_policy(self, action: Float[ArrayLike, "*b d"], alpha: Float[ArrayLike, ""]) -> Float[Array, "*b"]:
        """log π(a) = (Q(a) - V)/α, nats; -inf outside the box."""
        q = self.q(action)
        return (q - jnp.broadcast_to(self.value(alpha), q.shape)) / alpha

    def _standard(self, alpha: Any) -> tuple[Array, Array, Array]:
        """σ_i = √(α/k_i), and the sides of the box in units of it."""
        width = jnp.sqrt(alpha / self.curvature)
        low, high = (jnp.broadcast_to(x, self.mean.shape) - self.mean for x in (self.low, self.high))
        return width, low / width, high / width

    @staticmethod
    def _edge(low: Array, high: Array, power: int) -> Array:
        """(low^p φ(low) - high^p φ(high))/(Φ(high) - Φ(low))."""
        log_z = _log_between(low, high)
        return low**power * jnp.exp(norm.logpdf(low) - log_z) - high**power * jnp.exp(norm.logpdf(high) - log_z)


def _log_between(low: Array, high: Array) -> Array:
    """log(Φ(high) - Φ(low)), in the tail where both are small."""
    flip = low + high > 0  # by symmetry, the interval is moved to the left
    low, high = jnp.where(flip, -high, low), jnp.where(flip, -low, high)
    top = log_ndtr(high)
    return top + jnp.log(-jnp.expm1(jnp.minimum(log_ndtr(low) - top, -1e-30)))


class SoftLQR(NamedTuple):
    r"""The solved regulator: V(x) = constant - xᵀPx/2 and π(.|x) = N(-Kx, α H^-1).

    Fields:
      p: P [n, n], reward units per squared state unit.
      constant: V(0), reward units.
      gain: K [m, n].
      curvature: H = R + γ BᵀPB [m, m], of Q in the action.
      alpha: temperature, reward units.
      residual: how much a further sweep of the recursion would change P at most.
    """

    p: Float[Array, "n n"]
    constant: Float[Array, ""]
    gain: Float[Array, "m n"]
    curvature: Float[Array, "m m"]
    alpha: Float[Array, ""]
    residual: Float[Array, ""]

    def value(self, state: Float[ArrayLike, "*b n"]) -> Float[Array, "*b"]:
        """V(x) = constant - xᵀPx/2, reward units."""
        state = jnp.asarray(state)
        return self.constant - 0.5 * jnp.einsum("...i,ij,...j->...", state, self.p, state)

    def q(self, state: Float[ArrayLike, "*b n"], action: Float[ArrayLike, "*b m"]) -> Float[Array, "*b"]:
        """Q(x,u), reward units."""
        return self.of_action(state).q(action)

    def of_action(self, state: Float[ArrayLike, "*b n"]) -> QuadraticQ:
        """Q(x, .) as a function of the action: its peak, mean and curvature."""
        state = jnp.asarray(state)
        flat = QuadraticQ(jnp.zeros(state.shape[:-1]), -state @ self.gain.T, self.curvature)
        return flat._replace(peak=self.value(state) - flat.value(self.alpha))

    def log_policy(self, state: Float[ArrayLike, "*b n"], action: Float[ArrayLike, "*b m"]) -> Float[Array, "*b"]:
        """log π(u|x), nats."""
        return self.of_action(state).log_policy(action, self.alpha)


def soft_lqr(
    a: Float[ArrayLike, "n n"],
    b: Float[ArrayLike, "n m"],
    state_cost: Float[ArrayLike, "n n"],
    action_cost: Float[ArrayLike, "m m"],
    gamma: Float[ArrayLike, ""],
    alpha: Float[ArrayLike, ""],
    noise: Float[ArrayLike, "n n"] | None = None,
) -> SoftLQR:
    r"""x' = Ax + Bu + w, r = -(xᵀMx + uᵀRu)/2: max-entropy control in closed form.  [H17 Eq. 5] [H17 Eq. 6]

    P = M + γAᵀPA - γ²AᵀPB H^-1 BᵀPA with H = R + γBᵀPB, K = γH^-1BᵀPA, and
    V(0) = ( α (m log(2πα) - log det H)/2 - γ tr(PW)/2 ) / (1 - γ). Entropy changes the spread and the constant, never
    the mean: the gain is that of ordinary LQR.

    Args:
      a, b: A [n, n] and B [n, m].
      state_cost, action_cost: M, positive semidefinite, and R, positive definite.
      gamma: discount in [0, 1).
      alpha: temperature > 0, reward units.
      noise: W, the covariance of w [n, n]; None means none.

    Returns:
      SoftLQR, with P from the Riccati recursion to where rounding stops it.

    Raises:
      ValueError: when shapes do not match, or a concrete gamma or alpha is out of its domain.

    Example:
      >>> one = jnp.eye(1)
      >>> found = soft_lqr(one, one, one, one, gamma=0.5, alpha=0.1)
      >>> print(f"{found.p[0, 0]:.4f} {found.gain[0, 0]:.4f}")
      1.4142 0.4142
    """
    a, b, m, r = (jnp.asarray(x, float) for x in (a, b, state_cost, action_cost))
    w = jnp.zeros_like(a) if noise is None else jnp.asarray(noise, float)
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError(f"a has shape {a.shape} and b {b.shape}: pass matrices [n, n] and [n, m]")
    n, k = b.shape
    for name, x, wanted in (("a", a, n), ("state_cost", m, n), ("action_cost", r, k), ("noise", w, n)):
        if x.shape != (wanted, wanted):
            raise ValueError(f"{name} has shape {x.shape} but b has {b.shape}: it must be {(wanted, wanted)}")
    if not isinstance(gamma, jax.core.Tracer) and not 0 <= np.asarray(gamma) < 1:
        raise ValueError(f"gamma = {gamma}: it must be in [0, 1)")
    if not isinstance(alpha, jax.core.Tracer) and not np.asarray(alpha) > 0:
        raise ValueError(f"alpha = {alpha}: it must be positive")
    return _riccati(a, b, m, r, w, jnp.asarray(gamma, float), jnp.asarray(alpha, float))


@jax.jit
def _riccati(a: Array, b: Array, m: Array, r: Array, w: Array, gamma: Array, alpha: Array) -> SoftLQR:
    def gain(p: Array) -> tuple[Array, Array]:
        h = r + gamma * b.T @ p @ b
        return jnp.linalg.solve(h, gamma * b.T @ p @ a), h

    def sweep(carry: Any) -> Any:
        steps, p, before, _ = carry
        k, _ = gain(p)
        closed = a - b @ k
        then = m + k.T @ r @ k + gamma * closed.T @ p @ closed  # Joseph's form: stays symmetric and positive
        return steps + 1, then, jnp.max(jnp.abs(then - p)), before

    def going(carry: Any) -> Array:
        steps, p, change, before = carry
        lost = 8 * float(jnp.finfo(p.dtype).eps) * jnp.max(jnp.abs(p))
        return (steps < SWEEPS) & (change > 0) & ((change > lost) | (change < before))

    far = jnp.asarray(jnp.inf, a.dtype)
    _, p, change, _ = jax.lax.while_loop(going, sweep, (jnp.int32(0), m, far, far))
    k, h = gain(p)
    flat = QuadraticQ(jnp.zeros(()), jnp.zeros(b.shape[1]), h)
    constant = (flat.value(alpha) - 0.5 * gamma * jnp.trace(p @ w)) / (1 - gamma)
    return SoftLQR(p, constant, k, h, alpha, change)
