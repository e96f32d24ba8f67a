"""One training session as a person sees it: plan, live progress, run folder, verdict. Imports: train and below."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import Mesh
from rich.console import Console

from softql import checkpoint, finding, plots, runs, sharding, together
from softql.agents import (
    Agent,
    ContinuousHyper,
    ContinuousShape,
    Hyper,
    Metrics,
    Network,
    Shape,
    agent,
    continuous_agent,
    defaults_for,
    q_network,
)
from softql.agents.critics import Critic, action_box, critic
from softql.agents.records import CONTINUOUS_MODES as CONTINUOUS
from softql.agents.records import checked
from softql.drawing import LIGHT, Palette
from softql.evaluate import exact_gap, network_q, optimum
from softql.judging import returns_of, tell
from softql.mdp import World, from_gymnax
from softql.progress import Saver, ahead, shown, stop_on_interrupt
from softql.showing import policy_picture
from softql.train import Diverged, abreast, seeds, summary, train
from softql.writers import Writer, opened

GAPS = ("suboptimality", "greedy_suboptimality", "q_error")  # columns of metrics.csv where an exact answer exists
KNOBS = {*Hyper._fields, *ContinuousHyper._fields, *vars(Shape()), *vars(ContinuousShape())} - {"mode", "hidden"}
CHUNKS = 100  # how often progress is shown and metrics are written
EXACT = 1_000  # states up to which an environment is enumerated, and the policy measured against Q*
SAVED = 10.0  # seconds between two saved states, at least


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
    network: Any = None  # a Network, or a Critic where actions are continuous
    network_name: str | None = None  # where it is the caller's own
    mesh: Mesh | None = None  # the devices, see softql.sharding; None is one

    @property
    def side_by_side(self) -> bool:
        """Whether the lanes of a device are one vmap; else they learn one after another."""
        return abreast(self.shape)

    @property
    def label(self) -> str:
        """A short name of the environment, for titles."""
        return finding.label(self.env_name)


def plan(env: Any, env_params: Any, env_name: str, settings: Mapping[str, Any], exact: bool = True) -> Plan:
    """The environment's recipe with the caller's settings over it; `exact` lists it as an MDP where it is small.

    Raises:
      ValueError: when a setting is out of its domain, or the environment is none that the agent can act in.
    """
    recipe = defaults_for(env_name, _mode(env, env_params, settings.get("mode")))
    fields = {*vars(recipe.shape), *recipe.hyper._fields}
    repeated = settings.get("chunk") is not None  # a run from its config.json, which names every setting
    idle: frozenset[str] = frozenset() if repeated else getattr(recipe.shape, "idle", frozenset())
    for name in settings:
        if name in KNOBS - fields or name in idle:
            flag = "--" + name.rstrip("_").replace("_", "-")
            raise ValueError(f"{flag} means nothing in mode {recipe.shape.mode!r}")
    if "network" in settings and "hidden" in settings and not repeated:
        raise ValueError("--hidden means nothing beside --network: a network of your own has its own widths")
    if "entropy_target" in settings and "alpha_rate" not in settings:
        raise ValueError("--entropy-target means nothing without --alpha-rate: alpha stays where it is")
    shape = replace(recipe.shape, **_known(vars(recipe.shape), settings))
    warm = 0 if shape.mode == "on_policy" else -(-shape.warmup // shape.env_steps)
    steps = max(1, -(-settings.get("steps", recipe.env_steps) // shape.env_steps) - warm)
    steps, chunk = whole_chunks(steps, settings.get("chunk"))
    env_steps = (warm + steps) * shape.env_steps
    if env_steps >= 2**31:
        raise ValueError(f"steps = {env_steps}: the step counter holds at most {2**31 - 1}")
    known = _known(recipe.hyper._fields, settings)
    hyper: Any = type(recipe.hyper)(**{**recipe.hyper._asdict(), "anneal": float(env_steps), **known})
    checked(hyper)
    own = settings.get("network")
    network: Any = finding.network(own, env, env_params) if own else network_of(env, env_params, shape)
    built = agent_of(env, env_params, shape, network)
    seed, lanes, episodes = settings["seed"], settings["seeds"], settings["episodes"]
    listed = exact and not isinstance(shape, ContinuousShape)
    world = enumerated(env, env_params, float(hyper.gamma)) if listed else None
    how_much = (seed, lanes, steps, env_steps, chunk, episodes)
    return Plan(env, env_params, env_name, built, hyper, shape, *how_much, world, network, own)


def whole_chunks(steps: int, chunk: int | None = None) -> tuple[int, int]:
    """At least so many steps in whole chunks (a remainder would compile anew), about CHUNKS of them, and their size.

    Given what it answered it answers the same again, so that a run can be repeated from its config.json.

    Example:
        >>> whole_chunks(15_625), whole_chunks(15_700)
        ((15700, 157), (15700, 157))
    """
    chunk = -(-steps // CHUNKS) if chunk is None else chunk
    return -(-steps // chunk) * chunk, chunk


def network_of(env: Any, env_params: Any, shape: Shape | ContinuousShape) -> Network | Critic:
    """The network that softql's agents have."""
    if isinstance(shape, ContinuousShape):
        return critic(env, env_params, shape.hidden, shape.scale)
    return q_network(env, env_params, shape.hidden)


def agent_of(env: Any, env_params: Any, shape: Shape | ContinuousShape, network: Any) -> Agent:
    """The agent for the actions that the environment has; on a mesh it splits its batches over the axis `env`."""
    network = network._replace(apply=sharding.over_envs(network.apply))
    if isinstance(shape, ContinuousShape):
        return continuous_agent(env, env_params, shape, network)
    return agent(env, env_params, shape, network)


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
    if not (hasattr(env, "reset_env") and hasattr(env, "step_env")):  # the steps without auto-reset
        return None
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


def resumed(config: Mapping[str, Any], env: Any, env_params: Any, exact: bool = True) -> Plan:
    """The plan of a run from its config.json.

    Raises:
      ValueError: when this softql or this gymnax makes another run of it, or config.json says nothing of a run.
    """
    try:
        shape = {name: tuple(x) if isinstance(x, list) else x for name, x in config["shape"].items()}
        own = {"seed": config["seed"], "seeds": config["seeds"], "episodes": config["evaluation_episodes"]}
        settings = {**config["hyper"], **shape, **own, "mode": config["mode"], "steps": config["env_steps_per_seed"]}
        settings |= {"network": config.get("network"), "chunk": config["chunk"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"its {runs.CONFIG} is not that of a run ({error})") from error
    planned = plan(env, env_params, config["environment"], settings, exact)
    for name, value in runs.plain(describe(planned)).items():
        if config.get(name) != value:
            raise ValueError(f"it can't go on here: {name} was {config.get(name)} and would be {value}")
    return planned


def run(
    plan: Plan,
    folder: Path,
    console: Console | None = None,
    resume: bool = False,
    save_every: float = SAVED,
    writers: Sequence[str] = (),
    styles: Mapping[str, Palette] = {"light": LIGHT},
) -> str:
    """Train, write the run folder, print the verdict.

    Args:
      plan: what to do.
      folder: the run folder.
      console: where to print.
      resume: go on from the last state that the folder holds, to the bits that an unbroken run would have given.
      save_every: seconds between two saved states; more if saving takes over a twentieth of the time.
      writers: names of `softql.writers.WRITERS` that get the metrics too.
      styles: palettes of the pictures, "light" and "dark".

    Returns:
      "done", "interrupted" (by Ctrl-C), "diverged" or "unsaved" (the folder could not be written).
    """
    console = together.speaking() if console is None else console
    here = {"versions": runs.versions(), "machine": runs.machine() | together.laid(plan.mesh)}
    console.print(f"softql train {plan.label}: {runs.counted(plan.seeds, 'seed')}, {_settings(plan)} -> {folder}")
    writers = writers if sharding.leads() else ()
    also = opened(writers, folder, runs.plain(describe(plan)))  # first: what can't start leaves no run behind
    start = _found(plan, folder, console, here) if resume else None
    if not resume and sharding.leads():
        runs.write_json(folder / runs.CONFIG, {"command": "train", **described(writers), **describe(plan), **here})
    began = time.perf_counter() - (start.seconds if start else 0.0)
    outcome = Outcome()
    try:
        _learn(plan, folder, console, began, outcome, start, save_every, also)
        if outcome.status == "done":
            outcome.status = "interrupted"
            outcome.greedy_returns = judge(plan, outcome.params)
            outcome.status = "done"
    except KeyboardInterrupt:
        console.print("abandoned")
    except OSError as error:
        outcome.status = "unsaved"
        console.print(f"can't write the run: {error}")
    return _keep(plan, folder, console, outcome, time.perf_counter() - began, styles)


def described(writers: Sequence[str]) -> dict[str, Any]:
    """Where the metrics go too, which decides no number."""
    return {"writers": list(writers)} if writers else {}


def _found(plan: Plan, folder: Path, console: Console, here: Mapping[str, Any]) -> runs.Progress | None:
    """How far the run got, and what is to be said about that."""
    say_what_changed(runs.read_json(folder / runs.CONFIG), here, console)
    progress, refused = together.progress_of(folder, state_like(plan))
    for line in refused:
        console.print(line)
    if progress is None:
        console.print("no state to go on from: from the start")
        return None
    console.print(f"going on after {_env_steps(plan, progress.chunks):,} of {plan.env_steps:,} steps")
    return progress._replace(state=jax.tree.map(jax.numpy.asarray, progress.state))


def say_what_changed(config: Mapping[str, Any], here: Mapping[str, Any], console: Console) -> None:
    """A line for each version or device that is not what it was."""
    for name, value in runs.plain(here).items():
        was = config.get(name, {})
        for key, now in value.items():
            if (then := was.get(key)) != now:
                console.print(f"{key} was {then}, is {now}: the numbers may differ in their last bits from here on")


def state_like(plan: Plan) -> Any:
    """The shapes and dtypes of the state of every lane, without computing any."""
    return jax.eval_shape(jax.vmap(lambda key: plan.agent.init(key, plan.hyper)), _keys(plan))


def _keys(plan: Plan) -> jax.Array:
    return seeds(plan.seed, plan.seeds)


def _env_steps(plan: Plan, chunks: int) -> int:
    return plan.env_steps - (plan.steps - chunks * plan.chunk) * plan.shape.env_steps


def _keep(
    plan: Plan, folder: Path, console: Console, outcome: Outcome, seconds: float, styles: Mapping[str, Palette]
) -> str:
    """Write what there is, the most precious first, and say so."""
    if not sharding.leads():
        return outcome.status
    result = {"status": outcome.status, "env_steps_per_seed": outcome.env_steps, "seconds": seconds}
    params = jax.device_get(outcome.params)
    try:
        if params is not None:
            runs.save_parameters(folder, params)
        if outcome.greedy_returns is not None:
            tell(console, outcome.greedy_returns)
            result["greedy_returns"] = outcome.greedy_returns.mean(-1).tolist()
        if outcome.gap is not None:
            console.print(_said(plan, outcome.gap))
            result |= {name: x.tolist() for name, x in outcome.gap.items()}
        drawn = _draw(plan, folder, params, styles) if outcome.env_steps else None
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


def _draw(plan: Plan, folder: Path, params: Any, styles: Mapping[str, Palette]) -> Exception | None:
    """The pictures, or what kept them from being drawn."""
    title = f"{plan.label}, soft Q-learning ({plan.shape.mode})"
    try:
        read = runs.read_metrics(folder)
        name, alpha = runs.CURVE.removesuffix(".png"), plan.hyper.alpha
        plots.save(folder, name, lambda palette: plots.learning_curve(read, title, alpha, palette), styles)
        if isinstance(plan.shape, ContinuousShape):
            draw = policy_picture(plan, jax.tree.map(lambda x: x[0], params))
            if draw is not None:
                plots.save(folder, runs.POLICY.removesuffix(".png"), draw, styles)
    except (OSError, ValueError) as error:
        return error
    return None


def describe(plan: Plan) -> dict[str, Any]:
    """Everything that decides the numbers."""
    return {
        "environment": plan.env_name,
        "environment_parameters": {name: _scalar(x) for name, x in _fields(plan.env_params).items()},
        "mode": plan.shape.mode,
        "network": plan.network_name,
        "hyper": dict(plan.hyper._asdict()),
        "shape": vars(plan.shape),
        "seed": plan.seed,
        "seeds": plan.seeds,
        "env_steps_per_seed": plan.env_steps,
        "agent_steps": plan.steps,
        "chunk": plan.chunk,
        "evaluation_episodes": plan.episodes,
    }


def _fields(params: Any) -> dict[str, Any]:
    return dict(params._asdict()) if hasattr(params, "_asdict") else vars(params)


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
    writers: Sequence[Writer],
) -> None:
    """Train chunk by chunk, writing as it goes; `outcome` holds the last good parameters at any moment."""
    measured, chunks = measure(plan), start.chunks if start else 0
    fields, lines = (*Metrics._fields, *(GAPS if plan.world else ())), chunks * plan.seeds
    if start is not None:
        outcome.params, outcome.env_steps = start.state.params, _env_steps(plan, chunks)
        outcome.gap = measured(start.state.params)
    with (
        together.metrics_file(folder, fields, lines, writers=writers) as file,
        shown(console, plan.env_steps, plan.seeds, plan.steps // plan.chunk) as show,
        stop_on_interrupt(console) as stopping,
    ):
        saver = Saver(folder, file, began, save_every)
        rest = going_on(plan, chunks, start.state if start else None)

        def ask(chunk: tuple[Any, Metrics]) -> tuple[Any, Metrics, dict[str, np.ndarray] | None]:
            params = sharding.kept(chunk[0].params)
            return params, sharding.kept(chunk[1]), measured(params)

        def hold() -> bool:
            ends = (chunks + 1) * plan.chunk >= plan.steps
            return saver.due(now=ends or stopping())

        for (state, _), (params, metrics, gap), held in ahead(rest, ask, hold):
            row = summary(metrics)
            outcome.params, outcome.env_steps, outcome.gap = params, int(row.env_steps[0]), gap
            file.add(time.perf_counter() - began, row._asdict() | (gap or {}))
            if not row.finite.all():
                outcome.status = "diverged"
                console.print(f"diverged: {Diverged(state, metrics)}")
                return
            chunks += 1
            if held:
                saver(state, chunks)
            show(row)
            if held and sharding.agreed(stopping()):
                break
    if chunks * plan.chunk >= plan.steps:
        outcome.status = "done"


def going_on(plan: Plan, chunks: int, state: Any) -> Iterator[tuple[Any, Metrics]]:
    """What is left of the training after so many chunks; whether each was finite is for the caller to see."""
    left = plan.steps - chunks * plan.chunk
    if not left:
        return iter(())
    where = (plan.mesh, plan.side_by_side)
    return train(plan.agent, plan.hyper, _keys(plan), left, plan.chunk, state, False, *where)


def measure(plan: Plan) -> Callable[[Any], dict[str, np.ndarray] | None]:
    """parameters of every seed -> their exact gaps to the optimum, one number a seed; None without an exact answer."""
    world = plan.world
    if world is None:
        return lambda params: None
    network, alpha = plan.network, plan.hyper.alpha
    best = optimum(world, alpha)

    @jax.jit
    def gaps(params: Any) -> Any:
        return jax.vmap(lambda p: exact_gap(world, network_q(world, network.apply, p), alpha, best))(params)

    def measured(params: Any) -> dict[str, np.ndarray]:
        found = gaps(jax.device_get(params))
        return {name: np.asarray(x) for name, x in zip(GAPS, (found.soft, found.greedy, found.q), strict=True)}

    return measured


def _said(plan: Plan, gap: dict[str, np.ndarray]) -> str:
    soft, greedy = (np.maximum(gap[name], 0.0) for name in GAPS[:2])  # below 0 is rounding
    return (
        f"exact, from the first state: {soft.mean():.3g} below V* with entropy (lowest {soft.min():.3g}, highest "
        f"{soft.max():.3g}), greedy {greedy.mean():.3g} below the best"
    )


def judge(plan: Plan, params: Any) -> np.ndarray:
    """Greedy returns [seed, episode], on keys that training never used."""
    keys = verdict_keys(plan)
    of = (plan.env, plan.env_params, plan.shape, params, keys, plan.episodes)
    return returns_of(*of, network=plan.network, mesh=plan.mesh, side_by_side=plan.side_by_side)


def verdict_keys(plan: Plan) -> jax.Array:
    """One key a seed for the episodes that judge it."""
    return jax.random.split(jax.random.fold_in(jax.random.key(plan.seed), 2**31 - 1), plan.seeds)


def learned(plan: Plan, folder: Path) -> Any:
    """The parameters that the run of this plan left in its folder; where they are damaged, those of its last good state
    if it has one, as a run that was stopped has, and a line on stderr.

    Raises:
      OSError: when there are none.
      checkpoint.Unreadable: when they are damaged and there is no state.
    """
    like = state_like(plan)
    try:
        params = runs.load_parameters(folder, like.params)
    except checkpoint.Unreadable as error:
        if (state := runs.last_state(folder, like)) is None:
            raise checkpoint.Unreadable(f"{error}; softql train --resume {folder} makes it again") from error
        print(f"{error}; taken from the last saved state", file=sys.stderr)
        params = state.params
    return jax.tree.map(jax.numpy.asarray, params)


def missing(plan: Plan, folder: Path) -> str | None:
    """What is wrong with the parameters that a run left, None where they are whole."""
    return runs.missing(folder, state_like(plan).params)


__all__ = ["Plan", "describe", "judge", "learned", "missing", "plan", "resumed", "run", "state_like", "verdict_keys"]
