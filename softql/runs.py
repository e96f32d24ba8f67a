"""A run folder: everything to repeat a run, and everything that came of it, in files that other programs read.

    config.json          what was run: environment, hyper-parameters, shapes, seeds, versions, device
    metrics.csv          one line a chunk and seed, written as training goes
    parameters.npz       the parameters, with a leading seed axis (`softql.checkpoint.load`)
    learning_curve.png   mean and band over seeds
    policy.png           continuous actions: the density of the policy along a path
    sweep.png, sweep.csv in place of those, of a sweep: returns by what was swept
    result.json          how it ended: steps, seconds, greedy returns
    checkpoint.npz       until it has ended: everything that going on takes, and checkpoint-earlier.npz the one before

Imports: numpy, checkpoint; jax only to tell versions and devices.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np

from softql import checkpoint

CONFIG, METRICS, PARAMETERS, CURVE, POLICY, SWEEP, TABLE, RESULT = (
    "config.json",
    "metrics.csv",
    "parameters.npz",
    "learning_curve.png",
    "policy.png",
    "sweep.png",
    "sweep.csv",
    "result.json",
)
STATE, EARLIER, DAMAGED = "checkpoint.npz", "checkpoint-earlier.npz", "checkpoint-damaged.npz"
LEFT = re.compile(r"\.(softql-|[a-z_-]+\.(npz|json)\.)\d+")  # a temporary name of `claim` or of `checkpoint.write`
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
    probe(folder)
    return folder


def probe(folder: Path) -> None:
    """Write a file in a folder, and remove it.

    Raises:
      OSError: when that is not allowed.
    """
    path = folder / f".softql-{os.getpid()}"
    path.write_bytes(b"")
    path.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The run folder for this process alone, until it ends, however it ends.

    Raises:
      BlockingIOError: when another process has it. Where folders can't be locked (Windows, some network disks) nothing
        is checked.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:  # a lock that another process has is a BlockingIOError, and goes on to the caller
            if error.errno not in (errno.EBADF, errno.ENOLCK, errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
                raise
        _tidy(folder)
        yield
    finally:
        os.close(descriptor)


def _tidy(folder: Path) -> None:
    """Remove what a process that was killed had begun to write."""
    for path in folder.glob(".*"):
        if LEFT.fullmatch(path.name):
            with suppress(OSError):
                path.unlink()


def _fresh(root: Path, env_name: str) -> Path:
    stem = f"{env_name}-{datetime.now():%Y%m%d-%H%M%S}"
    names = (root / (stem + suffix) for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(path for path in names if not path.exists())


def ended(folder: Path) -> str | None:
    """How the run in a folder ended for good, "done" or "diverged"; None while it may go on.

    Raises:
      ValueError: when what it says of that is damaged.
    """
    path = folder / RESULT
    try:
        status = read_json(path).get("status") if path.exists() else None
    except ValueError as error:
        raise ValueError(f"{error}; remove it, and --resume makes the run again") from error
    return status if status in ("done", "diverged") else None


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
    threads = os.environ.get("NPROC") if jax.default_backend() == "cpu" else None  # by which XLA counts them
    return {"platform": platform.platform(), "processors": os.cpu_count(), "NPROC": threads, "devices": devices}


def counted(n: int, thing: str) -> str:
    """So many of a thing.

    Example:
        >>> counted(1, "seed"), counted(1_200, "seed")
        ('1 seed', '1,200 seeds')
    """
    return f"{n:,} {thing}{'s' * (n != 1)}"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON as one act, on disk when this returns; infinities and NaN become strings."""
    checkpoint.write(path, (json.dumps(plain(content), indent=2, allow_nan=False) + "\n").encode())


def said(error: Exception) -> str:
    """What kept a file from being read, the file first.

    Example:
        >>> said(FileNotFoundError(2, "No such file or directory", "run/parameters.npz"))
        'run/parameters.npz: No such file or directory'
    """
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def read_json(path: Path) -> dict[str, Any]:
    """What a file of a run folder says.

    Raises:
      OSError: when there is none.
      ValueError: when it is damaged.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"its {path.name} is damaged ({error})") from error
    if not isinstance(found, dict):
        raise ValueError(f"its {path.name} is damaged: it holds a {type(found).__name__}")
    return found


def write_table(path: Path, heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    """Write numbers as CSV, as one act; NaN is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    for row in rows:
        writer.writerow("" if isinstance(x, float) and _nan(x) else x for x in row)
    checkpoint.write(path, text.getvalue().encode())
    return path


def plain(x: Any) -> Any:
    """x in JSON's types."""
    if isinstance(x, Mapping):
        return {str(name): plain(value) for name, value in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(value) for value in x]
    if isinstance(x, float) and not np.isfinite(x):
        return str(x)
    return x.item() if isinstance(x, np.generic) else x


class MetricsFile:
    """`metrics.csv`, open: a line a lane for each chunk, on disk when `add` returns. Of an earlier part of the run the
    first `lines` are kept. `labels[column][lane]` say what a lane is; without any, it is a seed. What is written goes
    to `writers` (of softql.writers) too, without what no episode told; they are closed with the file."""

    def __init__(
        self,
        path: Path,
        fields: Iterable[str],
        lines: int = 0,
        labels: Mapping[str, Sequence[Any]] | None = None,
        writers: Sequence[Any] = (),
    ) -> None:
        self.labels, self.writers = labels, writers
        self.values = tuple(fields)
        self.fields = (*(("seed",) if labels is None else labels), "seconds", *self.values)
        kept = _head(path, lines) if lines else b""
        self._file = open(path, "r+" if kept else "w", newline="")  # noqa: SIM115  (closed by __exit__)
        self._file.seek(len(kept))
        self._file.truncate()
        self._csv = csv.writer(self._file)
        if not kept:
            self._csv.writerow(self.fields)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        for writer in self.writers:
            writer.close()

    def add(self, seconds: float, metrics: Mapping[str, np.ndarray], first: int = 0) -> None:
        """One chunk: `metrics[name][lane]`, lanes from `first` on. A mean over no episodes is an empty cell."""
        rows = zip(*(np.asarray(metrics[name]).tolist() for name in self.values), strict=True)
        for lane, row in enumerate(rows, first):
            label = {"seed": lane} if self.labels is None else {name: x[lane] for name, x in self.labels.items()}
            self._csv.writerow((*label.values(), f"{seconds:.3f}", *("" if _nan(x) else x for x in row)))
            if not self.writers:
                continue
            told = {name: x for name, x in zip(self.values, row, strict=True) if not _nan(x)}
            step = told.pop("env_steps", 0)
            for writer in self.writers:
                writer.add(label, step, {name: float(x) for name, x in told.items()})
        self._file.flush()

    def settle(self) -> None:
        """Have it on the disk itself, not only with the operating system."""
        os.fsync(self._file.fileno())


class Unwritten:
    """A `MetricsFile` that writes nothing, for processes that leave that to another."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def add(self, *of: Any) -> None:
        pass

    def settle(self) -> None:
        pass


def _head(path: Path, lines: int) -> bytes:
    """The heading and so many lines."""
    found = path.read_bytes().splitlines(keepends=True)[: lines + 1]
    if len(found) <= lines or not found[-1].endswith(b"\n"):
        raise ValueError(f"{path} has lost lines: {max(0, len(found) - 1)} of {lines} are there")
    return b"".join(found)


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


def read_lanes(folder: str | Path) -> dict[str, np.ndarray]:
    """The same of a sweep: arrays [lane, chunk], NaN where a lane has not come so far. A train run's seeds are lanes.

    Raises:
      OSError: when there is no such file.
      ValueError: when it holds no line.
    """
    with open(Path(folder) / METRICS, newline="") as file:
        header, *lines = csv.reader(file)
    of: dict[str, list[list[str]]] = {}
    for line in lines:
        if len(line) == len(header):  # the last may be cut
            of.setdefault(line[0], []).append(line)
    if not of:
        raise ValueError(f"{Path(folder) / METRICS} holds no metrics")
    table = np.full((len(of), max(map(len, of.values())), len(header)), np.nan)
    for lane, rows in enumerate(of.values()):
        table[lane, : len(rows)] = [[_number(cell) for cell in row] for row in rows]
    return {name: table[:, :, i] for i, name in enumerate(header)}


def _number(cell: str) -> float:
    if cell in ("True", "False"):
        return float(cell == "True")
    return float(cell) if cell else float("nan")


class Progress(NamedTuple):
    """How far a run is, and all that going on takes."""

    state: Any
    chunks: int
    seconds: float


def save_progress(folder: Path, progress: Progress) -> None:
    """Write the state of every lane; the one before is kept."""
    counts = {"chunks": np.int64(progress.chunks), "seconds": np.float64(progress.seconds)}
    checkpoint.save(folder / STATE, {"state": progress.state, **counts}, folder / EARLIER)


def load_progress(folder: Path, like: Any) -> tuple[Progress | None, list[str]]:
    """The last good state of the structure of `like`, None where there is none; and a line for each file refused.

    A damaged file is put out of the way, so that it never takes the place of a good one.
    """
    tree, said = {"state": like, "chunks": np.int64(0), "seconds": np.float64(0)}, []
    for path in (folder / STATE, folder / EARLIER):
        if not path.exists():
            continue
        try:
            found = checkpoint.load(path, tree)
        except checkpoint.Unreadable as error:
            said.append(str(error))
            os.replace(path, folder / DAMAGED)
            continue
        return Progress(found["state"], int(found["chunks"]), float(found["seconds"])), said
    return None, said


def last_state(folder: Path, like: Any) -> Any:
    """The last good state of the structure of `like`, None where there is none; nothing in the folder is touched."""
    tree = {"state": like, "chunks": np.int64(0), "seconds": np.float64(0)}
    for path in (folder / STATE, folder / EARLIER):
        with suppress(OSError, checkpoint.Unreadable):
            return checkpoint.load(path, tree)["state"]
    return None


def forget_progress(folder: Path) -> None:
    """A run that has ended does not go on."""
    for name in (STATE, EARLIER):
        (folder / name).unlink(missing_ok=True)


def save_parameters(folder: Path, params: Any) -> None:
    """The parameters of every seed, one file."""
    checkpoint.save(folder / PARAMETERS, params)


def load_parameters(folder: Path, like: Any) -> Any:
    """The parameters that a run left, in the structure of `like`.

    Raises:
      OSError: when there are none.
      checkpoint.Unreadable: when they are damaged, or another network's.
    """
    return checkpoint.load(folder / PARAMETERS, like)


def missing(folder: Path, like: Any) -> str | None:
    """What keeps the parameters that a run left from being read, None where they are whole."""
    try:
        load_parameters(folder, like)
    except (OSError, checkpoint.Unreadable) as error:
        return said(error)
    return None


__all__ = [
    "CONFIG",
    "CURVE",
    "METRICS",
    "PARAMETERS",
    "POLICY",
    "RESULT",
    "STATE",
    "SWEEP",
    "TABLE",
    "MetricsFile",
    "Progress",
    "Unwritten",
    "claim",
    "counted",
    "ended",
    "forget_progress",
    "last_state",
    "load_parameters",
    "load_progress",
    "locked",
    "machine",
    "missing",
    "plain",
    "probe",
    "read_json",
    "read_lanes",
    "read_metrics",
    "said",
    "save_parameters",
    "save_progress",
    "versions",
    "write_json",
    "write_table",
]
