"""Options that several commands share: settings of an agent, and readers of one argument each. Imports: finding."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from softql.finding import settled
from softql.mistakes import Mistake
from softql.writers import WRITERS, needed

HYPER = {
    "alpha": ("A", "temperature, in reward units"),
    "gamma": ("G", "discount of one step"),
    "learning_rate": ("LR", "of Adam; falls linearly to 0, see --anneal"),
    "lambda_": ("L", "on-policy: share of the trace in the returns"),
    "polyak": ("T", "replay: share by which the target network follows"),
    "policy_rate": ("LR", "stein: learning rate of the drawing network"),
    "entropy_target": ("H", "continuous: wanted entropy in nats, with --alpha-rate"),
    "anneal": ("N", "environment steps over which the learning rate falls to 0 (default: --steps)"),
    "alpha_rate": ("R", "continuous: how fast alpha follows it (default: 0, alpha stays)"),
}
SHAPE = {
    "envs": ("N", "parallel environments of each seed"),
    "rollout": ("N", "steps of each environment between updates"),
    "epochs": ("N", "on-policy: passes over a rollout"),
    "minibatches": ("N", "on-policy: updates in a pass"),
    "batch": ("N", "replay: transitions in an update"),
    "updates": ("N", "replay: updates in a step"),
    "buffer": ("N", "replay: transitions held"),
    "warmup": ("N", "replay: environment steps before learning"),
    "nodes": ("N", "continuous: quadrature nodes of each coordinate of the action"),
    "samples": ("N", "continuous: points for V where there is no quadrature, a power of 2"),
    "particles": ("N", "stein: particles in each state"),
    "chain": ("N", "langevin, mala: steps of each chain"),
}
MODES = ("on_policy", "replay", "quadrature", "stein", "langevin", "mala")
SIZE = {
    "scale": ("Q", "continuous: the size of Q, in reward units"),
    "step_size": ("E", "langevin, mala: step of the chains"),
}


def add_own(command: argparse.ArgumentParser) -> None:
    """`--env` and `--network`: things of one's own."""
    command.add_argument(
        "--env", metavar="MODULE:ATTR", help="an environment of your own, by module:attr or path/to/file.py:attr"
    )
    command.add_argument(
        "--network", metavar="MODULE:ATTR", help="a network of your own: a pair (init, apply), or what makes one"
    )


def add_style(command: argparse.ArgumentParser, default: str = "both") -> None:
    """`--style`."""
    command.add_argument(
        "--style",
        choices=("light", "dark", "both"),
        default=default,
        help=f"pictures for a light page, a dark page (NAME-dark) or both (default: {default})",
    )


def styles_of(style: str) -> dict[str, Any]:
    """Palettes by name."""
    from softql.drawing import DARK, LIGHT

    both = {"light": LIGHT, "dark": DARK}
    return both if style == "both" else {style: both[style]}


def add_writer(command: argparse.ArgumentParser) -> None:
    """`--writer`."""
    command.add_argument(
        "--writer",
        action="append",
        choices=tuple(WRITERS),
        help="write the metrics for TensorBoard (RUN/tensorboard) or W&B too; may be given twice",
    )


def writers_of(arguments: argparse.Namespace, config: Mapping[str, Any] | None = None) -> list[str]:
    """The writers that were named, or those of the run that goes on; refused where their package is missing."""
    names = list(dict.fromkeys(arguments.writer or (config or {}).get("writers") or ()))
    needed(names)
    return names


def claimed(out: Path | None, label: str) -> Path:
    """The run folder, made and found writable by the process that writes."""
    from softql import runs, sharding

    if not sharding.leads():
        return Path("runs") if out is None else out
    try:
        return runs.claim(out, label)
    except OSError as error:
        where = out if out is not None else "runs/"
        raise Mistake(f"can't use the run folder {where}: {error.strerror or error}") from error


def environment(arguments: argparse.Namespace, command: str) -> str:
    """The one environment that was named."""
    if arguments.environment is not None and arguments.env is not None:
        raise Mistake(f"two environments: leave out {arguments.environment} or --env {arguments.env}")
    name: str | None = arguments.environment if arguments.env is None else arguments.env
    if name is None:
        raise Mistake(f"{command} what? Give an environment, such as CartPole-v1, --env MODULE:ATTR or --resume RUN")
    if arguments.env is not None and ":" not in name:
        raise Mistake(f"--env {name}: write module:attr or path/to/file.py:attr")
    return name


def settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """All that was given; what was not, is left to the environment's recipe."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    return given | ({"network": settled(given["network"])} if "network" in given else {})


def nothing_else(arguments: argparse.Namespace) -> None:
    """Refuse what would change a run that --resume goes on with."""
    given = [name for name, default in arguments.defaults.items() if getattr(arguments, name, default) != default]
    where = ("devices", "mesh", "processes", "coordinator", "process_id", "cluster")
    if extra := [name for name in given if name not in ("resume", "save_every", "style", "writer", *where)]:
        word = extra[0] if extra[0] == "environment" else flag(extra[0])
        raise Mistake(f"--resume goes on with a run as it was set: leave out {word}")


def alone(folder: Path, run: Callable[[], str], resume: bool) -> int:
    """Train with the folder locked, and give the exit code; a ValueError is about what the folder holds."""
    from softql import runs, sharding

    first = sharding.leads()
    try:
        with runs.locked(folder) if first else nullcontext():
            if first and not resume and (folder / runs.CONFIG).exists():
                raise Mistake(f"another process began a run in {folder}")
            if first and resume:
                runs.probe(folder)  # before the work, not after it
            status = run()
    except BlockingIOError as error:
        raise Mistake(f"another process is training in {folder}") from error
    except OSError as error:
        raise Mistake(f"can't use the run folder {folder}: {error.strerror or error}") from error
    except ValueError as error:
        if not resume:
            raise
        raise Mistake(f"can't resume {folder}: {error}") from error
    return {"done": 0, "interrupted": 130}.get(status, 1)


def flag(name: str) -> str:
    return "--" + name.rstrip("_").replace("_", "-")


def checked(kind: str, read: Callable[[str], Any], good: Callable[[Any], bool]) -> Callable[[str], Any]:
    """A reader of one argument; argparse turns its error into one line that names the flag."""

    def parse(text: str) -> Any:
        try:
            value = read(text)
        except (ValueError, OverflowError):
            value = None
        if value is None or not good(value):
            raise argparse.ArgumentTypeError(f"{text!r} is not {kind}")
        return value

    return parse


def integer(text: str) -> int | None:
    """1000, 1_000 or 1e3."""
    value = float(text)
    return int(value) if value.is_integer() else None


count = checked("a whole number of at least 1", integer, lambda n: n >= 1)
index = checked("a whole number of at least 0", integer, lambda n: n >= 0)
number = checked("a finite number", float, math.isfinite)
seconds = checked("a number of seconds, 0 or more", float, lambda x: x >= 0)
folder = checked("a folder", lambda text: Path(text) if text.strip() else None, lambda path: True)
widths = checked(
    "a list of widths such as 64,64", lambda text: tuple(int(w) for w in text.split(",")), lambda ws: min(ws) >= 1
)
