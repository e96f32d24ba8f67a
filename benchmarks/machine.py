"""What figures were measured on.  Imports: the standard library."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any


def here(packages: Sequence[str]) -> dict[str, Any]:
    """The machine, and the versions of Python and of these packages."""
    return {
        "machine": f"{platform.machine()} CPU, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"Python": platform.python_version()} | {name: version(name) for name in packages},
    }


def load() -> float:
    """How many processes wanted a core in the last minute."""
    return round(os.getloadavg()[0], 1)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))
