"""What `test_recorded.py` holds for float32, with 64-bit floats."""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

import recorded

import softql.equations


def test_float64():
    expected = {k: x for k, x in json.loads(recorded.FILE.read_text()).items() if k.startswith("float64")}
    assert recorded.answers(softql.equations, np.float64) == expected
    assert len(expected) > 100
