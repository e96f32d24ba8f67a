"""What was aimed at, and what the measurements say of it.  Imports: timing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.speed.timing import Row

SCALING = Path(__file__).resolve().parents[1] / "scaling.json"


class Goal(NamedTuple):
    """What is wanted, what came, whether that is enough, and why it may not be."""

    wanted: str
    came: str
    met: bool
    why: str


def goals(found: Row) -> Iterator[Goal]:
    """Those of whose workloads there are results."""
    of = {name: [x for x in w["rows"] if not x.get("missing")] for name, w in found["workloads"].items()}
    for name, goal in (
        ("replay", same_work),
        ("on_policy", rollouts),
        ("solve", learned),
        ("backup", backed_up),
        ("tabular", solved),
        ("host", hosted),
    ):
        if of.get(name):
            yield from goal(of[name], of)
    if SCALING.exists() and not (scaling := json.loads(SCALING.read_text()))["quick"]:
        yield spread(scaling)


def same_work(rows: list[Row], of: dict[str, list[Row]]) -> Iterator[Goal]:
    parts = {x["what"]: x["seconds"] * 1e6 for x in of.get("step", [])}
    why = "an update is the network's own arithmetic, the same for all"
    if parts:
        bound, whole = parts["of that: forward and backward"], parts["the whole iteration"]
        bound += parts["target: Q of 128 next states, and V"]
        why += f": forward, backward and the target's forward take {bound:.0f} of softql's {whole:.0f} microseconds"
    for who, factor in (("a clean JAX DQN (purejaxrl's recipe)", 1.3), ("rejax DQN", 2), ("stable-baselines3 DQN", 12)):
        for row in (x for x in rows if x["what"] == who):
            yield Goal(f"replay, {factor:g} times {who}", f"{row['ratio']:.3f}", row["ratio"] >= factor, why)


def rollouts(rows: list[Row], of: dict[str, list[Row]]) -> Iterator[Goal]:
    for row in (x for x in rows if x["what"].startswith("rejax")):
        yield Goal(f"on-policy, 1.5 times {row['what']}", f"{row['ratio']:.2f}", row["ratio"] >= 1.5, "")


def learned(rows: list[Row], of: dict[str, list[Row]]) -> Iterator[Goal]:
    seconds = {x["what"]: x["seconds"] for x in rows if x["solved"]}
    best, kept = seconds["softql, on-policy"], seconds.get("softql, on-policy, compiled before")
    jax = {x: y for x, y in seconds.items() if x.startswith(("rejax", "a clean")) and "before" not in x}
    rival = min(jax, key=lambda x: jax[x])
    again = f"; with the programs of an earlier start {kept:.1f} s" if kept else ""
    why = "of so short a run most is compiling, which all pay"
    yield Goal(
        "time to 475, half of the best JAX peer's",
        f"{best:.1f} s, {rival} {jax[rival]:.1f} s{again}",
        best <= jax[rival] / 2,
        why,
    )
    for row in (x for x in rows if x["what"].startswith("stable")):
        came = f"{best:.1f} s, {'' if row['solved'] else 'it not within '}{row['seconds']:.0f} s"
        yield Goal("time to 475, a tenth of stable-baselines3's", came, best <= row["seconds"] / 10, why)


def backed_up(rows: list[Row], of: dict[str, list[Row]]) -> Iterator[Goal]:
    ratio = {x["what"]: x["ratio"] for x in rows}
    pattern = re.compile(r"soft_value / jax\.nn\.logsumexp, A = (\d+)")
    value = {int(at[1]): ratio[what] for what in ratio if (at := pattern.fullmatch(what))}
    few = {a: r for a, r in value.items() if a <= 18}
    why = "the digits that the plain form loses (docs/accuracy.md) cost arithmetic"
    came = ", ".join(f"{r:.2f} at {a}" for a, r in few.items())
    yield Goal("V, 3 times jax.nn.logsumexp for A <= 18", came, min(few.values()) >= 3, why)
    least = min(value, key=lambda a: value[a])
    came = f"{value[least]:.2f} at {least}"
    yield Goal("V, never slower up to A = 4,096", came, value[least] >= 1, why)


def solved(rows: list[Row], of: dict[str, list[Row]]) -> Iterator[Goal]:
    for row in (x for x in rows if x["what"].startswith("policy iteration") and "first call" not in x["what"]):
        states = int(re.search(r"S = (\d+)", row["what"])[1])  # type: ignore[index]
        turns = int(re.search(r"(\d+) iterations", row["what"])[1])  # type: ignore[index]
        limit = {1_000: 1.0, 100_000: 10.0}.get(states)
        if limit:
            wanted = f"soft policy iteration to 1e-10, S = {states:,}, in {limit:.0f} s and 10 iterations"
            came = f"{row['seconds']:.2f} s, {turns} iterations"
            yield Goal(wanted, came, row["seconds"] < limit and turns <= 10, "")


def hosted(rows: list[Row], of: dict[str, list[Row]]) -> Iterator[Goal]:
    for row in rows:
        added, chunk = (row[name] * 1e3 for name in ("added", "seconds"))
        why = (
            f"every core learns, so the {added:.1f} ms in which a chunk is read, written and shown are taken from one; "
            f"longer chunks than {chunk:.0f} ms would leave fewer lines of metrics of a run that is over in seconds"
        )
        yield Goal(f"the host's share below 2 %: {row['what']}", f"{row['share']:.1%}", row["share"] < 0.02, why)


def spread(scaling: Row) -> Goal:
    from benchmarks.scaling import spread as rows

    within = [x for x in rows(scaling) if x["devices"] <= scaling["cores"]]
    came = ", ".join(f"{x['ratio']:.2f} ({x['devices']} devices, {x['processes']} processes)" for x in within)
    why = "cores of one machine share its memory bandwidth and clock"
    met = all(x["ratio"] <= 1.15 for x in within)
    return Goal("16 lanes over d devices, at most 1.15 of 16/d single lanes", came, met, why)


def table(found: Row) -> list[str]:
    """The goals as lines of the page."""
    lines = [
        "",
        "## Goals",
        "",
        "What was aimed at before anything was built. A plain number is how many times as fast softql is.",
        "",
        "| goal | measured | |",
        "| --- | --- | --- |",
    ]
    for goal in goals(found):
        verdict = "met" if goal.met else f"**missed**{': ' if goal.why else ''}{goal.why}"
        lines.append(f"| {goal.wanted} | {goal.came} | {verdict} |")
    return lines
