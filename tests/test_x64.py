"""The tests of tests/x64, each file in a process of its own with 64-bit floats on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("path", sorted((HERE / "x64").glob("test_*.py")), ids=lambda path: path.stem)
def test_the_equations_in_float64(path):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0", str(path)]
    environment = os.environ | {"JAX_ENABLE_X64": "1"}
    out = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent, env=environment)
    assert out.returncode == 0, out.stdout + out.stderr
    assert " passed" in out.stdout
