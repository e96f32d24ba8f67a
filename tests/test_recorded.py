"""Nothing changes by itself: the bits of every equation and derivative, and the words of every refusal, as recorded.

One answer in three, those of `recorded_wide.py` and all others with SOFTQL_THOROUGH=1.
"""

import json

import numpy as np
import recorded
from thorough import THOROUGH

import softql.equations

RECORDED = json.loads(recorded.FILE.read_text())


def test_float32():
    """On purpose? Then `python tests/recorded.py` records what there is now, and `git diff` shows what it was."""
    expected = {name: x for name, x in RECORDED.items() if not name.startswith("float64")}
    thunks = dict(recorded.thunks(softql.equations, np.float32))
    assert list(thunks) == list(expected)
    assert len(expected) > 300
    usual = [name for name in expected if not name.split(': ')[1].startswith(recorded.LONG)]
    for name in expected if THOROUGH else usual[::3]:
        assert recorded.answer(thunks[name]) == expected[name], name


def test_one_bit_is_noticed():
    """The negative control: a V one unit in the last place higher."""

    class Wrong:
        soft_value = staticmethod(lambda *x: np.nextafter(np.asarray(softql.equations.soft_value(*x)), np.inf))

        def __getattr__(self, name):
            return getattr(softql.equations, name)

    thunk = dict(recorded.computations(Wrong(), np.float32))["soft_value, 5 actions"]
    assert recorded.answer(thunk) != RECORDED["float32: soft_value, 5 actions"]
