"""Every equation and every derivative rule on recorded inputs, down to the last bit, and every refusal to the letter.

`answers(dtype)` computes them; `recorded.json` holds what they were when last looked at (`python tests/recorded.py`
writes it). Whether the answers are right is the business of `test_accuracy.py` and its kin; this file makes a change
of one bit, or of one word, a thing that somebody decides. Inputs are ratios of integers and powers of two, so no
platform's libm has a part in them. Everything runs under `jax.disable_jit`, one operation at a time.
Room: jax, numpy, softql.equations.
"""

from __future__ import annotations

import hashlib
import importlib
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from recorded_corners import corners
from recorded_wide import of_every_size

FILE = Path(__file__).with_name("recorded.json")
TWICE = ("soft_value", "boltzmann_entropy", "mellowmax", "boltzmann_kl")  # whose second derivatives are recorded
LONG = ("wide", "edges", "brinks")  # left to SOFTQL_THOROUGH
SIZES = (1, 5, 37)  # one action, columns, halves onto halves with one left over

Thunk = Callable[[], Any]


def batch(dtype: Any, actions: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Rows of every regime: ordinary, sure, nearly uniform, far from 0, huge, tiny, tied, and rows that are none."""
    rng = np.random.default_rng([seed, actions])
    sizes = [  # exponents of Q's unit and of alpha, and of an offset or None
        (-4, 0, None), (-3, -2, None), (-4, 3, None), (-6, -9, None), (-2, -3, None), (-20, 2, None), (-24, 8, None),
        (-3, 0, 10), (-2, 1, 20), (-5, -1, 14), (70, 62, None), (90, 20, None), (-40, -45, None), (-12, -9, None),
        (-4, 40, None), (-3, 61, None), (-4, -24, None), (-4, 70, None), (-1, -1, None), (-5, 2, None),
    ]  # fmt: skip
    rows, alphas = [], []
    for unit, heat, offset in sizes:
        row = rng.integers(-60, 61, actions) * 2.0**unit + (0 if offset is None else 2.0**offset)
        rows.append(row)
        alphas.append(2.0**heat * rng.integers(17, 32) / 16)
    for heat, apart in ((0, 0), (-4, 6), (9, 12), (60, 60), (61, 61), (-3, 3)):  # all digits in use
        digits = rng.integers(-(2**52), 2**52, actions) * 2.0**-52
        rows.append(digits * 2.0 ** (apart - rng.integers(0, 5, actions)))
        alphas.append(2.0**heat if apart >= 60 else 2.0**heat * rng.integers(2**51, 2**52) * 2.0**-51)
    tied = rng.integers(0, 2, actions) * 1.0
    lost, nothing = np.where(np.arange(actions) % 3 == 1, -np.inf, tied * 3), np.full(actions, -np.inf)
    rows += [tied, tied * 0 + 7, lost, nothing, tied - 2, lost, np.where(np.arange(actions) == 0, np.inf, tied)]
    alphas += [0.5, 3.0, 0.75, 1.0, np.inf, np.inf, 1.0]
    q, alpha = np.array(rows).astype(dtype), np.array(alphas).astype(dtype)
    log_w = (rng.integers(-400, 401, q.shape) / 64).astype(dtype)
    log_w[::3] *= 8
    log_w[1::4] = 0
    log_w[rng.random(q.shape) < 0.2] = -np.inf
    log_w[5] = -np.inf
    far = (rng.integers(-64, 65, q.shape) * 2.0**-9).astype(dtype)
    return {
        "q": q, "alpha": alpha, "log_w": log_w, "q2": q + far * np.where(np.isfinite(alpha), alpha, 1)[:, None],
        "alpha2": alpha * np.asarray(1.0625, dtype), "log_p": (-rng.integers(0, 900, q.shape) / 32).astype(dtype),
        "log_r": np.where(rng.random(q.shape) < 0.1, -np.inf, -rng.integers(1, 300, q.shape) / 32).astype(dtype),
        "dq": (rng.integers(-32, 33, q.shape) / 16).astype(dtype),
        "dalpha": (rng.integers(-9, 9, alpha.shape) / 8).astype(dtype),
        "reward": (rng.integers(-64, 65, alpha.shape) / 8).astype(dtype),
        "discount": (rng.integers(0, 9, alpha.shape) / 8).astype(dtype),
        "v": (rng.integers(-640, 641, alpha.shape) / 8).astype(dtype),
        "action": rng.integers(0, actions, alpha.shape).astype(np.int32),
    }  # fmt: skip


def operators(e: Any, b: dict[str, np.ndarray], weighted: bool) -> Iterator[tuple[str, Callable[..., Any], tuple]]:
    """Name, function and the arguments that it can be differentiated in."""
    log_w = (b["log_w"],) if weighted else ()
    given = (b["q"], b["alpha"], *log_w)
    for name in ("soft_value", "boltzmann_policy", "boltzmann_log_policy", "soft_advantage", "boltzmann_entropy",
                 "log_partition"):  # fmt: skip
        yield name, getattr(e, name), given
    yield "boltzmann_kl", e.boltzmann_kl, (b["q"], b["alpha"], b["q2"], b["alpha2"], *log_w)
    yield "kl_divergence", e.kl_divergence, (b["log_p"], b["log_r"], *log_w)
    yield "entropy", e.entropy, (b["log_p"], *log_w)
    yield "kl_to_boltzmann", e.kl_to_boltzmann, (b["log_p"], *given)
    yield "policy_value", e.policy_value, (b["log_r"], *given)
    if not weighted:
        yield "mellowmax", e.mellowmax, given
        yield "energy", e.energy, given
        yield "importance_value", e.importance_value, (b["q"], b["alpha"], np.maximum(b["log_r"], -99))
        yield "langevin_step", lambda *x: e.langevin_step(*x, 0.125, b["dq"]), (b["q"], b["log_p"], b["alpha"])
        yield "soft_q_target", e.soft_q_target, (b["reward"], b["discount"], b["v"])
        yield "q_loss", lambda q, target: e.q_loss(q, b["action"], target), (b["q"], b["v"])
    fields = (b["reward"], b["discount"])
    yield "optimality_target", e.optimality_target, (*fields, *given)
    yield "evaluation_target", e.evaluation_target, (*fields, b["log_r"], *given)


def tangent(x: np.ndarray, b: dict[str, np.ndarray]) -> Any:
    return jnp.asarray(b["dq"] if x.ndim == 2 else b["dalpha"])


def computations(e: Any, dtype: Any) -> Iterator[tuple[str, Thunk]]:
    """What is computed: each operator, how it moves with each argument, how that moves with each, and its gradient."""
    for actions in SIZES:
        b = batch(dtype, actions)
        for weighted in (False, True):
            for name, f, arguments in operators(e, b, weighted):
                label = f"{name}, {actions} actions{', weighted' if weighted else ''}"
                arguments = tuple(jnp.asarray(x) for x in arguments)
                yield label, partial(f, *arguments)
                if actions != 5:
                    continue
                yield f"gradients of {label}", partial(gradients, f, arguments)
                if dtype != np.float32:
                    continue
                places = range(len(arguments))
                for i in places:
                    yield f"d {i} {label}", partial(slope, f, arguments, i, tangent(arguments[i], b))
                if name in TWICE and not (weighted and name == "boltzmann_kl"):
                    for i, j in itertools.product(places, places):
                        if j <= i:
                            yield f"d {i} d {j} {label}", partial(bend, f, arguments, i, j, b)
                if weighted and name in ("policy_value", "entropy", "kl_divergence"):
                    for i in (0, len(arguments) - 1):  # along a density, along the weights
                        yield f"slope {i} of the slopes of {name}", partial(slope_of_slopes, f, arguments, i, b["dq"])
    for actions in (8, 9, 12, 32, 33):  # where the way of computing changes
        b = batch(dtype, actions)
        for name in ("soft_value", "boltzmann_policy", "boltzmann_entropy"):
            call = partial(getattr(e, name), jnp.asarray(b["q"]), jnp.asarray(b["alpha"]))
            yield f"{name} of {actions}", call
            yield f"{name} of {actions}, weighted", partial(call, jnp.asarray(b["log_w"]))
    for actions, weighted in (*((n, False) for n in (5, 9, 14, 15, 33)), (5, True), (9, True)):
        b = {name: jnp.asarray(x) for name, x in batch(dtype, actions).items()}
        given = (b["q"], b["alpha"], b["log_w"] if weighted else None)
        for name in ("boltzmann_policy", "boltzmann_log_policy"):
            label = f"{name}, fast, of {actions}{', weighted' if weighted else ''}"
            yield label, partial(promise, getattr(e, name), name == "boltzmann_log_policy", *given)
            if weighted:
                yield f"gradients of {label}", partial(gradients, partial(getattr(e, name), fast=True), given)
    b = {name: jnp.asarray(x) for name, x in batch(dtype, 5).items()}
    yield from shaped(e, b, dtype)
    one, none = b["q"][:3], jnp.array([-1.0, jnp.nan, 0.5], dtype)
    yield "a traced alpha that is none", lambda: jax.vmap(e.soft_value)(one, none)
    yield "a traced alpha that is none, energy", lambda: jax.vmap(e.energy)(one, none)
    yield "a traced action", lambda: jax.vmap(e.q_loss)(b["q"], b["action"], b["v"])
    yield from neighbours(e, b, dtype)
    yield from corners(e, dtype)
    yield from of_every_size(e, dtype)
    yield "gradients of entropy where actions have none", partial(gradients, e.entropy, (b["log_r"], b["log_w"]))
    yield "integer alpha", lambda: e.soft_value(b["q"], 2)
    yield "a batch of two axes", lambda: e.soft_value(b["q"][:6].reshape(2, 3, 5), b["alpha"][:6].reshape(2, 3))
    yield "one measure for all", lambda: e.boltzmann_policy(b["q"], b["alpha"], b["log_w"][0])
    yield "lists", lambda: e.soft_value([np.float32(1), np.float32(2)], 0.5, [np.float32(0), np.float32(1)])
    yield "an integer discount", lambda: e.soft_q_target(b["reward"], 1, b["v"])
    yield "scalars", lambda: e.soft_q_target(np.float32(1), 0.5, np.float32(2))
    yield "alpha 0", lambda: [
        getattr(e, name)(b["q"], 0.0, w)
        for name in ("soft_value", "boltzmann_policy", "boltzmann_log_policy", "soft_advantage", "boltzmann_entropy")
        for w in (None, b["log_w"])
    ]
    yield "alpha 0, slopes", lambda: [
        slope(f, (b["q"], jnp.zeros_like(b["alpha"])), i, b["dq"] if i == 0 else b["dalpha"])
        for f in (e.soft_value, e.boltzmann_policy, e.boltzmann_log_policy, e.boltzmann_entropy)
        for i in (0, 1)
    ]
    for low in (jnp.bfloat16, jnp.float16):
        narrow = {name: x.astype(low) for name, x in b.items() if x.dtype == dtype}
        yield f"{low.__name__}", lambda n=narrow: [
            e.soft_value(n["q"], n["alpha"]),
            e.boltzmann_policy(n["q"], 1.0, n["log_w"]),
            e.evaluation_target(n["reward"], n["discount"], n["log_p"], n["q"], 0.5),
            e.optimality_target(n["reward"], n["discount"], n["q"], 0.5),
            e.kl_divergence(n["log_p"], n["log_p"]),
            e.kl_to_boltzmann(n["log_p"], n["q"], 1.0),
            e.importance_value(n["q"], 1.0, n["log_p"]),
            e.q_loss(n["q"], b["action"], n["v"]),
            e.langevin_step(n["q"], n["log_p"], 0.5, 0.25, n["dq"]),
            e.boltzmann_kl(n["q"], 1.0, n["q2"], 1.0),
            e.mellowmax(n["q"], 1.0),
            e.policy_value(n["log_p"], n["q"], 1.0),
        ]


def shaped(e: Any, b: dict[str, Any], dtype: Any) -> Iterator[tuple[str, Thunk]]:
    """Two axes of states, a state alone, lists, fast policies at the ends of alpha, and dtypes that differ."""
    two = {name: x[:32].reshape(4, 8, *x.shape[1:]) for name, x in b.items()}
    if dtype == np.float32:
        for weighted in (False, True):
            for name, f, arguments in operators(e, two, weighted):
                label = f"two axes{', weighted' if weighted else ''}: {name}"
                yield label, partial(f, *arguments)
                if name in ("boltzmann_log_policy", "boltzmann_kl", "soft_advantage", *TWICE):
                    yield f"gradients, {label}", partial(gradients, f, arguments)
    ends = jnp.asarray(np.array([0, jnp.finfo(dtype).tiny, 1, jnp.finfo(dtype).max, np.inf], dtype)[:, None])
    tied = jnp.asarray((np.arange(42).reshape(2, 1, 21) % 7 // 3).astype(dtype) * np.ones((1, 5, 1), dtype))
    tied = tied.at[..., 3].set(-jnp.inf).at[0, 0].set(-jnp.inf)
    for name in ("boltzmann_policy", "boltzmann_log_policy"):
        for log_w in (None, jnp.asarray((np.arange(21) % 4 - 2.0).astype(dtype)).at[4].set(-jnp.inf)):
            label = f"{name}, fast at the ends of alpha{'' if log_w is None else ', weighted'}"
            alpha = jnp.broadcast_to(ends[:, 0], (2, 5))
            yield label, partial(promise, getattr(e, name), "log" in name, tied, alpha, log_w)
        pair = two["q"][:2, :2, :2], two["alpha"][:2, :2], None
        yield f"{name}, fast of two", partial(promise, getattr(e, name), "log" in name, *pair)
    few = {name: x[:3] for name, x in b.items()}
    narrow = {name: x.astype(jnp.bfloat16) if x.dtype == dtype else x for name, x in few.items()}
    for weighted in (False, True):
        for (name, f, short), (_, _, wide) in zip(
            operators(e, narrow, weighted), operators(e, few, weighted), strict=True
        ):
            yield f"one argument wider{', weighted' if weighted else ''}: {name}", partial(one_wider, f, short, wide)
    for weighted in (False, True):
        for name, f, arguments in operators(e, ends_of_range(b, dtype), weighted):
            yield f"ends of the range{', weighted' if weighted else ''}: {name}", partial(f, *arguments)
    yield "wider noise", lambda: e.langevin_step(narrow["q"], narrow["log_p"], 1.0, 0.125, few["dq"])
    yield "entropy below 0", lambda: e.entropy(-b["log_p"] / 8, b["log_p"] / 4)
    zeros = (b["log_r"], b["log_p"], b["log_w"])
    yield "gradients, densities with zeros", partial(gradients, e.kl_divergence, zeros)
    yield "gradients, densities with zeros, counting", partial(gradients, e.kl_divergence, zeros[:2])
    least = -200.0 if dtype == np.float32 else -900.0  # p is then 0
    sure, other = (jnp.asarray(np.array(x, dtype)) for x in ([[0, -np.inf], [least, 0]], [[-np.inf, 0], [-np.inf, 0]]))
    yield "what q never takes, surely or hardly ever taken by p", lambda: e.kl_divergence(sure, other)
    yield "one sure action", lambda: e.entropy(jnp.zeros((2, 1), dtype))
    yield "integer alphas, traced", lambda: jax.vmap(e.soft_value)(b["q"][:4], jnp.array([1, 2, 0, -1]))
    yield "alphas", lambda: [e.soft_value(b["q"][0], x) for x in (0, 1, np.int64(3), 2.0**60, 2.0**-60)]
    if dtype == np.float32:  # the dtype of a list of numbers depends on the mode
        return
    lists = [list(map(float, row)) for row in np.asarray(b["q"][:4])]
    yield "rows in lists", lambda: e.importance_value(lists, 0.5, [[0.0] * len(lists[0])] * 4)
    yield "targets in lists", lambda: e.optimality_target([1.0] * 4, (0.5,) * 4, lists, 0.5)
    yield "policy_value of lists", lambda: e.policy_value(lists, lists, 1.0, [0.0] * len(lists[0]))


def neighbours(e: Any, b: dict[str, Any], dtype: Any) -> Iterator[tuple[str, Thunk]]:
    """Policies that are nearly one, and masses that are nearly none."""
    q, alpha, log_w = (np.asarray(b[name])[:4] for name in ("q", "alpha", "log_w"))
    factor = np.array([1, 1.7, 0.3, 1], dtype)
    other, heat = q * factor[:, None], alpha * factor
    other[0], heat[3] = np.nextafter(q[0], dtype(9)), np.nextafter(alpha[3], dtype(9))
    curve = jax.grad(lambda *x: e.boltzmann_entropy(*x).sum(), 1)
    for label, w in (("", None), (", weighted", log_w), (", widely weighted", log_w * 20)):
        yield f"boltzmann_kl of neighbours{label}", partial(e.boltzmann_kl, q, alpha, other, heat, w)
        for how, (far, warm) in (("neighbours", (other, heat)), ("strangers", (-q * dtype(60), heat))):
            pair = (q, alpha, far, warm, *(() if w is None else (w,)))
            yield f"gradients of boltzmann_kl of {how}{label}", partial(gradients, e.boltzmann_kl, pair)
        cold = np.array([1e-9, 1e-30, 1, 40], dtype)
        gaps = np.array([[0, 90, 120, 60, 1], [3, 0, 200, 87, 1e4], [0, 0, 70, 2, 5], [80, 0, 99, 3, 1]], dtype)
        rows = (-gaps * cold[:, None], cold) if w is None else (-gaps * cold[:, None], cold, w)
        yield f"curvature where masses vanish{label}", partial(curve, *rows)
        yield f"its slope{label}", partial(slope, curve, rows, 1, cold)
    few = np.array([1, 1.5, 4, 64, 1, 64], dtype) * np.finfo(dtype).tiny
    gaps = np.array([[0, 3, 3, 3, 3], [4, 4, 0, 4, 4], [0, 6, 1, 9, 20], [70, 0, 61, 60, 80], [0, 4, 2, 8, 90],
                     [99, 120, 150, 0, 100]], dtype)  # fmt: skip
    yield "curvature where alpha is nearly no number", partial(curve, -gaps * few[:, None], few)
    large, scale = np.float64(np.finfo(dtype).max) * 0.9, dtype(np.finfo(dtype).max * 0.2)
    q = (np.array([[-1, 1, 0.5, 0.25], [1, 0.5, -1, 0], [0.75, 1, -1, -1], [1, 1, 2e-9, -0.5]]) * large).astype(dtype)
    heat, other = np.full(4, scale, dtype), np.nextafter(q, dtype(0))
    yield "boltzmann_kl of large neighbours", partial(e.boltzmann_kl, q, heat, other, heat)
    yield "boltzmann_kl of one large", partial(e.boltzmann_kl, q, heat, q / 8, heat / 8)
    hot, cold = np.array([np.inf, 2, np.inf, 0], dtype), np.array([3, np.inf, np.inf, 1], dtype)
    near = np.array([[1, 3, 2.5], [3, 1, 2], [0, 1, 2], [1, 1, 0]], dtype)
    yield "boltzmann_kl at the ends of alpha", partial(e.boltzmann_kl, near, hot, near[:, ::-1] * dtype(1.1), cold)
    yield "and between", partial(e.boltzmann_kl, near, cold, near, hot, np.array([[0, 2, -np.inf]] * 4, dtype))
    along = (near, np.array([0.5, 2, 1, 3], dtype), np.zeros((4, 3), dtype))
    for i, x in enumerate((near[:, ::-1].copy(), np.ones(4, dtype), near)):
        for name in ("boltzmann_entropy", "soft_value"):
            yield f"slope {i} of the slopes of {name}", partial(slope_of_slopes, getattr(e, name), along, i, x)
    one = np.arange(-80, 0, dtype=dtype).reshape(16, 5) / 16
    yield "kl_divergence where log ratios are 1", partial(e.kl_divergence, one, one + np.sign(one + 2))
    steps = np.arange(320).reshape(64, 5)  # from policies that are near to some that are far, and one out of reach
    here, there = (((steps * k) % 97 - 48).astype(dtype) / 16 for k in (29, 61))
    there *= np.linspace(0.1, 3, 64, dtype=dtype)[:, None]
    there[7, 2] = -np.inf
    ones = np.ones(64, dtype)
    yield "boltzmann_kl from near to far", partial(e.boltzmann_kl, here, ones, there, ones)
    moved = partial(gradients, e.boltzmann_kl, (here[8:40], ones[8:40], there[8:40], ones[8:40]))
    yield "gradients of boltzmann_kl from near to far", moved
    even = (np.zeros((3, 2), dtype), ones[:3], here[:3, :2] / 8, ones[:3])
    yield "gradients of boltzmann_kl of even chances", partial(gradients, e.boltzmann_kl, even)
    none = np.array([[-np.inf] * 3, [1, 2, 3], [0, -np.inf, 2], [1, 2, 3]], dtype)
    lacking = (none, ones[:4], none[::-1].copy(), ones[:4])
    yield "boltzmann_kl of no actions", partial(e.boltzmann_kl, *lacking)
    yield "gradients of boltzmann_kl of no actions", partial(gradients, e.boltzmann_kl, lacking)
    wide = np.float64(2.0) ** (np.finfo(dtype).maxexp - 8)  # a gap that overflows under one policy and not the other
    apart = (np.array([[0, -wide]], dtype), np.full(1, wide, dtype))
    sure = (apart[0], np.full(1, 2.0**-12, dtype))
    beside = np.array([[1, 2]], dtype)
    yield "boltzmann_kl along what it is finite in", partial(slope, e.boltzmann_kl, (*apart, *sure), 2, beside)
    ends = np.array([[-np.inf, -np.inf], [np.inf, 0], [3, -np.inf], [1, 2]], dtype)
    yield "log_partition at the ends", partial(gradients, e.log_partition, (ends, np.ones(4, dtype)))
    weights = np.array([[0, np.inf], [0, 1]], dtype)
    yield "a traced infinite weight", lambda: jax.vmap(e.soft_value)(ends[2:], np.ones(2, dtype), weights)


def one_wider(f: Callable[..., Any], short: tuple, wide: tuple) -> Any:
    """What comes of 16-bit arguments when one of them has more digits, for each in turn."""
    return [f(*short[:i], wide[i], *short[i + 1 :]) for i in range(len(short))]


def ends_of_range(b: dict[str, Any], dtype: Any) -> dict[str, Any]:
    """Q and alpha at the ends of what a float holds, gaps at the ends of what exp does, NaN on and off the mask."""
    info, rng = jnp.finfo(dtype), np.random.default_rng(7)
    most, least = float(info.max), float(info.tiny)
    signs = rng.integers(-8, 9, (12, 5)) / 8
    whole = 88.72283905206835 if dtype == np.float32 else 709.782712893384  # the logarithm of the largest number
    q = np.concatenate([signs[:4] * most, signs[4:6] * least * 8, whole * (1 + signs[6:9] * 2.0**-6), signs[9:] * 3])
    q[6:9, 0] = 0
    q[9, 2] = q[10, :] = q[11, 1] = np.nan
    alpha = [most / 4, most, most / 1024, 1.0, least, 1.0, 1.0, 1 + 2.0**-8, 1 - 2.0**-8, 1.0, 1.0, least * 64]
    log_w = np.round(rng.integers(-40, 41, (12, 5)) / 8)
    log_w[9, 2] = log_w[0, 1] = log_w[6, 0] = -np.inf
    made = {name: np.asarray(x[:12]).copy() for name, x in b.items()}
    heat = np.array(alpha)
    made |= {"q": q, "alpha": heat, "log_w": log_w, "q2": q[:, ::-1] / 2, "alpha2": heat[::-1] / 2}
    made["log_p"][9, 2] = made["log_r"][8, 3] = -np.inf
    made["log_r"][9, 2] = made["log_p"][7, 1] = -np.inf
    return {name: jnp.asarray(x if x.dtype == np.int32 else x.astype(dtype)) for name, x in made.items()}


def selftest(e: Any) -> Iterator[tuple[str, Thunk]]:
    """What the check of the arithmetic draws, and what it says of arithmetic that is none."""
    module = importlib.import_module(f"{e.__name__}._selftest")

    def bad() -> None:
        real = module._floats, module._specials
        try:
            module._floats = lambda a, b: (a + b, 0 * a, a * b, 0 * a, a * (1 / b))
            module._specials = lambda x: np.array([True, x.dtype != np.float32 or x[2] != 1, True])
            said = [*module._complaints(*module.samples())]
            module._specials = lambda x: np.zeros(3, bool)
            said += [*module._complaints(*module.samples())][-1:]
        finally:
            module._floats, module._specials = real
        raise ValueError("; ".join(said))

    yield "selftest: samples", lambda: module.samples()
    yield "selftest: complaints", bad


def promise(f: Callable[..., Any], log: bool, q: Any, alpha: Any, log_w: Any) -> Any:
    """Where a fast policy is within twice its bound of the default, and whether it is the default: no bit of `exp`."""
    exact, found = f(q, alpha, log_w), f(q, alpha, log_w, fast=True)
    weight = jnp.zeros_like(q) if log_w is None else jnp.broadcast_to(jnp.where(log_w == -jnp.inf, 0, log_w), q.shape)
    wide = jnp.max(jnp.abs(weight), axis=-1, keepdims=True)
    gap = (jnp.max(q, axis=-1, keepdims=True) - q) / alpha[..., None]
    size = jnp.maximum(jnp.maximum(1, jnp.abs(exact)), wide) if log else (gap + wide + 4) * exact
    near = jnp.abs(found - exact) <= 4 * jnp.finfo(q.dtype).eps * size
    kept = jnp.where(jnp.isnan(found), -1, near | (found == exact)).astype(jnp.int8)
    return kept, jnp.array_equal(exact, found, equal_nan=True)


def gradients(f: Callable[..., Any], arguments: tuple) -> Any:
    return jax.grad(lambda *x: f(*x).sum(), tuple(range(len(arguments))))(*arguments)


def slope(f: Callable[..., Any], arguments: tuple, i: int, along: Any) -> Any:
    return jax.jvp(lambda x: f(*arguments[:i], x, *arguments[i + 1 :]), (arguments[i],), (along,))[1]


def slope_of_slopes(f: Callable[..., Any], arguments: tuple, i: int, along: Any) -> Any:
    return slope(lambda *x: gradients(f, x), arguments, i, along)


def bend(f: Callable[..., Any], arguments: tuple, i: int, j: int, b: dict[str, np.ndarray]) -> Any:
    inner = tangent(np.asarray(arguments[j]), b)[..., ::-1]
    return slope(lambda *x: slope(f, x, j, inner), arguments, i, tangent(np.asarray(arguments[i]), b))


def refusals(e: Any) -> Iterator[tuple[str, Thunk]]:
    """What is refused."""
    q, v = jnp.ones((2, 3), jnp.float32), jnp.ones(2, jnp.float32)
    yield "integer q", lambda: e.soft_value(jnp.ones((2, 3), jnp.int32), 1.0)
    yield "integer log_w", lambda: e.soft_value(q, 1.0, jnp.ones((2, 3), jnp.int32))
    yield "no numbers", lambda: e.soft_value(np.array(["x"]), 1.0)
    yield "no numbers in alpha", lambda: e.soft_value(q, np.array(["x"]))
    yield "8 bits", lambda: e.soft_value(q.astype(jnp.float8_e4m3fn), 1.0)
    yield "a scalar q", lambda: e.soft_value(1.0, 1.0)
    yield "no actions", lambda: e.soft_value(jnp.ones((2, 0)), 1.0)
    yield "a boolean alpha", lambda: e.soft_value(q, True)
    yield "a negative alpha", lambda: e.soft_value(q, -1.0)
    yield "a NaN alpha", lambda: e.soft_value(q, float("nan"))
    yield "one negative alpha", lambda: e.soft_value(q, np.array([1.0, -2.0], np.float32))
    yield "alpha 0 in energy", lambda: e.energy(q, 0.0)
    yield "alpha 0 in log_partition", lambda: e.log_partition(q, 0.0)
    yield "alpha 0 in langevin_step", lambda: e.langevin_step(q, q, 0.0, 0.1, q)
    yield "alphas", lambda: e.soft_value(q, jnp.ones(3))
    yield "log_w", lambda: e.soft_value(q, 1.0, jnp.ones(4))
    yield "log_w of one state", lambda: e.soft_value(q[0], 1.0, jnp.ones(4))
    yield "rows of log_w of one state", lambda: e.soft_value(q[0], 1.0, q)
    yield "log_w of two axes", lambda: e.soft_value(q[None], 1.0, jnp.ones(4))
    yield "rows of log_w of two axes", lambda: e.soft_value(q[None], 1.0, q)
    yield "rows of log_proposal", lambda: e.importance_value(q[None], 1.0, q)
    yield "log_w of evaluation_target", lambda: e.evaluation_target(v, 1.0, q, q, 1.0, jnp.ones(4))
    yield "8 bits of an integer", lambda: e.soft_value(q.astype(jnp.int8), 1.0)
    yield "a list that is none", lambda: e.importance_value([["x", "y"]], 1.0, q[:1, :2])
    yield "a list that is none in optimality_target", lambda: e.optimality_target(["x"], 1.0, q[:1], 1.0)
    yield "a scalar log_w", lambda: e.soft_value(q, 1.0, 1.0)
    yield "rows of log_w", lambda: e.soft_value(q, 1.0, jnp.ones((3, 3)))
    yield "a scalar density", lambda: e.entropy(1.0)
    yield "two densities", lambda: e.kl_divergence(q, jnp.ones((2, 4)))
    yield "log_w of densities", lambda: e.entropy(q, jnp.ones(4))
    yield "integer log_w of densities", lambda: e.entropy(q, jnp.ones(3, jnp.int32))
    yield "alphas of policy_value", lambda: e.policy_value(q, q, jnp.ones(3))
    yield "a negative alpha in policy_value", lambda: e.policy_value(q, q, -1.0)
    yield "shapes of policy_value", lambda: e.policy_value(q, jnp.ones((2, 4)), 1.0)
    yield "shapes of kl_to_boltzmann", lambda: e.kl_to_boltzmann(q, jnp.ones((2, 4)), 1.0)
    yield "log_pi of kl_to_boltzmann", lambda: e.kl_to_boltzmann(1.0, q, 1.0)
    yield "q of kl_to_boltzmann", lambda: e.kl_to_boltzmann(q, 1.0, 1.0)
    yield "shapes of boltzmann_kl", lambda: e.boltzmann_kl(q, 1.0, jnp.ones((2, 4)), 1.0)
    yield "q1", lambda: e.boltzmann_kl(1.0, 1.0, q, 1.0)
    yield "q2", lambda: e.boltzmann_kl(q, 1.0, jnp.ones((2, 3), jnp.int32), 1.0)
    yield "log_w of boltzmann_kl", lambda: e.boltzmann_kl(q, 1.0, q, 1.0, jnp.ones(3, jnp.int32))
    yield "rows of log_w of boltzmann_kl", lambda: e.boltzmann_kl(q, 1.0, q, 1.0, jnp.ones(4))
    yield "alpha1", lambda: e.boltzmann_kl(q, jnp.ones(3), q, 1.0)
    yield "alpha2", lambda: e.boltzmann_kl(q, 1.0, q, jnp.ones(3))
    yield "reward", lambda: e.soft_q_target(jnp.ones(2, jnp.int32), 1.0, v)
    yield "discount", lambda: e.soft_q_target(v, jnp.ones(2, jnp.int32), v)
    yield "next_v", lambda: e.soft_q_target(v, 1.0, jnp.ones(2, jnp.int32))
    yield "shapes of soft_q_target", lambda: e.soft_q_target(v, jnp.ones(3), v)
    yield "shapes of all of soft_q_target", lambda: e.soft_q_target(v, jnp.ones(3), jnp.ones(4))
    yield "next_q", lambda: e.optimality_target(v, 1.0, 1.0, 1.0)
    yield "next_q and log_w", lambda: e.optimality_target(v, 1.0, q, 1.0, jnp.ones(4))
    yield "rewards of optimality_target", lambda: e.optimality_target(jnp.ones(3), 1.0, q, 1.0)
    yield "discounts of optimality_target", lambda: e.optimality_target(v, jnp.ones(3), q, 1.0)
    yield "integers in optimality_target", lambda: e.optimality_target(jnp.ones(2, jnp.int32), 1.0, q, 1.0)
    yield "rewards of evaluation_target", lambda: e.evaluation_target(jnp.ones(3), 1.0, q, q, 1.0)
    yield "discounts of evaluation_target", lambda: e.evaluation_target(v, jnp.ones(3), q, q, 1.0)
    yield "policies of evaluation_target", lambda: e.evaluation_target(v, 1.0, jnp.ones((2, 4)), q, 1.0)
    yield "alpha of evaluation_target", lambda: e.evaluation_target(v, 1.0, q, q, jnp.ones(3))
    yield "q of q_loss", lambda: e.q_loss(1.0, 0, 1.0)
    yield "target of q_loss", lambda: e.q_loss(q, jnp.zeros(2, jnp.int32), jnp.ones(2, jnp.int32))
    yield "a fractional action", lambda: e.q_loss(q, v, v)
    yield "an action that is none", lambda: e.q_loss(q, jnp.array([0, 3], jnp.int32), v)
    yield "a negative action", lambda: e.q_loss(q, jnp.array([-1, 2], jnp.int32), v)
    yield "actions", lambda: e.q_loss(q, jnp.zeros(3, jnp.int32), v)
    yield "targets", lambda: e.q_loss(q, jnp.zeros(2, jnp.int32), jnp.ones(3))
    yield "samples", lambda: e.importance_value(1.0, 1.0, q)
    yield "log_proposal", lambda: e.importance_value(q, 1.0, 1.0)
    yield "shapes of importance_value", lambda: e.importance_value(q, 1.0, jnp.ones(4))
    yield "rows of importance_value", lambda: e.importance_value(q, 1.0, jnp.ones((3, 3)))
    yield "point", lambda: e.langevin_step(1.0, q, 1.0, 0.1, q)
    yield "gradient", lambda: e.langevin_step(q, 1.0, 1.0, 0.1, q)
    yield "noise", lambda: e.langevin_step(q, q, 1.0, 0.1, 1.0)
    yield "shape of the gradient", lambda: e.langevin_step(q, jnp.ones((2, 4)), 1.0, 0.1, q)
    yield "shape of the noise", lambda: e.langevin_step(q, q, 1.0, 0.1, jnp.ones((2, 4)))
    yield "step sizes", lambda: e.langevin_step(q, q, 1.0, v, q)
    yield "an integer step size", lambda: e.langevin_step(q, q, 1.0, jnp.int32(1), q)
    yield "an infinite weight", lambda: e.soft_value(q, 1.0, jnp.full(3, jnp.inf))
    yield "a density of 0", lambda: e.importance_value(q, 1.0, jnp.full(3, -jnp.inf))
    yield "alphas of langevin_step", lambda: e.langevin_step(q, q, jnp.ones(3), 0.1, q)


def answer(thunk: Thunk) -> str:
    """The bits, or what is said instead of them."""
    try:
        with jax.disable_jit():
            found = thunk()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    digest = hashlib.sha256()
    for x in jax.tree.leaves(found):
        x = np.asarray(x)
        if not np.issubdtype(x.dtype, np.integer) and x.dtype != bool:
            x = np.where(np.isnan(x), np.asarray(np.nan, x.dtype), x)  # one NaN is as good as another
        digest.update(f"{x.shape}{x.dtype}".encode() + x.tobytes())
    return digest.hexdigest()[:16]


def thunks(e: Any, dtype: Any) -> Iterator[tuple[str, Thunk]]:
    """Everything that is recorded in a dtype; refusals stand with float32."""
    if dtype == np.float32:
        yield from selftest(e)
        yield from (("refused: " + name, thunk) for name, thunk in refusals(e))
    for name, thunk in computations(e, dtype):
        yield f"{np.dtype(dtype).name}: {name}", thunk


def answers(e: Any, dtype: Any) -> dict[str, str]:
    return {name: answer(thunk) for name, thunk in thunks(e, dtype)}


if __name__ == "__main__":
    jax.config.update("jax_numpy_rank_promotion", "raise")
    jax.config.update("jax_enable_x64", True)
    sys.path.insert(0, str(Path(__file__).parent.parent))
    import softql.equations

    found = answers(softql.equations, np.float32) | answers(softql.equations, np.float64)
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(found)} answers recorded")
