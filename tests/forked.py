"""Real processes that start in no time: forked from one that has imported softql and has not yet touched a device.

A process that imports softql anew spends seconds on that alone, and tests that kill dozens of them need only what
follows. Needs POSIX.
"""

import multiprocessing
import os
from pathlib import Path

ROOT = Path(__file__).parent.parent
PRELOADED = ("softql.cli", "softql.session", "matplotlib.backends.backend_agg", "forked")


def command(log, arguments):
    """`softql ...` in this process; what it says goes to the log."""
    from softql import cli

    there = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(there, stream)
    raise SystemExit(cli.main(arguments))


def starter(monkeypatch):
    """(log, arguments) -> a started multiprocessing.Process that runs the command; what one compiles, others load."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(Path(__file__).parent)]))
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))

    def start(log, arguments):
        process = context.Process(target=command, args=(str(log), [str(x) for x in arguments]))
        process.start()
        return process

    return start
