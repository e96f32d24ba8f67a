"""How often softql.precise is correctly rounded: a count over every regime, plain, weighted and masked.

    python -m benchmarks.accuracy.thorough --rows 1500 --seed 5                        float32
    JAX_ENABLE_X64=1 python -m benchmarks.accuracy.thorough --rows 500 --seed 5        float64

Prints, for each operator, the results in the promised range (at least 2^-54 in float32, 2^-863 in float64), how many
are not the nearest float, and the largest error.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from benchmarks.accuracy.cases import COUNTING, oracle, regimes
from softql import precise

LEAST = {"float32": -54, "float64": -863}
OPERATORS = {
    "value": precise.soft_value,
    "log_policy": precise.boltzmann_log_policy,
    "policy": precise.boltzmann_policy,
    "advantage": precise.soft_advantage,
    "entropy": precise.boltzmann_entropy,
}


def batches(rows: int, dtype: str, seed: int) -> Iterator[regimes.Case]:
    """Every regime of six actions with each kind of measure."""
    for letter in COUNTING:
        if letter != "4k":
            plain = regimes.regime(letter, rows, np.dtype(dtype), seed=seed)
            yield from (plain, regimes.weighted(plain, seed), regimes.masked(regimes.weighted(plain, seed), seed))


def results(case: regimes.Case, seed: int) -> Iterator[tuple[str, Any, oracle.Exact]]:
    """Name, what precise computes, the truth."""
    true = oracle.truth(*case)
    for name, f in OPERATORS.items():
        yield name, f(*case), true[name]
    if case.log_w is None:
        yield "mellowmax", precise.mellowmax(case.q, case.alpha), true["mellowmax"]
    for same_alpha in (True, False):
        one, two = regimes.near_pair(case, seed=seed, same_alpha=same_alpha)
        arguments = (one.q, one.alpha, two.q, two.alpha, one.log_w)
        yield "boltzmann_kl", precise.boltzmann_kl(*arguments), oracle.boltzmann_kl(*arguments)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.thorough")
    parser.add_argument("--rows", type=int, default=1500, help="rows of each regime and measure")
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    dtype = "float64" if jax.config.jax_enable_x64 else "float32"
    errors: dict[str, list[np.ndarray]] = {}
    for case in batches(arguments.rows, dtype, arguments.seed):
        for name, found, true in results(case, arguments.seed):
            kept = oracle.in_range(true, LEAST[dtype])
            errors.setdefault(name, []).append(oracle.err_ulp(np.asarray(found), true, dtype)[kept])
    for name, parts in errors.items():
        error = np.concatenate(parts)
        print(
            f"{dtype} {name}: {error.size:,} results, {(error > 0.5).sum()} not nearest, largest {error.max():.7f} ulp"
        )


if __name__ == "__main__":
    main()
