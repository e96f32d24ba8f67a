"""No false alarms on code that is right in another way, and small counterexamples on code that is wrong.

The figures that docs/verify-yours.md publishes come from benchmarks/verify_power.py, which uses the same corpus.
"""

import os

import numpy as np
import pytest
from mutants import MUTANTS
from variants import VARIANTS

import softql

EXAMPLES = int(os.environ.get("SOFTQL_LAW_EXAMPLES", "4"))
STEMS = ("value", "policy", "backup", "estimator")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", VARIANTS)
def test_right_in_another_way_is_right(name, dtype):
    report = softql.verify(VARIANTS[name], STEMS, examples=EXAMPLES, dtype=dtype)
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
    assert len(VARIANTS) * 2 >= 10
