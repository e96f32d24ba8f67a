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
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from variants import VARIANTS

from softql.laws import oracle, runner, strategies, worlds
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


KNOWN = {room._replace(dtype=np.dtype(dtype)) for room in strategies.DEFINING for dtype in (np.float32, np.float64)}


def stand_in() -> None:
    """Let the strategies draw by NumPy: nothing of theirs is kept between the two."""
    plain = strategies._case
    strategies.st = worlds.st = STAND_IN
    for module in (runner.estimator, runner.sampler, runner.replay, runner.agent, runner.temperature):
        if hasattr(module, "st"):
            module.st = STAND_IN
    strategies._case = lambda room, fields: plain(widened(room), fields)


class Tally:
    """What one law has seen of one implementation."""

    def __init__(self) -> None:
        self.seen, self.refused, self.worst = 0, 0, 0.0


def run(
    law: Any, those: dict[str, Any], dtype: Any, examples: int, seconds: float, seed: int, block: int
) -> dict[str, tuple[int, float]]:
    """Each implementation on the same cases: how many it has seen and the worst in ulp. A failure is printed and ends
    the law for its implementation; one that takes no blocks, or refuses most of them, gets cases one at a time."""
    wide = law.stem not in ("tabular", "equivalences", "temperature") or "state_temperature" in law.needs
    found: dict[str, tuple[int, float]] = {}
    for Wide.block in (block, 1) if wide else (1,):
        draw = getattr(law.inputs, "__wrapped__", law.inputs)(np.dtype(dtype))
        if not isinstance(draw, Draw):
            return dict.fromkeys(those, (0, 0.0))  # whole systems: a few cases of Hypothesis each
        rng, start = np.random.default_rng([seed, *law.name.encode()]), time.monotonic()
        tallies = {name: Tally() for name in those if name not in found}
        singly = set()
        while (active := [name for name in tallies if name not in found and name not in singly]) and (
            time.monotonic() - start < seconds
        ):
            case = draw.one(rng)
            for name in active:
                tally = tallies[name]
                try:
                    trial = runner.attempt(law, Functions(those[name], law), case, Witness(np.dtype(dtype)))
                except OutOfDomain:  # what an adapter cannot express
                    tally.refused += 1
                    if tally.refused > 1000 + 50 * tally.seen / Wide.block:
                        singly.add(name)
                    continue
                if trial.reason and Wide.block > 1:
                    singly.add(name)  # a law, or code, that takes one case at a time
                elif trial.reason or trial.ulp > law.limit:
                    after = f"after {tally.seen} examples: {trial.ulp:.1f} ulp {trial.reason}"
                    print(f"FAILED {law.name} {name} {after}\n{case}", flush=True)
                    found[name] = (tally.seen, np.inf)
                else:
                    tally.worst = max(tally.worst, trial.ulp)
                    tally.seen += Wide.block
                    if tally.seen >= examples:
                        found[name] = (tally.seen, tally.worst)
        found |= {
            name: (tally.seen, tally.worst)
            for name, tally in tallies.items()
            if name not in found and (name not in singly or Wide.block == 1)
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=1e9, help="for one law at most; what is missing is printed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--variant",
        choices=(*VARIANTS, "all", "torch"),
        help="a correct implementation of tests/variants.py, all of them, or the one in torch; without it softql",
    )
    parser.add_argument("--block", type=int, default=BLOCK, help="states in one call")
    parser.add_argument("--float64", action="store_true", help="inputs of a variant")
    parser.add_argument("laws", nargs="*", help="names of laws or of stems; all of them without")
    arguments = parser.parse_args()
    chosen, wide = runner.select(arguments.laws or None), arguments.float64
    if arguments.variant == "torch":
        those = {"torch": torch_form()}
    elif arguments.variant:
        those = VARIANTS if arguments.variant == "all" else {arguments.variant: VARIANTS[arguments.variant]}
    else:
        those, wide = compiled(chosen)
    dtype = np.float64 if wide else np.float32
    remember_the_last_answers()
    stand_in()
    total, failed, short, start, put = 0, [], [], time.monotonic(), 0
    for law in chosen:
        able = {name: f for name, f in those.items() if all(find(f, n) is not None for n in law.needs)}
        if not able:
            continue
        began, put = time.monotonic(), put + 1
        found = run(law, able, dtype, arguments.examples, arguments.seconds, arguments.seed, arguments.block)
        for i, (name, (seen, worst)) in enumerate(found.items()):
            total += seen
            label = law.name if len(those) == 1 else f"{law.name}, {name}"
            failed += [label] if np.isinf(worst) else []
            short += [f"{label} ({seen:,})"] if seen < arguments.examples and np.isfinite(worst) else []
            spent = time.monotonic() - began if i == 0 else 0
            print(f"{label}: {seen:,} examples, worst {worst:.2f} of {law.limit:g} ulp, {spent:.0f} s", flush=True)
    print(f"{put} laws, {total:,} examples of {np.dtype(dtype).name} in {time.monotonic() - start:.0f} s")
    print(f"failed: {', '.join(failed) or 'none'}\nstopped before {arguments.examples:,}: {', '.join(short) or 'none'}")
    raise SystemExit(bool(failed))


def torch_form() -> Any:
    """The form in torch, on one core: blocks are too small to share."""
    sys.path.insert(0, str(Path(__file__).parent / "foreign"))
    import torch
    from in_torch import FORM

    torch.set_num_threads(1)
    return FORM


def compiled(chosen: tuple[Any, ...]) -> tuple[dict[str, Any], bool]:
    """softql's functions for these laws, and whether they take 64-bit floats."""
    import jax

    import softql

    needed = {name for law in chosen for name in law.needs if hasattr(softql, name)}
    functions = {name: jax.jit(getattr(softql, name)) for name in sorted(needed)}
    return {"softql": functions}, bool(jax.config.read("jax_enable_x64"))


def remember_the_last_answers() -> None:
    """The truth in 50 digits takes longer than most of what it is compared with: once for each state is enough."""
    row = oracle._boltzmann_row
    kept = lru_cache(4096)(lambda q, alpha, log_w: row(list(q), alpha, list(log_w)))
    oracle._boltzmann_row = lambda q, alpha, log_w: kept(tuple(q), alpha, tuple(log_w))


if __name__ == "__main__":
    main()
