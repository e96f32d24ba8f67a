"""The operators with their derivatives in closed form: correctly rounded factors, multiplied in the working precision.

    dV       = E[dQ] + H d(alpha) + alpha E[d(log w)]
    d log pi = (dQ - E[dQ]) / alpha + t d(alpha) / alpha - E[d(log w)]            t = -log pi - H
    dH       = (E[t dQ] + E[t t] d(alpha)) / alpha + E[(1 + t) d(log w)]
    dM       = E[dQ] + (H - log n) d(alpha)
    dK       = E[(d - K) dx] + E'[dx'] - E[dx'],  dx = dQ / alpha + g d(alpha) / alpha + d(log w), d = log pi - log pi'

The derivatives of V, and dM/d(alpha), are single factors, so they are correctly rounded themselves. Masked actions have
derivative 0; at `alpha = 0` a policy is constant almost everywhere. Each rule is written in functions that carry
rules, so derivatives of any order exist. Imports: jax.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

from softql.precise import kernels

Terms = tuple[Any, Callable[[Any], jax.Array]]

value = jax.custom_jvp(jax.jit(kernels.value))
log_policy = jax.custom_jvp(jax.jit(kernels.log_policy))
policy = jax.custom_jvp(jax.jit(kernels.policy))
mass = jax.custom_jvp(jax.jit(kernels.mass))
stake = jax.custom_jvp(jax.jit(kernels.stake))
advantage = jax.custom_jvp(jax.jit(kernels.advantage))
entropy = jax.custom_jvp(jax.jit(kernels.entropy))
surprise = jax.custom_jvp(jax.jit(kernels.surprise))
surprise_and_one = jax.custom_jvp(jax.jit(kernels.surprise_and_one))
mellow = jax.custom_jvp(jax.jit(kernels.mellow))
mellow_slope = jax.custom_jvp(jax.jit(kernels.mellow_slope))
boltzmann_kl = jax.custom_jvp(jax.jit(kernels.boltzmann_kl))
log_ratios = jax.custom_jvp(jax.jit(kernels.log_ratios))
divergence = jax.custom_jvp(jax.jit(kernels.divergence))


def _total(like: jax.Array, *terms: Terms) -> jax.Array:
    """The sum of term(tangent) over the tangents that are not zero by construction."""
    total = jnp.zeros_like(like)
    for tangent, term in terms:
        if _given(tangent):
            total = total + term(tangent)
    return total


def _given(tangent: Any) -> bool:
    return tangent is not None and not isinstance(tangent, SymbolicZero)


def _mean(p: jax.Array, x: jax.Array) -> jax.Array:
    """E_p[x]: an action without mass adds nothing, whatever its x."""
    return jnp.sum(jnp.where(p == 0, 0, p * x), axis=-1)


def _over(x: jax.Array, alpha: jax.Array) -> jax.Array:
    """x / alpha, and 0 at alpha = 0."""
    hard = alpha == 0
    return jnp.where(hard, 0, x / jnp.where(hard, 1, alpha))


def _valid(q: jax.Array, log_w: jax.Array | None) -> jax.Array:
    return q != -jnp.inf if log_w is None else (q != -jnp.inf) & (log_w != -jnp.inf)


def _centred(p: jax.Array, x: jax.Array, valid: jax.Array) -> jax.Array:
    """x - E_p[x], taken about the action of most mass: near a one-hot policy 1 - p is then no difference."""
    at = jnp.argmax(p, axis=-1, keepdims=True)
    away = jnp.where(valid, x - jnp.take_along_axis(x, at, axis=-1), 0)
    return jnp.where(valid, away - _mean(p, away)[..., None], 0)


def _d_value(primals: Any, tangents: Any) -> jax.Array:
    (q, alpha, log_w), (dq, da, dw) = primals, tangents
    return _total(
        alpha,
        (dq, lambda d: _mean(mass(q, alpha, log_w), d)),
        (da, lambda d: entropy(q, alpha, log_w) * d),
        (dw, lambda d: _mean(stake(q, alpha, log_w), d)),
    )


def _d_advantage(primals: Any, tangents: Any) -> jax.Array:
    (q, alpha, log_w), (dq, da, dw) = primals, tangents
    valid = _valid(q, log_w)
    change = _total(
        q,
        (dq, lambda d: _centred(mass(q, alpha, log_w), d, valid)),
        (da, lambda d: -(entropy(q, alpha, log_w) * d)[..., None]),
        (dw, lambda d: -_mean(stake(q, alpha, log_w), d)[..., None]),
    )
    return jnp.where(valid, change, 0)


def _d_log_policy(primals: Any, tangents: Any) -> jax.Array:
    (q, alpha, log_w), (dq, da, dw) = primals, tangents
    valid, a = _valid(q, log_w), alpha[..., None]
    change = _total(
        q,
        (dq, lambda d: _over(_centred(mass(q, alpha, log_w), d, valid), a)),
        (da, lambda d: _over(surprise(q, alpha, log_w) * d[..., None], a)),
        (dw, lambda d: -_mean(mass(q, alpha, log_w), d)[..., None]),
    )
    return jnp.where(valid, change, 0)


def _d_policy(primals: Any, tangents: Any) -> jax.Array:
    return policy(*primals) * _d_log_policy(primals, tangents)


def _d_mass(primals: Any, tangents: Any) -> jax.Array:
    change = _d_log_policy(primals, tangents)
    if _given(tangents[2]):
        change = change + jnp.where(_valid(primals[0], primals[2]), tangents[2], 0)
    return mass(*primals) * change


def _d_stake(primals: Any, tangents: Any) -> jax.Array:
    alpha, da = primals[1][..., None], tangents[1]
    change = alpha * _d_mass(primals, tangents)
    return change + mass(*primals) * da[..., None] if _given(da) else change


def _d_entropy(primals: Any, tangents: Any) -> jax.Array:
    (q, alpha, log_w), (dq, da, dw) = primals, tangents
    p = mass(q, alpha, log_w)

    def centred() -> jax.Array:
        return jnp.where(p == 0, 0, surprise(q, alpha, log_w))  # infinite, maybe, where there is no mass

    return _total(
        alpha,
        (dq, lambda d: _over(_mean(p * centred(), d), alpha)),
        (da, lambda d: _over(_mean(p * centred(), centred()), alpha) * d),
        (dw, lambda d: _mean(p * jnp.where(p == 0, 0, surprise_and_one(q, alpha, log_w)), d)),
    )


def _d_surprise(primals: Any, tangents: Any) -> jax.Array:
    change = -(_d_log_policy(primals, tangents) + _d_entropy(primals, tangents)[..., None])
    return jnp.where(mass(*primals) == 0, 0, change)


def _d_mellow(primals: Any, tangents: Any) -> jax.Array:
    (q, alpha), (dq, da) = primals, tangents
    return _total(
        alpha,
        (dq, lambda d: _mean(policy(q, alpha, None), d)),
        (da, lambda d: mellow_slope(q, alpha) * d),
    )


def _d_mellow_slope(primals: Any, tangents: Any) -> jax.Array:
    return _d_entropy((*primals, None), (*tangents, None))


def _d_boltzmann_kl(primals: Any, tangents: Any) -> jax.Array:
    (q1, a1, q2, a2, log_w), (dq1, da1, dq2, da2, dw) = primals, tangents
    p, other, (ratio, above) = mass(q1, a1, log_w), mass(q2, a2, log_w), log_ratios(*primals)
    pull = p * above
    near = (p != 0) & (other != 0) & (jnp.abs(ratio) < 0.5)  # a ratio of 0 may also say that either has no mass
    apart = jnp.where(jnp.any(p != 0, -1, keepdims=True), other - p, 0)
    excess = jnp.where(near, p * jnp.expm1(-jnp.where(near, ratio, 0)), apart)
    return _total(
        a1,
        (dq1, lambda d: _over(_mean(pull, d), a1)),
        (da1, lambda d: _over(_mean(pull, surprise(q1, a1, log_w)), a1) * d),
        (dq2, lambda d: _over(_mean(excess, d), a2)),
        (da2, lambda d: _over(_mean(excess, surprise(q2, a2, log_w)), a2) * d),
        (dw, lambda d: _mean(pull + excess, d)),
    )


def _d_log_ratios(primals: Any, tangents: Any) -> tuple[jax.Array, jax.Array]:
    (q1, a1, q2, a2, log_w), (dq1, da1, dq2, da2, dw) = primals, tangents
    none = (mass(q1, a1, log_w) == 0) | (mass(q2, a2, log_w) == 0)
    one = _d_log_policy((q1, a1, log_w), (dq1, da1, dw))
    two = _d_log_policy((q2, a2, log_w), (dq2, da2, dw))
    less = _d_boltzmann_kl(primals, tangents)[..., None]
    return jnp.where(none, 0, one - two), jnp.where(none, 0, one - two - less)


def _d_divergence(primals: Any, tangents: Any) -> jax.Array:
    """sum w (t p d(log p) + (q - p) d(log q)) with t = log p - log q, plus the terms themselves for d(log w)."""
    (log_p, log_q, log_w), (dp, dq, dw) = primals, tangents
    w = jnp.zeros_like(log_p) if log_w is None else log_w
    p, q = jnp.exp(log_p + w), jnp.exp(log_q + w)
    both = (p != 0) & (q != 0)
    t = jnp.where(both, jnp.where(both, log_p, 0) - jnp.where(both, log_q, 0), jnp.where(p == 0, 0, jnp.inf))
    excess = jnp.where(both, p * jnp.expm1(-t), q - p)
    return _total(
        log_p[..., 0],
        (dp, lambda d: _mean(p, t * d)),
        (dq, lambda d: _mean(excess, d)),
        (dw, lambda d: _mean(jnp.where(p == 0, q, p * t + excess), d)),
    )


for _operator, _rule in (
    (value, _d_value),
    (log_policy, _d_log_policy),
    (policy, _d_policy),
    (mass, _d_mass),
    (stake, _d_stake),
    (advantage, _d_advantage),
    (entropy, _d_entropy),
    (surprise, _d_surprise),
    (surprise_and_one, _d_surprise),
    (mellow, _d_mellow),
    (mellow_slope, _d_mellow_slope),
    (boltzmann_kl, _d_boltzmann_kl),
    (log_ratios, _d_log_ratios),
    (divergence, _d_divergence),
):

    def _with_primal(primals: Any, tangents: Any, *, _operator: Any = _operator, _rule: Any = _rule) -> Any:
        return _operator(*primals), _rule(primals, tangents)

    _operator.defjvp(_with_primal, symbolic_zeros=True)
