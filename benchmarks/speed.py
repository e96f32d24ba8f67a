"""How fast softql is, in interleaved pairs: writes benchmarks/results.json, and docs/performance.md from it.

    python -m benchmarks.speed [backup tabular start] [--rounds 15] [--quick]
    python -m benchmarks.speed --page  # the page again from results.json; nothing is measured

backup: soft values and policies over [N, A] against jax.nn and SciPy, and against the machine's own exp and copy.
tabular: sweeps of soft value iteration against NumPy, soft policy iteration asked for 1e-10, a sparse process; float64.
start: seconds to import softql, and to compile the first soft value.

Each workload runs in a process of its own. A ratio is softql's time over the other's, measured one after the other in
each round; below 1 softql is faster. Training against other libraries is not among the workloads.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "benchmarks" / "results.json", ROOT / "docs" / "performance.md"
ACTIONS = (2, 4, 6, 8, 16, 18, 32, 64, 256, 512, 1024, 4096)
FEW = (2, 18, 4096)
PACKAGES = ("jax", "jaxlib", "numpy", "scipy")
SPAN = 0.004  # seconds that one timing takes, at least
Row = dict[str, Any]


def per_call(f: Callable[[], Any], times: int) -> float:
    """Seconds of one call; f waits for its own result."""
    start = time.perf_counter()
    for _ in range(times):
        f()
    return (time.perf_counter() - start) / times


def pair(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> Row:
    """Both timed in each round, the first of them alternating; the seconds are medians."""
    times = []
    for f in (ours, theirs):
        f()
        times.append(max(1, round(SPAN / per_call(f, 2))))
    found = []
    for i in range(rounds):
        if i % 2:
            b = per_call(theirs, times[1])
            a = per_call(ours, times[0])
        else:
            a = per_call(ours, times[0])
            b = per_call(theirs, times[1])
        found.append((a, b))
    ratios = [a / b for a, b in found]
    return {
        "ratio": median(ratios),
        "least": min(ratios),
        "most": max(ratios),
        "seconds": median(a for a, _ in found),
        "their_seconds": median(b for _, b in found),
    }


def backup(rounds: int, quick: bool) -> list[Row]:
    """Soft values and policies of 2^20 float32 numbers, one temperature a row."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from scipy.special import logsumexp

    import softql

    def ready(f: Callable, *arguments: Any) -> Callable[[], Any]:
        compiled = jax.jit(f)
        return lambda: jax.block_until_ready(compiled(*arguments))

    rows = []
    for actions in FEW if quick else ACTIONS:
        rng = np.random.default_rng(actions)
        n = (1 << 20) // actions
        q, alpha = rng.normal(size=(n, actions)).astype(np.float32), np.exp(rng.normal(size=n)).astype(np.float32)
        on = jnp.asarray(q), jnp.asarray(alpha)
        value = ready(softql.soft_value, *on)
        policy = ready(softql.boltzmann_policy, *on)
        fast = ready(partial(softql.boltzmann_policy, fast=True), *on)
        softmax = ready(lambda q, alpha: jax.nn.softmax(q / alpha[:, None], axis=-1), *on)
        pairs = {
            "soft_value / jax.nn.logsumexp": (
                value,
                ready(lambda q, alpha: alpha * jax.nn.logsumexp(q / alpha[:, None], axis=-1), *on),
            ),
            "soft_value / scipy logsumexp": (
                value,
                lambda q=q, alpha=alpha: alpha * logsumexp(q / alpha[:, None], axis=-1),
            ),
            "soft_value / exp alone": (value, ready(jnp.exp, on[0])),
            # a negation: jit drops a bare copy
            "soft_value / a copy of Q": (value, ready(lambda q: -q, on[0])),
            "boltzmann_policy / jax.nn.softmax": (policy, softmax),
            "boltzmann_policy(fast=True) / jax.nn.softmax": (fast, softmax),
        }
        rows += [{"what": f"{name}, A = {actions}"} | pair(*both, rounds) for name, both in pairs.items()]
    return rows


def tabular(rounds: int, quick: bool) -> list[Row]:
    """A dense process with 8 actions, 1,000 states (quick: 200)."""
    import jax
    import numpy as np

    from softql.mdp import random_mdp
    from softql.tabular import soft_policy_iteration, soft_value_iteration

    states, alpha = 200 if quick else 1_000, 0.1
    mdp = random_mdp(jax.random.key(0), states, 8, gamma=0.99)
    transition, reward, discount = (np.asarray(x) for x in (mdp.transition, mdp.reward, mdp.discount))
    weight = transition * discount if np.shape(discount) in ((), transition.shape) else None
    sweeps = 50

    def plain() -> Any:
        q = np.zeros_like(reward)
        for _ in range(sweeps):
            top = q.max(-1)
            v = top + alpha * np.log(np.exp((q - top[:, None]) / alpha).sum(-1))
            q = reward + weight @ v
        return q

    rows = []
    if weight is not None:
        swept = partial(soft_value_iteration, mdp, alpha, tolerance=0.0, max_iterations=sweeps)
        off = float(np.abs(np.asarray(swept().q) - plain()).max())
        found = pair(lambda: jax.block_until_ready(swept()), plain, rounds)
        rows.append({"what": f"{sweeps} sweeps, S = {states} / NumPy; results differ by {off:.0e}"} | found)
    solve = partial(soft_policy_iteration, mdp, alpha, tolerance=1e-10)
    solved = solve()
    seconds = sorted(per_call(lambda: jax.block_until_ready(solve()), 1) for _ in range(min(rounds, 5)))
    rows.append(
        {"what": f"policy iteration, S = {states}, 1e-10 asked: {_reached(solved)}", "seconds": median(seconds)}
    )
    many = 10_000 if quick else 100_000
    sparse = random_mdp(jax.random.key(1), many, 8, kind="sparse", gamma=0.99)
    solve = partial(soft_value_iteration, sparse, alpha, tolerance=1e-6)
    solved = jax.block_until_ready(solve())
    seconds = [per_call(lambda: jax.block_until_ready(solve()), 1)]
    what = f"value iteration, S = {many} sparse, 1e-6 asked: {_reached(solved)}"
    return [*rows, {"what": what, "seconds": seconds[0]}]


def _reached(solved: Any) -> str:
    return f"{int(solved.iterations)} iterations, error bound {float(solved.error_bound):.1e}"


def start(rounds: int, quick: bool) -> list[Row]:
    """Processes that begin from nothing, without a compilation cache."""
    programs = {
        "import jax": "import jax",
        "import softql": "import softql",
        "import softql, and compile one soft_value": (
            "import softql, jax; jax.jit(softql.soft_value)(jax.numpy.ones(2), 1.0)"
        ),
    }
    environment = os.environ | {"JAX_ENABLE_COMPILATION_CACHE": "0"}
    rows = []
    for what, program in programs.items():
        run = partial(subprocess.run, [sys.executable, "-c", program], cwd=ROOT, check=True, env=environment)
        seconds = [per_call(run, 1) for _ in range(1 if quick else 3)]
        rows.append({"what": what, "seconds": median(seconds)})
    return rows


WORKLOADS: dict[str, Callable[[int, bool], list[Row]]] = {"backup": backup, "tabular": tabular, "start": start}


def child(name: str, rounds: int, quick: bool) -> dict[str, Any]:
    """One workload in a process of its own, with the load of the machine before and after it."""
    command = [sys.executable, "-m", "benchmarks.speed", name, "--rounds", str(rounds), "--child"]
    environment = os.environ | {"JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": str(int(name == "tabular"))}
    before = os.getloadavg()[0]
    out = subprocess.run(
        command + ["--quick"] * quick, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return {
        "rows": json.loads(out.splitlines()[-1]),
        "cores": len(os.sched_getaffinity(0)),
        "load": [round(before, 1), round(os.getloadavg()[0], 1)],
        "quick": quick,
        "rounds": rounds,
    }


TOLD = {
    "backup": "Soft values and policies of 2^20 float32 numbers in rows of A actions, one temperature a row, compiled.",
    "tabular": "A dense random MDP with 8 actions in float64; a sparse one. Ratios are to the same sweeps in NumPy.",
    "start": "Processes that begin from nothing, without a compilation cache.",
}
NOT_YET = """## Not measured yet

- training (environment steps a second, time to solve) against other libraries;
- how the time of a training run grows with seeds, and what memory a run takes;
- accelerators: every figure here is of a CPU."""


def page(found: dict[str, Any]) -> str:
    """The results as docs/performance.md."""
    versions = ", ".join(f"{name} {x}" for name, x in found["versions"].items())
    lines = [
        "# Performance",
        "",
        "Generated by `python -m benchmarks.speed`; nothing here is written by hand. A ratio is softql's time over the "
        "other's, in one process, measured one after the other in each round; below 1 softql is faster. Where the "
        "machine was busy, the spread says so: read medians beside their range.",
        f"{found['machine']}, {versions}.",
    ]
    for name, workload in found["workloads"].items():
        load = " to ".join(map(str, workload["load"]))
        quick = ", --quick" if workload["quick"] else ""
        lines += [
            "",
            f"## {name}",
            "",
            f"{TOLD[name]} {workload['cores']} core(s) allowed, load of the machine {load}, {workload['rounds']} "
            f"rounds{quick}.",
            "",
            "| what | median ratio | min..max | softql, ms | other, ms |",
            "| --- | --- | --- | --- | --- |",
        ]
        for row in workload["rows"]:
            ours = _ms(row["seconds"])
            if "ratio" in row:
                spread = f"{row['ratio']:.2f} | {row['least']:.2f}..{row['most']:.2f}"
                lines.append(f"| {row['what']} | {spread} | {ours} | {_ms(row['their_seconds'])} |")
            else:
                lines.append(f"| {row['what']} | – | – | {ours} | – |")
    return "\n".join([*lines, "", NOT_YET]) + "\n"


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:,.0f}" if seconds >= 0.1 else f"{1e3 * seconds:.3g}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description="Measure softql's speed.")
    parser.add_argument("workloads", nargs="*", help=f"of {', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=15, help="of each pair (default: 15)")
    parser.add_argument("--quick", action="store_true", help="fewer sizes")
    parser.add_argument("--page", action="store_true", help="only write the page again")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.page:
        PAGE.write_text(page(json.loads(RESULTS.read_text())))
        return
    names = arguments.workloads or list(WORKLOADS)
    if unknown := sorted(set(names) - set(WORKLOADS)):
        parser.error(f"no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}")
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    if arguments.child:
        print(json.dumps(WORKLOADS[names[0]](arguments.rounds, arguments.quick)))
        return
    found = {
        "machine": f"{platform.machine()} CPU, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"Python": platform.python_version()} | {x: version(x) for x in PACKAGES},
        "workloads": {name: child(name, arguments.rounds, arguments.quick) for name in names},
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    PAGE.write_text(page(found))
    print("benchmarks/results.json and docs/performance.md written")


if __name__ == "__main__":
    main()
