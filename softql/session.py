"""One training session as a person sees it: plan, live progress, run folder, verdict. Imports: train and below."""

from __future__ import annotations

import json
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
from softql.agents.records import CONTINUOUS_MODES as CONTINUOUS
from softql.agents.records import checked
from softql.evaluate import exact_gap, network_q, optimum
from softql.judging import returns_of, tell
from softql.mdp import World, from_gymnax
from softql.showing import policy_picture
from softql.train import Diverged, seeds, summary, train

GAPS = ("suboptimality", "greedy_suboptimality", "q_error")  # columns of metrics.csv where an exact answer exists
KNOBS = {*Hyper._fields, *ContinuousHyper._fields, *vars(Shape()), *vars(ContinuousShape())} - {"mode", "hidden"}
CHUNKS = 100  # how often progress is shown and metrics are written
EXACT = 1_000  # states up to which an environment is enumerated, and the policy measured against Q*
SAVED = 10.0  # seconds between two saved states, at least
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


def resumed(config: Mapping[str, Any], env: Any, env_params: Any) -> Plan:
    """The plan of a run from its config.json.

    Raises:
      ValueError: when this softql or this gymnax makes another run of it, or config.json says nothing of a run.
    """
    try:
        shape = {name: tuple(x) if isinstance(x, list) else x for name, x in config["shape"].items()}
        own = {"seed": config["seed"], "seeds": config["seeds"], "episodes": config["evaluation_episodes"]}
        settings = {**config["hyper"], **shape, **own, "mode": config["mode"], "steps": config["env_steps_per_seed"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"its {runs.CONFIG} is not that of a run ({error})") from error
    planned = plan(env, env_params, config["environment"], settings)
    for name, value in runs.plain(describe(planned)).items():
        if config.get(name) != value:
            raise ValueError(f"it can't go on here: {name} was {config.get(name)} and would be {value}")
    return planned


def run(
    plan: Plan, folder: Path, console: Console | None = None, resume: bool = False, save_every: float = SAVED
) -> str:
    """Train, write the run folder, print the verdict.

    Args:
      plan: what to do.
      folder: the run folder.
      console: where to print.
      resume: go on from the last state that the folder holds, to the bits that an unbroken run would have given.
      save_every: seconds between two saved states; more if saving takes over a twentieth of the time.

    Returns:
      "done", "interrupted" (by Ctrl-C), "diverged" or "unsaved" (the folder could not be written).
    """
    console = Console(highlight=False, soft_wrap=True) if console is None else console
    here = {"versions": runs.versions(), "machine": runs.machine()}
    console.print(f"softql train {plan.env_name}: {plan.seeds} seeds, {_settings(plan)} -> {folder}")
    start = _found(plan, folder, console, here) if resume else None
    if not resume:
        runs.write_json(folder / runs.CONFIG, {"command": "train", **describe(plan), **here})
    began = time.perf_counter() - (start.seconds if start else 0.0)
    outcome = Outcome()
    try:
        _learn(plan, folder, console, began, outcome, start, save_every)
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


def _found(plan: Plan, folder: Path, console: Console, here: Mapping[str, Any]) -> runs.Progress | None:
    """How far the run got, and what is to be said about that."""
    config = json.loads((folder / runs.CONFIG).read_text())
    for name, value in runs.plain(here).items():
        was = config.get(name, {})
        for key, now in value.items():
            if (then := was.get(key)) != now:
                console.print(f"{key} was {then}, is {now}: the numbers may differ in their last bits from here on")
    progress, refused = runs.load_progress(folder, _state_like(plan))
    for line in refused:
        console.print(line)
    if progress is None:
        console.print("no state to go on from: from the start")
        return None
    console.print(f"going on after {_env_steps(plan, progress.chunks):,} of {plan.env_steps:,} steps")
    return progress._replace(state=jax.tree.map(jax.numpy.asarray, progress.state))


def _state_like(plan: Plan) -> Any:
    """The shapes and dtypes of the state of every lane, without computing any."""
    return jax.eval_shape(jax.vmap(lambda key: plan.agent.init(key, plan.hyper)), _keys(plan))


def _keys(plan: Plan) -> jax.Array:
    return seeds(plan.seed, plan.seeds)


def _env_steps(plan: Plan, chunks: int) -> int:
    return plan.env_steps - (plan.steps - chunks * plan.chunk) * plan.shape.env_steps


def _keep(plan: Plan, folder: Path, console: Console, outcome: Outcome, seconds: float) -> str:
    """Write what there is, the most precious first, and say so."""
    result = {"status": outcome.status, "env_steps_per_seed": outcome.env_steps, "seconds": seconds}
    try:
        if outcome.params is not None:
            runs.save_parameters(folder, outcome.params)
        if outcome.greedy_returns is not None:
            tell(console, outcome.greedy_returns)
            result["greedy_returns"] = outcome.greedy_returns.mean(-1).tolist()
        if outcome.gap is not None:
            console.print(_said(plan, outcome.gap))
            result |= {name: x.tolist() for name, x in outcome.gap.items()}
        drawn = _draw(plan, folder, outcome.params) if outcome.env_steps else None
        runs.write_json(folder / runs.RESULT, result | ({"status": "unsaved"} if drawn else {}))  # last: now it is done
        if drawn is not None:
            raise drawn
        if outcome.status in ("done", "diverged"):
            runs.forget_progress(folder)
    except (OSError, ValueError) as error:  # the disk, or metrics that never reached it
        outcome.status = "unsaved"
        console.print(f"can't write the run: {error}")
    console.print(
        f"{outcome.status}: {outcome.env_steps:,} steps a seed in {seconds:.0f} s; what there is, is in {folder}"
    )
    if outcome.status in ("interrupted", "unsaved"):
        console.print(f"softql train --resume {folder} goes on")
    return outcome.status


def _draw(plan: Plan, folder: Path, params: Any) -> Exception | None:
    """The pictures, or what kept it from being drawn."""
    title = f"{plan.env_name}, soft Q-learning ({plan.shape.mode})"
    try:
        plots.learning_curve(folder / runs.CURVE, runs.read_metrics(folder), title, plan.hyper.alpha)
        if isinstance(plan.shape, ContinuousShape):
            policy_picture(folder / runs.POLICY, plan, jax.tree.map(lambda x: x[0], params))
    except (OSError, ValueError) as error:
        return error
    return None


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


def _learn(
    plan: Plan,
    folder: Path,
    console: Console,
    began: float,
    outcome: Outcome,
    start: runs.Progress | None,
    save_every: float,
) -> None:
    """Train chunk by chunk, writing as it goes; `outcome` holds the last good parameters at any moment."""
    measured, chunks = measure(plan), start.chunks if start else 0
    fields, lines = (*Metrics._fields, *(GAPS if plan.world else ())), chunks * plan.seeds
    if start is not None:
        outcome.params, outcome.env_steps = jax.device_get(start.state.params), _env_steps(plan, chunks)
        outcome.gap = measured(start.state.params)
    with (
        runs.MetricsFile(folder / runs.METRICS, fields, lines) as file,
        shown(plan, console) as show,
        stop_on_interrupt(console) as stopping,
    ):
        saver = Saver(folder, file, began, save_every)

        def keep(state: Any, metrics: Metrics) -> Metrics:
            row: Metrics = jax.device_get(summary(metrics))
            outcome.params, outcome.env_steps = jax.device_get(state.params), int(row.env_steps[0])
            outcome.gap = measured(state.params)
            file.add(time.perf_counter() - began, row._asdict() | (outcome.gap or {}))
            return row

        try:
            for state, metrics in going_on(plan, chunks, start.state if start else None):
                row, chunks = keep(state, metrics), chunks + 1
                stop = stopping()
                saver(state, chunks, now=stop or chunks * plan.chunk >= plan.steps)
                show(row)
                if stop:
                    break
        except Diverged as error:
            outcome.status = "diverged"
            keep(error.state, error.metrics)
            console.print(f"diverged: {error}")
            return
    if chunks * plan.chunk >= plan.steps:
        outcome.status = "done"


def going_on(plan: Plan, chunks: int, state: Any) -> Iterator[tuple[Any, Metrics]]:
    """What is left of the training after so many chunks."""
    left = plan.steps - chunks * plan.chunk
    return train(plan.agent, plan.hyper, _keys(plan), left, plan.chunk, state) if left else iter(())


class Saver:
    """Saves the state now and then: not before `every` seconds have passed, nor 20 times what saving took."""

    def __init__(self, folder: Path, file: runs.MetricsFile, began: float, every: float) -> None:
        self.folder, self.file, self.began, self.every = folder, file, began, every
        self.due = time.perf_counter() + every

    def __call__(self, state: Any, chunks: int, now: bool = False) -> None:
        """Save if it is time, or at once."""
        at = time.perf_counter()
        if at < self.due and not now:
            return
        self.file.settle()
        runs.save_progress(self.folder, runs.Progress(jax.device_get(state), chunks, at - self.began))
        spent = time.perf_counter() - at
        self.due = at + spent + max(self.every, 20 * spent)


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
    return returns_of(plan.env, plan.env_params, plan.shape, params, keys, plan.episodes)


def learned(plan: Plan, folder: Path) -> Any:
    """The parameters that the run of this plan left in its folder."""
    return jax.tree.map(jax.numpy.asarray, runs.load_parameters(folder, _state_like(plan).params))


__all__ = ["Plan", "describe", "judge", "learned", "plan", "resumed", "run"]
