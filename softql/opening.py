"""What the commands that look at a run have in common: their options, the run's config, its networks, the styles.

Nothing heavy is imported before it is asked for.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from softql import finding, options
from softql.mistakes import Mistake

__all__ = ["add_look", "config_of", "drawing_in", "network_of", "nothing_yet"]


def add_look(command: argparse.ArgumentParser, where: str) -> None:
    """Options of a command that draws what a run has learned."""
    command.add_argument("folder", type=options.folder, metavar="RUN", help="the run folder")
    command.add_argument(
        "--lane",
        type=options.index,
        metavar="K",
        help="whose network: a seed of the run, or a lane of a sweep (default: seed 0; of a sweep that of the best "
        "combination)",
    )
    command.add_argument("--seed", type=int, default=0, metavar="S", help="of the episodes (default: 0)")
    command.add_argument(
        "--steps", type=options.count, metavar="N", help="leave an episode after N steps (default: its own limit)"
    )
    options.add_style(command)
    command.add_argument("--env", metavar="ENV", help="where the run's module:attr is now, if it has moved")
    command.add_argument("--out", type=options.folder, metavar="DIR", help=f"where to draw (default: {where})")


def config_of(folder: Path, env: str | None) -> dict[str, Any]:
    """The config.json of a run or a sweep.

    Raises:
        Mistake: if there is none.
    """
    from softql import runs

    try:
        found: dict[str, Any] = json.loads((folder / runs.CONFIG).read_text())
        if env:
            found["environment"] = finding.settled(env)
        if found["command"] not in ("train", "sweep"):
            raise KeyError("command")
        found["environment"], found["seeds"], found["mode"]
    except OSError as error:
        raise Mistake(f"{folder} holds no run: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Mistake(f"{folder}: its config.json is not that of a run ({error})") from error
    return found


def network_of(folder: Path, config: Mapping[str, Any], lane: int | None) -> Any:
    """The network that was asked for, as `watching.Learned`.

    Raises:
        Mistake: if there is none yet, or none that this version reads.
    """
    from softql import runs, watching

    try:
        return watching.learned(folder, config, lane)
    except FileNotFoundError as error:
        if not (folder / runs.PARAMETERS).exists():
            raise Mistake(nothing_yet(folder, config)) from error
        raise Mistake(f"{folder} holds no trained run: {error}") from error
    except OSError as error:
        raise Mistake(f"{folder} holds no trained run: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Mistake(f"can't read the run in {folder}: {error}") from error


def nothing_yet(folder: Path, config: Mapping[str, Any]) -> str:
    """What to say of a run without parameters."""
    command = f"softql {config.get('command', 'train')}"
    return (
        f"{folder} holds no parameters.npz: {command} writes it when it stops; {command} --resume {folder} "
        "goes on with a run that was killed, and makes anew what was removed"
    )


@contextmanager
def drawing_in(out: Path) -> Iterator[None]:
    """A folder to draw in, made; what can't be written there is one line. A reader of the output that has gone is left
    to the caller.

    Raises:
        Mistake: if nothing can be drawn there.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, drawing_in(Path(folder) / "figures"):
        ...     print((Path(folder) / "figures").is_dir())
        True
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Mistake(f"can't draw in {out}: {error.strerror or error}; --out DIR draws elsewhere") from error
