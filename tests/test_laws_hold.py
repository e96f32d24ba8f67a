"""The laws hold: for softql, and for the reference in float32 and float64.

`SOFTQL_LAW_EXAMPLES=2000` is the deep run, by hand; `SOFTQL_LAW_SEED` draws other inputs. softql is compiled
once per shape and runs in float32, or in float64 where JAX_ENABLE_X64 is set.
"""

from __future__ import annotations

import os

import jax
import numpy as np
import reference

import softql
from softql import laws

EXAMPLES = int(os.environ.get("SOFTQL_LAW_EXAMPLES", "100"))
SEED = int(os.environ.get("SOFTQL_LAW_SEED", "0"))
SYSTEMS = ("solver", "sampler", "continuous", "replay", "agent")  # softql's own are in test_systems_hold.py
FORMULAS = [law for law in laws.LAWS if law.stem not in SYSTEMS]
NEEDED = sorted({name for law in FORMULAS for name in law.needs})
COMPILED = {name: jax.jit(getattr(softql, name)) for name in NEEDED}
PRECISION = np.float64 if jax.config.read("jax_enable_x64") else np.float32


@laws.parametrize(COMPILED, FORMULAS, examples=EXAMPLES, seed=SEED, dtype=PRECISION)
def test_softql(check):
    check()


@laws.parametrize(reference, examples=max(1, EXAMPLES // 4), seed=SEED + 1, dtype=np.float32)
def test_reference_in_float32(check):
    check()


@laws.parametrize(reference, examples=max(1, EXAMPLES // 4), seed=SEED + 2, dtype=np.float64)
def test_reference_in_float64(check):
    check()


def test_no_law_is_skipped():
    """Every function that a law needs exists in softql and in the reference."""
    assert [name for law in laws.LAWS for name in law.needs if not hasattr(reference, name)] == []
    assert [name for name in NEEDED if not hasattr(softql, name)] == []
