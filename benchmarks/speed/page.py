"""The measurements as pages: benchmarks/results.md and docs/performance.md hold the same text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.speed import goals

ROOT = Path(__file__).resolve().parents[2]
RESULTS, PAGE, COPY = (ROOT / x for x in ("benchmarks/results.json", "docs/performance.md", "benchmarks/results.md"))
Row = dict[str, Any]
Column = tuple[str, Callable[[Row], str]]


def ms(seconds: float) -> str:
    return f"{1e3 * seconds:,.0f}" if seconds >= 0.1 else f"{1e3 * seconds:.3g}"


def spread(row: Row) -> str:
    return f"{row['least']:.2f}..{row['most']:.2f}"


def solved(row: Row) -> str:
    """Seconds to 475, or what was reached instead; a dash where only the pace was measured."""
    if "solve_seconds" not in row:
        return "–"
    seconds = row["solve_seconds"]
    if row["solved"]:
        return f"{seconds:.0f}" if "pace" in row else f"{seconds:.0f} ({row['least']:.0f}..{row['most']:.0f})"
    reached = ", ".join(f"{x:.0f}" for x in row["best"])
    return f"not in {row['limit']:,} steps ({seconds:.0f} s; best {reached})"


def steps(row: Row) -> str:
    return ", ".join(f"{x:,}" if x else "–" for x in row.get("steps", [0]))


WHAT: Column = ("what", lambda row: row["what"])
WHO: Column = ("who", lambda row: row["what"])
PAIR: list[Column] = [
    WHAT,
    ("median ratio", lambda row: f"{row['ratio']:.2f}"),
    ("min..max", spread),
    ("softql, ms", lambda row: ms(row["seconds"])),
    ("other, ms", lambda row: ms(row["their_seconds"])),
]
SOLVED: list[Column] = [("seconds to 475 (min..max)", solved), ("steps to 475, by seed", steps)]
PEAK: Column = ("peak memory, MB", lambda row: f"{row['peak'] / 1e6:,.0f}")
PACE: list[Column] = [
    WHO,
    ("steps/s", lambda row: f"{row['pace']:,.0f}"),
    ("softql is faster by", lambda row: f"{row['ratio']:.2f}"),
    ("min..max", spread),
    ("import, s", lambda row: f"{row['imported']:.1f}"),
    ("compile, s", lambda row: f"{max(0.0, row['compiled']):.1f}"),
    PEAK,
]
COLUMNS: dict[str, list[Column]] = {
    "replay": PACE + SOLVED,
    "on_policy": PACE + SOLVED,
    "solve": [WHO, *SOLVED, PEAK],
    "seeds": [WHO, *PACE[1:4]],
    "step": [
        WHAT,
        ("microseconds", lambda row: f"{1e6 * row['seconds']:.1f}"),
        ("share", lambda row: f"{row['share']:.0%}"),
    ],
    "host": [
        WHAT,
        ("a chunk alone, ms", lambda row: ms(row["seconds"])),
        ("the host adds, ms", lambda row: ms(row["added"])),
        ("share of the host", lambda row: f"{row['share']:.1%}"),
    ],
    "ceiling": [
        WHAT,
        ("gymnax alone, steps/s", lambda row: f"{row['alone']:,.0f}"),
        ("training, steps/s", lambda row: f"{row['pace']:,.0f}"),
        ("share of the time in gymnax", lambda row: f"{row['share']:.0%}"),
        ("of that: resets", lambda row: f"{row['reset']:.1%}"),
    ],
    "memory": [
        WHAT,
        ("state, MB", lambda row: f"{row['state'] / 1e6:.2f}"),
        ("while it runs, MB", lambda row: f"{row['temporary'] / 1e6:.2f}"),
        ("replay, MB", lambda row: f"{row['replay'] / 1e6:.2f}"),
    ],
    "backup": PAIR,
    "tabular": PAIR,
    "start": [WHAT, ("ms", lambda row: ms(row["seconds"]))],
}
TOLD = {
    "replay": (
        "CartPole-v1, the same work: 10 environments, a network of 120-84 without a norm, one update of 128 "
        "out of 10,000 for 10 steps; one seed, interleaved processes. softql learns from soft values, the "
        "others by DQN; learning rate, discount, exploration and the pace of the target are each library's "
        "own for CartPole (rejax without double and dueling networks). rejax 0.1.3 does not run with gymnax 1.0 "
        "and has 0.0.9's CartPole, stable-baselines3 gymnasium's. Seconds to 475 are those of 4 seeds from the start "
        "of the process. softql runs as its command does, one thread a device (docs/scale.md says why); rows "
        "with NPROC=1 are peers whose user asks for the same."
    ),
    "on_policy": (
        "CartPole-v1, the same environments x steps x epochs x minibatches, 64-64 with layer norm, each with a "
        "learning rate that suits it: softql's soft lambda-returns, rejax's PQN. One seed, interleaved processes; "
        "seconds to 475 are those of 4 seeds from the start of the process. softql has one thread a device, as above."
    ),
    "solve": (
        "From the start of the process (imports, compiling, training, judging) until each of 4 seeds has had "
        "a mean greedy return of 475 over 64 episodes. Each as its makers set it for CartPole (softql: "
        "`defaults_for`); no compilation cache, but in the rows that say so."
    ),
    "seeds": (
        "Steps a second over all seeds in one process. softql's lanes learn one after another on each of the devices "
        "that share them, as its command has it; in one vmap they have one device and all threads. Settings of "
        "`on_policy`."
    ),
    "step": (
        "One iteration of `replay`, with its network, taken apart: each part alone in a scan. They do not add up to "
        "the whole, which the compiler fuses."
    ),
    "host": (
        "The recipes as `softql train` runs them, into a folder (metrics read and written, progress shown, states "
        "saved), beside the same chunks waited for and nothing else, in turn: what the host adds to a chunk."
    ),
    "ceiling": (
        "The environments alone, with random actions, and the whole training with as many. gymnax's step resets every "
        "environment each time and keeps the reset where an episode ended; one reset for all who ended, under a "
        "condition, is a choice between both again where seeds are vmapped."
    ),
    "memory": (
        "What the compiled program holds, as the compiler says; the interpreter with JAX takes 300 to 400 MB beside."
    ),
    "backup": (
        "Soft values and policies of 2^20 float32 numbers in rows of A actions, one temperature a row, "
        "compiled; three times as many rounds. `exp alone` and `a copy of Q` are the machine's own limits."
    ),
    "tabular": (
        "Random MDPs with 8 actions in float64. Ratios are to bare sweeps in NumPy; softql's include its checks and "
        "the error bound. The bound counts rounding at its worst; a first call compiles."
    ),
    "start": ("Processes that begin from nothing, without a compilation cache."),
}


ALT = "Seconds to 475, and softql's speed beside the others'"
PICTURE = [
    line
    for name, place in (("performance", "only-light"), ("performance-dark", "only-dark"))
    for line in (f"```{{image}} {name}.png", f":alt: {ALT}", f":class: {place}", "```")
]


def page(found: Row) -> str:
    """The results as text."""
    versions = ", ".join(f"{name} {x}" for name, x in found["versions"].items())
    peers = [f"- {name}: " + ", ".join(f"{x} {y}" for x, y in of.items()) for name, of in found["peers"].items()]
    lines = [
        "# Performance",
        "",
        "Generated by `python -m benchmarks.speed`; nothing here is written by hand. A ratio is the other's time over "
        "softql's, measured one after the other in each round: above 1 softql is faster. Where the machine was busy, "
        "the spread says so: read medians beside their range.",
        "",
        f"{found['machine']}; {versions}. Peers, each in an environment of its own (`--peers`):",
        "",
        *peers,
    ]
    if {"solve", "replay"} <= set(found["workloads"]):
        lines += ["", *PICTURE]
    for name in COLUMNS:
        if name in found["workloads"]:
            lines += table(name, found["workloads"][name])
    lines += goals.table(found)
    missing = [name for name in COLUMNS if name not in found["workloads"]]
    gpu = "accelerators: every figure here is of a CPU; of `benchmarks/gpu.sh` only the dry run on a CPU has been made"
    lines += ["", "## Not measured", "", f"- {gpu}.{_list(missing)}"]
    lines += ["", "How cost grows with seeds, devices and processes: [scaling](scaling.md)."]
    return "\n".join(lines) + "\n"


def _list(missing: list[str]) -> str:
    return f"\n- {', '.join(missing)}." if missing else ""


def table(name: str, workload: Row) -> list[str]:
    """A workload: how it was measured, and its rows. A row lacks the columns that it has no figures for."""
    load, quick = " to ".join(map(str, workload["load"])), ", --quick" if workload["quick"] else ""
    columns = COLUMNS[name]
    lines = [
        "",
        f"## {name}",
        "",
        f"{TOLD[name]} {workload['cores']} core(s) allowed, load of the machine {load}, {workload['rounds']} rounds"
        f"{quick}.",
        "",
        "| " + " | ".join(heading for heading, _ in columns) + " |",
        "|" + " --- |" * len(columns),
    ]
    for row in workload["rows"]:
        if row.get("missing"):
            cells = [row["what"], row["missing"], *["–"] * (len(columns) - 2)]
        else:
            cells = [_cell(of, row) for _, of in columns]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _cell(of: Callable[[Row], str], row: Row) -> str:
    try:
        return of(row)
    except KeyError:
        return "–"


def write(found: Row) -> None:
    PAGE.write_text(page(found))
    COPY.write_text(page(found).replace("\n".join(PICTURE), f"![{ALT}](../docs/performance.png)"))
