"""softql's columns: `python -m benchmarks.accuracy.operators inputs.npz outputs.npz`, in the dtype of the inputs.

Every operator runs as a user calls it: eagerly, one by one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import softql
import softql.precise

Results = dict[str, Any]


def derivatives(value: Callable[..., jax.Array], q: Any, alpha: Any, log_w: Any, all_of_them: bool) -> Results:
    """First and second derivatives of a value, row by row: by the function's own rules."""
    out = {"d_value_dalpha": jax.grad(lambda a: value(q, a, log_w).sum())(alpha)}
    if not all_of_them:
        return out
    weights = jnp.zeros_like(q) if log_w is None else log_w
    slope = jax.grad(lambda x: value(x, alpha, log_w).sum())
    columns = jnp.eye(q.shape[-1], dtype=q.dtype)
    bends = [jax.jvp(slope, (q,), (jnp.broadcast_to(e, q.shape),))[1][:, i] for i, e in enumerate(columns)]
    heat = jax.grad(lambda a: value(q, a, log_w).sum())
    return out | {
        "d_value_dlog_w": jax.grad(lambda w: value(q, alpha, w).sum())(weights),
        "hessian_diagonal": jnp.stack(bends, -1),
        "d2_value_dalpha2": jax.jvp(heat, (alpha,), (jnp.ones_like(alpha),))[1],
    }


def default_kl(q: Any, alpha: Any, q2: Any, alpha2: Any, log_w: Any) -> jax.Array:
    """The divergence from Q where softql offers it, else from log-policies."""
    from_q = getattr(softql, "boltzmann_kl", None)
    if from_q is not None:
        return from_q(q, alpha, q2, alpha2, log_w)
    log_pi = softql.boltzmann_log_policy
    return softql.kl_divergence(log_pi(q, alpha, log_w), log_pi(q2, alpha2, log_w), log_w)


def evaluate(of: Any, kl: Callable[..., jax.Array], q: Any, alpha: Any, log_w: Any, q2: Any, alpha2: Any) -> Results:
    """Every operator of a module on one regime."""
    out = {
        "value": of.soft_value(q, alpha, log_w),
        "policy": of.boltzmann_policy(q, alpha, log_w),
        "log_policy": of.boltzmann_log_policy(q, alpha, log_w),
        "advantage": of.soft_advantage(q, alpha, log_w),
        "entropy": of.boltzmann_entropy(q, alpha, log_w),
    }
    if log_w is None:
        out["mellowmax"] = of.mellowmax(q, alpha)
    if q2 is None:
        return out
    few = q.shape[-1] <= 6
    return out | {"kl": kl(q, alpha, q2, alpha2, log_w)} | derivatives(of.soft_value, q, alpha, log_w, few)


def softql_default(*arguments: Any) -> Results:
    return evaluate(softql, default_kl, *arguments)


def softql_precise(*arguments: Any) -> Results:
    return evaluate(softql.precise, softql.precise.boltzmann_kl, *arguments)


def main(inputs: str, outputs: str) -> None:
    arrays, out = dict(np.load(inputs)), {}
    for prefix in dict.fromkeys(key.rpartition(".")[0] for key in arrays):
        low = prefix.split(".")[0]
        cast = {"bfloat16": jnp.bfloat16, "float16": jnp.float16}.get(low)
        names = ("q", "alpha", "log_w", "q2", "alpha2")
        arguments = [arrays.get(f"{prefix}.{name}") for name in names]
        arguments = [None if x is None else jnp.asarray(x) if cast is None else jnp.asarray(x, cast) for x in arguments]
        for who, of in (("softql", softql_default), ("softql.precise", softql_precise)):
            for name, x in of(*arguments).items():
                out[f"{prefix}.{name}.{who}"] = np.asarray(x.astype(jnp.float32) if cast else x)
    np.savez(outputs, **out)


if __name__ == "__main__":
    main(*sys.argv[1:])
