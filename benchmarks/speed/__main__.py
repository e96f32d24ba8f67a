"""Measures softql's speed: benchmarks/results.json, and from it benchmarks/results.md, docs/performance.md, a plot.

    python -m benchmarks.speed --peers                     # make the peers' environments, once
    python -m benchmarks.speed [backup replay ...] [--rounds 7] [--quick]
    python -m benchmarks.speed --page                      # the pages again from results.json; nothing is measured

A workload that is not named keeps the results that it has.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks import machine
from benchmarks.speed import contests, inside, kernels, page, picture, training
from benchmarks.speed.timing import Row

PACKAGES = ("jax", "jaxlib", "numpy", "scipy", "gymnax", "optax")
WORKLOADS: dict[str, Callable[[int, bool], list[Row]]] = {
    "replay": training.replay,
    "on_policy": training.on_policy,
    "solve": training.solve,
    "seeds": training.lanes,
    "step": inside.step,
    "host": inside.host,
    "ceiling": inside.ceiling,
    "memory": inside.memory,
    "backup": kernels.backup,
    "tabular": kernels.tabular,
    "start": kernels.start,
}


def child(name: str, rounds: int, quick: bool) -> Row:
    """One workload in a process of its own, with the load of the machine before and after it."""
    command = [sys.executable, "-m", "benchmarks.speed", name, "--rounds", str(rounds), "--child"]
    environment = os.environ | {"JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": str(int(name == "tabular"))}
    before, start = machine.load(), time.time()
    out = subprocess.run(
        command + ["--quick"] * quick, cwd=contests.ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return {
        "rows": json.loads(out.splitlines()[-1]),
        "cores": machine.cores(),
        "load": [before, machine.load()],
        "quick": quick,
        "rounds": rounds,
        "took": round(time.time() - start),
    }


def here() -> Row:
    """The machine and the versions, of the peers too."""
    peers = {name: contests.versions(name) or {"missing": contests.missing(name)} for name in contests.NAMES}
    return machine.here(PACKAGES) | {"peers": peers}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description="Measure softql's speed.")
    parser.add_argument("workloads", nargs="*", help=f"of {', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=7, help="of each comparison (default: 7)")
    parser.add_argument("--quick", action="store_true", help="fewer sizes, fewer seeds")
    parser.add_argument("--peers", action="store_true", help="install the peers, each into an environment of its own")
    parser.add_argument("--page", action="store_true", help="only write the pages again")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    names = arguments.workloads or list(WORKLOADS)
    if unknown := sorted(set(names) - set(WORKLOADS)):
        parser.error(f"no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}")
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    if arguments.child:
        print(json.dumps(WORKLOADS[names[0]](arguments.rounds, arguments.quick)))
        return
    if arguments.peers:
        for name in contests.NAMES:
            print(f"{name}: {contests.install(name) or 'installed'}")
        return
    found = json.loads(page.RESULTS.read_text()) if page.RESULTS.exists() else {}
    if not arguments.page:
        found |= here()
        for name in names:
            found.setdefault("workloads", {})[name] = child(name, arguments.rounds, arguments.quick)
            print(f"{name}: {found['workloads'][name]['took']} s", file=sys.stderr)
            page.RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    page.write(found)
    picture.draw(found)
    print("benchmarks/results.json, benchmarks/results.md, docs/performance.md and its picture written")


if __name__ == "__main__":
    main()
