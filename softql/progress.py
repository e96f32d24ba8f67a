"""What a person sees of training while it goes on, how Ctrl-C ends it, and what is saved now and then.

Imports: agents, runs, sharding.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table

from softql import runs, sharding
from softql.agents import Metrics

__all__ = ["Saver", "ahead", "print_table", "shown", "stop_on_interrupt"]

A = TypeVar("A")
T = TypeVar("T")

PLAIN = 10  # how many lines of progress a log gets, where there is no terminal


class Saver:
    """Saves the state now and then: not before `every` seconds have passed, nor 20 times what saving took. One process
    of many saves, and says when."""

    def __init__(self, folder: Path, file: runs.MetricsFile, began: float, every: float) -> None:
        self.folder, self.file, self.began, self.every = folder, file, began, every
        self.asked = time.perf_counter()
        self.next = self.asked + every

    def due(self, now: bool = False) -> bool:
        """Whether to save after the chunk that has begun, if it takes as long as the one before; or `now`, whatever
        the time. All processes must ask, once a chunk."""
        at = time.perf_counter()
        ends, self.asked = 2 * at - self.asked, at
        return sharding.agreed(now or (ends >= self.next and sharding.leads()))

    def __call__(self, state: Any, chunks: int) -> None:
        """Save the state after so many chunks. All processes must."""
        at = time.perf_counter()
        state = sharding.host(state)
        if not sharding.leads():
            return
        self.file.settle()
        runs.save_progress(self.folder, runs.Progress(state, chunks, at - self.began))
        spent = time.perf_counter() - at
        self.next = at + spent + max(self.every, 20 * spent)


def ahead(chunks: Iterator[T], ask: Callable[[T], A], hold: Callable[[], bool]) -> Iterator[tuple[T, A, bool]]:
    """Each chunk of training, the next one begun before it is handed over, so that no device waits for the host but
    where `ask` itself waits for the chunk.

    Args:
      chunks: what `softql.train.train` gives; to go on donates the memory of the last one.
      ask: what is to be known of a chunk, asked of the devices before they begin the next.
      hold: whether the chunk after must not begin yet, since this one is saved whole, or is the last.

    Yields:
      The chunk, what was asked of it, whether it is held.

    Example:
      >>> for chunk, asked, held in ahead(iter("abc"), str.upper, lambda: False):
      ...     print(chunk, asked, held)
      a A False
      b B False
      c C False
    """
    chunk = next(chunks, None)
    while chunk is not None:
        asked, held = ask(chunk), hold()
        following = None if held else next(chunks, None)
        yield chunk, asked, held
        chunk = next(chunks, None) if held else following


def print_table(console: Console, table: Table) -> None:
    """A table in its full width where a log or a file takes it; on a terminal as wide as that is.

    Example:
        >>> import io
        >>> log, table = Console(file=io.StringIO(), width=10), Table()
        >>> table.add_column("a heading that is wide")
        >>> print_table(log, table)
        >>> "a heading that is wide" in log.file.getvalue()
        True
    """
    if console.is_terminal:
        console.print(table)
        return
    before = console.width
    console.width = max(before, Measurement.get(console, console.options.update(width=1_000), table).maximum)
    console.print(table)
    console.width = before


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
        console.print("stopping after the chunk that has begun (Ctrl-C again to abandon it)")

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def shown(console: Console, env_steps: int, lanes: int, chunks: int) -> Iterator[Any]:
    """Live progress on a terminal; a line now and then in a log.

    Args:
        console: where to.
        env_steps: of each lane, in all.
        lanes: how many learn side by side.
        chunks: in all.

    Yields:
        What to call with each chunk's summary.
    """
    clock: dict[str, float] = {}

    def line(row: Metrics) -> tuple[int, str]:
        now = time.perf_counter()
        steps = int(row.env_steps[0])
        if not clock:
            clock.update(at=now, steps=steps)  # the first chunk holds the compilation
        speed = "compiled"
        if steps > clock["steps"]:
            rate = (steps - clock["steps"]) / (now - clock["at"])
            left = max(0.0, (env_steps - steps) / rate)
            speed = f"{lanes * rate:,.0f} steps/s  {left:.0f} s left"
        returns = row.episode_return[np.isfinite(row.episode_return)]
        mean = f"{returns.mean():.1f}" if returns.size else "-"
        entropy, loss = row.entropy.mean(), row.loss.mean()
        return steps, f"{steps:,} steps  return {mean}  entropy {entropy:.3f}  loss {loss:.3g}  {speed}"

    if not console.is_terminal:
        yield _in_a_log(console, chunks, line)
        return
    columns = (SpinnerColumn(), BarColumn(bar_width=24), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task: TaskID = progress.add_task("compiling", total=env_steps)

        def on_terminal(row: Metrics) -> None:
            steps, text = line(row)
            progress.update(task, completed=steps, description=text)

        yield on_terminal


def _in_a_log(console: Console, chunks: int, line: Any) -> Any:
    """Prints about PLAIN lines over the whole run, and the first, which sets the clock."""
    seen = {"chunks": 0}
    every = max(1, chunks // PLAIN)

    def show(row: Metrics) -> None:
        seen["chunks"] += 1
        if seen["chunks"] % every == 0 or seen["chunks"] == 1:
            console.print(line(row)[1])

    return show
