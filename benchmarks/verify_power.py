"""How well the laws tell right from wrong: every bug of the corpus, every correct variant. Writes JSON lines.

    python benchmarks/verify_power.py bugs  [--from I --to J]        one line a bug
    python benchmarks/verify_power.py right [--examples N --name V]  one line a variant and dtype
    python benchmarks/verify_power.py table FILE...                  the table of the docs, from those lines

A bug is put to the laws that call the function it is in, in their order, with the default options. Its time is that
from the start to the end of the first law that fails, the search for the smallest counterexample included.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / folder) for folder in ("tests", "")]

import numpy as np
from mutants import MUTANTS
from variants import VARIANTS

import softql
from softql import laws
from softql.laws.implementation import find


def bug(mutant) -> dict:
    """Whether a bug is found by a user's ordinary run, after how long, and how small."""
    chosen = [law for law in laws.LAWS if mutant.function in law.needs]
    began, record = time.perf_counter(), {"bug": mutant.name, "laws": len(chosen), "found": False}
    for law in chosen:
        (result,) = softql.verify(mutant.implementation, [law])
        if result.status == "failed":
            inputs = result.counterexample.inputs.values()
            actions = max((x.shape[-1] for x in inputs if isinstance(x, np.ndarray) and x.ndim), default=1)
            seconds = time.perf_counter() - began
            return {**record, "found": True, "by": law.name, "seconds": round(seconds, 3), "actions": actions}
    return record


def right(name: str, dtype: str, examples: int) -> dict:
    """Which laws fail on code that is right."""
    report = softql.verify(VARIANTS[name], examples=examples, dtype=dtype)
    alarms = [result.law.name for result in report.failures]
    counts = {"passed": report.counts["passed"], "seconds": round(report.seconds, 1)}
    shares = {"differs": round(differs(name, dtype), 3)}
    return {"variant": name, "dtype": dtype, "examples": examples, **counts, "alarms": alarms, **shares}


def differs(name: str, dtype: str) -> float:
    """The share of outputs whose bits are not the textbook's, over 2,000 rows of value, policy and entropy.

    Without this a variant could be the same code under another name; its worst distance in ulp would not show it, as
    that comes from roundings that all variants share (the division of Q by alpha).
    """
    rng, textbook = np.random.default_rng(0), VARIANTS["textbook"]
    q, alpha = (5 * rng.normal(size=(2000, 6))).astype(dtype), np.full(2000, 0.7, dtype)
    inputs = {"soft_value": (q, alpha), "boltzmann_log_policy": (q, alpha), "boltzmann_policy": (q, alpha)}
    inputs["entropy"] = (textbook.boltzmann_log_policy(q, alpha),)
    unlike = []
    for function, given in inputs.items():
        if (mine := find(VARIANTS[name], function)) is not None:
            unlike.append(np.ravel(mine(*given) != getattr(textbook, function)(*given)))
    return float(np.mean(np.concatenate(unlike)))


def table(paths: list[str]) -> str:
    """Both tables in Markdown."""
    lines = [json.loads(line) for path in paths for line in Path(path).read_text().splitlines()]
    bugs = [line for line in lines if "bug" in line]
    found = [line for line in bugs if line["found"]]
    out = ["| bugs | found | median time | slowest | actions: 1 | 2 | 3 | more |", "|---|---|---|---|---|---|---|---|"]
    seconds, sizes = [line["seconds"] for line in found], [line["actions"] for line in found]
    counts = [sum(size == n for size in sizes) for n in (1, 2, 3)] + [sum(size > 3 for size in sizes)]
    cells = [len(bugs), len(found), f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s", *counts]
    out.append("| " + " | ".join(map(str, cells)) + " |")
    out += [
        "",
        "| correct variant | dtype | laws | examples | false alarms | outputs unlike the textbook's |",
        "|---|---|---|---|---|---|",
    ]
    for line in lines:
        if "variant" in line:
            cells = [line[k] for k in ("variant", "dtype", "passed", "examples")] + [len(line["alarms"])]
            cells.append(f"{line['differs']:.1%}")
            out.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(out)


def main() -> None:
    """One of the three commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("bugs", "right", "table"))
    parser.add_argument("files", nargs="*")
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int)
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--name", choices=VARIANTS, action="append")
    arguments = parser.parse_args()
    if arguments.command == "table":
        print(table(arguments.files))
    elif arguments.command == "bugs":
        for mutant in MUTANTS[arguments.start : arguments.end]:
            print(json.dumps(bug(mutant)), flush=True)
    else:
        for name in arguments.name or VARIANTS:
            for dtype in ("float32", "float64"):
                print(json.dumps(right(name, dtype, arguments.examples)), flush=True)


if __name__ == "__main__":
    main()
