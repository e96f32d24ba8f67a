"""A sweep: every combination of hyper-parameters times every seed, as lanes of one program.

Lane c * seeds + s is combination c with seed s: the run that `softql train` makes with those settings and that seed, to
the rounding of another program. Lanes learn in groups of equal width that fit into memory, so that nothing is compiled
twice; the last group is filled up with copies of the last lane, which are forgotten. Imports: session and below.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh
from rich.console import Console
from rich.table import Table

from softql import checkpoint, comparison, plots, runs, session, sharding, together
from softql.agents import Metrics
from softql.agents.records import checked
from softql.drawing import LIGHT, Palette
from softql.grids import combinations
from softql.intervals import Interval, interval
from softql.judging import judge_of
from softql.progress import Saver, ahead, print_table, shown, stop_on_interrupt
from softql.train import SPLIT, compiled, seeds, spread, summary, train
from softql.writers import Writer, opened

__all__ = ["Sweep", "learned", "missing", "on", "planned", "resumed", "run", "tell"]

SHARE = 0.5  # of the memory that is free


@dataclass(frozen=True)
class Sweep:
    """What to run: a plan, whose settings `axes` replaces, and how many lanes learn at once."""

    base: session.Plan
    axes: dict[str, tuple[float, ...]]
    width: int = 0
    settings: list[dict[str, float]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", combinations(self.axes))

    @property
    def total(self) -> int:
        """How many lanes there are."""
        return len(self.settings) * self.base.seeds

    @property
    def groups(self) -> int:
        """How many groups they learn in."""
        return -(-self.total // self.width)

    def lanes(self, group: int) -> np.ndarray:
        """The numbers of a group's lanes [width]; beyond the last lane, the last one again."""
        return np.minimum(group * self.width + np.arange(self.width), self.total - 1)

    def real(self, group: int) -> int:
        """How many of them are no copies."""
        return min(self.width, self.total - group * self.width)

    @cached_property
    def hyper(self) -> Any:
        """Hyper (or ContinuousHyper) with one value of each leaf for each lane."""
        base = self.base.hyper._asdict()
        rows = [base | setting for setting in self.settings for _ in range(self.base.seeds)]
        return type(self.base.hyper)(*(np.array([row[name] for row in rows], np.float32) for name in base))

    def labels(self) -> dict[str, list[Any]]:
        """What each line of metrics.csv says of its lane."""
        lanes = range(self.total)
        of = {name: [self.settings[lane // self.base.seeds][name] for lane in lanes] for name in self.axes}
        return {"lane": list(lanes), "seed": [lane % self.base.seeds for lane in lanes], **of}


def planned(base: session.Plan, axes: Mapping[str, tuple[float, ...]]) -> Sweep:
    """A sweep over leaves of the plan's hyper-parameters, every value checked.

    Raises:
      ValueError: if nothing is swept, a name is no leaf, or a value is out of its domain.
    """
    sweep = Sweep(base, dict(axes))
    if not any(len(values) > 1 for values in axes.values()):
        leaves = ", ".join(base.hyper._fields)
        raise ValueError(f"nothing to sweep: give more than one value of at least one of {leaves}")
    for name, values in axes.items():
        if name not in base.hyper._fields:
            raise ValueError(f"{name} is no hyper-parameter here: there are {', '.join(base.hyper._fields)}")
        for value in values:
            checked(base.hyper._replace(**{name: value}))
    return sweep


def resumed(config: Mapping[str, Any], env: Any, env_params: Any) -> Sweep:
    """The sweep of a config.json.

    Raises:
      ValueError: as `session.resumed` does.
    """
    if config.get("command") != "sweep":
        raise ValueError("it holds no sweep, but a run of softql train")
    try:
        axes = {name: tuple(values) for name, values in config["sweep"].items()}
        width = config["lanes_at_once"]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"its {runs.CONFIG} is not that of a sweep ({error})") from error
    sweep = planned(session.resumed(config, env, env_params, exact=False), axes)
    try:
        along = max(1, int(config["machine"]["mesh"]["seed"]))
    except (KeyError, TypeError, ValueError):
        along = 1
    if not isinstance(width, int) or not 1 <= width <= filled(sweep.total, along):
        raise ValueError(f"its {runs.CONFIG} says that {width} of {sweep.total} lanes learn at once")
    return Sweep(sweep.base, sweep.axes, width)


def on(sweep: Sweep, mesh: Mesh | None) -> Sweep:
    """The same sweep on the devices of a mesh."""
    return replace(sweep, base=sweep.base._replace(mesh=mesh))


def filled(lanes: int, along: int) -> int:
    """So many lanes, and the copies that fill up the last of the devices along the axis."""
    return -(-lanes // along) * along


def fitted(sweep: Sweep, most: int | None, free: float) -> Sweep:
    """The widest groups of equal size, of at most `most` lanes, whose compiled chunk needs at most `free` bytes."""
    along = 1 if sweep.base.mesh is None else sweep.base.mesh.shape["seed"]
    width = max(along, min(sweep.total, most or sweep.total))
    while True:
        width = -(-sweep.total // -(-sweep.total // width))
        width = filled(width, along)
        sized = Sweep(sweep.base, sweep.axes, width)
        need = needed(sized)
        if need <= free or width == along:
            return sized
        width = max(along, min(width - along, int(width * free / need)) // along * along)


def needed(sweep: Sweep) -> int:
    """Bytes that the compiled chunk of a group holds: what goes in, what comes out, what is between. 0 if unknown. Of
    one device, or of all that share the memory of this machine."""
    plan = sweep.base
    hyper = spread(checked(jax.tree.map(lambda x: x[sweep.lanes(0)], sweep.hyper)), sweep.width)
    init, chunk = compiled(plan.agent, plan.mesh, plan.side_by_side)
    state = sharding.laid(jax.eval_shape(init, jax.eval_shape(lambda: seeds(0, sweep.width)), hyper), plan.mesh, SPLIT)
    hyper = sharding.laid(hyper, plan.mesh)
    program = chunk.lower(hyper, state._replace(memory=()), state.memory, plan.chunk).compile()  # jit finds it again
    held = program.memory_analysis()
    if held is None:
        return 0
    sharing = 1
    if plan.mesh is not None and jax.default_backend() == "cpu":
        sharing = sum(device.process_index == jax.process_index() for device in plan.mesh.devices.flat)
    return sharing * int(held.argument_size_in_bytes + held.output_size_in_bytes + held.temp_size_in_bytes)


def memory() -> float:
    """Free bytes of the first device, or of the machine where it has no memory of its own."""
    stats = jax.local_devices()[0].memory_stats() or {}
    if "bytes_limit" in stats:
        return float(stats["bytes_limit"] - stats.get("bytes_in_use", 0))
    found = [4 * 2.0**30]  # where nothing tells
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found = [1024.0 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable")] or found
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        found += [float(limit)] if limit.isdecimal() else []
    except (OSError, ValueError, IndexError):
        pass
    return min(found)


@dataclass
class Sofar:
    """What there is: group and chunk, and of each lane what it learned, its greedy returns, and whether every update
    was finite. `state` is that of the group that learns, None before it begins."""

    group: int
    chunks: int
    learned: Any
    returns: np.ndarray
    sound: np.ndarray
    state: Any = None
    status: str = "interrupted"

    def tree(self) -> dict[str, Any]:
        """What is saved beside the state."""
        return {"group": np.int64(self.group), "learned": self.learned, "returns": self.returns, "sound": self.sound}


def beginning(sweep: Sweep) -> Sofar:
    """Nothing yet."""
    one = session.state_like(sweep.base).params
    learned = jax.tree.map(lambda x: np.zeros((sweep.total, *x.shape[1:]), x.dtype), one)
    returns = np.full((sweep.total, sweep.base.episodes), np.nan, np.float32)
    return Sofar(0, 0, learned, returns, np.ones(sweep.total, bool))


def run(
    sweep: Sweep,
    folder: Path,
    console: Console | None = None,
    resume: bool = False,
    save_every: float = session.SAVED,
    most: int | None = None,
    writers: Sequence[str] = (),
    styles: Mapping[str, Palette] = {"light": LIGHT},
) -> str:
    """Train every lane, write the run folder, print the table.

    Args:
      sweep: what to do; its width is found here where it is 0.
      folder: the run folder.
      console: where to print.
      resume: go on from the last state that the folder holds, to the bits that an unbroken sweep would have given.
      save_every: seconds between two saved states; more if saving takes over a twentieth of the time.
      most: lanes at once, at most.
      writers: names of `softql.writers.WRITERS` that get the metrics too.
      styles: palettes of the picture, "light" and "dark".

    Returns:
      "done", "interrupted" (by Ctrl-C) or "unsaved" (the folder could not be written).
    """
    console = together.speaking() if console is None else console
    plan = sweep.base
    here = {"versions": runs.versions(), "machine": runs.machine() | together.laid(plan.mesh)}
    console.print(
        f"softql sweep {plan.label}: {len(sweep.settings)} combinations x {runs.counted(plan.seeds, 'seed')}, "
        f"{plan.env_steps:,} steps each -> {folder}"
    )
    if not sweep.width:
        sweep = fitted(sweep, most, SHARE * memory())
    if sweep.groups > 1:
        console.print(f"{sweep.groups} groups of {sweep.width} lanes")
    writers = writers if sharding.leads() else ()
    also = opened(writers, folder, runs.plain(session.describe(plan)))  # first: what can't start leaves no run behind
    sofar, seconds = beginning(sweep), 0.0
    if resume:
        seconds = _found(sweep, folder, console, here, sofar)
    elif sharding.leads():
        axes = {name: list(values) for name, values in sweep.axes.items()}
        own = {"command": "sweep", **session.described(writers), "sweep": axes, "lanes_at_once": sweep.width}
        runs.write_json(folder / runs.CONFIG, {**own, **session.describe(plan), **here})
    began = time.perf_counter() - seconds
    try:
        _learn(sweep, folder, console, began, sofar, save_every, also)
    except KeyboardInterrupt:
        console.print("abandoned")
    except OSError as error:
        sofar.status = "unsaved"
        console.print(f"can't write the sweep: {error}")
    return _keep(sweep, folder, console, sofar, time.perf_counter() - began, styles)


def _found(sweep: Sweep, folder: Path, console: Console, here: Mapping[str, Any], sofar: Sofar) -> float:
    """Bring `sofar` to the last good state; returns the seconds that it took."""
    session.say_what_changed(runs.read_json(folder / runs.CONFIG), here, console)
    like = jax.eval_shape(jax.vmap(sweep.base.agent.init), *_lanes(sweep, 0))
    progress, refused = together.progress_of(folder, {**sofar.tree(), "lanes": like})
    for line in refused:
        console.print(line)
    if progress is None:
        console.print("no state to go on from: from the start")
        return 0.0
    found = progress.state
    sofar.group, sofar.chunks = int(found["group"]), progress.chunks
    sofar.learned, sofar.returns, sofar.sound = found["learned"], found["returns"], found["sound"]
    if sofar.chunks:  # else a group had just ended
        sofar.state = jax.tree.map(jnp.asarray, found["lanes"])
    plan = sweep.base
    done = sofar.group * plan.steps + sofar.chunks * plan.chunk
    console.print(f"going on after {done / (sweep.groups * plan.steps):.0%}")
    return progress.seconds


def _lanes(sweep: Sweep, group: int) -> tuple[jax.Array, Any]:
    """Keys and hyper-parameters of a group."""
    index = sweep.lanes(group)
    keys = seeds(sweep.base.seed, sweep.base.seeds)[index % sweep.base.seeds]
    return keys, checked(jax.tree.map(lambda x: x[index], sweep.hyper))


def _learn(
    sweep: Sweep,
    folder: Path,
    console: Console,
    began: float,
    sofar: Sofar,
    save_every: float,
    writers: Sequence[Writer],
) -> None:
    """Group by group, chunk by chunk, writing as it goes."""
    plan, every = sweep.base, sweep.base.steps // sweep.base.chunk
    lines = sum(sweep.real(g) for g in range(sofar.group)) * every
    lines += sofar.chunks * sweep.real(sofar.group) if sofar.chunks else 0
    where = (plan.mesh, plan.side_by_side)
    judge = judge_of(plan.env, plan.env_params, plan.shape, plan.episodes, "greedy", plan.network, *where)
    with (
        together.metrics_file(folder, Metrics._fields, lines, sweep.labels(), writers) as file,
        shown(console, sweep.groups * plan.env_steps, sweep.width, sweep.groups * every) as show,
        stop_on_interrupt(console) as stopping,
    ):
        saver = Saver(folder, file, began, save_every)

        def hold() -> bool:
            return saver.due(now=stopping())

        while sofar.group < sweep.groups:
            keys, hyper = _lanes(sweep, sofar.group)
            real, index = sweep.real(sofar.group), sweep.lanes(sofar.group)[: sweep.real(sofar.group)]
            left, state = plan.steps - sofar.chunks * plan.chunk, sofar.state
            rest = train(plan.agent, hyper, keys, left, plan.chunk, state, False, *where) if left else iter(())
            for (state, _), metrics, held in ahead(rest, lambda chunk: sharding.kept(chunk[1]), hold):
                row = Metrics(*(x[:real] for x in summary(metrics)))
                file.add(time.perf_counter() - began, row._asdict(), index[0])
                sofar.sound[index] &= row.finite
                sofar.chunks += 1
                if held:
                    saver({**sofar.tree(), "lanes": state}, sofar.chunks)
                show(row._replace(env_steps=row.env_steps + sofar.group * plan.env_steps))
                if held and sharding.agreed(stopping()) and sofar.chunks < every:
                    return
            _judged(sweep, sofar, state, judge)
            sofar.group, sofar.chunks, sofar.state = sofar.group + 1, 0, None
            saver({**sofar.tree(), "lanes": state}, 0)
            if sharding.agreed(stopping()) and sofar.group < sweep.groups:
                return
    sofar.status = "done"


def _judged(sweep: Sweep, sofar: Sofar, state: Any, judge: Any) -> None:
    """What a group has learned, and the returns of its greedy policies on the keys that `softql train` judges by."""
    plan, index = sweep.base, sweep.lanes(sofar.group)
    keys = session.verdict_keys(plan)[index % plan.seeds]
    returns = np.asarray(sharding.host(judge(state.params, sharding.placed(keys, plan.mesh), None)))
    sofar.returns[index] = returns  # copies of the last lane give what the last lane gives
    for leaf, x in zip(jax.tree.leaves(sofar.learned), jax.tree.leaves(sharding.host(state.params)), strict=True):
        leaf[index] = x


def _keep(
    sweep: Sweep, folder: Path, console: Console, sofar: Sofar, seconds: float, styles: Mapping[str, Palette]
) -> str:
    """Write what there is and say so."""
    if not sharding.leads():
        return sofar.status
    scores = sofar.returns.astype(np.float64).mean(-1)
    found = estimates(sweep, scores)
    result = {
        "status": sofar.status,
        "env_steps_per_seed": sweep.base.env_steps,
        "lanes": sweep.total,
        "seconds": seconds,
        "greedy_returns": [None if np.isnan(x) else x for x in scores.tolist()],
        "every_update_finite": sofar.sound.tolist(),
        "combinations": [
            {**setting, "iqm": _json(e.iqm), "low": _json(e.low), "high": _json(e.high)}
            for setting, e in zip(sweep.settings, found, strict=True)
        ],
    }
    try:
        if sofar.status == "done":
            runs.save_parameters(folder, sofar.learned)
        if sofar.group:
            tell(console, sweep, sofar.returns, sofar.sound)
            table, read = scores.reshape(-1, sweep.base.seeds), curves(sweep, folder)
            runs.write_table(folder / runs.TABLE, *rows(sweep, table, found))
            plots.save(
                folder,
                runs.SWEEP.removesuffix(".png"),
                lambda palette: comparison.sweep_picture(sweep.axes, table, read, _title(sweep), palette),
                styles,
            )
        runs.write_json(folder / runs.RESULT, result)  # last: now it is done
        if sofar.status == "done":
            runs.forget_progress(folder)
    except (OSError, ValueError) as error:
        sofar.status = "unsaved"
        console.print(f"can't write the sweep: {error}")
    console.print(f"{sofar.status}: {sofar.group} of {sweep.groups} groups in {seconds:.0f} s; it is in {folder}")
    if sofar.status != "done":
        console.print(f"softql sweep --resume {folder} goes on")
    return sofar.status


def _title(sweep: Sweep) -> str:
    plan = sweep.base
    return f"{plan.label}, soft Q-learning ({plan.shape.mode}), {plan.env_steps:,} steps a seed"


def _json(x: np.ndarray) -> float | None:
    return None if np.isnan(x) else float(x)


def curves(sweep: Sweep, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Environment steps [chunk], and returns while exploring [combination, seed, chunk], NaN where none is yet."""
    read = runs.read_lanes(folder)
    chunks = sweep.base.steps // sweep.base.chunk
    table = np.full((sweep.total, chunks), np.nan)
    table[read["lane"][:, 0].astype(int)] = read["episode_return"]
    return read["env_steps"][0], table.reshape(len(sweep.settings), sweep.base.seeds, chunks)


def estimates(sweep: Sweep, scores: np.ndarray) -> list[Interval]:
    """Of each combination the interquartile mean over its seeds, with a bootstrap interval; scores [lane]."""
    return [interval(row[:, None]) for row in scores.reshape(-1, sweep.base.seeds)]


def rows(sweep: Sweep, scores: np.ndarray, found: Sequence[Interval]) -> tuple[list[str], list[list[Any]]]:
    """The table as numbers: a line a combination, with the score of each seed; scores [combination, seed]."""
    heading = [*sweep.axes, "iqm", "low", "high", *(f"seed_{i}" for i in range(sweep.base.seeds))]
    lines = [
        [*setting.values(), float(e.iqm), float(e.low), float(e.high), *map(float, row)]
        for setting, e, row in zip(sweep.settings, found, scores, strict=True)
    ]
    return heading, lines


def tell(
    console: Console, sweep: Sweep, returns: np.ndarray, sound: np.ndarray | None = None, policy: str = "greedy policy"
) -> None:
    """A line a combination: the interquartile mean over seeds with its 95 % interval, and the range of the seeds.

    Args:
      console: where to.
      sweep: what was run.
      returns: [lane, episode].
      sound: [lane], False where an update was refused.
      policy: for the title.
    """
    scores = returns.astype(np.float64).mean(-1)
    found = estimates(sweep, scores)
    best = int(np.argmax([np.nan_to_num(e.iqm, nan=-np.inf) for e in found]))
    table = Table(
        title=f"{policy}, {runs.counted(sweep.base.seeds, 'seed')}, {runs.counted(returns.shape[1], 'episode')} each; "
        "IQM and 95 % bootstrap interval",
        title_justify="left",
    )
    varied = [name for name, values in sweep.axes.items() if len(values) > 1]
    for heading in (*varied, "IQM", "95 %", "lowest", "highest"):
        table.add_column(heading, justify="right", no_wrap=True)
    for c, (setting, e, row) in enumerate(
        zip(sweep.settings, found, scores.reshape(-1, sweep.base.seeds), strict=True)
    ):
        seen = np.isfinite(row).all()
        cells = (e.iqm, row.min(), row.max())
        middle, low, high = (f"{x:.4g}" for x in cells) if seen else ("-", "-", "-")
        between = f"{e.low:.4g} to {e.high:.4g}" if np.isfinite(e.low) else "-"
        table.add_row(
            *(f"{setting[name]:.4g}" for name in varied),
            middle,
            between,
            low,
            high,
            style="bold" if c == best else None,
        )
    print_table(console, table)
    if sound is not None and not sound.all():
        lanes = np.flatnonzero(~sound)
        console.print(
            f"{len(lanes)} of {sweep.total} lanes had updates that were not finite and were refused (lanes "
            f"{', '.join(map(str, lanes[:8]))}{', ...' if len(lanes) > 8 else ''}); softql train would have stopped"
        )


def learned(sweep: Sweep, folder: Path) -> Any:
    """The parameters of every lane of a sweep that is done.

    Raises:
      OSError: when there are none.
      checkpoint.Unreadable: when they are damaged.
    """
    try:
        return jax.tree.map(jnp.asarray, runs.load_parameters(folder, _like(sweep)))
    except checkpoint.Unreadable as error:
        raise checkpoint.Unreadable(f"{error}; softql sweep --resume {folder} makes it again") from error


def missing(sweep: Sweep, folder: Path) -> str | None:
    """What is wrong with the parameters that a sweep left, None where they are whole."""
    return runs.missing(folder, _like(sweep))


def _like(sweep: Sweep) -> Any:
    """The parameters of every lane, by their shapes."""
    one = session.state_like(sweep.base).params
    return jax.tree.map(lambda x: jax.ShapeDtypeStruct((sweep.total, *x.shape[1:]), x.dtype), one)
