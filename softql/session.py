"""One training session as a person sees it: plan, live progress, run folder, verdict. Imports: train and below."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table

from softql import plots, runs
from softql.agents import (
    Agent,
    ContinuousHyper,
    ContinuousShape,
    Hyper,
    Metrics,
    Shape,
    agent,
    continuous_agent,
    defaults_for,
    q_network,
)
from softql.agents.critics import action_box
from softql.agents.records import checked
from softql.evaluate import episode_returns, exact_gap, greedy_returns, network_q, optimum
from softql.mdp import World, from_gymnax
from softql.showing import greedy, policy_picture
from softql.train import Diverged, seeds, summary, train

GAPS = ("suboptimality", "greedy_suboptimality", "q_error")  # columns of metrics.csv where an exact answer exists
KNOBS = {*Hyper._fields, *ContinuousHyper._fields, *vars(Shape()), *vars(ContinuousShape())} - {"mode", "hidden"}
CONTINUOUS = ("quadrature", "stein", "langevin", "mala")
CHUNKS = 100  # how often progress is shown and metrics are written
EXACT = 1_000  # states up to which an environment is enumerated, and the policy measured against Q*
PLAIN = 10  # how many lines of progress a log gets, where there is no terminal


class Plan(NamedTuple):
    """A run, checked and ready."""

    env: Any
    env_params: Any
    env_name: str
    agent: Agent
    hyper: Any  # Hyper or ContinuousHyper
    shape: Shape | ContinuousShape
    seed: int
    seeds: int
    steps: int  # of the agent, each shape.env_steps environment steps
    env_steps: int  # of each seed, in all: warm-up and learning
    chunk: int
    episodes: int
    world: World | None = None  # the environment as an MDP, where it is a small one


def plan(env: Any, env_params: Any, env_name: str, settings: Mapping[str, Any]) -> Plan:
    """The environment's recipe with the caller's settings over it.

    Raises:
      ValueError: when a setting is out of its domain, or the environment is none that the agent can act in.
    """
    recipe = defaults_for(env_name, _mode(env, env_params, settings.get("mode")))
    fields = {*vars(recipe.shape), *recipe.hyper._fields}
    for name in settings:
        if name in KNOBS - fields:
            flag = "--" + name.rstrip("_").replace("_", "-")
            raise ValueError(f"{flag} means nothing in mode {recipe.shape.mode!r}")
    shape = replace(recipe.shape, **_known(vars(recipe.shape), settings))
    warm = 0 if shape.mode == "on_policy" else -(-shape.warmup // shape.env_steps)
    steps = max(1, -(-settings.get("steps", recipe.env_steps) // shape.env_steps) - warm)
    chunk = max(1, round(steps / CHUNKS))
    steps = -(-steps // chunk) * chunk  # whole chunks: a remainder would compile anew
    env_steps = (warm + steps) * shape.env_steps
    if env_steps >= 2**31:
        raise ValueError(f"steps = {env_steps}: the step counter holds at most {2**31 - 1}")
    known = _known(recipe.hyper._fields, settings)
    hyper: Any = type(recipe.hyper)(**{**recipe.hyper._asdict(), "anneal": float(env_steps), **known})
    checked(hyper)
    if isinstance(shape, ContinuousShape):
        built = continuous_agent(env, env_params, shape)
    else:
        built = agent(env, env_params, shape)
    seed, lanes, episodes = settings["seed"], settings["seeds"], settings["episodes"]
    world = None if isinstance(shape, ContinuousShape) else enumerated(env, env_params, float(hyper.gamma))
    return Plan(env, env_params, env_name, built, hyper, shape, seed, lanes, steps, env_steps, chunk, episodes, world)


def _mode(env: Any, env_params: Any, wanted: str | None) -> Any:
    """The mode asked for, or the one to start with, if the environment's actions are of its kind."""
    if hasattr(env.action_space(env_params), "n"):
        if wanted in CONTINUOUS:
            raise ValueError(f'mode = {wanted!r}: {env.name} has Discrete actions; choose "on_policy" or "replay"')
        return wanted or "on_policy"
    if wanted not in (None, *CONTINUOUS):
        raise ValueError(f"mode = {wanted!r}: {env.name} has continuous actions; choose one of {', '.join(CONTINUOUS)}")
    return wanted or ("quadrature" if len(action_box(env, env_params).low) <= 2 else "stein")


def enumerated(env: Any, env_params: Any, gamma: float) -> World | None:
    """The environment as an MDP; None where it is too large or can't be listed."""
    try:
        return from_gymnax(env, env_params, gamma, limit=EXACT)
    except ValueError:
        return None


@dataclass
class Outcome:
    """What there is so far: kept even if training is abandoned."""

    status: str = "interrupted"  # until something better is known
    params: Any = None
    env_steps: int = 0
    greedy_returns: np.ndarray | None = None
    gap: dict[str, np.ndarray] | None = None  # of the last chunk, where there is an exact answer


def _known(fields: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: settings[name] for name in fields if name in settings}


def run(plan: Plan, folder: Path, console: Console | None = None) -> str:
    """Train, write the run folder, print the verdict.

    Returns:
      "done", "interrupted" (by Ctrl-C), "diverged" or "unsaved" (the folder could not be written).
    """
    console = Console(highlight=False, soft_wrap=True) if console is None else console
    config = {"command": "train", **describe(plan), "versions": runs.versions(), "machine": runs.machine()}
    runs.write_json(folder / runs.CONFIG, config)
    console.print(f"softql train {plan.env_name}: {plan.seeds} seeds, {_settings(plan)} -> {folder}")
    began = time.perf_counter()
    outcome = Outcome()
    try:
        _learn(plan, folder, console, began, outcome)
        if outcome.status == "done":
            outcome.status = "interrupted"
            outcome.greedy_returns = judge(plan, outcome.params)
            outcome.status = "done"
    except KeyboardInterrupt:
        console.print("abandoned")
    except OSError as error:
        outcome.status = "unsaved"
        console.print(f"can't write the run: {error}")
    return _keep(plan, folder, console, outcome, time.perf_counter() - began)


def _keep(plan: Plan, folder: Path, console: Console, outcome: Outcome, seconds: float) -> str:
    """Write what there is, the most precious first, and say so."""
    result = {"status": outcome.status, "env_steps_per_seed": outcome.env_steps, "seconds": seconds}
    try:
        if outcome.params is not None:
            runs.save_parameters(folder, outcome.params)
        if outcome.greedy_returns is not None:
            _verdict(console, outcome.greedy_returns)
            result["greedy_returns"] = outcome.greedy_returns.mean(-1).tolist()
        if outcome.gap is not None:
            console.print(_said(plan, outcome.gap))
            result |= {name: x.tolist() for name, x in outcome.gap.items()}
        runs.write_json(folder / runs.RESULT, result)
        if outcome.env_steps:
            title = f"{plan.env_name}, soft Q-learning ({plan.shape.mode})"
            plots.learning_curve(folder / runs.CURVE, runs.read_metrics(folder), title, plan.hyper.alpha)
            if isinstance(plan.shape, ContinuousShape):
                policy_picture(folder / runs.POLICY, plan, jax.tree.map(lambda x: x[0], outcome.params))
    except (OSError, ValueError) as error:  # the disk, or metrics that never reached it
        outcome.status = "unsaved"
        console.print(f"can't write the run: {error}")
    console.print(
        f"{outcome.status}: {outcome.env_steps:,} steps a seed in {seconds:.0f} s; what there is, is in {folder}"
    )
    return outcome.status


def describe(plan: Plan) -> dict[str, Any]:
    """Everything that decides the numbers."""
    return {
        "environment": plan.env_name,
        "environment_parameters": {name: _scalar(x) for name, x in vars(plan.env_params).items()},
        "mode": plan.shape.mode,
        "hyper": dict(plan.hyper._asdict()),
        "shape": vars(plan.shape),
        "seed": plan.seed,
        "seeds": plan.seeds,
        "env_steps_per_seed": plan.env_steps,
        "agent_steps": plan.steps,
        "chunk": plan.chunk,
        "evaluation_episodes": plan.episodes,
    }


def _scalar(x: Any) -> Any:
    return np.asarray(x).tolist() if isinstance(x, (int, float, bool, str, np.ndarray, jax.Array)) else repr(x)


def _settings(plan: Plan) -> str:
    hyper = plan.hyper
    learning = f"alpha {hyper.alpha:g}, gamma {hyper.gamma:g}, learning rate {hyper.learning_rate:g}"
    return f"{plan.env_steps:,} steps each, {learning}"


def _learn(plan: Plan, folder: Path, console: Console, began: float, outcome: Outcome) -> None:
    """Train chunk by chunk, writing as it goes; `outcome` holds the last good parameters at any moment."""
    keys, measured = seeds(plan.seed, plan.seeds), measure(plan)
    with (
        runs.MetricsFile(folder / runs.METRICS, (*Metrics._fields, *(GAPS if plan.world else ()))) as file,
        shown(plan, console) as show,
        stop_on_interrupt(console) as stopping,
    ):
        try:
            for state, metrics in train(plan.agent, plan.hyper, keys, plan.steps, plan.chunk):
                row = jax.device_get(summary(metrics))
                outcome.params, outcome.env_steps = jax.device_get(state.params), int(row.env_steps[0])
                outcome.gap = measured(state.params)
                file.add(time.perf_counter() - began, row._asdict() | (outcome.gap or {}))
                show(row)
                if stopping():
                    return
        except Diverged as error:
            row = jax.device_get(summary(error.metrics))
            outcome.status = "diverged"
            outcome.params, outcome.env_steps = jax.device_get(error.state.params), int(row.env_steps[0])
            outcome.gap = measured(error.state.params)
            file.add(time.perf_counter() - began, row._asdict() | (outcome.gap or {}))
            console.print(f"diverged: {error}")
            return
    outcome.status = "done"


def measure(plan: Plan) -> Callable[[Any], dict[str, np.ndarray] | None]:
    """parameters of every seed -> their exact gaps to the optimum, one number a seed; None without an exact answer."""
    world = plan.world
    if world is None:
        return lambda params: None
    network, alpha = q_network(plan.env, plan.env_params, plan.shape.hidden), plan.hyper.alpha
    best = optimum(world, alpha)

    @jax.jit
    def gaps(params: Any) -> Any:
        return jax.vmap(lambda p: exact_gap(world, network_q(world, network.apply, p), alpha, best))(params)

    def measured(params: Any) -> dict[str, np.ndarray]:
        found = gaps(params)
        return {name: np.asarray(x) for name, x in zip(GAPS, (found.soft, found.greedy, found.q), strict=True)}

    return measured


def _said(plan: Plan, gap: dict[str, np.ndarray]) -> str:
    soft, greedy = (np.maximum(gap[name], 0.0) for name in GAPS[:2])  # below 0 is rounding
    return (
        f"exact, from the first state: {soft.mean():.3g} below V* with entropy (lowest {soft.min():.3g}, highest "
        f"{soft.max():.3g}), greedy {greedy.mean():.3g} below the best"
    )


@contextmanager
def stop_on_interrupt(console: Console) -> Iterator[Any]:
    """While inside, the first Ctrl-C only asks to stop; a second one is the usual KeyboardInterrupt."""
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set a handler
        yield lambda: False
        return

    def on_interrupt(number: int, frame: Any) -> None:
        asked.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        console.print("stopping after this chunk (Ctrl-C again to abandon it)")

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def shown(plan: Plan, console: Console) -> Iterator[Any]:
    """Live progress on a terminal; a line now and then in a log. Yields what to call with each chunk's summary."""
    clock: dict[str, float] = {}

    def line(row: Metrics) -> tuple[int, str]:
        now = time.perf_counter()
        steps = int(row.env_steps[0])
        if not clock:
            clock.update(at=now, steps=steps)  # the first chunk holds the compilation
        speed = "compiled"
        if steps > clock["steps"]:
            rate = (steps - clock["steps"]) / (now - clock["at"])
            left = max(0.0, (plan.env_steps - steps) / rate)
            speed = f"{plan.seeds * rate:,.0f} steps/s  {left:.0f} s left"
        returns = row.episode_return[np.isfinite(row.episode_return)]
        mean = f"{returns.mean():.1f}" if returns.size else "-"
        entropy, loss = row.entropy.mean(), row.loss.mean()
        return steps, f"{steps:,} steps  return {mean}  entropy {entropy:.3f}  loss {loss:.3g}  {speed}"

    if not console.is_terminal:
        yield _in_a_log(plan, console, line)
        return
    columns = (SpinnerColumn(), BarColumn(bar_width=24), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task: TaskID = progress.add_task("compiling", total=plan.env_steps)

        def on_terminal(row: Metrics) -> None:
            steps, text = line(row)
            progress.update(task, completed=steps, description=text)

        yield on_terminal


def _in_a_log(plan: Plan, console: Console, line: Any) -> Any:
    """Prints about PLAIN lines over the whole run."""
    seen = {"chunks": 0}
    every = max(1, plan.steps // plan.chunk // PLAIN)

    def show(row: Metrics) -> None:
        seen["chunks"] += 1
        text = line(row)[1]
        if seen["chunks"] % every == 0 or seen["chunks"] == 1:
            console.print(text)

    return show


def judge(plan: Plan, params: Any) -> np.ndarray:
    """Greedy returns [seed, episode], on keys that training never used."""
    keys = jax.random.split(jax.random.fold_in(jax.random.key(plan.seed), 2**31 - 1), plan.seeds)
    if isinstance(plan.shape, ContinuousShape):
        act = greedy(plan.env, plan.env_params, plan.shape)

        def best(params: Any, key: jax.Array) -> jax.Array:
            return episode_returns(plan.env, plan.env_params, lambda k, obs: act(k, params, obs), key, plan.episodes)

        return np.asarray(jax.jit(jax.vmap(best))(params, keys))
    network = q_network(plan.env, plan.env_params, plan.shape.hidden)

    def one(params: Any, key: jax.Array) -> jax.Array:
        return greedy_returns(plan.env, plan.env_params, network.apply, params, key, plan.episodes)

    return np.asarray(jax.vmap(one)(params, keys))


def _verdict(console: Console, returns: np.ndarray) -> None:
    table = Table(title=f"greedy policy, {returns.shape[1]} episodes a seed", title_justify="left")
    for heading in ("seed", "mean return", "lowest", "highest"):
        table.add_column(heading, justify="right")
    for seed, row in enumerate(returns):
        table.add_row(str(seed), f"{row.mean():.1f}", f"{row.min():.1f}", f"{row.max():.1f}")
    console.print(table)


__all__ = ["Plan", "describe", "judge", "plan", "run"]
