"""What accuracy costs: softql's operators against jax.nn's on the same arrays, interleaved; JSON on stdout."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import softql
import softql.precise
from benchmarks import machine

ACTIONS = (2, 4, 6, 8, 16, 18, 32, 64, 512, 4096)
ELEMENTS = 1 << 20
PRECISE_ELEMENTS = 1 << 16
ROUNDS = 15


def value(q: Any, alpha: Any) -> jax.Array:
    """What a user of jax.nn writes."""
    return alpha * jax.nn.logsumexp(q / alpha[:, None], axis=-1)


def policy(q: Any, alpha: Any) -> jax.Array:
    return jax.nn.softmax(q / alpha[:, None], axis=-1)


def log_policy(q: Any, alpha: Any) -> jax.Array:
    return jax.nn.log_softmax(q / alpha[:, None], axis=-1)


PAIRS: dict[str, tuple[Callable, Callable, int]] = {
    "soft_value / logsumexp": (softql.soft_value, value, ELEMENTS),
    "boltzmann_policy / softmax": (softql.boltzmann_policy, policy, ELEMENTS),
    "boltzmann_log_policy / log_softmax": (softql.boltzmann_log_policy, log_policy, ELEMENTS),
    "boltzmann_policy(fast=True) / softmax": (partial(softql.boltzmann_policy, fast=True), policy, ELEMENTS),
    "boltzmann_log_policy(fast=True) / log_softmax": (
        partial(softql.boltzmann_log_policy, fast=True),
        log_policy,
        ELEMENTS,
    ),
    "precise.soft_value / logsumexp": (softql.precise.soft_value, value, PRECISE_ELEMENTS),
    "precise.boltzmann_policy / softmax": (softql.precise.boltzmann_policy, policy, PRECISE_ELEMENTS),
}


def seconds(f: Callable, arguments: tuple, times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        out = f(*arguments)
    jax.block_until_ready(out)
    return (time.perf_counter() - start) / times


def ratio(ours: Callable, theirs: Callable, actions: int, elements: int) -> float:
    """The median over rounds of one's time over the other's, measured one after the other in each round."""
    rng = np.random.default_rng(actions)
    rows = max(1, elements // actions)
    q, alpha = rng.normal(size=(rows, actions)), np.exp(rng.normal(size=rows))
    arguments = (jnp.asarray(q, jnp.float32), jnp.asarray(alpha, jnp.float32))
    ours, theirs = jax.jit(ours), jax.jit(theirs)
    for f in (ours, theirs):
        jax.block_until_ready(f(*arguments))
    times = max(1, int(0.004 / seconds(theirs, arguments, 3)))
    slow = max(1, int(0.004 / seconds(ours, arguments, 1)))
    return median(seconds(ours, arguments, slow) / seconds(theirs, arguments, times) for _ in range(ROUNDS))


def padded(q: Any, alpha: Any) -> jax.Array:
    """The policy of a row more."""
    return softql.boltzmann_policy(jnp.pad(q, ((0, 1), (0, 0))), jnp.pad(alpha, (0, 1), constant_values=1))[:-1]


UNEVEN: dict[str, Callable] = {
    "boltzmann_policy": softql.boltzmann_policy,
    "soft_value": softql.soft_value,
    "jax.nn.softmax": policy,
    "boltzmann_policy of a row more": padded,
}
SHARES = 65_536, 16  # rows that threads share evenly, and one less that they do not; actions


def uneven() -> dict[str, list[float]]:
    """Milliseconds with so many rows, and with one less: medians of interleaved rounds."""
    rows, actions = SHARES
    q = jnp.asarray(np.random.default_rng(0).normal(size=(rows, actions)), jnp.float32)
    cases = [(jax.jit(f), (q[:n], jnp.ones(n))) for f in UNEVEN.values() for n in (rows, rows - 1)]
    for f, arguments in cases:
        jax.block_until_ready(f(*arguments))
    took = [[seconds(f, arguments, 5) for f, arguments in cases] for _ in range(ROUNDS)]
    found = [round(1e3 * median(x), 2) for x in zip(*took, strict=True)]
    return {name: found[2 * i : 2 * i + 2] for i, name in enumerate(UNEVEN)}


def main() -> None:
    ratios: dict[str, list[float]] = {}
    for name, (ours, theirs, elements) in PAIRS.items():
        for actions in ACTIONS:
            ratios.setdefault(name, []).append(round(ratio(ours, theirs, actions, elements), 3))
            print(f"{name}, {actions} actions: {ratios[name][-1]:.2f}", file=sys.stderr, flush=True)
    print(
        json.dumps(
            {
                "elements": ELEMENTS,
                "precise_elements": PRECISE_ELEMENTS,
                "rounds": ROUNDS,
                "actions": ACTIONS,
                "ratios": ratios,
                "shares": SHARES,
                "uneven": uneven() if machine.cores() > 1 else {},
                "cores": machine.cores(),
                "load": machine.load(),
            }
        )
    )


if __name__ == "__main__":
    main()
