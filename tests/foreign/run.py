"""Put the laws to other libraries, each in an environment of its own, with its pinned requirements.

    python tests/foreign/run.py jax          one of: jax torch tianshou d3rlpy imitation sb3-soft
    python tests/foreign/run.py              all of them; several gigabytes, most of them torch

Each environment is made once, under .venv-foreign/. It holds the library, NumPy, Hypothesis and pytest; softql itself
is used from this checkout and needs no JAX there. In the ordinary test suite these tests run where the library happens
to be installed and are skipped, with that reason, where it is not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TESTS = {
    "jax": ["test_jax_nn.py", "test_scipy.py", "test_distrax.py", "test_rlax.py"],
    "torch": ["test_torch.py"],
    "tianshou": ["test_tianshou.py"],
    "d3rlpy": ["test_d3rlpy.py"],
    "sb3-soft": ["test_sb3_soft.py"],
    "imitation": ["test_imitation.py", "test_stable_baselines3.py", "test_scipy.py"],
}


def python_of(name: str) -> Path:
    """The interpreter of an environment, which is made where it is missing."""
    folder = ROOT / ".venv-foreign" / name
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        requirements = HERE / "requirements" / f"{name}.txt"
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", requirements], check=True)
        (folder / "complete").touch()
    return python


def check(name: str) -> int:
    """The tests of one environment; pytest's exit code."""
    options = ["-c", HERE / "pytest.ini", "--rootdir", HERE, "--confcutdir", HERE, "-p", "no:cacheprovider", "-q"]
    files = [HERE / file for file in TESTS[name]]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SOFTQL_FOREIGN": name}
    return subprocess.run([python_of(name), "-m", "pytest", *options, *files], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(max(check(name) for name in sys.argv[1:] or TESTS))
