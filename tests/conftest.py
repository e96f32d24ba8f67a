"""Every test runs with rank promotion refused, and (pyproject.toml) with warnings as errors."""

from pathlib import Path

import jax
import pytest

jax.config.update("jax_numpy_rank_promotion", "raise")

# x64/ needs a process of its own, with 64-bit floats on: test_x64.py starts it
collect_ignore = [] if jax.config.jax_enable_x64 else ["x64"]

PAGES = Path("/proc/self/statm")  # Linux: memory in pages of 4 KiB
MOST = 3 * 2**30 // 4096


def pytest_collection_modifyitems(items):
    """The process of its own first: it takes minutes, and at the end the others would wait for it."""
    items.sort(key=lambda item: "test_x64" not in item.nodeid)


@pytest.fixture(autouse=True)
def compiled_programs_are_given_back():
    """JAX keeps all that it compiled: after thousands of tests that is more memory than some machines have."""
    yield
    if PAGES.exists() and int(PAGES.read_text().split()[1]) > MOST:
        jax.clear_caches()
