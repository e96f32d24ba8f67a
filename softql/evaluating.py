"""`softql evaluate RUN`: new episodes with what a run of `softql train` or `softql sweep` learned.

Nothing heavy is imported before the command runs.
"""

from __future__ import annotations

import argparse
from typing import Any

from softql import finding, opening, options
from softql.mistakes import Mistake, packages_for

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """The command."""
    evaluate = commands.add_parser(
        "evaluate",
        help="judge a trained run by new episodes",
        description="Run new episodes with what each seed of a run learned, and print the returns (undiscounted, "
        "without entropy).",
    )
    evaluate.set_defaults(run=_evaluate)
    evaluate.add_argument("folder", type=options.folder, metavar="RUN", help="the run folder")
    evaluate.add_argument(
        "--episodes", type=options.count, default=100, metavar="N", help="episodes of each seed (default: 100)"
    )
    evaluate.add_argument(
        "--policy",
        choices=("greedy", "sampled"),
        default="greedy",
        help="the best action in Q, or draws from exp((Q - V)/alpha) (default: greedy)",
    )
    evaluate.add_argument(
        "--alpha", type=options.number, metavar="A", help="of the sampled policy, in reward units (default: the run's)"
    )
    evaluate.add_argument("--env", metavar="ENV", help="where the run's module:attr is now, if it has moved")
    evaluate.add_argument("--seed", type=int, default=0, metavar="S", help="of the episodes (default: 0)")
    evaluate.add_argument("--json", type=options.folder, metavar="FILE", help="write every return to a file")


def _evaluate(arguments: argparse.Namespace) -> int:
    """New episodes with old parameters."""
    with packages_for("evaluating"):
        import numpy as np
        from rich.console import Console

        from softql import judging, runs, session, sweep
    folder, policy, alpha = arguments.folder, arguments.policy, arguments.alpha
    try:
        config = runs.read_json(folder / runs.CONFIG)
        if arguments.env:
            config["environment"] = finding.settled(arguments.env)
        env, env_params = finding.environment(config["environment"])
        whole = sweep.resumed(config, env, env_params) if config.get("command") == "sweep" else None
        plan = whole.base if whole else session.resumed(config, env, env_params, exact=False)
        params = sweep.learned(whole, folder) if whole else session.learned(plan, folder)
        if policy == "sampled" and alpha is None and plan.shape.mode in ("on_policy", "replay"):
            alpha = (whole or plan).hyper.alpha  # other agents keep theirs, which moves, with what they learned
        keys = judging.keys(arguments.seed, plan.seeds)
        keys = keys[np.arange(whole.total) % plan.seeds] if whole else keys
        found = judging.returns_of(
            env, env_params, plan.shape, params, keys, arguments.episodes, policy, alpha, plan.network
        )
    except OSError as error:
        if (folder / runs.CONFIG).exists() and not (folder / runs.PARAMETERS).exists():
            raise Mistake(opening.nothing_yet(folder, config)) from error
        raise Mistake(f"{folder} holds no trained run: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Mistake(f"can't evaluate {folder}: {error}") from error
    console = Console(highlight=False, soft_wrap=True)
    at = f" at alpha = {alpha:g}" if np.ndim(alpha) == 0 and alpha is not None else ""
    what = f"{plan.label}, {policy} policy{at}"
    if whole:
        sweep.tell(console, whole, found, policy=what)
    else:
        judging.tell(console, found, what)
    if arguments.json is not None:
        content = {
            "environment": plan.env_name,
            "policy": policy,
            "alpha": np.array(alpha).tolist(),
            "seed": arguments.seed,
        }
        try:
            runs.write_json(arguments.json, {**content, "returns": found.tolist()})
        except OSError as error:
            raise Mistake(f"can't write {arguments.json}: {error.strerror or error}") from error
    return 0
