"""`--devices`, `--mesh`, `--processes`, `--cluster`: where `softql train` and `softql sweep` run.

One process of many, the first, writes and speaks. `--processes N` alone starts N of them on this machine and watches
over them; with `--coordinator` and `--process-id` a process joins others that something else started, with `--cluster`
those of the job that JAX finds it in. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from softql import options
from softql.mistakes import Mistake

__all__ = ["add_to", "mesh_of", "run", "wake", "wake_again"]

GRACE = 5.0  # seconds in which the others may end by themselves once one process has failed


def add_to(command: argparse.ArgumentParser) -> None:
    """The arguments."""
    group = command.add_argument_group("where it runs", "see docs/scale.md; the results do not depend on it")
    group.add_argument(
        "--devices",
        type=options.count,
        metavar="N",
        help="over so many devices, lanes first; without accelerators processors count as so many (default: all that "
        "share the lanes evenly; one, for light lanes on processors)",
    )
    group.add_argument(
        "--mesh",
        type=_shape,
        metavar="S,E",
        help="S devices share the lanes out among them, E the environments of each lane",
    )
    group.add_argument("--processes", type=options.count, metavar="N", help="start N processes on this machine")
    group.add_argument(
        "--coordinator", metavar="HOST:PORT", help="join --processes N processes that meet there, as --process-id"
    )
    group.add_argument("--process-id", type=options.index, metavar="I", help="0 to N - 1; 0 writes the run")
    group.add_argument(
        "--cluster", action="store_true", default=None, help="join the processes of this job (SLURM, Open MPI, ...)"
    )


_two = options.checked(
    "two whole numbers such as 4,2: devices for lanes, devices for environments",
    lambda text: tuple(int(n) for n in text.split(",")),
    lambda shape: len(shape) == 2 and min(shape) >= 1,
)


def _shape(text: str) -> Any:
    return _two(text)


def run(arguments: argparse.Namespace, argv: Sequence[str]) -> int:
    """Run the command here, or in the processes that were asked for; returns the exit code."""
    if not hasattr(arguments, "cluster"):
        return int(arguments.run(arguments))
    joins = arguments.coordinator is not None or arguments.process_id is not None
    if joins and None in (arguments.coordinator, arguments.process_id, arguments.processes):
        raise Mistake("--coordinator HOST:PORT, --processes N and --process-id I go together")
    if joins and arguments.process_id >= arguments.processes:
        raise Mistake(f"--process-id {arguments.process_id}: {arguments.processes} processes count from 0")
    if arguments.cluster and (joins or arguments.processes):
        raise Mistake("--cluster finds the processes by itself: leave out --processes, --coordinator and --process-id")
    if joins or arguments.cluster:
        return _together(arguments)
    if (arguments.processes or 1) > 1:
        return _launched(argv, arguments.processes)
    return int(arguments.run(arguments))


def wake(arguments: argparse.Namespace, environment: str, settings: Mapping[str, Any], lanes: int | None) -> None:
    """Before JAX is used: count processors as devices, with one thread each where the updates will be small.

    What can be told of them before there is an environment is its recipe, with the caller's settings over it.

    Args:
      arguments: of the command.
      environment: its name.
      settings: what was asked for; "network" is the caller's own.
      lanes: how many learn side by side, None where that is open.
    """
    from softql import sharding
    from softql.agents import defaults_for
    from softql.train import small

    if arguments.coordinator is None and not arguments.cluster:  # else it has been said before they joined
        sharding.processors(_wanted(arguments) or None, lanes)
    if settings.get("network") is not None:
        return
    given: dict[str, Any] = {n: tuple(x) if isinstance(x, list) else x for n, x in settings.items() if x is not None}
    try:
        shape = defaults_for(environment, given.get("mode", "on_policy")).shape
        shape = replace(shape, **{name: x for name, x in given.items() if name in vars(shape)})
    except (ValueError, TypeError):  # the plan says what is wrong
        return
    if small(shape):
        sharding.single_threaded()


def wake_again(arguments: argparse.Namespace, config: Mapping[str, Any]) -> None:
    """`wake` for a run or a sweep that goes on, from its config.json, whatever that holds."""
    shape, lanes = config.get("shape"), config.get("seeds")
    settings = {**(shape if isinstance(shape, dict) else {}), "network": config.get("network")}
    known = config.get("command") != "sweep" and isinstance(lanes, int) and lanes > 0
    wake(arguments, str(config.get("environment")), settings, lanes if known else None)


def _together(arguments: argparse.Namespace) -> int:
    """Join, run, and leave: at once if something went wrong, for the others may be waiting."""
    from softql import sharding

    try:
        if wanted := _wanted(arguments):
            sharding.processors(-(-wanted // (arguments.processes or _tasks())))
        sharding.join(arguments.coordinator, arguments.processes, arguments.process_id)
    except ValueError as error:
        raise Mistake(str(error)) from error
    import jax

    try:
        code = int(arguments.run(arguments))
    except Mistake as mistake:
        _leave(2, str(mistake) if sharding.leads() else "")
    except jax.errors.JaxRuntimeError as error:
        _leave(1, f"process {jax.process_index()} lost the others ({str(error).splitlines()[0][:200]})")
    except Exception:
        traceback.print_exc()
        _leave(1)
    if code:
        _leave(code)
    return code


def _leave(code: int, said: str = "") -> NoReturn:
    """End without the farewell that JAX waits for."""
    if said:
        print(f"softql: {said}", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _launched(argv: Sequence[str], count: int) -> int:
    """Start the processes, hand on Ctrl-C, and stop all when one fails."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as said:
        children = []
        for i in range(count):
            where = ["--coordinator", f"127.0.0.1:{port}", "--process-id", str(i)]
            quiet: dict[str, Any] = {"stdout": said, "stderr": said} if i else {}
            command = [sys.executable, "-m", "softql.cli", *argv, *where]
            children.append(subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, **quiet))

        def hand_on(number: int, frame: Any) -> None:
            for child in children:
                child.send_signal(number)

        before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            codes = _watched(children)
        finally:
            for child in children:
                child.kill()
                child.wait()
            for number, handler in before.items():
                signal.signal(number, handler)
        if not any(codes.values()):
            return 0
        first = next(iter(codes))
        if first and codes[first] not in (130, 2):
            how = f"was ended by signal {-codes[first]}" if codes[first] < 0 else f"ended with code {codes[first]}"
            print(f"softql: process {first} of {count} {how}; all were stopped, --resume goes on", file=sys.stderr)
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace") if codes[first] > 0 else "")
        return codes[first] if codes[first] > 0 else 1


def _watched(children: Sequence[subprocess.Popen[bytes]]) -> dict[int, int]:
    """Wait for all, or for GRACE after the first failure; the exit codes, the first that failed first."""
    codes: dict[int, int] = {}
    until = float("inf")
    while len(codes) < len(children) and time.monotonic() < until:
        ended = {i: code for i, child in enumerate(children) if i not in codes and (code := child.poll()) is not None}
        codes |= dict(sorted(ended.items(), key=lambda pair: pair[1]))  # killed ones first: the rest fell after them
        if any(ended.values()):
            until = min(until, time.monotonic() + GRACE)
        time.sleep(0.02)
    return dict(sorted(codes.items(), key=lambda pair: pair[1] == 0))


def _tasks() -> int:
    """How many processes the job has, before JAX looks for itself."""
    return int(os.environ.get("SLURM_NTASKS") or os.environ.get("OMPI_COMM_WORLD_SIZE") or 1)


def _wanted(arguments: argparse.Namespace) -> int:
    """How many devices were asked for; 0 leaves it to what there is."""
    if arguments.mesh is None:
        return int(arguments.devices or 0)
    wanted = arguments.mesh[0] * arguments.mesh[1]
    if arguments.devices not in (None, wanted):
        raise Mistake(f"--mesh {arguments.mesh[0]},{arguments.mesh[1]} takes {wanted} devices: leave out --devices")
    return int(wanted)


def mesh_of(arguments: argparse.Namespace, plan: Any, lanes: int | None = None, most: int | None = None) -> Any:
    """The mesh that was asked for, None for one device.

    Args:
      arguments: of the command.
      plan: of the run.
      lanes: how many learn side by side; None leaves it open, as a sweep does that fills its groups up.
      most: where it is open, how many there can be; devices that were not asked for share them evenly.

    Raises:
      Mistake: if there are too few devices, or they can't share the work evenly.
    """
    import jax

    from softql import sharding

    try:
        wanted = _wanted(arguments)
        here = jax.default_backend() == "cpu" and jax.process_count() == 1
        wanted = wanted or int(here and plan.side_by_side)  # light lanes: one processor has them done as soon
        of = sharding.devices(wanted) if wanted else sharding.sharing(lanes or most)
        found = sharding.mesh(len(of) if lanes is None else lanes, plan.shape.envs, of, arguments.mesh)
    except ValueError as error:
        raise Mistake(str(error)) from error
    return None if found.size == 1 else found
