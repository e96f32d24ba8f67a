"""What `test_recorded.py` holds for float32, with 64-bit floats: one answer in six, all with SOFTQL_THOROUGH=1."""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

import recorded
from thorough import THOROUGH

import softql.equations


def test_float64():
    expected = {k: x for k, x in json.loads(recorded.FILE.read_text()).items() if k.startswith("float64")}
    thunks = dict(recorded.thunks(softql.equations, np.float64))
    assert list(thunks) == list(expected)
    assert len(expected) > 300
    usual = [name for name in expected if not name.split(': ')[1].startswith(recorded.LONG)]
    for name in expected if THOROUGH else usual[::6]:
        assert recorded.answer(thunks[name]) == expected[name], name
