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
from jaxtyping import Array, ArrayLike, Float

__all__ = ["BoxQ", "QuadraticQ", "SoftLQR", "soft_lqr"]

LOG_TAU = float(np.log(2 * np.pi))
FALL = 40.0  # e^-40 of the density is lost in rounding, in float64 too
NODES, WEIGHTS = (0.5 * (x + shift) for x, shift in zip(np.polynomial.legendre.leggauss(64), (1.0, 0.0), strict=True))
SWEEPS = 20_000  # of the Riccati recursion at most


class QuadraticQ(NamedTuple):
    r"""Q(a) = peak - (a - mean)ᵀ K (a - mean)/2: the policy is Gaussian, N(mean, α K^-1).  [H17 Eq. 5] [H17 Eq. 6]

    Fields:
      peak: the largest Q [*b], reward units.
      mean: where it is [*b, D].
      curvature: K, symmetric and positive definite [*b, D, D], reward units per squared action unit. Any other is
        refused (ValueError) where value, entropy, covariance or log_policy can see it: not in traced arrays.

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
        self._refuse()
        return alpha * jnp.linalg.inv(self.curvature)

    def log_policy(self, action: Float[ArrayLike, "*b d"], alpha: Float[ArrayLike, ""]) -> Float[Array, "*b"]:
        """log π(a) = (Q(a) - V)/α, the log density, nats."""
        q = self.q(action)
        return (q - jnp.broadcast_to(self.value(alpha), q.shape)) / alpha

    def _log_width(self, alpha: Any) -> Array:
        """D log(2πα) - log det K."""
        self._refuse()
        return self.mean.shape[-1] * (LOG_TAU + jnp.log(alpha)) - jnp.linalg.slogdet(self.curvature)[1]

    def _refuse(self) -> None:
        if not isinstance(self.curvature, jax.core.Tracer):
            _positive("curvature", self.curvature, "definite")


class BoxQ(NamedTuple):
    r"""Q(a) = peak - Σ_i k_i (a_i - mean_i)²/2 in a box: a truncated Gaussian.  [H17 Eq. 5] [H17 Eq. 6]

    The mean need not lie in the box. The mode is the point of the box nearest to it; integrals are over the distance t
    from there, fall(t) = (Q(mode) - Q(mode + t))/α, by Gauss-Legendre on either side: right to rounding, far tails too.
    A box without length or a negative k is refused (ValueError) where it can be seen: not in traced arrays.

    Fields:
      peak: Q at the mean [*b], reward units.
      mean, curvature: of each coordinate [*b, D]; k_i > 0, or 0 (no slope) where the box ends.
      low, high: the box [*b, D] or [D]; a side may be infinite.

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
        """V = α log ∫ exp(Q/α) da over the box = Q(mode) + α Σ_i log ∫ exp(-fall_i) dt_i, reward units."""
        at = self._frame(alpha)
        top = self.peak - 0.5 * jnp.sum(at.curvature * jnp.square(at.mode - self.mean), -1)
        return top + alpha * jnp.sum(self._log_mass(at), -1)

    def mean_action(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b d"]:
        """E_π[a] = mode + E_π[t]."""
        at = self._frame(alpha)
        return at.mode + self._mean(at, at.t)[..., 0]

    def variance(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b d"]:
        """Var_π[a] = E_π[(t - E_π[t])²]."""
        at = self._frame(alpha)
        return self._mean(at, jnp.square(at.t - self._mean(at, at.t)))[..., 0]

    def entropy(self, alpha: Float[ArrayLike, ""]) -> Float[Array, "*b"]:
        """H = Σ_i log ∫ exp(-fall_i) dt_i + E_π[fall_i], nats."""
        at = self._frame(alpha)
        return jnp.sum(self._log_mass(at) + self._mean(at, at.fall)[..., 0], -1)

    def log_policy(self, action: Float[ArrayLike, "*b d"], alpha: Float[ArrayLike, ""]) -> Float[Array, "*b"]:
        """log π(a) = (Q(a) - V)/α, nats; -inf outside the box."""
        action, at = jnp.asarray(action), self._frame(alpha)
        k, mode, slope, mass = (
            jnp.broadcast_to(x, action.shape) for x in (at.curvature, at.mode, at.slope, self._log_mass(at))
        )
        off = action - mode
        inside = jnp.isfinite(self.q(jax.lax.stop_gradient(action)))
        return jnp.where(inside, -jnp.sum(off * (0.5 * k / alpha * off + slope) + mass, -1), -jnp.inf)

    def _frame(self, alpha: Any) -> _Frame:
        """Quadrature of each coordinate over the distance t from its mode in the box, on both sides of it.

        (Q(mode) - Q(mode + t))/α = t (t k/(2α) + slope): nothing large is subtracted, in a far tail neither. A side
        ends at the box or where the density has fallen by e^40.
        """
        self._refuse()
        k, low, high = (jnp.broadcast_to(x, self.mean.shape) for x in (self.curvature, self.low, self.high))
        mode = jnp.clip(self.mean, low, high)
        slope = k * (mode - self.mean) / alpha
        far = jax.lax.stop_gradient(jnp.minimum(jnp.sqrt(2 * FALL * alpha / k), FALL / jnp.abs(slope)))
        below, above = (jnp.minimum(far, side)[..., None] for side in (mode - low, high - mode))
        x, weight = (jnp.asarray(n, mode.dtype).reshape((1,) * mode.ndim + (-1,)) for n in (NODES, WEIGHTS))
        t = jnp.concatenate([-below * x, above * x], -1)
        fall = t * (0.5 * (k / alpha)[..., None] * t + slope[..., None])
        mass = jnp.concatenate([below * weight, above * weight], -1) * jnp.exp(-fall)
        return _Frame(k, mode, slope, t, fall, mass)

    def _refuse(self) -> None:
        """No box, or nothing to integrate, where that can be seen."""
        if any(isinstance(x, jax.core.Tracer) for x in self[1:]):
            return
        k, low, high = (np.broadcast_to(np.asarray(x), self.mean.shape) for x in self[2:])
        if not (low < high).all():
            raise ValueError(f"low = {self.low} and high = {self.high}: each side of the box must have a length")
        if not (k >= 0).all():
            raise ValueError(f"curvature = {self.curvature}: it must be at least 0")
        if not np.isfinite(np.where(k > 0, 0.0, high - low)).all():
            raise ValueError("curvature is 0 on a side without end: nothing there adds up to a policy")

    @staticmethod
    def _log_mass(at: _Frame) -> Array:
        return jnp.log(jnp.sum(at.mass, -1))

    @staticmethod
    def _mean(at: _Frame, x: Array) -> Array:
        """E_π[x], the axis of the nodes kept; each side for itself, so that mirrored sides cancel to 0."""
        sides = (at.mass * x).reshape(*at.mass.shape[:-1], 2, -1).sum(-1)
        return sides.sum(-1, keepdims=True) / jnp.sum(at.mass, -1, keepdims=True)


class _Frame(NamedTuple):
    """curvature, mode and slope of each coordinate [*b, D]; at the nodes t, fall and mass [*b, D, N]."""

    curvature: Array
    mode: Array
    slope: Array
    t: Array
    fall: Array
    mass: Array


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
      ValueError: when shapes do not match; for concrete arguments when gamma or alpha is out of its domain, a number is
        not finite, M, R or W is not symmetric, M or W has a negative eigenvalue or R one that is not positive, or when
        the recursion does not converge.

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
    _costs(a=a, b=b, state_cost=m, action_cost=r, noise=w)
    return _converged(_riccati(a, b, m, r, w, jnp.asarray(gamma, float), jnp.asarray(alpha, float)))


def _costs(**matrices: Array) -> None:
    """Finite numbers, symmetric costs with the sign that they need; traced ones can't be checked."""
    if any(isinstance(x, jax.core.Tracer) for x in matrices.values()):
        return
    for name, x in matrices.items():
        if not np.isfinite(np.asarray(x)).all():
            raise ValueError(f"{name} holds a number that is not finite")
    for name in ("state_cost", "action_cost", "noise"):
        least = "definite" if name == "action_cost" else "semidefinite"
        _positive(name, matrices[name], least)


def _positive(name: str, x: ArrayLike, least: str) -> None:
    """Refuse a matrix [*b, D, D] that is not symmetric and positive, to rounding."""
    table = np.asarray(x)
    if not np.isfinite(table).all():
        raise ValueError(f"{name} holds a number that is not finite")
    slack = 32 * float(jnp.finfo(table.dtype).eps) * np.abs(table).max(initial=0.0)
    table = table.astype(np.float64)
    if not (np.abs(table - np.swapaxes(table, -1, -2)) <= slack).all():
        raise ValueError(f"{name} is not symmetric")
    smallest = np.linalg.eigvalsh(table).min(initial=np.inf)
    if not (smallest > 0 if least == "definite" else smallest >= -slack * len(table)):
        raise ValueError(f"{name} has the eigenvalue {smallest:g}: it must be positive {least}")


def _converged(found: SoftLQR) -> SoftLQR:
    """The regulator, where it can't be seen that the recursion ended on the way."""
    if not any(isinstance(x, jax.core.Tracer) for x in found):
        size = float(np.abs(np.asarray(found.p)).max())
        if not (np.isfinite(size) and float(found.residual) <= 64 * float(jnp.finfo(found.p.dtype).eps) * size):
            raise ValueError(
                f"the Riccati recursion does not converge: a further sweep would change P, of size {size:g}, by "
                f"{float(found.residual):g} (is sqrt(gamma) A without B unstable?)"
            )
    return found


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
