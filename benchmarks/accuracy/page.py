"""The page: tables in Markdown from arrays of results. Imports: numpy and this folder."""

from __future__ import annotations

import platform
import re
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy import cases
from benchmarks.accuracy.edges import EDGES
from softql.equations._fast import FEW as NARROW

COLUMNS = ("softql", "softql.precise", "jax.nn", "scipy.special", "torch", "distrax", "rlax")
NAMES = {
    "value": "V",
    "value_on_its_scale": "V, in ulp of max(\\|max Q\\|, α \\|log Z\\|)",
    "policy": "π",
    "log_policy": "log π",
    "advantage": "A = Q - V",
    "entropy": "H",
    "kl": "KL of near policies",
    "mellowmax": "mellowmax",
    "d_value_dalpha": "dV/dα",
    "d_value_dlog_w": "dV/d log w",
    "hessian_diagonal": "∂²V/∂Q_a²",
    "d2_value_dalpha2": "d²V/dα²",
}
LOW = ("value", "policy", "log_policy", "advantage", "entropy", "mellowmax")
#: operators that have one sign, for counting measure
SIGN = {"entropy": 1, "kl": 1, "d_value_dalpha": 1, "advantage": -1, "log_policy": -1, "d2_value_dalpha2": 1}
PRICE = "<!-- price -->", "<!-- /price -->"
BITS = "<!-- bits -->", "<!-- /bits -->"


class Column:
    """All results in one dtype, and their errors."""

    def __init__(self, dtype: str, arrays: cases.Arrays, found: dict[str, np.ndarray]):
        self.dtype, self.arrays, self.found = dtype, arrays, found

    @cached_property
    def truth(self) -> dict[str, dict]:
        letters = dict.fromkeys(key.rpartition(".")[0] for key in self.arrays)
        return {letter: cases.truth(self.arrays, letter) for letter in letters}

    def result(self, letter: str, name: str, who: str) -> np.ndarray | None:
        return self.found.get(f"{letter}.{'value' if name == 'value_on_its_scale' else name}.{who}")

    def error(self, letter: str, name: str, who: str) -> np.ndarray | None:
        """True ulp of every result in range, or None."""
        found = self.result(letter, name, who)
        if found is None or name not in self.truth[letter]:
            return None
        dtype = letter.split(".")[0] if "." in letter else self.dtype
        return cases.error(name, found, self.truth[letter][name], self.arrays, letter, dtype)

    def cell(self, letter: str, name: str, who: str) -> str:
        """Maximum and mean; NaN or inf where there is one that should not be; a dagger for a wrong sign."""
        error = self.error(letter, name, who)
        if error is None or error.size == 0:
            return "–"
        found = self.result(letter, name, who)
        wrong = not letter.endswith(cases.WEIGHTED) and bool((np.sign(found) == -SIGN.get(name, np.nan)).any())
        mark = " †" if wrong else ""
        if not np.isfinite(error).all():
            bad = "NaN" if np.isnan(found).any() else "inf"
            rest = error[np.isfinite(error)]
            return f"{bad}, {number(rest.max()) if rest.size else '–'}{mark}"
        return f"{number(error.max())} ({number(error.mean())}){mark}"


def number(x: float) -> str:
    """Two or three significant digits; 0.500 is correct rounding."""
    if x == 0:
        return "0"
    if x < 0.995:
        return f"{x:.3f}" if 0.4995 < x <= 0.502 else f"{x:.2f}"
    return f"{x:.1f}" if x < 99.5 else re.sub(r"e\+0*", "e", f"{x:.0e}")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines) + "\n"


def accuracy(column: Column) -> str:
    """Operators and columns down, regimes across."""
    rows = []
    for name in cases.OPERATORS:
        first = True
        for who in COLUMNS:
            cells = [column.cell(letter, name, who) for letter in cases.LETTERS]
            if set(cells) == {"–"}:
                continue
            rows.append([NAMES[name] if first else "", f"**{who}**" if "softql" in who else who, *cells])
            first = False
    return table(["operator", "who", *cases.LETTERS], rows)


def low_precision(column: Column) -> str:
    rows = []
    for dtype in ("bfloat16", "float16"):
        for name in LOW:
            for who in ("softql", "softql.precise", "jax.nn"):
                cells = [column.cell(f"{dtype}.{letter}", name, who) for letter in ("T", "U", "W")]
                rows.append([dtype, NAMES[name], f"**{who}**" if "softql" in who else who, *cells])
    return table(["dtype", "operator", "who", "T", "U", "T, weighted"], rows)


def edges(answers: dict[str, list]) -> str:
    rows = []
    columns = [who for who in COLUMNS if who != "softql.precise"]
    for i, edge in enumerate(EDGES):
        arguments = f"Q = {_numbers(edge.q)}, α = {edge.alpha:g}"
        if edge.log_w is not None:
            arguments += f", log w = {_numbers(edge.log_w)}"
        for k, name in enumerate(edge.answers):
            found = [_answer(answers[who][i][name]) if who in answers else "not installed" for who in columns]
            symbol = {"d_value_dq": "dV/dQ"}.get(name, NAMES.get(name, name))
            rows.append([f"{edge.what}: {arguments}" if k == 0 else "", symbol, *found])
    return table(["input", "", *columns], rows)


def _numbers(values: list[float]) -> str:
    return "[" + ", ".join(f"{x:.9g}" for x in values) + "]"


def _answer(found: Any) -> str:
    if found is None:
        return "–"
    if isinstance(found, str):
        return found
    return ", ".join(f"{x:.7g}".replace("nan", "NaN") for x in found)


def machine() -> str:
    return f"{platform.machine()} CPU, {platform.system()}, Python {platform.python_version()}"


def versions(column: Column) -> str:
    found = column.found
    parts = [f"softql {version('softql')}" if _installed("softql") else "softql from this clone"]
    parts += [f"jax {version('jax')}", f"jaxlib {version('jaxlib')}", f"numpy {version('numpy')}"]
    parts.append(f"python-flint {version('python-flint')}")
    for who in COLUMNS[2:]:
        if f"version.{who}" in found:
            parts.append(f"{who.split('.')[0]} {found[f'version.{who}']} (as peer)")
        else:
            parts.append(f"{who}: not installed ({found.get(f'missing.{who}', 'no reason given')})")
    return ", ".join(parts)


def _installed(name: str) -> bool:
    try:
        version(name)
    except Exception:
        return False
    return True


TEXT = """# Accuracy

Generated by `python -m benchmarks.accuracy`; nothing here is written by hand. Run on {machine}; {versions}.

Errors are in true ulp: the distance from the real number that the formula defines for the given floats, in units in
the last place of that number in the result's dtype, against Arb balls of proven radius (`tests/oracle.py`). 0.5 is
correct rounding. Cells show the **maximum (and mean)** over {rows} rows of a regime (4k: {few} rows); results below
2^{least32} (float32) and 2^{least64} (float64) are left out. *NaN, x* or *inf, x*: some results are NaN or wrongly
infinite, x is the maximum of the others. †: some results have a sign that the quantity cannot have. –: not offered.

XLA on CPU sets subnormal numbers to 0. So a result in range loses digits, down to 0, where a probability or a
difference of Q that goes into it is subnormal. In float32, say: α π and the best action's A from α = 7e7 on, π / α
below α = 1.5e-8, KL where |Q| is near 1e-37.

Where numbers overflow on the way: second derivatives of π, log π and H are NaN, where some should be 0 or infinite,
once α² is no normal number (in float32 from α = 1e-19 down); so are gradients through a density whose product with
1 / α is none (of e^69 with α = 1e-30), and dH/dα may be with log weights of 1e19 and more. A weighted density is inf
already within a factor of √2 Σ p / max p of the largest float.

Regimes: T typical (6 actions) · D near-deterministic · U near-uniform · O common offset 1e3 to 1e7 (1e12 in float64) ·
E |Q| to 1e30, α 1e-8 to 1e8 · N near ties · 4k 4,096 actions · Z where V crosses 0 · S the maximum shared by 2 to 6
actions, α 2e-8 to 10 · W a mixture, S in it, with weights of 1e-30 to 1e30 · F with weights of 1, 1e-13 and 1e13, so
that log π and H are nearly 0 · M with a third of the actions masked.
The peers get `Q/α + log w` as logits, as their users write it. Derivatives are each library's own automatic
differentiation. For its column `softql.precise` promises 0.501 ulp.

![Error against temperature](accuracy.png)

## float32

{float32}
## float64

{float64}
## 16-bit floats

softql computes in float32 and rounds once; jax.nn computes in the dtype it is given.

{low}
## Edges

Inputs in float32, called eagerly. The softql column is held by `tests/test_accuracy_edges.py` under jit, vmap and grad.
A traced temperature that is negative or NaN gives NaN instead of the exception.

{edges}
## Bits

{bits}

## Price

{price}
"""


def write(path: Path, columns: dict[str, Column], answers: dict[str, list], rows: int) -> None:
    old = path.read_text() if path.exists() else ""
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        TEXT.format(
            machine=machine(),
            versions=versions(columns["float32"]),
            rows=rows,
            few=max(4, rows // 50),
            least32=cases.LEAST["float32"],
            least64=cases.LEAST["float64"],
            float32=accuracy(columns["float32"]),
            float64=accuracy(columns["float64"]),
            low=low_precision(columns["float32"]),
            edges=edges(answers),
            bits=_kept(old, BITS, "bits"),
            price=_kept(old, PRICE, "price"),
        )
    )


def _kept(page: str, marks: tuple[str, str], option: str) -> str:
    """A section that a command of its own measures, as it stands on the page."""
    found = re.search(re.escape(marks[0]) + ".*" + re.escape(marks[1]), page, re.S)
    return (
        found.group()
        if found
        else f"{marks[0]}\nNot measured yet: `python -m benchmarks.accuracy --{option}`.\n{marks[1]}"
    )


def _put(path: Path, marks: tuple[str, str], text: str) -> None:
    """Replace the section between the marks."""
    page = path.read_text()
    start, end = (page.index(mark) for mark in marks)
    path.write_text(page[:start] + f"{marks[0]}\n{text}" + page[end:])


def write_bits(path: Path, rows: list[dict[str, Any]]) -> None:
    """Which operators give other bits in another way of calling, and how often."""
    names = list(dict.fromkeys(row["name"] for row in rows))
    widths = sorted({row["actions"] for row in rows})
    differ = [row for row in rows if row["differ"]]
    exact = [name for name in names if name not in {row["name"] for row in differ}]
    text = (
        f"One eager call on a batch (regimes T, D, U, O and E, float32, {widths[0]} to {widths[-1]} actions, with and "
        "without weights) against jit, vmap, jit of vmap, half the batch, and rows alone, eager and compiled: "
        f"{sum(row['of'] for row in rows):,} results. Generated by `python -m benchmarks.accuracy --bits` on "
        f"{machine()}, jax {version('jax')}; `tests/test_accuracy.py` holds it with fewer rows.\n\n"
        f"The same bits in all of them: {', '.join(f'`{name}`' for name in exact)}.\n\n"
    )
    if differ:
        text += "All that differ:\n\n" + table(
            ["operator", "actions", "way", "results", "differ", "by at most, ulp"],
            [
                [
                    f"{row['name']}{', weighted' if row['weights'] else ''}",
                    *(f"{row[key]:,}" if key != "way" else row[key] for key in ("actions", "way", "of", "differ")),
                    f"{row['ulp']:g}",
                ]
                for row in differ
            ],
        )
    else:
        text += (
            "None differs. The tests allow `log_policy` one unit in the last place in one result of a thousand and "
            "nothing else, since an earlier measurement found 4 in 132,000 (jit, 2 and 3 actions).\n"
        )
    _put(path, BITS, text)


LIMIT = 1.5
FEW = 18  # up to so many actions the default operators are to beat the peer


def limits(found: dict[str, Any]) -> str:
    """Where accuracy and speed pull apart, and what may be done about it."""

    def past(name: str) -> str:
        wide = [f"{n} ({x:.2f})" for n, x in zip(found["actions"], found["ratios"][name], strict=True) if x > LIMIT]
        return f"with {', '.join(wide)} actions" if wide else "nowhere"

    default, fast = (
        [f"`{call.format(of)}` {past(f'{call.format(of)} / {peer}')}" for call, peer in CALLS]
        for of in ("", "(fast=True)")
    )
    return (
        f"The goal of the default operators is {LIMIT} times the peer's time at most. Digits and speed part where "
        f"a policy keeps all its digits; past the goal: {'; '.join(default)}. Where speed counts for more there is one "
        "argument, `fast=True`, which gives up digits, as many as the docstring says, with any number of actions (with "
        f"up to {NARROW} it works on columns, as the default does with up to 32); past the goal then: "
        f"{'; '.join(fast)}.\n\n"
        f"To beat the peer with up to {FEW} actions is a goal as well. Missed: {missed(found, fast=False)}. With "
        f"`fast=True`: {missed(found, fast=True)}."
    )


def missed(found: dict[str, Any], fast: bool) -> str:
    """With how few actions an operator does not beat the peer."""
    slow = [
        f"{name.replace(' / ', ' against ')}, with {', '.join(wide)} actions"
        for name, ratios in found["ratios"].items()
        if not name.startswith("precise") and ("fast" in name) == fast
        if (wide := [f"{n} ({x:.2f})" for n, x in zip(found["actions"], ratios, strict=True) if n <= FEW and x >= 1])
    ]
    return "; ".join(slow) or "nowhere"


CALLS = (("boltzmann_policy{}", "softmax"), ("boltzmann_log_policy{}", "log_softmax"))


def write_price(path: Path, found: dict[str, Any]) -> None:
    """Replace the section between the marks."""
    rows = [[name, *(f"{x:.2f}" for x in ratios)] for name, ratios in found["ratios"].items()]
    cores = f"{found['cores']} core{'s' if found['cores'] > 1 else ''}"
    text = (
        f"Time of softql over time of jax.nn on the same array of {found['elements']:,} float32 numbers "
        f"({found['precise_elements']:,} for precise), under jit, in one process: the median ratio of "
        f"{found['rounds']} interleaved rounds. Generated by `python -m benchmarks.accuracy --price` on "
        f"{machine()}, {cores} (load average at the end {found['load']:.1f}; 2 or less is quiet), "
        f"jax {version('jax')}.\n\n"
        f"{limits(found)}\n\n"
    )
    text += table(["actions", *map(str, found["actions"])], rows)
    if found["uneven"]:
        text += uneven(found)
    _put(path, PRICE, text)


def uneven(found: dict[str, Any]) -> str:
    """What a row that threads cannot share costs."""
    even, actions = found["shares"]
    heading = [f"milliseconds, {actions} actions", f"{even:,} rows", f"{even - 1:,} rows"]
    return (
        "\n\nOn a CPU of several cores the number of rows has a say too: XLA shares them among its threads, and is "
        "slow where the shares of an operator are unequal. A row more leaves the bits of the others as they are.\n\n"
    ) + table(heading, [[name, *(f"{x:.2f}" for x in ms)] for name, ms in found["uneven"].items()])
