"""Metrics for other programs to watch while training goes on: TensorBoard's event files, and W&B.

A writer gets the lines of metrics.csv as they are written there. Neither package is imported before it is asked for;
training knows of them no more than that there is something to call. Imports: mistakes.
"""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from softql.mistakes import Mistake

__all__ = ["WRITERS", "Writer", "needed", "opened"]

PACKAGES = {"tensorboard": "tensorboardX", "wandb": "wandb"}  # what a writer needs; the extras have the writers' names


class Writer(Protocol):
    """What a run writes to."""

    def add(self, label: Mapping[str, Any], step: int, values: Mapping[str, float]) -> None:
        """The values of one lane at one environment step; without what is not known there."""

    def close(self) -> None:
        """Everything is written."""


class TensorBoard:
    """Event files in RUN/tensorboard, a folder a seed (or lane of a sweep), so that TensorBoard lays them over each
    other. Where a run goes on, what an earlier process had written beyond that step is dropped by TensorBoard."""

    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        self.make = importlib.import_module(PACKAGES["tensorboard"]).SummaryWriter
        self.folder = folder / "tensorboard"
        self.files: dict[str, Any] = {}

    def add(self, label: Mapping[str, Any], step: int, values: Mapping[str, float]) -> None:
        """A scalar a value."""
        name = _name(label)
        if name not in self.files:
            self.files[name] = self.make(str(self.folder / name), purge_step=step)
        for tag, value in values.items():
            self.files[name].add_scalar(tag, value, step)
        self.files[name].flush()

    def close(self) -> None:
        """Close every file."""
        for file in self.files.values():
            file.close()


class WandB:
    """One run of W&B for a run folder; WANDB_MODE=offline writes to RUN/wandb, for `wandb sync`.

    A value is logged as SEED/NAME against `env_steps`. A run that goes on has the id that it had."""

    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        wandb = importlib.import_module(PACKAGES["wandb"])
        here = folder / "wandb"
        here.mkdir(exist_ok=True)
        known = here / "id"
        if not known.exists():
            known.write_text(secrets.token_hex(8))
        try:
            self.run = wandb.init(
                project="softql",
                name=folder.name,
                id=known.read_text().strip(),
                resume="allow",
                dir=str(folder),
                config=dict(config),
                settings=wandb.Settings(silent=True),
            )
            self.run.define_metric("*", step_metric="env_steps")
        except Exception as error:  # no key, no network: W&B's own errors are of many kinds
            why = " ".join(str(error).split()).rstrip(".")
            raise Mistake(f"W&B can't start: {why}; WANDB_MODE=offline writes to the run folder") from error

    def add(self, label: Mapping[str, Any], step: int, values: Mapping[str, float]) -> None:
        """One row."""
        self.run.log({"env_steps": step} | {f"{_name(label)}/{tag}": x for tag, x in values.items()})

    def close(self) -> None:
        """Have it sent, or on the disk."""
        self.run.finish()


WRITERS: dict[str, Callable[[Path, Mapping[str, Any]], Writer]] = {"tensorboard": TensorBoard, "wandb": WandB}
"""By the name that `--writer` takes."""


def opened(names: Sequence[str], folder: Path, config: Mapping[str, Any]) -> list[Writer]:
    """The writers of these names.

    Args:
        names: of WRITERS.
        folder: the run folder; each writes below it.
        config: of the run, in JSON's types.

    Raises:
        Mistake: if W&B can't start.

    Example:
        >>> opened([], Path("run"), {})
        []
    """
    return [WRITERS[name](folder, config) for name in names]


def needed(names: Sequence[str]) -> None:
    """Refuse a writer whose package is missing, before anything is done.

    Raises:
        Mistake: with the command that installs it.

    Example:
        >>> needed([])
    """
    for name in names:
        try:
            importlib.import_module(PACKAGES[name])
        except ImportError as error:
            raise Mistake(f'--writer {name} needs {PACKAGES[name]}: pip install "softql[{name}]"') from error


def _name(label: Mapping[str, Any]) -> str:
    """seed-0, or lane-3-alpha-0.1 of a sweep."""
    first, *rest = label.items()
    return "-".join(f"{key.rstrip('_')}-{x:.4g}" for key, x in (first, *((k, v) for k, v in rest if k != "seed")))
