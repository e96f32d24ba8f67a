"""A run folder: everything to repeat a run, and everything that came of it, in files that other programs read.

    config.json          what was run: environment, hyper-parameters, shapes, seeds, versions, device
    metrics.csv          one line a chunk and seed, written as training goes
    parameters.npz       the parameters, with a leading seed axis (`softql.checkpoint.load`)
    learning_curve.png   mean and band over seeds
    policy.png           continuous actions: the density of the policy along a path
    result.json          how it ended: steps, seconds, greedy returns

Imports: numpy, checkpoint; jax only to tell versions and devices.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from softql import checkpoint

CONFIG, METRICS, PARAMETERS, CURVE, POLICY, RESULT = (
    "config.json",
    "metrics.csv",
    "parameters.npz",
    "learning_curve.png",
    "policy.png",
    "result.json",
)
PACKAGES = ("softql", "jax", "jaxlib", "numpy", "gymnax", "optax")


def claim(out: str | Path | None, env_name: str) -> Path:
    """Make the run folder, and prove that a file can be written in it, before any work is done.

    Args:
      out: the folder; None means `runs/<environment>-<date>-<time>`.
      env_name: the environment's name.

    Raises:
      OSError: when it can't be made or written, or already holds a run.
    """
    folder = Path(out) if out is not None else _fresh(Path("runs"), env_name)
    if (folder / CONFIG).exists():
        raise FileExistsError(f"{folder} already holds a run: choose another --out, or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".softql-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()
    return folder


def _fresh(root: Path, env_name: str) -> Path:
    stem = f"{env_name}-{datetime.now():%Y%m%d-%H%M%S}"
    names = (root / (stem + suffix) for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(path for path in names if not path.exists())


def versions() -> dict[str, str]:
    """The versions of Python and of each package that decides the numbers."""
    found = {name: _version(name) for name in PACKAGES}
    return {"python": sys.version.split()[0], **{name: v for name, v in found.items() if v}}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def machine() -> dict[str, Any]:
    """Where it ran: the platform, and the devices as JAX names them."""
    import jax

    devices = [f"{device.platform}:{device.device_kind}" for device in jax.devices()]
    return {"platform": platform.platform(), "processors": os.cpu_count(), "devices": devices}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON under a temporary name, then rename; infinities and NaN become strings."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(_plain(content), indent=2, allow_nan=False) + "\n")
    os.replace(temporary, path)


def _plain(x: Any) -> Any:
    """x in JSON's types."""
    if isinstance(x, Mapping):
        return {str(name): _plain(value) for name, value in x.items()}
    if isinstance(x, (list, tuple)):
        return [_plain(value) for value in x]
    if isinstance(x, float) and not np.isfinite(x):
        return str(x)
    return x.item() if isinstance(x, np.generic) else x


class MetricsFile:
    """`metrics.csv`, open: a line a seed for each chunk, on disk when `add` returns."""

    def __init__(self, path: Path, fields: Iterable[str]) -> None:
        self.fields = ("seed", "seconds", *fields)
        self._file = open(path, "w", newline="")  # noqa: SIM115  (closed by __exit__)
        self._csv = csv.writer(self._file)
        self._csv.writerow(self.fields)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, seconds: float, metrics: Mapping[str, np.ndarray]) -> None:
        """One chunk: `metrics[name][seed]`. A mean over no episodes is an empty cell."""
        lanes = len(next(iter(metrics.values())))
        for seed in range(lanes):
            cells = (metrics[name][seed].item() for name in self.fields[2:])
            self._csv.writerow((seed, f"{seconds:.3f}", *("" if _nan(x) else x for x in cells)))
        self._file.flush()


def _nan(x: Any) -> bool:
    return isinstance(x, float) and np.isnan(x)


def read_metrics(folder: str | Path) -> dict[str, np.ndarray]:
    """`metrics.csv` as arrays [seed, chunk]; an empty cell is NaN.

    Raises:
      OSError: when there is no such file.
      ValueError: when it holds no whole chunk.
    """
    with open(Path(folder) / METRICS, newline="") as file:
        header, *lines = csv.reader(file)
    lanes = len({line[0] for line in lines})
    whole = len(lines) // lanes * lanes if lanes else 0
    if not whole:
        raise ValueError(f"{Path(folder) / METRICS} holds no metrics")
    cells = np.array([[_number(cell) for cell in line] for line in lines[:whole]]).reshape(-1, lanes, len(header))
    return {name: cells[:, :, i].T for i, name in enumerate(header)}


def _number(cell: str) -> float:
    if cell in ("True", "False"):
        return float(cell == "True")
    return float(cell) if cell else float("nan")


def save_parameters(folder: Path, params: Any) -> None:
    """The parameters of every seed, one file."""
    checkpoint.save(folder / PARAMETERS, params)


__all__ = [
    "CONFIG",
    "CURVE",
    "METRICS",
    "PARAMETERS",
    "POLICY",
    "RESULT",
    "MetricsFile",
    "claim",
    "machine",
    "read_metrics",
    "save_parameters",
    "versions",
    "write_json",
]
