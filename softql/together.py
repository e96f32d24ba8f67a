"""What one process of many does for all: it speaks, and writes and reads the run folder.

Imports: runs, sharding.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
from jax.sharding import Mesh
from rich.console import Console

from softql import runs, sharding

__all__ = ["laid", "metrics_file", "progress_of", "speaking"]


def speaking() -> Console:
    """Where a run speaks: one process of many does."""
    return Console(highlight=False, soft_wrap=True, quiet=not sharding.leads())


def laid(mesh: Mesh | None) -> dict[str, Any]:
    """How lanes and environments lie on devices."""
    return {"mesh": dict(mesh.shape), "processes": jax.process_count()} if mesh is not None and mesh.size > 1 else {}


def progress_of(folder: Path, like: Any) -> tuple[runs.Progress | None, list[str]]:
    """`runs.load_progress`, in every process, the writing one first.

    Raises:
      ValueError: where processes see different states: they need one folder.
    """
    found = runs.load_progress(folder, like) if sharding.leads() else None
    sharding.wait("the state is read")
    found = runs.load_progress(folder, like) if found is None else found
    chunks = -1 if found[0] is None else found[0].chunks
    if not sharding.same(chunks):
        raise ValueError("the processes see different states: give a folder that all machines share")
    return found


def metrics_file(folder: Path, *of: Any, **how: Any) -> Any:
    """`runs.MetricsFile`, which one process of many writes."""
    return runs.MetricsFile(folder / runs.METRICS, *of, **how) if sharding.leads() else runs.Unwritten()
