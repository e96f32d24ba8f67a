"""The other first derivatives in float64, against the oracle."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import regimes
from test_slopes import COUPLES, FORMULAS, LIMITS, arguments, worst


@pytest.mark.parametrize("name", FORMULAS)
def test_within_limits(name):
    for letter in "TDUONS":
        case = regimes.weighted(regimes.regime(letter, 15, np.float64))
        couples = COUPLES.values() if name == "boltzmann_kl" else (regimes.near_pair,)
        for couple in couples:
            found = worst(name, arguments(name, *couple(case)))
            assert max(found.values()) <= LIMITS[name], (letter, found)
