"""Every test runs with rank promotion refused, and (pyproject.toml) with warnings as errors."""

import os
import shutil
import tempfile
from pathlib import Path

# What one process compiled, the others of this session load: workers and children inherit these, which JAX reads when
# it is imported.
OURS = "JAX_COMPILATION_CACHE_DIR" not in os.environ
if OURS:
    os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp(prefix="softql-compiled-")
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.2"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"

import jax  # noqa: E402
import pytest  # noqa: E402

jax.config.update("jax_numpy_rank_promotion", "raise")
jax.devices()  # awake: no command of a test can count processors as devices any more

# x64/ needs a process of its own, with 64-bit floats on: test_x64.py starts it
collect_ignore = [] if jax.config.jax_enable_x64 else ["x64"]

STATM = Path("/proc/self/statm")  # Linux: memory in pages of 4 KiB
GIB = 2**30 // 4096
MOST = [3 * GIB]  # grows with what the allocator does not give back


def pytest_sessionfinish():
    """The process that made the folder of compiled programs removes it."""
    if OURS:
        shutil.rmtree(os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)


def pytest_collection_modifyitems(items):
    """The process of its own first: it takes minutes, and at the end the others would wait for it."""
    items.sort(key=lambda item: "test_x64" not in item.nodeid)


@pytest.fixture(autouse=True)
def compiled_programs_are_given_back():
    """JAX keeps all that it compiled: after thousands of tests that is more memory than some machines have."""
    yield
    if STATM.exists() and pages() > MOST[0]:
        jax.clear_caches()
        MOST[0] = max(3 * GIB, pages() + GIB)


def pages():
    """The memory of this process."""
    return int(STATM.read_text().split()[1])
