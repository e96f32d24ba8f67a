"""The tests of tests/x64, in a process with 64-bit floats on."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_the_equations_in_float64():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0", str(HERE / "x64")]
    environment = os.environ | {"JAX_ENABLE_X64": "1"}
    out = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent, env=environment)
    assert out.returncode == 0, out.stdout + out.stderr
    assert " passed" in out.stdout
