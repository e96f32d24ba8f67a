"""A limit on how long foreign code may take. On the main thread a timer's signal, elsewhere an asynchronous exception:
either ends loops and sleeps, not a call that never comes back from native code. Standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

LONGEST = 1e7
"""Seconds; timers take no more than so much."""


class TimeUp(BaseException):
    """The time is up. Not an Exception, so that the code under test does not catch it in passing."""


@contextlib.contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp in the block once it has run for this long.

    Example:
        >>> try:
        ...     with limit(0.01):
        ...         while True:
        ...             pass
        ... except TimeUp:
        ...     print("stopped")
        stopped
    """
    seconds = min(seconds, LONGEST)
    main = threading.current_thread() is threading.main_thread()
    with _signalled(seconds) if main and hasattr(signal, "setitimer") else _injected(seconds):
        yield


@contextlib.contextmanager
def _signalled(seconds: float) -> Iterator[None]:
    """By SIGALRM; a timer that somebody else had set goes on afterwards."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeUp

    before, began = signal.signal(signal.SIGALRM, ring), time.monotonic()
    theirs, _ = signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if theirs:
            signal.setitimer(signal.ITIMER_REAL, max(theirs - (time.monotonic() - began), 1e-6))


@contextlib.contextmanager
def _injected(seconds: float) -> Iterator[None]:
    """By a second thread that raises in this one."""
    me, lock, over = ctypes.c_ulong(threading.get_ident()), threading.Lock(), False
    inject = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def ring() -> None:
        with lock:
            if not over:
                inject(me, ctypes.py_object(TimeUp))

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            over = True
        timer.cancel()
