"""The deep profile, by hand: every law on softql, 100,000 examples each. `python tests/deep.py`, JAX_ENABLE_X64=1 too.

Hypothesis draws and shrinks one small case at a time, which is right for finding a fault and slow for finding none.
Here the same strategies are drawn by NumPy, in blocks: where a law speaks of states, one call of each function checks
64 of them, each with its own Q, temperature and weights, and each counts as one example. Laws about worlds and paths
take one case at a time. Numbers are uniform, of every size, whole, or at the ends of their range.
Room: numpy, softql.laws.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from variants import VARIANTS

import softql
from softql.laws import runner, strategies, worlds
from softql.laws.implementation import Functions, OutOfDomain, Witness, find

BLOCK = 64


class Draw:
    """A stand-in for a Hypothesis strategy: something that a generator of random numbers draws."""

    def __init__(self, one: Callable[[Any], Any], many: Callable[[Any, int], Any] | None = None):
        self.one = one
        self.many = many or (lambda rng, n: [one(rng) for _ in range(n)])

    def map(self, f: Callable[[Any], Any]) -> Draw:
        return Draw(lambda rng: f(self.one(rng)))


def floats(low: float, high: float) -> Draw:
    def many(rng: Any, n: int) -> Any:
        kind = rng.random(n)
        x = rng.uniform(low, high, n)
        largest = max(abs(low), abs(high))
        sized = np.exp(rng.uniform(np.log(largest * 1e-9), np.log(largest), n)) * rng.choice([-1, 1], n)
        x = np.where(kind < 0.3, np.clip(sized, low, high), x)
        x = np.where(kind > 0.85, np.clip(np.round(x), low, high), x)
        return np.where(kind > 0.97, rng.choice([low, high, np.clip(0.0, low, high)], n), x)

    return Draw(lambda rng: float(many(rng, 1)[0]), many)


def integers(low: int, high: int) -> Draw:
    return Draw(lambda rng: int(rng.integers(low, high + 1)), lambda rng, n: rng.integers(low, high + 1, n))


def sampled_from(items: Any) -> Draw:
    items = list(items)
    return Draw(
        lambda rng: items[rng.integers(len(items))], lambda rng, n: [items[i] for i in rng.integers(len(items), size=n)]
    )


def one_of(*draws: Draw) -> Draw:
    pick = lambda rng: draws[rng.integers(len(draws))]  # noqa: E731
    return Draw(lambda rng: pick(rng).one(rng), lambda rng, n: pick(rng).many(rng, n))


def tuples(*draws: Draw) -> Draw:
    if draws and all(draw is draws[0] for draw in draws):
        return Draw(lambda rng: tuple(draws[0].many(rng, len(draws))))
    return Draw(lambda rng: tuple(draw.one(rng) for draw in draws))


def builds(f: Callable[..., Any], *draws: Draw) -> Draw:
    return Draw(lambda rng: f(*(draw.one(rng) for draw in draws)))


def fixed_dictionaries(fields: dict[str, Draw]) -> Draw:
    return Draw(lambda rng: {name: draw.one(rng) for name, draw in fields.items()})


STAND_IN = SimpleNamespace(
    floats=floats,
    integers=integers,
    sampled_from=sampled_from,
    one_of=one_of,
    tuples=tuples,
    builds=builds,
    fixed_dictionaries=fixed_dictionaries,
    booleans=lambda: sampled_from([False, True]),
    none=lambda: Draw(lambda rng: None),
    just=lambda x: Draw(lambda rng: x),
    permutations=lambda items: Draw(lambda rng: rng.permutation(list(items)).tolist()),
)


class Wide:
    """Whether the next cases are blocks, and how many states each holds."""

    block = 1


def widened(room: strategies.Room) -> strategies.Room:
    """The room with as many states as a block has; rooms of worlds are left alone, their states make one world."""
    if Wide.block == 1 or room not in KNOWN:
        return room
    own_alpha = room.alpha_per_state or room.batch == ()
    return room._replace(batch=(8, 8) if len(room.batch) == 2 else (BLOCK,), alpha_per_state=own_alpha)


KNOWN = {room._replace(dtype=np.dtype(dtype)) for room in strategies.ROOMS for dtype in (np.float32, np.float64)}


def stand_in() -> None:
    """Let the strategies draw by NumPy: nothing of theirs is kept between the two."""
    plain = strategies._case
    strategies.st = worlds.st = STAND_IN
    for module in (runner.estimator, runner.sampler, runner.replay, runner.agent, runner.temperature):
        if hasattr(module, "st"):
            module.st = STAND_IN
    strategies._case = lambda room, fields: plain(widened(room), fields)


def run(law: Any, functions: Any, dtype: Any, examples: int, seconds: float, seed: int) -> tuple[int, float]:
    """How many examples were seen and the worst of them in ulp; a failure is printed and ends the law."""
    wide = law.stem not in ("tabular", "equivalences", "temperature")
    for Wide.block in (BLOCK, 1) if wide else (1,):
        draw = getattr(law.inputs, "__wrapped__", law.inputs)(np.dtype(dtype))
        if not isinstance(draw, Draw):
            return 0, 0.0  # whole systems: a few cases of Hypothesis each
        rng = np.random.default_rng([seed, *law.name.encode()])
        seen, refused, worst, start = 0, 0, 0.0, time.monotonic()
        while seen < examples and time.monotonic() - start < seconds:
            case = draw.one(rng)
            try:
                trial = runner.attempt(law, Functions(functions, law), case, Witness(np.dtype(dtype)))
            except OutOfDomain:  # what an adapter cannot express
                refused += 1
                if refused > 1000 + 50 * seen / Wide.block:
                    break
                continue
            if trial.reason and Wide.block > 1:
                break  # a law that takes one case at a time
            if trial.reason or trial.ulp > law.limit:
                print(
                    f"FAILED {law.name} after {seen} examples: {trial.ulp:.1f} ulp {trial.reason}\n{case}", flush=True
                )
                return seen, np.inf
            worst = max(worst, trial.ulp)
            seen += Wide.block
        else:
            break
    return seen, worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=1e9, help="for one law at most; what is missing is printed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--variant", choices=VARIANTS, help="a correct implementation of tests/variants.py, not softql")
    parser.add_argument("--float64", action="store_true", help="inputs of a variant")
    parser.add_argument("laws", nargs="*", help="names of laws or of stems; all of them without")
    arguments = parser.parse_args()
    dtype = np.float64 if jax.config.read("jax_enable_x64") or arguments.float64 else np.float32
    chosen = runner.select(arguments.laws or None)
    if arguments.variant:
        functions = VARIANTS[arguments.variant]
    else:
        needed = {name for law in chosen for name in law.needs if hasattr(softql, name)}
        functions = {name: jax.jit(getattr(softql, name)) for name in sorted(needed)}
    chosen = [law for law in chosen if all(find(functions, name) is not None for name in law.needs)]
    stand_in()
    total, failed, short, start = 0, [], [], time.monotonic()
    for law in chosen:
        began = time.monotonic()
        seen, worst = run(law, functions, dtype, arguments.examples, arguments.seconds, arguments.seed)
        total += seen
        failed += [law.name] if np.isinf(worst) else []
        short += [f"{law.name} ({seen:,})"] if seen < arguments.examples and np.isfinite(worst) else []
        spent = time.monotonic() - began
        print(f"{law.name}: {seen:,} examples, worst {worst:.2f} of {law.limit:g} ulp, {spent:.0f} s", flush=True)
    print(f"{len(chosen)} laws, {total:,} examples of {np.dtype(dtype).name} in {time.monotonic() - start:.0f} s")
    print(f"failed: {', '.join(failed) or 'none'}\nstopped before {arguments.examples:,}: {', '.join(short) or 'none'}")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
