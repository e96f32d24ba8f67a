"""No false alarms on code that is right in another way, and small counterexamples on code that is wrong.

The figures that docs/verify-yours.md publishes come from benchmarks/verify_power.py, which uses the same corpus.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from mutants import MUTANTS
from variants import VARIANTS

import softql

EXAMPLES = int(os.environ.get("SOFTQL_LAW_EXAMPLES", "4"))
PAGE = (Path(__file__).parent.parent / "docs" / "verify-yours.md").read_text()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", VARIANTS)
def test_right_in_another_way_is_right(name, dtype):
    report = softql.verify(VARIANTS[name], examples=EXAMPLES, dtype=dtype)
    assert report.ok, "\n".join(map(str, report.failures))


@pytest.mark.parametrize("mutant", MUTANTS[::12], ids=lambda mutant: mutant.name)
def test_a_counterexample_has_at_most_three_actions(mutant):
    report = softql.verify(mutant.implementation, mutant.caught_by, dtype=np.float64)
    found = [result.counterexample for result in report.failures]
    sizes = [x.shape[-1] for f in found for x in f.inputs.values() if isinstance(x, np.ndarray) and x.ndim]
    assert report.failures
    assert max(sizes, default=1) <= 3


def test_the_corpus_is_large_enough():
    assert len(MUTANTS) >= 60
    assert len(VARIANTS) >= 10


def test_the_page_counts_every_bug_and_every_variant():
    assert f"\n| {len(MUTANTS)} | {len(MUTANTS)} | " in PAGE
    for name in VARIANTS:
        for dtype in ("float32", "float64"):
            (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {name} | {dtype} |")]
            assert row.split("|")[5].strip() == "0"
