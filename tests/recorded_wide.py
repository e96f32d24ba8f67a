"""Recorded inputs of every size in one wide batch, and single rows that tell one way of computing from another.

The batch is drawn from integers and powers of two: any unit of Q and alpha, ties, masks, infinities, weights that
make up for gaps. The rows of `edges` are each there for a mistake that nothing else here noticed.
Room: jax, numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

ROWS, ACTIONS = 1024, 5
VALUES = ("soft_value", "boltzmann_policy", "boltzmann_log_policy", "soft_advantage", "boltzmann_entropy")
Thunk = Callable[[], Any]


def of_every_size(e: Any, dtype: Any) -> Iterator[tuple[str, Thunk]]:
    b = {name: jnp.asarray(x) for name, x in batch(dtype).items()}
    pair, ones = (b["q"], b["alpha"], b["q2"], b["alpha2"]), jnp.ones_like(b["alpha"])
    for label, log_w in (("", ()), (", weighted", (b["log_w"],))):
        for name in VALUES:
            yield f"wide{label}: {name}", partial(getattr(e, name), b["q"], b["alpha"], *log_w)
        yield f"wide{label}: boltzmann_kl", partial(e.boltzmann_kl, *pair, *log_w)
        yield f"wide{label}: curvature", partial(_slope, e.boltzmann_entropy, (b["q"], b["alpha"], *log_w), 1, ones)
    yield "wide: mellowmax", partial(e.mellowmax, b["q"], b["alpha"])
    yield from edges(e, dtype)
    yield from brinks(e, dtype)


def edges(e: Any, dtype: Any) -> Iterator[tuple[str, Thunk]]:
    """Slopes and bends on `rows`, and calls of a shape or kind of their own."""
    r = {name: jnp.asarray(x) for name, x in rows(dtype).items()}
    given, log_w = (r["q"], r["alpha"]), r["log_w"]
    pair = (*given, r["q2"], r["alpha2"])
    ones, along = jnp.ones_like(r["alpha"]), r["dq"]
    for name in VALUES:
        yield f"edges: {name}", partial(getattr(e, name), *given, log_w)
    yield "edges: boltzmann_kl", partial(e.boltzmann_kl, *pair, log_w)
    yield "edges: mellowmax", partial(e.mellowmax, *given)
    for name in ("boltzmann_log_policy", "boltzmann_entropy"):
        yield f"edges: slope of {name}", partial(_slope, getattr(e, name), (*given, log_w), 1, ones)
    yield "edges: slope of entropy", partial(_slope, e.boltzmann_entropy, (*given, log_w), 0, along)
    yield "edges: bend of log_policy", partial(_bend, e.boltzmann_log_policy, given, 1, ones, 1, ones)
    yield "edges: bend of log_policy in q", partial(_bend, e.boltzmann_log_policy, given, 0, along, 1, ones)
    for i, x in enumerate((along, ones, along, ones, along)):
        yield f"edges: slope {i} of boltzmann_kl", partial(_slope, e.boltzmann_kl, (*pair, log_w), i, x)
    for i, j in ((0, 4), (2, 2)) if dtype == np.float32 else ():
        yield f"edges: bend {i} {j} of boltzmann_kl", partial(_bend, e.boltzmann_kl, (*pair, log_w), i, along, j, along)
    given = (r["log_pi"], r["q"], r["alpha"], log_w)
    yield "edges: policy_value", partial(e.policy_value, *given)
    for i, j in ((0, 0), (0, 3), (0, 2)):
        x, y = (ones if k == 2 else along for k in (i, j))
        yield f"edges: bend {i} {j} of policy_value", partial(_bend, e.policy_value, given, i, x, j, y)
    yield "policy_value of a traced alpha that is none", lambda: jax.vmap(e.policy_value)(*given[:2], -ones)
    twenty = _twenty(dtype)
    yield "boltzmann_policy of 20", partial(e.boltzmann_policy, *twenty)
    yield "boltzmann_policy of 20, one state", partial(e.boltzmann_policy, *(x[0] for x in twenty))
    hardly = (jnp.asarray(np.array(x, dtype)) for x in ([0, -1e4], [1, -np.inf]))
    yield "policy_value of an action hardly taken", partial(e.policy_value, *hardly, 1.0)
    endless = (jnp.asarray(np.array([x], dtype)) for x in ([0, -np.inf], [1, 2], np.inf, [0, 0]))
    bend = partial(_bend, e.policy_value, tuple(endless), 0, jnp.ones((1, 2), dtype), 3, jnp.ones((1, 2), dtype))
    yield "bend of policy_value at an infinite alpha", bend
    yield "log_partition of an integer alpha of 1", lambda: e.log_partition(r["q"][0], 1)
    below = np.asarray(np.finfo(dtype).smallest_subnormal) * dtype(8)
    yield "log_partition of a subnormal alpha", lambda: e.log_partition(r["q"][0], below)
    two, weights = jnp.asarray(np.array([[1, 2]], dtype)), jnp.asarray(np.array([[0, np.inf]], dtype))
    yield "an infinite weight, traced", lambda: jax.vmap(e.soft_value)(two, jnp.ones(1, dtype), weights)
    cube = [x[:8].reshape(2, 4, *x.shape[1:]) for x in pair]
    lacking = cube[0].at[0, 1].set(-jnp.inf)
    args = (lacking, jnp.ones_like(cube[1]), jnp.where(jnp.isfinite(cube[2]), cube[2] * 0 + 1, 0), cube[1] * 0 + 2)
    yield "a policy of no actions beside others", partial(_slope, e.boltzmann_kl, args, 2, jnp.ones_like(lacking))


def brinks(e: Any, dtype: Any) -> Iterator[tuple[str, Thunk]]:
    """Rows at the end of exp and of the float, contrasts at the edges of the series, log ratios of 1, a traced 0."""
    r = {name: jnp.asarray(x) for name, x in brink_rows(dtype).items()}
    given = (r["q"], r["alpha"])
    for name in ("soft_value", "boltzmann_policy", "boltzmann_log_policy"):
        yield f"brinks: {name}", partial(getattr(e, name), *given, r["log_w"])
    yield "brinks: soft_value, counting", partial(e.soft_value, *given)
    yield "brinks: mellowmax", partial(e.mellowmax, *given)
    slopes = jax.grad(lambda q: e.soft_value(q, r["alpha"], r["log_w"]).sum())
    yield "brinks: slopes of soft_value", partial(slopes, r["q"])
    yield "brinks: boltzmann_kl", partial(e.boltzmann_kl, *given, r["q2"], r["alpha2"])
    steps = np.arange(-60, 0, dtype=dtype).reshape(12, 5) / 8
    one = (jnp.asarray(steps), jnp.asarray(steps + np.sign(steps + 2)))
    slope = jax.grad(lambda y: e.kl_divergence(one[0], y).sum())
    yield "slopes of kl_divergence where log ratios are 1", partial(slope, one[1])
    yield "a traced alpha of 0", lambda: jax.vmap(e.soft_value)(r["q"], jnp.zeros_like(r["alpha"]))


def brink_rows(dtype: Any) -> dict[str, np.ndarray]:
    """Twelve rows of five actions for each argument."""
    info, out = np.finfo(dtype), -np.inf
    bias, most = info.maxexp - 1, float(info.max)
    log2 = 0.6931471805599453
    sure, even, flat = [0, out, out, out, out], [0, 0, 0, 0, out], [0.0] * 5
    table = [  # q, alpha, log_w, q2, alpha2
        ([0, *(-log2 * (bias - x) for x in (1.2, 1.6, 0.7)), out], 1, flat, flat, 1),
        (sure, 1, [-log2 * (bias + 0.75)] * 5, sure, 1),
        (sure, 1, [-log2 * (bias + 0.3)] * 5, even, 1),
        (sure, 1, [-log2 * (bias - 0.9)] * 5, sure, 1),
        (even, 1, flat, [2, -2, 1, -1, out], 1),
        ([-1, -1 - 30 * log2, out, out, out], 1, [1.0] * 5, even, 1),  # a log Z of 1 and a second word
        ([0, 0, out, out, out], 1, flat, [0, 4, out, out, out], 1),
        ([0, 0, out, out, out], 0.5, flat, [0, 2, out, out, out], 1),
        ([most / 2, -most / 2, most / 4, most, 0], np.inf, flat, even, 2),
        ([-most / 2] * 5, most * 0.7, flat, [0] * 5, 1),
        ([most / 2, most / 4, -most, 0, most], np.inf, flat, even, 2),
        ([1, -1, 1, -1, 0], 2.0 ** (2 * info.nmant + 1), flat, [3, -1, -4, 2, 5], 1),  # gaps of eps^2
    ]
    fields = (np.array(x, float).astype(dtype) for x in zip(*table, strict=True))
    return dict(zip(("q", "alpha", "log_w", "q2", "alpha2"), fields, strict=True))


@np.errstate(all="ignore")
def batch(dtype: Any) -> dict[str, np.ndarray]:
    """Q, alpha, log_w and a second policy: drawn, then broken up."""
    info = np.finfo(dtype)
    d, bias = info.nmant, info.maxexp - 1
    rng = np.random.default_rng([3, d])
    shape = (ROWS, ACTIONS)

    def digits(n: int) -> np.ndarray:
        return rng.integers(-(2**n), 2**n + 1, shape) * 2.0**-n

    def rarely(share: float) -> np.ndarray:
        return rng.random(ROWS) < share

    unit = rng.integers(-20, 21, ROWS)
    heat = unit + rng.integers(-6, 7, ROWS)
    kind = rng.integers(0, 8, ROWS)
    ends = (  # any size; where 1/alpha overflows; at the largest number; alpha far away; gaps at the end of exp
        (rng.integers(30 - bias, bias - 2, ROWS), None), (rng.integers(d - 6 - bias, d + 12 - bias, ROWS), None),
        (rng.integers(bias - 12, bias + 1, ROWS), None), (unit, unit + rng.integers(-60 - 2 * d, 60 + 2 * d, ROWS)),
        (unit, unit - rng.integers(3, 9, ROWS) - 3 * (d > 23)),
    )  # fmt: skip
    for i, (size, warmth) in enumerate(ends):
        warmth = size + rng.integers(-6, 7, ROWS) if warmth is None else warmth
        unit, heat = np.where(kind == i, size, unit), np.where(kind == i, warmth, heat)
    q = np.where(rarely(0.4)[:, None], digits(4), digits(d + 1))
    q *= np.where(rng.random(shape) < 0.2, 2.0 ** -rng.integers(0, 2 * d, shape), 1)
    beside = 0.5 + np.abs(q[:, :1]) / 2 + digits(3) * 2.0 ** -rng.integers(3, d + 1, (ROWS, 1))
    q = np.where(rarely(0.15)[:, None], beside, q)
    q += np.where(rarely(0.15), 2.0 ** rng.integers(0, d + 8, ROWS), 0)[:, None]
    q = np.where(rarely(0.1)[:, None], np.sign(q), q)
    q = np.clip(np.ldexp(q, unit[:, None]), -float(info.max), float(info.max)).astype(dtype)
    mantissa = np.where(rarely(0.4), 1, 1 + np.abs(digits(d)[:, 0]) * 0.75)
    alpha = np.ldexp(mantissa, np.clip(heat, 1 - bias, bias)).astype(dtype)
    alpha[rarely(0.02)], alpha[rarely(0.02)] = 0, np.inf
    holes = rng.random(shape)
    q[rarely(0.25)[:, None] & (holes < 0.3)] = -np.inf
    q[rarely(0.02)[:, None] & (holes > 0.7)] = np.inf
    q[rarely(0.02)[:, None] & (holes > 0.8)] = np.nan
    gap = (np.max(np.where(np.isnan(q), 0, q), -1, keepdims=True) - q).astype(float) / alpha[:, None]
    gap = np.where(np.isfinite(gap), gap, 0)
    light, how = rng.integers(-400, 401, shape) / 64, rng.integers(0, 7, ROWS)[:, None]
    half = rng.random(shape) < 0.5
    for i, x in enumerate((light * 16, 0 * light, np.where(half, gap, gap + light), gap * (1 + digits(3) / 8))):
        light = np.where(how == i, x, light)
    light = light.astype(dtype)
    light[rarely(0.4)[:, None] & (rng.random(shape) < 0.3)] = -np.inf
    near, heat = rng.integers(0, 6, ROWS)[:, None], np.where(np.isfinite(alpha), alpha, 1)
    q2 = q + digits(6).astype(dtype) * np.ldexp(heat, -rng.integers(0, 30, ROWS))[:, None]
    others = (np.nextafter(q, dtype(0)), q[:, ::-1], digits(5) * np.minimum(heat, info.max / 8)[:, None] * 4, q / 4)
    for i, x in enumerate(others):
        q2 = np.where(near == i, x, q2)
    q2[rarely(0.15)[:, None] & (rng.random(shape) < 0.3)] = -np.inf
    alpha2 = np.where(rarely(0.5), alpha, np.minimum(heat, info.max / 4) * (rng.integers(1, 40, ROWS) / 16))
    return {"q": q, "alpha": alpha, "log_w": light, "q2": q2.astype(dtype), "alpha2": alpha2.astype(dtype)}


def rows(dtype: Any) -> dict[str, np.ndarray]:
    """Twelve rows of five actions for each argument."""
    info, single = np.finfo(dtype), dtype == np.float32
    d, bias = info.nmant, info.maxexp - 1
    out, cold, far = -np.inf, 2.0 ** (30 - bias), 150 if single else 800
    apart = 2.0 ** (67 if single else 514)  # a quotient by 3 whose square overflows
    flat = 2.0 ** (2 * d)
    table = [  # q, alpha, log_w, q2, alpha2
        ([0, -(2.0 ** (bias // 2)), -cold, -2 * cold, out], cold, [0, 0, 1, 0, 0], [0, -1, 0, 1, 0], 1),  # gaps of inf
        ([2.0 ** (d + 7), 1, 1.5, 0, 2], 2.0 ** (d + 1), [0, 0, 128, 0, out], [1, 2, 3, 4, 5], 1),  # second words alone
        ([1, 1, 0, -1, 2], 1, [-3, out, -5, -4, out], [1, 0, 1, 0, 1], 2),  # the lift of a mask
        ([2, 1, 0, -1, 3], 1, [0, 1, 0, 0, out], [0, 1, 2, 1, 0], 1),  # equal masses of unequal Q
        ([0, -1, -1, -2, out], 3 / apart, [0, apart / 3, apart / 4, 0, 0], [0, -1, -1, -1, 0], 3 / apart),
        ([0, -far, 1 - far, -1, 0], 1, [0, far, far - 2, 0, out], [0, -far, 2 - far, -1, 0], 1),  # weights lift masses
        ([5, 0, 1, -1, 2], 1, [0, 0, 0, 1, 0], [out, 1, 0, 2, 1], 1),  # the likeliest is impossible under the other
        ([0, 5, 1, 2, 3], 1, [0, 0, 1, 0, 0], [1, out, 0, out, 1], 2),
        ([0, -2 * far * cold, -cold, 0, -3 * cold], cold, [0] * 5, [0, -cold, -2 * far * cold, 0, 0], cold),
        ([1, -1, 1, -1, 0], flat, [0] * 5, [0, -2 * far, 0, -1, -far], 1),  # a mean of 0 at a large alpha
        ([1, -1, 2, -2, 0], 3 * flat * 8, [0] * 5, [1, 1, 0, 2 * far, 0], 1),
        ([out, 7, out, -np.inf, 1], 1, [out, 0, 0, 0, -1], [2, 7, 1, 1, 1], 3),
    ]  # fmt: skip
    q, alpha, log_w, q2, alpha2 = (np.array(x, float).astype(dtype) for x in zip(*table, strict=True))
    log_pi = (np.arange(60).reshape(12, 5) * 7 % 11 - 12) / np.array(8.0)
    log_pi[1], log_pi[2], log_pi[11] = (
        [0, out, -2 * far, out, out],
        [-1, -2, 0, -2 * far, out],
        [-2 * far, 0, 0, 0, out],
    )
    dq = (np.arange(60).reshape(12, 5) * 13 % 17 - 8) / 2.0
    fields = {"q": q, "alpha": alpha, "log_w": log_w, "q2": q2, "alpha2": alpha2}
    return fields | {"log_pi": log_pi.astype(dtype), "dq": dq.astype(dtype)}


def _twenty(dtype: Any) -> tuple[Any, Any]:
    """20 actions: columns in one way, halves in another."""
    rng = np.random.default_rng(5)
    digits = np.finfo(dtype).nmant
    q = (rng.integers(-(2**digits), 2**digits, (32, 20)) * 2.0 ** (2 - digits)).astype(dtype)
    return jnp.asarray(q), jnp.asarray((rng.integers(1, 32, 32) / 8).astype(dtype))


def _slope(f: Callable[..., Any], arguments: tuple, i: int, along: Any) -> Any:
    return jax.jvp(lambda x: f(*arguments[:i], x, *arguments[i + 1 :]), (arguments[i],), (along,))[1]


def _bend(f: Callable[..., Any], arguments: tuple, i: int, x: Any, j: int, y: Any) -> Any:
    return _slope(lambda *z: _slope(f, z, j, y), arguments, i, x)
