"""A report as text: one line a law, and under a broken one its equation, the input, both sides. Colour is optional."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from .implementation import kind
from .signatures import SIGNATURES

if TYPE_CHECKING:
    from .core import Case
    from .implementation import Call
    from .report import Counterexample, Report, Result

MISSING = "no function "
CALLS = 8
"""So many calls of a counterexample are shown."""
COLOURS = {"passed": "32", "failed": "1;31", "skipped": "2", "xfailed": "33", "xpassed": "1;31"}
WORDS = {"xfailed": "expected to fail", "xpassed": "held unexpectedly"}


def report(report: Report, colour: bool = False) -> str:
    """Every law that was put to it, for want of which functions others were not, and how many had which status."""
    said: set[str] = set()
    shown = [r for r in report.results if not r.reason.startswith(MISSING)]
    return "\n".join(filter(None, [*(result(r, colour, said) for r in shown), wanting(report), summary(report)]))


def summary(report: Report) -> str:
    """One line: how many laws had which status."""
    shown = {s: n for s, n in report.counts.items() if n or s not in WORDS}
    counts = [f"{n} {WORDS.get(status, status)}" for status, n in shown.items()]
    return ", ".join(counts + ([f"stopped before {report.unreached} more"] if report.unreached else []))


def result(result: Result, colour: bool = False, said: set[str] | None = None) -> str:
    """One line, and details under it where there is something to act on; notes that were `said` are not repeated."""
    return "\n".join([line(result, colour), *(f"        {detail}" for detail in details(result, said))])


def line(result: Result, colour: bool = False) -> str:
    """Status, law, examples and the worst distance against its limit."""
    status = paint(f"{result.status:7}", COLOURS[result.status], colour)
    head = f"{status} {result.law.name:39}"
    if result.status == "skipped":
        return f"{head} {result.reason}"
    worst = f"worst {result.worst:8.3g} of {result.law.limit:g} ulp"
    return f"{head} {result.examples:5} examples  {worst}"


def details(result: Result, said: set[str] | None = None) -> list[str]:
    """What a person needs to act: the notes, and for a broken law all of it."""
    found = [note for note in result.notes if said is None or kind(note) not in said]
    if said is not None:
        said.update(map(kind, found))
    if result.status in ("xfailed", "xpassed") or (result.status == "failed" and result.counterexample is None):
        found.insert(0, result.reason)
    if result.status == "failed" and result.counterexample is not None:
        law = result.law
        rate = f"  (false alarms: at most {law.false_alarm:g} an example)" if law.false_alarm else ""
        found += [f"{law.equation}  {' '.join(law.tags)}{rate}".rstrip(), *str(result.counterexample).splitlines()]
        found += [f"again: {result.reproduction}"]
    return found


def wanting(report: Report) -> str:
    """One line: the functions for want of which laws were skipped; empty if there are none."""
    missing = [n for r in report.results if r.reason.startswith(MISSING) for n in r.reason[len(MISSING) :].split(", ")]
    names = list(dict.fromkeys(missing))
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return f"skipped for want of {shown}" if names else ""


def paint(text: str, code: str, colour: bool) -> str:
    """The text in a colour, if there is to be colour."""
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def one_line(error: BaseException) -> str:
    """What an exception says, on one line; without addresses in memory, which are others the next time."""
    try:
        return ADDRESS.sub("", " ".join(str(error).split()))[:300]
    except Exception:
        return "(an exception that cannot be printed)"


def number(value: Any) -> str:
    """A number or an array, short and exact enough to type in again."""
    return f"{digits(value)} {value.dtype}" if isinstance(value, (np.ndarray, np.generic)) else repr(value)


def digits(value: Any) -> str:
    """The same without the dtype."""
    if not isinstance(value, (np.ndarray, np.generic)):
        return repr(value)
    return " ".join(np.array2string(np.asarray(value), separator=", ", floatmode="unique", threshold=64).split())


def calls(found: Counterexample) -> list[str]:
    """What the law asked, and the answers: `soft_value(q, alpha) = [3.]`. An input goes by its name, once."""
    lines = list(dict.fromkeys(_call(call, found.inputs) for call in found.calls))
    more = len(lines) - CALLS
    return [*lines[:CALLS], f"and {more} more calls"] if more > 0 else lines


def _call(call: Call, inputs: Case) -> str:
    taken = SIGNATURES.get(call.name, ())
    names = [taken[i] if i < len(taken) else "" for i in range(len(call.given))]
    given = ", ".join(_argument(name, x, inputs) for name, x in zip(names, call.given, strict=True))
    answer = "no answer" if call.answer is None else f"= {digits(call.answer)}"
    return f"{call.name}({given}) {answer}"


def _argument(name: str, value: Any, inputs: Case) -> str:
    """The input that it is, the one of its own name first; or what it is."""
    same = [known for known, x in inputs.items() if _same(x, value)]
    return name if name in same else same[0] if same else digits(value)


def _same(x: Any, value: Any) -> bool:
    if x is None or value is None:
        return x is value
    if not all(isinstance(y, (np.ndarray, np.generic, int, float)) for y in (x, value)):
        return False
    return np.shape(x) == np.shape(value) and bool(np.array_equal(np.asarray(x), np.asarray(value), equal_nan=True))
