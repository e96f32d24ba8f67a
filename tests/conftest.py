"""Every test runs with rank promotion refused, and (pyproject.toml) with warnings as errors."""

import jax

jax.config.update("jax_numpy_rank_promotion", "raise")

# x64/ needs a process of its own, with 64-bit floats on: test_x64.py starts it
collect_ignore = [] if jax.config.jax_enable_x64 else ["x64"]
