"""What an accelerator makes of softql: writes benchmarks/gpu-DEVICE.json and prints it as a table.

    benchmarks/gpu.sh [--rounds 10] [--quick]   # in an environment of its own, with JAX for CUDA
    python -m benchmarks.gpu [--quick]          # on whatever device JAX shows; on a CPU that is a dry run

copy: the memory bandwidth that an elementwise pass over the same array reaches, read and written: the roof.
backup: soft values and policies over [N, A] in float32, as the share of that roof: bytes read and written over seconds.
seeds: environment steps a second over all seeds, by CartPole's recipe, for more and more seeds in one vmap.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import jax
import jax.numpy as jnp

ROOT = Path(__file__).resolve().parents[1]
ACTIONS = (2, 4, 18, 64, 256, 1024, 4096)
SEEDS = (1, 4, 16, 64, 256, 1024, 4096)
PACKAGES = ("jax", "jaxlib", "numpy", "gymnax", "optax")
Row = dict[str, Any]


def seconds_of(f: Callable[..., Any], *arguments: Any, rounds: int, calls: int) -> float:
    """Median over rounds of the seconds of one call, of `calls` that were queued together."""
    jax.block_until_ready(f(*arguments))
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(calls):
            out = f(*arguments)
        jax.block_until_ready(out)
        found.append((time.perf_counter() - began) / calls)
    return median(found)


def backup(elements: int, actions: tuple[int, ...], rounds: int, calls: int) -> list[Row]:
    """Soft values and policies of `elements` numbers in rows of A actions, one temperature a row, and the roof."""
    import softql

    q = jax.random.normal(jax.random.key(0), (elements,), jnp.float32)
    roof = 8 * elements / seconds_of(jax.jit(lambda x: -x), q, rounds=rounds, calls=calls)
    rows = [{"what": "copy", "actions": None, "bytes_per_second": roof, "share": 1.0}]
    kernels = {
        "soft_value": (softql.soft_value, lambda n, a: 4 * (n * a + 2 * n)),
        "boltzmann_policy": (softql.boltzmann_policy, lambda n, a: 4 * (2 * n * a + n)),
        "boltzmann_policy, fast": (
            lambda q, alpha: softql.boltzmann_policy(q, alpha, fast=True),
            lambda n, a: 4 * (2 * n * a + n),
        ),
    }
    for a in actions:
        n = elements // a
        on = q[: n * a].reshape(n, a), jnp.exp(jax.random.normal(jax.random.key(1), (n,)))
        for name, (kernel, moved) in kernels.items():
            speed = moved(n, a) / seconds_of(jax.jit(kernel), *on, rounds=rounds, calls=calls)
            rows.append({"what": name, "actions": a, "bytes_per_second": speed, "share": speed / roof})
    return rows


def seeds(counts: tuple[int, ...], rounds: int, changed: Row, steps: int) -> list[Row]:
    """Steps a second of training, and what the first chunk took with its compilation; stops where memory ends."""
    from softql.agents import agent, defaults_for
    from softql.finding import environment
    from softql.train import seeds as keys
    from softql.train import train

    env, env_params = environment("CartPole-v1")
    shape, hyper, _ = defaults_for("CartPole-v1", "on_policy")
    shape = type(shape)(**{**vars(shape), **changed})
    learner, rows = agent(env, env_params, shape), []
    for count in counts:
        taken, began = [], time.perf_counter()
        try:
            for out in train(learner, hyper, keys(0, count), steps * (rounds + 1), steps):
                jax.block_until_ready(out)
                now = time.perf_counter()
                taken.append(now - began)
                began = now
        except jax.errors.JaxRuntimeError as error:
            if "RESOURCE_EXHAUSTED" not in str(error):
                raise
            rows.append({"what": "seeds", "seeds": count, "full": True})
            break
        rate = count * steps * shape.env_steps / median(taken[1:])
        rows.append({"what": "seeds", "seeds": count, "steps_per_second": rate, "first": taken[0]})
    return rows


def measured(rounds: int, quick: bool) -> Row:
    """Every workload on the first device."""
    device = jax.devices()[0]
    dry = device.platform == "cpu"
    small = {"envs": 8, "rollout": 4, "minibatches": 2, "hidden": (8,)}
    elements = 1 << (18 if quick else 22 if dry else 28)
    calls = 3 if quick or dry else 30
    return {
        "device": f"{device.platform} {device.device_kind}",
        "dry_run": dry,
        "quick": quick,
        "machine": f"{platform.machine()}, {platform.system()}",
        "versions": {"Python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "rounds": rounds,
        "elements": elements,
        "backup": backup(elements, ACTIONS[:3] if quick else ACTIONS, rounds, calls),
        "seeds": seeds(
            SEEDS[:2] if quick else SEEDS[:4] if dry else SEEDS, rounds, small if quick else {}, 2 if dry else 8
        ),
    }


def table(found: Row) -> str:
    """The results as text."""
    dry = " (a CPU: a dry run, no figure of an accelerator)" if found["dry_run"] else ""
    lines = [f"{found['device']}{dry}", "", "| kernel | A | GB/s | share of the roof |", "| --- | --- | --- | --- |"]
    for row in found["backup"]:
        actions = "" if row["actions"] is None else row["actions"]
        lines.append(f"| {row['what']} | {actions} | {row['bytes_per_second'] / 1e9:.3g} | {row['share']:.2f} |")
    lines += [
        "",
        "| seeds | environment steps/s | to the first, per seed | first chunk, s |",
        "| --- | --- | --- | --- |",
    ]
    first = found["seeds"][0].get("steps_per_second", float("nan")) / found["seeds"][0]["seeds"]
    for row in found["seeds"]:
        if row.get("full"):
            lines.append(f"| {row['seeds']:,} | memory is full | | |")
            continue
        linear = row["steps_per_second"] / row["seeds"] / first
        lines.append(f"| {row['seeds']:,} | {row['steps_per_second']:,.0f} | {linear:.2f} | {row['first']:.3g} |")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description="Measure softql on an accelerator.")
    parser.add_argument("--rounds", type=int, default=10, help="of each timing (default: 10)")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks", help="folder (default: benchmarks)")
    arguments = parser.parse_args(argv)
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    found = measured(arguments.rounds, arguments.quick)
    name = re.sub(r"[^a-z0-9]+", "-", found["device"].lower()).strip("-")
    path = arguments.out / f"gpu-{name}.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    print(table(found), f"\n{path.name} written", sep="\n")


if __name__ == "__main__":
    main()
