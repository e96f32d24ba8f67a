"""The inputs of every column and the true results, as files of arrays that any environment can read.

A file of inputs holds, for each regime letter, `q, alpha, q2, alpha2` and, where there are weights, `log_w`.
Imports: numpy, ml_dtypes, and tests/regimes.py and tests/oracle.py. Never softql.
"""

from __future__ import annotations

import sys
from pathlib import Path

import ml_dtypes
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import oracle  # noqa: E402
import regimes  # noqa: E402

COUNTING = ("T", "D", "U", "O", "E", "N", "4k", "Z", "S")
LETTERS = (*COUNTING, "W", "F", "M")
WEIGHTED = ("W", "F")
OPERATORS = (
    "value",
    "value_on_its_scale",
    "policy",
    "log_policy",
    "advantage",
    "entropy",
    "kl",
    "mellowmax",
    "d_value_dalpha",
    "d_value_dlog_w",
    "hessian_diagonal",
    "d2_value_dalpha2",
)
#: results below 2^LEAST are left out, as the goals say: the least normal number times 2^26
LEAST = {"float32": -100, "float64": -996, "bfloat16": -100, "float16": -14}
MIXED = ("T", "D", "U", "O", "N", "S")
ALPHAS = np.logspace(-4, 4, 65)
SEED = 2024

Arrays = dict[str, np.ndarray]


def case(letter: str, rows: int, dtype: str) -> regimes.Case:
    """One regime; W: a mixture of them with weights of 1e-30 to 1e30; F: with weights of 1, 1e-13 and 1e13; M: the
    mixture with a third of it masked."""
    kind = np.dtype(dtype)
    if letter == "4k":
        return regimes.regime(letter, max(4, rows // 50), kind, seed=SEED)
    if letter in COUNTING:
        return regimes.regime(letter, rows, kind, seed=SEED)
    parts = [regimes.regime(x, rows, kind, seed=SEED + 1) for x in MIXED]
    of = np.arange(rows) % len(parts)
    q, alpha = (np.stack(x)[of, np.arange(rows)] for x in ([p.q for p in parts], [p.alpha for p in parts]))
    mixed = regimes.Case(q, alpha)
    if letter == "M":
        return regimes.masked(mixed, seed=SEED, poison=0.0)
    return regimes.weighted(mixed, seed=SEED) if letter == "W" else regimes.free(mixed, seed=SEED)


def inputs(rows: int, dtype: str) -> Arrays:
    """Every regime in one dtype, with a second policy near each; and one row of values over a grid of alpha."""
    out = {}
    for letter in LETTERS:
        one, two = regimes.near_pair(case(letter, rows, dtype), seed=SEED, same_alpha=letter in "TUOE")
        out |= {
            f"{letter}.q": one.q,
            f"{letter}.alpha": one.alpha,
            f"{letter}.q2": two.q,
            f"{letter}.alpha2": two.alpha,
        }
        if one.log_w is not None:
            out[f"{letter}.log_w"] = one.log_w
    q = np.random.default_rng(SEED).normal(size=(32, 6))
    out["grid.q"] = np.tile(q, (len(ALPHAS), 1)).astype(dtype)
    out["grid.alpha"] = np.repeat(ALPHAS, len(q)).astype(dtype)
    return out


def low_inputs(rows: int) -> Arrays:
    """Typical rows, near-uniform ones, and typical ones with weights, as 16-bit floats hold them, in float32."""
    out = {}
    for name in ("bfloat16", "float16"):
        for letter in ("T", "U", "W"):
            x = case("U" if letter == "U" else "T", rows, "float32")
            x = regimes.weighted(x, seed=SEED) if letter == "W" else x
            for key, value in x._asdict().items():
                if value is not None:
                    kind = ml_dtypes.bfloat16 if name == "bfloat16" else np.float16
                    out[f"{name}.{letter}.{key}"] = value.astype(kind).astype(np.float32)
    return out


def truth(arrays: Arrays, letter: str) -> dict[str, oracle.Exact]:
    """The true results of one regime: every operator that has a row in the table."""
    q, alpha, log_w = arrays[f"{letter}.q"], arrays[f"{letter}.alpha"], arrays.get(f"{letter}.log_w")
    true = oracle.truth(q, alpha, log_w)
    true["d_value_dalpha"] = true["entropy"]
    true["value_on_its_scale"] = true["value"]
    if f"{letter}.q2" in arrays:
        true["kl"] = oracle.boltzmann_kl(q, alpha, arrays[f"{letter}.q2"], arrays[f"{letter}.alpha2"], log_w)
        if q.shape[-1] <= 6:
            true["d_value_dlog_w"] = oracle.derivatives(q, alpha, log_w)["d_value_dlog_w"]
    return true


def error(name: str, computed: np.ndarray, true: oracle.Exact, arrays: Arrays, letter: str, dtype: str) -> np.ndarray:
    """True ulp of the results in range; of the value also in ulp of max(|max Q|, alpha |log Z|)."""
    ulp = oracle.err_ulp(computed, true, dtype)
    if name != "value_on_its_scale":
        masked = (name == "advantage") & ~np.isfinite(true.hi)  # Q - V is nobody's promise where Q is masked
        return ulp[oracle.in_range(true, LEAST[dtype]) & ~masked]
    q, log_w = np.asarray(arrays[f"{letter}.q"], np.float64), arrays.get(f"{letter}.log_w", 0.0)
    top = np.where(np.asarray(log_w) == -np.inf, -np.inf, q).max(-1)
    scale = np.maximum(np.abs(top), np.abs(true.nearest() - top))
    own = np.maximum(oracle.exponent(true), oracle.FORMATS[dtype][1])
    return ulp * 2.0 ** np.clip(own - np.frexp(scale)[1] + 1, -2000, 0)
