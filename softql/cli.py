"""The command line: `softql train ENVIRONMENT`, `softql evaluate RUN`, `softql solve ENVIRONMENT`,
`softql verify MODULE:ATTR`, `softql laws`, `softql where TAG`, `softql cite TAG`.

Imports everything, and nothing heavy before it is needed. Exit codes: 0 done; 1 training diverged or could not be
saved, or a law is broken; 2 a mistake in the arguments; 130 stopped by Ctrl-C. What there is by then is kept in every
case.
"""

from __future__ import annotations

import argparse
import difflib
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from softql import __version__, citing, verification
from softql.mistakes import Mistake

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
HYPER = {
    "alpha": ("A", "temperature, in reward units"),
    "gamma": ("G", "discount of one step"),
    "learning_rate": ("LR", "of Adam; falls linearly to 0 over --steps"),
    "lambda_": ("L", "on-policy: share of the trace in the returns"),
    "polyak": ("T", "replay: share by which the target network follows"),
    "policy_rate": ("LR", "stein: learning rate of the drawing network"),
    "entropy_target": ("H", "continuous: wanted entropy in nats, with --alpha-rate"),
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
    "samples": ("N", "continuous: uniform samples for V where there is no quadrature"),
    "particles": ("N", "stein: particles in each state"),
    "chain": ("N", "langevin, mala: steps of each chain"),
}
SIZE = {
    "scale": ("Q", "continuous: the size of Q, in reward units"),
    "step_size": ("E", "langevin, mala: step of the chains"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        print("softql: stopped", file=sys.stderr)
        return INTERRUPTED
    except Mistake as mistake:
        print(f"softql: {mistake}", file=sys.stderr)
        return MISUSED
    except BrokenPipeError:  # the reader, `head` say, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def parser() -> argparse.ArgumentParser:
    """Every command and its arguments."""
    top = argparse.ArgumentParser(prog="softql", description="Soft Q-learning, equation by equation.")
    top.add_argument("--version", action="version", version=f"softql {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_evaluate(commands)
    _add_solve(commands)
    verification.add_to(commands)
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
    train.add_argument("--resume", type=_folder, metavar="RUN", help="go on with a run that was stopped, as it was set")
    train.add_argument("--seeds", type=_count, default=4, metavar="N", help="seeds trained side by side (default: 4)")
    train.add_argument("--seed", type=int, default=0, metavar="S", help="the root of all randomness (default: 0)")
    train.add_argument(
        "--steps", type=_count, metavar="N", help="environment steps of each seed, rounded up to whole chunks"
    )
    train.add_argument(
        "--mode",
        choices=("on_policy", "replay", "quadrature", "stein", "langevin", "mala"),
        help="Discrete actions: soft lambda-returns without replay (on_policy, the default), or replay with a target "
        "network; continuous ones: who draws from exp(Q/alpha) (quadrature by default; stein in many dimensions)",
    )
    for name, (unit, meaning) in (HYPER | SIZE).items():
        train.add_argument(_flag(name), dest=name, type=_number, metavar=unit, help=meaning)
    for name, (unit, meaning) in SHAPE.items():
        train.add_argument(_flag(name), dest=name, type=_count, metavar=unit, help=meaning)
    train.add_argument("--hidden", type=_widths, metavar="W,W", help="widths of the hidden layers, such as 64,64")
    train.add_argument(
        "--episodes", type=_count, default=100, metavar="N", help="greedy episodes that judge a seed (default: 100)"
    )
    train.add_argument("--out", type=_folder, metavar="DIR", help="run folder (default: runs/ENVIRONMENT-DATE-TIME)")
    train.add_argument(
        "--save-every",
        type=_seconds,
        default=10.0,
        metavar="SECONDS",
        help="between two saved states, from which --resume goes on (default: 10)",
    )
    train.set_defaults(defaults={action.dest: action.default for action in train._actions})


def _add_evaluate(commands: Any) -> None:
    evaluate = commands.add_parser(
        "evaluate",
        help="judge a trained run by new episodes",
        description="Run new episodes with what each seed of a run learned, and print the returns (undiscounted, "
        "without entropy).",
    )
    evaluate.set_defaults(run=_evaluate)
    evaluate.add_argument("folder", type=_folder, metavar="RUN", help="the run folder")
    evaluate.add_argument(
        "--episodes", type=_count, default=100, metavar="N", help="episodes of each seed (default: 100)"
    )
    evaluate.add_argument(
        "--policy",
        choices=("greedy", "sampled"),
        default="greedy",
        help="the best action in Q, or draws from exp((Q - V)/alpha) (default: greedy)",
    )
    evaluate.add_argument(
        "--alpha", type=_number, metavar="A", help="of the sampled policy, in reward units (default: the run's)"
    )
    evaluate.add_argument("--seed", type=int, default=0, metavar="S", help="of the episodes (default: 0)")
    evaluate.add_argument("--json", type=_folder, metavar="FILE", help="write every return to a file")


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
        "--alpha", type=_number, default=0.1, metavar="A", help="temperature, in reward units; 0 is the hard maximum"
    )
    solve.add_argument("--gamma", type=_number, default=0.99, metavar="G", help="discount of one step (default: 0.99)")
    solve.add_argument(
        "--method",
        choices=("newton", "value"),
        default="newton",
        help="soft policy iteration, or soft value iteration (default: newton)",
    )
    solve.add_argument(
        "--learn", type=_count, metavar="N", help="also learn from N transitions, and draw the error against Q*"
    )
    solve.add_argument("--seed", type=int, default=0, metavar="S", help="of --learn (default: 0)")
    solve.add_argument("--out", type=_folder, metavar="DIR", help="where to draw (default: solved/ENVIRONMENT)")


def _solve(arguments: argparse.Namespace) -> int:
    """Solve, print, draw."""
    try:
        from rich.console import Console

        from softql import plots, solving
    except ImportError as error:
        raise Mistake(f'{error}: solving needs the extra packages, pip install "softql[cli]"') from error
    name, alpha, gamma, method = (getattr(arguments, x) for x in ("environment", "alpha", "gamma", "method"))
    if arguments.learn and not alpha > 0:
        raise Mistake(f"alpha = {alpha:g}: --learn acts with a Boltzmann policy, so alpha must be positive")
    env, env_params = _environment(name)
    folder = arguments.out if arguments.out is not None else Path("solved") / name
    try:
        found = solving.answer(env, env_params, name, alpha, gamma, method)
    except ValueError as error:
        raise Mistake(str(error)) from error
    console = Console(highlight=False, soft_wrap=True)
    solving.show(found, console)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        solving.draw(found, folder / "values.png")
        drawn = [folder / "values.png"]
        if arguments.learn:
            transitions, off = solving.learn(found, arguments.learn, arguments.seed)
            console.print(f"learned from {transitions[-1]:,} transitions: max |Q - Q*| = {off[-1]:.3g}")
            plots.error_curve(folder / "learning.png", transitions, off, f"{name}, α = {alpha:g}, γ = {gamma:g}")
            drawn.append(folder / "learning.png")
    except OSError as error:
        raise Mistake(f"can't draw in {folder}: {error.strerror or error}") from error
    console.print(f"drawn: {', '.join(str(path) for path in drawn)}")
    return DONE


def _train(arguments: argparse.Namespace) -> int:
    """Check everything, then train: a mistake must not cost the caller a run."""
    try:
        from softql import runs, session
    except ImportError as error:
        raise Mistake(f'{error}: training needs the extra packages, pip install "softql[cli]"') from error
    if arguments.resume is not None:
        return _resume(arguments)
    if arguments.environment is None:
        raise Mistake("train what? Give an environment, such as CartPole-v1, or --resume RUN")
    settings = {name: value for name, value in vars(arguments).items() if value is not None}
    env, env_params = _environment(arguments.environment)
    try:
        plan = session.plan(env, env_params, arguments.environment, settings)
    except (ValueError, TypeError) as error:
        raise Mistake(str(error)) from error
    try:
        folder = runs.claim(arguments.out, arguments.environment)
    except OSError as error:
        where = arguments.out if arguments.out is not None else "runs/"
        raise Mistake(f"can't use the run folder {where}: {error.strerror or error}") from error
    return _run(plan, folder, arguments)


def _evaluate(arguments: argparse.Namespace) -> int:
    """New episodes with old parameters."""
    try:
        from rich.console import Console

        from softql import judging, runs, session
    except ImportError as error:
        raise Mistake(f'{error}: evaluating needs the extra packages, pip install "softql[cli]"') from error
    folder, policy, alpha = arguments.folder, arguments.policy, arguments.alpha
    try:
        plan = _planned(folder)
        params = session.learned(plan, folder)
        if policy == "sampled" and alpha is None and plan.shape.mode in ("on_policy", "replay"):
            alpha = plan.hyper.alpha  # the other agents may have moved theirs, and keep it with what they learned
        keys = judging.keys(arguments.seed, plan.seeds)
        found = judging.returns_of(
            plan.env, plan.env_params, plan.shape, params, keys, arguments.episodes, policy, alpha
        )
    except OSError as error:
        raise Mistake(f"{folder} holds no trained run: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Mistake(f"can't evaluate {folder}: {error}") from error
    at = f" at alpha = {alpha:g}" if alpha is not None else ""
    judging.tell(Console(highlight=False, soft_wrap=True), found, f"{plan.env_name}, {policy} policy{at}")
    if arguments.json is not None:
        content = {"environment": plan.env_name, "policy": policy, "alpha": alpha, "seed": arguments.seed}
        try:
            runs.write_json(arguments.json, {**content, "returns": found.tolist()})
        except OSError as error:
            raise Mistake(f"can't write {arguments.json}: {error.strerror or error}") from error
    return DONE


def _planned(folder: Path) -> Any:
    """The plan of the run in a folder."""
    from softql import runs, session

    config = json.loads((folder / runs.CONFIG).read_text())
    env, env_params = _environment(config["environment"])
    return session.resumed(config, env, env_params)


def _resume(arguments: argparse.Namespace) -> int:
    """Go on with the run in a folder."""
    from softql import runs

    folder, own = arguments.resume, ("resume", "save_every")
    given = [name for name, default in arguments.defaults.items() if getattr(arguments, name, default) != default]
    if extra := [name for name in given if name not in own]:
        word = extra[0] if extra[0] == "environment" else _flag(extra[0])
        raise Mistake(f"--resume goes on with a run as it was set: leave out {word}")
    try:
        result = folder / runs.RESULT
        status = json.loads(result.read_text()).get("status") if result.exists() else None
        if status in ("done", "diverged"):
            print(f"{folder} is {status}: there is nothing to go on with")
            return DONE if status == "done" else FAILED
        plan = _planned(folder)
    except OSError as error:
        raise Mistake(f"{folder} holds no run: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Mistake(f"can't resume {folder}: {error}") from error
    return _run(plan, folder, arguments, resume=True)


def _run(plan: Any, folder: Path, arguments: argparse.Namespace, resume: bool = False) -> int:
    """Train with the folder locked; a ValueError is about what the folder holds."""
    from softql import runs, session

    try:
        with runs.locked(folder):
            if not resume and (folder / runs.CONFIG).exists():
                raise Mistake(f"another process began a run in {folder}")
            status = session.run(plan, folder, resume=resume, save_every=arguments.save_every)
    except BlockingIOError as error:
        raise Mistake(f"another process is training in {folder}") from error
    except OSError as error:
        raise Mistake(f"can't use the run folder {folder}: {error.strerror or error}") from error
    except ValueError as error:
        if not resume:
            raise
        raise Mistake(f"can't resume {folder}: {error}") from error
    return {"done": DONE, "interrupted": INTERRUPTED}.get(status, FAILED)


def _environment(name: str) -> tuple[Any, Any]:
    """The gymnax environment of that name, or a Mistake with the nearest names."""
    import gymnax

    import softql.envs  # noqa: F401  (registers softql's own)

    known: list[str] = list(gymnax.registered_envs)
    if name not in known:
        by_lower = {other.lower(): other for other in known}
        near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(by_lower[x] for x in near)}?" if near else f"there are {', '.join(known)}"
        raise Mistake(f"there is no environment {name!r}; {hint}")
    try:
        env, env_params = gymnax.make(name)
    except Exception as error:  # some environments download what they need
        raise Mistake(f"gymnax can't make {name}: {error}") from error
    return env, env_params


def _flag(name: str) -> str:
    return "--" + name.rstrip("_").replace("_", "-")


def _checked(kind: str, read: Callable[[str], Any], good: Callable[[Any], bool]) -> Callable[[str], Any]:
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


def _integer(text: str) -> int | None:
    """1000, 1_000 or 1e3."""
    value = float(text)
    return int(value) if value.is_integer() else None


_count = _checked("a whole number of at least 1", _integer, lambda n: n >= 1)
_number = _checked("a finite number", float, math.isfinite)
_seconds = _checked("a number of seconds, 0 or more", float, lambda x: x >= 0)
_folder = _checked("a folder", lambda text: Path(text) if text.strip() else None, lambda path: True)
_widths = _checked(
    "a list of widths such as 64,64", lambda text: tuple(int(w) for w in text.split(",")), lambda ws: min(ws) >= 1
)


if __name__ == "__main__":
    sys.exit(main())
