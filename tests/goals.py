"""What the default operators promise, in units in the last place, and how far they are from it.

`errors(case)` measures every operator on a batch against the oracle. A promise is about results of at least
tiny * 2^26; V, where `max Q` and `α log Z - max Q` have opposite signs, is measured on the larger of the two.
Imports: numpy, jax, softql, oracle.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import regimes

import softql

#: operator -> the largest error in ulp
GOALS = {
    "value": 1.5,
    "value where it crosses 0": 3,
    "policy": 4,
    "log_policy": 4,
    "advantage": 4,
    "entropy": 4,
    "mellowmax": 4,
    "boltzmann_kl": 4,
    "d_value_dq": 4,
    "d_value_dalpha": 4,
    "d_value_dlog_w": 4,
    "hessian_diagonal": 4,
    "d2_value_dalpha2": 4,
}
STATE = {
    "policy": softql.boltzmann_policy,
    "log_policy": softql.boltzmann_log_policy,
    "advantage": softql.soft_advantage,
    "entropy": softql.boltzmann_entropy,
    "d_value_dalpha": jax.grad(lambda *a: softql.soft_value(*a).sum(), 1),
    "d_value_dq": jax.grad(lambda *a: softql.soft_value(*a).sum()),
    "d2_value_dalpha2": jax.grad(lambda *a: softql.boltzmann_entropy(*a).sum(), 1),
}


def least(dtype):
    """The exponent of the smallest result that is promised anything."""
    return int(np.log2(float(np.finfo(dtype).tiny))) + 26


def errors(case: regimes.Case) -> dict[str, float]:
    """The largest error of each operator on a batch, in ulp."""
    dtype = case.q.dtype
    true = oracle.truth(*case)
    true["d_value_dalpha"] = true["entropy"]
    out = {}

    def measure(name, found, exact):
        inside = oracle.in_range(exact, least(dtype))
        out[name] = float(np.where(inside, oracle.err_ulp(found, exact, dtype), 0).max())

    for name, call in STATE.items():
        measure(name, np.asarray(jax.jit(call)(*case)), true["mass" if name == "d_value_dq" else name])
    if case.log_w is None:
        measure("mellowmax", np.asarray(softql.mellowmax(case.q, case.alpha)), true["mellowmax"])
    elif dtype == np.float32:  # in float64 the product below would be rounded
        slope = jax.grad(lambda w: softql.soft_value(case.q, case.alpha, w).sum())(jnp.asarray(case.log_w))
        mass, alpha = true["mass"], case.alpha[:, None].astype(np.float64)
        measure("d_value_dlog_w", np.asarray(slope), oracle.Exact(mass.hi * alpha, mass.lo * alpha, mass.exp))
    if case.q.shape[-1] < 100:
        row = lambda q, alpha, log_w: jnp.diagonal(jax.hessian(softql.soft_value)(q, alpha, log_w))  # noqa: E731
        found = jax.jit(jax.vmap(row, (0, 0, None if case.log_w is None else 0)))(*case)
        measure("hessian_diagonal", np.asarray(found), true["hessian_diagonal"])
    return out | _value(case, true["value"])


#: how two near policies come about
PAIRS = {
    "Q moved": regimes.near_pair,
    "Q and alpha moved": lambda case: regimes.near_pair(case, same_alpha=False),
    "last digits moved": regimes.neighbour_pair,
    "Q and alpha scaled": regimes.scaled_pair,
}


def kl_error(case: regimes.Case, pair: str) -> float:
    """The largest error of the divergence of two near policies."""
    one, two = PAIRS[pair](case)
    true = oracle.boltzmann_kl(one.q, one.alpha, two.q, two.alpha, one.log_w)
    found = np.asarray(softql.boltzmann_kl(one.q, one.alpha, two.q, two.alpha, one.log_w))
    assert (found >= 0).all()
    error = oracle.err_ulp(found, true, case.q.dtype)
    return float(np.where(oracle.in_range(true, least(case.q.dtype)), error, 0).max())


def _value(case, true):
    """The errors of V in its own ulp, and where max Q and V - max Q have other signs in those of the larger."""
    dtype = case.q.dtype
    found = np.asarray(softql.soft_value(*case))
    valid = np.ones(case.q.shape, bool) if case.log_w is None else case.log_w > -np.inf
    top = np.where(valid, case.q, -np.inf).max(-1).astype(np.float64)
    with np.errstate(all="ignore"):
        bonus = true.nearest() - top
        crosses = top * bonus < 0
        size = np.maximum(np.abs(top), np.abs(bonus)).astype(dtype)
        missed = (found.astype(np.float64) - np.ldexp(true.hi, true.exp)) - np.ldexp(true.lo, true.exp)
        across = np.where(crosses, np.abs(missed) / np.spacing(size), 0)
    plain = np.where(~crosses & oracle.in_range(true, least(dtype)), oracle.err_ulp(found, true, dtype), 0)
    return {"value": float(plain.max()), "value where it crosses 0": float(across.max())}
