"""`softql sweep ENVIRONMENT --alpha 0.01:1:8log --learning-rate 1e-4,3e-4 --seeds 8`: its options and its mistakes.

Nothing heavy is imported before the command runs. Exit codes as those of `softql train`.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable
from typing import Any

from softql import finding, options, processes
from softql.mistakes import Mistake, packages_for

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """The command."""
    sweep = commands.add_parser(
        "sweep",
        help="train every combination of hyper-parameters, each with several seeds, as one program",
        description="Train every combination of hyper-parameters, each with several seeds, as lanes of one program, "
        "and judge each lane by its greedy policy. A hyper-parameter takes a number, a list (1e-4,3e-4), a range "
        "(0:1:5 for 5 values from 0 to 1) or a logarithmic one (0.01:1:8log). Writes a run folder: config.json, "
        "metrics.csv with a column for each, parameters.npz, sweep.png, result.json. Ctrl-C stops; --resume RUN goes "
        "on, and ends with the bits of a sweep that nothing stopped.",
        epilog="What is left out comes from the environment's recipe (softql.agents.defaults_for). Settings below "
        "--envs are sizes of the program: one each.",
    )
    sweep.set_defaults(run=_sweep, hint=_hint)
    sweep.add_argument("environment", nargs="?", help="a gymnax name, such as CartPole-v1")
    options.add_own(sweep)
    sweep.add_argument("--resume", type=options.folder, metavar="RUN", help="go on with a sweep that was stopped")
    for name, (unit, meaning) in options.HYPER.items():
        sweep.add_argument(options.flag(name), dest=name, type=_axis, metavar=f"{unit}s", help=meaning)
    one = _one(options.count, "whole number")
    sweep.add_argument("--seeds", type=one, default=4, metavar="N", help="seeds of each combination (default: 4)")
    sweep.add_argument("--seed", type=int, default=0, metavar="S", help="the root of all randomness (default: 0)")
    sweep.add_argument("--steps", type=one, metavar="N", help="environment steps of each lane")
    sweep.add_argument("--lanes", type=one, metavar="N", help="lanes at once, at most (default: what memory holds)")
    sweep.add_argument("--mode", type=_mode, metavar="MODE", help="as for softql train")
    for name, (unit, meaning) in options.SHAPE.items():
        sweep.add_argument(options.flag(name), dest=name, type=one, metavar=unit, help=meaning)
    for name, (unit, meaning) in options.SIZE.items():
        number = _one(options.number, "number")
        sweep.add_argument(options.flag(name), dest=name, type=number, metavar=unit, help=meaning)
    sweep.add_argument("--hidden", type=_one(options.widths, ""), metavar="W,W", help="widths of the hidden layers")
    sweep.add_argument(
        "--episodes", type=one, default=100, metavar="N", help="greedy episodes that judge a lane (default: 100)"
    )
    sweep.add_argument(
        "--out", type=options.folder, metavar="DIR", help="run folder (default: runs/ENV-sweep-DATE-TIME)"
    )
    sweep.add_argument(
        "--save-every", type=options.seconds, default=10.0, metavar="SECONDS", help="between two saved states"
    )
    options.add_style(sweep, "light")
    options.add_writer(sweep)
    processes.add_to(sweep)
    sweep.set_defaults(defaults={action.dest: action.default for action in sweep._actions})


def _axis(text: str) -> tuple[float, ...]:
    from softql.grids import values

    try:
        return values(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _one(read: Callable[[str], Any], kind: str) -> Callable[[str], Any]:
    """A reader that says why a size of the program takes no list."""

    def parse(text: str) -> Any:
        if ":" in text or ("," in text and kind):
            raise argparse.ArgumentTypeError(
                f"{text!r}: this sets the size of the compiled program, so all lanes share one value; "
                "make a sweep for each"
            )
        return read(text)

    return parse


def _mode(text: str) -> str:
    if text not in options.MODES:
        raise argparse.ArgumentTypeError(f"{text!r}: one of {', '.join(options.MODES)}; all lanes share one mode")
    return text


def _hint(unknown: str) -> str:
    """The nearest leaves to one that does not exist."""
    if not unknown.startswith("--"):
        return ""
    leaves = {options.flag(name) for name in options.HYPER}
    name = unknown.partition("=")[0]
    near = difflib.get_close_matches(name, leaves, n=2, cutoff=0.5)
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    return f"; {meant}a sweep goes over {', '.join(sorted(leaves))}"


def _sweep(arguments: argparse.Namespace) -> int:
    """Check everything, then train."""
    with packages_for("a sweep"):
        from softql import session, sweep
    if arguments.resume is not None:
        return _resume(arguments)
    name = options.environment(arguments, "sweep")
    settings = options.settings(arguments)
    axes = {leaf: settings[leaf] for leaf in options.HYPER if leaf in settings}
    processes.wake(arguments, name, settings, None)
    env, env_params = finding.environment(name)
    try:
        first = settings | {leaf: values[0] for leaf, values in axes.items()}
        base = session.plan(env, env_params, finding.settled(name), first, exact=False)
        planned = sweep.planned(base, axes)
    except (ValueError, TypeError) as error:
        raise Mistake(str(error)) from error
    writers = options.writers_of(arguments)
    most = min(planned.total, arguments.lanes or planned.total)
    planned = sweep.on(planned, processes.mesh_of(arguments, base, most=most))
    folder = options.claimed(arguments.out, f"{base.label}-sweep")
    return _run(planned, folder, arguments, writers, resume=False)


def _resume(arguments: argparse.Namespace) -> int:
    """Go on with the sweep in a folder."""
    from softql import runs, sweep

    folder = arguments.resume
    options.nothing_else(arguments)
    try:
        config = runs.read_json(folder / runs.CONFIG)
        processes.wake_again(arguments, config)
        planned = sweep.resumed(config, *finding.environment(config["environment"]))
        if (ended := runs.ended(folder)) is not None:
            if not (lost := sweep.missing(planned, folder)):
                print(f"{folder} is {ended}: there is nothing to go on with")
                return 0
            print(f"{lost}: the sweep, which was {ended}, is made again")
    except OSError as error:
        raise Mistake(f"{folder} holds no sweep: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Mistake(f"can't resume {folder}: {error}") from error
    planned = sweep.on(planned, processes.mesh_of(arguments, planned.base, planned.width))
    return _run(planned, folder, arguments, options.writers_of(arguments, config), resume=True)


def _run(planned: Any, folder: Any, arguments: argparse.Namespace, writers: list[str], resume: bool) -> int:
    from softql import sweep

    def go() -> str:
        every, most, styles = arguments.save_every, arguments.lanes, options.styles_of(arguments.style)
        return sweep.run(planned, folder, resume=resume, save_every=every, most=most, writers=writers, styles=styles)

    return options.alone(folder, go, resume)
