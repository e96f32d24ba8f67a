"""Nothing changes by itself: the bits of every equation and derivative, and the words of every refusal, as recorded."""

import json

import numpy as np
import recorded

import softql.equations

RECORDED = json.loads(recorded.FILE.read_text())


def test_float32():
    """On purpose? Then `python tests/recorded.py` records what there is now, and `git diff` shows what it was."""
    expected = {name: x for name, x in RECORDED.items() if not name.startswith("float64")}
    assert recorded.answers(softql.equations, np.float32) == expected
    assert len(expected) > 300


def test_one_bit_is_noticed():
    """The negative control: a V one unit in the last place higher."""

    class Wrong:
        soft_value = staticmethod(lambda *x: np.nextafter(np.asarray(softql.equations.soft_value(*x)), np.inf))

        def __getattr__(self, name):
            return getattr(softql.equations, name)

    name, thunk = next(item for item in recorded.computations(Wrong(), np.float32) if item[0] == "soft_value, 5 actions")
    assert recorded.answer(thunk) != RECORDED[f"float32: {name}"]
