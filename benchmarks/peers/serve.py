"""What every contestant of `python -m benchmarks.speed` runs in: a process that trains when it is told to.

`python SCRIPT '{"seeds": [0], ...}'`, one line of JSON a message. With "solve" it trains until every seed had a mean
greedy return of at least 475, and says when. Without, it says that it is ready, and answers each line on its standard
input by the seconds of one chunk. Imports: the standard library, so that any environment has it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

SOLVED = 475.0


class Contestant(NamedTuple):
    """advance: train one chunk of every seed, and wait. judged: mean greedy return of each seed now."""

    advance: Callable[[], None]
    judged: Callable[[], Sequence[float]]


def serve(make: Callable[[dict[str, Any]], Contestant]) -> None:
    """Run what `make` makes of the settings: "chunk" is environment steps of one seed, "limit" ends the attempt."""
    settings = json.loads(sys.argv[1])
    began = float(os.environ["SPEED_BEGAN"])
    contestant = make(settings)
    (solve if settings.get("solve") else pace)(contestant, settings, began)


def pace(contestant: Contestant, settings: dict[str, Any], began: float) -> None:
    """A chunk for each line that comes in."""
    imported = time.time()
    first = timed(contestant.advance)
    for _ in range(2):
        later = timed(contestant.advance)
    say(imported=imported - began, compiled=first - later, peak=peak())
    for _ in sys.stdin:
        say(seconds=timed(contestant.advance), peak=peak())


def solve(contestant: Contestant, settings: dict[str, Any], began: float) -> None:
    """Chunks until every seed is solved."""
    seeds = len(settings["seeds"])
    best, solved_at = [float("-inf")] * seeds, [0] * seeds
    steps = 0
    while steps < settings["limit"] and not all(solved_at):
        contestant.advance()
        steps += settings["chunk"]
        for seed, mean in enumerate(contestant.judged()):
            best[seed] = max(best[seed], float(mean))
            if mean >= SOLVED and not solved_at[seed]:
                solved_at[seed] = steps
    say(seconds=time.time() - began, solved=all(solved_at), steps=solved_at, best=best, peak=peak())


def timed(f: Callable[[], None]) -> float:
    start = time.perf_counter()
    f()
    return time.perf_counter() - start


def peak() -> int:
    """The most memory this process held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def say(**message: Any) -> None:
    print(json.dumps(message), flush=True)
