"""The operators with their derivatives in closed form, first and higher, forward and reverse.

    dV       = E[dQ] + H d(alpha) + alpha E[d(log w)]
    d log Z  = E[dQ] / alpha - E[Q] d(alpha) / alpha^2 + E[d(log w)]
    d log pi = (dQ - E[dQ]) / alpha + t d(alpha) / alpha - E[d(log w)]            t = -log pi - H, the surprise
    dH       = (E[t dQ] + E[t t] d(alpha)) / alpha + E[(1 + t) d(log w)]

Each rule is written in functions that carry rules themselves, so derivatives of every order are these formulas again,
and nothing differentiates through a maximum, a branch or an overflow. Masked actions have derivative 0. At `alpha = 0`
a policy is constant almost everywhere, so its derivative is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

from softql.equations import _fast as fast
from softql.equations import _kernels as kernels
from softql.equations import _weighted as weighted
from softql.equations import _words as words

Primals = tuple[jax.Array, jax.Array, jax.Array | None]
Tangents = tuple[Any, Any, Any]
Rule = Callable[[Primals, Tangents], jax.Array]


def d_value(primals: Primals, tangents: Tangents) -> jax.Array:
    """E[dQ] + H d(alpha) + alpha E[d(log w)]."""
    _, alpha, _ = primals
    dq, dalpha, dlog_w = tangents
    p = mass(*primals)
    return _sum(
        alpha,
        (dq, lambda d: _mean(p, d)),
        (dalpha, lambda d: entropy(*primals) * d),
        (dlog_w, lambda d: alpha * _mean(p, d)),
    )


def d_log_partition(primals: Primals, tangents: Tangents) -> jax.Array:
    """E[dQ] / alpha - E[Q] d(alpha) / alpha^2 + E[d(log w)]; 0 where log Z is infinite."""
    q, alpha, _ = primals
    dq, dalpha, dlog_w = tangents
    p = mass(*primals)
    finite, ends = jnp.isfinite(q) & (p != 0), jnp.isinf(log_partition(*primals))
    change = _sum(
        alpha,
        (dq, lambda d: _mean(p, d) / alpha),
        (dalpha, lambda d: -jnp.where(ends, 0, _mean(p, jnp.where(finite, q, 0)) / alpha) * (d / alpha)),
        (dlog_w, lambda d: _mean(p, d)),
    )
    return jnp.where(ends, 0, change)


def d_advantage(primals: Primals, tangents: Tangents) -> jax.Array:
    """dQ - dV, the first term and its mean taken together."""
    q, alpha, _ = primals
    dq, dalpha, dlog_w = tangents
    p, centre = _centre(primals, mass)
    change = _sum(
        q,
        (dq, centre),
        (dalpha, lambda d: -(entropy(*primals) * d)[..., None]),
        (dlog_w, lambda d: -(alpha * _mean(p, d))[..., None]),
    )
    return jnp.where(_valid(primals), change, 0)


def d_log_policy(primals: Primals, tangents: Tangents) -> jax.Array:
    """(dQ - E[dQ]) / alpha + t d(alpha) / alpha - E[d(log w)]."""
    q, alpha, _ = primals
    dq, dalpha, dlog_w = tangents
    p, centre = _centre(primals, mass)
    change = _sum(
        q,
        (dq, lambda d: _over(centre(d), kernels.across(alpha, p))),
        (dalpha, lambda d: _over(surprise(*primals) * d[..., None], kernels.across(alpha, p))),
        (dlog_w, lambda d: -_mean(p, d)[..., None]),
    )
    return jnp.where(_valid(primals), change, 0)


def d_entropy(primals: Primals, tangents: Tangents) -> jax.Array:
    """(E[t dQ] + E[t t] d(alpha)) / alpha + E[(1 + t) d(log w)]."""
    _, alpha, _ = primals
    dq, dalpha, dlog_w = tangents
    p, t = mass(*primals), surprise(*primals)
    return _sum(
        alpha,
        (dq, lambda d: _over(_mean(p, t * d), alpha)),
        (dalpha, lambda d: spread(*primals) * d),
        (dlog_w, lambda d: _mean(p, (1 + t) * d)),
    )


def d_spread(primals: Primals, tangents: Tangents) -> jax.Array:
    """d (E[t t] / alpha), term by term."""

    def product(*arguments: Any) -> jax.Array:
        p, t = mass(*arguments), surprise(*arguments)
        return _over(_mean(p, t * t), arguments[1])

    there = [i for i, d in enumerate(tangents) if d is not None]

    def of_those(*moved: Any) -> jax.Array:
        return product(*(moved[there.index(i)] if i in there else x for i, x in enumerate(primals)))

    return jax.jvp(of_those, [primals[i] for i in there], [tangents[i] for i in there])[1]


def d_policy(primals: Primals, tangents: Tangents) -> jax.Array:
    """pi d log pi."""
    return policy(*primals) * d_log_policy(primals, tangents)


def d_mass(primals: Primals, tangents: Tangents) -> jax.Array:
    """p ((dQ - E[dQ]) / alpha + t d(alpha) / alpha + d(log w) - E[d(log w)]): with dQ it is the Hessian of V."""
    q, alpha, _ = primals
    dq, dalpha, dlog_w = tangents
    p, centre = _centre(primals, fine_mass)
    change = _sum(
        q,
        (dq, lambda d: _over(centre(d), kernels.across(alpha, p))),
        (dalpha, lambda d: _over(surprise(*primals) * d[..., None], kernels.across(alpha, p))),
        (dlog_w, centre),
    )
    return jnp.where(_valid(primals), p * change, 0)


def d_surprise(primals: Primals, tangents: Tangents) -> jax.Array:
    """-(d log pi + dH) where log pi is finite."""
    change = -(d_log_policy(primals, tangents) + d_entropy(primals, tangents)[..., None])
    return jnp.where(jnp.isinf(log_policy(*primals)), 0, change)


def d_mellow(primals: tuple[jax.Array, jax.Array], tangents: tuple[Any, Any]) -> jax.Array:
    """E[dQ] + (H - log n) d(alpha)."""
    q, alpha = primals
    dq, dalpha = tangents
    return _sum(
        alpha,
        (dq, lambda d: _mean(mass(q, alpha, None), d)),
        (dalpha, lambda d: mellow_slope(q, alpha) * d),
    )


def d_mellow_slope(primals: tuple[jax.Array, jax.Array], tangents: tuple[Any, Any]) -> jax.Array:
    """dH, since log n is constant."""
    return d_entropy((*primals, None), (*tangents, None))


def d_given_mass(primals: tuple[Any, Any], tangents: tuple[Any, Any]) -> jax.Array:
    """p (d log pi + d log w)."""
    p = given_mass(*primals)
    return p * _sum(p, *((d, lambda d: d) for d in tangents))


def d_policy_value(primals: Any, tangents: Any) -> jax.Array:
    """E[dQ - log pi d(alpha) - alpha d(log pi) + (Q - alpha log pi) (d log pi + d log w)]."""
    log_pi, q, alpha, log_w = primals
    dlog_pi, dq, dalpha, dlog_w = tangents
    p, taken = given_mass(log_pi, log_w), kernels.valid(log_pi, log_w)
    gain, heat = kernels.gains(log_pi, q, alpha, taken), alpha[..., None]
    log_pi = jnp.where(taken, log_pi, 0)
    return _sum(
        alpha,
        (dlog_pi, lambda d: _total(taken, p * (gain - heat) * d)),
        (dq, lambda d: _total(taken, p * d)),
        (dalpha, lambda d: -_total(taken, p * log_pi) * d),
        (dlog_w, lambda d: _total(taken, p * gain * d)),
    )


def d_entropy_of(primals: Any, tangents: Any) -> jax.Array:
    """-E[(1 + log pi) d(log pi) + log pi d(log w)]."""
    log_pi, log_w = primals
    dlog_pi, dlog_w = tangents
    p, taken = given_mass(log_pi, log_w), kernels.valid(log_pi, log_w)
    log_pi = jnp.where(taken, log_pi, 0)
    return _sum(
        p[..., 0],
        (dlog_pi, lambda d: -_total(taken, p * (1 + log_pi) * d)),
        (dlog_w, lambda d: -_total(taken, p * log_pi * d)),
    )


def d_divergence(primals: Primals, tangents: Tangents) -> jax.Array:
    """E_p[t d(log p)] + (q - p) d(log q), t = log p - log q: the formula's gradient along normalised densities."""
    log_p, log_q, log_w = primals
    dlog_p, dlog_q, dlog_w = tangents
    p, in_p = given_mass(log_p, log_w), kernels.valid(log_p, log_w)
    q, in_q = given_mass(log_q, log_w), kernels.valid(log_q, log_w)
    t = jnp.where(in_p, log_p, 0) - jnp.where(in_q, log_q, jnp.where(in_p, -jnp.inf, 0))
    near = in_p & in_q & (jnp.abs(t) < 1)
    excess = jnp.where(near, p * jnp.expm1(-jnp.where(near, t, 0)), q - p)
    terms = kernels.divergence_terms(log_p, log_q, log_w)
    return _sum(
        terms[..., 0],
        (dlog_p, lambda d: _mean(p, t * d)),
        (dlog_q, lambda d: _total(in_p | in_q, excess * d)),
        (dlog_w, lambda d: _total(in_p | in_q, terms * d)),
    )


def d_energy(primals: tuple[jax.Array, jax.Array], tangents: tuple[Any, Any]) -> jax.Array:
    """-dQ / alpha + (Q / alpha) (d(alpha) / alpha), and 0 where Q is infinite."""
    q, alpha = primals
    dq, dalpha = tangents
    heat, finite = kernels.across(alpha, q), ~jnp.isinf(q)
    return _sum(
        q,
        (dq, lambda d: -jnp.where(finite, d, 0) / heat),
        (dalpha, lambda d: (jnp.where(finite, q, 0) / heat) * (d[..., None] / heat)),
    )


def d_boltzmann_kl(primals: Any, tangents: Any) -> jax.Array:
    """E_1[c dx_1] + E_2[dx_2] - E_1[dx_2], c = log(p_1 / p_2) - KL, dx = (dQ + t d(alpha)) / alpha + d(log w).

    Near each other, p_2 - p_1 is p_1 expm1(-r) with r = c + KL, and the two parts of d(log w) have -p_1 r in common;
    for an action next to 1 it is what all others lose.
    """
    q1, alpha1, q2, alpha2, log_w = primals
    dq1, dalpha1, dq2, dalpha2, dlog_w = tangents
    first, second = (q1, alpha1, log_w), (q2, alpha2, log_w)
    p, other, c, kl = fine_mass(*first), fine_mass(*second), contrast(*primals), boltzmann_kl(*primals)[..., None]
    ratio = c + kl
    near = (p > 0) & (jnp.abs(c) + kl < 1)
    small = jnp.where(near, ratio, 0)
    excess = jnp.where(near, p * jnp.expm1(-small), other - p)
    heavy = p > 0.5
    excess = jnp.where(heavy, -kernels.tree_sum(jnp.where(heavy, 0, excess))[..., None], excess)
    weights = jnp.where(near, p * (weighted.expm1_less_x(-small) - kl), p * c + excess)
    here = ((p > 0) | (other > 0)) & jnp.any(p > 0, axis=-1, keepdims=True)

    return _sum(
        alpha1,
        (dq1, lambda d: _over(_total(p > 0, p * c * d), alpha1)),
        (dalpha1, lambda d: _over(_total(p > 0, p * c * surprise(*first)), alpha1) * d),
        (dq2, lambda d: _over(_total(here, excess * d), alpha2)),
        (dalpha2, lambda d: _over(_total(here, excess * surprise(*second)), alpha2) * d),
        (dlog_w, lambda d: _total(here, weights * d)),
    )


def d_contrast(primals: Any, tangents: Any) -> jax.Array:
    """d log pi_1 - d log pi_2 - d KL where there is mass."""
    q1, alpha1, q2, alpha2, log_w = primals
    dq1, dalpha1, dq2, dalpha2, dlog_w = tangents
    one = d_log_policy((q1, alpha1, log_w), (dq1, dalpha1, dlog_w))
    two = d_log_policy((q2, alpha2, log_w), (dq2, dalpha2, dlog_w))
    change = one - two - d_boltzmann_kl(primals, tangents)[..., None]
    return jnp.where(mass(q1, alpha1, log_w) > 0, change, 0)


def _apply(rule: Any, primals: Any, tangents: Any) -> jax.Array:
    """The rule, compiled as one, on the tangents that are not zero by construction; the others become None."""
    given = tuple(None if isinstance(t, SymbolicZero) else t for t in tangents)
    return _compiled(rule)(primals, given)


@cache
def _compiled(rule: Any) -> Any:
    return jax.jit(rule)


def _sum(like: jax.Array, *terms: tuple[Any, Callable[[Any], jax.Array]]) -> jax.Array:
    """The sum of term(tangent) over the tangents that are there, in the shape of `like`."""
    total = jnp.zeros_like(like)
    for tangent, term in terms:
        if tangent is not None:
            total = total + term(tangent)
    return total


def _mean(p: jax.Array, x: jax.Array) -> jax.Array:
    """E_p[x], where an action without mass adds nothing, whatever its x."""
    return _total(p != 0, p * x)


def _total(where: jax.Array, x: jax.Array) -> jax.Array:
    """The sum of x, where there is mass: a term that happens to be 0 elsewhere still has derivatives."""
    return kernels.tree_sum(jnp.where(where, x, 0))


def _over(x: jax.Array, alpha: jax.Array) -> jax.Array:
    """x / alpha, and 0 at alpha = 0, where what it multiplies is constant almost everywhere."""
    hard = alpha == 0
    return jnp.where(hard, 0, x / jnp.where(hard, 1, alpha))


def _valid(primals: Primals) -> jax.Array:
    q, _, log_w = primals
    return kernels.valid(q, log_w)


def _centre(primals: Primals, of: Any) -> tuple[jax.Array, Callable[[jax.Array], jax.Array]]:
    """p, and x -> x - E_p[x]."""
    p = of(*primals)
    return p, lambda x: kernels.centre(x, p, _valid(primals))


def _operator(kernel: Any, rule: Any) -> Any:
    """The kernel, and what it moves by with each of its arguments."""
    operator = jax.custom_jvp(words.hidden(kernel))

    def with_primal(primals: Any, tangents: Any) -> Any:
        return operator(*primals), _apply(rule, primals, tangents)

    operator.defjvp(with_primal, symbolic_zeros=True)
    return operator


value = _operator(kernels.value, d_value)
log_partition = _operator(kernels.log_partition, d_log_partition)
log_policy = _operator(kernels.log_policy, d_log_policy)
policy = _operator(kernels.policy, d_policy)
fast_log_policy = _operator(fast.log_policy, d_log_policy)
fast_policy = _operator(fast.policy, d_policy)
mass = _operator(kernels.mass, d_mass)
fine_mass = _operator(kernels.fine_mass, d_mass)  # the same to half an ulp, for products of masses
advantage = _operator(kernels.advantage, d_advantage)
entropy = _operator(kernels.entropy, d_entropy)
surprise = _operator(kernels.surprise, d_surprise)
spread = _operator(kernels.spread, d_spread)
mellow = _operator(kernels.mellow, d_mellow)
mellow_slope = _operator(kernels.mellow_slope, d_mellow_slope)
divergence = _operator(kernels.divergence, d_divergence)
boltzmann_kl = _operator(kernels.boltzmann_kl, d_boltzmann_kl)
contrast = _operator(kernels.contrast, d_contrast)
given_mass = _operator(kernels.given_mass, d_given_mass)
policy_value = _operator(kernels.policy_value, d_policy_value)
entropy_of = _operator(kernels.entropy_of, d_entropy_of)
energy = _operator(kernels.energy, d_energy)
