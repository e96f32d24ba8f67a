"""Peers in environments of their own, and processes that take turns.

`build/speed/NAME` is made by venv and pip from benchmarks/peers/NAME.txt; where that fails, a row says why.
Imports: timing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from benchmarks.speed.timing import Row, in_turn

ROOT = Path(__file__).resolve().parents[2]
PEERS, HOME = ROOT / "benchmarks" / "peers", ROOT / "build" / "speed"
NAMES = ("rejax", "sb3", "dqn")
REFUSED = "refused.txt"  # in HOME / NAME: why it could not be installed


class Contestant(NamedTuple):
    """Who, in which environment ("" for softql's own), by which script, with which settings and variables."""

    name: str
    environment: str
    script: str
    settings: Row
    variables: tuple[tuple[str, str], ...] = ()


def install(name: str) -> str | None:
    """Make a peer's environment; what went wrong, if it did."""
    folder = HOME / name
    print(f"{folder.relative_to(ROOT)}: installing", file=sys.stderr)
    commands = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(PEERS / f"{name}.txt")],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            folder.mkdir(parents=True, exist_ok=True)
            why = next(
                (x for x in reversed(done.stderr.splitlines()) if x.startswith("ERROR")), f"code {done.returncode}"
            )
            (folder / REFUSED).write_text(why + "\n")
            return why
    return None


def missing(environment: str) -> str | None:
    """Why there is no such environment; None if there is."""
    if not environment:
        return None
    if (refused := HOME / environment / REFUSED).exists():
        return f"could not be installed: {refused.read_text().strip()}"
    if not python(environment).exists():
        return "not installed: `python -m benchmarks.speed --peers` does that"
    return None


def python(environment: str) -> Path:
    """The interpreter of a peer, or of softql."""
    return HOME / environment / "bin" / "python" if environment else Path(sys.executable)


@lru_cache
def versions(environment: str) -> dict[str, str]:
    """Of what was asked for in an environment, and of what decides its speed."""
    if missing(environment):
        return {}
    asked = (PEERS / f"{environment}.txt").read_text().split()
    names = [x.replace("=", "<").replace(">", "<").split("<")[0] for x in asked]
    program = (
        "import json, sys; from importlib.metadata import version, PackageNotFoundError\n"
        "found = {}\n"
        "for name in sys.argv[1:]:\n"
        "    try: found[name] = version(name)\n"
        "    except PackageNotFoundError: pass\n"
        "print(json.dumps(found))"
    )
    wanted = [*names, "jax", "jaxlib", "torch", "gymnasium"]
    out = subprocess.run([str(python(environment)), "-c", program, *wanted], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def started(who: Contestant, extra: Row, cache: Path | None = None) -> subprocess.Popen[str]:
    """Its process; compiled programs are kept from run to run only in `cache`."""
    environment = {x: y for x, y in os.environ.items() if not x.startswith(("JAX_", "PYTHON"))}
    environment |= {"JAX_PLATFORMS": "cpu", "SPEED_BEGAN": repr(time.time()), "PYTHONWARNINGS": "ignore"}
    if not who.environment:
        environment["PYTHONPATH"] = str(ROOT)
    environment |= dict(who.variables)
    if cache:
        environment |= {"JAX_COMPILATION_CACHE_DIR": str(cache), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    command = [str(python(who.environment)), str(PEERS / who.script), json.dumps(who.settings | extra)]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def heard(process: subprocess.Popen[str]) -> Row:
    """Its next message."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            return json.loads(line)
    assert process.stderr is not None
    last = (process.stderr.read().strip().splitlines() or ["nothing said"])[-1]
    raise RuntimeError(f"{process.args}: ended: {last}")


def paced(contestants: Sequence[Contestant], rounds: int) -> list[Row]:
    """Each trains a chunk in every round: its seconds, [] where it is missing, and what it said when it was ready."""
    present = [who for who in contestants if not missing(who.environment)]
    found = {who.name: Row() for who in contestants}
    running = []
    try:
        for who in present:  # one after another, so that none disturbs another's start
            running.append(started(who, {}))
            found[who.name] |= heard(running[-1])

        def turn(process: subprocess.Popen[str], name: str) -> float:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
            said = heard(process)
            found[name]["peak"] = said["peak"]
            return said["seconds"]

        turns = [lambda p=p, who=who: turn(p, who.name) for p, who in zip(running, present, strict=True)]
        for who, seconds in zip(present, in_turn(turns, rounds), strict=True):
            found[who.name]["seconds"] = seconds
    finally:
        for process in running:
            process.communicate()
    return [found[who.name] | {"missing": missing(who.environment)} for who in contestants]


def solved(who: Contestant, seeds: int, cache: Path | None = None) -> Row:
    """Until every seed is solved. One process for all of them, or one for each core where seeds come one by one."""
    if why := missing(who.environment):
        return {"missing": why}
    parts = min(seeds, len(os.sched_getaffinity(0))) if who.script == "sb3_train.py" else 1
    running = [started(who, {"solve": True, "seeds": list(range(k, seeds, parts))}, cache) for k in range(parts)]
    try:
        said = [heard(process) for process in running]
    finally:
        for process in running:
            process.kill()
            process.communicate()
    return {
        "seconds": max(x["seconds"] for x in said),
        "solved": all(x["solved"] for x in said),
        "steps": sorted(y for x in said for y in x["steps"]),
        "best": sorted(y for x in said for y in x["best"]),
        "peak": sum(x["peak"] for x in said),
        "missing": None,
    }
