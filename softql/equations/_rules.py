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
    finite = jnp.isfinite(q) & (p != 0)
    change = _sum(
        alpha,
        (dq, lambda d: _mean(p, d) / alpha),
        (dalpha, lambda d: -(_mean(p, jnp.where(finite, q, 0)) / alpha) * (d / alpha)),
        (dlog_w, lambda d: _mean(p, d)),
    )
    return jnp.where(jnp.isinf(log_partition(*primals)), 0, change)


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
    """-(d log pi + dH) where there is mass."""
    change = -(d_log_policy(primals, tangents) + d_entropy(primals, tangents)[..., None])
    return jnp.where(mass(*primals) == 0, 0, change)


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


def d_divergence(primals: Primals, tangents: Tangents) -> jax.Array:
    """E_p[t d(log p)] + (q - p) d(log q), t = log p - log q: the formula's gradient along normalised densities."""
    log_p, log_q, log_w = primals
    dlog_p, dlog_q, dlog_w = tangents
    p, in_p = kernels.masses(log_p, log_w)
    q, in_q = kernels.masses(log_q, log_w)
    t = jnp.where(in_p, log_p, 0) - jnp.where(in_q, log_q, jnp.where(in_p, -jnp.inf, 0))
    excess = jnp.where(in_p & in_q, p * jnp.expm1(-t), q - p)
    terms = kernels.divergence_terms(log_p, log_q, log_w)
    return _sum(
        terms[..., 0],
        (dlog_p, lambda d: _mean(p, t * d)),
        (dlog_q, lambda d: _total(in_p | in_q, excess * d)),
        (dlog_w, lambda d: _total(in_p | in_q, terms * d)),
    )


def d_boltzmann_kl(primals: Any, tangents: Any) -> jax.Array:
    """E_1[(d - KL) dx_1] + E_2[dx_2] - E_1[dx_2], d = log p_1 / p_2, dx = (dQ + t d(alpha)) / alpha + d(log w)."""
    q1, alpha1, q2, alpha2, log_w = primals
    dq1, dalpha1, dq2, dalpha2, dlog_w = tangents
    first, second = (q1, alpha1, log_w), (q2, alpha2, log_w)
    p, other, ratio = fine_mass(*first), fine_mass(*second), log_ratios(*primals)
    pull = p * kernels.centre(ratio, p, p > 0)
    near = jnp.abs(ratio) < 0.5
    excess = jnp.where(near & (p > 0), p * jnp.expm1(-jnp.where(near, ratio, 0)), other - p)
    here = (p > 0) | (other > 0)
    return _sum(
        alpha1,
        (dq1, lambda d: _over(_total(p > 0, pull * d), alpha1)),
        (dalpha1, lambda d: _over(_total(p > 0, pull * surprise(*first)), alpha1) * d),
        (dq2, lambda d: _over(_total(here, excess * d), alpha2)),
        (dalpha2, lambda d: _over(_total(here, excess * surprise(*second)), alpha2) * d),
        (dlog_w, lambda d: _total(here, (pull + excess) * d)),
    )


def d_log_ratios(primals: Any, tangents: Any) -> jax.Array:
    """d log pi_1 - d log pi_2 where there is mass."""
    q1, alpha1, q2, alpha2, log_w = primals
    dq1, dalpha1, dq2, dalpha2, dlog_w = tangents
    one = d_log_policy((q1, alpha1, log_w), (dq1, dalpha1, dlog_w))
    two = d_log_policy((q2, alpha2, log_w), (dq2, dalpha2, dlog_w))
    return jnp.where(mass(q1, alpha1, log_w) > 0, one - two, 0)


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
log_ratios = _operator(kernels.log_ratios, d_log_ratios)
policy_value = words.hidden(kernels.policy_value)
entropy_of = words.hidden(kernels.entropy_of)
energy = words.hidden(kernels.energy)
