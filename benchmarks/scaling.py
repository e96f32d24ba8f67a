"""How time and memory of training grow with lanes, devices and processes: writes benchmarks/scaling.json, and
docs/scaling.md with its pictures from it.

    python -m benchmarks.scaling [--rounds 5] [--quick]
    python -m benchmarks.scaling --page  # page and pictures again from scaling.json; nothing is measured

Each configuration runs in a process of its own (or in several), which compiles a chunk, runs it once and then times it:
the seconds of a chunk on the devices, those that the host takes to gather and write its metrics, and the peak of its
memory. "one after another" and "side by side" are the two ways in which a device runs its lanes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import machine

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "benchmarks" / "scaling.json", ROOT / "docs" / "scaling.md"
PACKAGES = ("jax", "jaxlib", "numpy", "gymnax", "optax")
Row = dict[str, Any]

# what a lane is, and how many steps of the agent a chunk has
WORK: dict[str, tuple[dict[str, Any], bool, int]] = {
    "recipe": ({}, False, 8),  # CartPole's own, one after another
    "light": ({"envs": 4, "rollout": 8, "minibatches": 1, "epochs": 1, "hidden": (16,)}, True, 8),
}
GROWTH = {"recipe": (1, 4, 16, 64), "light": (1, 16, 256, 1_024, 4_096, 10_000)}
SPREAD = ((16, 1, 1), (16, 2, 1), (16, 4, 1), (16, 8, 1), (16, 1, 2), (1, 1, 1))  # lanes, devices a process, processes
QUICK, QUICK_SPREAD = {"recipe": (1, 2), "light": (1, 16, 64)}, ((16, 1, 1), (16, 2, 1), (16, 1, 2))
BIG_SEEDS, BIG_DEVICES = 10_000, 1_000


def recipe() -> str:
    """The shape of softql's defaults, in words."""
    from softql.agents import defaults_for

    shape: Any = defaults_for("CartPole-v1").shape
    return f"{shape.envs} environments x {shape.rollout} steps, {' x '.join(map(str, shape.hidden))}"


def measured(work: str, lanes: int, devices: int, rounds: int, join: list[str]) -> Row:
    """One configuration, in this process."""
    import jax

    from softql import runs, sharding
    from softql.agents import Metrics, agent, defaults_for
    from softql.finding import environment
    from softql.train import seeds, small, summary, train

    changed, side_by_side, steps = WORK[work]
    shape, hyper, _ = defaults_for("CartPole-v1", "on_policy")
    shape = type(shape)(**{**vars(shape), **changed})
    sharding.processors(devices)
    if small(shape):
        sharding.single_threaded()
    if join:
        sharding.join(join[0], int(join[1]), int(join[2]))
    env, env_params = environment("CartPole-v1")
    mesh = sharding.mesh(lanes, shape.envs, sharding.devices())
    going = train(
        agent(env, env_params, shape),
        hyper,
        seeds(0, lanes),
        (rounds + 1) * steps,
        steps,
        None,
        True,
        mesh,
        side_by_side,
    )
    seconds, hosts = [], []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, runs.MetricsFile(Path(folder) / "m.csv", Metrics._fields) as file:
        for state, metrics in going:
            jax.block_until_ready((state, metrics))
            then = time.perf_counter()
            seconds.append(then - began)
            row = sharding.host(summary(metrics))
            sharding.host(state.params)
            file.add(0.0, row._asdict())
            began = time.perf_counter()
            hosts.append(began - then)
    return {
        "seconds": median(seconds[1:]),
        "least": min(seconds[1:]),
        "most": max(seconds[1:]),
        "first": seconds[0],
        "host": median(hosts[1:]),
        "env_steps": lanes * steps * shape.env_steps,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def child(work: str, lanes: int, devices: int, processes: int, rounds: int) -> Row:
    """One configuration, in processes of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        meet = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "benchmarks.scaling", "--child", work, str(lanes), str(devices)]
    command += ["--rounds", str(rounds)]
    environment = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
    environment |= {"JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": "0"}
    started = []
    for i in range(processes):
        joins = ["--join", meet, str(processes), str(i)] if processes > 1 else []
        quiet: Any = subprocess.PIPE if i == 0 else subprocess.DEVNULL
        started.append(subprocess.Popen([*command, *joins], cwd=ROOT, env=environment, stdout=quiet, text=True))
    out = started[0].communicate()[0]
    if any(process.wait() for process in started):
        raise RuntimeError(f"{work}, {lanes} lanes, {devices} devices, {processes} processes: a process failed")
    found = json.loads(out.splitlines()[-1])
    print(f"{work}: {lanes} lanes, {devices} devices, {processes} processes: {found['seconds']:.3g} s", flush=True)
    return {"work": work, "lanes": lanes, "devices": devices * processes, "processes": processes} | found


def fitted(rows: list[Row], name: str) -> tuple[float, float]:
    """start + slope * lanes by least squares on relative errors, both at least 0, over the rows of one device."""
    lanes, y = (np.array([row[key] for row in rows], float) for key in ("lanes", name))
    table = np.stack([1 / y, lanes / y], 1)
    start, slope = np.linalg.lstsq(table, np.ones(len(y)), rcond=None)[0]
    if slope < 0:
        start, slope = (1 / y).sum() / (1 / y**2).sum(), 0.0
    elif start < 0:
        start, slope = 0.0, (lanes / y).sum() / ((lanes / y) ** 2).sum()
    return float(start), float(slope)


def growth(found: Row, work: str) -> list[Row]:
    """The rows of one workload on one device."""
    return sorted((r for r in found["rows"] if r["work"] == work and r["devices"] == 1), key=lambda r: r["lanes"])


def models(found: Row) -> dict[str, dict[str, tuple[float, float]]]:
    """Of each workload start and slope of the seconds of a chunk, of the host's seconds, and of the memory."""
    works = [work for work in WORK if len(growth(found, work)) > 1]
    return {work: {x: fitted(growth(found, work), x) for x in ("seconds", "host", "peak")} for work in works}


def foreseen(model: dict[str, tuple[float, float]], lanes: int, devices: int) -> tuple[float, float, float]:
    """Seconds of a chunk on the devices and on the host, bytes on each device: what the model says."""
    here = -(-lanes // devices)
    (a, b), (c, d), (e, f) = (model[x] for x in ("seconds", "host", "peak"))
    return a + b * here, c + d * lanes, e + f * here


def spread(found: Row) -> list[Row]:
    """16 lanes over devices and processes: what they cost beside their share of single lanes."""
    recipe = [row for row in found["rows"] if row["work"] == "recipe"]
    single = [row["seconds"] for row in recipe if (row["lanes"], row["devices"]) == (1, 1)]
    rows = []
    for row in recipe:
        if row["lanes"] == 16 and single:
            cores = min(row["devices"], found["cores"])
            rows.append(row | {"ratio": row["seconds"] / (16 / cores * single[0]), "cores": cores})
    return rows


def page(found: Row) -> str:
    """The results as docs/scaling.md."""
    versions = ", ".join(f"{name} {x}" for name, x in found["versions"].items())
    quick = " These are figures of `--quick`, to show the form." if found["quick"] else ""
    lines = [
        "# How cost grows",
        "",
        "Generated by `python -m benchmarks.scaling`; nothing here is written by hand. "
        "CartPole-v1, on-policy; a chunk is "
        f"8 steps of the agent. *recipe*: softql's defaults ({found['recipe']}), the lanes of a device one after "
        "another; *light*: 4 environments, one layer of 16, all lanes in one vmap. Medians of "
        f"{found['rounds']} chunks after the first, which holds the compilation.{quick}",
        f"{found['machine']}, load {found['load'][0]} to {found['load'][1]} beside this, {versions}.",
        "",
        "```{image} scaling.png",
        ":alt: Seconds of a chunk and memory against lanes, and the share of ideal speed against devices",
        ":class: only-light",
        "```",
        "```{image} scaling-dark.png",
        ":alt: The same for dark pages",
        ":class: only-dark",
        "```",
        "",
        "## Lanes, on one device",
        "",
        "| lane | lanes | chunk, s (min..max) | host, ms | first chunk, s | peak memory, MB | environment steps/s |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in (row for work in WORK for row in growth(found, work)):
        lines.append(
            f"| {row['work']} | {row['lanes']:,} | {row['seconds']:.3g} ({row['least']:.3g}..{row['most']:.3g}) | "
            f"{1e3 * row['host']:.3g} | {row['first']:.3g} | {row['peak'] / 1e6:,.0f} | "
            f"{row['env_steps'] / row['seconds']:,.0f} |"
        )
    lines += [
        "",
        "## 16 lanes over devices and processes",
        "",
        f"*recipe*, on {found['cores']} cores. The ratio is to 16/k single lanes in a row, k = "
        f"min(devices, cores): 1 is ideal; "
        "devices beyond the cores only take turns. That lanes have the same bits on all of these is held by "
        "`tests/test_scale.py` for 8 devices and for 2 processes.",
        "",
        "| devices | processes | chunk, s (min..max) | ratio to 16/k single lanes |",
        "| --- | --- | --- | --- |",
    ]
    for row in spread(found):
        lines.append(
            f"| {row['devices']} | {row['processes']} | {row['seconds']:.3g} ({row['least']:.3g}..{row['most']:.3g}) | "
            f"{row['ratio']:.2f} |"
        )
    return "\n".join([*lines, *_extrapolated(found)]) + "\n"


def _extrapolated(found: Row) -> list[str]:
    """The section that goes beyond what was measured, and says so."""
    lines = [
        "",
        f"## Extrapolated: {BIG_SEEDS:,} seeds, {BIG_DEVICES:,} devices",
        "",
        "**Not measured.** A model fitted on the rows of one device: a chunk of n lanes over "
        "d devices takes s + t ⌈n/d⌉ on "
        "the devices, then u + v n in the one process that gathers and writes metrics; each "
        "device (with its share of the "
        "process) holds m + k ⌈n/d⌉ bytes. It assumes that every device is as fast as one "
        "core here alone, that lanes on "
        "different devices do not slow each other (they exchange nothing; on cores that share "
        "memory bandwidth they do, "
        "see the ratios above), that the network is no narrower than this machine's loopback, and it leaves out "
        "compilation, saved states and the verdict at the end.",
        "",
        "| lane | s, ms | t, ms a lane | u, ms | v, µs a lane | m, MB | k, KB a lane | worst error of a chunk's time |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for work, model in models(found).items():
        (a, b), (c, d), (e, f) = (model[x] for x in ("seconds", "host", "peak"))
        off = max(abs(foreseen(model, r["lanes"], 1)[0] / r["seconds"] - 1) for r in growth(found, work))
        lines.append(
            f"| {work} | {1e3 * a:.3g} | {1e3 * b:.3g} | {1e3 * c:.3g} | {1e6 * d:.3g} | "
            f"{e / 1e6:.3g} | {f / 1e3:.3g} | "
            f"{off:.0%} |"
        )
    lines += [
        "",
        "| lane | lanes | devices | chunk, s | host, s | memory of a device, MB | host's share of the time |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for work, model in models(found).items():
        for lanes, devices in ((BIG_SEEDS, 1), (BIG_SEEDS, 8), (BIG_SEEDS, BIG_DEVICES), (BIG_DEVICES, BIG_DEVICES)):
            on, host, memory = foreseen(model, lanes, devices)
            known = any(row["lanes"] == lanes and devices == 1 for row in growth(found, work))
            lines.append(
                f"| {work} | {lanes:,} | {devices:,}{' (measured above)' if known else ''} | {on:.3g} | {host:.3g} | "
                f"{memory / 1e6:,.0f} | {host / (on + host):.0%} |"
            )
    return [
        *lines,
        "",
        "The host's part does not shrink with devices. Where it is a large share, longer "
        "chunks make it small: it is paid once "
        "a chunk, whatever its length, and `softql train` makes about 100 chunks of a run.",
    ]


def draw(found: Row, palette: Any) -> Any:
    """Time and memory against lanes, speed against devices; the model dotted."""
    from softql.plots import empty_figure

    figure = empty_figure((10, 3.6))
    time_at, memory_at, speed_at = figure.subplots(1, 3)
    for work, mark, colour in zip(("recipe", "light"), "os", palette.marks, strict=False):
        rows = growth(found, work)
        if not rows:
            continue
        lanes = [row["lanes"] for row in rows]
        for axes, name, unit in ((time_at, "seconds", 1.0), (memory_at, "peak", 1e6)):
            axes.loglog(lanes, [row[name] / unit for row in rows], mark, color=colour, label=work)
            if work in (fits := models(found)):
                start, slope = fits[work][name]
                at = np.geomspace(1, BIG_SEEDS, 40)
                axes.loglog(at, (start + slope * at) / unit, ":", color=colour, linewidth=1)
    rows = spread(found)
    for processes, mark, colour in zip((1, 2), "os", palette.marks[2:], strict=False):
        some = [row for row in rows if row["processes"] == processes]
        label = "1 process" if processes == 1 else f"{processes} processes"
        devices, speeds = ([row["devices"] for row in some], [1 / row["ratio"] for row in some])
        speed_at.plot(devices, speeds, mark, color=colour, label=label)
    speed_at.set_ylim(0, 1.1 * max(1.0, speed_at.get_ylim()[1]))
    speed_at.axhline(1, linewidth=1, linestyle=":", color=palette.faint)
    titles = ("seconds of a chunk", "peak memory, MB", f"speed / ideal, 16 lanes, {found['cores']} cores")
    for axes, title in zip((time_at, memory_at, speed_at), titles, strict=True):
        axes.set_title(title, fontsize=10, loc="left")
        axes.set_xlabel("devices" if axes is speed_at else "lanes on one device; dotted: the model")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=8)
    return figure


def write(found: Row) -> None:
    """Page, pictures and their numbers."""
    from softql import plots, runs
    from softql.drawing import DARK, LIGHT

    PAGE.write_text(page(found), "utf-8")
    runs.write_table(PAGE.with_suffix(".csv"), list(found["rows"][0]), (row.values() for row in found["rows"]))
    plots.save(PAGE.parent, "scaling", partial(draw, found), {"light": LIGHT, "dark": DARK})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description="Measure how cost grows.")
    parser.add_argument("--rounds", type=int, default=5, help="chunks that are timed (default: 5)")
    parser.add_argument("--quick", action="store_true", help="few lanes")
    parser.add_argument("--page", action="store_true", help="only write the page again")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--join", nargs=3, default=[], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.page:
        write(json.loads(RESULTS.read_text()))
        return
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    if arguments.child:
        work, lanes, devices = arguments.child
        print(json.dumps(measured(work, int(lanes), int(devices), arguments.rounds, arguments.join)))
        return
    sizes = QUICK if arguments.quick else GROWTH
    todo = [(work, lanes, 1, 1) for work, many in sizes.items() for lanes in many]
    spreads = [("recipe", *where) for where in (QUICK_SPREAD if arguments.quick else SPREAD)]
    todo += [where for where in spreads if where not in todo]
    load = machine.load()
    rows = [child(*each, arguments.rounds) for each in todo]
    found = machine.here(PACKAGES) | {
        "cores": machine.cores(),
        "load": [load, machine.load()],
        "rounds": arguments.rounds,
        "quick": arguments.quick,
        "recipe": recipe(),
        "rows": rows,
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    write(found)
    print("benchmarks/scaling.json, docs/scaling.md, docs/scaling.png and docs/scaling-dark.png written")


if __name__ == "__main__":
    main()
