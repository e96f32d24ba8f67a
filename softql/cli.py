"""The command line: `softql train ENVIRONMENT`, `softql sweep ENVIRONMENT --alpha 0.01:1:8log`,
`softql compare RUN RUN`, `softql evaluate RUN`, `softql plot RUN`, `softql show RUN`, `softql solve ENVIRONMENT`,
`softql verify MODULE:ATTR`, `softql laws`, `softql where TAG`, `softql cite TAG`.

Imports everything, and nothing heavy before it is needed. Exit codes: 0 done; 1 training diverged or could not be
saved, or a law is broken; 2 a mistake in the arguments; 130 stopped by Ctrl-C. What there is by then is kept in every
case.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from softql import (
    __version__,
    animating,
    citing,
    comparing,
    evaluating,
    finding,
    opening,
    options,
    plotting,
    processes,
    reporting,
    sweeping,
    verification,
)
from softql.mistakes import Mistake, packages_for

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    top = parser()
    arguments, unknown = top.parse_known_args(argv)
    if unknown:
        hint = arguments.hint(unknown[0]) if hasattr(arguments, "hint") else ""
        top.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    keep_compiled()
    try:
        return processes.run(arguments, sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        print("softql: stopped", file=sys.stderr)
        return INTERRUPTED
    except Mistake as mistake:
        print(f"softql: {mistake}", file=sys.stderr)
        return MISUSED
    except BrokenPipeError:  # the reader, `head` say, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def keep_compiled() -> None:
    """Compiled programs stay in ~/.cache/softql for the next start, unless JAX's own variables say otherwise."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "softql"
    if "jax" in sys.modules or "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return  # where JAX keeps them is settled
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            os.environ["JAX_COMPILATION_CACHE_DIR"] = str(folder)
            os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")


def parser() -> argparse.ArgumentParser:
    """Every command and its arguments."""
    top = argparse.ArgumentParser(prog="softql", description="Soft Q-learning, equation by equation.")
    top.add_argument("--version", action="version", version=f"softql {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_train(commands)
    sweeping.add_to(commands)
    comparing.add_to(commands)
    evaluating.add_to(commands)
    plotting.add_to(commands)
    animating.add_to(commands)
    _add_solve(commands)
    verification.add_to(commands)
    reporting.add_to(commands)
    citing.add_to(commands)
    return top


def _add_train(commands: Any) -> None:
    train = commands.add_parser(
        "train",
        help="train several seeds side by side on a gymnax environment",
        description="Train several seeds side by side on a gymnax environment, and judge each by its greedy "
        "policy. Writes a run folder: config.json, metrics.csv, parameters.npz, learning_curve.png, result.json and, "
        "for continuous actions, policy.png. Ctrl-C stops training and keeps what there is; --resume RUN goes on, and "
        "ends with the bits of a run that nothing stopped.",
        epilog="What is left out comes from the environment's recipe (softql.agents.defaults_for) and is written to "
        "config.json.",
    )
    train.set_defaults(run=_train)
    train.add_argument("environment", nargs="?", help="a gymnax name, such as CartPole-v1")
    options.add_own(train)
    train.add_argument(
        "--resume", type=options.folder, metavar="RUN", help="go on with a run that was stopped, as it was set"
    )
    train.add_argument(
        "--seeds", type=options.count, default=4, metavar="N", help="seeds trained side by side (default: 4)"
    )
    train.add_argument("--seed", type=int, default=0, metavar="S", help="the root of all randomness (default: 0)")
    train.add_argument(
        "--steps", type=options.count, metavar="N", help="environment steps of each seed, rounded up to whole chunks"
    )
    train.add_argument(
        "--mode",
        choices=options.MODES,
        help="Discrete actions: soft lambda-returns without replay (on_policy, the default), or replay with a target "
        "network; continuous ones: who draws from exp(Q/alpha) (quadrature by default; stein in many dimensions)",
    )
    for name, (unit, meaning) in (options.HYPER | options.SIZE).items():
        train.add_argument(options.flag(name), dest=name, type=options.number, metavar=unit, help=meaning)
    for name, (unit, meaning) in options.SHAPE.items():
        train.add_argument(options.flag(name), dest=name, type=options.count, metavar=unit, help=meaning)
    train.add_argument(
        "--hidden", type=options.widths, metavar="W,W", help="widths of the hidden layers, such as 64,64"
    )
    train.add_argument(
        "--episodes",
        type=options.count,
        default=100,
        metavar="N",
        help="greedy episodes that judge a seed (default: 100)",
    )
    train.add_argument(
        "--out", type=options.folder, metavar="DIR", help="run folder (default: runs/ENVIRONMENT-DATE-TIME)"
    )
    train.add_argument(
        "--save-every",
        type=options.seconds,
        default=10.0,
        metavar="SECONDS",
        help="between two saved states, from which --resume goes on (default: 10)",
    )
    options.add_style(train, "light")
    options.add_writer(train)
    processes.add_to(train)
    train.set_defaults(defaults={action.dest: action.default for action in train._actions})


def _add_solve(commands: Any) -> None:
    solve = commands.add_parser(
        "solve",
        help="solve a small environment exactly",
        description="Enumerate a gymnax environment with few states by its own step function, solve it, print values "
        "and policy and draw them.",
    )
    solve.set_defaults(run=_solve)
    solve.add_argument("environment", help="a gymnax name, such as FrozenLake-misc")
    solve.add_argument(
        "--alpha",
        type=options.number,
        default=0.1,
        metavar="A",
        help="temperature, in reward units; 0 is the hard maximum",
    )
    solve.add_argument(
        "--gamma", type=options.number, default=0.99, metavar="G", help="discount of one step (default: 0.99)"
    )
    solve.add_argument(
        "--method",
        choices=("newton", "value"),
        default="newton",
        help="soft policy iteration, or soft value iteration (default: newton)",
    )
    solve.add_argument(
        "--learn", type=options.count, metavar="N", help="also learn from N transitions, and draw the error against Q*"
    )
    solve.add_argument("--seed", type=int, default=0, metavar="S", help="of --learn (default: 0)")
    options.add_style(solve)
    solve.add_argument("--out", type=options.folder, metavar="DIR", help="where to draw (default: solved/ENVIRONMENT)")


def _solve(arguments: argparse.Namespace) -> int:
    """Solve, print, draw."""
    with packages_for("solving"):
        from rich.console import Console

        from softql import plots, solving
    name, alpha, gamma, method = (getattr(arguments, x) for x in ("environment", "alpha", "gamma", "method"))
    if arguments.learn and not alpha > 0:
        raise Mistake(f"alpha = {alpha:g}: --learn acts with a Boltzmann policy, so alpha must be positive")
    env, env_params = finding.environment(name)
    folder = arguments.out if arguments.out is not None else Path("solved") / name
    try:
        found = solving.answer(env, env_params, name, alpha, gamma, method)
    except ValueError as error:
        raise Mistake(str(error)) from error
    console = Console(highlight=False, soft_wrap=True)
    solving.show(found, console)
    with opening.drawing_in(folder):
        styles = options.styles_of(arguments.style)
        drawn = plots.save(folder, "values", lambda palette: solving.draw(found, palette), styles)
        if arguments.learn:
            transitions, off = solving.learn(found, arguments.learn, arguments.seed)
            console.print(f"learned from {transitions[-1]:,} transitions: max |Q - Q*| = {off[-1]:.3g}")
            title = f"{name}, α = {alpha:g}, γ = {gamma:g}"
            drawn += plots.save(folder, "learning", lambda p: plots.error_curve(transitions, off, title, p), styles)
    console.print(f"drawn: {', '.join(str(path) for path in drawn)}")
    return DONE


def _train(arguments: argparse.Namespace) -> int:
    """Check everything, then train: a mistake must not cost the caller a run."""
    with packages_for("training"):
        from softql import session
    if arguments.resume is not None:
        return _resume(arguments)
    name = options.environment(arguments, "train")
    settings = options.settings(arguments)
    processes.wake(arguments, name, settings, arguments.seeds)
    env, env_params = finding.environment(name)
    try:
        plan = session.plan(env, env_params, finding.settled(name), settings)
    except (ValueError, TypeError) as error:
        raise Mistake(str(error)) from error
    writers = options.writers_of(arguments)
    plan = plan._replace(mesh=processes.mesh_of(arguments, plan, plan.seeds))
    folder = options.claimed(arguments.out, plan.label)
    return _run(plan, folder, arguments, writers)


def _resume(arguments: argparse.Namespace) -> int:
    """Go on with the run in a folder."""
    from softql import runs, session

    folder = arguments.resume
    options.nothing_else(arguments)
    try:
        config = runs.read_json(folder / runs.CONFIG)
        if config.get("command") == "sweep":
            raise Mistake(f"{folder} holds a sweep: softql sweep --resume {folder} goes on")
        processes.wake_again(arguments, config)
        plan = session.resumed(config, *finding.environment(config["environment"]))
        if (status := runs.ended(folder)) is not None:
            if not (lost := session.missing(plan, folder)):
                print(f"{folder} is {status}: there is nothing to go on with")
                return DONE if status == "done" else FAILED
            print(f"{lost}: the run, which was {status}, is made again")
    except OSError as error:
        raise Mistake(f"{folder} holds no run: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Mistake(f"can't resume {folder}: {error}") from error
    plan = plan._replace(mesh=processes.mesh_of(arguments, plan, plan.seeds))
    return _run(plan, folder, arguments, options.writers_of(arguments, config), resume=True)


def _run(plan: Any, folder: Path, arguments: argparse.Namespace, writers: list[str], resume: bool = False) -> int:
    from softql import session

    def go() -> str:
        every, styles = arguments.save_every, options.styles_of(arguments.style)
        return session.run(plan, folder, resume=resume, save_every=every, writers=writers, styles=styles)

    return options.alone(folder, go, resume)


if __name__ == "__main__":
    sys.exit(main())
