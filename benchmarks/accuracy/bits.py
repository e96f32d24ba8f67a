"""Which default operators give other bits under another way of calling, and how often; JSON on stdout.

Reference: one eager call on the batch. Against it: jit, vmap, jit of vmap, half of the batch, and rows alone, eager and
compiled. Operators and inputs are those of `tests/ways.py`, which the tests use with fewer rows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

import ways

ACTIONS = {"": (2, 3, 8, 33), "weighted": (5,)}
ROWS = 200  # of each of five regimes
ALONE = 10  # rows that are called one by one, each way


def others(call: Callable[..., Any], batch: list[Any]) -> Iterator[tuple[str, slice | int, Callable[[], Any]]]:
    """(way, the rows it is for, the call)."""
    over_rows = jax.vmap(call, [None if x is None else 0 for x in batch])
    compiled = jax.jit(call)
    rows = len(next(x for x in batch if x is not None))
    for way, f in (("jit", compiled), ("vmap", over_rows), ("jit of vmap", jax.jit(over_rows))):
        yield way, slice(None), lambda f=f: f(*batch)
    yield "half", slice(rows // 2), lambda: call(*_part(batch, slice(rows // 2)))
    for i in range(0, rows, rows // ALONE):
        yield "alone", i, lambda i=i: call(*_part(batch, i))
        yield "alone, jit", i, lambda i=i: compiled(*_part(batch, i))


def _part(batch: list[Any], rows: slice | int) -> list[Any]:
    return [None if x is None else x[rows] for x in batch]


def apart(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """The distance of two results in units in the last place; NaN and NaN are one."""
    integer = np.int32 if expected.dtype == np.float32 else np.int64
    steps = np.abs(found.view(integer).astype(object) - expected.view(integer)) if found.size else np.zeros(0)
    return np.where(np.isnan(found) & np.isnan(expected), 0, steps).astype(float)


def measure(name: str, weights: str) -> list[dict[str, Any]]:
    """Results compared, results that differ and by how much, for each number of actions and way."""
    call, found = ways.WAYS[name][0], []
    for actions in ACTIONS[weights]:
        batch = ways.arguments(name, actions, weights, ROWS)
        expected = np.asarray(call(*batch))
        tally: dict[str, list[float]] = {}
        for way, rows, again in others(call, batch):
            steps = apart(np.asarray(again()), np.asarray(expected[rows]))
            count = tally.setdefault(way, [0, 0, 0])
            count[0] += steps.size
            count[1] += int((steps > 0).sum())
            count[2] = max(count[2], float(steps.max(initial=0)))
        found += [
            {"name": name, "weights": weights, "actions": actions, "way": way, "of": of, "differ": n, "ulp": most}
            for way, (of, n, most) in tally.items()
        ]
    return found


def main() -> None:
    rows = []
    for name, (_, takes) in ways.WAYS.items():
        for weights in ("", "weighted") if "w" in takes else ("",):
            rows += measure(name, weights)
            print(f"{name} {weights}: {sum(row['differ'] for row in rows)} differ so far", file=sys.stderr, flush=True)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
